"""The one SQLite file of the studio: its tables, and how an older file becomes one of today.

Every change is one transaction that is begun before it reads: a process that is killed at any statement
leaves the file as it was before.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator

from archviz.core.errors import OptionError
from archviz.studio.home import StudioHome
from archviz.studio.picture_rows import fold, record_earlier_pictures

__all__ = ["VERSION", "Database"]

_BUSY_S = 10.0

_QUEUE = (
    """CREATE TABLE IF NOT EXISTS jobs (
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
    )""",
    "CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, kind, number)",
    "CREATE INDEX IF NOT EXISTS jobs_by_session ON jobs (session, number)",
)
_LIBRARY = (
    """CREATE TABLE projects (
        id TEXT PRIMARY KEY,
        session TEXT NOT NULL,
        name TEXT NOT NULL,
        share_key TEXT UNIQUE,
        created_s REAL NOT NULL,
        trashed_s REAL
    )""",
    "CREATE INDEX projects_by_session ON projects (session)",
    """CREATE TABLE guests (
        project TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        session TEXT NOT NULL,
        PRIMARY KEY (project, session)
    )""",
    """CREATE TABLE designs (
        project TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        design TEXT NOT NULL,
        name TEXT NOT NULL,
        added_s REAL NOT NULL,
        PRIMARY KEY (project, design)
    )""",
    """CREATE TABLE views (
        project TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        design TEXT NOT NULL,
        name TEXT NOT NULL,
        camera_json TEXT NOT NULL,
        created_s REAL NOT NULL,
        PRIMARY KEY (project, design, name)
    )""",
    """CREATE TABLE sets (
        id TEXT PRIMARY KEY,
        session TEXT NOT NULL,
        kind TEXT NOT NULL,
        axes_json TEXT NOT NULL,
        created_s REAL NOT NULL
    )""",
    "CREATE INDEX sets_by_session ON sets (session, kind, created_s)",
    "ALTER TABLE jobs ADD COLUMN project TEXT",
    "ALTER TABLE jobs ADD COLUMN set_id TEXT",
    "ALTER TABLE jobs ADD COLUMN place INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE jobs ADD COLUMN labels_json TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE jobs ADD COLUMN film INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX jobs_by_set ON jobs (set_id, place, number)",
    """CREATE TABLE pictures (
        id TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        project TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        design TEXT NOT NULL,
        request_json TEXT NOT NULL,
        recipe_json TEXT NOT NULL,
        summary_json TEXT NOT NULL,
        words TEXT NOT NULL,
        favourite INTEGER NOT NULL DEFAULT 0,
        note TEXT NOT NULL DEFAULT '',
        created_s REAL NOT NULL,
        trashed_s REAL
    )""",
    "CREATE INDEX pictures_by_project ON pictures (project, number)",
    """CREATE TABLE tags (
        picture TEXT NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
        tag TEXT NOT NULL,
        PRIMARY KEY (picture, tag)
    )""",
    # What has left the library while its files may still be there.
    "CREATE TABLE purges (id TEXT PRIMARY KEY)",
)


def _make_queue(db: sqlite3.Connection, home: StudioHome) -> None:
    for statement in _QUEUE:
        db.execute(statement)


def _make_library(db: sqlite3.Connection, home: StudioHome) -> None:
    for statement in _LIBRARY:
        db.execute(statement)
    record_earlier_pictures(db, home)


# Step n makes version n + 1 out of version n; a step that was ever released is not changed any more.
_STEPS: tuple[Callable[[sqlite3.Connection, StudioHome], None], ...] = (_make_queue, _make_library)
VERSION = len(_STEPS)


class Database:
    """The studio's file; safe to use from many threads and processes.

    Parameters
    ----------
    home
        The data folder, prepared.

    Raises
    ------
    OptionError
        The file is broken, of a newer version, of another program, or cannot be written.
    """

    def __init__(self, home: StudioHome) -> None:
        self.home = home
        with self.read() as db:
            found = _version(db)
            if found > VERSION:
                raise OptionError(
                    f"{home.database}: written by a newer archviz (version {found}); update archviz or set ARCHVIZ_HOME"
                )
            damage = " ".join(db.execute("PRAGMA quick_check(1)").fetchone()[0].split())
            if damage != "ok":
                raise OptionError(f"{home.database}: damaged ({damage}); move the file away or set ARCHVIZ_HOME")
            if found == 0 and not _empty_or_ours(db):
                raise OptionError(f"{home.database}: not a library of archviz; move the file away or set ARCHVIZ_HOME")
            if found < VERSION:
                # WAL lets pages read while the worker writes; the file remembers it.
                db.execute("PRAGMA journal_mode = WAL")
        if found < VERSION:
            with self.write() as db:
                # Another process may have been first.
                for step in range(_version(db), VERSION):
                    _STEPS[step](db, home)
                    db.execute(f"PRAGMA user_version = {step + 1}")

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with."""
        path = self.home.database
        try:
            with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)) as db:
                db.execute("PRAGMA foreign_keys = ON")
                db.create_function("fold", 1, fold, deterministic=True)
                yield db
        except sqlite3.Error as error:
            raise OptionError(f"{path}: {error}; free the disk, move the file away or set ARCHVIZ_HOME") from error

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are all written when the block ends well, and none of them otherwise."""
        with self.read() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                # A full disk has ended the transaction already.
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _empty_or_ours(db: sqlite3.Connection) -> bool:
    names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return not names or "jobs" in names
