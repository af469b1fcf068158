"""Drawings made by hand in code: a house in two-point lines, on clean or troubled paper."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# (x, y) in shares of the sheet.
HOUSE = [
    [(0.15, 0.75), (0.15, 0.40), (0.50, 0.35), (0.50, 0.80), (0.15, 0.75)],
    [(0.50, 0.35), (0.85, 0.42), (0.85, 0.72), (0.50, 0.80)],
    [(0.15, 0.40), (0.30, 0.18), (0.66, 0.16), (0.85, 0.42)],
    [(0.50, 0.35), (0.66, 0.16)],
    [(0.20, 0.50), (0.30, 0.49), (0.30, 0.62), (0.20, 0.615), (0.20, 0.50)],
    [(0.36, 0.48), (0.46, 0.47), (0.46, 0.62), (0.36, 0.62), (0.36, 0.48)],
    [(0.62, 0.48), (0.72, 0.49), (0.72, 0.74), (0.62, 0.76), (0.62, 0.48)],
    [(0.02, 0.77), (0.15, 0.75)],
    [(0.85, 0.72), (0.97, 0.74)],
]


def strokes(height: int = 480, width: int = 640, *, thickness: int = 2) -> NDArray[np.uint8]:
    """(H, W) ink coverage of the house, 0 to 255."""
    ink = np.zeros((height, width), np.uint8)
    for line in HOUSE:
        points = np.array([[(x * width, y * height) for x, y in line]]) * 16
        cv2.polylines(ink, points.round().astype(np.int32), False, 255, thickness, cv2.LINE_AA, 4)
    return ink


def sheet(
    height: int = 480, width: int = 640, *, thickness: int = 2, ink: float = 0.1, paper: float = 1.0
) -> NDArray[np.uint8]:
    """(H, W, 3) the house in ink on even paper."""
    cover = strokes(height, width, thickness=thickness) / 255.0
    grey = paper * (1 - cover) + ink * cover
    return np.repeat((grey * 255).round().astype(np.uint8)[..., None], 3, axis=2)


def under_a_lamp(array: NDArray[np.uint8], *, darkest: float = 0.45, grain: float = 0.015) -> NDArray[np.uint8]:
    """The sheet photographed: bright at the top left, dark at the bottom right, with grain."""
    height, width = array.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    light = 1 - (1 - darkest) * ((rows / height + columns / width) / 2) ** 1.5
    noise = np.random.default_rng(0).normal(scale=grain, size=(height, width))
    lit = array / 255.0 * light[..., None] * np.array([1.0, 0.97, 0.9]) + noise[..., None]
    return (np.clip(lit, 0, 1) * 255).round().astype(np.uint8)


def dilated(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    kernel = np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0


def agreement(found: NDArray[np.bool_], truth: NDArray[np.bool_], pixels: int) -> tuple[float, float]:
    """Recall and precision of line pixels within a distance."""
    recall = (truth & dilated(found, pixels)).sum() / truth.sum()
    precision = (found & dilated(truth, pixels)).sum() / max(found.sum(), 1)
    return float(recall), float(precision)
