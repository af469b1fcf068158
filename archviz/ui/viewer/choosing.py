"""What a click does to the choices: an element chosen, left out, brought back, or called something else."""

from __future__ import annotations

import hashlib

import streamlit as st

from archviz.ui.choices import AUTO
from archviz.ui.keys import put_value, widget_key
from archviz.ui.viewer.elements import Entry, bring_back, class_for, leave_out, with_class
from archviz.ui.viewer.models import Model
from archviz.ui.visit import choice_key, set_choices

__all__ = [
    "choose",
    "chosen_element",
    "clicked_element",
    "hide_element",
    "keep_class",
    "key_of",
    "show_again",
    "take_class",
]

_SELECTED = "viewer_selected"


def clicked_element() -> str | None:
    """Name of the element that was chosen last, in the viewer or in the list, of whichever model."""
    name: str | None = st.session_state.get(_SELECTED)
    return name


def chosen_element(model: Model) -> str | None:
    """Name of the element that was chosen, if the model still draws it."""
    name = clicked_element()
    return name if name in {element.name for element in model.scene.table.elements} else None


def choose(name: str | None) -> None:
    """Choose an element."""
    st.session_state[_SELECTED] = name


def key_of(kind: str, name: str) -> str:
    """The name of a widget that belongs to one name of a file."""
    return f"{kind}_{hashlib.sha256(name.encode('utf-8')).hexdigest()[:16]}"


def hide_element(name: str) -> None:
    """Leave an element, a class or a layer out."""
    _set_drawn(*leave_out(*_drawn(), name))
    if clicked_element() == name:
        choose(None)


def show_again(entry: Entry) -> None:
    """Draw what is left out."""
    _set_drawn(*bring_back(*_drawn(), entry))


def keep_class(key: str, name: str) -> None:
    """Put what was said of an element into its widget, before it is drawn."""
    put_value(key, class_for(st.session_state[choice_key("classes")], name) or AUTO)


def take_class(key: str, name: str) -> None:
    """Take what an element is from its widget."""
    value = st.session_state[widget_key(key)]
    classes = st.session_state[choice_key("classes")]
    set_choices({"classes": with_class(classes, name, None if value == AUTO else value)})


def _drawn() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return st.session_state[choice_key("hide")], st.session_state[choice_key("show")]


def _set_drawn(hide: tuple[str, ...], show: tuple[str, ...]) -> None:
    set_choices({"hide": hide, "show": show})
