"""The catalogue of materials and the words that change them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.material import TextureFamily
from archviz.core.tone import luminance
from archviz.presets import MaterialPreset, find_material_words, find_materials, material_words, materials
from archviz.presets.cities import fold_name
from archviz.presets.material_words import near_material_names, read_material_words
from archviz.presets.materials import USES, read_materials

PACKAGE = Path(__file__).parents[2] / "archviz" / "presets"
ENTRIES = list(materials().values())
NAMED_BY_ARCHITECTS = {
    "gạch bông": "encaustic-tile", "gạch thẻ": "brick-slip", "ngói âm dương": "yin-yang-tile", "đá mài": "terrazzo",
    "terrazzo": "terrazzo", "lam gỗ": "timber-louvres", "tôn": "corrugated-metal", "gạch bông gió": "breeze-block",
    "đá ong": "laterite", "tre": "bamboo", "corten": "corten", "shou sugi ban": "charred-timber", "gạch tàu":
    "quarry-tile", "ngói vảy cá": "fish-scale-tile", "mái lá": "palm-thatch", "đá rửa": "exposed-aggregate",
    "bê tông trần": "fair-faced-concrete", "kính cường lực": "glass", "hoa giấy": "bougainvillea",
}  # fmt: skip
# Reflectance (luminance) and metal of each kind, as measured surfaces have them.
RANGES = {
    "brick": (0.04, 0.75), "concrete": (0.08, 0.7), "plaster": (0.2, 0.9), "stone": (0.03, 0.8), "timber": (0.03, 0.75),
    "metal": (0.025, 0.65), "glass": (0.1, 0.7), "tile": (0.1, 0.85), "roofing": (0.02, 0.78), "paving": (0.05, 0.75),
    "ground": (0.08, 0.9), "water": (0.03, 0.3), "planting": (0.08, 0.4), "other": (0.02, 0.75),
}  # fmt: skip


def _names(entry: MaterialPreset) -> tuple[str, ...]:
    return (*entry.names_en, *entry.names_vi)


def test_there_are_enough_of_every_kind() -> None:
    assert len(ENTRIES) >= 200
    kinds = Counter(entry.kind for entry in ENTRIES)
    assert set(kinds) == set(RANGES)
    assert all(kinds[k] >= 10 for k in ("brick", "concrete", "plaster", "stone", "timber", "metal", "glass", "tile"))
    assert kinds["roofing"] >= 20 and kinds["paving"] >= 10 and kinds["planting"] >= 15
    assert {use for entry in ENTRIES for use in entry.uses} == set(USES)
    assert {entry.family for entry in ENTRIES} == set(TextureFamily)
    assert Counter(entry.kind for entry in ENTRIES if entry.generic) == dict.fromkeys(kinds, 1)


def test_no_name_stands_twice_even_without_marks_and_spaces() -> None:
    names = Counter(fold_name(name) for entry in ENTRIES for name in _names(entry))
    assert not [name for name, count in names.items() if count > 1]
    ids = [entry.id for entry in ENTRIES]
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", entry_id) for entry_id in ids)


def test_names_of_materials_and_of_what_changes_them_differ() -> None:
    words = material_words()
    changing = [*words.colors.values(), *words.tones.values(), *words.finishes.values()]
    theirs = Counter(fold_name(name) for word in changing for name in (*word.names_en, *word.names_vi))
    assert not [name for name, count in theirs.items() if count > 1]
    own = {fold_name(name) for entry in ENTRIES for name in _names(entry)}
    # Cream and zinc differ by their marks alone: "kem" and "kẽm".
    assert own & set(theirs) == {"kem"}


def test_every_material_is_named_in_both_languages() -> None:
    for entry in ENTRIES:
        assert all(name.isascii() and name == name.lower() for name in entry.names_en), entry.id
        assert all(name == name.lower() for name in entry.names_vi), entry.id
    marked = [entry for entry in ENTRIES if any(ord(letter) > 127 for letter in "".join(entry.names_vi))]
    # Titan, mica, inox, rattan: few Vietnamese names of materials carry no mark at all.
    assert len(marked) >= len(ENTRIES) - 5


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.id)
def test_a_material_is_physically_plausible(entry: MaterialPreset) -> None:
    material = entry.material
    low, high = RANGES[entry.kind]
    assert low <= float(luminance(np.array(material.base_color))) <= high
    assert 0.02 <= material.roughness <= 0.95
    assert (material.transmission > 0.5) == (entry.kind == "glass" or entry.id == "etfe")
    if entry.kind not in ("metal", "roofing", "glass", "other"):
        assert material.metallic == 0.0
    if entry.kind == "metal" and ("painted" in entry.name_en or "coated" in entry.name_en):
        assert material.metallic == 0.0, "light meets the paint first"
    if material.family is TextureFamily.WATER:
        assert material.roughness <= 0.1
    if material.family in (TextureFamily.GRASS, TextureFamily.FOLIAGE):
        assert material.roughness >= 0.6 and material.transmission == 0.0


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.id)
def test_every_name_leads_back_to_its_material(entry: MaterialPreset) -> None:
    for name in _names(entry):
        spellings = [name, name.upper(), name.replace(" ", "-"), f"màu {name}"]
        unmarked = " ".join(fold_name(word) for word in name.replace("-", " ").split())
        if unmarked != "kem":
            spellings.append(unmarked)
        for spelling in spellings:
            found = [word.meaning for word in find_material_words(spelling)]
            assert [meaning for meaning in found if meaning != "silent"] == [entry], spelling


def test_what_architects_name_is_there() -> None:
    for name, entry_id in NAMED_BY_ARCHITECTS.items():
        assert [word.meaning for word in find_material_words(name)] == [materials()[entry_id]], name


def test_marks_count_where_they_are_written() -> None:
    words = material_words()
    assert [w.meaning for w in find_material_words("gạch bóng")] == [materials()["brick"], words.finishes["polished"]]
    assert [w.meaning for w in find_material_words("kem")] == [words.colors["cream"]]
    assert [w.meaning for w in find_material_words("kẽm")] == [materials()["zinc"]]
    # The mark of "hóa" may stand on either vowel.
    assert find_material_words("gỗ phong hoá")[0].meaning == find_material_words("gỗ phong hóa")[0].meaning
    assert find_material_words("gỗ phong hoá")[0].meaning is materials()["weathered-timber"]


def test_in_a_layer_s_name_a_single_word_needs_its_marks() -> None:
    for word in ("da", "co", "go", "son", "ton"):
        assert find_material_words(word)[0].meaning is not None
        assert find_material_words(word, sure=True)[0].meaning is None, word
    assert find_material_words("gach bong gio", sure=True)[0].meaning is materials()["breeze-block"]


def test_a_phrase_is_told_as_it_was_written() -> None:
    phrases = [word.phrase for word in find_material_words("Black  powder-coated aluminium, gạch_Bông 2")]
    assert phrases == ["black", "powder-coated aluminium", "gạch_bông", "2"]


def test_plurals_and_american_spellings_are_one_word() -> None:
    for a, b in (("bricks", "brick"), ("aluminum louvers", "aluminium louvres"), ("gray", "grey"), ("leaf", "leaves")):
        assert find_material_words(a)[0].meaning == find_material_words(b)[0].meaning is not None
    assert find_material_words("glass")[0].meaning is materials()["glass"]


def test_near_names_are_offered() -> None:
    assert near_material_names("concret")[0] == "concrete"
    assert near_material_names("travertin stone") and near_material_names("xyzzy") == ()


def test_materials_are_found_by_kind_part_and_word() -> None:
    assert {entry.kind for entry in find_materials("stone")} == {"stone"}
    assert {entry.id for entry in find_materials("ngói âm")} == {"yin-yang-tile"}
    assert find_materials("ngoi am") == find_materials("ngói âm")
    assert materials()["terracotta"] not in find_materials("gỗ") and materials()["oak"] in find_materials("gỗ")
    assert find_materials("xyzzy") == () and len(find_materials("")) == len(ENTRIES)


def _changed(name: str, old: str, new: str, folder: Path) -> Path:
    text = (PACKAGE / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('srgb = "9a5540"', 'srgb = "red"', "materials.toml [brick.brick]: srgb = 'red' is not accepted; give six"),
        (
            "roughness = 0.85",
            "roughness = 2",
            "[brick.brick]: roughness = 2 is not accepted; give a number from 0 to 1",
        ),
        ('family = "brick"', 'family = "mud"', "family = 'mud' is not accepted; give one of plain, brick, timber"),
        ('uses = ["wall"]', 'uses = ["hat"]', "[brick.brick]: uses holds 'hat'; accepted: wall, roof"),
        ('uses = ["wall"]', "uses = []", "[brick.brick]: uses = [] is not accepted"),
        ('vi = ["gạch", "gạch nung", "gạch xây"]', "vi = []", "[brick.brick]: vi = [] is not accepted"),
        (', uses = ["wall"] }', ', uses = ["wall"], shine = 1 }', "[brick.brick]: unknown key 'shine'; accepted: en,"),
        ('srgb = "9a5540", ', "", "[brick.brick]: key 'srgb' is missing"),
        ("[brick]\n", "loose = 1\n[brick]\n", "materials.toml: loose = 1 is not accepted; give a table"),
        ("[brick]\n", "[brick]\nred = 1\n", "materials.toml [brick.red]: 1 is not a table"),
        ("red-granite = {", "oak = {", "materials.toml [timber.oak]: 'oak' stands in [stone] too"),
    ],
)
def test_a_wrong_material_names_file_table_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        read_materials(_changed("materials.toml", old, new, tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('srgb = "f2f1ee"', 'srgb = "#fff"', "material-words.toml [colors.white]: srgb = '#fff' is not accepted"),
        ("factor = 0.4", "factor = 4", "material-words.toml [tones.dark]: factor = 4 is not accepted"),
        ("[joints]", "[seams]", "material-words.toml: unknown key 'seams'"),
        ('en = ["white"]', "en = []", "[colors.white]: en = [] is not accepted"),
        ('gray = "grey"', "gray = 1", "[spellings]: gray = 1 is not accepted"),
    ],
)
def test_a_wrong_word_names_file_table_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        read_material_words(_changed("material-words.toml", old, new, tmp_path))


@pytest.mark.parametrize("read", [read_materials, read_material_words])
def test_a_missing_or_broken_file_is_named(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(FileFormatError, match=r"gone\.toml"):
        read(tmp_path / "gone.toml")
    (tmp_path / "bad.toml").write_text("[brick\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"bad\.toml: not TOML"):
        read(tmp_path / "bad.toml")


def test_the_catalogue_is_frozen() -> None:
    with pytest.raises(AttributeError):
        ENTRIES[0].roughness = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        materials()["x"] = ENTRIES[0]  # type: ignore[index]
