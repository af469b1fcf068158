"""A set on the page: each picture in its place, as far as it is, with what can be done to it."""

from __future__ import annotations

import contextlib

import streamlit as st

from archviz.core.errors import OptionError
from archviz.presets import environments, lightings
from archviz.studio import Job, JobSet, Picture
from archviz.ui.library import thumbnail_of
from archviz.ui.proof import ask_for_heat, drop_heat, facts_of, heat_is_coming, offers_heat, show_heat
from archviz.ui.visit import Visit

__all__ = ["choice_name", "show_set"]

_POLL_S = 0.8
# So many beside each other where one axis alone varies; with two, the last one is the columns.
_COLUMNS = 4
_MOST_COLUMNS = 9
_HEATED = "set_heated"
# Axes whose labels say nothing without the setting's name.
_NUMBERS = ("seed", "control", "steps")


def show_set(visit: Visit, found: JobSet) -> None:
    """Draw a set; it draws itself again while pictures are to come."""
    waiting = any(job.active for job in visit.sets.jobs(found)) or _heat_to_come(visit, found)
    st.fragment(_show, run_every=_POLL_S if waiting else None)(visit, found, waiting)


def choice_name(visit: Visit, axis: str, label: str) -> str:
    """A choice as people read it: the name of a preset, else the label itself."""
    if axis in _NUMBERS:
        return f"{visit.texts(f'axis.{axis}')} {label}"
    if axis == "environment" and label in environments():
        return visit.texts.own_name(environments()[label])
    return visit.texts.own_name(lightings()[label]) if axis == "lighting" and label in lightings() else label


def _show(visit: Visit, found: JobSet, waiting: bool) -> None:
    t = visit.texts
    jobs = visit.sets.jobs(found)
    left = [job for job in jobs if job.active]
    changed = st.session_state.pop("set_changed", False)
    if changed or waiting != (bool(left) or _heat_to_come(visit, found)):
        # The whole page: what is compared has changed, or whether there is anything to wait for.
        st.rerun(scope="app")
    if left:
        bar, button = st.columns([5, 1], vertical_alignment="bottom")
        share = 1.0 - sum(1.0 - job.step / max(job.steps, 1) for job in left) / len(jobs)
        bar.progress(min(max(share, 0.0), 1.0), text=t("lights.progress", done=len(jobs) - len(left), count=len(jobs)))
        if button.button(t("lights.cancel_all"), key=f"set_cancel_{found.id}", width="stretch"):
            visit.store.cancel_all(visit.session, set_id=found.id)
            st.rerun(scope="app")
    pictures = visit.library.pictures_of_set(visit.session, found.id)
    varying = [axis for axis, labels in found.axes.items() if len(labels) > 1]
    columns = len(found.axes[varying[-1]]) if len(varying) > 1 else _COLUMNS
    columns = min(columns, _MOST_COLUMNS)
    for first in range(0, len(jobs), columns):
        for column, job in zip(st.columns(columns, gap="small"), jobs[first : first + columns], strict=False):
            with column:
                _show_cell(visit, job, pictures.get(job.id))


def _show_cell(visit: Visit, job: Job, picture: Picture | None) -> None:
    t = visit.texts
    st.markdown(f":small[**{' · '.join(choice_name(visit, axis, label) for axis, label in job.labels.items())}**]")
    if job.active:
        _show_coming(visit, job)
        return
    if job.state == "done" and picture is not None and picture.trashed_s is None:
        thumbnail = thumbnail_of(visit, picture)
        if picture.id in _heated():
            show_heat(visit, picture, thumbnail, where="set")
        elif thumbnail:
            st.image(thumbnail, width="stretch")
        st.caption(facts_of(visit, picture))
        _show_actions(visit, job, picture)
        return
    if job.state == "failed":
        st.error(t("state.failed", reason=job.error))
    else:
        gone = "lights.discarded" if job.state == "done" else "lights.cancelled"
        st.html(f'<div class="archviz-empty">{t(gone)}</div>')
    with st.container(horizontal=True, gap="small"):
        if picture is not None:
            _act(visit, job, "keep", ":material/undo:", t("library.undo"))
        _act(visit, job, "redo", ":material/refresh:", t("lights.redo"))


def _show_coming(visit: Visit, job: Job) -> None:
    t = visit.texts
    try:
        st.image(visit.store.preview_path(job).read_bytes(), width="stretch")
    except OSError:
        fields = {"ahead": visit.store.ahead(job), "step": job.step, "steps": job.steps}
        st.html(f'<div class="archviz-empty">{t(f"phase.{job.phase}", **fields)}</div>')
    _act(visit, job, "cancel", ":material/close:", t("render.cancel"))


def _show_actions(visit: Visit, job: Job, picture: Picture) -> None:
    t = visit.texts
    with st.container(horizontal=True, gap="small"):
        marked = picture.favourite
        _act(visit, job, "unmark" if marked else "mark", "★" if marked else "☆", t("library.mark"))
        _act(visit, job, "discard", ":material/delete:", t("library.throw_away"))
        _act(visit, job, "redo", ":material/refresh:", t("lights.redo"))
        _act(visit, job, "open", ":material/tune:", t("library.open"))
        if offers_heat(visit, picture):
            shown = picture.id in _heated()
            tip = t("heat.hide" if shown else "heat.show")
            _act(visit, job, "cool" if shown else "heat", ":material/difference:", tip)


def _heated() -> frozenset[str]:
    """Ids of the pictures whose heat map is looked at."""
    ids: frozenset[str] = st.session_state.get(_HEATED, frozenset())
    return ids


def _heat_to_come(visit: Visit, found: JobSet) -> bool:
    if not _heated():
        return False
    pictures = visit.library.pictures_of_set(visit.session, found.id).values()
    return any(heat_is_coming(visit, picture) for picture in pictures if picture.id in _heated())


def _act(visit: Visit, job: Job, action: str, label: str, tip: str) -> None:
    st.button(label, key=f"cell_{action}_{job.number}", help=tip, on_click=_on_act, args=(visit, job, action))


def _on_act(visit: Visit, job: Job, action: str) -> None:
    st.session_state["set_changed"] = True
    if action in ("mark", "unmark"):
        visit.library.set_favourite(visit.session, job.id, action == "mark")
    elif action == "discard":
        visit.library.trash(visit.session, job.id)
    elif action == "keep":
        visit.library.restore(visit.session, job.id)
    elif action == "cancel":
        visit.store.cancel(visit.session, job.id)
    elif action == "redo":
        # Asked for twice, it is on its way.
        with contextlib.suppress(OptionError):
            visit.sets.redo(visit.session, job)
    elif (picture := visit.library.picture(visit.session, job.id)) is None:
        return
    elif action == "heat":
        st.session_state[_HEATED] = _heated() | {picture.id}
        ask_for_heat(visit, picture)
    elif action == "cool":
        st.session_state[_HEATED] = _heated() - {picture.id}
        drop_heat(visit, picture)
    elif action == "open":
        visit.open_picture(picture)
        visit.enter_room("design")
