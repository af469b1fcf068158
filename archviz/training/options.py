"""Options of ``python -m archviz.training``, a parser a step."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["LINES_WEIGHTS", "MEASURED", "METRIC_WEIGHTS", "PACKAGE", "WEIGHTS", "build_parser"]

PACKAGE = Path(__file__).resolve().parent.parent
WEIGHTS, LINES_WEIGHTS, METRIC_WEIGHTS = (PACKAGE / "weights" / name for name in ("mini", "lines", "metric-network"))
MEASURED = PACKAGE.parent / "docs" / "measured"


def build_parser(description: str | None) -> argparse.ArgumentParser:
    """The parser of all steps.

    Parameters
    ----------
    description
        What the steps are.
    """
    parser = argparse.ArgumentParser(
        prog="python -m archviz.training", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "archviz", help="data and checkpoints")
    parser.add_argument("--threads", type=int, default=1, help="processor threads")
    steps = parser.add_subparsers(dest="step", required=True)
    scenes = steps.add_parser("scenes")
    scenes.add_argument("--count", type=int, default=400)
    scenes.add_argument("--start", type=int, default=0, help="first seed")
    scenes.add_argument("--every", type=int, default=1, help="from a seed to the next: every tenth is held out")
    trace = steps.add_parser("trace")
    trace.add_argument("--count", type=int, default=400)
    trace.add_argument("--start", type=int, default=0, help="first seed")
    trace.add_argument("--every", type=int, default=1, help="from a seed to the next")
    trace.add_argument("--views", type=int, default=None, help="the first so many of each scene; all where left out")
    trace.add_argument("--samples", type=int, default=24, help="paths a pixel")
    pairs = steps.add_parser("pairs")
    pairs.add_argument("--remix", action="store_true", help="first delete the pairs that were mixed otherwise than now")
    autoencoder = steps.add_parser("autoencoder")
    autoencoder.add_argument("--steps", type=int, default=6000)
    autoencoder.add_argument("--until", type=int, default=None)
    autoencoder.add_argument("--shapes", action="store_true", help="warm up on procedural shapes")
    denoiser = steps.add_parser("denoiser")
    denoiser.add_argument("--steps", type=int, default=4000)
    denoiser.add_argument("--until", type=int, default=None)
    denoiser.add_argument("--batch", type=int, default=8)
    decoder = steps.add_parser("decoder")
    decoder.add_argument("--steps", type=int, default=1000)
    decoder.add_argument("--until", type=int, default=None)
    drafts = steps.add_parser("drafts")
    drafts.add_argument("--folder", type=Path, default=WEIGHTS)
    finisher = steps.add_parser("finisher")
    finisher.add_argument("--steps", type=int, default=6000)
    finisher.add_argument("--until", type=int, default=None)
    finisher.add_argument("--batch", type=int, default=4)
    steps.add_parser("grain").add_argument("--folder", type=Path, default=WEIGHTS)
    adopt = steps.add_parser("adopt")
    adopt.add_argument("--folder", type=Path, default=WEIGHTS)
    drawn = steps.add_parser("drawn")
    drawn.add_argument("--count", type=int, default=400)
    drawn.add_argument("--start", type=int, default=0, help="first seed")
    lines = steps.add_parser("lines")
    lines.add_argument("--steps", type=int, default=4000)
    lines.add_argument("--until", type=int, default=None)
    lines.add_argument("--batch", type=int, default=4)
    lines.add_argument("--rate", type=float, default=8e-4)
    lines.add_argument("--cooldown", type=float, default=0.4, help="share of the steps over which the rate falls")
    steps.add_parser("adopt-lines").add_argument("--folder", type=Path, default=LINES_WEIGHTS)
    steps.add_parser("export-lines").add_argument("--folder", type=Path, default=LINES_WEIGHTS)
    evaluate_lines = steps.add_parser("evaluate-lines")
    evaluate_lines.add_argument("--folder", type=Path, default=LINES_WEIGHTS)
    evaluate_lines.add_argument("--views", type=int, default=100)
    export = steps.add_parser("export")
    export.add_argument("--folder", type=Path, default=WEIGHTS)
    openings = steps.add_parser("openings")
    openings.add_argument("--folder", type=Path, default=WEIGHTS)
    openings.add_argument("--fit-only", action="store_true", help="take the pictures that are there")
    metric_network = steps.add_parser("metric-network")
    metric_network.add_argument("--steps", type=int, default=1000)
    metric_network.add_argument("--until", type=int, default=None)
    metric_network.add_argument("--batch", type=int, default=32)
    steps.add_parser("export-metric-network").add_argument("--folder", type=Path, default=METRIC_WEIGHTS)
    regression = steps.add_parser("regression")
    regression.add_argument("--folder", type=Path, default=WEIGHTS)
    regression.add_argument("--steps", type=int, default=1000)
    regression.add_argument("--until", type=int, default=None)
    regression.add_argument("--batch", type=int, default=8)
    regression.add_argument("--rate", type=float, default=2e-4)
    evaluate = steps.add_parser("evaluate")
    evaluate.add_argument("--folder", type=Path, default=WEIGHTS)
    evaluate.add_argument("--lines-folder", type=Path, default=LINES_WEIGHTS)
    evaluate.add_argument("--metric-folder", type=Path, default=METRIC_WEIGHTS)
    evaluate.add_argument("--views", type=int, default=24)
    evaluate.add_argument("--readings", type=int, default=100, help="how many held-out drawings")
    evaluate.add_argument("--rows", default=None, help="some rows alone, with commas between; all where left out")
    evaluate.add_argument("--measured", action="store_true", help="measure nothing, write the table of what is there")
    evaluate.add_argument("--released", type=Path, default=MEASURED, help="values that count in, and go with a card")
    evaluate.add_argument("--card", type=Path, default=None, help="the model card that the table is written into")
    steps.add_parser("sheets")
    calibrate = steps.add_parser("calibrate")
    calibrate.add_argument("--folder", type=Path, default=WEIGHTS)
    calibrate.add_argument("--target", type=Path, default=Path("docs"), help="folder for tables and figures")
    calibrate.add_argument("--scenes", type=int, default=12, help="how many held-out scenes, of 12")
    alternatives = steps.add_parser("alternatives")
    alternatives.add_argument("--folder", type=Path, default=WEIGHTS)
    alternatives.add_argument("--minutes", type=float, default=10.0, help="that each is taught for")
    alternatives.add_argument("--only", default=None, help="some alone, with commas between; all where left out")
    alternatives.add_argument("--batch", type=int, default=8)
    alternatives.add_argument("--views", type=int, default=24, help="that all are measured on; 0 for none")
    alternatives.add_argument("--card", type=Path, default=None, help="the model card that the table is written into")
    views = steps.add_parser("evaluate-views")
    views.add_argument("--folder", type=Path, default=WEIGHTS)
    views.add_argument("--scenes", type=int, default=8, help="held-out scenes with their path-traced truth")
    views.add_argument("--samples", type=int, default=6, help="sample models, four views each")
    views.add_argument("--side", type=int, default=384, help="of the samples' pictures [pixels]")
    return parser
