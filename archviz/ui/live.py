"""The live preview: a small picture by the embedded engine, painted anew with every choice."""

from __future__ import annotations

import streamlit as st

from archviz.render.request import DEFAULT_ENGINE, RenderRequest
from archviz.studio import Job, preview_request
from archviz.ui.visit import Visit

__all__ = ["ask_for_preview", "drop_preview", "live_is_on", "show_live", "show_switch"]

_KEY = "live"
_JOB = "preview_job"
_OFF = "off"


def live_is_on() -> bool:
    """Whether previews are wanted; kept in the page's address."""
    return st.query_params.get(_KEY) != _OFF


def show_switch(visit: Visit) -> None:
    """Let previews be turned off, where the computer is slow or busy."""
    st.session_state[_KEY] = live_is_on()
    st.toggle(visit.texts("live.switch"), key=_KEY, help=visit.texts("live.help"), on_change=_turn, args=(visit,))


def ask_for_preview(visit: Visit, request: RenderRequest | None) -> Job | None:
    """The job that paints the choices small; asked for when they change. The store drops the older one."""
    if request is None or not live_is_on() or request.engine != DEFAULT_ENGINE:
        return None
    if request.input is None and not request.prompt:
        return None
    wanted = preview_request(request)
    known = visit.store.get(visit.session, st.session_state.get(_JOB))
    # One that another page of this visitor ended is not asked for again: the two would end each other for ever.
    if known is None or known.request != wanted:
        known = visit.store.submit(visit.session, wanted, kind="preview")
        st.session_state[_JOB] = known.id
    return known


def drop_preview(visit: Visit) -> None:
    """End the preview: another picture takes its place, or none is wanted."""
    if job := st.session_state.pop(_JOB, None):
        visit.store.cancel(visit.session, job)


def show_live(visit: Visit, preview: Job | None) -> str | None:
    """Show the preview, or as far as it is painted.

    Returns
    -------
    str or None
        What to say of it; ``None`` where there is nothing to show and the view must do.
    """
    t = visit.texts
    if preview is None:
        return None
    if preview.state == "done" and preview.finished_s is not None and preview.started_s is not None:
        data = _finished(visit, preview)
        if data is not None:
            st.image(data, width="stretch")
            return t("live.done", seconds=f"{preview.finished_s - preview.started_s:.1f}")
    if preview.active and preview.phase in ("sampling", "writing"):
        try:
            data = visit.store.preview_path(preview).read_bytes()
        except OSError:
            return None
        st.image(data, width="stretch")
        return t("live.painting", step=preview.step, steps=preview.steps)
    return None


def _finished(visit: Visit, preview: Job) -> bytes | None:
    """Read at once: the worker takes a preview away when the next one is painted."""
    try:
        return (visit.store.result_folder(preview) / "picture.jpg").read_bytes()
    except OSError:
        return None


def _turn(visit: Visit) -> None:
    if st.session_state[_KEY]:
        st.query_params.pop(_KEY, None)
        return
    st.query_params[_KEY] = _OFF
    drop_preview(visit)
