"""Drawings from files of strangers: read in a child process."""

from __future__ import annotations

import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from archviz.core.errors import FileFormatError
from archviz.isolation import Task, ask, cpu_seconds_for, memory_for, read_array, write_array
from archviz.sketch.drawing import Drawing, load_drawing

__all__ = ["load_drawing_isolated"]

_LIBRARIES = ("cv2", "PIL.PngImagePlugin", "PIL.JpegImagePlugin", "PIL.WebPImagePlugin", "PIL.MpoImagePlugin")
# What a picture takes goes by its pixels, and forty million of them fit in a small file.
_MEMORY_BYTES = 1 << 30


def load_drawing_isolated(path: Path) -> Drawing:
    """Read a drawing as :func:`archviz.sketch.load_drawing` does, in a child process.

    Raises
    ------
    FileFormatError
        As there; or the decoder crashed, or took more than 1 GiB or its time.
    """
    path = Path(path)
    if not path.is_file():
        what = "this is a folder" if path.is_dir() else "there is no such file"
        raise FileFormatError(f"{path}: {what}; give the path of a drawing")
    size = path.stat().st_size
    task = Task(
        module=__name__,
        function="read",
        arguments={"path": str(path.resolve())},
        readable=(path.resolve(),),
        libraries=_LIBRARIES,
        memory_bytes=max(_MEMORY_BYTES, memory_for(size)),
        cpu_s=cpu_seconds_for(size, effort=10.0),
    )
    with tempfile.TemporaryDirectory(prefix="archviz-draw-") as name:
        folder = Path(name)
        answer = ask(task, folder, shown=path)
        try:
            return _drawing(answer, folder)
        # A child that its file took over may answer anything.
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise FileFormatError(f"{path}: the reader's answer makes no sense; save the drawing again") from error


def read(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """In the child: the fields of the :class:`Drawing` at ``path``, its arrays beside."""
    path = Path(request["path"])
    try:
        drawing = load_drawing(path)
    except FileFormatError as error:
        raise FileFormatError(error.message.removeprefix(f"{path}: ")) from error
    answer: dict[str, Any] = {}
    for name in (f.name for f in fields(Drawing)):
        value = getattr(drawing, name)
        if isinstance(value, np.ndarray):
            write_array(folder, name, value)
        else:
            answer[name] = value
    return answer


def _drawing(answer: dict[str, Any], folder: Path) -> Drawing:
    """The child's answer; lists become tuples, and what is missing in it is an array beside."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in answer.items()
    }
    arrays = [f.name for f in fields(Drawing) if f.name not in values]
    return Drawing(**(values | {name: read_array(folder, name) for name in arrays}))
