"""Between arrays of pictures and what a network takes: padding, cropping, rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.size import Size

__all__ = ["crop", "pad_by_edges", "to_bytes"]


def pad_by_edges(array: NDArray[Any], size: Size) -> NDArray[Any]:
    """(C, H, W) grown to ``size`` at the right and the bottom by repeating its last column and row.

    Zeros there would be a wall of the nearest depth or a black sky that the picture's rim would feel.
    """
    down, right = size.height - array.shape[1], size.width - array.shape[2]
    return np.pad(array, ((0, 0), (0, down), (0, right)), mode="edge") if down or right else array


def crop(picture: NDArray[Any], size: Size) -> NDArray[Any]:
    """The top left (H, W, C) of ``size``: takes :func:`pad_by_edges` back."""
    return picture[: size.height, : size.width]


def to_bytes(picture: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A picture in [0, 1] to uint8, rounded."""
    return np.round(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)
