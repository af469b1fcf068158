"""The middle of the page: the view, the picture as it comes, and what there is to say of it."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from archviz.render.request import RenderRequest
from archviz.studio import Design, Job, time_left_s, view_request
from archviz.ui.live import ask_for_preview, drop_preview, show_live, show_switch
from archviz.ui.picture import show_picture, show_setting
from archviz.ui.proof import facts_of
from archviz.ui.queue import time_left
from archviz.ui.visit import Visit

__all__ = ["show_canvas"]

_POLL_S = 0.25


def show_canvas(visit: Visit, design: Design, request: RenderRequest | None, *, beside: bool = False) -> None:
    """Show the picture of the request, or how far it is, or the view it will be made from.

    Parameters
    ----------
    visit, design, request
        Who looks at what.
    beside
        Beside the model there is room for a finished picture and a line about it alone.
    """
    job = visit.job
    # A finished picture says more than its view.
    shown = job is not None and job.state == "done" and _matches(job, request)
    view = None if shown else _ask_for_view(visit, request)
    # The picture that is being painted of these very choices is its own preview.
    painting = job is not None and job.active and _matches(job, request)
    if painting:
        drop_preview(visit)
    preview = None if shown or painting else ask_for_preview(visit, request)
    waiting = any(j is not None and j.active for j in (job, view, preview))
    with st.container(key="canvas"):
        if not shown:
            show_switch(visit)
        st.fragment(_show, run_every=_POLL_S if waiting else None)(
            visit, design, request, view, preview, waiting, beside
        )  # fmt: skip


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


def _show(
    visit: Visit,
    design: Design,
    request: RenderRequest | None,
    view: Job | None,
    preview: Job | None,
    waiting: bool,
    beside: bool,
) -> None:
    job = visit.job
    view, preview = (None if j is None else visit.store.get(visit.session, j.id) for j in (view, preview))
    if waiting and not any(j is not None and j.active for j in (job, view, preview)):
        # The whole page: the button, the history and the poll depend on it.
        st.rerun(scope="app")
    if job is not None and job.active:
        _show_progress(visit, job)
        if preview is None:
            _show_preview(visit, job, view)
            return
    if job is not None and _matches(job, request):
        if job.state == "done":
            (_show_small if beside else show_picture)(visit, job)
            return
        if job.state == "failed":
            st.error(visit.texts("state.failed", reason=job.error))
        elif job.state == "cancelled":
            st.info(visit.texts("state.cancelled"))
    if said := show_live(visit, preview):
        if view is not None and view.state == "done":
            _show_summary(visit, view)
        st.caption(said)
        return
    if preview is not None and preview.state == "failed" and (view is None or view.state != "failed"):
        st.warning(visit.texts("live.failed", reason=preview.error))
    _show_view(visit, view, visit.texts(f"view_hint.{_hint(design, request)}"))


def _show_small(visit: Visit, job: Job) -> None:
    try:
        st.image((visit.store.result_folder(job) / "picture.png").read_bytes(), width="stretch")
    except OSError:
        st.warning(visit.texts("download.gone"))
        return
    if (found := visit.library.picture(visit.session, job.id)) is not None:
        st.caption(facts_of(visit, found))


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
    left = time_left_s(visit.store, job)
    rest = time_left(visit, job) if left is None else t("live.left", seconds=f"{max(left, 1.0):.0f}")
    bar.progress(min(share, 1.0), text=" · ".join(filter(None, (t(f"phase.{job.phase}", **fields), rest))))
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
    _show_summary(visit, view)
    st.caption(hint)


def _show_summary(visit: Visit, view: Job) -> None:
    if summary := _summary(visit, view):
        show_setting(visit, summary)
        for text in summary["warnings"]:
            st.warning(text)


def _show_view_picture(visit: Visit, view: Job) -> None:
    picture = visit.store.result_folder(view) / "picture.jpg"
    if picture.exists():
        st.image(str(picture), width="stretch")


def _summary(visit: Visit, job: Job) -> dict[str, Any]:
    try:
        return json.loads((visit.store.result_folder(job) / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
