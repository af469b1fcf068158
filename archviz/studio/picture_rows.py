"""How a finished job becomes a picture of the library, and the project that it goes to."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import unicodedata
from pathlib import Path
from typing import Any

from archviz.presets import environments, lightings
from archviz.studio.home import StudioHome, is_id, new_id

__all__ = ["add_design", "design_id_of", "fold", "own_project", "record_earlier_pictures", "record_picture"]


def fold(text: str) -> str:
    """A text as it is searched: words without capitals, accents and tone marks, so that `pho` finds `phố`."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", plain)


def own_project(db: sqlite3.Connection, session: str, wanted: str | None = None) -> str:
    """The project that a session's new picture goes to: the one it names, else its nameless first one."""
    if is_id(wanted):
        named = "SELECT id FROM projects WHERE id = ? AND session = ? AND trashed_s IS NULL"
        if found := db.execute(named, (wanted, session)).fetchone():
            return str(found[0])
    nameless = "SELECT id FROM projects WHERE session = ? AND name = '' AND trashed_s IS NULL"
    if found := db.execute(nameless, (session,)).fetchone():
        return str(found[0])
    project = new_id()
    db.execute(
        "INSERT INTO projects (id, session, name, created_s) VALUES (?, ?, '', ?)", (project, session, time.time())
    )
    return project


def design_id_of(home: StudioHome, path: str | None) -> str:
    """The id of the design that a file is: of an upload, else of a sample; ``text`` for none."""
    if path is None:
        return "text"
    file = Path(path)
    if file.is_relative_to(home.designs) and is_id(file.parent.name):
        return file.parent.name
    return f"sample:{file.name}"


def add_design(db: sqlite3.Connection, home: StudioHome, project: str, path: str | None) -> str:
    """Count a design among those of a project; its id."""
    design = design_id_of(home, path)
    db.execute(
        "INSERT OR IGNORE INTO designs (project, design, name, added_s) VALUES (?, ?, ?, ?)",
        (project, design, Path(path).name if path else "", time.time()),
    )
    return design


def record_picture(db: sqlite3.Connection, home: StudioHome, job_id: str) -> bool:
    """Take a job's picture into the library; False where its files are not there.

    Called in the transaction that ends the job, so that no picture is finished and unknown.
    """
    folder = home.results / job_id
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        recipe = (folder / "recipe.json").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    number, session, wanted, request_json = db.execute(
        "SELECT number, session, project, request_json FROM jobs WHERE id = ?", (job_id,)
    ).fetchone()
    request = json.loads(request_json)
    project = own_project(db, session, wanted)
    design = add_design(db, home, project, request.get("input"))
    db.execute(
        "INSERT OR IGNORE INTO pictures (id, number, project, design, request_json, recipe_json, summary_json, words,"
        " created_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            job_id,
            number,
            project,
            design,
            request_json,
            recipe,
            json.dumps(summary, ensure_ascii=False),
            _words(request, summary),
            time.time(),
        ),
    )
    return True


def record_earlier_pictures(db: sqlite3.Connection, home: StudioHome) -> None:
    """Take the pictures of a file that had a queue alone into its new library, at the time they were made."""
    jobs = db.execute(
        "SELECT id, finished_s FROM jobs WHERE kind = 'render' AND state = 'done' ORDER BY number"
    ).fetchall()
    for job_id, finished_s in jobs:
        if record_picture(db, home, job_id):
            db.execute("UPDATE pictures SET created_s = ? WHERE id = ?", (finished_s or 0.0, job_id))


def _words(request: dict[str, Any], summary: dict[str, Any]) -> str:
    """What a picture is found by, beside its note and tags."""
    presets = (environments().get(summary.get("environment") or ""), lightings().get(summary.get("lighting") or ""))
    named = [name for preset in presets if preset for name in (preset.id, preset.name_en, preset.name_vi)]
    design = Path(request["input"]).stem if request.get("input") else ""
    materials = [words for pair in request.get("materials", {}).items() for words in pair]
    return " ".join([request.get("prompt", ""), summary.get("view") or "", design, *named, *materials])
