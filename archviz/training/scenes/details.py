"""What hangs on a building: balconies, galleries, canopies, porches, columns, planters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from archviz.training.scenes.builder import WallFrame, offset_polygon
from archviz.training.scenes.construction import Construction
from archviz.training.scenes.plan import Feature
from archviz.training.scenes.railings import RAIL_M, add_plant, add_railing, add_steps, run_frame
from archviz.training.scenes.roof_works import chimney, pergola, plant_room, tank, terrace
from archviz.training.scenes.roofs import underside_m
from archviz.training.scenes.screens import bands, breeze_blocks, fins, louvres, party_wall

__all__ = ["build_base", "build_features"]

_SLAB_M = 0.18


def build_base(con: Construction) -> None:
    """Build the plinth, the undersides of what juts out, and the steps to the door."""
    plinth = con.massing.plinth_m
    colonnade = max((f.depth_m for f in con.features("colonnade")), default=0.0)
    for row, volume in enumerate(con.massing.volumes):
        if volume.base_m <= plinth + 1e-6:
            reach = colonnade + 0.4 if colonnade else 0.035
            polygon = offset_polygon(volume.polygon, reach)
            con.builder.prism(con.open("plinth", "base", "IfcFooting"), polygon, 0.0, plinth - 0.012 * (colonnade > 0))
        else:
            con.builder.flat(con.open("soffit", "soffit", "IfcCovering"), volume.polygon, volume.base_m, up=False)
            _props(con, row)
    if con.massing.entrance is None or not any(h.door for holes in con.holes.values() for h in holes):
        return
    row, edge = next((r, e) for (r, e, _), holes in con.holes.items() if any(h.door for h in holes))
    frame = con.massing.volumes[row].frames[edge]
    door = next(h for h in con.holes[row, edge, 0] if h.door)
    reach = max((f.depth_m + 0.4 for f in con.features("colonnade")), default=0.0)
    reach = max([reach, *(f.depth_m for f in con.features("gallery"))])
    add_steps(con, frame, door.u, plinth, max(1.1, reach + 0.01))


def _props(con: Construction, row: int) -> None:
    """Columns under corners that jut out far."""
    volume, below = con.massing.volumes[row], con.massing.volumes[0]
    x0, y0, x1, y1 = volume.box
    bx0, by0, bx1, by1 = below.box
    columns = [
        (x + dx, y + dy)
        for x, dx in ((x0, 0.35), (x1, -0.35))
        for y, dy in ((y0, 0.35), (y1, -0.35))
        if max(bx0 - x, x - bx1, by0 - y, y - by1) > 1.7
    ]
    if columns and row == 1:
        element = con.open("column", "trim", "IfcColumn")
        for center in columns:
            con.builder.column(element, center, 0.0, volume.base_m + 0.02, 0.12)


def build_features(con: Construction) -> None:
    """Build every feature of the massing."""
    for feature in con.massing.features:
        _BUILDERS[feature.kind](con, feature)


def _platform(
    con: Construction,
    name: str,
    frame: WallFrame,
    u: tuple[float, float],
    depth_m: float,
    style: str,
    sides: bool = True,
) -> None:
    """A slab at the frame's foot with a railing on three sides."""
    con.builder.wall_box(
        con.open(f"{name}.slab", "trim", "IfcSlab"), frame, u, (-_SLAB_M - 0.02, -0.02), (-0.02, depth_m)
    )
    inset = 0.06
    a, b, c, d = frame.points(
        [(u[0] + inset, -0.02, 0.0), (u[0] + inset, -0.02, depth_m - inset), (u[1] - inset, -0.02, depth_m - inset),
         (u[1] - inset, -0.02, 0.0)]
    )  # fmt: skip
    runs = [(b, c), (a, b), (c, d)] if sides else [(b, c)]
    for start, end in runs:
        run = run_frame(tuple(start), tuple(end))
        trim = 0.05 if style == "panel" else 0.0
        ends = (trim, run.length_m - trim) if start is not b else (-trim, run.length_m + trim)
        add_railing(con, f"{name}.railing", run, ends, height_m=RAIL_M, style=style)


def _balconies(con: Construction, feature: Feature) -> None:
    volume = con.massing.volumes[feature.volume]
    style, _, mode = feature.style.partition(" ")
    for edge, frame in con.fronts(feature):
        u0, u1 = (s * frame.length_m for s in feature.span)
        for storey in feature.storeys:
            floor = frame.raised(volume.floor_m(storey) - volume.base_m)
            name = f"balcony.{storey + volume.first_storey}"
            if not mode:
                if u1 - u0 > 1.0 and not con.covered(floor, (u0, u1), (0.0, 2.0), feature.volume):
                    _platform(con, name, floor, (u0, u1), feature.depth_m, style)
                continue
            for number, hole in enumerate(con.holes[feature.volume, edge, storey]):
                for pane in hole.panes if len(hole.panes) > 1 else (hole.u,):
                    around = (max(0.0, pane[0] - 0.3), min(frame.length_m, pane[1] + 0.3))
                    if not u0 <= sum(pane) / 2 <= u1:
                        continue
                    if mode == "alternate" and (number + storey) % 2:
                        # A railing before the tall window instead.
                        add_railing(
                            con, f"{name}.guard", floor, (pane[0] + 0.01, pane[1] - 0.01), height_m=1.0, style="bars"
                        )
                    elif not con.covered(floor, around, (0.0, 2.0), feature.volume):
                        _platform(con, name, floor, around, feature.depth_m, style)


def _gallery(con: Construction, feature: Feature) -> None:
    """Open corridors on every upper floor, columns from the ground, a slab over the top one."""
    volume = con.massing.volumes[feature.volume]
    for _, frame in con.fronts(feature):
        for u in con.free_ranges(frame, feature.volume, v=1.0, w=0.3):
            if u[1] - u[0] < 3.0:
                continue
            total = volume.top_m - volume.base_m
            for storey in (s for s in feature.storeys if s > 0):
                floor = frame.raised(volume.floor_m(storey) - volume.base_m)
                _platform(con, f"gallery.{storey + 1}", floor, u, feature.depth_m, feature.style, sides=True)
            deck = con.open("gallery.1.slab", "base", "IfcSlab")
            con.builder.wall_box(deck, frame, u, (-volume.base_m, -0.02), (0.0, feature.depth_m))
            roof = con.open("gallery.roof", "trim", "IfcSlab")
            # Just under the eaves of the main roof.
            con.builder.wall_box(roof, frame, u, (total - 0.32, total - 0.14), (-0.02, feature.depth_m + 0.2))
            columns = con.open("column", "trim", "IfcColumn")
            count = max(2, round((u[1] - u[0]) / 3.6) + 1)
            for x in np.linspace(u[0] + 0.2, u[1] - 0.2, count):
                w = (feature.depth_m - 0.36, feature.depth_m - 0.12)
                con.builder.wall_box(columns, frame, (x - 0.12, x + 0.12), (-0.03, total - 0.3), w)


def _door_span(con: Construction, feature: Feature) -> tuple[WallFrame, tuple[float, float], float] | None:
    """Frame, range and head of the entrance that a canopy covers."""
    for (row, edge, _), holes in con.holes.items():
        for hole in holes:
            if hole.door:
                return con.massing.volumes[row].frames[edge], hole.u, hole.v[1]
    return None


def _canopy(con: Construction, feature: Feature) -> None:
    found = _door_span(con, feature)
    if found is None:
        return
    frame, door, head = found
    reach = {"wide": 1.6, "thin": 0.5}.get(feature.style, 0.4)
    u = (max(0.0, door[0] - reach), min(frame.length_m, door[1] + reach))
    low = head + 0.12
    if low > con.massing.volumes[0].storeys_m[0] - 0.15:
        low = head + 0.04
    thick = 0.08 if feature.style == "thin" else 0.14
    slab = con.open("canopy", "trim", "IfcSlab")
    con.builder.wall_box(slab, frame, u, (low, low + thick), (-0.02, feature.depth_m))
    if feature.style == "wide" and feature.depth_m > 1.9:
        columns = con.open("column", "metal", "IfcColumn")
        foot = -frame.origin_m[2]
        for x in (u[0] + 0.15, u[1] - 0.15):
            w = feature.depth_m - 0.2
            con.builder.wall_box(columns, frame, (x - 0.06, x + 0.06), (foot, low + 0.01), (w - 0.06, w + 0.06))


def _porch(con: Construction, feature: Feature) -> None:
    """A canopy on two columns with a low gable."""
    found = _door_span(con, feature)
    if found is None:
        return
    frame, door, head = found
    u = (max(0.05, door[0] - 0.6), min(frame.length_m - 0.05, door[1] + 0.6))
    low, depth, foot = head + 0.1, feature.depth_m, -frame.origin_m[2]
    columns = con.open("porch.column", "trim", "IfcColumn")
    for x in (u[0] + 0.14, u[1] - 0.14):
        con.builder.wall_box(columns, frame, (x - 0.07, x + 0.07), (foot, low + 0.01), (depth - 0.24, depth - 0.1))
    beam = con.open("porch.beam", "trim", "IfcBeam")
    con.builder.wall_box(beam, frame, u, (low, low + 0.16), (-0.02, depth))
    roof = con.open("porch.roof", "roof", "IfcRoof")
    rise, middle = 0.22 * (u[1] - u[0]), sum(u) / 2
    a, b = (u[0] - 0.12, u[1] + 0.12), (-0.02, depth + 0.12)
    base = low + 0.165
    corners = [(x, y, w) for w in b for x, y in ((a[0], base), (a[1], base), (middle, base + rise))]
    faces = [[3, 4, 5], [2, 1, 0], [0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [2, 0, 3], [2, 3, 5]]
    con.builder.add(roof, frame.points(corners), faces)


def _colonnade(con: Construction, feature: Feature) -> None:
    """Columns around a volume, up to its roof."""
    volume = con.massing.volumes[feature.volume]
    element = con.open("column", "trim" if feature.style != "slender" else "metal", "IfcColumn")
    half = {"round": 0.15, "square": 0.14, "slender": 0.05}[feature.style]
    plan = offset_polygon(volume.polygon, feature.depth_m)
    centers = []
    for (ax, ay), (bx, by) in zip(plan, plan[1:] + plan[:1], strict=True):
        count = max(1, round(np.hypot(bx - ax, by - ay) / 3.6))
        centers += [(ax + (bx - ax) * k / count, ay + (by - ay) * k / count) for k in range(count)]
    tops = underside_m(volume, np.asarray(centers)) + 0.04
    for (x, y), top in zip(centers, tops, strict=True):
        if feature.style == "round":
            con.builder.column(element, (x, y), volume.base_m - 0.02, float(top), half)
        else:
            con.builder.box(element, (x - half, y - half, volume.base_m - 0.02), (x + half, y + half, float(top)))


def _planters(con: Construction, feature: Feature) -> None:
    volume = con.massing.volumes[feature.volume]
    for edge, frame in con.fronts(feature):
        u0, u1 = feature.span[0] * frame.length_m, feature.span[1] * frame.length_m
        depth = next((f.depth_m for f in con.features("balconies") if feature.storeys and f.side == feature.side), 0.0)
        for storey in feature.storeys or (0,):
            floor = frame.raised(volume.floor_m(storey) - volume.base_m)
            w = (depth - 0.42, depth - 0.12) if depth else (0.05, 0.45)
            foot = -0.025 if depth else -volume.base_m
            pieces = [(u0 + 0.12, u1 - 0.12)]
            for hole in con.holes[feature.volume, edge, storey]:
                if hole.door and not depth:
                    pieces = [(u0 + 0.1, hole.u[0] - 0.45), (hole.u[1] + 0.45, u1 - 0.1)]
            for a, b in pieces:
                if b - a > 0.6 and not con.covered(floor, (a, b), (0.1, 1.0), feature.volume):
                    _trough(con, floor, (a, b), w, foot, f"planter.{storey + volume.first_storey}")


def _trough(
    con: Construction, frame: WallFrame, u: tuple[float, float], w: tuple[float, float], foot: float, name: str
) -> None:
    con.builder.wall_box(con.open(name, "pot", "IfcFurnishingElement"), frame, u, (foot, foot + 0.45), w)
    for x in np.arange(u[0] + 0.25, u[1] - 0.2, con.rng.uniform(0.4, 0.8)):
        at = frame.points([(float(x), foot + 0.4, sum(w) / 2)])[0]
        tall = float(con.rng.uniform(0.35, 0.9))
        position = (float(at[0]), float(at[1]), float(at[2]))
        add_plant(con, f"{name}.plant", position, height_m=tall, radius_m=float(con.rng.uniform(0.22, 0.4)))


_BUILDERS: dict[str, Callable[[Construction, Feature], None]] = {
    "balconies": _balconies,
    "gallery": _gallery,
    "lam": louvres,
    "breeze": breeze_blocks,
    "canopy": _canopy,
    "porch": _porch,
    "colonnade": _colonnade,
    "planters": _planters,
    "pergola": pergola,
    "chimney": chimney,
    "plant room": plant_room,
    "fins": fins,
    "bands": bands,
    "tank": tank,
    "terrace": terrace,
    "party wall": party_wall,
}
