"""Known damage to a building itself: a window taken out or moved, a storey added, before anything is rendered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.training.scenes import TrainingScene

__all__ = ["CHANGES", "Change", "alter"]

Change = Literal["window removed", "window moved", "storey added"]
CHANGES: tuple[Change, ...] = get_args(Change)

# A smaller window is not what an architect would miss first.
_LEAST_PANE_PX = 60
# Elements keep their rows, and so the tones and curtains of all others: what is taken away lies this deep.
_GRAVE_M = np.array([0.0, 0.0, -80.0])
_TRIM = ("sill.", "surround.", "shutter.")
_TRIM_REACH_M = 0.4
# The wall's face is looked for this far beside the pane, from this far outside.
_BESIDE_M = 0.25
_OUTSIDE_M = 0.6
# A frame covers the glass's rim by half its width.
_RIM_M = 0.05
# What is set before a wall stands clear of it by so much.
_PROUD_M = 0.03
# Where no neighbour tells the bay.
_FREE_BAY_WIDTHS = 1.6
_BAY_SHARES = (1.0, 0.5, 0.35)
_BELOW_SILL_M = _ABOVE_HEAD_M = 0.15
_BUILDING = (int(Part.BUILDING), int(Part.OPENING))

_Array = NDArray[np.float64]


def alter(given: TrainingScene, gbuffer: GBuffer, change: Change) -> TrainingScene | None:
    """The scene with one known change of its building.

    Parameters
    ----------
    given
        The scene as it was designed.
    gbuffer
        A view of it: the window that it shows largest is the one that changes.
    change
        ``"window removed"``: the wall runs on where it was; ``"window moved"``: it stands in the
        next bay, or aside by half of one where the next has a window; ``"storey added"``: the
        topmost row of windows twice.

    Returns
    -------
    TrainingScene or None
        With the same elements in the same rows; ``None`` where the view shows no such window, or
        the wall beside it is not bare.
    """
    if change == "storey added":
        return _with_storey(given)
    caster = RayCaster(given.scene)
    for pane in _panes_by_size(given, gbuffer):
        opening = _Opening.of(given, caster, pane)
        if opening is None:
            continue
        closed = _moved(given, opening, _GRAVE_M)
        if change == "window removed":
            return closed
        bare = RayCaster(closed.scene)
        for offset in opening.steps_aside(given):
            if opening.is_bare(bare, closed.scene, offset):
                return _moved(given, opening, offset)
    return None


def _panes_by_size(given: TrainingScene, gbuffer: GBuffer) -> list[dict[str, Any]]:
    """Panes of windows, the largest in the view first."""
    rows = {element.name: row for row, element in enumerate(given.scene.table.elements)}
    counts = np.bincount(gbuffer.elements.array[gbuffer.hit], minlength=len(rows))
    panes = [p for p in given.record["panes"] if p["element"].startswith("window.")]
    seen = [p for p in panes if counts[rows[p["element"]]] >= _LEAST_PANE_PX]
    return sorted(seen, key=lambda p: -int(counts[rows[p["element"]]]))


class _Opening:
    """A window in its wall: which elements it is, and the wall's face over it."""

    def __init__(self, pane: dict[str, Any], rows: set[int], wall: int, depth_m: float) -> None:
        self.pane, self.rows, self.wall, self.depth_m = pane, rows, wall, depth_m
        self.corners: _Array = np.array(pane["corners_m"], dtype=np.float64)
        self.right = (self.corners[1] - self.corners[0]) / np.linalg.norm(self.corners[1] - self.corners[0])
        self.up = (self.corners[3] - self.corners[0]) / np.linalg.norm(self.corners[3] - self.corners[0])
        self.outward = np.cross(self.right, self.up)
        self.width_m = float(np.linalg.norm(self.corners[1] - self.corners[0]))

    @classmethod
    def of(cls, given: TrainingScene, caster: RayCaster, pane: dict[str, Any]) -> _Opening | None:
        """``None`` where no wall stands beside the window, as in a curtain wall."""
        found = cls(pane, set(), -1, 0.0)
        sides = (-found.right * _BESIDE_M + found.corners[0], found.right * _BESIDE_M + found.corners[1])
        walls = [_wall_at(given.scene, caster, point + 0.5 * found.up, found.outward) for point in sides]
        if walls[0] is None or walls[1] is None or walls[0] != walls[1]:
            return None
        stem = pane["element"].rpartition(".")[0]
        rows = {r for r, e in enumerate(given.scene.table.elements) if e.name.rpartition(".")[0] == stem}
        rows |= _trim_rows(given.scene, found.corners)
        return cls(pane, rows, *walls[0])

    def steps_aside(self, given: TrainingScene) -> list[_Array]:
        """Offsets [m] to the next bay on each side, and to half of it for where a window stands there."""
        middle = self.corners.mean(0)
        apart = []
        for other in given.record["panes"]:
            step = np.mean(other["corners_m"], axis=0) - middle
            along = float(step @ self.right)
            if abs(along) > 0.1 and abs(step @ self.up) < 0.2 and abs(step @ self.outward) < 0.1:
                apart.append(abs(along))
        bay = min(apart) if apart else _FREE_BAY_WIDTHS * self.width_m
        return [side * share * bay * self.right for share in _BAY_SHARES for side in (1.0, -1.0)]

    def is_bare(self, caster: RayCaster, scene: Scene, offset: _Array) -> bool:
        """Whether the same wall's face lies behind all of the window when it is moved."""
        shares = np.linspace(-0.1, 1.1, 5)
        (a, b, _, d) = self.corners
        points = [a + u * (b - a) + v * (d - a) + offset for u in shares for v in shares]
        return all(_wall_at(scene, caster, p, self.outward) == (self.wall, self.depth_m) for p in points)

    def cover(self) -> _Array:
        """(4, 3) corners of the wall's face where the window was, counter-clockwise from outside."""
        reach = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * _RIM_M
        return self.corners + reach @ np.stack([self.right, self.up]) + self.depth_m * self.outward


def _wall_at(scene: Scene, caster: RayCaster, point: _Array, outward: _Array) -> tuple[int, float] | None:
    """Element and distance before ``point`` of a wall's face that lies there [m, to the millimetre]."""
    hits = caster.first_hits(point + outward * _OUTSIDE_M, -outward[None])
    face = int(hits.faces[0])
    if face < 0 or abs(float(caster.face_normals[face] @ outward)) < 0.99:
        return None
    row = int(scene.face_elements[face])
    depth = round(_OUTSIDE_M - float(hits.distances_m[0]), 3)
    return (row, depth) if scene.table.elements[row].class_name == "IfcWall" and depth >= -0.01 else None


def _trim_rows(scene: Scene, corners: _Array) -> set[int]:
    """Sill, surround and shutters of the window, found by where they lie."""
    low, high = corners.min(0) - _TRIM_REACH_M, corners.max(0) + _TRIM_REACH_M
    low[:2] -= _TRIM_REACH_M
    high[:2] += _TRIM_REACH_M
    rows = set()
    for row, element in enumerate(scene.table.elements):
        if element.name.startswith(_TRIM):
            points = scene.vertices_m[scene.faces[scene.face_elements == row].ravel()]
            if len(points) and (points >= low).all() and (points <= high).all():
                rows.add(row)
    return rows


def _moved(given: TrainingScene, opening: _Opening, offset: _Array) -> TrainingScene:
    """The window's elements elsewhere, and its wall closed where they were."""
    scene = given.scene
    if offset is not _GRAVE_M:
        offset = offset + (opening.depth_m + _PROUD_M) * opening.outward
    vertices = scene.vertices_m.copy()
    # No two elements of a training scene share a vertex.
    vertices[np.unique(scene.faces[np.isin(scene.face_elements, list(opening.rows))])] += offset.astype(np.float32)
    cover = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32) + len(vertices)
    panes = [
        {**pane, "corners_m": (opening.corners + offset).tolist()} if pane is opening.pane else pane
        for pane in given.record["panes"]
    ]
    closed = replace(
        scene,
        vertices_m=np.concatenate([vertices, opening.cover().astype(np.float32)]),
        faces=np.concatenate([scene.faces, cover]),
        face_elements=np.concatenate([scene.face_elements, np.full(2, opening.wall, np.int32)]),
    )
    return TrainingScene(scene=closed, record={**given.record, "panes": panes})


def _with_storey(given: TrainingScene) -> TrainingScene | None:
    """Everything above the topmost row of windows raised, and the row repeated below it.

    Two copies of the building are cut: what lies below the slab's top, and what lies above its
    bottom, raised by the slab's height. Nothing is left open, whatever is cut through.
    """
    levels = _slab(given)
    if levels is None:
        return None
    bottom, height = levels
    scene = given.scene
    own = np.isin(scene.table.element_parts(), _BUILDING)[scene.face_elements]
    lower = _cut(scene, own, bottom + height, above=False)
    upper = _cut(scene, own, bottom, above=True)
    lifted = replace(upper, vertices_m=upper.vertices_m + np.array([0, 0, height], np.float32))
    rest = replace(scene, faces=scene.faces[~own], face_elements=scene.face_elements[~own])
    panes = [copy for pane in given.record["panes"] for copy in _storey_panes(pane, bottom, height)]
    plants = [_raised(plant, bottom, height) for plant in given.record["plants"]]
    return TrainingScene(
        scene=_together(rest, lower, lifted), record={**given.record, "panes": panes, "plants": plants}
    )


def _together(*scenes: Scene) -> Scene:
    """Scenes of one table in one."""
    starts = np.cumsum([0, *(len(scene.vertices_m) for scene in scenes)])
    return replace(
        scenes[0],
        vertices_m=np.concatenate([scene.vertices_m for scene in scenes]),
        faces=np.concatenate([scene.faces + start for scene, start in zip(scenes, starts, strict=False)]),
        face_elements=np.concatenate([scene.face_elements for scene in scenes]),
    )


def _slab(given: TrainingScene) -> tuple[float, float] | None:
    """Bottom and height of the slab that the topmost row of windows lies in [m]."""
    rows: dict[int, list[_Array]] = {}
    for pane in given.record["panes"]:
        kind, storey = pane["element"].split(".")[:2]
        if kind == "window":
            rows.setdefault(int(storey), []).append(np.array(pane["corners_m"])[:, 2])
    if not rows:
        return None
    sills = {storey: float(np.median([z.min() for z in found])) for storey, found in rows.items()}
    top = max(sills)
    bottom = sills[top] - _BELOW_SILL_M
    if top - 1 in sills:
        return bottom, sills[top] - sills[top - 1]
    return bottom, float(np.median([z.max() for z in rows[top]])) + _ABOVE_HEAD_M - bottom


def _cut(scene: Scene, own: NDArray[np.bool_], level_m: float, *, above: bool) -> Scene:
    """The faces ``own`` on one side of a level, cut where they cross it."""
    from trimesh.intersections import slice_faces_plane

    owners = np.zeros(len(scene.vertices_m))
    owners[scene.faces] = scene.face_elements[:, None]
    points, corners, carried = slice_faces_plane(
        scene.vertices_m.astype(np.float64),
        scene.faces[own].astype(np.int64),
        np.array([0.0, 0.0, 1.0 if above else -1.0]),
        np.array([0.0, 0.0, level_m]),
        # What a texture's coordinates would be: each vertex carries its element through the cut.
        uv=np.column_stack([owners, owners]),
    )
    rows = np.rint(carried[corners[:, 0], 0]).astype(np.int32)
    return replace(scene, vertices_m=points.astype(np.float32), faces=corners.astype(np.int32), face_elements=rows)


def _storey_panes(pane: dict[str, Any], bottom: float, height: float) -> list[dict[str, Any]]:
    corners = np.array(pane["corners_m"])
    found = []
    for low, high, lift in ((-np.inf, bottom + height, 0.0), (bottom, np.inf, height)):
        z = corners[:, 2].clip(low, high)
        if np.ptp(z) > _RIM_M:
            moved = np.column_stack([corners[:, :2], z + lift])
            found.append({**pane, "corners_m": moved.tolist()})
    return found


def _raised(plant: dict[str, Any], bottom: float, height: float) -> dict[str, Any]:
    x, y, z = plant["position_m"]
    planted = any(name.startswith("planter") for name in plant["elements"])
    return {**plant, "position_m": [x, y, z + height]} if planted and z >= bottom else plant
