"""``python -m archviz.training``: the steps that make the embedded engine, each resumable.

    scenes       procedural buildings in their surroundings        <cache>/scenes
    trace        path-traced light groups of every view            <cache>/traced
    pairs        control maps and pictures under many lights       <cache>/pairs
    autoencoder  trained on the pictures, then every picture encoded
    denoiser     UNet, map encoder and text encoder                <cache>/denoiser.pt
    export       the diffusers folder of the engine                archviz/weights/mini
    evaluate     figures and contact sheet on held-out scenes      <cache>/evaluation

A step goes on where it stopped, and makes the same from the same seed. ``trace`` needs Blender's
Python module in an environment of its own, which it creates in the cache folder.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "mini"


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
    trace = steps.add_parser("trace")
    trace.add_argument("--count", type=int, default=400)
    trace.add_argument("--start", type=int, default=0, help="first seed")
    trace.add_argument("--samples", type=int, default=24, help="paths a pixel")
    steps.add_parser("pairs")
    autoencoder = steps.add_parser("autoencoder")
    autoencoder.add_argument("--steps", type=int, default=6000)
    autoencoder.add_argument("--until", type=int, default=None)
    autoencoder.add_argument("--shapes", action="store_true", help="warm up on procedural shapes")
    denoiser = steps.add_parser("denoiser")
    denoiser.add_argument("--steps", type=int, default=4000)
    denoiser.add_argument("--until", type=int, default=None)
    denoiser.add_argument("--batch", type=int, default=8)
    export = steps.add_parser("export")
    export.add_argument("--folder", type=Path, default=WEIGHTS)
    evaluate = steps.add_parser("evaluate")
    evaluate.add_argument("--folder", type=Path, default=WEIGHTS)
    evaluate.add_argument("--views", type=int, default=24)
    _run(parser.parse_args(argv))


def _run(options: argparse.Namespace) -> None:
    cache: Path = options.cache
    match options.step:
        case "scenes":
            from archviz.training.scenes import main_scenes

            main_scenes(cache, options.count, options.start)
        case "trace":
            from archviz.training.path_trace import trace_scenes

            seeds = range(options.start, options.start + options.count)
            trace_scenes(cache, seeds=seeds, threads=options.threads, samples=options.samples)
        case "pairs":
            from archviz.training.dataset import prepare_pairs, write_texts

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
        case "export":
            from archviz.training.export import export

            export(cache, options.folder)
        case _:
            from archviz.training.evaluate import evaluate

            evaluate(cache, options.folder, views=options.views, threads=options.threads)


if __name__ == "__main__":
    main()
