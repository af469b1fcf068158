"""Drawings from files of strangers: read in a child process."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archviz.core.errors import FileFormatError
from archviz.isolation import Task, ask, cpu_seconds_for, memory_for, printable, read_array, write_array
from archviz.sketch.adjustments import Adjustments
from archviz.sketch.drawing import Drawing, load_drawing
from archviz.sketch.findings import FINDINGS, Diagnosis
from archviz.sketch.reader import drawing_format
from archviz.sketch.vector import VECTOR_FORMATS

__all__ = ["load_drawing_isolated"]

_LIBRARIES = ("cv2", "scipy.sparse.csgraph", "PIL.ImageCms")
# Format -> what reads it.
_READERS = {
    "PNG": ("PIL.PngImagePlugin",),
    "JPEG": ("PIL.JpegImagePlugin", "PIL.MpoImagePlugin"),
    "WebP": ("PIL.WebPImagePlugin",),
    "TIFF": ("PIL.TiffImagePlugin",),
    "BMP": ("PIL.BmpImagePlugin",),
    "HEIC": ("pillow_heif",),
    "SVG": ("PIL.PngImagePlugin", "lxml.etree", "resvg_py"),
    "PDF": ("pypdfium2", "pypdfium2.raw"),
}
# What a picture takes goes by its pixels, and forty million of them fit in a small file; mending holds
# several copies of them. Lines are drawn at a size of ours.
_LINES_BYTES, _PIXELS_BYTES, _MENDING_BYTES = 768 << 20, 1 << 30, 3 << 30
# Pixels are bounded, and so is the time for them; what lines ask for is not, and gets no more than a mesh.
_PIXELS_CPU_S, _MENDING_CPU_S = 12.0, 60.0


def load_drawing_isolated(path: Path, adjustments: Adjustments | None = None) -> Drawing:
    """Read a drawing as :func:`archviz.sketch.load_drawing` does, in a child process.

    Raises
    ------
    FileFormatError
        As there; or the reader crashed, or took more than 1 GiB (3 GiB to mend) or its time.
    """
    path = Path(path)
    if not path.is_file():
        what = "this is a folder" if path.is_dir() else "there is no such file"
        raise FileFormatError(f"{path}: {what}; give the path of a drawing")
    adjustments = adjustments or Adjustments()
    mends = adjustments.repair or bool(adjustments.damage)
    file_format = drawing_format(path)
    vector = file_format in VECTOR_FORMATS
    memory = _MENDING_BYTES if mends else _LINES_BYTES if vector else _PIXELS_BYTES
    extra_s = (0.0 if vector else _PIXELS_CPU_S) + (_MENDING_CPU_S if mends else 0.0)
    size = path.stat().st_size
    task = Task(
        module=__name__,
        function="read",
        arguments={"path": str(path.resolve()), "adjustments": adjustments.to_json()},
        readable=(path.resolve(),),
        libraries=(*_LIBRARIES, *_READERS[file_format], *(("skimage.morphology",) if mends else ())),
        memory_bytes=max(memory, memory_for(size)),
        cpu_s=cpu_seconds_for(size, effort=10.0) + extra_s,
    )
    with tempfile.TemporaryDirectory(prefix="archviz-draw-") as name:
        folder = Path(name)
        answer = ask(task, folder, shown=path)
        try:
            return _drawing(answer, folder)
        # A child that its file took over may answer anything.
        except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
            raise FileFormatError(f"{path}: the reader's answer makes no sense; save the drawing again") from error


def read(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """In the child: the fields of the :class:`Drawing` at ``path``, its array beside."""
    path = Path(request["path"])
    try:
        drawing = load_drawing(path, Adjustments.from_json(request["adjustments"]))
    except FileFormatError as error:
        raise FileFormatError(error.message.removeprefix(f"{path}: ")) from error
    write_array(folder, "array", drawing.array)
    return {
        "kind": drawing.kind,
        "format": drawing.format,
        "findings": [asdict(found) for found in drawing.findings],
        "warnings": drawing.warnings,
        "assumptions": drawing.assumptions,
    }


def _drawing(answer: dict[str, Any], folder: Path) -> Drawing:
    """The child's answer as a drawing."""
    if answer["kind"] not in ("line-drawing", "photograph") or answer["format"] not in _READERS:
        raise ValueError("no kind or format of a drawing")
    return Drawing(
        array=read_array(folder, "array"),
        kind=answer["kind"],
        format=answer["format"],
        findings=tuple(_finding(**found) for found in answer["findings"]),
        warnings=tuple(printable(str(text)) for text in answer["warnings"]),
        assumptions=tuple(printable(str(text)) for text in answer["assumptions"]),
    )


def _finding(code: Any, values: Any) -> Diagnosis:
    if code not in FINDINGS:
        raise ValueError("no finding")
    found = Diagnosis(code=code, values={str(name): printable(str(value)) for name, value in values.items()})
    # Its words name all their values, or it is none.
    found.in_words("en")
    return found
