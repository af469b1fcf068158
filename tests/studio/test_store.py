"""The queue: whose jobs, in which order, and what a broken file says."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from archviz.core.camera import Camera
from archviz.core.errors import FileFormatError, InternalError, OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.studio import JobStore, StudioHome, new_id, request_from_json, request_to_json, view_request

ANNA, BINH = new_id(), new_id()


def test_sessions_do_not_see_each_other(store: JobStore) -> None:
    job = store.submit(ANNA, RenderRequest(prompt="secret"))
    assert store.get(ANNA, job.id) == job
    assert store.get(BINH, job.id) is None
    assert store.jobs_of(BINH) == [] and store.jobs_of(ANNA) == [job]
    store.cancel(BINH, job.id)
    found = store.get(ANNA, job.id)
    assert found is not None and found.state == "queued", "another session cannot cancel it"


@pytest.mark.parametrize("odd", [None, "", "x" * 32, "../../etc/passwd", "' OR 1=1 --"])
def test_only_ids_are_looked_up(store: JobStore, odd: str | None) -> None:
    store.submit(ANNA, RenderRequest())
    assert store.get(ANNA, odd) is None
    with pytest.raises(InternalError):
        store.submit(odd or "", RenderRequest())


def test_ids_are_128_random_bits() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100 and all(len(bytes.fromhex(i)) == 16 for i in ids)


def test_order_and_place_in_the_queue(store: JobStore) -> None:
    first, second = store.submit(ANNA, RenderRequest(seed=1)), store.submit(BINH, RenderRequest(seed=2))
    view = store.submit(ANNA, RenderRequest(), kind="view")
    reading = store.submit(ANNA, RenderRequest(), kind="reading")
    assert store.ahead(first) == 0 and store.ahead(second) == 1
    claimed = [store.claim() for _ in range(5)]
    assert [j.id if j else None for j in claimed] == [reading.id, view.id, first.id, second.id, None]


def test_the_last_few_readings_of_a_session_stay(store: JobStore) -> None:
    other = store.submit(BINH, RenderRequest(), kind="reading")
    view = store.submit(ANNA, RenderRequest(), kind="view")
    jobs = [store.submit(ANNA, RenderRequest(seed=seed), kind="reading") for seed in range(5)]
    assert [job.id for job in store.forget_before(jobs[-1], kept=2)] == [jobs[1].id, jobs[0].id]
    left = [job.id for job in store.jobs_of(ANNA, kind="reading")]
    assert left == [jobs[4].id, jobs[3].id, jobs[2].id]
    assert store.get(BINH, other.id) is not None and store.get(ANNA, view.id) is not None


def test_a_new_view_ends_the_older_ones(store: JobStore) -> None:
    others = store.submit(BINH, RenderRequest(), kind="view")
    running = store.submit(ANNA, RenderRequest(seed=1), kind="view")
    store.cancel(BINH, others.id)
    assert store.claim() is not None
    waiting = store.submit(ANNA, RenderRequest(seed=2), kind="view")
    render = store.submit(ANNA, RenderRequest(seed=3))
    last = store.submit(ANNA, RenderRequest(seed=4), kind="view")
    states = {j.id: j.state for j in (store.get(ANNA, i.id) for i in (running, waiting, render, last)) if j}
    assert states == {running.id: "running", waiting.id: "cancelled", render.id: "queued", last.id: "queued"}
    assert not store.report(running, "maps"), "the worker is told to stop"
    assert store.report(last, "maps")


def test_a_cancelled_job_of_a_dead_worker_is_not_tried_again(store: JobStore) -> None:
    job = store.submit(ANNA, RenderRequest())
    store.claim()
    store.cancel(ANNA, job.id)
    store.recover()
    found = store.get(ANNA, job.id)
    assert found is not None and found.state == "cancelled" and store.claim() is None


FULL = RenderRequest(
    input=Path("/x/house.obj"),
    lighting="noon",
    environment="hoi-an",
    camera=Camera(position_m=(1, -20, 2), target_m=(0, 0, 3), size=Size(height=480, width=640)),
    place=Place(latitude_deg=10.8, longitude_deg=106.6, name="Sài Gòn"),
    when=datetime.fromisoformat("2025-06-21T15:30+07:00"),
    north_deg=12.5,
    materials={"roof": "red tiles"},
    prompt="mái ngói",
    size=Size(height=512, width=768),
    seed=2**53 - 1,
    steps=4,
    hide=("tree*",),
    classes={"T*": "vegetation", "T1": "ground", "A": "glass"},
    control_scales={"stack": 0.5},
    surroundings="none",
)


@pytest.mark.parametrize("request_", [RenderRequest(), FULL, RenderRequest(view="aerial", unit="mm", up="y")])
def test_a_request_round_trips(store: JobStore, request_: RenderRequest) -> None:
    assert request_from_json(request_to_json(request_)) == request_
    assert store.submit(ANNA, request_).request == request_


def test_a_foreign_request_is_refused() -> None:
    with pytest.raises(FileFormatError, match="ask for the picture again"):
        request_from_json({"no_such_field": 1})


def test_a_view_is_the_same_for_what_it_does_not_show() -> None:
    view = view_request(FULL)
    assert view.size == Size(height=256, width=384)
    assert view == view_request(RenderRequest(**{**vars(FULL), "prompt": "other", "steps": 9, "author": "x"}))
    assert view != view_request(RenderRequest(**{**vars(FULL), "seed": 5}))


def test_a_view_shows_the_presets_that_words_choose() -> None:
    view = view_request(RenderRequest(prompt="rice paddies at sunset"))
    assert (view.environment, view.lighting, view.prompt) == ("rice-paddies", "sunset", "")


def test_jobs_survive_the_process(store: JobStore) -> None:
    job = store.submit(ANNA, FULL)
    assert JobStore(store.home).get(ANNA, job.id) == job


def test_a_broken_or_newer_library_is_said(tmp_path: Path) -> None:
    home = StudioHome(tmp_path / "a").prepare()
    home.database.write_bytes(b"no database at all" * 100)
    with pytest.raises(OptionError, match=r"studio\.sqlite.*move the file away"):
        JobStore(home)
    assert home.database.read_bytes().startswith(b"no database"), "what was there is left alone"
    newer = StudioHome(tmp_path / "b").prepare()
    db = sqlite3.connect(newer.database)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(OptionError, match="newer archviz"):
        JobStore(newer)


def test_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ARCHVIZ_HOME", str(tmp_path / "here"))
    assert StudioHome.default().folder == tmp_path / "here"
    monkeypatch.delenv("ARCHVIZ_HOME")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert StudioHome.default().folder == tmp_path / "xdg" / "archviz"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert StudioHome.default().folder == Path.home() / ".local" / "share" / "archviz"
    (tmp_path / "file").write_text("")
    with pytest.raises(OptionError, match="set ARCHVIZ_HOME"):
        StudioHome(tmp_path / "file" / "home").prepare()
    if os.name == "posix":
        assert StudioHome(tmp_path / "new").prepare().folder.stat().st_mode & 0o777 == 0o700
