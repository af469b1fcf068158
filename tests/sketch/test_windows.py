"""Windows are rectangles of their wall again, and have the frames that are drawn around them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.maps import EdgeMap
from archviz.sketch import Vanishing, frames_around, square_windows, trace_areas
from archviz.sketch.vanishing import wall_normals

SHAPE = (300, 420)
ORDER = Vanishing(horizon_px=210.0, focal_px=380.0, azimuths_deg=(40.0, 130.0))


def wall_facing(bundle: int) -> NDArray[np.float32]:
    """Normals of a wall of one bundle that fills the picture."""
    columns = np.arange(SHAPE[1]) + 0.5
    normals = wall_normals(ORDER, columns, SHAPE[1])[:, bundle]
    return np.broadcast_to(normals[None], (*SHAPE, 3)).astype(np.float32)


def window(bundle: int, left: int, right: int, low: float, high: float) -> NDArray[np.bool_]:
    """Between two columns and two lines to the wall's vanishing point, given by their rows at the left column."""
    angle = np.radians(ORDER.azimuths_deg[bundle])
    point = np.array([SHAPE[1] / 2 + ORDER.focal_px * np.tan(angle), ORDER.horizon_px])
    corners = []
    for row, columns in ((low, (left, right)), (high, (right, left))):
        corners += [(x, point[1] + (row - point[1]) * (point[0] - x) / (point[0] - left)) for x in columns]
    paper = np.zeros(SHAPE, np.uint8)
    cv2.fillPoly(paper, [np.round(corners).astype(np.int32)], 1)
    return paper > 0


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("bundle", [0, 1])
def test_a_bitten_window_is_whole_again(bundle: int) -> None:
    whole = window(bundle, 120, 260, 60, 150)
    frayed = whole.copy()
    # A plant before its lower corner, a leak beside it, a mullion, and a side drawn by a shaking hand.
    yy, xx = np.mgrid[: SHAPE[0], : SHAPE[1]]
    frayed[(np.hypot(xx - 125, yy - 150) < 40)] = False
    frayed[80:100, 258:272] = True
    frayed[:, 190:193] = False
    frayed[:, 118:126] &= np.random.default_rng(0).random((SHAPE[0], 1)) < 0.5
    found = square_windows(frayed, wall_facing(bundle), ORDER, bar_px=7)
    assert iou(frayed, whole) < 0.88 < 0.96 < iou(found, whole)
    edges = np.flatnonzero(found.any(axis=0))[[0, -1]]
    assert found[:, edges[0] : edges[1] + 1].any(axis=0).all(), "one window"


def test_two_windows_stay_two_and_what_is_no_rectangle_stays_as_it_is() -> None:
    two = window(0, 60, 140, 60, 120) | window(0, 180, 280, 90, 150)
    found = square_windows(two, wall_facing(0), ORDER, bar_px=7)
    assert cv2.connectedComponents(found.astype(np.uint8))[0] == 3
    assert iou(found, two) > 0.95
    corner = window(0, 60, 300, 40, 60) | window(0, 60, 80, 40, 200)
    assert iou(square_windows(corner, wall_facing(0), ORDER, bar_px=7), corner) > 0.97


def test_an_area_around_a_window_is_its_frame_and_the_wall_is_not() -> None:
    lines = np.zeros(SHAPE, np.float32)
    cv2.rectangle(lines, (40, 30), (380, 270), 1.0)
    cv2.rectangle(lines, (120, 90), (240, 190), 1.0)
    cv2.rectangle(lines, (126, 96), (234, 184), 1.0)
    panes = np.zeros(SHAPE, bool)
    panes[98:183, 128:233] = True
    frames = frames_around(panes, trace_areas(EdgeMap(lines)), frame_px=10)
    assert frames[93, 130:230].all() and frames[100:180, 123].all()
    assert not frames[:88].any() and not frames[:, :117].any() and not (frames & panes).any()
    bare = lines.copy()
    cv2.rectangle(bare, (120, 90), (240, 190), 0.0)
    assert not frames_around(panes, trace_areas(EdgeMap(bare)), frame_px=10).any(), "without a line around it, no frame"
