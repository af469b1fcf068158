"""What the hand did on the desk, as adjustments of the drawing, and back. Plain values: no widget, no page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.sketch.adjustments import Adjustments, Stroke, outlines_of_mask
from archviz.ui.brush import BrushStroke, mask_of_strokes, read_strokes

__all__ = ["adjustments_of_edit", "drawn_of_adjustments", "fine_turn", "quarter_turned", "turned_finely"]

Point = tuple[float, float]

# Shares are kept to a hundred-thousandth: a sixth of a pixel on the largest page.
_DIGITS = 5
# How far the outline of a marked place may pass what was painted [pixels of the page as it is shown].
_TOLERANCE_PX = 1.0
_UNREAD = "what was drawn cannot be read; reload the page and draw again"


def adjustments_of_edit(edit: object, now: Adjustments, size: Size) -> Adjustments:
    """Adjustments with what was drawn, marked, cropped and straightened.

    Parameters
    ----------
    edit
        As the browser tells it: ``strokes`` and ``marks`` (``outlines`` that were there, and new ``strokes``)
        in pixels of the page, ``crop`` and ``corners`` in shares.
    now
        What else is wanted of the drawing.
    size
        The page's, as it is shown.

    Raises
    ------
    OptionError
        The edit is of another form, or out of range.
    """
    if not isinstance(edit, dict) or not isinstance(marks := edit.get("marks"), dict):
        raise OptionError(_UNREAD)
    try:
        damage = tuple(tuple(_share(point, size) for point in outline) for outline in marks["outlines"])
        crop = None if edit["crop"] is None else tuple(_number(v) for v in edit["crop"])
        corners = None if edit["corners"] is None else tuple(_pair(corner) for corner in edit["corners"])
        strokes = tuple(_drawn(stroke, size) for stroke in read_strokes(edit["strokes"]))
        painted = list(marks["strokes"])
    except (KeyError, TypeError, ValueError) as error:
        raise OptionError(_UNREAD) from error
    if crop == (0.0, 0.0, 1.0, 1.0):
        crop = None
    if crop is not None and len(crop) != 4:
        raise OptionError(_UNREAD)
    made = replace(now, strokes=strokes, damage=damage, crop=crop, corners=corners)
    return replace(made, damage=_with_painted(damage, painted, size)) if painted else made


def drawn_of_adjustments(now: Adjustments, size: Size) -> dict[str, Any]:
    """What the browser is to show: :func:`adjustments_of_edit` the other way round."""
    longer = size.longer

    def pixels(points: Sequence[Point]) -> list[list[float]]:
        return [[x * size.width, y * size.height] for x, y in points]

    return {
        "strokes": [
            {
                "points": [value for point in pixels(stroke.points) for value in point],
                "width": stroke.width * longer,
                "erase": stroke.erase,
            }
            for stroke in now.strokes
        ],
        "marks": [pixels(outline) for outline in now.damage],
        "crop": None if now.crop is None else list(now.crop),
        "corners": None if now.corners is None else [list(corner) for corner in now.corners],
    }


def quarter_turned(now: Adjustments, quarters: int) -> Adjustments:
    """Turned by quarters, clockwise where positive; what is kept of the page stays the same part of it."""
    crop = now.crop
    if crop is not None:
        for _ in range(quarters % 4):
            left, top, right, bottom = crop
            crop = (round(1 - bottom, _DIGITS), left, round(1 - top, _DIGITS), right)
    return replace(now, turn_deg=_wrapped(now.turn_deg + 90.0 * quarters), crop=crop)


def fine_turn(now: Adjustments) -> float:
    """What is turned beside whole quarters [degrees]."""
    return now.turn_deg - 90 * round(now.turn_deg / 90)


def turned_finely(now: Adjustments, turn_deg: float) -> Adjustments:
    """With another turn beside its quarters."""
    return replace(now, turn_deg=_wrapped(90.0 * round(now.turn_deg / 90) + turn_deg))


def _wrapped(turn_deg: float) -> float:
    return (turn_deg + 180.0) % 360.0 - 180.0


def _drawn(stroke: BrushStroke, size: Size) -> Stroke:
    points = tuple(_share(point, size) for point in stroke.points)
    # A dot is a line from a point to itself.
    points = points if len(points) > 1 else points * 2
    return Stroke(points=points, width=round(stroke.width / size.longer, _DIGITS), erase=stroke.erase)


def _with_painted(
    damage: tuple[tuple[Point, ...], ...], strokes: list[Any], size: Size
) -> tuple[tuple[Point, ...], ...]:
    """Outlines of what was marked and of what was painted, as far as they touch, as one."""
    from archviz.sketch.repair import marked_places

    mask = marked_places(size.shape, damage) | mask_of_strokes(strokes, size)
    outlines = outlines_of_mask(np.asarray(mask), tolerance_px=_TOLERANCE_PX)
    return tuple(tuple((round(x, _DIGITS), round(y, _DIGITS)) for x, y in outline) for outline in outlines)


def _share(point: Any, size: Size) -> Point:
    x, y = _pair(point)
    return round(x / size.width, _DIGITS), round(y / size.height, _DIGITS)


def _pair(point: Any) -> Point:
    x, y = point
    return _number(x), _number(y)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)
