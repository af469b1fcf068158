"""The queue: pages write to it and the worker reads from it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path

from archviz.render.request import RenderRequest
from archviz.studio.database import Database
from archviz.studio.estimate import typical_seconds
from archviz.studio.home import StudioHome, is_id
from archviz.studio.job_rows import cancel_jobs, insert_job, job_rows
from archviz.studio.jobs import QUICK_KINDS, Job, JobKind, JobPhase
from archviz.studio.picture_rows import record_picture

__all__ = ["MOST_TRIES", "JobStore"]

MOST_TRIES = 2
# Readings and views are quick and someone looks at them; a single picture is not kept waiting by a set of many.
_ORDER = (
    "kind = 'reading' DESC, kind = 'view' DESC, kind = 'preview' DESC, kind = 'heatmap' DESC,"
    " set_id IS NOT NULL, number"
)


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
        self.database = Database(home)

    def submit(
        self,
        session: str,
        request: RenderRequest,
        *,
        kind: JobKind = "render",
        project: str | None = None,
        film: bool = False,
    ) -> Job:
        """Put a request at the end of the queue.

        A new ``reading``, ``view`` or ``preview`` of a session ends its older ones: only the last is looked at.

        Parameters
        ----------
        session
            Whose it is.
        request
            What is wanted.
        kind
            A picture, a small one, a view without an engine, or what a drawing is read as.
        project
            Of the session, where the picture goes; ``None`` for its first one.
        film
            Keep every step of the diffusion too.
        """
        with self.database.write() as db:
            if kind in QUICK_KINDS:
                cancel_jobs(db, "session = ? AND kind = ?", (session, kind))
            return insert_job(db, self.home, session, request, kind=kind, project=project, film=film)

    def get(self, session: str, job_id: str | None) -> Job | None:
        """A job of a session; ``None`` where there is none of that id, or it is another's."""
        if not (is_id(session) and is_id(job_id)):
            return None
        with self.database.read() as db:
            found = job_rows(db, "id = ? AND session = ?", (job_id, session))
        return found[0] if found else None

    def jobs_of(self, session: str, *, kind: JobKind = "render", limit: int = 50) -> list[Job]:
        """The latest jobs of a session, the newest first."""
        with self.database.read() as db:
            return job_rows(db, "session = ? AND kind = ? ORDER BY number DESC LIMIT ?", (session, kind, limit))

    def waiting(self, session: str) -> list[Job]:
        """The pictures of a session that are still to come, in the order they are made."""
        where = "session = ? AND kind = 'render' AND state IN ('queued', 'running')"
        with self.database.read() as db:
            return job_rows(db, f"{where} ORDER BY state = 'running' DESC, {_ORDER}", (session,))

    def ahead(self, job: Job) -> int:
        """How many pictures are made before this one."""
        where = (
            "kind = 'render' AND number != :number AND (state = 'running' OR (state = 'queued'"
            " AND (set_id IS NOT NULL, number) < (:in_set, :number)))"
        )
        if job.state == "running":
            return 0
        values = {"number": job.number, "in_set": job.set_id is not None}
        with self.database.read() as db:
            return int(db.execute(f"SELECT COUNT(*) FROM jobs WHERE {where}", values).fetchone()[0])

    def seconds_left(self, job: Job) -> float | None:
        """About how long until a picture is there [s]; ``None`` while no picture was ever made."""
        with self.database.read() as db:
            typical = typical_seconds(db, job)
        if typical is None or not job.active:
            return None
        if job.state == "running":
            return max(typical - (time.time() - (job.started_s or 0.0)), 0.0)
        return typical * (self.ahead(job) + 1)

    def cancel(self, session: str, job_id: str) -> None:
        """End a job: at once where it waits, after its current step where it runs."""
        with self.database.write() as db:
            cancel_jobs(db, "id = ? AND session = ?", (job_id, session))

    def cancel_all(self, session: str, *, set_id: str | None = None) -> None:
        """End all pictures of a session, or of one of its sets."""
        with self.database.write() as db:
            where = "session = ? AND kind = 'render'"
            if set_id is None:
                cancel_jobs(db, where, (session,))
            else:
                cancel_jobs(db, f"{where} AND set_id = ?", (session, set_id))

    def result_folder(self, job: Job) -> Path:
        """Where the files of a finished job are."""
        return self.home.results / job.id

    def preview_path(self, job: Job) -> Path:
        """Where the last preview of a running job is, if it has one."""
        return self.home.previews / f"{job.id}.jpg"

    # Of the worker

    def claim(self, *, quick: bool = False) -> Job | None:
        """Take the next job; readings come first, then views, previews and heat maps: they are quick, someone waits.

        With ``quick`` a picture is never taken.
        """
        with self.database.write() as db:
            kinds = "AND kind != 'render' " if quick else ""
            found = job_rows(db, f"state = 'queued' {kinds}ORDER BY {_ORDER} LIMIT 1", ())
            if not found:
                return None
            db.execute(
                "UPDATE jobs SET state = 'running', phase = 'reading', step = 0, tries = tries + 1, started_s = ?"
                " WHERE number = ?",
                (time.time(), found[0].number),
            )
            return job_rows(db, "number = ?", (found[0].number,))[0]

    def report(self, job: Job, phase: JobPhase, *, step: int = 0, steps: int = 0) -> bool:
        """Write how far a job is; False where it was cancelled meanwhile."""
        with self.database.write() as db:
            db.execute(
                "UPDATE jobs SET phase = ?, step = ?, steps = ? WHERE number = ?", (phase, step, steps, job.number)
            )
            return not db.execute("SELECT cancel FROM jobs WHERE number = ?", (job.number,)).fetchone()[0]

    def finish(self, job: Job) -> None:
        """Mark a job done, and take its picture into the library; its files are in place."""
        with self.database.write() as db:
            if job.kind == "render":
                record_picture(db, self.home, job.id)
            _end(db, job, "done", "")

    def fail(self, job: Job, reason: str) -> None:
        """Mark a job failed, with the sentence the user reads."""
        with self.database.write() as db:
            _end(db, job, "failed", reason)

    def drop(self, job: Job) -> None:
        """Mark a running job cancelled."""
        with self.database.write() as db:
            _end(db, job, "cancelled", "")

    def forget_before(self, last: Job, *, kept: int = 0) -> list[Job]:
        """Take away what a session had of a quick kind before its last one; whoever asks removes their files.

        Parameters
        ----------
        last
            The last one.
        kept
            How many of those before it stay.
        """
        earlier = "session = ? AND kind = ? AND number < ?"
        where = f"{earlier} AND state NOT IN ('queued', 'running') ORDER BY number DESC LIMIT -1 OFFSET ?"
        with self.database.write() as db:
            gone = job_rows(db, where, (last.session, last.kind, last.number, kept))
            db.executemany("DELETE FROM jobs WHERE number = ?", [(job.number,) for job in gone])
        return gone

    def unheard(self) -> list[str]:
        """Ids of the pictures that are cancelled and still worked at."""
        with self.database.read() as db:
            return [job.id for job in job_rows(db, "state = 'running' AND cancel = 1 AND kind = 'render'", ())]

    def recover(self) -> None:
        """Settle the jobs of a worker that died: once more from the start, then failed with the reason.

        One whose files are in place was finished, and only not said to be. Only a worker that holds the lock of the
        data folder may call this: no other one is at work then.
        """
        with self.database.read() as db:
            begun = [job for job in job_rows(db, "state = 'running'", ()) if self.result_folder(job).is_dir()]
            unwanted = {row[0] for row in db.execute("SELECT id FROM jobs WHERE state = 'running' AND cancel = 1")}
        for job in begun:
            if job.id in unwanted:
                shutil.rmtree(self.result_folder(job), ignore_errors=True)
            else:
                self.finish(job)
        with self.database.write() as db:
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


def _end(db: sqlite3.Connection, job: Job, state: str, error: str) -> None:
    db.execute(
        "UPDATE jobs SET state = ?, error = ?, finished_s = ? WHERE number = ?",
        (state, error, time.time(), job.number),
    )
