"""The surroundings of a training scene: those of rendering, recorded for the path tracer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from archviz.geometry.scene import Bounds, Scene
from archviz.geometry.surroundings import SurroundingsSpec, build_surroundings
from archviz.presets import environment, environments

__all__ = ["ENVIRONMENTS", "SiteScene", "surroundings_for"]

ENVIRONMENTS = tuple(environments())


@dataclass(frozen=True, eq=False, kw_only=True)
class SiteScene:
    """Geometry around a building, and what stands in it as records."""

    scene: Scene
    lamps_m: list[list[float]]
    plants: list[dict[str, Any]]
    figures: list[dict[str, Any]]


def surroundings_for(environment_id: str, bounds: Bounds, seed: int) -> SiteScene:
    """The surroundings of one environment preset around a building."""
    preset = environment(environment_id)
    made = build_surroundings(SurroundingsSpec.from_table(preset.surroundings, source=preset.source), bounds, seed=seed)
    return SiteScene(
        scene=made.scene,
        lamps_m=made.lamps_m.tolist(),
        plants=[asdict(plant) for plant in made.plants],
        figures=[asdict(figure) for figure in made.figures],
    )
