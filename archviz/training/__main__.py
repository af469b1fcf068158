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
    alternatives    the choices made otherwise, each taught for equal minutes and measured     <cache>/alternatives
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
from archviz.training.options import PACKAGE, build_parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run one step."""
    parser = build_parser(__doc__)
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

            report = trace_scenes(
                cache, seeds=_seeds(options), threads=options.threads, samples=options.samples, views=options.views
            )
            print(f"trace: {report}")
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
        case "alternatives":
            from archviz.training.alternatives import chosen_alternatives, teach
            from archviz.training.encode import encode_pictures
            from archviz.training.evaluation.alternatives import compare_alternatives

            encode_pictures(cache, threads=options.threads, splits=("train",))
            for name in chosen_alternatives(options.only):
                teach(cache, name, minutes=options.minutes, batch=options.batch, threads=options.threads)
            if options.views:
                compare_alternatives(
                    cache, options.folder, views=options.views, threads=options.threads, card=options.card
                )
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

            calibrate_openings(
                cache,
                options.folder,
                target=PACKAGE / "fidelity" / "openings.toml",
                document=PACKAGE.parent / "docs" / "openings.md",
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
