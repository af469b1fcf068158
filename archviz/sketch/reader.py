"""The file of a drawing: told by its content, and one page of it read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archviz.core.errors import FileFormatError
from archviz.core.pictures import picture_format
from archviz.sketch.bitmap import PILLOW_FORMATS, read_bitmap
from archviz.sketch.pixels import Pixels
from archviz.sketch.vector import VECTOR_FORMATS, read_pdf, read_svg

__all__ = ["PageRequest", "drawing_format", "read_page"]

_ACCEPTED = "PNG, JPEG, WebP, TIFF, HEIC, BMP, SVG and PDF are accepted"
_HEAD_BYTES = 1 << 16


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
        It is broken, too large or too small, or has no such page.
    """
    try:
        if file_format == "PDF":
            return read_pdf(path, page=wanted.page, part=wanted.part, writing=wanted.writing)
        if file_format == "SVG":
            return read_svg(path, part=wanted.part, writing=wanted.writing)
        return read_bitmap(path, file_format, page=wanted.page)
    except FileFormatError as error:
        raise FileFormatError(f"{path}: {error.message}") from error
