"""An element that was clicked is named so that the request means it, and its material is written once."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.material import Material
from archviz.render.materials import match_elements
from archviz.ui.choices import parse_materials
from archviz.ui.texts import Texts
from archviz.ui.viewer.elements import (
    Entry,
    bring_back,
    class_for,
    element_pattern,
    find_entries,
    leave_out,
    material_for,
    with_class,
    with_material,
)

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


WALL = Entry(name="wall", group="A-WALL", part=Part.BUILDING)


def test_what_is_left_out_comes_back() -> None:
    hide, show = leave_out(("tree*",), (), "a[1]")
    assert (hide, show) == (("tree*", "a[[]1]"), ())
    assert bring_back(hide, show, Entry(name="a[1]", group="", why="as asked")) == (("tree*",), ())
    assert leave_out(hide, show, "a[1]") == (hide, show), "once is enough"


@pytest.mark.parametrize("hide", [("w*",), ("a-wall",), ("WALL*", "wall")])
def test_what_a_pattern_hides_is_drawn_all_the_same_and_hidden_again(hide: tuple[str, ...]) -> None:
    rest, show = bring_back(hide, (), WALL)
    assert show == ("wall",) and set(rest) == set(hide) - {"wall"}
    assert leave_out(rest, show, "wall") == (rest, ()), "the pattern still holds"


def test_what_the_file_hides_is_drawn_by_name() -> None:
    assert bring_back((), (), Entry(name="Kitchen", group="IfcSpace", why="a room's volume")) == ((), ("Kitchen",))


def test_the_last_class_counts_and_goes_again() -> None:
    classes = with_class((("wall", "glass"), ("w*", "building")), "wall", "ground")
    assert classes == (("w*", "building"), ("wall", "ground"))
    assert class_for(classes, "wall") == "ground" and class_for(classes, "wall.2") is None
    assert with_class(classes, "wall", None) == (("w*", "building"),)


def test_the_list_is_searched_by_name_and_by_layer() -> None:
    other = Entry(name="Tường 2", group="A-WALL", why="as asked")
    tree = Entry(name="tree", group="L-PLNT", part=Part.SURROUNDINGS)
    entries = (WALL, other, tree)
    assert find_entries(entries, "", "") == entries
    assert find_entries(entries, "a-wall 2", "") == (other,) and find_entries(entries, "TƯỜNG", "") == (other,)
    assert find_entries(entries, "", "L-PLNT") == (tree,) and find_entries(entries, "tree", "A-WALL") == ()
