"""Two pictures one over the other, with a line between them that is dragged."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import streamlit as st

from archviz.ui.dated import dated
from archviz.ui.visit import Visit

__all__ = ["picture_url", "show_before_after"]

_FOLDER = Path(__file__).parent
_SIDE = 1280


def show_before_after(visit: Visit, before: tuple[str, str], after: tuple[str, str], *, key: str) -> None:
    """Draw the slider.

    Parameters
    ----------
    visit
        For the texts.
    before, after
        File and name of each picture.
    key
        Of the element on the page.
    """
    urls = [picture_url(file, Path(file).stat().st_mtime_ns) for file, _ in (before, after)]
    data = {
        "before": urls[0],
        "after": urls[1],
        "before_name": before[1],
        "after_name": after[1],
        "label": visit.texts("compare.drag"),
    }
    _component()(data=dated(key, data), key=key)


# A few: each holds one picture in memory.
@st.cache_data(max_entries=32, show_spinner=False)  # type: ignore[untyped-decorator]
def picture_url(file: str, changed_ns: int) -> str:
    """A picture as a ``data:`` address of a JPEG, at most 1280 px a side: nothing is served that a link could find."""
    from PIL import Image

    data = io.BytesIO()
    with Image.open(file, formats=["PNG"]) as picture:
        small = picture.convert("RGB")
        small.thumbnail((_SIDE, _SIDE))
        small.save(data, format="JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode('ascii')}"


@st.cache_resource(show_spinner=False)  # type: ignore[untyped-decorator]
def _component() -> Any:
    return st.components.v2.component(
        "archviz_before_after",
        html='<div class="pair"></div>',
        css=(_FOLDER / "before_after.css").read_text(encoding="utf-8"),
        js=(_FOLDER / "before_after.js").read_text(encoding="utf-8"),
    )
