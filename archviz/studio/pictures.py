"""A picture of the library."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archviz.render.request import RenderRequest
from archviz.studio.jobs import request_from_json

__all__ = ["Picture", "picture_rows"]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as it was when it was read.

    Parameters
    ----------
    id
        That of the job that made it; its files lie under it.
    number
        That of the job: pictures are counted as they were asked for.
    project, owner, own
        Where it is, whose session that is, and whether it is the one that asks.
    design
        What it was made of.
    request_json, recipe_json, summary_json
        What was asked for, what decided it, and what is said of it.
    favourite, note, tags
        What the user made of it.
    created_s, trashed_s
        Seconds since the epoch; ``None`` where it does not lie in the trash.
    """

    id: str
    number: int
    project: str
    owner: str
    own: bool
    design: str
    request_json: str
    recipe_json: str
    summary_json: str
    favourite: bool
    note: str
    tags: tuple[str, ...]
    created_s: float
    trashed_s: float | None

    @functools.cached_property
    def request(self) -> RenderRequest:
        """What was asked for."""
        return request_from_json(json.loads(self.request_json))

    @functools.cached_property
    def summary(self) -> dict[str, Any]:
        """What is said of it: light, sun, words understood, scores."""
        return dict(json.loads(self.summary_json))


def picture_rows(db: sqlite3.Connection, where: str, values: Mapping[str, object]) -> list[Picture]:
    """The pictures that a condition holds for, among those that ``:session`` may see.

    The one way to read pictures: nothing of another session passes it.
    """
    rows = db.execute(
        "SELECT pictures.id, pictures.number, pictures.project, projects.session, projects.session = :session,"
        " pictures.design, pictures.request_json, pictures.recipe_json, pictures.summary_json, pictures.favourite,"
        " pictures.note, (SELECT json_group_array(tag) FROM tags WHERE picture = pictures.id), pictures.created_s,"
        " pictures.trashed_s FROM pictures JOIN projects ON projects.id = pictures.project"
        " WHERE projects.trashed_s IS NULL AND (projects.session = :session OR (pictures.trashed_s IS NULL AND EXISTS"
        " (SELECT 1 FROM guests WHERE guests.project = projects.id AND guests.session = :session)))"
        f" AND {where}",
        dict(values),
    )
    return [
        Picture(
            id=row[0],
            number=row[1],
            project=row[2],
            owner=row[3],
            own=bool(row[4]),
            design=row[5],
            request_json=row[6],
            recipe_json=row[7],
            summary_json=row[8],
            favourite=bool(row[9]),
            note=row[10],
            tags=tuple(json.loads(row[11])),
            created_s=row[12],
            trashed_s=row[13],
        )
        for row in rows
    ]
