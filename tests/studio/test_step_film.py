"""The steps of a picture, as a strip and as films."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.core.size import Size
from archviz.diffusion import DiffusionRequest, StepReport
from archviz.render import RenderRequest
from archviz.studio import JobStore, new_id
from archviz.studio.executor import Executor
from archviz.studio.step_film import FILMS, STRIP, StepFilm
from archviz.studio.worker import Worker
from tests.scripted_engine import ScriptedEngine, scripted_loader

ANNA = new_id()


def _grey(value: int, shape: tuple[int, int] = (64, 96)) -> Any:
    return np.full((*shape, 3), value, np.uint8)


def _frames(path: Path) -> list[tuple[int, int]]:
    """(brightness, milliseconds) of each frame."""
    with Image.open(path) as film:
        found = []
        for row in range(film.n_frames):  # type: ignore[attr-defined]
            film.seek(row)
            film.load()
            found.append((round(float(np.asarray(film.convert("L")).mean())), int(film.info["duration"])))
        return found


@pytest.mark.parametrize("name", FILMS)
def test_a_film_shows_every_step_and_rests_on_the_picture(tmp_path: Path, name: str) -> None:
    film = StepFilm()
    for step, value in enumerate((40, 90, 140), start=1):
        film.add(step, _grey(value, (8, 12)))
    film.write(tmp_path, _grey(200))
    frames = _frames(tmp_path / name)
    assert [milliseconds for _, milliseconds in frames] == [250, 250, 250, 2000]
    assert np.allclose([value for value, _ in frames], [40, 90, 140, 200], atol=4)
    with Image.open(tmp_path / name) as shown:
        assert shown.size == (96, 64), "small previews are drawn as large as the picture"
    with Image.open(tmp_path / STRIP) as strip:
        assert strip.size == (4 * 96 + 3 * 4, 64)
        row = np.asarray(strip.convert("L"))[32]
    assert np.allclose(row[[48, 148, 248, 348]], [40, 90, 140, 200], atol=4)


def test_a_strip_of_many_steps_keeps_the_first_and_the_last(tmp_path: Path) -> None:
    film = StepFilm()
    for step in range(1, 41):
        film.add(step, _grey(5 * step))
    film.write(tmp_path, _grey(250))
    with Image.open(tmp_path / STRIP) as strip:
        row = np.asarray(strip.convert("L"))[32]
        assert strip.width == 12 * 96 + 11 * 4
    assert abs(int(row[48]) - 5) <= 4 and abs(int(row[-48]) - 250) <= 4


def test_another_try_begins_the_film_anew(tmp_path: Path) -> None:
    film = StepFilm()
    for step, value in ((1, 10), (2, 20), (1, 110), (2, 120)):
        film.add(step, _grey(value))
    film.write(tmp_path, _grey(200))
    assert len(_frames(tmp_path / FILMS[0])) == 3


def test_an_engine_without_previews_leaves_no_film(tmp_path: Path) -> None:
    StepFilm().write(tmp_path, _grey(1))
    assert list(tmp_path.iterdir()) == []


class _Showing(ScriptedEngine):
    """Sends a preview with as many steps as it is asked to."""

    def generate(self, request: DiffusionRequest, *, on_step: Any = None, preview_every: int = 0) -> Any:
        def shown(step: StepReport) -> None:
            on_step(
                StepReport(step.step, step.steps, _grey(60 * step.step) if step.step % preview_every == 0 else None)
            )

        return super().generate(request, on_step=shown)


def test_the_worker_keeps_the_steps_that_are_asked_for(store: JobStore) -> None:
    load, _ = scripted_loader(_Showing)
    request = RenderRequest(prompt="x", size=Size(height=64, width=96), steps=3, surroundings="imagined")
    with_steps, without = store.submit(ANNA, request, film=True), store.submit(ANNA, request)
    worker = Worker(store, Executor(store, load=load))
    assert worker.run_one() and worker.run_one()
    assert len(_frames(store.result_folder(with_steps) / FILMS[1])) == 4
    assert not (store.result_folder(without) / STRIP).exists()
    pictures = [(store.result_folder(job) / "picture.png").read_bytes() for job in (with_steps, without)]
    assert pictures[0] == pictures[1], "looking on changes nothing"
