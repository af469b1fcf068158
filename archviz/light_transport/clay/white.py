"""The white finish: every surface but glass and water in one white, graded by what it belongs to."""

from __future__ import annotations

from dataclasses import replace

from archviz.core.elements import ElementTable, Part
from archviz.core.material import Material, TextureFamily
from archviz.light_transport.surface import GLASS_TRANSMISSION

__all__ = ["whitened"]

# Linear reflectances: the building stands out from what is around it, and that from the ground. None is so
# high that the bounced light, which the exposure does not count, would wash the shadows out.
_BUILDING = (0.70, 0.69, 0.67)
_AROUND = (0.50, 0.495, 0.485)
_GROUND = (0.42, 0.417, 0.41)


def whitened(table: ElementTable) -> ElementTable:
    """The same elements in white; rows of elements stay, glass and water keep their materials."""
    rows: dict[tuple[int, tuple[float, float, float]], int] = {}
    materials: list[Material] = []
    elements = []
    for element in table.elements:
        material = table.materials[element.material]
        color = _white(material, element.part)
        row = rows.setdefault((element.material, color), len(materials))
        if row == len(materials):
            materials.append(replace(material, base_color=color))
        elements.append(replace(element, material=row))
    return ElementTable(tuple(elements), tuple(materials))


def _white(material: Material, part: Part) -> tuple[float, float, float]:
    if material.transmission > GLASS_TRANSMISSION or material.family == TextureFamily.WATER:
        return material.base_color
    if part == Part.GROUND:
        return _GROUND
    return _AROUND if part == Part.SURROUNDINGS else _BUILDING
