"""A set on the page: each picture in its place, as far as it is, with what can be done to it."""

from __future__ import annotations

import contextlib

import streamlit as st

from archviz.core.errors import OptionError
from archviz.presets import environments, lightings
from archviz.studio import Job, JobSet, Picture
from archviz.ui.library import thumbnail_of
from archviz.ui.visit import Visit

__all__ = ["choice_name", "facts_of", "show_set"]

_POLL_S = 0.8
# So many beside each other where one axis alone varies; with two, the last one is the columns.
_COLUMNS = 4
_MOST_COLUMNS = 9
# Axes whose labels say nothing without the setting's name.
_NUMBERS = ("seed", "control", "steps")


def show_set(visit: Visit, found: JobSet) -> None:
    """Draw a set; it draws itself again while pictures are to come."""
    waiting = any(job.active for job in visit.sets.jobs(found))
    st.fragment(_show, run_every=_POLL_S if waiting else None)(visit, found, waiting)


def choice_name(visit: Visit, axis: str, label: str) -> str:
    """A choice as people read it: the name of a preset, else the label itself."""
    if axis in _NUMBERS:
        return f"{visit.texts(f'axis.{axis}')} {label}"
    presets = {"environment": environments(), "lighting": lightings()}.get(axis, {})
    return visit.texts.own_name(presets[label]) if label in presets else label


def facts_of(visit: Visit, picture: Picture) -> str:
    """How well the building was kept, and where the sun stands, in a line."""
    t = visit.texts
    fidelity, sun = picture.summary.get("fidelity") or {}, picture.summary.get("sun")
    kept = fidelity.get("edge_recall")
    parts = [t("lights.kept_unmeasured") if kept is None else t("library.kept", value=f"{kept:.2f}")]
    if sun:
        parts.append(t("lights.sun", altitude=f"{sun['altitude_deg']:.0f}°", azimuth=f"{sun['azimuth_deg']:.0f}°"))
    return " · ".join(parts)


def _show(visit: Visit, found: JobSet, waiting: bool) -> None:
    t = visit.texts
    jobs = visit.sets.jobs(found)
    left = [job for job in jobs if job.active]
    changed = st.session_state.pop("set_changed", False)
    if changed or waiting != bool(left):
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
        if thumbnail := thumbnail_of(visit, picture):
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
    elif action == "open" and (picture := visit.library.picture(visit.session, job.id)) is not None:
        visit.open_picture(picture)
        st.query_params["room"] = st.session_state["room"] = "design"
