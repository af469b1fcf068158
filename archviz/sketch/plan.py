"""Floor plans told from views: by the swings of their doors, a leaf and the quarter circle that it sweeps.

Only a plan shows them, and most plans of rooms do. What is round in an elevation, arches and oculi, is a
half circle or a whole one, and no line as long as its radius leads from its centre to the end of its arc,
with walls at the arc's other end and behind the centre. Centres are found as in P. Hough's transform with
the direction of the edge (D. Kimme et al., "Finding circles by an array of accumulators", 1975).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.drawing import Drawing
from archviz.sketch.paper import find_ink

__all__ = ["PERHAPS_A_PLAN", "Swing", "certainly_a_plan", "find_swings", "swings_of"]

# Doors with their swings from which on a drawing may be a plan, and is one if it has no perspective.
PERHAPS_A_PLAN, _CERTAINLY_A_PLAN = 2, 4
# Share of the lines in two directions at right angles to each other: 0.60 to 0.85 of 30 plans, of half of the
# perspectives less than 0.55.
_SQUARE, _SQUARE_DEG = 0.55, 3

_WORK_PX = 1024
# A door of 0.9 m in plans of 8 to 40 m; of fewer pixels any corner is a quarter circle [shares of the longer side].
_RADII = (0.0137, 0.085)
# Votes fall within a pixel and a half of the centre, whatever radius lies between two that are tried.
_RADIUS_STEP_PX, _SURE_PX = 1.5, 48
# Slope of the ink at its edge, 1 from bare paper to black within a pixel.
_SLOPE = 0.06
# Share of a quarter circle's edge that points to its centre.
_VOTES = 0.55
_MOST_CANDIDATES = 600
_RING = 180
_INK = 0.25
# How far from its radius an arc may lie: in pixels, and in shares of the radius for a hand.
_STRAYS_PX, _STRAYS = 1.6, 0.03
# Ends of strokes reach so far, and are no walls.
_STROKE_PX = 5.0
# What the arc spans where it stands free: a wall hides its one end, the leaf its other [degrees].
_ARC_DEG = 68.0, 104.0
_GAP_DEG = 8.0
# The other three quarters of a circle or an arch would be arcs too.
_REST = 0.15
# Rounds of fitting, and what is fitted.
_FITS, _LEAST_ARC_DEG = 3, 45.0
# Ink, most or least, on the floor that is swept, along the leaf, across the opening, beyond the leaf's tip, where the
# leaf closes and behind its hinge. (Of 77 swings in plans the least jamb has 0.51, nineteen in twenty openings 0.14.)
_FLOOR, _LEAF, _OPENING, _BEYOND, _WALL, _JAMB = 0.22, 0.9, 0.25, 0.4, 0.2, 0.35
# Doors of one building: the widest over the narrowest.
_DOORS = 1.9


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


def certainly_a_plan(drawing: Drawing) -> bool:
    """Whether a drawing has the swings of four doors or more, and its lines run squarely, as in no perspective."""
    return len(swings_of(drawing)) >= _CERTAINLY_A_PLAN and _squareness(_even_ink(drawing.array)) >= _SQUARE


def find_swings(array: NDArray[np.uint8]) -> list[Swing]:
    """Leaves of doors with the quarter circles that they sweep.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB, a drawing in lines.
    """
    import cv2

    ink = _even_ink(array)
    near = cv2.dilate((ink > _INK).astype(np.float32), np.ones((3, 3), np.uint8))
    side = max(ink.shape)
    kept: list[tuple[float, float, float]] = []
    for x, y, radius, _ in _centres(ink, side):
        fitted = _fitted(ink, x, y, radius)
        # One door is seen at several radii and centres; no two doors share a place.
        if fitted and not any(_same(fitted, other) for other in kept) and _is_swing(ink, near, *fitted):
            kept.append(fitted)
    return _of_one_building([Swing(x=x / side, y=y / side, radius=radius / side) for x, y, radius in kept])


def _even_ink(array: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(h, w) ink of a sheet at working size: 0 bare, 1 as black as the drawing's lines are."""
    import cv2

    strength = find_ink(array).strength
    longer = max(strength.shape)
    # A small sheet is enlarged: within a pixel of its own any corner is round.
    scale = _WORK_PX / longer
    height, width = (max(16, round(side * scale)) for side in strength.shape)
    ink = cv2.resize(strength, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    # Lines of any paper and pencil reach the same blackness.
    ink = np.minimum(ink / max(float(np.quantile(ink[ink > _INK / 2], 0.7)) if (ink > _INK / 2).any() else 1.0, 0.1), 1)
    return ink.astype(np.float32)


def _squareness(ink: NDArray[np.float32]) -> float:
    """Share of the lines' edges in the two directions, at right angles, that hold most of them."""
    across, down, slope = _slopes(ink)
    used = slope > _SLOPE
    degrees = np.degrees(np.arctan2(down[used], across[used])) % 90
    counts, _ = np.histogram(degrees, bins=90, range=(0, 90), weights=slope[used])
    around = np.convolve(np.pad(counts, _SQUARE_DEG, mode="wrap"), np.ones(2 * _SQUARE_DEG + 1), "valid")
    return float(around.max() / max(float(counts.sum()), 1e-6))


def _same(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return math.hypot(one[0] - other[0], one[1] - other[1]) <= 0.8 * max(one[2], other[2])


def _of_one_building(swings: list[Swing]) -> list[Swing]:
    """The most swings whose doors are about as wide as each other."""
    groups = ([s for s in swings if least.radius <= s.radius <= _DOORS * least.radius] for least in swings)
    return max(groups, key=len, default=[])


def _slopes(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """How fast the ink grows to the right, downwards and in all."""
    import cv2

    smooth = cv2.GaussianBlur(ink, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3, scale=0.125) for dx, dy in ((1, 0), (0, 1)))
    return across, down, np.hypot(across, down)


def _centres(ink: NDArray[np.float32], side: int) -> list[tuple[float, float, float, float]]:
    """x, y, radius and votes of what a quarter circle's edge may turn about."""
    import cv2

    height, width = ink.shape
    across, down, slope = _slopes(ink)
    rows, columns = np.nonzero(slope > _SLOPE)
    if not len(rows):
        return []
    u, v = across[rows, columns] / slope[rows, columns], down[rows, columns] / slope[rows, columns]
    # Edges that run with the sheet are walls; an arc's share of them is small.
    curved = (np.abs(u) > 0.09) & (np.abs(v) > 0.09)
    rows, columns, u, v = (values[curved] for values in (rows, columns, u, v))
    radius, found = _RADII[0] * side, []
    while radius < _RADII[1] * side:
        x, y = columns + radius * np.outer((-1, 1), u), rows + radius * np.outer((-1, 1), v)
        inside = (x > 0) & (x < width - 1) & (y > 0) & (y < height - 1)
        at = (y[inside] + 0.5).astype(np.int32) * width + (x[inside] + 0.5).astype(np.int32)
        counts = np.bincount(at, minlength=height * width).astype(np.float32).reshape(height, width)
        # The longer the radius, the farther an edge that is a little turned misses the centre.
        width_px = 2 * math.ceil(radius / _SURE_PX) + 1
        votes = cv2.boxFilter(counts, -1, (width_px, width_px), normalize=False)
        # Both edges of the stroke vote.
        wanted = _VOTES * math.pi / 2 * radius * 2
        if float(votes.max()) >= wanted:
            peaks = (votes >= wanted) & (votes >= cv2.dilate(votes, np.ones((5, 5), np.uint8)))
            places = zip(*np.unravel_index(np.flatnonzero(peaks), peaks.shape), strict=True)
            found += [(float(x), float(y), radius, float(votes[y, x] / wanted)) for y, x in places]
        radius += _RADIUS_STEP_PX
    return sorted(found, key=lambda row: -row[3])[:_MOST_CANDIDATES]


def _is_swing(ink: NDArray[np.float32], near: NDArray[np.float32], x: float, y: float, radius: float) -> bool:
    """Whether a quarter of the circle, and no more, is drawn from a leaf's tip to a wall, and its hinge has one too."""
    degree = 360 / _RING
    arc, start, length = _arc(ink, x, y, radius)
    if not _ARC_DEG[0] <= length * degree <= _ARC_DEG[1]:
        return False
    rest = np.ones(_RING, dtype=bool)
    rest[np.arange(start - 4, start + length + 4) % _RING] = False
    if arc[rest].mean() > _REST:
        return False
    polar = _polar(near, x, y, radius)
    inner = np.arange(start + length // 5, start + length - length // 5) % _RING
    if _band(polar, radius * 0.3, radius * 0.84)[inner].mean() > _FLOOR:
        return False
    ends = start, start + length - 1
    return any(_has_leaf(polar, radius, ends[k], ends[1 - k], 1 if k else -1) for k in (0, 1))


def _fitted(ink: NDArray[np.float32], x: float, y: float, radius: float) -> tuple[float, float, float] | None:
    """The circle of the arc that a candidate touches: a quarter of a smaller circle lies close to half of a larger."""
    for _ in range(_FITS):
        _, start, length = _arc(ink, x, y, radius)
        if length * 360 / _RING < _LEAST_ARC_DEG:
            return None
        strays = _strays(radius) + 1
        steps = np.arange(start, start + length) % _RING
        low = max(round(radius - strays), 1)
        band = _band(_polar(ink, x, y, radius), low, radius + strays)[steps]
        far = low + (band * np.arange(band.shape[1])).sum(axis=1) / np.maximum(band.sum(axis=1), 1e-6)
        used, angles = band.max(axis=1) > _INK, steps * (2 * math.pi / _RING)
        across, down = (far * np.cos(angles))[used], (far * np.sin(angles))[used]
        # I. Kasa, "A circle fitting procedure and its error analysis", 1976.
        terms = np.stack([across, down, np.ones_like(across)], axis=1)
        a, b, c = np.linalg.lstsq(terms, across**2 + down**2, rcond=None)[0]
        x, y, radius = x + float(a) / 2, y + float(b) / 2, math.sqrt(max(float(c + (a * a + b * b) / 4), 1.0))
        if not (0 <= x < ink.shape[1] and 0 <= y < ink.shape[0] and radius < _RADII[1] * max(ink.shape) * 1.1):
            return None
    return x, y, radius


def _strays(radius: float) -> float:
    return max(_STRAYS_PX, _STRAYS * radius)


def _arc(ink: NDArray[np.float32], x: float, y: float, radius: float) -> tuple[NDArray[np.bool_], int, int]:
    """Where a ring is drawn by lines that run along it; first ray and number of rays of the longest such piece."""
    polar = _polar(ink, x, y, radius)
    drawn = _band(polar, radius - _strays(radius), radius + _strays(radius)).max(axis=1) > _INK
    # What goes on inwards or outwards crosses the ring: a wall, a line of the floor.
    inwards, outwards = (
        _band(polar, radius * low, radius * high).mean(axis=1) > 0.5 for low, high in ((0.7, 0.86), (1.14, 1.3))
    )
    arc = drawn & ~inwards & ~outwards
    return arc, *_longest_run(arc, round(_GAP_DEG * _RING / 360))


def _has_leaf(polar: NDArray[np.float32], radius: float, tip: int, lock: int, outwards: int) -> bool:
    """Whether a line as long as the radius leads to one end of an arc, and walls stand at the other and the hinge."""
    degree = 360 / _RING
    turns = np.arange(-3, 7) * outwards
    leaves = _band(polar, radius * 0.12, radius * 0.94)[(tip + turns) % _RING].mean(axis=1)
    leaf = tip + int(turns[int(leaves.argmax())])
    beyond = _band(polar, radius * 1.14, radius * 1.34)[(leaf + np.arange(-3, 4)) % _RING].mean(axis=1).max()
    if leaves.max() < _LEAF or beyond > _BEYOND:
        return False
    # The wall begins where the leaf would close: a quarter turn from where it stands.
    closed = leaf - outwards * round(90 / degree)
    if abs(closed - lock) * degree > 14:
        return False
    beside = np.arange(-7, 8)
    # Farther off than the ends of the strokes themselves.
    wall = _band(polar, max(radius * 1.1, radius + _STROKE_PX), radius * 1.45)[(closed + beside) % _RING].mean()
    hinge = max(radius * 0.15, _STROKE_PX)
    jamb = _band(polar, hinge, max(radius * 0.5, hinge + 3))[(closed + _RING // 2 + 2 * beside) % _RING].mean()
    opening = _band(polar, radius * 0.15, radius * 0.92)[(closed + np.arange(-2, 3)) % _RING].mean(axis=1).max()
    return bool(wall >= _WALL and jamb >= _JAMB and opening <= _OPENING)


def _polar(values: NDArray[np.float32], x: float, y: float, radius: float) -> NDArray[np.float32]:
    """(_RING, n) values along rays from a hinge, a pixel a step, to a little beyond its arc."""
    import cv2

    angles = (np.arange(_RING) * (2 * math.pi / _RING)).astype(np.float32)[:, None]
    steps = np.arange(math.ceil(radius * 1.5) + 1, dtype=np.float32)[None, :]
    columns, rows = np.float32(x) + steps * np.cos(angles), np.float32(y) + steps * np.sin(angles)
    return np.asarray(cv2.remap(values, columns, rows, cv2.INTER_LINEAR, borderValue=0.0))


def _band(polar: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    first = round(low)
    return polar[:, first : max(round(high), first) + 1]


def _longest_run(ring: NDArray[np.bool_], most_gap: int) -> tuple[int, int]:
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
            if gap > most_gap:
                best = max(best, (last - start + 1, start))
                start = -1
    if start >= 0:
        best = max(best, (last - start + 1, start))
    return (first + best[1]) % len(ring), best[0]
