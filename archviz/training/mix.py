"""Any light from one path tracing: light groups weighed, hazed, put under a sky, exposed and tone-mapped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.illumination import Illumination
from archviz.core.tone import tone_map
from archviz.lighting.sky import sky_radiance
from archviz.training.clouds import cloudy_sky
from archviz.training.traced import TracedView

__all__ = ["mix", "radiance"]

# A sun farther than this from every traced one would put the shadows in the wrong place.
_SUN_TOLERANCE_DEG = 2.0


def mix(traced: TracedView, illumination: Illumination, camera: Camera, *, seed: int) -> NDArray[np.uint8]:
    """The photograph of a traced view under one light.

    Parameters
    ----------
    traced
        The view's light groups.
    illumination
        The light; its sun is one of the two traced ones, or ``None``. Its wetness is not seen.
    camera
        The view's camera; its size is taken from ``traced``.
    seed
        Decides the clouds and stars.

    Returns
    -------
    ndarray
        (H, W, 3) uint8 sRGB.

    Raises
    ------
    OptionError
        The light's sun was not traced.
    """
    display = tone_map(radiance(traced, illumination, camera, seed=seed) * np.float32(illumination.exposure))
    return np.asarray(np.round(display * 255), dtype=np.uint8)


def radiance(traced: TracedView, illumination: Illumination, camera: Camera, *, seed: int) -> NDArray[np.float32]:
    """(H, W, 3) float32 linear radiance of :func:`mix`, before exposure."""
    camera = camera.resized(traced.size)
    rays = camera.ray_directions()
    lit: NDArray[np.float32] = np.zeros((*traced.size.shape, 3), dtype=np.float32)
    for group, weight in zip(traced.groups, _weights(traced, illumination), strict=True):
        if any(weight):
            lit += group.astype(np.float32) * np.asarray(weight, dtype=np.float32)
    alpha = traced.alpha.astype(np.float32)[..., None]
    clear = _transmittance(traced, camera, rays, illumination.haze_per_m)
    horizon = np.asarray(illumination.horizon_radiance, dtype=np.float32)
    lit = np.asarray(lit * clear + horizon * (1.0 - clear) * alpha, dtype=np.float32)
    if alpha.min() < 1.0:
        sky = cloudy_sky(sky_radiance(rays, illumination), rays, illumination, seed=seed)
        lit += sky * (1.0 - alpha)
    return lit


def _weights(traced: TracedView, light: Illumination) -> list[tuple[float, float, float]]:
    dark = (0.0, 0.0, 0.0)
    suns = [dark, dark]
    if light.sun is not None:
        cosines = [float(light.sun.vector @ sun.vector) for sun in traced.suns]
        row = int(np.argmax(cosines))
        if cosines[row] < np.cos(np.radians(_SUN_TOLERANCE_DEG)):
            given = ", ".join(f"{s.altitude_deg:.1f}/{s.azimuth_deg:.1f}" for s in traced.suns)
            raise OptionError(
                f"sun at altitude {light.sun.altitude_deg:.1f} and azimuth {light.sun.azimuth_deg:.1f} was not traced; "
                f"take one of {given} degrees"
            )
        suns[row] = light.sun_irradiance
    return [*suns, light.zenith_radiance, light.horizon_radiance, light.window_radiance, light.lamp_intensity]


def _transmittance(
    traced: TracedView, camera: Camera, rays: NDArray[np.float32], haze_per_m: float
) -> NDArray[np.float32]:
    from scipy.ndimage import minimum_filter

    # Depth is one sample a pixel: at a roof's edge it may miss the roof that half covers the pixel.
    depth = np.where(np.isfinite(traced.depth_m), traced.depth_m, minimum_filter(traced.depth_m, size=3))
    depth = np.where(np.isfinite(depth), depth, 0.0)
    distance = depth / np.maximum(rays @ camera.basis()[2].astype(np.float32), 1e-3)
    return np.exp(-np.float32(haze_per_m) * distance)[..., None].astype(np.float32)
