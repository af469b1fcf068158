"""The readings of a drawing: asked of the worker, and what is told of them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from archviz.core.size import Size
from archviz.render.inputs import hash_file
from archviz.render.request import RenderRequest
from archviz.studio import Design, Job
from archviz.ui.visit import Visit, choice_key

__all__ = ["ToldReading", "ask_for_reading", "last_told", "wait_for"]

_POLL_S = 0.4
_SHOWN = "desk_shown"


@dataclass(frozen=True)
class ToldReading:
    """A finished reading.

    Parameters
    ----------
    folder
        Where its pictures are.
    facts
        What :meth:`archviz.render.reading.DrawingReading.to_json` told.
    """

    folder: Path
    facts: Mapping[str, Any]

    @property
    def size(self) -> Size:
        """Of the upright page, as it is shown."""
        width, height = self.facts["size"]
        return Size(height=height, width=width)


def ask_for_reading(visit: Visit, design: Design) -> Job:
    """The reading of the drawing as it is wanted now; asked for where there is none yet."""
    wanted = RenderRequest(
        input=design.path,
        adjustments=st.session_state[choice_key("adjustments")],
        geometry=st.session_state[choice_key("geometry")],
    )
    known = visit.store.get(visit.session, st.query_params.get("desk"))
    if known is None or known.request != wanted or known.state == "cancelled" or _lost(visit, known):
        # An undo comes back to what was read before.
        past = visit.store.jobs_of(visit.session, kind="reading")
        found = (job for job in past if job.state == "done" and job.request == wanted and not _lost(visit, job))
        known = next(found, None) or visit.store.submit(visit.session, wanted, kind="reading")
        st.query_params["desk"] = known.id
    return known


def _lost(visit: Visit, job: Job) -> bool:
    """Whether a finished reading is not there any more, or is of what the file held before."""
    if job.state != "done":
        return False
    told = _told(visit, job)
    path = job.request.input
    try:
        return told is None or path is None or told.facts["sha256"] != _fingerprint(path, path.stat().st_mtime_ns)
    except (OSError, KeyError):
        return True


@functools.lru_cache(maxsize=64)
def _fingerprint(path: Path, changed_ns: int) -> str:
    """Of the file's content; asked for on every run of the page, so kept while the file is unchanged."""
    return hash_file(path)


def _told(visit: Visit, job: Job | None) -> ToldReading | None:
    if job is None or job.state != "done":
        return None
    folder = visit.store.result_folder(job)
    try:
        return ToldReading(folder, json.loads((folder / "reading.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def last_told(visit: Visit, design: Design, job: Job) -> ToldReading | None:
    """What a reading tells; while it is under way or failed, what the one before it told of the drawing."""
    told = _told(visit, job)
    if told is not None:
        st.session_state[_SHOWN] = (design.id, job.id)
        return told
    of, job_id = st.session_state.get(_SHOWN, (None, None))
    return _told(visit, visit.store.get(visit.session, job_id)) if of == design.id else None


def wait_for(visit: Visit, job: Job) -> None:
    """Draw the page again once a reading has ended."""
    if job.active:
        st.fragment(_wait, run_every=_POLL_S)(visit, job)


def _wait(visit: Visit, job: Job) -> None:
    now = visit.store.get(visit.session, job.id)
    if now is None or not now.active:
        st.rerun(scope="app")
    st.caption(visit.texts("desk.reading"))
