"""Maps: one array each, its shape, dtype and range checked where it is made.

Arrays are (H, W) or (H, W, C) with row 0 at the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from archviz.core.size import Size

__all__ = ["ColorMap", "DepthMap", "EdgeMap", "IdMap", "LightMap", "Map", "NormalMap", "WeightMap"]


@dataclass(frozen=True, eq=False)
class Map:
    """What all maps share: a checked, read-only array."""

    array: NDArray[Any]
    dtype: ClassVar[type[np.generic]] = np.float32
    channels: ClassVar[int] = 1

    def __post_init__(self) -> None:
        ndim = 2 if self.channels == 1 else 3
        array = self.array
        if array.ndim != ndim or (ndim == 3 and array.shape[2] != self.channels):
            raise ValueError(f"{type(self).__name__}: shape {array.shape} is not (H, W{', 3' if ndim == 3 else ''})")
        if array.dtype != self.dtype:
            raise ValueError(f"{type(self).__name__}: dtype {array.dtype} is not {np.dtype(self.dtype)}")
        self.check_values()
        array.flags.writeable = False

    def check_values(self) -> None:
        """Raise ``ValueError`` where a value is out of the map's range."""

    def _check_range(self, low: float, high: float) -> None:
        if self.array.size and not (self.array.min() >= low and self.array.max() <= high):
            raise ValueError(f"{type(self).__name__}: values leave [{low:g}, {high:g}]")

    @property
    def size(self) -> Size:
        """The map's size."""
        return Size(height=self.array.shape[0], width=self.array.shape[1])


class DepthMap(Map):
    """(H, W) float32 distance along the optical axis [m]; ``inf`` where nothing is hit."""

    def check_values(self) -> None:
        if np.isnan(self.array).any() or (self.array <= 0).any():
            raise ValueError("DepthMap: depth must be positive")

    def near_white(self) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1], inverse depth normalised over the view: nearest 1, farthest and sky 0.

        The convention of the depth ControlNets for SD 1.5, SDXL and FLUX, and of `mini`.
        """
        inverse = np.where(np.isfinite(self.array), 1.0 / self.array, 0.0).astype(np.float32)
        hit = inverse > 0
        if not hit.any():
            return inverse
        low, high = inverse[hit].min(), inverse[hit].max()
        if high - low < 1e-9:
            return hit.astype(np.float32)
        return np.where(hit, (inverse - low) / (high - low), 0.0).astype(np.float32)


class NormalMap(Map):
    """(H, W, 3) float32 unit normals in world space, turned towards the viewer; zero where nothing is hit."""

    channels = 3

    def check_values(self) -> None:
        self._check_range(-1.001, 1.001)


class EdgeMap(Map):
    """(H, W) float32 in [0, 1]: 1 on a line, 0 elsewhere."""

    def check_values(self) -> None:
        self._check_range(0.0, 1.0)


class IdMap(Map):
    """(H, W) int32 row of a table; -1 where nothing is hit."""

    dtype = np.int32

    def check_values(self) -> None:
        if self.array.size and self.array.min() < -1:
            raise ValueError("IdMap: ids start at -1")


class LightMap(Map):
    """(H, W) float32 in [0, 1]: a share of light."""

    def check_values(self) -> None:
        self._check_range(0.0, 1.0)


class WeightMap(Map):
    """(H, W) float32 in [0, 1]: how much of a pixel is painted anew."""

    def check_values(self) -> None:
        self._check_range(0.0, 1.0)


class ColorMap(Map):
    """(H, W, 3) float32 in [0, 1]."""

    channels = 3

    def check_values(self) -> None:
        self._check_range(0.0, 1.0)
