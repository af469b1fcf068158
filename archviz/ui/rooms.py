"""The rooms of the page beside the design: light set, explore, library and queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from archviz.render.request import RenderRequest
from archviz.studio import Design
from archviz.ui.explore import show_explore
from archviz.ui.keys import put_value, widget_key
from archviz.ui.library import show_library
from archviz.ui.lightsets import show_light_sets
from archviz.ui.queue import show_queue
from archviz.ui.visit import ROOM, Visit

__all__ = ["leave_room", "show_room"]

_DESIGN = "design"
_ICONS: Mapping[str, str] = {
    _DESIGN: ":material/architecture:",
    "lights": ":material/grid_view:",
    "explore": ":material/science:",
    "library": ":material/photo_library:",
    "queue": ":material/format_list_numbered:",
}
_FREE: Mapping[str, Callable[[Visit], None]] = {"library": show_library, "queue": show_queue}
_OF_DESIGN: Mapping[str, Callable[[Visit, Design, RenderRequest | None], None]] = {
    "lights": show_light_sets,
    "explore": show_explore,
}


def leave_room() -> None:
    """Be at the design when the page is drawn again."""
    st.query_params.pop("room", None)
    st.session_state["room_left"] = True


def show_room(visit: Visit, design: Design | None, request: RenderRequest | None) -> bool:
    """Draw the choice of rooms, and the room that was chosen.

    Returns
    -------
    bool
        False where that is the design itself, which the page draws.
    """
    t = visit.texts
    asked = st.query_params.get("room", _DESIGN)
    if "share" in st.query_params:
        asked = "library"
    if st.session_state.pop("room_left", False) or st.session_state.get(widget_key(ROOM)) not in _ICONS:
        put_value(ROOM, asked if asked in _ICONS else _DESIGN)
    room = st.segmented_control(
        t("room.label"),
        list(_ICONS),
        format_func=lambda name: " ".join((_ICONS[name], t(f"room.{name}"))),
        key=widget_key(ROOM),
        required=True,
        label_visibility="collapsed",
        on_change=_keep_room,
    )
    if room in _FREE:
        _FREE[room](visit)
        return True
    if room in _OF_DESIGN:
        if design is None:
            st.info(t("room.needs_design"))
        else:
            _OF_DESIGN[room](visit, design, request)
        return True
    return False


def _keep_room() -> None:
    st.query_params["room"] = st.session_state[widget_key(ROOM)]
