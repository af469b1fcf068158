"""The desk in a real browser: what the mouse draws is read, survives a refresh, and is taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archviz.sketch import Adjustments
from archviz.studio import JobStore, StudioHome, new_id
from tests.ui.browser import CHROMIUM, PATIENCE_MS, keep_picture, open_browser, run_studio

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
_LINES = ".st-key-desk_fresh .st-key-desk_lines img"


def _drag(page: Page, canvas: Locator, *shares: tuple[float, float]) -> None:
    """Over what the canvas shows, in shares of it."""
    box = canvas.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=12)
    page.mouse.up()


def _shown(page: Page, *, after: str | None = None) -> str:
    """The address of the lines that are shown, once they are others than those before."""
    page.wait_for_function(
        "([lines, before]) => { const found = document.querySelector(lines); return found && found.src !== before }",
        arg=[_LINES, after],
    )
    return str(page.locator(_LINES).get_attribute("src"))


def _lines(page: Page, address: str) -> NDArray[np.bool_]:
    """(H, W) where the picture of lines behind an address is dark."""
    import io

    answer = page.request.get(address if "://" in address else f"{page.url.partition('/?')[0]}{address}")
    with Image.open(io.BytesIO(answer.body())) as picture:
        return np.asarray(picture.convert("L")) < 128


def _dark(lines: NDArray[np.bool_], y: float, left: float, right: float) -> float:
    """Share of the columns between two places that are dark near a height, all in shares."""
    height, width = lines.shape
    rows, columns = slice(round((y - 0.02) * height), round((y + 0.02) * height)), slice(*_span(left, right, width))
    return float(lines[rows, columns].any(axis=0).mean())


def _span(left: float, right: float, width: int) -> tuple[int, int]:
    return round(left * width), round(right * width)


def test_a_stroke_of_the_mouse_changes_the_lines(tmp_path: Path) -> None:
    home, session = StudioHome(tmp_path / "home").prepare(), new_id()
    store = JobStore(home)

    def adjusted() -> Adjustments:
        return store.jobs_of(session, kind="reading")[0].request.adjustments

    with run_studio(home.folder) as address, open_browser() as page:
        # A worker that has just been started loads all that reads a drawing, on the same cores.
        page.set_default_timeout(3 * PATIENCE_MS)
        page.goto(f"{address}/?lang=en&live=off&design=sample:sketch-villa.png&studio={session}")
        canvas = page.locator("canvas.desk")
        canvas.wait_for()
        first = _shown(page)
        assert _dark(_lines(page, first), 0.12, 0.3, 0.7) == 0.0, "the sky is empty"
        page.get_by_text("Depth is roughly right").wait_for()
        keep_picture(page, "desk")

        _drag(page, canvas, (0.2, 0.12), (0.8, 0.12))
        drawn = _shown(page, after=first)
        assert _dark(_lines(page, drawn), 0.12, 0.3, 0.7) > 0.95
        (stroke,) = adjusted().strokes
        assert not stroke.erase and stroke.points[0] == pytest.approx((0.2, 0.12), abs=0.01)
        keep_picture(page, "desk-drawn")

        page.locator("[data-name=erase]").click()
        _drag(page, canvas, (0.5, 0.12), (0.9, 0.12))
        rubbed = _shown(page, after=drawn)
        lines = _lines(page, rubbed)
        assert _dark(lines, 0.12, 0.3, 0.45) > 0.95 and _dark(lines, 0.12, 0.55, 0.7) == 0.0

        page.reload()
        canvas.wait_for()
        again = _shown(page)
        np.testing.assert_array_equal(_lines(page, again), lines)
        assert len(adjusted().strokes) == 2

        page.locator("[data-name=crop]").click()
        _drag(page, canvas, (0.1, 0.25), (0.9, 0.85))
        cropped = _shown(page, after=again)
        assert adjusted().crop == pytest.approx((0.1, 0.25, 0.9, 0.85), abs=0.01)
        keep_picture(page, "desk-cropped")
        page.get_by_role("button", name="Undo").click()
        _shown(page, after=cropped)
        page.locator("[data-name=mark]").click()
        _drag(page, canvas, (0.3, 0.5), (0.45, 0.5))
        page.get_by_text("were mended").wait_for()
        keep_picture(page, "desk-mended")
        assert adjusted().crop is None and len(adjusted().damage) == 1 and len(adjusted().strokes) == 2
