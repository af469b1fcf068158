"""The file of a drawing: told by its content, and read where a fault of it hurts nobody.

Pillow's own decoders (PNG, JPEG, WebP, BMP) run in this process. PDF, SVG, TIFF and HEIC are read by large
foreign libraries or may unfold without end: they are read by ``python -m archviz.sketch REQUEST.json``,
a child process with limits on memory and time, which writes ``answer.json`` and ``array.npy`` beside the request.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from archviz.core.errors import FileFormatError
from archviz.core.limits import limit_process
from archviz.core.pictures import picture_format
from archviz.sketch.bitmap import PILLOW_FORMATS, read_bitmap
from archviz.sketch.pixels import Pixels
from archviz.sketch.vector import VECTOR_FORMATS, read_pdf, read_svg

__all__ = ["PageRequest", "drawing_format", "main", "read_page"]

_ACCEPTED = "PNG, JPEG, WebP, TIFF, HEIC, BMP, SVG and PDF are accepted"
_HEAD_BYTES = 1 << 16
_ISOLATED = ("TIFF", "HEIC", *VECTOR_FORMATS)
# Forty megapixels of four 16-bit channels, their 8-bit copy and the copy on white: 0.7 GB.
_MEMORY_BYTES = 1 << 30
_CPU_S, _WALL_S = 20.0, 60.0


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """What is wanted of a file.

    Parameters
    ----------
    page
        From 1.
    part
        Share of the longer side that will be used.
    writing
        Whether text that the file holds as such is drawn.
    """

    page: int = 1
    part: float = 1.0
    writing: bool = False


def drawing_format(path: Path) -> str:
    """``PNG``, ``JPEG``, ``WebP``, ``TIFF``, ``HEIC``, ``BMP``, ``SVG`` or ``PDF``, by content.

    Raises
    ------
    FileFormatError
        The file is missing, cannot be opened, or is of another kind.
    """
    try:
        with path.open("rb") as file:
            found = picture_format(file.read(_HEAD_BYTES))
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}; give the path of a drawing; {_ACCEPTED}") from error
    if found not in (*PILLOW_FORMATS, *VECTOR_FORMATS):
        raise FileFormatError(f"{path}: not a picture that can be read; {_ACCEPTED}; export it as one")
    return str(found)


def read_page(path: Path, file_format: str, wanted: PageRequest) -> Pixels:
    """Read one page or picture.

    Raises
    ------
    FileFormatError
        It is broken, too large or too small, has no such page, or took too much memory or time.
    """
    try:
        if file_format not in _ISOLATED:
            return read_bitmap(path, file_format, page=wanted.page)
        return _ask(path, file_format, wanted)
    except FileFormatError as error:
        raise FileFormatError(f"{path}: {error.message}") from error


def _ask(path: Path, file_format: str, wanted: PageRequest) -> Pixels:
    with tempfile.TemporaryDirectory(prefix="archviz-drawing-") as name:
        request = Path(name) / "request.json"
        fields = {"path": str(path.resolve()), "format": file_format} | vars(wanted)
        request.write_text(json.dumps(fields), encoding="utf-8")
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        # Threads of numerical libraries would reserve address space that the limit counts.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}
        environment["OPENBLAS_NUM_THREADS"] = "1"
        command = [sys.executable, "-P", "-m", "archviz.sketch", str(request)]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=_WALL_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise FileFormatError(f"reading took more than {_WALL_S:g} s; export a simpler drawing") from error
        if done.returncode != 0:
            raise FileFormatError("reading took too much time or memory, or the file is damaged; export it again")
        answer: dict[str, Any] = json.loads(request.with_name("answer.json").read_text(encoding="utf-8"))
        if error_text := answer.get("error"):
            raise FileFormatError(error_text)
        array = np.load(request.with_name("array.npy"), allow_pickle=False)
    return Pixels(
        array=array,
        vector=file_format in VECTOR_FORMATS,
        assumptions=tuple(answer["assumptions"]),
        warnings=tuple(answer["warnings"]),
    )


def _read(path: Path, file_format: str, wanted: PageRequest) -> Pixels:
    if file_format == "PDF":
        return read_pdf(path, page=wanted.page, part=wanted.part, writing=wanted.writing)
    if file_format == "SVG":
        return read_svg(path, part=wanted.part, writing=wanted.writing)
    return read_bitmap(path, file_format, page=wanted.page)


def main(request_path: Path) -> None:
    """Answer one request, in the child process."""
    request = json.loads(request_path.read_text(encoding="utf-8"))
    _import_readers(request["format"])
    limit_process(memory_bytes=_MEMORY_BYTES, cpu_s=_CPU_S)
    wanted = PageRequest(page=request["page"], part=request["part"], writing=request["writing"])
    answer: dict[str, Any]
    try:
        made = _read(Path(request["path"]), request["format"], wanted)
        np.save(request_path.with_name("array.npy"), made.array, allow_pickle=False)
        answer = {"assumptions": made.assumptions, "warnings": made.warnings}
    except MemoryError:
        answer = {"error": f"reading needs more than {_MEMORY_BYTES >> 20} MiB; scale it down or simplify it"}
    except FileFormatError as error:
        answer = {"error": error.message}
    request_path.with_name("answer.json").write_text(json.dumps(answer), encoding="utf-8")


def _import_readers(file_format: str) -> None:
    """Load what the limit on memory should not count."""
    import importlib

    names = {"PDF": ["pypdfium2"], "SVG": ["resvg_py", "lxml.etree"], "HEIC": ["pillow_heif"]}
    for name in ("PIL.Image", "PIL.ImageCms", *names.get(file_format, [])):
        importlib.import_module(name)
