"""Views that a user kept of a design."""

from __future__ import annotations

from dataclasses import dataclass

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.studio import Projects, SavedCamera
from archviz.studio.home import is_id

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
    """The views of one visitor and design, in the studio's library.

    Parameters
    ----------
    projects
        Where they are kept.
    session, design
        Whose, and of what.
    project
        Where new ones go; ``None`` for the session's first one.
    """

    def __init__(self, projects: Projects, session: str, design: str, project: str | None = None) -> None:
        if not is_id(session):
            raise OptionError(f"session {session!r} is not one of this studio")
        self._projects = projects
        self._session = session
        self._design = design
        self._project = project

    def all(self) -> tuple[SavedView, ...]:
        """In the order they were kept."""
        kept = self._projects.views(self._session, self._design)
        return tuple(SavedView(name=view.name, camera=view.camera) for view in kept)

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
        kept = SavedCamera(name=view.name, camera=view.camera)
        self._projects.keep_view(self._session, self._design, kept, project=self._project)

    def drop(self, name: str) -> None:
        """Forget a view; nothing happens where there is none of the name."""
        self._projects.drop_view(self._session, self._design, name)
