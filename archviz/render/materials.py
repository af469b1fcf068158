"""Material texts: ``roof=dark red tiles`` becomes a base colour, a texture family and a roughness."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from archviz.core.elements import ElementTable
from archviz.core.errors import OptionError
from archviz.core.material import Material
from archviz.core.tone import luminance
from archviz.presets import (
    ColorWord,
    Finish,
    MaterialPreset,
    MaterialWord,
    Tone,
    find_material_words,
    linear_color,
    near_material_names,
)

__all__ = ["MaterialText", "apply_materials", "match_elements", "named_material", "read_material", "unread_note"]

_WHITEST = 0.9  # albedo of fresh white paint: light tones tend to it


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
    """Read a material text: one entry of the catalogue, with what is said of its colour, tone and finish.

    Parameters
    ----------
    text
        For example ``pale timber``, ``gạch đỏ``, ``black matt steel``.
    current
        The element's material so far; what the text does not say stays as it is.
    """
    words = find_material_words(text)
    named = named_material(words)
    material = replace(current if named is None else named.material, name=text.strip(), emission=current.emission)
    used: list[MaterialWord] = []
    for word in words:
        # Nothing after a joint counts: it tells of another material.
        if word.meaning == "joint" and used:
            break
        if isinstance(word.meaning, (ColorWord, Tone, Finish)) or _belongs(word, named):
            used.append(word)
    material = _changed(material, [word.meaning for word in used])
    ignored = [word for word in words if word not in used and not isinstance(word.meaning, str)]
    return MaterialText(
        material=material,
        understood=tuple(word.phrase for word in used),
        ignored=tuple(part for word in ignored for part in word.phrase.split()),
    )


def named_material(words: Sequence[MaterialWord]) -> MaterialPreset | None:
    """What the words of a text name: "oak timber" oak, "brick and steel" brick; ``None`` where they name nothing."""
    named: list[tuple[MaterialWord, MaterialPreset]] = []
    for word in words:
        if word.meaning == "joint" and named:
            break
        if isinstance(word.meaning, MaterialPreset):
            named.append((word, word.meaning))
    if not named:
        return None
    # In English what it is comes last (concrete tile), in Vietnamese first.
    head = named[-1][1] if named[-1][0].language == "en" else named[0][1]
    special = [entry for _, entry in named if entry.kind == head.kind and not entry.generic]
    return special[-1] if head.generic and special else head


def unread_note(element: str, word: str) -> str:
    """What is said of a word that was not understood."""
    near = near_material_names(word)
    advice = f"the nearest are {', '.join(near)}" if near else "none is near"
    return f"material {element}: {word!r} is not known, {advice}; archviz materials lists all"


def _belongs(word: MaterialWord, named: MaterialPreset | None) -> bool:
    """Whether a word names the material, or only its kind."""
    entry = word.meaning
    if named is None or not isinstance(entry, MaterialPreset):
        return False
    return entry is named or (entry.generic and entry.kind == named.kind)


def _changed(material: Material, meanings: Sequence[object]) -> Material:
    """The material in the colour, tones and finish that were said; a tone holds for the colour that was."""
    color = np.array(material.base_color)
    roughness = material.roughness
    for meaning in meanings:
        if isinstance(meaning, ColorWord):
            color = np.array(linear_color(meaning.srgb))
            # A colour that is said stands for the picture that was there.
            material = replace(material, texture="")
        elif isinstance(meaning, Finish):
            roughness = meaning.roughness
    for meaning in meanings:
        if isinstance(meaning, Tone):
            color = color * meaning.factor
            color = color + (luminance(color) - color) * meaning.grey
            color = color + np.maximum(0.0, _WHITEST - color) * meaning.white
            roughness = min(max(roughness + meaning.roughness, 0.05), 1.0)
    r, g, b = (float(v) for v in color)
    return replace(material, base_color=(r, g, b), roughness=roughness)


def match_elements(table: ElementTable, pattern: str) -> tuple[int, ...]:
    """Rows of the elements that ``pattern`` names: by name, by material name, or with ``*`` and ``?``.

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
        f"material {pattern!r}: the model has no such element; give a name such as {', '.join(near)}"
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
