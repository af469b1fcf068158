"""The choices a user makes, and the request they amount to. Plain values: no widget, no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from types import MappingProxyType
from typing import Any

from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.render.request import DEFAULT_ENGINE, DEFAULT_LIGHTING, DEFAULT_VIEW, RenderRequest
from archviz.studio import Design
from archviz.ui.texts import Texts

__all__ = ["AUTO", "CITIES", "DEFAULTS", "City", "build_request", "choices_of", "parse_materials"]

AUTO = "auto"
OTHER = "other"


@dataclass(frozen=True)
class City:
    """A place that is offered by name: coordinates in degrees, north and east positive."""

    name: str
    latitude_deg: float
    longitude_deg: float
    utc_offset_h: float


# Coordinates of the city halls, rounded to 0.01 degrees: a kilometre, or 0.01 degrees of sun.
CITIES: Mapping[str, City] = MappingProxyType(
    {
        "ho-chi-minh": City("TP. Hồ Chí Minh", 10.78, 106.70, 7.0),
        "ha-noi": City("Hà Nội", 21.03, 105.85, 7.0),
        "da-nang": City("Đà Nẵng", 16.07, 108.22, 7.0),
        "hue": City("Huế", 16.46, 107.59, 7.0),
        "hoi-an": City("Hội An", 15.88, 108.33, 7.0),
        "da-lat": City("Đà Lạt", 11.94, 108.44, 7.0),
        "nha-trang": City("Nha Trang", 12.24, 109.19, 7.0),
        "can-tho": City("Cần Thơ", 10.03, 105.78, 7.0),
        "hai-phong": City("Hải Phòng", 20.86, 106.68, 7.0),
        "singapore": City("Singapore", 1.29, 103.85, 8.0),
        "bangkok": City("Bangkok", 13.75, 100.49, 7.0),
        "tokyo": City("Tokyo", 35.69, 139.69, 9.0),
    }
)
_FIRST_CITY = "ho-chi-minh"

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "view": DEFAULT_VIEW,
        "environment": "tropical-garden",
        "lighting": DEFAULT_LIGHTING,
        "use_sun": False,
        "city": _FIRST_CITY,
        "latitude": CITIES[_FIRST_CITY].latitude_deg,
        "longitude": CITIES[_FIRST_CITY].longitude_deg,
        "date": date(2025, 3, 21),
        "time": time(8, 30),
        "utc_offset": CITIES[_FIRST_CITY].utc_offset_h,
        "north": 0.0,
        "prompt": "",
        "materials": "",
        "size": AUTO,
        "seed": 0,
        "steps": AUTO,
        "geometry": "strict",
        "surroundings": "geometry",
        "engine": DEFAULT_ENGINE,
    }
)


def build_request(design: Design, choices: Mapping[str, Any], texts: Texts) -> RenderRequest:
    """The request that choices amount to.

    Parameters
    ----------
    design
        What the picture is made of; choices without a meaning for its kind are left out.
    choices
        A value for each key of :data:`DEFAULTS`.
    texts
        For the message about materials that cannot be read.

    Raises
    ------
    OptionError
        A value is not accepted.
    """
    fields: dict[str, Any] = {
        "input": design.path,
        "environment": choices["environment"],
        "lighting": None if choices["lighting"] == AUTO else choices["lighting"],
        "prompt": choices["prompt"].strip(),
        "size": None if choices["size"] == AUTO else Size.parse(choices["size"]),
        "seed": choices["seed"],
        "steps": None if choices["steps"] == AUTO else choices["steps"],
        "geometry": choices["geometry"],
        "engine": choices["engine"],
    }
    if design.kind != "text":
        fields["materials"] = parse_materials(choices["materials"], texts)
        fields["surroundings"] = choices["surroundings"]
    if design.kind == "model":
        fields["view"] = choices["view"]
    if choices["use_sun"]:
        offset = timezone(timedelta(hours=choices["utc_offset"]))
        fields["place"] = Place(latitude_deg=choices["latitude"], longitude_deg=choices["longitude"])
        fields["when"] = datetime.combine(choices["date"], choices["time"], tzinfo=offset)
        fields["north_deg"] = choices["north"]
    return RenderRequest(**fields)


def choices_of(request: RenderRequest) -> dict[str, Any]:
    """The choices that lead to a request: :func:`build_request` the other way round."""
    choices = dict(DEFAULTS)
    for key in ("view", "environment", "surroundings"):
        choices[key] = getattr(request, key) or DEFAULTS[key]
    for key in ("prompt", "seed", "geometry", "engine"):
        choices[key] = getattr(request, key)
    choices["lighting"] = request.lighting or (AUTO if request.when else DEFAULT_LIGHTING)
    choices["materials"] = "\n".join(f"{element} = {text}" for element, text in request.materials.items())
    choices["size"] = f"{request.size.width}x{request.size.height}" if request.size else AUTO
    choices["steps"] = request.steps or AUTO
    if request.place is not None and request.when is not None:
        offset = request.when.utcoffset() or timedelta()
        choices |= {
            "use_sun": True,
            "latitude": request.place.latitude_deg,
            "longitude": request.place.longitude_deg,
            "date": request.when.date(),
            "time": request.when.timetz().replace(tzinfo=None),
            "utc_offset": offset.total_seconds() / 3600,
            "north": request.north_deg or 0.0,
        }
        here = (choices["latitude"], choices["longitude"], choices["utc_offset"])
        named = (k for k, c in CITIES.items() if (c.latitude_deg, c.longitude_deg, c.utc_offset_h) == here)
        choices["city"] = next(named, OTHER)
    return choices


def parse_materials(text: str, texts: Texts) -> dict[str, str]:
    """Element -> material in words, from lines ``ELEMENT = TEXT``.

    Raises
    ------
    OptionError
        A line is of another form.
    """
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        element, equals, words = (part.strip() for part in line.partition("="))
        if not (element and equals and words):
            raise OptionError(texts("choice.material_unread", line=line))
        found[element] = words
    return found
