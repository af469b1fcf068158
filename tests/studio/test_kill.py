"""A worker killed at random moments of a set of twenty: no picture lost, none half written, no job gone."""

from __future__ import annotations

import multiprocessing
import random

import numpy as np
from PIL import Image

from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.render.recipe import hash_pixels, read_recipe
from archviz.studio import Cell, JobStore, Library, SetStore, StudioHome, new_id
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker, hold_lock
from tests.scripted_engine import scripted_loader

ANNA = new_id()
_BASE = RenderRequest(prompt="timber house", size=Size(height=64, width=96), steps=4, surroundings="imagined")


def _work(home: StudioHome) -> None:
    load, _ = scripted_loader()
    with hold_lock(home):
        store = JobStore(home)
        worker = Worker(store, Executor(store, load=load))
        worker.recover()
        while worker.run_one():
            pass


def _check_whole(store: JobStore) -> set[str]:
    """The finished pictures, each with the pixels that its recipe speaks of."""
    finished = set()
    for job in store.jobs_of(ANNA):
        if job.state == "done":
            path = store.result_folder(job) / "picture.png"
            recipe, _ = read_recipe(path)
            with Image.open(path) as picture:
                assert hash_pixels(np.array(picture)) == recipe["pixels_sha256"]
            finished.add(job.id)
    return finished


def test_killed_at_random_moments_of_twenty_pictures(store: JobStore) -> None:
    cells = [Cell(labels={"seed": str(s)}, request=RenderRequest(**{**vars(_BASE), "seed": s})) for s in range(20)]
    found = SetStore(store.database).submit(ANNA, cells, kind="grid")
    moments = random.Random(7)
    finished: set[str] = set()
    kills = 0
    while store.waiting(ANNA):
        process = multiprocessing.get_context("fork").Process(target=_work, args=(store.home,))
        process.start()
        process.join(timeout=moments.uniform(0.05, 0.25) if kills < 12 else 60.0)
        if process.is_alive():
            process.kill()
            process.join()
            kills += 1
        now = _check_whole(store)
        assert finished <= now, "what was finished stays finished"
        finished = now
        assert len(SetStore(store.database).jobs(found)) == 20, "no job is gone"
    assert kills > 3
    jobs = SetStore(store.database).jobs(found)
    assert {j.state for j in jobs} <= {"done", "failed"} and all(j.tries <= 2 for j in jobs)
    assert all("ended 2 times" in j.error for j in jobs if j.state == "failed")
    assert {p.id for p in Library(store.database).pictures(ANNA)} == finished
    _work(store.home)
    assert {p.name for p in store.home.results.iterdir()} == finished and not list(store.home.previews.iterdir())
