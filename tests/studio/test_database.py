"""The file: an older one opens with all it had, a newer, foreign or broken one is refused in one sentence."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from archviz.core.errors import OptionError
from archviz.render import RenderRequest
from archviz.studio import JobStore, Library, StudioHome, new_id
from archviz.studio.database import VERSION
from tests.studio.killing import killed_at_each_statement

ANNA = new_id()
# As the first version wrote it.
_FIRST = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, session TEXT NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued', phase TEXT NOT NULL DEFAULT 'waiting', request_json TEXT NOT NULL,
    step INTEGER NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,
    cancel INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', created_s REAL NOT NULL, started_s REAL,
    finished_s REAL
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, kind, number);
CREATE INDEX IF NOT EXISTS jobs_by_session ON jobs (session, number);
PRAGMA user_version = 1;
"""


def _first_version(home: StudioHome) -> str:
    """A file of the first version: a finished picture, one whose files are gone, and one that waits."""
    done = new_id()
    db = sqlite3.connect(home.database)
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(_FIRST)
    for job_id, state in ((done, "done"), (new_id(), "done"), (new_id(), "queued")):
        db.execute(
            "INSERT INTO jobs (id, session, kind, state, request_json, created_s, started_s, finished_s)"
            " VALUES (?, ?, 'render', ?, ?, 1.0, 2.0, 3.0)",
            (job_id, ANNA, state, json.dumps({"prompt": "old house", "seed": 7})),
        )
    db.commit()
    db.close()
    folder = home.results / done
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps({"environment": "snow", "lighting": "noon"}), encoding="utf-8")
    (folder / "recipe.json").write_text(json.dumps({"format": 1}), encoding="utf-8")
    return done


def _check_moved(home: StudioHome, done: str) -> None:
    store = JobStore(home)
    (picture,) = Library(store.database).pictures(ANNA)
    assert (picture.id, picture.request, picture.created_s) == (done, RenderRequest(prompt="old house", seed=7), 3.0)
    assert [p.id for p in Library(store.database).pictures(ANNA, words="old snow noon")] == [done]
    assert [j.state for j in store.jobs_of(ANNA)] == ["queued", "done", "done"]
    waiting = store.claim()
    assert waiting is not None and waiting.request.seed == 7, "the queue goes on"


def test_an_older_file_opens_with_its_data(tmp_path: Path) -> None:
    home = StudioHome(tmp_path).prepare()
    done = _first_version(home)
    _check_moved(home, done)
    with JobStore(home).database.read() as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_killed_at_any_statement_of_the_move_the_file_still_opens(tmp_path: Path) -> None:
    first = StudioHome(tmp_path / "first").prepare()
    done = _first_version(first)
    home = StudioHome(tmp_path / "home")
    shutil.copytree(first.folder, home.folder)
    deaths = 0
    for _ in killed_at_each_statement(lambda: JobStore(home)):
        deaths += 1
        with sqlite3.connect(home.database) as db:
            assert db.execute("PRAGMA user_version").fetchone()[0] == 1
            assert db.execute("SELECT COUNT(*) FROM jobs").fetchone()[0] == 3
        db.close()
    assert deaths > 20
    _check_moved(home, done)


def test_a_new_file_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    home = StudioHome(tmp_path).prepare()
    deaths = sum(1 for _ in killed_at_each_statement(lambda: JobStore(home)))
    assert deaths > 5
    store = JobStore(home)
    job = store.submit(ANNA, RenderRequest())
    assert [found.id for found in store.jobs_of(ANNA)] == [job.id]


@pytest.mark.parametrize("at", [0, 16, 100, 1024 * 4, -5000])
def test_a_broken_file_is_refused_and_left_alone(store: JobStore, at: int) -> None:
    for seed in range(40):
        store.submit(ANNA, RenderRequest(seed=seed, prompt="x" * 200))
    with sqlite3.connect(store.home.database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    data = bytearray(store.home.database.read_bytes())
    at %= len(data)
    data[at : at + 3000] = b"\xa5" * len(data[at : at + 3000])
    store.home.database.write_bytes(data)
    with pytest.raises(OptionError, match=r"studio\.sqlite: .*(move the file away|update archviz)") as refused:
        JobStore(store.home)
    assert "\n" not in str(refused.value) and store.home.database.read_bytes() == bytes(data)


def test_the_file_of_another_program_is_refused(tmp_path: Path) -> None:
    home = StudioHome(tmp_path).prepare()
    db = sqlite3.connect(home.database)
    db.execute("CREATE TABLE recipes_of_soup (name TEXT)")
    db.close()
    with pytest.raises(OptionError, match="not a library of archviz; move the file away"):
        JobStore(home)


def test_a_file_that_cannot_be_written_is_said(store: JobStore) -> None:
    store.submit(ANNA, RenderRequest(prompt="kept"))
    with store.database.read() as writer:
        writer.execute("BEGIN IMMEDIATE")
        # As a read-only file is to SQLite: whoever looks is served, whoever writes is refused.
        assert JobStore(store.home).jobs_of(ANNA)[0].request.prompt == "kept"
        with pytest.raises(OptionError, match=r"studio\.sqlite: .*set ARCHVIZ_HOME"), store.database.read() as db:
            db.execute("PRAGMA query_only = ON")
            db.execute("DELETE FROM jobs")
        writer.execute("ROLLBACK")
    assert len(store.jobs_of(ANNA)) == 1


def test_a_full_disk_leaves_what_was_there(store: JobStore) -> None:
    store.submit(ANNA, RenderRequest(prompt="kept"))
    real = store.database.read
    with real() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]

    @contextlib.contextmanager
    def full() -> Iterator[sqlite3.Connection]:
        with real() as db:
            db.execute(f"PRAGMA max_page_count = {pages}")
            yield db

    store.database.read = full  # type: ignore[method-assign]
    with pytest.raises(OptionError, match=r"full; free the disk"):
        for seed in range(500):
            store.submit(ANNA, RenderRequest(seed=seed, prompt="x" * 500))
    store.database.read = real  # type: ignore[method-assign]
    assert store.jobs_of(ANNA, limit=1000)[-1].request.prompt == "kept"
    JobStore(store.home).submit(ANNA, RenderRequest())
