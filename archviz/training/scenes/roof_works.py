"""What stands on roofs: terraces, pergolas, chimneys, machines."""

from __future__ import annotations

import numpy as np

from archviz.training.scenes.construction import Construction
from archviz.training.scenes.plan import Feature
from archviz.training.scenes.railings import RAIL_M, add_railing, run_frame

__all__ = ["chimney", "pergola", "plant_room", "tank", "terrace"]


def terrace(con: Construction, feature: Feature) -> None:
    """A railing on the parapets of a flat roof that people walk on."""
    volume = con.massing.volumes[feature.volume]
    top = volume.top_m + volume.roof.parapet_m + 0.05
    height = volume.top_m + 0.06 + RAIL_M - top
    if height < 0.25:
        return
    for frame in volume.frames:
        for u0, u1 in con.free_ranges(frame, feature.volume, v=sum(volume.storeys_m) + 0.1, w=-0.1):
            a, b = frame.points([(max(u0, 0.1), 0, -0.1), (min(u1, frame.length_m - 0.1), 0, -0.1)])
            if np.linalg.norm(b - a) > 0.4:
                run = run_frame((float(a[0]), float(a[1]), top - 0.01), (float(b[0]), float(b[1]), top - 0.01))
                add_railing(con, "terrace.railing", run, (0.0, run.length_m), height_m=height, style=feature.style)


def pergola(con: Construction, feature: Feature) -> None:
    """Beams over the front of a roof terrace."""
    volume = con.massing.volumes[feature.volume]
    x0, y0, x1, _ = volume.box
    deck, high = volume.top_m + 0.05, volume.top_m + 2.5
    element = con.open("pergola", "screen", "IfcMember")
    back = y0 + feature.depth_m
    for x in (x0 + 0.3, x1 - 0.3):
        con.builder.box(element, (x - 0.05, y0 + 0.3, deck), (x + 0.05, y0 + 0.4, high))
        con.builder.box(element, (x - 0.05, y0 + 0.05, high), (x + 0.05, back, high + 0.14))
    for y in np.arange(y0 + 0.15, back - 0.1, 0.4):
        con.builder.box(element, (x0 + 0.1, y, high + 0.145), (x1 - 0.1, y + 0.06, high + 0.245))


def chimney(con: Construction, feature: Feature) -> None:
    volume = con.massing.volumes[feature.volume]
    x0, y0, x1, y1 = volume.box
    x, y = x0 + feature.span[0] * (x1 - x0), (y0 + y1) / 2 + 0.7
    ridge = volume.top_m + volume.roof.thickness_m + con.roof_rise_m(feature.volume)
    element = con.open("chimney", "accent", "IfcChimney")
    con.builder.box(element, (x - 0.35, y - 0.3, volume.top_m), (x + 0.35, y + 0.3, ridge + 0.8))
    con.builder.box(
        con.open("chimney.cap", "trim", "IfcCovering"),
        (x - 0.42, y - 0.37, ridge + 0.8),
        (x + 0.42, y + 0.37, ridge + 0.9),
    )


def plant_room(con: Construction, feature: Feature) -> None:
    """A lift head and a few machines on the roof."""
    volume, rng = con.massing.volumes[feature.volume], con.rng
    x0, y0, x1, y1 = volume.box
    roof = volume.top_m + (0.05 if volume.roof.kind == "flat" else volume.roof.thickness_m)
    middle = (x0 + x1) / 2 + rng.uniform(-0.2, 0.2) * (x1 - x0)
    wide, deep = 0.14 * (x1 - x0) + 1.0, 0.3 * (y1 - y0)
    y = (y0 + y1) / 2
    box = con.builder.box
    box(
        con.open("plant room", "accent", "IfcWall"),
        (middle - wide, y - deep / 2, roof),
        (middle + wide, y + deep / 2, roof + 2.7),
    )
    units = con.open("roof unit", "metal", "IfcUnitaryEquipment")
    for _ in range(4):
        x = float(rng.uniform(x0 + 2.0, x1 - 2.0))
        if abs(x - middle) > wide + 1.2:
            box(units, (x - 0.6, y - 0.5, roof), (x + 0.6, y + 0.5, roof + 1.2))


def tank(con: Construction, feature: Feature) -> None:
    """A steel water tank on a stand."""
    volume = con.massing.volumes[feature.volume]
    x0, y0, x1, y1 = volume.box
    low = volume.top_m + (0.05 if volume.roof.kind == "flat" else volume.roof.thickness_m)
    x, y = x0 + feature.span[0] * (x1 - x0), y0 + 0.7 * (y1 - y0)
    stand = con.open("tank.stand", "metal", "IfcMember")
    for dx in (-0.4, 0.4):
        for dy in (-0.4, 0.4):
            con.builder.box(stand, (x + dx - 0.04, y + dy - 0.04, low), (x + dx + 0.04, y + dy + 0.04, low + 0.9))
    con.builder.box(stand, (x - 0.5, y - 0.5, low + 0.9), (x + 0.5, y + 0.5, low + 0.98))
    body = con.open("tank", "metal", "IfcTank")
    con.builder.column(body, (x, y), low + 0.98, low + 2.2, 0.48)
    con.builder.column(body, (x, y), low + 2.2, low + 2.3, 0.3)
