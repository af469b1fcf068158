"""Polygons, named elements and the shapes that buildings are put together from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Model",
    "Paint",
    "Place",
    "Polygon",
    "blob",
    "box",
    "cylinder",
    "extrude",
    "frustum",
    "ring",
    "triangles_of",
]

# (n, 3) corners of a flat polygon [m], counter-clockwise seen from outside.
Polygon = NDArray[np.float64]
Point = Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Paint:
    """A material: sRGB colour as ``"#rrggbb"``, glTF roughness, metalness and opacity."""

    color: str
    roughness: float = 0.8
    metallic: float = 0.0
    alpha: float = 1.0

    @property
    def srgb(self) -> tuple[float, float, float]:
        """Red, green and blue in [0, 1]."""
        r, g, b = (int(self.color[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return r, g, b

    @property
    def linear(self) -> tuple[float, float, float]:
        """The colour in linear light (IEC 61966-2-1)."""
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in self.srgb)
        return r, g, b


@dataclass(frozen=True)
class Place:
    """Where a part stands: its axes turned by quarter or other turns about the vertical, then moved.

    A part is drawn as if for a south wall: x to the right, y into the wall, z up. ``turn_deg`` 90
    puts it on an east wall, 180 on a north and 270 on a west wall.
    """

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    turn_deg: float = 0.0

    def put(self, polygons: Iterable[Polygon]) -> list[Polygon]:
        """The polygons in the building's axes."""
        angle = math.radians(self.turn_deg)
        cos, sin = round(math.cos(angle), 9), round(math.sin(angle), 9)
        # Sums written out: a matrix product rounds differently from one processor to another.
        return [
            np.stack(
                [
                    cos * p[:, 0] - sin * p[:, 1] + self.x,
                    sin * p[:, 0] + cos * p[:, 1] + self.y,
                    p[:, 2] + self.z,
                ],
                axis=1,
            )
            for p in polygons
        ]

    def at(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Place:
        """A place ``x, y, z`` further in its own axes."""
        (moved,) = self.put([np.array([[x, y, z]])])
        return Place(float(moved[0, 0]), float(moved[0, 1]), float(moved[0, 2]), self.turn_deg)


@dataclass
class Model:
    """A design: polygons by element name and material.

    Parameters
    ----------
    name
        Of the file.
    paints
        Materials by name.
    """

    name: str
    paints: Mapping[str, Paint]
    elements: dict[tuple[str, str], list[Polygon]] = field(default_factory=dict)

    def add(self, name: str, paint: str, polygons: Iterable[Polygon], place: Place | None = None) -> None:
        """Add polygons to an element, drawn at the origin and put to ``place``."""
        if paint not in self.paints:
            raise KeyError(f"{self.name}: no material is called {paint!r}")
        own = self.elements.setdefault((name, paint), [])
        own.extend(place.put(polygons) if place else polygons)

    def numbered(self, word: str) -> str:
        """``word.1``, ``word.2`` and so on: the next that no element has."""
        taken = {name.split(".")[1] for name, _ in self.elements if name.startswith(f"{word}.")}
        return f"{word}.{next(n for n in range(1, len(taken) + 2) if str(n) not in taken)}"

    def used_paints(self) -> list[str]:
        """Names of the materials in use, in the order of first use."""
        return list(dict.fromkeys(paint for _, paint in self.elements))


def box(low: Point, high: Point) -> list[Polygon]:
    """Six faces of an upright box between two corners."""
    (a, b, c), (d, e, f) = low, high
    corners = np.array(
        [[a, b, c], [d, b, c], [d, e, c], [a, e, c], [a, b, f], [d, b, f], [d, e, f], [a, e, f]], dtype=np.float64
    )
    loops = [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    return [corners[list(loop)] for loop in loops]


def extrude(profile: Sequence[Point], start: float, end: float, *, axis: str = "z") -> list[Polygon]:
    """A prism over a simple profile, counter-clockwise or not, convex or not.

    Parameters
    ----------
    profile
        (n, 2) corners: x, y for axis ``z``; x, z for axis ``y``; y, z for axis ``x``.
    start, end
        Where it begins and ends along the axis.
    axis
        ``x``, ``y`` or ``z``.
    """
    flat = np.asarray(profile, dtype=np.float64)
    if _area(flat) < 0:
        flat = flat[::-1]
    rings = []
    for level in (min(start, end), max(start, end)):
        along = np.full((len(flat), 1), level)
        if axis == "z":
            rings.append(np.hstack([flat, along]))
        elif axis == "x":
            rings.append(np.hstack([along, flat]))
        else:
            # x, z and y form a left-handed set: the far ring is the lower one.
            rings.insert(0, np.hstack([flat[:, :1], along, flat[:, 1:]]))
    low, high = rings
    caps = [c for loop in _ears(flat) for c in (high[loop], low[loop[::-1]])]
    sides = [np.array([low[i - 1], low[i], high[i], high[i - 1]]) for i in range(len(flat))]
    return caps + sides


def _area(flat: NDArray[np.float64]) -> float:
    x, y = flat[:, 0], flat[:, 1]
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2


def _ears(flat: NDArray[np.float64]) -> list[list[int]]:
    """Convex pieces of a counter-clockwise polygon: itself, or its triangles by ear clipping."""

    def turn(a: int, b: int, c: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = flat[a], flat[b], flat[c]
        return float((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))

    count = len(flat)
    if all(turn(i - 2, i - 1, i) > -1e-12 for i in range(count)):
        return [list(range(count))]
    left, pieces = list(range(count)), []
    while len(left) > 3:
        for at in range(len(left)):
            a, b, c = left[at - 1], left[at], left[(at + 1) % len(left)]
            inside = (
                turn(a, b, p) > -1e-12 and turn(b, c, p) > -1e-12 and turn(c, a, p) > -1e-12
                for p in left
                if p not in (a, b, c)
            )
            if turn(a, b, c) > 1e-12 and not any(inside):
                pieces.append([a, b, c])
                left.pop(at)
                break
        else:
            raise ValueError("the profile crosses itself")
    return [*pieces, left]


def frustum(start: Point, end: Point, radii: tuple[float, float], *, sides: int = 10) -> list[Polygon]:
    """A round bar from ``start`` to ``end`` whose radius runs from the first to the second of ``radii``."""
    low, high = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    along = (high - low) / np.linalg.norm(high - low)
    side = np.cross(along, (1.0, 0.0, 0.0) if abs(along[0]) < 0.9 else (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side)
    other = np.cross(along, side)
    angles = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    circle = np.cos(angles)[:, None] * side + np.sin(angles)[:, None] * other
    a, b = low + radii[0] * circle, high + radii[1] * circle
    wall = [np.array([a[i - 1], a[i], b[i], b[i - 1]]) for i in range(sides)]
    return [*wall, a[::-1], b]


def cylinder(start: Point, end: Point, radius: float, *, sides: int = 10) -> list[Polygon]:
    """A round bar."""
    return frustum(start, end, (radius, radius), sides=sides)


def ring(outer: Sequence[Point], inner: Sequence[Point], start: float, end: float) -> list[Polygon]:
    """A closed frame between two loops of equally many corners in x and z, from y = start to end."""
    polygons = []
    out, inn = np.asarray(outer, dtype=np.float64), np.asarray(inner, dtype=np.float64)

    def corner(flat: NDArray[np.float64], i: int, y: float) -> list[float]:
        return [float(flat[i, 0]), y, float(flat[i, 1])]

    for i in range(len(out)):
        j = (i + 1) % len(out)
        quads = [
            [corner(out, i, start), corner(out, j, start), corner(inn, j, start), corner(inn, i, start)],
            [corner(out, j, end), corner(out, i, end), corner(inn, i, end), corner(inn, j, end)],
            [corner(inn, i, start), corner(inn, j, start), corner(inn, j, end), corner(inn, i, end)],
            [corner(out, j, start), corner(out, i, start), corner(out, i, end), corner(out, j, end)],
        ]
        polygons += [np.array(q) for q in quads]
    return polygons


def blob(
    center: Point, radii: Point, rng: np.random.Generator, *, detail: int = 1, rough: float = 0.16
) -> list[Polygon]:
    """A rounded, uneven lump of ``20 * 4**detail`` triangles: a shrub, or a part of a tree's crown."""
    golden = (1 + 5**0.5) / 2
    points = [(s, t * golden, 0.0) for s in (-1, 1) for t in (-1, 1)]
    corners = np.array([np.roll(p, k) for k in range(3) for p in points], dtype=np.float64)
    near = np.linalg.norm(corners[:, None] - corners[None], axis=2) < 2.01
    faces = [
        (i, j, k)
        for i in range(12)
        for j in range(i + 1, 12)
        for k in range(j + 1, 12)
        if near[i, j] and near[j, k] and near[i, k]
    ]
    triangles = [corners[list(f)] for f in faces]
    for _ in range(detail):
        triangles = [part for t in triangles for part in _quartered(t)]
    waves = rng.normal(size=(6, 3)) * 2.2
    phases = rng.uniform(0, 2 * np.pi, 6)
    polygons = []
    for triangle in triangles:
        unit = triangle / np.linalg.norm(triangle, axis=1, keepdims=True)
        swell = 1 + rough * np.sin(unit @ waves.T + phases).sum(axis=1, keepdims=True) / 2
        outward = np.dot(np.cross(unit[1] - unit[0], unit[2] - unit[0]), unit[0]) > 0
        shaped = unit * swell * radii + center
        polygons.append(shaped if outward else shaped[::-1])
    return polygons


def _quartered(t: Polygon) -> list[Polygon]:
    a, b, c = (t[0] + t[1]) / 2, (t[1] + t[2]) / 2, (t[2] + t[0]) / 2
    return [np.array(q) for q in ([t[0], a, c], [a, t[1], b], [c, b, t[2]], [a, b, c])]


def triangles_of(polygon: Polygon) -> list[Polygon]:
    """The fan of a convex polygon's triangles."""
    return [polygon[[0, i, i + 1]] for i in range(1, len(polygon) - 1)]
