"""Pens and paper: strokes as a pencil drawing, a marker drawing on a photographed sheet, a clean line drawing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from modelling.lines import Stroke

__all__ = ["ink", "marker", "pencil"]

# Lines are drawn at this multiple of the picture's size.
_FINE = 3
_PRESSURES = 5


def _wobbly(
    start: NDArray[np.float64], end: NDArray[np.float64], rng: np.random.Generator, *, sway: float, step: float = 7.0
) -> NDArray[np.float64]:
    """(n, 2) points of a line drawn by hand: it sways, bows a little, and trembles."""
    length = float(np.linalg.norm(end - start))
    count = max(2, int(length / step) + 1)
    t = np.linspace(0, 1, count)
    along = (end - start) / max(length, 1e-6)
    across = np.array([-along[1], along[0]])
    size = sway * min(1.0, length / 60)
    swing = rng.normal(0, size * 0.6) * np.sin(np.pi * t)
    swing += rng.normal(0, size * 0.5) * np.sin(2 * np.pi * t * rng.uniform(0.7, 1.6) + rng.uniform(0, 6.3))
    swing += rng.normal(0, size * 0.16, count)
    return start + np.outer(t * length, along) + np.outer(swing, across)


def _overshot(stroke: Stroke, rng: np.random.Generator, most: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends beyond the corner, as in a quick construction drawing; short strokes keep theirs."""
    along = (stroke.end - stroke.start) / max(stroke.length, 1e-6)
    reach = min(most, stroke.length * 0.12)
    return stroke.start - along * rng.uniform(-0.1, 1) * reach, stroke.end + along * rng.uniform(-0.1, 1) * reach


def pencil(drawn: Sequence[Stroke], size: tuple[int, int], *, seed: int) -> Image.Image:
    """A pencil drawing on warm paper, one byte a pixel over a palette of paper and graphite."""
    rng = np.random.default_rng(seed)
    width, height = size
    layers = [Image.new("L", (width * _FINE, height * _FINE)) for _ in range(_PRESSURES)]
    pens = [ImageDraw.Draw(layer) for layer in layers]
    force = {"outline": 0.95, "edge": 0.68, "leaf": 0.5, "hatch": 0.3}
    for stroke in drawn:
        passes = 2 if stroke.kind in ("outline", "edge") and stroke.length > 25 else 1
        for _ in range(passes):
            most = 16.0 if stroke.kind in ("outline", "edge") else 2.0
            start, end = _overshot(stroke, rng, most)
            jitter = rng.normal(0, 0.55, (2, 2))
            path = _wobbly(start + jitter[0], end + jitter[1], rng, sway=1.3)
            press = force[stroke.kind] * rng.uniform(0.75, 1.1)
            for k, (p, q) in enumerate(itertools.pairwise(path)):
                # Lighter where the pencil lands and leaves.
                ends = min(k, len(path) - 2 - k) / max(len(path) - 1, 1)
                level = press * (0.6 + 0.5 * min(1.0, 4 * ends + 0.25)) + rng.normal(0, 0.05)
                row = int(np.clip(level * _PRESSURES, 0, _PRESSURES - 1))
                wide = 3 if stroke.kind == "hatch" else 4 + (stroke.kind == "outline")
                pens[row].line([*(p * _FINE), *(q * _FINE)], fill=255, width=wide)
    graphite = np.zeros((height, width))
    for row, layer in enumerate(layers):
        cover = np.asarray(layer.resize(size, Image.Resampling.BOX), dtype=np.float64) / 255
        graphite = 1 - (1 - graphite) * (1 - cover * (0.22 + 0.17 * row))
    grain = _grain(rng, (height, width))
    graphite = np.clip(graphite * (0.72 + 0.5 * grain), 0, 1)
    sheet = 1.0 - 0.025 * _clouds(rng, (height, width)) - 0.03 * (1 - grain)
    levels = np.clip(np.rint((sheet - 0.86 * graphite) * 40), 0, 40).astype(np.uint8)
    paper, lead = np.array([246, 240, 226]), np.array([42, 41, 44])
    ramp = [np.rint(lead + (paper - lead) * k / 40).astype(int).tolist() for k in range(41)]
    picture = Image.fromarray(levels)
    picture.putpalette([c for color in ramp for c in color])
    return picture


def _grain(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """The tooth of paper, 0 to 1."""
    noise = rng.normal(size=shape)
    soft = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1) + np.roll(noise, (1, 1), (0, 1))) / 4
    return np.clip(0.5 + soft * 0.55, 0, 1)


def _clouds(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Slow unevenness over a sheet, 0 to 1."""
    small = Image.fromarray(rng.uniform(0, 255, (7, 10)).astype(np.uint8))
    return np.asarray(small.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), dtype=np.float64) / 255


def marker(drawn: Sequence[Stroke], size: tuple[int, int], *, seed: int) -> Image.Image:
    """Thick marker lines on white paper, photographed at a slant of light with the corner in shadow."""
    rng = np.random.default_rng(seed)
    width, height = size
    sheet = Image.new("L", (width * _FINE, height * _FINE))
    pen = ImageDraw.Draw(sheet)
    widths = {"outline": 5.6, "edge": 3.6, "leaf": 2.6, "hatch": 2.0}
    for stroke in drawn:
        start, end = _overshot(stroke, rng, 6.0)
        path = _wobbly(start + rng.normal(0, 0.8, 2), end + rng.normal(0, 0.8, 2), rng, sway=1.7, step=10.0)
        wide = widths[stroke.kind] * rng.uniform(0.88, 1.12) * _FINE
        pen.line([tuple(p) for p in path * _FINE], fill=255, width=round(wide), joint="curve")
        for x, y in (path[0] * _FINE, path[-1] * _FINE):
            pen.ellipse([x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2], fill=255)
    ink_cover = np.asarray(sheet.resize(size, Image.Resampling.BOX), dtype=np.float64)[..., None] / 255
    y, x = np.mgrid[0:height, 0:width]
    x, y = x / width, y / height
    light = 0.99 - 0.2 * (0.65 * x + 0.5 * y) - 0.05 * _clouds(rng, (height, width))
    edge = 1 / (1 + np.exp(-(x + 0.75 * y - 1.33) * 22))
    light = (light * (1 - 0.24 * edge))[..., None]
    paper = np.array([0.97, 0.955, 0.92]) - np.array([0.0, 0.012, 0.03]) * edge[..., None]
    color = paper * light * (1 - ink_cover) + np.array([0.1, 0.1, 0.13]) * (0.6 + 0.4 * light) * ink_cover
    color += rng.normal(0, 0.008, (height, width, 1))
    photo = Image.fromarray(np.clip(np.rint(color * 255), 0, 255).astype(np.uint8))
    return photo.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=(196, 188, 174))


def ink(drawn: Sequence[Stroke], size: tuple[int, int]) -> Image.Image:
    """Clean lines on white, outlines a little heavier."""
    width, height = size
    sheet = Image.new("L", (width * _FINE, height * _FINE), 255)
    pen = ImageDraw.Draw(sheet)
    for stroke in drawn:
        wide = {"outline": 6, "edge": 4, "leaf": 3}[stroke.kind]
        pen.line([*(stroke.start * _FINE), *(stroke.end * _FINE)], fill=18, width=wide)
    return sheet.resize(size, Image.Resampling.BOX).convert("RGB")
