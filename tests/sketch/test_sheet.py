"""Photographs of paper, made from drawings whose lines are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from archviz.core.size import Size
from archviz.samples import sample_path
from archviz.sketch import Adjustments, Drawing, extract_lines, load_drawing
from archviz.sketch.flatten import flatten_light
from archviz.sketch.sheet import find_sheet, rectify, straighten
from tests.fidelity.scenes import view
from tests.sketch.drawings import agreement, sheet, under_a_lamp
from tests.sketch.photographs import photograph

SEEDS = (3, 11)


def lines(array, size):
    return extract_lines(Drawing(array=np.array(array), kind="line-drawing", format="PNG"), size).array > 0


def page(name):
    return np.array(Image.open(sample_path(name)).convert("RGB"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sheet_is_found_to_a_few_pixels_and_keeps_its_proportions(seed):
    drawn = sheet(700, 990, thickness=3)
    picture, corners = photograph(drawn, seed, size=(900, 1200))
    found = find_sheet(picture)
    assert found is not None
    assert np.abs(found - corners).max() < 3.0
    height, width = rectify(picture, found).shape[:2]
    assert width / height == pytest.approx(990 / 700, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seed"), [("sketch-street", 5), ("sketch-villa", 8)])
def test_the_lines_of_a_photographed_sheet_are_those_that_were_drawn(name, seed):
    drawn = page(name)
    size = Size(drawn.shape[0], drawn.shape[1]).with_longer(768)
    picture, _ = photograph(drawn, seed)
    made, findings = straighten(picture)
    assert [f.code for f in findings] == ["straightened"]
    # The rim that is left out, put back.
    rim = round(0.004 * max(made.shape))
    framed = cv2.copyMakeBorder(made, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    recall, precision = agreement(lines(cv2.resize(framed, drawn.shape[1::-1]), size), lines(drawn, size), 3)
    assert recall >= 0.9 and precision >= 0.88


def test_a_photograph_is_straightened_on_loading_and_not_where_that_is_not_wanted(tmp_path):
    picture, _ = photograph(sheet(700, 990, thickness=3), 3, size=(900, 1200))
    path = tmp_path / "photo.png"
    Image.fromarray(picture).save(path)
    drawing = load_drawing(path)
    assert (drawing.kind, [f.code for f in drawing.findings]) == ("line-drawing", ["straightened"])
    assert np.percentile(drawing.array, 50) > 240
    as_is = load_drawing(path, Adjustments(paper="as-is"))
    assert as_is.findings == () and as_is.array.shape == picture.shape


@pytest.mark.parametrize("name", ["sketch-street", "sketch-villa", "sketch-tube-house"])
def test_no_sheet_is_seen_in_a_drawing(name):
    assert find_sheet(page(name)) is None


@pytest.mark.parametrize("seed", range(2))
def test_a_building_is_no_sheet(seed):
    picture = view(seed).picture
    made, findings = straighten(picture)
    assert findings == []
    np.testing.assert_array_equal(made, picture)


def test_a_frame_drawn_around_a_drawing_is_no_sheet():
    framed = sheet(600, 800)
    cv2.rectangle(framed, (40, 40), (760, 560), (10, 10, 10), 6)
    assert find_sheet(framed) is None


def test_a_hard_shadow_and_a_fold_leave_no_line():
    drawn = sheet(600, 800)
    lit = drawn.astype(np.float32)
    lit[:, 500:] *= 0.62
    lit[300:302] *= 0.88
    size = Size(600, 800)
    truth = lines(drawn, size)
    recall, precision = agreement(lines(flatten_light(lit.astype(np.uint8)), size), truth, 2)
    assert recall > 0.95 and precision > 0.97
    # Without it the shadow's edge is a line.
    assert agreement(lines(lit.astype(np.uint8), size), truth, 2)[1] < precision


def test_uneven_light_without_a_sheet_is_flattened_and_said():
    made, findings = straighten(under_a_lamp(sheet(), darkest=0.3))
    assert [f.code for f in findings] == ["flattened"]
    paper = made[:20].mean(axis=2)
    assert paper.min() > 225
