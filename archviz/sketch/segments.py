"""A drawing's areas, parted where they are narrow: a line that is not closed leaks through its gap.

Areas are flooded from their widest places outwards, and two floods that meet in a neck much narrower than
both stay apart (trapped-ball segmentation: S.-H. Zhang et al., "Vectorizing Cartoon Animations", IEEE TVCG
2009).
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.vanishing import Areas

__all__ = ["crowned", "part_areas", "scalloped"]

# Radii of the balls in shares of the longer side: each is caught in necks half as wide as the one before.
_BALLS = tuple(1 / 24 / 2**step for step in range(6))
_LEAST_BALL_PX = 1.0

# A tree's crown is larger than this share of the picture, and its outline's pieces are as much shorter than its side.
_LEAST_CROWN, _SCALLOP = 0.0006, 0.35
# A crown by its outline alone: of still shorter pieces, and of many; smaller than this share, and nearly round. A
# circle's outline is 3.5 times the square root of its area, a square's 4.
_SURE_SCALLOP, _MANY, _MOST_CROWN, _ROUND = 0.28, 15, 0.1, 4.0


def scalloped(areas: Areas) -> NDArray[np.bool_]:
    """(n,) which areas are bounded as a tree's crown is drawn: by short arcs and hardly a straight piece.

    Some parts of buildings are, too: another sign must be with it.
    """
    pixels = np.bincount(areas.labels.ravel())
    lengths = areas.lengths_px
    total, squares = (np.bincount(areas.owner, lengths**power, len(pixels)) for power in (1, 2))
    typical = squares / np.maximum(total, 1e-9)
    large = pixels > _LEAST_CROWN * areas.labels.size
    return np.asarray(large & (total > 0) & (typical < _SCALLOP * np.sqrt(pixels)))


def crowned(areas: Areas) -> NDArray[np.bool_]:
    """(n,) which areas are trees' crowns by their outline alone: round, of many short arcs, inside the sheet."""
    pixels = np.bincount(areas.labels.ravel())
    lengths, side = areas.lengths_px, np.sqrt(np.maximum(pixels, 1))
    total, squares, pieces = (np.bincount(areas.owner, lengths**power, len(pixels)) for power in (1, 2, 0))
    short = squares < _SURE_SCALLOP * side * np.maximum(total, 1e-9)
    inside = (pixels > _LEAST_CROWN * areas.labels.size) & (pixels < _MOST_CROWN * areas.labels.size)
    for edge in (areas.labels[0], areas.labels[-1], areas.labels[:, 0], areas.labels[:, -1]):
        inside[edge] = False
    return np.asarray(inside & short & (pieces >= _MANY) & (total < _ROUND * side))


# Walls, windows and paths are read of the same parts.
@functools.lru_cache(maxsize=1)
def part_areas(areas: Areas) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Part areas at their necks.

    Parameters
    ----------
    areas
        The drawing's areas.

    Returns
    -------
    segments, owner
        (H, W) segment of each pixel, 0 on lines; (n,) the area of each segment, 0 for the lines.
    """
    import cv2
    from skimage.segmentation import watershed

    free = (areas.labels > 0).astype(np.uint8)
    away = cv2.distanceTransform(free, cv2.DIST_L2, 5)
    cores = np.zeros(free.shape, np.int32)
    count = 0
    for share in _BALLS:
        radius = max(share * max(free.shape), _LEAST_BALL_PX)
        parts, found = cv2.connectedComponents((away > radius).astype(np.uint8), connectivity=4)
        # Where a part holds one core, that grows; where it holds none, it is one; where several, a neck parts them.
        least = np.full(parts, np.iinfo(np.int32).max, np.int32)
        most = np.zeros(parts, np.int32)
        held = cores > 0
        np.minimum.at(least, found[held], cores[held])
        np.maximum.at(most, found[held], cores[held])
        fresh = most == 0
        most[fresh] = count + np.arange(1, fresh.sum() + 1)
        count += int(fresh.sum())
        one = fresh | (least == most)
        one[0] = False
        cores = np.where(one[found], most[found], cores).astype(np.int32)
    # What holds no ball at all is a core of its own.
    _, rest = cv2.connectedComponents(free, connectivity=4)
    bare = np.ones(rest.max() + 1, np.bool_)
    bare[rest[cores > 0]] = False
    cores = np.where(bare[rest] & (free > 0), count + rest, cores)
    # An area with one core is that; only where several meet must be flooded.
    first = np.full(areas.labels.max() + 1, np.iinfo(np.int32).max, np.int32)
    last = np.zeros_like(first)
    held = cores > 0
    np.minimum.at(first, areas.labels[held], cores[held])
    np.maximum.at(last, areas.labels[held], cores[held])
    shared = (first < last)[areas.labels] & (free > 0)
    flooded = watershed(-away, np.where(shared, cores, 0), mask=shared)  # type: ignore[no-untyped-call]
    numbers = np.where(shared, flooded, last[areas.labels] * free)
    seen = np.bincount(numbers.ravel()) > 0
    seen[0] = False
    segments: NDArray[np.int32] = np.where(seen, seen.cumsum(), 0).astype(np.int32)[numbers]
    owner = np.zeros(segments.max() + 1, np.int32)
    owner[segments] = areas.labels
    # They are handed out again.
    segments.flags.writeable = owner.flags.writeable = False
    return segments, owner
