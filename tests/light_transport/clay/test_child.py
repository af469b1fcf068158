"""The path tracer's process: its end is a failure of one picture, and the next one is made."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from archviz.core.errors import InternalError
from archviz.light_transport.clay.child import tracer
from archviz.light_transport.clay.surfaces import SurfaceGroup
from archviz.lighting.daylight import Weather, daylight
from tests.light_transport.clay.test_tracing import ABOVE, GROUND, traced
from tests.light_transport.scenes import build

OVERCAST = daylight(None, Weather(cloud_cover=1.0))


def test_its_death_fails_the_picture_and_the_next_one_is_the_same_as_ever() -> None:
    scene = build([GROUND])
    first = traced(scene, ABOVE, OVERCAST, passes=1)
    died = tracer().process
    assert died is not None and died.pid != os.getpid()

    def kill(_done: int, _of: int) -> None:
        os.kill(died.pid, signal.SIGSEGV)
        died.wait(10)

    with pytest.raises(InternalError, match="the path tracer's process ended with signal 11"):
        traced(scene, ABOVE, OVERCAST, passes=3, on_pass=kill)
    assert (traced(scene, ABOVE, OVERCAST, passes=1) == first).all()
    again = tracer().process
    assert again is not None and again.pid != died.pid


def test_a_picture_that_is_given_up_leaves_it_ready() -> None:
    scene = build([GROUND])
    first = traced(scene, ABOVE, OVERCAST, passes=1)
    ready = tracer().process

    def give_up(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        traced(scene, ABOVE, OVERCAST, passes=3, on_pass=give_up)
    assert (traced(scene, ABOVE, OVERCAST, passes=1) == first).all()
    assert tracer().process is ready


def test_what_mitsuba_refuses_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unphysical(*_: object) -> list[SurfaceGroup]:
        faces = np.arange(2, dtype=np.int32)
        return [SurfaceGroup(kind="matte", color=(float("nan"),) * 3, radiance=(-1.0, 0.0, "red"), faces=faces)]  # type: ignore[arg-type]

    monkeypatch.setattr("archviz.light_transport.clay.tracing.surface_groups", unphysical)
    with pytest.raises(InternalError, match="the path tracer failed: "):
        traced(build([GROUND]), ABOVE, OVERCAST, passes=1)
    assert tracer().process is not None
