"""Sets in the queue: many pictures asked for at once, such as a light set or a grid over two settings.

The pictures of a light set are the members of :class:`archviz.studio.set_members.LightSet`, as ``archviz
lightset`` makes them; here each is a job of its own, so that it shows, is cancelled and survives like any other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from archviz.core.errors import OptionError
from archviz.render.request import RenderRequest
from archviz.studio.database import Database
from archviz.studio.home import is_id, new_id
from archviz.studio.job_rows import insert_job, job_rows
from archviz.studio.jobs import Job
from archviz.studio.set_members import MOST_PICTURES, LightSet

__all__ = ["Cell", "JobSet", "SetKind", "SetStore", "light_set_cells"]

SetKind = Literal["lights", "grid"]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One picture that a set is asked for.

    Parameters
    ----------
    labels
        Axis -> the choice's label.
    request
        What is wanted.
    """

    labels: Mapping[str, str]
    request: RenderRequest


@dataclass(frozen=True, kw_only=True)
class JobSet:
    """A set in the queue.

    Parameters
    ----------
    id, session
        Random ids of the set and of the session it belongs to.
    kind
        A light set, or a grid over two settings.
    axes
        Axis -> labels, the last one changing first.
    """

    id: str
    session: str
    kind: SetKind
    axes: Mapping[str, tuple[str, ...]]


def light_set_cells(light_set: LightSet) -> tuple[Cell, ...]:
    """The pictures of a light set."""
    return tuple(Cell(labels=member.labels, request=member.request) for member in light_set.members())


class SetStore:
    """The sets of all sessions; a set of another session does not exist for a session.

    Parameters
    ----------
    database
        Where they are.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def submit(
        self, session: str, cells: Sequence[Cell], *, kind: SetKind, project: str | None = None, film: bool = False
    ) -> JobSet:
        """Put all pictures of a set at the end of the queue, or none of them.

        Raises
        ------
        OptionError
            There is none, or more than 1000.
        """
        if not 0 < len(cells) <= MOST_PICTURES:
            raise OptionError(f"a set of {len(cells)} pictures; give choices for 1 to {MOST_PICTURES}")
        axes = {axis: list(dict.fromkeys(cell.labels[axis] for cell in cells)) for axis in cells[0].labels}
        set_id = new_id()
        with self.database.write() as db:
            db.execute(
                "INSERT INTO sets (id, session, kind, axes_json, created_s) VALUES (?, ?, ?, ?, ?)",
                (set_id, session, kind, json.dumps(axes, ensure_ascii=False), time.time()),
            )
            for place, cell in enumerate(cells):
                insert_job(
                    db,
                    self.database.home,
                    session,
                    cell.request,
                    project=project,
                    set_id=set_id,
                    place=place,
                    labels=cell.labels,
                    film=film,
                )
        return JobSet(id=set_id, session=session, kind=kind, axes={axis: tuple(names) for axis, names in axes.items()})

    def get(self, session: str, set_id: str | None) -> JobSet | None:
        """A set of a session."""
        if not (is_id(session) and is_id(set_id)):
            return None
        with self.database.read() as db:
            row = db.execute(
                "SELECT kind, axes_json FROM sets WHERE id = ? AND session = ?", (set_id, session)
            ).fetchone()
        if row is None:
            return None
        axes = {axis: tuple(names) for axis, names in json.loads(row[1]).items()}
        return JobSet(id=str(set_id), session=session, kind=row[0], axes=axes)

    def latest(self, session: str, kind: SetKind) -> JobSet | None:
        """The set that a session asked for last."""
        with self.database.read() as db:
            row = db.execute(
                "SELECT id FROM sets WHERE session = ? AND kind = ? ORDER BY created_s DESC, rowid DESC LIMIT 1",
                (session, kind),
            ).fetchone()
        return None if row is None else self.get(session, row[0])

    def jobs(self, found: JobSet) -> list[Job]:
        """The pictures of a set in its order; of one that was made again, the last."""
        with self.database.read() as db:
            rows = job_rows(db, "set_id = ? AND session = ? ORDER BY place, number", (found.id, found.session))
        return list({job.place: job for job in rows}.values())

    def redo(self, session: str, job: Job) -> Job:
        """Make one picture of a set again.

        One that was finished gets the next seed that its place has not had, since the same request would
        give the same picture, and goes to the trash; one that failed or was cancelled is tried as it was.

        Raises
        ------
        OptionError
            It is not a picture of a set, or it is still to come.
        """
        if job.set_id is None or job.active or job.session != session:
            raise OptionError(f"picture {job.number} is {job.state} and cannot be made again; wait for it or cancel it")
        with self.database.write() as db:
            request = job.request
            if job.state == "done":
                before = job_rows(db, "set_id = ? AND place = ?", (job.set_id, job.place))
                request = replace(request, seed=max(other.request.seed for other in before) + 1)
                db.execute("UPDATE pictures SET trashed_s = ? WHERE id = ?", (time.time(), job.id))
            return insert_job(
                db,
                self.database.home,
                session,
                request,
                project=job.project,
                set_id=job.set_id,
                place=job.place,
                labels=job.labels,
                film=bool(job.film),
            )
