"""Building parts: walls with holes, windows, doors, railings, screens.

Every part is drawn as if for a south wall (x right, y into the wall, z up) and put to its place.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from modelling.mesh import Model, Place, Polygon, box, cylinder, ring

__all__ = [
    "ENGLISH",
    "VIETNAMESE",
    "Hole",
    "Words",
    "bars",
    "breeze_blocks",
    "door",
    "fins",
    "gable",
    "glass_railing",
    "grid",
    "pipe",
    "railing",
    "steps",
    "trough",
    "wall",
    "window",
]


@dataclass(frozen=True)
class Hole:
    """A rectangle in a wall, from the wall's lower left corner [m]."""

    x0: float
    x1: float
    z0: float
    z1: float

    @property
    def width(self) -> float:
        """Along the wall [m]."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Upwards [m]."""
        return self.z1 - self.z0


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the pieces of windows and doors are called in a model."""

    frame: str = "frame"
    glass: str = "glass"
    sill: str = "sill"
    leaf: str = "leaf"
    handle: str = "handle"


ENGLISH = Words()
VIETNAMESE = Words(frame="khung", glass="kính", sill="bậu", leaf="cánh", handle="tay_nắm")


def wall(length: float, height: float, thickness: float, holes: Sequence[Hole] = ()) -> list[Polygon]:
    """A straight wall with holes and their reveals: x from 0 to ``length``, outer face at y = 0."""
    polygons: list[Polygon] = []
    levels = sorted({0.0, height, *(z for h in holes for z in (h.z0, h.z1) if 0 < z < height)})
    for z0, z1 in itertools.pairwise(levels):
        open_here = sorted((h.x0, h.x1) for h in holes if h.z0 < (z0 + z1) / 2 < h.z1)
        at = 0.0
        for x0, x1 in [*open_here, (length, length)]:
            if x0 > at:
                face = np.array([[at, 0, z0], [x0, 0, z0], [x0, 0, z1], [at, 0, z1]])
                polygons += [face, face[::-1] + (0, thickness, 0)]
            at = max(at, x1)
    for h in holes:
        polygons += _reveals(h, thickness, bottom=h.z0 > 0)
    # Ends, top and bottom; a door's hole leaves its strip of the bottom, which stands on the ground.
    shell = box((0, 0, 0), (length, thickness, height))
    return polygons + [shell[i] for i in (0, 1, 3, 5)]


def gable(width: float, rise: float, thickness: float, holes: Sequence[Hole] = ()) -> list[Polygon]:
    """The triangle of a gable over x from 0 to ``width`` with holes and their reveals, outer face at y = 0."""
    polygons: list[Polygon] = []
    levels = sorted({0.0, rise, *(z for h in holes for z in (h.z0, h.z1))})
    for z0, z1 in itertools.pairwise(levels):
        slopes = [(width / 2 * z / rise, width - width / 2 * z / rise) for z in (z0, z1)]
        open_here = sorted((h.x0, h.x1) for h in holes if h.z0 < (z0 + z1) / 2 < h.z1)
        left = (slopes[0][0], slopes[1][0])
        for x0, x1 in [*open_here, (None, None)]:
            right = (slopes[0][1], slopes[1][1]) if x0 is None else (x0, x0)
            face = np.array([[left[0], 0, z0], [right[0], 0, z0], [right[1], 0, z1], [left[1], 0, z1]])
            polygons += [face, face[::-1] + (0, thickness, 0)]
            left = (0.0, 0.0) if x1 is None else (x1, x1)
    return polygons + [p for h in holes for p in _reveals(h, thickness, bottom=True)]


def _reveals(h: Hole, depth: float, *, bottom: bool) -> list[Polygon]:
    a, b, c, d = h.x0, h.x1, h.z0, h.z1
    sides = [
        np.array([[a, 0, c], [a, 0, d], [a, depth, d], [a, depth, c]], dtype=np.float64)[::-1],
        np.array([[b, 0, c], [b, depth, c], [b, depth, d], [b, 0, d]], dtype=np.float64)[::-1],
        np.array([[a, 0, d], [b, 0, d], [b, depth, d], [a, depth, d]], dtype=np.float64)[::-1],
    ]
    if bottom:
        sides.append(np.array([[a, 0, c], [a, depth, c], [b, depth, c], [b, 0, c]], dtype=np.float64)[::-1])
    return sides


def window(
    model: Model,
    name: str,
    place: Place,
    hole: Hole,
    *,
    frame: str = "frame",
    glass: str = "glass",
    recess: float = 0.12,
    columns: int = 1,
    rows: int = 1,
    transom: float = 0.0,
    bar: float = 0.05,
    sill: str = "",
    words: Words = ENGLISH,
) -> None:
    """A window in a wall's hole: frame, bars and one pane behind them, a sill where a material is given.

    Parameters
    ----------
    model, name, place
        Its elements are ``name.frame``, ``name.glass`` and ``name.sill``, or what ``words`` say.
    hole
        In the wall at ``place``.
    frame, glass, sill
        Materials; no sill where empty.
    recess
        Of the frame behind the wall's face [m].
    columns, rows
        Lights side by side and above one another.
    transom
        Height of one more bar above the hole's bottom [m]; 0 for none.
    bar
        Width of the frame; bars are four fifths of it [m].
    words
        What its pieces are called.
    """
    at = place.at(hole.x0, recess, hole.z0)
    w, h = hole.width, hole.height
    deep, thin = 0.07, bar * 0.8
    outer = [(0, 0), (w, 0), (w, h), (0, h)]
    inner = [(bar, bar), (w - bar, bar), (w - bar, h - bar), (bar, h - bar)]
    polygons = ring(outer, inner, 0.0, deep)
    for i in range(1, columns):
        x = w * i / columns
        polygons += box((x - thin / 2, 0.005, bar), (x + thin / 2, deep - 0.005, h - bar))
    heights = [h * i / rows for i in range(1, rows)] + ([transom] if transom else [])
    for z in heights:
        polygons += box((bar, 0.008, z - thin / 2), (w - bar, deep - 0.008, z + thin / 2))
    model.add(f"{name}.{words.frame}", frame, polygons, at)
    # The pane is let into the frame.
    rebate = bar - 0.01
    pane = box((rebate, 0.03, rebate), (w - rebate, 0.042, h - rebate))
    model.add(f"{name}.{words.glass}", glass, pane, at)
    if sill:
        model.add(f"{name}.{words.sill}", sill, box((-0.05, -recess - 0.05, -0.06), (w + 0.05, 0.03, 0.0)), at)


def door(
    model: Model,
    name: str,
    place: Place,
    hole: Hole,
    *,
    leaf: str = "timber",
    frame: str = "frame",
    recess: float = 0.1,
    leaves: int = 1,
    panels: int = 3,
    handle: str = "",
    words: Words = ENGLISH,
) -> None:
    """A panelled door in a wall's hole: frame, leaves with raised panels, handles where a material is given."""
    at = place.at(hole.x0, recess, hole.z0)
    w, h, jamb = hole.width, hole.height, 0.06
    posts = box((0, 0, 0), (jamb, 0.1, h)) + box((w - jamb, 0, 0), (w, 0.1, h))
    model.add(f"{name}.{words.frame}", frame, posts + box((jamb, 0, h - jamb), (w - jamb, 0.1, h)), at)
    step = (w - 2 * jamb) / leaves
    for i in range(leaves):
        x0, x1 = jamb + i * step + 0.004, jamb + (i + 1) * step - 0.004
        model.add(f"{name}.{words.leaf}", leaf, box((x0, 0.045, 0.01), (x1, 0.085, h - jamb)), at)
        tall = (h - jamb - 0.12) / panels
        for k in range(panels):
            z0 = 0.1 + k * tall
            model.add(f"{name}.{words.leaf}", leaf, box((x0 + 0.1, 0.028, z0), (x1 - 0.1, 0.045, z0 + tall - 0.08)), at)
        if handle:
            x = x1 - 0.07 if i % 2 == 0 else x0 + 0.04
            model.add(f"{name}.{words.handle}", handle, box((x, -0.005, 0.9), (x + 0.03, 0.045, 1.15)), at)


def bars(
    start: float, end: float, count: int, low: tuple[float, float], high: tuple[float, float], width: float
) -> list[Polygon]:
    """``count`` upright bars evenly from x = ``start`` to ``end``; ``low`` and ``high`` are y, z corners."""
    step = (end - start - width) / max(count - 1, 1)
    return [p for i in range(count) for p in box((start + i * step, *low), (start + i * step + width, *high))]


def railing(
    length: float, *, height: float = 1.0, gap: float = 0.11, bar: float = 0.016, post: float = 0.04
) -> list[Polygon]:
    """A steel railing along x: handrail, foot rail, posts, upright bars."""
    polygons = box((0, 0, height - 0.04), (length, 0.05, height)) + box((0, 0.01, 0.08), (length, 0.04, 0.11))
    posts = max(2, round(length / 1.4) + 1)
    polygons += bars(0, length, posts, (0.005, 0.0), (0.005 + post, height - 0.04), post)
    count = max(2, round(length / gap))
    return polygons + bars(gap / 2, length - gap / 2, count, (0.017, 0.11), (0.017 + bar, height - 0.04), bar)


def glass_railing(
    model: Model, name: str, place: Place, length: float, *, height: float = 1.0, metal: str = "frame"
) -> None:
    """A railing of glass sheets under a handrail, in a foot channel."""
    metalwork = box((0, 0, 0), (length, 0.06, 0.08)) + box((0, 0.005, height - 0.035), (length, 0.055, height))
    model.add(f"{name}.railing", metal, metalwork, place)
    sheets = max(1, round(length / 1.5))
    for i in range(sheets):
        x0, x1 = length * i / sheets + 0.012, length * (i + 1) / sheets - 0.012
        model.add(f"{name}.railing-glass", "glass", box((x0, 0.022, 0.08), (x1, 0.036, height - 0.035)), place)


def fins(length: float, height: float, *, gap: float, width: float, depth: float) -> list[Polygon]:
    """Upright fins (lam) along x from y = 0 to ``depth``, in a thin head and foot rail."""
    count = max(2, round(length / gap))
    polygons = bars(0, length, count, (0.0, 0.05), (depth, height - 0.05), width)
    rails = ((0.0, 0.05), (height - 0.05, height))
    return polygons + [p for z0, z1 in rails for p in box((0, 0, z0), (length, depth, z1))]


def grid(length: float, height: float, columns: int, rows: int, *, bar: float, depth: float) -> list[Polygon]:
    """A lattice of bars with square edges from y = 0 to ``depth``."""
    polygons: list[Polygon] = []
    for i in range(columns + 1):
        x = (length - bar) * i / columns
        polygons += box((x, 0, 0), (x + bar, depth, height))
    for k in range(rows + 1):
        z = (height - bar) * k / rows
        polygons += box((0, 0.002, z), (length, depth - 0.002, z + bar))
    return polygons


def breeze_blocks(length: float, height: float, *, size: float = 0.3, depth: float = 0.1) -> list[Polygon]:
    """A screen of ventilation blocks, each a square with a lozenge in it, as whole blocks as fit."""
    columns, rows = max(1, round(length / size)), max(1, round(height / size))
    w, h = length / columns, height / rows
    polygons = grid(length, height, columns, rows, bar=0.035, depth=depth)
    for i in range(columns):
        for k in range(rows):
            x, z = (i + 0.5) * w, (k + 0.5) * h
            loops = [[(x - s * w, z), (x, z - s * h), (x + s * w, z), (x, z + s * h)] for s in (0.47, 0.33)]
            polygons += ring(loops[0], loops[1], 0.015, depth - 0.015)
    return polygons


def steps(width: float, rises: int, *, rise: float = 0.15, tread: float = 0.32) -> list[Polygon]:
    """Outside steps that climb along +y from y = 0, each block standing on the ground."""
    return [p for i in range(rises) for p in box((0, i * tread, 0), (width, (i + 1) * tread, (i + 1) * rise))]


def trough(length: float, depth: float, height: float, *, thickness: float = 0.06, soil: float = 0.06) -> list[Polygon]:
    """A planting trough: four sides and the earth ``soil`` below its rim."""
    t = thickness
    polygons = box((0, 0, 0), (length, t, height)) + box((0, depth - t, 0), (length, depth, height))
    polygons += box((0, t, 0), (t, depth - t, height)) + box((length - t, t, 0), (length, depth - t, height))
    return polygons + box((t, t, 0), (length - t, depth - t, height - soil))


def pipe(points: Sequence[Sequence[float]], radius: float, *, sides: int = 8) -> list[Polygon]:
    """A pipe through points."""
    return [p for a, b in itertools.pairwise(points) for p in cylinder(a, b, radius, sides=sides)]
