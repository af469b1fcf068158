"""A timber pavilion in a park: two roofs over braced posts on a stone plinth, benches, a lattice wall."""

from __future__ import annotations

import numpy as np

from modelling.mesh import Model, Paint, Place, Polygon, box, cylinder
from modelling.parts import grid, steps
from modelling.roofs import hip_roof

__all__ = ["pavilion"]

_PAINTS = {
    "stone": Paint(color="#8d877c"),
    "paving": Paint(color="#b3a58f"),
    "timber": Paint(color="#8a5f3c"),
    "light timber": Paint(color="#b58a5c"),
    "dark timber": Paint(color="#5b3f2a"),
    "shingles": Paint(color="#6a5a4b"),
    "iron": Paint(color="#33312f"),
    "paper": Paint(color="#efe6cf"),
}

_X, _Y = 5.0, 3.6
_FLOOR, _PLATE = 0.6, 3.7
_UPPER_X, _UPPER_Y, _UPPER_PLATE = 2.6, 1.25, 5.75


def pavilion() -> Model:
    """The pavilion; metres, front to -Y."""
    model = Model("pavilion", _PAINTS)
    _plinth(model)
    _frame(model)
    _roofs(model)
    _furniture(model)
    return model


def _bar(a: tuple[float, float, float], b: tuple[float, float, float], width: float, depth: float) -> list[Polygon]:
    """A square timber from ``a`` to ``b``: ``width`` across and ``depth`` in the upright plane."""
    start, end = np.array(a), np.array(b)
    along = (end - start) / np.linalg.norm(end - start)
    side = np.cross(along, (0.0, 0.0, 1.0))
    if np.linalg.norm(side) < 1e-6:
        side = np.array([1.0, 0.0, 0.0])
    side = side / np.linalg.norm(side) * width / 2
    up = np.cross(side, along) / np.linalg.norm(side) * depth / 2
    near = [start + side + up, start - side + up, start - side - up, start + side - up]
    far = [p + end - start for p in near]
    walls = [np.array([near[i], near[(i + 1) % 4], far[(i + 1) % 4], far[i]])[::-1] for i in range(4)]
    return [*walls, np.array(near), np.array(far[::-1])]


def _plinth(model: Model) -> None:
    for k, reach in enumerate((1.15, 1.0)):
        z0, z1 = (0.0, _FLOOR - 0.12) if k else (0.0, 0.14)
        model.add("plinth", "stone", box((-_X - reach, -_Y - reach, z0), (_X + reach, _Y + reach, z1)))
    model.add(
        "plinth.edge", "paving", box((-_X - 1.06, -_Y - 1.06, _FLOOR - 0.12), (_X + 1.06, _Y + 1.06, _FLOOR - 0.02))
    )
    for i in range(12):
        for j in range(9):
            x, y = -_X - 0.96 + i * 0.993, -_Y - 0.96 + j * 1.013
            model.add("floor", "paving", box((x + 0.006, y + 0.006, _FLOOR - 0.02), (x + 0.985, y + 1.005, _FLOOR)))
    model.add("steps", "stone", steps(3.2, 3, rise=0.15, tread=0.34), Place(-1.6, -_Y - 1.0 - 3 * 0.34, 0))
    for x in (-2.0, 1.6):
        model.add("steps.cheeks", "stone", box((x, -_Y - 2.1, 0), (x + 0.4, -_Y - 1.0, _FLOOR + 0.1)))
        model.add(
            "steps.cheeks", "paving", box((x - 0.03, -_Y - 2.13, _FLOOR + 0.1), (x + 0.43, -_Y - 0.97, _FLOOR + 0.16))
        )


def _posts() -> list[tuple[float, float]]:
    across = (-_X, -_X / 3, _X / 3, _X)
    deep = (-_Y, 0.0, _Y)
    return [(x, y) for x in across for y in deep if abs(x) == _X or abs(y) == _Y]


def _frame(model: Model) -> None:
    """Posts on stone feet with braces in both directions, plates, tie beams, and the posts of the upper roof."""
    for x, y in _posts():
        model.add("feet", "stone", cylinder((x, y, _FLOOR - 0.02), (x, y, _FLOOR + 0.22), 0.24, sides=12))
        model.add("posts", "timber", cylinder((x, y, _FLOOR + 0.2), (x, y, _PLATE), 0.14, sides=14))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            end = (x + 0.85 * dx, y + 0.85 * dy)
            if abs(end[0]) <= _X and abs(end[1]) <= _Y and (abs(x) == _X if dx == 0 else abs(y) == _Y):
                model.add("braces", "timber", _bar((x, y, _PLATE - 0.95), (*end, _PLATE - 0.08), 0.1, 0.14))
    for y in (-_Y, _Y):
        model.add("plates", "timber", box((-_X - 0.45, y - 0.1, _PLATE - 0.12), (_X + 0.45, y + 0.1, _PLATE + 0.14)))
    for x in (-_X, -_X / 3, _X / 3, _X):
        model.add("beams", "timber", box((x - 0.09, -_Y - 0.14, _PLATE + 0.02), (x + 0.09, _Y + 0.14, _PLATE + 0.28)))
    for x in (-_UPPER_X, 0.0, _UPPER_X):
        for y in (-_UPPER_Y, _UPPER_Y):
            model.add(
                "upper.posts", "timber", box((x - 0.08, y - 0.08, _PLATE + 0.3), (x + 0.08, y + 0.08, _UPPER_PLATE))
            )
    for y in (-_UPPER_Y, _UPPER_Y):
        model.add(
            "upper.plates",
            "timber",
            box((-_UPPER_X - 0.3, y - 0.09, _UPPER_PLATE - 0.2), (_UPPER_X + 0.3, y + 0.09, _UPPER_PLATE)),
        )
    for x in (-_UPPER_X, _UPPER_X):
        model.add(
            "upper.plates",
            "timber",
            box((x - 0.08, -_UPPER_Y - 0.3, _UPPER_PLATE - 0.16), (x + 0.08, _UPPER_Y + 0.3, _UPPER_PLATE + 0.02)),
        )


def _roofs(model: Model) -> None:
    """A lower skirt of shingles with its rafters seen from below, louvres, and the upper hip."""
    over = 1.25
    length, width = 2 * (_X + over), 2 * (_Y + over)
    top = 2 * _UPPER_Y + 0.3
    rise = (width / 2) * 0.5
    eaves = _PLATE + 0.14 - over * 0.5
    hip_roof(
        model,
        "roof.lower",
        Place(-length / 2, -width / 2, eaves + 0.14),
        length=length,
        width=width,
        rise=rise,
        tile="shingles",
        board="light timber",
        top=top,
        courses=0.3,
    )
    reach = (width - top) / 2
    for side in (-1, 1):
        for i in range(17):
            x = -_X - 0.8 + i * (2 * _X + 1.6) / 16
            inner = min(reach - 0.1, length / 2 - abs(x) - 0.12)
            a, b = width / 2 - 0.12, width / 2 - inner
            ends = [(x, side * d, eaves + 0.5 * (width / 2 - d) + 0.06) for d in (a, b)]
            model.add("rafters", "light timber", _bar(ends[0], ends[1], 0.09, 0.14))
        for i in range(11):
            y = -_Y - 0.7 + i * (2 * _Y + 1.4) / 10
            inner = min(reach - 0.1, width / 2 - abs(y) - 0.12)
            a, b = length / 2 - 0.12, length / 2 - inner
            ends = [(side * d, y, eaves + 0.5 * (length / 2 - d) + 0.06) for d in (a, b)]
            model.add("rafters", "light timber", _bar(ends[0], ends[1], 0.09, 0.14))
    low = eaves + 0.14 + 0.16 + reach * 0.5
    x, y = _UPPER_X + 0.02, _UPPER_Y + 0.02
    for k in range(int((_UPPER_PLATE - 0.2 - low) / 0.13)):
        z = low + 0.06 + k * 0.13
        model.add(
            "louvres",
            "dark timber",
            box((-x, -y, z), (x, -y + 0.05, z + 0.07)) + box((-x, y - 0.05, z), (x, y, z + 0.07)),
        )
        model.add(
            "louvres",
            "dark timber",
            box((-x, -y + 0.06, z), (-x + 0.05, y - 0.06, z + 0.07))
            + box((x - 0.05, -y + 0.06, z), (x, y - 0.06, z + 0.07)),
        )
    up, out = 0.62, 0.95
    length, width = 2 * (_UPPER_X + out), 2 * (_UPPER_Y + out)
    at = Place(-length / 2, -width / 2, _UPPER_PLATE - out * up + 0.12)
    hip_roof(
        model,
        "roof.upper",
        at,
        length=length,
        width=width,
        rise=width / 2 * up,
        tile="shingles",
        board="light timber",
        courses=0.28,
    )
    ridge = at.z + width / 2 * up + 0.2
    for x in (-(length - width) / 2, (length - width) / 2):
        model.add(
            "finials",
            "dark timber",
            cylinder((x, 0, ridge - 0.1), (x, 0, ridge + 0.55), 0.06, sides=10)
            + box((x - 0.13, -0.13, ridge + 0.05), (x + 0.13, 0.13, ridge + 0.17)),
        )


def _furniture(model: Model) -> None:
    """A lattice wall at the back, benches with backs along the sides, a table, lanterns."""
    for x in (-_X + 0.14, -_X / 3 + 0.14, _X / 3 + 0.14):
        at = Place(x, _Y - 0.05, _FLOOR + 0.5)
        wide = 2 * _X / 3 - 0.28
        model.add("lattice", "dark timber", grid(wide, 1.75, 14, 8, bar=0.04, depth=0.05), at)
        model.add("lattice.frame", "timber", grid(wide, 1.75, 1, 1, bar=0.09, depth=0.09), at.at(0, -0.02, 0))
        model.add(
            "lattice.board",
            "timber",
            [p for k in range(3) for p in box((0, 0.0, -0.45 + 0.14 * k), (wide, 0.06, -0.32 + 0.14 * k))],
            at,
        )
    for side in (-1, 1):
        for y0, y1 in ((-_Y + 0.2, -0.2), (0.2, _Y - 0.25)):
            x = side * (_X - 0.3)
            seats = [
                p
                for k in range(4)
                for p in box((x - 0.24 + 0.125 * k, y0, _FLOOR + 0.42), (x - 0.13 + 0.125 * k, y1, _FLOOR + 0.47))
            ]
            legs = [
                p
                for y in (y0 + 0.1, (y0 + y1) / 2, y1 - 0.2)
                for p in box((x - 0.22, y, _FLOOR), (x + 0.22, y + 0.1, _FLOOR + 0.42))
            ]
            model.add("benches", "light timber", seats)
            model.add("benches.legs", "timber", legs)
            count = round((y1 - y0) / 0.16)
            rail = side * _X
            slats = [
                p
                for k in range(count)
                for p in box(
                    (rail - 0.02, y0 + k * (y1 - y0) / count, _FLOOR + 0.47),
                    (rail + 0.02, y0 + k * (y1 - y0) / count + 0.06, _FLOOR + 0.9),
                )
            ]
            model.add(
                "benches.backs",
                "timber",
                slats + box((rail - 0.06, y0 - 0.06, _FLOOR + 0.9), (rail + 0.06, y1 + 0.06, _FLOOR + 0.98)),
            )
    model.add(
        "table",
        "light timber",
        [
            p
            for k in range(6)
            for p in box((-1.0, -0.45 + 0.155 * k, _FLOOR + 0.7), (1.0, -0.31 + 0.155 * k, _FLOOR + 0.75))
        ],
    )
    model.add(
        "table.legs",
        "timber",
        box((-0.75, -0.3, _FLOOR), (-0.6, 0.3, _FLOOR + 0.7)) + box((0.6, -0.3, _FLOOR), (0.75, 0.3, _FLOOR + 0.7)),
    )
    for y in (-0.85, 0.85):
        model.add(
            "stools",
            "timber",
            [p for x in (-0.6, 0.6) for p in cylinder((x, y, _FLOOR), (x, y, _FLOOR + 0.44), 0.19, sides=12)],
        )
    for x in (-_X * 2 / 3, 0.0, _X * 2 / 3):
        model.add("lanterns", "paper", cylinder((x, -_Y, _PLATE - 0.85), (x, -_Y, _PLATE - 0.4), 0.15, sides=12))
        model.add(
            "lanterns.iron",
            "iron",
            cylinder((x, -_Y, _PLATE - 0.41), (x, -_Y, _PLATE - 0.12), 0.012, sides=6)
            + [
                p
                for z in (-0.88, -0.42)
                for p in cylinder((x, -_Y, _PLATE + z), (x, -_Y, _PLATE + z + 0.04), 0.165, sides=12)
            ],
        )
