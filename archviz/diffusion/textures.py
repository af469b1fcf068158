"""Grains that a finished picture's textures are mixed from: leaves, blades, mottle and fine noise.

Foliage and grass are what a dead-leaves model makes: shapes of one kind that lie over one another at random
(Lee, Mumford and Huang, "Occlusion Models for Natural Images", 2001). The finisher decides how much of which
stands where; a seed decides how they lie.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

__all__ = ["TEXTURES", "draw_textures"]

_SIDE = 512
_COVERED = 3.5
# Name -> longer semi-axis from and to, shorter one as a share of it, how far from upright it leans [degrees].
_SHAPES: dict[str, tuple[float, float, float, float]] = {
    "small leaves": (1.8, 4.0, 0.45, 180.0),
    "large leaves": (4.5, 10.0, 0.4, 180.0),
    "short blades": (3.5, 8.0, 0.2, 25.0),
    "long blades": (9.0, 20.0, 0.13, 20.0),
}
TEXTURES: tuple[str, ...] = ("noise", *_SHAPES, "mottle")
_SUBPIXEL_BITS = 4


def draw_textures(height: int, width: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """(len(TEXTURES), height, width) float32 of mean 0 and deviation about 1, laid at random."""
    tile = _tile()
    down, right = (int(generator.integers(_SIDE)) for _ in range(2))
    if generator.random() < 0.5:
        tile = tile[:, :, ::-1]
    rows, columns = (np.arange(start, start + extent) % _SIDE for start, extent in ((down, height), (right, width)))
    return np.ascontiguousarray(tile[:, rows[:, None], columns])


@functools.cache
def _tile() -> NDArray[np.float32]:
    """A square of each that continues over its borders; always the same."""
    generator = np.random.default_rng(20_241)
    noise = generator.standard_normal((_SIDE, _SIDE), dtype=np.float32)
    tile = np.stack([noise, *(_dead_leaves(shape, generator) for shape in _SHAPES.values()), _mottle(generator)])
    tile -= tile.mean((1, 2), keepdims=True)
    tile /= tile.std((1, 2), keepdims=True)
    tile.flags.writeable = False
    return tile


def _dead_leaves(shape: tuple[float, float, float, float], generator: np.random.Generator) -> NDArray[np.float32]:
    import cv2

    least, most, share, lean = shape
    margin, scale = int(most) + 2, 1 << _SUBPIXEL_BITS
    count = int(_COVERED * _SIDE**2 / (np.pi * share * (most**3 - least**3) / (3 * (most - least))))
    long = generator.uniform(least, most, count)
    angles = 90.0 + generator.uniform(-lean, lean, count)
    levels = np.clip(128 + 45 * generator.standard_normal(count), 0, 255)
    axes = np.maximum(np.round(long[:, None] * np.array([1.0, share]) * scale), 1)
    # A shape near a border stands again beyond the one across, in its turn.
    moves = _SIDE * np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)])
    centers = generator.uniform(0, _SIDE, (count, 1, 2)) + moves
    seen = ((centers > -margin) & (centers < _SIDE + margin)).all(-1)
    pixels = np.round((centers + margin) * scale).astype(int)
    canvas = np.zeros((_SIDE + 2 * margin,) * 2, dtype=np.uint8)
    rows, places = np.nonzero(seen)
    for center, axis, angle, level in zip(
        pixels[rows, places].tolist(), axes[rows].astype(int).tolist(), angles[rows].tolist(), levels[rows].tolist(),
        strict=True,
    ):  # fmt: skip
        cv2.ellipse(canvas, center, axis, angle, 0, 360, level, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
    return canvas[margin:-margin, margin:-margin].astype(np.float32)


def _mottle(generator: np.random.Generator) -> NDArray[np.float32]:
    """Noise whose amplitude falls with the frequency, as of weathered walls and thin cloud."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(_SIDE), np.fft.fftfreq(_SIDE)))
    frequency[0, 0] = np.inf
    spectrum = np.fft.fft2(generator.standard_normal((_SIDE, _SIDE))) / frequency
    return np.fft.ifft2(spectrum).real.astype(np.float32)
