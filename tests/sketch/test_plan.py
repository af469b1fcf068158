"""Floor plans are told from views by the swings of their doors, and views are never taken for plans."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from archviz.core.errors import FileFormatError
from archviz.samples import samples
from archviz.sketch import Drawing, certainly_a_plan, diagnose, load_drawing, swings_of
from archviz.sketch.plan import PERHAPS_A_PLAN, find_swings
from tests.fidelity.scenes import view
from tests.sketch.drawings import sheet
from tests.sketch.facades import KINDS, facade
from tests.sketch.plans import STYLES, plan


def _drawing(array: np.ndarray) -> Drawing:
    return Drawing(array=np.array(array), kind="line-drawing", format="PNG")


def test_thirty_plans_of_six_hands_are_known() -> None:
    drawings = [_drawing(plan(seed, style)) for seed in range(5) for style in STYLES]
    # Together for each: what is found is kept for two drawings.
    found, certain = zip(*((swings_of(drawing), certainly_a_plan(drawing)) for drawing in drawings), strict=True)
    counts = np.array([len(swings) for swings in found])
    # A hand too unsteady for a quarter circle is missed: better than an elevation refused.
    assert np.mean(counts >= PERHAPS_A_PLAN) >= 0.9
    assert np.mean(certain) >= 0.8
    # A door is as wide as doors are, and its swing lies on the sheet.
    assert all(0 < s.radius < 0.1 and 0 < s.x < 1 and 0 < s.y < 1 for swings in found for s in swings)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_round_in_a_facade_is_no_swing(kind: str) -> None:
    assert find_swings(facade(0, kind)) == []


def _door(radius: float, *, arc: tuple[int, int] = (270, 360), leaf: float = 1.0, walls: bool = True) -> np.ndarray:
    """A door in a wall, hinged at (300, 400)."""
    array = np.full((600, 800, 3), 255, np.uint8)
    if walls:
        half = max(2, round(0.08 * radius))
        cv2.rectangle(array, (100, 400 - half), (300, 400 + half), (0, 0, 0), -1)
        cv2.rectangle(array, (round(300 + radius), 400 - half), (700, 400 + half), (0, 0, 0), -1)
    cv2.line(array, (300, 400), (300, round(400 - leaf * radius)), (0, 0, 0), 2)
    whole = round(radius * 16)
    cv2.ellipse(array, (300 * 16, 400 * 16), (whole, whole), 0, *arc, (0, 0, 0), 2, cv2.LINE_AA, 4)
    return array


@pytest.mark.parametrize("radius", np.arange(21.0, 64.0, 4.3))
def test_a_swing_is_found_where_it_is_drawn_whatever_its_radius(radius: float) -> None:
    (found,) = find_swings(_door(radius))
    np.testing.assert_allclose((found.x * 800, found.y * 800, found.radius * 800), (300, 400, radius), atol=2.5)


@pytest.mark.parametrize(
    "change",
    [{"arc": (180, 360)}, {"arc": (0, 360)}, {"arc": (315, 360)}, {"leaf": 0.5}, {"leaf": 1.6}, {"walls": False}],
    ids=["half", "whole", "eighth", "short leaf", "long leaf", "no walls"],
)
def test_a_swing_is_a_quarter_arc_a_leaf_as_long_and_walls(change: dict) -> None:
    assert len(find_swings(_door(50.0))) == 1
    assert find_swings(_door(50.0, **change)) == []


def test_a_perspective_with_swings_is_not_refused() -> None:
    square = plan(0, "filled")
    assert certainly_a_plan(_drawing(square))
    # The same sheet with as much again of lines to a vanishing point.
    height, width = square.shape[:2]
    slanted = np.full_like(square, 255)
    for angle in np.linspace(0, np.pi, 90):
        end = (round(width / 2 + width * np.cos(angle)), round(height * np.sin(angle)))
        cv2.line(slanted, (width // 2, 0), end, (0, 0, 0), 2, cv2.LINE_AA)
    both = _drawing(np.concatenate([square, slanted]))
    assert len(swings_of(both)) >= PERHAPS_A_PLAN
    assert not certainly_a_plan(both)


@pytest.mark.parametrize("seed", range(2))
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
