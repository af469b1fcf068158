"""The queue: one SQLite file that pages write to and the worker reads from."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archviz.core.errors import InternalError, OptionError
from archviz.render.request import RenderRequest
from archviz.studio.home import StudioHome, is_id, new_id
from archviz.studio.jobs import QUICK_KINDS, Job, JobKind, JobPhase, request_to_json

__all__ = ["MOST_TRIES", "JobStore"]

MOST_TRIES = 2
_VERSION = 1
_BUSY_S = 10.0
_COLUMNS = (
    "number, id, session, kind, state, phase, request_json, step, steps, tries, error, created_s, started_s, finished_s"
)
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    session TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    phase TEXT NOT NULL DEFAULT 'waiting',
    request_json TEXT NOT NULL,
    step INTEGER NOT NULL DEFAULT 0,
    steps INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    cancel INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    created_s REAL NOT NULL,
    started_s REAL,
    finished_s REAL
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, kind, number);
CREATE INDEX IF NOT EXISTS jobs_by_session ON jobs (session, number);
PRAGMA user_version = {_VERSION};
"""


class JobStore:
    """The jobs of all sessions; safe to use from many threads and processes.

    A page names its session with every call, and a job of another session does not exist for it.
    The calls below "Of the worker" are the worker's.

    Parameters
    ----------
    home
        The data folder, prepared.

    Raises
    ------
    OptionError
        The library file is broken, of a newer version, or cannot be written.
    """

    def __init__(self, home: StudioHome) -> None:
        self.home = home
        with self._open() as db:
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found > _VERSION:
                raise OptionError(
                    f"{home.database}: written by a newer archviz (version {found}); update archviz or set ARCHVIZ_HOME"
                )
            if found < _VERSION:
                # WAL lets pages read while the worker writes; the file remembers it.
                db.execute("PRAGMA journal_mode = WAL")
                db.executescript(_SCHEMA)

    def submit(self, session: str, request: RenderRequest, *, kind: JobKind = "render") -> Job:
        """Put a request at the end of the queue.

        A new ``view`` or ``preview`` of a session ends its older ones: only the last is looked at.
        """
        if not is_id(session):
            raise InternalError(f"session {session!r} is not an id")
        data = json.dumps(request_to_json(request), ensure_ascii=False)
        job_id = new_id()
        with self._open() as db:
            if kind in QUICK_KINDS:
                _cancel(db, "session = ? AND kind = ?", (session, kind))
            db.execute(
                "INSERT INTO jobs (id, session, kind, request_json, created_s) VALUES (?, ?, ?, ?, ?)",
                (job_id, session, kind, data, time.time()),
            )
            return _rows(db, "id = ?", (job_id,))[0]

    def get(self, session: str, job_id: str | None) -> Job | None:
        """A job of a session; ``None`` where there is none of that id, or it is another's."""
        if not (is_id(session) and is_id(job_id)):
            return None
        with self._open() as db:
            found = _rows(db, "id = ? AND session = ?", (job_id, session))
        return found[0] if found else None

    def jobs_of(self, session: str, *, kind: JobKind = "render", limit: int = 50) -> list[Job]:
        """The latest jobs of a session, the newest first."""
        with self._open() as db:
            return _rows(db, "session = ? AND kind = ? ORDER BY number DESC LIMIT ?", (session, kind, limit))

    def ahead(self, job: Job) -> int:
        """How many pictures are made before this one."""
        with self._open() as db:
            where = "kind = 'render' AND state IN ('queued', 'running') AND number < ?"
            return int(db.execute(f"SELECT COUNT(*) FROM jobs WHERE {where}", (job.number,)).fetchone()[0])

    def cancel(self, session: str, job_id: str) -> None:
        """End a job: at once where it waits, after its current step where it runs."""
        with self._open() as db:
            _cancel(db, "id = ? AND session = ?", (job_id, session))

    def result_folder(self, job: Job) -> Path:
        """Where the files of a finished job are."""
        return self.home.results / job.id

    def preview_path(self, job: Job) -> Path:
        """Where the last preview of a running job is, if it has one."""
        return self.home.previews / f"{job.id}.jpg"

    # Of the worker

    def claim(self, *, quick: bool = False) -> Job | None:
        """Take the next job; views come first, then previews: they are quick and someone looks at them.

        With ``quick`` a picture is never taken.
        """
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            kinds = "AND kind != 'render' " if quick else ""
            order = "kind = 'view' DESC, kind = 'preview' DESC, number"
            found = _rows(db, f"state = 'queued' {kinds}ORDER BY {order} LIMIT 1", ())
            if not found:
                return None
            db.execute(
                "UPDATE jobs SET state = 'running', phase = 'reading', step = 0, tries = tries + 1, started_s = ?"
                " WHERE number = ?",
                (time.time(), found[0].number),
            )
            return _rows(db, "number = ?", (found[0].number,))[0]

    def report(self, job: Job, phase: JobPhase, *, step: int = 0, steps: int = 0) -> bool:
        """Write how far a job is; False where it was cancelled meanwhile."""
        with self._open() as db:
            db.execute(
                "UPDATE jobs SET phase = ?, step = ?, steps = ? WHERE number = ?", (phase, step, steps, job.number)
            )
            return not db.execute("SELECT cancel FROM jobs WHERE number = ?", (job.number,)).fetchone()[0]

    def finish(self, job: Job) -> None:
        """Mark a job done; its files are in place."""
        self._end(job, "done", "")

    def fail(self, job: Job, reason: str) -> None:
        """Mark a job failed, with the sentence the user reads."""
        self._end(job, "failed", reason)

    def drop(self, job: Job) -> None:
        """Mark a running job cancelled."""
        self._end(job, "cancelled", "")

    def forget_previews(self, last: Job) -> list[Job]:
        """Take away the previews of a session that came before its last one; whoever asks removes their files."""
        where = "session = ? AND kind = 'preview' AND number < ? AND state NOT IN ('queued', 'running')"
        with self._open() as db:
            gone = _rows(db, where, (last.session, last.number))
            db.execute(f"DELETE FROM jobs WHERE {where}", (last.session, last.number))
        return gone

    def unheard(self) -> list[str]:
        """Ids of the pictures that are cancelled and still worked at."""
        with self._open() as db:
            return [job.id for job in _rows(db, "state = 'running' AND cancel = 1 AND kind = 'render'", ())]

    def recover(self) -> None:
        """Settle the jobs of a worker that died: once more from the start, then failed with the reason.

        Only a worker that holds the lock of the data folder may call this: no other one is at work then.
        """
        with self._open() as db:
            now = time.time()
            db.execute(
                "UPDATE jobs SET state = 'cancelled', finished_s = ? WHERE state = 'running' AND cancel = 1", (now,)
            )
            db.execute(
                "UPDATE jobs SET state = 'failed', error = ?, finished_s = ? WHERE state = 'running' AND tries >= ?",
                (
                    f"the rendering process ended {MOST_TRIES} times while it made this picture, perhaps for want of"
                    " memory; choose a smaller size or a simpler model",
                    now,
                    MOST_TRIES,
                ),
            )
            db.execute("UPDATE jobs SET state = 'queued', phase = 'waiting', step = 0 WHERE state = 'running'")

    def _end(self, job: Job, state: str, error: str) -> None:
        with self._open() as db:
            db.execute(
                "UPDATE jobs SET state = ?, error = ?, finished_s = ? WHERE number = ?",
                (state, error, time.time(), job.number),
            )

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose work is written whole when the block ends well."""
        try:
            db = sqlite3.connect(self.home.database, timeout=_BUSY_S)
            with contextlib.closing(db), db:
                yield db
        except sqlite3.Error as error:
            raise OptionError(
                f"{self.home.database}: {error}; free the disk, move the file away or set ARCHVIZ_HOME"
            ) from error


def _rows(db: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> list[Job]:
    names = _COLUMNS.split(", ")
    found = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE {where}", values)
    return [Job(**dict(zip(names, row, strict=True))) for row in found]


def _cancel(db: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> None:
    db.execute(
        f"UPDATE jobs SET state = 'cancelled', finished_s = ? WHERE state = 'queued' AND {where}",
        (time.time(), *values),
    )
    db.execute(f"UPDATE jobs SET cancel = 1 WHERE state = 'running' AND {where}", values)
