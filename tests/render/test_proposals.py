"""What is proposed where a file does not say what an element is made of."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.errors import OptionError
from archviz.core.material import Material
from archviz.geometry import load_isolated
from archviz.presets import linear_color, material_words, materials
from archviz.render.material_choices import choose_materials, read_choices
from archviz.render.materials import read_material
from archviz.render.proposals import (
    MaterialProposal,
    in_colors,
    propose_material,
    propose_materials,
    says_material,
    uses_of,
)
from tests.geometry.loaders.ifc_files import IfcBuilding
from tests.geometry.shapes import box

SAMPLES = Path(__file__).parents[2] / "sample_models"


@cache
def _table(sample: str) -> ElementTable:
    return load_isolated(SAMPLES / sample).scene.table


def _proposed(
    name: str, srgb: str | None = None, material: str = "default", *, ifc: str = "", part: Part = Part.BUILDING
) -> str | None:
    made_of = Material(name=material, **({"base_color": linear_color(srgb)} if srgb else {}))
    found = propose_material(Element(name=name, material=0, class_name=ifc, part=part), made_of)
    return found.text() if found else None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Material.001",
        "default",
        "color a34f32",
        "Wall",
        "frame",
        "red",
        "Tường",
        "Mat_3",
        "<By Category>",
        "Layer0",
        "Surface 12",
    ],
)
def test_these_names_say_nothing(name: str) -> None:
    assert not says_material(name)


@pytest.mark.parametrize(
    "name",
    ["brick", "white paint", "sơn trắng", "gạch lát", "Kebony", "cờ đỏ", "oak_01", "Bê tông", "BE TONG", "mái ngói"],
)
def test_these_names_say_what_it_is(name: str) -> None:
    assert says_material(name)
    assert _proposed("Wall", "a34f32", name) is None


@pytest.mark.parametrize(
    ("name", "srgb", "ifc", "part", "expected"),
    [
        # The class, where neither name nor colour says more.
        ("Basic Wall:Generic 200", None, "IfcWallStandardCase", Part.BUILDING, "plaster"),
        ("3", None, "IfcSlab", Part.BUILDING, "concrete"),
        ("3", None, "IfcRoof", Part.BUILDING, "clay roof tile"),
        ("3", None, "IfcDoor", Part.OPENING, "timber"),
        ("3", None, "IfcRailing", Part.BUILDING, "painted steel"),
        # The name.
        ("Tường gạch", None, "", Part.BUILDING, "brick"),
        ("Timber cladding east", None, "IfcWall", Part.BUILDING, "timber"),
        ("Mái", None, "", Part.BUILDING, "clay roof tile"),
        ("mai ngoi", None, "", Part.BUILDING, "clay roof tile"),
        ("door.roof.leaf", None, "", Part.OPENING, "timber"),
        # The colour, among what is plausible there.
        ("Timber cladding east", "3b3531", "IfcWall", Part.BUILDING, "charred timber"),
        ("Wall", "9a4a36", "", Part.BUILDING, "red brick"),
        ("Roof", "4f555b", "", Part.BUILDING, "slate roof"),
        ("Roof", "6f7478", "", Part.BUILDING, "standing seam"),
        ("Lawn", "5d7a36", "", Part.GROUND, "grass"),
        ("Hồ bơi", "4a9aa6", "", Part.GROUND, "pool water"),
        ("Wall", "3f6897", "", Part.BUILDING, "blue plaster"),
    ],
)
def test_class_name_and_colour_decide(name: str, srgb: str | None, ifc: str, part: Part, expected: str) -> None:
    assert _proposed(name, srgb, ifc=ifc, part=part) == expected


def test_a_material_called_by_its_colour_is_painted() -> None:
    assert _proposed("Door 5", "a8322a", "red", part=Part.OPENING) == "red painted timber"
    assert _proposed("Wall", "d9b878", "yellow") in {"golden plaster", "beige plaster", "ochre plaster"}


def test_what_light_does_weighs_more_than_a_shade() -> None:
    metal = Material(name="default", base_color=linear_color("a34f32"), metallic=0.9, roughness=0.4)
    found = propose_material(Element(name="Roof", material=0), metal)
    assert found is not None and found.preset.metallic >= 0.5
    pane = Material(name="Material.002", base_color=linear_color("8fa3a8"), transmission=0.9)
    assert uses_of(Element(name="Wall panel", material=0), pane) == ("pane",)
    found = propose_material(Element(name="Wall panel", material=0), pane)
    assert found is not None and found.preset.kind == "glass" and found.color is None


def test_what_is_no_part_of_a_building_gets_none() -> None:
    assert _proposed("xe hơi", "a0a0f0", part=Part.SURROUNDINGS) is None


def test_every_proposal_reads_back_as_itself() -> None:
    tinted = [preset for preset in materials().values() if preset.tint]
    proposals = [MaterialProposal(preset=preset) for preset in materials().values()]
    proposals += [proposal for preset in tinted for proposal in in_colors(preset)]
    assert len(tinted) >= 20 and len(proposals) > 200 + 0.9 * len(tinted) * len(material_words().colors)
    for proposal in proposals:
        for language in ("en", "vi"):
            found = read_material(proposal.text(language), Material(name="grey"))
            assert not found.ignored, proposal.text(language)
            assert found.material.base_color == pytest.approx(proposal.base_color), proposal.text(language)
            assert found.material.metallic == proposal.preset.metallic
            assert found.material.family is proposal.preset.family


def test_the_samples_get_what_they_lack() -> None:
    tower = [p and p.text() for p in propose_materials(_table("tower-massing.stl"))]
    assert tower == ["plaster"]
    pavilion = _table("pavilion.ply")
    found = propose_materials(pavilion)
    # A file of coloured faces names nothing: each colour gets the nearest material.
    assert len(found) == 8 and all(p is not None for p in found)
    for proposal, element in zip(found, pavilion.elements, strict=True):
        assert proposal is not None
        given = pavilion.materials[element.material].base_color
        assert proposal.base_color == pytest.approx(given, abs=0.08), element.name
    by_color = {e.name[-6:]: p.preset.id for e, p in zip(pavilion.elements, found, strict=True) if p}
    assert (by_color["363433"], by_color["895f3e"]) == ("charred-timber", "teak")


@pytest.mark.parametrize("sample", ["school.dae", "gable-house.gltf"])
def test_where_a_sample_names_its_materials_nothing_is_proposed(sample: str) -> None:
    table = _table(sample)
    assert len(table.elements) > 100 and propose_materials(table) == (None,) * len(table.elements)


def test_only_the_nameless_frames_of_a_villa_get_one() -> None:
    table = _table("garden-villa.obj")
    found = propose_materials(table)
    got = {e.name: p.text() for e, p in zip(table.elements, found, strict=True) if p}
    assert {table.materials[e.material].name for e in table.elements if e.name in got} == {"frame"}
    assert got["window.1.frame"] == "powder-coated aluminium"
    assert got["loggia.railing"] == "wrought iron"


def test_an_ifc_s_classes_are_enough(tmp_path: Path) -> None:
    building = IfcBuilding("IFC4")
    parts = {
        "IfcWall": (box((0, 0, 0), (8, 0.3, 3)), None),
        "IfcColumn": (box((0, 5, 0), (0.4, 5.4, 3)), None),
        "IfcRoof": (box((0, 0, 3), (8, 6, 3.3)), (79, 85, 91)),
        "IfcRailing": (box((0, 5.9, 3.3), (8, 6, 4.2)), None),
        "IfcSlab": (box((0, 0, -0.3), (8, 6, 0)), None),
    }
    for number, (kind, (mesh, color)) in enumerate(parts.items()):
        building.add(kind, f"{number}", mesh, style=building.style("Surface Style 3", color) if color else None)
    building.file.write(str(tmp_path / "house.ifc"))
    table = load_isolated(tmp_path / "house.ifc").scene.table
    found = {e.class_name: p and p.text() for e, p in zip(table.elements, propose_materials(table), strict=True)}
    assert found == {
        "IfcWall": "plaster",
        "IfcColumn": "concrete",
        "IfcRoof": "slate roof",
        "IfcRailing": "painted steel",
        "IfcSlab": "concrete",
    }


def test_a_proposal_is_taken_where_it_is_asked_for() -> None:
    table = ElementTable(
        (Element(name="Wall", material=0), Element(name="Roof", material=0), Element(name="Door", material=1)),
        (Material(name="default"), Material(name="oak")),
    )
    texts, notes = choose_materials({"*": "proposed", "Roof": "slate"}, table)
    assert texts == {"Wall": "plaster", "Roof": "slate"}
    assert "material plaster, proposed for Wall" in notes
    assert choose_materials({"Wall": "Đề xuất"}, table)[0] == {"Wall": "plaster"}
    assert read_choices(texts, table) == (["plaster", "slate"], {})
    texts, notes = choose_materials({"Door": "proposed"}, table)
    assert texts == {} and "nothing is proposed" in notes[0]
    assert choose_materials({}, table) == ({}, []) and choose_materials({"a": "b"}, None) == ({"a": "b"}, [])
    with pytest.raises(OptionError, match="no such element"):
        choose_materials({"Fence": "proposed"}, table)
