"""Where the neighbouring houses stand: beside and behind the building, and across the street at the sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.ground import Terrain
from archviz.geometry.surroundings.houses import FAR_HOUSES, HOUSES
from archviz.geometry.surroundings.shapes import placed
from archviz.geometry.surroundings.site import APRON_Z_M, Site
from archviz.geometry.surroundings.street import Street

__all__ = ["Plot", "build_neighbours"]


# Beyond this distance from the plot houses take their lighter form.
_DETAILED_M = 35.0


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A house to be built.

    Parameters
    ----------
    x_m, y_m
        The middle of its front [m].
    turn_deg
        Counter-clockwise from above; 0 faces south as the building does.
    width_m, depth_m, height_m
        Of the house [m].
    """

    x_m: float
    y_m: float
    turn_deg: float
    width_m: float
    depth_m: float
    height_m: float


def build_neighbours(terrain: Terrain, out: SceneBuilder, *, rng: np.random.Generator) -> tuple[Plot, ...]:
    """Add the spec's neighbours and keep plants out of them; returns what was built."""
    spec, site = terrain.spec, terrain.site
    if spec.neighbours == "none":
        return ()
    built: list[Plot] = []
    for plot in _PLOTS[spec.neighbours](terrain, rng):
        # Drawn for every plot, so that the share changes only which stand.
        if rng.random() >= spec.neighbour_share:
            continue
        name = f"neighbour.{len(built) + 1}"
        beside = abs(plot.y_m - site.front_m) < 5.0 and plot.turn_deg == 0.0
        near = beside and abs(plot.x_m) < site.half_x_m + _DETAILED_M
        house = HOUSES[spec.neighbours] if near else FAR_HOUSES.get(spec.neighbours, HOUSES[spec.neighbours])
        for suffix, material, shape in house(plot.width_m, plot.depth_m, plot.height_m, rng):
            position = (plot.x_m, plot.y_m, APRON_Z_M)
            out.add(
                f"{name}.{suffix}",
                placed(shape, position, turn_deg=plot.turn_deg),
                material=material,
                class_name=spec.neighbours,
            )
        low, high = _footprint(plot)
        site.reserve(low, high)
        built.append(plot)
    return tuple(built)


def _footprint(plot: Plot) -> tuple[tuple[float, float], tuple[float, float]]:
    """Rectangle of a plot turned by a multiple of 180 degrees, with its front steps."""
    half, deep = plot.width_m / 2 + 0.3, plot.depth_m
    y0, y1 = (plot.y_m - deep, plot.y_m + 1.0) if plot.turn_deg else (plot.y_m - 1.0, plot.y_m + deep)
    return (plot.x_m - half, y0), (plot.x_m + half, y1)


def _row(
    start: float, end: float, widths: tuple[float, float], gap: float, rng: np.random.Generator
) -> Iterator[tuple[float, float]]:
    """(middle, width) of houses side by side from ``start`` outwards to ``end``, to the left for end < start."""
    side = 1.0 if end > start else -1.0
    at = start
    while abs(at - start) < abs(end - start):
        width = float(rng.uniform(*widths))
        yield at + side * width / 2, width
        at += side * (width + gap)


def _terraced(
    terrain: Terrain,
    rng: np.random.Generator,
    *,
    widths: tuple[float, float],
    depths: tuple[float, float],
    heights: tuple[float, ...],
) -> Iterator[Plot]:
    """Houses wall to wall: a row with the building in it, one behind it, and one across outside the view."""
    site = terrain.site
    street = Street.of(terrain.spec, site)
    reach = min(55.0 + 2.5 * site.size_m, 260.0)
    for side in (-1.0, 1.0):
        start = side * (site.half_x_m + 0.4)
        for x, width in _row(start, side * reach, widths, 0.06, rng):
            # A little back from the building's own front, whose balconies stand out.
            y = site.front_m + min(1.2, 0.12 * site.half_y_m) + float(rng.uniform(0, 0.4))
            yield Plot(
                x_m=x,
                y_m=y,
                turn_deg=0.0,
                width_m=width,
                depth_m=float(rng.uniform(*depths)),
                height_m=_one(heights, rng),
            )
        back = max(site.half_y_m, site.front_m + depths[1] + 1.6) + 5.0
        for x, width in _row(side * (site.half_x_m + 1.5), side * reach, widths, 0.06, rng):
            yield Plot(
                x_m=x,
                y_m=back + depths[1],
                turn_deg=180.0,
                width_m=width,
                depth_m=depths[1],
                height_m=_one(heights, rng),
            )
        for x, width in _row(side * (site.half_x_m + 10.0), side * 1.6 * reach, widths, 0.06, rng):
            if not _in_view(site, x, street.across_m, width, depths[1]):
                yield Plot(
                    x_m=x,
                    y_m=street.across_m - 0.3,
                    turn_deg=180.0,
                    width_m=width,
                    depth_m=float(rng.uniform(*depths)),
                    height_m=_one(heights, rng),
                )


def _in_view(site: Site, x: float, y: float, width: float, depth: float) -> bool:
    """Whether a house across the street, its front at ``y``, would stand before a camera."""
    corners_y = np.array([y, y - depth, y - depth / 2])
    return bool(site.blocks_view(x, corners_y, radius_m=width / 2 + 0.5, height_m=10.0).any())


def _one(values: tuple[float, ...], rng: np.random.Generator) -> float:
    return float(values[int(rng.integers(len(values)))])


def _tube_houses(terrain: Terrain, rng: np.random.Generator) -> Iterator[Plot]:
    yield from _terraced(terrain, rng, widths=(3.8, 5.4), depths=(11.0, 15.0), heights=(9.9, 9.9, 13.2, 13.2, 16.5))


def _old_town(terrain: Terrain, rng: np.random.Generator) -> Iterator[Plot]:
    yield from _terraced(terrain, rng, widths=(5.0, 8.0), depths=(8.0, 11.0), heights=(3.6, 5.8, 5.8, 6.2))


def _houses(terrain: Terrain, rng: np.random.Generator) -> Iterator[Plot]:
    """Detached houses with gardens between them, in a row beside, one behind and one across."""
    site = terrain.site
    street = Street.of(terrain.spec, site)
    pitch, reach = 19.0, 75.0 + 2 * site.size_m
    for side in (-1.0, 1.0):
        for x in np.arange(site.half_x_m + 12.0, reach, pitch):
            for y, turn in (
                (site.front_m + 1.5 + float(rng.uniform(0, 2.5)), 0.0),
                (site.half_y_m + 34.0 + float(rng.uniform(0, 4)), 180.0),
                (street.across_m - 6.0, 180.0),
            ):
                width, depth = float(rng.uniform(9, 12.5)), float(rng.uniform(8, 10))
                if y < site.front_m and _in_view(site, side * x, y, width, depth):
                    continue
                height = 5.8 if rng.random() < 0.65 else 3.0
                yield Plot(x_m=float(side * x), y_m=y, turn_deg=turn, width_m=width, depth_m=depth, height_m=height)


def _towers(terrain: Terrain, rng: np.random.Generator) -> Iterator[Plot]:
    """Towers beside and behind the building on a grid of blocks; the block behind it stays open."""
    site = terrain.site
    street = Street.of(terrain.spec, site)
    scale = max(1.0, site.height_m / 25.0)
    broad = min(scale, 2.0)
    reach = 170.0 * broad + min(site.size_m, 100.0)
    for side in (-1.0, 1.0):
        for x, width in _row(side * (site.half_x_m + 7.0), side * reach, (17.0 * broad, 30.0 * broad), 8.0, rng):
            for row in range(3):
                depth = float(rng.uniform(18, 28)) * broad
                y = site.front_m + 1.5 + row * 44.0 * broad
                height = float(rng.uniform(16, 34) if row == 0 else rng.uniform(34, 95)) * scale
                yield Plot(x_m=x, y_m=y, turn_deg=0.0, width_m=width, depth_m=depth, height_m=height)
            if not _in_view(site, x, street.across_m - 4.0, width, 25.0):
                height = float(rng.uniform(20, 60)) * scale
                yield Plot(
                    x_m=x, y_m=street.across_m - 4.0, turn_deg=180.0, width_m=width, depth_m=25.0, height_m=height
                )


def _stilt_houses(terrain: Terrain, rng: np.random.Generator) -> Iterator[Plot]:
    """Houses along the bank on both sides, their verandas over the water."""
    site = terrain.site
    for side in (-1.0, 1.0):
        for x, width in _row(side * (site.half_x_m + 6.0), side * (80.0 + 2 * site.size_m), (5.5, 8.0), 5.0, rng):
            ys = np.linspace(site.front_m + 4, site.front_m - 4 * site.size_m, 200)
            bank = float(ys[np.argmax(terrain.shore_m(x, ys) < 0)])
            y, depth = bank - 0.5, float(rng.uniform(5.0, 7.0))
            if not site.blocks_view(x, y, radius_m=width / 2 + 1, height_m=5.0):
                yield Plot(
                    x_m=x, y_m=y, turn_deg=0.0, width_m=width, depth_m=depth, height_m=float(rng.uniform(2.5, 2.9))
                )


_PLOTS = {
    "tube-houses": _tube_houses,
    "old-town": _old_town,
    "houses": _houses,
    "towers": _towers,
    "stilt-houses": _stilt_houses,
}
