"""Railings, stairs and plants: what stands on slabs and in front of doors."""

from __future__ import annotations

import numpy as np

from archviz.core.elements import Part
from archviz.training.scenes.builder import WallFrame
from archviz.training.scenes.construction import Construction, PlantRecord

__all__ = ["RAIL_M", "add_plant", "add_railing", "add_steps", "run_frame"]

Point = tuple[float, float, float]
# Height of a handrail over the floor.
RAIL_M = 1.05
_BAR_SPACING_M, _BAR_M = 0.125, 0.016
_RISER_M, _TREAD_M = 0.17, 0.3


def run_frame(start: Point, end: Point) -> WallFrame:
    """The frame of a run between two points of equal height, its outside to the right of the way."""
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    return WallFrame(start, ((end[0] - start[0]) / length, (end[1] - start[1]) / length), length)


def add_railing(
    con: Construction, name: str, frame: WallFrame, u: tuple[float, float], *, height_m: float, style: str
) -> None:
    """Append a railing along a frame's foot.

    Parameters
    ----------
    name
        Of the element; a numbered one is opened.
    u
        Range along the frame [m].
    height_m
        Top of the handrail over the frame's foot.
    style
        ``bars``, ``rails``, ``glass`` or ``panel``.
    """
    box, (u0, u1) = con.builder.wall_box, u
    if u1 - u0 < 0.06:
        return
    if style == "panel":
        box(con.open(name, "wall", "IfcRailing"), frame, u, (0.0, height_m), (-0.05, 0.05))
        return
    if style == "glass":
        sheet = con.open(f"{name}.sheet", "railing glass", "IfcRailing")
        box(sheet, frame, (u0 + 0.02, u1 - 0.02), (0.03, height_m - 0.03), (-0.008, 0.008))
    rail = con.open(name, "railing", "IfcRailing")
    box(rail, frame, u, (height_m - 0.045, height_m), (-0.025, 0.025))
    if style == "glass":
        box(rail, frame, u, (0.0, 0.05), (-0.02, 0.02))
        return
    if style == "rails":
        for v in np.linspace(0.12, height_m - 0.2, 5):
            box(rail, frame, u, (float(v), float(v) + 0.025), (-0.012, 0.012))
        spacing, half, low = 1.3, 0.022, 0.0
    else:
        box(rail, frame, u, (0.06, 0.09), (-0.018, 0.018))
        spacing, half, low = _BAR_SPACING_M, _BAR_M / 2, 0.0
    for x in np.linspace(u0 + half, u1 - half, max(2, round((u1 - u0) / spacing) + 1)):
        box(rail, frame, (float(x) - half, float(x) + half), (low, height_m - 0.04), (-half, half))


def add_steps(con: Construction, frame: WallFrame, u: tuple[float, float], top_m: float, landing_m: float) -> None:
    """Append a landing before a door and the steps down to the ground.

    Parameters
    ----------
    frame
        Wall frame at the floor.
    u
        Range of the door.
    top_m
        Height of the floor over the ground.
    landing_m
        Depth of the landing.
    """
    count = max(1, round(top_m / _RISER_M))
    stair = con.open("stair", "base", "IfcStair")
    for step in range(count):
        high = top_m * (1 - step / count) - (0.02 if step == 0 else 0.0)
        start = 0.0 if step == 0 else landing_m + (step - 1) * _TREAD_M
        stop = landing_m + step * _TREAD_M
        # Each step stands on the ground, so that no face floats.
        con.builder.wall_box(stair, frame, (u[0] - 0.3, u[1] + 0.3), (-top_m, high - top_m), (start, stop))


def add_plant(con: Construction, name: str, position_m: Point, *, height_m: float, radius_m: float) -> None:
    """Append a shrub: a few lumps of foliage from the given point upwards."""
    element = con.open(name, "plant", "IfcGeographicElement", part=Part.BUILDING)
    rng = con.rng
    for _ in range(3):
        radius = radius_m * rng.uniform(0.55, 0.8)
        shift = rng.uniform(-0.45, 0.45, 2) * radius_m
        center = np.asarray(position_m) + np.array([*shift, height_m * rng.uniform(0.4, 0.6)])
        _lump(con, element, center, np.array([radius, radius, height_m * rng.uniform(0.38, 0.48)]))
    con.plants.append(
        PlantRecord(
            species="shrub", position_m=position_m, height_m=height_m, crown_radius_m=radius_m, elements=(element,)
        )
    )


def _lump(con: Construction, element: str, center: np.ndarray, radii: np.ndarray) -> None:
    """A ball of 6 meridians and 4 rings with uneven radius."""
    turns = np.arange(7) * 2 * np.pi / 7
    heights = np.array([-0.75, -0.1, 0.6])
    rings = np.sqrt(1 - heights**2)
    wobble = con.rng.uniform(0.85, 1.1, (3, 7))
    x, y = rings[:, None] * np.cos(turns) * wobble, rings[:, None] * np.sin(turns) * wobble
    z = np.broadcast_to(heights[:, None], x.shape)
    ball = np.concatenate([np.stack([x, y, z], -1).reshape(-1, 3), [[0, 0, -1], [0, 0, 1]]])
    faces = []
    for i in range(7):
        j = (i + 1) % 7
        faces += [[21, j, i], [22, 14 + i, 14 + j]]
        for ring in (0, 7):
            faces += [[ring + i, ring + j, ring + 7 + j], [ring + i, ring + 7 + j, ring + 7 + i]]
    con.builder.add(element, center + ball * radii, faces)
