"""The brush on the page: a Streamlit component of our own."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from archviz.core.size import Size

__all__ = ["show_brush"]

_FOLDER = Path(__file__).parent
_NAME = "archviz_brush"


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
        "image": _publish(picture, key),
        "width": size.width,
        "height": size.height,
        "texts": dict(texts),
        "strokes": _strokes(st.session_state.get(key)),
    }
    shown = _component()(key=key, data=data, default={"strokes": []}, on_strokes_change=lambda: None)
    return _strokes(shown)


def _strokes(state: Any) -> list[Any]:
    found = state.get("strokes") if isinstance(state, Mapping) else getattr(state, "strokes", None)
    return list(found or ())


def _publish(picture: bytes, key: str) -> str:
    """The address of the picture, which ends with the page's session."""
    from streamlit.runtime import get_instance

    return get_instance().media_file_mgr.add(picture, "image/png", f"archviz-brush-{key}").lstrip("/")


@functools.cache
def _component() -> Any:
    style, script = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("brush.css", "brush.js"))
    return st.components.v2.component(_NAME, css=style, js=script)
