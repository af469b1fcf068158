"""The middle of the page: the model in the viewer or the drawing on the desk with what goes with it, or the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from archviz.render.request import InputKind, RenderRequest
from archviz.studio import Design
from archviz.ui.canvas import show_canvas
from archviz.ui.desk import show_desk
from archviz.ui.keys import put_value, widget_key
from archviz.ui.pair import show_pair
from archviz.ui.viewer import show_corrections, show_element, show_viewer
from archviz.ui.visit import Visit

__all__ = ["show_stage"]

StageView = Literal["model", "desk", "picture", "pair"]
# Kind of design -> what is shown of it first, and else.
_VIEWS: Mapping[InputKind, tuple[StageView, ...]] = {
    "model": ("model", "picture", "pair"),
    "sketch": ("desk", "picture"),
    "text": ("picture",),
}
_KEY = "stage"
_SEEN = "stage_seen"


def show_stage(visit: Visit, design: Design, request: RenderRequest | None) -> None:
    """Show the model, the drawing or the picture; words alone have only the picture."""
    views = _VIEWS[design.kind]
    if len(views) == 1:
        show_canvas(visit, design, request)
        return
    t = visit.texts
    _turn(visit, design, views)
    st.segmented_control(
        t("stage.label"),
        views,
        format_func=lambda view: t(f"stage.{view}"),
        key=widget_key(_KEY),
        required=True,
        label_visibility="collapsed",
    )
    shown = st.session_state[widget_key(_KEY)]
    if shown == "picture":
        show_canvas(visit, design, request)
        return
    if shown == "desk":
        show_desk(visit, design, request)
        return
    if shown == "pair":
        show_pair(visit, design, request)
        return
    main, side = st.columns([3.4, 1], gap="medium")
    with main:
        model = show_viewer(visit, design, request)
    with side:
        show_canvas(visit, design, request, beside=True)
        if model is not None:
            show_element(visit, model)
        show_corrections(visit, model)


def _turn(visit: Visit, design: Design, views: tuple[StageView, ...]) -> None:
    """A picture that was asked for or opened is shown; another design begins with its model or its drawing."""
    job = visit.job
    seen = (design.id, None if job is None else job.id)
    now = st.session_state.get(widget_key(_KEY))
    if st.session_state.get(_SEEN) != seen or now not in views:
        now = views[0] if job is None else "picture"
    put_value(_KEY, now)
    st.session_state[_SEEN] = seen
