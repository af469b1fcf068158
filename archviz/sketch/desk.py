"""What the hand does to a drawing on the desk: turn, crop, erase, redraw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.adjustments import Stroke

__all__ = ["cropped", "drawn_over", "paper_and_ink", "turned"]

# Less is not seen at the size of a picture.
_LEAST_TURN_DEG = 0.01
_SHIFT = 4


def turned(array: NDArray[np.uint8], turn_deg: float) -> NDArray[np.uint8]:
    """A page turned clockwise about its middle; it keeps its size, the corners fill with paper.

    A quarter turn is exact and swaps the sides.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    turn_deg
        Clockwise [degrees].
    """
    import cv2

    quarters = round(turn_deg / 90)
    rest = turn_deg - 90 * quarters
    array = np.ascontiguousarray(np.rot90(array, -quarters))
    if abs(rest) < _LEAST_TURN_DEG:
        return array
    height, width = array.shape[:2]
    # cv2 turns counter-clockwise about pixel centres.
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -rest, 1.0)
    paper, _ = paper_and_ink(array)
    return np.asarray(
        cv2.warpAffine(
            array, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=paper
        )
    )


def cropped(array: NDArray[np.uint8], crop: tuple[float, float, float, float] | None) -> NDArray[np.uint8]:
    """The part of a page between left, top, right and bottom, in shares of it; at least 16 px a side."""
    if crop is None:
        return array
    height, width = array.shape[:2]
    left, right = _span(crop[0], crop[2], width)
    top, bottom = _span(crop[1], crop[3], height)
    return array[top:bottom, left:right]


def _span(low: float, high: float, length: int, least: int = 16) -> tuple[int, int]:
    first, last = round(low * length), round(high * length)
    missing = max(0, least - (last - first))
    first = max(0, min(first - missing // 2, length - least))
    return first, max(last, min(first + least, length))


def drawn_over(array: NDArray[np.uint8], strokes: Sequence[Stroke]) -> NDArray[np.uint8]:
    """A page with strokes on it, in its own ink; the eraser leaves its own paper.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    strokes
        In their order.
    """
    import cv2

    if not strokes:
        return array
    height, width = array.shape[:2]
    paper, ink = paper_and_ink(array)
    made = array.copy()
    for stroke in strokes:
        # A share counts from the page's edge, cv2 from the middle of its first pixel.
        points = (np.array(stroke.points) * (width, height) - 0.5) * (1 << _SHIFT)
        thickness = max(1, round(stroke.width * max(width, height)))
        color = paper if stroke.erase else ink
        cv2.polylines(made, [points.round().astype(np.int32)], False, color, thickness, cv2.LINE_AA, _SHIFT)
    return made


def paper_and_ink(array: NDArray[np.uint8]) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Colours of a page's paper, the commonest, and of its ink, the furthest from it."""
    import cv2

    small = cv2.resize(array, (256, 256), interpolation=cv2.INTER_NEAREST).reshape(-1, 3).astype(np.float32)
    paper = np.median(small, axis=0)
    apart = np.abs(small - paper).sum(axis=1)
    far = small[apart >= np.quantile(apart, 0.998)]
    ink = np.median(far, axis=0)
    if np.abs(ink - paper).sum() < 150:
        # A bare page has no ink of its own.
        ink = np.full(3, 20.0 if paper.mean() > 127 else 235.0)
    (pr, pg, pb), (ir, ig, ib) = (tuple(round(float(v)) for v in color) for color in (paper, ink))
    return (pr, pg, pb), (ir, ig, ib)
