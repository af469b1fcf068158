"""Puts plants where they belong: never in water, on a road, in a house, or before the camera."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.ground import Terrain
from archviz.geometry.surroundings.plants import HEIGHTS_M, grow
from archviz.geometry.surroundings.shapes import placed
from archviz.geometry.surroundings.site import Site
from archviz.geometry.surroundings.spec import Planting, Species, Zone
from archviz.geometry.surroundings.street import Street
from archviz.geometry.surroundings.water import terrace_bund

__all__ = ["MAX_TRIANGLES", "Plant", "plant_all"]

Vector = tuple[float, float, float]
Field = NDArray[np.float64]

# Crown radius as a share of the height, used before a plant is grown.
_REACH: dict[Species, float] = {"bamboo": 0.42, "banana": 0.65, "conifer": 0.24, "pine": 0.22, "palm": 0.38}
_DEFAULT_REACH = 0.5
_CAP: dict[Zone, int] = {"near": 90, "around": 170, "far": 170, "shore": 26, "street": 30}
_LOW_SPECIES = ("agave", "shrub", "undergrowth")
# Distance from the waterline that keeps a plant's foot dry [m].
_DRY_M = 0.6
_STREET_AREA_M2 = 1600.0
MAX_TRIANGLES = 148_000
"""Planting ends when the surroundings hold so many triangles; above two thirds of it all trees are coarse."""

_COARSE_FROM = MAX_TRIANGLES * 2 // 3
# From this distance a crown is one lump.
_COARSE_M = 60.0


@dataclass(frozen=True, kw_only=True)
class Plant:
    """A plant in the scene.

    Parameters
    ----------
    species
        As in the spec.
    position_m
        The foot [m].
    height_m, crown_radius_m
        Above the foot, and reach in plan [m].
    elements
        Names of its elements in the scene.
    """

    species: Species
    position_m: Vector
    height_m: float
    crown_radius_m: float
    elements: tuple[str, ...]


def plant_all(terrain: Terrain, out: SceneBuilder, *, rng: np.random.Generator) -> tuple[Plant, ...]:
    """Add every planting of the spec; those of one zone keep their distance from one another."""
    plants: list[Plant] = []
    spots = np.zeros((0, 3))
    for planting in terrain.spec.plants:
        found = _spots(planting, terrain, taken=spots, rng=rng)
        spots = np.concatenate([spots, found])
        for x, y, reach in found:
            height = float(reach / _reach(planting.species))
            z = float(terrain.height_m(x, y))
            if terrain.spec.water == "paddies" and planting.zone == "around":
                y, z = terrace_bund(y, terrain.site)
            coarse = planting.zone == "far" or (planting.zone == "around" and math.hypot(x, y) > _COARSE_M)
            shape = grow(planting.species, height, rng=rng, coarse=coarse or out.triangle_count > _COARSE_FROM)
            if out.triangle_count + sum(len(t) for _, _, t in shape.parts) > MAX_TRIANGLES:
                return tuple(plants)
            name = f"plant.{len(plants) + 1}"
            placed_parts = [
                out.add(
                    f"{name}.{suffix}", placed(triangles, (x, y, z)), material=material, class_name=planting.species
                )
                for suffix, material, triangles in shape.parts
            ]
            plants.append(
                Plant(
                    species=planting.species,
                    position_m=(float(x), float(y), z),
                    height_m=height,
                    crown_radius_m=shape.crown_radius_m,
                    elements=tuple(placed_parts),
                )
            )
    return tuple(plants)


def _reach(species: Species) -> float:
    return _REACH.get(species, _DEFAULT_REACH)


def _spots(planting: Planting, terrain: Terrain, *, taken: Field, rng: np.random.Generator) -> Field:
    """(n, 3) x, y and reach of the plants of one planting [m]."""
    site, zone = terrain.site, planting.zone
    x, y, area = _candidates(zone, terrain, rng=rng)
    heights = planting.scale * rng.uniform(*HEIGHTS_M[planting.species], len(x))
    reach = heights * _reach(planting.species)
    count = min(_CAP[zone], round(planting.density_per_ha * area / 10_000))
    # Crowns overhang hedges, paths and streets, but grow neither into the building nor on a road.
    room = 0.5 if zone == "street" else 0.4 * reach + 0.2
    free = _growable(x, y, zone, terrain) & ~site.is_taken(x, y, radius_m=room)
    free &= site.footprint_distance_m(x, y) > reach + 0.2
    free &= ~site.blocks_view(x, y, radius_m=reach, height_m=heights)
    # Low plants stand before the front, but not so far out that they fill a camera's foreground.
    free &= (zone != "near") | (y > site.front_m - 0.5 * site.size_m - 2.0)
    small = planting.species in _LOW_SPECIES
    others = taken
    chosen = np.zeros((0, 3))
    for i in np.flatnonzero(free):
        if len(chosen) >= count:
            break
        # Crowns may meet, and low plants grow under trees; trunks keep apart.
        apart = 0.7 * reach[i] + (0.0 if small else 0.5) * others[:, 2]
        if (np.hypot(others[:, 0] - x[i], others[:, 1] - y[i]) < apart).any():
            continue
        spot = np.array([[x[i], y[i], reach[i]]])
        chosen, others = np.concatenate([chosen, spot]), np.concatenate([others, spot])
    return chosen


def _candidates(zone: Zone, terrain: Terrain, *, rng: np.random.Generator) -> tuple[Field, Field, float]:
    """Random points of a zone [m] and its area [m²]."""
    site = terrain.site
    near = site.radius_m + max(15.0, 1.0 * site.size_m)
    inner, outer = {
        "near": (0.0, near),
        "around": (near, near + max(90.0, 2.5 * site.size_m)),
        "far": (10 * site.size_m, 10 * site.size_m + 70.0),
        "shore": (0.0, near + max(60.0, 2 * site.size_m)),
        "street": (0.0, 0.0),
    }[zone]
    if zone == "street":
        return _street_row(Street.of(terrain.spec, site), site)
    n = 1500
    angle = rng.uniform(0, 2 * math.pi, n)
    radius = np.sqrt(rng.uniform(inner**2, outer**2, n))
    area = math.pi * (outer**2 - inner**2)
    return radius * np.cos(angle), radius * np.sin(angle), area


def _street_row(street: Street, site: Site) -> tuple[Field, Field, float]:
    """Both pavements' edges, from the plot outwards."""
    x = np.repeat(np.arange(1, 14) * 7.5 + site.half_x_m, 2) * np.tile([1.0, -1.0], 13)
    rows = [np.stack([x, np.full(len(x), y)], 1) for y in (street.near_m + 1.0, street.far_m - 1.0)]
    points = np.stack(rows, axis=1).reshape(-1, 2)
    return points[:, 0], points[:, 1], _STREET_AREA_M2


def _growable(x: Field, y: Field, zone: Zone, terrain: Terrain) -> NDArray[np.bool_]:
    shore = terrain.shore_m(x, y)
    if zone == "shore":
        return (shore > 0.5) & (shore < 7.0)
    if terrain.spec.water == "paddies" and zone in ("around", "far"):
        return np.full(len(x), True)
    return shore > _DRY_M
