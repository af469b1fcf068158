"""Paths and terraces of a drawing: areas of the ground between its lines, told apart by turns."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.segments import part_areas
from archviz.sketch.vanishing import Areas

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["paved_ground"]

# An area is of the ground if this share of it is, and is told apart if it is larger than this share of the picture.
_MOSTLY, _LEAST = 0.6, 2e-4
# A lawn and the sky may be one area, where a line between them has a gap: this share of the picture is no error.
_SURELY = 0.01
# Areas lie beside each other along more than this share of the longer side; with no line between, they are one.
_BESIDE = 0.015


def paved_ground(areas: Areas, ground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the ground is paved, so that each line on it parts what is from what is not.

    A drawing does not say on which side of a line the lawn is, and its lines have gaps. The largest area stays what
    the surroundings make of it, what lies beside that is paved, what lies beside this is not, and so on.

    Parameters
    ----------
    areas
        The drawing's areas.
    ground
        (H, W) where the ground is seen, near enough to be drawn by its paths.

    Returns
    -------
    ndarray
        (H, W) bool; a line is halved between the areas beside it.
    """
    from scipy.ndimage import distance_transform_edt

    segments, _ = part_areas(areas)
    pixels = np.bincount(segments.ravel())
    inside = np.bincount(segments.ravel(), ground.ravel(), len(pixels))
    told = (inside > _MOSTLY * pixels) & (pixels > _LEAST * ground.size) | (inside > _SURELY * ground.size)
    told[0] = False
    if told.sum() < 2:
        return np.zeros(ground.shape, np.bool_)
    nearest = distance_transform_edt(~(told[segments] & ground), return_distances=False, return_indices=True)
    filled = np.where(ground, segments[tuple(nearest)], 0)
    least_px = max(1, round(_BESIDE * max(ground.shape)))
    open_to = _borders(filled, segments > 0, len(pixels), least_px, drawn=False)
    # Whole areas from 1 on.
    filled = np.where(filled > 0, 1 + _joined(open_to)[filled], 0)
    beside = _borders(filled, segments > 0, len(pixels) + 1, least_px, drawn=True)
    sizes = np.bincount(filled.ravel(), minlength=len(pixels) + 1)
    return np.asarray((filled > 0) & (_turns(beside, sizes)[filled] % 2 == 1))


def _turns(beside: csr_matrix, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) how many lines lie between each area and the largest that can be reached from it."""
    neighbours = beside.tolil().rows
    turns = np.full(len(sizes), -1)
    for start in np.argsort(-sizes, kind="stable"):
        if turns[start] >= 0:
            continue
        turns[start] = 0
        waiting = deque([int(start)])
        while waiting:
            area = waiting.popleft()
            for other in neighbours[area]:
                if turns[other] < 0:
                    turns[other] = turns[area] + 1
                    waiting.append(other)
    return turns


def _borders(
    filled: NDArray[np.int32], blank: NDArray[np.bool_], count: int, least_px: int, *, drawn: bool
) -> csr_matrix:
    """(count, count) which areas lie beside each other for so many pixels, with a line between them or without."""
    from scipy.sparse import coo_matrix

    pairs, bare = [], []
    for a, b in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        pairs.append(np.stack([filled[a].ravel(), filled[b].ravel()]))
        bare.append((blank[a] & blank[b]).ravel())
    first, second = np.concatenate(pairs, axis=1)
    wanted = (first != second) & (first > 0) & (second > 0) & (np.concatenate(bare) != drawn)
    lengths = coo_matrix((np.ones(wanted.sum()), (first[wanted], second[wanted])), shape=(count, count)).tocsr()
    return lengths + lengths.T >= least_px


def _joined(open_to: csr_matrix) -> NDArray[np.int32]:
    """(n,) one number for all areas that are one."""
    from scipy.sparse.csgraph import connected_components

    return np.asarray(connected_components(open_to, directed=False)[1])
