"""Floor plans are told from views by the swings of their doors, and views are never taken for plans."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from archviz.core.errors import FileFormatError
from archviz.samples import samples
from archviz.sketch import CERTAINLY_A_PLAN, Drawing, diagnose, load_drawing, swings_of
from archviz.sketch.plan import PERHAPS_A_PLAN, find_swings
from tests.fidelity.scenes import view
from tests.sketch.drawings import sheet
from tests.sketch.plans import STYLES, plan


def _drawing(array: np.ndarray) -> Drawing:
    return Drawing(array=np.array(array), kind="line-drawing", format="PNG")


def test_thirty_plans_of_six_hands_are_known() -> None:
    found = [find_swings(plan(seed, style)) for seed in range(5) for style in STYLES]
    counts = np.array([len(swings) for swings in found])
    # A hand too unsteady for a quarter circle is missed: better than an elevation refused.
    assert np.mean(counts >= PERHAPS_A_PLAN) >= 0.9
    assert np.mean(counts >= CERTAINLY_A_PLAN) >= 0.8
    # A door is as wide as doors are, and its swing lies on the sheet.
    assert all(0 < s.radius < 0.1 and 0 < s.x < 1 and 0 < s.y < 1 for swings in found for s in swings)


def test_a_swing_is_found_where_it_is_drawn() -> None:
    array = np.full((600, 800, 3), 255, np.uint8)
    cv2.line(array, (100, 400), (300, 400), (0, 0, 0), 4)
    cv2.line(array, (360, 400), (700, 400), (0, 0, 0), 4)
    cv2.line(array, (300, 400), (300, 340), (0, 0, 0), 2)
    cv2.ellipse(array, (300, 400), (60, 60), 0, 270, 360, (0, 0, 0), 2, cv2.LINE_AA)
    (found,) = find_swings(array)
    np.testing.assert_allclose((found.x * 800, found.y * 800, found.radius * 800), (300, 400, 60), atol=5)


def _round(kind: str) -> np.ndarray:
    """A facade of twelve things that are round and no doors' swings."""
    array = np.full((600, 900, 3), 255, np.uint8)
    cv2.rectangle(array, (60, 60), (840, 560), (0, 0, 0), 3)
    for x in range(130, 840, 125):
        for y in (200, 420):
            if kind == "arches":
                cv2.ellipse(array, (x, y), (40, 40), 0, 180, 360, (0, 0, 0), 2, cv2.LINE_AA)
                cv2.line(array, (x - 40, y), (x - 40, y + 90), (0, 0, 0), 2)
                cv2.line(array, (x + 40, y), (x + 40, y + 90), (0, 0, 0), 2)
                # The mullion and the transom of the fanlight.
                cv2.line(array, (x, y - 40), (x, y + 90), (0, 0, 0), 2)
                cv2.line(array, (x - 40, y), (x + 40, y), (0, 0, 0), 2)
            elif kind == "oculi":
                cv2.circle(array, (x, y), 42, (0, 0, 0), 2, cv2.LINE_AA)
                cv2.line(array, (x, y), (x, y - 42), (0, 0, 0), 2)
            elif kind == "corners":
                cv2.ellipse(array, (x, y), (40, 40), 0, 270, 360, (0, 0, 0), 2, cv2.LINE_AA)
                cv2.line(array, (x - 60, y - 40), (x, y - 40), (0, 0, 0), 2)
                cv2.line(array, (x + 40, y), (x + 40, y + 90), (0, 0, 0), 2)
            else:
                pane = np.array([(x - 40, y - 40), (x + 40, y - 40), (x + 40, y + 60), (x - 40, y + 60)])
                cv2.polylines(array, [pane], True, (0, 0, 0), 2)
                cv2.line(array, (x - 40, y + 60), (x + 40, y + 10), (0, 0, 0), 1, cv2.LINE_AA)
                cv2.line(array, (x - 40, y - 40), (x + 40, y + 10), (0, 0, 0), 1, cv2.LINE_AA)
    return array


@pytest.mark.parametrize("kind", ["arches", "oculi", "corners", "casements"])
def test_what_is_round_in_a_facade_is_no_swing(kind: str) -> None:
    assert find_swings(_round(kind)) == []


@pytest.mark.parametrize("seed", range(4))
def test_lines_of_buildings_are_no_plan(seed: int) -> None:
    edges = (view(seed).gbuffer.edges.array > 0).astype(np.uint8) * 255
    lines = np.repeat((255 - edges)[..., None], 3, axis=2)
    assert len(swings_of(_drawing(lines))) < PERHAPS_A_PLAN


def test_the_samples_and_the_house_are_no_plans() -> None:
    drawn = [load_drawing(path) for name, path in samples().items() if "sketch" in name]
    for drawing in (*drawn, _drawing(sheet())):
        assert "floor-plan" not in [found.code for found in diagnose(drawing)]


def test_a_photograph_is_asked_nothing() -> None:
    assert swings_of(Drawing(array=plan(0, "filled"), kind="photograph", format="PNG")) == ()


def test_the_warning_counts_and_says_what_to_give() -> None:
    (found,) = [d for d in diagnose(_drawing(plan(0, "filled"))) if d.code == "floor-plan"]
    assert found.values["count"] == str(len(find_swings(plan(0, "filled"))))
    assert "an elevation, a perspective or the 3D model" in found.text
    assert "mặt đứng, phối cảnh hoặc mô hình 3D" in found.in_words("vi")


@pytest.mark.parametrize("shows", ["auto", "view"])
def test_a_plan_is_refused_unless_it_is_insisted_upon(tmp_path, shows: str) -> None:
    from PIL import Image

    from archviz.render import RenderRequest, resolve
    from archviz.sketch import Adjustments

    path = tmp_path / "ground floor.png"
    Image.fromarray(plan(0, "filled")).save(path)
    request = RenderRequest(input=path, adjustments=Adjustments(shows=shows))
    if shows == "auto":
        with pytest.raises(FileFormatError, match=r"ground floor.png: a floor plan.*give an elevation.*--shows view"):
            resolve(request)
        return
    resolved = resolve(request)
    assert resolved.adjustments.shows == "view"
    assert any("looks like a floor plan" in text for text in resolved.warnings)
