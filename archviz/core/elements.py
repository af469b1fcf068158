"""Named parts of a scene and what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.material import Material

__all__ = ["CLASS_PARTS", "Element", "ElementClass", "ElementTable", "Part", "check_class"]

ElementClass = Literal["building", "opening", "glass", "ground", "vegetation", "surroundings"]
"""What a user says that an element is: ``opening`` a window or a door, ``glass`` one that lets light through."""


class Part(IntEnum):
    """What role a surface plays in the picture: the classes of the control stack."""

    UNKNOWN = 0
    BUILDING = 1
    SURROUNDINGS = 2
    GROUND = 3
    SKY = 4
    OPENING = 5


CLASS_PARTS: Mapping[ElementClass, Part] = MappingProxyType(
    {
        "building": Part.BUILDING,
        "opening": Part.OPENING,
        "glass": Part.OPENING,
        "ground": Part.GROUND,
        "vegetation": Part.SURROUNDINGS,
        "surroundings": Part.SURROUNDINGS,
    }
)
"""The role that each class plays in the picture."""


def check_class(name: str, value: str) -> None:
    """Refuse what is no class.

    Raises
    ------
    OptionError
        ``value`` is none of :data:`ElementClass`.
    """
    if value not in get_args(ElementClass):
        raise OptionError(f"class {name}={value} is not accepted; give one of {', '.join(get_args(ElementClass))}")


@dataclass(frozen=True, kw_only=True)
class Element:
    """One named part.

    Parameters
    ----------
    name
        Unique in its table.
    material
        Row of the table's materials.
    part
        Role in the picture; windows and doors of the building are ``OPENING``.
    class_name
        IFC class, layer or other class the file gives; empty where it gives none.
    """

    name: str
    material: int
    part: Part = Part.BUILDING
    class_name: str = ""


@dataclass(frozen=True)
class ElementTable:
    """Elements and materials of a scene; ids are rows, -1 is "nothing" (sky).

    Raises
    ------
    OptionError
        A name stands twice or a material row does not exist.
    """

    elements: tuple[Element, ...]
    materials: tuple[Material, ...]

    def __post_init__(self) -> None:
        names = [e.name for e in self.elements]
        if len(set(names)) != len(names):
            twice = next(n for n in names if names.count(n) > 1)
            raise OptionError(f"element name {twice!r} stands twice; names must differ")
        if any(not 0 <= e.material < len(self.materials) for e in self.elements):
            raise OptionError("an element's material is not in the table")

    def element_materials(self) -> NDArray[np.int32]:
        """(n_elements,) material row of each element."""
        return np.array([e.material for e in self.elements], dtype=np.int32)

    def element_parts(self) -> NDArray[np.int32]:
        """(n_elements,) :class:`Part` of each element."""
        return np.array([e.part for e in self.elements], dtype=np.int32)

    def material_values(self, name: str) -> NDArray[np.float32]:
        """(n_materials,) or (n_materials, 3) of one :class:`Material` field."""
        return np.array([getattr(m, name) for m in self.materials], dtype=np.float32)

    def merged(self, other: ElementTable) -> ElementTable:
        """Both tables in one; the other's ids follow. Its names get a number where they clash."""
        taken = {e.name for e in self.elements}
        offset = len(self.materials)
        added = []
        for element in other.elements:
            name = unique_name(element.name, taken)
            taken.add(name)
            added.append(
                Element(name=name, material=element.material + offset, part=element.part, class_name=element.class_name)
            )
        return ElementTable(self.elements + tuple(added), self.materials + other.materials)


def unique_name(name: str, taken: Iterable[str]) -> str:
    """``name``, or ``name.2``, ``name.3``... where it is taken."""
    taken = taken if isinstance(taken, (set, frozenset, dict)) else set(taken)
    if name not in taken:
        return name
    number = 2
    while f"{name}.{number}" in taken:
        number += 1
    return f"{name}.{number}"
