"""Projects: what belongs together, with whom it is shared, and the views that were kept of its designs."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.studio.database import Database
from archviz.studio.home import is_id, new_id
from archviz.studio.picture_rows import own_project

__all__ = ["Project", "Projects", "SavedCamera"]

_LONGEST_NAME = 80
_SEEN = (
    "trashed_s IS NULL AND (session = :session"
    " OR EXISTS (SELECT 1 FROM guests WHERE guests.project = projects.id AND guests.session = :session))"
)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project as one session sees it.

    Parameters
    ----------
    id
        Random.
    name
        Empty for the one that a session's first pictures went to.
    own
        Whether it is the session's; a guest looks and takes copies of settings, and changes nothing.
    share_key
        Whoever gives this key becomes a guest; ``None`` where it is not shared, or for a guest.
    pictures
        How many it holds, without the trash.
    trashed
        Whether it lies in the trash.
    """

    id: str
    name: str
    own: bool
    share_key: str | None
    pictures: int
    trashed: bool


@dataclass(frozen=True, kw_only=True)
class SavedCamera:
    """A view that was kept of a design."""

    name: str
    camera: Camera


class Projects:
    """The projects of all sessions; what is not a session's own and not shared with it does not exist for it.

    Parameters
    ----------
    database
        Where they are.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self, session: str, *, trashed: bool = False) -> list[Project]:
        """The session's own projects, the newest first, then those shared with it."""
        where = "trashed_s IS NOT NULL AND session = :session" if trashed else _SEEN
        order = "ORDER BY session != :session, created_s DESC"
        with self.database.read() as db:
            return _projects(db, f"{where} {order}", session)

    def get(self, session: str, project_id: str | None) -> Project | None:
        """A project that the session may see."""
        if not (is_id(session) and is_id(project_id)):
            return None
        with self.database.read() as db:
            found = _projects(db, f"id = :id AND {_SEEN}", session, id=project_id)
        return found[0] if found else None

    def create(self, session: str, name: str) -> Project:
        """Begin a project.

        Raises
        ------
        OptionError
            The name is empty or longer than 80 letters.
        """
        project = new_id()
        with self.database.write() as db:
            db.execute(
                "INSERT INTO projects (id, session, name, created_s) VALUES (?, ?, ?, ?)",
                (project, session, _checked_name(name), time.time()),
            )
            return _projects(db, "id = :id", session, id=project)[0]

    def rename(self, session: str, project_id: str, name: str) -> None:
        """Give an own project another name."""
        self._change(
            "UPDATE projects SET name = ? WHERE id = ? AND session = ?", _checked_name(name), project_id, session
        )

    def trash(self, session: str, project_id: str) -> None:
        """Put an own project with all it holds into the trash."""
        self._change("UPDATE projects SET trashed_s = ? WHERE id = ? AND session = ?", time.time(), project_id, session)

    def restore(self, session: str, project_id: str) -> None:
        """Take it out again."""
        self._change("UPDATE projects SET trashed_s = NULL WHERE id = ? AND session = ?", project_id, session)

    def share(self, session: str, project_id: str) -> str | None:
        """The key that lets others look at an own project; ``None`` where it is not the session's."""
        with self.database.write() as db:
            db.execute(
                "UPDATE projects SET share_key = COALESCE(share_key, ?) WHERE id = ? AND session = ?",
                (new_id(), project_id, session),
            )
            found = db.execute(
                "SELECT share_key FROM projects WHERE id = ? AND session = ?", (project_id, session)
            ).fetchone()
        return found[0] if found else None

    def unshare(self, session: str, project_id: str) -> None:
        """Take the key back, and send the guests away."""
        with self.database.write() as db:
            mine = "(SELECT id FROM projects WHERE id = ? AND session = ?)"
            db.execute(f"DELETE FROM guests WHERE project = {mine}", (project_id, session))
            db.execute(f"UPDATE projects SET share_key = NULL WHERE id = {mine}", (project_id, session))

    def join(self, session: str, key: str) -> Project | None:
        """Become a guest of the project that a key belongs to; ``None`` where there is none."""
        if not (is_id(session) and is_id(key)):
            return None
        with self.database.write() as db:
            found = db.execute(
                "SELECT id, session FROM projects WHERE share_key = ? AND trashed_s IS NULL", (key,)
            ).fetchone()
            if found is None:
                return None
            if found[1] != session:
                db.execute("INSERT OR IGNORE INTO guests (project, session) VALUES (?, ?)", (found[0], session))
            return _projects(db, "id = :id", session, id=found[0])[0]

    def designs(self, session: str, project_id: str) -> list[tuple[str, str]]:
        """(id, name) of the designs that a project's pictures are made of."""
        with self.database.read() as db:
            rows = db.execute(
                f"SELECT design, name FROM designs WHERE project = (SELECT id FROM projects WHERE id = :id AND {_SEEN})"
                " ORDER BY added_s",
                {"id": project_id, "session": session},
            )
            return [(design, name) for design, name in rows]

    def views(self, session: str, design: str) -> list[SavedCamera]:
        """The views of a design that were kept in any project that the session may see."""
        with self.database.read() as db:
            rows = db.execute(
                f"SELECT name, camera_json FROM views WHERE design = :design AND project IN"
                f" (SELECT id FROM projects WHERE {_SEEN}) ORDER BY created_s",
                {"design": design, "session": session},
            ).fetchall()
        return [
            SavedCamera(name=name, camera=Camera.from_json(json.loads(data), source=f"view {name}"))
            for name, data in rows
        ]

    def keep_view(self, session: str, design: str, view: SavedCamera, *, project: str | None = None) -> None:
        """Keep a view, in place of one of the same name."""
        data = json.dumps(view.camera.to_json(), allow_nan=False)
        with self.database.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO views (project, design, name, camera_json, created_s) VALUES (?, ?, ?, ?, ?)",
                (own_project(db, session, project), design, _checked_name(view.name), data, time.time()),
            )

    def drop_view(self, session: str, design: str, name: str) -> None:
        """Forget a view of an own project."""
        self._change(
            "DELETE FROM views WHERE design = ? AND name = ?"
            " AND project IN (SELECT id FROM projects WHERE session = ?)",
            design,
            name,
            session,
        )

    def _change(self, statement: str, *values: object) -> None:
        with self.database.write() as db:
            db.execute(statement, values)


def _projects(db: sqlite3.Connection, where: str, session: str, **values: object) -> list[Project]:
    rows = db.execute(
        "SELECT id, name, session = :session, share_key, trashed_s IS NOT NULL,"
        " (SELECT COUNT(*) FROM pictures WHERE project = projects.id AND pictures.trashed_s IS NULL)"
        f" FROM projects WHERE {where}",
        {"session": session, **values},
    )
    return [
        Project(
            id=found, name=name, own=bool(own), share_key=key if own else None, pictures=count, trashed=bool(trashed)
        )
        for found, name, own, key, trashed, count in rows
    ]


def _checked_name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise OptionError(f"name {name!r}: give one line of up to {_LONGEST_NAME} letters")
    return plain
