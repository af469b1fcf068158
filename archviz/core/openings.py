"""Windows and doors of a model as flat outlines in the world: what a picture is asked to keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError

__all__ = ["Opening", "OpeningKind"]

OpeningKind = Literal["window", "door", "unknown"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Opening:
    """One window or door, frame and glass together.

    Parameters
    ----------
    name
        What its elements share of their names; unique in its model.
    kind
        By the class, the element's name or the material's; ``window`` too where only the material
        lets light through; ``unknown`` where nothing says.
    elements
        Rows of the element table that it is made of. An element may hold several openings.
    corners_m
        (4, 3) float64 outline in the plane of its front, counter-clockwise from outside: lower
        left, lower right, upper right, upper left [m].
    depth_m
        From its front back to its other side [m].
    fill
        Share of the outline's rectangle that it covers, 0 to 1: an arch covers less than all.

    Raises
    ------
    OptionError
        The corners are no four points, or the fill is out of range.
    """

    name: str
    kind: OpeningKind
    elements: tuple[int, ...]
    corners_m: NDArray[np.float64]
    depth_m: float = 0.0
    fill: float = 1.0

    def __post_init__(self) -> None:
        corners = np.array(self.corners_m, dtype=np.float64)
        if corners.shape != (4, 3) or not np.isfinite(corners).all():
            raise OptionError(f"opening {self.name!r}: corners {corners.shape}; give 4 finite points")
        if not 0.0 < self.fill <= 1.0:
            raise OptionError(f"opening {self.name!r}: fill {self.fill} is not above 0 and at most 1")
        corners.flags.writeable = False
        object.__setattr__(self, "corners_m", corners)

    @property
    def right_m(self) -> NDArray[np.float64]:
        """(3,) from the left to the right side, as long as it is wide [m]."""
        return np.asarray(self.corners_m[1] - self.corners_m[0])

    @property
    def up_m(self) -> NDArray[np.float64]:
        """(3,) from the lower to the upper side, as long as it is high [m]."""
        return np.asarray(self.corners_m[3] - self.corners_m[0])

    @property
    def normal(self) -> NDArray[np.float64]:
        """(3,) unit vector out of the wall."""
        across = np.cross(self.right_m, self.up_m)
        return np.asarray(across / np.linalg.norm(across))

    def towards(self, eye_m: NDArray[np.float64]) -> Opening:
        """The side of it that is seen from a point: this one, or its back.

        A gallery's windows lie deep in the building; which of their sides is outside the camera knows.
        """
        if (eye_m - self.corners_m.mean(0)) @ self.normal >= 0.0:
            return self
        return replace(self, corners_m=self.corners_m[[1, 0, 3, 2]] - self.depth_m * self.normal)
