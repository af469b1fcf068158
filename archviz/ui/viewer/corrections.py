"""What can be put right about a model as it was read: unit, axes, which elements are drawn and what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from archviz.ui.choices import AUTO, DEFAULTS, UNITS, UP_AXES
from archviz.ui.keys import put_value, widget_key
from archviz.ui.style import plain
from archviz.ui.viewer.element_list import show_element_list
from archviz.ui.viewer.models import Model
from archviz.ui.visit import Visit, choice_key, set_choices

__all__ = ["show_corrections"]

_NORTH = "correct_north"
# Lists of marks on elements, each with a way back.
_MARKS = ("hide", "show", "classes")


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
    # Known to the server: the browser alone closes them whenever the model is read anew.
    with st.expander(t("model.heading"), key="model_open", icon=":material/straighten:", on_change="rerun"):
        if model is not None:
            _show_facts(visit, model)
        _show_axes(visit)
        names: Mapping[str, Callable[[Any], str]] = {
            "hide": str,
            "show": str,
            "classes": lambda pair: f"{pair[0]} → {t(f'class.{pair[1]}')}",
        }
        for mark in _MARKS:
            _show_marks(visit, mark, names[mark])
        if model is not None and (read := model.source.model) is not None and read.assumptions:
            st.caption("\n".join(f"- {plain(text)}" for text in read.assumptions))
    elements = st.expander(t("list.heading"), key="list_open", icon=":material/layers:", on_change="rerun")
    with elements:
        show_element_list(visit, model if elements.open else None)


def _show_facts(visit: Visit, model: Model) -> None:
    if (read := model.source.model) is None:
        return
    width, depth, height = read.extents_m
    st.caption(
        visit.texts(
            "model.facts",
            width=f"{width:.1f}",
            depth=f"{depth:.1f}",
            height=f"{height:.1f}",
            elements=len(model.scene.table.elements),
            triangles=len(model.scene.faces),
        )
    )


def _show_axes(visit: Visit) -> None:
    t = visit.texts
    # One over the other: two beside each other are too narrow here for their words.
    st.selectbox(
        t("model.unit"),
        UNITS,
        format_func=lambda u: t("model.as_read") if u == AUTO else u,
        key=choice_key("unit"),
        on_change=_leave_own_view,
    )
    st.selectbox(
        t("model.up"),
        UP_AXES,
        format_func=lambda a: t("model.as_read") if a == AUTO else a.upper(),
        key=choice_key("up"),
        on_change=_leave_own_view,
    )
    # Beside place and time it can be changed too: two widgets, one choice.
    put_value(_NORTH, st.session_state[choice_key("north")])
    st.number_input(
        t("model.north"),
        -180.0,
        360.0,
        value=None,
        step=5.0,
        key=widget_key(_NORTH),
        placeholder=t("choice.north_unset"),
        help=t("choice.north_help"),
        on_change=_take_north,
    )


def _show_marks(visit: Visit, mark: str, name: Callable[[Any], str]) -> None:
    """What a user marked, each to be unmarked; nothing where there is nothing, but for what is left out."""
    t = visit.texts
    marked = st.session_state[choice_key(mark)]
    if not marked and mark != "hide":
        return
    key = _marked_key(mark)
    st.multiselect(
        t(f"marked.{mark}"),
        marked,
        default=marked,
        format_func=name,
        placeholder=t("model.hidden_none"),
        help=t(f"marked_help.{mark}"),
        key=key,
        on_change=_unmark,
        args=(mark, key),
    )


def _marked_key(mark: str) -> str:
    """Another key for each list: it begins with all of them."""
    marked = st.session_state[choice_key(mark)]
    return f"marked_{mark}_{len(marked)}_{hash(marked)}"


def _unmark(mark: str, key: str) -> None:
    if key == _marked_key(mark):  # else the list is another one by now
        set_choices({mark: tuple(st.session_state[key])})


def _take_north() -> None:
    set_choices({"north": st.session_state[widget_key(_NORTH)]})


def _leave_own_view() -> None:
    """A camera in the old metres looks past the building in the new ones."""
    set_choices({"view": DEFAULTS["view"], "camera": None})
