"""How long a picture takes on this machine, from those that were made."""

from __future__ import annotations

import json
import sqlite3
import statistics
from typing import Any

from archviz.studio.jobs import Job

__all__ = ["typical_seconds"]

_LOOKED_AT = 40


def typical_seconds(db: sqlite3.Connection, job: Job) -> float | None:
    """Median time of the latest pictures of the job's engine, size and steps, else of any [s]."""
    rows = db.execute(
        "SELECT request_json, finished_s - started_s FROM jobs WHERE kind = 'render' AND state = 'done'"
        " ORDER BY finished_s DESC LIMIT ?",
        (_LOOKED_AT,),
    ).fetchall()
    if not rows:
        return None
    wanted = _effort(json.loads(job.request_json))
    alike = [seconds for request_json, seconds in rows if _effort(json.loads(request_json)) == wanted]
    return statistics.median(alike or [seconds for _, seconds in rows])


def _effort(request: dict[str, Any]) -> tuple[Any, ...]:
    """What decides how long a picture takes; the fields of a request as JSON."""
    return tuple(repr(request.get(field)) for field in ("engine", "size", "steps"))
