"""What a building is made of: a choice of materials for every slot, and the detail that pictures show on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from archviz.core.material import Material, TextureFamily
from archviz.core.tone import srgb_to_linear

__all__ = ["SLOTS", "Palette", "choose_palette"]

SLOTS = (
    "wall", "accent", "base", "roof", "flat roof", "trim", "soffit", "frame", "glass", "door", "railing",
    "railing glass", "screen", "deck", "metal", "plant", "pot",
)  # fmt: skip

# kind: (family, roughness, metallic, scale [m], colours as sRGB). The scale is the height of a course, the width of
# a board or the distance of the joints.
_Finish = tuple[TextureFamily, float, float, tuple[float, float], tuple[str, ...]]
_FINISHES: dict[str, _Finish] = {
    "brick": (
        TextureFamily.BRICK, 0.85, 0.0, (0.065, 0.08),
        ("9a4f38", "a9603f", "7b3d2c", "b8785a", "c29a72", "5a4a45", "d8cfc4", "8a5a48", "3f3a3a", "b04a32"),
    ),
    "render": (
        TextureFamily.PLAIN, 0.8, 0.0, (0.5, 1.0),
        ("f2f0ea", "ece3d0", "e5c87e", "d9a066", "c9d6c2", "bcd0dd", "b8b6b0", "6c6f72", "e3b7a0", "f7f6f2", "d8d2c6",
         "a8452f", "7d94a3", "dcd9a8", "c77b58", "8fa58a", "f0d9b5", "4f565c"),
    ),
    "concrete": (
        TextureFamily.PLAIN, 0.75, 0.0, (1.2, 3.0), ("a8a59e", "96948f", "b9b6ae", "84837f", "c2beb4", "726f6b"),
    ),
    "board": (
        TextureFamily.TIMBER, 0.65, 0.0, (0.09, 0.2),
        ("a8774a", "8a5f3c", "b98f62", "6b4a33", "9c958a", "3b3531", "c49a6c", "7a4a30", "8e877c"),
    ),
    "stone": (
        TextureFamily.STONE, 0.8, 0.0, (0.2, 0.6), ("c9bda6", "a39b8e", "8c8780", "d6cdb8", "5f5e5d", "b59f80"),
    ),
    "metal panel": (
        TextureFamily.PLAIN, 0.4, 0.6, (0.6, 1.5), ("a7abad", "5a5f63", "34383b", "8b6a4f", "c8cacb", "6f7f84"),
    ),
    "tile": (
        TextureFamily.TILE, 0.35, 0.0, (0.1, 0.6), ("e8e6e0", "7f9a8a", "6f8fa8", "b5603f", "3c4a50", "c9b79a"),
    ),
    "roof tile": (
        TextureFamily.TILE, 0.75, 0.0, (0.25, 0.4),
        ("a34f32", "8b4530", "b5643f", "5c3b32", "4a4745", "7a3b2b", "c07a50", "3c4750", "8d8a86"),
    ),
    "standing seam": (
        TextureFamily.PLAIN, 0.4, 0.7, (0.4, 0.6), ("6f7478", "3a3d40", "8f9496", "7d3a2e", "4f6358", "a9adaf"),
    ),
    "shingle": (TextureFamily.TIMBER, 0.8, 0.0, (0.12, 0.2), ("8a7f72", "6a5340", "55504a", "a08a6c")),
    "gravel": (TextureFamily.STONE, 0.9, 0.0, (0.03, 0.06), ("a9a49b", "8f8b85", "bdb8ae")),
    "membrane": (TextureFamily.PLAIN, 0.8, 0.0, (1.0, 2.0), ("9a9a98", "c4c4c0", "6e6e6c", "b0a89c")),
    "lacquer": (
        TextureFamily.PLAIN, 0.4, 0.0, (1.0, 1.0),
        ("f4f4f2", "35383b", "1f2123", "6b5040", "8d9194", "3f5a4c", "8a2f28", "2f4a66", "d6c7a8", "4a3426", "c98f2e"),
    ),
    "planting": (TextureFamily.FOLIAGE, 0.8, 0.0, (0.1, 0.2), ("5d7a3a", "4c6b35", "7a9148", "6b8350")),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Materials by slot.

    Parameters
    ----------
    materials
        One for each name in :data:`SLOTS`; several slots may share a finish but not a name.
    detail
        By material name: what the detailed picture shows (``kind``, ``scale_m``, ``joint_color``, ``wear``).
    wall_kind
        Finish of the main walls, for captions; ``massing`` for a plain white model.
    roof_kind
        Finish of a pitched roof, for captions.
    """

    materials: dict[str, Material]
    detail: dict[str, dict[str, Any]]
    wall_kind: str
    roof_kind: str


def _linear(hexadecimal: str, rng: np.random.Generator) -> tuple[float, float, float]:
    srgb = np.array([int(hexadecimal[i : i + 2], 16) / 255 for i in (0, 2, 4)])
    varied = np.clip(srgb * rng.uniform(0.92, 1.05) + rng.normal(0.0, 0.012, 3), 0.02, 0.95)
    r, g, b = srgb_to_linear(varied)
    return (float(r), float(g), float(b))


def _choose(rng: np.random.Generator, weights: dict[str, float]) -> str:
    names = list(weights)
    chances = np.array([weights[n] for n in names])
    return names[int(rng.choice(len(names), p=chances / chances.sum()))]


# How likely each kind of building is to wear each finish.
_WALLS: dict[str, dict[str, float]] = {
    "detached": {"render": 4, "brick": 4, "board": 2.5, "stone": 1, "concrete": 0.7},
    "tube": {"render": 6, "tile": 1.2, "concrete": 1.5, "brick": 1.5, "stone": 0.7},
    "villa": {"render": 5, "concrete": 2, "stone": 1.2, "board": 1, "brick": 1},
    "slab": {"render": 5, "brick": 2, "concrete": 2, "metal panel": 1, "tile": 1},
    "tower": {"metal panel": 3, "concrete": 2.5, "stone": 1, "render": 1.5, "brick": 1},
    "pavilion": {"board": 2.5, "concrete": 2.5, "render": 2, "stone": 1, "brick": 1},
    "school": {"brick": 3, "render": 4, "concrete": 2, "board": 1, "tile": 0.7},
    "hall": {"metal panel": 3, "brick": 2, "board": 2, "concrete": 2, "render": 1},
    "courtyard": {"render": 3, "brick": 2.5, "stone": 1.5, "concrete": 1, "board": 1},
}
_MASSING_SHARE = 0.1


def choose_palette(kind: str, rng: np.random.Generator) -> Palette:
    """Materials for a building of ``kind``.

    Parameters
    ----------
    kind
        A building kind of :mod:`archviz.training.scenes.massing`.
    rng
        Decides everything.
    """
    walls = _WALLS[kind]
    wall = _choose(rng, walls)
    accent = _choose(
        rng, {"board": 3, "render": 3, "brick": 1.5, "concrete": 1.5, "stone": 1.5, "metal panel": 1, "tile": 0.7}
    )
    roof = _choose(rng, {"roof tile": 5, "standing seam": 3, "shingle": 1})
    wear = float(rng.beta(1.3, 3.0))
    finishes = {
        "wall": wall,
        "accent": accent,
        "base": _choose(rng, {"concrete": 3, "stone": 3, "render": 1}),
        "roof": roof,
        "flat roof": _choose(rng, {"gravel": 2, "membrane": 3, "concrete": 1}),
        "trim": _choose(rng, {"render": 3, "concrete": 2, "lacquer": 1}),
        "soffit": _choose(rng, {"render": 3, "board": 2}),
        "frame": "lacquer",
        "door": _choose(rng, {"lacquer": 2, "board": 2}),
        "railing": "lacquer",
        "screen": _choose(rng, {"board": 2, "render": 2, "metal panel": 1.5, "concrete": 1}),
        "deck": _choose(rng, {"board": 1, "tile": 1.5, "concrete": 2}),
        "metal": "metal panel",
        "plant": "planting",
        "pot": _choose(rng, {"concrete": 2, "render": 1}),
    }
    if rng.random() < _MASSING_SHARE:
        return _massing_model(rng)
    materials: dict[str, Material] = {}
    detail: dict[str, dict[str, Any]] = {}
    for slot, finish in finishes.items():
        name = f"{slot} {finish}" if slot in ("wall", "accent", "roof", "flat roof", "base") else slot
        materials[slot], detail[name] = _finish(name, finish, wear, rng)
    if rng.random() < 0.35:  # one light colour for everything that edges the walls
        materials["trim"] = _recolored(materials["trim"], _linear("f3f1ec", rng))
    for slot in ("glass", "railing glass"):
        materials[slot] = _glass(slot, rng)
    return Palette(materials=materials, detail=detail, wall_kind=wall, roof_kind=roof)


def _finish(name: str, finish: str, wear: float, rng: np.random.Generator) -> tuple[Material, dict[str, Any]]:
    family, roughness, metallic, (low, high), colors = _FINISHES[finish]
    # Dark finishes are rarer than light ones, but on frames and railings they are the rule.
    bright = np.array([0.12 + sum(int(c[i : i + 2], 16) for i in (0, 2, 4)) / 765 for c in colors])
    shares = np.full(len(colors), 1.0) if finish == "lacquer" else bright**1.5
    color = _linear(str(rng.choice(colors, p=shares / shares.sum())), rng)
    joint = _linear(str(rng.choice(["cfc9bd", "b5b0a6", "8b8782", "e6e2d8", "5a5754"])), rng)
    material = Material(
        name=name,
        base_color=color,
        roughness=float(np.clip(roughness + rng.normal(0, 0.04), 0.2, 1.0)),
        metallic=metallic,
        family=family,
    )
    shown = {
        "kind": finish,
        "scale_m": round(float(rng.uniform(low, high)), 4),
        "joint_color": list(joint),
        "direction": str(rng.choice(["vertical", "horizontal"])),
        "wear": round(float(np.clip(wear + rng.normal(0, 0.08), 0.0, 1.0)), 3),
    }
    return material, shown


def _recolored(material: Material, color: tuple[float, float, float]) -> Material:
    return Material(name=material.name, base_color=color, roughness=material.roughness, family=material.family)


def _glass(name: str, rng: np.random.Generator) -> Material:
    tint = str(rng.choice(["8fa3a8", "9fb3b0", "7e959f", "a9b0ae", "6f8790", "8c9a92"]))
    return Material(name=name, base_color=_linear(tint, rng), roughness=0.05, transmission=0.9)


def _massing_model(rng: np.random.Generator) -> Palette:
    """Plain white throughout, as a study model without materials; only the glass differs."""
    value = float(rng.uniform(0.62, 0.8))
    materials = {
        slot: Material(name=f"white {slot}", base_color=(value, value, value), roughness=0.8)
        for slot in SLOTS
        if "glass" not in slot
    }
    for slot in ("glass", "railing glass"):
        materials[slot] = _glass(slot, rng)
    plain = {"kind": "plain", "scale_m": 1.0, "joint_color": [value] * 3, "direction": "horizontal", "wear": 0.0}
    detail = {m.name: dict(plain) for m in materials.values() if m.transmission == 0}
    return Palette(materials=materials, detail=detail, wall_kind="massing", roof_kind="massing")
