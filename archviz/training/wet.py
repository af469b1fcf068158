"""Rain on the ground of a traced view: darker, with puddles, and mirroring what stands on it.

A view is traced dry. What wet ground mirrors is looked for in the picture itself, along the mirrored
ray; where the ray leaves the picture or finds nothing, it meets the sky.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, uniform_filter

from archviz.core.camera import Camera
from archviz.core.seeds import derive_generator
from archviz.light_transport.shading import WATER_MIRROR, WET_DARKENING, WET_MIRROR_SHARE, fresnel
from archviz.lighting.cloud_layers import smooth

__all__ = ["level_ground", "rained_on"]

Field = NDArray[np.float32]
_WINDOW_PX = 5
# On a level plane the depth, which is one sample a pixel, scatters height by about 0.3 of the height that
# a pixel spans; on a wall height falls by one span a row, 1.4 in the window's standard deviation.
_LEVEL_SCATTER = 0.6
# What stands for the sky's height above the eye.
_SKY_M = 50.0
_STEPS = 28
_NEAREST_M, _FARTHEST_M = 0.15, 250.0
# What is found this much nearer than the mirrored ray, in steps, stands before it: the ray is behind.
_THICKNESS = 1.5
_PUDDLE_M, _PUDDLES_SEEN_M, _MEAN_PUDDLE = 3.0, 30.0, 0.35
# Rough wet ground draws its mirror out downwards [pixels of a 512 px picture].
_STREAK_PX, _PUDDLE_BLUR_PX = (5.0, 1.2), 0.6


def level_ground(depth_m: Field, rays: Field, camera: Camera) -> NDArray[np.bool_]:
    """Where a view shows level, even ground below the eye; grass and water with waves are not even.

    Parameters
    ----------
    depth_m
        (H, W) float32 along the optical axis [m]; ``inf`` in the sky.
    rays
        (H, W, 3) unit vectors away from the eye.
    camera
        The view's camera, at the depth's size.
    """
    solid = np.isfinite(depth_m)
    eye = camera.position_m[2]
    height = np.where(solid, _points(depth_m, rays, camera)[..., 2], eye + _SKY_M).astype(np.float64)
    span = np.where(solid, depth_m, 0.0) / camera.focal_px
    mean = uniform_filter(height, _WINDOW_PX)
    scatter = np.sqrt(np.maximum(uniform_filter(height**2, _WINDOW_PX) - mean**2, 0.0))
    below = solid & (height < eye - 0.3) & (rays[..., 2] < -0.005)
    inner = below & (scatter < _LEVEL_SCATTER * span + 0.004)
    # Up to its border, where the window holds other things too: what lies as high as the level beside it.
    weight = uniform_filter(inner.astype(np.float64), 2 * _WINDOW_PX + 1)
    beside = uniform_filter(height * inner, 2 * _WINDOW_PX + 1) / np.maximum(weight, 1e-9)
    return np.asarray(inner | (below & (weight > 1e-6) & (np.abs(height - beside) < 0.5 * span + 0.004)))


def rained_on(
    lit: Field,
    hard: NDArray[np.bool_],
    depth_m: Field,
    camera: Camera,
    sky: Callable[[Field], Field],
    *,
    wetness: float,
    seed: int,
) -> Field:
    """The picture with its level ground wet.

    Parameters
    ----------
    lit
        (H, W, 3) linear radiance of the dry view with its sky.
    hard
        (H, W) where water stands on the surface instead of running off between leaves.
    depth_m
        (H, W) along the optical axis [m]; ``inf`` in the sky.
    camera
        The view's camera, at the picture's size.
    sky
        Radiance of the sky for (n, 1, 3) unit vectors.
    wetness
        0 dry to 1 wet.
    seed
        Decides where puddles stand.

    Returns
    -------
    ndarray
        (H, W, 3) float32 linear radiance.
    """
    rays = camera.ray_directions()
    where = level_ground(depth_m, rays, camera) & hard
    if not where.any():
        return lit
    points = _points(depth_m, rays, camera)[where]
    mirrored = rays[where] * np.array([1.0, 1.0, -1.0], np.float32)
    seen = np.zeros_like(lit)
    seen[where] = _mirror(lit, depth_m, points, mirrored, camera, sky)
    scale = max(lit.shape[:2]) / 512
    streaked = _blurred(seen, where, (_STREAK_PX[0] * scale, _STREAK_PX[1] * scale))
    still = _blurred(seen, where, (_PUDDLE_BLUR_PX * scale, _PUDDLE_BLUR_PX * scale))
    puddle = np.zeros(where.shape, np.float32)
    # Far off, puddles are smaller than a pixel: what is left is their mean.
    clear = np.clip(_PUDDLES_SEEN_M / np.maximum(depth_m[where], 1.0), 0.0, 1.0)
    puddle[where] = _MEAN_PUDDLE + (_puddles(points[:, :2], seed) - _MEAN_PUDDLE) * clear
    film = fresnel(-rays[..., 2], WATER_MIRROR)
    share = (film * wetness * (WET_MIRROR_SHARE + (1.0 - WET_MIRROR_SHARE) * puddle))[..., None]
    mirror = streaked + (still - streaked) * puddle[..., None]
    wet = lit * (1.0 - WET_DARKENING * wetness) * (1.0 - share) + mirror * share
    # The border of the wet is as soft as the picture.
    soft = (gaussian_filter(where.astype(np.float32), 0.7) * where)[..., None]
    return np.asarray(lit + (wet - lit) * soft, dtype=np.float32)


def _points(depth_m: Field, rays: Field, camera: Camera) -> Field:
    along = np.maximum(rays @ camera.basis()[2].astype(np.float32), 1e-3)
    distance = np.where(np.isfinite(depth_m), depth_m, 0.0) / along
    return np.asarray(camera.position_m, np.float32) + rays * distance[..., None]


def _mirror(
    lit: Field, depth_m: Field, points: Field, mirrored: Field, camera: Camera, sky: Callable[[Field], Field]
) -> Field:
    """(n, 3) what rays from points meet first in the picture, else the sky."""
    height, width = depth_m.shape
    seen = sky(mirrored[:, None])[:, 0]
    open_rays = np.arange(len(points))
    # Steps grow with the way gone, as the picture's detail shrinks.
    reach = np.geomspace(_NEAREST_M, _FARTHEST_M, _STEPS)
    for before, run in zip(np.concatenate([[0.0], reach]), reach, strict=False):
        pixels, depth = camera.project(points[open_rays] + mirrored[open_rays] * np.float32(run))
        with np.errstate(invalid="ignore"):
            inside = (depth > 0) & (pixels >= 0).all(1) & (pixels[:, 0] < width) & (pixels[:, 1] < height)
        open_rays, pixels, depth = open_rays[inside], pixels[inside], depth[inside]
        x, y = pixels.astype(np.int64).T
        there = depth_m[y, x]
        hit = (there < depth - 0.02) & (there > depth - _THICKNESS * (run - before) - 0.3)
        seen[open_rays[hit]] = lit[y[hit], x[hit]]
        open_rays = open_rays[~hit]
    return np.asarray(seen, dtype=np.float32)


def _blurred(seen: Field, where: NDArray[np.bool_], sigma: tuple[float, float]) -> Field:
    """The mirror blurred down and across over wet pixels alone."""
    weight = gaussian_filter(where.astype(np.float32), sigma)
    blurred = gaussian_filter(seen * where[..., None], (*sigma, 0.0))
    return np.asarray(blurred / np.maximum(weight, 1e-4)[..., None], dtype=np.float32)


def _puddles(places_m: Field, seed: int) -> Field:
    """(n,) 0 to 1 how deep water stands at places [m]."""
    generator = derive_generator(seed, "puddles")
    waves = generator.normal(size=(9, 2))
    waves /= np.linalg.norm(waves, axis=1, keepdims=True)
    waves *= (2 * np.pi / _PUDDLE_M) * generator.uniform(0.4, 2.2, (9, 1))
    bend = np.sin(places_m @ waves.T.astype(np.float32) + generator.uniform(0, 2 * np.pi, 9).astype(np.float32))
    return smooth((bend.sum(axis=1) / 2.1 - 0.1) / 0.8)
