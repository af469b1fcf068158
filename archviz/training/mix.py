"""Any light from one path tracing: light groups weighed, hazed, put under a sky, exposed and tone-mapped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.illumination import Illumination
from archviz.core.tone import tone_map
from archviz.lighting.clouds import cloudy_sky
from archviz.lighting.sky import sky_radiance
from archviz.training.traced import LIGHT_GROUPS, TracedView, load_traced
from archviz.training.wet import rained_on

__all__ = ["MIX_VERSION", "TracedView", "load_traced", "mix", "radiance"]

# What is laid over the traced light. 1, which the first pairs do not say: one kind of cloud, dry
# ground. 2: heaps, ripples, feathers and decks of cloud lit by the sun, wet ground. 3: a clear low sun that
# reaches the walls, under a sky that is warm at the horizon, and dusk and night exposed longer.
# 4: smaller and lighter heaps of cloud. 5: clouds in the moon's light outshine nothing.
MIX_VERSION = 5

# A leaf's green over its red at least, and its blue over its green at most; yellow meadows pass too.
_PLANT_GREEN, _PLANT_BLUE = 1.03, 0.6
# Ground less wet than this is damp: it does not mirror.
_LEAST_WET = 0.2
# A sun farther than this from every traced one would put the shadows in the wrong place.
_SUN_TOLERANCE_DEG = 2.0


def mix(
    traced: TracedView, illumination: Illumination, camera: Camera, *, sun: int | None, seed: int
) -> NDArray[np.uint8]:
    """The photograph of a traced view under one light.

    Parameters
    ----------
    traced
        The view's light groups.
    illumination
        The light.
    camera
        The view's camera; its size is taken from ``traced``.
    sun
        Row of the traced sun that the light's sun stands for; ``None`` where no sun shines.
    seed
        Decides the clouds, stars and puddles.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 sRGB.

    Raises
    ------
    OptionError
        The light's sun is not where the traced one is, or there is only one of the two.
    """
    display = tone_map(radiance(traced, illumination, camera, sun=sun, seed=seed) * np.float32(illumination.exposure))
    return np.asarray(np.round(display * 255), dtype=np.uint8)


def radiance(
    traced: TracedView, illumination: Illumination, camera: Camera, *, sun: int | None, seed: int
) -> NDArray[np.float32]:
    """(H, W, 3) float32 linear radiance of :func:`mix`, before exposure."""
    camera = camera.resized(traced.size)
    rays = camera.ray_directions()
    lit: NDArray[np.float32] = np.zeros((*traced.size.shape, 3), dtype=np.float32)
    for group, weight in zip(traced.groups, _weights(traced, illumination, sun), strict=True):
        if any(weight):
            lit += group.astype(np.float32) * np.asarray(weight, dtype=np.float32)
    alpha = traced.alpha.astype(np.float32)[..., None]
    clear = _transmittance(traced, camera, rays, illumination.haze_per_m)
    horizon = np.asarray(illumination.horizon_radiance, dtype=np.float32)
    lit = np.asarray(lit * clear + horizon * (1.0 - clear) * alpha, dtype=np.float32)
    if alpha.min() < 1.0:
        sky = cloudy_sky(sky_radiance(rays, illumination), rays, illumination, seed=seed)
        lit += sky * (1.0 - alpha)
    if illumination.wetness >= _LEAST_WET:
        lit = rained_on(
            lit,
            (alpha[..., 0] > 0.99) & ~_grown(traced),
            traced.depth_m,
            camera,
            lambda up: sky_radiance(up, illumination, disc=False),
            wetness=illumination.wetness,
            seed=seed,
        )
    return lit


def _weights(traced: TracedView, light: Illumination, sun: int | None) -> list[tuple[float, float, float]]:
    suns = [(0.0, 0.0, 0.0)] * 2
    if (sun is None) != (light.sun is None):
        raise OptionError(f"sun {sun} and a light whose sun is {light.sun}: give both or neither")
    if sun is not None and light.sun is not None:
        there = traced.suns[sun]
        if light.sun.vector @ there.vector < np.cos(np.radians(_SUN_TOLERANCE_DEG)):
            raise OptionError(
                f"sun at altitude {light.sun.altitude_deg:.1f} and azimuth {light.sun.azimuth_deg:.1f} was not traced; "
                f"sun {sun} stands at {there.altitude_deg:.1f} and {there.azimuth_deg:.1f} degrees"
            )
        suns[sun] = light.sun_irradiance
    return [*suns, light.zenith_radiance, light.horizon_radiance, light.window_radiance, light.lamp_intensity]


def _grown(traced: TracedView) -> NDArray[np.bool_]:
    """Where plants colour the ground, by what they return of the sky's white light."""
    rows = [LIGHT_GROUPS.index(name) for name in ("zenith", "horizon")]
    red, green, blue = np.moveaxis(traced.groups[rows].sum(axis=0, dtype=np.float32), -1, 0)
    return np.asarray((green > _PLANT_GREEN * red) & (blue < _PLANT_BLUE * green))


def _transmittance(
    traced: TracedView, camera: Camera, rays: NDArray[np.float32], haze_per_m: float
) -> NDArray[np.float32]:
    from scipy.ndimage import minimum_filter

    # Depth is one sample a pixel: at a roof's edge it may miss the roof that half covers the pixel.
    depth = np.where(np.isfinite(traced.depth_m), traced.depth_m, minimum_filter(traced.depth_m, size=3))
    depth = np.where(np.isfinite(depth), depth, 0.0)
    distance = depth / np.maximum(rays @ camera.basis()[2].astype(np.float32), 1e-3)
    return np.exp(-np.float32(haze_per_m) * distance)[..., None].astype(np.float32)
