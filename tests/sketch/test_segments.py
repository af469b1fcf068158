"""Areas parted at their necks, and the crowns of trees among them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from archviz.core.maps import EdgeMap
from archviz.sketch import trace_areas
from archviz.sketch.segments import crowned, part_areas, scalloped

SHAPE = (300, 400)


def _lines(*outlines: list[tuple[int, int]]) -> NDArray[np.uint8]:
    paper = np.zeros(SHAPE, np.uint8)
    for outline in outlines:
        cv2.polylines(paper, [np.array(outline, np.int32)], True, 1)
    return paper


def _segment(paper: NDArray[np.uint8], *points: tuple[int, int]) -> list[int]:
    segments, owner = part_areas(trace_areas(EdgeMap(paper.astype(np.float32))))
    assert owner[0] == 0 and (owner[1:] > 0).all()
    return [int(segments[y, x]) for x, y in points]


def test_a_window_whose_line_is_not_closed_is_still_a_window() -> None:
    wall = [(40, 40), (360, 40), (360, 260), (40, 260)]
    window = [(120, 100), (200, 100), (200, 180), (120, 180)]
    paper = _lines(wall, window)
    # Seven pixels of the sill were not drawn.
    paper[180, 150:157] = 0
    assert (
        trace_areas(EdgeMap(paper.astype(np.float32))).labels[140, 160]
        == trace_areas(EdgeMap(paper.astype(np.float32))).labels[140, 260]
    ), "it leaks"
    pane, corner, around, sky = _segment(paper, (160, 140), (125, 105), (260, 140), (10, 10))
    assert pane == corner != around != sky


def test_what_is_as_wide_everywhere_is_one() -> None:
    # An L of two wings, and a long band.
    paper = _lines(
        [(40, 40), (340, 40), (340, 90), (90, 90), (90, 260), (40, 260)],
        [(120, 120), (380, 120), (380, 130), (120, 130)],
    )
    wing, corner, other = _segment(paper, (330, 65), (65, 65), (65, 250))
    assert wing == corner == other
    left, right = _segment(paper, (125, 125), (370, 125))
    assert left == right


def test_a_crown_is_scalloped_and_a_wall_is_not() -> None:
    turn = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = 55 + 5 * np.abs(np.sin(9 * turn))
    crown = [(round(110 + r * np.cos(a)), round(150 + r * np.sin(a))) for a, r in zip(turn, radius, strict=True)]
    wall = [(220, 60), (380, 90), (380, 240), (220, 240)]
    areas = trace_areas(EdgeMap(_lines(crown, wall).astype(np.float32)))
    found = scalloped(areas)
    assert found[areas.labels[150, 110]] and not found[areas.labels[150, 300]]
    assert not found[0], "ink is no tree"
    sure = crowned(areas)
    assert sure[areas.labels[150, 110]] and sure.sum() == 1, "round and of short arcs: sure; the sheet is not"
