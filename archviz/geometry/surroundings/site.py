"""The building's plot: its measures, what must stay open to the camera, and what is taken."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archviz.geometry.scene import Bounds
from archviz.geometry.surroundings.sight import Sight

__all__ = ["APRON_Z_M", "Site"]

APRON_Z_M = -0.02
"""Ground level at the building [m]: under its base, so that neither hides the other."""

_MARGIN_M = 1.0
# Cameras of the view presets stand up to 45 degrees off the front; the wedge leaves a little more.
_WEDGE = math.tan(math.radians(50.0))
_WEDGE_MEDIUM = math.tan(math.radians(32.0))
# As shares of the largest extent: a 28 mm lens frames a corner from about twice it, a 200 mm lens an
# elevation from about eight times it.
_WEDGE_LENGTH = 3.0
_STRIP_LENGTH = 10.0
_CORNER = 1.6
_LOW_M, _MEDIUM_M = 0.85, 1.9
_MEDIUM_DEPTH = 0.55
_GARDEN_SHARE = 0.4


@dataclass(frozen=True, kw_only=True)
class Site:
    """The building's box, its base centre moved to the origin.

    Parameters
    ----------
    half_x_m, half_y_m, height_m
        Half the footprint's sides and the height [m]; front at ``y = -half_y_m``.
    sight
        What stays open where the plot is empty; ``None`` keeps the building in view.
    """

    half_x_m: float
    half_y_m: float
    height_m: float
    sight: Sight | None = None
    _taken: list[tuple[float, float, float, float]] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of(cls, building: Bounds) -> Site:
        """The site of a building's box; a flat or thin box counts as 2 m."""
        x, y, z = (max(float(e), 2.0) for e in building.extents_m)
        return cls(half_x_m=x / 2, half_y_m=y / 2, height_m=z)

    @property
    def front_m(self) -> float:
        """y of the building's front [m]."""
        return -self.half_y_m

    @property
    def radius_m(self) -> float:
        """Radius of the footprint's circle [m]."""
        return math.hypot(self.half_x_m, self.half_y_m)

    @property
    def size_m(self) -> float:
        """The largest extent [m]."""
        return max(2 * self.half_x_m, 2 * self.half_y_m, self.height_m)

    def reserve(self, low: tuple[float, float], high: tuple[float, float]) -> None:
        """Keep later plants and things off a rectangle [m]."""
        self._taken.append((*low, *high))

    def footprint_distance_m(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
        """Distance to the building's footprint in plan; 0 inside [m]."""
        dx = np.maximum(np.abs(np.asarray(x, float)) - self.half_x_m, 0.0)
        dy = np.maximum(np.abs(np.asarray(y, float)) - self.half_y_m, 0.0)
        return np.hypot(dx, dy)

    def blocks_view(self, x: ArrayLike, y: ArrayLike, *, radius_m: ArrayLike, height_m: ArrayLike) -> NDArray[np.bool_]:
        """True where a thing of that size would stand in the way of what is looked at.

        On an empty plot that is the foreground of its sight. Otherwise it stands between a view
        preset's camera and the building.

        The front is open in a wedge of 50 degrees to either side, the side walls towards a camera
        at the front's corners, each elevation in a strip of the building's width. Things below
        1.9 m hide no more than the foot of a wall: the wedge's near part is narrower for them. Garden
        plants up to 0.4 of the building's height may stand at its sides, and things lower than
        0.85 m anywhere.
        """
        if self.sight is not None:
            return self.sight.blocked(x, y, radius_m=radius_m, height_m=height_m)
        px, py, radius, height = np.broadcast_arrays(*(np.asarray(v, float) for v in (x, y, radius_m, height_m)))
        away = np.abs(px)
        reach = self.half_x_m + _MARGIN_M + radius
        depth = -py - self.half_y_m + radius
        narrow = (height < _MEDIUM_M) & (depth < _MEDIUM_DEPTH * self.size_m)
        wedge = (depth > 0) & (depth < _WEDGE_LENGTH * self.size_m)
        wedge &= away < reach + np.where(narrow, _WEDGE_MEDIUM, _WEDGE) * depth
        far = _STRIP_LENGTH * self.size_m
        along_y = (away < reach) & (np.abs(py) < far)
        beside = (np.abs(py) < self.half_y_m + _MARGIN_M + radius) & (away < far)
        # The line of sight from a corner camera to the far end of the side wall.
        camera = _CORNER * self.size_m
        slope = max(camera - self.half_x_m, 0.0) / (self.half_y_m + camera)
        back = self.half_y_m - py
        corner = (back > 0) & (py > -camera) & (away < reach + 0.2 * radius + slope * back)
        tall = height > max(_MEDIUM_M, _GARDEN_SHARE * self.height_m)
        return (height > _LOW_M) & (wedge | along_y | ((beside | corner) & tall))

    def is_taken(self, x: ArrayLike, y: ArrayLike, *, radius_m: ArrayLike) -> NDArray[np.bool_]:
        """True within ``radius_m`` of the building or of a reserved rectangle."""
        px, py, r = np.broadcast_arrays(*(np.asarray(v, float) for v in (x, y, radius_m)))
        taken = self.footprint_distance_m(px, py) < r
        for x0, y0, x1, y1 in self._taken:
            taken = taken | ((px > x0 - r) & (px < x1 + r) & (py > y0 - r) & (py < y1 + r))
        return taken
