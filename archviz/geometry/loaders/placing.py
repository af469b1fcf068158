"""Parts where they stand: copies of one mesh share it until the scene's arrays are written.

The scene itself holds every triangle: the ray caster's library (embreex 4.4) wraps no instances, and
shading, edges and surfaces ask for a face by its row. What a file places a thousand times is therefore
counted a thousand times, but takes memory only once while it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archviz.geometry.loaders.raw import RawPart, used_only

__all__ = ["Arrays", "Measures", "are_finite", "by_owner", "measure", "scene_vertices"]

_Used = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Measures:
    """Extents and area of each part.

    Parameters
    ----------
    low, high
        (p, 3) corners.
    area
        (p,) of its triangles.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    area: NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Arrays:
    """All parts' triangles, as a scene has them: (v, 3) vertices, (f, 3) faces, (f,) owners, (v, 2) or no uv."""

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    owners: NDArray[np.int32]
    uv: NDArray[np.float32] | None


def by_owner(parts: Sequence[RawPart]) -> list[RawPart]:
    """Parts of one owner and material joined, their unused vertices left out: each becomes one element."""
    joined: dict[tuple[int, int], list[RawPart]] = {}
    for part in parts:
        joined.setdefault((part.owner, part.material), []).append(part)
    known: dict[tuple[object, ...], _Used] = {}
    known_uv: dict[tuple[int, int], NDArray[np.float64]] = {}
    result = []
    for same in joined.values():
        used = [_used(part, known) for part in same]
        if len(same) == 1:
            (part,), ((vertices, faces, rows),) = same, used
            uv = part.uv
            if uv is not None and len(rows) != len(uv):
                uv = known_uv.setdefault((id(uv), id(rows)), uv[rows])
            result.append(replace(part, vertices=vertices, faces=faces, uv=uv))
            continue
        placed = [replace(p, vertices=vertices).points for p, (vertices, *_) in zip(same, used, strict=True)]
        starts = np.cumsum([0, *(len(vertices) for vertices in placed)])
        faces = np.concatenate([faces + start for (_, faces, _), start in zip(used, starts[:-1], strict=True)])
        uv = _joined_uv([(p, rows) for p, (*_, rows) in zip(same, used, strict=True)])
        result.append(replace(same[0], vertices=np.concatenate(placed), faces=faces, uv=uv, place=None))
    return result


def _used(part: RawPart, known: dict[tuple[object, ...], _Used]) -> _Used:
    """What the part uses of its mesh; one answer for all copies, which stay copies."""
    faces = part.faces
    key = (id(part.vertices), faces.__array_interface__["data"][0], faces.strides, faces.shape)
    if key not in known:
        known[key] = used_only(part.vertices, faces)
    return known[key]


def _joined_uv(parts: Sequence[tuple[RawPart, NDArray[np.int64]]]) -> NDArray[np.float64] | None:
    """(v, 2) texture coordinates of the vertices that are used; NaN for those of parts without."""
    if all(part.uv is None for part, _ in parts):
        return None
    return np.concatenate([np.full((len(rows), 2), np.nan) if p.uv is None else p.uv[rows] for p, rows in parts])


def are_finite(parts: Sequence[RawPart]) -> bool:
    """Whether every coordinate is a finite number before it is placed, and every place is."""
    meshes = {id(part.vertices): part.vertices for part in parts}
    places = all(part.place is None or np.isfinite(part.place).all() for part in parts)
    return places and all(np.isfinite(vertices).all() for vertices in meshes.values())


def measure(parts: Sequence[RawPart]) -> Measures:
    """Corners and area of each part where it stands."""
    low, high = np.empty((len(parts), 3)), np.empty((len(parts), 3))
    area = np.empty(len(parts))
    for row, part in enumerate(parts):
        points = part.points
        low[row], high[row] = points.min(axis=0), points.max(axis=0)
        # Far from the origin a cross product would lose what is small.
        points = points - low[row]
        first, second, third = (points[part.faces[:, i]] for i in range(3))
        area[row] = np.linalg.norm(np.cross(second - first, third - first), axis=1).sum() / 2
    return Measures(low=low, high=high, area=area)


def scene_vertices(parts: Sequence[RawPart], base: NDArray[np.float64], *, textured: bool) -> Arrays:
    """Write all parts into the arrays of a scene.

    Parameters
    ----------
    parts
        In metres, Z up.
    base
        (3,) what becomes the origin [m].
    textured
        Whether texture coordinates are kept.
    """
    points = np.cumsum([0, *(len(part.vertices) for part in parts)])
    rows = np.cumsum([0, *(len(part.faces) for part in parts)])
    vertices, faces = np.empty((points[-1], 3), np.float32), np.empty((rows[-1], 3), np.int32)
    keeps = textured and any(part.uv is not None for part in parts)
    uv = np.full((points[-1], 2), np.nan, np.float32) if keeps else None
    for number, part in enumerate(parts):
        own = slice(points[number], points[number + 1])
        vertices[own] = part.points - base
        faces[rows[number] : rows[number + 1]] = part.faces + points[number]
        if uv is not None and part.uv is not None:
            uv[own] = part.uv
    owners = np.repeat(np.arange(len(parts), dtype=np.int32), np.diff(rows))
    return Arrays(vertices=vertices, faces=faces, owners=owners, uv=uv)
