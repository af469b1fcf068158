"""How far apart two pictures of one view are, where that is asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["near_edges", "psnr", "seed_over_precision"]

Picture = NDArray[np.uint8]
_NEAR_PX = 2
_FEWEST_PX = 500


def psnr(picture: Picture, truth: Picture, *, where: NDArray[np.bool_] | None = None) -> float | None:
    """Peak signal-to-noise ratio [dB] of 8-bit pictures, over all pixels or those of a mask.

    ``None`` where the mask is empty.
    """
    error = (picture.astype(np.float64) - truth.astype(np.float64)) ** 2
    if where is not None:
        error = error[where]
    if not error.size:
        return None
    return float(10 * np.log10(255**2 / max(error.mean(), 1e-9)))


def near_edges(edges: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W) true within two pixels of a feature edge."""
    import cv2

    return np.asarray(cv2.dilate((edges > 0.5).astype(np.uint8), np.ones((2 * _NEAR_PX + 1,) * 2, np.uint8)) > 0)


def seed_over_precision(
    picture: Picture, other_seed: Picture, other_precision: Picture, where: NDArray[np.bool_]
) -> float | None:
    """How many times more another seed changes a picture than another number format does, as root mean squares.

    Parameters
    ----------
    picture, other_seed, other_precision
        (H, W, 3) uint8.
    where
        (H, W) what is compared.

    Returns
    -------
    float or None
        ``None`` where there is too little to compare.
    """
    if where.sum() < _FEWEST_PX:
        return None
    seed, precision = (
        float(np.sqrt(((picture.astype(np.float64) - other.astype(np.float64))[where] ** 2).mean()))
        for other in (other_seed, other_precision)
    )
    # Two number formats that give one picture differ by less than a hundredth of a level.
    return seed / max(precision, 0.01)
