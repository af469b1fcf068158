"""Paths and terraces of a drawing: areas of the ground between its lines, told apart by turns."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.vanishing import Areas

__all__ = ["paved_ground"]

# An area is of the ground if this share of it is, and is told apart if it is larger than this share of the picture.
_MOSTLY, _LEAST = 0.6, 2e-4
# Areas lie beside each other along more than this share of the longer side.
_BESIDE = 0.01


def paved_ground(areas: Areas, ground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the ground is paved, so that each line on it parts what is from what is not.

    A drawing does not say on which side of a line the lawn is. The largest area stays what the surroundings make of
    it, what lies beside that is paved, what lies beside this is not, and so on.

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

    pixels = np.bincount(areas.labels.ravel())
    inside = np.bincount(areas.labels.ravel(), ground.ravel(), len(pixels))
    told = (inside > _MOSTLY * pixels) & (pixels > _LEAST * ground.size)
    told[0] = False
    if told.sum() < 2:
        return np.zeros(ground.shape, np.bool_)
    nearest = distance_transform_edt(~told[areas.labels], return_distances=False, return_indices=True)
    filled = np.where(ground, areas.labels[tuple(nearest)], 0)
    beside = _neighbours(filled, max(1, round(_BESIDE * max(ground.shape))))
    turns = np.full(len(pixels), -1)
    for start in np.argsort(np.where(told, -pixels, 0), kind="stable")[: told.sum()]:
        if turns[start] >= 0:
            continue
        turns[start] = 0
        waiting = deque([int(start)])
        while waiting:
            area = waiting.popleft()
            for other in beside.get(area, ()):
                if turns[other] < 0:
                    turns[other] = turns[area] + 1
                    waiting.append(other)
    return np.asarray(turns[filled] % 2 == 1) & (filled > 0)


def _neighbours(filled: NDArray[np.int32], least_px: int) -> dict[int, list[int]]:
    """The areas that lie beside each one for so many pixels; 0 is none of them."""
    pairs = np.concatenate(
        [
            np.stack([filled[:, :-1].ravel(), filled[:, 1:].ravel()]),
            np.stack([filled[:-1].ravel(), filled[1:].ravel()]),
        ],
        axis=1,
    )
    pairs = np.sort(pairs[:, (pairs[0] != pairs[1]) & (pairs > 0).all(axis=0)], axis=0)
    found, counts = np.unique(pairs, axis=1, return_counts=True)
    beside: dict[int, list[int]] = {}
    for a, b in found[:, counts >= least_px].T.tolist():
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    return beside
