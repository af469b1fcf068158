"""What a worker makes of a job, and what becomes of a job whose worker dies."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.size import Size
from archviz.diffusion import StepReport
from archviz.render import RenderRequest
from archviz.render.recipe import hash_pixels, read_recipe
from archviz.render.request import SurroundingsMode
from archviz.sketch import Adjustments, Stroke
from archviz.studio import JobStore, Library, WorkerKeeper, new_id, thumbnail_path
from archviz.studio.executor import Executor
from archviz.studio.thumbnails import make_missing_thumbnail
from archviz.studio.worker import Worker, hold_lock
from tests.scripted_engine import ScriptedEngine, scripted_loader

ANNA = new_id()
# Never waited out where all is well; a busy machine starts processes slowly.
_PATIENCE_S = 300


def test_a_picture_with_its_files(store: JobStore, worker: Worker, request_of_house: RenderRequest) -> None:
    job = store.submit(ANNA, dataclasses.replace(request_of_house, prompt="white walls"))
    assert worker.run_one() and not worker.run_one()
    done = store.get(ANNA, job.id)
    assert done is not None and done.state == "done" and (done.step, done.steps) == (3, 3)
    folder = store.result_folder(done)
    with Image.open(folder / "picture.png") as picture:
        pixels = np.asarray(picture)
    recipe, source = read_recipe(folder / "picture.png")
    assert pixels.shape == (64, 96, 3) and recipe["pixels_sha256"] == hash_pixels(pixels)
    assert source is None or source == request_of_house.input
    assert {"depth.png", "normals.png", "edges.png", "deferred.png"} <= {p.name for p in (folder / "maps").iterdir()}
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert {k: summary[k] for k in ("seed", "prompt_understood", "prompt_ignored", "assumptions")} == {
        k: recipe["resolved"][k] for k in ("seed", "prompt_understood", "prompt_ignored", "assumptions")
    }
    assert summary["sun"] == recipe["resolved"]["illumination"]["sun"]
    beside = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    assert beside["run"]["input"] == str(request_of_house.input)
    assert {p.name for p in store.home.results.iterdir()} == {job.id}, "nothing half written stays"


def test_a_view_shows_the_lit_building_without_an_engine(store: JobStore, request_of_house: RenderRequest) -> None:
    load, loaded = scripted_loader()
    worker = Worker(store, Executor(store, load=load))
    job = store.submit(ANNA, request_of_house, kind="view")
    worker.run_one()
    with Image.open(store.result_folder(job) / "picture.jpg") as picture:
        pixels = np.asarray(picture).astype(int)
    assert pixels.shape == (64, 96, 3) and pixels.std() > 10
    assert loaded == []


def test_a_drawing_is_read_without_an_engine(store: JobStore, drawing: Path) -> None:
    load, loaded = scripted_loader()
    worker = Worker(store, Executor(store, load=load))
    stroke = Stroke(points=((0.1, 0.07), (0.5, 0.07)), width=0.01)
    kept = []
    for strokes in ((), (stroke,)):
        request = RenderRequest(input=drawing, adjustments=Adjustments(strokes=strokes))
        job = store.submit(ANNA, request, kind="reading")
        assert worker.run_one()
        done = store.get(ANNA, job.id)
        assert done is not None and done.state == "done", done
        kept.append(store.result_folder(done))
    assert loaded == []
    pages = [(folder / "upright.jpg").read_bytes() for folder in kept]
    assert pages[0] == pages[1], "the page lies under the strokes"
    lines = []
    for folder in kept:
        with Image.open(folder / "lines.png") as picture:
            lines.append(np.asarray(picture)[..., 0] < 128)
    band = (slice(round(0.05 * lines[0].shape[0]), round(0.09 * lines[0].shape[0])), slice(lines[0].shape[1]))
    assert not lines[0][band].any() and lines[1][band].any(axis=0).mean() == pytest.approx(0.4, abs=0.03)
    told = json.loads((kept[1] / "reading.json").read_text(encoding="utf-8"))
    assert told["size"] == [400, 300] and told["paper"] == [255, 255, 255] and (kept[1] / "found.jpg").exists()


def test_a_view_of_a_drawing_is_what_it_is_taken_for(store: JobStore, worker: Worker, drawing: Path) -> None:
    job = store.submit(ANNA, RenderRequest(input=drawing, size=Size(height=96, width=128)), kind="view")
    worker.run_one()
    with Image.open(store.result_folder(job) / "picture.jpg") as picture:
        pixels = np.asarray(picture).astype(int)
    # A white house in the light, under a sky that is blue between its clouds; not black lines on white.
    blue, house = (pixels[:8, :, 2] - pixels[:8, :, 0]).ravel(), pixels[50:75, 35:95]
    # A leaf may reach into it.
    assert np.quantile(blue, 0.75) > 30 and (blue > -20).mean() > 0.95
    assert 100 < np.median(house) < 250 and house.std() > 10


@pytest.mark.parametrize("surroundings", ["geometry", "imagined"])
def test_a_text_alone(store: JobStore, worker: Worker, surroundings: SurroundingsMode) -> None:
    request = RenderRequest(prompt="snow", size=Size(height=64, width=64), steps=1, surroundings=surroundings)
    view, job = store.submit(ANNA, request, kind="view"), store.submit(ANNA, request)
    assert worker.run_one() and worker.run_one()
    assert [j.state for j in (store.get(ANNA, view.id), store.get(ANNA, job.id)) if j] == ["done", "done"]
    # A scene is known before diffusion, mere words are not.
    assert (store.result_folder(view) / "picture.jpg").exists() == (surroundings == "geometry")
    assert (store.result_folder(job) / "picture.png").exists()
    summary = json.loads((store.result_folder(job) / "summary.json").read_text(encoding="utf-8"))
    assert (summary["sun"] is not None) == (surroundings == "geometry")


def test_wrong_input_is_told_without_the_servers_folders(store: JobStore, worker: Worker, tmp_path: Path) -> None:
    broken = tmp_path / "broken.glb"
    broken.write_bytes(b"glTF" + bytes(60))
    job = store.submit(ANNA, RenderRequest(input=broken))
    worker.run_one()
    failed = store.get(ANNA, job.id)
    assert failed is not None and failed.state == "failed"
    assert failed.error.startswith("broken.glb: ") and str(tmp_path) not in failed.error
    assert list(store.home.results.iterdir()) == []


def test_a_failure_of_ours_is_one_sentence_and_no_second_try(
    store: JobStore, request_of_house: RenderRequest, caplog: pytest.LogCaptureFixture
) -> None:
    load, _ = scripted_loader(fail=ZeroDivisionError("boom"))
    job = store.submit(ANNA, request_of_house)
    assert Worker(store, Executor(store, load=load)).run_one()
    failed = store.get(ANNA, job.id)
    assert failed is not None and (failed.state, failed.tries) == ("failed", 1)
    assert "boom" in failed.error and "Traceback" not in failed.error and "\n" not in failed.error
    assert "Traceback" in caplog.text, "the log tells us where"


class _Watched(ScriptedEngine):
    """Stops after its first step until it is told to go on, and sends a preview with it."""

    reached = threading.Event()
    go_on = threading.Event()

    def generate(self, request, *, on_step=None, preview_every=0):  # type: ignore[no-untyped-def]
        assert preview_every > 0

        def watched(step: StepReport) -> None:
            on_step(StepReport(step.step, step.steps, np.full((8, 8, 3), 128, np.uint8)))
            self.reached.set()
            assert self.go_on.wait(_PATIENCE_S)

        return super().generate(request, on_step=watched)


def test_progress_and_cancel_while_it_runs(store: JobStore, request_of_house: RenderRequest) -> None:
    _, loaded = scripted_loader()

    def load(engine_id: str, **_: object) -> ScriptedEngine:
        from archviz.diffusion import engine_specs

        loaded.append(_Watched(engine_specs()[engine_id]))
        return loaded[-1]

    job = store.submit(ANNA, request_of_house)
    thread = threading.Thread(target=Worker(store, Executor(store, load=load)).run_one)
    thread.start()
    try:
        assert _Watched.reached.wait(_PATIENCE_S)
        seen = store.get(ANNA, job.id)
        assert seen is not None and (seen.state, seen.phase, seen.step, seen.steps) == ("running", "sampling", 1, 3)
        with Image.open(store.preview_path(job)) as preview:
            assert preview.size == (8, 8)
        store.cancel(ANNA, job.id)
    finally:
        _Watched.go_on.set()
        thread.join(_PATIENCE_S)
    ended = store.get(ANNA, job.id)
    assert ended is not None and ended.state == "cancelled" and ended.step < 3
    assert list(store.home.results.iterdir()) == [] and list(store.home.previews.iterdir()) == []


def test_one_worker_at_a_time(store: JobStore) -> None:
    entered = threading.Event()

    def second() -> None:
        with hold_lock(store.home):
            entered.set()

    with hold_lock(store.home):
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not entered.wait(0.3)
    assert entered.wait(5)
    waiting.join()


# Stands for the worker: takes the next job and dies of it, as from kill -9 or for want of memory.
_DYING = """
import os, sys
from pathlib import Path
from archviz.studio import JobStore, StudioHome
from archviz.studio.worker import hold_lock
home = StudioHome(Path(sys.argv[1]))
with hold_lock(home):
    store = JobStore(home)
    store.recover()
    if store.claim() is not None:
        os.abort()
    sys.stdin.read()
"""


def test_a_job_that_kills_its_worker_is_tried_twice(store: JobStore, request_of_house: RenderRequest) -> None:
    job = store.submit(ANNA, request_of_house)
    keeper = WorkerKeeper(store.home, command=[sys.executable, "-c", _DYING, str(store.home.folder)], pause_s=0.01)
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while (found := store.get(ANNA, job.id)) is not None and found.active and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        keeper.close()
    assert found is not None and (found.state, found.tries) == ("failed", 2)
    assert "ended 2 times" in found.error
    assert keeper.starts == 3 and keeper.process is not None and keeper.process.returncode is not None


def test_a_job_is_finished_by_the_next_worker(store: JobStore, worker: Worker, request_of_house: RenderRequest) -> None:
    job = store.submit(ANNA, request_of_house)
    assert store.claim() is not None, "and the worker dies here"
    store.recover()
    waiting = store.get(ANNA, job.id)
    assert waiting is not None and (waiting.state, waiting.tries) == ("queued", 1)
    worker.run_one()
    done = store.get(ANNA, job.id)
    assert done is not None and (done.state, done.tries) == ("done", 2)


@pytest.mark.parametrize("tries", [1, 2])
def test_what_was_in_place_when_its_worker_died_is_finished(
    store: JobStore, worker: Worker, request_of_house: RenderRequest, tries: int
) -> None:
    job = store.submit(ANNA, request_of_house)
    for _ in range(tries):
        store.recover()
        claimed = store.claim()
    assert claimed is not None
    worker.executor.execute(claimed)
    # And the worker dies here.
    worker.recover()
    done = store.get(ANNA, job.id)
    assert done is not None and (done.state, done.tries) == ("done", tries)
    assert Library(store.database).picture(ANNA, job.id) is not None and store.claim() is None


def test_what_was_in_place_and_not_wanted_any_more_is_taken_away(
    store: JobStore, worker: Worker, request_of_house: RenderRequest
) -> None:
    job = store.submit(ANNA, request_of_house)
    claimed = store.claim()
    assert claimed is not None
    worker.executor.execute(claimed)
    store.cancel(ANNA, job.id)
    worker.recover()
    found = store.get(ANNA, job.id)
    assert found is not None and found.state == "cancelled"
    assert not store.result_folder(job).exists()


def test_the_real_process_ends_with_its_server(store: JobStore) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "archviz.studio.worker", str(store.home.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    with process.stdin:
        time.sleep(0.2)
        assert process.poll() is None
    assert process.wait(_PATIENCE_S) == 0


def test_thumbnails_are_made_once(
    store: JobStore, worker: Worker, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archviz.studio import thumbnails

    broken = house.with_name("broken.glb")
    broken.write_bytes(b"glTF")
    monkeypatch.setattr(thumbnails, "samples", lambda: {"house.glb": house, "broken.glb": broken})
    assert make_missing_thumbnail(store.home, worker.executor)
    assert make_missing_thumbnail(store.home, worker.executor)
    assert not make_missing_thumbnail(store.home, worker.executor)
    with Image.open(thumbnail_path(store.home, house)) as picture:
        assert picture.size == (288, 192)


@pytest.mark.slow
def test_the_real_process_renders_and_survives_a_kill(
    store: JobStore, request_of_house: RenderRequest, tmp_path: Path
) -> None:
    from tests.diffusion.tiny import save_tiny_mini

    request = dataclasses.replace(request_of_house, weights=save_tiny_mini(tmp_path / "mini"), device="cpu")
    job = store.submit(ANNA, request)
    keeper = WorkerKeeper(store.home, pause_s=0.01)
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while (found := store.get(ANNA, job.id)) is not None and found.state == "queued":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert keeper.process is not None
        keeper.process.kill()
        while (found := store.get(ANNA, job.id)) is not None and found.active and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        keeper.close()
    assert found is not None and (found.state, found.tries, found.error) == ("done", 2, "")
    recipe, _ = read_recipe(store.result_folder(found) / "picture.png")
    assert recipe["numerics"]["weights"] and recipe["resolved"]["size"] == [96, 64]
