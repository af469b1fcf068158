"""An element that was clicked is named so that the request means it, and its material is written once."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from archviz.core.elements import Element, ElementTable
from archviz.core.material import Material
from archviz.render.materials import match_elements
from archviz.ui.choices import parse_materials
from archviz.ui.texts import Texts
from archviz.ui.viewer.elements import element_pattern, material_for, with_material

NAMES = ["wall", "wall.2", "a[1]", "a1", "what?", "whats", "star*", "starry", "u=2", " edge ", "Tường.Trước"]
TABLE = ElementTable(tuple(Element(name=n, material=0) for n in NAMES), (Material(name="paint"),))


@pytest.mark.parametrize("name", NAMES)
def test_a_pattern_means_its_element_alone(name: str) -> None:
    words = with_material("", name, "brick")
    (pattern,) = parse_materials(words, Texts("en"))
    assert match_elements(TABLE, pattern) == (NAMES.index(name),)
    assert [n for n in NAMES if fnmatchcase(n.lower(), pattern.lower())] == [name], "hidden as it is painted"


def test_a_material_is_written_once_and_overrules_patterns() -> None:
    lines = with_material("wall = brick\nroof* = tiles\nwall* = stucco", "wall", "red\n stone ")
    assert lines == "roof* = tiles\nwall* = stucco\nwall = red stone"
    assert material_for(lines, "wall") == "red stone" and material_for(lines, "wall.2") == ""
    assert with_material(lines, "wall", "") == "roof* = tiles\nwall* = stucco"
    assert element_pattern("") == "?"


def test_a_line_that_cannot_be_read_stays() -> None:
    assert with_material("not a line", "wall", "brick") == "not a line\nwall = brick"
