"""Procedural pictures that warm up the autoencoder while the first scenes are still being path-traced.

Gradients, facades in perspective with bays of frames, noise of every octave, leaves and fine
lines: the statistics of the pictures to come, at no cost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.seeds import derive_generator

__all__ = ["ShapeSource"]


class ShapeSource:
    """Stands where a :class:`~archviz.training.pairs.PairStore` stands, for the autoencoder only."""

    def __init__(self, *, count: int = 600, side: int = 320, seed: int = 0) -> None:
        self._count, self._side, self._seed = count, side, seed
        self._made: dict[int, NDArray[np.uint8]] = {}

    def __len__(self) -> int:
        return self._count

    def refresh(self) -> None:
        """Nothing is added to it."""

    def pictures(self, view: int) -> NDArray[np.uint8]:
        """(1, side, side, 3) uint8, a pure function of seed and ``view``."""
        if view not in self._made:
            self._made[view] = self._make(view)
        return self._made[view]

    def _make(self, view: int) -> NDArray[np.uint8]:
        generator = derive_generator(self._seed, "shapes", view)
        picture = _gradient(generator, self._side)
        for _ in range(int(generator.integers(2, 6))):
            _facade(generator, picture)
        _leaves(generator, picture)
        picture *= 1 + generator.uniform(0, 0.3) * (_noise(generator, self._side)[..., None] - 0.5)
        picture *= generator.uniform(0.35, 1.15)
        return (np.clip(picture, 0, 1) * 255).astype(np.uint8)[None]


def _color(generator: np.random.Generator) -> NDArray[np.float32]:
    grey = generator.uniform(0.05, 1.0)
    return np.clip(grey * (1 + generator.normal(0, 0.3, 3)), 0, 1).astype(np.float32)


def _gradient(generator: np.random.Generator, side: int) -> NDArray[np.float32]:
    angle = generator.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:side, 0:side] / side - 0.5
    t = np.clip(0.5 + np.cos(angle) * x + np.sin(angle) * y, 0, 1)[..., None]
    return (_color(generator) * t + _color(generator) * (1 - t)).astype(np.float32)


def _noise(generator: np.random.Generator, side: int) -> NDArray[np.float32]:
    import cv2

    total = np.zeros((side, side), dtype=np.float32)
    for octave in range(int(generator.integers(1, 4)), 9):
        cells = min(2**octave, side)
        coarse = generator.random((cells, cells), dtype=np.float32)
        total += cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC) * 0.6**octave
    return (total - total.min()) / max(float(np.ptp(total)), 1e-6)


def _facade(generator: np.random.Generator, picture: NDArray[np.float32]) -> None:
    """A quadrilateral with textured wall and a grid of framed bays, drawn anti-aliased."""
    import cv2

    side = picture.shape[0]
    square = 256
    wall = np.empty((square, square, 3), dtype=np.float32)
    wall[:] = _color(generator)
    if generator.random() < 0.6:
        wall *= 1 + generator.uniform(0.1, 0.5) * (_noise(generator, square)[..., None] - 0.5)
    pitch = int(generator.integers(16, 96))
    frame, glass = _color(generator), _color(generator) * 0.6
    for y in range(pitch // 4, square - pitch // 2, pitch):
        for x in range(pitch // 4, square - pitch // 2, pitch):
            wall[y : y + pitch // 2 + 4, x : x + pitch // 2] = frame
            wall[y + 2 : y + pitch // 2 + 2, x + 2 : x + pitch // 2 - 2] = glass * generator.uniform(0.7, 1.4)
    if generator.random() < 0.4:
        step = int(generator.integers(3, 14))
        wall[::step] *= 0.8
    corners = np.array([[0, 0], [square, 0], [square, square], [0, square]], dtype=np.float32)
    low = generator.uniform(-0.3, 0.6, 2) * side
    extent = generator.uniform(0.3, 1.0, 2) * side
    target = low + corners / square * extent + generator.normal(0, 0.07 * side, (4, 2))
    warp = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    mask = cv2.warpPerspective(np.ones((square, square), np.float32), warp, (side, side), flags=cv2.INTER_AREA)
    drawn = cv2.warpPerspective(wall, warp, (side, side), flags=cv2.INTER_LINEAR)
    picture *= 1 - mask[..., None]
    picture += drawn * mask[..., None]


def _leaves(generator: np.random.Generator, picture: NDArray[np.float32]) -> None:
    import cv2

    side = picture.shape[0]
    center = generator.uniform(0, side, 2)
    spread = generator.uniform(10, 60)
    color = np.array([0.25, 0.4, 0.15]) * generator.uniform(0.4, 1.6)
    for at in generator.normal(center, spread, (int(generator.integers(0, 400)), 2)):
        axes = (int(generator.integers(2, 6)), int(generator.integers(1, 3)))
        shade = tuple(float(c) for c in np.clip(color * generator.uniform(0.5, 1.5), 0, 1))
        cv2.ellipse(
            picture, at.astype(int).tolist(), axes, float(generator.uniform(0, 180)), 0, 360, shade, -1, cv2.LINE_AA
        )
