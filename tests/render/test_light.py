"""Place, moment and lighting preset: what is chosen, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.presets import lighting, lightings
from archviz.render.light import ResolvedLight, daylight_hours, resolve_light, view_azimuth_deg

SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63)
ICT = timezone(timedelta(hours=7))
TO_NORTH_EAST = Camera(position_m=(0, 0, 1.6), target_m=(1, 1, 1.6))


def _resolve(
    preset: str | None = None,
    *,
    place: Place | None = None,
    when: datetime | None = None,
    north_deg: float | None = None,
    camera: Camera | None = None,
) -> ResolvedLight:
    return resolve_light(preset=preset, place=place, when=when, north_deg=north_deg, camera=camera)


def test_view_azimuth_counts_clockwise_from_north() -> None:
    assert view_azimuth_deg(TO_NORTH_EAST) == pytest.approx(45.0)
    assert view_azimuth_deg(Camera(position_m=(0, 0, 0), target_m=(-1, 0, 0))) == pytest.approx(270.0)


@pytest.mark.parametrize("preset", ["noon", "golden-hour", "night"])
def test_without_a_place_the_sun_is_relative_to_the_view(preset: str) -> None:
    found = _resolve(preset, camera=TO_NORTH_EAST)
    numbers = lighting(preset)
    assert found.sun is None and found.when is None
    assert found.illumination.sun is not None
    assert found.illumination.sun.altitude_deg == pytest.approx(numbers.sun_altitude_deg)
    assert found.illumination.sun.azimuth_deg == pytest.approx((45.0 + numbers.sun_azimuth_from_view_deg) % 360)
    assert "relative to the view" in found.assumptions[0]


def test_north_without_a_place_is_said_to_do_nothing() -> None:
    assert "north 20" in _resolve(north_deg=20.0).warnings[0]
    assert _resolve().warnings == ()


def test_every_lighting_works_without_a_place() -> None:
    for preset in lightings():
        assert _resolve(preset).lighting.id == preset


def test_a_moment_sets_the_sun_of_a_published_case() -> None:
    found = _resolve("noon", place=SAIGON, when=datetime(2025, 6, 21, 11, 55, tzinfo=ICT))
    assert found.sun is not None
    # The June noon sun of Ho Chi Minh City stands in the north at 77.4 degrees.
    assert found.sun.altitude_deg == pytest.approx(77.4, abs=0.1)
    assert min(found.sun.azimuth_deg, 360 - found.sun.azimuth_deg) < 3.0
    assert found.illumination.sun == found.sun


def test_north_turns_the_sun_in_the_models_axes() -> None:
    moment = datetime(2025, 6, 21, 9, 0, tzinfo=ICT)
    plain = _resolve("morning", place=SAIGON, when=moment).sun
    turned = _resolve("morning", place=SAIGON, when=moment, north_deg=30.0).sun
    assert plain is not None and turned is not None
    assert turned.azimuth_deg == pytest.approx((plain.azimuth_deg + 30.0) % 360)
    assert turned.altitude_deg == plain.altitude_deg


def test_the_offset_of_a_moment_does_not_matter() -> None:
    local = datetime(2025, 6, 21, 7, 0, tzinfo=ICT)
    for preset in (None, "morning"):
        assert (
            _resolve(preset, place=SAIGON, when=local).illumination
            == _resolve(preset, place=SAIGON, when=local.astimezone(UTC)).illumination
        )


def test_a_place_alone_takes_the_hour_of_the_preset_on_the_equinox() -> None:
    found = _resolve("noon", place=SAIGON)
    assert found.sun is not None and found.when is not None
    assert found.when.tzinfo is UTC and (found.when.month, found.when.day) == (3, 21)
    # At solar noon on the equinox the sun stands at 90 degrees less the latitude, here in the south.
    assert found.sun.altitude_deg == pytest.approx(90.0 - 10.82, abs=0.5)
    assert found.sun.azimuth_deg == pytest.approx(180.0, abs=3.0)
    assert "12:00 solar time on 21 March" in found.assumptions[0]


@pytest.mark.parametrize("latitude", [-55.0, -33.9, 0.0, 21.0, 48.0, 65.0])
def test_every_lighting_works_at_every_inhabited_place_on_the_equinox(latitude: float) -> None:
    for preset in lightings():
        found = _resolve(preset, place=Place(latitude_deg=latitude, longitude_deg=20.0))
        assert found.lighting.id == preset


@pytest.mark.parametrize("preset", ["morning", "noon", "golden-hour", "overcast", "monsoon-rain", "sunset", "sunrise"])
def test_a_day_preset_under_a_set_sun_is_refused_with_the_hours_of_daylight(preset: str) -> None:
    with pytest.raises(OptionError) as caught:
        _resolve(preset, place=SAIGON, when=datetime(2025, 6, 21, 21, 0, tzinfo=ICT))
    text = str(caught.value)
    assert repr(preset) in text and "2025-06-21T21:00:00+07:00" in text
    # timeanddate.com gives 05:31 and 18:17 for that day.
    assert "from 05:3" in text and "to 18:1" in text
    assert "give lighting night" in text


@pytest.mark.parametrize(
    ("preset", "hour", "why"),
    [
        ("night", 12.0, "a dark sky"),
        ("blue-hour", 9.0, "twilight"),
        ("blue-hour", 23.0, "twilight"),
        ("golden-hour", 12.0, "a sun under 25 degrees"),
        ("sunset", 6.2, "the hours after noon"),
        ("sunrise", 17.8, "the hours before noon"),
        ("morning", 15.0, "the hours before noon"),
    ],
)
def test_other_contradictions(preset: str, hour: float, why: str) -> None:
    moment = datetime(2025, 6, 21, tzinfo=ICT) + timedelta(hours=hour)
    with pytest.raises(OptionError, match=f"it needs {why}"):
        _resolve(preset, place=SAIGON, when=moment)


@pytest.mark.parametrize(
    ("hour", "preset"),
    [
        (2.0, "night"),
        (5.3, "blue-hour"),
        (5.7, "sunrise"),
        (6.2, "golden-hour"),
        (8.0, "morning"),
        (12.0, "noon"),
        (17.6, "golden-hour"),
        (18.2, "sunset"),
        (18.5, "blue-hour"),
        (21.0, "night"),
    ],
)
def test_without_a_preset_the_moment_chooses_one_that_it_then_accepts(hour: float, preset: str) -> None:
    moment = datetime(2025, 6, 21, tzinfo=ICT) + timedelta(hours=hour)
    found = _resolve(place=SAIGON, when=moment)
    assert found.lighting.id == preset
    assert _resolve(preset, place=SAIGON, when=moment).illumination == found.illumination


def test_at_night_the_moon_stands_opposite_the_real_sun() -> None:
    found = _resolve("night", place=SAIGON, when=datetime(2025, 6, 21, 22, 0, tzinfo=ICT))
    assert found.sun is not None and found.illumination.sun is not None
    assert found.sun.altitude_deg < -4
    assert found.illumination.sun.altitude_deg == pytest.approx(-found.sun.altitude_deg)
    assert any("moon" in text for text in found.assumptions)


def test_a_moment_needs_a_place_and_an_offset() -> None:
    with pytest.raises(OptionError, match="needs a place; give --place LAT,LON"):
        _resolve(when=datetime(2025, 6, 21, 12, tzinfo=ICT))
    with pytest.raises(OptionError, match=r"no offset"):
        _resolve(place=SAIGON, when=datetime(2025, 6, 21, 12))


def test_polar_days_and_nights_are_said() -> None:
    north = Place(latitude_deg=78.0, longitude_deg=15.0)
    assert daylight_hours(north, datetime(2025, 6, 21, 12, tzinfo=UTC)) == "the sun does not set that day"
    assert daylight_hours(north, datetime(2025, 12, 21, 12, tzinfo=UTC)) == "the sun does not rise that day"
    with pytest.raises(OptionError, match="the sun does not rise that day"):
        _resolve("noon", place=north, when=datetime(2025, 12, 21, 12, tzinfo=UTC))


def test_an_unknown_lighting_lists_the_ids() -> None:
    with pytest.raises(OptionError, match="golden-hour"):
        _resolve("goldenhour")
