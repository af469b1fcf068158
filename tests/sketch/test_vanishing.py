"""The order of parallel lines: horizon, focal length, directions, and the faces between them."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import EdgeMap
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.sketch import find_vanishing, trace_areas
from archviz.sketch.vanishing import face_areas
from tests.geometry.shapes import box, scene

SIZE = Size(height=400, width=600)


def block(focal_mm: float, *, turn_deg: float = 35.0, shift: float = 0.1) -> GBuffer:
    """A block of three storeys with windows on two sides, seen at a corner by a level camera."""
    parts = {"block": box((-6, 0, 0), (6, 9, 9))}
    for storey in range(3):
        for bay in range(4):
            low, x, y = 0.8 + 3 * storey, -5.3 + 3 * bay, 0.5 + 2.2 * bay
            parts[f"front {storey} {bay}"] = box((x, -0.06, low), (x + 1.6, 0.02, low + 1.5))
            parts[f"side {storey} {bay}"] = box((-6.06, y, low), (-5.98, y + 1.2, low + 1.5))
    turn = np.radians(turn_deg)
    away = 24 * focal_mm / 28
    position = np.array([-6 - away * np.sin(turn), -away * np.cos(turn), 1.6])
    camera = Camera(
        position_m=tuple(position),
        target_m=(position[0] + np.sin(turn), position[1] + np.cos(turn), 1.6),
        focal_mm=focal_mm,
        shift=(0.0, shift),
        size=SIZE,
    )
    return rasterize(scene(parts), camera)


@pytest.mark.parametrize("focal_mm", [24.0, 28.0, 34.0])
def test_horizon_focal_length_and_directions_are_found(focal_mm: float) -> None:
    view = block(focal_mm)
    horizon = view.camera.principal_point_px[1]
    guess = 28 / 36 * SIZE.longer
    found = find_vanishing(trace_areas(view.edges), focal_px=guess, horizon_px=horizon + 15)
    assert found is not None
    assert found.horizon_px == pytest.approx(horizon, abs=5)
    assert found.focal_px == pytest.approx(view.camera.focal_px, rel=0.08)
    # The view looks 35 degrees to the right of +Y: the front runs 55 degrees to the right, the side 35 to the left.
    assert sorted(found.azimuths_deg) == pytest.approx([55.0, 145.0], abs=3)


def test_lines_overrule_a_horizon_that_is_looked_for_far_too_high() -> None:
    view = block(28.0)
    horizon = view.camera.principal_point_px[1]
    guess = horizon - 0.14 * SIZE.height
    found = find_vanishing(trace_areas(view.edges), focal_px=view.camera.focal_px, horizon_px=guess)
    assert found is not None and found.horizon_px == pytest.approx(horizon, abs=5)


def test_every_wall_faces_as_it_does() -> None:
    view = block(28.0)
    areas = trace_areas(view.edges)
    found = find_vanishing(areas, focal_px=view.camera.focal_px, horizon_px=view.camera.principal_point_px[1])
    assert found is not None
    known, normals = face_areas(areas, found)
    told = known[areas.labels] & (areas.labels > 0) & view.hit
    cosine = (normals[areas.labels] * view.camera_normals()).sum(-1)[told]
    assert told.sum() > 0.65 * view.hit.sum()
    assert np.mean(cosine > np.cos(np.radians(4))) > 0.97


def test_what_lies_flat_is_level() -> None:
    slab = {"slab": box((-4, 0, 0), (4, 8, 0.4)), "post": box((-4, 0, 0.4), (-3.4, 0.6, 6))}
    camera = Camera(position_m=(-9, -9, 3.0), target_m=(-8.4, -8, 3.0), shift=(0.0, -0.1), size=SIZE)
    view = rasterize(scene(slab), camera)
    areas = trace_areas(view.edges)
    found = find_vanishing(areas, focal_px=camera.focal_px, horizon_px=camera.principal_point_px[1])
    assert found is not None
    known, normals = face_areas(areas, found)
    top = view.normals.array[..., 2] > 0.9
    label = np.bincount(areas.labels[top & (areas.labels > 0)]).argmax()
    assert known[label]
    np.testing.assert_allclose(normals[label], [0, 1, 0], atol=1e-6)


def test_scribbles_have_no_order() -> None:
    import cv2

    generator = np.random.default_rng(0)
    paper = np.zeros(SIZE.shape, dtype=np.uint8)
    for _ in range(40):
        points = generator.normal(0, 25, size=(30, 2)).cumsum(0) + generator.uniform((100, 80), (500, 320))
        cv2.polylines(paper, [points.astype(np.int32)], False, 1)
    areas = trace_areas(EdgeMap(paper.astype(np.float32)))
    assert find_vanishing(areas, focal_px=467.0, horizon_px=200.0) is None


def test_blank_paper_has_no_order() -> None:
    areas = trace_areas(EdgeMap(np.zeros(SIZE.shape, dtype=np.float32)))
    assert find_vanishing(areas, focal_px=467.0, horizon_px=200.0) is None
