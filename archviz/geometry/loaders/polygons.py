"""Polygons into triangles, concave ones too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["triangulate", "triangulate_corners"]

# Share of a polygon's area that its triangles may differ by.
_AREA_KEPT = 0.01


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
    rows = [np.asarray(loop, dtype=np.int64) for loop in loops]
    if not rows:
        return np.empty((0, 3), np.int64)
    corners = np.concatenate(rows)
    return corners[triangulate_corners(vertices[corners], np.array([len(row) for row in rows]))]


def triangulate_corners(points: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Triangles of planar polygons whose corners follow each other, kept in order and winding.

    Parameters
    ----------
    points
        (c, 3) corners of all polygons, one after the other.
    counts
        (l,) corners of each polygon; those of fewer than three are left out.

    Returns
    -------
    ndarray
        (n, 3) int64 rows of ``points``.
    """
    counts = np.asarray(counts, dtype=np.int64)
    starts = np.cumsum(counts) - counts
    threes, fours = starts[counts == 3], starts[counts == 4]
    found = [threes[:, None] + np.arange(3)]
    fans = np.array([[0, 1, 2], [0, 2, 3]])
    flat = _convex_quads(points, fours)
    found.append((fours[flat][:, None, None] + fans).reshape(-1, 3))
    rest = np.concatenate([np.flatnonzero(counts == 4)[~flat], np.flatnonzero(counts > 4)])
    found += [starts[row] + _polygon(points[starts[row] : starts[row] + counts[row]]) for row in rest]
    triangles = np.concatenate(found)
    # The first corners of a polygon's triangles may be any of its own: order by the polygon.
    owner = np.searchsorted(starts + counts, triangles[:, 0], side="right")
    return triangles[np.argsort(owner, kind="stable")] if len(found) > 1 else triangles


def _convex_quads(points: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(q,) whether both triangles of a fan turn the same way."""
    a, b, c, d = (points[starts + i] for i in range(4))
    first, second = np.cross(b - a, c - a), np.cross(c - a, d - a)
    normal = first + second
    convex = (np.einsum("ij,ij->i", first, normal) >= 0) & (np.einsum("ij,ij->i", second, normal) >= 0)
    return convex | ~np.isfinite(normal).all(axis=1)


def _polygon(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n, 3) rows of one polygon's corners."""
    around = np.arange(1, len(points) - 1)
    fan = np.stack([np.zeros_like(around), around, around + 1], axis=1)
    points = points - points[0]
    spokes = np.cross(points[1:-1], points[2:])
    normal = spokes.sum(axis=0)
    # All triangles of the fan turn the same way: the polygon is convex, or star-shaped from there.
    if not np.isfinite(normal).all() or not normal.any() or (spokes @ normal >= 0).all():
        return fan
    import mapbox_earcut

    axis = int(np.argmax(np.abs(normal)))
    u, v = (axis + 1) % 3, (axis + 2) % 3
    flat = np.ascontiguousarray(points[:, [u, v]])
    ears = mapbox_earcut.triangulate_float64(flat, np.array([len(flat)], dtype=np.uint32)).astype(np.int64)
    if not len(ears):
        return fan
    ears = ears.reshape(-1, 3)
    # Whatever way the library turns its triangles, they turn as the polygon does.
    p = flat[ears]
    turn = _cross2(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    if abs(np.abs(turn).sum() - abs(normal[axis])) > _AREA_KEPT * abs(normal[axis]):
        # It crosses itself: there is no right answer, and this one leaves no corner out.
        return fan
    wrong = turn * normal[axis] < 0
    ears[wrong] = ears[wrong][:, ::-1]
    return ears


def _cross2(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
