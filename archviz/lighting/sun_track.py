"""The sun through one day, in steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from archviz.core.errors import OptionError
from archviz.core.place import Place, SunDirection
from archviz.lighting.solar import solar_position, solar_positions, sun_day, time_zone

__all__ = ["SunTrack", "clock_hours", "sun_span", "sun_track"]


@dataclass(frozen=True, kw_only=True)
class SunTrack:
    """The sun at moments of one day, each of which stands for the same time.

    Parameters
    ----------
    moments
        Aware datetimes in the place's time zone.
    suns
        The sun at each moment.
    step_h
        Time that a moment stands for [hours].
    """

    moments: tuple[datetime, ...]
    suns: tuple[SunDirection, ...]
    step_h: float

    def __post_init__(self) -> None:
        if len(self.moments) != len(self.suns):
            raise OptionError(f"sun track: {len(self.moments)} moments for {len(self.suns)} suns; give one each")

    def turned(self, degrees: float) -> SunTrack:
        """The track in the axes of a model whose true north has the azimuth ``degrees``."""
        return SunTrack(moments=self.moments, suns=tuple(sun.turned(degrees) for sun in self.suns), step_h=self.step_h)


def sun_span(place: Place, day: date) -> tuple[datetime, datetime] | None:
    """Sunrise and sunset of a local day; its two midnights where the sun stays up, ``None`` where it stays down.

    Raises
    ------
    OptionError
        As :func:`archviz.lighting.solar.sun_day`.
    """
    times = sun_day(place, day)
    if times.sunrise is not None and times.sunset is not None:
        return times.sunrise, times.sunset
    if solar_position(place, times.solar_noon).altitude_deg <= 0:
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=time_zone(place))
    return midnight, midnight + timedelta(days=1)


def sun_track(place: Place, day: date, *, step_min: float = 10.0) -> SunTrack:
    """The sun between sunrise and sunset, at the middles of equal steps.

    Parameters
    ----------
    place, day
        Where, and which local calendar day.
    step_min
        Longest step [minutes].

    Returns
    -------
    SunTrack
        Its steps add up to the day's length; empty where the sun does not rise.

    Raises
    ------
    OptionError
        As :func:`archviz.lighting.solar.sun_day`, or ``step_min`` is not from 1 to 60.
    """
    if not 1 <= step_min <= 60:
        raise OptionError(f"sun step {step_min} is not accepted; give minutes from 1 to 60")
    span = sun_span(place, day)
    if span is None:
        return SunTrack(moments=(), suns=(), step_h=0.0)
    # In universal time: a zone's own arithmetic leaves out the hour that a change of clocks takes or gives.
    rise, fall = (moment.astimezone(UTC) for moment in span)
    steps = math.ceil((fall - rise) / timedelta(minutes=step_min))
    step = (fall - rise) / steps
    zone = time_zone(place)
    moments = tuple((rise + (k + 0.5) * step).astimezone(zone) for k in range(steps))
    return SunTrack(moments=moments, suns=solar_positions(place, moments), step_h=step / timedelta(hours=1))


def clock_hours(place: Place, day: date) -> SunTrack:
    """The sun at the full hours of the local clock between sunrise and sunset.

    Raises
    ------
    OptionError
        As :func:`archviz.lighting.solar.sun_day`.
    """
    span = sun_span(place, day)
    if span is None:
        return SunTrack(moments=(), suns=(), step_h=1.0)
    rise, fall = (moment.astimezone(UTC) for moment in span)
    zone = time_zone(place)
    hours = (datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC) for hour in range(24))
    # An hour that a change of clocks leaves out is the next one's moment.
    moments = tuple(hour.astimezone(zone) for hour in dict.fromkeys(hours) if rise <= hour <= fall)
    suns = solar_positions(place, moments) if moments else ()
    up = [k for k, sun in enumerate(suns) if sun.altitude_deg > 0]
    return SunTrack(moments=tuple(moments[k] for k in up), suns=tuple(suns[k] for k in up), step_h=1.0)
