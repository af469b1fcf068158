"""The time that is left is that of the steps which were measured."""

from __future__ import annotations

import pytest

from archviz.render import RenderRequest
from archviz.studio import JobStore, new_id, time_left_s
from archviz.studio import pace as module
from archviz.studio.pace import Pace


def test_steps_are_measured_and_remembered(
    store: JobStore, request_of_house: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archviz.render import resolve

    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module.time, "time", lambda: now[0])
    job, resolved = store.submit(new_id(), request_of_house), resolve(request_of_house)
    pace = Pace()
    run = pace.begin(store, job, resolved)
    assert time_left_s(store, job) is None, "nothing is known of the first"
    now[0] += 3.0
    with run.stepped(1, 4):
        now[0] += 50.0  # another's preview
    now[0] += 2.0
    with run.stepped(2, 4):
        pass
    assert time_left_s(store, job) == pytest.approx(2 * 2.0 + 2.0)
    now[0] += 1.0
    assert time_left_s(store, job) == pytest.approx(5.0), "it runs down"
    now[0] += 1.0
    for step in (3, 4):
        with run.stepped(step, 4):
            pass
        now[0] += 2.0 if step == 3 else 0.5
    run.done()
    pace.forget(store, job)
    assert time_left_s(store, job) is None and not list(store.home.previews.iterdir())
    pace.begin(store, job, resolved)
    assert time_left_s(store, job) == pytest.approx(3.0 + 3 * 2.0 + 0.5), "known before the first step"
