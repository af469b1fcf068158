"""What can be put right about a model as it was read: unit, up axis, elements to leave out."""

from __future__ import annotations

import streamlit as st

from archviz.ui.choices import AUTO, DEFAULTS, UNITS, UP_AXES
from archviz.ui.viewer.models import Model
from archviz.ui.visit import Visit, choice_key

__all__ = ["show_corrections"]


def show_corrections(visit: Visit, model: Model | None) -> None:
    """Draw the corrections, and how the model was understood.

    Parameters
    ----------
    visit
        Whose page.
    model
        As it was read with the corrections so far; ``None`` where it cannot be.
    """
    t = visit.texts
    with st.expander(t("model.heading"), icon=":material/straighten:"):
        if model is not None and (read := model.source.model) is not None:
            width, depth, height = read.extents_m
            st.caption(
                t(
                    "model.facts",
                    width=f"{width:.1f}",
                    depth=f"{depth:.1f}",
                    height=f"{height:.1f}",
                    elements=len(model.scene.table.elements),
                    triangles=len(model.scene.faces),
                )
            )
        left, right = st.columns(2)
        left.selectbox(
            t("model.unit"),
            UNITS,
            format_func=lambda u: t("model.as_read") if u == AUTO else u,
            key=choice_key("unit"),
            on_change=_leave_own_view,
        )
        right.selectbox(
            t("model.up"),
            UP_AXES,
            format_func=lambda a: t("model.as_read") if a == AUTO else a.upper(),
            key=choice_key("up"),
            on_change=_leave_own_view,
        )
        hidden = st.session_state[choice_key("hide")]
        st.multiselect(
            t("model.hidden"),
            hidden,
            default=hidden,
            placeholder=t("model.hidden_none"),
            help=t("model.hidden_help"),
            # Another key for each list: it begins with all of them.
            key=f"hidden_{len(hidden)}_{hash(hidden)}",
            on_change=_show_again,
            args=(f"hidden_{len(hidden)}_{hash(hidden)}",),
        )
        if model is not None and (read := model.source.model) is not None and read.assumptions:
            st.caption("\n".join(f"- {text}" for text in read.assumptions))


def _show_again(key: str) -> None:
    st.session_state[choice_key("hide")] = tuple(st.session_state[key])


def _leave_own_view() -> None:
    """A camera in the old metres looks past the building in the new ones."""
    st.session_state[choice_key("view")] = DEFAULTS["view"]
    st.session_state[choice_key("camera")] = None
