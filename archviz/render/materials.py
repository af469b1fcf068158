"""Material texts: ``roof=dark red tiles`` becomes a base colour, a texture family and a roughness."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from archviz.core.elements import ElementTable
from archviz.core.errors import OptionError
from archviz.core.material import Material
from archviz.core.tone import srgb_to_linear
from archviz.render.material_words import COLORS, FINISHES, SHADES, SUBSTANCES

__all__ = ["MaterialText", "apply_materials", "match_elements", "read_material"]

_FILLERS = frozenset("a an and of the in with very màu bằng và".split())
_LONGEST_PHRASE = 2
_UNSHADED = (1.0, 0.0)
_WHITEST = 0.9  # albedo of fresh white paint: light shades tend to it


@dataclass(frozen=True, kw_only=True)
class MaterialText:
    """What was read from a material text.

    Parameters
    ----------
    material
        The element's new material.
    understood, ignored
        Words that changed it, and words that did not, in their order.
    """

    material: Material
    understood: tuple[str, ...]
    ignored: tuple[str, ...]


def read_material(text: str, current: Material) -> MaterialText:
    """Read a material text.

    Parameters
    ----------
    text
        For example ``pale timber``, ``gạch đỏ``, ``black matt steel``.
    current
        The element's material so far; what the text does not say stays as it is.
    """
    material = replace(current, name=text.strip())
    understood: list[str] = []
    ignored: list[str] = []
    color: tuple[float, float, float] | None = None
    shade = _UNSHADED
    roughness: float | None = None
    for phrase in _split(text.lower()):
        if (substance := SUBSTANCES.get(phrase)) is not None:
            material = replace(
                material,
                base_color=_linear(substance.srgb),
                family=substance.family,
                roughness=substance.roughness,
                metallic=substance.metallic,
                transmission=substance.transmission,
            )
        elif phrase in COLORS:
            color = _linear(COLORS[phrase])
        elif phrase in SHADES:
            shade = SHADES[phrase]
        elif phrase in FINISHES:
            roughness = FINISHES[phrase]
        else:
            if phrase not in _FILLERS:
                ignored.append(phrase)
            continue
        understood.append(phrase)
    if shade != _UNSHADED or color is not None:
        base = color or material.base_color
        material = replace(material, base_color=tuple(_shaded(value, *shade) for value in base))  # type: ignore[arg-type]
    if roughness is not None:
        material = replace(material, roughness=roughness)
    return MaterialText(material=material, understood=tuple(understood), ignored=tuple(ignored))


def match_elements(table: ElementTable, pattern: str, *, option: str = "material") -> tuple[int, ...]:
    """Rows of the elements that ``pattern`` names: by name, by material name, or with ``*`` and ``?``.

    A refusal names the ``option`` that the pattern stands in.

    Raises
    ------
    OptionError
        No element has such a name.
    """
    wanted = pattern.strip().casefold()
    for names in (
        [e.name.casefold() for e in table.elements],
        [table.materials[e.material].name.casefold() for e in table.elements],
    ):
        if rows := tuple(row for row, name in enumerate(names) if name == wanted or fnmatch.fnmatchcase(name, wanted)):
            return rows
    known = sorted({e.name for e in table.elements} | {m.name for m in table.materials})
    near = difflib.get_close_matches(pattern, known, n=5, cutoff=0.3) or known[:5]
    raise OptionError(
        f"{option} {pattern!r}: the model has no such element; give a name such as {', '.join(near)}"
        " (archviz inspect lists them all)"
    )


def apply_materials(table: ElementTable, texts: Mapping[str, str]) -> ElementTable:
    """The table with the elements named in ``texts`` (element name -> text) made of what the texts say."""
    elements = list(table.elements)
    materials = list(table.materials)
    for pattern, text in texts.items():
        for row in match_elements(table, pattern):
            materials.append(read_material(text, table.materials[table.elements[row].material]).material)
            elements[row] = replace(table.elements[row], material=len(materials) - 1)
    return ElementTable(tuple(elements), tuple(materials))


def _split(text: str) -> list[str]:
    """Known phrases of up to two words first, then single words."""
    words = re.findall(r"[^\W\d_]+", text)
    phrases: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            if length == 1 or phrase in SUBSTANCES or phrase in COLORS:
                phrases.append(phrase)
                at += length
                break
    return phrases


def _shaded(value: float, factor: float, white: float) -> float:
    value *= factor
    return value + max(0.0, _WHITEST - value) * white


def _linear(srgb: tuple[float, float, float]) -> tuple[float, float, float]:
    return tuple(map(float, srgb_to_linear(srgb)))  # type: ignore[return-value]
