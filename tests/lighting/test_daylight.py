"""Sun and weather to light: colours, levels and exposure."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.core.illumination import Illumination
from archviz.core.place import SunDirection
from archviz.core.tone import luminance, tone_map
from archviz.lighting.daylight import Weather, air_mass, daylight
from archviz.lighting.sky import sky_irradiance


def at(altitude_deg: float, **weather: object) -> Illumination:
    return daylight(SunDirection(altitude_deg=altitude_deg, azimuth_deg=120), Weather(**weather))  # type: ignore[arg-type]


def level(light: Illumination) -> float:
    """Displayed grey of a facade of albedo 0.4 in open shade."""
    shade = sky_irradiance(np.array([[0.0, 1.0, 0.0]]), light)
    return float(luminance(tone_map(0.4 / np.pi * shade * light.exposure))[0])


@pytest.mark.parametrize(("altitude_deg", "expected"), [(90, 1.0), (30, 1.994), (10, 5.59), (0, 37.92)])
def test_air_mass_of_kasten_and_young(altitude_deg: float, expected: float) -> None:
    assert air_mass(altitude_deg) == pytest.approx(expected, rel=2e-3)


def test_the_noon_sun_lights_a_white_wall_to_one() -> None:
    light = at(70, haze=0.1)
    np.testing.assert_allclose(light.sun_irradiance, (3.0, 2.85, 2.6), rtol=0.08)
    assert light.exposure == pytest.approx(1.0, abs=0.25)


def test_the_sun_reddens_and_dims_towards_the_horizon() -> None:
    suns = np.array([at(a).sun_irradiance for a in (70, 40, 20, 8, 3, 1)])
    assert (np.diff(luminance(suns)) < 0).all()
    assert (np.diff(suns[:, 0] / suns[:, 2]) > 0).all()


def test_haze_dims_the_sun_and_shortens_the_view() -> None:
    clear, hazy = at(20, haze=0.0), at(20, haze=1.0)
    assert luminance(np.array(hazy.sun_irradiance)) < luminance(np.array(clear.sun_irradiance))
    # Koschmieder's law: contrast is 2 % at 3.912 / extinction.
    assert 3.912 / clear.haze_per_m > 50_000
    assert 500 < 3.912 / hazy.haze_per_m < 2_000
    assert np.ptp(hazy.zenith_radiance) / max(hazy.zenith_radiance) < np.ptp(clear.zenith_radiance) / max(
        clear.zenith_radiance
    )


def test_the_clear_sky_is_blue_above_and_pale_at_the_horizon() -> None:
    light = at(50, haze=0.1)
    red, green, blue = light.zenith_radiance
    assert blue > 1.5 * green > 1.5 * red
    assert luminance(np.array(light.horizon_radiance)) > 2 * luminance(np.array(light.zenith_radiance))


def test_an_overcast_sky_is_grey_shadowless_and_brighter_above() -> None:
    clear, light = at(45), at(45, cloud_cover=1.0)
    assert light.sun is None and light.sun_irradiance == (0, 0, 0) and light.glow_radiance == (0, 0, 0)
    assert np.ptp(light.zenith_radiance) < 0.12 * max(light.zenith_radiance)
    assert min(np.array(light.zenith_radiance) / np.array(light.horizon_radiance)) > 1.2
    up = np.array([[0.0, 0.0, 1.0]])
    direct = np.array(clear.sun_irradiance) * np.sin(np.radians(45))
    whole = luminance(sky_irradiance(up, clear)[0] + direct)
    # Kasten and Czeplak: a closed cover passes a quarter.
    assert luminance(sky_irradiance(up, light)[0]) == pytest.approx(0.25 * whole, rel=0.05)


def test_broken_clouds_leave_the_sun() -> None:
    suns = [max(at(45, cloud_cover=c).sun_irradiance) for c in (0.0, 0.3, 0.6, 0.9, 1.0)]
    assert suns[0] == suns[1] > suns[2] > suns[3] > suns[4] == 0


def test_rain_is_darker_and_bluer_than_overcast() -> None:
    dry, rain = at(45, cloud_cover=1.0), at(45, cloud_cover=1.0, wetness=1.0)
    dry_zenith, rain_zenith = np.array(dry.zenith_radiance), np.array(rain.zenith_radiance)
    assert luminance(rain_zenith) < 0.65 * luminance(dry_zenith)
    assert rain_zenith[2] / rain_zenith[0] > dry_zenith[2] / dry_zenith[0]
    assert rain.wetness == 1.0


def test_the_sky_about_a_low_sun_glows_warm() -> None:
    low, high = at(2), at(50)
    assert low.glow_radiance[0] > 2 * low.glow_radiance[2] > 0
    assert low.glow_radiance[0] > 2 * high.glow_radiance[0]


def test_twilight_is_blue_and_casts_no_shadow() -> None:
    light = at(-5)
    assert light.sun is None and light.sun_irradiance == (0, 0, 0) and light.glow_radiance == (0, 0, 0)
    assert light.zenith_radiance[2] > 3 * light.zenith_radiance[0]
    assert max(light.zenith_radiance) < 0.6 * max(at(5).zenith_radiance)


def test_deep_night_has_no_sun() -> None:
    for light in (at(-25), daylight(None, Weather())):
        assert light.sun is None and light.sun_irradiance == (0, 0, 0)


def test_the_moon_is_a_weak_cool_sun() -> None:
    light = at(40, moon=True)
    assert light.sun == SunDirection(altitude_deg=40, azimuth_deg=120)
    assert light.sun_irradiance[2] > light.sun_irradiance[0]
    assert max(light.sun_irradiance) < 0.01 * max(at(40).sun_irradiance)


def test_with_the_sun_down_the_full_moon_stands_opposite() -> None:
    light = at(-40, moon=True)
    assert light.sun == SunDirection(altitude_deg=40, azimuth_deg=300)


def test_exposure_keeps_shade_readable_by_day_and_night_dark() -> None:
    day = [level(at(a, haze=0.2)) for a in (70, 45, 25, 8)] + [level(at(45, cloud_cover=1.0))]
    assert all(0.22 < shown < 0.5 for shown in day)
    dusk, night = level(at(-5)), level(at(40, moon=True))
    assert night < dusk < min(day)
    assert night < 0.06


def test_lit_windows_shine_at_night_and_pale_by_day() -> None:
    night = at(40, moon=True, window_lit_share=0.5, lamps=True)
    window = tone_map(np.array(night.window_radiance) * night.exposure)
    assert luminance(window) > 0.75 and window[0] > window[2] + 0.1
    assert night.window_lit_share == 0.5 and min(night.lamp_intensity) > 0
    noon = at(70)
    assert max(noon.window_radiance) * noon.exposure < 0.15
    assert noon.lamp_intensity == (0, 0, 0)


def test_exposure_correction_counts_in_stops() -> None:
    assert at(45, exposure_ev=1.5).exposure == pytest.approx(at(45).exposure * 2**1.5)


def test_light_changes_without_jumps_as_the_sun_sets() -> None:
    lights = [at(a) for a in np.arange(60, -12, -0.25)]
    for name in ("zenith_radiance", "horizon_radiance"):
        values = np.log([getattr(light, name) for light in lights])
        assert np.abs(np.diff(values, axis=0)).max() < 0.2
    exposures = np.log2([light.exposure for light in lights])
    assert np.abs(np.diff(exposures)).max() < 0.35


@pytest.mark.parametrize("field", ["haze", "cloud_cover", "wetness", "window_lit_share", "exposure_ev"])
@pytest.mark.parametrize("value", [-9.0, 9.0, float("nan")])
def test_weather_out_of_range_is_refused(field: str, value: float) -> None:
    with pytest.raises(OptionError, match=field):
        dataclasses.replace(Weather(), **{field: value})
