"""``python -m archviz.training``: the steps that make the embedded engine, each resumable.

    scenes       procedural buildings in their surroundings        <cache>/scenes
    trace        path-traced light groups of every view            <cache>/traced
    pairs        control maps and pictures under many lights       <cache>/pairs
    adopt        goes on from released weights where there is no checkpoint
    autoencoder  trained on the pictures, then every picture encoded
    denoiser     UNet, map encoder and text encoder                <cache>/denoiser.pt
    decoder      the autoencoder's decoder on the denoiser's latents
    drafts       what denoiser and decoder make of training views  <cache>/pairs
    finisher     from drafts and maps to the finished picture      <cache>/finisher.pt
    grain        how strong the finisher's grains and blades are   its config.json
    export       the diffusers folder of the engine                archviz/weights/mini
    regression   the same networks, trained to answer in one pass: a baseline for `evaluate`   <cache>/regression
    metric-network  tells hours and places, and compares pictures, for `evaluate`   <cache>/metric-network.pt
    export-metric-network  its release                             archviz/weights/metric-network
    evaluate     figures and contact sheet on held-out scenes      <cache>/evaluation
    sheets       every environment unlabelled, and the samples, for the eye     <cache>/evaluation
    calibrate    what each score of fidelity says of known damage  docs/fidelity-*
    evaluate-views  colours over several views of one scene, drift between lights
    drawn        views that drawings are made from, untraced       <cache>/drawn
    adopt-lines  goes on from the released network that reads drawings
    lines        the network that reads drawings                   <cache>/lines.pt
    export-lines the diffusers folder of that network              archviz/weights/lines
    evaluate-lines  figures of that network on held-out scenes
    openings     calibrates the openings' score on re-rendered scenes   archviz/fidelity/openings.toml

A step goes on where it stopped, and makes the same from the same seed. ``trace`` needs Blender's
Python module in an environment of its own, which it creates in the cache folder.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from archviz.core.errors import InputError

_WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
WEIGHTS, LINES_WEIGHTS, METRIC_WEIGHTS = (_WEIGHTS / name for name in ("mini", "lines", "metric-network"))
MEASURED = _WEIGHTS.parent.parent / "docs" / "measured"


def main(argv: Sequence[str] | None = None) -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(
        prog="python -m archviz.training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
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
    views = steps.add_parser("evaluate-views")
    views.add_argument("--folder", type=Path, default=WEIGHTS)
    views.add_argument("--scenes", type=int, default=8, help="held-out scenes with their path-traced truth")
    views.add_argument("--samples", type=int, default=6, help="sample models, four views each")
    views.add_argument("--side", type=int, default=384, help="of the samples' pictures [pixels]")
    try:
        _run(parser.parse_args(argv))
    except InputError as error:
        parser.error(str(error))


def _run(options: argparse.Namespace) -> None:
    cache: Path = options.cache
    match options.step:
        case "scenes":
            from archviz.training.scenes import main_scenes

            main_scenes(cache, _seeds(options))
        case "trace":
            from archviz.training.path_trace import trace_scenes

            trace_scenes(
                cache, seeds=_seeds(options), threads=options.threads, samples=options.samples, views=options.views
            )
        case "pairs":
            from archviz.training.dataset import drop_older_pairs, prepare_pairs, write_texts

            if options.remix:
                drop_older_pairs(cache)
            prepare_pairs(cache)
            write_texts(cache)
        case "autoencoder":
            from archviz.training.autoencoder import train_autoencoder
            from archviz.training.encode import encode_pictures

            train_autoencoder(
                cache, steps=options.steps, until=options.until, threads=options.threads, shapes=options.shapes
            )
            if not options.shapes:
                encode_pictures(cache, threads=options.threads)
        case "denoiser":
            from archviz.training.denoiser import train_denoiser

            train_denoiser(
                cache, steps=options.steps, until=options.until, batch=options.batch, threads=options.threads
            )
        case "regression":
            from archviz.training.denoiser import REGRESSION, train_denoiser
            from archviz.training.encode import encode_pictures
            from archviz.training.export import export_regression

            encode_pictures(cache, threads=options.threads, splits=("train",))
            train_denoiser(
                cache,
                steps=options.steps,
                until=options.until,
                batch=options.batch,
                rate=options.rate,
                threads=options.threads,
                name="regression",
                recipe=REGRESSION,
            )
            export_regression(cache, options.folder, cache / "regression")
        case "decoder":
            from archviz.training.decoder import train_decoder

            train_decoder(cache, steps=options.steps, until=options.until, threads=options.threads)
        case "drafts":
            from archviz.training.drafts import make_drafts

            make_drafts(cache, options.folder, threads=options.threads)
        case "finisher":
            from archviz.training.finisher import train_finisher

            train_finisher(
                cache, steps=options.steps, until=options.until, batch=options.batch, threads=options.threads
            )
        case "grain":
            from archviz.training.grain import fit_texture

            fit_texture(cache, options.folder, threads=options.threads)
        case "adopt":
            from archviz.training.adopt import adopt

            adopt(cache, options.folder)
        case "metric-network":
            from archviz.training.metric_training import train_metric_network

            train_metric_network(
                cache, steps=options.steps, until=options.until, batch=options.batch, threads=options.threads
            )
        case "export-metric-network":
            from archviz.training.metric_training import export_metric_network

            export_metric_network(cache, options.folder)
        case "drawn":
            from archviz.training.drawn_views import draw_views

            draw_views(cache, count=options.count, start=options.start)
        case "lines":
            from archviz.training.lines import train_lines

            train_lines(
                cache,
                steps=options.steps,
                until=options.until,
                batch=options.batch,
                rate=options.rate,
                cooldown=options.cooldown,
                threads=options.threads,
            )
        case "adopt-lines":
            from archviz.training.lines import adopt_lines

            adopt_lines(cache, options.folder)
        case "export-lines":
            from archviz.training.lines import export_lines

            export_lines(cache, options.folder)
        case "evaluate-lines":
            from archviz.training.readings import evaluate_lines

            evaluate_lines(cache, options.folder, views=options.views)
        case "openings":
            from archviz.training.openings import calibrate_openings

            root = _WEIGHTS.parent
            calibrate_openings(
                cache,
                options.folder,
                target=root / "fidelity" / "openings.toml",
                document=root.parent / "docs" / "openings.md",
                threads=options.threads,
                fit_only=options.fit_only,
            )
        case "sheets":
            from archviz.training.evaluation.sheets import write_sheets

            write_sheets(cache / "evaluation")
        case "calibrate":
            from archviz.training.calibration import SEEDS, calibrate

            chosen = SEEDS[: options.scenes]
            calibrate(cache, options.folder, options.target, seeds=chosen, threads=options.threads)
        case "export":
            from archviz.training.export import export

            export(cache, options.folder)
        case "evaluate-views":
            from archviz.training.views import evaluate_views

            evaluate_views(
                cache,
                options.folder,
                scenes=options.scenes,
                samples=options.samples,
                side=options.side,
                threads=options.threads,
            )
        case _:
            from archviz.training.evaluation import evaluate

            evaluate(
                cache,
                options.folder,
                lines_folder=options.lines_folder,
                metric_folder=options.metric_folder,
                views=options.views,
                readings=options.readings,
                rows=None if options.rows is None else options.rows.split(","),
                card=options.card,
                released=options.released,
                threads=options.threads,
                measure=not options.measured,
            )


def _seeds(options: argparse.Namespace) -> range:
    return range(options.start, options.start + options.count * options.every, options.every)


if __name__ == "__main__":
    main()
