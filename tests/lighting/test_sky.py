"""The sky's radiance and irradiance against closed forms and plain quadrature."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.illumination import Illumination
from archviz.core.place import SunDirection
from archviz.lighting.sky import sky_irradiance, sky_radiance, zenith_lobe_irradiance

UP = np.array([[0.0, 0.0, 1.0]])


def sky(**changes: object) -> Illumination:
    values: dict[str, object] = {
        "sun": None,
        "sun_irradiance": (0.0, 0.0, 0.0),
        "zenith_radiance": (0.1, 0.2, 0.4),
        "horizon_radiance": (0.4, 0.5, 0.6),
    }
    return Illumination(**(values | changes))  # type: ignore[arg-type]


def sphere(count: int) -> np.ndarray:
    """Directions of equal solid angle (Fibonacci's lattice)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    phi = np.pi * (1 + np.sqrt(5)) * k
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(phi), r * np.sin(phi), z], axis=1)


def test_the_two_lobes_meet_at_the_horizon_and_the_zenith() -> None:
    directions = np.array([[0, 0, 1], [1, 0, 0], [0, 1, -0.0], [0.6, 0, -0.8]])
    radiance = sky_radiance(directions, sky())
    np.testing.assert_allclose(radiance[0], (0.1, 0.2, 0.4), rtol=1e-6)
    np.testing.assert_allclose(radiance[1:], np.tile((0.4, 0.5, 0.6), (3, 1)), rtol=1e-6)


def test_the_glow_peaks_at_the_sun_and_falls_away_from_it() -> None:
    sun = SunDirection(altitude_deg=20, azimuth_deg=90)
    light = sky(sun=sun, sun_irradiance=(1, 1, 1), glow_radiance=(2.0, 1.0, 0.5))
    away = np.array([SunDirection(altitude_deg=20, azimuth_deg=90 + a).vector for a in (0, 2, 5, 15, 45, 90, 180)])
    glow = sky_radiance(away, light, disc=False) - sky_radiance(away, sky())
    np.testing.assert_allclose(glow[0], (2.0, 1.0, 0.5), rtol=1e-3)
    assert (np.diff(glow[:, 0]) < 0).all()
    assert glow[-1, 0] < 0.03 * glow[0, 0]


def test_the_disc_is_half_a_degree_wide_and_stays_above_the_horizon() -> None:
    def shown(altitude_deg: float, off_deg: float) -> float:
        sun = SunDirection(altitude_deg=altitude_deg, azimuth_deg=0)
        light = sky(sun=sun, sun_irradiance=(3, 3, 3))
        d = SunDirection(altitude_deg=altitude_deg, azimuth_deg=off_deg).vector[None]
        return float((sky_radiance(d, light) - sky_radiance(d, light, disc=False)).max())

    assert shown(1.0, 0.0) > 10
    assert 0 < shown(1.0, 0.3) < shown(1.0, 0.0)
    assert shown(1.0, 0.5) == 0
    assert shown(-0.1, 0.0) == 0
    assert shown(-5.0, 0.0) == 0


def test_a_uniform_sky_over_a_black_ground_has_the_closed_form() -> None:
    light = sky(zenith_radiance=(1, 1, 1), horizon_radiance=(1, 1, 1))
    tilts = np.radians([0, 30, 60, 90, 150])
    normals = np.stack([np.sin(tilts), 0 * tilts, np.cos(tilts)], axis=1)
    irradiance = sky_irradiance(normals, light, ground_albedo=0.0)
    np.testing.assert_allclose(irradiance[:, 0], np.pi * (1 + np.cos(tilts)) / 2, rtol=1e-5)


def test_the_zenith_lobe_on_the_ground_has_the_closed_form() -> None:
    # 2 pi times the integral of z * z^0.45.
    assert zenith_lobe_irradiance(np.ones(1))[0] == pytest.approx(2 * np.pi / 2.45, rel=1e-4)
    assert zenith_lobe_irradiance(-np.ones(1))[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("tilt_deg", [0, 25, 60, 90, 120, 165])
def test_irradiance_is_the_integral_of_radiance_over_the_hemisphere(tilt_deg: float) -> None:
    sun = SunDirection(altitude_deg=30, azimuth_deg=200)
    light = sky(sun=sun, sun_irradiance=(2.0, 1.5, 1.0))
    albedo = np.array([0.3, 0.2, 0.1])
    directions = sphere(200_000)
    radiance = sky_radiance(directions, light, disc=False).astype(float)
    above = directions[:, 2] > 0
    solid_angle = 4 * np.pi / len(directions)
    ground = (radiance[above] * directions[above, 2:]).sum(0) * solid_angle + 0.5 * np.array([2.0, 1.5, 1.0])
    radiance[~above] = albedo / np.pi * ground
    tilt = np.radians(tilt_deg)
    normal = np.array([[np.sin(tilt) * 0.6, np.sin(tilt) * 0.8, np.cos(tilt)]])
    expected = (radiance * np.maximum(directions @ normal[0], 0)[:, None]).sum(0) * solid_angle
    np.testing.assert_allclose(sky_irradiance(normal, light, ground_albedo=tuple(albedo))[0], expected, rtol=0.005)
    grey = sky_irradiance(normal, light, ground_albedo=0.2)
    assert grey[0, 1] == pytest.approx(expected[1], rel=0.005)


def test_shapes_follow_the_directions() -> None:
    assert sky_radiance(np.ones((4, 5, 3)) / np.sqrt(3), sky()).shape == (4, 5, 3)
    irradiance = sky_irradiance(np.broadcast_to(UP, (4, 5, 3)), sky())
    assert irradiance.shape == (4, 5, 3) and irradiance.dtype == np.float32
