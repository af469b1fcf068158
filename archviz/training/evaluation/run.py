"""The evaluation of the embedded engine: every row over the held-out views, and the table that they make."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.fidelity import Interval
from archviz.training.drawn_views import view_paths
from archviz.training.evaluation.crops import compare_crops, crop_features
from archviz.training.evaluation.held_out import HeldOutView
from archviz.training.evaluation.kept import KeptValues
from archviz.training.evaluation.makings import AUTOENCODER, FINISHED
from archviz.training.evaluation.rows import READING, ROWS, Figure, measure_reading
from archviz.training.evaluation.scenes import mean_over_scenes, ratio_over_scenes
from archviz.training.evaluation.sheets import grid
from archviz.training.evaluation.table import Line, markdown_table, write_into_card
from archviz.training.evaluation.workshop import MINI, Workshop
from archviz.training.metric_network import metric_network_path
from archviz.training.pairs import PairStore

__all__ = ["evaluate"]

# Views on the contact sheet, three of them beside one another, and the width of a picture.
_SHEET_VIEWS, _SHEET_COLUMNS, _SHEET_PX = 24, 3, 256
_FEWEST_CROPS = 2000
_FEWEST_SCENES = 3


def evaluate(
    cache: Path,
    folder: Path,
    *,
    lines_folder: Path,
    views: int = 24,
    readings: int = 100,
    rows: Sequence[str] | None = None,
    card: Path | None = None,
    threads: int = 1,
    measure: bool = True,
    brief: bool = False,
) -> list[Line]:
    """Measure the rows that are not measured yet, and write the table of all that are.

    Writes ``figures.json``, ``figures.md`` and ``contact-sheet.png`` and ``.jpg`` (deferred colour, engine, truth) to
    ``<cache>/evaluation``. What was measured with the same weights and the same metric network stays; a run that was
    stopped goes on.

    Parameters
    ----------
    cache
        Holds ``scenes/``, ``pairs/`` with a held-out split, ``drawn/`` and ``metric-network.pt`` for the rows that
        need them.
    folder, lines_folder
        Weights of the engine and of the network that reads drawings.
    views
        How many held-out views, spread over the scenes; all there are where there are fewer.
    readings
        How many held-out drawings.
    rows
        Which; all where they are not given. Named one by one, they also have the table of these alone, and a sheet
        only with a card.
    card
        A model card that the table is written into.
    measure
        False writes the table of what is there: a costly row may stand on fewer views than another.
    brief
        Measure the engine as it runs by default alone, beside truth and deferred colour: a third of the time.

    Raises
    ------
    OptionError
        A row is not known; the metric network is needed and not there.
    """
    chosen = list(ROWS) if rows is None else list(rows)
    if unknown := [row for row in chosen if row not in ROWS]:
        raise OptionError(f"row {unknown[0]!r} is not known; accepted: {', '.join(ROWS)}")
    workshop = Workshop(cache, folder, threads=threads, brief=brief)
    if any(ROWS[row].recognizes for row in chosen):
        _ = workshop.network
    target = cache / "evaluation"
    store = PairStore(cache, split="holdout")
    made = [HeldOutView(workshop, store, view) for view in _spread(store, views)]
    kept = {row: KeptValues(_path(target, workshop, row), basis=_basis(workshop, row, lines_folder)) for row in chosen}
    crops: list[tuple[int, Mapping[str, NDArray[np.float32]]]] = []
    for number, view in enumerate(made):
        began = time.monotonic()
        for row in chosen:
            if (figures := ROWS[row].measure) is not None and not kept[row].take_measured(view.edition) and measure:
                kept[row].take(view.edition, view.scene, partial(figures, view))
        if "kid" in chosen:
            features = target / "crops" / _basis(workshop, "kid", lines_folder)
            if measure or (features / f"{view.edition}.npz").exists():
                crops.append((view.scene, crop_features(view, features)))
        # Maps and light of a view are large.
        made[number] = HeldOutView(workshop, store, view.view)
        print(f"evaluate: {number + 1} of {len(made)}, {view.name}, {time.monotonic() - began:.0f} s", flush=True)
    if "lines-to-depth" in chosen:
        for path in _drawings(cache, readings):
            if not kept["lines-to-depth"].take_measured(path.stem) and measure:
                scene = int(path.stem.split("-")[1])
                kept["lines-to-depth"].take(path.stem, scene, partial(measure_reading, path, lines_folder))
    lines = _lines(chosen, kept, crops)
    _write(target, made, lines, workshop, card=card, sheet=rows is None or card is not None)
    return lines


def _spread(store: PairStore, views: int) -> list[int]:
    """Views in the order of their scenes, so that fewer of them still come from many scenes."""
    order = sorted(range(len(store)), key=lambda v: (int(store.record(v)["view"]), int(store.record(v)["seed"])))
    return sorted(order[:views])


def _drawings(cache: Path, count: int) -> list[Path]:
    paths = view_paths(cache, "holdout")
    return paths[:: max(1, len(paths) // count)][:count]


def _path(target: Path, workshop: Workshop, row: str) -> Path:
    return target / "measured" / workshop.weights / (f"{row}-brief.json" if workshop.brief else f"{row}.json")


def _basis(workshop: Workshop, row: str, lines_folder: Path) -> str:
    """What the values of a row stand on: the engine, what it is compared with, and the network that is asked."""
    files: Iterable[Path] = ()
    if ROWS[row].recognizes:
        files = (metric_network_path(workshop.cache),)
    elif row in ("lines-to-depth", "drawing"):
        files = sorted(lines_folder.glob("*.safetensors"))
    digest = hashlib.sha256(workshop.weights.encode())
    if ROWS[row].compares and workshop.brief:
        digest.update(b"brief")
    elif ROWS[row].compares and workshop.regression_folder.is_dir():
        digest.update(workshop.regression_weights.encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _lines(
    chosen: Sequence[str],
    kept: Mapping[str, KeptValues],
    crops: Sequence[tuple[int, Mapping[str, NDArray[np.float32]]]],
) -> list[Line]:
    lines: list[Line] = []
    for row in (row for row in ROWS if row in chosen):
        if row == "kid":
            lines += _crop_lines(crops)
            continue
        for figure in ROWS[row].figures:
            lines += _figure_lines(figure, *kept[row].column(figure.name))
    return lines


def _figure_lines(figure: Figure, scenes: Sequence[int], columns: Mapping[str, Sequence[float | None]]) -> list[Line]:
    cells = {column: mean_over_scenes(values, scenes) for column, values in columns.items()}
    lines = [Line(name=figure.name, reach=figure.reach, cells=cells)]
    if figure.relative_reach is not None and columns:
        # At other sizes nothing was traced but the clay.
        truth = "truth" if "truth" in columns else "clay"
        ratios: dict[str, Interval | None] = {
            column: ratio_over_scenes(values, columns[truth], scenes)
            for column, values in columns.items()
            if column != truth
        }
        lines.append(Line(name=f"{figure.name}, relative to {truth}", reach=figure.relative_reach, cells=ratios))
    return lines


def _crop_lines(crops: Sequence[tuple[int, Mapping[str, NDArray[np.float32]]]]) -> list[Line]:
    figures: dict[str, dict[str, Interval]] = {}
    count = 0
    if len({scene for scene, _ in crops}) >= _FEWEST_SCENES:
        figures, count = compare_crops(crops)
    note = f" on {count} crops" if count >= _FEWEST_CROPS else f" on {count} crops, too few"
    return [
        Line(name=figure.name + (note if figure.name == "KID" else ""), reach=figure.reach, cells=figures[figure.name])
        for figure in ROWS["kid"].figures
        if figure.name in figures
    ]


def _write(
    target: Path, made: Sequence[HeldOutView], lines: Sequence[Line], workshop: Workshop, *, card: Path | None,
    sheet: bool,
) -> None:  # fmt: skip
    target.mkdir(parents=True, exist_ok=True)
    scenes = len({view.scene for view in made})
    table = markdown_table(lines, (*workshop.columns, "clay", AUTOENCODER, FINISHED, READING))
    said = f"{len(made)} held-out views of {scenes} scenes; 95 % intervals over scenes.\n\n{table}"
    figures = {
        "views": len(made),
        "scenes": scenes,
        "figures": {
            line.name: {column: None if value is None else asdict(value) for column, value in line.cells.items()}
            for line in lines
        },
    }
    (target / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (target / "figures.md").write_text(said, encoding="utf-8")
    if card is not None:
        write_into_card(card, said)
    if sheet:
        _write_sheet(made, target / "contact-sheet.png")
    print(said)


def _write_sheet(views: Sequence[HeldOutView], path: Path) -> None:
    from PIL import Image

    shown = []
    for number, view in enumerate(views[:: max(1, len(views) // _SHEET_VIEWS)][:_SHEET_VIEWS]):
        # Every kind of light has its turn.
        mix = view.lights[number % len(view.lights)]
        pictures = [view.picture(column, mix) for column in ("deferred colour", MINI, "truth")]
        small = [np.asarray(Image.fromarray(p).resize((_SHEET_PX, _SHEET_PX))) for p in pictures]
        shown.append(np.concatenate(small, axis=1))
    # Without loss for the eye that judges it, small for the model card.
    sheet = Image.fromarray(grid(shown, columns=min(_SHEET_COLUMNS, len(shown))))
    sheet.save(path)
    sheet.save(path.with_suffix(".jpg"), quality=90)
