"""Polygons into triangles, concave ones too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["triangulate"]

# A longer loop is not a drawn face; ear clipping is quadratic.
_MAX_EARS = 2000


def triangulate(vertices: NDArray[np.float64], loops: Iterable[Sequence[int]]) -> NDArray[np.int64]:
    """Triangles of planar polygons, kept in order and winding.

    Parameters
    ----------
    vertices
        (v, 3) coordinates.
    loops
        Vertex rows of each polygon, in order; loops of fewer than three are left out.

    Returns
    -------
    ndarray
        (n, 3) int64 rows of ``vertices``.
    """
    triangles: list[Sequence[int]] = []
    for loop in loops:
        if len(loop) == 3:
            triangles.append(loop)
        elif len(loop) > 3:
            triangles.extend(_polygon(vertices, loop))
    return np.array(triangles, dtype=np.int64).reshape(-1, 3)


def _polygon(vertices: NDArray[np.float64], loop: Sequence[int]) -> list[tuple[int, int, int]]:
    fan = [(loop[0], loop[i], loop[i + 1]) for i in range(1, len(loop) - 1)]
    points = vertices[list(loop)]
    points = points - points[0]
    spokes = np.cross(points[1:-1], points[2:])
    normal = spokes.sum(axis=0)
    # All triangles of the fan turn the same way: the polygon is convex, or star-shaped from there.
    if (spokes @ normal >= 0).all() or not np.isfinite(normal).all() or len(loop) > _MAX_EARS:
        return fan
    axis = int(np.argmax(np.abs(normal)))
    u, v = (axis + 1) % 3, (axis + 2) % 3
    flat = points[:, [u, v]] * (1.0 if normal[axis] > 0 else -1.0, 1.0)
    return [(loop[a], loop[b], loop[c]) for a, b, c in _clip_ears(flat)]


def _clip_ears(points: NDArray[np.float64]) -> list[tuple[int, int, int]]:
    """Ear clipping of a counter-clockwise loop (G. H. Meisters, "Polygons have ears", 1975)."""
    left = list(range(len(points)))
    ears: list[tuple[int, int, int]] = []
    while len(left) > 3:
        for i in range(len(left)):
            a, b, c = left[i - 1], left[i], left[(i + 1) % len(left)]
            if _turn(points[a], points[b], points[c]) <= 0:
                continue
            others = points[[p for p in left if p not in (a, b, c)]]
            if not _inside(others, points[a], points[b], points[c]).any():
                break
        else:
            # No ear: the loop crosses or touches itself. Any cut leaves a polygon with one point less.
            i = 1
            a, b, c = left[0], left[1], left[2]
        ears.append((a, b, c))
        del left[i]
    return [*ears, (left[0], left[1], left[2])]


def _turn(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _inside(
    p: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]
) -> NDArray[np.bool_]:
    within = np.ones(len(p), dtype=bool)
    for start, end in ((a, b), (b, c), (c, a)):
        within &= (end[0] - start[0]) * (p[:, 1] - start[1]) - (end[1] - start[1]) * (p[:, 0] - start[0]) >= 0
    # A point that coincides with a corner is the other bank of a cut to a hole: not in the way.
    corner = (p[:, None, :] == np.stack([a, b, c])[None]).all(axis=2).any(axis=1)
    return within & ~corner
