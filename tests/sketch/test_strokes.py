"""Straight strokes are edges of something; scribbles are not."""

from __future__ import annotations

import cv2
import numpy as np

from archviz.core.maps import EdgeMap
from archviz.core.size import Size
from archviz.sketch import drawn_ink

SIZE = Size(height=120, width=180)


def test_lines_of_every_direction_are_kept_and_scribbles_fade() -> None:
    fine = np.zeros((240, 360), np.uint8)
    for angle in np.radians([0, 17, 38, 45, 63, 90, 124, 155]):
        x, y = np.round(45 * np.array([np.cos(angle), np.sin(angle)])).astype(int).tolist()
        cv2.line(fine, (70 - x, 120 - y), (70 + x, 120 + y), 1)
    rng = np.random.default_rng(3)
    # Leaves: small loops, one beside another.
    for x in range(215, 335, 12):
        for y in range(60, 180, 12):
            cv2.ellipse(fine, (x, y), (4, 3), float(rng.uniform(0, 180)), 20, 320, 1, 1)
    ink = drawn_ink(EdgeMap(fine.astype(np.float32)), SIZE, straight=True)
    every = cv2.resize(fine.astype(np.float32), (180, 120), interpolation=cv2.INTER_AREA)
    kept = np.array([ink[:, :90].sum() / every[:, :90].sum(), ink[:, 90:].sum() / every[:, 90:].sum()])
    # A stroke is as wide as a pixel of the picture: two of the drawing's, of one that was drawn.
    assert kept[0] > 1.5 and kept[1] < 0.35 * kept[0]
    assert ink.max() <= 1.0 and not ink[:10].any()
    both = drawn_ink(EdgeMap(fine.astype(np.float32)), SIZE)
    assert (both >= ink).all() and both[:, 90:].sum() > 1.5 * every[:, 90:].sum()


def test_a_line_between_two_rows_covers_more_than_one_of_them() -> None:
    fine = np.zeros((240, 360), np.float32)
    fine[101, 40:200] = 1
    ink = drawn_ink(EdgeMap(fine), SIZE)
    across = ink[:, 40:80].sum(axis=0)
    np.testing.assert_allclose(across, 1.35, atol=0.01)
    assert (ink[49:53, 60] > 0.6).sum() == 2, "half in each, and strong in both"
