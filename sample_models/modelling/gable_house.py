"""A brick house with gable roof, chimney, dormers, bay window, porch and a glazed lean-to."""

from __future__ import annotations

import math

import numpy as np

from modelling.mesh import Model, Paint, Place, Polygon, box, cylinder, extrude
from modelling.parts import Hole, bars, door, gable, pipe, wall, window
from modelling.planting import row_of_shrubs, tree
from modelling.roofs import gable_roof

__all__ = ["gable_house"]

_PAINTS = {
    "brick": Paint(color="#8f5b47", roughness=0.9),
    "dark brick": Paint(color="#6a4438", roughness=0.9),
    "limestone": Paint(color="#c9bfa9", roughness=0.8),
    "slate roof": Paint(color="#565a60", roughness=0.6),
    "white timber": Paint(color="#e9e6de", roughness=0.6),
    "oak timber": Paint(color="#8b6743", roughness=0.7),
    "door paint": Paint(color="#2f4a4d", roughness=0.5),
    "lead": Paint(color="#7d8186", roughness=0.5, metallic=0.3),
    "clay": Paint(color="#b06a4a", roughness=0.85),
    "iron": Paint(color="#2b2b2c", roughness=0.5, metallic=0.5),
    "glass": Paint(color="#a2b4b6", roughness=0.05, alpha=0.25),
    "paving stone": Paint(color="#a79f90", roughness=0.85),
    "leaves": Paint(color="#4b6a33", roughness=0.85),
    "light leaves": Paint(color="#71894a", roughness=0.85),
    "bark": Paint(color="#66543f", roughness=0.95),
}

_LENGTH, _WIDTH = 11.2, 8.0
_BASE, _EAVES, _RISE = 0.35, 4.3, 4.1
_WALL = 0.34


def gable_house() -> Model:
    """The house; metres, front to -Y."""
    model = Model("gable-house", _PAINTS)
    rng = np.random.default_rng(3)
    _walls(model)
    gable_roof(
        model,
        "roof",
        Place(-_LENGTH / 2, 0.0, _EAVES - 0.1),
        length=_LENGTH,
        width=_WIDTH,
        rise=_RISE,
        eaves=0.45,
        verge=0.28,
        tile="slate roof",
        board="white timber",
        courses=0.26,
    )
    _gutters(model)
    _chimney(model)
    for i, x in enumerate((-3.1, 2.1)):
        _dormer(model, i + 1, x)
    _porch(model)
    _bay(model)
    _lean_to(model)
    _garden(model, rng)
    return model


def _sash(model: Model, number: int, place: Place, hole: Hole, *, columns: int = 2, rows: int = 3) -> None:
    """A window with glazing bars, a stone sill and a soldier course over it."""
    name = f"window.{number}"
    window(
        model,
        name,
        place,
        hole,
        frame="white timber",
        columns=columns,
        rows=rows,
        recess=0.1,
        bar=0.06,
        sill="limestone",
    )
    count = round((hole.width + 0.3) / 0.085)
    step = (hole.width + 0.3) / count
    soldiers = [
        p
        for k in range(count)
        for p in box(
            (hole.x0 - 0.15 + k * step, -0.018, hole.z1), (hole.x0 - 0.15 + (k + 1) * step - 0.01, 0.02, hole.z1 + 0.23)
        )
    ]
    model.add("lintels", "dark brick", soldiers, place)


def _walls(model: Model) -> None:
    half, tall = _LENGTH / 2, _EAVES - _BASE
    model.add("plinth", "dark brick", box((-half - 0.04, -0.04, 0.0), (half + 0.04, _WIDTH + 0.04, _BASE)))
    front, back = Place(-half, 0.0, _BASE), Place(half, _WIDTH, _BASE, 180)
    east, west = Place(half, 0.0, _BASE, 90), Place(-half, _WIDTH, _BASE, 270)
    entry = Hole(4.35, 5.4, 0.0, 2.15)
    left = [Hole(0.9, 2.1, 0.75, 2.25), Hole(2.7, 3.6, 0.75, 2.25)]
    bay = Hole(6.75, 9.35, 0.35, 2.45)
    model.add("wall.south", "brick", wall(_LENGTH, tall, _WALL, [entry, *left, bay]), front)
    for number, hole in enumerate(left, start=1):
        _sash(model, number, front, hole)
    door(model, "door.1", front, entry, leaf="door paint", frame="white timber", recess=0.12, panels=3, handle="iron")
    rear = [Hole(0.8, 2.4, 0.75, 2.2), Hole(3.6, 4.6, 0.0, 2.15), Hole(5.4, 6.4, 1.05, 2.2), Hole(7.6, 10.2, 0.0, 2.2)]
    model.add("wall.north", "brick", wall(_LENGTH, tall, _WALL, rear), back)
    _sash(model, 3, back, rear[0], columns=3)
    door(model, "door.2", back, rear[1], leaf="door paint", frame="white timber", recess=0.12, handle="iron")
    _sash(model, 4, back, rear[2])
    window(model, "window.5", back, rear[3], frame="white timber", columns=3, transom=1.7, recess=0.1, bar=0.07)
    for number, place, holes in (
        (6, east, [Hole(0.7, 1.7, 0.75, 2.25), Hole(6.2, 7.3, 0.75, 2.25)]),
        (8, west, [Hole(5.9, 7.1, 0.75, 2.25)]),
    ):
        name = "east" if place is east else "west"
        model.add(f"wall.{name}", "brick", wall(_WIDTH, tall, _WALL, holes), place)
        for k, hole in enumerate(holes):
            _sash(model, number + k, place, hole)
    for number, name, place, attic in (
        (9, "east", east, [Hole(1.75, 2.7, 0.2, 1.45), Hole(5.3, 6.25, 0.2, 1.45)]),
        (11, "west", west, [Hole(3.3, 4.7, 0.2, 1.7)]),
    ):
        high = place.at(z=_EAVES - _BASE)
        model.add(f"wall.{name}-gable", "brick", gable(_WIDTH, _RISE, _WALL, attic), high)
        for k, hole in enumerate(attic):
            _sash(model, number + k, high, hole)
    for z, thick in ((_BASE - 0.03, 0.08), (_EAVES - 0.34, 0.16)):
        for place, length in ((front, _LENGTH), (back, _LENGTH), (east, _WIDTH), (west, _WIDTH)):
            span = [(0.0, length)]
            if z < 1:
                span = {
                    _LENGTH: [(0.0, 4.3), (5.45, _LENGTH)]
                    if place is front
                    else [(0.0, 3.6), (4.6, 7.6), (10.2, _LENGTH)]
                }.get(length, span)
            for a, b in span:
                model.add("string-course", "limestone", box((a, -0.045, z - _BASE), (b, 0.0, z - _BASE + thick)), place)
    for place, length in ((front, _LENGTH), (back, _LENGTH)):
        for k in range(9):
            wide = 0.42 if k % 2 else 0.28
            for a, b in ((0.0, wide), (length - wide, length)):
                model.add(
                    "quoins", "limestone", box((a, -0.03, 0.07 + k * 0.41), (b, 0.0, 0.07 + k * 0.41 + 0.38)), place
                )
    for place in (east, west):
        for k in range(9):
            wide = 0.28 if k % 2 else 0.42
            for a, b in ((-0.03, wide), (_WIDTH - wide, _WIDTH + 0.03)):
                model.add(
                    "quoins", "limestone", box((a, -0.03, 0.07 + k * 0.41), (b, 0.0, 0.07 + k * 0.41 + 0.38)), place
                )


def _gutters(model: Model) -> None:
    half = _LENGTH / 2
    slope = _RISE / (_WIDTH / 2)
    z = _EAVES - 0.1 - 0.45 * slope - 0.02
    for y in (-0.52, _WIDTH + 0.52):
        model.add("gutters", "iron", cylinder((-half - 0.3, y, z), (half + 0.3, y, z), 0.065, sides=10))
    for x, y, near in (
        (-half + 0.2, -0.52, -0.07),
        (half - 0.2, -0.52, -0.07),
        (-half + 0.2, _WIDTH + 0.52, _WIDTH + 0.07),
        (half - 0.2, _WIDTH + 0.52, _WIDTH + 0.07),
    ):
        model.add("downpipes", "iron", pipe([(x, y, z), (x, near, z - 0.45), (x, near, 0.1)], 0.045))


def _chimney(model: Model) -> None:
    """An outside stack on the east gable: wide at the hearth, shouldered, corbelled, with two pots."""
    x, mid = _LENGTH / 2, _WIDTH / 2
    profile = [
        (mid - 1.0, 0.0),
        (mid + 1.0, 0.0),
        (mid + 1.0, 2.9),
        (mid + 0.55, 3.6),
        (mid + 0.55, 9.6),
        (mid - 0.55, 9.6),
        (mid - 0.55, 3.6),
        (mid - 1.0, 2.9),
    ]
    model.add("chimney", "brick", extrude(profile, x - 0.1, x + 0.62, axis="x"))
    for k, reach in enumerate((0.05, 0.1, 0.06)):
        z = 9.15 + 0.12 * k
        model.add(
            "chimney",
            "dark brick",
            box((x - 0.1 - reach, mid - 0.55 - reach, z), (x + 0.62 + reach, mid + 0.55 + reach, z + 0.12)),
        )
    model.add("chimney.cap", "limestone", box((x - 0.2, mid - 0.65, 9.6), (x + 0.72, mid + 0.65, 9.7)))
    for y in (mid - 0.27, mid + 0.27):
        model.add("chimney.pots", "clay", cylinder((x + 0.26, y, 9.7), (x + 0.26, y, 10.25), 0.13, sides=14))
        model.add("chimney.pots", "clay", cylinder((x + 0.26, y, 10.17), (x + 0.26, y, 10.25), 0.165, sides=14))
    model.add("chimney.foot", "dark brick", box((x - 0.1, mid - 1.06, 0), (x + 0.68, mid + 1.06, _BASE)))


def _dormer(model: Model, number: int, x: float) -> None:
    """A gabled dormer in the front slope: white cheeks, a window, its own roof."""
    half, low, tall, front = 0.85, _EAVES + 0.72, 1.5, 0.55
    profile = [
        (x - half, low - 0.6),
        (x + half, low - 0.6),
        (x + half, low + tall),
        (x, low + tall + 0.62),
        (x - half, low + tall),
    ]
    model.add(f"dormer.{number}", "lead", extrude(profile, front + 0.7, front + 3.2, axis="y"))
    for side in (x - half, x + half - 0.07):
        cheek = box((side, front + 0.06, low - 0.6), (side + 0.07, front + 0.7, low + tall))
        model.add(f"dormer.{number}", "lead", cheek)
    face = Place(x - half, front, low - 0.25)
    hole = Hole(0.22, 2 * half - 0.22, 0.45, 1.62)
    model.add(
        f"dormer.{number}.face",
        "white timber",
        wall(2 * half, tall + 0.25, 0.06, [hole]) + [p + (0, 0, tall + 0.25) for p in gable(2 * half, 0.62, 0.06)],
        face,
    )
    window(
        model,
        f"window.{12 + number}",
        face,
        hole,
        frame="white timber",
        columns=2,
        rows=2,
        recess=0.03,
        bar=0.06,
        sill="white timber",
    )
    gable_roof(
        model,
        f"dormer.{number}.roof",
        Place(x + half, front, low + tall, 90),
        length=3.4,
        width=2 * half,
        rise=0.62,
        eaves=0.18,
        verge=0.16,
        thickness=0.12,
        tile="slate roof",
        board="white timber",
        courses=0.22,
    )


def _porch(model: Model) -> None:
    """An open porch of oak on brick piers, with its own small gable, and the steps to the door."""
    x0, x1, out = -1.85, 0.4, -1.5
    for x in (x0, x1 - 0.3):
        model.add("porch.piers", "brick", box((x, out, 0.0), (x + 0.3, out + 0.3, 0.95)))
        model.add("porch.piers", "limestone", box((x - 0.04, out - 0.04, 0.95), (x + 0.34, out + 0.34, 1.03)))
        model.add("porch.posts", "oak timber", box((x + 0.07, out + 0.07, 1.03), (x + 0.23, out + 0.23, 2.55)))
        model.add("porch.posts", "oak timber", box((x + 0.07, out + 0.07, 2.55), (x + 0.23, 0.0, 2.72)))
        brace = [(out + 0.23, 2.1), (out + 0.33, 2.1), (out + 0.75, 2.55), (out + 0.6, 2.55)]
        model.add("porch.posts", "oak timber", extrude(brace, x + 0.1, x + 0.2, axis="x"))
    model.add("porch.beam", "oak timber", box((x0 - 0.05, out + 0.05, 2.55), (x1 + 0.05, out + 0.25, 2.75)))
    model.add("porch.gable", "white timber", gable(x1 - x0, 0.95, 0.08), Place(x0, out + 0.1, 2.75))
    model.add("porch.gable", "oak timber", box((-0.8, out + 0.02, 2.75), (-0.65, out + 0.1, 3.62)))
    gable_roof(
        model,
        "porch.roof",
        Place(x1, out, 2.72, 90),
        length=1.5,
        width=x1 - x0,
        rise=0.95,
        eaves=0.25,
        verge=0.2,
        thickness=0.14,
        tile="slate roof",
        board="oak timber",
        courses=0.24,
    )
    model.add("porch.floor", "paving stone", box((x0 - 0.1, out - 0.1, 0.0), (x1 + 0.1, 0.0, 0.3)))
    model.add("porch.steps", "paving stone", box((-1.5, out - 0.45, 0.0), (0.05, out - 0.1, 0.15)))
    model.add("porch.lamp", "iron", box((-0.05, -0.14, 1.95), (0.07, -0.02, 2.2)))


def _bay(model: Model) -> None:
    """A canted bay window with a lead roof, its lights between white posts."""
    left, right, deep = 1.1, 3.8, 0.75
    plan = [(left, 0.0), (left + 0.65, -deep), (right - 0.65, -deep), (right, 0.0)]
    low, high = _BASE + 0.35, _BASE + 2.45
    model.add("bay.apron", "brick", extrude(plan, 0.0, low))
    wider = [(left - 0.06, 0.0), (left + 0.61, -deep - 0.07), (right - 0.61, -deep - 0.07), (right + 0.06, 0.0)]
    model.add("bay.sill", "limestone", extrude(wider, low, low + 0.08))
    model.add("bay.cornice", "white timber", extrude(wider, high, high + 0.16))
    sides = ((plan[0], plan[1], 2), (plan[1], plan[2], 3), (plan[2], plan[3], 2))
    for number, ((xa, ya), (xb, yb), columns) in enumerate(sides, start=15):
        turn = math.degrees(math.atan2(yb - ya, xb - xa))
        hole = Hole(0.0, math.hypot(xb - xa, yb - ya), 0.0, high - low - 0.08)
        window(
            model,
            f"window.{number}",
            Place(xa, ya, low + 0.08, turn),
            hole,
            frame="white timber",
            columns=columns,
            rows=3,
            recess=0.0,
            bar=0.08,
        )
    top, roof = [(left + 0.5, 0.0), (right - 0.5, 0.0)], high + 0.16
    rim = [
        (x, y, roof)
        for x, y in ((left - 0.12, 0.0), (left + 0.58, -deep - 0.13), (right - 0.58, -deep - 0.13), (right + 0.12, 0.0))
    ]
    crest = [(x, y - 0.02, roof + 0.62) for x, y in top]
    faces = [[rim[0], rim[1], crest[0]], [rim[1], rim[2], crest[1], crest[0]], [rim[2], rim[3], crest[1]], rim[::-1]]
    model.add("bay.roof", "lead", [np.array(f, dtype=np.float64) for f in faces])


def _lean_to(model: Model) -> None:
    """A glazed garden room on a brick base against the west gable."""
    x0, x1, y0, y1 = -_LENGTH / 2 - 2.6, -_LENGTH / 2, 1.6, 6.4
    base, eaves, top = 0.75, 2.35, 3.25
    model.add(
        "garden-room.base",
        "brick",
        box((x0, y0, 0), (x0 + 0.22, y1, base)) + box((x0 + 0.22, y1 - 0.22, 0), (x1, y1, base)),
    )
    model.add(
        "garden-room.base",
        "brick",
        box((x0 + 0.22, y0, 0), (x0 + 0.9, y0 + 0.22, base)) + box((x0 + 1.9, y0, 0), (x1, y0 + 0.22, base)),
    )
    model.add("garden-room.coping", "limestone", box((x0 - 0.03, y0 - 0.03, base), (x0 + 0.25, y1 + 0.03, base + 0.06)))
    west = Place(x0 + 0.05, y1, base + 0.06, 270)
    bays = 4
    for k in range(bays):
        hole = Hole(k * (y1 - y0) / bays, (k + 1) * (y1 - y0) / bays, 0.0, eaves - base - 0.06)
        window(
            model, f"window.{18 + k}", west, hole, frame="white timber", columns=2, transom=1.05, recess=0.0, bar=0.06
        )
    for number, place in ((22, Place(x0 + 0.05, y0 + 0.05, base + 0.06)), (24, Place(x1, y1 - 0.05, base + 0.06, 180))):
        south = number == 22
        spans = (
            [Hole(0.0, 0.85, 0.0, eaves - base - 0.06), Hole(1.85, 2.55, 0.0, eaves - base - 0.06)]
            if south
            else [Hole(0.0, 1.28, 0.0, eaves - base - 0.06), Hole(1.28, 2.55, 0.0, eaves - base - 0.06)]
        )
        for k, hole in enumerate(spans):
            window(model, f"window.{number + k}", place, hole, frame="white timber", transom=1.05, recess=0.0, bar=0.06)
    window(
        model,
        "door.3",
        Place(x0 + 0.9, y0 + 0.05, 0.1),
        Hole(0.0, 1.0, 0.0, eaves - 0.1),
        frame="white timber",
        transom=0.85,
        recess=0.0,
        bar=0.09,
    )
    slope = [(x0 - 0.2, eaves), (x1, top), (x1, top + 0.05), (x0 - 0.2, eaves + 0.05)]
    model.add("garden-room.roof-glass", "glass", extrude(slope, y0 + 0.04, y1 - 0.04, axis="y"))
    rafters: list[Polygon] = []
    for k in range(9):
        y = y0 + k * (y1 - y0 - 0.06) / 8
        rafters += extrude(
            [(x0 - 0.2, eaves - 0.05), (x1, top - 0.05), (x1, top + 0.09), (x0 - 0.2, eaves + 0.09)],
            y,
            y + 0.06,
            axis="y",
        )
    model.add("garden-room.rafters", "white timber", rafters)
    for y in (y0 + 0.02, y1 - 0.08):
        model.add(
            "garden-room.gable",
            "white timber",
            extrude([(x0, eaves - 0.05), (x1, eaves - 0.05), (x1, top - 0.05)], y, y + 0.06, axis="y"),
        )
    model.add("garden-room.plate", "white timber", box((x0 - 0.02, y0, eaves - 0.1), (x0 + 0.16, y1, eaves + 0.02)))
    model.add("garden-room.floor", "paving stone", box((x0 + 0.1, y0 + 0.1, 0), (x1, y1 - 0.1, 0.1)))


def _garden(model: Model, rng: np.random.Generator) -> None:
    """A path, beds along the front, a picket fence, one tree behind the house."""
    for k in range(4):
        model.add("path", "paving stone", box((-1.45, -4.6 + k * 0.68, 0.0), (0.0, -3.98 + k * 0.68, 0.04)))
    model.add("plant.1", "leaves", row_of_shrubs(2.9, 0.8, 0.8, rng), Place(-5.5, -1.0, 0))
    model.add("plant.2", "light leaves", row_of_shrubs(2.6, 0.7, 0.55, rng), Place(1.15, -1.6, 0))
    model.add("plant.3", "leaves", row_of_shrubs(1.3, 0.8, 1.0, rng), Place(4.2, -1.0, 0))
    for x0, x1 in ((-7.9, -1.75), (0.3, 5.6)):
        length = x1 - x0
        at = Place(x0, -4.3, 0)
        count = round(length / 0.14)
        pickets = bars(0, length, count, (0.0, 0.08), (0.02, 0.85), 0.075)
        rails = box((0, 0.02, 0.25), (length, 0.06, 0.33)) + box((0, 0.02, 0.62), (length, 0.06, 0.7))
        posts = bars(0, length, 5, (0.02, 0.0), (0.12, 0.98), 0.1)
        model.add("fence", "white timber", pickets + rails + posts, at)
    tree(model, "tree.1", Place(-7.4, 10.2, 0), rng, height=8.6, spread=6.8)
    tree(model, "tree.2", Place(5.8, 10.8, 0), rng, height=7.4, spread=5.4, leaves="light leaves")
