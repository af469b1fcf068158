"""Reads TOML tables into frozen dataclasses, refusing what is not exactly described."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archviz.core.errors import FileFormatError, OptionError

__all__ = ["Choice", "Flag", "HexColor", "Number", "Rule", "Table", "Text", "Texts", "check_table", "read_toml"]


@dataclass(frozen=True)
class Number:
    """A number from ``low`` to ``high``; read as float."""

    low: float
    high: float

    def accepts(self, value: object) -> bool:
        """True for a finite int or float in range."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and math.isfinite(value) and self.low <= value <= self.high  # type: ignore[operator, arg-type]

    def __str__(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Text:
    """A text of at least one character and at most ``longest``."""

    longest: int

    def accepts(self, value: object) -> bool:
        """True for such a text."""
        return isinstance(value, str) and 0 < len(value.strip()) <= self.longest

    def __str__(self) -> str:
        return f"a text of 1 to {self.longest} characters"


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def accepts(self, value: object) -> bool:
        """True for one of them."""
        return value in self.words

    def __str__(self) -> str:
        return f"one of {', '.join(self.words)}"


@dataclass(frozen=True)
class HexColor:
    """An sRGB colour of six hexadecimal digits."""

    def accepts(self, value: object) -> bool:
        """True for such a text."""
        return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{6}", value) is not None

    def __str__(self) -> str:
        return "six hexadecimal digits such as 9a5540"


@dataclass(frozen=True)
class Flag:
    """``true`` or ``false``."""

    def accepts(self, value: object) -> bool:
        """True for a bool."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Texts:
    """A list of texts, none of them empty."""

    def accepts(self, value: object) -> bool:
        """True for such a list."""
        return isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value)

    def __str__(self) -> str:
        return "a list of texts"


@dataclass(frozen=True)
class Table:
    """A table that another room reads."""

    def accepts(self, value: object) -> bool:
        """True for a table."""
        return isinstance(value, Mapping)

    def __str__(self) -> str:
        return "a table"


Rule = Number | Text | Texts | Choice | HexColor | Flag | Table


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises
    ------
    FileFormatError
        The file is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}; reinstall archviz or give a presets file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path}: not TOML ({error}); correct the file") from error


def check_table(table: object, rules: Mapping[str, Rule], *, source: str) -> dict[str, Any]:
    """The table's values, numbers as float.

    Parameters
    ----------
    table
        What stands in the file.
    rules
        Every key the table must have, and no other.
    source
        File and table, for messages: ``lightings.toml [noon]``.

    Raises
    ------
    OptionError
        A key is unknown or missing, or a value is not accepted; the message names file, table, key
        and what is allowed.
    """
    if not isinstance(table, Mapping):
        raise OptionError(f"{source}: {table!r} is not a table; give keys and values")
    if unknown := sorted(set(table) - set(rules)):
        raise OptionError(f"{source}: unknown key {unknown[0]!r}; accepted: {', '.join(rules)}")
    values: dict[str, Any] = {}
    for key, rule in rules.items():
        if key not in table:
            raise OptionError(f"{source}: key {key!r} is missing; give {rule}")
        if not rule.accepts(table[key]):
            raise OptionError(f"{source}: {key} = {table[key]!r} is not accepted; give {rule}")
        values[key] = float(table[key]) if isinstance(rule, Number) else table[key]
    return values
