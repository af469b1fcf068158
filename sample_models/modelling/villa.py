"""A two-storey villa in a walled garden: a white box that reaches over a glazed ground floor, terrace and pool."""

from __future__ import annotations

import numpy as np

from modelling.mesh import Model, Paint, Place, box, cylinder
from modelling.parts import Hole, door, fins, glass_railing, steps, trough, wall, window
from modelling.planting import grass_tuft, palm, row_of_shrubs, tree

__all__ = ["garden_villa"]

_PAINTS = {
    "white render": Paint(color="#ece8de", roughness=0.85),
    "travertine stone": Paint(color="#b9a78a", roughness=0.8),
    "dark stone": Paint(color="#6b655d", roughness=0.85),
    "cedar timber": Paint(color="#94633b", roughness=0.65),
    "teak deck": Paint(color="#a57b52", roughness=0.7),
    "terrace stone": Paint(color="#c4bcab", roughness=0.75),
    "concrete": Paint(color="#a09b92", roughness=0.85),
    "frame": Paint(color="#2f2f30", roughness=0.45, metallic=0.5),
    "glass": Paint(color="#a3b7bb", roughness=0.05, alpha=0.25),
    "water": Paint(color="#2f7f8f", roughness=0.05),
    "pool tile": Paint(color="#6fb0b8", roughness=0.3),
    "grass": Paint(color="#5d7a35", roughness=0.9),
    "gravel": Paint(color="#aaa08f", roughness=0.95),
    "leaves": Paint(color="#48682f", roughness=0.85),
    "light leaves": Paint(color="#7a9447", roughness=0.85),
    "blossom leaves": Paint(color="#b88f98", roughness=0.85),
    "bark": Paint(color="#6d5a48", roughness=0.95),
    "canvas": Paint(color="#e6dfd0", roughness=0.9),
}

_PLOT_X, _PLOT_Y = 12.0, 9.0
_FLOOR, _UPPER, _ROOF = 0.45, 3.95, 7.35
_GLAZING_Y = -1.2


def garden_villa() -> Model:
    """The villa; metres, front to -Y."""
    model = Model("garden-villa", _PAINTS)
    rng = np.random.default_rng(11)
    _site(model)
    _ground_floor(model)
    _white_box(model)
    _east_wing(model)
    _carport(model)
    _terrace(model)
    _garden(model, rng)
    return model


def _site(model: Model) -> None:
    """Lawn around the pool, garden walls behind and beside, stepping stones to the door."""
    pool = (-9.6, 0.4, -7.4, -4.6)
    x, y = _PLOT_X, _PLOT_Y
    for low, high in (
        ((-x, -y), (x, pool[2] - 0.5)),
        ((-x, pool[3] + 0.5), (x, y)),
        ((-x, pool[2] - 0.5), (pool[0] - 0.5, pool[3] + 0.5)),
        ((pool[1] + 0.5, pool[2] - 0.5), (x, pool[3] + 0.5)),
    ):
        model.add("lawn", "grass", box((*low, 0.0), (*high, 0.12)))
    _pool(model, *pool)
    for name, low, high in (
        ("garden-wall.north", (-x, y - 0.22), (x, y)),
        ("garden-wall.west", (-x, -2.0), (-x + 0.22, y - 0.22)),
        ("garden-wall.east", (x - 0.22, 5.4), (x, y - 0.22)),
    ):
        model.add(name, "white render", box((*low, 0.0), (*high, 2.1)))
        model.add(
            "garden-wall.coping",
            "concrete",
            box((low[0] - 0.03, low[1] - 0.03, 2.1), (high[0] + 0.03, high[1] + 0.03, 2.17)),
        )
    for i in range(9):
        model.add("path.stones", "terrace stone", box((4.55, -8.9 + i * 0.62, 0.1), (5.85, -8.42 + i * 0.62, 0.17)))
    model.add("driveway", "gravel", box((8.2, -9.0, 0.11), (11.6, -1.0, 0.15)))
    for k in (8.0, 11.6):
        model.add("driveway.edge", "concrete", box((k, -9.0, 0.1), (k + 0.2, -1.0, 0.18)))


def _pool(model: Model, x0: float, x1: float, y0: float, y1: float) -> None:
    c = 0.5
    for low, high in (
        ((x0 - c, y0 - c), (x1 + c, y0)),
        ((x0 - c, y1), (x1 + c, y1 + c)),
        ((x0 - c, y0), (x0, y1)),
        ((x1, y0), (x1 + c, y1)),
    ):
        model.add("pool.coping", "terrace stone", box((*low, 0.0), (*high, 0.34)))
    model.add("pool.water", "water", box((x0, y0, 0.02), (x1, y1, 0.26)))
    for i in range(3):
        model.add(
            "pool.steps",
            "pool tile",
            box((x0, y0 + 0.2 + 0.001 * i, 0.02), (x0 + 0.9 - 0.3 * i, y1 - 0.2, 0.18 + 0.04 * i)),
        )


def _ground_floor(model: Model) -> None:
    """Living room behind sliding glass, a stone end wall, kitchen in timber, a thin slab as canopy over all."""
    model.add("plinth", "concrete", box((-6.2, -1.4, 0.0), (8.2, 5.7, _FLOOR)))
    tall = _UPPER - 0.35 - _FLOOR
    south = Place(-5.7, _GLAZING_Y, _FLOOR)
    glazing = Hole(0.0, 8.6, 0.0, tall - 0.25)
    model.add(
        "lintel.south",
        "white render",
        box((-5.7, _GLAZING_Y, _FLOOR + tall - 0.25), (2.9, _GLAZING_Y + 0.25, _FLOOR + tall)),
    )
    panels = 5
    for i in range(panels):
        part = Hole(i * glazing.width / panels, (i + 1) * glazing.width / panels, 0.0, glazing.height)
        window(model, f"window.{i + 1}", south, part, recess=0.05 if i % 2 else 0.1, bar=0.055)
    model.add(
        "wall.west",
        "travertine stone",
        wall(7.1, tall, 0.35, [Hole(4.6, 6.4, 1.0, 2.3)]),
        Place(-6.05, 5.5, _FLOOR, 270),
    )
    window(model, "window.6", Place(-6.05, 5.5, _FLOOR, 270), Hole(4.6, 6.4, 1.0, 2.3), recess=0.22, columns=2)
    model.add("wall.west-pier", "travertine stone", box((-6.05, -3.0, _FLOOR), (-5.7, -1.6, _FLOOR + tall)))
    north = Place(8.0, 5.5, _FLOOR, 180)
    holes = [Hole(1.0, 2.2, 1.0, 2.2), Hole(3.4, 4.3, 0.0, 2.3), Hole(5.6, 8.2, 0.9, 2.3), Hole(9.6, 12.6, 0.0, 2.4)]
    model.add("wall.north", "white render", wall(13.7, tall, 0.3, holes), north)
    for k, (number, columns) in enumerate(((7, 1), (0, 0), (8, 3), (9, 3))):
        if number:
            window(model, f"window.{number}", north, holes[k], columns=columns, sill="concrete" if k != 3 else "")
    door(model, "door.2", north, holes[1], leaf="cedar timber", handle="frame")
    east_front = Place(3.55, _GLAZING_Y, _FLOOR)
    entry, side, kitchen = Hole(0.75, 1.85, 0.0, 2.5), Hole(1.95, 2.4, 0.0, 2.5), Hole(2.9, 4.1, 0.95, 2.5)
    model.add("wall.entrance", "cedar timber", wall(4.45, tall, 0.25, [entry, side, kitchen]), east_front)
    model.add(
        "wall.entrance-battens",
        "cedar timber",
        [p for x in np.arange(0.04, 4.42, 0.12) for p in _batten(float(x), tall, (entry, side, kitchen))],
        east_front,
    )
    door(model, "door.1", east_front, entry, leaf="dark stone", recess=0.12, panels=1, handle="frame")
    window(model, "window.10", east_front, side, recess=0.12)
    window(model, "window.11", east_front, kitchen, recess=0.12, columns=2)
    east = Place(8.0, _GLAZING_Y, _FLOOR, 90)
    model.add(
        "wall.east", "white render", wall(6.7, tall, 0.3, [Hole(1.2, 2.1, 0.0, 2.2), Hole(3.2, 5.4, 1.3, 2.3)]), east
    )
    door(model, "door.3", east, Hole(1.2, 2.1, 0.0, 2.2), leaf="cedar timber", handle="frame")
    window(model, "window.12", east, Hole(3.2, 5.4, 1.3, 2.3), columns=3, sill="concrete")
    model.add("slab.canopy", "white render", box((-7.4, -3.7, _UPPER - 0.35), (8.9, 5.9, _UPPER - 0.05)))
    model.add("slab.canopy-drip", "concrete", box((-7.43, -3.73, _UPPER - 0.05), (8.93, 5.93, _UPPER)))
    model.add(
        "canopy.soffit",
        "cedar timber",
        [
            p
            for k in range(24)
            for p in box((-7.3, -3.62 + 0.1 * k, _UPPER - 0.375), (2.95, -3.54 + 0.1 * k, _UPPER - 0.35))
        ],
    )
    for x in (-6.9, -1.9, 8.4):
        model.add("columns", "frame", cylinder((x, -3.3, _FLOOR), (x, -3.3, _UPPER - 0.35), 0.075, sides=14))
    model.add("interior.floor", "terrace stone", box((-5.7, -1.0, _FLOOR), (7.7, 5.2, _FLOOR + 0.02)))
    model.add("interior.wall", "white render", box((-5.7, 3.2, _FLOOR), (2.9, 3.35, _FLOOR + tall)))


def _batten(x: float, tall: float, holes: tuple[Hole, ...]) -> list[np.ndarray]:
    """One upright batten in front of a wall, cut where a hole is."""
    spans, at = [], 0.0
    for h in holes:
        if h.x0 - 0.04 < x < h.x1:
            if h.z0 > at:
                spans.append((at, h.z0))
            at = h.z1
    spans.append((at, tall))
    return [p for z0, z1 in spans if z1 > z0 for p in box((x, -0.035, z0), (x + 0.05, 0.0, z1))]


def _white_box(model: Model) -> None:
    """The upper floor: a white frame open to the south with a loggia in it, 3 m over the garden in the west."""
    x0, x1, y0, y1 = -9.4, 3.0, -3.0, 4.9
    t = 0.3
    model.add("box.floor", "white render", box((x0, y0, _UPPER), (x1, y1, _UPPER + t)))
    model.add(
        "box.soffit",
        "cedar timber",
        [
            p
            for k in range(18)
            for p in box((x0 + 0.1 + 0.105 * k, y0 + 0.1, _UPPER - 0.03), (x0 + 0.19 + 0.105 * k, y1 - 0.1, _UPPER))
        ],
    )
    model.add("roof.box", "white render", box((x0, y0, _ROOF - 0.35), (x1, y1, _ROOF)))
    model.add("roof.gravel", "gravel", box((x0 + 0.3, y0 + 0.3, _ROOF), (x1 - 0.3, y1 - 0.3, _ROOF + 0.04)))
    for a, b, c, d in ((x0, x1, y0, y0 + 0.2), (x0, x1, y1 - 0.2, y1), (x0, x0 + 0.2, y0, y1), (x1 - 0.2, x1, y0, y1)):
        model.add("roof.upstand", "white render", box((a, c, _ROOF), (b, d, _ROOF + 0.14)))
    low, tall = _UPPER + t, _ROOF - 0.35 - _UPPER - t
    west = Place(x0, y1, low, 270)
    slot = Hole(1.2, 5.0, 0.7, 2.1)
    model.add("wall.upper-west", "white render", wall(y1 - y0, tall, t, [slot]), west)
    window(model, "window.13", west, slot, recess=0.2, columns=3, sill="concrete")
    model.add("wall.upper-east", "white render", box((x1 - t, y0, low), (x1, y1, low + tall)))
    north = Place(x1 - t, y1, low, 180)
    holes = [Hole(1.0, 2.8, 0.9, 2.2), Hole(4.2, 5.0, 1.4, 2.2), Hole(6.2, 8.0, 0.9, 2.2), Hole(9.0, 10.8, 0.9, 2.2)]
    model.add("wall.upper-north", "white render", wall(x1 - x0 - 2 * t, tall, 0.25, holes), north)
    for i, hole in enumerate(holes):
        window(model, f"window.{14 + i}", north, hole, columns=2 if hole.width > 1 else 1, sill="concrete")
    back = Place(x0 + t, y0 + 1.5, low)
    span = x1 - x0 - 2 * t
    bays = [Hole(0.25, 4.05, 0.0, 2.55), Hole(4.65, 7.55, 0.0, 2.55), Hole(8.15, 11.55, 0.0, 2.55)]
    model.add("wall.loggia", "travertine stone", wall(span, tall, 0.25, bays), back)
    for i, bay in enumerate(bays):
        window(model, f"window.{18 + i}", back, bay, columns=3, recess=0.1, bar=0.06)
    model.add(
        "loggia.floor",
        "teak deck",
        [
            p
            for k in range(10)
            for p in box((x0 + t, y0 + 0.12 + 0.138 * k, low), (x1 - t, y0 + 0.25 + 0.138 * k, low + 0.03))
        ],
    )
    model.add(
        "loggia.ceiling",
        "cedar timber",
        [
            p
            for k in range(10)
            for p in box(
                (x0 + t, y0 + 0.12 + 0.138 * k, low + tall - 0.03), (x1 - t, y0 + 0.25 + 0.138 * k, low + tall)
            )
        ],
    )
    glass_railing(model, "loggia", Place(x0 + t, y0 + 0.03, low), span * 0.66)
    screen = span * 0.34 / 3
    for i in range(3):
        at = Place(x0 + t + span * 0.66 + i * screen, y0 + 0.06 + 0.07 * (i % 2), low + 0.03)
        model.add(
            f"screen.{i + 1}", "cedar timber", fins(screen - 0.02, tall - 0.06, gap=0.09, width=0.03, depth=0.09), at
        )
    model.add("screen.track", "frame", box((x0 + t, y0 + 0.03, low + tall - 0.06), (x1 - t, y0 + 0.24, low + tall)))
    model.add("interior.upper-wall", "white render", box((x0 + t, 1.6, low), (x1 - t, 1.75, low + tall)))


def _east_wing(model: Model) -> None:
    """A stone wall that runs through the house as its chimney, a set-back timber room, a roof terrace before it."""
    top = _ROOF + 1.1
    model.add("chimney-wall", "dark stone", box((3.0, -4.2, 0.0), (3.55, 2.2, top)))
    model.add("chimney-wall.cap", "concrete", box((2.95, -4.25, top), (3.6, 2.25, top + 0.08)))
    for k in range(1, 20):
        z = k * 0.42
        model.add(
            "chimney-wall.courses", "dark stone", box((2.985, -4.215, z), (3.565, 2.2, z + 0.36 - 0.12 * (k % 2)))
        )
    low, tall = _UPPER, 2.75
    south = Place(3.55, 0.6, low)
    holes = [Hole(0.4, 3.9, 0.1, 2.3)]
    model.add("wall.wing-south", "cedar timber", wall(4.3, tall, 0.25, holes), south)
    window(model, "window.21", south, holes[0], columns=3, recess=0.12)
    east = Place(7.85, 0.6, low, 90)
    side = Hole(1.4, 3.0, 0.9, 2.1)
    model.add("wall.wing-east", "cedar timber", wall(4.7, tall, 0.25, [side]), east)
    window(model, "window.22", east, side, columns=2, sill="concrete")
    north = Place(7.85, 5.3, low, 180)
    rear = [Hole(0.8, 1.8, 1.2, 2.1), Hole(2.6, 3.8, 0.9, 2.1)]
    model.add("wall.wing-north", "cedar timber", wall(4.85, tall, 0.25, rear), north)
    for i, hole in enumerate(rear):
        window(model, f"window.{23 + i}", north, hole, recess=0.1, sill="concrete")
    for place, length, cut in ((south, 4.3, tuple(holes)), (east, 4.7, (side,)), (north, 4.85, tuple(rear))):
        battens = [p for x in np.arange(0.04, length - 0.05, 0.12) for p in _batten(float(x), tall, cut)]
        model.add("wall.wing-battens", "cedar timber", battens, place)
    model.add("roof.wing", "white render", box((3.55, -0.3, low + tall), (8.25, 5.6, low + tall + 0.22)))
    model.add("roof.wing-gravel", "gravel", box((3.75, -0.1, low + tall + 0.22), (8.05, 5.4, low + tall + 0.25)))
    model.add(
        "roof-terrace.floor",
        "teak deck",
        [p for k in range(28) for p in box((3.6, -3.6 + 0.15 * k, _UPPER), (8.85, -3.46 + 0.15 * k, _UPPER + 0.04))],
    )
    glass_railing(model, "roof-terrace.south", Place(3.6, -3.66, _UPPER), 5.25)
    glass_railing(model, "roof-terrace.east", Place(8.86, -3.6, _UPPER, 90), 4.2)
    model.add("roof-terrace.planter", "dark stone", trough(0.5, 2.4, 0.5), Place(8.25, -2.6, _UPPER + 0.04))


def _carport(model: Model) -> None:
    """A flat roof on posts beside the kitchen, closed by a screen behind."""
    model.add("carport.roof", "white render", box((8.93, -0.6, 2.75), (11.9, 5.4, 2.95)))
    model.add(
        "carport.soffit",
        "cedar timber",
        [p for k in range(19) for p in box((9.0 + 0.15 * k, -0.5, 2.72), (9.13 + 0.15 * k, 5.3, 2.75))],
    )
    model.add(
        "carport.posts", "frame", [p for y in (-0.3, 2.4, 5.0) for p in box((11.65, y, 0.12), (11.77, y + 0.12, 2.75))]
    )
    model.add(
        "carport.screen", "cedar timber", fins(2.9, 2.5, gap=0.12, width=0.05, depth=0.06), Place(11.9, 5.35, 0.15, 180)
    )
    model.add("carport.floor", "concrete", box((8.2, -1.0, 0.1), (11.9, 5.4, 0.2)))
    model.add(
        "carport.side-screen",
        "cedar timber",
        [p for k in range(14) for p in box((11.68, 2.5, 0.3 + 0.17 * k), (11.74, 5.0, 0.4 + 0.17 * k))],
    )


def _terrace(model: Model) -> None:
    """A stone terrace with a timber deck towards the pool, loungers and a parasol on it."""
    model.add("terrace", "terrace stone", box((-7.4, -4.1, 0.0), (3.0, -1.0, _FLOOR - 0.03)))
    model.add("terrace.entrance", "terrace stone", box((3.55, -3.3, 0.0), (8.2, -1.0, _FLOOR - 0.03)))
    model.add("terrace.steps", "terrace stone", steps(2.6, 2, rise=0.14, tread=0.36), Place(3.9, -4.02, 0.12))
    model.add(
        "terrace.boards",
        "teak deck",
        [
            p
            for k in range(20)
            for p in box((-7.35, -4.08 + 0.145 * k, _FLOOR - 0.03), (2.95, -3.945 + 0.145 * k, _FLOOR))
        ],
    )
    for i, x in enumerate((-5.6, -4.2)):
        at = Place(x, -3.9, _FLOOR)
        frame = [p for k in range(9) for p in box((0.0, 0.06 + 0.13 * k, 0.27), (0.65, 0.16 + 0.13 * k, 0.31))]
        frame += box((0, 0.05, 0.2), (0.05, 1.75, 0.27)) + box((0.6, 0.05, 0.2), (0.65, 1.75, 0.27))
        frame += [p for y in (0.1, 1.55) for x2 in (0.0, 0.6) for p in box((x2, y, 0), (x2 + 0.05, y + 0.06, 0.2))]
        model.add(f"lounger.{i + 1}", "cedar timber", frame, at)
        rest = np.array([[0.02, 1.2, 0.31], [0.63, 1.2, 0.31], [0.63, 1.85, 0.68], [0.02, 1.85, 0.68]])
        model.add(
            f"lounger.{i + 1}.cushion",
            "canvas",
            [*box((0.02, 0.08, 0.31), (0.63, 1.2, 0.38)), rest, rest[::-1] - [0, 0, 0.02]],
            at,
        )
    model.add("bench", "concrete", box((-1.1, -3.88, _FLOOR), (0.5, -3.5, _FLOOR + 0.42)))
    model.add(
        "bench",
        "cedar timber",
        [
            p
            for k in range(4)
            for p in box((-1.22, -3.92 + 0.12 * k, _FLOOR + 0.42), (0.62, -3.82 + 0.12 * k, _FLOOR + 0.46))
        ],
    )


def _garden(model: Model, rng: np.random.Generator) -> None:
    """Trees behind and beside the house, palms at the pool, hedges, beds of grasses."""
    ground = 0.12
    tree(model, "tree.1", Place(-9.9, 6.6, ground), rng, height=9.0, spread=6.4)
    tree(model, "tree.2", Place(9.6, 7.2, ground), rng, height=8.0, spread=5.2, leaves="light leaves")
    tree(model, "tree.3", Place(-1.5, 7.4, ground), rng, height=9.8, spread=4.4)
    tree(model, "tree.4", Place(11.8, -6.5, ground), rng, height=4.4, spread=3.0, leaves="blossom leaves")
    for i, (x, y, height) in enumerate(((-11.0, -3.0, 6.4), (-11.3, 0.6, 5.4), (1.9, -7.9, 4.6))):
        palm(model, f"palm.{i + 1}", Place(x, y, ground), rng, height=height)
    for i, (x, y, turn, length) in enumerate(((-10.6, -0.2, 90, 8.2), (-6.0, 7.7, 0, 11.5))):
        model.add(f"hedge.{i + 1}", "leaves", row_of_shrubs(length, 0.8, 1.3, rng, detail=1), Place(x, y, ground, turn))
    beds = [(-7.2, -8.6, 7.6, 0.5), (0.95, -5.6, 0.0, 0.0)]
    x, y, length, _ = beds[0]
    for k in range(26):
        at = Place(
            x - 4 + k * (length + 3.4) / 26 + float(rng.uniform(-0.1, 0.1)), y + float(rng.uniform(-0.15, 0.2)), ground
        )
        model.add("plant.grasses", "light leaves", grass_tuft(float(rng.uniform(0.5, 0.8)), 0.35, rng), at)
    model.add("plant.1", "leaves", row_of_shrubs(3.9, 0.7, 0.7, rng), Place(-11.6 + 0.5, -4.2, ground))
    model.add("plant.2", "leaves", row_of_shrubs(1.3, 0.7, 0.8, rng), Place(6.75, -4.0, ground))
    model.add("plant.3", "light leaves", row_of_shrubs(2.2, 0.4, 0.5, rng), Place(8.7, -2.5, _UPPER + 0.5, 90))
    model.add("plant.4", "leaves", row_of_shrubs(1.0, 0.6, 1.0, rng), Place(7.0, -0.5 - 1.2, ground))
