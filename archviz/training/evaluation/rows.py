"""The rows of the table: what each is called, what it is to reach, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archviz.core.seeds import derive_generator
from archviz.training.evaluation import makings, measures
from archviz.training.evaluation.held_out import HeldOutView
from archviz.training.evaluation.measures import Values
from archviz.training.readings import judge_reading

__all__ = ["READING", "ROWS", "VIEW_ROWS", "Figure", "Row", "measure_reading"]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table.

    Parameters
    ----------
    name
        Also its key among the measured values.
    reach
        What it is to reach, in words.
    relative_reach
        The figure is also given relative to the truth's, and that is to reach this; ``None`` for no such line.
    """

    name: str
    reach: str = ""
    relative_reach: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """Figures that are measured together, chosen by ``--rows``.

    Parameters
    ----------
    figures
        In the order of the table.
    measure
        Of one view; ``None`` where it is measured otherwise.
    recognizes
        Whether the values depend on the metric network.
    compares
        Whether the regression network's pictures are measured beside the engine's.
    """

    figures: tuple[Figure, ...]
    measure: Callable[[HeldOutView], Values] | None = None
    recognizes: bool = False
    compares: bool = False


VIEW_ROWS: Mapping[str, Row] = {
    "autoencoder": Row(
        figures=(
            Figure(name="autoencoder: PSNR, dB", reach=">= 30"),
            Figure(name="autoencoder: PSNR within 2 px of edges, dB", reach=">= 26"),
            Figure(name="autoencoder: edge evidence, building", relative_reach=">= 0.97"),
        ),
        measure=makings.measure_autoencoder,
    ),
    "lines": Row(
        figures=(Figure(name="edge evidence, building", relative_reach=">= 0.95"),),
        measure=measures.measure_lines,
        compares=True,
    ),
    "sizes": Row(
        figures=(
            Figure(name="edge evidence, building, 768 px", relative_reach=">= 0.90"),
            Figure(name="edge evidence, building, 1024 px", relative_reach=">= 0.90"),
        ),
        measure=makings.measure_sizes,
    ),
    "shadows": Row(
        figures=(
            Figure(name="shadow agreement (AUC)"),
            Figure(name="shadow agreement over the truth's", reach=">= 0.85"),
        ),
        measure=measures.measure_shadows,
        compares=True,
    ),
    "lighting": Row(
        figures=(Figure(name="lighting recognised", relative_reach=">= 0.95"),),
        measure=measures.measure_lighting,
        compares=True,
        recognizes=True,
    ),
    "environment": Row(
        figures=(
            Figure(name="environment recognised, complete maps", relative_reach=">= 0.95"),
            Figure(name="environment recognised, building-only maps, building hidden", relative_reach=">= 0.75"),
        ),
        measure=measures.measure_environment,
        compares=True,
        recognizes=True,
    ),
    "colour": Row(
        figures=(Figure(name="colour nearest to its own of 8 materials", reach=">= 0.90"),),
        measure=makings.measure_colour,
    ),
    "drift": Row(
        figures=(
            Figure(name="drift between lights, median px"),
            Figure(name="drift, share over 2 px", reach="<= 0.02"),
        ),
        measure=measures.measure_drift,
        compares=True,
    ),
    "seeds": Row(
        figures=(
            Figure(name="seeds: building's edges, median px", reach="< 1"),
            Figure(name="seeds: imagined surroundings over precision", reach=">= 3"),
        ),
        measure=makings.measure_seeds,
    ),
    "psnr": Row(figures=(Figure(name="PSNR to truth, dB"),), measure=measures.measure_psnr, compares=True),
    "texture": Row(
        figures=tuple(
            Figure(name=f"top octave of {kind}", relative_reach="0.7 to 1.3") for kind in ("walls", "grass", "foliage")
        ),
        measure=measures.measure_texture,
        compares=True,
    ),
    "drawing": Row(
        figures=(
            Figure(name=makings.DRAWING, relative_reach=">= 0.90"),
            Figure(name=makings.SMALL_DRAWING, relative_reach=">= 0.90"),
        ),
        measure=makings.measure_drawing,
    ),
}
# Over all views at once, and over other views.
ROWS: Mapping[str, Row] = {
    **VIEW_ROWS,
    "kid": Row(
        figures=(
            Figure(name="KID"),
            Figure(name="KID over that of mini, 1 step from noise", reach="interval below 0"),
            Figure(name="KID over that of regression network", reach="interval below 0"),
            Figure(name="KID over that of deferred colour", reach="interval below 0"),
        ),
        recognizes=True,
        compares=True,
    ),
    "lines-to-depth": Row(
        figures=(
            Figure(name="lines-to-depth: pairs on one row or column of the building", reach=">= 0.85"),
            Figure(name="lines-to-depth: pairs of building and surroundings", reach=">= 0.85"),
            Figure(name="lines-to-depth: normal error, degrees, a view's median", reach="<= 15"),
        ),
    ),
}
READING = "reader of drawings"


def measure_reading(path: Path, folder: Path) -> Values:
    """How the drawing of one held-out view is read.

    Parameters
    ----------
    path
        Of the view.
    folder
        Weights of the network that reads drawings.
    """
    read = judge_reading(path, folder, derive_generator(0, "evaluate", path.stem))
    names = [figure.name for figure in ROWS["lines-to-depth"].figures]
    values = (
        measures.mean_of([float(right) for right in read.pairs_building]),
        measures.mean_of([float(right) for right in read.pairs_between]),
        float(np.median(read.normal_errors_deg)) if len(read.normal_errors_deg) else None,
    )
    return {name: {READING: value} for name, value in zip(names, values, strict=True)}
