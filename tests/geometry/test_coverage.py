"""Outlines smoothed by what covers a pixel, against pictures of many rays a pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.coverage import trace_coverage
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from tests.geometry.shapes import box, quad, scene

SIZE = Size(height=96, width=128)
CAMERA = Camera(position_m=(-9, -13, 3), target_m=(0, 2, 2.5), focal_mm=28, sensor_mm=36, size=SIZE)
FINE = 8
LEAVES = Material(name="leaves", family=TextureFamily.FOLIAGE)
TONES = np.array([[200, 180, 150], [40, 60, 70], [90, 140, 60], [120, 160, 220]], np.uint8)


def house() -> Scene:
    return scene(
        {
            "walls": box((-4.5, 0, 0), (4.5, 7, 5)),
            "door": (box((-1, -0.1, 0), (0.5, 0.1, 2.2)), Material(name="paint"), Part.OPENING),
            "ground": (
                quad((-90, -90, 0), (90, -90, 0), (90, 90, 0), (-90, 90, 0)),
                Material(name="lawn"),
                Part.GROUND,
            ),
        }
    )


def painted(view: GBuffer) -> NDArray[np.uint8]:
    """Each element in its tone, darker where it faces right."""
    shade = np.where(view.hit, 0.75 - 0.25 * view.camera_normals()[..., 0], 1.0)
    return np.round(TONES[view.elements.array] * shade[..., None]).astype(np.uint8)


def seen(shown: Scene, camera: Camera = CAMERA) -> tuple[GBuffer, RayCaster]:
    caster = RayCaster(shown)
    return rasterize(shown, camera, caster=caster), caster


def test_a_smoothed_outline_is_that_of_many_rays() -> None:
    view, caster = seen(house())
    fine = painted(rasterize(house(), CAMERA.resized(Size(height=FINE * 96, width=FINE * 128)))).astype(np.float64)
    truth = fine.reshape(96, FINE, 128, FINE, 3).mean(axis=(1, 3))
    picture = painted(view)
    coverage = trace_coverage(view, caster)
    smooth = coverage.smooth(picture)
    np.testing.assert_allclose(coverage.shares.sum(axis=1), 1.0, atol=1e-5)
    stairs, rest = (np.square(one - truth).mean() for one in (picture.astype(np.float64), smooth.astype(np.float64)))
    assert rest < 0.4 * stairs
    inside = np.ones(96 * 128, bool)
    inside[coverage.pixels] = False
    np.testing.assert_array_equal(smooth.reshape(-1, 3)[inside], picture.reshape(-1, 3)[inside])
    assert 0.02 < 1 - inside.mean() < 0.15


@pytest.mark.parametrize("grown", [True, False])
def test_leaves_among_leaves_stay_as_they_are(grown: bool) -> None:
    rng = np.random.default_rng(1)
    corners = rng.uniform((-4, 2, 0.5), (4, 4, 5), (4000, 1, 3)) + rng.normal(0, 0.15, (4000, 3, 3))
    bush = Scene(
        vertices_m=corners.reshape(-1, 3).astype(np.float32),
        faces=np.arange(12000, dtype=np.int32).reshape(-1, 3),
        face_elements=np.zeros(4000, np.int32),
        table=scene({"bush": (box((0, 0, 0), (1, 1, 1)), LEAVES, Part.SURROUNDINGS)}).table,
    )
    if not grown:
        bush = replace(bush, table=scene({"heap": (box((0, 0, 0), (1, 1, 1)), Material(name="scrap"))}).table)
    view, caster = seen(bush)
    touched = np.zeros(96 * 128, bool)
    touched[trace_coverage(view, caster).pixels] = True
    touched = touched.reshape(96, 128)
    within = view.hit.copy()
    for axis in (0, 1):
        for step in (-1, 1):
            within &= np.roll(view.hit, step, axis)
    # The outline against the sky is smoothed all the same.
    assert touched[view.hit & ~within].mean() > 0.95
    corner = within & np.roll(within, 1, 0) & np.roll(within, -1, 0) & np.roll(within, 1, 1) & np.roll(within, -1, 1)
    assert (touched[corner].mean() == 0) if grown else (touched[corner].mean() > 0.3)


def test_what_no_neighbour_shows_keeps_its_pixel() -> None:
    # A wire of a fifth of a pixel, hit by a ray here and there.
    wire = scene({"wire": box((-6, 0, 2.45), (6, 0.01, 2.47))})
    view, caster = seen(wire)
    lone = view.hit.sum()
    assert 0 < lone
    smooth = trace_coverage(view, caster).smooth(painted(view))
    assert smooth[view.hit].std(axis=0).max() < 80 and not np.isnan(smooth).any()
    assert (smooth[~view.hit] != TONES[-1]).any(axis=1).mean() < 0.05
