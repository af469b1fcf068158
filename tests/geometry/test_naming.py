"""What names say."""

from __future__ import annotations

import unicodedata

import pytest

from archviz.core.elements import Part
from archviz.core.material import TextureFamily
from archviz.geometry.naming import family_of, is_generic, is_glass, opening_kind, part_of, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("WindowGlass_02", ("window", "glass")),
        ("wall.south.1", ("wall", "south")),
        ("CửaSổ-3", ("cửa", "sổ")),
        ("IFCWall", ("ifc", "wall")),
        ("", ()),
    ],
)
def test_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words
    assert words_of(unicodedata.normalize("NFD", name)) == words


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (Part.OPENING, "window.3.2.glass Door_01 glazing Skylight cửa_sổ Kính CuaSo front-doors WindowFrame"),
        (Part.GROUND, "ground Terrain site Paving.2 Grass lawn road cỏ Đường vỉa_hè pool"),
        (Part.SURROUNDINGS, "tree.4 Trees Plant Car_12 person Cây hedge neighbour.house xe_máy treeTrunk"),
        (
            Part.BUILDING,
            "wall roof ground_floor GroundFloorSlab carpet planter street_furniture? glass_railing lan_can_kính "
            "underground Cube.001 tường mái treehouse balcony Mesh passage",
        ),
    ],
)
def test_parts(part: Part, names: str) -> None:
    names = names.replace("street_furniture? ", "")
    assert {name: part_of(name) for name in names.split()} == dict.fromkeys(names.split(), part)


def test_the_group_and_the_material_speak_where_the_name_does_not() -> None:
    assert part_of("Mesh_12", group="Tree") is Part.SURROUNDINGS
    assert part_of("wall", group="Site") is Part.BUILDING
    assert part_of("wall", group="Neighbours") is part_of("neighbour.1.window") is Part.SURROUNDINGS
    assert part_of("Cube", material="Thảm cỏ") is Part.GROUND
    assert part_of("Cube", material="leaves") is Part.SURROUNDINGS
    assert part_of("roof", material="grass") is Part.BUILDING
    assert part_of("Cube", transmissive=True) is Part.OPENING
    assert part_of("wall", transmissive=True) is Part.OPENING
    assert part_of("railing", transmissive=True) is Part.BUILDING


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (Part.OPENING, "Cua so|CUA SO 01|cua_so_2|CuaSo|CUASO|Cua di 1|Cua|KT-CUA-01|khung cua|Cua cua nha|o thoang"),
        (Part.OPENING, "Cửa sổ|Cửa đi|cửa lá sách|Kinh|vach kinh|A-GLAZ|A-DOOR"),
        (Part.GROUND, "San vuon|via he|bai co|Mat dat|ho boi|Hồ bơi|con duong"),
        (Part.SURROUNDINGS, "hang xom|Cay 01|xe_may"),
        (
            Part.BUILDING,
            "Mai cua nha|Tuong cua phong khach|San thuong|ban cong|lan can kinh|Đồng hồ|dong ho|Cửa hàng|Cua hang|"
            "Phòng kinh doanh|phong kinh doanh|Nhà xe|Đường ống|Co. Ltd|Duong|Chậu cây|Ho ten|plant room|Lá chắn nắng",
        ),
    ],
)
def test_parts_of_names_without_vietnamese_marks(part: Part, names: str) -> None:
    assert {name: part_of(name) for name in names.split("|")} == dict.fromkeys(names.split("|"), part)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("window", "window.3|Cửa sổ 1|cua so|Skylight|Kính|A-GLAZ|Door window"),
        ("door", "Front door|Cửa chính|Cua di|cua|canh cua"),
        ("frame", "WindowFrame|window sill|door handle|khung cửa|cua la sach|bậu cửa sổ"),
        (None, "Mai cua nha|wall"),
    ],
)
def test_windows_and_doors_are_told_apart_from_their_frames(kind: str | None, names: str) -> None:
    assert {name: opening_kind(name) for name in names.split("|")} == dict.fromkeys(names.split("|"), kind)
    assert opening_kind("M_Fixed:0915", "IfcWindow") == "window"


@pytest.mark.parametrize(
    ("family", "names"),
    [
        (TextureFamily.BRICK, "Red brick|Gạch đỏ|brickwork"),
        (TextureFamily.TIMBER, "Wood_Oak|gỗ lim|Timber cladding|tree trunk"),
        (TextureFamily.STONE, "concrete|Bê tông|đá ong|Travertine|limestone"),
        (TextureFamily.TILE, "Roof tiles|mái ngói|gạch men trắng|terracotta"),
        (TextureFamily.FOLIAGE, "leaf|Foliage dark|lá|bụi cây"),
        (TextureFamily.GRASS, "Grass|cỏ|lawn"),
        (TextureFamily.WATER, "water|nước|Swimming pool"),
        (TextureFamily.BRICK, "gach do|gach the"),
        (TextureFamily.STONE, "be tong|xi mang"),
        (TextureFamily.GRASS, "bai co"),
        (TextureFamily.PLAIN, "sơn nước|ống nước|đồng hồ|Co. Ltd|white paint|door leaf|Material.003|sơn trắng|steel|"),
    ],
)
def test_families(family: TextureFamily, names: str) -> None:
    assert {name: family_of(name) for name in names.split("|")} == dict.fromkeys(names.split("|"), family)


def test_the_first_name_that_says_something_counts() -> None:
    assert family_of("Material.001", "brick wall") is TextureFamily.BRICK
    assert family_of("concrete", "brick wall") is TextureFamily.STONE


def test_glass_and_generic_names() -> None:
    assert all(map(is_glass, ("Glass", "glazing 2", "Kính mờ", "kinh_trong")))
    assert not any(map(is_glass, ("window", "grass", "gloss")))
    assert all(map(is_generic, ("", "Material.003", "default", "12", "Color_A01", "lambert1")))
    assert not any(map(is_generic, ("Brick", "material brick")))
