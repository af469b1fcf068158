"""Coloured pencil and writing on drawings whose own lines are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from archviz.samples import sample_path
from archviz.sketch import Adjustments, load_drawing
from archviz.sketch.notes import coloured_marks, drop_notes
from tests.sketch.drawings import sheet

RED, BLUE, GREEN = (200, 60, 50), (60, 90, 190), (60, 140, 60)


def page(name):
    return np.array(Image.open(sample_path(name)).convert("RGB"))


def pencilled(array, color):
    """Pencil strokes over a drawing: what is dark under them stays dark."""
    height, width = array.shape[:2]
    layer = np.full_like(array, 255)
    cv2.line(layer, (width // 10, height // 2), (9 * width // 10, height // 3), color, 4, cv2.LINE_AA)
    cv2.ellipse(layer, (width // 2, height // 2), (width // 9, height // 9), 20, 0, 360, color, 3, cv2.LINE_AA)
    return (array.astype(np.float32) * layer / 255).round().astype(np.uint8)


def written(array, text, place=(0.05, 0.03)):
    image = Image.fromarray(array)
    height, width = array.shape[:2]
    font = ImageFont.load_default(size=width // 40)
    ImageDraw.Draw(image).text((place[0] * width, place[1] * height), text, fill=(40, 40, 40), font=font)
    return np.array(image)


@pytest.mark.parametrize("color", [RED, BLUE, GREEN])
def test_coloured_pencil_is_left_out_and_the_lines_stay(color):
    drawn = sheet(600, 800, thickness=3)
    made, findings = drop_notes(pencilled(drawn, color))
    assert [f.code for f in findings] == ["colours-left-out"]
    dark = drawn[..., 0] < 100
    assert (made[dark].max(axis=1) < 150).mean() > 0.95
    pencil = (pencilled(drawn, color) != drawn).any(axis=2) & (drawn.min(axis=2) > 250)
    assert made[pencil].min(axis=1).mean() > 245


def test_writing_beside_the_building_is_left_out():
    drawn = sheet(600, 800)
    noted = written(drawn, "brick wall, terracotta tiles")
    made, findings = drop_notes(noted)
    assert [f.code for f in findings] == ["notes-left-out"]
    assert np.abs(made.astype(int) - drawn).mean() < 0.05 * np.abs(noted.astype(int) - drawn).mean()


@pytest.mark.parametrize("name", ["sketch-street", "sketch-villa", "sketch-tube-house"])
def test_a_drawing_without_notes_is_not_touched(name):
    drawn = page(name)
    made, findings = drop_notes(drawn)
    assert findings == []
    np.testing.assert_array_equal(made, drawn)


def test_a_drawing_in_one_coloured_pencil_keeps_it():
    ink = 255 - sheet(600, 800)
    drawn = (255 - ink.astype(np.float32) * (1 - np.array(BLUE) / 255)).astype(np.uint8)
    marks, share = coloured_marks(drawn)
    assert not marks.any() and share > 0.5
    np.testing.assert_array_equal(drop_notes(drawn)[0], drawn)


def test_a_row_of_windows_is_no_writing():
    drawn = sheet(600, 800)
    for column in range(60, 340, 28):
        cv2.rectangle(drawn, (column, 40), (column + 14, 60), (20, 20, 20), 2)
    assert drop_notes(drawn)[1] == []


def test_notes_are_kept_where_they_are_wanted(tmp_path):
    path = tmp_path / "noted.png"
    noted = pencilled(written(sheet(600, 800), "Facade 1:100 north"), RED)
    Image.fromarray(noted).save(path)
    np.testing.assert_array_equal(load_drawing(path, Adjustments(notes="keep")).array, noted)
    assert {f.code for f in load_drawing(path).findings} == {"colours-left-out", "notes-left-out"}
