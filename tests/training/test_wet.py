"""Wet ground against a scene whose mirror image is known: a wall across a level court."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from archviz.core.camera import Camera
from archviz.core.illumination import Illumination
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.light_transport.shading import WET_DARKENING
from archviz.training.mix import radiance
from archviz.training.traced import LIGHT_GROUPS, TracedView
from archviz.training.wet import level_ground, rained_on

EYE_M, WALL_M, WALL_TOP_M = 1.6, 12.0, 3.0
CAMERA = Camera(position_m=(0, 0, EYE_M), target_m=(0, WALL_M, EYE_M), focal_mm=22, size=Size(160, 200))
RED, GREY, BLUE = np.array([0.8, 0.1, 0.1]), np.array([0.2, 0.2, 0.2]), np.array([0.1, 0.2, 0.9])


def _court(*, jitter_px: float = 0.0) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Depth, picture and the mask of the ground of a red wall behind a grey court under a blue sky."""
    rays = CAMERA.ray_directions().astype(np.float64)
    rng = np.random.default_rng(0)
    rise = rays[..., 2] / rays[..., 1] + rng.uniform(-jitter_px, jitter_px, rays.shape[:2]) / CAMERA.focal_px
    with np.errstate(divide="ignore"):
        ground = np.where(rise < 0, EYE_M / -rise, np.inf)
    is_ground = ground < WALL_M
    is_wall = ~is_ground & (EYE_M + rise * WALL_M < WALL_TOP_M)
    depth = np.where(is_ground, ground, np.where(is_wall, WALL_M, np.inf)).astype(np.float32)
    lit = np.where(is_ground[..., None], GREY, np.where(is_wall[..., None], RED, BLUE)).astype(np.float32)
    return depth, lit, is_ground


def _rained(depth: NDArray[np.float32], lit: NDArray[np.float32], wetness: float = 1.0) -> NDArray[np.float32]:
    def sky(rays: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.broadcast_to(BLUE.astype(np.float32), rays.shape).copy()

    return rained_on(lit, np.isfinite(depth), depth, CAMERA, sky, wetness=wetness, seed=1)


def test_the_level_court_is_found_and_the_wall_is_not() -> None:
    for jitter in (0.0, 0.5):
        depth, _, ground = _court(jitter_px=jitter)
        found = level_ground(depth, CAMERA.ray_directions(), CAMERA)
        assert found[ground].mean() > 0.97
        assert not found[_away_from(ground)].any()


def test_the_court_mirrors_the_wall_up_to_its_top_and_the_sky_above() -> None:
    depth, lit, ground = _court()
    wet = _rained(depth, lit)
    mirrored_top = CAMERA.project(np.array([[0.0, WALL_M, -WALL_TOP_M]]))[0][0, 1]
    middle = slice(80, 120)
    ratio = (wet[:, middle, 0] / wet[:, middle, 2]).mean(1)
    rows = np.flatnonzero(ground[:, 100])
    red, blue = rows[rows < mirrored_top - 8], rows[rows > mirrored_top + 8]
    assert len(red) > 5 and len(blue) > 5
    assert (ratio[red[2:]] > 1.1).all() and (ratio[blue[:-2]] < 0.95).all()
    assert np.array_equal(wet[_away_from(ground)], lit[_away_from(ground)])


def _away_from(ground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels that are not ground; the wall's lowest row may be either, by where in it the depth was taken."""
    return np.asarray(~binary_dilation(ground))


def test_wet_ground_is_darker_where_it_is_seen_steeply_and_dry_stays_dry() -> None:
    depth, lit, _ = _court()
    near = _rained(depth, lit)[-3, 90:110, 1].mean()
    assert GREY[1] * (1 - WET_DARKENING) < near < GREY[1]
    assert np.allclose(_rained(depth, lit, wetness=0.0), lit, atol=1e-6)


def _view(color: tuple[float, float, float]) -> TracedView:
    depth, _, ground = _court()
    groups = np.zeros((len(LIGHT_GROUPS), *depth.shape, 3), np.float16)
    for name in ("zenith", "horizon"):
        groups[LIGHT_GROUPS.index(name)] = np.where(ground[..., None], color, 0.5) * np.isfinite(depth)[..., None]
    sun = SunDirection(altitude_deg=40, azimuth_deg=180)
    return TracedView(groups=groups, alpha=np.isfinite(depth).astype(np.float16), depth_m=depth, suns=(sun, sun))


def _change(color: tuple[float, float, float], wetness: float) -> float:
    grey = (0.3, 0.3, 0.3)
    lights = [
        Illumination(sun=None, sun_irradiance=(0, 0, 0), zenith_radiance=grey, horizon_radiance=grey, wetness=w)
        for w in (0.0, wetness)
    ]
    dry, wet = (radiance(_view(color), light, CAMERA, sun=None, seed=1) for light in lights)
    ground = _court()[2]
    assert np.array_equal(dry[_away_from(ground)], wet[_away_from(ground)])
    return float(np.abs(wet - dry)[ground].mean())


def test_a_mix_wets_paving_in_rain_but_neither_lawns_nor_damp_mornings() -> None:
    assert _change((0.2, 0.2, 0.2), 1.0) > 0.01
    assert _change((0.08, 0.2, 0.04), 1.0) == 0.0
    assert _change((0.2, 0.2, 0.2), 0.1) == 0.0
