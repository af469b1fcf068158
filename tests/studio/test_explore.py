"""Grids over two settings: which requests they are, and what is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.render import RenderRequest
from archviz.studio.explore import AXES, Axis, AxisName, grid_cells, parse_values

BASE = RenderRequest(prompt="white walls", environment="park", lighting="noon", seed=5, steps=3)
SUNNY = RenderRequest(place=Place(latitude_deg=10.8, longitude_deg=106.6), when=datetime(2026, 6, 21, 9))


def test_every_picture_differs_in_the_two_settings_alone() -> None:
    cells = grid_cells(BASE, Axis(name="seed", values=(0, 1)), Axis(name="steps", values=(1, 2, 4)))
    assert [dict(c.labels) for c in cells] == [
        {"seed": str(seed), "steps": str(steps)} for seed in (0, 1) for steps in (1, 2, 4)
    ]
    assert [c.request for c in cells] == [
        RenderRequest(**{**vars(BASE), "seed": seed, "steps": steps}) for seed in (0, 1) for steps in (1, 2, 4)
    ]


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("words", "red brick", {"prompt": "white walls, red brick"}),
        ("words", "", {}),
        ("control", 0.5, {"control_scales": {"stack": 0.5}}),
        ("environment", "snow", {"environment": "snow"}),
    ],
)
def test_what_a_value_changes(name: AxisName, value: Any, changed: dict[str, Any]) -> None:
    (cell,) = grid_cells(BASE, Axis(name=name, values=(value,)), Axis(name="seed", values=(5,)))
    assert cell.request == RenderRequest(**{**vars(BASE), **changed})
    assert all(cell.labels.values()), "no label is empty"


def test_the_control_of_every_engine_is_its_own() -> None:
    base = RenderRequest(engine="sd15")
    (cell,) = grid_cells(base, Axis(name="control", values=(1.5,)), Axis(name="seed", values=(0,)))
    assert cell.request.control_scales == {"depth": 1.5, "edges": 1.5}


def test_hours_are_of_the_day_and_place() -> None:
    hours = parse_values("hour", "8:00, 17:30", day=SUNNY.when)
    cells = grid_cells(SUNNY, Axis(name="hour", values=hours), Axis(name="seed", values=(0,)))
    assert [c.request.when for c in cells] == [datetime(2026, 6, 21, 8), datetime(2026, 6, 21, 17, 30)]
    assert [c.labels["hour"] for c in cells] == ["08:00", "17:30"]
    with pytest.raises(OptionError, match="hour 08:00: the sun stands over a place"):
        grid_cells(BASE, Axis(name="hour", values=hours), Axis(name="seed", values=(0,)))


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("seed", " 0,1 ,, 22 ", (0, 1, 22)), ("steps", "1, 4", (1, 4)), ("control", "0.5,1", (0.5, 1.0)),
        ("words", "; timber, dark; brick", ("", "timber, dark", "brick")), ("seed", "", ()),
    ],
)  # fmt: skip
def test_values_are_read(name: AxisName, text: str, values: tuple[Any, ...]) -> None:
    assert parse_values(name, text) == values


@pytest.mark.parametrize(("name", "text"), [("seed", "x"), ("steps", "1.5"), ("control", "a lot"), ("hour", "25:00")])
def test_other_values_are_refused(name: AxisName, text: str) -> None:
    with pytest.raises(OptionError, match=f"{name} '{text}' cannot be read; write values such as"):
        parse_values(name, text)


def test_other_grids_are_refused() -> None:
    seeds = Axis(name="seed", values=tuple(range(9)))
    with pytest.raises(OptionError, match="rows and columns; give two settings"):
        grid_cells(BASE, seeds, seeds)
    with pytest.raises(OptionError, match="grid of 72 pictures is too large"):
        grid_cells(BASE, seeds, Axis(name="steps", values=tuple(range(1, 9))))
    for values, said in (((), "no value"), ((1, 2, 1), "seed 1 is given twice")):
        with pytest.raises(OptionError, match=said):
            Axis(name="seed", values=values)
    with pytest.raises(OptionError, match="control stack=3 is not accepted"):
        grid_cells(BASE, Axis(name="control", values=(3.0,)), Axis(name="seed", values=(0,)))
    assert set(AXES) == {"seed", "words", "control", "steps", "environment", "hour"}
