"""Plants of gardens and balconies: shrubs, hedges, grasses, trees, palms."""

from __future__ import annotations

import itertools
import math

import numpy as np

from modelling.mesh import Model, Place, Polygon, blob, cylinder, frustum

__all__ = ["grass_tuft", "palm", "row_of_shrubs", "trailing", "tree"]


def row_of_shrubs(
    length: float, depth: float, height: float, rng: np.random.Generator, *, detail: int = 1
) -> list[Polygon]:
    """Shrubs that fill a bed along x, from its soil upwards."""
    count = max(2, round(length / (0.7 * max(depth, height))))
    polygons: list[Polygon] = []
    for i in range(count):
        tall = height * rng.uniform(0.7, 1.1)
        center = ((i + rng.uniform(0.35, 0.65)) * length / count, depth / 2 * rng.uniform(0.8, 1.2), tall * 0.42)
        radii = (length / count * rng.uniform(0.55, 0.75), depth * rng.uniform(0.45, 0.6), tall * 0.58)
        polygons += blob(center, radii, rng, detail=detail)
    return polygons


def trailing(length: float, drop: float, rng: np.random.Generator) -> list[Polygon]:
    """Plants that hang over a trough's rim: uneven curtains of leaves in the plane y = 0."""
    polygons: list[Polygon] = []
    x = 0.0
    while x < length:
        wide = rng.uniform(0.1, 0.24)
        center = (min(x + wide / 2, length - wide / 2), 0.0, -drop * rng.uniform(0.15, 0.4))
        polygons += blob(center, (wide * 0.75, 0.07, drop * rng.uniform(0.3, 0.65)), rng, detail=1)
        x += wide
    return polygons


def grass_tuft(height: float, spread: float, rng: np.random.Generator, *, blades: int = 14) -> list[Polygon]:
    """A tuft of bent blades."""
    polygons: list[Polygon] = []
    for _ in range(blades):
        turn, lean = rng.uniform(0, 2 * math.pi), rng.uniform(0.3, 1.0)
        out = np.array([math.cos(turn), math.sin(turn), 0.0])
        side = np.array([-out[1], out[0], 0.0]) * 0.014
        tall = height * rng.uniform(0.7, 1.0)
        spine = [
            out * spread * lean * t * t + np.array([0, 0, tall * (t - 0.25 * lean * t * t)]) for t in (0, 0.4, 0.75, 1)
        ]
        for k, (a, b) in enumerate(itertools.pairwise(spine)):
            wide, narrow = side * (1 - k / 3), side * (1 - (k + 1) / 3)
            polygons.append(np.array([a - wide, a + wide, b + narrow, b - narrow]))
    return polygons


def tree(
    model: Model,
    name: str,
    place: Place,
    rng: np.random.Generator,
    *,
    height: float,
    spread: float,
    leaves: str = "leaves",
    bark: str = "bark",
    lumps: int = 24,
) -> None:
    """A broad-leaved tree: a trunk that forks, and a crown of lumps; elements ``name.trunk`` and ``.crown``."""
    fork = height * rng.uniform(0.26, 0.34)
    thick = height * 0.022
    bend = rng.uniform(-0.12, 0.12, 2)
    top = np.array([*bend, fork])
    wood = frustum((0, 0, 0), top, (thick * 1.35, thick), sides=9)
    crown: list[Polygon] = []
    middle = np.array([*bend, height * 0.66])
    for i in range(lumps):
        # Evenly over an ellipsoid, by the golden angle; the lowest cap stays open to show the fork.
        up = 1 - 1.62 * (i + 0.5) / lumps
        turn = i * math.pi * (3 - 5**0.5) + rng.uniform(-0.3, 0.3)
        flat = math.sqrt(1 - up * up) * rng.uniform(0.8, 1.1)
        out = np.array(
            [flat * math.cos(turn) * spread * 0.34, flat * math.sin(turn) * spread * 0.34, up * height * 0.24]
        )
        radius = spread * rng.uniform(0.13, 0.19)
        crown += blob(middle + out, (radius, radius, radius * 0.8), rng, rough=0.26)
        if i % 3 == 2:
            wood += frustum(top, middle + out * 0.8, (thick * 0.55, thick * 0.2), sides=6)
    radii = (spread * 0.3, spread * 0.3, height * 0.2)
    crown += blob(middle, radii, rng, detail=1)
    model.add(f"{name}.trunk", bark, wood, place)
    model.add(f"{name}.crown", leaves, crown, place)


def palm(
    model: Model,
    name: str,
    place: Place,
    rng: np.random.Generator,
    *,
    height: float,
    leaves: str = "leaves",
    bark: str = "bark",
) -> None:
    """A palm: a ringed, bent trunk and feather leaves; elements ``name.trunk`` and ``name.crown``."""
    bend = rng.uniform(-0.07, 0.07, 2) * height
    spine = [np.array([bend[0] * t * t, bend[1] * t * t, height * t]) for t in np.linspace(0, 1, 7)]
    wood: list[Polygon] = []
    for k, (a, b) in enumerate(itertools.pairwise(spine)):
        wood += frustum(a, b, (0.15 - 0.011 * k, 0.135 - 0.011 * k), sides=9)
    crown: list[Polygon] = []
    fronds = 13
    for i in range(fronds):
        turn = 2 * math.pi * i / fronds + rng.uniform(-0.15, 0.15)
        rise, long = rng.uniform(0.1, 1.0), height * 0.12 + rng.uniform(1.1, 1.5)
        crown += _frond(spine[-1], turn, rise, long)
    crown += cylinder(spine[-1] - [0, 0, 0.35], spine[-1] + [0, 0, 0.12], 0.1, sides=8)
    model.add(f"{name}.trunk", bark, wood, place)
    model.add(f"{name}.crown", leaves, crown, place)


def _frond(root: np.ndarray, turn: float, rise: float, long: float) -> list[Polygon]:
    """One feather leaf: a bent roof of two strips, toothed at its edge."""
    out, side = np.array([math.cos(turn), math.sin(turn), 0.0]), np.array([-math.sin(turn), math.cos(turn), 0.0])
    polygons: list[Polygon] = []
    count = 9
    spine = []
    for t in np.linspace(0, 1, count + 1):
        spine.append(
            root + out * long * (t - 0.12 * t**3) + np.array([0, 0, long * (rise * t - (0.45 + rise) * t * t)])
        )
    for k in range(count):
        a, b = spine[k], spine[k + 1]
        t = (k + 0.5) / count
        wide = 0.34 * long * math.sin(math.pi * min(t * 0.9 + 0.1, 1.0)) ** 0.8
        for sign in (-1, 1):
            tip = (a + b) / 2 + side * sign * wide + out * wide * 0.45 - np.array([0, 0, wide * 0.38])
            polygons.append(np.array([a, b, tip] if sign < 0 else [b, a, tip]))
    return polygons
