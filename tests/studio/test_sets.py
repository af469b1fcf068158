"""Sets in the queue: the pictures of `archviz lightset`, each a job that is seen, cancelled and made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.errors import InternalError, OptionError
from archviz.core.size import Size
from archviz.render import Renderer, RenderRequest
from archviz.studio import Cell, JobSet, JobStore, Library, SetStore, light_set_cells, new_id
from archviz.studio.lightset import LightSetRun
from archviz.studio.set_members import LightSet
from archviz.studio.worker import Worker
from tests.scripted_engine import scripted_loader
from tests.studio.killing import killed_at_each_statement
from tests.studio.shelf import finish_next

ANNA, BINH = new_id(), new_id()
BASE = RenderRequest(prompt="timber house", size=Size(height=64, width=96), steps=1, surroundings="imagined")
LIGHTS = LightSet(base=BASE, environments=("park", "snow"), lightings=("noon", "sunset", "night"))


@pytest.fixture
def sets(store: JobStore) -> SetStore:
    return SetStore(store.database)


@pytest.fixture
def six(sets: SetStore) -> JobSet:
    return sets.submit(ANNA, light_set_cells(LIGHTS), kind="lights")


def test_the_pictures_are_those_of_the_command(
    store: JobStore, worker: Worker, sets: SetStore, request_of_house: RenderRequest, tmp_path: Path
) -> None:
    assert request_of_house.input is not None
    lights = LightSet(base=request_of_house, inputs=(request_of_house.input,), lightings=("noon", "night"))
    load, _ = scripted_loader()
    LightSetRun(lights, tmp_path / "set", renderer=Renderer(load=load)).make()
    made = sets.submit(ANNA, light_set_cells(lights), kind="lights")
    while worker.run_one():
        pass
    for job, member in zip(sets.jobs(made), lights.members(), strict=True):
        assert (job.state, job.labels) == ("done", member.labels)
        with (
            Image.open(store.result_folder(job) / "picture.png") as mine,
            Image.open(tmp_path / "set" / member.file) as commands,
        ):
            assert np.array_equal(np.asarray(mine), np.asarray(commands))


def test_a_set_is_jobs_in_its_order(store: JobStore, sets: SetStore, six: JobSet) -> None:
    assert six.axes == {"environment": ("park", "snow"), "lighting": ("noon", "sunset", "night")}
    jobs = sets.jobs(six)
    assert [j.labels["environment"] + " " + j.labels["lighting"] for j in jobs] == [
        f"{e} {light}" for e in six.axes["environment"] for light in six.axes["lighting"]
    ]
    assert [store.ahead(job) for job in jobs] == list(range(6)) and store.waiting(ANNA) == jobs
    assert sets.get(ANNA, six.id) == sets.latest(ANNA, "lights") == six
    assert sets.latest(ANNA, "grid") is None and sets.get(BINH, six.id) is None and sets.latest(BINH, "lights") is None
    for odd in ("", "' OR 1=1", None):
        assert sets.get(ANNA, odd) is None


def test_a_single_picture_does_not_wait_for_a_set(store: JobStore, sets: SetStore, six: JobSet) -> None:
    first = store.claim()
    assert first is not None and first.place == 0
    single = store.submit(BINH, BASE)
    assert store.ahead(single) == 1 and store.ahead(sets.jobs(six)[1]) == 2 and store.ahead(sets.jobs(six)[5]) == 6
    second = store.claim()
    assert second is not None and second.id == single.id


def test_cancel_one_or_all(store: JobStore, sets: SetStore, six: JobSet) -> None:
    alone = store.submit(ANNA, BASE)
    running = store.claim()
    assert running is not None and running.id == alone.id
    store.finish(running)
    running = store.claim()
    store.cancel(ANNA, sets.jobs(six)[2].id)
    store.cancel_all(BINH, set_id=six.id)
    assert [j.state for j in sets.jobs(six)] == ["running", "queued", "cancelled", "queued", "queued", "queued"]
    later = store.submit(ANNA, BASE)
    store.cancel_all(ANNA, set_id=six.id)
    assert [j.state for j in sets.jobs(six)] == ["running"] + ["cancelled"] * 5
    assert running is not None and not store.report(running, "sampling", step=1, steps=2), "the work is stopped"
    assert store.get(ANNA, later.id).state == "queued"  # type: ignore[union-attr]
    store.cancel_all(ANNA)
    assert store.get(ANNA, later.id).state == "cancelled"  # type: ignore[union-attr]


def test_one_is_made_again(store: JobStore, sets: SetStore, six: JobSet) -> None:
    library = Library(store.database)
    first = finish_next(store)
    second = store.claim()
    assert second is not None
    store.fail(second, "out of luck")
    assert set(library.pictures_of_set(ANNA, six.id)) == {first.id} and not library.pictures_of_set(BINH, six.id)
    jobs = sets.jobs(six)
    again = sets.redo(ANNA, jobs[0])
    assert again.request == replace(jobs[0].request, seed=1) and again.labels == jobs[0].labels
    assert library.picture(ANNA, first.id).trashed_s is not None, "undone from the trash"  # type: ignore[union-attr]
    retried = sets.redo(ANNA, jobs[1])
    assert retried.request == jobs[1].request
    assert [j.id for j in sets.jobs(six)][:2] == [again.id, retried.id] and len(sets.jobs(six)) == 6
    with pytest.raises(OptionError, match="wait for it or cancel it"):
        sets.redo(ANNA, again)
    with pytest.raises(OptionError):
        sets.redo(BINH, jobs[0])
    store.cancel_all(ANNA)
    assert sets.redo(ANNA, sets.jobs(six)[0]).request.seed == 1, "cancelled: as it was"


@pytest.mark.parametrize("action", ["submit", "redo", "cancel"])
def test_killed_at_any_statement_a_set_is_whole_or_not_there(
    store: JobStore, sets: SetStore, six: JobSet, action: str
) -> None:
    finish_next(store)
    first = sets.jobs(six)[0]
    actions = {
        "submit": lambda: sets.submit(BINH, light_set_cells(LIGHTS), kind="lights"),
        "redo": lambda: sets.redo(ANNA, first),
        "cancel": lambda: store.cancel_all(ANNA, set_id=six.id),
    }
    for _ in killed_at_each_statement(actions[action]):
        assert sets.latest(BINH, "lights") is None and not store.waiting(BINH)
        assert [j.state for j in sets.jobs(six)] == ["done"] + ["queued"] * 5
        assert Library(store.database).picture(ANNA, first.id).trashed_s is None  # type: ignore[union-attr]
    if action == "submit":
        assert len(store.waiting(BINH)) == 6


def test_a_set_of_nothing_or_of_a_stranger_is_refused(sets: SetStore) -> None:
    with pytest.raises(OptionError, match="set of 0 pictures"):
        sets.submit(ANNA, [], kind="grid")
    with pytest.raises(OptionError, match="set of 1001 pictures"):
        sets.submit(ANNA, [Cell(labels={"seed": "0"}, request=BASE)] * 1001, kind="grid")
    with pytest.raises(InternalError):
        sets.submit("x", [Cell(labels={"seed": "0"}, request=BASE)], kind="grid")


def test_time_left_is_told_from_pictures_like_it(store: JobStore, sets: SetStore, six: JobSet) -> None:
    job = sets.jobs(six)[3]
    assert store.seconds_left(job) is None, "nothing was made yet"
    large = replace(BASE, size=Size(height=512, width=512))
    for request, seconds in ((BASE, 2.0), (BASE, 4.0), (BASE, 4.0), (large, 60.0)):
        made = store.submit(BINH, request)
        assert store.claim() is not None
        store.finish(made)
        with store.database.write() as db:
            db.execute("UPDATE jobs SET started_s = finished_s - ? WHERE id = ?", (seconds, made.id))
    assert store.seconds_left(job) == 16.0, "three before it and itself, four seconds each"
    assert store.seconds_left(store.submit(BINH, large)) == 60.0
    running = store.claim()
    assert running is not None and running.request == large
    left = store.seconds_left(running)
    assert left is not None and 55.0 < left <= 60.0
    other = store.submit(BINH, replace(BASE, steps=9))
    assert store.seconds_left(other) == 8.0, "none like it: the middle of all, and one is ahead"
    ended = store.get(BINH, made.id)
    assert ended is not None and store.seconds_left(ended) is None
