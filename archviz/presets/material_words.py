"""Words that say what something is made of, read from a text: catalogue names, colours, tones, finishes.

Vietnamese marks may be left out, word by word: "gach do" is "gạch đỏ". Where they are written they
count: "gạch bóng" is no "gạch bông".
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from archviz.core.errors import OptionError
from archviz.presets.materials import MaterialPreset, materials
from archviz.presets.table import HexColor, Number, Rule, Table, Texts, check_table, read_toml

__all__ = [
    "ColorWord",
    "Finish",
    "MaterialWord",
    "MaterialWords",
    "Tone",
    "find_material_words",
    "material_words",
    "near_material_names",
    "read_material_words",
]

_FILE = Path(__file__).with_name("material-words.toml")
_NEAREST = 4  # names offered for one that is unknown
_LEAST_STEM = 4  # letters of a word whose last s may be a plural's
_NAMES: Mapping[str, Rule] = {"en": Texts(), "vi": Texts()}
_RULES: Mapping[str, Mapping[str, Rule]] = {
    "colors": {**_NAMES, "srgb": HexColor()},
    "tones": {
        **_NAMES,
        "factor": Number(0, 1),
        "white": Number(0, 1),
        "grey": Number(0, 1),
        "roughness": Number(-1, 1),
    },
    "finishes": {**_NAMES, "roughness": Number(0, 1)},
}
Language = Literal["en", "vi"]
# A word as it is compared: its letters without marks, and the marks.
_Letters = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class ColorWord:
    """A colour.

    Parameters
    ----------
    names_en, names_vi
        The shown one first.
    srgb
        Six hexadecimal digits.
    """

    names_en: tuple[str, ...]
    names_vi: tuple[str, ...]
    srgb: str


@dataclass(frozen=True, kw_only=True)
class Tone:
    """What changes a colour.

    Parameters
    ----------
    names_en, names_vi
        The shown one first.
    factor
        On linear light.
    white, grey
        Shares: mixed in towards white paint, and lost towards grey.
    roughness
        Added.
    """

    names_en: tuple[str, ...]
    names_vi: tuple[str, ...]
    factor: float
    white: float
    grey: float
    roughness: float


@dataclass(frozen=True, kw_only=True)
class Finish:
    """What a surface is worked to.

    Parameters
    ----------
    names_en, names_vi
        The shown one first.
    roughness
        What it becomes.
    """

    names_en: tuple[str, ...]
    names_vi: tuple[str, ...]
    roughness: float


Meaning = MaterialPreset | ColorWord | Tone | Finish | Literal["joint", "silent"]


@dataclass(frozen=True, kw_only=True)
class MaterialWord:
    """A phrase of a text.

    Parameters
    ----------
    phrase
        As it was written, lower case.
    meaning
        ``None`` where it is unknown; a joint begins a second material, a silent word says nothing of one.
    language
        Whose name it is.
    """

    phrase: str
    meaning: Meaning | None
    language: Language = "en"


@dataclass(frozen=True)
class _Entry:
    letters: tuple[_Letters, ...]
    meaning: Meaning
    language: Language


@dataclass(frozen=True, kw_only=True)
class MaterialWords:
    """What a file of words holds.

    Parameters
    ----------
    colors, tones, finishes
        By id.
    silent, joints
        Words that say nothing of a material, and those that begin a second one.
    spellings
        Other spelling of a word -> the one in use.
    """

    colors: Mapping[str, ColorWord]
    tones: Mapping[str, Tone]
    finishes: Mapping[str, Finish]
    silent: tuple[str, ...]
    joints: tuple[str, ...]
    spellings: Mapping[str, str]


def read_material_words(path: Path) -> MaterialWords:
    """Read a file of words.

    Raises
    ------
    FileFormatError
        The file is missing or is not TOML.
    OptionError
        A key is unknown or missing, or a value is out of range; the message names it.
    """
    names = (*_RULES, "silent", "joints", "spellings")
    tables = check_table(read_toml(path), {name: Table() for name in names}, source=path.name)

    def rows(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for key, table in tables[name].items():
            values = check_table(table, _RULES[name], source=f"{path.name} [{name}.{key}]")
            for language in ("en", "vi"):
                if not values[language]:
                    raise OptionError(f"{path.name} [{name}.{key}]: {language} = [] is not accepted; give a name")
                values[f"names_{language}"] = tuple(values.pop(language))
            yield key, values

    listed = {
        name: check_table(tables[name], {"words": Texts()}, source=f"{path.name} [{name}]")["words"]
        for name in ("silent", "joints")
    }
    for key, value in tables["spellings"].items():
        if not isinstance(value, str) or not value.strip():
            raise OptionError(f"{path.name} [spellings]: {key} = {value!r} is not accepted; give a word")
    return MaterialWords(
        colors={key: ColorWord(**values) for key, values in rows("colors")},
        tones={key: Tone(**values) for key, values in rows("tones")},
        finishes={key: Finish(**values) for key, values in rows("finishes")},
        silent=tuple(listed["silent"]),
        joints=tuple(listed["joints"]),
        spellings=dict(tables["spellings"]),
    )


@cache
def material_words() -> MaterialWords:
    """The words that change a material."""
    return read_material_words(_FILE)


def find_material_words(text: str, *, sure: bool = False) -> tuple[MaterialWord, ...]:
    """The words of a text, the longest known phrase first.

    Parameters
    ----------
    text
        For example ``dark stained oak`` or ``gạch đỏ``.
    sure
        The text need not be about materials, as a layer's name: a single word then counts only with
        its marks, as "da", "co" or "go" may be anything.
    """
    index, longest = _index()
    text = unicodedata.normalize("NFC", text).lower()
    words = list(re.finditer(r"[^\W_]+", text))
    letters = [_letters(word[0]) for word in words]
    found: list[MaterialWord] = []
    at = 0
    while at < len(words):
        for count in range(min(longest, len(words) - at), 0, -1):
            part = letters[at : at + count]
            entry = _choose(index.get(tuple(plain for plain, _ in part), ()), part, sure=sure and count == 1)
            if entry is not None or count == 1:
                phrase = " ".join(re.findall(r"[\w-]+", text[words[at].start() : words[at + count - 1].end()]))
                meaning = entry.meaning if entry is not None else "silent" if phrase.isdigit() else None
                found.append(MaterialWord(phrase=phrase, meaning=meaning, language=entry.language if entry else "en"))
                at += count
                break
    return tuple(found)


def near_material_names(word: str) -> tuple[str, ...]:
    """Names of materials, colours, tones and finishes that a word may have been meant for; the nearest first."""
    near = difflib.get_close_matches(_plain(word), _shown_names(), n=_NEAREST, cutoff=0.7)
    return tuple(_shown_names()[name] for name in near)


def _plain(text: str) -> str:
    return " ".join(_letters(word)[0] for word in re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).lower()))


@lru_cache(maxsize=4096)
def _letters(word: str) -> _Letters:
    """Letters and marks apart: "hoá" and "hóa" are one word in two spellings."""
    spellings = material_words().spellings
    word = spellings.get(word, word)
    if word.isascii() and len(word) >= _LEAST_STEM and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    word = spellings.get(word, word)
    taken_apart = unicodedata.normalize("NFD", word)
    plain = "".join(letter for letter in taken_apart if not unicodedata.combining(letter)).replace("đ", "d")
    # A bar through the d is no mark of Unicode's.
    marks = sorted([*filter(unicodedata.combining, taken_apart), *("đ" for letter in word if letter == "đ")])
    return plain, "".join(marks)


def _choose(entries: Iterable[_Entry], letters: list[_Letters], *, sure: bool) -> _Entry | None:
    entries = list(entries)
    for entry in entries:
        if list(entry.letters) == letters:
            return entry
    for entry in () if sure else entries:
        if all(not marks or marks == own for (_, marks), (_, own) in zip(letters, entry.letters, strict=True)):
            return entry
    return None


def _all_entries() -> Iterator[tuple[str, Meaning, Language]]:
    """Every name with its meaning; where two look the same without marks, the first counts."""
    words = material_words()
    named: list[MaterialPreset | ColorWord | Tone | Finish] = [*materials().values()]
    named += [*words.colors.values(), *words.tones.values(), *words.finishes.values()]
    for meaning in named:
        for name in meaning.names_en:
            yield name, meaning, "en"
        for name in meaning.names_vi:
            yield name, meaning, "vi"
    yield from ((name, "joint", "en") for name in words.joints)
    yield from ((name, "silent", "en") for name in words.silent)


@cache
def _index() -> tuple[Mapping[tuple[str, ...], tuple[_Entry, ...]], int]:
    """Words without marks -> names that look so; and the words in the longest name."""
    found: dict[tuple[str, ...], tuple[_Entry, ...]] = {}
    for name, meaning, language in _all_entries():
        letters = tuple(_letters(word) for word in re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name).lower()))
        key = tuple(plain for plain, _ in letters)
        found[key] = (*found.get(key, ()), _Entry(letters, meaning, language))
    return found, max(map(len, found))


@cache
def _shown_names() -> Mapping[str, str]:
    return {_plain(name): name for name, meaning, _ in reversed(list(_all_entries())) if not isinstance(meaning, str)}
