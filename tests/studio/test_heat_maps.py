"""Heat maps of finished pictures: asked for, made by the worker, kept with the picture."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.render import RenderRequest
from archviz.studio import HeatMaps, Job, JobStore, Library, Picture, Projects, new_id
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker
from tests.houses import write_house
from tests.scripted_engine import scripted_loader

ANNA, BINH = new_id(), new_id()


@pytest.fixture
def painted(store: JobStore, worker: Worker, request_of_house: RenderRequest) -> Picture:
    """A finished picture of the house."""
    job = store.submit(ANNA, request_of_house)
    assert worker.run_one()
    return _picture(store, job)


def _picture(store: JobStore, job: Job, session: str = ANNA) -> Picture:
    picture = Library(store.database).picture(session, job.id)
    assert picture is not None
    return picture


def test_it_is_made_when_asked_and_kept_with_its_picture(store: JobStore, worker: Worker, painted: Picture) -> None:
    maps = HeatMaps(store)
    assert maps.offered(painted) and maps.file(painted) is None and maps.job(ANNA, painted) is None
    job = maps.ask(ANNA, painted)
    assert maps.ask(ANNA, painted).id == job.id, "asked twice, it is on its way"
    made = dict(worker.executor.renderer.shelf.made)
    assert worker.run_one() and not worker.run_one()
    assert dict(worker.executor.renderer.shelf.made) == made, "from the maps that the renderer still had"
    done = maps.job(ANNA, painted)
    assert done is not None and (done.id, done.state, done.error) == (job.id, "done", "")
    path = maps.file(painted)
    assert path is not None and path.parent == store.home.results / painted.id
    assert json.loads(painted.recipe_json)["pixels_sha256"][:32] in path.name, "by the picture's hash"
    with Image.open(path) as sheet:
        assert sheet.width == 1200 and sheet.mode == "RGB"
        assert len(np.unique(np.asarray(sheet).reshape(-1, 3), axis=0)) > 100
    assert {p.name for p in store.home.results.iterdir()} == {painted.id}, "a heat map has no folder of its own"
    assert not store.jobs_of(ANNA, kind="render")[1:] and len(Library(store.database).pictures(ANNA)) == 1
    written = path.stat().st_mtime_ns
    maps.ask(ANNA, painted)
    assert worker.run_one() and path.stat().st_mtime_ns == written, "what is there is not made again"


def test_another_worker_makes_it_from_the_recipe_alone(store: JobStore, painted: Picture) -> None:
    load, engines = scripted_loader()
    HeatMaps(store).ask(ANNA, painted)
    assert Worker(store, Executor(store, load=load)).run_one()
    assert HeatMaps(store).file(painted) is not None and not engines, "no engine is loaded for it"


def test_a_drawing_has_one_and_words_alone_have_none(store: JobStore, worker: Worker, drawing: Path) -> None:
    store.submit(ANNA, RenderRequest(input=drawing, size=None, steps=1))
    store.submit(ANNA, RenderRequest(prompt="snow", steps=1, environment="studio"))
    assert worker.run_one() and worker.run_one()
    words, drawn = Library(store.database).pictures(ANNA)
    maps = HeatMaps(store)
    assert maps.offered(drawn) and not maps.offered(words)
    maps.ask(ANNA, drawn)
    assert worker.run_one() and maps.file(drawn) is not None


def test_it_comes_before_pictures_and_between_their_steps_after_views(
    store: JobStore, worker: Worker, painted: Picture, request_of_house: RenderRequest
) -> None:
    store.submit(ANNA, request_of_house)
    wanted = HeatMaps(store).ask(ANNA, painted)
    store.submit(BINH, request_of_house, kind="view")
    order = [store.claim(quick=True), store.claim(quick=True), store.claim(quick=True)]
    assert [job and job.kind for job in order] == ["view", "heatmap", None], "no other waits for it"
    assert order[1] is not None and order[1].id == wanted.id


def test_nobody_waits_any_more(store: JobStore, worker: Worker, painted: Picture) -> None:
    maps = HeatMaps(store)
    maps.ask(ANNA, painted)
    maps.drop(ANNA, painted)
    assert not worker.run_one() and maps.file(painted) is None
    last = maps.job(ANNA, painted)
    assert last is not None and last.state == "cancelled"
    maps.ask(ANNA, painted)
    assert worker.run_one() and maps.file(painted) is not None


def test_a_guest_has_it_made_and_the_owner_finds_it(store: JobStore, worker: Worker, painted: Picture) -> None:
    projects = Projects(store.database)
    key = projects.share(ANNA, painted.project)
    assert key is not None and projects.join(BINH, key) is not None
    seen = _picture(store, store.jobs_of(ANNA)[0], BINH)
    HeatMaps(store).ask(BINH, seen)
    assert worker.run_one() and HeatMaps(store).file(painted) is not None
    assert HeatMaps(store).job(ANNA, painted) is None, "a job is its session's"


@pytest.mark.parametrize("fault", ["picture", "recipe", "model", "pixels"])
def test_what_is_not_as_it_was_is_said(
    tmp_path: Path, store: JobStore, worker: Worker, request_of_house: RenderRequest, fault: str
) -> None:
    house = write_house(tmp_path / "house.glb")
    job = store.submit(ANNA, dataclasses.replace(request_of_house, input=house))
    assert worker.run_one()
    picture, folder = _picture(store, job), store.result_folder(job)
    if fault == "picture":
        (folder / "picture.png").unlink()
    elif fault == "recipe":
        (folder / "recipe.json").write_text("{}")
    elif fault == "pixels":
        Image.new("RGB", (96, 64), "red").save(folder / "picture.png")
    else:
        write_house(house)
        with house.open("ab") as file:
            file.write(b"\0")
        worker.executor.renderer.shelf.__init__()  # type: ignore[misc]  # what it has read is forgotten
    HeatMaps(store).ask(ANNA, picture)
    assert worker.run_one()
    failed = HeatMaps(store).job(ANNA, picture)
    assert failed is not None and failed.state == "failed" and HeatMaps(store).file(picture) is None
    assert "house" in failed.error if fault == "model" else "render it again" in failed.error
    assert str(store.home.folder) not in failed.error and not list(folder.glob("*heatmap*"))


def test_what_a_killed_worker_left_half_written_is_swept(store: JobStore, worker: Worker, painted: Picture) -> None:
    half = store.home.results / painted.id / ".heatmap-abc.png.0123"
    half.write_bytes(b"half")
    worker.recover()
    assert not half.exists() and (store.home.results / painted.id / "picture.png").exists()


def test_it_goes_with_its_picture(store: JobStore, worker: Worker, painted: Picture) -> None:
    HeatMaps(store).ask(ANNA, painted)
    assert worker.run_one()
    library = Library(store.database)
    library.trash(ANNA, painted.id)
    library.empty_trash(ANNA)
    library.purge()
    assert not list(store.home.results.iterdir())
