"""Turn, crop, erase and redraw; the value that holds them; what is said in two languages."""

from __future__ import annotations

import json
import re

import cv2
import numpy as np
import pytest
from PIL import Image

from archviz.core.errors import OptionError
from archviz.sketch import Adjustments, Diagnosis, Stroke, load_drawing, outlines_of_mask
from archviz.sketch.desk import cropped, drawn_over, turned
from archviz.sketch.findings import FINDINGS
from archviz.sketch.lines import ink_mask
from tests.sketch.drawings import agreement, sheet
from tests.sketch.photographs import photograph

ALL = Adjustments(
    page=2,
    paper="as-is",
    corners=((0.1, 0.1), (0.9, 0.05), (0.95, 0.9), (0.0, 1.0)),
    repair=True,
    damage=(((0.1, 0.1), (0.2, 0.1), (0.2, 0.3)),),
    strokes=(Stroke(points=((0.1, 0.5), (0.9, 0.5)), width=0.01, erase=True),),
    turn_deg=-3.5,
    crop=(0.1, 0.0, 0.9, 1.0),
    notes="keep",
)


def test_a_quarter_turn_is_exact_and_a_small_one_comes_back():
    drawn = sheet(240, 320)
    np.testing.assert_array_equal(turned(drawn, 90), np.rot90(drawn, -1))
    there = turned(drawn, 4.0)
    # Clockwise: the right half comes down.
    rows = [np.argwhere(a[..., 0] < 100)[:, 0] for a in (drawn[:, 200:], there[:, 200:])]
    assert rows[1].mean() > rows[0].mean() + 2
    back = turned(there, -4.0)
    assert np.abs(back.astype(int) - drawn)[40:-40, 40:-40].mean() < 4


def test_a_crop_is_the_same_pixels():
    drawn = sheet(240, 320)
    np.testing.assert_array_equal(cropped(drawn, (0.25, 0.5, 0.75, 1.0)), drawn[120:, 80:240])
    assert cropped(drawn, (0.0, 0.0, 0.02, 0.02)).shape[:2] == (16, 16)


def test_the_eraser_leaves_paper_and_the_pen_ink():
    drawn = sheet(480, 640, thickness=3, paper=0.95)
    rubbed = drawn_over(drawn, [Stroke(points=((0.0, 0.5), (1.0, 0.5)), width=0.06, erase=True)])
    assert rubbed[235:245].min() > 235
    np.testing.assert_array_equal(rubbed[:200], drawn[:200])
    redrawn = drawn_over(rubbed, [Stroke(points=((0.1, 0.5), (0.9, 0.5)), width=0.005)])
    assert redrawn[240, 100:540].max() < 90


def test_everything_survives_json():
    assert Adjustments().to_json() == {}
    assert Adjustments.from_json(json.loads(json.dumps(ALL.to_json()))) == ALL
    assert hash(Adjustments.from_json(ALL.to_json())) == hash(ALL)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"page": 0}, "page 0"),
        ({"paper": "iron"}, "straighten, as-is"),
        ({"notes": "sing"}, "drop, keep"),
        ({"turn_deg": 181.0}, "-180 to 180"),
        ({"turn_deg": float("nan")}, "-180 to 180"),
        ({"crop": (0.5, 0.0, 0.4, 1.0)}, "left,top,right,bottom"),
        ({"crop": (0.0, 0.0, 1.0, float("nan"))}, "left,top,right,bottom"),
        ({"damage": (((0.1, 0.1), (0.2, 0.2)),)}, "three corners"),
        ({"damage": (((0.1, 0.1),) * 20_001,)}, "up to 20000"),
        ({"corners": ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))}, "four points"),
        ({"corners": ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))}, "clockwise"),
        ({"corners": ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0))}, "clockwise"),
        ({"corners": ((0.0, 0.0), (1.0, 0.0), (0.3, 0.3), (0.0, 1.0))}, "clockwise"),
        ({"corners": ((0.1, 0.1), (0.15, 0.1), (0.15, 0.15), (0.1, 0.15))}, "0.15,0.15"),
        ({"corners": ((0.0, 0.0), (1.2, 0.0), (1.0, 1.0), (0.0, 1.0))}, "from 0 to 1"),
    ],
)
def test_what_is_out_of_range_is_refused(fields, words):
    with pytest.raises(OptionError, match=words):
        Adjustments(**fields)


def test_unknown_adjustments_are_named():
    with pytest.raises(OptionError, match="brightness"):
        Adjustments.from_json({"brightness": 2})


def test_they_are_made_in_their_order(tmp_path):
    path = tmp_path / "drawing.png"
    drawn = sheet(480, 640)
    Image.fromarray(drawn).save(path)
    stroke = Stroke(points=((0.5, 0.1), (0.5, 0.9)), width=0.01)
    wanted = Adjustments(strokes=(stroke,), turn_deg=90.0, crop=(0.0, 0.5, 1.0, 1.0))
    expected = np.rot90(drawn_over(drawn, [stroke]), -1)[320:]
    np.testing.assert_array_equal(load_drawing(path, wanted).array, expected)


def test_the_upright_page_is_before_the_hand_and_the_found_one_before_everything():
    assert ALL.upright == Adjustments(
        page=2, paper="as-is", corners=ALL.corners, repair=True, damage=ALL.damage, notes="keep"
    )
    assert ALL.as_found == Adjustments(page=2, paper="as-is", notes="keep")


def test_four_corners_straighten_a_photograph_of_paper(tmp_path):
    page = sheet(480, 640, thickness=3)
    seen, corners = photograph(page, 3)
    path = tmp_path / "photo.png"
    Image.fromarray(seen).save(path)
    shares = tuple(map(tuple, corners / seen.shape[1::-1]))
    drawing = load_drawing(path, Adjustments(corners=shares))
    assert [f.code for f in drawing.findings] == ["squared"] and drawing.kind == "line-drawing"
    height, width = drawing.array.shape[:2]
    assert width / height == pytest.approx(640 / 480, rel=0.02)
    ink, _ = ink_mask(cv2.resize(drawing.array, (640, 480), interpolation=cv2.INTER_AREA))
    assert min(agreement(ink, page[..., 0] < 128, 3)) > 0.97
    # The light stays where the picture is to be left alone.
    raw = load_drawing(path, Adjustments(corners=shares, paper="as-is")).array
    assert raw.shape == drawing.array.shape and raw.mean() < drawing.array.mean() - 20


def test_marked_places_become_outlines_that_fill_them_again():
    mask = np.zeros((90, 120), dtype=bool)
    mask[10:30, 20:50] = True
    mask[60:80, 70:110] = True
    mask[40, 40] = True
    outlines = outlines_of_mask(mask)
    filled = np.zeros(mask.shape, np.uint8)
    for outline in outlines:
        cv2.fillPoly(filled, [np.rint(np.array(outline) * (120, 90) - 0.5).astype(np.int32)], 1)
    np.testing.assert_array_equal(filled > 0, mask)
    y, x = np.mgrid[:90, :120]
    disc = (x - 60) ** 2 + (y - 45) ** 2 < 900
    exact, fewer = outlines_of_mask(disc)[0], outlines_of_mask(disc, tolerance_px=1.0)[0]
    assert len(fewer) < len(exact) / 2


def test_every_finding_speaks_two_languages():
    for code, (english, vietnamese) in FINDINGS.items():
        names = [set(re.findall(r"{(\w+)}", text)) for text in (english, vietnamese)]
        assert names[0] == names[1], code
        assert re.search(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", vietnamese), code
    found = Diagnosis(code="dense", values={"share": "40%"})
    assert "40%" in found.text and "40%" in found.in_words("vi") and found.text != found.in_words("vi")
    with pytest.raises(OptionError, match="en, vi"):
        found.in_words("fr")
