"""The way of an upload: kept by the studio, read as every command reads it, watched from outside."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archviz.core.errors import InputError
from archviz.isolation.server import Ended, Readers
from archviz.render.inputs import Source, read_source
from archviz.render.request import RenderRequest
from archviz.studio import new_id, save_design
from archviz.studio.home import StudioHome


@dataclass
class Watched:
    """What came of an upload, and what its reading processes took."""

    source: Source | None = None
    refusal: InputError | None = None
    folder: Path | None = None
    ended: list[Ended] = field(default_factory=list)


def open_upload(home: StudioHome, files: Sequence[tuple[str, bytes]]) -> Watched:
    """Keep an upload and read it; anything but a model, a drawing or a refusal is raised."""
    watched = Watched()
    with watching(watched.ended):
        try:
            design = save_design(home, new_id(), files)
            assert design.path is not None
            watched.folder = design.path.parent
            watched.source = read_source(RenderRequest(input=design.path))
        except InputError as error:
            watched.refusal = error
    return watched


@contextmanager
def watching(ended: list[Ended]) -> Iterator[None]:
    """Every reading process notes how it ended."""
    run = Readers.run

    def noting(self: Readers, folder: Path, timeout_s: float) -> Ended | None:
        found = run(self, folder, timeout_s)
        if found is not None:
            ended.append(found)
        return found

    Readers.run = noting  # type: ignore[method-assign]
    try:
        yield
    finally:
        Readers.run = run  # type: ignore[method-assign]


@contextmanager
def own_temporary_folder(folder: Path) -> Iterator[Path]:
    """Temporary files go into an empty folder, so that what stays can be seen."""
    before = tempfile.tempdir
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
