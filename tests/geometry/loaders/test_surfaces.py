"""What openings are made of whose file does not say."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.elements import ElementClass, Part
from archviz.core.material import Material, TextureFamily
from archviz.geometry.loaders.raw import NO_MATERIAL, RawPart
from archviz.geometry.loaders.surfaces import element_table
from tests.geometry.loaders.files import PANE

GREY = (0.4, 0.4, 0.4)


def of(name: str, material: Material, *, group: str = "", role: Part | None = None) -> tuple[Material, list[str]]:
    part = RawPart(name=name, group=group, vertices=PANE[0], faces=PANE[1], material=0, role=role)
    table, assumptions = element_table([part], [name], [material])
    return table.materials[table.elements[0].material], assumptions


@pytest.mark.parametrize(
    "given",
    [
        NO_MATERIAL,
        Material(name="Material.001", base_color=GREY),
        Material(name="", base_color=(1, 1, 1)),
        Material(name="color 9a9a9a", base_color=GREY),
        Material(name="color fafafa", base_color=GREY),
        Material(name="Window material"),
    ],
    ids=repr,
)
def test_bare_windows_become_glass_and_bare_doors_painted(given: Material) -> None:
    glass, said = of("Cua so 1", given)
    assert (glass.name, glass.transmission, said) == (
        "glass",
        0.9,
        ["1 window (Cua so 1) without a material is drawn as glass"],
    )
    if given.name != "Window material":
        door, said = of("front door", given)
        assert door.transmission == 0 and door.base_color[0] > 1.5 * door.base_color[2]
        assert said == ["1 door (front door) without a material is painted plain brown"]
    wall, said = of("wall", given)
    assert (wall.base_color, wall.transmission, said) == (given.base_color, 0, [])


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("window", Material(name="Material.001", base_color=(0.5, 0.2, 0.1))),
        ("window", Material(name="Material.001", base_color=(0.02, 0.02, 0.02))),
        ("window", Material(name="White lacquer", base_color=GREY)),
        ("window", Material(name="", base_color=GREY, metallic=1.0)),
        ("window", Material(name="", base_color=GREY, emission=(1, 1, 1))),
        ("window frame", NO_MATERIAL),
        ("door handle", NO_MATERIAL),
    ],
)
def test_what_a_file_chose_stays(name: str, given: Material) -> None:
    material, said = of(name, given)
    assert (material.base_color, material.transmission, said) == (given.base_color, 0, [])


def test_the_name_of_a_door_keeps_its_texture_and_glass_doors_their_glass() -> None:
    assert of("Cửa gỗ", NO_MATERIAL)[0].family is TextureFamily.TIMBER
    material, said = of("Cửa kính", NO_MATERIAL)
    assert (material.transmission, said) == (0.9, [])


def test_the_class_tells_where_the_name_is_a_number() -> None:
    material, said = of("M_Fixed:0915", NO_MATERIAL, group="IfcWindow", role=Part.OPENING)
    assert material.transmission == 0.9 and said


def test_many_are_counted() -> None:
    parts = [RawPart(name="window", vertices=PANE[0], faces=PANE[1], material=0, owner=i) for i in range(5)]
    table, said = element_table(parts, [f"window.{i}" for i in range(5)], [NO_MATERIAL])
    assert said == ["5 windows (window.0, window.1, window.2 and 2 more) without a material are drawn as glass"]
    assert table.materials[0].transmission == 0.9 and not np.diff(table.element_materials()).any()


@pytest.mark.parametrize(
    ("name", "material", "corrected", "part", "transmission", "family"),
    [
        ("Box 12", NO_MATERIAL, "glass", Part.OPENING, 0.9, TextureFamily.PLAIN),
        ("Box 12", Material(name="Blue", base_color=(0.1, 0.2, 0.7)), "glass", Part.OPENING, 0.9, TextureFamily.PLAIN),
        ("Box 12", NO_MATERIAL, "opening", Part.OPENING, 0.9, TextureFamily.PLAIN),
        ("Door 1", NO_MATERIAL, "opening", Part.OPENING, 0.0, TextureFamily.PLAIN),
        ("Glass House wall", NO_MATERIAL, "building", Part.BUILDING, 0.0, TextureFamily.PLAIN),
        ("Window 3", NO_MATERIAL, "building", Part.BUILDING, 0.0, TextureFamily.PLAIN),
        ("Box 12", NO_MATERIAL, "vegetation", Part.SURROUNDINGS, 0.0, TextureFamily.FOLIAGE),
        ("Box 12", Material(name="timber"), "vegetation", Part.SURROUNDINGS, 0.0, TextureFamily.TIMBER),
        ("Roof", NO_MATERIAL, "ground", Part.GROUND, 0.0, TextureFamily.PLAIN),
        ("Lawn", NO_MATERIAL, "surroundings", Part.SURROUNDINGS, 0.0, TextureFamily.GRASS),
    ],
)
def test_the_users_class_counts_more_than_any_name(
    name: str, material: Material, corrected: ElementClass, part: Part, transmission: float, family: TextureFamily
) -> None:
    given = RawPart(name=name, vertices=np.zeros((3, 3)), faces=np.zeros((1, 3), int), material=0, corrected=corrected)
    table, _ = element_table([given], [name], [material])
    (element,) = table.elements
    made_of = table.materials[element.material]
    assert (element.part, made_of.transmission, made_of.family) == (part, transmission, family)
