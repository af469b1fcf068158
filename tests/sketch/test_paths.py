"""Lines on the ground part what is paved from what is not."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from archviz.core.maps import EdgeMap
from archviz.sketch import paved_ground, trace_areas

HORIZON = 60


def _paved(lines: NDArray[np.uint8], ground: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    if ground is None:
        ground = np.broadcast_to(np.arange(200)[:, None] > HORIZON, (200, 300))
    lines[HORIZON] = 1
    return paved_ground(trace_areas(EdgeMap(lines.astype(np.float32))), ground)


def test_a_path_over_the_lawn_is_paved_up_to_its_lines() -> None:
    lines = np.zeros((200, 300), np.uint8)
    cv2.line(lines, (100, HORIZON), (20, 199), 1)
    cv2.line(lines, (120, HORIZON), (90, 199), 1)
    rows, columns = np.indices(lines.shape)
    left, right = (a + (b - a) * (rows - HORIZON) / (199 - HORIZON) for a, b in ((100, 20), (120, 90)))
    path = (columns > left) & (columns < right) & (rows > HORIZON)
    unsure = (np.abs(columns - left) < 2) | (np.abs(columns - right) < 2) | (np.abs(rows - HORIZON) < 3)
    np.testing.assert_array_equal(_paved(lines)[~unsure], path[~unsure])


def test_areas_take_turns_from_the_largest() -> None:
    lines = np.zeros((200, 300), np.uint8)
    lines[[90, 110, 120]] = 1
    paved = _paved(lines)
    # Lawn in front; pavement, road and pavement behind it.
    assert [bool(paved[row, 150]) for row in (75, 100, 115, 160)] == [True, False, True, False]


def test_only_ground_is_paved_and_one_area_is_not() -> None:
    lines = np.zeros((200, 300), np.uint8)
    assert not _paved(lines).any()
    cv2.rectangle(lines, (100, 80), (180, 150), 1)
    ground = np.broadcast_to(np.arange(200)[:, None] > HORIZON, (200, 300)).copy()
    assert _paved(lines.copy(), ground)[120, 140]
    ground[81:150, 101:180] = False
    assert not _paved(lines, ground).any(), "a house on the lawn is no terrace"


def test_a_lawn_that_nothing_parts_from_the_sky_is_still_a_lawn() -> None:
    lines = np.zeros((200, 300), np.uint8)
    for end in (60, 130):
        cv2.line(lines, (110, 111), (end, 199), 1)
    ground = np.broadcast_to(np.arange(200)[:, None] > 110, (200, 300))
    paved = paved_ground(trace_areas(EdgeMap(lines.astype(np.float32))), ground)
    assert paved[180, 95] and not paved[180, 250] and not paved[180, 20] and not paved[:110].any()


def test_a_path_whose_lines_end_before_the_sheet_does_is_a_path() -> None:
    lines = np.zeros((200, 300), np.uint8)
    cv2.line(lines, (100, HORIZON), (21, 197), 1)
    cv2.line(lines, (120, HORIZON), (90, 197), 1)
    paved = _paved(lines)
    assert paved[150, 70] and not paved[150, 250] and not paved[150, 20]


def test_a_court_that_a_path_leads_into_through_a_gate_is_paved_as_well() -> None:
    lines = np.zeros((200, 300), np.uint8)
    # Its walls stand on no lawn: the path is all that it lies beside.
    ground = np.broadcast_to(np.arange(200)[:, None] > HORIZON, (200, 300)).copy()
    ground[61:140, 60:240] = False
    ground[75:125, 80:220] = True
    ground[124:141, 140:156] = True
    cv2.rectangle(lines, (60, HORIZON), (240, 140), 1)
    cv2.rectangle(lines, (80, 75), (220, 125), 1)
    for x in (140, 156):
        cv2.line(lines, (x, 125), (x, 140), 1)
        cv2.line(lines, (x, 140), (x + 3 * (x - 148), 199), 1)
    lines[125, 141:156] = lines[140, 141:156] = 0
    paved = _paved(lines, ground)
    assert paved[190, 148] and paved[132, 148] and paved[100, 100] and not paved[190, 30] and not paved[190, 270]
