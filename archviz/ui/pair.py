"""Two designs, or two versions of one, in the same view, light and seed, side by side."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from archviz.core.errors import ArchvizError
from archviz.render.request import RenderRequest
from archviz.render.resolving import resolve_source
from archviz.samples import samples
from archviz.studio import Design, Job, sample_design
from archviz.studio.designs import designs_of
from archviz.studio.revisions import Revision, revise_choices
from archviz.ui.proof import facts_of
from archviz.ui.style import plain
from archviz.ui.viewer.models import Model
from archviz.ui.viewer.panel import model_now
from archviz.ui.visit import Visit

__all__ = ["pair_requests", "show_pair"]

_ADDRESS = "pair"
_OTHER = "pair_other"
_LOST = "pair_lost"
_POLL_S = 0.5


def show_pair(visit: Visit, design: Design, request: RenderRequest | None) -> None:
    """Let another model be chosen, and show both pictures."""
    t = visit.texts
    others = {other.id: other for other in _others(visit, design)}
    if not others:
        st.info(t("pair.none"))
        return
    st.caption(t("pair.hint"))
    choice, button = st.columns([3, 1], vertical_alignment="bottom")
    if st.session_state.get(_OTHER) not in others:
        # The version before is what one wants to see the new one beside.
        st.session_state[_OTHER] = design.revises if design.revises in others else next(iter(others))
    else:
        st.session_state[_OTHER] = st.session_state[_OTHER]
    other = others[choice.selectbox(t("pair.other"), list(others), format_func=lambda i: others[i].label, key=_OTHER)]
    if button.button(t("pair.render"), key="pair_render", disabled=request is None, width="stretch"):
        assert request is not None
        _submit(visit, design, other, request)
    if lost := st.session_state.get(_LOST):
        st.caption(lost)
    jobs = _jobs(visit)
    if jobs is not None:
        waiting = any(job.active for job in jobs)
        st.fragment(_show, run_every=_POLL_S if waiting else None)(visit, jobs, waiting)


def pair_requests(
    request: RenderRequest, model: Model, other: Model, *, one_lineage: bool
) -> tuple[RenderRequest, RenderRequest, Revision]:
    """Both requests: camera, light and seed closed by the first model, choices by name as far as the other has them.

    Parameters
    ----------
    request
        The picture of the first model.
    model, other
        Both, read.
    one_lineage
        Whether the other is a version of the first: it is then read alike.

    Raises
    ------
    InputError
        As :func:`archviz.render.resolving.resolve_source`.
    """
    closed = resolve_source(request, model.source)
    real = closed.place is not None
    first = replace(
        request,
        view=None,
        camera=closed.camera,
        size=closed.size,
        environment=closed.environment,
        lighting=closed.lighting,
        place=closed.place,
        when=closed.when if real else None,
        north_deg=closed.north_deg if real else request.north_deg,
    )
    revision = revise_choices(
        model.scene.table,
        other.scene.table,
        materials=request.materials,
        hide=request.hide,
        show=request.show,
        classes=request.classes,
        undrawn=other.undrawn,
    )
    second = replace(
        first,
        materials=dict(revision.materials),
        hide=revision.hide,
        show=revision.show,
        classes=dict(revision.classes),
        unit=request.unit if one_lineage else None,
        up=request.up if one_lineage else None,
    )
    return first, second, revision


def _others(visit: Visit, design: Design) -> list[Design]:
    known = [*designs_of(visit.store.home, visit.session), *map(sample_design, samples().values())]
    return [other for other in known if other.kind == "model" and other.id != design.id]


def _submit(visit: Visit, design: Design, other: Design, request: RenderRequest) -> None:
    t = visit.texts
    alike = other.id == design.revises or other.revises == design.id
    read = RenderRequest(input=other.path, unit=request.unit if alike else None, up=request.up if alike else None)
    try:
        with st.spinner(t("versions.reading")):
            model, second = model_now(request), model_now(read)
        requests = pair_requests(request, model, second, one_lineage=alike)
    except ArchvizError as error:
        st.error(t("state.failed", reason=str(error).replace(f"{visit.store.home.folder}/", "")))
        return
    first, also, revision = requests
    jobs = [visit.store.submit(visit.session, asked) for asked in (first, replace(also, input=other.path))]
    st.query_params[_ADDRESS] = ".".join(job.id for job in jobs)
    lost = [*revision.lost_materials, *revision.lost_hide, *revision.lost_show, *revision.lost_classes]
    st.session_state[_LOST] = (
        t("pair.left_out", name=plain(other.label), names=", ".join(map(plain, lost))) if lost else None
    )


def _jobs(visit: Visit) -> list[Job] | None:
    """The two jobs in the page's address, if they are this visitor's."""
    found = [visit.store.get(visit.session, job_id) for job_id in str(st.query_params.get(_ADDRESS, "")).split(".")]
    jobs = [job for job in found if job is not None]
    return jobs if len(jobs) == len(found) == 2 else None


def _show(visit: Visit, asked: list[Job], waiting: bool) -> None:
    jobs = [found for found in (visit.store.get(visit.session, job.id) for job in asked) if found is not None]
    if waiting and not any(job.active for job in jobs):
        # The history depends on it.
        st.rerun(scope="app")
    for job, column in zip(jobs, st.columns(2, gap="small"), strict=False):
        with column:
            _show_one(visit, job)


def _show_one(visit: Visit, job: Job) -> None:
    t = visit.texts
    if job.request.input is not None:
        st.markdown(f":small[{plain(_name(visit, job))}]")
    if job.state == "done":
        picture = visit.store.result_folder(job) / "picture.png"
        if picture.exists():
            st.image(picture.read_bytes(), width="stretch")
            if (found := visit.library.picture(visit.session, job.id)) is not None:
                st.caption(facts_of(visit, found))
        else:
            st.warning(t("download.gone"))
    elif job.state == "failed":
        st.error(t("state.failed", reason=job.error))
    elif job.state == "cancelled":
        st.info(t("state.cancelled"))
    else:
        running = job.phase in ("sampling", "writing")
        text = t("pair.working", step=job.step, steps=job.steps) if running else t("pair.waiting")
        st.progress(job.step / max(job.steps, 1) if running else 0.0, text=text)
        if st.button(t("render.cancel"), key=f"pair_cancel_{job.number}", icon=":material/close:"):
            visit.store.cancel(visit.session, job.id)
            st.rerun(scope="app")


def _name(visit: Visit, job: Job) -> str:
    path = job.request.input
    assert path is not None
    own = {design.path: design.label for design in designs_of(visit.store.home, visit.session)}
    return own.get(path, path.stem.replace("-", " ").capitalize())
