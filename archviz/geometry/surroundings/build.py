"""Surroundings of a building from a spec and a seed, the same for every view."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.seeds import derive_generator
from archviz.geometry.scene import Bounds, Scene
from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.figures import Figure, place_figures
from archviz.geometry.surroundings.ground import Terrain
from archviz.geometry.surroundings.lamps import build_lamps
from archviz.geometry.surroundings.neighbours import build_neighbours
from archviz.geometry.surroundings.planting import Plant, plant_all
from archviz.geometry.surroundings.props import build_props
from archviz.geometry.surroundings.site import Site
from archviz.geometry.surroundings.spec import SurroundingsSpec
from archviz.geometry.surroundings.street import build_road
from archviz.geometry.surroundings.water import build_water

__all__ = ["Surroundings", "build_surroundings", "furnish"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Surroundings:
    """What stands around a building.

    Parameters
    ----------
    scene
        Ground, roads and water as ``Part.GROUND``, the rest as ``Part.SURROUNDINGS``; join it with
        ``building_scene.merged(surroundings.scene)``.
    lamps_m
        (k, 3) float32 points lamp light comes from, nearest to the front, or to a landscape's eye, first [m].
    plants, figures
        What grows and who stands where, with the names of their elements in ``scene``.
    """

    scene: Scene
    lamps_m: NDArray[np.float32]
    plants: tuple[Plant, ...] = ()
    figures: tuple[Figure, ...] = ()


def build_surroundings(spec: SurroundingsSpec, building: Bounds, *, seed: int) -> Surroundings:
    """Build surroundings to a building's measure.

    The ground reaches 7 km, is flat and 2 cm below the building's base around it, and whatever is
    tall stands beside, behind or far before the building, so that the view presets see it.

    Parameters
    ----------
    spec
        The environment.
    building
        Box around the building; its front faces -Y and its base is level.
    seed
        Everything drawn follows from it; each theme draws from its own stream.
    """
    terrain = Terrain.random(spec, Site.of(building), rng=derive_generator(seed, "surroundings", "terrain"))
    x, y, _ = building.center_m
    return furnish(terrain, seed=seed, offset_m=(x, y, building.low[2]))


def furnish(terrain: Terrain, *, seed: int, offset_m: tuple[float, float, float]) -> Surroundings:
    """Put onto a terrain what its spec asks for, and move all of it by ``offset_m`` [m]."""
    out = SceneBuilder()

    def stream(theme: str) -> np.random.Generator:
        return derive_generator(seed, "surroundings", theme)

    terrain.build(out)
    build_water(terrain, out, rng=stream("water"))
    build_road(terrain, out)
    plots = build_neighbours(terrain, out, rng=stream("neighbours"))
    build_props(terrain, out, rng=stream("props"))
    lamps = build_lamps(terrain, plots, out, rng=stream("lamps"))
    figures = place_figures(terrain, out, rng=stream("figures"))
    plants = plant_all(terrain, out, rng=stream("plants"))
    return Surroundings(
        scene=out.scene(offset_m=offset_m),
        lamps_m=(lamps + offset_m).astype(np.float32),
        plants=tuple(replace(p, position_m=_moved(p.position_m, offset_m)) for p in plants),
        figures=tuple(replace(f, position_m=_moved(f.position_m, offset_m)) for f in figures),
    )


def _moved(position: tuple[float, float, float], offset: tuple[float, float, float]) -> tuple[float, float, float]:
    return (position[0] + offset[0], position[1] + offset[1], position[2] + offset[2])
