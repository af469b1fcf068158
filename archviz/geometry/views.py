"""View presets: cameras that an architectural photographer would set up in front of the building.

All but the aerial view look along the horizontal and move the picture by lens shift, so that
verticals stay vertical. The distance follows from the box around the building: it fills
:data:`FILL` of the width or of the height, whichever comes first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.geometry.scene import Bounds, Scene

__all__ = ["EYE_HEIGHT_M", "FILL", "VIEW_PRESETS", "ViewPreset", "view_camera"]

EYE_HEIGHT_M = 1.6
# Share of the picture's width or height that the building takes.
FILL = 0.72
_MARGIN = 0.09
# Where the horizon would lie, as a share of the height from the bottom, if nothing else decided.
_HORIZON = 0.33
_SENSOR_MM = 36.0


@dataclass(frozen=True, kw_only=True)
class ViewPreset:
    """Where a preset's camera stands, seen from the building.

    Parameters
    ----------
    bearing_deg
        From the building's middle to the camera, clockwise from north [degrees].
    focal_mm
        Focal length on a 36 mm sensor along the picture's longer side [mm].
    pitch_deg
        How far the optical axis looks down [degrees]; 0 keeps verticals vertical.
    """

    bearing_deg: float
    focal_mm: float
    pitch_deg: float = 0.0


# The front faces south, so "left" of it, for who looks at it, is west.
VIEW_PRESETS: Mapping[str, ViewPreset] = MappingProxyType(
    {
        "front-left": ViewPreset(bearing_deg=180 + 38, focal_mm=28),
        "front": ViewPreset(bearing_deg=180, focal_mm=28),
        "front-right": ViewPreset(bearing_deg=180 - 38, focal_mm=28),
        "aerial": ViewPreset(bearing_deg=180 + 35, focal_mm=28, pitch_deg=26),
        "eye-level": ViewPreset(bearing_deg=180 - 22, focal_mm=22),
        "elevation-north": ViewPreset(bearing_deg=0, focal_mm=200),
        "elevation-east": ViewPreset(bearing_deg=90, focal_mm=200),
        "elevation-south": ViewPreset(bearing_deg=180, focal_mm=200),
        "elevation-west": ViewPreset(bearing_deg=270, focal_mm=200),
    }
)


def view_camera(scene: Scene, view_id: str, size: Size) -> Camera:
    """The camera of a view preset, framed on the building.

    Parameters
    ----------
    scene
        Its :meth:`~Scene.building_bounds` are framed.
    view_id
        A key of :data:`VIEW_PRESETS`.
    size
        The picture's size.

    Returns
    -------
    Camera
        Every corner of the building's box lies inside the picture with a margin.

    Raises
    ------
    OptionError
        There is no such preset.
    GeometryError
        The scene has no triangles.
    """
    preset = VIEW_PRESETS.get(view_id)
    if preset is None:
        raise OptionError(f"view {view_id!r} does not exist; choose one of {', '.join(VIEW_PRESETS)}")
    bounds = scene.building_bounds()
    aim = np.array(bounds.center_m)
    bearing, pitch = math.radians(preset.bearing_deg), math.radians(preset.pitch_deg)
    towards = -np.array(
        [math.sin(bearing) * math.cos(pitch), math.cos(bearing) * math.cos(pitch), math.sin(pitch)], dtype=np.float64
    )
    if not preset.pitch_deg:
        aim[2] = bounds.low[2] + _eye_height_m(bounds)
    corners = _box_corners(bounds) - aim
    right = np.cross(towards, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    local = corners @ np.stack([right, np.cross(right, towards), towards]).T
    lens = preset.focal_mm / _SENSOR_MM
    frame = (size.width / size.longer, size.height / size.longer)
    distance = _distance_m(local, lens, frame)
    across, up = (lens * local[:, axis] / (local[:, 2] + distance) for axis in (0, 1))
    level = lens * math.tan(pitch)
    return Camera(
        position_m=_vector(aim - towards * distance),
        target_m=_vector(aim),
        focal_mm=preset.focal_mm,
        sensor_mm=_SENSOR_MM,
        shift=(float(across.min() + across.max()) / 2, _vertical_shift(up, level, frame[1])),
        size=size,
    )


def _eye_height_m(bounds: Bounds) -> float:
    # A maquette is seen by a small observer, or the lens shift would leave the lens.
    return min(EYE_HEIGHT_M, 0.4 * max(bounds.extents_m))


def _box_corners(bounds: Bounds) -> NDArray[np.float64]:
    grid = np.array(np.meshgrid(*zip(bounds.low, bounds.high, strict=True), indexing="ij"), dtype=np.float64)
    return grid.reshape(3, -1).T


def _distance_m(local: NDArray[np.float64], lens: float, frame: tuple[float, float]) -> float:
    """Least distance from the aim at which the box takes no more than ``FILL`` of either side [m].

    ``local`` holds the corners along right, up and forward; spreads shrink with distance, so a
    bisection finds it.
    """

    def filled(distance: float) -> float:
        depth = local[:, 2] + distance
        return max(lens * float(np.ptp(local[:, axis] / depth)) / frame[axis] for axis in (0, 1))

    extent = float(np.ptp(local, axis=0).max())
    near = -float(local[:, 2].min()) + 1e-3 * extent
    far = near + extent
    while filled(far) > FILL:
        far = near + 2 * (far - near)
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if filled(middle) > FILL else (near, middle)
    return far


def _vertical_shift(up: NDArray[np.float64], level: float, height: float) -> float:
    """Lens shift that puts the horizon low, the box inside its margins.

    ``up`` are the corners above the optical axis and ``level`` is the horizon, both in shares of the
    longer side; ``height`` is the picture's height in the same unit.
    """
    # From the bottom, a point stands at height / 2 + its value - shift.
    lowest, highest = up.min() - height / 2, up.max() - height / 2
    if level > 0:
        # From the air the horizon lies high: just under the upper margin where the box lets it.
        wanted = level - height / 2 + _MARGIN / 2 * height
    else:
        wanted = height / 2 - _HORIZON * height
    top_in = highest + _MARGIN * height * 1.3
    bottom_in = lowest + height - _MARGIN * height
    return float(min(max(wanted, top_in), bottom_in))


def _vector(point: NDArray[np.float64]) -> tuple[float, float, float]:
    return (float(point[0]), float(point[1]), float(point[2]))
