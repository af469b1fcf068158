"""Known damage to a picture: moved, bent, replaced by noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.seeds import derive_generator
from archviz.core.size import Size

__all__ = ["BENDS_PX", "SHIFTS_PX", "bent", "shifted", "white_noise"]

Picture = NDArray[np.uint8]

SHIFTS_PX = (1, 2, 3, 5, 8, 12, 20)
BENDS_PX = (1, 2, 3, 5)
# As long as a storey of the building is high in the picture: its edges waver, its place stays.
_WAVE_PX = 60.0


def shifted(picture: Picture, distance_px: float, *, seed: int) -> Picture:
    """The picture moved by a distance in a direction drawn from the seed; what enters is mirrored.

    Resampled between pixels even for whole distances, so that amounts differ by the distance alone.
    """
    angle = derive_generator(seed, "shift").uniform(0.0, 2 * np.pi)
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    return _sampled(picture, across - distance_px * np.cos(angle), down - distance_px * np.sin(angle))


def bent(picture: Picture, amplitude_px: float, *, seed: int) -> Picture:
    """The picture pushed to and fro by waves across both axes: straight edges become sines."""
    phase = derive_generator(seed, "bend").uniform(0.0, 2 * np.pi, 2)
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    turn = 2 * np.pi / _WAVE_PX
    return _sampled(
        picture,
        across + amplitude_px * np.sin(turn * down + phase[0]),
        down + amplitude_px * np.sin(turn * across + phase[1]),
    )


def white_noise(size: Size, *, seed: int) -> Picture:
    """(H, W, 3) independent bytes."""
    return derive_generator(seed, "noise").integers(0, 256, (*size.shape, 3), dtype=np.uint8)


def _sampled(picture: Picture, across: NDArray[np.floating], down: NDArray[np.floating]) -> Picture:
    import cv2

    grid = np.stack([across, down], axis=2).astype(np.float32)
    return np.asarray(cv2.remap(picture, grid, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.uint8)
