"""The scenes that scores are calibrated on: held-out buildings as designed and with known damage, path-traced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from archviz.core.camera import Camera
from archviz.geometry.gbuffer import rasterize
from archviz.training.blender import find_bpy_python
from archviz.training.calibration.altered import CHANGES, Change, alter
from archviz.training.path_trace import trace_scenes, view_path
from archviz.training.scenes import TrainingScene, generate, read_scene, write
from archviz.training.traced import TracedView, load_traced

__all__ = ["LONGEST_PX", "SEEDS", "read_designed", "read_traced", "trace_designs", "write_designs"]

# Every tenth seed is held out of all training.
SEEDS = tuple(range(0, 120, 10))
LONGEST_PX = 384
_MULTIPLE = 8
_SAMPLES = 6
# A scene and its three changes have numbers of their own in the tracer's folders.
_VERSIONS: tuple[Change | None, ...] = (None, *CHANGES)
_NONE = "absent.json"


def _number(seed: int, change: Change | None) -> int:
    return seed * 10 + _VERSIONS.index(change)


def _folder(root: Path, seed: int, change: Change | None) -> Path:
    return root / "scenes" / f"{_number(seed, change):06d}"


def write_designs(root: Path, seeds: Sequence[int]) -> None:
    """Write each scene with its first camera, and each change of it, where they are not there yet."""
    for seed in seeds:
        missing = [change for change in _VERSIONS if not _folder(root, seed, change).exists()]
        if not missing:
            continue
        designed = _one_view(generate(seed))
        gbuffer = rasterize(designed.scene, Camera.from_json(designed.record["cameras"][0]["camera"]))
        for change in missing:
            made = designed if change is None else alter(designed, gbuffer, change)
            _write(_folder(root, seed, change), made)
            print(f"scene {seed}: {change or 'as designed'}{'' if made else ': not possible'}", flush=True)


def _one_view(given: TrainingScene) -> TrainingScene:
    """The scene with its first camera alone, at the size of calibration."""
    first: dict[str, Any] = given.record["cameras"][0]
    camera = Camera.from_json(first["camera"])
    size = camera.size.with_longer(LONGEST_PX).rounded_to(_MULTIPLE)
    record = {**given.record, "cameras": [{**first, "camera": camera.resized(size).to_json()}]}
    return replace(given, record=record)


def _write(folder: Path, made: TrainingScene | None) -> None:
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    if made is None:
        (beside / _NONE).write_text("{}\n", encoding="utf-8")
    else:
        write(made, beside)
    beside.rename(folder)


def trace_designs(cache: Path, root: Path, seeds: Sequence[int], *, threads: int) -> None:
    """Trace what :func:`write_designs` wrote and what is not traced yet."""
    numbers = [
        _number(seed, change)
        for change in _VERSIONS
        for seed in seeds
        if not (_folder(root, seed, change) / _NONE).exists()
    ]
    if all(view_path(root, number, 0).exists() for number in numbers):
        return
    report = trace_scenes(
        root,
        seeds=numbers,
        samples=_SAMPLES,
        threads=threads,
        python=find_bpy_python(cache),
        on_view=lambda number, _: print(f"traced {number:06d}", flush=True),
    )
    for number, reason in report.failed:
        print(f"not traced: {number:06d}: {reason}", flush=True)


def read_designed(root: Path, seed: int, change: Change | None = None) -> TrainingScene | None:
    """A scene or a change of it; ``None`` where that change is not possible."""
    folder = _folder(root, seed, change)
    if (folder / _NONE).exists():
        return None
    scene, record = read_scene(folder)
    return TrainingScene(scene=scene, record=record)


def read_traced(root: Path, seed: int, change: Change | None = None) -> TracedView | None:
    """The traced view of a scene; ``None`` where it could not be made."""
    path = view_path(root, _number(seed, change), 0)
    return load_traced(path) if path.exists() else None
