"""Lighting presets: sun, weather and lamps of a moment, with names and prompt words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from archviz.core.errors import OptionError
from archviz.presets.table import Flag, Number, Rule, Text, check_table, read_toml

__all__ = ["LightingPreset", "lighting", "lightings", "read_lightings"]

_FILE = Path(__file__).with_name("lightings.toml")


@dataclass(frozen=True, kw_only=True)
class LightingPreset:
    """One lighting; values are checked when the file is read.

    Parameters
    ----------
    id, name_en, name_vi
        The id on the command line, and what people read.
    prompt
        Short English phrases, comma separated.
    sun_altitude_deg
        Altitude of the sun, or of the moon where ``moon`` is set, without a place [degrees].
    sun_azimuth_from_view_deg
        Its azimuth minus the view direction's: + to the right, 180 behind the photographer [degrees].
    hour
        Local solar time on 21 March where a place is given [hours].
    haze, cloud_cover, wetness
        0 to 1.
    lamps
        Whether street and garden lamps are on.
    window_lit_share
        Share of windows that are lit, 0 to 1.
    exposure_ev
        Correction of the exposure [stops].
    moon
        Whether the direct light is the moon's.
    """

    id: str
    name_en: str
    name_vi: str
    prompt: str
    sun_altitude_deg: float
    sun_azimuth_from_view_deg: float
    hour: float
    haze: float
    cloud_cover: float
    wetness: float
    lamps: bool
    window_lit_share: float
    exposure_ev: float
    moon: bool


_RULES: Mapping[str, Rule] = {
    "name_en": Text(60),
    "name_vi": Text(60),
    "prompt": Text(240),
    "sun_altitude_deg": Number(-18, 90),
    "sun_azimuth_from_view_deg": Number(-180, 180),
    "hour": Number(0, 24),
    "haze": Number(0, 1),
    "cloud_cover": Number(0, 1),
    "wetness": Number(0, 1),
    "lamps": Flag(),
    "window_lit_share": Number(0, 1),
    "exposure_ev": Number(-4, 4),
    "moon": Flag(),
}


def read_lightings(path: Path) -> Mapping[str, LightingPreset]:
    """Read a lightings file, in its order.

    Raises
    ------
    FileFormatError
        The file is missing or is not TOML.
    OptionError
        A key is unknown or missing, or a value is out of range; the message names it.
    """
    return MappingProxyType(
        {
            key: LightingPreset(id=key, **check_table(table, _RULES, source=f"{path.name} [{key}]"))
            for key, table in read_toml(path).items()
        }
    )


@cache
def lightings() -> Mapping[str, LightingPreset]:
    """The lighting presets by id, in the order they are shown."""
    return read_lightings(_FILE)


def lighting(preset_id: str) -> LightingPreset:
    """One lighting preset.

    Raises
    ------
    OptionError
        There is no such preset; the message lists the ids.
    """
    try:
        return lightings()[preset_id]
    except KeyError:
        raise OptionError(f"lighting {preset_id!r} is not known; choose one of {', '.join(lightings())}") from None
