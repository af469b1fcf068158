"""Explore on the page: a grid over any two settings, and a picture coming out of the noise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from archviz.core.errors import OptionError
from archviz.presets import environments
from archviz.render.request import RenderRequest
from archviz.studio import Design, Job
from archviz.studio.explore import AXES, Axis, AxisName, grid_cells, parse_values
from archviz.studio.step_film import FILMS, STRIP
from archviz.ui.compare import show_compare
from archviz.ui.set_grid import choice_name, show_set
from archviz.ui.visit import Visit

__all__ = ["show_explore"]

_FIRST: Mapping[str, AxisName] = {"rows": "seed", "columns": "steps"}
_FIRST_VALUES: Mapping[AxisName, str] = {
    "seed": "0, 1, 2",
    "words": "; timber; red brick",
    "control": "0.5, 1, 1.5",
    "steps": "1, 2, 4, 8",
    "hour": "8:00, 12:00, 17:00",
}
_POLL_S = 0.8
_FIRST_ENVIRONMENTS = ("tropical-garden", "snow", "downtown")


def show_explore(visit: Visit, design: Design, request: RenderRequest | None) -> None:
    """Draw the choices of a grid, the grid that was asked for last, and the steps of a picture."""
    t = visit.texts
    if request is not None:
        _show_choices(visit, request)
    found = visit.sets.get(visit.session, st.query_params.get("grid")) or visit.sets.latest(visit.session, "grid")
    if found is None or found.kind != "grid":
        st.info(t("explore.none"))
    else:
        show_set(visit, found)
        show_compare(visit, found)
    st.html(f'<div class="archviz-label">{t("explore.noise")}</div>')
    st.caption(t("explore.noise_hint"))
    if request is not None and st.button(t("explore.noise_make"), key="explore_noise", icon=":material/movie:"):
        visit.store.submit(visit.session, request, project=visit.project, film=True)
    waiting = bool(_coming(visit))
    st.fragment(_show_steps, run_every=_POLL_S if waiting else None)(visit, waiting)


def _show_choices(visit: Visit, request: RenderRequest) -> None:
    t = visit.texts
    axes: list[Axis] = []
    refused: list[str] = []
    for side, column in zip(_FIRST, st.columns(2, gap="large"), strict=True):
        with column:
            try:
                axes.append(_show_axis(visit, request, side))
            except OptionError as error:
                refused.append(str(error))
    film = st.toggle(t("explore.film"), key="explore_film")
    made = st.button(t("explore.make"), key="explore_make", type="primary", icon=":material/grid_on:")
    try:
        if not refused:
            cells = grid_cells(request, axes[0], axes[1])
            if made:
                grid = visit.sets.submit(visit.session, cells, kind="grid", project=visit.project, film=film)
                st.query_params["grid"] = grid.id
    except OptionError as error:
        refused.append(str(error))
    for text in refused:
        st.error(text)


def _show_axis(visit: Visit, request: RenderRequest, side: str) -> Axis:
    t = visit.texts
    names = [name for name in AXES if name != "hour" or request.place is not None]
    key = f"explore_{side}"
    if st.session_state.get(key) not in names:
        st.session_state[key] = _FIRST[side]
    chosen, values = st.columns([1, 2], vertical_alignment="bottom")
    name: AxisName = chosen.selectbox(
        t(f"explore.{side}"), names, format_func=lambda axis: t(f"axis.{axis}"), key=key,
        help=None if request.place is not None else t("explore.needs_place"),
    )  # fmt: skip
    key = f"explore_{side}_{name}"
    if name == "environment":
        st.session_state.setdefault(key, list(_FIRST_ENVIRONMENTS))
        picked: list[Any] = values.multiselect(
            t("explore.values"),
            list(environments()),
            format_func=lambda e: t.own_name(environments()[e]),
            key=key,
        )
        return Axis(name=name, values=tuple(picked))
    st.session_state.setdefault(key, _FIRST_VALUES[name])
    text = values.text_input(t("explore.values"), key=key, help=t("explore.values_hint"))
    return Axis(name=name, values=parse_values(name, text, day=request.when))


def _coming(visit: Visit) -> list[Job]:
    """The pictures whose steps will be seen."""
    return [job for job in visit.store.waiting(visit.session) if job.film]


def _show_steps(visit: Visit, waiting: bool) -> None:
    """Strip and film of a picture whose steps were kept; it looks again while one is to come."""
    t = visit.texts
    coming = _coming(visit)
    if waiting and not coming:
        st.rerun(scope="app")
    for job in coming[:1]:
        fields = {"ahead": visit.store.ahead(job), "step": job.step, "steps": job.steps}
        st.progress(job.step / max(job.steps, 1), text=t(f"phase.{job.phase}", **fields))
    kept = {job.id: job for job in visit.store.jobs_of(visit.session) if job.film and job.state == "done"}
    if not kept:
        st.caption(t("explore.noise_none"))
        return
    key = "explore_steps"
    if st.session_state.get(key) not in kept:
        st.session_state[key] = next(iter(kept))

    def name(job_id: str) -> str:
        labels = [choice_name(visit, axis, label) for axis, label in kept[job_id].labels.items()]
        return " · ".join([t("queue.picture", number=kept[job_id].number), *labels])

    folder = visit.store.result_folder(kept[st.selectbox(t("explore.picture"), list(kept), format_func=name, key=key)])
    if not (folder / STRIP).exists():
        st.caption(t("explore.no_steps"))
        return
    st.image(str(folder / STRIP), width="stretch")
    film, files = st.columns([2, 1])
    # As a GIF, which is shown as it is; other films would lose their motion on the way.
    film.image(str(folder / FILMS[1]))
    for label, file in (
        ("explore.save_webp", FILMS[0]),
        ("explore.save_gif", FILMS[1]),
        ("explore.save_strip", STRIP),
    ):
        _offer(visit, folder / file, label, files)


def _offer(visit: Visit, path: Path, label: str, place: Any) -> None:
    place.download_button(
        visit.texts(label),
        path.read_bytes(),
        file_name=path.name,
        key=f"download_{path.name}",
        on_click="ignore",
        width="stretch",
        icon=":material/download:",
    )
