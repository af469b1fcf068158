"""Lamps: the inverse square law, and shadows."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.lamps import lamp_irradiance
from archviz.light_transport.leaves import LEAF_TRANSMISSION
from tests.light_transport.scenes import Piece, box, build, floor, gbuffer_of, pixel_of

PLAIN = Material(name="plain")
GROUND: Piece = ("ground", Part.GROUND, PLAIN, floor(100))
CAMERA = Camera(position_m=(0, 0, 40), target_m=(0, 0, 0), up=(0, 1, 0), focal_mm=72, size=Size(101, 101))


def test_the_ground_gets_height_over_distance_cubed() -> None:
    caster = RayCaster(build([GROUND]))
    gbuffer = gbuffer_of(caster, CAMERA)
    light = lamp_irradiance(caster, gbuffer, np.array([[1.0, 2.0, 4.0], [-5.0, 0.0, 3.0]]), least=0.0)
    points = gbuffer.positions_m()
    expected = sum(
        lamp[2] / np.linalg.norm(points - lamp, axis=-1) ** 3 for lamp in np.array([[1.0, 2.0, 4.0], [-5.0, 0.0, 3.0]])
    )
    # Odd pixels are means of their neighbours.
    assert np.abs(light - expected).max() < 0.002
    np.testing.assert_allclose(light[::2, ::2], expected[::2, ::2], rtol=1e-3)


def test_what_stands_between_casts_a_shadow() -> None:
    caster = RayCaster(build([GROUND, ("wall", Part.BUILDING, PLAIN, box((2, -1, 0), (2.2, 1, 3)))]))
    light = lamp_irradiance(caster, gbuffer_of(caster, CAMERA), np.array([[0.0, 0.0, 3.0]]), least=0.0)
    assert light[pixel_of(CAMERA, (4, 0, 0))] == 0
    assert light[pixel_of(CAMERA, (-4, 0, 0))] == pytest.approx(3 / 5**3, rel=0.05)


def test_the_lamp_s_own_housing_does_not_shade_it() -> None:
    lamp = np.array([[0.0, 0.0, 3.0]])
    housing = ("lamp", Part.SURROUNDINGS, PLAIN, box((-0.15, -0.15, 2.85), (0.15, 0.15, 3.15)))
    caster = RayCaster(build([GROUND, housing]))
    light = lamp_irradiance(caster, gbuffer_of(caster, CAMERA), lamp, least=0.0)
    assert light[pixel_of(CAMERA, (3, 0, 0))] == pytest.approx(3 / 18**1.5, rel=0.05)


def test_light_too_weak_to_see_ends_without_a_step() -> None:
    caster = RayCaster(build([GROUND]))
    gbuffer = gbuffer_of(caster, CAMERA)
    light = lamp_irradiance(caster, gbuffer, np.array([[0.0, 0.0, 3.0]]), least=0.02)
    assert (light == 0).any() and light.max() == pytest.approx(1 / 9 - 0.02, rel=0.01)
    assert np.abs(np.diff(light[50])).max() < 0.01


LEAF = Material(name="leaf", family=TextureFamily.FOLIAGE)
LAMP = np.array([[0.0, 0.0, 3.0]])


@pytest.mark.parametrize(("material", "share"), [(PLAIN, 0.0), (LEAF, LEAF_TRANSMISSION)])
def test_a_leaf_lets_through_what_falls_on_its_other_side(material: Material, share: float) -> None:
    # The camera looks down on a level sheet; the lamp shines on it from below.
    caster = RayCaster(build([("sheet", Part.SURROUNDINGS, material, box((-20, -20, 6), (20, 20, 6)))]))
    camera = Camera(position_m=(1, 0, 40), target_m=(1, 0, 0), up=(0, 1, 0), focal_mm=500, size=Size(101, 101))
    light = lamp_irradiance(caster, gbuffer_of(caster, camera), LAMP, least=0.0)
    for x in (0.2, 1.0, 1.8):
        assert light[pixel_of(camera, (x, 0, 6))] == pytest.approx(share * 3 / (9 + x**2) ** 1.5, rel=0.02)


def test_a_leaf_in_the_shade_of_another_is_lit_by_those_around_it_and_a_stone_is_not() -> None:
    def shaded(material: Material) -> tuple[float, float]:
        """Light in the shadow of a small plate, and without it."""
        ground = ("ground", Part.GROUND, material, floor(100))
        plate = ("plate", Part.SURROUNDINGS, PLAIN, box((1.85, -0.15, 1.5), (2.15, 0.15, 1.5)))
        camera = Camera(position_m=(4, 0, 40), target_m=(4, 0, 0), up=(0, 1, 0), focal_mm=72, size=Size(101, 101))
        values = []
        for pieces in ([ground, plate], [ground]):
            caster = RayCaster(build(pieces))
            light = lamp_irradiance(caster, gbuffer_of(caster, camera), LAMP, least=0.0)
            values.append(float(light[pixel_of(camera, (4, 0, 0))]))
        return values[0], values[1]

    dark, lit = shaded(PLAIN)
    assert dark == 0 and lit == pytest.approx(3 / 5**3, rel=0.02)
    among, open_lawn = shaded(LEAF)
    assert 0.3 * open_lawn < among < 0.9 * open_lawn
    assert open_lawn == pytest.approx(lit, rel=0.05)
