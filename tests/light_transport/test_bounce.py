"""One bounce of light against closed forms, and that what stands around decides its colour."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination
from archviz.core.material import Material, TextureFamily
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.bounce import trace_bounce
from archviz.light_transport.deferred import light
from archviz.light_transport.shading import World
from archviz.light_transport.surface import surface_of
from archviz.lighting.daylight import Weather, daylight
from archviz.lighting.sky import dome_radiance, sky_irradiance
from tests.light_transport.scenes import Piece, box, build, floor, gbuffer_of, only_sun

RED = Material(name="red", base_color=(0.8, 0.0, 0.0))
GREY = Material(name="grey", base_color=(0.3, 0.3, 0.3))
WHITE = Material(name="white", base_color=(0.8, 0.8, 0.8))
GRASS = Material(name="grass", base_color=(0.08, 0.20, 0.03), family=TextureFamily.GRASS)
EVEN = only_sun(None, zenith_radiance=(1.0, 1.0, 1.0), horizon_radiance=(1.0, 1.0, 1.0))
NOON = daylight(SunDirection(altitude_deg=50, azimuth_deg=160), Weather())


def seen(pieces: list[Piece], camera: Camera) -> tuple[RayCaster, GBuffer]:
    caster = RayCaster(build(pieces))
    return caster, gbuffer_of(caster, camera)


def factor(caster: RayCaster, gbuffer: GBuffer, illumination: Illumination) -> NDArray[np.float32]:
    world = World(caster=caster, illumination=illumination, lit_faces=np.zeros(len(caster.scene.faces), dtype=np.bool_))
    return trace_bounce(caster, surface_of(gbuffer)).factor(world)


@pytest.mark.parametrize("illumination", [EVEN, NOON])
def test_in_the_open_nothing_changes(illumination: Illumination) -> None:
    camera = Camera(position_m=(0, -9, 2), target_m=(0, 0, 2), size=Size(41, 61))
    caster, gbuffer = seen([("ground", Part.GROUND, GRASS, floor(500))], camera)
    np.testing.assert_allclose(factor(caster, gbuffer, illumination)[gbuffer.hit], 1, atol=1e-5)


def test_a_wall_takes_sky_and_gives_its_colour_by_its_view_factor() -> None:
    # Of a point d before an endless wall of height h, (1 - cos(atan(h / d))) / 2 of the light comes from the wall.
    # At 12 m the wall is beyond what openness counts.
    high, away = 9.0, 12.0
    wall = [np.array([(-5000, 0, 0), (5000, 0, 0), (5000, 0, high), (-5000, 0, high)])]
    pieces: list[Piece] = [("ground", Part.GROUND, GREY, floor(800)), ("wall", Part.BUILDING, RED, wall)]
    caster, gbuffer = seen(
        pieces, Camera(position_m=(0, -12, 30), target_m=(0, -12, 0), up=(0, 1, 0), size=Size(80, 80))
    )
    share = (1 - np.cos(np.arctan(high / away))) / 2
    made = factor(caster, gbuffer, EVEN)[36:44, 36:44].mean((0, 1))
    # The even sky has radiance 1; black in green and blue, the wall sends nothing there.
    np.testing.assert_allclose(made[1:], 1 - share, atol=0.02)
    assert 1 - share + 0.1 * share < made[0] < 1 - share + 0.8 * share


def test_under_a_roof_the_floor_below_decides_and_not_the_lawn_around() -> None:
    roof = box((-6, -6, 3), (6, 6, 3.3))
    terrace = box((-40, -40, 0), (40, 40, 0.1))
    under = Camera(position_m=(0, -12, 0.6), target_m=(0, 0, 3.2), focal_mm=30, size=Size(96, 96))
    lawn: Piece = ("lawn", Part.GROUND, GRASS, floor(800))
    above: Piece = ("roof", Part.BUILDING, WHITE, roof)
    plain: Piece = ("ground", Part.GROUND, GREY, floor(800))
    shown = []
    for below in ([lawn], [lawn, ("terrace", Part.BUILDING, GREY, terrace)], [plain]):
        caster, gbuffer = seen([*below, above], under)
        soffit = gbuffer.hit & (gbuffer.normals.array[..., 2] < -0.9)
        assert soffit.sum() > 500
        shown.append(light(caster, gbuffer, NOON).deferred.array[soffit].mean(0))
    grown, paved, bare = shown
    # Over the lawn it is green; over a terrace as if the lawn that goes on behind were none.
    assert grown[1] > 3 * grown[2]
    np.testing.assert_allclose(paved, bare, rtol=0.1)


def test_ground_in_the_shade_sends_less_than_ground_in_the_sun() -> None:
    wall = box((-4, 0, 0), (4, 0.3, 5))
    camera = Camera(position_m=(0, -10, 2), target_m=(0, 0, 2), focal_mm=40, size=Size(64, 64))
    sunny = only_sun(SunDirection(altitude_deg=45, azimuth_deg=180))
    shaded: Piece = ("awning", Part.BUILDING, GREY, box((-30, -30, 12), (30, -0.5, 12.2)))
    pieces: list[Piece] = [("ground", Part.GROUND, WHITE, floor(800)), ("wall", Part.BUILDING, WHITE, wall)]
    shown = []
    for more in ([], [shaded]):
        caster, gbuffer = seen([*pieces, *more], camera)
        at = gbuffer.elements.array == 1
        shown.append(float(factor(caster, gbuffer, sunny)[at].mean()))
    assert shown[0] == pytest.approx(1, abs=0.2) and shown[1] < 0.5 * shown[0]


def test_every_light_of_a_view_shares_what_was_traced() -> None:
    caster, gbuffer = seen(
        [("ground", Part.GROUND, GRASS, floor(300)), ("house", Part.BUILDING, RED, box((-4, 0, 0), (4, 4, 4)))],
        Camera(position_m=(6, -10, 2), target_m=(0, 0, 2), size=Size(48, 64)),
    )
    shared = trace_bounce(caster, surface_of(gbuffer))
    for illumination in (EVEN, NOON):
        one = light(caster, gbuffer, illumination, bounce=shared).deferred.array
        np.testing.assert_array_equal(one, light(caster, gbuffer, illumination).deferred.array)


def test_the_dome_has_the_sky_s_irradiance() -> None:
    generator = np.random.default_rng(0)
    rays = generator.normal(size=(400_000, 3))
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    radiance = dome_radiance(rays, NOON, ground_albedo=(0.3, 0.2, 0.1))
    for normal in ((0, 0, 1), (1, 0, 0), (0.6, 0, -0.8)):
        cosine = np.maximum(rays @ np.array(normal), 0)
        found = 4 * np.pi * (radiance * cosine[:, None]).mean(0)
        np.testing.assert_allclose(
            found, sky_irradiance(np.array(normal), NOON, ground_albedo=(0.3, 0.2, 0.1)), rtol=0.01
        )
