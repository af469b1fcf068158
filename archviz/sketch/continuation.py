"""Lines continued through a place where a drawing is lost."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["continue_lines"]

# How far beside the place a line is followed to know its direction, in shares of the longer side.
_FOLLOWED, _LEAST_FOLLOWED_PX = 1 / 40, 20
# Two ends are one line where each points at the other so nearly.
_STRAIGHT_DEG = 12.0
# Two ends are a corner where they meet at an angle of at least this.
_CORNER_DEG = 25.0
# Of the way between two ends, so much lies in the place.
_INSIDE = 0.7
_SHIFT = 4
_MOST_ENDS = 120
_RIM_PX = 3


@dataclass(frozen=True, eq=False)
class _End:
    """Where a line runs into the place: its point, its direction inwards, its width [pixels]."""

    point: NDArray[np.float64]
    inward: NDArray[np.float64]
    width: float
    color: tuple[float, float, float]


def continue_lines(array: NDArray[np.uint8], lost: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A drawing with paper in the lost place, and across it the lines that run into it from both sides.

    Ends that point at one another are joined; two of the rest whose directions meet inside become a corner.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    lost
        (H, W) the place.
    """
    import cv2

    from archviz.sketch.notes import paper_colors

    paper = paper_colors(array, without=lost)
    made = np.where(lost[..., None], paper, array)
    ends = _ends(array, lost, paper)
    for one, other, *corner in _joined(ends, lost):
        for first, last in [(one.point, other.point)] if not corner else [(e.point, corner[0]) for e in (one, other)]:
            points = np.stack([first, last]) * (1 << _SHIFT)
            width = max(1, round((one.width + other.width) / 2))
            color = tuple(0.5 * (a + b) for a, b in zip(one.color, other.color, strict=True))
            cv2.polylines(made, [points.round().astype(np.int32)], False, color, width, cv2.LINE_AA, _SHIFT)
    return made


def _ends(array: NDArray[np.uint8], lost: NDArray[np.bool_], paper: NDArray[np.uint8]) -> list[_End]:
    """Where strokes meet the place's outline."""
    import cv2
    from skimage.morphology import skeletonize

    reach = max(_LEAST_FOLLOWED_PX, round(_FOLLOWED * max(lost.shape)))
    # The rim of the place may show what spoilt it: lines are looked for a little away.
    lost = cv2.dilate(lost.astype(np.uint8), np.ones((2 * _RIM_PX + 1, 2 * _RIM_PX + 1), np.uint8)) > 0
    grown = cv2.dilate(lost.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    dark = 1.0 - array.astype(np.float32).sum(axis=2) / np.maximum(paper.astype(np.float32).sum(axis=2), 12.0)
    ring = grown & ~lost
    marks = dark[ring & (dark > 0.08)]
    if not marks.size:
        return []
    ink = ring & (dark > 0.5 * float(np.percentile(marks, 75)))
    across = 2.0 * cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 5) - 2.0
    thin = np.asarray(skeletonize(ink))  # type: ignore[no-untyped-call]
    # A skeleton ends half a stroke before the stroke does.
    rim = cv2.dilate(lost.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    _, labels = cv2.connectedComponents((thin & rim).astype(np.uint8), connectivity=8)
    ends = []
    for label in range(1, min(int(labels.max()), _MOST_ENDS) + 1):
        at = np.argwhere(labels == label)[:, ::-1].mean(axis=0)
        near = _followed(thin, at, reach)
        if len(near) < reach // 2:
            continue
        # Where it was cut the skeleton forks: its direction is that of the rest.
        rest = near[np.hypot(*(near - at).T) > 4.0]
        vx, vy, x0, y0 = cv2.fitLine(rest.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        direction, through = np.array([vx, vy], dtype=float), np.array([x0, y0], dtype=float)
        direction *= 1.0 if np.dot(at - through, direction) > 0 else -1.0
        # Off a straight line: a crossing, or a curve.
        off = np.abs((rest - through) @ np.array([-direction[1], direction[0]]))
        if float(np.percentile(off, 90)) > 0.12 * reach:
            continue
        at = through + np.dot(at - through, direction) * direction
        x, y = near.astype(int).T
        red, green, blue = np.median(array[y, x], axis=0).tolist()
        ends.append(_End(at, direction, float(np.median(across[y, x])), (red, green, blue)))
    return ends


def _followed(thin: NDArray[np.bool_], at: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """(n, 2) the stroke's own pixels within reach of its end."""
    import cv2

    x, y = np.rint(at).astype(int)
    left, top = max(0, x - reach), max(0, y - reach)
    window = thin[top : y + reach + 1, left : x + reach + 1].astype(np.uint8)
    _, labels = cv2.connectedComponents(window, connectivity=8)
    own = labels[max(0, y - top - 1) : y - top + 2, max(0, x - left - 1) : x - left + 2]
    rows, columns = np.nonzero((labels == own.max(initial=0)) & (labels > 0))
    return np.stack([columns + left, rows + top], axis=1).astype(np.float64)


def _joined(ends: list[_End], lost: NDArray[np.bool_]) -> list[tuple[Any, ...]]:
    """Pairs that are one line, then pairs that are a corner, with the point where they meet."""
    straight = []
    for i, j in itertools.combinations(range(len(ends)), 2):
        way = ends[j].point - ends[i].point
        length = float(np.hypot(*way))
        if length < 2.0 or not _inside(ends[i].point, ends[j].point, lost):
            continue
        off = max(_angle(ends[i].inward, way), _angle(ends[j].inward, -way))
        if off < _STRAIGHT_DEG:
            straight.append((off + 5.0 * length / max(lost.shape), i, j))
    made: list[tuple[Any, ...]] = []
    used: set[int] = set()
    for _, i, j in sorted(straight):
        crossed = any(_cross(ends[i].point, ends[j].point, a.point, b.point) for a, b in made)
        if not ({i, j} & used or crossed):
            used |= {i, j}
            made.append((ends[i], ends[j]))
    corners = []
    rest = [i for i in range(len(ends)) if i not in used]
    for i, j in itertools.combinations(rest, 2):
        point = _meeting(ends[i], ends[j], lost)
        if point is not None:
            corners.append(
                (float(np.hypot(*(point - ends[i].point)) + np.hypot(*(point - ends[j].point))), i, j, point)
            )
    for _, i, j, point in sorted(corners, key=lambda corner: corner[0]):
        if not {i, j} & used:
            used |= {i, j}
            made.append((ends[i], ends[j], point))
            # A third edge of the building may run to the same corner.
            for k in set(rest) - used:
                way = point - ends[k].point
                if _angle(ends[k].inward, way) < _STRAIGHT_DEG and _inside(ends[k].point, point, lost):
                    used.add(k)
                    made.append((ends[k], ends[k], point))
    return made


def _cross(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]) -> bool:
    """Whether the way from a to b crosses that from c to d."""

    def side(p: NDArray[np.float64], q: NDArray[np.float64], r: NDArray[np.float64]) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _meeting(one: _End, other: _End, lost: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    angle = _angle(one.inward, other.inward)
    if not _CORNER_DEG < angle < 180.0 - _CORNER_DEG:
        return None
    along = np.linalg.solve(np.stack([one.inward, -other.inward], axis=1), other.point - one.point)
    if (along < 0).any():
        return None
    point = one.point + along[0] * one.inward
    x, y = np.rint(point).astype(int)
    inside = 0 <= y < lost.shape[0] and 0 <= x < lost.shape[1] and lost[y, x]
    return point if inside and _inside(one.point, point, lost) and _inside(other.point, point, lost) else None


def _inside(first: NDArray[np.float64], last: NDArray[np.float64], lost: NDArray[np.bool_]) -> bool:
    count = max(2, int(np.hypot(*(last - first))))
    points = np.rint(first + np.linspace(0, 1, count)[:, None] * (last - first)).astype(int)
    x, y = np.clip(points, 0, (lost.shape[1] - 1, lost.shape[0] - 1)).T
    return float(lost[y, x].mean()) > _INSIDE


def _angle(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    cosine = float(np.dot(one, other)) / max(float(np.hypot(*one) * np.hypot(*other)), 1e-9)
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
