"""The page: choices on the left, the picture in the middle, earlier pictures below."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from archviz.core.errors import ArchvizError
from archviz.render.request import RenderRequest
from archviz.studio import Design, Job, JobStore, StudioHome, WorkerKeeper
from archviz.studio.designs import TEXT_DESIGN, find_design, sample_design
from archviz.ui.controls import show_controls
from archviz.ui.rooms import leave_room, show_room
from archviz.ui.stage import show_stage
from archviz.ui.start import leave_start, show_start
from archviz.ui.style import STYLE
from archviz.ui.texts import LANGUAGES, Texts
from archviz.ui.visit import Visit

__all__ = ["show_page"]

_HISTORY = 8
_SIDEBAR_PX = 340
_ICON = Path(__file__).with_name("icon.svg")


def show_page(open_store: Callable[[], JobStore] | None = None) -> None:
    """Draw the page.

    Parameters
    ----------
    open_store
        Opens the queue; ``None`` takes the one of this computer and keeps a worker at it.
    """
    # An icon of ours: Streamlit would fetch a named one from another host.
    st.set_page_config(
        page_title="archviz studio", page_icon=str(_ICON), layout="wide", initial_sidebar_state=_SIDEBAR_PX
    )
    st.html(STYLE)
    try:
        _show((open_store or _open_studio)())
    except ArchvizError as error:
        st.error(Texts("en")("page.failure", reason=str(error)))


@st.cache_resource(show_spinner=False)  # type: ignore[untyped-decorator]
def _open_studio() -> JobStore:
    """The queue of this computer, with a worker at it as long as the server runs."""
    home = StudioHome.default().prepare()
    store = JobStore(home)
    atexit.register(WorkerKeeper(home).close)
    return store


def _show(store: JobStore) -> None:
    visit = Visit.of_page(store)
    design = visit.design
    if design is None:
        _show_head(visit)
        if show_room(visit, None, None):
            return
        st.html(f'<p class="archviz-lead">{visit.texts("page.tagline")}</p>')
        show_start(visit)
    else:
        leave_start()
        with st.sidebar:
            _show_head(visit)
            request = show_controls(visit, design)
            _show_button(visit, request)
        if show_room(visit, design, request):
            return
        show_stage(visit, design, request)
    _show_history(visit, design)


def _show_head(visit: Visit) -> None:
    mark, language = st.columns([1, 1], vertical_alignment="center")
    mark.html('<span class="archviz-mark">arch<i>viz</i></span>')
    with language, st.container(horizontal_alignment="right"):
        if "language" not in st.session_state:
            st.session_state["language"] = visit.texts.language
        st.segmented_control(
            visit.texts("page.language"),
            LANGUAGES,
            format_func=str.upper,
            key="language",
            required=True,
            label_visibility="collapsed",
            on_change=_keep_language,
        )


def _keep_language() -> None:
    st.query_params["lang"] = st.session_state["language"]


def _show_button(visit: Visit, request: RenderRequest | None) -> None:
    job = visit.job
    busy = job is not None and job.active
    with st.container(key="go"):
        if st.button(
            visit.texts("render.button"),
            type="primary",
            key="render",
            disabled=request is None or busy,
            width="stretch",
            icon=":material/brush:",
        ):
            assert request is not None
            leave_room()
            visit.watch(visit.store.submit(visit.session, request, project=visit.project))
            st.rerun()


def _show_history(visit: Visit, design: Design | None) -> None:
    kept = {picture.id for picture in visit.library.pictures(visit.session)}
    done = [job for job in visit.store.jobs_of(visit.session) if job.id in kept][:_HISTORY]
    if not done:
        return
    now = visit.job
    st.html(f'<div class="archviz-label">{visit.texts("history.heading")}</div>')
    for column, job in zip(st.columns(_HISTORY, gap="small"), done, strict=False):
        owner = _design_of(visit, job)
        thumbnail = visit.store.result_folder(job) / "thumbnail.jpg"
        if owner is None or not thumbnail.exists():
            continue
        state = "now" if design is not None and now is not None and now.id == job.id else "past"
        with column, st.container(key=f"card_past_{state}_{job.number}"):
            st.image(str(thumbnail), width="stretch")
            st.button(
                visit.texts("history.open", number=job.number),
                key=f"open_past_{job.number}",
                on_click=visit.open_job,
                args=(job, owner.id),
            )


def _design_of(visit: Visit, job: Job) -> Design | None:
    """The design that a picture was made of, if it is still there."""
    path = job.request.input
    if path is None:
        return TEXT_DESIGN
    found = find_design(visit.store.home, visit.session, path.parent.name)
    if found is not None and found.path == path:
        return found
    return find_design(visit.store.home, visit.session, sample_design(path).id)
