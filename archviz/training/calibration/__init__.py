"""How each score of fidelity answers known damage: the figures of ``docs/fidelity.md``.

Held-out buildings are traced as designed and with changes of their geometry; pictures of them, by
the path tracer and by the embedded engine, are damaged in known ways and scored by the same code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from archviz.diffusion import Engine, load_engine
from archviz.presets import environment
from archviz.render.writing import write_json
from archviz.training.calibration.publish import publish
from archviz.training.calibration.scenes import SEEDS, read_traced, trace_designs, write_designs
from archviz.training.calibration.scoring import compare_suns, score_subject
from archviz.training.calibration.subjects import SAMPLES, designed_subject, painter, sample_suns
from archviz.training.captions import phrases_of
from archviz.training.scenes import read_scene

__all__ = ["SEEDS", "calibrate"]

Source = Literal["path-traced", "mini"]
# What decides a score; other modules, which judge or paint, may change without new measurements.
_MEASURING = {
    "fidelity": ("drift", "edges", "gradient", "shadows", "silhouette", "straightness", "wireframe"),
    "training/calibration": ("altered", "damage", "scenes", "scoring", "subjects"),
}
_PACKAGE = Path(__file__).resolve().parents[2]


def calibrate(cache: Path, folder: Path, target: Path, *, seeds: Sequence[int] = SEEDS, threads: int = 1) -> None:
    """Measure and publish; goes on where it was stopped.

    Scenes and tracings stay in ``<cache>/calibration``; scores stay as long as the code that makes
    them, and those of the engine as long as its weights.

    Parameters
    ----------
    cache
        Holds the path tracer's environment; nothing but ``calibration/`` is written.
    folder
        The engine's weights.
    target
        Where ``fidelity-*.csv`` and ``fidelity-*.png`` are written.
    seeds
        Held-out scenes.
    threads
        Processor threads.
    """
    root = cache / "calibration"
    write_designs(root, seeds)
    trace_designs(cache, root, seeds, threads=threads)
    engine = load_engine("mini", weights=folder, threads=threads)
    keys: dict[Source, str] = {"path-traced": _fingerprint({}), "mini": _fingerprint(engine.numerics_key())}
    found: list[dict[str, Any]] = []
    for seed in seeds:
        stranger = seeds[(seeds.index(seed) + 1) % len(seeds)]
        for source in keys:
            make = partial(_score_design, root, seed, stranger, engine if source == "mini" else None)
            found.append(_once(root / "scores" / keys[source] / f"{source}-{seed}.json", source, str(seed), make))
    for name in SAMPLES:
        make = partial(_score_sample, name, engine)
        found.append(_once(root / "scores" / keys["mini"] / f"mini-{name}.json", "mini", name, make))
    publish(found, target)


def _fingerprint(numerics: Any) -> str:
    """Names what decides the scores beside the scenes: the code that scores, and what made the pictures."""
    hashed = hashlib.sha256(json.dumps(numerics, sort_keys=True).encode())
    for folder, modules in _MEASURING.items():
        for name in modules:
            hashed.update((_PACKAGE / folder / f"{name}.py").read_bytes())
    return hashed.hexdigest()[:16]


def _once(path: Path, source: Source, scene: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if not path.exists():
        write_json(path, {"source": source, "scene": scene, **make()})
        print(f"scored: {source} {scene}", flush=True)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _score_design(root: Path, seed: int, stranger: int, engine: Engine | None) -> dict[str, Any]:
    paint = None
    if engine is not None:
        _, record = read_scene(root / "scenes" / f"{seed * 10:06d}")
        words = phrases_of(environment(record["environment"]).prompt)
        paint = painter(engine, ", ".join([*record["caption"]["materials"], *words]), seed)
    subject = designed_subject(root, seed, paint)
    other = read_traced(root, stranger)
    if subject is None or other is None:
        return {"scores": [], "suns": []}
    display = np.clip(other.groups[0].astype(np.float32) + other.groups[2].astype(np.float32), 0.0, 1.0)
    picture = np.asarray(np.sqrt(display) * 255, dtype=np.uint8)
    suns = {turn: subject.suns[turn] for turn in subject.suns if turn % 45 == 0}
    return {
        "scores": score_subject(subject, picture),
        "suns": compare_suns(subject.gbuffer, subject.under_suns, suns),
    }


def _score_sample(name: str, engine: Engine) -> dict[str, Any]:
    pictures, suns, view = {}, {}, None
    for turn, gbuffer, light, paint in sample_suns(name, engine):
        view, suns[turn], pictures[turn] = gbuffer, light, paint()
    assert view is not None  # there are eight suns
    return {"scores": [], "suns": compare_suns(view, pictures, suns)}
