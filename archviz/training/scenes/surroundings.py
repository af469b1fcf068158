"""The surroundings of a training scene: the environment presets, each a little different every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from archviz.geometry.scene import Bounds
from archviz.geometry.surroundings import Surroundings, SurroundingsSpec, build_surroundings
from archviz.presets import environment, environments

__all__ = ["choose_environment", "surroundings_for"]

# How much likelier than others an environment is for a kind of building. Every pair occurs: users
# put anything anywhere.
_LIKELY: dict[str, dict[str, float]] = {
    "tube": {"tube-house-street": 4.0, "hoi-an": 2.0, "downtown": 2.0},
    "tower": {"downtown": 6.0, "park": 2.0, "lakeside": 1.5, "rice-paddies": 0.4, "forest": 0.4, "hoi-an": 0.3},
    "slab": {"downtown": 3.0, "park": 2.0, "suburb": 1.5},
    "detached": {"suburb": 2.0, "snow": 1.3, "forest": 1.3, "meadow": 1.3},
    "villa": {"tropical-garden": 2.0, "lakeside": 1.5, "da-lat-pines": 1.5, "ha-long-coast": 1.5},
    "pavilion": {"park": 2.0, "lakeside": 1.5, "tropical-garden": 1.5},
    "school": {"suburb": 1.5, "park": 1.5, "tropical-garden": 1.5},
}
_SPREAD = 0.35


def choose_environment(kind: str, rng: np.random.Generator) -> str:
    """Id of an environment preset for a kind of building."""
    ids = list(environments())
    weights = np.array([_LIKELY.get(kind, {}).get(i, 1.0) for i in ids])
    return ids[int(rng.choice(len(ids), p=weights / weights.sum()))]


def surroundings_for(environment_id: str, bounds: Bounds, seed: int, *, rng: np.random.Generator) -> Surroundings:
    """The surroundings of one environment preset around a building.

    Parameters
    ----------
    environment_id
        Id of the preset.
    bounds
        Box around the building.
    seed
        Of the surroundings.
    rng
        Varies the preset's densities and heights, so that no environment means one amount of trees.
    """
    preset = environment(environment_id)
    spec = SurroundingsSpec.from_table(preset.surroundings, source=preset.source)
    plants = tuple(
        replace(p, density_per_ha=float(min(p.density_per_ha * np.exp(rng.normal(0.0, _SPREAD)), 2000.0)))
        for p in spec.plants
    )
    varied = replace(
        spec,
        plants=plants,
        relief_m=float(spec.relief_m * rng.uniform(0.7, 1.3)),
        neighbour_share=float(min(1.0, spec.neighbour_share * rng.uniform(0.7, 1.15))),
        figure_count=round(spec.figure_count * rng.uniform(0.6, 1.4)),
    )
    return build_surroundings(varied, bounds, seed=seed)
