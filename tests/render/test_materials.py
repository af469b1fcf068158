from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from archviz.core.elements import Element, ElementTable
from archviz.core.errors import OptionError
from archviz.core.material import Material, TextureFamily
from archviz.core.tone import luminance
from archviz.presets import MaterialPreset, linear_color, material_words, materials
from archviz.render.materials import apply_materials, match_elements, read_material, unread_note

GREY = Material(name="grey")
TABLE = ElementTable(
    (
        Element(name="Roof", material=0),
        Element(name="Wall south", material=1),
        Element(name="Wall north", material=1),
    ),
    (Material(name="clay"), Material(name="white render")),
)


@pytest.mark.parametrize("text", ["brick", "gạch", "old brick wall"])
def test_brick_in_two_languages(text: str) -> None:
    found = read_material(text, GREY)
    assert found.material.family is TextureFamily.BRICK
    assert found.material.base_color[0] > 1.5 * found.material.base_color[2]


def test_a_colour_overrules_the_substance_and_keeps_its_texture() -> None:
    found = read_material("white brick", GREY)
    assert found.material.family is TextureFamily.BRICK
    assert found.material.base_color == pytest.approx(linear_color(material_words().colors["white"].srgb), abs=1e-6)
    assert read_material("brick white", GREY).material == Material(**{**found.material.__dict__, "name": "brick white"})


def test_a_colour_alone_keeps_the_rest() -> None:
    tiles = read_material("tiles", GREY).material
    blue = read_material("blue", tiles).material
    assert (blue.family, blue.roughness) == (tiles.family, tiles.roughness)
    assert blue.base_color[2] > blue.base_color[0]


def test_shades_order_by_lightness() -> None:
    dark, plain, light = (read_material(f"{s} timber", GREY).material.base_color for s in ("dark", "", "light"))
    assert all(d < p < li for d, p, li in zip(dark, plain, light, strict=True))
    assert dark == pytest.approx(np.multiply(plain, 0.4))


def test_glass_transmits_and_steel_is_metal() -> None:
    assert read_material("kính", GREY).material.transmission > 0.5
    assert read_material("polished steel", GREY).material.metallic == 1.0
    assert read_material("polished steel", GREY).material.roughness == material_words().finishes["polished"].roughness


def test_two_word_phrases_come_first() -> None:
    found = read_material("bê tông xanh lá", GREY)
    assert found.understood == ("bê tông", "xanh lá")
    assert found.ignored == ()
    assert found.material.base_color[1] == max(found.material.base_color)


def test_unknown_words_are_told() -> None:
    found = read_material("brick with quantum moss", GREY)
    assert found.understood == ("brick",)
    assert found.ignored == ("quantum", "moss")
    untouched = read_material("zzz", GREY)
    assert untouched.material.base_color == GREY.base_color


@pytest.mark.parametrize("entry", materials().values(), ids=lambda e: e.id)
def test_every_name_makes_its_material(entry: MaterialPreset) -> None:
    for name in (*entry.names_en, *entry.names_vi):
        found = read_material(name, GREY)
        assert found.material == replace(entry.material, name=name)
        assert found.understood and not found.ignored


def test_every_word_that_changes_a_material_is_understood() -> None:
    words = material_words()
    for word in (*words.colors.values(), *words.tones.values(), *words.finishes.values()):
        for name in (*word.names_en, *word.names_vi):
            found = read_material(name, GREY)
            assert not found.ignored and found.understood, name
            assert (found.material.family, found.material.metallic) == (GREY.family, GREY.metallic)
            plain = word.names_en[0] in ("matt", "painted")
            assert plain or replace(found.material, name="grey") != GREY, name


def test_a_material_is_changed_by_what_is_said_of_it() -> None:
    oak = materials()["oak"].material
    found = read_material("dark stained oak", GREY).material
    assert found.base_color == pytest.approx(np.multiply(oak.base_color, 0.4 * 0.7))
    assert (found.family, found.roughness) == (oak.family, pytest.approx(oak.roughness - 0.1))
    weathered = read_material("weathered teak", GREY).material
    teak = materials()["teak"].material
    assert _saturation(weathered) == pytest.approx(0.55 * 0.85 * _saturation(teak))
    assert weathered.roughness > teak.roughness
    # What is rusty by itself does not grey.
    assert read_material("weathered corten", GREY).material.base_color == materials()["corten"].material.base_color
    red = read_material("gạch đỏ", GREY).material
    assert red.base_color == read_material("gach do", GREY).material.base_color == linear_color("9a4a36")
    assert read_material("wet asphalt", GREY).material.roughness < materials()["asphalt"].roughness


def _saturation(material: Material) -> float:
    color = np.array(material.base_color)
    return float((color - luminance(color)).max())


@pytest.mark.parametrize(
    ("text", "entry", "ignored"),
    [
        ("oak timber", "oak", ()),
        ("timber, oak", "oak", ()),
        ("concrete tiles", "terracotta", ("concrete",)),
        ("gạch và thép", "brick", ("thép",)),
        ("brick and steel", "brick", ("steel",)),
        ("gỗ tếch ốp tường", "teak", ()),
        ("metal mesh over concrete", "perforated-metal", ("concrete",)),
        ("gạch bông gió", "breeze-block", ()),
    ],
)
def test_of_two_materials_the_one_that_is_meant(text: str, entry: str, ignored: tuple[str, ...]) -> None:
    found = read_material(text, GREY)
    assert (found.material.base_color, found.ignored) == (materials()[entry].material.base_color, ignored)


def test_an_unknown_word_is_answered_with_near_names() -> None:
    assert unread_note("Roof", "concret").startswith("material Roof: 'concret' is not known, the nearest are concrete,")
    assert "none is near; archviz materials lists all" in unread_note("Roof", "xyzzy")


def test_what_glows_goes_on_glowing() -> None:
    lamp = Material(name="lamp", emission=(2.0, 2.0, 1.0))
    assert read_material("brass", lamp).material.emission == lamp.emission


def test_elements_by_name_pattern_and_material() -> None:
    assert match_elements(TABLE, "roof") == (0,)
    assert match_elements(TABLE, "wall*") == (1, 2)
    assert match_elements(TABLE, "White Render") == (1, 2)


def test_no_such_element_names_near_ones() -> None:
    with pytest.raises(OptionError, match=r"'Rof'.*Roof.*archviz inspect"):
        match_elements(TABLE, "Rof")


def test_only_the_named_elements_change() -> None:
    table = apply_materials(TABLE, {"Wall north": "timber"})
    of = [table.materials[e.material] for e in table.elements]
    assert [m.family for m in of] == [TextureFamily.PLAIN, TextureFamily.PLAIN, TextureFamily.TIMBER]
    assert of[:2] == list(TABLE.materials)
    assert [e.name for e in table.elements] == [e.name for e in TABLE.elements]
