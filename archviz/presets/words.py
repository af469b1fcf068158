"""Words of a free text that name presets, English and Vietnamese: no engine's vocabulary is needed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from archviz.core.errors import OptionError
from archviz.presets.environment import EnvironmentPreset, environments
from archviz.presets.lighting import LightingPreset, lightings
from archviz.presets.table import Table, Texts, check_table, read_toml

__all__ = ["Mention", "PresetKind", "find_mentions", "read_words"]

PresetKind = Literal["environment", "lighting"]

_FILE = Path(__file__).with_name("words.toml")
_TABLES: Mapping[str, PresetKind] = {
    "environment": "environment",
    "environment-hints": "environment",
    "lighting": "lighting",
}
_NEITHER = "neither"
_NEGATIONS = frozenset("no not without never không chẳng đừng".split())
# They may stand between a negation and what it denies.
_ARTICLES = frozenset("a an any at by in of on the có".split())


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A phrase of a text that stands for a preset.

    Parameters
    ----------
    kind, preset
        Which preset.
    phrase
        The words that stand for it: lower case, without hyphens.
    hint
        Whether it only suggests the preset, where no other is named.
    """

    kind: PresetKind
    preset: str
    phrase: str
    hint: bool = False


def find_mentions(text: str) -> tuple[Mention, ...]:
    """The presets that a text names, in its order.

    The longest phrase counts, none reaches over a comma or full stop, and what is denied ("no
    snow", "không mưa") is not named.
    """
    phrases = _phrases()
    parts = re.split(r"[,;.:!?\n]+", text)
    return tuple(found for part in parts for found in _find_in(_words(part), phrases))


def read_words(path: Path) -> Mapping[str, Mention | None]:
    """Read what stands for the presets: their ids and names, and the phrases of a file.

    Returns
    -------
    mapping
        Phrase -> what it names; ``None`` for a phrase that names nothing though a word of it does.

    Raises
    ------
    FileFormatError
        The file is missing or is not TOML.
    OptionError
        A table or preset is unknown, or a phrase is not a text or stands for two things.
    """
    presets: dict[PresetKind, Mapping[str, EnvironmentPreset | LightingPreset]] = {
        "environment": environments(),
        "lighting": lightings(),
    }
    phrases: dict[str, Mention | None] = {}

    def add(listed: Iterable[str], source: str, kind: PresetKind | None, preset: str, *, hint: bool = False) -> None:
        for text in listed:
            phrase = " ".join(_words(text))
            named = kind and Mention(kind=kind, preset=preset, phrase=phrase, hint=hint)
            if phrases.setdefault(phrase, named) != named:
                raise OptionError(f"{source}: {text!r} stands for something else already; leave one of the two out")

    for of_kind, known in presets.items():
        for preset in known.values():
            add((preset.id, preset.name_en, preset.name_vi), f"{of_kind} {preset.id}", of_kind, preset.id)
    tables = check_table(read_toml(path), {name: Table() for name in (*_TABLES, _NEITHER)}, source=path.name)
    for name, kind in _TABLES.items():
        source = f"{path.name} [{name}]"
        for key, listed in tables[name].items():
            if key not in presets[kind]:
                raise OptionError(f"{source}: {key!r} is no {kind} preset; give one of {', '.join(presets[kind])}")
            texts = check_table({key: listed}, {key: Texts()}, source=source)[key]
            add(texts, source, kind, key, hint=name.endswith("hints"))
    source = f"{path.name} [{_NEITHER}]"
    add(check_table(tables[_NEITHER], {"phrases": Texts()}, source=source)["phrases"], source, None, "")
    return MappingProxyType(phrases)


@cache
def _phrases() -> Mapping[str, Mention | None]:
    return read_words(_FILE)


def _words(text: str) -> list[str]:
    # Vietnamese marks may come composed or apart; "golden-hour" is "golden hour".
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower())


def _find_in(words: list[str], phrases: Mapping[str, Mention | None]) -> Iterator[Mention]:
    """Longest phrase first, word by word."""
    longest = max(len(phrase.split()) for phrase in phrases)
    at = 0
    while at < len(words):
        tried = (" ".join(words[at : at + n]) for n in range(min(longest, len(words) - at), 0, -1))
        phrase = next((p for p in tried if p in phrases), None)
        found = phrases[phrase] if phrase is not None else None
        if found is not None and not _denied(words[:at]):
            yield found
        at += 1 if phrase is None else len(phrase.split())


def _denied(before: list[str]) -> bool:
    meaning = [word for word in before if word not in _ARTICLES]
    return bool(meaning) and meaning[-1] in _NEGATIONS
