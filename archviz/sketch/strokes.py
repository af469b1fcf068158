"""A drawing's lines as ink on the picture: straight strokes are edges of something, scribbles leaves and shade."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.maps import EdgeMap
from archviz.core.size import Size

__all__ = ["drawn_ink"]

# How many of the picture's pixels a line is wide: one of a single pixel that runs between two rows of them is half as
# strong in both, and where it climbs from row to row it comes and goes.
_WIDTH_PX = 1.35
# Along how many of the picture's pixels a line is looked at, in how many directions.
_BAR_PX, _DIRECTIONS = 9, 16
# What share of them it fills where it is straight, and where it is scribbled.
_STRAIGHT, _SCRIBBLED = 0.85, 0.6


def drawn_ink(lines: EdgeMap, size: Size, *, straight: bool = False) -> NDArray[np.float32]:
    """(H, W) how far each pixel of ``size`` is covered by lines a little wider than one pixel, 0 to 1.

    Parameters
    ----------
    lines
        A drawing's lines, thin, as fine as the picture or finer.
    size
        The picture's.
    straight
        Whether to fade what is not straight.
    """
    import cv2

    width = max(1, round(lines.size.longer / size.longer))
    thin = (lines.array > 0.5).astype(np.float32)
    held = thin * _straightness(thin, _BAR_PX * width) if straight else thin
    stroke = cv2.dilate(held, np.ones((width, width), np.uint8))
    share = cv2.resize(stroke, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.asarray(np.minimum(share * _WIDTH_PX, 1.0), dtype=np.float32)


def _straightness(thin: NDArray[np.float32], length_px: int) -> NDArray[np.float32]:
    import cv2

    best = np.zeros_like(thin)
    for bar in _bars(length_px):
        best = np.maximum(best, cv2.filter2D(thin, -1, bar, borderType=cv2.BORDER_CONSTANT))
    return np.asarray(np.clip((best - _SCRIBBLED) / (_STRAIGHT - _SCRIBBLED), 0, 1), dtype=np.float32)


def _bars(length: int) -> list[NDArray[np.float32]]:
    """Kernels that answer 1 on a straight line of this many pixels, one for each direction."""
    import cv2

    middle = length // 2
    bars = []
    for angle in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        x, y = np.round(middle * np.array([np.cos(angle), np.sin(angle)])).astype(int).tolist()
        bar = np.zeros((2 * middle + 1, 2 * middle + 1), np.float32)
        cv2.line(bar, (middle - x, middle - y), (middle + x, middle + y), 1.0)
        # A line's pixels jump to the next row sooner or later than the bar's.
        bars.append(np.asarray(cv2.dilate(bar, np.ones((2, 2), np.uint8)) / bar.sum(), dtype=np.float32))
    return bars
