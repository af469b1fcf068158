"""A table of an engine file, read key by key; what is wrong names file, table and key."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.size import Size

__all__ = ["Table"]

_T = TypeVar("_T")
_KINDS = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "a table"}


class Table:
    """One table; every key must be taken before :meth:`close`.

    Parameters
    ----------
    where
        File and table, as a message names them.
    values
        What the file holds there.
    """

    def __init__(self, where: str, values: Mapping[str, Any]) -> None:
        self._where = where
        self._values = dict(values)
        self._known: list[str] = []

    @classmethod
    def load(cls, path: Path) -> Table:
        """The top table of a TOML file.

        Raises
        ------
        FileFormatError
            The file cannot be read or is not TOML.
        """
        try:
            return cls(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise FileFormatError(f"{path.name}: {error}; an engine is a TOML file") from error

    def has(self, key: str) -> bool:
        """Whether the key stands in the table."""
        return key in self._values

    def take(self, key: str, kind: type[_T]) -> _T:
        """The key's value.

        Raises
        ------
        FileFormatError
            The key is missing or holds another kind of value.
        """
        self._known.append(key)
        if key not in self._values:
            raise FileFormatError(f"{self._where}: {key} is missing; give {_KINDS[kind]}")
        value = self._values.pop(key)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise FileFormatError(f"{self._where}: {key} = {value!r} is not accepted; give {_KINDS[kind]}")
        return value

    def take_size(self, key: str) -> Size:
        """A size, written [width, height]."""
        value = self.take(key, list)
        try:
            width, height = value
            return Size(height=height, width=width)
        except (OptionError, ValueError) as error:
            raise FileFormatError(
                f"{self._where}: {key} = {value!r} is not accepted; give [width, height] in pixels"
            ) from error

    def take_or(self, key: str, kind: type[_T], default: _T | None) -> _T | None:
        """The key's value, or ``default`` where the table does not hold it."""
        if key not in self._values:
            self._known.append(key)
            return default
        return self.take(key, kind)

    def take_number(self, key: str, low: float, high: float) -> float:
        """A number within [low, high]."""
        value = self.take(key, float)
        if not low <= value <= high:
            raise FileFormatError(f"{self._where}: {key} = {value:g} is out of range; give {low:g} to {high:g}")
        return value

    def take_count(self, key: str, low: int, high: int) -> int:
        """A whole number within [low, high]."""
        value = self.take(key, int)
        if not low <= value <= high:
            raise FileFormatError(f"{self._where}: {key} = {value} is out of range; give {low} to {high}")
        return value

    def take_choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of ``choices``."""
        value = self.take(key, str)
        if value not in choices:
            raise FileFormatError(f"{self._where}: {key} = {value!r} is not accepted; give one of {', '.join(choices)}")
        return value

    def take_texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self.take(key, list)
        if not all(isinstance(v, str) for v in values):
            raise FileFormatError(f"{self._where}: {key} = {values!r} is not accepted; give a list of texts")
        return tuple(values)

    def take_table(self, key: str) -> Table:
        """The table under the key."""
        return Table(f"{self._where} [{key}]", self.take(key, dict))

    def take_tables(self, key: str) -> tuple[Table, ...]:
        """The list of tables under the key."""
        values = self.take(key, list)
        if not all(isinstance(v, dict) for v in values):
            raise FileFormatError(f"{self._where}: {key} is not accepted; give tables [[{key}]]")
        return tuple(Table(f"{self._where} [[{key}]] {i + 1}", v) for i, v in enumerate(values))

    def rest(self) -> dict[str, str]:
        """Every key not yet taken, each holding a text."""
        return {key: self.take(key, str) for key in list(self._values)}

    def close(self) -> None:
        """Refuse what was not taken.

        Raises
        ------
        FileFormatError
            A key is unknown.
        """
        if self._values:
            unknown = sorted(self._values)[0]
            raise FileFormatError(
                f"{self._where}: unknown key {unknown!r}; accepted: {', '.join(sorted(set(self._known)))}"
            )
