"""What may stand in a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera

__all__ = ["in_sight"]

# Of the picture's sides: what stands just outside may lean in.
_MARGIN = 1.08


def in_sight(points_m: NDArray[np.float32], reach_m: NDArray[np.float32], camera: Camera) -> NDArray[np.bool_]:
    """Whether things at (n, 3) points, as large as (n,) ``reach_m``, may stand in a camera's picture."""
    right, up, forward = camera.basis().astype(np.float32)
    away = points_m - np.asarray(camera.position_m, dtype=np.float32)
    depth = away @ forward
    cx, cy = camera.principal_point_px
    aside = camera.focal_px * (away @ right) + (cx - camera.size.width / 2) * depth
    above = camera.focal_px * (away @ up) - (cy - camera.size.height / 2) * depth
    spare = camera.focal_px * reach_m
    half = _MARGIN / 2 * depth
    inside = (np.abs(aside) < half * camera.size.width + spare) & (np.abs(above) < half * camera.size.height + spare)
    return np.asarray(inside & (depth > -reach_m))
