"""What a caption may say of a building, from its plan and palette."""

from __future__ import annotations

import colorsys

import numpy as np

from archviz.core.material import Material
from archviz.core.tone import linear_to_srgb
from archviz.training.scenes.palette import Palette
from archviz.training.scenes.plan import Massing

__all__ = ["MATERIAL_PHRASES", "building_phrases"]

_WALL_PHRASES = {
    "brick": "brick walls",
    "concrete": "concrete walls",
    "board": "timber walls",
    "stone": "stone walls",
    "metal panel": "metal walls",
    "tile": "tiled walls",
    "massing": "white massing model",
}
_ROOF_PHRASES = {
    "flat": "flat roof", "slab": "flat roof", "gable": "gable roof", "hip": "hip roof", "shed": "shed roof",
    "butterfly": "butterfly roof", "vault": "vaulted roof", "sawtooth": "sawtooth roof",
}  # fmt: skip
_COVER_PHRASES = {"roof tile": "clay tile roof", "standing seam": "metal roof", "shingle": "shingle roof"}
_FEATURE_PHRASES = {
    "balconies": "balconies", "gallery": "open galleries", "lam": "louvres", "breeze": "breeze-block screen",
    "colonnade": "columns", "planters": "planters", "terrace": "roof terrace",
}  # fmt: skip
_HUES = ((0.05, "red walls"), (0.2, "ochre walls"), (0.47, "green walls"), (0.72, "blue walls"), (1.01, "red walls"))

# Every phrase that building_phrases may answer.
MATERIAL_PHRASES: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *_WALL_PHRASES.values(), "white walls", "grey walls", "dark walls", *(p for _, p in _HUES),
            *_ROOF_PHRASES.values(), *_COVER_PHRASES.values(), *_FEATURE_PHRASES.values(), "glass facade",
        ]
    )
)  # fmt: skip


def building_phrases(massing: Massing, palette: Palette) -> list[str]:
    """Short phrases for walls, roof and what hangs on the building, each of :data:`MATERIAL_PHRASES`."""
    wall = _WALL_PHRASES.get(palette.wall_kind) or _colored(palette.materials["wall"])
    phrases = [wall, _ROOF_PHRASES[massing.roof]]
    if massing.roof not in ("flat", "slab") and palette.roof_kind in _COVER_PHRASES:
        phrases.append(_COVER_PHRASES[palette.roof_kind])
    if any(s.kind == "curtain" for v in massing.volumes[:2] for s in v.styles.values()):
        phrases.append("glass facade")
    phrases += [_FEATURE_PHRASES[f.kind] for f in massing.features if f.kind in _FEATURE_PHRASES]
    return list(dict.fromkeys(phrases))


def _colored(material: Material) -> str:
    """The name of a painted wall's colour as people say it."""
    r, g, b = (float(c) for c in linear_to_srgb(np.asarray(material.base_color)))
    hue, saturation, value = colorsys.rgb_to_hsv(r, g, b)
    if saturation < 0.125:
        return "white walls" if value > 0.8 else "grey walls" if value > 0.5 else "dark walls"
    return next(name for limit, name in _HUES if hue < limit)
