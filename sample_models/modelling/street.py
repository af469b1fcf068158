"""A street of tube houses, for the third drawing: neighbours of two to four storeys, trees, poles and wires."""

from __future__ import annotations

import itertools

import numpy as np

from modelling.mesh import Model, Place, box, cylinder
from modelling.parts import Hole, breeze_blocks, door, fins, railing, trough, wall, window
from modelling.planting import row_of_shrubs, tree
from modelling.roofs import gable_roof
from modelling.tube_house import PAINTS, tube_house

__all__ = ["street"]


def street() -> Model:
    """The tube house between four neighbours, with the pavement before them; metres, front to -Y."""
    model = Model("street", {**PAINTS, "bark": PAINTS["teak"], "asphalt": PAINTS["granite"]})
    rng = np.random.default_rng(21)
    model.elements.update(tube_house().elements)
    for number, (x, width, storeys, roof) in enumerate(
        (
            (-12.2, 5.2, 2, "gable"),
            (-6.9, 4.8, 3, "flat"),
            (2.1, 4.2, 2, "flat"),
            (6.4, 5.0, 4, "flat"),
            (11.5, 5.4, 3, "gable"),
        )
    ):
        _neighbour(model, number + 1, Place(x, 0.2, 0.0), width, storeys, roof, rng)
    model.add("pavement", "concrete", box((-16, -4.6, -0.05), (19, 18, 0.0)))
    model.add("kerb", "granite", box((-16, -4.85, -0.2), (19, -4.6, 0.0)))
    for x, height in ((-9.6, 6.2), (4.9, 6.8), (14.6, 5.8)):
        tree(model, f"tree.{x:g}", Place(x, -3.7, 0), rng, height=height, spread=4.0)
        model.add("tree.pits", "granite", box((x - 0.6, -4.3, 0), (x + 0.6, -3.1, 0.12)))
    for x in (-3.4, 9.2):
        model.add("poles", "concrete", cylinder((x, -4.2, 0), (x, -4.2, 8.4), 0.13, sides=10))
        model.add("poles", "concrete", box((x - 0.7, -4.26, 7.6), (x + 0.7, -4.14, 7.72)))
    for x0, x1 in ((-16.0, -3.4), (-3.4, 9.2), (9.2, 19.0)):
        for off in (-0.6, 0.0, 0.6):
            points = [
                np.array([x0 + off * 0.1 + (x1 - x0) * t, -4.2 + off * 0.05, 7.75 + 0.05 * off - 1.6 * t * (1 - t)])
                for t in np.linspace(0, 1, 9)
            ]
            model.add(
                "wires",
                "frame",
                [p for a, b in itertools.pairwise(points) for p in cylinder(a, b, 0.015, sides=4)],
            )
    return model


def _neighbour(
    model: Model, number: int, place: Place, width: float, storeys: int, roof: str, rng: np.random.Generator
) -> None:
    """A house of one bay: shop front below, a balcony or window band on each floor, a roof."""
    name, depth, low = f"neighbour.{number}", 12.0, 3.7
    high = low + (storeys - 1) * 3.3
    front = place
    shop = [Hole(0.3, width * 0.62, 0.0, 2.7), Hole(width * 0.7, width - 0.4, 0.0, 2.4)]
    model.add(f"{name}.wall", "white paint", wall(width, low, 0.2, shop), front)
    window(model, f"{name}.shop", front, shop[0], columns=4, transom=2.2, recess=0.12)
    door(model, f"{name}.door", front, shop[1], leaf="teak")
    model.add(f"{name}.canopy", "concrete", box((0, -1.0, low - 0.25), (width, 0.0, low)), front)
    for k in range(1, storeys):
        z = low + (k - 1) * 3.3
        at = front.at(z=z)
        kind = (number + k) % 3
        hole = [
            Hole(0.5, width - 0.5, 0.05, 2.45),
            Hole(0.7, width - 0.7, 0.9, 2.4),
            Hole(0.5, width * 0.55, 0.05, 2.4),
        ][kind]
        model.add(f"{name}.wall", "white paint", wall(width, 3.3, 0.2, [hole]), at)
        window(
            model,
            f"{name}.window.{k}",
            at,
            hole,
            columns=3,
            transom=1.9 if kind != 1 else 0.0,
            recess=0.1,
            sill="concrete" if kind == 1 else "",
        )
        if kind != 1:
            model.add(f"{name}.balcony", "white paint", box((0.1, -0.9, -0.2), (width - 0.1, 0.0, 0.0)), at)
            model.add(f"{name}.railing", "frame", railing(width - 0.3, gap=0.16), at.at(0.15, -0.85, 0.0))
        else:
            model.add(f"{name}.hood", "concrete", box((0.4, -0.5, 2.55), (width - 0.4, 0.0, 2.65)), at)
            model.add(f"{name}.trough", "concrete", trough(width - 1.6, 0.35, 0.35), at.at(0.8, -0.4, 0.35))
            model.add(
                f"{name}.plant.{k}", "leaves", row_of_shrubs(width - 1.8, 0.3, 0.45, rng), at.at(0.9, -0.38, 0.65)
            )
        if kind == 2:
            model.add(
                f"{name}.screen",
                "terracotta blocks",
                breeze_blocks(width * 0.3, 2.3, size=0.36),
                at.at(width * 0.62, -0.1, 0.1),
            )
        if kind == 0:
            model.add(
                f"{name}.lam",
                "teak",
                fins(width * 0.32, 3.0, gap=0.16, width=0.05, depth=0.1),
                at.at(width * 0.62, -0.9, 0.05),
            )
    model.add(f"{name}.body", "grey render", box((0, 0.2, 0), (width, depth, high)), front)
    if roof == "gable":
        gable_roof(
            model,
            f"{name}.roof",
            front.at(0, 0, high),
            length=width,
            width=6.0,
            rise=1.9,
            eaves=0.5,
            verge=0.05,
            tile="paving tile",
            board="teak",
        )
    else:
        model.add(f"{name}.parapet", "white paint", box((0, -0.1, high), (width, 0.15, high + 0.9)), front)
        model.add(
            f"{name}.cornice", "concrete", box((-0.05, -0.25, high - 0.08), (width + 0.05, 0.2, high + 0.06)), front
        )
