"""Roofs: flat with parapet, slabs, and slopes of every profile with the walls that rise into them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from archviz.training.scenes.builder import offset_polygon
from archviz.training.scenes.construction import Construction
from archviz.training.scenes.plan import RoofSpec, Side, Volume, rectangle

__all__ = ["build_roof", "underside_m"]

Rectangle = tuple[float, float, float, float]
_VAULT_SEGMENTS = 16
_TOOTH_M = 5.5


def build_roof(con: Construction, row: int) -> None:
    """Build the roof of one volume of the massing."""
    volume = con.massing.volumes[row]
    match volume.roof.kind:
        case "none":
            return
        case "flat":
            _flat(con, row, volume)
        case "slab":
            _slab(con, row, volume)
        case "hip":
            _hip(con, row, volume)
        case "sawtooth":
            _sawtooth(con, row, volume)
        case _:
            _sloped(con, row, volume, volume.box, volume.roof)


def underside_m(volume: Volume, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) height of the roof's underside over (n, 2) plan points, under the eaves too [m]."""
    if volume.roof.kind in ("flat", "slab", "hip", "none", "sawtooth"):
        return np.full(len(points), volume.top_m)
    across = points[:, 1] if volume.roof.axis == "x" else points[:, 0]
    line = _extended(_profile(volume.box, volume.roof), volume.roof.overhang_m)
    return volume.top_m + np.interp(across, line[:, 0], line[:, 1])


def _flat(con: Construction, row: int, volume: Volume) -> None:
    """A deck behind a parapet with a coping; over parts that another volume covers there is none."""
    roof, top = volume.roof, volume.top_m
    terrace = any(f.kind == "terrace" and f.volume == row for f in con.massing.features)
    deck = con.open("terrace.deck" if terrace else "roof", "deck" if terrace else "flat roof", "IfcRoof")
    con.builder.flat(deck, offset_polygon(volume.polygon, -0.05), top + 0.06)
    parapet = con.open("parapet", volume.wall, "IfcWall")
    con.edge_boxes(parapet, volume.polygon, (top, top + roof.parapet_m), inner_m=0.2, outer_m=0.0, own=row)
    coping = con.open("coping", "trim", "IfcCovering")
    z = (top + roof.parapet_m, top + roof.parapet_m + 0.05)
    con.edge_boxes(coping, volume.polygon, z, inner_m=0.23, outer_m=0.03, own=row)


def _slab(con: Construction, row: int, volume: Volume) -> None:
    """A flat slab that overhangs; each volume's lies a little higher than the last, so that none share a plane."""
    low = volume.top_m + 0.013 * row
    high = low + volume.roof.thickness_m
    plan = offset_polygon(volume.polygon, volume.roof.overhang_m)
    con.builder.prism(con.open("roof.slab", "trim", "IfcSlab"), plan, low, high)
    con.builder.flat(con.open("roof", "flat roof", "IfcRoof"), offset_polygon(plan, -0.12), high + 0.015)


def _hip(con: Construction, row: int, volume: Volume) -> None:
    roof = volume.roof
    x0, y0, x1, y1 = volume.box
    eaves = rectangle(x0 - roof.overhang_m, y0 - roof.overhang_m, x1 + roof.overhang_m, y1 + roof.overhang_m)
    (ax, ay), (bx, by) = eaves[0], eaves[2]
    low = volume.top_m + 0.013 * row
    high = low + roof.thickness_m
    half = min(bx - ax, by - ay) / 2
    ridge = high + half * float(np.tan(np.radians(roof.pitch_deg)))
    along_x = bx - ax >= by - ay
    first = (ax + half, (ay + by) / 2, ridge) if along_x else ((ax + bx) / 2, ay + half, ridge)
    last = (bx - half, (ay + by) / 2, ridge) if along_x else ((ax + bx) / 2, by - half, ridge)
    sw, se, ne, nw = ((x, y, high) for x, y in eaves)
    top = con.open("roof", "roof", "IfcRoof")
    sides = (
        [(sw, se, last, first), (ne, nw, first, last)] if along_x else [(se, ne, last, first), (nw, sw, first, last)]
    )
    for quad in sides:
        con.builder.quad(top, quad)
    ends = [(se, ne, last), (nw, sw, first)] if along_x else [(sw, se, first), (ne, nw, last)]
    for triangle in ends:
        con.builder.add(top, triangle, [[0, 1, 2]])
    edge = con.open("roof.fascia", "trim", "IfcCovering")
    for frame in replace(volume, polygon=eaves, base_m=low).frames:
        length = frame.length_m
        con.builder.quad(edge, frame.points([(0, 0, 0), (length, 0, 0), (length, high - low, 0), (0, high - low, 0)]))
    con.builder.flat(con.open("roof.soffit", "soffit", "IfcCovering"), eaves, low, up=False)


def _sawtooth(con: Construction, row: int, volume: Volume) -> None:
    """Sheds in a row along x."""
    x0, y0, x1, y1 = volume.box
    count = max(2, round((x1 - x0) / _TOOTH_M))
    joints = np.linspace(x0, x1, count + 1)
    spec = replace(volume.roof, kind="shed", axis="y", overhang_m=0.0, thickness_m=0.16)
    for a, b in pairwise(joints):
        _sloped(con, row, volume, (float(a), y0, float(b), y1), spec)


def _profile(box: Rectangle, roof: RoofSpec) -> NDArray[np.float64]:
    """(k, 2) the underside across the ridge: plan coordinate, height over the walls [m]."""
    x0, y0, x1, y1 = box
    low, high = (y0, y1) if roof.axis == "x" else (x0, x1)
    span, middle = high - low, (low + high) / 2
    slope = float(np.tan(np.radians(roof.pitch_deg)))
    if roof.kind == "gable":
        return np.array([(low, 0.0), (middle, span / 2 * slope), (high, 0.0)])
    if roof.kind == "shed":
        return np.array([(low, span * slope + 0.05), (high, 0.05)])
    if roof.kind == "butterfly":
        valley = low + 0.6 * span
        return np.array([(low, 0.6 * span * slope + 0.1), (valley, 0.1), (high, 0.4 * span * slope + 0.1)])
    # Vault: the arc whose tangent stands at the pitch over the walls.
    angle = np.radians(roof.pitch_deg)
    radius = span / 2 / np.sin(angle)
    across = middle + radius * np.sin(np.linspace(-angle, angle, _VAULT_SEGMENTS + 1))
    return np.stack([across, np.sqrt(radius**2 - (across - middle) ** 2) - radius * np.cos(angle)], axis=1)


def _extended(line: NDArray[np.float64], overhang_m: float) -> NDArray[np.float64]:
    """The profile run on past both walls along its end slopes."""
    (a, b), (y, z) = line[:2], line[-2:]
    first = [a[0] - overhang_m, a[1] - overhang_m * (b[1] - a[1]) / (b[0] - a[0])]
    last = [z[0] + overhang_m, z[1] + overhang_m * (z[1] - y[1]) / (z[0] - y[0])]
    return np.concatenate([[first], line, [last]]) if overhang_m > 0 else line


def _sloped(con: Construction, row: int, volume: Volume, box: Rectangle, roof: RoofSpec) -> None:
    """A profile extruded along its ridge, with thickness, and the walls that fill the space under it."""
    inner = _profile(box, roof)
    line = _extended(inner, roof.overhang_m)
    x0, y0, x1, y1 = box
    start, stop = (x0, x1) if roof.axis == "x" else (y0, y1)
    base = volume.top_m + 0.013 * row * (roof.kind != "sawtooth")
    ends = (start - (roof.into_m[0] or roof.overhang_m), stop + (roof.into_m[1] or roof.overhang_m))
    thick = roof.thickness_m / float(np.cos(np.radians(min(roof.pitch_deg, 50.0))))

    def place(across: float, along: float, height: float) -> tuple[float, float, float]:
        return (along, across, base + height) if roof.axis == "x" else (across, along, base + height)

    def quad(element: str, *corners: tuple[float, float, float]) -> None:
        # Corners are given for a ridge along x; along y the plan is mirrored.
        con.builder.quad(element, corners if roof.axis == "x" else corners[::-1])

    top = con.open("roof", "roof", "IfcRoof")
    edge = con.open("roof.fascia", "trim", "IfcCovering")
    soffit = con.open("roof.soffit", "soffit", "IfcCovering")
    for (s0, h0), (s1, h1) in pairwise(line):
        a, b = ends
        quad(
            top, place(s0, a, h0 + thick), place(s0, b, h0 + thick), place(s1, b, h1 + thick), place(s1, a, h1 + thick)
        )
        quad(soffit, place(s1, a, h1), place(s1, b, h1), place(s0, b, h0), place(s0, a, h0))
        quad(edge, place(s1, a, h1), place(s0, a, h0), place(s0, a, h0 + thick), place(s1, a, h1 + thick))
        quad(edge, place(s0, b, h0), place(s1, b, h1), place(s1, b, h1 + thick), place(s0, b, h0 + thick))
    (s0, h0), (s1, h1) = line[0], line[-1]
    quad(
        edge,
        place(s0, ends[0], h0),
        place(s0, ends[1], h0),
        place(s0, ends[1], h0 + thick),
        place(s0, ends[0], h0 + thick),
    )
    quad(
        edge,
        place(s1, ends[1], h1),
        place(s1, ends[0], h1),
        place(s1, ends[0], h1 + thick),
        place(s1, ends[1], h1 + thick),
    )
    _gables(con, row, volume, box, roof, inner, base - volume.top_m)


def _gables(
    con: Construction,
    row: int,
    volume: Volume,
    box: Rectangle,
    roof: RoofSpec,
    line: NDArray[np.float64],
    lift_m: float,
) -> None:
    """Walls between the wall tops and the underside: both ends, and the high sides."""
    x0, y0, x1, y1 = box
    top = volume.top_m
    names: tuple[str, str, str, str] = (
        ("west", "east", "south", "north") if roof.axis == "x" else ("south", "north", "west", "east")
    )
    start, stop = (x0, x1) if roof.axis == "x" else (y0, y1)

    def place(across: float, along: float, height: float) -> tuple[float, float, float]:
        return (along, across, top + height) if roof.axis == "x" else (across, along, top + height)

    def quad(side: str, *corners: tuple[float, float, float]) -> None:
        wall = con.walls.get((row, cast(Side, side)))
        if wall is None:
            wall = con.walls[row, cast(Side, side)] = con.open(f"wall.{side}.{row + 1}", volume.wall, "IfcWall")
        con.builder.quad(wall, corners if roof.axis == "x" else corners[::-1])

    ends: tuple[tuple[Literal[0, 1], float], ...] = ((0, start), (1, stop))
    for end, along in ends:
        if roof.into_m[end]:
            continue
        for (s0, h0), (s1, h1) in pairwise(line):
            corners = (
                place(s1, along, 0),
                place(s0, along, 0),
                place(s0, along, h0 + lift_m),
                place(s1, along, h1 + lift_m),
            )
            quad(names[end], *(corners if end == 0 else corners[::-1]))
    (s0, h0), (s1, h1) = line[0], line[-1]
    if h0 + lift_m > 0.001:
        h0 += lift_m
        quad(names[2], place(s0, start, 0), place(s0, stop, 0), place(s0, stop, h0), place(s0, start, h0))
    if h1 + lift_m > 0.001:
        h1 += lift_m
        quad(names[3], place(s1, stop, 0), place(s1, start, 0), place(s1, start, h1), place(s1, stop, h1))
