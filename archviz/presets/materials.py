"""The catalogue of materials: what architects name, in English and Vietnamese, and what light sees of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from archviz.core.errors import OptionError
from archviz.core.material import Material, TextureFamily
from archviz.core.tone import srgb_to_linear
from archviz.presets.cities import fold_name
from archviz.presets.table import Choice, Flag, HexColor, Number, Rule, Table, Texts, check_table, read_toml

__all__ = ["USES", "MaterialPreset", "find_materials", "linear_color", "materials", "read_materials"]

USES = (
    "wall", "roof", "floor", "structure", "ceiling", "door", "frame", "shutter", "pane", "railing", "screen", "canopy",
    "fitting", "solar", "ground", "road", "kerb", "lawn", "pool", "water", "plant", "trunk",
)  # fmt: skip
_FILE = Path(__file__).with_name("materials.toml")
_FAMILIES: Mapping[str, TextureFamily] = MappingProxyType({family.name.lower(): family for family in TextureFamily})
_RULES: Mapping[str, Rule] = {
    "en": Texts(),
    "vi": Texts(),
    "srgb": HexColor(),
    "family": Choice(tuple(_FAMILIES)),
    "roughness": Number(0, 1),
    "metallic": Number(0, 1),
    "transmission": Number(0, 1),
    "uses": Texts(),
    "tint": Flag(),
}
_LEFT_OUT: Mapping[str, Any] = {"metallic": 0.0, "transmission": 0.0, "tint": False}


@dataclass(frozen=True, kw_only=True)
class MaterialPreset:
    """One material of the catalogue.

    Parameters
    ----------
    id, kind
        Its own id, and that of what it is one of: ``yin-yang-tile``, ``roofing``.
    names_en, names_vi
        What it is called, the name that is shown first.
    srgb
        Its mean colour, six hexadecimal digits.
    family, roughness, metallic, transmission
        As in :class:`archviz.core.material.Material`.
    uses
        Of :data:`USES`: where one would expect it.
    tint
        Whether it comes in any colour.
    generic
        Whether it stands for its kind: "timber" says less than "oak".
    """

    id: str
    kind: str
    names_en: tuple[str, ...]
    names_vi: tuple[str, ...]
    srgb: str
    family: TextureFamily
    roughness: float
    metallic: float
    transmission: float
    uses: tuple[str, ...]
    tint: bool
    generic: bool

    @property
    def name_en(self) -> str:
        """The English name."""
        return self.names_en[0]

    @property
    def name_vi(self) -> str:
        """The Vietnamese name."""
        return self.names_vi[0]

    @property
    def material(self) -> Material:
        """What light sees."""
        return Material(
            name=self.name_en,
            base_color=linear_color(self.srgb),
            family=self.family,
            roughness=self.roughness,
            metallic=self.metallic,
            transmission=self.transmission,
        )


def linear_color(srgb: str) -> tuple[float, float, float]:
    """Linear RGB of six hexadecimal sRGB digits."""
    r, g, b = srgb_to_linear(tuple(int(srgb[at : at + 2], 16) / 255 for at in (0, 2, 4)))
    return (float(r), float(g), float(b))


def read_materials(path: Path) -> Mapping[str, MaterialPreset]:
    """Read a catalogue, in its order.

    Raises
    ------
    FileFormatError
        The file is missing or is not TOML.
    OptionError
        A key is unknown or missing, a value is out of range, or an id stands twice; the message names it.
    """
    found: dict[str, MaterialPreset] = {}
    tables = read_toml(path)
    check_table(tables, dict.fromkeys(tables, Table()), source=path.name)
    for kind, rows in tables.items():
        for row, (key, table) in enumerate(rows.items()):
            source = f"{path.name} [{kind}.{key}]"
            if key in found:
                raise OptionError(f"{source}: {key!r} stands in [{found[key].kind}] too; keep one")
            given = {**_LEFT_OUT, **table} if isinstance(table, Mapping) else table
            values = check_table(given, _RULES, source=source)
            for name in ("en", "vi", "uses"):
                if not values[name]:
                    raise OptionError(f"{source}: {name} = [] is not accepted; give at least one")
            for use in values["uses"]:
                if use not in USES:
                    raise OptionError(f"{source}: uses holds {use!r}; accepted: {', '.join(USES)}")
            found[key] = MaterialPreset(
                id=key,
                kind=kind,
                names_en=tuple(values.pop("en")),
                names_vi=tuple(values.pop("vi")),
                uses=tuple(values.pop("uses")),
                family=_FAMILIES[values.pop("family")],
                generic=row == 0,
                **values,
            )
    return MappingProxyType(found)


@cache
def materials() -> Mapping[str, MaterialPreset]:
    """The catalogue by id, kind by kind."""
    return read_materials(_FILE)


def find_materials(text: str) -> tuple[MaterialPreset, ...]:
    """The materials of a kind, where ``text`` is its id; else those with a name where it begins a word.

    Vietnamese marks may be left out, and count where they are written.
    """
    part = _as_searched(text, text)
    of_kind = tuple(entry for entry in materials().values() if part == f" {entry.kind}")
    return of_kind or tuple(
        entry
        for entry in materials().values()
        if any(part in _as_searched(name, text) for name in (entry.id, *entry.names_en, *entry.names_vi))
    )


def _as_searched(name: str, text: str) -> str:
    """A name's words, a space before each; without marks where ``text`` has none."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name).casefold())
    return "".join(f" {fold_name(word) if text.isascii() else word}" for word in words)
