"""The library: pictures marked, found again, and thrown away.

Every call names the session that asks. What is not its own and not shared with it does not exist for it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence

from archviz.core.errors import OptionError
from archviz.studio.database import Database
from archviz.studio.home import is_id
from archviz.studio.picture_rows import fold, own_project
from archviz.studio.pictures import Picture, picture_rows

__all__ = ["Library"]

_LONGEST_TAG = 80
_LONGEST_NOTE = 2000
_MOST_TAGS = 20


class Library:
    """The library of all sessions; safe to use from many threads and processes.

    Parameters
    ----------
    database
        Where it is.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def pictures(
        self,
        session: str,
        *,
        project: str | None = None,
        words: str = "",
        favourites: bool = False,
        trashed: bool = False,
        limit: int = 60,
        offset: int = 0,
    ) -> list[Picture]:
        """Pictures that the session may see, the newest first.

        Parameters
        ----------
        session
            Who asks.
        project
            Of one project; ``None`` for all.
        words
            Each must begin a word of prompt, note, tags, environment, lighting, view, design or materials.
        favourites, trashed
            Those alone.
        limit, offset
            How many, and after how many.
        """
        where = [
            "pictures.trashed_s IS NOT NULL AND projects.session = :session"
            if trashed
            else "pictures.trashed_s IS NULL"
        ]
        values: dict[str, object] = {"session": session, "limit": limit, "offset": offset}
        if project is not None:
            where.append("pictures.project = :project")
            values["project"] = project
        if favourites:
            where.append("pictures.favourite = 1")
        for at, word in enumerate(fold(words).split()):
            where.append(f"instr(' ' || fold({_SEARCHED}), ' ' || :word{at}) > 0")
            values[f"word{at}"] = word
        with self.database.read() as db:
            return picture_rows(
                db, f"{' AND '.join(where)} ORDER BY pictures.number DESC LIMIT :limit OFFSET :offset", values
            )

    def picture(self, session: str, picture_id: str | None) -> Picture | None:
        """A picture that the session may see, from the trash too."""
        if not (is_id(session) and is_id(picture_id)):
            return None
        with self.database.read() as db:
            found = picture_rows(db, "pictures.id = :id", {"session": session, "id": picture_id})
        return found[0] if found else None

    def pictures_of_set(self, session: str, set_id: str) -> dict[str, Picture]:
        """Id -> finished picture of a set, from the trash too."""
        where = "pictures.id IN (SELECT id FROM jobs WHERE set_id = :set)"
        with self.database.read() as db:
            found = picture_rows(db, where, {"session": session, "set": set_id})
        return {picture.id: picture for picture in found}

    def set_favourite(self, session: str, picture_id: str, favourite: bool) -> None:
        """Mark an own picture, or take the mark away."""
        self._change(f"UPDATE pictures SET favourite = ? WHERE id = ? AND {_OWN}", favourite, picture_id, session)

    def set_note(self, session: str, picture_id: str, note: str) -> None:
        """Write a note to an own picture.

        Raises
        ------
        OptionError
            It is longer than 2000 letters.
        """
        if len(note) > _LONGEST_NOTE:
            raise OptionError(f"note of {len(note)} letters is too long; up to {_LONGEST_NOTE} are kept")
        self._change(f"UPDATE pictures SET note = ? WHERE id = ? AND {_OWN}", note.strip(), picture_id, session)

    def set_tags(self, session: str, picture_id: str, tags: Sequence[str]) -> None:
        """Give an own picture these tags and no others.

        Raises
        ------
        OptionError
            There are more than 20, or one is too long.
        """
        kept = dict.fromkeys(tag for tag in (" ".join(tag.split()) for tag in tags) if tag)
        if len(kept) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG for tag in kept):
            raise OptionError(f"{len(kept)} tags: up to {_MOST_TAGS} of {_LONGEST_TAG} letters are kept")
        with self.database.write() as db:
            if db.execute(f"SELECT 1 FROM pictures WHERE id = ? AND {_OWN}", (picture_id, session)).fetchone():
                db.execute("DELETE FROM tags WHERE picture = ?", (picture_id,))
                db.executemany("INSERT INTO tags (picture, tag) VALUES (?, ?)", [(picture_id, tag) for tag in kept])

    def move(self, session: str, picture_id: str, project_id: str) -> None:
        """Put an own picture into another own project, and its design with it."""
        with self.database.write() as db:
            project = own_project(db, session, project_id)
            db.execute(
                "INSERT OR IGNORE INTO designs (project, design, name, added_s) SELECT ?, d.design, d.name, ?"
                " FROM designs d JOIN pictures p ON p.project = d.project AND p.design = d.design"
                f" WHERE p.id = ? AND p.{_OWN}",
                (project, time.time(), picture_id, session),
            )
            db.execute(f"UPDATE pictures SET project = ? WHERE id = ? AND {_OWN}", (project, picture_id, session))

    def trash(self, session: str, picture_id: str) -> None:
        """Put an own picture into the trash; its files stay."""
        self._change(f"UPDATE pictures SET trashed_s = ? WHERE id = ? AND {_OWN}", time.time(), picture_id, session)

    def restore(self, session: str, picture_id: str) -> None:
        """Take it out again."""
        self._change(f"UPDATE pictures SET trashed_s = NULL WHERE id = ? AND {_OWN}", picture_id, session)

    def empty_trash(self, session: str) -> int:
        """Delete what lies in a session's trash, from the disk too.

        Returns
        -------
        int
            How many pictures are gone.
        """
        with self.database.write() as db:
            lying = (
                "SELECT pictures.id FROM pictures JOIN projects ON projects.id = pictures.project WHERE"
                " projects.session = ? AND (pictures.trashed_s IS NOT NULL OR projects.trashed_s IS NOT NULL)"
            )
            gone = [row[0] for row in db.execute(lying, (session,)).fetchall()]
            for picture in gone:
                db.execute("INSERT OR IGNORE INTO purges (id) VALUES (?)", (picture,))
                db.execute("DELETE FROM pictures WHERE id = ?", (picture,))
                db.execute("DELETE FROM jobs WHERE id = ?", (picture,))
            db.execute("DELETE FROM projects WHERE session = ? AND trashed_s IS NOT NULL", (session,))
        self.purge()
        return len(gone)

    def purge(self) -> None:
        """Delete the files of what has left the library; what a killed process left over, too."""
        with self.database.read() as db:
            gone = [row[0] for row in db.execute("SELECT id FROM purges").fetchall()]
        for picture in gone:
            shutil.rmtree(self.database.home.results / picture, ignore_errors=True)
            if not (self.database.home.results / picture).exists():
                self._change("DELETE FROM purges WHERE id = ?", picture)

    def _change(self, statement: str, *values: object) -> None:
        with self.database.write() as db:
            db.execute(statement, values)


_OWN = "project IN (SELECT id FROM projects WHERE session = ?)"
_SEARCHED = (
    "pictures.words || ' ' || pictures.note || ' ' ||"
    " COALESCE((SELECT group_concat(tag, ' ') FROM tags WHERE picture = pictures.id), '')"
)
