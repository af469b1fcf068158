"""Phrases of a text that name presets."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from archviz.core.errors import OptionError
from archviz.presets import environments, find_mentions, lightings
from archviz.presets.words import read_words

FILE = Path(__file__).parents[2] / "archviz" / "presets" / "words.toml"


def _named(text: str) -> list[tuple[str, str]]:
    return [(m.preset, m.phrase) for m in find_mentions(text)]


@pytest.mark.parametrize("preset", [*environments().values(), *lightings().values()], ids=lambda p: p.id)
def test_every_preset_is_named_by_its_id_and_both_names(preset) -> None:
    kind = "environment" if preset.id in environments() else "lighting"
    for name in (preset.id, preset.name_en.upper(), preset.name_vi, unicodedata.normalize("NFD", preset.name_vi)):
        (found,) = find_mentions(f"a house, {name}.")
        assert (found.kind, found.preset, found.hint) == (kind, preset.id, False), name


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("rice paddies at sunset", ["rice-paddies", "sunset"]),
        ("Cánh đồng lúa lúc chiều tà", ["rice-paddies", "sunset"]),
        ("bãi biển, bình minh", ["ha-long-coast", "sunrise"]),
        ("a villa by the river in the late afternoon", ["mekong-riverside", "golden-hour"]),
        ("evening light over dunes", ["golden-hour", "desert"]),
        ("pine forest in monsoon rain at night", ["da-lat-pines", "monsoon-rain", "night"]),
        ("rừng thông, không mưa", ["da-lat-pines"]),
        ("a house without a lake, not at night, no snow", []),
        ("no lamps, night", ["night"]),
        # Said of other things.
        ("snow white walls, forest green door, car park, trắng như tuyết", []),
        ("a studio apartment in the afternoon, chiều cao 3 m, hồ bơi, đồng hồ", []),
        # No phrase reaches over a comma, and none begins inside a word.
        ("golden, hour", []),
        ("rainbow, parkland, midnight, snowdrop", []),
        ("", []),
    ],
)
def test_the_longest_phrase_counts_and_what_is_denied_does_not(text: str, named: list[str]) -> None:
    assert [preset for preset, _ in _named(text)] == named


def test_the_phrase_is_told_as_it_stands_in_the_list() -> None:
    assert _named("Golden-Hour; RICE   paddies") == [("golden-hour", "golden hour"), ("rice-paddies", "rice paddies")]


@pytest.mark.parametrize("text", ["farmers in conical hats", "nón lá"])
def test_a_hat_only_suggests_paddies(text: str) -> None:
    (found,) = find_mentions(text)
    assert (found.preset, found.hint) == ("rice-paddies", True)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("\nhoi-an = [", "\nhue = [", ("words.toml [environment]", "'hue'", "hoi-an")),
        ('"dusk"', "7", ("words.toml [lighting]", "sunset", "a list of texts")),
        ('"dusk"', '"dawn"', ("'dawn'", "something else")),
        ("[neither]", "[nothing]", ("'nothing'", "neither")),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "words.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(OptionError) as caught:
        read_words(path)
    assert all(word in str(caught.value) for word in words), str(caught.value)
