"""Damage put on a clean drawing, and mended."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from archviz.sketch import Adjustments, damage_from_mask, load_drawing
from archviz.sketch.repair import mend
from tests.sketch.drawings import sheet

DRAWN = sheet(450, 600, thickness=3, paper=0.96)


def place(*corners):
    """A polygon in shares of the page, and its pixels."""
    mask = np.zeros(DRAWN.shape[:2], np.uint8)
    points = np.array([corners]) * (DRAWN.shape[1], DRAWN.shape[0]) - 0.5
    cv2.fillPoly(mask, [points[0].round().astype(np.int32)], 1)
    return tuple(corners), mask > 0


def test_a_marked_place_is_mended_and_the_rest_untouched_to_the_pixel():
    # Over the ridge, a straight line.
    marked, mask = place((0.44, 0.12), (0.52, 0.12), (0.52, 0.22), (0.44, 0.22))
    spoilt = DRAWN.copy()
    spoilt[mask] = (120, 90, 60)
    made, findings = mend(spoilt, [marked], search=False)
    np.testing.assert_array_equal(made[~mask], spoilt[~mask])
    assert [f.code for f in findings] == ["repaired"]
    ink = mask & (DRAWN[..., 0] < 100)
    near = cv2.erode(made, np.ones((5, 5), np.uint8))
    assert (near[ink].max(axis=1) < 140).mean() > 0.9
    far = mask & (cv2.erode(DRAWN, np.ones((9, 9), np.uint8))[..., 0] > 200)
    assert made[far].min() > 225


def test_a_lost_corner_is_drawn_again():
    marked, mask = place((0.46, 0.70), (0.54, 0.70), (0.54, 0.86), (0.46, 0.86))
    spoilt = DRAWN.copy()
    spoilt[mask] = 250
    made, _ = mend(spoilt, [marked], search=False)
    ink = mask & (DRAWN[..., 0] < 100)
    near = cv2.erode(made, np.ones((7, 7), np.uint8))
    # Two of the three edges that meet in it.
    assert (near[ink].max(axis=1) < 140).mean() > 0.55


def test_a_tear_and_a_stain_are_found_and_mended_and_only_they():
    height, width = DRAWN.shape[:2]
    spoilt = DRAWN.astype(np.float32)
    y, x = np.mgrid[:height, :width]
    stain = np.hypot(x - 0.3 * width, y - 0.55 * height) < 0.1 * width
    spoilt[stain] *= (0.88, 0.75, 0.58)
    spoilt = spoilt.round().astype(np.uint8)
    cv2.fillPoly(spoilt, [np.array([[width, 20], [width - 90, 60], [width, 130]])], (40, 30, 25))
    made, findings = mend(spoilt, [], search=True)
    assert findings[0].values["count"] == "2"
    paper = DRAWN[..., 0] > 240
    assert np.abs(made.astype(int) - DRAWN)[paper].mean() < 1.0 < np.abs(spoilt.astype(int) - DRAWN)[paper].mean()
    under = cv2.erode(stain.astype(np.uint8), np.ones((15, 15))) > 0
    assert made[under & (DRAWN[..., 0] < 60)].mean() < 90
    touched = (made != spoilt).any(axis=2)
    damaged = cv2.dilate((spoilt != DRAWN).any(axis=2).astype(np.uint8), np.ones((31, 31), np.uint8)) > 0
    assert not (touched & ~damaged).any()


def test_faded_strokes_come_back():
    spoilt = DRAWN.copy()
    half = np.s_[:, 300:]
    spoilt[half] = (245 - (245 - DRAWN[half].astype(np.float32)) * 0.25).round().astype(np.uint8)
    made, findings = mend(spoilt, [], search=True)
    assert [f.code for f in findings] == ["repaired"]
    ink = DRAWN[:, 330:, 0] < 60
    assert made[:, 330:][ink].mean() < 0.65 * spoilt[:, 330:][ink].mean()


def test_a_sound_drawing_is_left_alone():
    made, findings = mend(DRAWN, [], search=True)
    assert [f.code for f in findings] == ["nothing-to-repair"]
    np.testing.assert_array_equal(made, DRAWN)


def test_a_mask_image_marks_places(tmp_path):
    _, mask = place((0.44, 0.12), (0.52, 0.12), (0.52, 0.22), (0.44, 0.22))
    Image.fromarray(mask.astype(np.uint8) * 255).save(tmp_path / "mask.png")
    Image.fromarray(DRAWN).save(tmp_path / "drawing.png")
    wanted = Adjustments(damage=damage_from_mask(tmp_path / "mask.png"))
    assert Adjustments.from_json(wanted.to_json()) == wanted
    made = load_drawing(tmp_path / "drawing.png", wanted).array
    touched = (made != DRAWN).any(axis=2)
    assert touched.any() and not (touched & ~mask).any()
