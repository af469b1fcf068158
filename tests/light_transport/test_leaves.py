"""Light among blades of grass."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.leaves import bent_normals, share_among_blades
from archviz.light_transport.surface import surface_of
from tests.light_transport.scenes import box, build, floor, gbuffer_of, pixel_of

CAMERA = Camera(position_m=(0, -12, 3), target_m=(0, 0, 1), focal_mm=35, size=Size(72, 96))
PLAIN = Material(name="plain")
GRASS = Material(name="lawn", family=TextureFamily.GRASS)
LEAVES = Material(name="leaves", family=TextureFamily.FOLIAGE)


def blocks(ground: Material = PLAIN) -> GBuffer:
    """Two blocks side by side, the left one of grass, on a floor."""
    pieces = [
        ("ground", Part.GROUND, ground, floor(100)),
        ("hedge", Part.SURROUNDINGS, GRASS, box((-3, 0, 0), (-1, 1, 2))),
        ("wall", Part.BUILDING, PLAIN, box((1, 0, 0), (3, 1, 2))),
    ]
    return gbuffer_of(RayCaster(build(pieces)), CAMERA)


def test_normals_of_grass_alone_are_bent_upwards() -> None:
    gbuffer = blocks()
    surface = surface_of(gbuffer)
    normals = bent_normals(gbuffer, surface)
    grass, wall = pixel_of(CAMERA, (-2, 0, 1)), pixel_of(CAMERA, (2, 0, 1))
    np.testing.assert_allclose(surface.normals[grass], surface.normals[wall], atol=1e-5)
    np.testing.assert_allclose(normals[grass], np.array([0, -1, 1.5]) / 3.25**0.5, atol=1e-5)
    moved = np.any(normals != surface.normals, axis=-1)
    np.testing.assert_array_equal(moved, gbuffer.elements.array == 1)


@pytest.mark.parametrize("other", [PLAIN, LEAVES])
def test_blades_share_their_light_with_one_another_and_with_nothing_else(other: Material) -> None:
    rng = np.random.default_rng(0)
    lawn, stone = blocks(GRASS), blocks(other)
    given = rng.uniform(0, 2, (*CAMERA.size.shape, 3)).astype(np.float32)
    shared, kept = given.copy(), given.copy()
    share_among_blades(shared, lawn)
    share_among_blades(kept, stone)
    ground = lawn.elements.array == 0
    inner = np.s_[-20:-4, 8:-8]
    assert ground[inner].all()
    # Sixty hundredths of each pixel are the mean of twenty-five.
    assert shared[inner].std() == pytest.approx(given[inner].std() * (0.424**2 + 24 * 0.024**2) ** 0.5, rel=0.05)
    assert shared[inner].mean() == pytest.approx(given[inner].mean(), rel=0.02)
    np.testing.assert_array_equal(shared[lawn.elements.array == 2], given[lawn.elements.array == 2])
    np.testing.assert_array_equal(kept[ground], given[ground])


def test_an_even_light_stays_as_it_is_to_the_border() -> None:
    even = np.full((*CAMERA.size.shape, 3), 0.7, dtype=np.float32)
    share_among_blades(even, blocks(GRASS))
    np.testing.assert_allclose(even, 0.7, atol=1e-5)
