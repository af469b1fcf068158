"""Mixing light groups against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.illumination import Illumination
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.core.tone import tone_map
from archviz.lighting.sky import sky_radiance
from archviz.training.mix import mix, radiance
from archviz.training.traced import LIGHT_GROUPS, TracedView

SUNS = (SunDirection(altitude_deg=20, azimuth_deg=220), SunDirection(altitude_deg=60, azimuth_deg=140))
CAMERA = Camera(position_m=(0, -20, 1.6), target_m=(0, 0, 3.0), focal_mm=24, size=Size(96, 96))


def _view(values: dict[str, float], *, alpha: float = 1.0, depth_m: float = 20.0, side: int = 96) -> TracedView:
    groups = np.zeros((len(LIGHT_GROUPS), side, side, 3), np.float16)
    for name, value in values.items():
        groups[LIGHT_GROUPS.index(name)] = value
    return TracedView(
        groups=groups,
        alpha=np.full((side, side), alpha, np.float16),
        depth_m=np.full((side, side), depth_m, np.float32),
        suns=SUNS,
    )


def _light(**values: object) -> Illumination:
    dark = {"sun": None, "sun_irradiance": (0, 0, 0), "zenith_radiance": (0, 0, 0), "horizon_radiance": (0, 0, 0)}
    return Illumination(**{**dark, **values})  # type: ignore[arg-type]


def test_a_picture_is_the_weighted_sum_of_its_groups() -> None:
    view = _view({"sun1": 0.25, "zenith": 0.5, "horizon": 0.125, "windows": 0.0625, "lamps": 1.0})
    light = _light(
        sun=SUNS[1],
        sun_irradiance=(3.0, 2.0, 1.0),
        zenith_radiance=(0.2, 0.4, 0.8),
        horizon_radiance=(0.8, 0.8, 0.8),
        window_radiance=(1.6, 0.8, 0.0),
        lamp_intensity=(0.1, 0.1, 0.0),
        exposure=0.7,
    )
    expected = np.array([0.75 + 0.1 + 0.1 + 0.1 + 0.1, 0.5 + 0.2 + 0.1 + 0.05 + 0.1, 0.25 + 0.4 + 0.1])
    assert np.allclose(radiance(view, light, CAMERA, sun=1, seed=1), expected, rtol=1e-5)
    assert np.all(np.abs(mix(view, light, CAMERA, sun=1, seed=1) - tone_map(0.7 * expected) * 255) <= 0.51)


def test_each_sun_takes_its_own_group_and_no_other_sun_is_accepted() -> None:
    view = _view({"sun0": 0.5, "sun1": 0.25})
    for row, value in ((0, 0.5), (1, 0.25)):
        light = _light(sun=SUNS[row], sun_irradiance=(1, 1, 1))
        assert radiance(view, light, CAMERA, sun=row, seed=1).mean() == pytest.approx(value)
    with pytest.raises(OptionError, match="was not traced"):
        mix(view, _light(sun=SUNS[0].turned(10), sun_irradiance=(1, 1, 1)), CAMERA, sun=0, seed=1)
    with pytest.raises(OptionError, match="both or neither"):
        mix(view, _light(), CAMERA, sun=0, seed=1)


def test_haze_follows_the_distance_of_each_pixel() -> None:
    view = _view({"zenith": 1.0}, depth_m=100.0)
    light = _light(zenith_radiance=(0.2, 0.2, 0.2), horizon_radiance=(0.9, 0.9, 0.9), haze_per_m=0.01)
    rays = CAMERA.ray_directions()
    distance = 100.0 / (rays @ CAMERA.basis()[2])
    expected = 0.2 * np.exp(-0.01 * distance) + 0.9 * (1 - np.exp(-0.01 * distance))
    assert np.allclose(radiance(view, light, CAMERA, sun=None, seed=1)[..., 0], expected, rtol=1e-4)


def test_a_clear_day_sky_is_the_analytic_sky() -> None:
    view = _view({}, alpha=0.0, depth_m=np.inf)
    light = _light(
        sun=SUNS[1],
        sun_irradiance=(3, 2.9, 2.6),
        zenith_radiance=(0.2, 0.4, 0.9),
        horizon_radiance=(0.7, 0.8, 0.9),
        haze_per_m=0.001,
    )
    expected = sky_radiance(CAMERA.ray_directions(), light)
    assert np.allclose(radiance(view, light, CAMERA, sun=1, seed=1), expected, rtol=1e-5)


def _sky(cover: float, *, seed: int = 1) -> np.ndarray:
    light = _light(
        sun=SUNS[1],
        sun_irradiance=(3, 2.9, 2.6),
        zenith_radiance=(0.15, 0.3, 0.75),
        horizon_radiance=(0.6, 0.7, 0.8),
        cloud_cover=cover,
    )
    up = Camera(position_m=(0, 0, 2), target_m=(0, 10, 7), focal_mm=18, size=Size(96, 96))
    return radiance(_view({}, alpha=0.0, depth_m=np.inf), light, up, sun=1, seed=seed)


def test_clouds_cover_about_their_share_of_the_sky() -> None:
    covered = []
    for cover in (0.2, 0.5, 0.8):
        shares = [np.mean(np.abs(_sky(cover, seed=s) - _sky(0.0)).sum(-1) > 0.04) for s in range(6)]
        covered.append(float(np.mean(shares)))
    assert covered[0] < covered[1] < covered[2]
    assert 0.03 < covered[0] < 0.5 and covered[2] > 0.6


def test_clouds_follow_the_seed_and_are_greyer_than_the_blue() -> None:
    assert np.array_equal(_sky(0.5), _sky(0.5))
    assert not np.allclose(_sky(0.5, seed=1), _sky(0.5, seed=2), atol=0.05)
    clear, cloudy = _sky(0.0), _sky(0.7)
    assert (cloudy[..., 2] / cloudy[..., 0]).mean() < 0.8 * (clear[..., 2] / clear[..., 0]).mean()


def test_stars_come_out_at_night_only() -> None:
    view = _view({}, alpha=0.0, depth_m=np.inf)
    night = _light(zenith_radiance=(0.001, 0.002, 0.005), horizon_radiance=(0.002, 0.003, 0.006))
    day = _light(zenith_radiance=(0.2, 0.4, 0.9), horizon_radiance=(0.5, 0.6, 0.8))
    rays = CAMERA.ray_directions()
    added = radiance(view, night, CAMERA, sun=None, seed=1) - sky_radiance(rays, night)
    assert 0 < np.count_nonzero(added.max(-1) > 1e-3) < 0.01 * 96 * 96
    assert np.allclose(radiance(view, day, CAMERA, sun=None, seed=1), sky_radiance(rays, day))


def test_edges_blend_geometry_and_sky_by_coverage() -> None:
    view = _view({"zenith": 0.25}, alpha=0.5)  # premultiplied
    light = _light(zenith_radiance=(1, 1, 1), horizon_radiance=(1, 1, 1))
    assert np.allclose(radiance(view, light, CAMERA, sun=None, seed=1), 0.25 + 0.5 * 1.0, atol=1e-3)
