"""``archviz edit``: a part of a finished picture, painted anew."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from archviz.cli import pictures
from archviz.cli.console import Console
from archviz.cli.values import parse_number
from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.diffusion import engine_specs
from archviz.render.region import PaintedMask, Region
from archviz.render.request import DEFAULT_ENGINE, RenderRequest
from archviz.render.writing import write_result

__all__ = ["read_mask", "run_edit"]

# A grey of half the way counts as white.
_WHITE = 128
_LARGEST = engine_specs()[DEFAULT_ENGINE].size.largest


def run_edit(options: argparse.Namespace, console: Console) -> None:
    """``archviz edit``."""
    output = pictures.png_path(options.output)
    source = Path(options.picture)
    if output.resolve() == source.resolve():
        raise OptionError(f"output {output} is the picture that is edited; give another path")
    if options.element and options.mask:
        raise OptionError(f"element {options.element[0]!r} and mask {options.mask} are both given; give one of them")
    region = Region(
        base=source,
        elements=tuple(options.element),
        mask=read_mask(Path(options.mask)) if options.mask else None,
        material=options.material,
        prompt=options.prompt,
        feather_px=parse_number("feather", options.feather, int),
    )
    request = RenderRequest(
        input=Path(options.input) if options.input else None,
        weights=Path(options.weights) if options.weights else None,
        device=options.device,
        region=region,
    )
    renderer = pictures.make_renderer()
    resolved = renderer.resolve(request)
    pictures.say(console, (), resolved.warnings)
    result = renderer.render(resolved, on_step=pictures.reporter(console))
    beside = write_result(output, result)
    assert resolved.region is not None
    what = ", ".join(resolved.region.elements) or "the mask"
    lines = [f"{output}: {what} of {source} painted anew in {result.seconds:.1f} s; recipe {beside}"]
    if resolved.prompt_ignored:
        lines.append(f"not understood: {', '.join(resolved.prompt_ignored)}")
    edited = {
        "base": str(source),
        "base_sha256": resolved.region.base_sha256,
        "elements": list(resolved.region.elements),
        "feather_px": resolved.region.feather_px,
    }
    console.result(pictures.summary(output, beside, result) | edited, lines)


def read_mask(path: Path) -> PaintedMask:
    """Read a mask picture: white is painted, black and what is transparent is not.

    Raises
    ------
    OptionError
        It is no picture, is larger than any picture of ours, or nothing in it is white.
    """
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG", "JPEG", "WEBP"]) as picture:
            # Known from its head; what is larger than any picture of ours is not unpacked.
            size = Size(height=picture.height, width=picture.width)
            if size.longer > _LARGEST:
                raise OptionError(f"mask {path}: is {size}; give a mask of the picture's size")
            grey = np.asarray(picture.convert("LA"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or "it is not a picture"
        raise OptionError(f"mask {path}: {reason}; give a PNG, white where the picture is to change") from error
    painted = (grey[..., 0] >= _WHITE) & (grey[..., 1] >= _WHITE)
    if not painted.any():
        raise OptionError(f"mask {path}: is empty, nothing in it is white; paint white what is to change")
    return PaintedMask.of(painted)
