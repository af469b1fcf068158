"""The desk on the page: the drawing, what is read from it, and the choices of how."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import streamlit as st

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.render.request import GeometryFreedom, RenderRequest
from archviz.sketch.adjustments import Adjustments
from archviz.sketch.findings import FINDINGS, Diagnosis
from archviz.studio import Design
from archviz.ui.brush import DeskSheet, show_desk_sheet
from archviz.ui.canvas import show_canvas
from archviz.ui.desk.edits import (
    adjustments_of_edit,
    drawn_of_adjustments,
    fine_turn,
    quarter_turned,
    turned_finely,
)
from archviz.ui.desk.readings import ToldReading, ask_for_reading, last_told, wait_for
from archviz.ui.keys import put_value, widget_key
from archviz.ui.refusals import forget_refusal, refuse, show_refusal
from archviz.ui.visit import Visit, choice_key, set_choices

__all__ = ["show_desk"]

_PAST = "desk_past"
_TURN = "desk_turn"
_PAGE = "desk_page"
_STRENGTH = "desk_strength"
_REVISION = "desk_revision"
_MOST_PAST = 100
_STEEPEST_DEG = 44.5
_PAGED = ("PDF", "TIFF")
_MOST_PAGES = 10_000
# Up to which expected error depth is called sure, and called rough [share of the distance].
_SURE, _ROUGH = 0.06, 0.15
_TOOLS = ("pen", "erase", "mark", "crop", "corners")


def show_desk(visit: Visit, design: Design, request: RenderRequest | None) -> None:
    """Draw the desk of a drawing.

    Parameters
    ----------
    visit, design
        Whose page, and the drawing.
    request
        What the choices amount to, whose picture is shown beside.
    """
    job = ask_for_reading(visit, design)
    told = last_told(visit, design, job)
    page, read = st.columns([1.25, 1], gap="medium")
    with page:
        if job.state == "failed":
            st.error(visit.texts("desk.failed", reason=job.error))
        show_refusal(_edit_of(design))
        _show_tools(visit, design)
        if told is not None:
            _show_sheet(visit, design, told)
        _show_choices(visit, design, told)
    with read:
        with st.container(gap="xsmall", key="desk_stale" if job.active else "desk_fresh"):
            if told is not None:
                _show_read(visit, told)
            elif job.active:
                st.html(f'<div class="archviz-empty">{visit.texts("desk.first")}</div>')
        with st.container(key="desk_picture"):
            show_canvas(visit, design, request)
    wait_for(visit, job)


def _show_tools(visit: Visit, design: Design) -> None:
    t = visit.texts
    past = [adjustments for of, adjustments in st.session_state.get(_PAST, ()) if of == design.id]
    now = _now()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for key, icon, text, off, act, values in (
            ("undo", "undo", "desk.undo", not past, _undo, ()),
            ("reset", "restart_alt", "desk.reset", now == Adjustments(), _change, (Adjustments(),)),
            ("left", "rotate_left", "desk.left", False, _change, (quarter_turned(now, -1),)),
            ("right", "rotate_right", "desk.right", False, _change, (quarter_turned(now, 1),)),
        ):
            st.button(
                t(text) if key in ("undo", "reset") else "",
                key=f"desk_{key}",
                icon=f":material/{icon}:",
                help=t(text),
                disabled=off,
                on_click=act,
                args=(design, *values),
            )
        put_value(_TURN, fine_turn(now))
        st.slider(
            t("desk.turn"),
            -_STEEPEST_DEG,
            _STEEPEST_DEG,
            step=0.5,
            format="%.1f°",
            key=widget_key(_TURN),
            label_visibility="collapsed",
            help=t("desk.turn"),
            on_change=_turn,
            args=(design,),
        )


def _show_sheet(visit: Visit, design: Design, told: ToldReading) -> None:
    t = visit.texts
    facts, size = told.facts, told.size
    key = f"desk_sheet_{hashlib.sha256(design.id.encode('utf-8')).hexdigest()[:16]}"
    revision = f"{st.session_state.get(_REVISION, 0)}:{size}"
    width, height = facts["found_size"]
    now = _now()
    texts = {name: t(f"desk.{name}") for name in (*_TOOLS, "clear", "width", "canvas")}
    texts |= {f"hint_{tool}": t(f"desk_hint.{tool}") for tool in _TOOLS}
    sheet = DeskSheet(
        page=(told.folder / "upright.jpg").read_bytes(),
        found=(told.folder / "found.jpg").read_bytes(),
        size=size,
        found_size=Size(height=height, width=width),
        paper=tuple(facts["paper"]),
        ink=tuple(facts["ink"]),
        sheet=facts["sheet"],
        turn_deg=now.turn_deg,
        drawn=drawn_of_adjustments(now, size),
        revision=revision,
    )
    show_desk_sheet(sheet, texts, key=key, on_edit=lambda: _take_edit(design, key, revision, size))


def _show_choices(visit: Visit, design: Design, told: ToldReading | None) -> None:
    t = visit.texts
    now = _now()
    with st.container(horizontal=True, gap="small", key="desk_choices"):
        for name, on, ways in (
            ("paper", now.paper == "straighten", {"paper": ("as-is", "straighten")}),
            ("repair", now.repair, {"repair": (False, True)}),
            ("notes", now.notes == "drop", {"notes": ("keep", "drop")}),
        ):
            put_value(f"desk_{name}", on)
            st.checkbox(
                t(f"desk.{name}"),
                key=widget_key(f"desk_{name}"),
                help=t(f"desk_help.{name}"),
                on_change=_switch,
                args=(design, f"desk_{name}", ways),
            )
        if told is not None and told.facts["format"] in _PAGED:
            put_value(_PAGE, now.page)
            st.number_input(
                t("desk.page"), 1, _MOST_PAGES, step=1, key=widget_key(_PAGE), on_change=_choose_page, args=(design,)
            )
    # One choice with the one at the left, under the desk's own words.
    put_value(_STRENGTH, st.session_state[choice_key("geometry")])
    st.segmented_control(
        t("desk.strength"),
        get_args(GeometryFreedom),
        format_func=lambda g: t(f"desk_strength.{g}"),
        key=widget_key(_STRENGTH),
        required=True,
        help=t("desk.strength_help"),
        on_change=_take_strength,
    )
    if told is not None:
        _show_diagnosis(visit, told)


def _show_diagnosis(visit: Visit, told: ToldReading) -> None:
    t = visit.texts
    found = [Diagnosis(code=f["code"], values=f["values"]) for f in told.facts["diagnosis"] if f["code"] in FINDINGS]
    st.html(f'<div class="archviz-label">{t("desk.diagnosis")}</div>')
    if not found:
        st.caption(t("desk.clean"))
    for finding in found:
        words = finding.in_words(t.language)
        st.caption(f"{words[:1].upper()}{words[1:]}.")


def _show_read(visit: Visit, told: ToldReading) -> None:
    with st.container(key="desk_lines", gap="xxsmall"):
        _show_map(visit, told, "lines")
    error = told.facts["depth_error"]
    if error is not None:
        with st.container(key="desk_space"):
            for column, name in zip(st.columns(2, gap="small"), ("depth", "normals"), strict=True):
                with column, st.container(gap="xxsmall"):
                    _show_map(visit, told, name)
    st.caption(_confidence(visit, error))


def _show_map(visit: Visit, told: ToldReading, name: str) -> None:
    st.markdown(f":small[{visit.texts(f'desk.{name}')}]", help=visit.texts(f"desk_map.{name}"))
    st.image((told.folder / f"{name}.png").read_bytes(), width="stretch")


def _confidence(visit: Visit, error: float | None) -> str:
    if error is None:
        return visit.texts("desk.no_building")
    level = "sure" if error <= _SURE else "rough" if error <= _ROUGH else "guess"
    return visit.texts(f"desk_depth.{level}", error=f"{error:.0%}")


def _now() -> Adjustments:
    found: Adjustments = st.session_state[choice_key("adjustments")]
    return found


def _change(design: Design, new: Adjustments, *, drawn: bool = True) -> None:
    """Take other adjustments, and remember those before; ``drawn`` where the browser is to take them too."""
    now = _now()
    forget_refusal(_edit_of(design))
    if new == now:
        return
    st.session_state[_PAST] = [*st.session_state.get(_PAST, ()), (design.id, now)][-_MOST_PAST:]
    set_choices({"adjustments": new})
    if drawn:
        st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1


def _undo(design: Design) -> None:
    past = st.session_state.get(_PAST, [])
    rows = [row for row, (of, _) in enumerate(past) if of == design.id]
    if rows:
        set_choices({"adjustments": past[rows[-1]][1]})
        st.session_state[_PAST] = [entry for row, entry in enumerate(past) if row != rows[-1]]
        st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1


def _turn(design: Design) -> None:
    _change(design, turned_finely(_now(), float(st.session_state[widget_key(_TURN)])))


def _switch(design: Design, key: str, ways: Mapping[str, tuple[Any, Any]]) -> None:
    on = bool(st.session_state[widget_key(key)])
    _change(design, replace(_now(), **{name: values[on] for name, values in ways.items()}))


def _choose_page(design: Design) -> None:
    """Another page has other marks, strokes and corners: what was done to the one before does not carry over."""
    now = _now()
    _change(design, Adjustments(page=int(st.session_state[widget_key(_PAGE)]), paper=now.paper, notes=now.notes))


def _take_strength() -> None:
    set_choices({"geometry": st.session_state[widget_key(_STRENGTH)]})


def _edit_of(design: Design) -> str:
    return f"edit_{design.id}"


def _take_edit(design: Design, key: str, revision: str, size: Size) -> None:
    state = st.session_state.get(key)
    edit = state.get("edit") if isinstance(state, Mapping) else getattr(state, "edit", None)
    # What was told before an undo was drawn on what is no more.
    if not isinstance(edit, Mapping) or edit.get("revision") != revision:
        return
    try:
        _change(design, adjustments_of_edit(dict(edit), _now(), size), drawn=False)
    except OptionError as error:
        refuse(_edit_of(design), str(error))
        st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1
