"""Courses, boards and tiles: in metres, where they belong, and never another mean colour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.masonry import detailed_color
from archviz.light_transport.surface import surface_of
from tests.light_transport.scenes import box, build, floor, gbuffer_of

RED = (0.4, 0.16, 0.1)
COURSE_M, JOINT_M = 0.075, 0.011


def _made(family: TextureFamily, texture: str = "") -> Material:
    return Material(name="made", base_color=RED, family=family, texture=texture)


def _wall(material: Material, camera: Camera) -> NDArray[np.float32]:
    caster = RayCaster(build([("wall", Part.BUILDING, material, box((-40, 0, -40), (40, 1, 40)))]))
    gbuffer = gbuffer_of(caster, camera)
    return detailed_color(gbuffer, surface_of(gbuffer), camera.ray_directions())


def _before(distance_m: float, *, aside_m: float = 0.0, size: int = 240) -> Camera:
    """Square before the wall; a metre of it is as many pixels as the focal length over the distance."""
    return Camera(
        position_m=(aside_m, -distance_m, 0.5), target_m=(aside_m, 0, 0.5), focal_mm=36, size=Size(size, size)
    )


@pytest.mark.parametrize("family", [f for f in TextureFamily if f.name in ("BRICK", "STONE", "TILE", "TIMBER")])
@pytest.mark.parametrize("distance_m", [3.0, 12.0, 60.0])
def test_the_mean_stays_the_material_s(family: TextureFamily, distance_m: float) -> None:
    seen = _wall(_made(family), _before(distance_m))
    assert seen.mean(axis=(0, 1)) == pytest.approx(RED, rel=0.06 if distance_m < 10 else 0.03)


def test_bricks_lie_in_courses_of_seven_and_a_half_centimetres() -> None:
    camera = _before(1.5)
    seen = _wall(_made(TextureFamily.BRICK), camera)
    pixel_m = 1.5 / camera.focal_px
    # Mortar is greyer than brick: blue over red tells it.
    grey = (seen[..., 2] / seen[..., 0]).mean(axis=1)
    spectrum = np.abs(np.fft.rfft(grey - grey.mean()))
    wavelength = len(grey) * pixel_m / np.argmax(spectrum)
    assert wavelength == pytest.approx(COURSE_M, rel=0.06)
    beds = np.sort(grey)[-int(len(grey) * JOINT_M / COURSE_M / 2) :].mean()
    assert beds > 1.5 * np.median(grey)


def test_every_second_course_is_shifted_by_half_a_brick() -> None:
    camera = _before(1.0, size=480)
    seen = _wall(_made(TextureFamily.BRICK), camera)
    grey = seen[..., 2] / seen[..., 0]
    z = 0.5 - (np.arange(480) + 0.5 - 240) / camera.focal_px
    within = z / COURSE_M - np.floor(z / COURSE_M)
    middle = (within > 0.4) & (within < 0.8)
    odd, even = (grey[middle & (np.floor(z / COURSE_M) % 2 == side)].mean(axis=0) for side in (1, 0))
    butts = [np.flatnonzero(row > row.min() + 0.6 * np.ptp(row)) / camera.focal_px for row in (odd, even)]
    apart = np.abs(butts[0][:, None] - butts[1][None]).min(axis=1)
    assert apart.min() > 0.09, "no joint over a joint"


def test_far_off_the_courses_are_lost_in_the_colour() -> None:
    seen = _wall(_made(TextureFamily.BRICK), _before(36.0, size=120))
    assert seen.std(axis=(0, 1)).max() < 0.01


def test_a_brick_has_its_tone_wherever_it_is_seen_from() -> None:
    brick = _made(TextureFamily.BRICK)
    near, aside = _before(1.2), _before(1.2, aside_m=0.25)
    shift = round(0.25 * near.focal_px / 1.2)
    first, second = _wall(brick, near)[:, shift:], _wall(brick, aside)[:, : 240 - shift]
    assert np.corrcoef(first[..., 0].ravel(), second[..., 0].ravel())[0, 1] > 0.9


def test_boards_stand_on_a_wall_and_plain_and_pictured_materials_stay() -> None:
    camera = _before(1.5)
    boards = _wall(_made(TextureFamily.TIMBER), camera)
    across, along = np.abs(np.diff(boards[..., 0], axis=1)).mean(), np.abs(np.diff(boards[..., 0], axis=0)).mean()
    assert across > 5 * along
    for made in (
        _made(TextureFamily.PLAIN),
        _made(TextureFamily.BRICK, texture="a picture"),
        _made(TextureFamily.FOLIAGE),
    ):
        assert np.ptp(_wall(made, camera), axis=(0, 1)).max() == 0.0


def test_a_floor_and_a_roof_are_tiled_along_their_own_slope() -> None:
    above = Camera(position_m=(0, 0, 3), target_m=(0, 0, 0), up=(0, 1, 0), focal_mm=36, size=Size(240, 240))
    caster = RayCaster(build([("floor", Part.GROUND, _made(TextureFamily.TILE), floor(40))]))
    gbuffer = gbuffer_of(caster, above)
    flat = detailed_color(gbuffer, surface_of(gbuffer), above.ray_directions())
    joints = flat[..., 0] < 0.75 * np.median(flat[..., 0])
    assert joints.any(axis=0).mean() > 0.9 and 0.02 < joints.mean() < 0.2
    slope = replace(surface_of(gbuffer), normals=np.broadcast_to(np.float32([0, -0.6, 0.8]), (240, 240, 3)))
    roof = detailed_color(gbuffer, slope, above.ray_directions())
    assert np.abs(roof - flat).max() > 0.05
