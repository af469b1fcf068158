"""Cast shadows against the geometry of a sundial."""

from __future__ import annotations

import math

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.material import Material
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.visibility import sun_visibility
from tests.light_transport.scenes import Piece, box, build, floor, gbuffer_of, pixel_of

PLAIN = Material(name="plain")
GLASS = Material(name="glass", transmission=0.9)
GROUND: Piece = ("ground", Part.GROUND, PLAIN, floor(100))


def from_above(size: int = 300, across_m: float = 24.0) -> Camera:
    """Looks straight down, north at the top."""
    return Camera(
        position_m=(0, 0, 60),
        target_m=(0, 0, 0),
        up=(0, 1, 0),
        focal_mm=36 * 60 / across_m,
        size=Size(size, size),
    )


@pytest.mark.parametrize(("altitude_deg", "azimuth_deg"), [(30, 120), (45, 0), (60, 225), (25, 310)])
def test_a_pole_s_shadow_has_its_length_and_direction(altitude_deg: float, azimuth_deg: float) -> None:
    height = 4.0
    scene = build([GROUND, ("pole", Part.BUILDING, PLAIN, box((-0.05, -0.05, 0), (0.05, 0.05, height)))])
    caster = RayCaster(scene)
    gbuffer = gbuffer_of(caster, from_above())
    sun = SunDirection(altitude_deg=altitude_deg, azimuth_deg=azimuth_deg)
    visible = sun_visibility(caster, gbuffer, sun).array
    shadow = gbuffer.positions_m()[(visible < 0.5) & (gbuffer.elements.array == 0)][:, :2]
    along = -sun.vector[:2] / np.linalg.norm(sun.vector[:2])
    reach = shadow @ along
    assert reach.max() == pytest.approx(height / math.tan(math.radians(altitude_deg)), abs=0.15)
    assert np.abs(shadow @ (-along[1], along[0])).max() < 0.2
    x, y = shadow[reach > reach.max() / 2].mean(axis=0)
    turned = (math.degrees(math.atan2(x, y)) - (azimuth_deg + 180) + 180) % 360 - 180
    assert turned == pytest.approx(0, abs=0.5)


def test_faces_turned_away_and_sky_are_dark_and_open_faces_bright() -> None:
    caster = RayCaster(build([("cube", Part.BUILDING, PLAIN, box((-2, -2, 0), (2, 2, 4)))]))
    camera = Camera(position_m=(9, -12, 3), target_m=(0, 0, 2), size=Size(60, 90))
    gbuffer = gbuffer_of(caster, camera)
    visible = sun_visibility(caster, gbuffer, SunDirection(altitude_deg=20, azimuth_deg=180)).array
    normals = gbuffer.normals.array
    assert (visible[normals[..., 1] < -0.9] == 1).all()
    assert (visible[normals[..., 0] > 0.9] == 0).all()
    assert (visible[~gbuffer.hit] == 0).all()


@pytest.mark.parametrize("altitude_deg", [1.0, 5.0, 80.0])
@pytest.mark.parametrize("far_m", [20.0, 2000.0])
def test_a_free_plane_never_shadows_itself(altitude_deg: float, far_m: float) -> None:
    caster = RayCaster(build([("ground", Part.GROUND, PLAIN, floor(5000))]))
    gbuffer = gbuffer_of(caster, Camera(position_m=(far_m, 3, 2), target_m=(0, 0, 1), size=Size(40, 60)))
    visible = sun_visibility(caster, gbuffer, SunDirection(altitude_deg=altitude_deg, azimuth_deg=77)).array
    assert (visible[gbuffer.hit] == 1).all()


@pytest.mark.parametrize("sun", [None, SunDirection(altitude_deg=-3, azimuth_deg=0)])
def test_no_sun_no_light(sun: SunDirection | None) -> None:
    caster = RayCaster(build([GROUND]))
    assert not sun_visibility(caster, gbuffer_of(caster, from_above(20)), sun).array.any()


def test_a_shadow_s_border_is_smooth_and_its_area_kept() -> None:
    caster = RayCaster(build([GROUND, ("roof", Part.BUILDING, PLAIN, floor(3, 4.0))]))
    camera = from_above(122)
    sun = SunDirection(altitude_deg=40, azimuth_deg=110)
    gbuffer = gbuffer_of(caster, camera)
    hard = sun_visibility(caster, gbuffer, sun, smooth=False).array
    soft = sun_visibility(caster, gbuffer, sun).array
    assert set(np.unique(hard)) == {0.0, 1.0}
    between = (soft > 0) & (soft < 1)
    assert 20 < between.sum() < 0.1 * soft.size
    # The roof's own square, moved down the sun's ray, less what the roof hides from above.
    slide = 4.0 / math.tan(math.radians(40))
    west, north = -slide * math.sin(math.radians(110)), -slide * math.cos(math.radians(110))
    hides = 3.0 * 60 / 56
    truth = 36 - (west + 3 + hides) * (hides - (north - 3))
    ground = gbuffer.elements.array == 0
    areas = [(1 - visible)[ground].sum() * (24 / 122) ** 2 for visible in (hard, soft)]
    assert areas[1] == pytest.approx(truth, rel=0.025)
    assert abs(areas[1] - truth) < abs(areas[0] - truth)


def test_railing_glass_lets_the_sun_pass_and_a_window_does_not() -> None:
    sun = SunDirection(altitude_deg=45, azimuth_deg=0)
    for part, expected in ((Part.BUILDING, 1.0), (Part.OPENING, 0.0), (Part.SURROUNDINGS, 0.0)):
        caster = RayCaster(build([GROUND, ("pane", part, GLASS, box((-3, -0.01, 0), (3, 0.01, 4)))]))
        camera = from_above()
        visible = sun_visibility(caster, gbuffer_of(caster, camera), sun).array
        assert visible[pixel_of(camera, (0, -2, 0))] == expected
        assert visible[pixel_of(camera, (0, 2, 0))] == 1.0
