"""From words on the command line to values of a request."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.presets import city
from archviz.render.request import RenderRequest
from archviz.sketch.adjustments import Adjustments, damage_from_mask

__all__ = [
    "adjustments_from",
    "classes_from",
    "parse_date",
    "parse_list",
    "parse_north",
    "parse_number",
    "parse_place",
    "parse_time",
    "parse_when",
    "place_from",
    "request_from",
]

# Options of `render` and of `maps` whose words a request takes as they are.
_AS_GIVEN = (
    "engine",
    "few_step",
    "environment",
    "lighting",
    "view",
    "surroundings",
    "prompt",
    "geometry",
    "unit",
    "up",
    "device",
    "author",
)


def parse_place(text: str) -> Place:
    """Read ``LAT,LON``.

    Raises
    ------
    OptionError
        It is not two numbers on the globe.
    """
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise OptionError(
            f"place {text!r} cannot be read; give LAT,LON in degrees, for example 10.82,106.63, or a city with --city"
        ) from None
    return Place(latitude_deg=latitude, longitude_deg=longitude)


def place_from(options: argparse.Namespace) -> Place | None:
    """The place of ``--place`` or ``--city``; ``None`` where neither is given.

    Raises
    ------
    OptionError
        Both are given, or one cannot be read.
    """
    if options.place and options.city:
        raise OptionError(f"place {options.place!r} and city {options.city!r} are both given; give one of them")
    if options.city:
        return city(options.city).place
    return parse_place(options.place) if options.place else None


def parse_date(text: str) -> date:
    """Read a day.

    Raises
    ------
    OptionError
        It is not a calendar date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise OptionError(f"date {text!r} is not a day; write YYYY-MM-DD, for example 2025-06-21") from None


def parse_north(text: str) -> float:
    """Read an azimuth of true north [degrees].

    Raises
    ------
    OptionError
        It is not a number from -360 to 360.
    """
    north: float = parse_number("north", text, float)
    if not -360.0 <= north <= 360.0:
        raise OptionError(f"north {north:g} is not accepted; give degrees from -360 to 360")
    return north


def parse_list(option: str, text: str | None) -> tuple[str, ...]:
    """Read ``a,b,c``; nothing from ``None``.

    Raises
    ------
    OptionError
        An entry is empty.
    """
    if text is None:
        return ()
    words = tuple(word.strip() for word in text.split(","))
    if not all(words):
        raise OptionError(f"{option} {text!r} has an empty entry; write entries with a comma between, such as a,b")
    return words


def parse_number(option: str, text: str, kind: type[int] | type[float]) -> Any:
    """Read a number.

    Raises
    ------
    OptionError
        It is none, or not a whole one where ``kind`` is int.
    """
    try:
        return kind(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise OptionError(f"{option} {text!r} cannot be read; give {wanted}") from None


def parse_time(text: str) -> time:
    """Read an hour of a day; without an offset it is local time, which a place's time zone completes later.

    Raises
    ------
    OptionError
        It is not HH:MM.
    """
    # "06" alone would be ISO 8601 as well, and may be a mistyped number.
    if ":" in text:
        try:
            return time.fromisoformat(text)
        except ValueError:
            pass
    raise OptionError(f"hours {text!r} cannot be read; write HH:MM, for example 06:00,09:30") from None


def parse_when(text: str) -> datetime:
    """Read a moment; without an offset it is local time, which a place's time zone completes later.

    Raises
    ------
    OptionError
        It is not ISO 8601.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise OptionError(
            f"when {text!r} cannot be read; write date, time and offset, for example 2025-06-21T15:30+07:00"
        ) from None


def adjustments_from(options: argparse.Namespace) -> Adjustments:
    """What the options want of a drawing.

    Raises
    ------
    InputError
        A value cannot be read or is not accepted.
    """
    fields: dict[str, Any] = {"paper": options.paper, "notes": options.notes, "shows": options.shows}
    fields["page"] = parse_number("page", options.page, int)
    fields["turn_deg"] = parse_number("turn", options.turn, float)
    if options.corners is not None:
        parts = parse_list("corners", options.corners)
        if len(parts) != 8:
            raise OptionError(
                f"corners {options.corners!r} cannot be read; give X,Y of four corners, such as 0.1,0.1,0.9,0.1,1,1,0,1"
            )
        shares = [parse_number("corners", part, float) for part in parts]
        fields["corners"] = tuple(zip(shares[::2], shares[1::2], strict=True))
    if options.crop is not None:
        parts = parse_list("crop", options.crop)
        if len(parts) != 4:
            raise OptionError(f"crop {options.crop!r} cannot be read; give LEFT,TOP,RIGHT,BOTTOM, such as 0.1,0,0.9,1")
        fields["crop"] = tuple(parse_number("crop", part, float) for part in parts)
    if options.repair == "auto":
        fields["repair"] = True
    elif options.repair is not None:
        fields["damage"] = damage_from_mask(Path(options.repair))
    return Adjustments(**fields)


def classes_from(options: argparse.Namespace) -> dict[str, Any]:
    """Element -> class of ``--class``; which classes there are is the request's to know.

    Raises
    ------
    OptionError
        A word is not NAME=CLASS.
    """
    # Where a name stands twice, the last one counts, after all others.
    classes: dict[str, Any] = {}
    for name, value in _pairs("class", options.classes, "NAME=CLASS"):
        classes.pop(name, None)
        classes[name] = value
    return classes


def request_from(options: argparse.Namespace) -> RenderRequest:
    """The request of ``render`` or ``maps``.

    Raises
    ------
    InputError
        A value cannot be read or is not accepted.
    """
    fields: dict[str, Any] = {name: getattr(options, name) for name in _AS_GIVEN if hasattr(options, name)}
    fields["input"] = Path(options.input) if options.input else None
    fields["camera"] = Camera.load(Path(options.camera)) if options.camera else None
    fields["place"] = place_from(options)
    fields["when"] = parse_when(options.when) if options.when else None
    fields["north_deg"] = parse_north(options.north) if options.north is not None else None
    fields["size"] = Size.parse(options.size) if options.size else None
    fields["seed"] = parse_number("seed", options.seed, int)
    fields["materials"] = dict(_pairs("material", options.material, "ELEMENT=TEXT"))
    fields["hide"], fields["show"] = tuple(options.hide), tuple(options.show)
    fields["classes"] = classes_from(options)
    fields["adjustments"] = adjustments_from(options)
    if getattr(options, "steps", None) is not None:
        fields["steps"] = parse_number("steps", options.steps, int)
    if getattr(options, "min_fidelity", None) is not None:
        fields["min_fidelity"] = parse_number("min-fidelity", options.min_fidelity, float)
    if getattr(options, "weights", None):
        fields["weights"] = Path(options.weights)
    if getattr(options, "control", None):
        pairs = _pairs("control", options.control, "NAME=SCALE")
        fields["control_scales"] = {name: parse_number(f"control {name}", scale, float) for name, scale in pairs}
    return RenderRequest(**fields)


def _pairs(option: str, words: Sequence[str], form: str) -> list[tuple[str, str]]:
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise OptionError(f"{option} {word!r} cannot be read; write {form}")
        pairs.append((name.strip(), value.strip()))
    return pairs
