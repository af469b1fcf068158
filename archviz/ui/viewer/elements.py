"""Choices about one element of a model, as the request names them. Plain values: no widget, no page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archviz.core.elements import Part
from archviz.geometry.isolated import LoadedModel
from archviz.geometry.loaders.hiding import is_wanted

__all__ = [
    "Entry",
    "bring_back",
    "class_for",
    "element_pattern",
    "find_entries",
    "leave_out",
    "list_entries",
    "material_for",
    "with_class",
    "with_material",
]

# What a pattern reads as something else than itself.
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that a model holds, drawn or not.

    Parameters
    ----------
    name
        Of the element; of what is not drawn perhaps only its class or layer.
    group
        Its class or layer; empty where the file gives none.
    part
        Its role in the picture; ``None`` for what is not drawn.
    why
        Why it is not drawn; empty for what is.
    """

    name: str
    group: str
    part: Part | None = None
    why: str = ""


def list_entries(model: LoadedModel) -> tuple[Entry, ...]:
    """What a model holds: what is drawn in the file's order, then what could be."""
    drawn = [Entry(name=e.name, group=e.class_name, part=e.part) for e in model.scene.table.elements]
    hidden = [Entry(name=one.show, group=one.group, why=one.why) for one in model.left_out if one.show]
    return tuple(dict.fromkeys([*drawn, *hidden]))


def find_entries(entries: Sequence[Entry], words: str, group: str) -> tuple[Entry, ...]:
    """Those that hold all the words in their name, class or layer, in any case; ``group`` empty is any."""
    wanted = words.casefold().split()
    return tuple(
        entry
        for entry in entries
        if group in ("", entry.group) and all(word in f"{entry.name} {entry.group}".casefold() for word in wanted)
    )


def leave_out(hide: tuple[str, ...], show: tuple[str, ...], name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both lists of patterns with an element, a class or a layer not drawn any more."""
    pattern = element_pattern(name)
    if pattern in show:
        return hide, tuple(one for one in show if one != pattern)
    return tuple(dict.fromkeys([*hide, pattern])), show


def bring_back(hide: tuple[str, ...], show: tuple[str, ...], entry: Entry) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both lists of patterns with something drawn again: its own mark taken away, others overruled."""
    pattern = element_pattern(entry.name)
    own = pattern in hide
    rest = tuple(one for one in hide if one != pattern)
    if own and not is_wanted(rest, entry.name, entry.group):
        return rest, show
    return rest, tuple(dict.fromkeys([*show, pattern]))


def class_for(classes: Sequence[tuple[str, str]], name: str) -> str | None:
    """What the user said that an element, a class or a layer is, by its own name; ``None`` for nothing."""
    return dict(classes).get(element_pattern(name))


def with_class(classes: Sequence[tuple[str, str]], name: str, value: str | None) -> tuple[tuple[str, str], ...]:
    """The pairs with one changed, after all others so that it overrules them; removed by ``None``."""
    pattern = element_pattern(name)
    kept = [pair for pair in classes if pair[0] != pattern]
    return tuple([*kept, (pattern, value)] if value is not None else kept)


def element_pattern(name: str) -> str:
    """The pattern that matches an element's name and, as far as can be, no other."""
    pattern = _WILD.sub(lambda found: f"[{found[0]}]", name)
    # A line of materials is cut at its equals sign, and space around a name is lost.
    pattern = re.sub(r"^\s|\s$|[=\r\n]", "?", pattern)
    return pattern or "?"


def material_for(materials: str, name: str) -> str:
    """The words that lines ``ELEMENT = TEXT`` give an element by its own name; empty where there are none."""
    pattern = element_pattern(name)
    found = [words.strip() for element, words in _lines(materials) if element == pattern]
    return found[-1] if found else ""


def with_material(materials: str, name: str, words: str) -> str:
    """The lines with an element's material changed, after all others so that it overrules them; removed by no words."""
    pattern = element_pattern(name)
    kept = [line for line in materials.splitlines() if line.partition("=")[0].strip() != pattern]
    # One line of its own, whatever was typed.
    words = " ".join(words.split())
    return "\n".join([*kept, f"{pattern} = {words}"] if words else kept).strip("\n")


def _lines(materials: str) -> list[tuple[str, str]]:
    parts = [line.partition("=") for line in materials.splitlines()]
    return [(element.strip(), words) for element, equals, words in parts if equals]
