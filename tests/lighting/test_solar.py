"""The sun against published tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.lighting.solar import SunDay, solar_position, sun_day

MST = timezone(timedelta(hours=-7))
# Reda and Andreas, NREL/TP-560-34302, the example of table A5.1.
GOLDEN = Place(latitude_deg=39.742476, longitude_deg=-105.1786)
SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63, time_zone="Asia/Ho_Chi_Minh")
TROMSO = Place(latitude_deg=69.65, longitude_deg=18.96, time_zone="Europe/Oslo")


def test_the_example_of_the_published_algorithm() -> None:
    sun = solar_position(
        GOLDEN,
        datetime(2003, 10, 17, 12, 30, 30, tzinfo=MST),
        elevation_m=1830.14,
        pressure_hpa=820,
        temperature_c=11,
    )
    assert 90 - sun.altitude_deg == pytest.approx(50.11162, abs=1e-3)
    assert sun.azimuth_deg == pytest.approx(194.34024, abs=1e-3)


def test_the_sun_of_a_second_published_example() -> None:
    """J. Meeus, "Astronomical Algorithms", example 25.b: the apparent sun on 13 October 1992, 0 h dynamical time."""
    declination, ascension = np.radians([-(7 + 47 / 60 + 1.74 / 3600), 15 * (13 + 13 / 60 + 30.749 / 3600)])
    # Dynamical time was 59 s ahead of universal time.
    when = datetime(1992, 10, 12, 23, 59, 1, tzinfo=UTC)
    days = 2448908.5 - 59 / 86400 - 2451545.0
    for place in (SAIGON, TROMSO, Place(latitude_deg=-33.86, longitude_deg=151.2)):
        latitude, longitude = np.radians([place.latitude_deg, place.longitude_deg])
        # Sidereal time by his formula 12.4.
        hour = np.radians(280.46061837 + 360.98564736629 * days) + longitude - ascension
        up = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour)
        south = np.cos(hour) * np.sin(latitude) - np.tan(declination) * np.cos(latitude)
        sun = solar_position(place, when, pressure_hpa=0)
        assert sun.altitude_deg == pytest.approx(float(np.degrees(np.arcsin(up))), abs=0.01)
        azimuth = float(np.degrees(np.arctan2(np.sin(hour), south))) + 180
        assert (sun.azimuth_deg - azimuth + 180) % 360 - 180 == pytest.approx(0, abs=0.01)


def test_rise_transit_and_set_of_the_published_example() -> None:
    place = Place(latitude_deg=39.742476, longitude_deg=-105.1786, time_zone="America/Denver")
    day, eve = sun_day(place, date(2003, 10, 17)), sun_day(place, date(2003, 10, 16))
    assert day.sunrise is not None and eve.sunset is not None
    # The table counts days of universal time: its sunset is the evening's before, 0:20 universal time.
    for time, truth in (
        (day.sunrise, datetime(2003, 10, 17, 6, 12, 43, tzinfo=MST)),
        (day.solar_noon, datetime(2003, 10, 17, 11, 46, 5, tzinfo=MST)),
        (eve.sunset, datetime(2003, 10, 16, 17, 20, 19, tzinfo=MST)),
    ):
        assert abs(time - truth) <= timedelta(seconds=5)


@pytest.mark.parametrize(("month", "altitude_deg", "azimuth_deg"), [(6, 77.4, 0.0), (12, 55.7, 180.0)])
def test_noon_in_the_tropics_is_north_in_june_and_south_in_december(
    month: int, altitude_deg: float, azimuth_deg: float
) -> None:
    noon = sun_day(SAIGON, date(2025, month, 21)).solar_noon
    sun = solar_position(SAIGON, noon)
    assert sun.altitude_deg == pytest.approx(altitude_deg, abs=0.1)
    assert (sun.azimuth_deg - azimuth_deg + 180) % 360 - 180 == pytest.approx(0, abs=0.3)


def test_a_naive_time_is_the_place_s_own() -> None:
    naive = solar_position(SAIGON, datetime(2025, 6, 21, 11, 55))
    aware = solar_position(SAIGON, datetime(2025, 6, 21, 4, 55, tzinfo=UTC))
    assert naive == aware
    noon = sun_day(SAIGON, date(2025, 6, 21)).solar_noon
    assert noon.utcoffset() == timedelta(hours=7)
    assert abs(noon - datetime(2025, 6, 21, 11, 55, tzinfo=noon.tzinfo)) < timedelta(minutes=1)


def test_summer_time_is_in_the_zone() -> None:
    paris = Place(latitude_deg=48.8566, longitude_deg=2.3522, time_zone="Europe/Paris")
    day = sun_day(paris, date(2024, 6, 21))
    assert day.sunrise is not None and day.sunset is not None
    # Almanac: 5:46 to 21:58 summer time.
    assert abs(day.sunrise - datetime(2024, 6, 21, 5, 47, tzinfo=day.sunrise.tzinfo)) < timedelta(minutes=2)
    assert abs(day.sunset - datetime(2024, 6, 21, 21, 58, tzinfo=day.sunset.tzinfo)) < timedelta(minutes=2)


@pytest.mark.parametrize("month", [6, 12])
def test_polar_day_and_night_have_no_rise(month: int) -> None:
    day = sun_day(TROMSO, date(2025, month, 21))
    assert day.sunrise is None and day.sunset is None
    altitude = solar_position(TROMSO, day.solar_noon).altitude_deg
    assert altitude > 40 if month == 6 else altitude < 0


@pytest.mark.parametrize("longitude_deg", [-179.9, -100.0, 0.0, 100.0, 179.9])
def test_events_belong_to_the_local_day_everywhere(longitude_deg: float) -> None:
    place = Place(latitude_deg=30.0, longitude_deg=longitude_deg)
    day = sun_day(place, date(2025, 3, 1))
    assert day.sunrise is not None and day.sunset is not None
    assert {t.date() for t in (day.sunrise, day.solar_noon, day.sunset)} == {date(2025, 3, 1)}
    for rim in (day.sunrise, day.sunset):
        # Without air, the centre stands its radius and the horizon's refraction below the horizon.
        assert solar_position(place, rim, pressure_hpa=0).altitude_deg == pytest.approx(-0.8333, abs=0.005)
    assert solar_position(place, day.solar_noon).azimuth_deg == pytest.approx(180, abs=0.01)


def test_a_naive_time_without_a_zone_is_refused() -> None:
    with pytest.raises(OptionError, match=r"has no offset.*\+07:00"):
        solar_position(GOLDEN, datetime(2025, 6, 21, 12))


def test_an_unknown_zone_is_refused() -> None:
    place = Place(latitude_deg=0, longitude_deg=0, time_zone="Mars/Olympus")
    with pytest.raises(OptionError, match="Mars/Olympus"):
        solar_position(place, datetime(2025, 6, 21, 12))


def test_a_year_beyond_the_algorithm_is_refused() -> None:
    with pytest.raises(OptionError, match="3000"):
        sun_day(SAIGON, date(3000, 1, 1))


def test_a_day_with_a_rise_has_a_set() -> None:
    noon = datetime(2025, 6, 21, 12, tzinfo=MST)
    with pytest.raises(OptionError, match="both"):
        SunDay(sunrise=noon, solar_noon=noon, sunset=None)
