"""Pitched roofs: gables and hips with their ridge, gutters and boards."""

from __future__ import annotations

import math

import numpy as np

from modelling.mesh import Model, Place, Polygon, cylinder, extrude

__all__ = ["gable_roof", "hip_roof", "ridge_tiles"]


def gable_roof(
    model: Model,
    name: str,
    place: Place,
    *,
    length: float,
    width: float,
    rise: float,
    eaves: float,
    verge: float,
    thickness: float = 0.22,
    tile: str,
    board: str,
    courses: float = 0.34,
    ridge: bool = True,
) -> None:
    """A gable roof over x from 0 to ``length`` and y from 0 to ``width``, ridge along x at z = ``rise``.

    Tiles lie in courses, each a step over the next, on a slab whose edges are boarded.

    Parameters
    ----------
    model, name, place
        Its elements are ``name`` and ``name.boards``.
    length, width, rise
        Of the room under it, at the outer faces of its walls [m].
    eaves, verge
        How far it reaches beyond the walls, in plan [m].
    thickness
        Of the slab, upright [m].
    tile, board
        Materials.
    courses
        Width of a course up the slope [m].
    ridge
        Whether it carries ridge tiles.
    """
    slope = rise / (width / 2)
    lift = thickness * 0.5
    half = width / 2 + eaves
    low = -eaves * slope

    def profile(under: float, over: float) -> list[tuple[float, float]]:
        return [
            (-eaves, low + under),
            (width / 2, rise + under),
            (width + eaves, low + under),
            (width + eaves, low + over),
            (width / 2, rise + over),
            (-eaves, low + over),
        ]

    model.add(f"{name}.boards", board, extrude(profile(0.0, lift), -verge, length + verge, axis="x"), place)
    count = max(1, round(half * math.hypot(1, slope) / courses))
    tiles: list[Polygon] = []
    for k in range(count):
        a, b = half * k / count - (0.04 if k == 0 else 0.0), half * (k + 1) / count
        for side in (-1, 1):
            y0, y1 = (width / 2 + side * (half - d) for d in (a, b))
            z0, z1 = (low + slope * d for d in (a, b))
            corners = [(y0, z0 + lift), (y0, z0 + lift + 0.075), (y1, z1 + lift + 0.03), (y1, z1 + lift)]
            tiles += extrude(corners, -verge - 0.03, length + verge + 0.03, axis="x")
    model.add(name, tile, tiles, place)
    if ridge:
        top = rise + lift + 0.02
        model.add(
            name, tile, ridge_tiles((-verge - 0.04, width / 2, top), (length + verge + 0.04, width / 2, top)), place
        )


def ridge_tiles(
    start: tuple[float, float, float], end: tuple[float, float, float], *, radius: float = 0.12
) -> list[Polygon]:
    """Half-round tiles along a ridge or hip, each a little wider at one end."""
    a, b = np.array(start), np.array(end)
    count = max(1, round(float(np.linalg.norm(b - a)) / 0.45))
    polygons: list[Polygon] = []
    for k in range(count):
        p, q = a + (b - a) * k / count, a + (b - a) * (k + 1) / count
        polygons += cylinder(p, q, radius * (1.0 if k % 2 else 0.92), sides=8)
    return polygons


def hip_roof(
    model: Model,
    name: str,
    place: Place,
    *,
    length: float,
    width: float,
    rise: float,
    tile: str,
    board: str,
    thickness: float = 0.16,
    courses: float = 0.36,
    top: float = 0.0,
) -> None:
    """A hip roof over the eaves rectangle ``length`` by ``width``, all slopes alike, in stepped courses.

    Parameters
    ----------
    model, name, place
        Its elements are ``name`` and ``name.boards``; z = 0 is the underside of the eaves.
    length, width
        Of the eaves along x and y; ``length`` is the greater [m].
    rise
        From eaves to ridge, had the roof one [m].
    tile, board
        Materials.
    thickness
        Of the edge board [m].
    courses
        Width of a course up the slope [m].
    top
        Width along y of an opening at the top, instead of a ridge [m].
    """
    reach = (width - top) / 2
    slope = rise / (width / 2)

    def loop(inset: float, z: float) -> np.ndarray:
        x0, x1, y0, y1 = inset, length - inset, inset, width - inset
        return np.array([[x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]])

    def skirt(low: np.ndarray, high: np.ndarray) -> list[Polygon]:
        quads = [np.array([low[i], low[(i + 1) % 4], high[(i + 1) % 4], high[i]]) for i in range(4)]
        # At the ridge the hipped ends run to a point.
        return [q if np.linalg.norm(q[2] - q[3]) > 1e-6 else q[:3] for q in quads]

    edge = skirt(loop(0, 0), loop(0, thickness))
    under = [p[::-1] for p in skirt(loop(0, 0), loop(reach, reach * slope))]
    model.add(f"{name}.boards", board, edge + under, place)
    count = max(2, round(reach * math.hypot(1, slope) / courses))
    tiles: list[Polygon] = []
    for k in range(count):
        a, b = reach * k / count, reach * (k + 1) / count
        z0, z1 = thickness + a * slope, thickness + b * slope
        out = -0.05 if k == 0 else a
        tiles += skirt(loop(out, z0 - 0.02), loop(out, z0 + 0.045)) + skirt(loop(out, z0 + 0.045), loop(b, z1 + 0.0))
    model.add(name, tile, tiles, place)
    crown = thickness + reach * slope + 0.01
    ends = loop(reach, crown)
    corners = loop(0.0, thickness + 0.02)
    for i in range(4):
        model.add(name, tile, ridge_tiles(tuple(corners[i]), tuple(ends[i]), radius=0.11), place)
    if top == 0.0:
        model.add(name, tile, ridge_tiles(tuple(ends[0]), tuple(ends[1]), radius=0.13), place)
