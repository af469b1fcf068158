"""Light on paper: shadows, folds and lamps taken away, strokes and filled areas left."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["flatten_light", "paper_under", "unevenness"]

_WORK_PX = 1024
# Strokes up to this share of the longer side are closed to see the paper under them.
_STROKE_SHARE = 1 / 48
# The deepest shadow keeps this share of the light; what is darker is filled in.
_FILLED = 0.42
_WHITE = 250.0
# A crease is a straight line from edge to edge, much fainter than ink.
_CREASE_LENGTH, _CREASE_COVER, _CREASE_SHARE = 0.55, 0.6, 0.5
_CREASE_STEP = 0.025
_CREASES = 8
_CREASE_PX = 3


def unevenness(array: NDArray[np.uint8]) -> float:
    """Brightest over darkest paper, minus one, in a drawing.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    """
    from archviz.sketch.paper import find_ink

    return find_ink(array).paper_range


def flatten_light(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A sheet under even light, its paper white.

    The paper under the strokes is what a grey closing leaves of them; each pixel is divided by it. Areas
    filled in, darker than any shadow, are divided by the paper around. Then creases are taken away.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB of a drawing dark on light.
    """
    flat = np.empty_like(array)
    # Channel by channel: forty megapixels of three at once would be half a GB each time.
    small = _small_paper(array)
    for channel in range(3):
        gain = _WHITE / np.maximum(_enlarged(small[..., channel], array.shape), 4.0)
        gain *= array[..., channel]
        flat[..., channel] = np.clip(gain, 0, 255, out=gain).round()
    return _without_creases(flat)


def paper_under(array: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(H, W, 3) float32 colour of the paper under the strokes of a drawing, 0 to 255.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB of a drawing dark on light.
    """
    return _enlarged(_small_paper(array), array.shape)


def _small_paper(array: NDArray[np.uint8]) -> NDArray[np.float32]:
    import cv2

    height, width = array.shape[:2]
    scale = min(1.0, _WORK_PX / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return _paper(cv2.GaussianBlur(cv2.resize(array, size, interpolation=cv2.INTER_AREA), (0, 0), 1.0))


def _enlarged(small: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _paper(small: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(h, w, 3) float32 colour of the paper under the strokes."""
    import cv2

    size = max(5, round(max(small.shape) * _STROKE_SHARE)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    near = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    # The closing steps up beside an edge of light; the median puts it back.
    near = cv2.medianBlur(near, size)
    # The paper around is wide and smooth: an eighth of the size shows it.
    coarse = cv2.resize(near, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    reach = max(3, 6 * size // 8) | 1
    coarse = cv2.GaussianBlur(cv2.dilate(coarse, np.ones((reach, reach), np.uint8)), (0, 0), reach / 3)
    wide = cv2.resize(coarse, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    filled = near.max(axis=2) < _FILLED * wide.max(axis=2)
    soft = cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 1.5)[..., None]
    paper = cv2.GaussianBlur(near, (0, 0), size / 6).astype(np.float32)
    return np.asarray(paper * (1 - soft) + wide * soft, dtype=np.float32)


def _without_creases(flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Faint straight lines from edge to edge, lifted to the paper; strokes that cross them stay."""
    import cv2

    height, width = flat.shape[:2]
    scale = min(1.0, _WORK_PX / max(height, width))
    grey = cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(
        grey, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    strength = np.clip(1.0 - cv2.GaussianBlur(small, (0, 0), 0.8).astype(np.float32) / _WHITE, 0, 1)
    marks = strength[strength > 0.1]
    if not marks.size:
        return flat
    ink = float(np.percentile(marks, 75))
    faint = ((strength > _CREASE_STEP) & (strength < _CREASE_SHARE * ink)).astype(np.uint8)
    lines = cv2.HoughLines(faint, 1.0, math.radians(0.25), round(_CREASE_LENGTH * min(small.shape)))
    erased = np.zeros(small.shape, np.uint8)
    darkest = cv2.dilate(strength, np.ones((3, 3), np.uint8))
    found = 0
    for rho, theta in [] if lines is None else lines.reshape(-1, 2)[:200]:
        points = _across(float(rho), float(theta), small.shape)
        if points is None or found == _CREASES:
            continue
        x, y = points
        dark = darkest[y, x]
        known = erased[y, x].mean() > 0.5
        if known or (dark > _CREASE_STEP).mean() < _CREASE_COVER or np.median(dark) > _CREASE_SHARE * ink:
            continue
        cv2.line(erased, (int(x[0]), int(y[0])), (int(x[-1]), int(y[-1])), 1, 2 * _CREASE_PX + 1)
        found += 1
    if not found:
        return flat
    near = cv2.resize(erased, (width, height), interpolation=cv2.INTER_NEAREST) > 0
    blurred = cv2.GaussianBlur(grey, (0, 0), 0.8)
    made = flat.copy()
    made[near & (blurred > _WHITE * (1 - _CREASE_SHARE * ink))] = round(_WHITE)
    return made


def _across(rho: float, theta: float, shape: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Pixels of a line inside a picture; ``None`` where it only cuts off a corner."""
    height, width = shape
    a, b = math.cos(theta), math.sin(theta)
    if abs(b) > abs(a):
        x = np.arange(width)
        y = np.rint((rho - a * x) / b).astype(np.intp)
    else:
        y = np.arange(height)
        x = np.rint((rho - b * y) / a).astype(np.intp)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    if inside.sum() < 0.7 * len(inside):
        return None
    return x[inside].astype(np.intp), y[inside].astype(np.intp)
