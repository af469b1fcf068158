"""Floor plans told from views: by the swings of their doors, a leaf and the quarter circle that it sweeps.

Only a plan shows them, and every plan of rooms does. What is round in an elevation, arches and oculi, is a
half circle or a whole one, and has no line from its centre to the end of its arc that stands alone.
Centres are found as in P. Hough's transform with the direction of the edge (D. Kimme et al., "Finding
circles by an array of accumulators", 1975).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.drawing import Drawing
from archviz.sketch.paper import find_ink

__all__ = ["CERTAINLY_A_PLAN", "PERHAPS_A_PLAN", "Swing", "find_swings", "swings_of"]

# Doors with their swings from which on a drawing may be a plan, and is one.
PERHAPS_A_PLAN, CERTAINLY_A_PLAN = 2, 4

_WORK_PX = 1024
# A door of 0.9 m in plans of 8 to 40 m; of fewer pixels any corner is a quarter circle [shares of the longer side].
_RADII = (0.0137, 0.085)
_RADIUS_STEP = 1.06
# Slope of the ink at its edge, 1 from bare paper to black within a pixel.
_SLOPE = 0.06
# Share of a quarter circle's edge that points to its centre.
_VOTES = 0.65
_MOST_CANDIDATES = 600
_RING = 120
_INK = 0.25
_ARC_DEG = (70.0, 112.0)
# Samples of the ring without ink that an arc may hold, and the share of the rest that walls may cross.
_GAP, _CROSSED = 3, 0.35
# An arc stands free: little ink beside it, within and without.
_BESIDE = 0.34
_LEAF, _OPENING = 0.86, 0.62
_TURNS_DEG = (-6.0, -3.0, 0.0, 3.0, 6.0)


@dataclass(frozen=True, kw_only=True)
class Swing:
    """A door's swing.

    Parameters
    ----------
    x, y, radius
        Its hinge and the length of its leaf, in shares of the longer side.
    """

    x: float
    y: float
    radius: float


@functools.lru_cache(maxsize=2)
def swings_of(drawing: Drawing) -> tuple[Swing, ...]:
    """The swings of doors in a drawing; none in a photograph or shaded picture."""
    return tuple(find_swings(drawing.array)) if drawing.kind == "line-drawing" else ()


def find_swings(array: NDArray[np.uint8]) -> list[Swing]:
    """Leaves of doors with the quarter circles that they sweep.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB, a drawing in lines.
    """
    import cv2

    strength = find_ink(array).strength
    longer = max(strength.shape)
    # A small sheet is enlarged: within a pixel of its own any corner is round.
    scale = _WORK_PX / longer
    height, width = (max(16, round(side * scale)) for side in strength.shape)
    ink = cv2.resize(strength, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    # Lines of any paper and pencil reach the same blackness.
    ink = np.minimum(ink / max(float(np.quantile(ink[ink > _INK / 2], 0.7)) if (ink > _INK / 2).any() else 1.0, 0.1), 1)
    ink = ink.astype(np.float32)
    near = cv2.dilate((ink > _INK).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    found: list[tuple[float, float, float, float]] = []
    for x, y, radius, votes in _centres(ink, max(height, width)):
        if _is_swing(near, ink, x, y, radius):
            found.append((votes, x, y, radius))
    kept: list[tuple[float, float, float]] = []
    for _, x, y, radius in sorted(found, reverse=True):
        # One door is seen at several radii and centres; no two doors share a place.
        if all(math.hypot(x - a, y - b) > 0.8 * max(radius, r) for a, b, r in kept):
            kept.append((x, y, radius))
    side = max(height, width)
    return [Swing(x=x / side, y=y / side, radius=radius / side) for x, y, radius in kept]


def _centres(ink: NDArray[np.float32], side: int) -> list[tuple[float, float, float, float]]:
    """x, y, radius and votes of what a quarter circle's edge may turn about."""
    import cv2

    height, width = ink.shape
    smooth = cv2.GaussianBlur(ink, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3, scale=0.125) for dx, dy in ((1, 0), (0, 1)))
    slope = np.hypot(across, down)
    rows, columns = np.nonzero(slope > _SLOPE)
    if not len(rows):
        return []
    u, v = across[rows, columns] / slope[rows, columns], down[rows, columns] / slope[rows, columns]
    # Edges that run with the sheet are walls; an arc's share of them is small.
    curved = (np.abs(u) > 0.09) & (np.abs(v) > 0.09)
    rows, columns, u, v = (values[curved] for values in (rows, columns, u, v))
    radius, found = _RADII[0] * side, []
    while radius < _RADII[1] * side:
        counts = np.zeros(height * width, np.float32)
        for sign in (-1, 1):
            x, y = np.rint(columns + sign * radius * u).astype(int), np.rint(rows + sign * radius * v).astype(int)
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            counts += np.bincount(y[inside] * width + x[inside], minlength=height * width)
        votes = cv2.boxFilter(counts.reshape(height, width), -1, (3, 3), normalize=False)
        # Both edges of the stroke vote.
        wanted = _VOTES * math.pi / 2 * radius * 2
        peaks = (votes >= wanted) & (votes >= cv2.dilate(votes, np.ones((5, 5), np.uint8)))
        found += [(float(x), float(y), radius, float(votes[y, x] / wanted)) for y, x in np.argwhere(peaks)]
        radius *= _RADIUS_STEP
    return sorted(found, key=lambda row: -row[3])[:_MOST_CANDIDATES]


def _is_swing(near: NDArray[np.bool_], ink: NDArray[np.float32], x: float, y: float, radius: float) -> bool:
    """Whether one quarter of the circle is drawn, free on both sides, with a leaf to one of its ends."""
    angles = np.arange(_RING) * (2 * math.pi / _RING)
    ring = _ringed(near, x, y, radius, angles) | _ringed(near, x, y, radius * 1.03, angles)
    start, length = _longest_run(ring)
    degrees = length * 360 / _RING
    if not _ARC_DEG[0] <= degrees <= _ARC_DEG[1]:
        return False
    rest = np.ones(_RING, dtype=bool)
    rest[np.arange(start - 2, start + length + 2) % _RING] = False
    if ring[rest].mean() > _CROSSED:
        return False
    inner = angles[np.arange(start + 3, start + length - 3) % _RING]
    black = ink > 0.5
    if any(_ringed(black, x, y, radius * share, inner).mean() > _BESIDE for share in (0.62, 0.78, 1.2)):
        return False
    ends = [angles[start % _RING], angles[(start + length - 1) % _RING]]
    first, second = (max(_along(near, x, y, radius, end + math.radians(t)) for t in _TURNS_DEG) for end in ends)
    leaf, opening = max(first, second), min(first, second)
    return leaf >= _LEAF and opening <= _OPENING


def _ringed(
    mask: NDArray[np.bool_], x: float, y: float, radius: float, angles: NDArray[np.float64]
) -> NDArray[np.bool_]:
    rows = np.rint(y + radius * np.sin(angles)).astype(int)
    columns = np.rint(x + radius * np.cos(angles)).astype(int)
    inside = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
    found = np.zeros(len(angles), dtype=bool)
    found[inside] = mask[rows[inside], columns[inside]]
    return found


def _along(mask: NDArray[np.bool_], x: float, y: float, radius: float, angle: float) -> float:
    """Share of a ray from the hinge to the arc that carries ink."""
    steps = np.linspace(0.15, 0.92, max(8, round(radius)))
    rows = np.rint(y + radius * steps * math.sin(angle)).astype(int)
    columns = np.rint(x + radius * steps * math.cos(angle)).astype(int)
    inside = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
    return float(mask[rows[inside], columns[inside]].sum() / len(steps))


def _longest_run(ring: NDArray[np.bool_]) -> tuple[int, int]:
    """First sample and length of the longest stretch of ink around a ring, over small gaps."""
    if ring.all():
        return 0, len(ring)
    first = int(np.flatnonzero(~ring)[0])
    best, start, gap = (0, 0), -1, 0
    last = 0
    for step in range(1, len(ring) + 1):
        if ring[(first + step) % len(ring)]:
            if start < 0:
                start = step
            last, gap = step, 0
        elif start >= 0:
            gap += 1
            if gap > _GAP:
                best = max(best, (last - start + 1, start))
                start = -1
    if start >= 0:
        best = max(best, (last - start + 1, start))
    return (first + best[1]) % len(ring), best[0]
