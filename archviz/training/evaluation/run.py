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
from archviz.training.evaluation.held_out import HeldOutView, spread_views
from archviz.training.evaluation.kept import KeptValues, read_lines, write_lines
from archviz.training.evaluation.makings import AUTOENCODER, FINISHED
from archviz.training.evaluation.rows import READING, ROWS, VIEW_ROWS, Figure, measure_reading
from archviz.training.evaluation.scenes import mean_over_scenes, ratio_over_scenes
from archviz.training.evaluation.sheets import grid
from archviz.training.evaluation.table import Line, markdown_table, write_into_card
from archviz.training.evaluation.workshop import MINI, REGRESSION, SAMPLINGS, Workshop
from archviz.training.pairs import PairStore

__all__ = ["evaluate"]

# Views on the contact sheet, three of them beside one another, and the width of a picture.
_SHEET_VIEWS, _SHEET_COLUMNS, _SHEET_PX = 24, 3, 256
_FEWEST_CROPS = 2000
# Of the table, from left to right; views that came without a baseline may stand beside others that came with one.
_COLUMNS = ("truth", *SAMPLINGS, REGRESSION, "deferred colour", "clay", AUTOENCODER, FINISHED, READING)
_FEWEST_SCENES = 3


def evaluate(
    cache: Path,
    folder: Path,
    *,
    lines_folder: Path,
    metric_folder: Path,
    views: int = 24,
    readings: int = 100,
    rows: Sequence[str] | None = None,
    card: Path | None = None,
    released: Path | None = None,
    threads: int = 1,
    measure: bool = True,
) -> list[Line]:
    """Measure the rows that are not measured yet, and write the table of all that are.

    Writes ``figures.json``, ``figures.md`` and ``contact-sheet.png`` and ``.jpg`` (deferred colour, engine, truth) to
    ``<cache>/evaluation``. What was measured with the same weights and the same metric network stays, in the cache and
    among the released values, whose views the cache need not hold; a run that was stopped goes on.

    Parameters
    ----------
    cache
        Holds ``scenes/``, ``pairs/`` with a held-out split, and ``drawn/`` for the rows that need them.
    folder, lines_folder, metric_folder
        Weights of the engine, of the network that reads drawings and of the metric network.
    views
        How many held-out views are measured, spread over the scenes; all there are where there are fewer.
    readings
        How many held-out drawings.
    rows
        Which; all where they are not given. Named one by one, they also have the table of these alone, and a sheet
        only with a card.
    card
        A model card that the table is written into.
    released
        A folder with the values of earlier measurements, a file a row; with a card, all values are written there.
    measure
        False writes the table of what is there: a costly row may stand on fewer views than another.

    Raises
    ------
    OptionError
        A row is not known; the metric network is needed and not there.
    """
    chosen = list(ROWS) if rows is None else list(rows)
    if unknown := [row for row in chosen if row not in ROWS]:
        raise OptionError(f"row {unknown[0]!r} is not known; accepted: {', '.join(ROWS)}")
    workshop = Workshop(cache, folder, metric_folder=metric_folder, threads=threads)
    if any(ROWS[row].recognizes for row in chosen):
        _ = workshop.network
    target = cache / "evaluation"
    made = _held_out(workshop, views, needed=measure)
    files = {row: None if released is None else released / f"{row}.json" for row in chosen}
    kept = {row: _kept(target, workshop, row, lines_folder, released=files[row]) for row in chosen if row != "kid"}
    crops: list[tuple[int, Mapping[str, NDArray[np.float32]]]] = []
    for number, view in enumerate(made):
        began = time.monotonic()
        for row in chosen:
            if measure and (figures := ROWS[row].measure) is not None:
                kept[row].take(view.edition, view.scene, partial(figures, view))
        if "kid" in chosen:
            features = target / "crops" / f"{_basis(workshop, 'kid', lines_folder)}-{_baseline(workshop, 'kid')}"
            if measure or (features / f"{view.edition}.npz").exists():
                crops.append((view.scene, crop_features(view, features)))
        # Maps and light of a view are large.
        made[number] = HeldOutView(workshop, view.store, view.view)
        print(f"evaluate: {number + 1} of {len(made)}, {view.name}, {time.monotonic() - began:.0f} s", flush=True)
    if "lines-to-depth" in chosen and measure:
        for path in _drawings(cache, readings):
            scene = int(path.stem.split("-")[1])
            kept["lines-to-depth"].take(path.stem, scene, partial(measure_reading, path, lines_folder))
    lines = [line for row in ROWS if row in kept for line in _row_lines(row, kept[row])]
    if "kid" in chosen:
        lines += _crop_lines(crops, files["kid"], basis=_basis(workshop, "kid", lines_folder), release=card is not None)
    for row, values in kept.items():
        if card is not None and (file := files[row]) is not None:
            values.write(file)
    counted = [values.views for row, values in kept.items() if row in VIEW_ROWS]
    # A sheet shows pictures, and so needs views.
    sheet = bool(made) and (rows is None or card is not None)
    _write(target, made, lines, counted=counted, card=card, sheet=sheet)
    return lines


def _held_out(workshop: Workshop, views: int, *, needed: bool) -> list[HeldOutView]:
    try:
        store = PairStore(workshop.cache, split="holdout")
    except FileNotFoundError:
        if needed:
            raise
        return []
    return [HeldOutView(workshop, store, view) for view in spread_views(store, views)]


def _drawings(cache: Path, count: int) -> list[Path]:
    paths = view_paths(cache, "holdout")
    return paths[:: max(1, len(paths) // count)][:count]


def _kept(target: Path, workshop: Workshop, row: str, lines_folder: Path, *, released: Path | None) -> KeptValues:
    return KeptValues(
        target / "measured" / workshop.weights / f"{row}.json",
        released=released,
        basis=_basis(workshop, row, lines_folder),
        baseline=_baseline(workshop, row),
    )


def _baseline(workshop: Workshop, row: str) -> str | None:
    compared = ROWS[row].compares and workshop.regression_folder.is_dir()
    return workshop.regression_weights if compared else None


def _basis(workshop: Workshop, row: str, lines_folder: Path) -> str:
    """What the values of a row stand on: the engine, what it is compared with, and the network that is asked."""
    files: Iterable[Path] = ()
    if ROWS[row].recognizes:
        assert workshop.metric_folder is not None
        files = sorted(workshop.metric_folder.glob("*.safetensors"))
    elif row in ("lines-to-depth", "drawing"):
        files = sorted(lines_folder.glob("*.safetensors"))
    digest = hashlib.sha256(workshop.weights.encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _row_lines(row: str, kept: KeptValues) -> list[Line]:
    return [line for figure in ROWS[row].figures for line in _figure_lines(figure, *kept.column(figure.name))]


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


def _crop_lines(
    crops: Sequence[tuple[int, Mapping[str, NDArray[np.float32]]]], file: Path | None, *, basis: str, release: bool
) -> list[Line]:
    """The crops' distances; those of an earlier measurement where there are no crops."""
    if len({scene for scene, _ in crops}) < _FEWEST_SCENES:
        return [] if file is None else read_lines(file, basis=basis)
    figures, count = compare_crops(crops)
    note = f" on {count} crops" if count >= _FEWEST_CROPS else f" on {count} crops, too few"
    lines = [
        Line(name=figure.name + (note if figure.name == "KID" else ""), reach=figure.reach, cells=figures[figure.name])
        for figure in ROWS["kid"].figures
        if figure.name in figures
    ]
    if release and file is not None:
        write_lines(file, lines, basis=basis)
    return lines


def _write(
    target: Path, made: Sequence[HeldOutView], lines: Sequence[Line], *,
    counted: Sequence[Mapping[str, int]], card: Path | None, sheet: bool,
) -> None:  # fmt: skip
    target.mkdir(parents=True, exist_ok=True)
    views = {name: scene for row in counted for name, scene in row.items()}
    scenes = len(set(views.values()))
    table = markdown_table(lines, _COLUMNS)
    said = f"{len(views)} held-out views of {scenes} scenes; 95 % intervals over scenes.\n\n{table}"
    figures = {
        "views": len(views),
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
