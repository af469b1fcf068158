"""Materials of the surroundings: plain linear base colours, as a user's own model would hold them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from archviz.core.material import Material, TextureFamily
from archviz.core.tone import srgb_to_linear

__all__ = ["PALETTE", "SHADES", "pick"]

_F = TextureFamily

# name: (sRGB as a colour picker shows it, roughness, family). The colours are mean reflectances
# judged by eye against common colour charts; foliage is kept dark, as leaves in bulk are.
_COLORS: Mapping[str, tuple[str, float, TextureFamily]] = {
    "grass": ("#6f8f45", 0.95, _F.GRASS),
    "meadow": ("#8f9a4e", 0.95, _F.GRASS),
    "lawn": ("#638a3f", 0.95, _F.GRASS),
    "earth": ("#8b6b4e", 0.95, _F.PLAIN),
    "forest-floor": ("#6a5a40", 0.95, _F.GRASS),
    "mud": ("#6b5640", 0.85, _F.PLAIN),
    "bund": ("#7d7a45", 0.95, _F.GRASS),
    "sand": ("#cdb488", 0.95, _F.PLAIN),
    "dune": ("#cfa56d", 0.95, _F.PLAIN),
    "snow": ("#eef1f5", 0.8, _F.PLAIN),
    "seamless": ("#c9c9c7", 0.9, _F.PLAIN),
    "forest-hill": ("#4f6a3c", 0.95, _F.FOLIAGE),
    "snow-hill": ("#dfe5ec", 0.9, _F.PLAIN),
    "mountain": ("#77786c", 0.95, _F.STONE),
    "paving": ("#a9a59c", 0.85, _F.TILE),
    "stone-lane": ("#8f877a", 0.8, _F.STONE),
    "path": ("#b3aa98", 0.85, _F.STONE),
    "asphalt": ("#55565a", 0.9, _F.PLAIN),
    "road-mark": ("#dcdcd6", 0.8, _F.PLAIN),
    "kerb": ("#b5b3ad", 0.85, _F.STONE),
    "river-water": ("#6f6a4c", 0.06, _F.WATER),
    "clear-water": ("#2f4f55", 0.04, _F.WATER),
    "sea-water": ("#2a6470", 0.05, _F.WATER),
    "paddy-water": ("#5c6152", 0.05, _F.WATER),
    "rice": ("#86a83e", 0.9, _F.FOLIAGE),
    "bark": ("#6b5744", 0.95, _F.TIMBER),
    "pine-bark": ("#7a5540", 0.95, _F.TIMBER),
    "palm-bark": ("#8a7a66", 0.95, _F.TIMBER),
    "bamboo-culm": ("#8c9a4a", 0.6, _F.PLAIN),
    "leaves-0": ("#4f7a34", 0.85, _F.FOLIAGE),
    "leaves-1": ("#61863b", 0.85, _F.FOLIAGE),
    "leaves-2": ("#416b34", 0.85, _F.FOLIAGE),
    "palm-leaves": ("#5b8338", 0.7, _F.FOLIAGE),
    "banana-leaves": ("#6fa03c", 0.6, _F.FOLIAGE),
    "bamboo-leaves": ("#7f9b45", 0.8, _F.FOLIAGE),
    "pine-needles": ("#3f5f3a", 0.9, _F.FOLIAGE),
    "fir-needles": ("#3a5442", 0.9, _F.FOLIAGE),
    "snow-needles": ("#b9c6c4", 0.9, _F.FOLIAGE),
    "shrub-leaves": ("#5a7d3c", 0.85, _F.FOLIAGE),
    "hedge-leaves": ("#476f35", 0.85, _F.FOLIAGE),
    "cactus-skin": ("#5f7f56", 0.8, _F.PLAIN),
    "agave-leaves": ("#8aa08a", 0.7, _F.FOLIAGE),
    "rock": ("#8d877c", 0.9, _F.STONE),
    "karst-rock": ("#7f8374", 0.95, _F.STONE),
    "wall-0": ("#d9d2c3", 0.8, _F.PLAIN),
    "wall-1": ("#c7cfd0", 0.8, _F.PLAIN),
    "wall-2": ("#d8bf93", 0.8, _F.PLAIN),
    "wall-3": ("#b9c7b0", 0.8, _F.PLAIN),
    "wall-4": ("#c79a84", 0.8, _F.PLAIN),
    "ochre-0": ("#dba840", 0.85, _F.PLAIN),
    "ochre-1": ("#e2b95a", 0.85, _F.PLAIN),
    "ochre-2": ("#cf9436", 0.85, _F.PLAIN),
    "tower-0": ("#9aa3aa", 0.5, _F.PLAIN),
    "tower-1": ("#b9b4aa", 0.7, _F.STONE),
    "tower-2": ("#7f868c", 0.5, _F.PLAIN),
    "brick-wall": ("#a0583f", 0.9, _F.BRICK),
    "plank-wall": ("#8b6a48", 0.85, _F.TIMBER),
    "concrete": ("#a8a6a1", 0.85, _F.PLAIN),
    "dark-timber": ("#4f3826", 0.7, _F.TIMBER),
    "trim": ("#e3e0d8", 0.7, _F.PLAIN),
    "roof-tile": ("#9b4f36", 0.85, _F.TILE),
    "old-tile": ("#86604a", 0.9, _F.TILE),
    "slate": ("#5f6064", 0.8, _F.TILE),
    "sheet-metal": ("#7f8d94", 0.45, _F.PLAIN),
    "thatch": ("#9c8357", 0.95, _F.TIMBER),
    "steel": ("#70757a", 0.5, _F.PLAIN),
    "wire": ("#26262a", 0.7, _F.PLAIN),
    "rubber": ("#222224", 0.9, _F.PLAIN),
    "paint-0": ("#a8332c", 0.35, _F.PLAIN),
    "paint-1": ("#2f4f86", 0.35, _F.PLAIN),
    "paint-2": ("#e4e4e2", 0.35, _F.PLAIN),
    "paint-3": ("#3a3c40", 0.35, _F.PLAIN),
    "lantern-0": ("#c8342a", 0.6, _F.PLAIN),
    "lantern-1": ("#e0a52c", 0.6, _F.PLAIN),
    "lantern-2": ("#3a7f8f", 0.6, _F.PLAIN),
    "lamp-head": ("#e8e2cf", 0.5, _F.PLAIN),
    "skin": ("#b98a6b", 0.7, _F.PLAIN),
    "cloth-0": ("#2f3f55", 0.9, _F.PLAIN),
    "cloth-1": ("#8b4f3f", 0.9, _F.PLAIN),
    "cloth-2": ("#c9c2b4", 0.9, _F.PLAIN),
    "cloth-3": ("#5c3a52", 0.9, _F.PLAIN),
    "palm-hat": ("#d8c48f", 0.8, _F.PLAIN),
}


def _material(name: str, code: str, roughness: float, family: TextureFamily) -> Material:
    display = tuple(int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = tuple(round(float(v), 4) for v in srgb_to_linear(display))
    return Material(name=name, base_color=linear, roughness=roughness, family=family)  # type: ignore[arg-type]


PALETTE: Mapping[str, Material] = {
    **{name: _material(name, *row) for name, row in _COLORS.items()},
    "glass": Material(name="glass", base_color=(0.03, 0.035, 0.04), roughness=0.04, transmission=0.9),
}
"""Every material of the surroundings by name."""

SHADES: Mapping[str, tuple[str, ...]] = {
    stem: tuple(n for n in PALETTE if n.rpartition("-")[0] == stem and n.rpartition("-")[2].isdigit())
    for stem in ("cloth", "lantern", "leaves", "ochre", "paint", "tower", "wall")
}
"""Families of colours one of which is drawn by seed."""


def pick(stem: str, rng: np.random.Generator) -> str:
    """One material name of the family ``stem``."""
    return str(rng.choice(SHADES[stem]))
