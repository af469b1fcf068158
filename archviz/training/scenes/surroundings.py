"""The surroundings of a training scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from archviz.core.elements import Part
from archviz.core.material import Material, TextureFamily
from archviz.core.seeds import derive_generator
from archviz.geometry.scene import Bounds, Scene
from archviz.training.scenes.builder import MeshBuilder

__all__ = ["ENVIRONMENTS", "SiteScene", "surroundings_for"]

ENVIRONMENTS = (
    "rice-paddies", "tube-house-street", "mekong-riverside", "hoi-an", "tropical-garden", "da-lat-pines",
    "ha-long-coast", "downtown", "suburb", "park", "forest", "meadow", "desert", "snow", "lakeside", "studio",
)  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class SiteScene:
    """Geometry around a building, and what stands in it as records."""

    scene: Scene
    lamps_m: list[list[float]]
    plants: list[dict[str, Any]]
    figures: list[dict[str, Any]]


def surroundings_for(environment_id: str, bounds: Bounds, seed: int) -> SiteScene:
    """The surroundings of one environment preset around a building."""
    rng = derive_generator(seed, "surroundings", environment_id)
    materials = {
        "ground": Material(name="lawn", base_color=(0.09, 0.16, 0.05), roughness=0.9, family=TextureFamily.GRASS),
        "leaf": Material(name="leaf", base_color=(0.07, 0.13, 0.04), family=TextureFamily.FOLIAGE),
        "bark": Material(name="bark", base_color=(0.16, 0.11, 0.07)),
    }
    out = MeshBuilder(materials)
    far = 1500.0
    ground = out.open("ground", "ground", part=Part.GROUND)
    out.flat(ground, ((-far, -far), (far, -far), (far, far), (-far, far)), -0.01)
    plants = []
    turns = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    for number in range(4):
        angle = float(rng.uniform(-0.6, np.pi + 0.6))
        reach = max(bounds.extents_m[:2]) * 0.75 + rng.uniform(4.0, 12.0)
        x, y, tall = reach * np.cos(angle), reach * np.sin(angle), float(rng.uniform(4.0, 8.0))
        trunk = out.open(f"tree.{number}.trunk", "bark", part=Part.SURROUNDINGS)
        out.column(trunk, (x, y), -0.01, 0.5 * tall, 0.15)
        crown = out.open(f"tree.{number}.crown", "leaf", part=Part.SURROUNDINGS)
        ring = tuple((float(x + 0.3 * tall * np.cos(t)), float(y + 0.3 * tall * np.sin(t))) for t in turns)
        out.prism(crown, ring, 0.4 * tall, tall)
        plants.append(
            {"species": "broadleaf", "position_m": [x, y, 0.0], "height_m": tall, "crown_radius_m": 0.3 * tall,
             "elements": [f"tree.{number}.trunk", f"tree.{number}.crown"]}
        )  # fmt: skip
    return SiteScene(scene=out.build(), lamps_m=[], plants=plants, figures=[])
