"""The sun through a day, in steps."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.lighting import SunTrack, clock_hours, solar_position, sun_day, sun_span, sun_track

SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63, time_zone="Asia/Ho_Chi_Minh")
BERLIN = Place(latitude_deg=52.52, longitude_deg=13.41, time_zone="Europe/Berlin")
KOLKATA = Place(latitude_deg=22.57, longitude_deg=88.36, time_zone="Asia/Kolkata")
TROMSO = Place(latitude_deg=69.65, longitude_deg=18.96, time_zone="Europe/Oslo")


@pytest.mark.parametrize("place", [SAIGON, BERLIN, KOLKATA], ids=lambda p: p.time_zone)
@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 6, 21), date(2025, 12, 21)], ids=str)
def test_the_steps_fill_the_time_from_sunrise_to_sunset(place: Place, day: date) -> None:
    times = sun_day(place, day)
    assert times.sunrise is not None and times.sunset is not None
    track = sun_track(place, day)
    length = times.sunset.timestamp() - times.sunrise.timestamp()
    assert track.step_h * len(track.suns) * 3600 == pytest.approx(length, abs=1)
    assert 9.5 / 60 < track.step_h <= 10 / 60
    assert track.moments[0].timestamp() == pytest.approx(times.sunrise.timestamp() + track.step_h * 1800, abs=1)
    assert all(sun.altitude_deg > 0 for sun in track.suns)
    # The clock of the place, on the day that changes it too.
    assert all(moment.utcoffset() == moment.astimezone(times.solar_noon.tzinfo).utcoffset() for moment in track.moments)
    middle = len(track.suns) // 2
    assert track.suns[middle] == solar_position(place, track.moments[middle])


def test_the_day_at_the_equator_lasts_twelve_hours_and_seven_minutes() -> None:
    # Refraction and the sun's radius give 0.8333 degrees at either end, at 15 degrees an hour.
    track = sun_track(Place(latitude_deg=0, longitude_deg=0), date(2025, 3, 20))
    assert track.step_h * len(track.suns) == pytest.approx(12 + 2 * 0.8333 / 15, abs=0.01)


def test_polar_day_and_night() -> None:
    up = sun_track(TROMSO, date(2025, 6, 21))
    assert up.step_h * len(up.suns) == pytest.approx(24) and min(sun.altitude_deg for sun in up.suns) > 0
    assert len(clock_hours(TROMSO, date(2025, 6, 21)).moments) == 24
    assert sun_span(TROMSO, date(2025, 12, 21)) is None
    for track in (sun_track(TROMSO, date(2025, 12, 21)), clock_hours(TROMSO, date(2025, 12, 21))):
        assert track.moments == () and track.suns == ()


@pytest.mark.parametrize("place", [SAIGON, BERLIN, KOLKATA], ids=lambda p: p.time_zone)
def test_clock_hours_are_full_hours_of_the_local_clock(place: Place) -> None:
    day = date(2025, 6, 21)
    times, hours = sun_day(place, day), clock_hours(place, day)
    assert times.sunrise is not None and times.sunset is not None
    assert all((m.minute, m.second, m.date()) == (0, 0, day) for m in hours.moments)
    assert all(b - a == timedelta(hours=1) for a, b in pairwise(hours.moments))
    assert times.sunrise < hours.moments[0] < times.sunrise + timedelta(hours=1, minutes=10)
    assert times.sunset - timedelta(hours=1, minutes=10) < hours.moments[-1] < times.sunset
    assert hours.suns[3] == solar_position(place, hours.moments[3])


def test_a_track_turns_with_the_model() -> None:
    track = sun_track(SAIGON, date(2025, 6, 21), step_min=60)
    turned = track.turned(30)
    assert turned.moments == track.moments and turned.step_h == track.step_h
    assert all(b == a.turned(30) for a, b in zip(track.suns, turned.suns, strict=True))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(OptionError, match="sun step 0 is not accepted; give minutes from 1 to 60"):
        sun_track(SAIGON, date(2025, 6, 21), step_min=0)
    with pytest.raises(OptionError, match=r"year 1800: .*; give a year between"):
        sun_track(SAIGON, date(1800, 6, 21))
    with pytest.raises(OptionError, match="1 moments for 0 suns"):
        SunTrack(moments=(datetime(2025, 1, 1),), suns=(), step_h=1.0)
