"""The brush on the page, and the desk that it grew into: a Streamlit component of our own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from archviz.core.size import Size
from archviz.ui.dated import dated

__all__ = ["DeskSheet", "show_brush", "show_desk_sheet"]

_FOLDER = Path(__file__).parent
_NAME = "archviz_brush"
# Widths of the desk's tools, in shares of the page's longer side: narrowest, widest, first.
_WIDTHS = {"pen": (0.001, 0.02, 0.003), "erase": (0.004, 0.12, 0.025), "mark": (0.01, 0.2, 0.05)}


@dataclass(frozen=True, kw_only=True)
class DeskSheet:
    """What lies on the desk.

    Parameters
    ----------
    page, found
        JPEG of the upright page, and of it as it came.
    size, found_size
        Their sizes.
    paper, ink
        Colours, (r, g, b) from 0 to 255.
    sheet
        Where the sheet of paper was found in ``found``: four (x, y) in shares of it; ``None`` where it was not.
    turn_deg
        The page is shown turned by it, clockwise [degrees].
    drawn
        ``strokes`` and ``marks`` [pixels of the page], ``crop`` and ``corners`` [shares], as they are now.
    revision
        Another one makes the browser take ``drawn``; else it knows better.
    """

    page: bytes
    found: bytes
    size: Size
    found_size: Size
    paper: tuple[int, int, int]
    ink: tuple[int, int, int]
    sheet: list[list[float]] | None
    turn_deg: float
    drawn: Mapping[str, Any]
    revision: str


def show_brush(picture: bytes, size: Size, texts: Mapping[str, str], *, key: str) -> list[Any]:
    """Put a picture on the page and let it be painted on.

    Parameters
    ----------
    picture
        PNG.
    size
        Its size.
    texts
        ``brush``, ``erase``, ``undo``, ``clear``, ``width`` and ``canvas``.
    key
        Of the component: another one for each picture.

    Returns
    -------
    list
        Strokes as the browser tells them, for :func:`archviz.ui.brush.mask_of_strokes`.
    """
    data = {
        "image": _publish(picture, "image/png", key),
        "width": size.width,
        "height": size.height,
        "texts": dict(texts),
        "strokes": _strokes(st.session_state.get(key)),
    }
    shown = _component()(key=key, data=dated(key, data), default={"strokes": []}, on_strokes_change=lambda: None)
    return _strokes(shown)


def show_desk_sheet(sheet: DeskSheet, texts: Mapping[str, str], *, key: str, on_edit: Callable[[], None]) -> None:
    """Put a drawing on the desk: to draw on, to rub out, to mark what is torn, to crop and to straighten.

    Parameters
    ----------
    sheet
        The drawing.
    texts
        ``pen``, ``erase``, ``mark``, ``crop``, ``corners``, the same with ``hint_`` before them, ``clear``, ``width``
        and ``canvas``.
    key
        Of the component: another one for each drawing.
    on_edit
        Called with each edit, which then lies under ``edit`` in the key's state.
    """
    longer = sheet.size.longer
    widths = {
        tool: {
            "least": max(1, round(least * longer)),
            "most": round(most * longer),
            "first": max(1, round(first * longer)),
        }
        for tool, (least, most, first) in _WIDTHS.items()
    }
    desk = {
        "revision": sheet.revision,
        "turn": sheet.turn_deg,
        # As the page is turned: by quarters first, which swap its sides.
        "swapped": round(sheet.turn_deg / 90) % 2 == 1,
        "paper": _css(sheet.paper),
        "ink": _css(sheet.ink),
        "found": {
            "image": _publish(sheet.found, "image/jpeg", f"{key}-found"),
            "width": sheet.found_size.width,
            "height": sheet.found_size.height,
            "corners": sheet.sheet,
        },
        "marks": sheet.drawn["marks"],
        "crop": sheet.drawn["crop"],
        "corners": sheet.drawn["corners"],
        "widths": widths,
    }
    data = {
        "image": _publish(sheet.page, "image/jpeg", key),
        "width": sheet.size.width,
        "height": sheet.size.height,
        "texts": dict(texts),
        "strokes": sheet.drawn["strokes"],
        "desk": desk,
    }
    _component()(key=key, data=dated(key, data), default={"edit": None}, on_edit_change=on_edit)


def _css(color: tuple[int, int, int]) -> str:
    return f"rgb({color[0]}, {color[1]}, {color[2]})"


def _strokes(state: Any) -> list[Any]:
    found = state.get("strokes") if isinstance(state, Mapping) else getattr(state, "strokes", None)
    return list(found or ())


def _publish(picture: bytes, mime: str, key: str) -> str:
    """The address of the picture, which ends with the page's session."""
    from streamlit.runtime import get_instance

    return get_instance().media_file_mgr.add(picture, mime, f"archviz-brush-{key}").lstrip("/")


@functools.cache
def _component() -> Any:
    style, brush, desk = (
        (_FOLDER / name).read_text(encoding="utf-8") for name in ("brush.css", "brush.js", "desk_sheet.js")
    )
    return st.components.v2.component(_NAME, css=style, js=f"{brush}\n{desk}")
