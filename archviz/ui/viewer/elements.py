"""Choices about one element of a model, as the request names them. Plain values: no widget, no page."""

from __future__ import annotations

import re

__all__ = ["element_pattern", "material_for", "with_material"]

# What a pattern reads as something else than itself.
_WILD = re.compile(r"[*?\[]")


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
