"""Where a landscape is looked at from, and what must stay open before that place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Sight"]

# Half the angle that is kept open: that of a 28 mm lens, and a little more.
_HALF_ANGLE_DEG = 36.0
# Grass, shoots and stones may stand anywhere: the eye is above them.
_LOW_M = 0.85
# Nothing stands so near to the eye that it would fill the picture, ahead or beside.
_AROUND_M = 2.5


@dataclass(frozen=True, kw_only=True)
class Sight:
    """An eye and its direction, in plan.

    Parameters
    ----------
    x_m, y_m
        Where the eye stands [m].
    bearing_deg
        Where it looks, clockwise from +Y [degrees].
    open_m
        Distance up to which nothing but low things stand before it [m].
    """

    x_m: float
    y_m: float
    bearing_deg: float
    open_m: float

    def local_m(self, x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Distances to the right of the eye and ahead of it [m]."""
        dx, dy = np.asarray(x, float) - self.x_m, np.asarray(y, float) - self.y_m
        sin, cos = math.sin(math.radians(self.bearing_deg)), math.cos(math.radians(self.bearing_deg))
        return dx * cos - dy * sin, dx * sin + dy * cos

    def point_m(self, right_m: float, ahead_m: float) -> tuple[float, float]:
        """x, y of a point beside and ahead of the eye [m]."""
        sin, cos = math.sin(math.radians(self.bearing_deg)), math.cos(math.radians(self.bearing_deg))
        return (self.x_m + right_m * cos + ahead_m * sin, self.y_m - right_m * sin + ahead_m * cos)

    def blocked(self, x: ArrayLike, y: ArrayLike, *, radius_m: ArrayLike, height_m: ArrayLike) -> NDArray[np.bool_]:
        """True where a thing of that size would stand in the foreground or around the eye."""
        radius, height = np.asarray(radius_m, float), np.asarray(height_m, float)
        right, ahead = self.local_m(x, y)
        wedge = (ahead > -radius) & (ahead - radius < self.open_m)
        # The wedge's side is slanted: a round thing touches it from further away than its radius.
        slope = math.tan(math.radians(_HALF_ANGLE_DEG))
        wedge &= np.abs(right) < slope * np.maximum(ahead, 0.0) + radius * math.hypot(1.0, slope)
        return np.asarray((height > _LOW_M) & (wedge | (np.hypot(right, ahead) < radius + _AROUND_M)))
