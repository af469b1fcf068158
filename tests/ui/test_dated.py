"""Drawings of a component that come out of order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

import archviz.ui
from tests.ui.browser import CHROMIUM, open_browser, run_studio

if TYPE_CHECKING:
    from playwright.sync_api import Page

_UI = Path(archviz.ui.__file__).parent
_DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
_TEXTS = dict.fromkeys(("brush", "erase", "undo", "clear", "width", "canvas"), "")
# Carries out drawings one after another in one place, takes the first away last, and says what is left.
_DRAWN = """async ([source, html, drawings, seen]) => {
  const { default: show } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const parentElement = document.body.appendChild(document.createElement("div"));
  parentElement.innerHTML = html;
  const leave = drawings.map((data) => show({ data, parentElement, setStateValue: () => {} }));
  leave[0]?.();
  return parentElement.querySelector(seen)?.getAttribute("aria-label");
}"""


def _page() -> None:
    import streamlit as st

    from archviz.ui.dated import dated

    st.session_state["told"] = dated("a", {"hour": st.session_state.get("hour")})


def test_the_date_is_that_of_the_last_change() -> None:
    at = AppTest.from_function(_page).run()
    first = at.session_state["told"]
    assert first["hour"] is None
    assert at.run().session_state["told"] == first, "nothing changed: the browser need not draw"
    at.session_state["hour"] = 9
    changed = at.run().session_state["told"]
    assert changed["hour"] == 9 and changed["since"] > first["since"]
    at.session_state["hour"] = None
    assert at.run().session_state["told"]["since"] > changed["since"], "back again is a change too"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_an_older_drawing_changes_nothing_and_takes_nothing_away(tmp_path: Path) -> None:
    brush = "\n".join((_UI / "brush" / name).read_text(encoding="utf-8") for name in ("brush.js", "desk_sheet.js"))
    sheet = {"image": _DOT, "width": 8, "height": 8, "strokes": []}
    slider = (_UI / "before_after.js").read_text(encoding="utf-8")
    pictures = {"before": _DOT, "after": _DOT, "before_name": "", "after_name": ""}

    def left(page: Page, source: str, html: str, drawings: list[dict[str, Any]], seen: str) -> str | None:
        return page.evaluate(_DRAWN, [source, html, drawings, seen])

    with run_studio(tmp_path / "home") as studio, open_browser() as page:
        page.goto(f"{studio}/_stcore/health")
        for since, expected in (((1, 2), "b"), ((2, 1), "a"), ((1, 1), "b")):
            painted = [
                {**sheet, "since": at, "texts": {**_TEXTS, "canvas": name}}
                for at, name in zip(since, "ab", strict=True)
            ]
            assert left(page, brush, "", painted, "canvas") == expected
            dragged = [{**pictures, "since": at, "label": name} for at, name in zip(since, "ab", strict=True)]
            assert left(page, slider, '<div class="pair"></div>', dragged, "input") == expected
