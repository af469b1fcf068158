"""Meshes of named elements, put together from boxes, prisms and beams."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archviz.core.elements import Element, ElementTable, Part, unique_name
from archviz.core.material import Material
from archviz.geometry.scene import Scene

__all__ = ["MeshBuilder", "Polygon", "WallFrame", "edge_frames", "offset_polygon", "triangulate"]

# Thinner triangles come from a slope that meets a wall's top, and have no normal.
_LEAST_AREA_M2 = 1e-7

# (n, 2) plan corners, counter-clockwise seen from above [m].
Polygon = tuple[tuple[float, float], ...]

_BOX_CORNERS = np.array([[i, j, k] for k in (0, 1) for j in (0, 1) for i in (0, 1)], dtype=np.float64)
_BOX_QUADS = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [3, 2, 6, 7], [2, 0, 4, 6], [1, 3, 7, 5]])


def _quads_to_faces(quads: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _areas(points: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.float64]:
    a, b, c = (points[faces[:, i]] for i in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


_BOX_FACES = _quads_to_faces(_BOX_QUADS)


@dataclass(frozen=True)
class WallFrame:
    """A vertical plane with its own axes: u to the right seen from outside, v up, w outwards.

    Parameters
    ----------
    origin_m
        Lower left corner seen from outside [m].
    direction
        (x, y) unit vector along u.
    length_m
        Extent along u [m].
    """

    origin_m: tuple[float, float, float]
    direction: tuple[float, float]
    length_m: float

    @property
    def normal(self) -> tuple[float, float, float]:
        """Outward unit vector."""
        return (self.direction[1], -self.direction[0], 0.0)

    @property
    def side(self) -> str:
        """The point of the compass the wall faces: ``south``, ``east``, ``north`` or ``west``."""
        nx, ny, _ = self.normal
        if abs(ny) >= abs(nx):
            return "south" if ny < 0 else "north"
        return "east" if nx > 0 else "west"

    def points(self, uvw: ArrayLike) -> NDArray[np.float64]:
        """(n, 3) wall coordinates to world points [m]."""
        local = np.asarray(uvw, dtype=np.float64).reshape(-1, 3)
        axes = np.array([[*self.direction, 0.0], [0.0, 0.0, 1.0], self.normal])
        return np.asarray(self.origin_m) + local @ axes

    def raised(self, height_m: float) -> WallFrame:
        """The same frame with v counted from ``height_m`` above this one's."""
        x, y, z = self.origin_m
        return WallFrame((x, y, z + height_m), self.direction, self.length_m)


def edge_frames(polygon: Polygon, base_m: float) -> list[WallFrame]:
    """A wall frame for each edge of a plan polygon."""
    frames = []
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        length = float(np.hypot(x1 - x0, y1 - y0))
        frames.append(WallFrame((x0, y0, base_m), ((x1 - x0) / length, (y1 - y0) / length), length))
    return frames


def corner_turns(polygon: Polygon) -> list[bool]:
    """For each corner, whether it is convex."""
    points = np.asarray(polygon)
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    return [bool(turn > 0) for turn in before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]]


def offset_polygon(polygon: Polygon, distance_m: float) -> Polygon:
    """The polygon with every edge moved outwards (inwards where negative), corners mitred."""
    points = np.asarray(polygon, dtype=np.float64)
    along = np.roll(points, -1, axis=0) - points
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    normals = np.stack([along[:, 1], -along[:, 0]], axis=1)
    before = np.roll(normals, 1, axis=0)
    # The mitre: the sum of both normals, scaled so that each edge moves by the distance.
    mitre = (before + normals) / (1.0 + (before * normals).sum(axis=1, keepdims=True))
    return tuple((float(x), float(y)) for x, y in points + distance_m * mitre)


def triangulate(polygon: Polygon) -> list[tuple[int, int, int]]:
    """Triangles of a simple counter-clockwise polygon, by cutting ears."""
    points = np.asarray(polygon, dtype=np.float64)
    rest = list(range(len(points)))
    triangles: list[tuple[int, int, int]] = []

    def cross(a: int, b: int, c: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = points[a], points[b], points[c]
        return float((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))

    while len(rest) > 3:
        for k in range(len(rest)):
            a, b, c = rest[k - 1], rest[k], rest[(k + 1) % len(rest)]
            others = [p for p in rest if p not in (a, b, c)]
            inside = any(cross(a, b, p) >= 0 and cross(b, c, p) >= 0 and cross(c, a, p) >= 0 for p in others)
            if cross(a, b, c) > 0 and not inside:
                triangles.append((a, b, c))
                rest.pop(k)
                break
        else:  # collinear corners only: nothing with area is left
            return triangles
    return [*triangles, (rest[0], rest[1], rest[2])]


@dataclass
class _Draft:
    """An element under construction."""

    material: str
    part: Part
    class_name: str
    vertices: list[NDArray[np.float64]] = field(default_factory=list)
    faces: list[NDArray[np.int64]] = field(default_factory=list)
    count: int = 0


class MeshBuilder:
    """Collects triangles for named elements; an element keeps the material it was opened with."""

    def __init__(self, materials: dict[str, Material]) -> None:
        self._materials = materials
        self._drafts: dict[str, _Draft] = {}

    def open(self, name: str, material: str, *, part: Part = Part.BUILDING, class_name: str = "") -> str:
        """Start an element under ``name`` (numbered where taken) and return the name it got."""
        name = unique_name(name, self._drafts)
        self._drafts[name] = _Draft(material, part, class_name)
        return name

    def add(self, element: str, vertices: ArrayLike, faces: ArrayLike) -> None:
        """Append (v, 3) vertices and (f, 3) faces to an open element."""
        draft = self._drafts[element]
        points = np.asarray(vertices, dtype=np.float64)
        draft.vertices.append(points)
        draft.faces.append(np.asarray(faces, dtype=np.int64) + draft.count)
        draft.count += len(points)

    def quad(self, element: str, corners: ArrayLike) -> None:
        """Append a quad, corners counter-clockwise seen from outside."""
        self.add(element, corners, [[0, 1, 2], [0, 2, 3]])

    def box(self, element: str, low: ArrayLike, high: ArrayLike) -> None:
        """Append an axis-aligned box."""
        low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
        self.add(element, low + _BOX_CORNERS * (high - low), _BOX_FACES)

    def wall_box(
        self, element: str, frame: WallFrame, u: tuple[float, float], v: tuple[float, float], w: tuple[float, float]
    ) -> None:
        """Append a box given by its ranges along a wall frame's axes."""
        low, high = np.array([u[0], v[0], w[0]]), np.array([u[1], v[1], w[1]])
        self.add(element, frame.points(low + _BOX_CORNERS * (high - low)), _BOX_FACES)

    def prism(self, element: str, polygon: Polygon, low_m: float, high_m: float) -> None:
        """Append a plan polygon extruded from ``low_m`` to ``high_m``, closed."""
        count = len(polygon)
        plan = np.asarray(polygon, dtype=np.float64)
        vertices = np.concatenate([np.c_[plan, np.full(count, low_m)], np.c_[plan, np.full(count, high_m)]])
        caps = np.array(triangulate(polygon))
        i = np.arange(count)
        j = (i + 1) % count
        sides = _quads_to_faces(np.stack([i, j, j + count, i + count], axis=1))
        self.add(element, vertices, np.concatenate([sides, caps[:, ::-1], caps + count]))

    def flat(self, element: str, polygon: Polygon, height_m: float, *, up: bool = True) -> None:
        """Append a horizontal polygon, seen from above or from below."""
        caps = np.array(triangulate(polygon))
        vertices = np.c_[np.asarray(polygon, dtype=np.float64), np.full(len(polygon), height_m)]
        self.add(element, vertices, caps if up else caps[:, ::-1])

    def beam(self, element: str, start: ArrayLike, end: ArrayLike, *, width_m: float, height_m: float) -> None:
        """Append a straight bar of rectangular section around the line from start to end."""
        start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
        along = (end - start) / np.linalg.norm(end - start)
        side = np.cross(along, [0.0, 0.0, 1.0] if abs(along[2]) < 0.99 else [0.0, 1.0, 0.0])
        side *= width_m / np.linalg.norm(side)
        over = np.cross(side, along)
        over *= height_m / np.linalg.norm(over)
        axes = np.stack([end - start, over, side])
        # Rows along, over, side are right-handed, as x, y, z are.
        self.add(element, start + (_BOX_CORNERS - [0.0, 0.5, 0.5]) @ axes, _BOX_FACES)

    def column(self, element: str, center_m: tuple[float, float], low_m: float, high_m: float, radius_m: float) -> None:
        """Append a round column."""
        turns = np.linspace(0.0, 2 * np.pi, 14, endpoint=False)
        polygon = tuple((center_m[0] + radius_m * np.cos(t), center_m[1] + radius_m * np.sin(t)) for t in turns)
        self.prism(element, polygon, low_m, high_m)

    def build(self) -> Scene:
        """The scene of all elements that hold triangles, in the order they were opened."""
        drafts = {name: d for name, d in self._drafts.items() if d.faces}
        used = list(dict.fromkeys(d.material for d in drafts.values()))
        vertices, faces, owners, base = [], [], [], 0
        for row, draft in enumerate(drafts.values()):
            points, corners = np.concatenate(draft.vertices), np.concatenate(draft.faces)
            corners = corners[_areas(points, corners) > _LEAST_AREA_M2]
            vertices.append(points)
            faces.append(corners + base)
            owners.append(np.full(len(corners), row))
            base += draft.count
        elements = tuple(
            Element(name=n, material=used.index(d.material), part=d.part, class_name=d.class_name)
            for n, d in drafts.items()
        )
        return Scene(
            vertices_m=np.concatenate(vertices).astype(np.float32),
            faces=np.concatenate(faces).astype(np.int32),
            face_elements=np.concatenate(owners).astype(np.int32),
            table=ElementTable(elements, tuple(self._materials[m] for m in used)),
        )
