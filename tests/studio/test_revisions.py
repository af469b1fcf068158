"""What of the choices for a model finds its element in the next version."""

from __future__ import annotations

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.material import Material
from archviz.studio.revisions import revise_choices


def _table(*names: str) -> ElementTable:
    material = Material(name="plaster")
    return ElementTable(tuple(Element(name=n, part=Part.BUILDING, material=0) for n in names), (material,))


OLD, NEW = _table("wall", "roof", "tree 1", "tree 2"), _table("wall", "canopy", "tree 3")


def test_what_still_names_something_is_kept_and_the_rest_is_listed() -> None:
    revision = revise_choices(
        OLD,
        NEW,
        materials={"wall": "brick", "roof": "tiles", "plaster": "stone", "ro*": "slate"},
        hide=("tree*", "roof"),
    )
    assert revision.materials == {"wall": "brick", "plaster": "stone"} and revision.hide == ("tree*",)
    assert revision.lost_materials == {"roof": "tiles", "ro*": "slate"} and revision.lost_hide == ("roof",)
    assert revision.gone == ("roof", "tree 1", "tree 2") and revision.new == ("canopy", "tree 3")
    assert revision.anything_lost


def test_corrections_go_to_the_next_version_by_name_by_layer_and_by_what_it_hides() -> None:
    new = ElementTable((Element(name="wall", material=0, class_name="A-WALL"),), (Material(name="plaster"),))
    revision = revise_choices(
        OLD, new, materials={}, hide=("a-wall", "roof"), show=("Kitchen", "Attic"), undrawn=("Kitchen", "IfcSpace"),
        classes={"A-*": "ground", "roof": "glass", "IfcSpace": "building"},
    )  # fmt: skip
    assert (revision.hide, revision.lost_hide) == (("a-wall",), ("roof",))
    assert (revision.show, revision.lost_show) == (("Kitchen",), ("Attic",))
    assert revision.classes == {"A-*": "ground", "IfcSpace": "building"} and revision.lost_classes == {"roof": "glass"}


def test_a_lost_correction_is_a_loss() -> None:
    for lost in ({"show": ("Attic",)}, {"classes": {"Attic": "glass"}}):
        assert revise_choices(OLD, OLD, materials={}, hide=(), **lost).anything_lost  # type: ignore[arg-type]


def test_the_same_elements_lose_nothing() -> None:
    revision = revise_choices(OLD, OLD, materials={"WALL": "brick"}, hide=("Roof",))
    assert not revision.anything_lost and revision.new == ()
    assert revision.materials == {"WALL": "brick"} and revision.hide == ("Roof",)
