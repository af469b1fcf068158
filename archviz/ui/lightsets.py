"""The light set on the page: lights and surroundings chosen together, the pictures as they arrive, compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import streamlit as st

from archviz.core.errors import OptionError
from archviz.presets import environments, lightings
from archviz.render.request import RenderRequest
from archviz.studio import Design, light_set_cells
from archviz.studio.set_members import LightSet
from archviz.ui.compare import show_compare
from archviz.ui.set_grid import show_set
from archviz.ui.visit import Visit

__all__ = ["hours_between", "show_light_sets"]

_FIRST_LIGHTS = ("morning", "noon", "golden-hour", "blue-hour")
_STEPS_MIN = (30, 60, 120, 180)


def show_light_sets(visit: Visit, design: Design, request: RenderRequest | None) -> None:
    """Draw the choices of a set, and the set that was asked for last."""
    if request is not None:
        _show_choices(visit, request)
    found = visit.sets.get(visit.session, st.query_params.get("set")) or visit.sets.latest(visit.session, "lights")
    if found is None or found.kind != "lights":
        st.info(visit.texts("lights.none"))
        return
    show_set(visit, found)
    show_compare(visit, found)


def hours_between(first: datetime, last: datetime, step_min: int) -> tuple[datetime, ...]:
    """The moments from the first to the last, both on their day, so many minutes apart."""
    count = int((last - first) / timedelta(minutes=step_min)) + 1
    return tuple(first + timedelta(minutes=step_min * row) for row in range(max(count, 1)))


def _show_choices(visit: Visit, request: RenderRequest) -> None:
    t = visit.texts
    st.session_state.setdefault("set_environments", [request.environment] if request.environment else [])
    chosen = st.multiselect(
        t("lights.environments"),
        list(environments()),
        format_func=lambda e: t.own_name(environments()[e]),
        key="set_environments",
        placeholder=t("lights.environments_hint"),
    )
    # Under a real sun the lights of a set are hours of the day; a preset of another hour would contradict it.
    lights, hours = ((), _show_hours(visit, request.when)) if request.when else (_show_lightings(visit), ())
    count = max(1, len(chosen)) * len(lights or hours)
    if not st.button(
        t("lights.make", count=count),
        key="set_make",
        type="primary",
        disabled=count == 0,
        icon=":material/grid_view:",
    ):
        return
    base = replace(request, lighting=None, when=None)
    try:
        wanted = LightSet(base=base, environments=tuple(chosen), lightings=lights, hours=hours)
        made = visit.sets.submit(visit.session, light_set_cells(wanted), kind="lights", project=visit.project)
    except OptionError as error:
        st.error(str(error))
        return
    st.query_params["set"] = made.id


def _show_lightings(visit: Visit) -> tuple[str, ...]:
    t = visit.texts
    st.session_state.setdefault("set_lights", list(_FIRST_LIGHTS))
    # In the order of the day, whatever order they were clicked in.
    chosen = st.pills(
        t("lights.lights"),
        list(lightings()),
        format_func=lambda name: t.own_name(lightings()[name]),
        selection_mode="multi",
        key="set_lights",
    )
    return tuple(name for name in lightings() if name in chosen)


def _show_hours(visit: Visit, when: datetime) -> tuple[datetime, ...]:
    t = visit.texts
    span, step = st.columns([3, 1], vertical_alignment="bottom")
    st.session_state.setdefault("set_hours", (time(6), time(18)))
    first, last = span.slider(
        t("lights.hours"), time(0), time(23, 30), step=timedelta(minutes=30), key="set_hours", format="HH:mm"
    )
    st.session_state.setdefault("set_step", 120)
    minutes = step.selectbox(t("lights.every"), _STEPS_MIN, format_func=lambda m: f"{m / 60:g} h", key="set_step")
    day = when.date()
    return hours_between(datetime.combine(day, first, when.tzinfo), datetime.combine(day, last, when.tzinfo), minutes)
