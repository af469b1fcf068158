"""No text is missing in a language, none is left over, and each wants the same fields."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from archviz.geometry.views import VIEW_PRESETS
from archviz.presets import environments, lightings
from archviz.ui import texts
from archviz.ui.texts import LANGUAGES, Texts
from archviz.ui.texts.catalogue import read_catalogue

_SOURCES = sorted(Path(texts.__file__).parents[1].rglob("*.py"))
_KEY = re.compile(r'"([a-z]+\.[a-z_]+)"')
_FAMILY = re.compile(r'f"([a-z_]+)\.\{')


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_languages_have_the_same_keys_and_fields() -> None:
    english, vietnamese = read_catalogue("en"), read_catalogue("vi")
    assert list(english) == list(vietnamese)
    for key, text in english.items():
        assert text.strip() and vietnamese[key].strip(), key
        assert _fields(text) == _fields(vietnamese[key]), key


def test_vietnamese_is_vietnamese() -> None:
    english, vietnamese = read_catalogue("en"), read_catalogue("vi")
    assert not {key for key in english if english[key] == vietnamese[key]}


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in _SOURCES)
    catalogue = set(read_catalogue("en"))
    tables = {key.partition(".")[0] for key in catalogue}
    named = {key for key in _KEY.findall(source) if key.partition(".")[0] in tables}
    families = set(_FAMILY.findall(source))
    assert named <= catalogue, "used but in no catalogue"
    left_over = {key for key in catalogue - named if key.partition(".")[0] not in families}
    assert not left_over


def test_every_view_has_a_name() -> None:
    for language in LANGUAGES:
        assert len({Texts(language)(f"view.{view}") for view in VIEW_PRESETS}) == len(VIEW_PRESETS)


def test_both_names_of_a_preset() -> None:
    preset = lightings()["golden-hour"]
    assert Texts("en").both_names(preset) == "Golden hour · Giờ vàng"
    assert Texts("vi").both_names(preset) == "Giờ vàng · Golden hour"
    assert all("·" in Texts("vi").both_names(e) for e in environments().values())


def test_a_missing_field_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Texts("en")("state.failed")
