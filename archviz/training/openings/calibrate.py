"""The step ``openings``: scenes, path tracing, pictures, coefficients, figures; each goes on where it stopped."""

from __future__ import annotations

import functools
import hashlib
import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archviz.core.errors import MissingWeightsError, OptionError
from archviz.diffusion import Engine, load_engine
from archviz.render.recipe import write_whole
from archviz.training.openings.fit import (
    PictureShift,
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

__all__ = ["Measured", "calibrate_openings", "write_figures"]

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
    "shift_told": "picture moved by 3 px, told",
    "no_shift_told": "picture not moved, told",
}
_TITLES = {"traced": "path-traced", "mini": "`mini`"}


def calibrate_openings(
    cache: Path,
    weights: Path,
    *,
    target: Path,
    document: Path,
    threads: int = 1,
    fit_only: bool = False,
    chosen: Sequence[Case] | None = None,
    load: Callable[..., Engine] = load_engine,
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
    chosen
        Buildings; all of :func:`archviz.training.openings.scenes.cases` where they are not given.
    load
        Opens the engine; another one for tests.
    """
    own = cache / "openings"
    (own / "scenes").mkdir(parents=True, exist_ok=True)
    if not (own / "bpy-venv").exists():
        (own / "bpy-venv").symlink_to(cache / "bpy-venv")
    chosen = cases() if chosen is None else chosen
    if not fit_only:
        _drop_stale(own, weights)
        engine = functools.lru_cache(maxsize=1)(lambda: load("mini", weights=weights, threads=threads))
        for number, case in enumerate(chosen, start=1):
            began = time.monotonic()
            said = _draw(own, case, engine, threads)
            seconds = time.monotonic() - began
            print(f"openings: {number} of {len(chosen)}, {case.name} {case.split}, {said}, {seconds:.0f} s", flush=True)
    return write_figures(_measured(own, chosen), weights, target=target, document=document)


def _draw(own: Path, case: Case, engine: Callable[[], Engine], threads: int) -> str:
    """Make a case's pictures; a case that fails is said and left out, so that hours of others are not lost."""
    untraced = ""
    try:
        if case.traced is None:
            prepare_case(own, case)
            try:
                traced = trace_scenes(own, seeds=[case.number], samples=_SAMPLES, threads=threads)
                untraced = "".join(f", not traced: {reason}" for _, reason in traced.failed)
            except (OptionError, subprocess.CalledProcessError) as error:
                untraced = f", not traced: {error}"
        return f"{draw_pictures(own, case, engine)} files{untraced}"
    except MissingWeightsError:
        raise
    except Exception as error:
        return f"left out: {type(error).__name__}: {error}"


def write_figures(measured: Measured, weights: Path, *, target: Path, document: Path) -> dict[str, Any]:
    """Fit on ``calibration``, measure on ``test``, write coefficients and figures.

    Raises
    ------
    OptionError
        There is nothing to fit to: pictures of one kind only, or none.
    """
    samples = measured.samples
    for split, found in samples.items():
        if len({sample.fate == "intact" for sample in found}) < 2:
            raise OptionError(
                f"openings: {len(found)} openings in {split} pictures, not both intact and removed ones; "
                "make more pictures, without --fit-only"
            )
    model = fit_model(samples["calibration"])
    figures = {
        "command": _COMMAND,
        "weights": _fingerprint(weights),
        "calibration_buildings": len({s.building for s in samples["calibration"]}),
        "calibration_openings": len(samples["calibration"]),
        "buildings_planned": {
            split: len({case.name for case in cases() if case.split == split}) for split in ("calibration", "test")
        },
        "test": judge_figures(samples["test"], measured.strangers, measured.shifts, model),
    }
    write_whole(target, functools.partial(_write, text=model_toml(model, f"Written by `{_COMMAND}`.")))
    write_whole(document.with_suffix(".json"), functools.partial(_write, text=json.dumps(figures, indent=1) + "\n"))
    write_whole(document, functools.partial(_write, text=_page(figures)))
    print(_page(figures))
    return figures


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Openings by split; the test buildings in strangers' pictures, and their pictures' shifts."""

    samples: dict[str, list[Sample]]
    strangers: list[Stranger]
    shifts: list[PictureShift]


def _measured(own: Path, chosen: Sequence[Case]) -> Measured:
    """Every picture that is there; a stranger's is that of the test building before."""
    samples: dict[str, list[Sample]] = {"calibration": [], "test": []}
    strangers: list[Stranger] = []
    shifts: list[PictureShift] = []
    before: dict[str, CaseView] = {}
    for case in chosen:
        view = read_view(own, case)
        if view is None:
            continue
        openings, moved = measure(view)
        samples[case.split] += openings
        if case.split == "test":
            shifts += moved
            kind = "traced" if case.traced is not None else "made"
            if kind in before and before[kind].case.name != case.name:
                strangers += measure_strangers(view, before[kind])
            before[kind] = view
    return Measured(samples=samples, strangers=strangers, shifts=shifts)


def _write(file: Any, *, text: str) -> None:
    file.write(text.encode("utf-8"))


def _fingerprint(weights: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted([*weights.rglob("*.safetensors"), *weights.glob("*/config.json")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _drop_stale(own: Path, weights: Path) -> None:
    """Delete the engine's pictures that other weights made."""
    # The second word is how the engine is asked: in another way its pictures are others.
    mark, now = own / "mini.sha256", f"{_fingerprint(weights)} started"
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
        " or pictures. Three pixels: the picture moved to the right; told is a common displacement of its openings of"
        " at least 1.5 px, not moved one of less.",
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
