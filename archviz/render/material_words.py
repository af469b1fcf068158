"""Material and colour words, English and Vietnamese, and what they mean for light.

Colours are sRGB, as a paint chart or a photograph of the material in daylight shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archviz.core.material import TextureFamily

__all__ = ["COLORS", "FINISHES", "SHADES", "SUBSTANCES", "Substance"]

Rgb = tuple[float, float, float]


def _hex(code: str) -> Rgb:
    return tuple(int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))  # type: ignore[return-value]


@dataclass(frozen=True, kw_only=True)
class Substance:
    """What a surface is made of.

    Parameters
    ----------
    srgb
        Usual colour, sRGB 0 to 1.
    family, roughness, metallic, transmission
        As in :class:`archviz.core.material.Material`.
    """

    srgb: Rgb
    family: TextureFamily = TextureFamily.PLAIN
    roughness: float = 0.7
    metallic: float = 0.0
    transmission: float = 0.0


_BRICK = Substance(srgb=_hex("9a5540"), family=TextureFamily.BRICK, roughness=0.85)
_TIMBER = Substance(srgb=_hex("a5794f"), family=TextureFamily.TIMBER, roughness=0.6)
_STONE = Substance(srgb=_hex("a39c8f"), family=TextureFamily.STONE, roughness=0.8)
_CONCRETE = Substance(srgb=_hex("a7a59f"), family=TextureFamily.STONE, roughness=0.85)
_TILE = Substance(srgb=_hex("b3593a"), family=TextureFamily.TILE, roughness=0.65)
_GLASS = Substance(srgb=_hex("c9d6d8"), roughness=0.05, transmission=0.9)
_STEEL = Substance(srgb=_hex("9fa3a6"), roughness=0.35, metallic=1.0)
_PLASTER = Substance(srgb=_hex("e6e1d6"), roughness=0.9)
_GRASS = Substance(srgb=_hex("5d7a36"), family=TextureFamily.GRASS, roughness=0.95)
_FOLIAGE = Substance(srgb=_hex("4a6a33"), family=TextureFamily.FOLIAGE, roughness=0.8)
_WATER = Substance(srgb=_hex("2f4a4d"), family=TextureFamily.WATER, roughness=0.05)
_BAMBOO = Substance(srgb=_hex("c2a463"), family=TextureFamily.TIMBER, roughness=0.55)
_THATCH = Substance(srgb=_hex("a08a5c"), family=TextureFamily.FOLIAGE, roughness=0.95)

SUBSTANCES: Mapping[str, Substance] = {
    "brick": _BRICK,
    "bricks": _BRICK,
    "brickwork": _BRICK,
    "gạch": _BRICK,
    "timber": _TIMBER,
    "wood": _TIMBER,
    "wooden": _TIMBER,
    "planks": _TIMBER,
    "gỗ": _TIMBER,
    "oak": Substance(srgb=_hex("b08a5a"), family=TextureFamily.TIMBER, roughness=0.6),
    "teak": Substance(srgb=_hex("8e5f38"), family=TextureFamily.TIMBER, roughness=0.5),
    "cedar": Substance(srgb=_hex("9c6244"), family=TextureFamily.TIMBER, roughness=0.65),
    "walnut": Substance(srgb=_hex("5c4333"), family=TextureFamily.TIMBER, roughness=0.55),
    "bamboo": _BAMBOO,
    "tre": _BAMBOO,
    "stone": _STONE,
    "đá": _STONE,
    "granite": Substance(srgb=_hex("8b8a8a"), family=TextureFamily.STONE, roughness=0.5),
    "limestone": Substance(srgb=_hex("d0c4a8"), family=TextureFamily.STONE, roughness=0.8),
    "sandstone": Substance(srgb=_hex("c4a577"), family=TextureFamily.STONE, roughness=0.85),
    "slate": Substance(srgb=_hex("51575c"), family=TextureFamily.STONE, roughness=0.6),
    "marble": Substance(srgb=_hex("e6e4e0"), family=TextureFamily.STONE, roughness=0.2),
    "concrete": _CONCRETE,
    "bê tông": _CONCRETE,
    "tile": _TILE,
    "tiles": _TILE,
    "tiled": _TILE,
    "terracotta": _TILE,
    "ngói": _TILE,
    "glass": _GLASS,
    "glazing": _GLASS,
    "kính": _GLASS,
    "steel": _STEEL,
    "metal": _STEEL,
    "thép": _STEEL,
    "kim loại": _STEEL,
    "aluminium": Substance(srgb=_hex("c5c8ca"), roughness=0.35, metallic=1.0),
    "aluminum": Substance(srgb=_hex("c5c8ca"), roughness=0.35, metallic=1.0),
    "zinc": Substance(srgb=_hex("8b9196"), roughness=0.5, metallic=1.0),
    "copper": Substance(srgb=_hex("b5714c"), roughness=0.4, metallic=1.0),
    "bronze": Substance(srgb=_hex("7d5f3d"), roughness=0.4, metallic=1.0),
    "brass": Substance(srgb=_hex("b99a55"), roughness=0.35, metallic=1.0),
    "corten": Substance(srgb=_hex("8a4a2b"), roughness=0.9, metallic=0.3),
    "plaster": _PLASTER,
    "stucco": _PLASTER,
    "render": _PLASTER,
    "paint": _PLASTER,
    "painted": _PLASTER,
    "vữa": _PLASTER,
    "sơn": _PLASTER,
    "grass": _GRASS,
    "lawn": _GRASS,
    "cỏ": _GRASS,
    "foliage": _FOLIAGE,
    "leaves": _FOLIAGE,
    "ivy": _FOLIAGE,
    "lá": _FOLIAGE,
    "water": _WATER,
    "nước": _WATER,
    "thatch": _THATCH,
    "straw": _THATCH,
    "rơm": _THATCH,
}

COLORS: Mapping[str, Rgb] = {
    "white": _hex("f2f1ee"),
    "trắng": _hex("f2f1ee"),
    "cream": _hex("eee3c9"),
    "kem": _hex("eee3c9"),
    "beige": _hex("d9c8a9"),
    "ivory": _hex("efe9d6"),
    "grey": _hex("8f8f8f"),
    "gray": _hex("8f8f8f"),
    "xám": _hex("8f8f8f"),
    "anthracite": _hex("3b3f42"),
    "charcoal": _hex("3a3a3c"),
    "black": _hex("232323"),
    "đen": _hex("232323"),
    "red": _hex("a8322a"),
    "đỏ": _hex("a8322a"),
    "orange": _hex("d0793a"),
    "cam": _hex("d0793a"),
    "ochre": _hex("cc9a3f"),
    "yellow": _hex("e0c04c"),
    "vàng": _hex("e0c04c"),
    "green": _hex("5d7d4f"),
    "xanh lá": _hex("5d7d4f"),
    "blue": _hex("3f6897"),
    "xanh dương": _hex("3f6897"),
    "turquoise": _hex("4f9d98"),
    "purple": _hex("6d4f80"),
    "tím": _hex("6d4f80"),
    "pink": _hex("d79da0"),
    "hồng": _hex("d79da0"),
    "brown": _hex("6f4c35"),
    "nâu": _hex("6f4c35"),
    "golden": _hex("c79f47"),
    "silver": _hex("bfc1c3"),
}

# Word -> (factor on linear colour, share of white mixed in).
SHADES: Mapping[str, tuple[float, float]] = {
    "dark": (0.4, 0.0),
    "đậm": (0.4, 0.0),
    "deep": (0.6, 0.0),
    "light": (1.0, 0.4),
    "nhạt": (1.0, 0.4),
    "pale": (1.0, 0.5),
}

# Word -> roughness.
FINISHES: Mapping[str, float] = {
    "polished": 0.1,
    "glossy": 0.1,
    "bóng": 0.1,
    "satin": 0.35,
    "brushed": 0.4,
    "matt": 0.9,
    "matte": 0.9,
    "mờ": 0.9,
    "rough": 0.95,
    "thô": 0.95,
}
