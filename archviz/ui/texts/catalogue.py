"""Reads a language's catalogue and looks texts up."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol, get_args

from archviz.presets.table import read_toml

__all__ = ["LANGUAGES", "Language", "Named", "Texts"]

Language = Literal["en", "vi"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Named(Protocol):
    """A preset: something that data names in both languages."""

    @property
    def name_en(self) -> str:
        """The English name."""

    @property
    def name_vi(self) -> str:
        """The Vietnamese name."""


@dataclass(frozen=True)
class Texts:
    """The texts of one language.

    Parameters
    ----------
    language
        ``en`` or ``vi``.
    """

    language: Language

    def __call__(self, key: str, **fields: object) -> str:
        """The text of a key such as ``render.button``, its ``{fields}`` filled in.

        Raises
        ------
        KeyError
            The catalogue has no such key, or the text wants a field that was not given.
        """
        return read_catalogue(self.language)[key].format(**fields)

    def own_name(self, preset: Named) -> str:
        """A preset's name in the language."""
        return preset.name_en if self.language == "en" else preset.name_vi

    def both_names(self, preset: Named) -> str:
        """A preset's names, the language's own first."""
        names = (preset.name_en, preset.name_vi)
        return " · ".join(names if self.language == "en" else names[::-1])


@functools.cache
def read_catalogue(language: Language) -> Mapping[str, str]:
    """Key -> text of a language, keys as ``table.key``."""
    tables = read_toml(Path(__file__).with_name(f"{language}.toml"))
    return MappingProxyType({f"{table}.{key}": text for table, texts in tables.items() for key, text in texts.items()})
