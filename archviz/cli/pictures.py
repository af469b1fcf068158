"""Commands that make pictures: render, maps, replay."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from archviz.cli.console import Console
from archviz.cli.values import request_from
from archviz.core.errors import OptionError
from archviz.diffusion import StepReport
from archviz.render.checking import engine_spec
from archviz.render.recipe import differences, hash_pixels, read_recipe, resolved_from_json, write_whole
from archviz.render.renderer import Renderer
from archviz.render.result import RenderResult
from archviz.render.retry import describe_try, kept_try
from archviz.render.writing import write_json, write_result

__all__ = [
    "make_renderer",
    "png_path",
    "reporter",
    "run_maps",
    "run_render",
    "run_replay",
    "say",
    "summary",
    "write_picture",
]

_BELOW = 1


def make_renderer() -> Renderer:
    """The renderer of this process; a test puts one with a scripted engine in its place."""
    return Renderer()


def run_render(options: argparse.Namespace, console: Console) -> int:
    """``archviz render``."""
    output = png_path(options.output)
    request = request_from(options)
    renderer = make_renderer()
    resolved = renderer.resolve(request)
    say(console, resolved.assumptions, resolved.warnings)
    spec = engine_spec(resolved.engine)
    result = renderer.render(
        resolved,
        on_step=reporter(console),
        on_try=lambda one: console.progress(describe_try(one, spec)),
    )
    beside = write_result(output, result)
    say(console, (), result.warnings[len(resolved.warnings) :])
    lines = [f"{output}: {resolved.size} in {result.seconds:.1f} s; recipe {beside}"]
    if resolved.prompt_ignored:
        lines.append(f"not understood: {', '.join(resolved.prompt_ignored)}")
    if tries := result.resolved.tries:
        kept = kept_try(tries)
        told = [describe_try(one, spec) + (" (kept)" if row == kept else "") for row, one in enumerate(tries)]
        lines += [f"try {number}: {text}" for number, text in enumerate(told, start=1)]
        lines.append(f"min-fidelity {resolved.min_fidelity:g}: {'reached' if result.reached else 'not reached'}")
    console.result(summary(output, beside, result), lines)
    return _BELOW if result.reached is False else 0


def run_maps(options: argparse.Namespace, console: Console) -> None:
    """``archviz maps``."""
    from PIL import Image

    folder = Path(options.output)
    request = request_from(options)
    renderer = make_renderer()
    resolved = renderer.resolve(request)
    say(console, resolved.assumptions, resolved.warnings)
    maps = renderer.maps(resolved)
    arrays: dict[str, NDArray[Any]] = dict(maps.arrays())
    arrays["control_stack"] = maps.stack
    for name, array in arrays.items():
        write_whole(folder / f"{name}.npy", partial(_save_array, array=array))
    for name, picture in maps.pictures().items():
        image = Image.fromarray(picture)
        write_whole(folder / f"{name}.png", partial(image.save, format="PNG"))
    camera = resolved.camera.to_json() if resolved.camera else None
    if camera is not None:
        write_json(folder / "camera.json", camera)
    data = {
        "folder": str(folder),
        "maps": {name: list(array.shape) for name, array in arrays.items()},
        "camera": camera,
        "assumptions": list(resolved.assumptions),
        "warnings": list(resolved.warnings),
    }
    console.result(data, [f"{folder}: {', '.join(arrays)}"])


def run_replay(options: argparse.Namespace, console: Console) -> None:
    """``archviz replay``."""
    source = Path(options.recipe)
    recipe, found = read_recipe(source)
    path = Path(options.input) if options.input else found
    if recipe["resolved"].get("input_sha256") and path is None:
        raise OptionError(f"{source}: the recipe does not say where its input is; give it with --input FILE")
    output = png_path(options.output or str(source.with_suffix(".replay.png")))
    weights = Path(options.weights) if options.weights else None
    resolved = resolved_from_json(recipe["resolved"] | {"device": options.device}, input=path, weights=weights)
    result = make_renderer().render(resolved, on_step=reporter(console))
    beside = write_result(output, result)
    differing = differences(
        {"archviz": recipe.get("archviz"), **recipe["numerics"]},
        {"archviz": result.recipe["archviz"], **result.recipe["numerics"]},
    )
    same = hash_pixels(result.image) == recipe.get("pixels_sha256")
    lines = [f"{output}: {'the same pixels' if same else 'other pixels'} in {result.seconds:.1f} s"]
    lines += [f"{d['key']}: {d['then']} then, {d['now']} now" for d in differing]
    if not (same or differing):
        lines.append("the numerics key is the same: please report this")
    data = summary(output, beside, result) | {"same_pixels": same, "differences": differing}
    console.result(data, lines)


def png_path(text: str, option: str = "output") -> Path:
    """Refused before the work, not after it."""
    path = Path(text)
    if path.suffix.lower() != ".png":
        raise OptionError(f"{option} {text} is not a PNG; give a path that ends in .png")
    if path.is_dir():
        raise OptionError(f"{option} {text} is a folder; give the path of a file in it")
    return path


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a PNG without a recipe, whole or not at all."""
    from PIL import Image

    write_whole(path, partial(Image.fromarray(picture).save, format="PNG"))


def _save_array(file: BinaryIO, *, array: NDArray[Any]) -> None:
    np.save(file, array, allow_pickle=False)


def summary(output: Path, beside: Path, result: RenderResult) -> dict[str, Any]:
    """What ``--json`` says of a picture."""
    resolved = result.resolved
    return {
        "image": str(output),
        "recipe": str(beside),
        "seconds": round(result.seconds, 3),
        "seed": resolved.seed,
        "prompt_understood": list(resolved.prompt_understood),
        "prompt_ignored": list(resolved.prompt_ignored),
        "fidelity": result.fidelity.to_json() if result.fidelity else None,
        "prompt": resolved.prompt,
        "lighting": resolved.lighting,
        "environment": resolved.environment,
        "assumptions": list(resolved.assumptions),
        "warnings": list(result.warnings),
        "min_fidelity": resolved.min_fidelity,
        "reached": result.reached,
        "tries": [asdict(one) for one in resolved.tries],
    }


def say(console: Console, assumptions: tuple[str, ...], warnings: tuple[str, ...]) -> None:
    """Tell on stderr what was assumed and what to look out for."""
    for text in assumptions:
        console.progress(f"assumed: {text}")
    for text in warnings:
        console.progress(f"warning: {text}")


def reporter(console: Console) -> Any:
    """Tells on stderr of each diffusion step."""

    def report(step: StepReport) -> None:
        console.progress(f"step {step.step} of {step.steps}")

    return report
