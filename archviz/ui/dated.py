"""What a component of ours is drawn with, and since when.

While a component's script is still fetched, the browser may carry out two drawings of it the wrong way round, and
Streamlit draws it again only when its data change: the older one would stay. So the script leaves alone what is older
than what it has.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

__all__ = ["dated"]


def dated(key: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Add ``since``, the moment of the last change [s since 1970].

    Parameters
    ----------
    key
        Of the component on the page.
    data
        What it is drawn with.
    """
    place = f"dated_{key}"
    kept = st.session_state.get(place)
    if kept is None or kept[0] != data:
        kept = st.session_state[place] = (dict(data), time.time())
    return {**data, "since": kept[1]}
