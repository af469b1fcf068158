"""What elements are made of: by the file, else by their names, else by what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from archviz.core.elements import CLASS_PARTS, Element, ElementClass, ElementTable, Part
from archviz.core.material import Material, TextureFamily
from archviz.geometry.loaders.raw import NO_MATERIAL, RawPart
from archviz.geometry.naming import family_of, is_generic, is_glass, opening_kind, part_of

__all__ = ["element_table"]

_GLASS_TRANSMISSION = 0.9
_GLASS_ROUGHNESS = 0.05
# The grey-green of float glass, sRGB 8fa3a8; a door's plain paint, sRGB 6b5a49. Linear.
_GLASS = Material(
    name="glass",
    base_color=(0.275, 0.366, 0.392),
    roughness=_GLASS_ROUGHNESS,
    transmission=_GLASS_TRANSMISSION,
)
_DOOR = Material(name="door paint", base_color=(0.147, 0.102, 0.067), roughness=0.5)
# Programs' default surfaces are grey or white. A nearly black one was chosen: dark glass or a black frame.
_LEAST_DEFAULT = 0.1
_NEUTRAL_SPREAD = 0.02
# What colours of faces are called that have no material.
_COLOR_NAME = re.compile(r"color [0-9a-f]{6}")
_SHOWN_NAMES = 3


def element_table(
    parts: Sequence[RawPart], names: Sequence[str], materials: Sequence[Material]
) -> tuple[ElementTable, list[str]]:
    """Roles and materials of all parts.

    Parameters
    ----------
    parts, names
        One element each, in step.
    materials
        The file's.

    Returns
    -------
    table, assumptions
        The elements, and a sentence for each kind of opening that got a material the file does not give.
    """
    rows: dict[Material, int] = {}
    elements: list[Element] = []
    bare: dict[Literal["window", "door"], list[str]] = {"window": [], "door": []}
    for part, name in zip(parts, names, strict=True):
        given = materials[part.material]
        role = part.role
        if part.corrected is not None:
            role, material = CLASS_PARTS[part.corrected], _of_class(given, name, part.corrected)
        else:
            material = _understood(given, name)
        if role is None:
            role = part_of(
                part.name, group=part.group, material=material.name, transmissive=material.transmission > 0.5
            )
        if role is Part.OPENING and material.transmission <= 0.5 and _is_bare(given):
            kind = _opening_kind(part)
            if kind != "frame":
                bare[kind].append(name)
                material = _GLASS if kind == "window" else _painted(material)
        elements.append(
            Element(name=name, material=rows.setdefault(material, len(rows)), part=role, class_name=part.group)
        )
    assumptions = []
    for kind, found in bare.items():
        if found:
            drawn = "drawn as glass" if kind == "window" else "painted plain brown"
            assumptions.append(f"{_counted(found, kind)} without a material {'are' if found[1:] else 'is'} {drawn}")
    return ElementTable(tuple(elements), tuple(rows)), assumptions


def _opening_kind(part: RawPart) -> Literal["window", "door", "frame"]:
    if part.role is Part.OPENING:
        # The class is sure; the name may be that of the type: "Fixed frame 0915" of a whole window.
        return opening_kind(part.group) or opening_kind(part.name) or "window"
    return opening_kind(part.name, part.group) or "window"


def _counted(names: Sequence[str], kind: str) -> str:
    shown = ", ".join(names[:_SHOWN_NAMES]) + (f" and {len(names) - _SHOWN_NAMES} more" if names[_SHOWN_NAMES:] else "")
    return f"{len(names)} {kind}{'s' if names[1:] else ''} ({shown})"


def _understood(material: Material, element: str) -> Material:
    """The material with what its name, or else its element's, says about texture and glass."""
    generic = is_generic(material.name)
    if is_glass(material.name) or (generic and is_glass(element)):
        return replace(
            material,
            name=material.name or "glass",
            transmission=max(material.transmission, _GLASS_TRANSMISSION),
            roughness=min(material.roughness, _GLASS_ROUGHNESS),
        )
    family = family_of(material.name, element) if generic else family_of(material.name)
    return replace(material, name=material.name or "default", family=family)


def _of_class(material: Material, element: str, corrected: ElementClass) -> Material:
    """The material of an element whose class the user gave: glass lets light through, plants are leaves."""
    in_opening = CLASS_PARTS[corrected] is Part.OPENING
    # A wall that is called after glass is none.
    understood = _understood(material, "" if is_glass(element) and not in_opening else element)
    if corrected == "glass" and understood.transmission <= 0.5:
        if _is_bare(material):
            return _GLASS
        rough = min(understood.roughness, _GLASS_ROUGHNESS)
        return replace(understood, transmission=_GLASS_TRANSMISSION, roughness=rough)
    if corrected == "vegetation" and understood.family is TextureFamily.PLAIN:
        return replace(understood, family=TextureFamily.FOLIAGE)
    return understood


def _is_bare(material: Material) -> bool:
    """Whether the file gives no material, or the default grey or white of a program."""
    if replace(material, name="") == NO_MATERIAL and opening_kind(material.name) in ("window", "door"):
        # Named after the opening, and the file that would define it is missing.
        return True
    if not (is_generic(material.name) or _COLOR_NAME.fullmatch(material.name)):
        return False
    color = material.base_color
    neutral = max(color) - min(color) <= _NEUTRAL_SPREAD and min(color) >= _LEAST_DEFAULT
    return neutral and material.metallic < 0.5 and material.transmission == 0.0 and not any(material.emission)


def _painted(material: Material) -> Material:
    """A door's paint, with the texture that its name says: a wooden door stays timber."""
    return replace(_DOOR, family=material.family)
