"""Screens, louvres, fins and bands: what shades or divides a facade."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from archviz.training.scenes.builder import WallFrame
from archviz.training.scenes.construction import Construction
from archviz.training.scenes.plan import Feature

__all__ = ["bands", "breeze_blocks", "fins", "louvres", "party_wall"]


def _screen_region(con: Construction, feature: Feature) -> list[tuple[WallFrame, tuple[float, float], float, float]]:
    """(frame, u range, bottom, top) of louvres and screens: runs of neighbouring storeys are joined."""
    volume = con.massing.volumes[feature.volume]
    regions = []
    for _, frame in con.fronts(feature):
        u = (feature.span[0] * frame.length_m, feature.span[1] * frame.length_m)
        for storey in feature.storeys:
            low = volume.floor_m(storey) - volume.base_m
            high = low + volume.storeys_m[storey]
            if u[1] - u[0] > 0.8 and not con.covered(frame, u, (low, high), feature.volume):
                regions.append((frame, u, low + 0.02, high - 0.02))
    return regions


def louvres(con: Construction, feature: Feature) -> None:
    """Louvres in front of the wall, between rails that tie them to it."""
    deep, thin = 0.12, 0.035
    for frame, u, low, high in _screen_region(con, feature):
        element = con.open("lam", "screen", "IfcShadingDevice")
        w = (feature.depth_m, feature.depth_m + deep)
        for v in (low, high - 0.06):
            con.builder.wall_box(element, frame, u, (v, v + 0.06), (-0.01, w[1] + 0.01))
        spacing = 0.2 if feature.style != "horizontal" else 0.22
        if feature.style == "horizontal":
            for v in np.arange(low + 0.14, high - 0.16, spacing):
                con.builder.wall_box(element, frame, u, (float(v), float(v) + thin), w)
            for x in np.linspace(u[0] + 0.03, u[1] - 0.03, max(2, round((u[1] - u[0]) / 1.5) + 1)):
                con.builder.wall_box(
                    element, frame, (x - 0.03, x + 0.03), (low + 0.06, high - 0.06), (w[0] - 0.05, w[0] - 0.005)
                )
            continue
        for x in np.linspace(u[0], u[1] - thin, max(3, round((u[1] - u[0]) / spacing) + 1)):
            con.builder.wall_box(element, frame, (float(x), float(x) + thin), (low + 0.06, high - 0.06), w)


def breeze_blocks(con: Construction, feature: Feature) -> None:
    """A wall of pierced blocks in a frame that ties it to the building."""
    web = 0.035
    for frame, u, low, high in _screen_region(con, feature):
        element = con.open("breeze block screen", "screen", "IfcWall")
        w = (feature.depth_m, feature.depth_m + 0.1)
        box = con.builder.wall_box
        for v in ((low, low + 0.08), (high - 0.08, high)):
            box(element, frame, u, v, (-0.01, w[1] + 0.02))
        for x in (u[0], u[1] - 0.08):
            box(element, frame, (x, x + 0.08), (low + 0.08, high - 0.08), (-0.01, w[1] + 0.02))
        inner_u, inner_v = (u[0] + 0.08, u[1] - 0.08), (low + 0.08, high - 0.08)
        columns = max(2, round((inner_u[1] - inner_u[0]) / 0.26))
        rows = max(2, round((inner_v[1] - inner_v[0]) / 0.26))
        xs, ys = np.linspace(*inner_u, columns + 1), np.linspace(*inner_v, rows + 1)
        for y in ys[1:-1]:
            box(element, frame, inner_u, (y - web / 2, y + web / 2), w)
        for x in xs[1:-1]:
            box(element, frame, (x - web / 2, x + web / 2), inner_v, (w[0] + 0.006, w[1] - 0.006))
        if feature.style == "diagonal":
            middle = (w[0] + w[1]) / 2
            for i in range(columns):
                for j in range(rows):
                    a, b = frame.points([(xs[i], ys[j], middle), (xs[i + 1], ys[j + 1], middle)])
                    con.builder.beam(element, a, b, width_m=0.06, height_m=0.03)


def fins(con: Construction, feature: Feature) -> None:
    """Vertical fins between the bays, over the height of the volume."""
    volume = con.massing.volumes[feature.volume]
    element = con.open("fin", "trim", "IfcShadingDevice")
    last = volume.storeys_m[: max(feature.storeys) + 1] if feature.storeys else volume.storeys_m
    low = volume.floor_m(min(feature.storeys)) - volume.base_m if feature.storeys else 0.0
    for edge, frame in enumerate(volume.frames):
        # Ground-floor doors break the rhythm of the first storey, so the second one's decides.
        holes = con.holes[feature.volume, edge, min(1, len(volume.storeys_m) - 1)]
        joints = sorted({round(x, 3) for h in holes for p in h.panes for x in p}) if len(holes) == 1 else []
        if not joints:
            middles = sorted(sum(h.u) / 2 for h in holes)
            joints = [(a + b) / 2 for a, b in pairwise(middles)]
        for x in joints:
            u = (max(0.0, x - 0.06), min(frame.length_m, x + 0.06))
            door = any(h.door and h.u[0] - 0.3 < x < h.u[1] + 0.3 for h in con.holes[feature.volume, edge, 0])
            if not door and not con.covered(frame, u, (low + 0.1, sum(last)), feature.volume):
                con.builder.wall_box(element, frame, u, (low, sum(last)), (-0.004, feature.depth_m))


def bands(con: Construction, feature: Feature) -> None:
    """Ledges at the floors."""
    volume = con.massing.volumes[feature.volume]
    for storey in range(1, len(volume.storeys_m)):
        z = volume.floor_m(storey)
        band = con.open(f"band.{storey + volume.first_storey}", "trim", "IfcCovering")
        con.edge_boxes(band, volume.polygon, (z - 0.15, z + 0.04), inner_m=0.01, outer_m=0.05, own=feature.volume)


def party_wall(con: Construction, feature: Feature) -> None:
    """A fin that carries the side wall forward past the front."""
    for _, frame in con.fronts(feature):
        volume = con.massing.volumes[feature.volume]
        element = con.open("side wall", "wall", "IfcWall")
        for u in ((0.0, 0.12), (frame.length_m - 0.12, frame.length_m)):
            con.builder.wall_box(element, frame, u, (-volume.base_m, sum(volume.storeys_m)), (-0.004, feature.depth_m))
