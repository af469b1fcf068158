"""The rows of the queue: read, added, cancelled."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from archviz.core.errors import InternalError
from archviz.render.request import RenderRequest
from archviz.studio.home import StudioHome, is_id, new_id
from archviz.studio.jobs import Job, JobKind, request_to_json
from archviz.studio.picture_rows import add_design, own_project

__all__ = ["cancel_jobs", "insert_job", "job_rows"]

_COLUMNS = (
    "number, id, session, kind, state, phase, request_json, step, steps, tries, error, created_s, started_s,"
    " finished_s, project, set_id, place, labels_json, film"
)


def job_rows(db: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> list[Job]:
    """The jobs that a condition holds for."""
    names = _COLUMNS.split(", ")
    found = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE {where}", values)
    return [Job(**dict(zip(names, row, strict=True))) for row in found]


def insert_job(
    db: sqlite3.Connection,
    home: StudioHome,
    session: str,
    request: RenderRequest,
    *,
    kind: JobKind = "render",
    project: str | None = None,
    set_id: str | None = None,
    place: int = 0,
    labels: Mapping[str, str] | None = None,
    film: bool = False,
) -> Job:
    """Put a job at the end of the queue; its design joins the project that its picture will go to."""
    if not is_id(session):
        raise InternalError(f"session {session!r} is not an id")
    data = request_to_json(request)
    if kind == "render":
        project = own_project(db, session, project)
        add_design(db, home, project, data.get("input"))
    values = {
        "id": new_id(),
        "session": session,
        "kind": kind,
        "request_json": json.dumps(data, ensure_ascii=False),
        "created_s": time.time(),
        "project": project,
        "set_id": set_id,
        "place": place,
        "labels_json": json.dumps(dict(labels or {}), ensure_ascii=False),
        "film": film,
    }
    marks = ", ".join(f":{name}" for name in values)
    db.execute(f"INSERT INTO jobs ({', '.join(values)}) VALUES ({marks})", values)
    return job_rows(db, "id = ?", (values["id"],))[0]


def cancel_jobs(db: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> None:
    """End jobs: at once where they wait, after their current step where they run."""
    db.execute(
        f"UPDATE jobs SET state = 'cancelled', finished_s = ? WHERE state = 'queued' AND {where}",
        (time.time(), *values),
    )
    db.execute(f"UPDATE jobs SET cancel = 1 WHERE state = 'running' AND {where}", values)
