"""Where on Earth, and where the sun stands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError

__all__ = ["Place", "SunDirection"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A point on Earth.

    Parameters
    ----------
    latitude_deg, longitude_deg
        Degrees, north and east positive.
    time_zone
        IANA name, or ``None`` where only times with an offset are accepted.
    name
        What people call it.
    """

    latitude_deg: float
    longitude_deg: float
    time_zone: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        for name, limit in (("latitude_deg", 90.0), ("longitude_deg", 180.0)):
            value = float(getattr(self, name))
            if not (math.isfinite(value) and abs(value) <= limit):
                raise OptionError(f"{name} {value} is off the globe; give degrees from {-limit:g} to {limit:g}")
            object.__setattr__(self, name, value)


@dataclass(frozen=True, kw_only=True)
class SunDirection:
    """Direction towards the sun.

    Parameters
    ----------
    altitude_deg
        Above the horizon, -90 to 90 [degrees].
    azimuth_deg
        Clockwise from north (+Y), kept in [0, 360) [degrees].
    """

    altitude_deg: float
    azimuth_deg: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.altitude_deg) and -90 <= self.altitude_deg <= 90):
            raise OptionError(f"sun altitude {self.altitude_deg} is not between -90 and 90 degrees")
        if not math.isfinite(self.azimuth_deg):
            raise OptionError(f"sun azimuth {self.azimuth_deg} is not a number of degrees")
        object.__setattr__(self, "altitude_deg", float(self.altitude_deg))
        object.__setattr__(self, "azimuth_deg", float(self.azimuth_deg) % 360.0)

    @property
    def vector(self) -> NDArray[np.float64]:
        """(3,) unit vector from the ground to the sun: x east, y north, z up."""
        altitude, azimuth = math.radians(self.altitude_deg), math.radians(self.azimuth_deg)
        return np.array(
            [math.cos(altitude) * math.sin(azimuth), math.cos(altitude) * math.cos(azimuth), math.sin(altitude)]
        )

    def turned(self, degrees: float) -> SunDirection:
        """The sun turned clockwise about the vertical."""
        return SunDirection(altitude_deg=self.altitude_deg, azimuth_deg=self.azimuth_deg + degrees)
