"""Pictures of the damaged scenes, path-traced and by the embedded engine, with the intact scene's reference."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.control import control_stack
from archviz.core.camera import Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination
from archviz.core.openings import Opening
from archviz.diffusion import Engine
from archviz.fidelity.opening_views import OpeningView, see_openings
from archviz.fidelity.wireframe import Wireframe, trace_wireframe
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.openings import find_openings
from archviz.presets import lightings
from archviz.training.asking import ask
from archviz.training.dataset import LitView, Mix, view_mixes
from archviz.training.mix import mix
from archviz.training.openings.scenes import Case, read_case
from archviz.training.path_trace import view_path
from archviz.training.traced import load_traced

__all__ = ["SOURCES", "CaseView", "daylight_mixes", "draw_pictures", "imagine", "read_view"]

SOURCES = ("traced", "mini")
"""Where a picture comes from: the rows of the table."""

# Night is not judged, and a moon would only be a dark noon.
_NOT_JUDGED = frozenset({"night", "blue-hour"})
_MINI_STEPS = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class CaseView:
    """One view of one case: its pictures, and the intact scene they are judged against.

    Parameters
    ----------
    case
        Whose.
    gbuffer, openings
        Of the intact scene.
    damage
        Name of an opening -> ``removed`` or ``moved``.
    pictures
        Source -> (m, H, W, 3) uint8.
    references
        Source -> (m, H, W, 3) uint8 deferred colour of the intact scene in the same light.
    lights
        (m) of the pictures, whichever their source.
    """

    case: Case
    gbuffer: GBuffer
    openings: tuple[Opening, ...]
    damage: dict[str, str]
    pictures: dict[str, NDArray[np.uint8]]
    references: dict[str, NDArray[np.uint8]]
    lights: tuple[Illumination, ...]

    @cached_property
    def wireframe(self) -> Wireframe:
        """The view's lines."""
        return trace_wireframe(self.gbuffer)

    @cached_property
    def views(self) -> tuple[OpeningView, ...]:
        """Where the view shows each opening."""
        return see_openings(self.gbuffer, self.openings, self.wireframe)


def draw_pictures(cache: Path, case: Case, engine: Callable[[], Engine]) -> int:
    """Write ``<cache>/pictures/<number>-<source>.npz`` where they are missing; returns how many.

    Parameters
    ----------
    engine
        Opens the embedded engine; asked only where a picture is missing.
    """
    folder = cache / "scenes" / f"{case.number:06d}"
    (cache / "pictures").mkdir(parents=True, exist_ok=True)
    if case.traced is not None:
        return _draw_traced(cache, case, engine)
    traced, mini = (_path(cache, case, source) for source in SOURCES)
    made = 0
    if not traced.exists() and view_path(cache, case.number, 0).exists():
        _save(traced, _traced(cache, folder, case))
        made += 1
    if not mini.exists():
        _save(mini, _imagined(folder, engine()))
        made += 1
    return made


def _draw_traced(cache: Path, case: Case, engine: Callable[[], Engine]) -> int:
    from archviz.training.openings.traced_views import imagine_traced, prepare_traced

    assert case.traced is not None
    traced, mini = (_path(cache, case, source) for source in SOURCES)
    made = 0
    if not traced.exists():
        arrays = prepare_traced(cache.parent, case.number, case.traced)
        if arrays is None:
            return 0
        _save(traced, arrays)
        made += 1
    if case.unseen and not mini.exists():
        arrays = imagine_traced(cache.parent, case.number, case.traced, engine())
        if arrays is not None:
            _save(mini, arrays)
            made += 1
    return made


def _path(cache: Path, case: Case, source: str) -> Path:
    view = "" if case.traced is None else f"-{case.traced}"
    return cache / "pictures" / f"{case.number:06d}{view}-{source}.npz"


def _save(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    beside.rename(path)


def daylight_mixes(mixes: Sequence[Mix]) -> list[Mix]:
    """One light in full sun and one without, of those in which openings are judged."""
    drawn = [m for m in mixes if m.lighting not in _NOT_JUDGED]
    sunny = [m for m in drawn if m.sun is not None]
    dull = [m for m in drawn if m.sun is None]
    return [*sunny[:1], *dull[:1]]


def _lights(record: dict[str, Any]) -> list[Mix]:
    return daylight_mixes(view_mixes(record, 0))


def _camera(record: dict[str, Any]) -> Camera:
    return Camera.from_json(record["cameras"][0]["camera"])


def _traced(cache: Path, folder: Path, case: Case) -> dict[str, NDArray[Any]]:
    (scene, record), _, _ = read_case(folder)
    camera = _camera(record)
    lights = _lights(record)
    groups = load_traced(view_path(cache, case.number, 0))
    pictures = [mix(groups, m.illumination, camera, sun=m.sun, seed=case.number + i) for i, m in enumerate(lights)]
    lit = LitView(scene, record, camera)
    return {"pictures": np.stack(pictures), "references": np.stack([_bytes(lit, m) for m in lights])}


def _imagined(folder: Path, engine: Engine) -> dict[str, NDArray[Any]]:
    """The engine is given the damaged scene's maps, and nothing of the intact one."""
    (scene, record), (damaged, damaged_record), _ = read_case(folder)
    camera = _camera(record)
    light = _lights(record)[0]
    picture = imagine(engine, LitView(damaged, damaged_record, camera), light, seed=int(record["seed"]))
    return {"pictures": picture[None], "references": _bytes(LitView(scene, record, camera), light)[None]}


def imagine(engine: Engine, lit: LitView, light: Mix, *, seed: int) -> NDArray[np.uint8]:
    """(H, W, 3) the engine's picture of a view in a light, begun as a render begins it."""
    shown = lit.light(light)
    request = ask(
        engine.spec,
        prompt=lightings()[light.lighting].prompt,
        stack=control_stack(lit.gbuffer, shown, size=lit.gbuffer.size),
        deferred=shown.deferred,
        seed=seed,
        steps=_MINI_STEPS,
    )
    return engine.generate(request)


def _bytes(lit: LitView, light: Mix) -> NDArray[np.uint8]:
    return np.asarray(np.round(lit.light(light).deferred.array * 255), dtype=np.uint8)


def read_view(cache: Path, case: Case) -> CaseView | None:
    """A case with the pictures that are there; ``None`` where there are none."""
    pictures, references = {}, {}
    for source in SOURCES:
        path = _path(cache, case, source)
        if path.exists():
            with np.load(path, allow_pickle=False) as arrays:
                pictures[source], references[source] = arrays["pictures"], arrays["references"]
    if not pictures:
        return None
    if case.traced is not None:
        from archviz.training.openings.traced_views import read_moved_model

        gbuffer, openings, damage, lights = read_moved_model(cache.parent, case.number, case.traced)
    else:
        (scene, record), _, damage = read_case(cache / "scenes" / f"{case.number:06d}")
        gbuffer, openings, lights = rasterize(scene, _camera(record)), find_openings(scene), _lights(record)
    return CaseView(
        case=case,
        gbuffer=gbuffer,
        openings=openings,
        damage=damage,
        pictures=pictures,
        references=references,
        lights=tuple(light.illumination for light in lights),
    )
