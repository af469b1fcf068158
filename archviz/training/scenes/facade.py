"""Walls and what opens them: windows, doors, sills, surrounds, shutters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import cast

import numpy as np

from archviz.core.elements import Part
from archviz.training.scenes.builder import WallFrame
from archviz.training.scenes.construction import Construction, Hole, Pane
from archviz.training.scenes.plan import FacadeStyle, Side

__all__ = ["build_facades", "lay_out"]

_BLANK = FacadeStyle(kind="blank")
# A wall over an opening: lintel and floor.
_LINTEL_M = 0.22
_FRAME_FRONT_M, _FRAME_BACK_M = 0.03, 0.02


def lay_out(length_m: float, height_m: float, style: FacadeStyle, rng: np.random.Generator) -> list[Hole]:
    """Openings of one storey of one wall.

    Parameters
    ----------
    length_m, height_m
        Of the wall's storey.
    style
        Rules; a wall too short for one bay stays blank.
    rng
        Decides which bays stay blank.
    """
    head = min(style.head_m, height_m - _LINTEL_M)
    if style.kind == "blank" or length_m < 1.2 or head - style.sill_m < 0.3:
        return []
    v = (style.sill_m, head)
    if style.kind == "punched":
        count = max(1, round(length_m / style.bay_m))
        bay = length_m / count
        width = min(style.window_m, bay - 0.5)
        if width < 0.45:
            return []
        middles = (np.arange(count) + 0.5) * bay
        keep = rng.random(count) >= style.irregular
        ranges = [(float(m - width / 2), float(m + width / 2)) for m, k in zip(middles, keep, strict=True) if k]
        return [Hole(u=u, v=v, panes=(u,)) for u in ranges]
    margin = min(0.6, 0.08 * length_m) if style.kind == "ribbon" else 0.12
    run = length_m - 2 * margin
    count = max(1, round(run / style.bay_m))
    joints = [float(j) for j in margin + np.linspace(0.0, run, count + 1)]
    return [Hole(u=(joints[0], joints[-1]), v=v, panes=tuple(pairwise(joints)))]


def build_facades(con: Construction) -> None:
    """Build the walls of every volume with their windows, and the entrance."""
    full = _full_height_storeys(con)
    for row, volume in enumerate(con.massing.volumes):
        for edge, frame in enumerate(volume.frames):
            side = cast(Side, frame.side)
            style = volume.styles.get(side, _BLANK)
            wall = con.open(f"wall.{side}.{row + 1}", volume.wall, "IfcWall")
            con.walls.setdefault((row, side), wall)
            for storey, height in enumerate(volume.storeys_m):
                floor = frame.raised(volume.floor_m(storey) - volume.base_m)
                holes = lay_out(frame.length_m, height, style, con.rng)
                holes = [_tall(h, frame, full.get((row, side, storey))) for h in holes]
                holes = [h for h in holes if not con.covered(floor, h.u, h.v, row)]
                if storey == 0 and side == "south" and con.massing.entrance and con.massing.entrance[0] == row:
                    holes = _with_door(con, floor, holes, height)
                con.holes[row, edge, storey] = tuple(holes)
                _wall_face(con, wall, floor, height, holes)
                for hole in holes:
                    _reveal(con, wall, floor, hole, style.recess_m)
                    number = storey + volume.first_storey
                    if hole.door:
                        _entrance(con, floor, hole, style, row)
                        continue
                    for u in hole.panes:
                        _window(con, floor, u, hole.v, style, storey=number, row=row)
                    _trimmings(con, floor, hole, style, number)


def _full_height_storeys(con: Construction) -> dict[tuple[int, Side, int], tuple[float, float]]:
    """Where doors lead out: the share of the wall, by volume, side and storey."""
    return {
        (f.volume, f.side, storey): f.span
        for f in con.features("balconies", "gallery")
        for storey in f.storeys
        if f.kind == "balconies" or storey > 0
    }


def _tall(hole: Hole, frame: WallFrame, span: tuple[float, float] | None) -> Hole:
    """The hole down to the floor where a balcony lies before it."""
    middle = sum(hole.u) / 2 / frame.length_m
    if span is None or not span[0] <= middle <= span[1]:
        return hole
    return replace(hole, v=(0.06, max(hole.v[1], 2.2)))


def _with_door(con: Construction, frame: WallFrame, holes: list[Hole], height_m: float) -> list[Hole]:
    """The layout with the entrance cut in; windows in its way give way."""
    assert con.massing.entrance is not None
    width, high = con.massing.door_m
    width = min(width, frame.length_m - 0.5)
    middle = float(np.clip(con.massing.entrance[1] * frame.length_m, width / 2 + 0.2, frame.length_m - width / 2 - 0.2))
    door = (middle - width / 2, middle + width / 2)
    v = (0.02, min(high, height_m - _LINTEL_M))
    if con.covered(frame, door, v, 0):
        return holes
    kept = []
    for hole in holes:
        left = tuple(p for p in hole.panes if p[1] < door[0] - 0.15)
        right = tuple(p for p in hole.panes if p[0] > door[1] + 0.15)
        kept += [replace(hole, u=(side[0][0], side[-1][1]), panes=side) for side in (left, right) if side]
    return [*kept, Hole(u=door, v=v, panes=(door,), door=True)]


def _wall_face(con: Construction, wall: str, frame: WallFrame, height_m: float, holes: Iterable[Hole]) -> None:
    """The wall's face around the holes, in rows of as few quads as that takes."""
    us = sorted({0.0, frame.length_m, *(x for h in holes for x in h.u)})
    vs = sorted({0.0, height_m, *(x for h in holes for x in h.v)})
    for v0, v1 in pairwise(vs):
        start: float | None = None
        for u0, u1 in pairwise(us):
            middle = ((u0 + u1) / 2, (v0 + v1) / 2)
            hollow = any(h.u[0] < middle[0] < h.u[1] and h.v[0] < middle[1] < h.v[1] for h in holes)
            if not hollow and start is None:
                start = u0
            if start is not None and (hollow or u1 == us[-1]):
                end = u0 if hollow else u1
                con.builder.quad(wall, frame.points([(start, v0, 0), (end, v0, 0), (end, v1, 0), (start, v1, 0)]))
                start = None


def _reveal(con: Construction, wall: str, frame: WallFrame, hole: Hole, recess_m: float) -> None:
    """The four faces from the wall's face back to the frame."""
    (u0, u1), (v0, v1), w = hole.u, hole.v, -recess_m - _FRAME_BACK_M
    for quad in (
        [(u0, v0, 0), (u0, v0, w), (u1, v0, w), (u1, v0, 0)][::-1],
        [(u0, v1, w), (u0, v1, 0), (u1, v1, 0), (u1, v1, w)][::-1],
        [(u0, v0, w), (u0, v0, 0), (u0, v1, 0), (u0, v1, w)][::-1],
        [(u1, v0, 0), (u1, v0, w), (u1, v1, w), (u1, v1, 0)][::-1],
    ):
        con.builder.quad(wall, frame.points(quad))


def _members(
    con: Construction, element: str, frame: WallFrame, u: tuple[float, float], v: tuple[float, float],
    style: FacadeStyle, bars: tuple[int, int],
) -> None:  # fmt: skip
    """A frame's four members and its bars."""
    m, w = style.frame_m, (-style.recess_m - _FRAME_BACK_M, -style.recess_m + _FRAME_FRONT_M)
    box = con.builder.wall_box
    box(element, frame, (u[0], u[0] + m), v, w)
    box(element, frame, (u[1] - m, u[1]), v, w)
    box(element, frame, (u[0] + m, u[1] - m), (v[0], v[0] + m), w)
    box(element, frame, (u[0] + m, u[1] - m), (v[1] - m, v[1]), w)
    thin, w_bar = 0.04, (w[0], w[1] - 0.008)
    for x in np.linspace(u[0], u[1], bars[0] + 2)[1:-1]:
        box(element, frame, (float(x) - thin / 2, float(x) + thin / 2), (v[0] + m, v[1] - m), w_bar)
    for y in np.linspace(v[0], v[1], bars[1] + 2)[1:-1]:
        box(element, frame, (u[0] + m, u[1] - m), (float(y) - thin / 2, float(y) + thin / 2), (w[0], w_bar[1] - 0.006))


def _glass(
    con: Construction, name: str, frame: WallFrame, u: tuple[float, float], v: tuple[float, float],
    style: FacadeStyle, row: int, class_name: str,
) -> None:  # fmt: skip
    """A pane that runs half into its frame."""
    half = style.frame_m / 2
    (u0, u1), (v0, v1), w = (u[0] + half, u[1] - half), (v[0] + half, v[1] - half), -style.recess_m
    element = con.open(name, "glass", class_name, part=Part.OPENING)
    corners = frame.points([(u0, v0, w), (u1, v0, w), (u1, v1, w), (u0, v1, w)])
    con.builder.quad(element, corners)
    con.panes.append(Pane(element=element, corners_m=corners, room_depth_m=con.room_depth_m(row)))


def _window(
    con: Construction, frame: WallFrame, u: tuple[float, float], v: tuple[float, float], style: FacadeStyle, *,
    storey: int, row: int,
) -> None:  # fmt: skip
    name = f"window.{storey}.{con.next_number(storey)}"
    element = con.open(f"{name}.frame", "frame", "IfcWindow", part=Part.OPENING)
    across = min(style.bars[0], int((u[1] - u[0]) / 0.45))
    _members(con, element, frame, u, v, style, (across, min(style.bars[1], int((v[1] - v[0]) / 0.5))))
    _glass(con, f"{name}.glass", frame, u, v, style, row, "IfcWindow")


def _entrance(con: Construction, frame: WallFrame, hole: Hole, style: FacadeStyle, row: int) -> None:
    """The door: leaves of glass or of boards, two where it is wide, a folding wall where it is a front."""
    name = f"door.1.{con.next_number(-1)}"
    width = hole.u[1] - hole.u[0]
    leaves = max(1, round(width / 0.85))
    element = con.open(f"{name}.frame", "frame", "IfcDoor", part=Part.OPENING)
    u, v, m = hole.u, hole.v, style.frame_m
    if con.rng.random() < (0.35 if width < 1.6 else 0.65):
        _members(con, element, frame, u, v, style, (leaves - 1, 0))
        _glass(con, f"{name}.glass", frame, u, v, style, row, "IfcDoor")
        return
    _members(con, element, frame, u, v, style, (0, 0))
    leaf = con.open(name, "door", "IfcDoor", part=Part.OPENING)
    joints = np.linspace(u[0] + m, u[1] - m, leaves + 1)
    for a, b in pairwise(joints):
        w = (-style.recess_m - 0.015, -style.recess_m + 0.012)
        con.builder.wall_box(leaf, frame, (float(a) + 0.004, float(b) - 0.004), (v[0] + 0.01, v[1] - m), w)
        # Raised fields, so that a leaf does not read as a hole.
        for low, high in ((0.12, 0.45), (0.5, 0.93)):
            tall = v[1] - m - v[0]
            con.builder.wall_box(
                leaf,
                frame,
                (float(a) + 0.12, float(b) - 0.12),
                (v[0] + low * tall, v[0] + high * tall),
                (w[1], w[1] + 0.01),
            )


def _trimmings(con: Construction, frame: WallFrame, hole: Hole, style: FacadeStyle, storey: int) -> None:
    """Sill, surround and shutters of a window."""
    (u0, u1), (v0, v1) = hole.u, hole.v
    box = con.builder.wall_box
    if style.sill and v0 > 0.2:
        sill = con.open(f"sill.{storey}.1", "trim", "IfcBuildingElementPart")
        box(sill, frame, (u0 - 0.06, u1 + 0.06), (v0 - 0.05, v0 + 0.012), (-style.recess_m, 0.05))
    if style.surround and v0 > 0.2:
        ring = con.open(f"surround.{storey}.1", "trim", "IfcBuildingElementPart")
        low = v0 - (0.05 if style.sill else 0.12)
        for u, v in (
            ((u0 - 0.12, u0), (low, v1)),
            ((u1, u1 + 0.12), (low, v1)),
            ((u0 - 0.12, u1 + 0.12), (v1, v1 + 0.14)),
        ):
            box(ring, frame, u, v, (-0.01, 0.03))
    wide = u1 - u0
    if style.shutters and style.kind == "punched" and wide < 1.5 and style.bay_m > 2.05 * wide and v0 > 0.2:
        leaf = con.open(f"shutter.{storey}.1", "door", "IfcShadingDevice")
        for a, b in ((u0 - wide / 2 - 0.02, u0 - 0.02), (u1 + 0.02, u1 + wide / 2 + 0.02)):
            if a > 0.02 and b < frame.length_m - 0.02:
                box(leaf, frame, (a, b), (v0, v1), (0.012, 0.05))
                for y in np.arange(v0 + 0.1, v1 - 0.1, 0.12):
                    box(leaf, frame, (a + 0.06, b - 0.06), (float(y), float(y) + 0.06), (0.05, 0.065))
