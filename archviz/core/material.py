"""Materials as light and the control stack see them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from archviz.core.errors import OptionError

__all__ = ["FAMILY_CODES", "Material", "TextureFamily"]


class TextureFamily(IntEnum):
    """What kind of detail a surface carries."""

    PLAIN = 0
    BRICK = 1
    TIMBER = 2
    STONE = 3
    TILE = 4
    FOLIAGE = 5
    GRASS = 6
    WATER = 7


# Rows follow TextureFamily. Corners of a 4-cube that differ in at least two coordinates (even
# parity), so that half-strength corruption of one channel cannot turn one family into another.
FAMILY_CODES = np.array(
    [[0, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]],
    dtype=np.float32,
)


@dataclass(frozen=True, kw_only=True)
class Material:
    """A flat material.

    Parameters
    ----------
    name
        As the file or the user names it.
    base_color
        Linear RGB reflectance, each 0 to 1.
    roughness, metallic, transmission
        0 to 1, as glTF defines them. Glass has transmission above 0.5.
    family
        Which texture the renderer paints on it.
    emission
        Linear RGB radiance of its own light, relative to a white wall in noon sun.
    texture
        Key of the picture whose mean ``base_color`` holds, in its scene's textures; empty where it is plain.
    """

    name: str
    base_color: tuple[float, float, float] = (0.6, 0.6, 0.6)
    roughness: float = 0.7
    metallic: float = 0.0
    transmission: float = 0.0
    family: TextureFamily = TextureFamily.PLAIN
    emission: tuple[float, float, float] = (0.0, 0.0, 0.0)
    texture: str = ""

    def __post_init__(self) -> None:
        for name in ("base_color", "emission"):
            values = tuple(float(v) for v in getattr(self, name))
            top = 1.0 if name == "base_color" else 1e4
            if len(values) != 3 or not all(0.0 <= v <= top for v in values):
                raise OptionError(f"material {self.name!r}: {name} {values} needs three numbers from 0 to {top:g}")
            object.__setattr__(self, name, values)
        for name in ("roughness", "metallic", "transmission"):
            value = float(getattr(self, name))
            if not 0.0 <= value <= 1.0:
                raise OptionError(f"material {self.name!r}: {name} {value} is not between 0 and 1")
            object.__setattr__(self, name, value)
