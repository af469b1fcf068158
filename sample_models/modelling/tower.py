"""A white massing model of a tower: a podium with a colonnade, four shifted blocks between sky gardens."""

from __future__ import annotations

import math

import numpy as np

from modelling.mesh import Model, Paint, Polygon, box, cylinder, extrude

__all__ = ["tower_massing"]

_PAINTS = {"card": Paint(color="#e8e6e1")}
_STOREY, _SLAB = 3.6, 0.5
_PODIUM = 3


def tower_massing() -> Model:
    """The tower; metres, front to -Y."""
    model = Model("tower-massing", _PAINTS)
    top = _podium(model)
    for storeys, x0, x1, y0, y1 in (
        (7, -15.0, 13.0, -10.0, 12.0),
        (7, -12.0, 15.0, -12.0, 10.0),
        (6, -14.0, 11.0, -9.5, 11.5),
        (5, -9.0, 13.5, -11.0, 8.5),
    ):
        top = _sky_garden(model, top)
        top = _block(model, top, storeys, x0, x1, y0, y1)
    _crown(model, top)
    return model


def _rounded(x0: float, x1: float, y0: float, y1: float, radius: float) -> list[tuple[float, float]]:
    """A rectangle with round corners, counter-clockwise."""
    corners = [
        (x1 - radius, y1 - radius, 0),
        (x0 + radius, y1 - radius, 90),
        (x0 + radius, y0 + radius, 180),
        (x1 - radius, y0 + radius, 270),
    ]
    return [
        (cx + radius * math.cos(math.radians(start + 15 * k)), cy + radius * math.sin(math.radians(start + 15 * k)))
        for cx, cy, start in corners
        for k in range(7)
    ]


def _add(model: Model, name: str, polygons: list[Polygon]) -> None:
    model.add(name, "card", polygons)


def _fins(loop: list[tuple[float, float]], z0: float, z1: float, gap: float, depth: float) -> list[Polygon]:
    """Fins square to the outline of a plan, evenly along it."""
    points = np.array([*loop, loop[0]])
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    total = float(lengths.sum())
    count = round(total / gap)
    ends = np.cumsum(lengths)
    polygons: list[Polygon] = []
    for i in range(count):
        at = i * total / count
        side = int(np.searchsorted(ends, at, side="right"))
        along = (points[side + 1] - points[side]) / lengths[side]
        foot = points[side] + along * (at - (ends[side] - lengths[side]))
        out = np.array([along[1], -along[0]])
        quad = [
            foot - along * 0.09 - out * 0.1,
            foot - along * 0.09 + out * depth,
            foot + along * 0.09 + out * depth,
            foot + along * 0.09 - out * 0.1,
        ]
        polygons += extrude([tuple(q) for q in quad], z0, z1)
    return polygons


def _podium(model: Model) -> float:
    """Three storeys of shops: a colonnade, deep slabs, a stepped garden roof."""
    x0, x1, y0, y1 = -24.0, 24.0, -18.0, 16.0
    height = 4.8
    _add(model, "ground", box((x0 - 4, y0 - 5, 0.0), (x1 + 4, y1 + 4, 0.3)))
    for k in range(3):
        _add(model, "steps", box((-8.0, y0 - 6.2 + 0.4 * k, 0.0), (8.0, y0 - 5, 0.1 * (k + 1))))
    for k in range(_PODIUM):
        z = 0.3 + k * height
        inset = 3.2 if k == 0 else 1.4
        _add(
            model,
            "podium.core",
            extrude(_rounded(x0 + inset, x1 - inset, y0 + inset, y1 - inset, 3.0), z, z + height - 0.7),
        )
        cut = 4.5 * (k == _PODIUM - 1)
        _add(model, "podium.slab", extrude(_rounded(x0, x1 - cut, y0, y1 - cut, 4.0), z + height - 0.7, z + height))
        if k:
            inner = _rounded(x0 + 1.0, x1 - 1.0, y0 + 1.0, y1 - 1.0, 3.4)
            _add(model, "podium.fins", _fins(inner, z, z + height - 0.7, 1.5, 0.55))
    for i in range(9):
        x = x0 + 1.4 + i * (x1 - x0 - 2.8) / 8
        for y in (y0 + 1.2, y1 - 1.2):
            _add(model, "podium.columns", cylinder((x, y, 0.3), (x, y, 0.3 + height - 0.7), 0.42, sides=14))
    for j in range(1, 6):
        y = y0 + 1.2 + j * (y1 - y0 - 2.4) / 6
        for x in (x0 + 1.4, x1 - 1.4):
            _add(model, "podium.columns", cylinder((x, y, 0.3), (x, y, 0.3 + height - 0.7), 0.42, sides=14))
    _add(model, "canopy", box((-6.5, y0 - 4.2, 4.0), (6.5, y0 + 3.0, 4.35)))
    for x in (-6.0, 5.8):
        _add(model, "canopy", box((x, y0 - 3.9, 0.3), (x + 0.2, y0 - 3.7, 4.0)))
    top = 0.3 + _PODIUM * height
    _add(
        model,
        "podium.parapet",
        [
            p
            for a, b, c, d in ((x0 + 4, x1 - 8.5, y0, y0 + 0.25), (x0, x0 + 0.25, y0 + 4, y1 - 8.5))
            for p in box((a, c, top), (b, d, top + 1.1))
        ],
    )
    for x, y, w, d in (
        (16.4, -15.0, 2.6, 12.0),
        (-21.0, 5.0, 4.5, 5.0),
        (-21.0, -15.0, 5.0, 2.2),
        (2.0, -16.2, 9.0, 1.8),
    ):
        _add(model, "podium.planters", box((x, y, top), (x + w, y + d, top + 0.7)))
    return top


def _sky_garden(model: Model, z: float) -> float:
    """An open storey: the core, and columns under the block above."""
    height = 5.2
    _add(model, "core", extrude(_rounded(-7.0, 7.0, -5.0, 5.5, 1.5), z, z + height))
    for x in (-8.2, -2.8, 2.8, 8.2):
        for y in (-7.8, 7.4):
            _add(model, "columns", cylinder((x, y, z), (x, y, z + height), 0.45, sides=12))
    return z + height


def _block(model: Model, z: float, storeys: int, x0: float, x1: float, y0: float, y1: float) -> float:
    """Storeys of recessed glass between slabs with round corners, fins over the full height."""
    outline = _rounded(x0, x1, y0, y1, 3.2)
    glass = _rounded(x0 + 1.1, x1 - 1.1, y0 + 1.1, y1 - 1.1, 2.3)
    height = storeys * _STOREY + _SLAB
    _add(model, "volume", extrude(glass, z, z + height - 0.1))
    for k in range(storeys + 1):
        _add(model, "slab", extrude(outline, z + k * _STOREY, z + k * _STOREY + _SLAB))
    line = _rounded(x0 + 0.75, x1 - 0.75, y0 + 0.75, y1 - 0.75, 2.6)
    for k in range(storeys):
        _add(model, "fins", _fins(line, z + k * _STOREY + _SLAB, z + (k + 1) * _STOREY, 2.2 if k % 2 else 1.6, 0.45))
    return z + height


def _crown(model: Model, z: float) -> None:
    """A parapet, a screen around the plant, a mast."""
    x0, x1, y0, y1 = -6.0, 10.5, -8.0, 5.5
    _add(model, "crown", extrude(_rounded(x0 + 1.0, x1 - 1.0, y0 + 1.0, y1 - 1.0, 1.2), z, z + 4.2))
    _add(model, "crown.screen", _fins(_rounded(x0, x1, y0, y1, 2.0), z, z + 6.4, 0.8, 0.35))
    _add(
        model,
        "crown.ring",
        [
            p
            for a, b in ((z + 5.9, z + 6.4),)
            for p in extrude(_rounded(x0 + 0.1, x1 - 0.1, y0 + 0.1, y1 - 0.1, 1.9), a, b)
        ],
    )
    _add(model, "mast", cylinder((2.0, -1.0, z + 6.4), (2.0, -1.0, z + 18.0), 0.22, sides=10))
