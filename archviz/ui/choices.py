"""The choices a user makes, and the request they amount to. Plain values: no widget, no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from types import MappingProxyType
from typing import Any

from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.diffusion import engine_specs
from archviz.lighting.solar import aware_time
from archviz.presets import City, cities, city
from archviz.render.request import DEFAULT_ENGINE, DEFAULT_LIGHTING, DEFAULT_VIEW, InputKind, RenderRequest
from archviz.sketch.adjustments import Adjustments
from archviz.studio import Design
from archviz.ui.texts import Texts

__all__ = [
    "AUTO",
    "CITIES",
    "DEFAULTS",
    "OWN_VIEW",
    "UNITS",
    "UP_AXES",
    "build_request",
    "carry_over",
    "choices_of",
    "defaults_for",
    "offset_hours",
    "parse_materials",
]

AUTO = "auto"
OTHER = "other"
# In place of a view preset: the camera that was set up in the viewer.
OWN_VIEW = "own"
UNITS = (AUTO, "mm", "cm", "m", "in", "ft")
UP_AXES = (AUTO, "y", "z")

CITIES: Mapping[str, City] = MappingProxyType({entry.label: entry for entry in cities()})
_FIRST_CITY = city("Ho Chi Minh City")

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "view": DEFAULT_VIEW,
        "camera": None,
        "unit": AUTO,
        "up": AUTO,
        "hide": (),
        "show": (),
        # Pairs of element and class: what a page keeps cannot be changed in its place.
        "classes": (),
        "adjustments": Adjustments(),
        "environment": "tropical-garden",
        "lighting": DEFAULT_LIGHTING,
        "use_sun": False,
        "city": _FIRST_CITY.label,
        "latitude": _FIRST_CITY.latitude_deg,
        "longitude": _FIRST_CITY.longitude_deg,
        "date": date(2025, 3, 21),
        "time": time(8, 30),
        "utc_offset": 7.0,
        # Nothing: as the file says.
        "north": None,
        "prompt": "",
        "materials": "",
        "size": AUTO,
        "seed": 0,
        "steps": AUTO,
        "geometry": "strict",
        "control": 1.0,
        "min_fidelity": AUTO,
        "as_view": False,
        "surroundings": "geometry",
        "engine": DEFAULT_ENGINE,
    }
)
# Choices that the user's words may make where they are open.
_BY_WORDS = ("environment", "lighting")
# Choices about one design, which say nothing of another.
_OF_ONE_DESIGN = ("camera", "unit", "up", "hide", "show", "classes", "north", "adjustments", "as_view")


def defaults_for(kind: InputKind) -> dict[str, Any]:
    """The choices that a kind of design begins with: where there are only words, they choose."""
    return {**DEFAULTS, **(dict.fromkeys(_BY_WORDS, AUTO) if kind == "text" else {})}


def carry_over(choices: Mapping[str, Any], kind: InputKind) -> dict[str, Any]:
    """Choices made for one design, for a new one: what stands at another kind's default takes the kind's own."""
    own, other = defaults_for(kind), defaults_for("model" if kind == "text" else "text")
    # A light that follows the sun is not the words' to choose.
    swapped = [name for name in _BY_WORDS if not (name == "lighting" and choices["use_sun"])]
    fresh = {name: own[name] for name in _OF_ONE_DESIGN}
    if choices["view"] == OWN_VIEW:
        fresh["view"] = own["view"]
    return {**choices, **fresh, **{name: own[name] for name in swapped if choices[name] == other[name]}}


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
        "environment": None if choices["environment"] == AUTO else choices["environment"],
        "lighting": None if choices["lighting"] == AUTO else choices["lighting"],
        "prompt": choices["prompt"].strip(),
        "size": None if choices["size"] == AUTO else Size.parse(choices["size"]),
        "seed": choices["seed"],
        "steps": None if choices["steps"] == AUTO else choices["steps"],
        "geometry": choices["geometry"],
        "surroundings": choices["surroundings"],
        "engine": choices["engine"],
    }
    if choices["control"] != DEFAULTS["control"]:
        fields["control_scales"] = dict.fromkeys(engine_specs()[choices["engine"]].controls, choices["control"])
    if design.kind != "text":
        fields["materials"] = parse_materials(choices["materials"], texts)
    if design.kind == "model":
        fields |= _model_fields(choices)
    if design.kind == "sketch":
        fields["adjustments"] = replace(choices["adjustments"], shows="view" if choices["as_view"] else "auto")
    if design.kind != "text":
        fields["min_fidelity"] = None if choices["min_fidelity"] == AUTO else choices["min_fidelity"]
    if choices["use_sun"]:
        named = CITIES.get(choices["city"])
        # A city brings its clock, as on the command line; elsewhere the offset is the user's own.
        offset = None if named else timezone(timedelta(hours=choices["utc_offset"]))
        here = Place(latitude_deg=choices["latitude"], longitude_deg=choices["longitude"])
        fields["place"] = named.place if named else here
        fields["when"] = datetime.combine(choices["date"], choices["time"], tzinfo=offset)
    if choices["use_sun"] or design.kind == "model":
        # A model may bring a place of its own.
        fields["north_deg"] = choices["north"]
    return RenderRequest(**fields)


def _model_fields(choices: Mapping[str, Any]) -> dict[str, Any]:
    """The request's fields that only a model has."""
    own = choices["view"] == OWN_VIEW and choices["camera"] is not None
    return {
        "view": None if own else DEFAULTS["view"] if choices["view"] == OWN_VIEW else choices["view"],
        "camera": choices["camera"] if own else None,
        "unit": None if choices["unit"] == AUTO else choices["unit"],
        "up": None if choices["up"] == AUTO else choices["up"],
        "hide": choices["hide"],
        "show": choices["show"],
        "classes": dict(choices["classes"]),
    }


def choices_of(request: RenderRequest) -> dict[str, Any]:
    """The choices that lead to a request: :func:`build_request` the other way round."""
    choices = dict(DEFAULTS)
    for key in ("view", "surroundings"):
        choices[key] = getattr(request, key) or DEFAULTS[key]
    if request.camera is not None:
        choices |= {"view": OWN_VIEW, "camera": request.camera}
    for key in (*_BY_WORDS, "unit", "up"):
        choices[key] = getattr(request, key) or AUTO
    for key in ("hide", "show", "adjustments", "prompt", "seed", "geometry", "engine"):
        choices[key] = getattr(request, key)
    choices["classes"] = tuple(request.classes.items())
    choices["north"] = request.north_deg
    choices["materials"] = "\n".join(f"{element} = {text}" for element, text in request.materials.items())
    choices["size"] = f"{request.size.width}x{request.size.height}" if request.size else AUTO
    choices["steps"] = request.steps or AUTO
    choices["control"] = next(iter(request.control_scales.values()), DEFAULTS["control"])
    choices["as_view"] = request.adjustments.shows == "view"
    choices["min_fidelity"] = AUTO if request.min_fidelity is None else request.min_fidelity
    if request.place is not None and request.when is not None:
        named = CITIES.get(request.place.name or "")
        kept = named is not None and named.place == request.place and request.when.tzinfo is None
        choices |= {
            "use_sun": True,
            "city": request.place.name if kept else OTHER,
            "latitude": request.place.latitude_deg,
            "longitude": request.place.longitude_deg,
            "date": request.when.date(),
            "time": request.when.timetz().replace(tzinfo=None),
            "utc_offset": offset_hours(request.place, request.when),
        }
    return choices


def offset_hours(place: Place, when: datetime) -> float:
    """How far the clock of a moment is from universal time [hours]."""
    return (aware_time(place, when).utcoffset() or timedelta()) / timedelta(hours=1)


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
