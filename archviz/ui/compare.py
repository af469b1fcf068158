"""Pictures of a set compared: one over the other, one light under every surroundings, the hours of a day."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from archviz.studio import Job, JobSet, Picture
from archviz.ui.before_after import show_before_after
from archviz.ui.proof import facts_of
from archviz.ui.set_grid import choice_name
from archviz.ui.visit import Visit

__all__ = ["show_compare"]

_LEAST = 2


def show_compare(visit: Visit, found: JobSet) -> None:
    """Draw the ways to compare what is finished of a set."""
    t = visit.texts
    pictures = visit.library.pictures_of_set(visit.session, found.id)
    made = [
        (job, pictures[job.id])
        for job in visit.sets.jobs(found)
        if job.id in pictures and pictures[job.id].trashed_s is None
    ]
    if len(made) < _LEAST:
        return
    ways = ["slider"]
    ways += ["beside"] if _several(found, "environment") else []
    ways += ["day"] if _several(found, "hour") else []
    st.html(f'<div class="archviz-label">{t("compare.heading")}</div>')
    way = st.segmented_control(
        t("compare.heading"),
        ways,
        format_func=lambda name: t(f"compare.{name}"),
        key=f"compare_way_{found.id}",
        default=ways[0],
        required=True,
        label_visibility="collapsed",
    )
    if way == "beside":
        _show_beside(visit, found, made)
    elif way == "day":
        _show_day(visit, found, made)
    else:
        _show_slider(visit, found, made)


def _several(found: JobSet, axis: str) -> bool:
    return len(found.axes.get(axis, ())) > 1


def _show_slider(visit: Visit, found: JobSet, made: Sequence[tuple[Job, Picture]]) -> None:
    t = visit.texts
    named = {picture.id: (_name(visit, job), picture) for job, picture in made}
    ids = list(named)
    chosen = []
    for column, side, at in zip(st.columns(2), ("before", "after"), (0, 1), strict=True):
        key = f"compare_{side}_{found.id}"
        if st.session_state.get(key) not in named:
            st.session_state[key] = ids[at]
        chosen.append(column.selectbox(t(f"compare.{side}"), ids, format_func=lambda i: named[i][0], key=key))
    (before, first), (after, second) = (named[picture_id] for picture_id in chosen)
    show_before_after(
        visit, (_file(visit, first), before), (_file(visit, second), after), key=f"compare_slider_{found.id}"
    )
    for column, picture in zip(st.columns(2), (first, second), strict=True):
        column.caption(facts_of(visit, picture))


def _show_beside(visit: Visit, found: JobSet, made: Sequence[tuple[Job, Picture]]) -> None:
    """One light, every surroundings."""
    rows = _rows(visit, found, made, "environment")
    label = st.selectbox(visit.texts("compare.light"), list(rows), key=f"compare_row_{found.id}")
    for column, (job, picture) in zip(st.columns(len(rows[label])), rows[label], strict=True):
        with column:
            st.image(_file(visit, picture), width="stretch")
            st.caption(
                f"**{choice_name(visit, 'environment', job.labels['environment'])}** · {facts_of(visit, picture)}"
            )


def _show_day(visit: Visit, found: JobSet, made: Sequence[tuple[Job, Picture]]) -> None:
    """One surroundings, every hour that was rendered."""
    rows = _rows(visit, found, made, "hour")
    label = next(iter(rows))
    if len(rows) > 1:
        label = st.selectbox(visit.texts("compare.surroundings"), list(rows), key=f"compare_row_{found.id}")
    hours = {job.labels["hour"]: picture for job, picture in rows[label]}
    key = f"compare_hour_{found.id}"
    if st.session_state.get(key) not in hours:
        st.session_state[key] = next(iter(hours))
    hour = next(iter(hours))
    if len(hours) > 1:
        hour = st.select_slider(visit.texts("compare.hour"), list(hours), key=key)
    st.image(_file(visit, hours[hour]), width="stretch")
    st.caption(facts_of(visit, hours[hour]))


def _rows(
    visit: Visit, found: JobSet, made: Sequence[tuple[Job, Picture]], axis: str
) -> dict[str, list[tuple[Job, Picture]]]:
    """The pictures by what they have beside an axis."""
    rows: dict[str, list[tuple[Job, Picture]]] = {}
    for job, picture in made:
        rows.setdefault(_name(visit, job, without=axis) or "—", []).append((job, picture))
    return rows


def _name(visit: Visit, job: Job, *, without: str | None = None) -> str:
    return " · ".join(choice_name(visit, axis, label) for axis, label in job.labels.items() if axis != without)


def _file(visit: Visit, picture: Picture) -> str:
    return str(visit.store.home.results / picture.id / "picture.png")
