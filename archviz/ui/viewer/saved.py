"""Views that a user kept of a design, in a file of the studio's home."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from archviz.core.camera import Camera
from archviz.core.errors import ArchvizError, OptionError
from archviz.render.recipe import write_whole
from archviz.studio.home import StudioHome, is_id

__all__ = ["MOST_VIEWS", "SavedView", "SavedViews"]

MOST_VIEWS = 40
_LONGEST_NAME = 40


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """A view with a name.

    Parameters
    ----------
    name
        One line, unlike the others' names.
    camera
        What it shows.
    """

    name: str
    camera: Camera

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > _LONGEST_NAME or not self.name.isprintable():
            raise OptionError(f"view name {self.name!r}: give one line of up to {_LONGEST_NAME} letters")


class SavedViews:
    """The views of one visitor and design.

    Parameters
    ----------
    home
        Where they are kept.
    session, design
        Whose, and of what.
    """

    def __init__(self, home: StudioHome, session: str, design: str) -> None:
        if not is_id(session):
            raise OptionError(f"session {session!r} is not one of this studio")
        # A sample's id is no file name.
        name = hashlib.sha256(design.encode("utf-8")).hexdigest()[:32]
        self._path: Path = home.folder / "views" / session / f"{name}.json"

    def all(self) -> tuple[SavedView, ...]:
        """In the order they were kept; none where the file cannot be read."""
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(SavedView(name=row["name"], camera=Camera.from_json(row["camera"])) for row in rows)
        except (OSError, ValueError, KeyError, TypeError, ArchvizError):
            return ()

    def keep(self, view: SavedView) -> None:
        """Keep a view, in place of one of the same name.

        Raises
        ------
        OptionError
            There are too many, or the disk is full.
        """
        others = [known for known in self.all() if known.name != view.name]
        if len(others) >= MOST_VIEWS:
            raise OptionError(f"view {view.name!r}: {MOST_VIEWS} views are kept already; delete one first")
        self._write([*others, view])

    def drop(self, name: str) -> None:
        """Forget a view; nothing happens where there is none of the name."""
        self._write([known for known in self.all() if known.name != name])

    def _write(self, views: list[SavedView]) -> None:
        rows = [{"name": view.name, "camera": view.camera.to_json()} for view in views]
        text = json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, lambda file: file.write(text.encode("utf-8")))
        except OSError as error:
            raise OptionError(f"views: {error.strerror}; free the disk or set ARCHVIZ_HOME") from error
