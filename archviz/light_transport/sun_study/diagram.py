"""The sun-path diagram: the sky as a disc, with the sun's way over it on the year's characteristic days."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.light_transport.sun_study.figure import PALE, Color, Disc, Figure, Line, Mark, Point, Words
from archviz.lighting.solar import solar_positions, sun_day, time_zone
from archviz.lighting.sun_track import sun_span

__all__ = ["characteristic_days", "day_name", "place_name", "sun_path", "utc_offset"]

_SIZE = Size(height=1080, width=900)
_CENTER: Point = (450.0, 500.0)
_RADIUS = 360.0
_STEP = timedelta(minutes=5)
_GREY: Color = (112, 116, 122)
_JUNE: Color = (208, 84, 40)
_EQUINOX: Color = (58, 134, 88)
_DECEMBER: Color = (52, 104, 176)
_NEAR: Color = (24, 24, 28)
_SUN: Color = (246, 184, 48)


def characteristic_days(year: int) -> tuple[date, date, date]:
    """Equinox and solstices, as building regulations date them: 21 March, 21 June, 21 December."""
    return date(year, 3, 21), date(year, 6, 21), date(year, 12, 21)


def day_name(day: date) -> str:
    """``21 Jun 2026``, the same in every locale."""
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def place_name(place: Place) -> str:
    """The name and the coordinates: ``Da Lat, VN · 11.94° N, 108.44° E``."""
    north, east = "NS"[place.latitude_deg < 0], "EW"[place.longitude_deg < 0]
    degrees = f"{abs(place.latitude_deg):.2f}° {north}, {abs(place.longitude_deg):.2f}° {east}"
    return degrees if place.name is None else f"{place.name} · {degrees}"


def utc_offset(moment: datetime) -> str:
    """``UTC+07:00``."""
    return f"UTC{moment.isoformat()[-6:]}"


@dataclass(frozen=True, kw_only=True)
class _Arc:
    """One day's path."""

    day: date
    name: str
    color: Color
    width: float


def sun_path(place: Place, day: date) -> Figure:
    """The diagram of a place.

    True north is at the top; the rim is the horizon and the middle the zenith, with equal distances for
    equal angles. Full hours are those of the clock of ``day`` all year.

    Parameters
    ----------
    place
        Where.
    day
        The day that is drawn boldest, with its hours written.

    Raises
    ------
    OptionError
        As :func:`archviz.lighting.solar.sun_day`.
    """
    march, june, december = characteristic_days(day.year)
    year = [
        _Arc(day=june, name="21 Jun", color=_JUNE, width=2.5),
        _Arc(day=march, name="21 Mar", color=_EQUINOX, width=2.5),
        _Arc(day=december, name="21 Dec", color=_DECEMBER, width=2.5),
    ]
    arcs = [arc for arc in year if arc.day != day]
    arcs.append(_Arc(day=day, name=day_name(day), color=_NEAR, width=3.5))
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=time_zone(place))
    clock = timezone(noon.utcoffset() or timedelta())
    marks: list[Mark] = [
        Words(at=(_CENTER[0], 38), text="Sun path", size=30, anchor="m"),
        Words(at=(_CENTER[0], 72), text=place_name(place), size=18, color=_GREY, anchor="m"),
        *_dome(),
        *_hour_lines(place, year, clock),
    ]
    for arc in arcs:
        marks += _path(place, arc)
    for arc in arcs:
        marks += _hour_marks(place, arc, clock, named=arc is arcs[-1])
    marks += _legend(place, arcs)
    note = f"Rings of altitude every 10°, azimuth from true north; hours on the clock of {utc_offset(noon)}"
    marks.append(Words(at=(_CENTER[0], _SIZE.height - 20), text=note, size=14, color=_GREY, anchor="m"))
    return Figure(size=_SIZE, marks=tuple(marks))


def on_disc(sun: SunDirection) -> Point:
    """Where a direction of the sky lies in the diagram [px]."""
    reach = _RADIUS * (1 - max(sun.altitude_deg, 0.0) / 90)
    azimuth = math.radians(sun.azimuth_deg)
    return (_CENTER[0] + reach * math.sin(azimuth), _CENTER[1] - reach * math.cos(azimuth))


def _dome() -> Iterator[Mark]:
    for azimuth in range(0, 360, 30):
        rim = on_disc(SunDirection(altitude_deg=0, azimuth_deg=azimuth))
        yield Line(points=(_CENTER, rim), color=(228, 230, 233))
    for altitude in range(0, 90, 10):
        color, width = (PALE, 1.0) if altitude else (_GREY, 1.5)
        yield Disc(center=_CENTER, radius=_RADIUS * (1 - altitude / 90), color=color, width=width)
    for azimuth in range(0, 360, 10):
        outward = (math.sin(math.radians(azimuth)), -math.cos(math.radians(azimuth)))

        def beyond(distance: float, outward: Point = outward) -> Point:
            return (_CENTER[0] + distance * outward[0], _CENTER[1] + distance * outward[1])

        yield Line(points=(beyond(_RADIUS), beyond(_RADIUS + 6)), color=_GREY)
        if azimuth % 90 == 0:
            yield Words(at=beyond(_RADIUS + 28), text="NESW"[azimuth // 90], size=26, anchor="m")
        elif azimuth % 30 == 0:
            yield Words(at=beyond(_RADIUS + 26), text=f"{azimuth}°", size=15, color=_GREY, anchor="m")
    # Between the paths of the tropics and the rim's ticks, where a line of the sun seldom runs.
    for altitude in range(10, 90, 10):
        at = on_disc(SunDirection(altitude_deg=altitude, azimuth_deg=0))
        yield Words(at=at, text=f"{altitude}°", size=12, color=_GREY, anchor="m", halo=True)


def _path(place: Place, arc: _Arc) -> Iterator[Mark]:
    span = sun_span(place, arc.day)
    if span is None:
        return
    rise, fall = (moment.astimezone(UTC) for moment in span)
    steps = max(1, round((fall - rise) / _STEP))
    suns = solar_positions(place, [rise + (fall - rise) * (k / steps) for k in range(steps + 1)])
    yield Line(points=tuple(map(on_disc, suns)), color=arc.color, width=arc.width)


def _hours(place: Place, day: date, clock: timezone) -> dict[int, SunDirection]:
    """The sun at each full hour of the clock, where it is up."""
    moments = [datetime(day.year, day.month, day.day, hour, tzinfo=clock) for hour in range(24)]
    suns = solar_positions(place, moments)
    return {hour: sun for hour, sun in enumerate(suns) if sun.altitude_deg > 0}


def _hour_lines(place: Place, arcs: Sequence[_Arc], clock: timezone) -> Iterator[Mark]:
    """Thin lines that join an hour's places through the year."""
    hours = [_hours(place, arc.day, clock) for arc in arcs]
    for hour in range(24):
        points = tuple(on_disc(suns[hour]) for suns in hours if hour in suns)
        if len(points) > 1:
            yield Line(points=points, color=PALE)


def _hour_marks(place: Place, arc: _Arc, clock: timezone, *, named: bool) -> Iterator[Mark]:
    for hour, sun in _hours(place, arc.day, clock).items():
        at = on_disc(sun)
        yield Disc(center=at, radius=6 if named else 3.5, color=arc.color, width=1.5, fill=_SUN if named else arc.color)
        if named:
            yield Words(at=(at[0], at[1] + 18), text=str(hour), size=15, anchor="m", halo=True)


def _legend(place: Place, arcs: Sequence[_Arc]) -> Iterator[Mark]:
    top = _CENTER[1] + _RADIUS + 66
    for row, arc in enumerate(arcs):
        y = top + 26 * row
        times = sun_day(place, arc.day)
        if times.sunrise is not None and times.sunset is not None:
            light = f"{times.sunrise:%H:%M} to {times.sunset:%H:%M} {utc_offset(times.solar_noon)}"
        else:
            light = "the sun stays up" if sun_span(place, arc.day) else "the sun does not rise"
        noon = solar_positions(place, [times.solar_noon])[0]
        side = "north" if math.cos(math.radians(noon.azimuth_deg)) > 0 else "south"
        yield Line(points=((130, y), (170, y)), color=arc.color, width=arc.width)
        yield Words(at=(184, y), text=arc.name, size=16)
        yield Words(at=(340, y), text=light, size=16, color=_GREY)
        if noon.altitude_deg > 0:
            yield Words(at=(592, y), text=f"at noon {noon.altitude_deg:.1f}° in the {side}", size=16, color=_GREY)
