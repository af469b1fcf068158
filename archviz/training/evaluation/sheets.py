"""Sheets of pictures for the eye: every environment without its name, and inputs that no generator made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.seeds import derive_generator
from archviz.core.size import Size
from archviz.presets import environments
from archviz.render import Renderer, RenderRequest
from archviz.samples import samples

__all__ = ["grid", "write_sheets"]

_TILE = Size(height=384, width=512)
_PROMPT = "rice paddies at sunset, conical hats, peaceful scene"
# Sample, view, environment, lighting: models of several hands and drawings, under all kinds of light.
_INPUTS = (
    ("tube-house.glb", "front-left", "tube-house-street", "morning"),
    ("tube-house.glb", "aerial", "mekong-riverside", "noon"),
    ("gable-house.gltf", "front-right", "meadow", "golden-hour"),
    ("garden-villa.obj", "front-left", "tropical-garden", "sunset"),
    ("garden-villa.obj", "eye-level", "lakeside", "overcast"),
    ("pavilion.ply", "front-left", "park", "blue-hour"),
    ("school.dae", "front-right", "suburb", "noon"),
    ("tower-massing.stl", "front-left", "downtown", "night"),
    ("sketch-tube-house.jpg", None, "rice-paddies", "sunset"),
    ("sketch-street.webp", None, "hoi-an", "morning"),
    ("sketch-villa.png", None, "da-lat-pines", "golden-hour"),
)


def write_sheets(target: Path) -> None:
    """Write the sheets that are looked at beside the table.

    ``environments.png`` has a picture for each environment in an order of its own, ``environments.json`` what they
    are; ``samples.png`` has the sample models and drawings, and last the first prompt alone and around a house.

    Parameters
    ----------
    target
        Folder; made where it is missing.
    """
    target.mkdir(parents=True, exist_ok=True)
    renderer = Renderer()
    order = [list(environments())[n] for n in derive_generator(0, "unlabelled").permutation(len(environments()))]
    house = samples()["tube-house.glb"]
    requests = [RenderRequest(input=house, environment=place, size=_TILE) for place in order]
    _write(target / "environments.png", _render(renderer, requests))
    (target / "environments.json").write_text(json.dumps(order, indent=1) + "\n", encoding="utf-8")
    requests = [
        RenderRequest(input=samples()[name], view=view, environment=place, lighting=light, size=_TILE)
        for name, view, place, light in _INPUTS
    ]
    requests += [RenderRequest(prompt=_PROMPT, input=given, size=_TILE) for given in (None, house)]
    _write(target / "samples.png", _render(renderer, requests))


def grid(pictures: Sequence[NDArray[np.uint8]], *, columns: int) -> NDArray[np.uint8]:
    """(H, W, 3) pictures of one size, row by row; what is left of the last row is white."""
    rows = -(-len(pictures) // columns)
    height, width = pictures[0].shape[:2]
    sheet = np.full((rows * height, columns * width, 3), 255, dtype=np.uint8)
    for number, picture in enumerate(pictures):
        y, x = divmod(number, columns)
        sheet[y * height : (y + 1) * height, x * width : (x + 1) * width] = picture
    return sheet


def _render(renderer: Renderer, requests: Sequence[RenderRequest]) -> Iterator[NDArray[np.uint8]]:
    for request in requests:
        yield renderer.render(renderer.resolve(request)).image


def _write(path: Path, pictures: Iterator[NDArray[np.uint8]]) -> None:
    from PIL import Image

    sheet = Image.fromarray(grid(list(pictures), columns=4))
    sheet.save(path)
    sheet.save(path.with_suffix(".jpg"), quality=88)
