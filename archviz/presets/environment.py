"""Environment presets: what stands around the building, with names and prompt words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from archviz.core.errors import OptionError
from archviz.presets.table import Rule, Table, Text, check_table, read_toml

__all__ = ["EnvironmentPreset", "environment", "environments", "read_environments"]

_FILE = Path(__file__).with_name("environments.toml")


@dataclass(frozen=True, kw_only=True)
class EnvironmentPreset:
    """One environment; values are checked when the file is read.

    Parameters
    ----------
    id, name_en, name_vi
        The id on the command line, and what people read.
    prompt
        Short English phrases, comma separated.
    surroundings
        The table that :meth:`SurroundingsSpec.from_table` reads and checks: words and numbers only.
    source
        File and table of ``surroundings``, for messages.
    """

    id: str
    name_en: str
    name_vi: str
    prompt: str
    surroundings: Mapping[str, Any]
    source: str


_RULES: Mapping[str, Rule] = {"name_en": Text(60), "name_vi": Text(60), "prompt": Text(240), "surroundings": Table()}


def read_environments(path: Path) -> Mapping[str, EnvironmentPreset]:
    """Read an environments file, in its order.

    Raises
    ------
    FileFormatError
        The file is missing or is not TOML.
    OptionError
        A key is unknown or missing, or a value is not accepted; the message names it.
    """
    presets = {}
    for key, table in read_toml(path).items():
        values = check_table(table, _RULES, source=f"{path.name} [{key}]")
        values["surroundings"] = MappingProxyType(values["surroundings"])
        presets[key] = EnvironmentPreset(id=key, source=f"{path.name} [{key}.surroundings]", **values)
    return MappingProxyType(presets)


@cache
def environments() -> Mapping[str, EnvironmentPreset]:
    """The environment presets by id, in the order they are shown."""
    return read_environments(_FILE)


def environment(preset_id: str) -> EnvironmentPreset:
    """One environment preset.

    Raises
    ------
    OptionError
        There is no such preset; the message lists the ids.
    """
    try:
        return environments()[preset_id]
    except KeyError:
        raise OptionError(
            f"environment {preset_id!r} is not known; choose one of {', '.join(environments())}"
        ) from None
