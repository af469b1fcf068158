"""Windows taken out of the geometry: the wall closed, or the window set on the wall beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.openings import Opening
from archviz.geometry.naming import opening_kind, words_of
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene

__all__ = ["Damage", "Wall", "apply_damage", "find_slide", "find_wall", "slide_vector"]

_Vector = NDArray[np.float64]

# Rays start this far before the opening, nearer than a balcony's railing; what they meet must lie
# between these distances before its front to be the wall that it sits in.
_BEFORE_M = 0.5
_WALL_M = (-0.1, 0.4)
_PLANE_M = 0.02
_RING_M = 0.06
_RING_SAMPLES = 8
# Half of the ring: a pane of a ribbon has wall above and below it only.
_LEAST_RING = 0.5
# The patch laps over the wall and lies a little before it, so that no hairline is left.
_LAP_M, _PROUD_M = 0.02, 0.002
# What of sills, surrounds and shutters goes with a window.
_TRIM_M, _SHUTTER_SHARE, _TRIM_DEPTH_M = 0.2, 0.6, 0.4
_GRID = 5
_CLEAR_M = 0.1


@dataclass(frozen=True, kw_only=True)
class Wall:
    """The wall around an opening: its element, and how far its face lies before the opening's front [m]."""

    element: int
    before_m: float


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One opening that is taken away.

    Parameters
    ----------
    row
        Of the scene's openings.
    wall
        What closes its place.
    slide_m
        Where it is set up again along its own wall, to the right [m]; ``None`` where it is gone.
    """

    row: int
    wall: Wall
    slide_m: float | None = None


def find_wall(caster: RayCaster, opening: Opening) -> Wall | None:
    """The wall that an opening sits in; ``None`` where less than half of its rim is one plane of wall."""
    right, up = _unit(opening.right_m), _unit(opening.up_m)
    corners = opening.corners_m + _RING_M * np.array([-right - up, right - up, right + up, up - right])
    steps = (np.arange(_RING_SAMPLES) + 0.5) / _RING_SAMPLES
    points = np.concatenate(
        [a + steps[:, None] * (b - a) for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)]
    )
    before, elements = _probe(caster, points, opening.normal)
    level = np.median(before[np.isfinite(before)]) if np.isfinite(before).any() else np.nan
    kept = np.abs(before - level) <= _PLANE_M
    if kept.mean() < _LEAST_RING:
        return None
    rows, counts = np.unique(elements[kept], return_counts=True)
    return Wall(element=int(rows[counts.argmax()]), before_m=float(level))


def find_slide(caster: RayCaster, openings: Sequence[Opening], row: int, wall: Wall) -> float | None:
    """How far an opening can be moved along its wall to a free place: a bay, else half a bay, else its width [m]."""
    own = openings[row]
    right, wide = _unit(own.right_m), float(np.linalg.norm(own.right_m))
    middle = own.corners_m.mean(0)
    away = np.array([other.corners_m.mean(0) - middle for other in openings])
    along = away @ right
    beside = (np.abs(away @ own.normal) < 0.3) & (np.abs(away @ _unit(own.up_m)) < 0.3) & (np.abs(along) > 0.3)
    bay = float(np.abs(along[beside]).min()) if beside.any() else 2.0 * wide
    for slide in (bay, -bay, bay / 2, -bay / 2, 1.5 * wide, -1.5 * wide):
        if abs(slide) > wide + _CLEAR_M and _is_free(caster, own, wall, slide):
            return slide
    return None


def _is_free(caster: RayCaster, opening: Opening, wall: Wall, slide_m: float) -> bool:
    right, up = _unit(opening.right_m), _unit(opening.up_m)
    wide, tall = np.linalg.norm(opening.right_m) + 2 * _CLEAR_M, np.linalg.norm(opening.up_m) + 2 * _CLEAR_M
    steps = np.linspace(-0.5, 0.5, _GRID)
    u, v = (g.ravel()[:, None] for g in np.meshgrid(steps * wide + slide_m, steps * tall))
    before, elements = _probe(caster, opening.corners_m.mean(0) + u * right + v * up, opening.normal)
    return bool((np.abs(before - wall.before_m) <= _PLANE_M).all() and (elements == wall.element).all())


def _probe(caster: RayCaster, points: _Vector, normal: _Vector) -> tuple[_Vector, NDArray[np.int32]]:
    """How far before each point a face of the building stands that looks the same way; NaN for none."""
    table = caster.scene.table
    hits = caster.first_hits(points + _BEFORE_M * normal, np.broadcast_to(-normal, points.shape))
    elements = np.where(hits.faces >= 0, caster.scene.face_elements[hits.faces], -1).astype(np.int32)
    before = _BEFORE_M - hits.distances_m.astype(np.float64)
    fits = (hits.faces >= 0) & (np.append(table.element_parts(), -1)[elements] == int(Part.BUILDING))
    fits &= np.abs(caster.face_normals[hits.faces] @ normal) > 0.98
    fits &= (before >= _WALL_M[0]) & (before <= _WALL_M[1])
    return np.where(fits, before, np.nan), elements


def apply_damage(
    scene: Scene, openings: Sequence[Opening], labels: NDArray[np.int32], damages: Iterable[Damage]
) -> Scene:
    """The scene without some openings, their places walled up, and with others set beside their place.

    Parameters
    ----------
    scene, openings, labels
        As :func:`archviz.geometry.openings.label_openings` gives them.
    damages
        What is done to which.
    """
    vertices, faces, owners = [scene.vertices_m.astype(np.float64)], [], []
    count = len(scene.vertices_m)
    gone = np.zeros(len(scene.faces), dtype=bool)
    corners = scene.triangles_m.astype(np.float64)
    trims = _trim_faces(scene)
    for damage in damages:
        opening = openings[damage.row]
        own = labels == damage.row
        gone |= own | _trimmings(scene, corners, trims, opening)
        patch = _patch(opening, damage.wall)
        vertices.append(patch)
        faces.append(np.array([[0, 1, 2], [0, 2, 3]]) + count)
        owners.append(np.full(2, damage.wall.element))
        count += 4
        if damage.slide_m is not None:
            moved = corners[own].reshape(-1, 3)
            # Its back on the wall's face: it stands before the wall, as a wall has no hole for it there.
            depth = float(np.ptp(moved @ opening.normal))
            vertices.append(moved + slide_vector(opening, damage, depth))
            faces.append(np.arange(len(moved)).reshape(-1, 3) + count)
            owners.append(scene.face_elements[own])
            count += len(moved)
    return replace(
        scene,
        vertices_m=np.concatenate(vertices).astype(np.float32),
        faces=np.concatenate([scene.faces[~gone], *faces]).astype(np.int32),
        face_elements=np.concatenate([scene.face_elements[~gone], *owners]).astype(np.int32),
    )


def slide_vector(opening: Opening, damage: Damage, depth_m: float) -> _Vector:
    """(3,) from an opening's place to where it is set up again [m]."""
    out = damage.wall.before_m + depth_m + _PROUD_M
    return np.asarray(_unit(opening.right_m) * (damage.slide_m or 0.0) + opening.normal * out)


def _patch(opening: Opening, wall: Wall) -> _Vector:
    right, up = _unit(opening.right_m), _unit(opening.up_m)
    lap = _LAP_M * np.array([-right - up, right - up, right + up, up - right])
    return np.asarray(opening.corners_m + lap + opening.normal * (wall.before_m + _PROUD_M))


def _trim_faces(scene: Scene) -> NDArray[np.int8]:
    """(f,) 1 for sills, surrounds and the like, 2 for shutters, 0 for all else."""
    kinds = []
    for element in scene.table.elements:
        trim = element.part is Part.BUILDING and opening_kind(element.name) == "frame"
        kinds.append(0 if not trim else 2 if any(word.startswith("shutter") for word in words_of(element.name)) else 1)
    return np.array(kinds, dtype=np.int8)[scene.face_elements]


def _trimmings(scene: Scene, corners: _Vector, trims: NDArray[np.int8], opening: Opening) -> NDArray[np.bool_]:
    """(f,) faces of sills, surrounds and shutters that belong to an opening alone."""
    chosen = np.zeros(len(scene.faces), dtype=bool)
    for kind, reach in ((1, _TRIM_M), (2, _SHUTTER_SHARE * float(np.linalg.norm(opening.right_m)))):
        rows = np.flatnonzero(trims == kind)
        if len(rows):
            local = corners[rows] - opening.corners_m[0]
            u, v, w = local @ _unit(opening.right_m), local @ _unit(opening.up_m), local @ opening.normal
            wide, tall = np.linalg.norm(opening.right_m), np.linalg.norm(opening.up_m)
            inside = (u >= -reach) & (u <= wide + reach) & (v >= -_TRIM_M) & (v <= tall + _TRIM_M)
            chosen[rows] = (inside & (np.abs(w) <= _TRIM_DEPTH_M)).all(1)
    return chosen


def _unit(vector: _Vector) -> _Vector:
    return np.asarray(vector / np.linalg.norm(vector))
