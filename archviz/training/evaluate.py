"""Figures and contact sheet of the embedded engine on held-out scenes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.maps import ColorMap
from archviz.core.seeds import derive_generator
from archviz.diffusion import engine_specs, load_engine
from archviz.diffusion.frames import to_bytes
from archviz.fidelity import drift, edge_evidence, shadow_agreement
from archviz.training.asking import ask
from archviz.training.captions import caption
from archviz.training.dataset import LitView, view_mixes
from archviz.training.drafts import deferred_colour
from archviz.training.pairs import PairStore
from archviz.training.scenes import read_scene
from archviz.training.texture import TextureClass, top_octave_power

__all__ = ["evaluate"]

Picture = NDArray[np.uint8]
_RESAMPLES = 1000
_SHEET_VIEWS = 8
# Row -> steps and strength. The default, the same with twice the steps, without the start picture; one step
# from pure noise is what a regression from maps to picture would be.
_SAMPLINGS = {
    "mini, 8 steps": (8, 0.5),
    "mini, 4 steps": (4, 0.5),
    "mini, 4 steps from noise": (4, 1.0),
    "mini, 1 step from noise": (1, 1.0),
}
_DRAFT = "mini, 4 steps, before the finisher"


@dataclass(frozen=True, eq=False)
class _View:
    """One held-out view: the scene it belongs to, pictures under two lights, its maps."""

    scene: int
    pictures: dict[str, list[Picture]]
    gbuffer: GBuffer
    lights: list[LightBuffer]


def evaluate(cache: Path, folder: Path, *, views: int = 24, threads: int = 1) -> dict[str, Any]:
    """Score truth, the engine in several samplings, with and without its finisher, lit clay, and the deferred colour.

    Writes ``figures.json``, ``figures.md`` and ``contact-sheet.png`` and ``.jpg`` (deferred colour, engine, truth) to
    ``<cache>/evaluation``.

    Parameters
    ----------
    cache
        Holds ``scenes/``, ``pairs/`` with a held-out split.
    folder
        The engine's weights.
    views
        How many held-out views, in the order of their scenes.
    """
    engine = load_engine("mini", weights=folder, threads=threads)
    drafting = _without_finisher(folder, threads)
    store = PairStore(cache, split="holdout")
    made = [_render_view(cache, store, view, engine, drafting, threads) for view in range(min(views, len(store)))]
    scenes = [view.scene for view in made]
    rows = {
        name: {score: _interval([measure(view, name) for view in made], scenes) for score, measure in _MEASURES.items()}
        for name in ("truth", *_SAMPLINGS, *([_DRAFT] if drafting is not None else []), "clay", "deferred colour")
    }
    target = cache / "evaluation"
    target.mkdir(parents=True, exist_ok=True)
    figures = {"views": len(made), "scenes": len(set(scenes)), "rows": rows}
    (target / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (target / "figures.md").write_text(_table(rows), encoding="utf-8")
    _write_sheet(made, target / "contact-sheet.png")
    print(_table(rows))
    return figures


def _without_finisher(folder: Path, threads: int) -> Any | None:
    """The same engine as it was before its last stage; ``None`` where it has none."""
    if not (folder / "finisher").is_dir():
        return None
    with tempfile.TemporaryDirectory() as name:
        for entry in folder.resolve().iterdir():
            if entry.name != "finisher":
                (Path(name) / entry.name).symlink_to(entry)
        return load_engine("mini", weights=Path(name), threads=threads)


def _render_view(cache: Path, store: PairStore, view: int, engine: Any, drafting: Any | None, threads: int) -> _View:
    pair = store.record(view)
    scene, record = read_scene(cache / "scenes" / f"{pair['seed']:06d}")
    mixes = [i for i, m in enumerate(pair["mixes"]) if m["sun"] is not None][:2] or [0, 1]
    truth = store.pictures(view)
    lit = LitView(scene, record, Camera.from_json(record["cameras"][pair["view"]]["camera"]))
    drawn = view_mixes(record, pair["view"])
    passes = engine_specs()["clay"].sampling.steps
    pictures: dict[str, list[Picture]] = {}

    def keep(name: str, picture: Picture) -> None:
        pictures.setdefault(name, []).append(picture)

    for mix in mixes:
        stack = store.stack(view, mix)
        deferred = (deferred_colour(stack).transpose(1, 2, 0) + 1) / 2
        request = ask(
            engine.spec,
            prompt=caption(pair, mix, derive_generator(view, "evaluate")),
            stack=stack,
            deferred=ColorMap(np.ascontiguousarray(deferred)),
            seed=view,
        )
        keep("truth", np.array(truth[mix]))
        keep("deferred colour", to_bytes(deferred))
        for name, (steps, strength) in _SAMPLINGS.items():
            keep(name, engine.generate(replace(request, steps=steps, strength=strength)))
        if drafting is not None:
            keep(_DRAFT, drafting.generate(replace(request, steps=4, strength=0.5)))
        keep("clay", to_bytes(lit.clay(drawn[mix], passes=passes, seed=view, threads=threads).array))
    return _View(pair["seed"], pictures, lit.gbuffer, [lit.light(drawn[mix]) for mix in mixes])


def _edges(view: _View, name: str) -> float | None:
    scores = []
    for picture, truth in zip(view.pictures[name], view.pictures["truth"], strict=True):
        scores.append(edge_evidence(picture, view.gbuffer, reference=truth, part="building").score)
    return _mean(scores)


def _shadows(view: _View, name: str) -> float | None:
    pairs = zip(view.pictures[name], view.lights, strict=True)
    return _mean([shadow_agreement(picture, view.gbuffer, light).auc for picture, light in pairs])


def _drift(view: _View, name: str) -> float | None:
    return drift(view.pictures[name][0], view.pictures[name][1], view.gbuffer).median_px


def _difference(view: _View, name: str) -> float | None:
    pairs = zip(view.pictures[name], view.pictures["truth"], strict=True)
    errors = [float(np.mean((a.astype(np.float32) - b.astype(np.float32)) ** 2)) for a, b in pairs]
    return None if name == "truth" else _mean([10 * np.log10(255**2 / max(e, 1e-9)) for e in errors])


def _texture(of: TextureClass) -> Callable[[_View, str], float | None]:
    def measure(view: _View, name: str) -> float | None:
        found, truth = (top_octave_power(view.pictures[row][0], view.gbuffer, of) for row in (name, "truth"))
        return None if found is None or not truth else found / truth

    return measure


_MEASURES: Mapping[str, Callable[[_View, str], float | None]] = {
    "edge evidence, building": _edges,
    "shadow agreement (AUC)": _shadows,
    "drift between lights, median px": _drift,
    "PSNR to truth, dB": _difference,
    "top octave of walls": _texture("wall"),
    "top octave of grass": _texture("grass"),
    "top octave of foliage": _texture("foliage"),
}


def _mean(values: Sequence[float | None]) -> float | None:
    kept = [float(v) for v in values if v is not None and np.isfinite(v)]
    return float(np.mean(kept)) if kept else None


def _interval(values: Sequence[float | None], scenes: Sequence[int]) -> dict[str, float] | None:
    """Mean over views with a 95 % bootstrap interval over scenes."""
    known = [(s, v) for s, v in zip(scenes, values, strict=True) if v is not None]
    if not known:
        return None
    by_scene = [np.array([v for s, v in known if s == scene]) for scene in sorted({s for s, _ in known})]
    generator = derive_generator(0, "bootstrap")
    means = [
        np.concatenate([by_scene[i] for i in generator.integers(len(by_scene), size=len(by_scene))]).mean()
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    return {"mean": float(np.mean([v for _, v in known])), "low": float(low), "high": float(high)}


def _table(rows: Mapping[str, Mapping[str, dict[str, float] | None]]) -> str:
    names = list(_MEASURES)
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for row, scores in rows.items():
        cells = []
        for name in names:
            s = scores[name]
            cells.append("-" if s is None else f"{s['mean']:.3f} ({s['low']:.3f} to {s['high']:.3f})")
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _write_sheet(views: Sequence[_View], path: Path) -> None:
    from PIL import Image

    rows = []
    for view in views[:: max(1, len(views) // _SHEET_VIEWS)][:_SHEET_VIEWS]:
        shown = [view.pictures[name][0] for name in ("deferred colour", "mini, 4 steps", "truth")]
        rows.append(np.concatenate([np.asarray(Image.fromarray(p).resize((384, 384))) for p in shown], axis=1))
    # Without loss for the eye that judges it, small for the model card.
    sheet = Image.fromarray(np.concatenate(rows))
    sheet.save(path)
    sheet.save(path.with_suffix(".jpg"), quality=90)
