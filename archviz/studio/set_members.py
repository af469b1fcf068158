"""What a light set holds: the combinations of its axes, each a request with a name that a person can read."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from archviz.core.errors import OptionError
from archviz.render.request import RenderRequest

__all__ = ["MOST_PICTURES", "Choice", "LightSet", "Member"]

MOST_PICTURES = 1000
# In a file name, of a design's: the other parts, a number and a suffix stay well under a file system's 255 bytes.
_DESIGN_CHARACTERS = 40


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value of one axis.

    Parameters
    ----------
    label
        As it is written on the contact sheet and in the manifest.
    name
        As it stands in file names.
    fields
        Fields of the request that it sets.
    """

    label: str
    name: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Member:
    """One picture of a set.

    Parameters
    ----------
    file
        Name of the picture's file; no other member has it, whatever the case of its letters.
    labels
        Axis -> the choice's label.
    request
        What ``render`` would be asked for.
    """

    file: str
    labels: Mapping[str, str]
    request: RenderRequest


@dataclass(frozen=True, kw_only=True)
class LightSet:
    """Every combination of what is given; an axis without values keeps what ``base`` has.

    Parameters
    ----------
    base
        What all pictures share.
    inputs
        Designs: 3D models or drawings; none for words alone.
    environments, views
        Preset ids.
    lightings, hours
        Preset ids, or moments of the light in their place; one of the two is given.
    seeds
        Seeds.

    Raises
    ------
    OptionError
        A value is given twice, there is no light or both kinds of it, or there are more than 1000
        pictures.
    """

    base: RenderRequest
    inputs: tuple[Path, ...] = ()
    environments: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    lightings: tuple[str, ...] = ()
    hours: tuple[datetime, ...] = ()
    seeds: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not (self.lightings or self.hours):
            raise OptionError("a light set needs lights; give lightings such as noon,sunset or hours of a day")
        if self.hours and (self.lightings or self.base.when is not None):
            given = f"when {self.base.when.isoformat()}" if self.base.when else f"lighting {','.join(self.lightings)}"
            raise OptionError(f"{given} and hours are both given; hours stand in place of it, give one of them")
        axes: dict[str, list[str]] = {
            "input": [str(path) for path in self.inputs],
            "environment": [*self.environments],
            "view": [*self.views],
            "lighting": [*self.lightings],
            "hour": [hour.isoformat() for hour in self.hours],
            "seed": [str(seed) for seed in self.seeds],
        }
        count = math.prod(max(1, len(values)) for values in axes.values())
        if count > MOST_PICTURES:
            raise OptionError(f"a set of {count} pictures is too large; give fewer choices, up to {MOST_PICTURES}")
        for axis, values in axes.items():
            for value in values:
                if values.count(value) > 1:
                    raise OptionError(f"{axis} {value} is given twice; give each one once")

    def axes(self) -> dict[str, tuple[Choice, ...]]:
        """The axes that values were given for, in the order of their product."""
        names = _design_names(self.inputs)
        days = {moment.date() for moment in self.hours}
        axes = {
            "design": tuple(
                Choice(label=name, name=name, fields={"input": path})
                for name, path in zip(names, self.inputs, strict=True)
            ),
            "environment": _presets("environment", self.environments),
            "view": _presets("view", self.views),
            "lighting": _presets("lighting", self.lightings),
            "hour": tuple(_hour(moment, dated=len(days) > 1) for moment in self.hours),
            "seed": tuple(Choice(label=f"seed {s}", name=f"seed{s}", fields={"seed": s}) for s in self.seeds),
        }
        return {axis: choices for axis, choices in axes.items() if choices}

    def members(self) -> tuple[Member, ...]:
        """The pictures of the set.

        Raises
        ------
        OptionError
            Two choices contradict each other, such as a view and a camera.
        """
        axes = self.axes()
        members = []
        for chosen in itertools.product(*axes.values()):
            fields = {name: value for choice in chosen for name, value in choice.fields.items()}
            members.append(
                Member(
                    # No part holds the sign that joins them, so that no two pictures share a name.
                    file="_".join(choice.name for choice in chosen) + ".png",
                    labels={axis: choice.label for axis, choice in zip(axes, chosen, strict=True)},
                    request=replace(self.base, **fields),
                )
            )
        return tuple(members)


def _presets(field: str, ids: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(label=i, name=i, fields={field: i}) for i in ids)


def _hour(moment: datetime, *, dated: bool) -> Choice:
    clock = moment.timetz().isoformat("seconds" if moment.second else "minutes")
    label = f"{moment.date().isoformat()} {clock}" if dated else clock
    return Choice(label=label, name=label.replace(":", "").replace(" ", "-"), fields={"when": moment})


def _design_names(inputs: tuple[Path, ...]) -> list[str]:
    """A name for each design, from its file; a number tells those apart that differ in folder or ending alone."""
    names: list[str] = []
    taken: set[str] = set()
    for path in inputs:
        stem = unicodedata.normalize("NFC", path.stem)
        plain = re.sub(r"[\W_]+", "-", stem)[:_DESIGN_CHARACTERS].strip("-") or "design"
        numbered = (plain if number == 1 else f"{plain}-{number}" for number in itertools.count(1))
        name = next(name for name in numbered if name.casefold() not in taken)
        taken.add(name.casefold())
        names.append(name)
    return names
