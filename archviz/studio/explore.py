"""Grids over two settings: what a parameter does, seen by all its values beside each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

from archviz.core.errors import OptionError
from archviz.diffusion import engine_specs
from archviz.render.request import RenderRequest
from archviz.studio.sets import Cell

__all__ = ["AXES", "MOST_CELLS", "Axis", "AxisName", "grid_cells", "parse_values"]

AxisName = Literal["seed", "words", "control", "steps", "environment", "hour"]
AXES: tuple[AxisName, ...] = get_args(AxisName)
_AS_TRAINED = 1.0
# On a laptop a grid of this many is a coffee break.
MOST_CELLS = 64


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One setting and the values it takes.

    Parameters
    ----------
    name
        ``words`` are added to the prompt; ``control`` is the strength of every control of the engine, 0 to 2;
        ``hour`` is a time of the request's day.
    values
        At least one, each once.

    Raises
    ------
    OptionError
        A value is given twice, or there is none.
    """

    name: AxisName
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise OptionError(f"{self.name}: no value is given; give at least one")
        for value in self.values:
            if self.values.count(value) > 1:
                raise OptionError(f"{self.name} {value!r} is given twice; give each one once")


def grid_cells(base: RenderRequest, rows: Axis, columns: Axis) -> tuple[Cell, ...]:
    """The pictures of a grid, row by row.

    Raises
    ------
    OptionError
        Both axes are one setting, there are more than 64 pictures, or a value does not fit the request.
    """
    if rows.name == columns.name:
        raise OptionError(f"{rows.name} is given for rows and columns; give two settings")
    count = len(rows.values) * len(columns.values)
    if count > MOST_CELLS:
        raise OptionError(f"a grid of {count} pictures is too large; give fewer values, up to {MOST_CELLS} pictures")
    cells = []
    for row, column in itertools.product(rows.values, columns.values):
        request = _SETTERS[columns.name](_SETTERS[rows.name](base, row), column)
        cells.append(Cell(labels={rows.name: _label(row), columns.name: _label(column)}, request=request))
    return tuple(cells)


def _label(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%H:%M")
    return f"{value:g}" if isinstance(value, float) else str(value) or "—"


def _set_words(request: RenderRequest, words: str) -> RenderRequest:
    return replace(request, prompt=", ".join(filter(None, (request.prompt, words))))


def _set_control(request: RenderRequest, strength: float) -> RenderRequest:
    controls = () if strength == _AS_TRAINED else engine_specs()[request.engine].controls
    return replace(request, control_scales=dict.fromkeys(controls, strength))


def _set_hour(request: RenderRequest, hour: datetime) -> RenderRequest:
    if request.place is None:
        raise OptionError(f"hour {hour:%H:%M}: the sun stands over a place; give one under Place and time")
    return replace(request, when=hour, lighting=None)


_SETTERS: Mapping[AxisName, Callable[[RenderRequest, Any], RenderRequest]] = MappingProxyType(
    {
        "seed": lambda request, seed: replace(request, seed=seed),
        "words": _set_words,
        "control": _set_control,
        "steps": lambda request, steps: replace(request, steps=steps),
        "environment": lambda request, environment: replace(request, environment=environment),
        "hour": _set_hour,
    }
)


def parse_values(name: AxisName, text: str, *, day: datetime | None = None) -> tuple[Any, ...]:
    """The values of an axis from a line, divided by commas; of ``words`` by semicolons, since words hold commas.

    Parameters
    ----------
    name
        The setting.
    text
        Such as ``0, 1, 2``, ``0.5, 1``, ``8:00, 17:30`` or ``brick; timber``.
    day
        Of the hours.

    Raises
    ------
    OptionError
        A value is of another form.
    """
    parts: Sequence[str] = [part.strip() for part in text.split(";" if name == "words" else ",")]
    if name != "words":
        parts = [part for part in parts if part]
    try:
        if name in ("seed", "steps"):
            return tuple(int(part) for part in parts)
        if name == "control":
            return tuple(float(part) for part in parts)
        if name == "hour":
            begun = day or datetime(2025, 3, 21)
            clocks = [datetime.strptime(part, "%H:%M").time() for part in parts]
            return tuple(datetime.combine(begun.date(), clock, begun.tzinfo) for clock in clocks)
    except ValueError as error:
        raise OptionError(f"{name} {text!r} cannot be read; write values such as {_EXAMPLES[name]}") from error
    return tuple(parts)


_EXAMPLES: Mapping[AxisName, str] = MappingProxyType(
    {"seed": "0, 1, 2", "steps": "1, 2, 4, 8", "control": "0.5, 1, 1.5", "hour": "8:00, 12:00, 17:30"}
)
