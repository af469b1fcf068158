"""Windows of a drawing made the rectangles that they are: a vote from line to line leaves them bitten and frayed.

In a view whose verticals are vertical, the edges of a window are columns of the picture and lines to the vanishing
point of its wall. In the coordinates of these it is a rectangle, and the one that agrees best with what was read
takes its place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.vanishing import Areas, Vanishing

__all__ = ["frames_around", "square_windows"]

# Windows smaller than this share of the picture stay as they are.
_LEAST = 2e-4
# Intersection over union from which a rectangle is what was meant.
_AGREED = 0.65
# How much of a window may lie outside its rectangle on each side, in steps.
_TRIMS = np.array([0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2])
_STEPS = 96
# A wall seen more edge-on than this has no vanishing point of use [share of the focal length].
_EDGE_ON = 0.05
# Share of an area that lies close around a window where it is its frame.
_MOSTLY = 0.85


def square_windows(
    panes: NDArray[np.bool_], normals: NDArray[np.float32], order: Vanishing, *, bar_px: int
) -> NDArray[np.bool_]:
    """The windows of a drawing, whole.

    Parameters
    ----------
    panes
        (H, W) where glass was read.
    normals
        (H, W, 3) along the camera's right, up and towards the viewer.
    order
        The drawing's vanishing points, at the same size.
    bar_px
        What parts panes of one window is narrower than this, and a window is wider.
    """
    import cv2

    closed = panes.astype(np.uint8)
    for how in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        closed = cv2.morphologyEx(closed, how, np.ones((bar_px, bar_px), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    made = closed > 0
    columns = np.arange(panes.shape[1]) + 0.5 - panes.shape[1] / 2
    rows = np.arange(panes.shape[0]) + 0.5 - order.horizon_px
    for window in range(1, count):
        left, top, width, height, pixels = (int(value) for value in stats[window])
        if pixels < _LEAST * panes.size:
            continue
        box = (slice(top, top + height), slice(left, left + width))
        own = labels[box] == window
        right, _, near = np.median(normals[box][own], axis=0)
        # Lines to the vanishing point are those of one height over the horizon, seen at the wall's inverse depth.
        inverse = near * order.focal_px - right * columns[box[1]]
        if np.abs(inverse).min() < _EDGE_ON * order.focal_px:
            continue
        heights = rows[box[0], None] / inverse[None]
        whole = _best_rectangle(own, heights)
        if whole is not None:
            made[box] = np.where(own, whole, made[box] | whole)
    return made


def frames_around(panes: NDArray[np.bool_], areas: Areas, *, frame_px: int) -> NDArray[np.bool_]:
    """(H, W) the frames, sills and lintels of windows: areas between lines that lie close around them.

    Parameters
    ----------
    panes
        (H, W) the windows.
    areas
        The drawing's areas, at the same size.
    frame_px
        How far from the glass a frame reaches.
    """
    import cv2

    around = cv2.dilate(panes.astype(np.uint8), np.ones((2 * frame_px + 1, 2 * frame_px + 1), np.uint8)) > 0
    labels = areas.labels.ravel()
    total = np.bincount(labels)
    close = np.bincount(labels, (around & ~panes).ravel(), len(total))
    frames = close > _MOSTLY * total
    frames[0] = False
    # The line between frame and glass is the frame's.
    drawn = cv2.morphologyEx(
        (panes | frames[areas.labels]).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)
    )
    reached = cv2.dilate(frames[areas.labels].astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.asarray((drawn > 0) & (reached > 0) & ~panes)


def _best_rectangle(own: NDArray[np.bool_], heights: NDArray[np.float64]) -> NDArray[np.bool_] | None:
    """(h, w) the columns and heights between which lies most of what is ``own`` and little else."""
    y, x = np.nonzero(own)
    found = heights[y, x]
    low, high = float(found.min()), float(found.max())
    if high <= low:
        return None
    width = own.shape[1]
    across, along = min(width, _STEPS), _STEPS
    cells = (x * across // width, np.minimum(((found - low) / (high - low) * along).astype(int), along - 1))
    held, every = np.zeros((2, across + 1, along + 1))
    np.add.at(held[1:, 1:], cells, 1.0)
    inside = (heights >= low) & (heights <= high)
    columns = np.nonzero(inside)[1]
    levels = np.minimum(((heights[inside] - low) / (high - low) * along).astype(int), along - 1)
    np.add.at(every[1:, 1:], (columns * across // width, levels), 1.0)
    x0, x1 = _sides(held[1:, 1:].sum(axis=1))
    s0, s1 = _sides(held[1:, 1:].sum(axis=0))
    held, every = held.cumsum(0).cumsum(1), every.cumsum(0).cumsum(1)
    a, b, c, d = np.meshgrid(x0, x1, s0, s1, indexing="ij")

    def within(table: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(table[b, d] - table[a, d] - table[b, c] + table[a, c])

    shared = within(held)
    agreement = shared / np.maximum(held[-1, -1] + within(every) - shared, 1.0)
    best = np.unravel_index(int(agreement.argmax()), agreement.shape)
    if agreement[best] < _AGREED:
        return None
    bounds = [low + (high - low) * side[best] / along for side in (c, d)]
    ends = [side[best] * width / across for side in (a, b)]
    place = np.arange(width) + 0.5
    return np.asarray((heights >= bounds[0]) & (heights <= bounds[1]) & ((place > ends[0]) & (place < ends[1]))[None])


def _sides(profile: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where a rectangle may begin and end along a profile."""
    share = profile.cumsum() / profile.sum()
    first = np.unique(np.searchsorted(share, _TRIMS, side="right"))
    last = np.unique(np.searchsorted(share, 1.0 - _TRIMS - 1e-9) + 1)
    return first, last
