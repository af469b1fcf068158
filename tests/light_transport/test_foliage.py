"""Leaves of crowns."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.illumination import Illumination
from archviz.core.material import Material, TextureFamily
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.core.tone import tone_map
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport.deferred import light
from archviz.light_transport.foliage import Foliage
from archviz.light_transport.leaves import LEAF_TRANSMISSION, leaf_color
from archviz.light_transport.shading import World
from archviz.light_transport.surface import surface_of
from archviz.lighting.sky import sky_irradiance
from tests.light_transport.scenes import build, gbuffer_of, only_sun

CROWN = Material(name="crown", base_color=(0.05, 0.15, 0.03), family=TextureFamily.FOLIAGE)
WALL = Material(name="wall", base_color=(0.05, 0.15, 0.03))
VIEW = Camera(position_m=(0, -6, 1.5), target_m=(0, 0, 1.5), focal_mm=50, size=Size(24, 24))
BACK = [np.array([(-3.0, 1, 0), (3, 1, 0), (3, 1, 3), (-3, 1, 3)])]


def strewn(material: Material = CROWN) -> Scene:
    """A wall of the material, and before it two rows of leaves, each a triangle that fills a strip of the view."""
    plain = build([("crown", Part.SURROUNDINGS, material, BACK)])
    left = np.linspace(-2.0, 1.6, 10)
    leaves = [[(x, 0, -9), (x + 0.36, 0, -9), (x + 0.18, 0, 30)] for x in left]
    return plain.extended(np.array(leaves, dtype=np.float32), np.zeros(10, np.int32))


def shaded(scene: Scene, light: Illumination, irradiance: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Radiance of the view, where there is foliage, and where strewn leaves stand."""
    caster = RayCaster(scene)
    gbuffer = gbuffer_of(caster, VIEW)
    surface = surface_of(gbuffer)
    foliage = Foliage(caster, gbuffer, surface, VIEW.ray_directions())
    before = np.full((*VIEW.size.shape, 3), irradiance, dtype=np.float32)
    radiance = gbuffer.base_color().array / np.float32(np.pi) * before
    world = World(caster=caster, illumination=light, lit_faces=np.zeros(len(scene.faces), bool))
    foliage.shade(radiance, gbuffer.base_color().array, before, np.ones(VIEW.size.shape, np.float32), world)
    return radiance, foliage.where, foliage.where & (np.abs(surface.points_m[..., 1]) < 0.1)


def test_each_leaf_has_a_colour_of_its_own_and_the_crown_under_them_its_plain_one() -> None:
    radiance, where, leaves = shaded(strewn(), only_sun(None), np.pi)
    np.testing.assert_allclose(radiance[where & ~leaves] / CROWN.base_color, 1.0, rtol=1e-4)
    colors = np.unique(np.round(radiance[leaves], 5), axis=0)
    assert 6 <= len(colors) <= 10
    red_over_green = colors[:, 0] / colors[:, 1]
    assert red_over_green.max() > 1.5 * red_over_green.min(), "from blue green to yellow green"


def test_the_deferred_colour_shows_a_crown_of_many_colours() -> None:
    caster = RayCaster(strewn())
    sky = only_sun(None, zenith_radiance=(0.3, 0.3, 0.3), horizon_radiance=(0.3, 0.3, 0.3))
    _, _, leaves = shaded(strewn(), sky, 0.0)
    shown = light(caster, gbuffer_of(caster, VIEW), sky).deferred.array[leaves]
    red_over_green = shown[:, 0] / shown[:, 1]
    assert red_over_green.max() > 1.2 * red_over_green.min()


def test_what_is_no_foliage_stays_as_it_is() -> None:
    radiance, where, _ = shaded(strewn(WALL), only_sun(SunDirection(altitude_deg=30, azimuth_deg=0)), np.pi)
    seen = radiance.any(axis=-1)
    assert not where.any() and seen.mean() > 0.8
    np.testing.assert_allclose(radiance[seen] / WALL.base_color, 1.0, rtol=1e-5)


def test_strewn_leaves_pass_sun_and_sky_and_mirror_some_of_it() -> None:
    nothing, where, leaves = shaded(strewn(), only_sun(None), 0.0)
    assert not nothing[where].any()
    # The wall behind is in the way of the sun from there, as it is not of the sky's light.
    from_behind, _, _ = shaded(strewn(), only_sun(SunDirection(altitude_deg=60, azimuth_deg=0)), 0.0)
    assert (from_behind[leaves] > 0).all(axis=1).mean() > 0.2
    sky, _, _ = shaded(strewn(), only_sun(None, zenith_radiance=(0.3, 0.3, 0.3), horizon_radiance=(0.3, 0.3, 0.3)), 0.0)
    assert (sky[leaves] > 0).all() and not sky[where & ~leaves].any()
    # The sheen is grey: under the sky a leaf is less blue's opposite than its colour is.
    assert (sky[leaves][:, 2] / sky[leaves][:, 1]).mean() > 1.3 * CROWN.base_color[2] / CROWN.base_color[1]


@pytest.mark.parametrize("tone", [0.0, 0.5, 1.0])
def test_leaf_colours_turn_about_the_plants_own(tone: float) -> None:
    base = np.array([[0.05, 0.15, 0.03]], dtype=np.float32)
    made = leaf_color(base, np.array([tone], np.float32), np.array([1.5], np.float32))[0]
    assert made.max() == pytest.approx(1.5 * 0.15, rel=1e-4)
    assert 1 - made.min() / made.max() == pytest.approx(0.88 * (1 - 0.03 / 0.15), rel=1e-3)
    hue = 120 - 60 * (made[0] - made[2]) / (made.max() - made.min())
    assert hue == pytest.approx(120 - 60 * 0.02 / 0.12 + 14.4 * (1 - 2 * tone), abs=0.1)


def test_a_leaf_lets_the_sun_through_and_a_board_does_not() -> None:
    """Seen from the shaded side, with nothing else that shines."""
    sun = SunDirection(altitude_deg=30, azimuth_deg=0)
    sheet = [np.array([(-3.0, 0, 0), (3, 0, 0), (3, 0, 3), (-3, 0, 3)])]
    view = Camera(position_m=(0, -6, 1.5), target_m=(0, 0, 1.5), focal_mm=50, size=Size(12, 12))
    found = []
    for family in (TextureFamily.FOLIAGE, TextureFamily.PLAIN):
        made = Material(name="sheet", base_color=(0.1, 0.3, 0.05), family=family)
        caster = RayCaster(build([("sheet", Part.SURROUNDINGS, made, sheet)]))
        found.append(light(caster, gbuffer_of(caster, view), only_sun(sun)).deferred.array[6, 6])
    # The sunlit ground beyond the horizon lights both.
    bounced = sky_irradiance(np.array([0.0, -1.0, 0.0]), only_sun(sun), ground_albedo=(0.2, 0.2, 0.2))
    through = LEAF_TRANSMISSION * np.array([2.0, 1.8, 1.5]) * np.cos(np.radians(30))
    for seen, irradiance in zip(found, (bounced + through, bounced), strict=True):
        np.testing.assert_allclose(seen, tone_map(np.array([0.1, 0.3, 0.05]) / np.pi * irradiance), atol=1e-5)
