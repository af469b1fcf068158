"""A tube house (nhà phố) of 4 x 16 m in Saigon: four storeys, roof terrace, a stair tower of breeze blocks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from modelling.mesh import Model, Paint, Place, box, cylinder
from modelling.parts import Hole, bars, breeze_blocks, door, fins, glass_railing, pipe, railing, trough, wall, window
from modelling.planting import grass_tuft, row_of_shrubs, trailing

__all__ = ["PAINTS", "TubeHouse", "tube_house"]

PAINTS = {
    "white paint": Paint(color="#e9e4d8", roughness=0.85),
    "grey render": Paint(color="#a9a499", roughness=0.9),
    "concrete": Paint(color="#8f8b84", roughness=0.85),
    "granite": Paint(color="#5a5754", roughness=0.5),
    "terracotta blocks": Paint(color="#b4673f", roughness=0.9),
    "teak": Paint(color="#8c5d36", roughness=0.6),
    "frame": Paint(color="#2c2b2a", roughness=0.45, metallic=0.6),
    "steel": Paint(color="#b5b8ba", roughness=0.35, metallic=0.9),
    "glass": Paint(color="#9fb3b8", roughness=0.05, alpha=0.25),
    "paving tile": Paint(color="#a8745a", roughness=0.7),
    "leaves": Paint(color="#4f7036", roughness=0.8),
    "light leaves": Paint(color="#76923f", roughness=0.8),
    "blossom leaves": Paint(color="#b2476f", roughness=0.8),
    "plastic": Paint(color="#dad9d5", roughness=0.5),
}

_HALF, _PARTY = 2.0, 0.2
_LEVELS = (0.3, 4.1, 7.5, 10.9, 14.2)
_SLAB = 0.22
# The stair tower takes the right of the plan; balconies and rooms lie to the left of it.
_TOWER_X, _TOWER_END, _TOWER_TOP, _TOWER_FACE = 0.62, 4.9, 17.0, -0.3
_FACADE, _EDGE = 0.75, -0.95


@dataclass(frozen=True, kw_only=True)
class TubeHouse:
    """What differs between houses of a row.

    Parameters
    ----------
    depth_m
        Of the house behind its building line [m].
    seed
        Of its plants.
    """

    depth_m: float = 16.0
    seed: int = 4


def tube_house(design: TubeHouse | None = None) -> Model:
    """The tube house; metres, front to -Y."""
    design = design or TubeHouse()
    model = Model("tube-house", PAINTS)
    rng = np.random.default_rng(design.seed)
    _shell(model, design.depth_m)
    _ground_floor(model, rng)
    _balconies(model, rng)
    _tower(model)
    _roof(model, design.depth_m, rng)
    _back(model, design.depth_m)
    return model


def _shell(model: Model, depth: float) -> None:
    """Party walls with a light well in the west one, and slabs whose edges show."""
    top = _LEVELS[-1] + 0.9
    inset, well = 0.025, (8.0, 10.4)
    east = Place(_HALF - inset, 0.0, 0.0, 90)
    slits = [Hole(y, y + 0.55, z + 1.0, z + 2.5) for z in _LEVELS[1:4] for y in (6.4, 7.6, 12.9)]
    model.add("party-wall.east", "white paint", wall(depth, top, _PARTY - inset, slits), east)
    for hole in slits:
        window(model, model.numbered("window"), east, hole, rows=2, recess=0.07, bar=0.04)
    for start, end in ((0.0, well[0]), (well[1], depth)):
        west = Place(-_HALF + inset, end, 0.0, 270)
        cuts = [Hole(end - 5.2, end - 4.4, z + 0.9, z + 2.5) for z in _LEVELS[2:4]] if start == 0 else []
        model.add("party-wall.west", "white paint", wall(end - start, top, _PARTY - inset, cuts), west)
        for hole in cuts:
            window(model, model.numbered("window"), west, hole, rows=2, recess=0.07)
    model.add(
        "party-wall.west", "white paint", box((-_HALF + inset, well[0], 0), (-_HALF + _PARTY, well[1], _LEVELS[1]))
    )
    screen = breeze_blocks(well[1] - well[0], top - _LEVELS[1] - 0.05, size=0.4, depth=0.1)
    model.add("breeze-blocks.light-well", "terracotta blocks", screen, Place(-_HALF + 0.05, well[1], _LEVELS[1], 270))
    for y in (well[0] - 0.15, well[1]):
        model.add("light-well.walls", "grey render", box((-_HALF + _PARTY, y, _LEVELS[1]), (-0.95, y + 0.15, top)))
    inner = Place(-0.95, well[1], _LEVELS[1], 270)
    holes = [Hole(0.5, 1.9, z - _LEVELS[1] + 0.9, z - _LEVELS[1] + 2.4) for z in _LEVELS[1:4]]
    model.add("light-well.walls", "grey render", wall(2.4, top - _LEVELS[1], 0.15, holes), inner)
    for hole in holes:
        window(model, model.numbered("window"), inner, hole, columns=2, recess=0.06, sill="concrete")
    for i, z in enumerate(_LEVELS):
        edge = _FACADE if i else 0.0
        model.add(f"slab.{i}", "concrete", box((-1.8, edge, max(z - _SLAB, 0)), (1.8, depth - 0.2, z)))
        if i:
            for x in (-_HALF, _HALF - 0.06):
                spans = [(0.0, well[0]), (well[1], depth)] if x < 0 else [(0.0, depth)]
                for a, b in spans:
                    model.add("slab-bands", "concrete", box((x, a, z - _SLAB), (x + 0.06, b, z)))


def _ground_floor(model: Model, rng: np.random.Generator) -> None:
    """A porch with a ramp, a folding door with a louvred light over it, a granite pier under the tower."""
    front = Place(-1.8, 1.5, _LEVELS[0])
    model.add("porch.floor", "granite", box((-_HALF, _EDGE + 0.2, 0), (_HALF, 0.0, _LEVELS[0] - 0.15)))
    model.add("porch.floor", "granite", box((-1.8, -0.2, 0), (1.8, 1.6, _LEVELS[0])))
    height = _LEVELS[1] - _SLAB - _LEVELS[0]
    width = 3.6
    hole, entrance = Hole(0.1, 2.42, 0.0, 2.62), Hole(2.55, 3.48, 0.0, 2.62)
    light, small = Hole(0.1, 2.42, 2.72, height - 0.08), Hole(2.55, 3.48, 2.72, height - 0.08)
    model.add("wall.ground-front", "granite", wall(width, height, 0.18, [hole, entrance, light, small]), front)
    _folding_door(model, front, hole)
    door(model, "door.1", front, entrance, leaf="teak", recess=0.06, panels=4, handle="steel")
    for opening in (light, small):
        window(
            model, model.numbered("window"), front, opening, columns=4 if opening is light else 1, recess=0.06, bar=0.04
        )
    model.add("pier", "granite", box((_TOWER_X, _TOWER_FACE, 0), (_TOWER_X + 0.2, 0.0, _LEVELS[1] - 0.4)))
    model.add("pier", "granite", box((_HALF - 0.2, _TOWER_FACE, 0), (_HALF, 0.0, _LEVELS[1] - 0.4)))
    model.add("porch.planter", "concrete", trough(0.9, 0.42, 0.5), Place(-1.75, -0.75, 0.15))
    shrubs = row_of_shrubs(0.8, 0.4, 0.75, rng)
    model.add("plant.6", "leaves", shrubs, Place(-1.7, -0.74, 0.58))
    ceiling = _LEVELS[1] - _SLAB - 0.04
    slats = [
        p for i in range(15) for p in box((-1.75, -0.8 + 0.15 * i, ceiling - 0.03), (0.5, -0.72 + 0.15 * i, ceiling))
    ]
    model.add("porch.ceiling", "teak", slats)
    model.add(
        "porch.lamp",
        "frame",
        cylinder((0.52, -0.38, 2.55), (0.52, -0.38, 2.85), 0.06) + box((0.5, -0.34, 2.6), (0.56, -0.3, 2.8)),
    )
    model.add("letter-box", "frame", box((0.66, _TOWER_FACE - 0.08, 1.2), (0.8, _TOWER_FACE, 1.55)))


def _folding_door(model: Model, place: Place, hole: Hole) -> None:
    """Six leaves, each timber below and glass above, slightly folded against one another."""
    leaves, at = 6, place.at(hole.x0, 0.06, hole.z0)
    wide = hole.width / leaves
    for i in range(leaves):
        leaf = at.at(i * wide, 0.02 if i % 2 else 0.0, 0.0)
        opening = Hole(0.005, wide - 0.005, 0.02, hole.height)
        window(model, f"folding-door.{i + 1}", leaf, opening, recess=0.0, bar=0.05, rows=1, transom=0.95)
        panel = [p for k in range(7) for p in box((0.06, 0.02, 0.1 + k * 0.12), (wide - 0.06, 0.05, 0.205 + k * 0.12))]
        model.add(f"folding-door.{i + 1}.panel", "teak", panel, leaf)
    model.add(
        "folding-door.track", "frame", box((0, -0.03, hole.height - 0.03), (hole.width, 0.12, hole.height + 0.05)), at
    )


def _balconies(model: Model, rng: np.random.Generator) -> None:
    """Three balconies in a white frame: planted, screened by lam, planted again."""
    left, right = -_HALF, _TOWER_X
    top = _LEVELS[-1] + 0.25
    model.add(
        "frame-wall.left", "white paint", box((left, _EDGE, _LEVELS[1] - _SLAB - 0.1), (left + 0.16, _FACADE, top))
    )
    model.add("frame-slab.top", "white paint", box((left + 0.16, _EDGE, top - 0.3), (right, _FACADE, top)))
    for i in (1, 2, 3):
        z, back = _LEVELS[i], Place(-1.84, _FACADE, _LEVELS[i])
        deep = _EDGE if i != 3 else _EDGE + 0.25
        model.add(f"balcony.{i}.slab", "white paint", box((left + 0.16, deep, z - _SLAB), (right, _FACADE, z)))
        model.add(f"balcony.{i}.floor", "paving tile", box((left + 0.16, deep + 0.05, z), (right, _FACADE, z + 0.02)))
        height = _LEVELS[i + 1] - _SLAB - z
        hole = Hole(0.12, 1.9, 0.02, 2.62) if i != 2 else Hole(0.56, 2.34, 0.02, 2.62)
        high = Hole(2.05, 2.36, 0.4, 2.62) if i != 2 else Hole(0.1, 0.41, 0.4, 2.62)
        paint = "white paint" if i != 2 else "grey render"
        model.add(f"wall.front-{i}", paint, wall(right + 1.84, height, 0.16, [hole, high]), back)
        window(model, model.numbered("window"), back, hole, columns=3, recess=0.05, bar=0.06)
        window(model, model.numbered("window"), back, high, rows=2, recess=0.05, bar=0.04)
        model.add(f"balcony.{i}.lamp", "frame", cylinder((2.2, -0.12, 2.72), (2.2, -0.12, 2.95), 0.05), back)
        model.add("soffit", "teak", box((left + 0.2, deep + 0.1, z - _SLAB - 0.02), (right - 0.04, _FACADE, z - _SLAB)))
        if i != 2:
            _planted_edge(model, i, deep, rng)
    _lam_screen(model)


def _planted_edge(model: Model, i: int, edge: float, rng: np.random.Generator) -> None:
    z, length = _LEVELS[i], _TOWER_X + _HALF - 0.16
    at = Place(-_HALF + 0.16, edge, z)
    model.add(f"balcony.{i}.planter", "concrete", trough(length, 0.42, 0.46), at)
    model.add(f"balcony.{i}.railing", "frame", railing(length, height=0.62), at.at(y=0.34, z=0.42))
    leaves = ("light leaves", "leaves", "blossom leaves")[i % 3]
    model.add(f"plant.{i}", leaves, row_of_shrubs(length - 0.16, 0.32, 0.5, rng), at.at(0.08, 0.04, 0.4))
    model.add(f"plant.{i}.trailing", "leaves", trailing(length - 0.1, 0.55, rng), at.at(0.05, -0.02, 0.46))


def _lam_screen(model: Model) -> None:
    """Timber lam in front of the second balcony: most of the width, the last third left open to the street."""
    z, length = _LEVELS[2], _TOWER_X + _HALF - 0.16
    height = _LEVELS[3] - _SLAB - z
    at = Place(-_HALF + 0.16, _EDGE, z)
    panel = (length * 0.64) / 3
    for i in range(3):
        model.add(
            "lam-screen",
            "teak",
            fins(panel - 0.015, height - 0.04, gap=0.085, width=0.035, depth=0.1),
            at.at(i * panel, 0.04, 0.02),
        )
    model.add(
        "lam-screen.rails",
        "frame",
        box((0, 0.02, height - 0.06), (length, 0.2, height)) + box((0, 0.02, 0), (length, 0.2, 0.03)),
        at,
    )
    rest = 3 * panel + 0.04
    model.add("balcony.2.railing", "frame", railing(length - rest), at.at(rest, 0.05, 0.03))


def _tower(model: Model) -> None:
    """The stair tower: breeze blocks in a concrete frame, flights behind, a door to the roof terrace."""
    low = _LEVELS[1] - 0.5
    width, height = _HALF - _TOWER_X, _TOWER_TOP - low
    at = Place(_TOWER_X, _TOWER_FACE, low)
    side, cap = 0.16, 0.28
    for a, b in ((0.0, side), (width - side, width)):
        model.add("tower.frame", "white paint", box((a, 0, 0), (b, 0.35, height)), at)
    levels = [0.0, *(z - low - _SLAB for z in _LEVELS[1:]), height - cap]
    for k, z in enumerate(levels):
        tall = cap if k in (0, len(levels) - 1) else _SLAB
        model.add("tower.frame", "white paint", box((side, 0, z), (width - side, 0.35, z + tall)), at)
        if k + 1 < len(levels) and levels[k + 1] - z - tall > 0.4:
            screen = breeze_blocks(width - 2 * side, levels[k + 1] - z - tall, size=0.285, depth=0.09)
            model.add(f"breeze-blocks.{k}", "terracotta blocks", screen, at.at(side, 0.08, z + tall))
    inside = box((_TOWER_X, 0.05, low), (_TOWER_X + 0.12, _TOWER_END, _LEVELS[-1] - _SLAB))
    model.add("tower.wall", "white paint", inside)
    head = Place(_TOWER_X, _TOWER_END, _LEVELS[-1], 270)
    tall = _TOWER_TOP - _LEVELS[-1]
    exit_hole, light = Hole(0.35, 1.25, 0.05, 2.2), Hole(2.2, 4.3, 0.9, 2.1)
    model.add("tower.wall", "white paint", wall(_TOWER_END - 0.05, tall, 0.12, [exit_hole, light]), head)
    door(model, "door.roof", head, exit_hole, leaf="frame", recess=0.04, panels=2)
    window(model, model.numbered("window"), head, light, columns=3, recess=0.04)
    model.add(
        "tower.wall", "white paint", box((_TOWER_X, _TOWER_END, _LEVELS[-1]), (_HALF, _TOWER_END + 0.15, _TOWER_TOP))
    )
    model.add(
        "tower.wall", "white paint", box((_HALF - 0.12, 0.05, _LEVELS[-1] + 0.9), (_HALF, _TOWER_END, _TOWER_TOP))
    )
    model.add(
        "tower.roof",
        "concrete",
        box((_TOWER_X - 0.12, _TOWER_FACE - 0.05, _TOWER_TOP), (_HALF, _TOWER_END + 0.3, _TOWER_TOP + 0.16)),
    )
    for z0, z1 in itertools.pairwise(_LEVELS):
        count = 18
        treads = [
            p
            for i in range(count)
            for p in box(
                (_TOWER_X + 0.14, 0.45 + i * 0.23, z0 + (i + 0.55) * (z1 - z0) / count),
                (1.8, 0.71 + i * 0.23, z0 + (i + 1) * (z1 - z0) / count),
            )
        ]
        model.add("stair.flights", "concrete", treads)


def _roof(model: Model, depth: float, rng: np.random.Generator) -> None:
    """The terrace: planter and railing at the street, pergola beside the tower, skylight, tank, laundry."""
    z = _LEVELS[-1]
    model.add("roof.floor", "paving tile", box((-1.8, _FACADE, z), (1.8, depth - 0.2, z + 0.03)))
    edge = Place(-_HALF + 0.16, _EDGE, z + 0.25)
    length = _TOWER_X + _HALF - 0.16
    model.add("roof.planter", "white paint", trough(length, 0.5, 0.45), edge)
    model.add("plant.4", "blossom leaves", row_of_shrubs(length - 0.16, 0.4, 0.75, rng), edge.at(0.08, 0.05, 0.38))
    model.add("plant.4.trailing", "leaves", trailing(length - 0.1, 0.8, rng), edge.at(0.05, -0.02, 0.44))
    glass_railing(model, "roof.front", edge.at(0, 0.52, 0.0), length, height=1.05)
    posts = [p for y in (0.1, 2.2, 4.3) for x in (-1.86, 0.36) for p in box((x, y, z), (x + 0.1, y + 0.1, z + 2.5))]
    model.add("pergola.posts", "frame", posts)
    beams = [p for x in (-1.86, 0.36) for p in box((x, -0.7, z + 2.5), (x + 0.1, 4.9, z + 2.66))]
    model.add("pergola.beams", "frame", beams)
    slats = [p for i in range(28) for p in box((-2.0, -0.65 + 0.2 * i, z + 2.66), (_TOWER_X, -0.6 + 0.2 * i, z + 2.8))]
    model.add("pergola.slats", "teak", slats)
    model.add(
        "roof.bench",
        "teak",
        [p for i in range(4) for p in box((-1.75 + i * 0.12, 1.0, z + 0.42), (-1.65 + i * 0.12, 3.4, z + 0.46))],
    )
    model.add(
        "roof.bench",
        "concrete",
        box((-1.72, 1.1, z), (-1.3, 1.3, z + 0.42)) + box((-1.72, 3.1, z), (-1.3, 3.3, z + 0.42)),
    )
    pot = box((-1.7, 4.3, z), (-1.25, 4.75, z + 0.5))
    model.add("roof.pot", "terracotta blocks", pot)
    model.add("plant.5", "light leaves", grass_tuft(1.2, 0.6, rng, blades=26), Place(-1.48, 4.52, z + 0.48))
    curb = Place(-0.7, 8.2, z)
    model.add("roof.curb", "white paint", trough(1.8, 2.0, 0.5, thickness=0.12, soil=0.3), curb)
    model.add("skylight.1.glass", "glass", box((-0.62, 8.28, z + 0.5), (1.02, 10.12, z + 0.53)))
    model.add(
        "skylight.1.frame",
        "frame",
        [p for i in range(4) for p in box((-0.7 + i * 0.583, 8.2, z + 0.49), (-0.65 + i * 0.583, 10.2, z + 0.56))],
    )
    stand = [p for x in (-0.5, 0.75) for y in (12.6, 13.5) for p in box((x, y, z), (x + 0.08, y + 0.08, z + 1.0))]
    model.add("roof-tank.stand", "frame", stand + box((-0.55, 12.55, z + 1.0), (0.88, 13.63, z + 1.06)))
    model.add("roof-tank", "steel", cylinder((-0.7, 13.1, z + 1.62), (1.0, 13.1, z + 1.62), 0.52, sides=24))
    for x in (-0.35, 0.15, 0.65):
        model.add(
            "roof-tank.bands",
            "steel",
            cylinder((x - 0.02, 13.1, z + 1.62), (x + 0.02, 13.1, z + 1.62), 0.535, sides=24),
        )
    model.add("roof.parapet-north", "white paint", box((-1.8, depth - 0.2, z), (1.8, depth, z + 0.9)))
    for x in (-_HALF, _HALF - _PARTY - 0.02):
        start = 0.0 if x < 0 else _TOWER_END + 0.15
        model.add("roof.coping", "concrete", box((x, start, z + 0.9), (x + _PARTY + 0.02, depth + 0.02, z + 0.96)))


def _back(model: Model, depth: float) -> None:
    """The garden side: kitchen door, windows under hoods, service balconies, air conditioners, a downpipe."""
    back = Place(_HALF, depth, 0.0, 180)
    top = _LEVELS[-1]
    holes = [Hole(0.7, 1.6, _LEVELS[0], _LEVELS[0] + 2.3), Hole(2.0, 3.5, _LEVELS[0] + 0.9, _LEVELS[0] + 2.3)]
    for z in _LEVELS[1:4]:
        holes += [Hole(0.6, 1.4, z, z + 2.3), Hole(1.9, 3.5, z + 0.9, z + 2.4)]
    model.add("wall.north", "white paint", wall(2 * _HALF, top, 0.2, holes), back)
    for i, hole in enumerate(holes):
        if i % 2 == 0:
            door(model, f"door.{i // 2 + 2}", back, hole, leaf="teak", panels=3, handle="steel")
        else:
            window(model, model.numbered("window"), back, hole, columns=3, sill="concrete")
            hood = box((hole.x0 - 0.15, -0.5, hole.z1 + 0.12), (hole.x1 + 0.15, 0.0, hole.z1 + 0.2))
            model.add("hoods", "concrete", hood, back)
    for i, z in enumerate(_LEVELS[1:4]):
        model.add(f"balcony.{4 + i}.slab", "concrete", box((0.3, -0.75, z - 0.16), (1.7, 0.0, z)), back)
        model.add(f"balcony.{4 + i}.railing", "frame", railing(1.4), back.at(0.3, -0.73, z))
        for x in (0.3, 1.66):
            model.add(
                f"balcony.{4 + i}.railing",
                "frame",
                box((x, -0.73, 0.96), (x + 0.04, 0, 1.0)) + bars(x, x + 0.04, 1, (-0.4, 0.0), (-0.36, 0.96), 0.04),
                back.at(z=z),
            )
        unit = box((2.3, -0.42, z + 0.05), (3.1, -0.1, z + 0.62))
        model.add(f"air-conditioner.{i + 1}", "plastic", unit, back)
        model.add(
            f"air-conditioner.{i + 1}.grille",
            "frame",
            cylinder((2.62, -0.43, z + 0.33), (2.62, -0.42, z + 0.33), 0.22, sides=16),
            back,
        )
    model.add("downpipe", "plastic", pipe([(3.75, -0.08, 0.0), (3.75, -0.08, top + 0.2)], 0.05), back)
    model.add(
        "step.back",
        "granite",
        box((0.5, -0.4, 0), (1.8, 0, 0.15)) + box((0.6, -0.05, 0.15), (1.7, 0, _LEVELS[0])),
        back,
    )
