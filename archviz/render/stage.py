"""The building in its surroundings, built for ray queries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.geometry.surroundings import SurroundingsSpec, build_surroundings
from archviz.presets import environment
from archviz.render.request import SurroundingsMode

__all__ = ["Stage", "build_stage"]

# Plain ground and nothing else: what a building stands on where no surroundings are built.
_PLAIN = "studio"


@dataclass(frozen=True, eq=False, kw_only=True)
class Stage:
    """A scene ready for the camera.

    Parameters
    ----------
    caster
        Rays against building and surroundings; holds the merged scene.
    lamps_m
        (k, 3) lamps [m].
    """

    caster: RayCaster
    lamps_m: NDArray[np.float32]


def build_stage(building: Scene, environment_id: str, mode: SurroundingsMode, seed: int) -> Stage:
    """Put a building into its surroundings.

    Parameters
    ----------
    building
        The model.
    environment_id
        Environment preset; its surroundings are built where ``mode`` is ``geometry``.
    mode
        Otherwise the building stands on plain ground.
    seed
        Decides where plants and neighbours stand.
    """
    preset = environment(environment_id if mode == "geometry" else _PLAIN)
    around = build_surroundings(
        SurroundingsSpec.from_table(preset.surroundings, source=preset.source), building.building_bounds(), seed=seed
    )
    return Stage(caster=RayCaster(building.merged(around.scene)), lamps_m=around.lamps_m)
