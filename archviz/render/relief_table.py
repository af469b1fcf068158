"""What stands in a drawing that was lifted into space: its elements, and what each is made of."""

from __future__ import annotations

import numpy as np

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.material import Material, TextureFamily

__all__ = ["BODIES", "RELIEF_TABLE", "ROWS"]

# What a drawing does not colour: white render, glass, green leaves.
_MATERIALS = (
    Material(name="wall", base_color=(0.62, 0.6, 0.56), roughness=0.8),
    Material(name="glass", base_color=(0.5, 0.55, 0.56), roughness=0.05, transmission=0.9),
    Material(name="leaves", base_color=(0.1, 0.17, 0.045), roughness=0.8, family=TextureFamily.FOLIAGE),
    Material(name="other", base_color=(0.42, 0.4, 0.37), roughness=0.8),
    Material(name="roof", base_color=(0.5, 0.48, 0.45), roughness=0.8),
    Material(name="joint", base_color=(0.17, 0.163, 0.155), roughness=0.8),
    # Light: bars are seen against glass, which is dark by day.
    Material(name="frame", base_color=(0.72, 0.7, 0.67), roughness=0.6),
    Material(name="paving", base_color=(0.42, 0.4, 0.36), roughness=0.85, family=TextureFamily.STONE),
)
RELIEF_TABLE = ElementTable(
    (
        Element(name="wall", material=0, part=Part.BUILDING),
        Element(name="window", material=1, part=Part.OPENING),
        Element(name="plant", material=2, part=Part.SURROUNDINGS),
        Element(name="other", material=3, part=Part.SURROUNDINGS),
        Element(name="roof", material=4, part=Part.BUILDING),
        Element(name="joint", material=5, part=Part.BUILDING),
        Element(name="frame", material=6, part=Part.BUILDING),
        Element(name="paving", material=7, part=Part.GROUND),
    ),
    _MATERIALS,
)
ROWS = {element.name: row for row, element in enumerate(RELIEF_TABLE.elements)}
# What is one body: walls with their windows and roofs, plants, other things; the ground is none, and nothing, -1.
BODIES = np.array([0, 0, 1, 2, 0, 0, 0, -1, -1])
