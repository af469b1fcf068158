"""The brush in a real browser: what is seen painted is what is edited."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from archviz.core.size import Size
from archviz.ui import brush
from archviz.ui.brush import mask_of_strokes
from tests.ui.browser import CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
SIZE = Size(height=120, width=200)
_PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJg"
    "gg=="
)


def _document() -> str:
    """The component as the page mounts it, its picture shown at twice its size."""
    folder = Path(brush.__file__).parent
    script = (
        (folder / "brush.js").read_text(encoding="utf-8").replace("export default function", "window.show = function")
    )
    texts = {name: name for name in ("brush", "erase", "undo", "clear", "width", "canvas")}
    data = {"image": _PIXEL, "width": SIZE.width, "height": SIZE.height, "texts": texts, "strokes": []}
    return f"""<style>{(folder / "brush.css").read_text(encoding="utf-8")} .sheet img {{ width: 400px; height: 240px; }}
      </style><div id="root"></div><script type="module">{script}
      window.told = [];
      window.show({{ data: {json.dumps(data)}, parentElement: document.getElementById("root"),
        setStateValue: (name, value) => window.told.push([name, JSON.parse(JSON.stringify(value))]) }});
      </script>"""


def test_what_is_seen_painted_is_what_is_edited() -> None:
    from playwright.sync_api import sync_playwright

    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 700})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.set_content(_document())
        page.wait_for_function("window.told !== undefined && document.querySelector('canvas')")
        box = page.locator("canvas").bounding_box()
        assert box is not None and (box["width"], box["height"]) == (400, 240)

        def drag(*points: tuple[float, float]) -> None:
            """Over the picture, in its own pixels."""
            places = [(box["x"] + 2 * x, box["y"] + 2 * y) for x, y in points]
            page.mouse.move(*places[0])
            page.mouse.down()
            for place in places[1:]:
                page.mouse.move(*place, steps=8)
            page.mouse.up()

        assert page.locator("[data-name=undo]").is_disabled()
        drag((30, 40), (150, 40), (150, 90))
        page.locator("[data-name=erase]").click()
        drag((90, 20), (90, 60))
        name, strokes = page.evaluate("window.told.at(-1)")
        assert name == "strokes" and [s["erase"] for s in strokes] == [False, True]
        shown = np.array(
            page.evaluate(
                "[...document.querySelector('canvas').getContext('2d')"
                f".getImageData(0, 0, {SIZE.width}, {SIZE.height}).data].filter((_, i) => i % 4 === 3)"
            )
        ).reshape(SIZE.shape)
        mask = mask_of_strokes(strokes, SIZE)
        assert mask[40, 40] and mask[80, 150] and not mask[40, 90] and not mask[100, 40]
        assert (mask == (shown > 127)).mean() > 0.99
        page.locator("[data-name=undo]").click()
        assert mask_of_strokes(page.evaluate("window.told.at(-1)[1]"), SIZE)[40, 90]
        page.locator("[data-name=clear]").click()
        assert page.evaluate("window.told.at(-1)[1]") == []
        browser.close()
    assert not wrong, wrong
