"""Strokes of a brush, as the browser tells them, made pixels; checked like any other input."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.size import Size

__all__ = ["MOST_POINTS", "BrushStroke", "mask_of_strokes", "read_strokes"]

# A hand that paints for minutes stays far below it.
MOST_POINTS = 100_000
_WIDEST = 1024.0


@dataclass(frozen=True)
class BrushStroke:
    """A line of the hand.

    Parameters
    ----------
    points
        (x, y) from the picture's top left corner [pixels].
    width
        [pixels].
    erase
        Whether it takes away.
    """

    points: tuple[tuple[float, float], ...]
    width: float
    erase: bool


def mask_of_strokes(strokes: object, size: Size) -> NDArray[np.bool_]:
    """Draw strokes in their order.

    Parameters
    ----------
    strokes
        A list of ``{"points": [x, y, x, y, ..], "width": pixels, "erase": bool}``, positions from the picture's
        top left corner [pixels].
    size
        The picture's size.

    Returns
    -------
    numpy.ndarray
        (H, W) bool, true where it is painted.

    Raises
    ------
    OptionError
        They are of another form, or too many.
    """
    from PIL import Image, ImageDraw

    mask = Image.new("L", (size.width, size.height), 0)
    pen = ImageDraw.Draw(mask)
    for stroke in read_strokes(strokes):
        # The drawing library counts from a pixel's centre, a browser from its corner.
        points = [(x - 0.5, y - 0.5) for x, y in stroke.points]
        ink, radius = 0 if stroke.erase else 255, stroke.width / 2
        if len(points) > 1:
            pen.line(points, fill=ink, width=max(1, round(stroke.width)))
        # Round ends and joints.
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    return np.asarray(mask) > 0


def read_strokes(strokes: object) -> list[BrushStroke]:
    """Strokes as the browser tells them, checked.

    Raises
    ------
    OptionError
        They are of another form, or too many.
    """
    if not isinstance(strokes, Sequence) or isinstance(strokes, str):
        raise OptionError("strokes are not a list; reload the page and paint again")
    read = [_read_one(stroke) for stroke in strokes]
    if sum(len(stroke.points) for stroke in read) > MOST_POINTS:
        raise OptionError(f"strokes: more than {MOST_POINTS} points; clear the mask and paint with a wider brush")
    return read


def _read_one(stroke: Any) -> BrushStroke:
    numbers = stroke.get("points") if isinstance(stroke, Mapping) else None
    width: Any = stroke.get("width") if isinstance(stroke, Mapping) else None
    if not isinstance(numbers, Sequence) or len(numbers) < 2 or len(numbers) % 2 or not _all_numbers([width, *numbers]):
        raise OptionError("a stroke cannot be read; clear the mask and paint again")
    if not 0 < float(width) <= _WIDEST:
        raise OptionError(f"a brush of {float(width):g} pixels is not accepted; give up to {_WIDEST:g}")
    # Far outside the picture nothing is drawn, and the drawing library counts in small whole numbers.
    flat = [min(max(float(number), -_WIDEST * 8), _WIDEST * 8) for number in numbers]
    return BrushStroke(tuple(zip(flat[::2], flat[1::2], strict=True)), float(width), stroke.get("erase") is True)


def _all_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v) for v in values)
