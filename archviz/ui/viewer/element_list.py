"""The elements of a model as a list: searched, by class or layer, chosen, left out and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import streamlit as st

from archviz.core.elements import ElementClass
from archviz.ui.choices import AUTO
from archviz.ui.keys import lasting_value, widget_key
from archviz.ui.style import plain
from archviz.ui.viewer.choosing import (
    choose,
    chosen_element,
    hide_element,
    keep_class,
    key_of,
    show_again,
    take_class,
)
from archviz.ui.viewer.elements import Entry, find_entries
from archviz.ui.viewer.models import Model
from archviz.ui.visit import Visit

__all__ = ["select_class", "show_element_list"]

# Rows of two buttons each: more would make every click on the page slow, and nobody reads them.
_MOST_ROWS = 24
_HEIGHT_PX = 260
_SCROLL_FROM = 7
_ALL = ""
_WORDS, _GROUP = "list_words", "list_group"


def show_element_list(visit: Visit, model: Model | None) -> None:
    """Draw the list of a model's elements; what is searched for outlasts a page that has none."""
    if model is None:
        return
    t = visit.texts
    entries = model.entries
    # Each correction has the model read anew, and the page has no list until then.
    words = st.text_input(
        t("list.search"),
        lasting_value(_WORDS, ""),
        key=_WORDS,
        placeholder=t("list.search_hint"),
        icon=":material/search:",
    )
    group = _ALL
    if groups := sorted({entry.group for entry in entries if entry.group}):
        options, kept = [_ALL, *groups], lasting_value(_GROUP, _ALL)
        group = st.selectbox(
            t("list.group"),
            options,
            options.index(kept) if kept in options else 0,
            format_func=lambda group: t("list.all_groups") if group == _ALL else group,
            key=_GROUP,
        )
    if group:
        _show_group(visit, entries, group)
    found = find_entries(entries, words, group)
    if not found:
        st.caption(t("list.nothing"))
        return
    chosen = chosen_element(model)
    height = _HEIGHT_PX if len(found) > _SCROLL_FROM else "content"
    with st.container(height=height, key="element_list", gap=None):
        for entry in found[:_MOST_ROWS]:
            _show_row(visit, entry, now=entry.name == chosen and not entry.why)
        if len(found) > _MOST_ROWS:
            st.caption(t("list.more", count=len(found) - _MOST_ROWS))


def select_class(visit: Visit, name: str, label: str) -> None:
    """Let an element, a class or a layer be called what it is."""
    t = visit.texts
    key = key_of("class", name)
    keep_class(key, name)
    st.selectbox(
        label,
        [AUTO, *get_args(ElementClass)],
        format_func=lambda value: t("class.as_read") if value == AUTO else t(f"class.{value}"),
        key=widget_key(key),
        on_change=take_class,
        args=(key, name),
        help=t("element.class_help"),
    )


def _show_group(visit: Visit, entries: Sequence[Entry], group: str) -> None:
    """What can be done to a class or a layer at once."""
    t = visit.texts
    drawn = any(entry.group == group and not entry.why for entry in entries)
    key = key_of("group", group)
    if drawn:
        st.button(
            t("list.hide_group", group=plain(group)),
            key=key,
            on_click=hide_element,
            args=(group,),
            icon=":material/visibility_off:",
        )
    else:
        st.button(
            t("list.show_group", group=plain(group)),
            key=key,
            on_click=show_again,
            args=(Entry(name=group, group=group),),
            icon=":material/visibility:",
        )
    select_class(visit, group, t("list.group_class"))


def _show_row(visit: Visit, entry: Entry, *, now: bool) -> None:
    t = visit.texts
    eye, name = st.columns([1, 5], gap="small", vertical_alignment="center")
    # What is not drawn may be called as what is.
    key = key_of("row", f"{entry.name}\n{entry.group}\n{entry.why}")
    if entry.why:
        eye.button(
            ":material/visibility_off:",
            key=f"{key}_show",
            help=t("list.show", why=plain(entry.why)),
            on_click=show_again,
            args=(entry,),
            type="tertiary",
        )
    else:
        eye.button(
            ":material/visibility:",
            key=f"{key}_hide",
            help=t("list.hide"),
            on_click=hide_element,
            args=(entry.name,),
            type="tertiary",
        )
    name.button(
        plain(entry.name) or "·",
        key=f"{key}_choose",
        help=plain(entry.group) or None,
        on_click=choose,
        args=(entry.name,),
        type="primary" if now else "tertiary",
        disabled=bool(entry.why),
    )
