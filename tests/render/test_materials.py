from __future__ import annotations

import numpy as np
import pytest

from archviz.core.elements import Element, ElementTable
from archviz.core.errors import OptionError
from archviz.core.material import Material, TextureFamily
from archviz.core.tone import srgb_to_linear
from archviz.render.material_words import COLORS, FINISHES, SHADES, SUBSTANCES
from archviz.render.materials import apply_materials, match_elements, read_material

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
    assert found.material.base_color == pytest.approx(srgb_to_linear(COLORS["white"]), abs=1e-6)
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
    assert read_material("polished steel", GREY).material.roughness == FINISHES["polished"]


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


def test_every_word_makes_a_material() -> None:
    for word in [*SUBSTANCES, *COLORS, *SHADES, *FINISHES]:
        found = read_material(word, GREY)
        assert found.understood == (word,), word


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
