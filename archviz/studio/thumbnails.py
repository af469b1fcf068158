"""Small pictures of the samples, made by the worker when it has nothing else to do."""

from __future__ import annotations

import functools
from pathlib import Path

from archviz.core.errors import InputError
from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.render.inputs import hash_file
from archviz.samples import samples
from archviz.studio.designs import DRAWINGS
from archviz.studio.executor import Executor, view_picture
from archviz.studio.home import StudioHome

__all__ = ["make_missing_thumbnail", "thumbnail_path"]

_SIZE = Size(height=192, width=288)


def thumbnail_path(home: StudioHome, sample: Path) -> Path:
    """Where the thumbnail of a sample is, or will be; a drawing is its own."""
    if sample.suffix.lower() in DRAWINGS:
        return sample
    return home.thumbnails / f"{_fingerprint(sample, sample.stat().st_mtime_ns)}.jpg"


def make_missing_thumbnail(home: StudioHome, executor: Executor) -> bool:
    """Make one thumbnail that is not there; False where all are."""
    from PIL import Image

    from archviz.render.recipe import write_whole

    for sample in samples().values():
        path = thumbnail_path(home, sample)
        broken = path.with_suffix(".failed")
        if path.exists() or broken.exists():
            continue
        request = RenderRequest(input=sample, size=_SIZE, view="front-left", environment="studio", lighting="morning")
        try:
            picture = view_picture(executor.renderer.maps(request))
        except InputError:
            picture = None
        if picture is None:
            # Remembered, so that a sample that cannot be read does not keep the worker busy for ever.
            broken.touch()
            return True
        image = Image.fromarray(picture)
        write_whole(path, lambda file, image=image: image.save(file, format="JPEG", quality=88))  # type: ignore[misc]
        return True
    return False


@functools.cache
def _fingerprint(sample: Path, changed_ns: int) -> str:
    """Of the file's content; asked for on every run of the page, so kept while the file is unchanged."""
    return hash_file(sample)[:32]
