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
from archviz.fidelity import edge_evidence
from archviz.training.alternatives import ALTERNATIVES, RELEASED, load_taught, sample, tflop
from archviz.training.batches import Batch
from archviz.training.captions import caption
from archviz.training.denoiser import to_picture
from archviz.training.evaluation.differences import psnr
from archviz.training.evaluation.held_out import HeldOutView, spread_views
from archviz.training.evaluation.measures import mean_of
from archviz.training.evaluation.scenes import mean_over_scenes, ratio_over_scenes
from archviz.training.evaluation.sheets import grid
from archviz.training.evaluation.table import interval_cell, markdown_rows, write_into_card
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
    names = [name for name in ALTERNATIVES if (cache / "alternatives" / f"{name}.json").exists()]
    taught = {name: load_taught(cache, name) for name in names}
    tokenizer = load_tokenizer(cache / "tokenizer", ALTERNATIVES[RELEASED].config)
    measured: dict[str, dict[str, Measured]] = {name: {} for name in names}
    shown: list[list[NDArray[np.uint8]]] = []
    for row in spread_views(store, views):
        # Maps and light of a view are large: each has its turn.
        view = HeldOutView(workshop, store, row)
        truths = [_Truth(view, mix) for mix in view.lights[:2]]
        firsts = [truths[0].picture]
        for name, (networks, _) in taught.items():
            pictures = [_picture(cache, name, networks, tokenizer, view, truth.mix) for truth in truths]
            measured[name][view.name] = {"scene": view.scene} | _compared(pictures, truths)
            firsts.append(pictures[0])
        shown.append(firsts)
        print(f"alternatives: {view.name}", flush=True)
    found = {
        name: asdict(known) | {"tflop": tflop(cache, name), "views": measured[name]}
        for name, (_, known) in taught.items()
    }
    text = _table(found)
    target = cache / "alternatives"
    (target / "alternatives.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (target / "alternatives.md").write_text(text, encoding="utf-8")
    _write_sheet(shown, target / "alternatives.png")
    if card is not None:
        write_into_card(card, text, marks=MARKS)
    print(text)
    return text


class _Truth:
    """A view's own picture under one light, and how well its lines are seen there."""

    def __init__(self, view: HeldOutView, mix: int) -> None:
        self._view, self.mix = view, mix
        self.picture = view.picture("truth", mix)
        self.edges = self.evidence(self.picture)

    def evidence(self, picture: NDArray[np.uint8]) -> float | None:
        """Edge evidence of the building in another picture of the same."""
        view = self._view
        return edge_evidence(picture, view.gbuffer, reference=self.picture, wireframe=view.wireframe).score


def _picture(cache: Path, name: str, networks: Any, tokenizer: Any, view: HeldOutView, mix: int) -> NDArray[np.uint8]:
    text = caption(view.pair, mix, derive_generator(view.view, "evaluate"))
    stack = torch.from_numpy(view.store.stack(view.view, mix))[None]
    nothing = torch.zeros(0)
    given = Batch(latents=nothing, stacks=stack, tokens=encode_text(tokenizer, [text]), pictures=nothing)
    return to_picture(sample(cache, name, networks, given, seed=view.view))[0]


def _compared(pictures: Sequence[NDArray[np.uint8]], truths: Sequence[_Truth]) -> Measured:
    return {
        "psnr": mean_of([psnr(picture, truth.picture) for picture, truth in zip(pictures, truths, strict=True)]),
        "edges": mean_of([truth.evidence(picture) for picture, truth in zip(pictures, truths, strict=True)]),
        "truth": mean_of([truth.edges for truth in truths]),
    }


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
                interval_cell(mean_over_scenes([values["psnr"] for values in views.values()], scenes), digits=2),
                "-" if name == RELEASED else interval_cell(mean_over_scenes(over("psnr"), scenes), digits=2),
                interval_cell(
                    ratio_over_scenes([values["edges"] for values in views.values()], truth, scenes), digits=3
                ),
                "-" if name == RELEASED else interval_cell(ratio_over_scenes(over("edges"), truth, scenes), digits=3),
            ]
        )
    seen = len({int(values["scene"]) for one in found.values() for values in one["views"].values()})
    minutes = "; ".join(sorted({f"{one['minutes']:g}" for one in found.values()}))
    head = f"{minutes} minutes each; held-out views of {seen} scenes; 95 % intervals over scenes.\n\n"
    return head + markdown_rows(rows)


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _write_sheet(views: Sequence[Sequence[NDArray[np.uint8]]], path: Path) -> None:
    from PIL import Image

    rows = views[:: max(1, len(views) // _SHOWN_VIEWS)][:_SHOWN_VIEWS]
    small = [np.asarray(Image.fromarray(picture).resize((_SHOWN_PX, _SHOWN_PX))) for row in rows for picture in row]
    Image.fromarray(grid(small, columns=len(views[0]))).save(path)
