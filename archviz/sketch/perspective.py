"""The camera that a drawing was drawn for, and the building's size, from what is seen in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.sketch.estimate import Estimate, Layer
from archviz.sketch.vanishing import Vanishing

__all__ = ["Perspective", "find_perspective"]

# Lines do not tell the focal length; this one is what buildings are mostly drawn and photographed with.
_FOCAL_MM, _SENSOR_MM = 28.0, 36.0
# Architects keep verticals vertical: a smaller tilt is the estimate's error.
_LEAST_TILT_DEG, _MOST_TILT_DEG = 9.0, 80.0
_EYE_M = 1.6
# A building seen from above stands for two storeys with a roof.
_COMMON_HEIGHT_M = 8.0
_HEIGHT_LIMITS_M = (2.8, 200.0)
_SURE = 0.6
_LEAST_GROUND = 0.01
# Without a word of the horizon it is taken to cross the building this far up.
_HORIZON_SHARE = 0.25


@dataclass(frozen=True, eq=False, kw_only=True)
class Perspective:
    """How a drawing looks at its building.

    Parameters
    ----------
    camera
        The view, at the estimate's size; it stands over the origin and looks towards +Y.
    depth_m
        (h, w) float32 depth of the estimate in metres, so that the building stands on the ground.
    assumptions
        What lines do not tell and was decided, in words.
    """

    camera: Camera
    depth_m: NDArray[np.float32]
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class _Ground:
    """Inverse depth of level ground: ``slope * (row - horizon)``, rows counted at pixel centres."""

    slope: float
    horizon: float


def find_perspective(estimate: Estimate, order: Vanishing | None = None, *, upright: bool = False) -> Perspective:
    """Find horizon, tilt and scale of a drawing.

    The ground's normal gives the tilt; its inverse depth, linear in the picture's rows, gives the horizon
    and the eye's height. Where the horizon crosses the building, the eye is taken to stand 1.6 m over
    the ground; otherwise the building is taken to be 8 m high.

    Parameters
    ----------
    estimate
        Layers, relative depth and normals of the drawing.
    order
        Horizon and focal length that the drawing's own lines tell, at the estimate's size.
    upright
        Whether verticals are known to be vertical, whatever the ground's normal says.
    """
    layers = estimate.layers.argmax(0)
    own = np.isin(layers, [Layer.BUILDING, Layer.OPENING])
    rows = np.flatnonzero(own.any(axis=1)) if own.any() else np.arange(estimate.size.height)
    top, bottom = float(rows[0]), float(rows[-1] + 1)
    size = estimate.size
    if order is None:
        tilt = 0.0 if upright else _tilt(estimate)
        focal_px = _FOCAL_MM / _SENSOR_MM * size.longer
        ground = _fit_ground(estimate) or _assumed_ground(estimate, bottom - _HORIZON_SHARE * (bottom - top), bottom)
    else:
        tilt, focal_px = 0.0, order.focal_px
        ground = _ground_under(estimate, order.horizon_px) or _assumed_ground(estimate, order.horizon_px, bottom)
    focal_mm = focal_px / size.longer * _SENSOR_MM
    # 1 / depth = (sin(tilt) + (row - centre) * cos(tilt) / focal) / eye, all in the estimate's unit.
    eye = math.cos(tilt) / (focal_px * ground.slope)
    centre = ground.horizon + focal_px * math.tan(tilt)
    depth = estimate.depth * _standing(layers, estimate.depth, ground)
    rise = (centre - np.arange(size.height) - 0.5)[:, None] / focal_px
    heights = eye + depth * (rise * math.cos(tilt) - math.sin(tilt))
    height = float(np.quantile(heights[own], 0.99)) if own.any() else eye
    at_eye = top < ground.horizon < bottom + 0.1 * (bottom - top) and tilt == 0.0
    scale = _EYE_M / eye if at_eye else _COMMON_HEIGHT_M / max(height, 1e-6)
    scale *= float(np.clip(height * scale, *_HEIGHT_LIMITS_M)) / max(height * scale, 1e-6)
    camera = Camera(
        position_m=(0.0, 0.0, eye * scale),
        target_m=(0.0, math.cos(tilt), eye * scale - math.sin(tilt)),
        focal_mm=focal_mm,
        sensor_mm=_SENSOR_MM,
        shift=(0.0, float(np.clip((centre - size.height / 2) / size.longer, -2.0, 2.0))),
        size=size,
    )
    return Perspective(
        camera=camera,
        depth_m=(depth * scale).astype(np.float32),
        assumptions=(
            f"the drawing is taken for a view through a {focal_mm:.0f} mm lens from {eye * scale:.1f} m over the"
            f" ground to a building {height * scale:.0f} m high; it looks towards the model's north",
        ),
    )


def _tilt(estimate: Estimate) -> float:
    """How far the camera looks down [radians], from the ground's normal; 0 where verticals stay vertical."""
    sure = estimate.layers[Layer.GROUND] > _SURE
    if sure.mean() < _LEAST_GROUND:
        return 0.0
    _, up, near = np.median(estimate.normals[sure], axis=0)
    tilt = math.atan2(near, max(up, 1e-6))
    if not math.radians(_LEAST_TILT_DEG) <= tilt <= math.radians(_MOST_TILT_DEG):
        return 0.0
    return tilt


def _fit_ground(estimate: Estimate) -> _Ground | None:
    """Theil-Sen's line through inverse depth over rows: deaf to hills and misread pixels."""
    sure = estimate.layers[Layer.GROUND] > _SURE
    if sure.mean() < _LEAST_GROUND:
        return None
    rows = np.argwhere(sure)[:, 0] + 0.5
    inverse = 1.0 / estimate.depth[sure]
    low, high = np.quantile(rows, [0.02, 0.98])
    if high - low < 4.0:
        return None
    # One value a row, so that wide rows do not outvote the others.
    each = np.unique(rows)
    values = np.array([np.median(inverse[rows == row]) for row in each])
    first, second = np.triu_indices(len(each), k=max(1, len(each) // 4))
    if not len(first):
        return None
    slope = float(np.median((values[second] - values[first]) / (each[second] - each[first])))
    if slope <= 1e-6:
        return None
    return _Ground(slope, float(np.median(each - values / slope)))


def _ground_under(estimate: Estimate, horizon: float) -> _Ground | None:
    """Ground under a known horizon, where any is seen."""
    sure = estimate.layers[Layer.GROUND] > _SURE
    rows, columns = np.nonzero(sure)
    below = rows + 0.5 - horizon
    seen = below > 2.0
    if seen.sum() < 3:
        return None
    slopes = 1.0 / (estimate.depth[rows[seen], columns[seen]] * below[seen])
    return _Ground(float(np.median(slopes)), horizon)


def _assumed_ground(estimate: Estimate, horizon: float, bottom: float) -> _Ground:
    """Ground that is not drawn, under a horizon: the building's lowest row stands on it."""
    row = min(int(bottom) - 1, estimate.size.height - 1)
    own = np.isin(estimate.layers[:, row].argmax(0), [Layer.BUILDING, Layer.OPENING])
    depth = float(np.median(estimate.depth[row][own])) if own.any() else 1.0
    return _Ground(1.0 / (depth * max(bottom - horizon, 1.0)), horizon)


def _standing(layers: NDArray[np.int64], depth: NDArray[np.float32], ground: _Ground) -> float:
    """Factor on the depth of what stands, so that the building's foot meets the ground."""
    own = np.isin(layers, [Layer.BUILDING, Layer.OPENING])
    foot = own[:-1] & (layers[1:] == Layer.GROUND)
    rows, columns = np.nonzero(foot)
    inverse = ground.slope * (rows + 1.0 - ground.horizon)
    seen = inverse > 1e-6
    if seen.sum() < 3:
        return 1.0
    return float(np.median(1.0 / (inverse[seen] * depth[rows[seen], columns[seen]])))
