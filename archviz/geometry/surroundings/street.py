"""Streets, lanes and paths before the building's front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.ground import STREET_BED_M, Terrain
from archviz.geometry.surroundings.shapes import Triangles, box, join, quad
from archviz.geometry.surroundings.site import APRON_Z_M, Site
from archviz.geometry.surroundings.spec import SurroundingsSpec

__all__ = ["Street", "build_road"]

_CARRIAGEWAY_Z_M = -0.14
_MARK_Z_M = -0.135
# Setback of the fronts from the pavement, width of pavement and of carriageway [m], by neighbours.
_SECTIONS = {"tube-houses": (0.4, 3.2, 7.5), "houses": (6.0, 2.2, 6.5), "towers": (5.0, 4.5, 14.0)}
_DEFAULT_SECTION = (2.0, 2.5, 7.0)
_LANE_SETBACK_M, _LANE_WIDTH_M = 0.5, 6.0


@dataclass(frozen=True, kw_only=True)
class Street:
    """A street along x before the front; positions are y, descending from the plot [m].

    Parameters
    ----------
    pavement_m
        Where the plots end and the pavement begins.
    near_m, far_m
        The carriageway's edges.
    across_m
        Where the plots across begin.
    length_m
        Half length.
    """

    pavement_m: float
    near_m: float
    far_m: float
    across_m: float
    length_m: float

    @classmethod
    def of(cls, spec: SurroundingsSpec, site: Site) -> Street:
        """The street or lane of an environment; where there is none, where one would lie."""
        length = 320.0 + 5 * site.size_m
        if spec.road == "lane":
            near = site.front_m - _LANE_SETBACK_M
            far = near - _LANE_WIDTH_M
            return cls(pavement_m=near, near_m=near, far_m=far, across_m=far, length_m=length)
        setback, pavement, width = _SECTIONS.get(spec.neighbours, _DEFAULT_SECTION)
        edge = site.front_m - setback
        near, far = edge - pavement, edge - pavement - width
        return cls(pavement_m=edge, near_m=near, far_m=far, across_m=far - pavement, length_m=length)


def build_road(terrain: Terrain, out: SceneBuilder) -> None:
    """Add the spec's road as ground elements and keep plants off it."""
    spec, site = terrain.spec, terrain.site
    street = Street.of(spec, site)
    match spec.road:
        case "street":
            _build_street(street, spec, out)
            site.reserve((-street.length_m, street.far_m), (street.length_m, street.near_m))
            if spec.neighbours == "houses":
                _add_path(terrain, out, end_m=street.pavement_m)
        case "lane":
            low, high = (-street.length_m, street.far_m, APRON_Z_M), (street.length_m, street.near_m, -0.004)
            out.add("lane", box(low, high), material="stone-lane", part=Part.GROUND)
            gutter = [
                box((-street.length_m, y - 0.12, -0.02), (street.length_m, y + 0.12, 0.03))
                for y in (street.near_m, street.far_m)
            ]
            out.add("lane.edge", join(*gutter), material="kerb", part=Part.GROUND)
            site.reserve(low[:2], high[:2])
        case "path":
            _add_path(terrain, out, end_m=site.front_m - 4.0 * site.size_m)


def _build_street(street: Street, spec: SurroundingsSpec, out: SceneBuilder) -> None:
    length, depth = street.length_m, street.length_m
    strips = [(street.near_m, street.pavement_m), (street.across_m, street.far_m)]
    pavement = [box((-length, y0, STREET_BED_M), (length, y1, APRON_Z_M)) for y0, y1 in strips]
    kerb = [
        box((-length, y - 0.1, STREET_BED_M), (length, y + 0.1, APRON_Z_M + 0.012))
        for y in (street.near_m, street.far_m)
    ]
    plots = [
        box((-length, street.pavement_m, STREET_BED_M), (length, depth, APRON_Z_M)),
        box((-length, -depth, STREET_BED_M), (length, street.across_m, APRON_Z_M)),
    ]
    road = quad(*((x, y, _CARRIAGEWAY_Z_M) for x, y in _rectangle(-length, street.far_m, length, street.near_m)))
    middle = (street.near_m + street.far_m) / 2
    dashes = [
        quad(*((x, y, _MARK_Z_M) for x, y in _rectangle(x0, middle - 0.07, x0 + 3.0, middle + 0.07)))
        for x0 in np.arange(-150.0, 150.0, 9.0)
    ]
    out.add("street.carriageway", road, material="asphalt", part=Part.GROUND)
    out.add("street.marks", join(*dashes), material="road-mark", part=Part.GROUND)
    out.add("street.pavement", join(*pavement), material="paving", part=Part.GROUND)
    out.add("street.kerb", join(*kerb), material="kerb", part=Part.GROUND)
    out.add("street.plots", join(*plots), material="grass" if spec.ground == "grass" else "path", part=Part.GROUND)


def _rectangle(x0: float, y0: float, x1: float, y1: float) -> tuple[tuple[float, float], ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _add_path(terrain: Terrain, out: SceneBuilder, *, end_m: float) -> None:
    """A path from the front's middle to ``y = end_m``; it winds away from a pond."""
    site = terrain.site
    width = float(np.clip(0.13 * site.size_m, 1.5, 5.0))
    y = np.linspace(site.front_m + 0.5, end_m, 33)
    d = site.front_m - y
    bend = 0.0 if terrain.spec.road == "street" else 1.0
    x = -terrain.side * bend * (0.16 * np.maximum(d, 0) + 0.12 * site.size_m * np.sin(d / (0.9 * site.size_m)))
    z = np.maximum(terrain.height_m(x, y), APRON_Z_M) + 0.014
    if terrain.spec.water == "paddies":
        # A field path runs on an earth dam, lower than the plot.
        z = np.interp(d, [3.0, 5.0], [APRON_Z_M + 0.014, APRON_Z_M - 0.08])
    material = "earth" if terrain.spec.ground in ("paddy", "forest-floor", "meadow") else "path"
    out.add("path", _ribbon(np.stack([x, y, z], 1), width), material=material, part=Part.GROUND)
    for px, py in zip(x[::2], y[::2], strict=True):
        site.reserve((px - width / 2, py - d[-1] / 32), (px + width / 2, py + d[-1] / 32))


def _ribbon(line: NDArray[np.float64], width: float) -> Triangles:
    """A strip of constant width over a line that runs towards -y, with sides down to 0.6 m."""
    left, right = line + np.array([width / 2, 0, 0]), line - np.array([width / 2, 0, 0])
    down = np.array([0.0, 0.0, -0.6])
    strips = []
    for a, b in ((right, left), (left, left + down), (right + down, right)):
        strips += [np.stack([a[:-1], a[1:], b[1:]], 1), np.stack([a[:-1], b[1:], b[:-1]], 1)]
    return join(*strips)
