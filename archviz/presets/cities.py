"""Cities of the world: where they lie and which clock they keep."""

from __future__ import annotations

import csv
import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.place import Place

__all__ = ["City", "cities", "city", "find_cities", "fold_name", "read_cities"]

_FILE = Path(__file__).with_name("cities.csv")
_COLUMNS = ("name", "country", "latitude_deg", "longitude_deg", "time_zone", "also")
_NEAREST = 4  # names offered for one that is unknown
# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i"})


@dataclass(frozen=True, kw_only=True)
class City:
    """One city.

    Parameters
    ----------
    name
        In English.
    country
        ISO 3166 code of two letters.
    latitude_deg, longitude_deg
        Of its centre, to 0.01 degrees; north and east positive.
    time_zone
        IANA name.
    also
        Other spellings, the local one first.

    Raises
    ------
    OptionError
        A value is not accepted.
    """

    name: str
    country: str
    latitude_deg: float
    longitude_deg: float
    time_zone: str
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not fold_name(self.name):
            raise OptionError(f"city name {self.name!r} has no letter; give its English name")
        if not (len(self.country) == 2 and self.country.isascii() and self.country.isupper()):
            raise OptionError(f"country {self.country!r} is not accepted; give an ISO 3166 code such as VN")
        if "/" not in self.time_zone:
            raise OptionError(f"time zone {self.time_zone!r} is not accepted; give an IANA name such as Asia/Tokyo")
        _ = self.place  # refuses coordinates off the globe

    @property
    def label(self) -> str:
        """Name and country, as ``--city`` reads them back: ``San Jose, CR``."""
        return f"{self.name}, {self.country}"

    @property
    def place(self) -> Place:
        """Where it is, with its time zone."""
        return Place(
            latitude_deg=self.latitude_deg,
            longitude_deg=self.longitude_deg,
            time_zone=self.time_zone,
            name=self.label,
        )


def fold_name(text: str) -> str:
    """Letters and digits alone, without marks and case: ``Đà Lạt`` and ``dalat`` become the same."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(character for character in plain if character.isalnum())


def read_cities(path: Path) -> tuple[City, ...]:
    """Read a table of cities, in its order.

    Raises
    ------
    FileFormatError
        The file is missing, or is not such a table.
    OptionError
        A value is not accepted, or a city stands twice; the message names file and line.
    """
    found: dict[tuple[str, str], City] = {}
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines(), strict=True))
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}; reinstall archviz or give a table of cities") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise FileFormatError(f"{path}: not a CSV table ({error}); correct the file") from error
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise FileFormatError(f"{path}: the first line is not {','.join(_COLUMNS)}; correct the file")
    for number, row in enumerate(rows[1:], start=2):
        source = f"{path.name} line {number}"
        if len(row) != len(_COLUMNS):
            raise OptionError(f"{source}: {len(row)} values; give {len(_COLUMNS)}: {', '.join(_COLUMNS)}")
        name, country, latitude, longitude, time_zone, also = row
        try:
            entry = City(
                name=name,
                country=country,
                latitude_deg=float(latitude),
                longitude_deg=float(longitude),
                time_zone=time_zone,
                also=tuple(filter(None, also.split(";"))),
            )
        except (ValueError, OptionError) as error:
            raise OptionError(f"{source}: {error}") from error
        if (fold_name(name), country) in found:
            raise OptionError(f"{source}: {entry.label} stands twice; keep one")
        found[fold_name(name), country] = entry
    return tuple(found.values())


@cache
def cities() -> tuple[City, ...]:
    """Every city, Vietnam's first."""
    return read_cities(_FILE)


def city(text: str) -> City:
    """The city of a name, in any of its spellings, with or without marks and case.

    Parameters
    ----------
    text
        ``da lat``, ``Thành phố Hồ Chí Minh``, or with the country ``San Jose, CR``.

    Raises
    ------
    OptionError
        No city has the name, which the nearest names follow, or several have, which are listed.
    """
    name, comma, country = text.rpartition(",")
    named = _by_name().get(fold_name(name if comma else text), ())
    found = [entry for entry in named if not comma or entry.country.casefold() == country.strip().casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        choices = " or ".join(f'"{entry.label}"' for entry in found)
        raise OptionError(f"city {text!r} is the name of {len(found)} cities; give {choices}")
    near = list(named)
    for key in difflib.get_close_matches(fold_name(name if comma else text), _by_name(), n=_NEAREST):
        near += [entry for entry in _by_name()[key] if entry not in near]
    advice = "the nearest are " + "; ".join(entry.label for entry in near[:_NEAREST]) if near else "none is near"
    raise OptionError(f"city {text!r} is not known, {advice}; archviz cities lists all, --place takes any LAT,LON")


def find_cities(text: str) -> tuple[City, ...]:
    """The cities of a country, where ``text`` is its code; else those one of whose spellings holds ``text``."""
    part = fold_name(text)
    of_country = tuple(entry for entry in cities() if part == entry.country.casefold())
    return of_country or tuple(
        entry for entry in cities() if any(part in fold_name(name) for name in (entry.name, *entry.also))
    )


@cache
def _by_name() -> Mapping[str, tuple[City, ...]]:
    named: dict[str, tuple[City, ...]] = {}
    for entry in cities():
        for key in dict.fromkeys(fold_name(name) for name in (entry.name, *entry.also)):
            named[key] = (*named.get(key, ()), entry)
    return MappingProxyType(named)
