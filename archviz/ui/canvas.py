"""The middle of the page: the view, the picture as it comes, and what there is to say of it."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from archviz.render.request import RenderRequest
from archviz.studio import Design, Job, view_request
from archviz.ui.picture import show_picture, show_setting
from archviz.ui.queue import time_left
from archviz.ui.visit import Visit

__all__ = ["show_canvas"]

_POLL_S = 0.4


def show_canvas(visit: Visit, design: Design, request: RenderRequest | None) -> None:
    """Show the picture of the request, or how far it is, or the view it will be made from."""
    job = visit.job
    # A finished picture says more than its view.
    shown = job is not None and job.state == "done" and _matches(job, request)
    view = None if shown else _ask_for_view(visit, request)
    waiting = any(j is not None and j.active for j in (job, view))
    with st.container(key="canvas"):
        st.fragment(_show, run_every=_POLL_S if waiting else None)(visit, design, request, view, waiting)


def _ask_for_view(visit: Visit, request: RenderRequest | None) -> Job | None:
    """The job that shows the view of the request; asked for when the view changes."""
    if request is None:
        return None
    wanted = view_request(request)
    known = visit.store.get(visit.session, st.session_state.get("view_job"))
    # Cancelled by another page of the same visitor: ask again.
    if known is None or known.request != wanted or known.state == "cancelled":
        known = visit.store.submit(visit.session, wanted, kind="view")
        st.session_state["view_job"] = known.id
    return known


def _show(visit: Visit, design: Design, request: RenderRequest | None, view: Job | None, waiting: bool) -> None:
    job = visit.job
    view = None if view is None else visit.store.get(visit.session, view.id)
    if waiting and not any(j is not None and j.active for j in (job, view)):
        # The whole page: the button, the history and the poll depend on it.
        st.rerun(scope="app")
    if job is not None and job.active:
        _show_progress(visit, job)
        _show_preview(visit, job, view)
        return
    if job is not None and _matches(job, request):
        if job.state == "done":
            show_picture(visit, job)
            return
        if job.state == "failed":
            st.error(visit.texts("state.failed", reason=job.error))
        elif job.state == "cancelled":
            st.info(visit.texts("state.cancelled"))
    _show_view(visit, view, visit.texts(f"view_hint.{_hint(design, request)}"))


def _hint(design: Design, request: RenderRequest | None) -> str:
    """What the view is, or what it waits for."""
    if design.kind == "text" and (request is None or not request.prompt):
        return "no_words"
    if request is not None and design.kind == "text" and request.surroundings == "imagined":
        return "imagined"
    return design.kind


def _matches(job: Job, request: RenderRequest | None) -> bool:
    """Whether a picture shows what is chosen now: words and steps aside, it was made of the same view."""
    return request is not None and view_request(job.request) == view_request(request)


def _show_progress(visit: Visit, job: Job) -> None:
    t = visit.texts
    bar, button = st.columns([5, 1], vertical_alignment="bottom")
    fields = {"ahead": visit.store.ahead(job)} if job.phase == "waiting" else {"step": job.step, "steps": job.steps}
    # Reading and light are a first fifth of the way, so that the bar moves before the first step.
    share = {"waiting": 0.0, "reading": 0.05, "maps": 0.1, "engine": 0.2, "writing": 1.0}.get(job.phase)
    if share is None:
        share = 0.2 + 0.8 * job.step / max(job.steps, 1)
    said = (t(f"phase.{job.phase}", **fields), time_left(visit, job))
    bar.progress(min(share, 1.0), text=" · ".join(filter(None, said)))
    if button.button(t("render.cancel"), key="cancel", width="stretch", icon=":material/close:"):
        visit.store.cancel(visit.session, job.id)
        st.rerun(scope="app")
    if job.tries > 1:
        st.warning(t("phase.again"))


def _show_preview(visit: Visit, job: Job, view: Job | None) -> None:
    preview = visit.store.preview_path(job)
    try:
        data = preview.read_bytes()
    except OSError:
        # None yet, or the picture was finished this very moment.
        if view is not None and view.state == "done":
            with st.container(key="stale"):
                _show_view_picture(visit, view)
        return
    st.image(data, width="stretch")


def _show_view(visit: Visit, view: Job | None, hint: str) -> None:
    t = visit.texts
    if view is None:
        st.info(hint)
        return
    if view.state == "failed":
        st.error(t("state.view_failed", reason=view.error))
        return
    if view.active:
        st.caption(t("view_hint.working"))
        last = visit.store.get(visit.session, st.session_state.get("view_shown"))
        if last is not None and last.request.input == view.request.input:
            with st.container(key="stale"):
                _show_view_picture(visit, last)
        return
    st.session_state["view_shown"] = view.id
    _show_view_picture(visit, view)
    if summary := _summary(visit, view):
        show_setting(visit, summary)
        for text in summary["warnings"]:
            st.warning(text)
    st.caption(hint)


def _show_view_picture(visit: Visit, view: Job) -> None:
    picture = visit.store.result_folder(view) / "picture.jpg"
    if picture.exists():
        st.image(str(picture), width="stretch")


def _summary(visit: Visit, job: Job) -> dict[str, Any]:
    try:
        return json.loads((visit.store.result_folder(job) / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
