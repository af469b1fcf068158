"""Heat maps of finished pictures: made by the worker when somebody asks, and kept beside the picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archviz import __version__
from archviz.core.errors import FileFormatError, InputError
from archviz.render.editing import read_pixels
from archviz.render.recipe import hash_pixels, read_recipe, resolved_from_json, write_whole
from archviz.studio.home import StudioHome
from archviz.studio.job_rows import cancel_jobs, insert_job, job_rows
from archviz.studio.jobs import Job, JobPhase
from archviz.studio.pictures import Picture
from archviz.studio.store import JobStore

if TYPE_CHECKING:
    from archviz.render import Renderer

__all__ = ["HeatMaps", "heat_map_path", "make_heat_map"]

_OF = "picture"
_OF_PICTURE = f"session = ? AND kind = 'heatmap' AND json_extract(labels_json, '$.{_OF}') = ?"
_GONE = "the picture is no longer what its recipe made; render it again"


class HeatMaps:
    """The heat maps of pictures that a session has found in its library.

    Parameters
    ----------
    store
        The queue, whose worker makes them.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store

    def offered(self, picture: Picture) -> bool:
        """Whether a picture has lines to be judged by: of a model or a drawing, with a recipe."""
        return picture.request.input is not None and _pixels_sha256(picture) is not None

    def file(self, picture: Picture) -> Path | None:
        """The finished heat map; ``None`` where it was not asked for yet, or is still to come."""
        sha256 = _pixels_sha256(picture)
        path = None if sha256 is None else heat_map_path(self._store.home, picture.id, sha256)
        return path if path is not None and path.exists() else None

    def job(self, session: str, picture: Picture) -> Job | None:
        """The job that makes it, or made it last; ``None`` where none was asked for."""
        with self._store.database.read() as db:
            found = job_rows(db, f"{_OF_PICTURE} ORDER BY number DESC LIMIT 1", (session, picture.id))
        return found[0] if found else None

    def ask(self, session: str, picture: Picture) -> Job:
        """Have it made; the job that is at it already, where there is one.

        Parameters
        ----------
        session
            Who asks; the library has shown it the picture.
        picture
            A finished one.
        """
        with self._store.database.write() as db:
            coming = f"{_OF_PICTURE} AND state IN ('queued', 'running') AND cancel = 0"
            if found := job_rows(db, coming, (session, picture.id)):
                return found[0]
            labels = {_OF: picture.id}
            return insert_job(db, self._store.home, session, picture.request, kind="heatmap", labels=labels)

    def drop(self, session: str, picture: Picture) -> None:
        """Nobody waits for it any more."""
        with self._store.database.write() as db:
            cancel_jobs(db, _OF_PICTURE, (session, picture.id))


def make_heat_map(home: StudioHome, renderer: Renderer, job: Job, say: Callable[[JobPhase], None]) -> None:
    """Make what a job of kind ``heatmap`` asks for; nothing where it is there already.

    Parameters
    ----------
    home
        Where the picture is.
    renderer
        Makes the view's maps again from the picture's recipe, or has them still.
    job
        Claimed.
    say
        Told of each phase; raises where the job was cancelled.

    Raises
    ------
    InputError
        The picture or its model is gone or was changed.
    """
    folder = home.results / job.labels[_OF]
    say("reading")
    try:
        recipe, _ = read_recipe(folder / "recipe.json")
        pixels = read_pixels(folder / "picture.png")
    except InputError as error:
        # Where the server keeps its files is none of the reader's business.
        raise FileFormatError(_GONE) from error
    if recipe.get("pixels_sha256") != hash_pixels(pixels):
        raise FileFormatError(_GONE)
    path = heat_map_path(home, folder.name, recipe["pixels_sha256"])
    if path.exists():
        return
    say("maps")
    resolved = resolved_from_json(recipe["resolved"], input=job.request.input, weights=job.request.weights)
    painted = renderer.heatmap(resolved, pixels)
    if painted is None:
        raise FileFormatError("words alone have no lines that a picture could be judged by")
    say("writing")
    from PIL import Image

    write_whole(path, partial(Image.fromarray(painted).save, format="PNG"))


def heat_map_path(home: StudioHome, picture_id: str, pixels_sha256: str) -> Path:
    """Where the heat map of a picture is, or will be.

    Beside the picture, so that it goes with it; another archviz may judge the same pixels in another way.
    """
    return home.results / picture_id / f"heatmap-{pixels_sha256[:32]}-{__version__}.png"


def _pixels_sha256(picture: Picture) -> str | None:
    found = json.loads(picture.recipe_json).get("pixels_sha256")
    return found if isinstance(found, str) and found.isalnum() else None
