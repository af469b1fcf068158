"""Sunlight on blades of grass that are narrower than a pixel."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.illumination import Illumination
from archviz.core.maps import LightMap
from archviz.core.material import Material, TextureFamily
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.core.tone import luminance, srgb_to_linear, tone_map
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport.blades import Blades
from archviz.light_transport.deferred import light
from archviz.light_transport.leaves import LEAF_TRANSMISSION
from archviz.light_transport.shading import World
from archviz.light_transport.surface import surface_of
from archviz.lighting.sky import sky_irradiance
from tests.light_transport.scenes import Quad, build, flat, floor, gbuffer_of, only_sun

GRASS = Material(name="lawn", base_color=(0.1, 0.2, 0.05), family=TextureFamily.GRASS)
PAVING = Material(name="paving")
# A pixel is 0.1 m wide on the ground: 10 m away, at a focal length of 100 pixels.
PIXEL_M = 0.1
DOWN = Camera(position_m=(0, 0, 10), target_m=(0, 0, 0), up=(0, 1, 0), focal_mm=36 * 100 / 48, size=Size(32, 48))
OVERHEAD = SunDirection(altitude_deg=90, azimuth_deg=0)


def under(scene: Scene, sun: SunDirection | None, camera: Camera = DOWN) -> tuple[Blades, np.ndarray, np.ndarray]:
    """The blades of a view, and the sun's irradiance and the colour of its pixels, all given as 1 and then lit."""
    caster = RayCaster(scene)
    gbuffer = gbuffer_of(caster, camera)
    lit = only_sun(sun, sun_irradiance=(1.0, 1.0, 1.0) if sun else (0, 0, 0))
    blades = Blades(caster, gbuffer, surface_of(gbuffer))
    irradiance, color = (np.ones((*camera.size.shape, 3), dtype=np.float32) for _ in range(2))
    blades.light(irradiance, World(caster=caster, illumination=lit, lit_faces=np.zeros(len(scene.faces), bool)))
    blades.tint(color)
    return blades, irradiance[..., 0], color[..., 0]


def slats(share: float, z: float) -> list[Quad]:
    """Strips along y that cover ``share`` of the ground, six of them for seven pixels."""
    pitch = PIXEL_M * 7 / 6
    return [
        np.array([(x, -9, z), (x + share * pitch, -9, z), (x + share * pitch, 9, z), (x, 9, z)])
        for x in np.arange(-9, 9, pitch)
    ]


def test_a_shadow_finer_than_a_pixel_dims_it_by_its_share() -> None:
    # The eye is below the slats, the sun above.
    pieces = [("lawn", Part.GROUND, GRASS, floor(50)), ("slats", Part.BUILDING, PAVING, slats(0.5, 12.0))]
    _, irradiance, _ = under(build(pieces), OVERHEAD)
    assert irradiance.mean() == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose(4 * irradiance, np.round(4 * irradiance), atol=1e-4)
    # One ray a pixel would see light or shadow alone.
    assert irradiance.std() < 0.35 and ((irradiance > 0.1) & (irradiance < 0.9)).mean() > 0.5


def test_paving_beside_a_lawn_and_in_its_pixels_has_no_part() -> None:
    half = [np.array([(-50, -50, 0), (0.03, -50, 0), (0.03, 50, 0), (-50, 50, 0)])]
    other = [np.array([(0.03, -50, 0), (50, -50, 0), (50, 50, 0), (0.03, 50, 0)])]
    pieces = [("lawn", Part.GROUND, GRASS, half), ("path", Part.GROUND, PAVING, other)]
    blades, irradiance, color = under(build(pieces), SunDirection(altitude_deg=30, azimuth_deg=50))
    assert 0 < blades.where.sum() < blades.where.size
    np.testing.assert_allclose(irradiance[blades.where], 0.5, atol=1e-5)
    assert (irradiance[~blades.where] == 1).all() and (color[~blades.where] == 1).all()
    # Where the border runs through a pixel, its grass alone counts.
    np.testing.assert_allclose(color[blades.where], color[0, 0], atol=1e-6)


def test_without_sun_none_falls_on_a_lawn() -> None:
    blades, irradiance, _ = under(build([("lawn", Part.GROUND, GRASS, floor(50))]), None)
    assert blades.where.all() and not irradiance.any()


def test_a_blade_passes_the_sun_from_behind() -> None:
    sheet = [np.array([(-3.0, 0, 0), (3, 0, 0), (3, 0, 3), (-3, 0, 3)])]
    view = Camera(position_m=(0, -6, 1.5), target_m=(0, 0, 1.5), focal_mm=50, size=Size(12, 12))
    scene = build([("sheet", Part.SURROUNDINGS, GRASS, sheet)])
    before, behind = (
        under(scene, SunDirection(altitude_deg=30, azimuth_deg=azimuth), view)[1][6, 6] for azimuth in (180, 0)
    )
    # Along the normal (0, -1, 1.5), on the sun's side.
    assert before == pytest.approx((np.cos(np.radians(30)) + 1.5 * 0.5) / 3.25**0.5, rel=1e-3)
    assert behind == pytest.approx(LEAF_TRANSMISSION * before, rel=1e-3)


def test_blades_differ_in_tone_and_the_ground_they_grow_on_does_not() -> None:
    plain = build([("lawn", Part.GROUND, GRASS, floor(50))])
    rng = np.random.default_rng(0)
    feet = np.concatenate([rng.uniform(-2.4, 0, (900, 1)), rng.uniform(-1.6, 1.6, (900, 1)), np.full((900, 1), 0.1)], 1)
    corners = feet[:, None] + 0.2 * np.array([(0, 0, 0), (1, 0, 0), (0.5, 1, 0)])
    grown = plain.extended(corners.astype(np.float32), np.zeros(900, np.int32))
    _, _, color = under(grown, OVERHEAD)
    left, right = color[:, :22] / color[0, -1], color[:, 28:] / color[0, -1]
    np.testing.assert_allclose(right, 1.0, atol=1e-5)
    assert left.mean() == pytest.approx(1.0, abs=0.03) and 0.08 < left.std() < 0.2
    assert 0.75 <= left.min() and left.max() <= 1.25
    np.testing.assert_array_equal(color, under(grown, OVERHEAD)[2])


def test_the_deferred_colour_shows_blades_lit_and_toned_so() -> None:
    sun = only_sun(OVERHEAD, sun_irradiance=(2.0, 2.0, 2.0))
    found = []
    for shade in ([], slats(0.5, 12.0)):
        pieces = [("lawn", Part.GROUND, GRASS, floor(50)), ("slats", Part.BUILDING, PAVING, shade)]
        caster = RayCaster(build([piece for piece in pieces if piece[3]]))
        found.append(light(caster, gbuffer_of(caster, DOWN), sun).deferred.array)
    plain, shaded = found
    assert ((shaded > 0.02) & (shaded < plain - 0.01)).all(axis=-1).mean() > 0.9, "in full light or full shadow is none"
    # Partly dry: a lawn has more of red and blue beside its green than its material says.
    named = tone_map(np.array(GRASS.base_color) * 2.0 / np.pi)
    shares = (plain / plain[..., 1:2]) / (named / named[1])
    assert (shares[..., 0] > 1.05).all() and (shares[..., 2] > 1.05).all()


def test_the_deferred_colour_shows_the_sun_through_a_blade() -> None:
    sheet = [np.array([(-3.0, 0, 0), (3, 0, 0), (3, 0, 3), (-3, 0, 3)])]
    view = Camera(position_m=(0, -6, 1.5), target_m=(0, 0, 1.5), focal_mm=50, size=Size(12, 12))
    caster = RayCaster(build([("sheet", Part.SURROUNDINGS, GRASS, sheet)]))
    before, behind = (
        light(
            caster,
            gbuffer_of(caster, view),
            only_sun(SunDirection(altitude_deg=30, azimuth_deg=azimuth)),
        ).deferred.array[6, 6]
        for azimuth in (180, 0)
    )  # fmt: skip
    assert (behind > 0.5 * before).all()


def test_an_upright_blade_is_lit_as_the_lawn_it_stands_on() -> None:
    sun = SunDirection(altitude_deg=60, azimuth_deg=180)
    sheet = [np.array([(-3.0, 0, 0), (3, 0, 0), (3, 0, 3), (-3, 0, 3)])]
    view = Camera(position_m=(0, -6, 1.5), target_m=(0, 0, 1.5), focal_mm=50, size=Size(12, 12))
    found = []
    for family in (TextureFamily.GRASS, TextureFamily.PLAIN):
        made = Material(name="sheet", base_color=(0.1, 0.2, 0.05), family=family)
        caster = RayCaster(build([("sheet", Part.SURROUNDINGS, made, sheet)]))
        found.append(
            luminance(srgb_to_linear(light(caster, gbuffer_of(caster, view), only_sun(sun)).deferred.array[6, 6]))
        )
    # Twice as much of the sun falls along the bent normal.
    assert found[0] > 1.4 * found[1]


@pytest.mark.parametrize(("material", "share"), [(GRASS, 0.6 * 12 / 25), (PAVING, 0.0)])
def test_what_falls_beside_a_blade_reaches_it(material: Material, share: float) -> None:
    caster, gbuffer = flat(material, Camera(position_m=(0, 0, 10), target_m=(0, 0, 0), up=(0, 1, 0), size=Size(12, 16)))
    sky = Illumination(
        sun=None, sun_irradiance=(0, 0, 0), zenith_radiance=(0.4, 0.4, 0.4), horizon_radiance=(0.4, 0.4, 0.4)
    )
    chequered = (np.indices((12, 16)).sum(axis=0) % 2).astype(np.float32)
    assert not chequered[6, 6]
    mixed = light(caster, gbuffer, sky, occlusion=LightMap(chequered)).deferred.array[6, 6]
    color = gbuffer.base_color().array.copy()
    Blades(caster, gbuffer, surface_of(gbuffer)).tint(color)
    # What hides the sky gives a quarter of it back.
    irradiance = (0.25 + 0.75 * share) * sky_irradiance(np.array([0.0, 0.0, 1.0]), sky, ground_albedo=(0, 0, 0))
    np.testing.assert_allclose(mixed, tone_map(color[6, 6] / np.pi * irradiance), atol=1e-5)
