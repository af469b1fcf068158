"""Faces of two elements in one plane: which of them is seen would be left to chance."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelling.mesh import Model

__all__ = ["lift_coplanar", "overlaps"]

_STEP_M = 0.001
_NEAR_M = 0.0004
_LEAST_M = 0.0015
_OTHERS = ([1, 2], [0, 2], [0, 1])


@dataclass
class _Face:
    owner: tuple[str, str]
    row: int
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    level: float


def _planes(model: Model) -> dict[tuple[int, int], list[_Face]]:
    """Faces square to an axis by axis and side, in the order they were added."""
    planes: dict[tuple[int, int], list[_Face]] = defaultdict(list)
    for owner, polygons in model.elements.items():
        corners = np.array([p[:3] for p in polygons])
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        axes = np.abs(normals).argmax(axis=1)
        along = np.take_along_axis(normals, axes[:, None], axis=1)[:, 0]
        length = np.linalg.norm(normals, axis=1)
        for row in np.flatnonzero((np.abs(along) > 0.99999 * length) & (length > 1e-9)):
            axis, polygon = int(axes[row]), polygons[row]
            flat = polygon[:, _OTHERS[axis]]
            face = _Face(owner, int(row), flat.min(axis=0), flat.max(axis=0), float(polygon[0, axis]))
            planes[axis, 1 if along[row] > 0 else -1].append(face)
    return planes


def overlaps(model: Model) -> dict[tuple[str, str], float]:
    """Pairs of elements with faces of one plane and side that overlap, and the area [m2]."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for faces in _planes(model).values():
        for face, under, area in _pairs(faces):
            found[face.owner[0], under.owner[0]] += area
    return dict(found)


def lift_coplanar(model: Model, *, rounds: int = 4) -> None:
    """Move each face that lies on an earlier element's face one millimetre out: what came later is seen."""
    for _ in range(rounds):
        lifted: set[tuple[tuple[str, str], int]] = set()
        for (axis, side), faces in _planes(model).items():
            for face, _, _ in _pairs(faces):
                if (face.owner, face.row) not in lifted:
                    lifted.add((face.owner, face.row))
                    polygon = model.elements[face.owner][face.row].copy()
                    polygon[:, axis] += side * _STEP_M
                    model.elements[face.owner][face.row] = polygon
        if not lifted:
            return


def _pairs(faces: list[_Face]) -> list[tuple[_Face, _Face, float]]:
    """Later face, earlier face and shared area, of different elements in one plane."""
    levels = np.array([face.level for face in faces])
    order = np.argsort(levels, kind="stable")
    pairs = []
    for rows in np.split(order, np.flatnonzero(np.diff(levels[order]) > _NEAR_M) + 1):
        owned: dict[tuple[str, str], list[_Face]] = defaultdict(list)
        for i in sorted(rows):
            owned[faces[i].owner].append(faces[i])
        groups = list(owned.values())
        low = [np.array([f.low for f in group]) for group in groups]
        high = [np.array([f.high for f in group]) for group in groups]
        for b, later in enumerate(groups):
            for a, earlier in enumerate(groups[:b]):
                near = np.minimum(high[a].max(0), high[b].max(0)) - np.maximum(low[a].min(0), low[b].min(0))
                if (near <= _LEAST_M).any():
                    continue
                shared = np.minimum(high[b][:, None], high[a]) - np.maximum(low[b][:, None], low[a])
                for i, k in np.argwhere((shared > _LEAST_M).all(axis=2)):
                    pairs.append((later[i], earlier[k], float(shared[i, k].prod())))
    return pairs
