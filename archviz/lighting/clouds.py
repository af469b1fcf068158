"""Procedural clouds and stars over the analytic sky."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.illumination import Illumination
from archviz.core.seeds import derive_generator
from archviz.core.tone import luminance
from archviz.lighting.cloud_layers import CloudLayer, deck, feathers, heaps, ripples, smooth

__all__ = ["cloudy_sky"]

Field = NDArray[np.float32]
# From this cover on, the sky is one closed deck.
_CLOSED = 0.75
# Layers of one sky, the highest first, and how often each sky is seen.
_KINDS = (("heaps",), ("feathers", "heaps"), ("feathers",), ("ripples",), ("ripples", "heaps"))
_KIND_SHARES = (0.35, 0.25, 0.15, 0.13, 0.12)
_STAR_SHARE = 0.0012
# Display brightness below which the eye sees stars.
_STARS_BELOW = 0.06
# Irradiance of a full moon, and from where on a sun is one; and how much of the moon's light clouds show. It is drawn
# brighter than it is, for the building's sake: in all of it clouds outshine lit windows.
_MOON, _SUN, _MOONLIT = 0.02, 0.1, 0.3


def cloudy_sky(clear: Field, rays: Field, illumination: Illumination, *, seed: int) -> Field:
    """A sky with the light's cloud cover.

    Parameters
    ----------
    clear
        (H, W, 3) radiance of the cloudless sky.
    rays
        (H, W, 3) unit vectors away from the eye.
    illumination
        Its ``cloud_cover``, sun and sky colours decide cover and colour.
    seed
        Decides the clouds' shapes and the stars' places.

    Returns
    -------
    ndarray
        (H, W, 3) float32 radiance.
    """
    sky = clear + _stars(rays, clear, illumination, derive_generator(seed, "stars"))
    cover = illumination.cloud_cover
    if cover <= 0.0:
        return sky
    up = np.clip(rays[..., 2], 0.0, 1.0)
    # Air between the eye and clouds near the horizon hides their shapes.
    seen = 1.0 - np.exp(-up / 0.08)
    # From behind to before: the higher a cloud, the more others stand before it.
    for layer, closed in _layers(rays, illumination, derive_generator(seed, "clouds")):
        color = _closed_color(clear, layer) if closed else _cloud_color(clear, rays, layer, illumination)
        share = (layer.opacity * seen)[..., None]
        # What is brighter than any cloud is the sun's disc: even a thin cloud swallows it.
        behind = np.minimum(sky, np.maximum(color * 3.0, sky * (1.0 - share) ** 4))
        sky = np.asarray(behind * (1.0 - share) + color * share, dtype=np.float32)
    return sky


def _layers(rays: Field, light: Illumination, generator: np.random.Generator) -> list[tuple[CloudLayer, bool]]:
    """Layers from the highest to the lowest, and whether each is a closed deck."""
    cover = light.cloud_cover
    if cover >= _CLOSED:
        return [(deck(rays, generator=generator), True)]
    to_sun = None if light.sun is None else light.sun.vector
    kinds = _KINDS[int(generator.choice(len(_KINDS), p=_KIND_SHARES))]
    found = []
    for kind in kinds:
        if kind == "feathers":
            found.append((feathers(rays, cover=cover, generator=generator), False))
        elif kind == "ripples":
            found.append((ripples(rays, cover=cover, generator=generator), False))
        else:
            found.append((heaps(rays, to_sun, cover=cover, generator=generator), False))
    return found


def _cloud_color(clear: Field, rays: Field, layer: CloudLayer, light: Illumination) -> Field:
    zenith, horizon = (np.asarray(v, np.float32) for v in (light.zenith_radiance, light.horizon_radiance))
    ambient = 0.5 * (zenith + horizon)
    grey = np.float32(luminance(ambient))
    ambient = 0.35 * ambient + 0.65 * grey
    sun = np.asarray(light.sun_irradiance, np.float32) / np.float32(np.pi)
    by_day = smooth((float(luminance(np.asarray(light.sun_irradiance))) - _MOON) / (_SUN - _MOON))
    sun = sun * (_MOONLIT + (1 - _MOONLIT) * by_day)
    lit = ambient * 0.95
    shade = ambient * 0.75
    if light.sun is not None:
        cosine = np.clip(rays @ light.sun.vector.astype(np.float32), -1.0, 1.0)[..., None]
        # Thin edges near the sun glow; a thick cover lets little of it through.
        open_share = 1.0 - smooth((light.cloud_cover - 0.5) / (_CLOSED - 0.5))
        silver = 0.75 + 0.9 * np.maximum(cosine, 0.0) ** 8
        lit = lit + sun * silver * open_share
        shade = shade + sun * 0.3 * open_share
    return np.asarray(shade + (lit - shade) * layer.sunlit[..., None], dtype=np.float32)


def _closed_color(clear: Field, layer: CloudLayer) -> Field:
    """A closed deck is as bright as the sky it stands for, greyer, with folds in it."""
    grey = 0.3 * clear + 0.7 * luminance(clear)[..., None]
    return np.asarray(grey * (0.68 + 0.64 * layer.sunlit[..., None]), dtype=np.float32)


def _stars(rays: Field, clear: Field, light: Illumination, generator: np.random.Generator) -> Field:
    dark = float(np.median(luminance(clear))) * light.exposure
    if dark >= _STARS_BELOW:
        return np.zeros_like(clear)
    height, width = rays.shape[:2]
    stars = np.zeros((height, width), dtype=np.float32)
    count = max(1, int(_STAR_SHARE * height * width))
    rows, columns = generator.integers(0, height, count), generator.integers(0, width, count)
    # Few bright, many faint, as star counts go.
    stars[rows, columns] = 0.02 / np.maximum(generator.random(count), 0.02) ** 0.7
    clear_share = (1.0 - light.cloud_cover) * (1.0 - dark / _STARS_BELOW)
    visible = np.clip(rays[..., 2] / 0.25, 0.0, 1.0) * clear_share / np.float32(light.exposure)
    return np.asarray((stars * visible)[..., None] * np.array([0.9, 0.95, 1.0], np.float32), dtype=np.float32)
