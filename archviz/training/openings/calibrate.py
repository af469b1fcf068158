"""The step ``openings``: scenes, path tracing, pictures, coefficients, figures; each goes on where it stopped."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archviz.diffusion import load_engine
from archviz.render.recipe import write_whole
from archviz.training.openings.fit import (
    Sample,
    Stranger,
    fit_model,
    judge_figures,
    measure,
    measure_strangers,
    model_toml,
)
from archviz.training.openings.pictures import SOURCES, CaseView, draw_pictures, read_view
from archviz.training.openings.scenes import Case, cases, prepare_case
from archviz.training.path_trace import trace_scenes

__all__ = ["calibrate_openings", "write_figures"]

_COMMAND = "python -m archviz.training openings"
_SAMPLES = 4
_ROWS = {
    "buildings": "buildings",
    "openings": "openings",
    "judged": "openings in pictures",
    "named": "removed or moved, named missing",
    "named_removed": "of these removed",
    "named_moved": "of these moved along the wall",
    "intact_missing": "intact, called missing",
    "intact_found": "intact, called found",
    "auc": "AUC, intact over removed",
    "noise_score": "score of white noise",
    "other_scene_score": "score of another scene's picture",
    "shift_told": "a shift of 3 px, told",
    "no_shift_told": "no shift, told",
}
_TITLES = {"traced": "path-traced", "mini": "`mini`"}


def calibrate_openings(
    cache: Path, weights: Path, *, target: Path, document: Path, threads: int = 1, fit_only: bool = False
) -> dict[str, Any]:
    """Calibrate the openings' score and measure it on other buildings.

    Parameters
    ----------
    cache
        Of all training data; this step's own lie in ``<cache>/openings``.
    weights
        Folder of ``mini``. Where it changed, its pictures are made again.
    target
        The coefficients' file.
    document
        The figures' page; ``.json`` beside it holds the same numbers.
    fit_only
        Take the pictures that are there.
    """
    own = cache / "openings"
    (own / "scenes").mkdir(parents=True, exist_ok=True)
    if not (own / "bpy-venv").exists():
        (own / "bpy-venv").symlink_to(cache / "bpy-venv")
    chosen = cases()
    if not fit_only:
        _drop_stale(own, weights)
        engine = functools.lru_cache(maxsize=1)(lambda: load_engine("mini", weights=weights, threads=threads))
        for case in chosen:
            if case.traced is None:
                prepare_case(own, case)
                trace_scenes(own, seeds=[case.number], samples=_SAMPLES, threads=threads)
            made = draw_pictures(own, case, engine)
            print(f"openings: {case.name} {case.split}, {made} files", flush=True)
    samples, strangers = _measured(own, chosen)
    return write_figures(samples, strangers, weights, target=target, document=document)


def write_figures(
    samples: Mapping[str, Sequence[Sample]],
    strangers: Sequence[Stranger],
    weights: Path,
    *,
    target: Path,
    document: Path,
) -> dict[str, Any]:
    """Fit on ``calibration``, measure on ``test``, write coefficients and figures."""
    model = fit_model(samples["calibration"])
    figures = {
        "command": _COMMAND,
        "weights": _fingerprint(weights),
        "calibration_buildings": len({s.building for s in samples["calibration"]}),
        "calibration_openings": len(samples["calibration"]),
        "buildings_planned": {
            split: len({case.name for case in cases() if case.split == split}) for split in ("calibration", "test")
        },
        "test": judge_figures(samples["test"], strangers, model),
    }
    write_whole(target, functools.partial(_write, text=model_toml(model, f"Written by `{_COMMAND}`.")))
    write_whole(document.with_suffix(".json"), functools.partial(_write, text=json.dumps(figures, indent=1) + "\n"))
    write_whole(document, functools.partial(_write, text=_page(figures)))
    print(_page(figures))
    return figures


def _measured(own: Path, chosen: Sequence[Case]) -> tuple[dict[str, list[Sample]], list[Stranger]]:
    """Samples by split, and the test buildings in strangers' pictures: of the test building before."""
    samples: dict[str, list[Sample]] = {"calibration": [], "test": []}
    strangers: list[Stranger] = []
    before: dict[str, CaseView] = {}
    for case in chosen:
        view = read_view(own, case)
        if view is None:
            continue
        samples[case.split] += measure(view)
        if case.split == "test":
            kind = "traced" if case.traced is not None else "made"
            if kind in before and before[kind].case.name != case.name:
                strangers += measure_strangers(view, before[kind])
            before[kind] = view
    return samples, strangers


def _write(file: Any, *, text: str) -> None:
    file.write(text.encode("utf-8"))


def _fingerprint(weights: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(weights.rglob("*.safetensors")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _drop_stale(own: Path, weights: Path) -> None:
    """Delete the engine's pictures that other weights made."""
    mark, now = own / "mini.sha256", _fingerprint(weights)
    if not mark.exists() or mark.read_text(encoding="utf-8") != now:
        for path in (own / "pictures").glob("*-mini.npz"):
            path.unlink()
        mark.write_text(now, encoding="utf-8")


def _page(figures: Mapping[str, Any]) -> str:
    test = figures["test"]
    sources = [source for source in SOURCES if source in test]
    lines = [
        "# Openings: how far the score can be trusted",
        "",
        f"Measured by `{figures['command']}` on buildings that the coefficients have not seen, four of them the"
        " sample models. Windows were taken out of the geometry, or set beside their place on their own wall; each"
        " picture shows the scene without them and is judged against the scene with them. `mini` is given the damaged"
        " scene's maps. Path-traced pictures of the data set are judged against a model in which half of the windows"
        " were moved along their walls. In brackets: 95 % interval over buildings, and how many pictures of openings,"
        " or pictures. Three pixels: the picture moved to the right; told is a displacement of its outline of at least"
        " 1.5 px.",
        "",
        f"Of {figures['buildings_planned']['calibration']} planned buildings {figures['calibration_buildings']} were"
        f" there for the calibration; of {figures['buildings_planned']['test']} for the test, those in the table. The"
        " command goes on where it stopped.",
        "",
        "| | " + " | ".join(_TITLES[source] for source in sources) + " |",
        "|---|" + "---|" * len(sources),
    ]
    for key, title in _ROWS.items():
        lines.append(f"| {title} | " + " | ".join(_cell(test[source].get(key)) for source in sources) + " |")
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return f"{value['mean']:.3f} ({value['low']:.3f} to {value['high']:.3f}; {value['of']})"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
