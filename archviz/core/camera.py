"""A pinhole camera with lens shift, in the world's metres (Z up, +Y north)."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.size import Size

__all__ = ["ROTATED_GRID_PX", "Camera"]

Vector = tuple[float, float, float]
# Four points of a pixel, from its centre, on rows and columns of their own: they see most of lines at any angle.
ROTATED_GRID_PX = np.array([(-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125)], dtype=np.float32)
_MIN_SEPARATION_M = 1e-6


@dataclass(frozen=True, kw_only=True)
class Camera:
    """Where the picture is taken from.

    Parameters
    ----------
    position_m, target_m
        Eye and the point on the optical axis it looks at [m].
    up
        Direction that is up in the picture; not parallel to the view direction.
    focal_mm, sensor_mm
        Focal length and the sensor's extent along the picture's *longer* side [mm].
    shift
        Lens shift (right, up) as a share of the longer side, as Blender counts it.
    size
        The picture's size.

    Raises
    ------
    OptionError
        A value is not finite or out of range.
    """

    position_m: Vector
    target_m: Vector
    up: Vector = (0.0, 0.0, 1.0)
    focal_mm: float = 28.0
    sensor_mm: float = 36.0
    shift: tuple[float, float] = (0.0, 0.0)
    size: Size = Size(512, 768)

    def __post_init__(self) -> None:
        for name, count in (("position_m", 3), ("target_m", 3), ("up", 3), ("shift", 2)):
            values = tuple(float(v) for v in getattr(self, name))
            if len(values) != count or not all(map(math.isfinite, values)):
                raise OptionError(f"camera {name} {values}: give {count} finite numbers")
            object.__setattr__(self, name, values)
        for name in ("focal_mm", "sensor_mm"):
            value = float(getattr(self, name))
            if not (math.isfinite(value) and 0.1 <= value <= 10_000):
                raise OptionError(f"camera {name} {value}: give millimetres from 0.1 to 10000")
            object.__setattr__(self, name, value)
        if any(abs(s) > 2 for s in self.shift):
            raise OptionError(f"camera shift {self.shift}: give shares of the longer side from -2 to 2")
        forward = np.subtract(self.target_m, self.position_m)
        if np.linalg.norm(forward) < _MIN_SEPARATION_M:
            raise OptionError(f"camera position and target are the same point {self.position_m}; move one of them")
        if np.linalg.norm(np.cross(forward / np.linalg.norm(forward), self.up)) < _MIN_SEPARATION_M:
            raise OptionError(f"camera up {self.up} is parallel to the view direction; give another up")

    def basis(self) -> NDArray[np.float64]:
        """(3, 3) rows: right, up and forward unit vectors of the camera in world space."""
        forward = np.subtract(self.target_m, self.position_m)
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, self.up)
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(right, forward), forward])

    @property
    def focal_px(self) -> float:
        """Focal length in pixels of ``size``."""
        return self.focal_mm / self.sensor_mm * self.size.longer

    @property
    def principal_point_px(self) -> tuple[float, float]:
        """(x, y) where the optical axis meets the picture [pixels from the top left corner]."""
        longer = self.size.longer
        return (self.size.width / 2 - self.shift[0] * longer, self.size.height / 2 + self.shift[1] * longer)

    def ray_directions(self) -> NDArray[np.float32]:
        """(H, W, 3) unit vectors through the pixels' centres, in world space."""
        cx, cy = self.principal_point_px
        right, up, forward = self.basis()
        x = (np.arange(self.size.width) + 0.5 - cx) / self.focal_px
        y = (cy - np.arange(self.size.height) - 0.5) / self.focal_px
        rays = forward + x[None, :, None] * right + y[:, None, None] * up
        rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
        return rays.astype(np.float32)

    def rays_through(self, points_px: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, 3) directions, 1 long along the axis, through (n, 2) points x, y from the picture's top left corner."""
        right, up, forward = self.basis().astype(np.float32)
        offsets = points_px.astype(np.float32) - np.asarray(self.principal_point_px, dtype=np.float32)
        across, down = (offsets / np.float32(self.focal_px)).T
        return np.asarray(forward + across[:, None] * right - down[:, None] * up)

    def project(self, points_m: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where points fall in the picture.

        Parameters
        ----------
        points_m
            (n, 3) world points [m].

        Returns
        -------
        pixels, depth_m
            (n, 2) x, y in pixels from the top left corner, and (n,) depth along the optical
            axis; a point behind the camera has depth <= 0 and its pixel means nothing.
        """
        local = (np.asarray(points_m, dtype=np.float64) - self.position_m) @ self.basis().T
        depth = local[:, 2]
        safe = np.where(depth > 0, depth, np.nan)
        cx, cy = self.principal_point_px
        pixels = np.stack([cx + self.focal_px * local[:, 0] / safe, cy - self.focal_px * local[:, 1] / safe], axis=1)
        return pixels, depth

    def resized(self, size: Size) -> Camera:
        """The same view at another size; the field along the longer side stays."""
        return replace(self, size=size)

    def to_json(self) -> dict[str, Any]:
        """The camera file's object."""
        return {
            "position_m": list(self.position_m),
            "target_m": list(self.target_m),
            "up": list(self.up),
            "focal_mm": self.focal_mm,
            "sensor_mm": self.sensor_mm,
            "shift": list(self.shift),
            "size": [self.size.width, self.size.height],
        }

    @classmethod
    def from_json(cls, data: object, *, source: str = "camera") -> Camera:
        """Read the camera file's object; ``fov_vertical_deg`` may stand for ``focal_mm``.

        Raises
        ------
        OptionError
            A key is unknown or missing, or a value is out of range.
        """
        if not isinstance(data, dict):
            raise OptionError(f"{source}: a camera is a JSON object with position_m and target_m")
        known = {"position_m", "target_m", "up", "focal_mm", "sensor_mm", "fov_vertical_deg", "shift", "size"}
        if unknown := sorted(set(data) - known):
            raise OptionError(f"{source}: unknown key {unknown[0]!r}; accepted: {', '.join(sorted(known))}")
        if missing := [k for k in ("position_m", "target_m") if k not in data]:
            raise OptionError(f"{source}: {missing[0]} is missing; give [x, y, z] in metres")
        fields = dict(data)
        try:
            if "size" in fields:
                width, height = fields["size"]
                fields["size"] = Size(height=height, width=width)
            fov = fields.pop("fov_vertical_deg", None)
            if fov is not None:
                if "focal_mm" in fields:
                    raise OptionError(f"{source}: give focal_mm or fov_vertical_deg, not both")
                if not 0 < float(fov) < 180:
                    raise OptionError(f"{source}: fov_vertical_deg {fov} is not between 0 and 180")
                size = fields.get("size", cls.size)
                sensor = float(fields.get("sensor_mm", cls.sensor_mm))
                # The sensor spans the longer side; the vertical field spans the height.
                fields["focal_mm"] = sensor * size.height / size.longer / (2 * math.tan(math.radians(float(fov)) / 2))
            return cls(**fields)
        except (TypeError, ValueError) as error:
            raise OptionError(f"{source}: {error}; numbers and lists of numbers are accepted") from error

    @classmethod
    def load(cls, path: Path) -> Camera:
        """Read a camera file.

        Raises
        ------
        FileFormatError
            The file is missing or is not JSON.
        OptionError
            The object is not a camera.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise FileFormatError(f"{path}: {error.strerror}; give the path of a camera file") from error
        except ValueError as error:
            raise FileFormatError(
                f"{path}: not JSON ({error}); write the file with archviz or by the README"
            ) from error
        return cls.from_json(data, source=str(path))
