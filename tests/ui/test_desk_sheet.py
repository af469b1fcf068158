"""The desk's sheet in a real browser, alone: where the hand is on a turned page, its handles, and an undo."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from archviz.core.size import Size
from archviz.sketch import Adjustments
from archviz.ui import brush
from archviz.ui.desk.edits import adjustments_of_edit, drawn_of_adjustments
from tests.ui.browser import CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
PAGE, FOUND = Size(height=200, width=400), Size(height=240, width=320)
_TOOLS = ("pen", "erase", "mark", "crop", "corners")
_WIDTHS = {tool: {"least": 1, "most": 60, "first": 4} for tool in ("pen", "erase", "mark")}


def _white() -> str:
    """The address of a white picture."""
    file = io.BytesIO()
    Image.new("RGB", (4, 2), "white").save(file, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _data(now: Adjustments, revision: str) -> dict[str, Any]:
    drawn = drawn_of_adjustments(now, PAGE)
    desk = {
        "revision": revision,
        "turn": now.turn_deg,
        "swapped": round(now.turn_deg / 90) % 2 == 1,
        "paper": "rgb(255, 255, 255)",
        "ink": "rgb(0, 0, 0)",
        "found": {"image": _white(), "width": FOUND.width, "height": FOUND.height, "corners": None},
        "widths": _WIDTHS,
        **{name: drawn[name] for name in ("marks", "crop", "corners")},
    }
    names = (*_TOOLS, *(f"hint_{tool}" for tool in _TOOLS), "clear", "width", "canvas", "undo")
    return {
        "image": _white(),
        "width": PAGE.width,
        "height": PAGE.height,
        "texts": {name: name for name in names},
        "strokes": drawn["strokes"],
        "desk": desk,
    }


class _Desk:
    """The component as the page mounts it."""

    def __init__(self, page: Page, now: Adjustments) -> None:
        folder = Path(brush.__file__).parent
        style, *scripts = (
            (folder / name).read_text(encoding="utf-8") for name in ("brush.css", "brush.js", "desk_sheet.js")
        )
        script = "\n".join(scripts).replace("export default function", "window.show = function")
        self.page, self.now = page, now
        page.set_content(
            f"""<style>{style}</style><div id="root"></div><script type="module">{script}
            window.told = [];
            window.give = (data) => {{ window.show({{ data, parentElement: document.getElementById("root"),
              setStateValue: (name, value) => window.told.push([name, JSON.parse(JSON.stringify(value))]) }}); }};
            </script>"""
        )
        page.wait_for_function("window.give !== undefined")
        self.give(now, "1")
        self.canvas = page.locator("canvas.desk")

    def give(self, now: Adjustments, revision: str) -> None:
        self.page.evaluate(f"window.give({json.dumps(_data(now, revision))})")

    def choose(self, tool: str) -> None:
        self.page.locator(f"[data-name={tool}]").click()

    def drag(self, *shares: tuple[float, float]) -> None:
        box = self.canvas.bounding_box()
        assert box is not None
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=6)
        self.page.mouse.up()

    @property
    def told(self) -> Adjustments:
        name, edit = self.page.evaluate("window.told.at(-1)")
        assert name == "edit"
        return adjustments_of_edit(edit, self.now, PAGE)

    def color(self, x: int, y: int) -> tuple[int, int, int]:
        """Of a pixel of what is shown."""
        found = self.page.evaluate(
            f"[...document.querySelector('canvas.desk').getContext('2d').getImageData({x}, {y}, 1, 1).data]"
        )
        return tuple(found[:3])


@pytest.fixture
def page() -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 700})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
        browser.close()
    assert not wrong, wrong


def test_the_hand_draws_on_the_page_however_it_is_turned(page: Page) -> None:
    desk = _Desk(page, Adjustments(turn_deg=90.0))
    box = desk.canvas.bounding_box()
    assert box is not None and box["height"] == pytest.approx(2 * box["width"], rel=0.02), "the sides are swapped"
    # Down the turned page's right side: along the upright one's top.
    desk.drag((0.9, 0.25), (0.9, 0.75))
    (stroke,) = desk.told.strokes
    assert stroke.points[0] == pytest.approx((0.25, 0.1), abs=0.01)
    assert stroke.points[-1] == pytest.approx((0.75, 0.1), abs=0.01)
    assert not stroke.erase and stroke.width == pytest.approx(0.01)
    assert desk.color(180, 200) == (0, 0, 0) and desk.color(100, 200)[0] > 200
    desk.choose("erase")
    desk.drag((0.9, 0.5), (0.9, 0.52))
    assert desk.told.strokes[1].erase and desk.color(180, 202) == (255, 255, 255)

    # A small turn about the middle: a level stroke is not level on the page.
    desk.now = Adjustments(turn_deg=10.0)
    desk.give(desk.now, "2")
    desk.choose("pen")
    desk.drag((0.25, 0.5), (0.75, 0.5))
    (stroke,) = desk.told.strokes
    (x0, y0), (x1, y1) = stroke.points[0], stroke.points[-1]
    assert (x0 + x1) / 2 == pytest.approx(0.5, abs=0.01) and (y0 + y1) / 2 == pytest.approx(0.5, abs=0.01)
    # tan 10 degrees on a page of 2 to 1, clockwise: the right end lies higher on the page.
    assert (y1 - y0) / (x1 - x0) == pytest.approx(-2 * 0.1763, abs=0.03)


def test_crop_and_corners_are_dragged_and_nudged(page: Page) -> None:
    desk = _Desk(page, Adjustments())
    desk.choose("crop")
    desk.drag((0.2, 0.2), (0.6, 0.8))
    assert desk.told.crop == pytest.approx((0.2, 0.2, 0.6, 0.8), abs=0.01)
    shaded, kept = desk.color(20, 20), desk.color(160, 100)
    assert sum(shaded) < sum(kept) - 100, "what is left out lies in the shade"
    desk.drag((0.6, 0.8), (0.9, 0.9))
    assert desk.told.crop == pytest.approx((0.2, 0.2, 0.9, 0.9), abs=0.01)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("1")
    page.keyboard.press("ArrowDown")
    assert desk.told.crop == pytest.approx((0.2, 0.21, 0.89, 0.9), abs=0.011)
    told = page.evaluate("window.told.length")
    desk.drag((0.4, 0.4), (0.401, 0.401))
    assert page.evaluate("window.told.length") == told, "a click is no crop"
    desk.choose("clear")
    assert desk.told.crop is None

    desk.choose("corners")
    box = desk.canvas.bounding_box()
    assert box is not None and box["width"] / box["height"] == pytest.approx(320 / 240, rel=0.02), "as it came"
    desk.drag((0.02, 0.02), (0.1, 0.15))
    corners = desk.told.corners
    assert corners is not None
    assert corners[0] == pytest.approx((0.1, 0.15), abs=0.01) and corners[1:] == ((1, 0), (1, 1), (0, 1))
    desk.choose("clear")
    assert desk.told.corners is None


def test_marks_lie_over_the_page_and_an_undo_takes_them_back(page: Page) -> None:
    desk = _Desk(page, Adjustments())
    desk.choose("mark")
    desk.drag((0.3, 0.5), (0.5, 0.5))
    desk.drag((0.7, 0.5), (0.8, 0.5))
    assert len(desk.told.damage) == 2 and not desk.told.strokes
    red, green, _ = desk.color(160, 100)
    assert red > green + 40
    # The page answers with what it was told: the browser knows better until the revision is another.
    desk.give(Adjustments(), "1")
    desk.drag((0.1, 0.9), (0.2, 0.9))
    assert len(desk.told.damage) == 3
    one = Adjustments(damage=(((0.1, 0.1), (0.3, 0.1), (0.3, 0.4)),))
    desk.give(one, "2")
    assert desk.color(160, 100)[0] > 230 and desk.color(160, 100)[1] > 230
    desk.drag((0.7, 0.5), (0.8, 0.5))
    assert desk.told.damage != one.damage and len(desk.told.damage) == 2
    assert page.evaluate("window.told.at(-1)[1].revision") == "2"
