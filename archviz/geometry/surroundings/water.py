"""Water sheets: river, lake, sea, pond, and rice terraces between earth bunds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from archviz.core.elements import Part
from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.ground import (
    HORIZON_M,
    TERRACE_DEPTH_M,
    TERRACE_STEP_M,
    WATER_LEVEL_M,
    Terrain,
    paddy_plot,
)
from archviz.geometry.surroundings.shapes import Triangles, box, join, quad
from archviz.geometry.surroundings.site import Site

__all__ = ["build_water", "paddy_level_m", "terrace_bund"]

_MATERIAL = {"river": "river-water", "lake": "clear-water", "sea": "sea-water", "pond": "clear-water"}
_BUND_HALF_M, _BUND_CREST_M = 0.35, 0.18
_MAX_SHOOTS = 7000
_RICE_HEIGHT_M = 0.45


def build_water(terrain: Terrain, out: SceneBuilder, *, rng: np.random.Generator) -> None:
    """Add the spec's water; it is seen where the terrain lies lower."""
    kind = terrain.spec.water
    if kind == "none":
        return
    if kind == "paddies":
        _build_paddies(terrain, out, rng=rng)
        return
    level = WATER_LEVEL_M[kind]
    x, y, rx, ry = terrain.pond_m() if kind == "pond" else (0.0, 0.0, HORIZON_M, HORIZON_M)
    # A pond's sheet ends under its bank, before the ground beyond.
    sheet = _sheet((x - 1.1 * rx, y - 1.1 * ry), (x + 1.1 * rx, y + 1.1 * ry), level)
    out.add("water", sheet, material=_MATERIAL[kind], part=Part.GROUND, class_name="water")


def _sheet(low: tuple[float, float], high: tuple[float, float], z: float) -> Triangles:
    (x0, y0), (x1, y1) = low, high
    return quad((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z))


def _field(site: Site) -> tuple[float, float, float]:
    """Half side of the field of paddies, depth of a row, and y where the terraces begin to climb [m]."""
    reach = max(130.0, 3.5 * site.size_m)
    # The first step lies behind the plot.
    return reach, TERRACE_DEPTH_M * max(1.0, reach / 260.0), paddy_plot(site)[3] + 2.0


def _terrace_level(row: float, depth: float) -> float:
    """Water level of a row; row 0 is the first behind the plot [m]."""
    return WATER_LEVEL_M["paddies"] + max(0.0, row + 1) * TERRACE_STEP_M * depth / TERRACE_DEPTH_M


def paddy_level_m(y: float, site: Site) -> float:
    """Water level of the paddies at ``y`` [m]."""
    _, depth, foot = _field(site)
    return _terrace_level(np.floor((y - foot) / depth), depth)


def terrace_bund(y: float, site: Site) -> tuple[float, float]:
    """y and height of the crest of the bund nearest to ``y`` [m]."""
    _, depth, foot = _field(site)
    row = round((y - foot) / depth)
    return foot + row * depth, _terrace_level(row, depth) + _BUND_CREST_M


def _build_paddies(terrain: Terrain, out: SceneBuilder, *, rng: np.random.Generator) -> None:
    """A field of paddies on both sides of the building; behind it they climb in terraces."""
    site = terrain.site
    reach, depth, foot = _field(site)
    near = 1.6 * site.size_m + 12.0
    rows = np.arange(-np.ceil(reach / depth), np.ceil(reach / depth))
    flooded, green, bunds, shoots = [], [], [], []
    for row in rows:
        y0, y1 = foot + row * depth, foot + (row + 1) * depth
        level = _terrace_level(row, depth)
        widths = rng.uniform(1.1, 2.0, int(2.2 * reach / depth) + 2) * depth
        edges = -reach + np.concatenate([[0.0], np.cumsum(widths)])
        edges = np.append(edges[edges < reach], reach)
        bunds.append(_bund((-reach, y0), (reach, y0), level))
        for x0, x1 in pairwise(edges):
            bunds.append(_bund((x0, y0), (x0, y1), level))
            stage = rng.random()
            # Close to the building the fields lie under water; farther off some stand high.
            if stage < 0.4 and max(abs(y0), abs(y1)) > near:
                green.append(box((x0, y0, level - 0.2), (x1, y1, level + _RICE_HEIGHT_M)))
                continue
            flooded.append(_sheet((x0, y0), (x1, y1), level))
            if stage < 0.75:
                shoots.append(_shoots((x0, y0), (x1, y1), level, terrain=terrain, rng=rng))
    # Shoots are thinned as a whole, so that rows stay even and the scene stays light.
    blades = join(*shoots).reshape(-1, 3, 3, 3)
    step = max(1, int(np.ceil(len(blades) / _MAX_SHOOTS)))
    out.add("paddy.water", join(*flooded), material="paddy-water", part=Part.GROUND, class_name="water")
    out.add("paddy.bunds", join(*bunds), material="bund", part=Part.GROUND)
    out.add("paddy.rice", join(*green), material="rice")
    out.add("paddy.shoots", blades[::step].reshape(-1, 3, 3), material="rice")


def _bund(start: tuple[float, float], end: tuple[float, float], level: float) -> Triangles:
    """An earth wall around a paddy, its crest above the water and its foot below the lower terrace's."""
    (x0, y0), (x1, y1) = start, end
    low = (x0 - _BUND_HALF_M, y0 - _BUND_HALF_M, level - 0.6 - TERRACE_STEP_M)
    return box(low, (x1 + _BUND_HALF_M, y1 + _BUND_HALF_M, level + _BUND_CREST_M))


def _shoots(
    low: tuple[float, float], high: tuple[float, float], level: float, *, terrain: Terrain, rng: np.random.Generator
) -> Triangles:
    """Young rice in rows along x: three blades a tuft, where a camera may see single plants."""
    site = terrain.site
    near = 1.5 * site.size_m + 18.0
    if min(abs(low[1]), abs(high[1])) > near or min(abs(low[0]), abs(high[0])) > near:
        return join()
    spacing = max(0.45, site.size_m / 40.0)
    x, y = np.meshgrid(
        np.arange(low[0] + 0.7, high[0] - 0.6, spacing), np.arange(low[1] + 0.7, high[1] - 0.6, spacing * 1.3)
    )
    base = np.stack([x.ravel(), y.ravel(), np.full(x.size, level - 0.05)], axis=1)
    base[:, :2] += rng.normal(scale=0.05, size=(len(base), 2))
    base = base[terrain.shore_m(base[:, 0], base[:, 1]) < -0.6]
    heading = rng.uniform(0, 2 * np.pi, len(base))[:, None] + np.arange(3) * 2.1
    out = np.stack([np.cos(heading), np.sin(heading), np.zeros_like(heading)], axis=-1)
    across = np.stack([-out[..., 1], out[..., 0], out[..., 2]], axis=-1) * 0.05
    tip = base[:, None] + 0.14 * out + np.array([0, 0, 1.0]) * rng.uniform(0.3, 0.5, (len(base), 3, 1))
    return np.stack([base[:, None] - across, base[:, None] + across, tip], axis=2).reshape(-1, 3, 3)
