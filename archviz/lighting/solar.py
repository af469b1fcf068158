"""Where the sun stands, and when it rises and sets: NREL's solar position algorithm through pvlib."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.place import Place, SunDirection

__all__ = ["SunDay", "aware_time", "solar_position", "solar_positions", "sun_day", "time_zone"]

# Terrestrial time minus UT1 [s]: 64 in the year 2000, 69 in 2020; a second moves the sun 0.004 degrees.
DELTA_T_S = 67.0
# The algorithm's stated accuracy (0.0003 degrees) needs a known DELTA_T_S, hence not its full range of years.
YEARS = (1900, 2200)
# Of the centre, when the upper limb touches the horizon: the sun's radius and the horizon's refraction.
RIM_ALTITUDE_DEG = -0.8333
_HALF_DAY_MIN = 720


@dataclass(frozen=True, kw_only=True)
class SunDay:
    """The sun's times on one day at one place, as aware datetimes.

    Parameters
    ----------
    sunrise, sunset
        When the upper limb crosses a flat horizon, refraction included; ``None`` where the sun
        stays up or down all day.
    solar_noon
        When the sun crosses the meridian.
    """

    sunrise: datetime | None
    solar_noon: datetime
    sunset: datetime | None

    def __post_init__(self) -> None:
        if (self.sunrise is None) != (self.sunset is None):
            raise OptionError("sun day: give both sunrise and sunset, or None for both at a polar day or night")
        times = [t for t in (self.sunrise, self.solar_noon, self.sunset) if t is not None]
        if any(t.utcoffset() is None for t in times) or times != sorted(times):
            raise OptionError(f"sun day {times}: give aware times in the order sunrise, noon, sunset")


def time_zone(place: Place) -> tzinfo:
    """The clock of a place: its time zone, or without one the whole-hour zone of its longitude.

    Raises
    ------
    OptionError
        The time zone's name is unknown.
    """
    if place.time_zone is None:
        return timezone(timedelta(hours=round(place.longitude_deg / 15)))
    try:
        return ZoneInfo(place.time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise OptionError(
            f"time zone {place.time_zone!r} is unknown; give an IANA name such as Asia/Ho_Chi_Minh"
        ) from error


def aware_time(place: Place, when: datetime) -> datetime:
    """``when`` with an offset: its own, or that of the place's time zone.

    Raises
    ------
    OptionError
        ``when`` has no offset and the place no time zone, or the zone's name is unknown, or the
        year is outside 1900 to 2200.
    """
    if not YEARS[0] <= when.year <= YEARS[1]:
        raise OptionError(f"year {when.year}: the sun is known from {YEARS[0]} to {YEARS[1]}; give a year between")
    if when.utcoffset() is not None:
        return when
    if place.time_zone is None:
        raise OptionError(
            f"time {when.isoformat()} has no offset and the place no time zone; "
            f"write the offset, for example {when.isoformat()}+07:00, or give a city"
        )
    return when.replace(tzinfo=time_zone(place))


def solar_position(
    place: Place,
    when: datetime,
    *,
    elevation_m: float = 0.0,
    pressure_hpa: float = 1013.25,
    temperature_c: float = 12.0,
) -> SunDirection:
    """Direction to the sun's centre as it is seen, refraction included.

    Parameters
    ----------
    place
        Where.
    when
        An aware datetime, or a naive one that the place's time zone completes.
    elevation_m, pressure_hpa, temperature_c
        Of the observer: above sea level [m], yearly mean air pressure [hPa] and temperature [C].

    Raises
    ------
    OptionError
        As :func:`aware_time`.

    References
    ----------
    I. Reda, A. Andreas, "Solar position algorithm for solar radiation applications", NREL/TP-560-34302.
    """
    return solar_positions(
        place, [when], elevation_m=elevation_m, pressure_hpa=pressure_hpa, temperature_c=temperature_c
    )[0]


def solar_positions(
    place: Place,
    moments: Sequence[datetime],
    *,
    elevation_m: float = 0.0,
    pressure_hpa: float = 1013.25,
    temperature_c: float = 12.0,
) -> tuple[SunDirection, ...]:
    """:func:`solar_position` of many moments at once; parameters, errors and source are the same."""
    import pandas as pd
    from pvlib import solarposition

    table = solarposition.spa_python(
        pd.DatetimeIndex([aware_time(place, when).astimezone(UTC) for when in moments]),
        place.latitude_deg,
        place.longitude_deg,
        altitude=elevation_m,
        pressure=pressure_hpa * 100,
        temperature=temperature_c,
        delta_t=DELTA_T_S,
    )
    return tuple(
        SunDirection(altitude_deg=float(altitude), azimuth_deg=float(azimuth))
        for altitude, azimuth in zip(table["apparent_elevation"], table["azimuth"], strict=True)
    )


def sun_day(place: Place, day: date) -> SunDay:
    """Sunrise, solar noon and sunset of a local calendar day.

    Times are in the :func:`time_zone` of the place.

    Raises
    ------
    OptionError
        The time zone's name is unknown, or the year is outside 1900 to 2200.
    """
    import pandas as pd
    from pvlib import solarposition

    zone = time_zone(place)
    noon = aware_time(place, datetime(day.year, day.month, day.day, 12, tzinfo=zone))
    # The library answers for days of universal time: the local day's noon lies in one of three.
    days = [noon.astimezone(UTC) + timedelta(days=shift) for shift in (-1, 0, 1)]
    table = solarposition.sun_rise_set_transit_spa(
        pd.DatetimeIndex(days), place.latitude_deg, place.longitude_deg, delta_t=DELTA_T_S
    )
    transit = min((t.to_pydatetime(warn=False) for t in table["transit"]), key=lambda t: abs(t - noon))
    # Its sunrise and sunset may be a neighbouring day's, a minute off: take them from the altitudes.
    minutes = np.arange(-_HALF_DAY_MIN, _HALF_DAY_MIN + 1)
    times = pd.DatetimeIndex([transit + timedelta(minutes=int(m)) for m in minutes])
    geometric = solarposition.spa_python(times, place.latitude_deg, place.longitude_deg, delta_t=DELTA_T_S)
    height = geometric["elevation"].to_numpy() - RIM_ALTITUDE_DEG
    rise = _crossing(height[_HALF_DAY_MIN::-1])
    fall = _crossing(height[_HALF_DAY_MIN:])
    if rise is None or fall is None:
        return SunDay(sunrise=None, solar_noon=_to_second(transit, zone), sunset=None)
    return SunDay(
        sunrise=_to_second(transit - timedelta(minutes=rise), zone),
        solar_noon=_to_second(transit, zone),
        sunset=_to_second(transit + timedelta(minutes=fall), zone),
    )


def _crossing(heights: NDArray[np.float64]) -> float | None:
    """At which step heights that start above 0 first fall below; ``None`` where they do not."""
    below = np.flatnonzero(heights < 0)
    if heights[0] < 0 or not len(below):
        return None
    k = int(below[0])
    return float(k - 1 + heights[k - 1] / (heights[k - 1] - heights[k]))


def _to_second(time: datetime, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(round(time.timestamp()), tz=zone)
