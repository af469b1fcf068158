"""The alternatives on held-out views: what each makes of the same maps and words from pure noise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from archviz.core.seeds import derive_generator
from archviz.fidelity import Interval, edge_evidence
from archviz.training.alternatives import ALTERNATIVES, RELEASED, load_taught, sample, tflop
from archviz.training.batches import Batch
from archviz.training.captions import caption
from archviz.training.denoiser import to_picture
from archviz.training.evaluation.differences import psnr
from archviz.training.evaluation.held_out import HeldOutView
from archviz.training.evaluation.scenes import mean_over_scenes, ratio_over_scenes
from archviz.training.evaluation.sheets import grid
from archviz.training.evaluation.table import write_into_card
from archviz.training.evaluation.workshop import Workshop
from archviz.training.networks import encode_text, load_tokenizer
from archviz.training.pairs import PairStore

__all__ = ["MARKS", "compare_alternatives"]

MARKS = ("<!-- alternatives: written by `python -m archviz.training alternatives --card` -->", "<!-- end -->")
_SHOWN_VIEWS, _SHOWN_PX = 6, 256
_HEAD = (
    "alternative", "steps", "s a step", "TFLOP a picture", "PSNR, dB", "over the released", "edges over the truth's",
    "over the released",
)  # fmt: skip
# Of a view: scene, PSNR, edge evidence and the truth's; a mean over its two lights with sun.
Measured = dict[str, float | None]


def compare_alternatives(
    cache: Path, folder: Path, *, views: int = 24, threads: int = 1, card: Path | None = None
) -> str:
    """Measure every alternative that was taught on the same held-out views, and write the table.

    Writes ``alternatives/alternatives.md`` and a sheet ``alternatives.png``, a view a row: the truth, then each of
    them in the order of the table.

    Parameters
    ----------
    cache
        Holds ``alternatives/``, ``pairs/`` with held-out views, and what they were taught with.
    folder
        The engine's weights; nothing of them is measured.
    views
        How many held-out views, of as many scenes as there are.
    card
        A model card that the table is written into.

    Returns
    -------
    str
        The table.
    """
    torch.set_num_threads(threads)
    store = PairStore(cache, split="holdout")
    workshop = Workshop(cache, folder, threads=threads)
    order = sorted(range(len(store)), key=lambda v: (int(store.record(v)["view"]), int(store.record(v)["seed"])))
    made = [HeldOutView(workshop, store, view) for view in sorted(order[:views])]
    names = [name for name in ALTERNATIVES if (cache / "alternatives" / f"{name}.json").exists()]
    found: dict[str, dict[str, Any]] = {}
    shown: dict[str, list[NDArray[np.uint8]]] = {}
    for name in names:
        found[name], shown[name] = _measure(cache, name, made)
    text = _table(found)
    target = cache / "alternatives"
    (target / "alternatives.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (target / "alternatives.md").write_text(text, encoding="utf-8")
    _write_sheet(made, list(shown.values()), target / "alternatives.png")
    if card is not None:
        write_into_card(card, text, marks=MARKS)
    print(text)
    return text


def _measure(cache: Path, name: str, views: Sequence[HeldOutView]) -> tuple[dict[str, Any], list[NDArray[np.uint8]]]:
    networks, taught = load_taught(cache, name)
    tokenizer = load_tokenizer(cache / "tokenizer", ALTERNATIVES[name].config)
    measured: dict[str, Measured] = {}
    shown = []
    for view in views:
        lights = view.lights[:2]
        pictures = [_picture(cache, name, networks, tokenizer, view, mix) for mix in lights]
        shown.append(pictures[0])
        measured[view.name] = {"scene": view.scene} | _compared(view, pictures)
        print(f"alternatives: {name}, {view.name}", flush=True)
    return asdict(taught) | {"tflop": tflop(cache, name), "views": measured}, shown


def _picture(cache: Path, name: str, networks: Any, tokenizer: Any, view: HeldOutView, mix: int) -> NDArray[np.uint8]:
    text = caption(view.pair, mix, derive_generator(view.view, "evaluate"))
    stack = torch.from_numpy(view.store.stack(view.view, mix))[None]
    nothing = torch.zeros(0)
    given = Batch(latents=nothing, stacks=stack, tokens=encode_text(tokenizer, [text]), pictures=nothing)
    return to_picture(sample(cache, name, networks, given, seed=view.view))[0]


def _compared(view: HeldOutView, pictures: Sequence[NDArray[np.uint8]]) -> Measured:
    truths = [view.picture("truth", mix) for mix in view.lights[: len(pictures)]]

    def evidence(picture: NDArray[np.uint8], truth: NDArray[np.uint8]) -> float:
        score = edge_evidence(picture, view.gbuffer, reference=truth, wireframe=view.wireframe).score
        return np.nan if score is None else score

    pairs = list(zip(pictures, truths, strict=True))
    levels = [value for picture, truth in pairs if (value := psnr(picture, truth)) is not None]
    edges = [(evidence(picture, truth), evidence(truth, truth)) for picture, truth in pairs]
    own, best = np.nanmean(edges, axis=0) if np.isfinite(edges).any() else (np.nan, np.nan)
    return {"psnr": float(np.mean(levels)), "edges": _known(own), "truth": _known(best)}


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _table(found: Mapping[str, Mapping[str, Any]]) -> str:
    reference = found[RELEASED]["views"] if RELEASED in found else {}
    rows = [list(_HEAD), ["---"] * len(_HEAD)]
    for name, one in found.items():
        views = one["views"]
        scenes = [int(values["scene"]) for values in views.values()]
        truth = [values["truth"] for values in views.values()]

        def over(figure: str, views: Mapping[str, Measured] = views) -> list[float | None]:
            return [_less(values[figure], reference.get(view, {}).get(figure)) for view, values in views.items()]

        rows.append(
            [
                ALTERNATIVES[name].says,
                str(one["steps"]),
                f"{one['step_s']:.2f}",
                f"{one['tflop']:.2f}",
                _said(mean_over_scenes([values["psnr"] for values in views.values()], scenes), 2),
                "-" if name == RELEASED else _said(mean_over_scenes(over("psnr"), scenes), 2),
                _said(ratio_over_scenes([values["edges"] for values in views.values()], truth, scenes), 3),
                "-" if name == RELEASED else _said(ratio_over_scenes(over("edges"), truth, scenes), 3),
            ]
        )
    seen = len({int(values["scene"]) for one in found.values() for values in one["views"].values()})
    minutes = "; ".join(sorted({f"{one['minutes']:g}" for one in found.values()}))
    head = f"{minutes} minutes each; held-out views of {seen} scenes; 95 % intervals over scenes.\n\n"
    return head + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _said(value: Interval | None, digits: int) -> str:
    if value is None:
        return "-"
    return f"{value.mean:.{digits}f} ({value.low:.{digits}f} to {value.high:.{digits}f})"


def _write_sheet(views: Sequence[HeldOutView], pictures: Sequence[Sequence[NDArray[np.uint8]]], path: Path) -> None:
    from PIL import Image

    columns = [[view.picture("truth", view.lights[0]) for view in views], *pictures]
    rows = range(0, len(views), max(1, len(views) // _SHOWN_VIEWS))[:_SHOWN_VIEWS]
    shown = [
        np.asarray(Image.fromarray(column[row]).resize((_SHOWN_PX, _SHOWN_PX))) for row in rows for column in columns
    ]
    Image.fromarray(grid(shown, columns=len(columns))).save(path)
