"""Neighbouring houses: each a few named parts, its front on y = 0 facing -Y, its depth towards +Y."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise

import numpy as np

from archviz.geometry.surroundings.palette import pick
from archviz.geometry.surroundings.shapes import Triangles, box, gable_roof, hip_roof, join, quad, tube

__all__ = ["FAR_HOUSES", "HOUSES", "HouseParts"]

HouseParts = tuple[tuple[str, str, Triangles], ...]
"""(element suffix, palette material, triangles) of a house."""

# Glass stands this far before its wall [m]: apart for a ray, flat to the eye.
_PROUD_M = 0.02
_STOREY_M = 3.3
_ROOM_M = 4.5


def _glass_front(x0: float, z0: float, x1: float, z1: float, *, y: float = 0.0) -> Triangles:
    """A pane on a wall at ``y`` that faces -Y."""
    at = y - _PROUD_M
    return quad((x0, at, z0), (x1, at, z0), (x1, at, z1), (x0, at, z1))


def _glass_back(x0: float, z0: float, x1: float, z1: float, *, y: float) -> Triangles:
    """A pane on a wall at ``y`` that faces +Y."""
    at = y + _PROUD_M
    return quad((x1, at, z0), (x0, at, z0), (x0, at, z1), (x1, at, z1))


def _glass_sides(half: float, y0: float, z0: float, y1: float, z1: float) -> Triangles:
    """A pane on each side wall at x = -half and x = half."""
    at = half + _PROUD_M
    right = quad((at, y0, z0), (at, y1, z0), (at, y1, z1), (at, y0, z1))
    left = quad((-at, y1, z0), (-at, y0, z0), (-at, y0, z1), (-at, y1, z1))
    return join(left, right)


def _bays(start: float, end: float, *, most: int) -> Iterator[tuple[float, float]]:
    """A band of windows, room by room: so far apart that each is lit for itself, and no gap is seen."""
    count = int(np.clip(round((end - start) / _ROOM_M), 1, most))
    for a, b in pairwise(np.linspace(start, end, count + 1)):
        yield float(a), float(b) - 1e-3


def _railing(half: float, deep: float, z: float) -> Triangles:
    """Bars and a handrail along a balcony's edge at y = -deep."""
    x = np.arange(-half + 0.05, half, 0.33)
    low = np.stack([x, np.full(len(x), -deep), np.full(len(x), z)], axis=1)
    rail = box((-half, -deep, z + 0.92), (half, -deep + 0.05, z + 1.0))
    return join(rail, box(low, low + np.array([0.03, 0.03, 0.95])))


def tube_house(width: float, depth: float, height: float, rng: np.random.Generator, *, bars: bool = True) -> HouseParts:
    """A narrow town house of three to five storeys with a shop below and balconies, railed with bars or panels."""
    storeys = max(2, round(height / _STOREY_M))
    half, top = width / 2, storeys * _STOREY_M
    wall = [box((-half, 0, -0.2), (half, depth, top)), box((-half, 0, top), (half, 0.15, top + 0.9))]
    wall.append(box((-half * 0.7, depth * 0.4, top), (half * 0.7, depth * 0.75, top + 2.6)))
    glass, trim = [], [box((-half, -0.02, 3.0), (half, -0.9, 3.12))]
    shutter = box((-half + 0.35, -_PROUD_M, 0), (half - 0.35, 0.05, 2.7))
    deep = rng.uniform(0.7, 1.2)
    for k in range(1, storeys):
        z = k * _STOREY_M
        doors = 2 if rng.random() < 0.6 else 3
        edges = np.linspace(-half + 0.4, half - 0.4, doors + 1)
        glass += [_glass_front(a + 0.12, z + 0.15, b - 0.12, z + 2.5) for a, b in pairwise(edges)]
        trim.append(box((-half, -deep, z - 0.14), (half, 0, z)))
        trim.append(_railing(half, deep, z) if bars else box((-half, -deep, z), (half, -deep + 0.05, z + 1.0)))
    for z in np.arange(1, storeys) * _STOREY_M:
        glass += [_glass_back(x - 0.5, z + 0.9, x + 0.5, z + 2.2, y=depth) for x in (-0.22 * width, 0.22 * width)]
    return (
        ("wall", pick("wall", rng), join(*wall)),
        ("glass", "glass", join(*glass)),
        ("trim", "trim", join(*trim)),
        ("shutter", "steel", shutter),
    )


def old_town_house(width: float, depth: float, height: float, rng: np.random.Generator) -> HouseParts:
    """A low ochre shop house: plank doors, a tiled pent roof over the ground floor, a tiled gable above."""
    half, two = width / 2, height > 4.6
    eaves = height
    wall = box((-half, 0, -0.2), (half, depth, eaves))
    doors = [box((-half + 0.3, -_PROUD_M, 0), (half - 0.3, 0.05, 2.4))]
    posts = [box((x - 0.09, -1.3, 0), (x + 0.09, -1.12, 2.7)) for x in np.linspace(-half + 0.2, half - 0.2, 3)]
    pent = gable_roof((-half - 0.1, -1.5, 2.7), (half + 0.1, 0.9, 2.7), 0.75)
    timber = [*doors, *posts]
    if two:
        for x in np.linspace(-half, half, max(2, round(width / 2.2)) + 1)[:-1] + half / max(2, round(width / 2.2)):
            timber.append(box((x - 0.5, -_PROUD_M, 3.75), (x + 0.5, 0.05, 5.1)))
        timber.append(box((-half, -0.7, 3.5), (half, 0, 3.6)))
    roof = gable_roof((-half - 0.15, -0.7, eaves), (half + 0.15, depth + 0.4, eaves), 0.27 * depth)
    return (
        ("wall", pick("ochre", rng), wall),
        ("timber", "dark-timber", join(*timber)),
        ("roof", "old-tile", join(pent, roof)),
    )


def detached_house(width: float, depth: float, height: float, rng: np.random.Generator) -> HouseParts:
    """A suburban house with a tiled roof, windows all round, a porch and a garage door."""
    storeys = 2 if height > 4.5 else 1
    half, eaves = width / 2, storeys * 2.9
    wall = box((-half, 0, -0.2), (half, depth, eaves))
    glass = []
    for z in np.arange(storeys) * 2.9:
        for x in np.linspace(-half, half, 4)[:-1] + width / 6:
            if z > 0 or abs(x) > 0.5:
                glass.append(_glass_front(x - 0.7, z + 0.9, x + 0.7, z + 2.3))
            glass.append(_glass_back(x - 0.7, z + 0.9, x + 0.7, z + 2.3, y=depth))
        for y in (0.25 * depth, 0.68 * depth):
            glass.append(_glass_sides(half, y - 0.6, z + 0.9, y + 0.6, z + 2.3))
    door = box((-0.55, -_PROUD_M, 0), (0.55, 0.05, 2.2))
    porch = [
        box((-1.5, -1.6, 2.4), (1.5, 0, 2.55)),
        box([(-1.4, -1.5, 0), (1.26, -1.5, 0)], [(-1.26, -1.36, 2.4), (1.4, -1.36, 2.4)]),
    ]
    over = 0.55
    low, high = (-half - over, -over, eaves), (half + over, depth + over, eaves)
    roof = hip_roof(low, high, 0.28 * depth) if rng.random() < 0.5 else gable_roof(low, high, 0.33 * depth)
    walls = pick("wall", rng) if rng.random() < 0.65 else "brick-wall"
    return (
        ("wall", walls, wall),
        ("glass", "glass", join(*glass)),
        ("trim", "trim", join(*porch)),
        ("door", "dark-timber", door),
        ("roof", "roof-tile" if rng.random() < 0.6 else "slate", roof),
    )


def tower(width: float, depth: float, height: float, rng: np.random.Generator, *, mullions: bool = True) -> HouseParts:
    """An office tower: a podium with shop fronts, and bands of windows or a curtain wall above."""
    half, podium = width / 2, min(9.0, 0.3 * height)
    inset = min(2.0, 0.1 * width)
    body = box((-half + inset, inset, 0), (half - inset, depth - inset, height))
    base = box((-half, 0, -0.2), (half, depth, podium))
    crown = box((-half * 0.45, depth * 0.3, height), (half * 0.45, depth * 0.7, height + 4))
    glass = [_glass_front(-half + 0.8, 0.2, half - 0.8, min(4.2, podium - 0.6))]
    glass.append(_glass_sides(half, 0.8, 0.2, depth - 0.8, min(4.2, podium - 0.6)))
    pitch = float(rng.choice([3.6, 3.9, 7.8])) if mullions else 7.8
    # A very tall tower's bands span several storeys, to stay light.
    pitch *= max(1.0, round(height / 30.0 / pitch))
    curtain = rng.random() < 0.4
    rooms = 5 if mullions else 3
    for z in np.arange(podium + 0.6, height - 2.2, pitch):
        z1 = z + pitch - (0.35 if curtain else 1.4)
        x0, x1, y0, y1 = -half + inset + 0.5, half - inset - 0.5, inset + 0.5, depth - inset - 0.5
        for a, b in _bays(x0, x1, most=rooms):
            glass.append(_glass_front(a, z, b, z1, y=inset))
            glass.append(_glass_back(a, z, b, z1, y=depth - inset))
        glass += [_glass_sides(half - inset, a, z, b, z1) for a, b in _bays(y0, y1, most=rooms)]
    fins = []
    if mullions and (curtain or rng.random() < 0.5):
        # Vertical fins before the bands, as thin as a mullion reads from the street.
        x = np.linspace(-half + inset, half - inset, max(3, round(width / 3)) + 1)
        for y0, y1 in ((inset - 0.25, inset), (depth - inset, depth - inset + 0.25)):
            low = np.stack([x - 0.12, np.full(len(x), y0), np.full(len(x), podium)], 1)
            fins.append(box(low, low + np.array([0.24, y1 - y0, height - podium])))
    return (
        ("wall", pick("tower", rng), join(body, base, crown, *fins)),
        ("glass", "glass", join(*glass)),
    )


def stilt_house(width: float, depth: float, height: float, rng: np.random.Generator) -> HouseParts:
    """A plank house on piles with a veranda over the water; ``height`` is the eaves' over its floor."""
    half, floor = width / 2, 0.9
    eaves = floor + height
    piles = [
        tube((x, y, -3.0), (x, y, floor), 0.09, sides=5)
        for x in np.linspace(-half + 0.2, half - 0.2, 4)
        for y in np.linspace(-1.6, depth - 0.2, 4)
    ]
    deck = box((-half, -1.8, floor), (half, depth, floor + 0.15))
    posts = [
        box((x - 0.06, -1.7, floor), (x + 0.06, -1.58, eaves - 0.1)) for x in np.linspace(-half + 0.1, half - 0.1, 4)
    ]
    rail = box((-half, -1.75, floor + 0.85), (half, -1.69, floor + 0.93))
    wall = box((-half + 0.1, 0, floor), (half - 0.1, depth, eaves))
    openings = [
        box((x - 0.45, -_PROUD_M, floor + z0), (x + 0.45, 0.05, floor + 2.0))
        for x, z0 in ((-0.28 * width, 0.9), (0, 0.16), (0.28 * width, 0.9))
    ]
    sides = _glass_sides(half - 0.1, 0.3 * depth, floor + 0.9, 0.3 * depth + 1.0, floor + 1.9)
    roof = gable_roof((-half - 0.5, -2.1, eaves - 0.1), (half + 0.5, depth + 0.5, eaves - 0.1), 0.24 * depth + 0.4)
    return (
        ("piles", "dark-timber", join(*piles, *posts, rail)),
        ("deck", "plank-wall", deck),
        ("wall", "plank-wall" if rng.random() < 0.6 else pick("wall", rng), wall),
        ("openings", "glass", join(*openings, sides)),
        ("roof", "thatch" if rng.random() < 0.5 else "sheet-metal", roof),
    )


HOUSES: Mapping[str, Callable[[float, float, float, np.random.Generator], HouseParts]] = {
    "tube-houses": tube_house,
    "old-town": old_town_house,
    "houses": detached_house,
    "towers": tower,
    "stilt-houses": stilt_house,
}
"""The house of each kind of neighbours: (width, depth, height [m], generator) to its parts."""

FAR_HOUSES = {"tube-houses": partial(tube_house, bars=False), "towers": partial(tower, mullions=False)}
"""Lighter forms of those houses, for plots that stand far off."""
