"""Reading a drawing: a file in, sRGB pixels as the draughtsman saw them out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.size import Size
from archviz.sketch.adjustments import Adjustments
from archviz.sketch.findings import Diagnosis
from archviz.sketch.pixels import Pixels
from archviz.sketch.reader import PageRequest, drawing_format, read_page

__all__ = ["Drawing", "DrawingKind", "load_drawing"]

DrawingKind = Literal["line-drawing", "photograph"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Drawing:
    """A drawing or photograph, upright and on white.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    kind
        How its lines are to be found.
    format
        ``PNG``, ``JPEG``, ``WebP``, ``TIFF``, ``HEIC``, ``BMP``, ``SVG`` or ``PDF``, by content.
    findings
        What was done to it as it was adjusted.
    warnings
        What may go wrong with it, in words.
    assumptions
        What was done to it as its file was read, in words.
    """

    array: NDArray[np.uint8]
    kind: DrawingKind
    format: str
    findings: tuple[Diagnosis, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.array.ndim != 3 or self.array.shape[2] != 3 or self.array.dtype != np.uint8:
            raise ValueError(f"Drawing: {self.array.shape} {self.array.dtype} is not (H, W, 3) uint8")
        self.array.flags.writeable = False

    @property
    def size(self) -> Size:
        """The drawing's size."""
        return Size(height=self.array.shape[0], width=self.array.shape[1])


def load_drawing(path: Path, adjustments: Adjustments | None = None) -> Drawing:
    """Read a PNG, JPEG, WebP, TIFF, HEIC, BMP, SVG or PDF file, told by its content.

    The turn that a camera noted is applied, transparency is laid on white, and palette, CMYK and
    16-bit files become 8-bit sRGB. Then the adjustments are made.

    Parameters
    ----------
    path
        The file.
    adjustments
        What is wanted of it; ``None`` is all at its default.

    Raises
    ------
    FileFormatError
        The file is missing, is no such picture, is broken, has no such page, or has more than
        40 megapixels, 16384 px on a side or fewer than 16.
    """
    path = Path(path)
    adjustments = adjustments or Adjustments()
    file_format = drawing_format(path)
    crop = adjustments.crop or (0.0, 0.0, 1.0, 1.0)
    wanted = PageRequest(
        page=adjustments.page,
        part=max(crop[2] - crop[0], crop[3] - crop[1]),
        writing=adjustments.notes == "keep",
    )
    return _adjusted(read_page(path, file_format, wanted), file_format, adjustments)


def _adjusted(page: Pixels, file_format: str, wanted: Adjustments) -> Drawing:
    """The page with everything done that is wanted, each step once."""
    from archviz.sketch.desk import cropped, drawn_over, turned
    from archviz.sketch.notes import drop_notes
    from archviz.sketch.paper import has_pale_shades, looks_photographic
    from archviz.sketch.repair import mend
    from archviz.sketch.sheet import square_up, straighten

    array, findings = page.array, []
    if wanted.corners is not None:
        array, found = square_up(array, wanted.corners, flatten=wanted.paper == "straighten" and not page.vector)
        findings += found
    elif wanted.paper == "straighten" and not page.vector:
        array, found = straighten(array)
        findings += found
    if wanted.repair or wanted.damage:
        array, found = mend(array, wanted.damage, search=wanted.repair)
        findings += found
    array = drawn_over(array, wanted.strokes)
    array = turned(array, wanted.turn_deg)
    array = cropped(array, wanted.crop)
    shaded = looks_photographic(array) or has_pale_shades(array)
    kind: DrawingKind = "photograph" if shaded else "line-drawing"
    assumptions = list(page.assumptions)
    if kind == "photograph":
        assumptions.append("taken for a photograph or shaded picture: its edges become the lines")
    # In a file of lines colour is a pen's weight, and writing is known as such.
    elif wanted.notes == "drop" and not page.vector:
        array, found = drop_notes(array)
        findings += found
    return Drawing(
        array=np.ascontiguousarray(array),
        kind=kind,
        format=file_format,
        findings=tuple(findings),
        warnings=page.warnings,
        assumptions=tuple(assumptions),
    )
