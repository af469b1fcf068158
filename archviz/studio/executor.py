"""Carries out one job: from its request to files in its result folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import InputError
from archviz.diffusion import StepReport, load_engine
from archviz.render.recipe import write_picture, write_whole
from archviz.render.request import DEFAULT_ENGINE, ResolvedRequest
from archviz.studio.heat_maps import make_heat_map
from archviz.studio.jobs import Job, JobPhase
from archviz.studio.pace import Pace
from archviz.studio.step_film import StepFilm
from archviz.studio.store import JobStore

if TYPE_CHECKING:
    from archviz.diffusion import Engine
    from archviz.render import Renderer, RenderResult, ViewMaps
    from archviz.render.renderer import EngineLoader

__all__ = ["Cancelled", "Executor", "view_picture"]

_PREVIEW_EVERY = 2
_THUMBNAIL_SIDE = 240
_ENGINES_KEPT = 2
# Kind -> how many of it stay beside the last: an undo finds the reading before.
_KEPT = {"preview": 0, "reading": 12}


class Cancelled(Exception):
    """The job was cancelled while it ran."""


class Executor:
    """Makes what a job asks for; engines stay loaded between jobs.

    Parameters
    ----------
    store
        Where progress goes and cancels come from.
    load
        Opens an engine by id; another one for tests.
    """

    def __init__(self, store: JobStore, *, load: EngineLoader = load_engine) -> None:
        from archviz.render import Renderer

        self._store = store
        self._load = load
        self._engines: dict[tuple[Any, ...], Engine] = {}
        self._pace = Pace()
        self.renderer: Renderer = Renderer(load=self._open_engine)

    def warm(self) -> bool:
        """Load the default engine before someone waits for it; False where it was loaded or is not there."""
        loaded = len(self._engines)
        try:
            self._open_engine(DEFAULT_ENGINE, device=None, weights=None, threads=None, few_step=False)
        except InputError:
            return False
        return len(self._engines) > loaded

    def sweep(self) -> None:
        """Take away what was begun and never finished; only while no other worker is at work."""
        for partial in self._store.home.results.glob(".*"):
            shutil.rmtree(partial, ignore_errors=True)
        for partial in self._store.home.results.glob("*/.heatmap-*"):
            partial.unlink(missing_ok=True)
        for preview in self._store.home.previews.iterdir():
            preview.unlink(missing_ok=True)

    def execute(self, job: Job, *, between: Callable[[], None] | None = None) -> None:
        """Make the job's files, then put its folder in place at once.

        Parameters
        ----------
        job
            Claimed.
        between
            Called between the steps of a picture; may execute other jobs.

        Raises
        ------
        InputError
            The request cannot be met.
        Cancelled
            The user ended it.
        """
        if job.kind == "heatmap":
            # It has no folder of its own.
            make_heat_map(self._store.home, self.renderer, job, lambda phase: self._say(job, phase))
            return
        partial = self._store.home.results / f".{job.id}"
        shutil.rmtree(partial, ignore_errors=True)
        try:
            partial.mkdir()
            if job.kind == "render":
                self._render(job, partial, between)
            elif job.kind == "preview":
                self._preview(job, partial)
            elif job.kind == "reading":
                self._read(job, partial)
            else:
                self._view(job, partial)
            final = self._store.result_folder(job)
            shutil.rmtree(final, ignore_errors=True)
            partial.rename(final)
            if job.kind in _KEPT:
                for past in self._store.forget_before(job, kept=_KEPT[job.kind]):
                    shutil.rmtree(self._store.result_folder(past), ignore_errors=True)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
            self._store.preview_path(job).unlink(missing_ok=True)
            self._pace.forget(self._store, job)

    def _render(self, job: Job, folder: Path, between: Callable[[], None] | None) -> None:
        resolved, maps = self._prepare(job)
        self._say(job, "engine")
        painting = self._pace.begin(self._store, job, resolved)

        film = StepFilm()

        def on_step(step: StepReport) -> None:
            if step.preview is not None:
                _write_jpeg(self._store.preview_path(job), step.preview)
                if job.film:
                    film.add(step.step, step.preview)
            self._say(job, "sampling", step=step.step, steps=step.steps)
            with painting.stepped(step.step, step.steps):
                if between is not None:
                    between()

        result = self.renderer.render(resolved, on_step=on_step, preview_every=1 if job.film else _PREVIEW_EVERY)
        self._say(job, "writing", step=resolved.steps, steps=resolved.steps)
        write_picture(folder / "picture.png", result.image, result.recipe)
        _write_jpeg(folder / "thumbnail.jpg", result.image, side=_THUMBNAIL_SIDE)
        film.write(folder, result.image)
        _write_pictures(folder / "maps", maps.pictures())
        run = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(result.seconds, 3),
            "input": str(resolved.input.resolve()) if resolved.input else None,
            "image": "picture.png",
            "fidelity": result.fidelity.to_json() if result.fidelity else None,
        }
        _write_json(folder / "recipe.json", result.recipe | {"run": run})
        seen = {"elements_seen": list(self.renderer.views.seen_elements(resolved))}
        _write_json(folder / "summary.json", _summary(resolved) | _outcome(result) | seen)
        painting.done()

    def _preview(self, job: Job, folder: Path) -> None:
        resolved, _ = self._prepare(job, draft=True)
        self._say(job, "engine")

        def on_step(step: StepReport) -> None:
            # Not the last: the picture itself is there as soon.
            if step.preview is not None and step.step < step.steps:
                _write_jpeg(self._store.preview_path(job), step.preview)
            self._say(job, "sampling", step=step.step, steps=step.steps)

        result = self.renderer.render(resolved, on_step=on_step, preview_every=1, draft=True)
        _write_jpeg(folder / "picture.jpg", result.image)
        _write_json(folder / "summary.json", _summary(resolved) | _outcome(result))

    def _view(self, job: Job, folder: Path) -> None:
        resolved, maps = self._prepare(job, draft=True)
        self._say(job, "writing")
        picture = view_picture(maps)
        if picture is not None:
            _write_jpeg(folder / "picture.jpg", picture)
        _write_json(folder / "summary.json", _summary(resolved))

    def _read(self, job: Job, folder: Path) -> None:
        from archviz.render.reading import read_drawing

        self._say(job, "reading")
        reading = read_drawing(job.request, self.renderer)
        self._say(job, "writing")
        _write_jpeg(folder / "found.jpg", reading.found)
        _write_jpeg(folder / "upright.jpg", reading.upright)
        _write_pictures(folder, reading.pictures())
        _write_json(folder / "reading.json", reading.to_json())

    def _prepare(self, job: Job, *, draft: bool = False) -> tuple[ResolvedRequest, ViewMaps]:
        self._say(job, "reading")
        resolved = self.renderer.resolve(job.request)
        self._say(job, "maps")
        return resolved, self.renderer.maps(resolved, draft=draft)

    def _say(self, job: Job, phase: JobPhase, *, step: int = 0, steps: int = 0) -> None:
        if not self._store.report(job, phase, step=step, steps=steps):
            raise Cancelled

    def _open_engine(
        self, engine_id: str, *, device: str | None, weights: Path | None, threads: int | None, few_step: bool
    ) -> Engine:
        key = (engine_id, device, weights, threads, few_step)
        if key not in self._engines:
            while len(self._engines) >= _ENGINES_KEPT:
                self._engines.pop(next(iter(self._engines)))
            self._engines[key] = self._load(
                engine_id, device=device, weights=weights, threads=threads, few_step=few_step
            )
        return self._engines[key]


def view_picture(maps: ViewMaps) -> NDArray[np.uint8] | None:
    """What is known of a view before diffusion: the lit building, or a drawing's lines dark on paper.

    Returns
    -------
    numpy.ndarray or None
        (H, W, 3) uint8; ``None`` where the engine gets nothing but text.
    """
    pictures = maps.pictures()
    if maps.light is not None:
        return pictures["deferred"]
    if maps.edges is not None:
        lines = pictures["edges"]
        return np.repeat(255 - lines[..., None], 3, axis=2)
    return None


def _summary(resolved: ResolvedRequest) -> dict[str, Any]:
    """What the page says of a picture, beside its recipe."""
    sun = resolved.sun or (resolved.illumination.sun if resolved.camera is not None else None)
    return {
        "size": [resolved.size.width, resolved.size.height],
        "seed": resolved.seed,
        "steps": resolved.steps,
        "lighting": resolved.lighting,
        "environment": resolved.environment,
        "view": resolved.view,
        "when": resolved.when.isoformat() if resolved.when else None,
        "sun": {"altitude_deg": sun.altitude_deg, "azimuth_deg": sun.azimuth_deg} if sun else None,
        "prompt": resolved.prompt,
        "prompt_understood": list(resolved.prompt_understood),
        "prompt_ignored": list(resolved.prompt_ignored),
        "assumptions": list(resolved.assumptions),
        "warnings": list(resolved.warnings),
    }


def _outcome(result: RenderResult) -> dict[str, Any]:
    return {
        "seconds": round(result.seconds, 3),
        "steps": result.resolved.steps,
        "warnings": list(result.warnings),
        "fidelity": result.fidelity.to_json() if result.fidelity else None,
        "edited": _edited(result.resolved),
    }


def _edited(resolved: ResolvedRequest) -> dict[str, Any] | None:
    """Which part of another picture this one has anew; ``None`` for a whole picture."""
    region = resolved.region
    if region is None:
        return None
    return {
        "elements": list(region.elements),
        "painted": region.mask is not None,
        "material": region.material,
        "prompt": region.prompt,
    }


def _write_pictures(folder: Path, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
    from PIL import Image

    for name, picture in pictures.items():
        image = Image.fromarray(picture)
        write_whole(folder / f"{name}.png", lambda file, image=image: image.save(file, format="PNG"))  # type: ignore[misc]


def _write_jpeg(path: Path, picture: NDArray[np.uint8], *, side: int | None = None) -> None:
    from PIL import Image

    image = Image.fromarray(picture)
    if side is not None:
        image.thumbnail((side, side))
    write_whole(path, lambda file: image.save(file, format="JPEG", quality=90))


def _write_json(path: Path, data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    write_whole(path, lambda file: file.write(text.encode("utf-8")))
