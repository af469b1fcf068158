"""Procedural clouds and stars for the skies of training pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.illumination import Illumination
from archviz.core.seeds import derive_generator
from archviz.core.tone import luminance

__all__ = ["cloudy_sky"]

Field = NDArray[np.float32]
_LATTICE = 256
# Clouds lie on a plane seen at a slant; the bend keeps the horizon's row finite.
_BEND = 0.10
_OVERCAST = 0.85
_STAR_SHARE = 0.0012
# Display brightness below which the eye sees stars.
_STARS_BELOW = 0.06


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
    generator = derive_generator(seed, "clouds")
    sky = clear + _stars(rays, clear, illumination, derive_generator(seed, "stars"))
    if illumination.cloud_cover <= 0.0:
        return sky
    density, relief = _clouds(rays, illumination, generator)
    color = _cloud_color(clear, rays, relief, illumination)
    # Air between the eye and clouds near the horizon hides their shapes.
    up = np.clip(rays[..., 2], 0.0, 1.0)
    seen = 1.0 - np.exp(-up / 0.05)
    share = (density * seen)[..., None]
    # What is brighter than any cloud is the sun's disc: even a thin cloud swallows it.
    behind = np.minimum(sky, np.maximum(color * 3.0, sky * (1.0 - share) ** 4))
    return np.asarray(behind * (1.0 - share) + color * share, dtype=np.float32)


def _clouds(rays: Field, light: Illumination, generator: np.random.Generator) -> tuple[Field, Field]:
    """Opacity 0..1, and -1..1 from shaded underside to lit edge."""
    up = np.maximum(rays[..., 2], 0.0) + _BEND
    scale = float(generator.uniform(0.9, 2.2))
    turn = float(generator.uniform(0, 2 * np.pi))
    stretch = float(generator.uniform(0.45, 1.0))
    east, north = rays[..., 0] / up, rays[..., 1] / up
    x = (east * np.cos(turn) + north * np.sin(turn)) * scale * stretch
    y = (north * np.cos(turn) - east * np.sin(turn)) * scale
    table = generator.random((_LATTICE, _LATTICE)).astype(np.float32)
    warp_x, warp_y = _fractal(table, x * 0.7 + 13.7, y * 0.7, 3), _fractal(table, x * 0.7, y * 0.7 + 71.3, 3)
    x, y = x + 1.1 * (warp_x - 0.5), y + 1.1 * (warp_y - 0.5)
    body = _fractal(table, x, y, 6)
    shift = _sunward(light, turn, stretch)
    toward = _fractal(table, x + shift[0], y + shift[1], 4)
    cover = light.cloud_cover
    # The fractal's values gather about 0.5 +- 0.12: cover 0..1 sweeps the threshold across them.
    low = 0.72 - 0.50 * cover
    width = 0.10 + 0.12 * cover
    density = _smooth((body - low) / width)
    relief = np.clip((body - toward) * 4.0 + (0.55 - density) * 0.6, -1.0, 1.0)
    return density.astype(np.float32), relief.astype(np.float32)


def _sunward(light: Illumination, turn: float, stretch: float) -> tuple[float, float]:
    if light.sun is None:
        return 0.0, 0.12
    vector = light.sun.vector
    flat = vector[:2] / max(float(np.hypot(vector[0], vector[1])), 1e-3) * 0.18
    along = flat[0] * np.cos(turn) + flat[1] * np.sin(turn)
    return float(along * stretch), float(flat[1] * np.cos(turn) - flat[0] * np.sin(turn))


def _cloud_color(clear: Field, rays: Field, relief: Field, light: Illumination) -> Field:
    zenith, horizon = (np.asarray(v, np.float32) for v in (light.zenith_radiance, light.horizon_radiance))
    ambient = 0.5 * (zenith + horizon)
    grey = np.float32(luminance(ambient))
    ambient = 0.35 * ambient + 0.65 * grey
    sun = np.asarray(light.sun_irradiance, np.float32) / np.float32(np.pi)
    lit = ambient * 0.95
    shade = ambient * 0.68
    if light.sun is not None:
        cosine = np.clip(rays @ light.sun.vector.astype(np.float32), -1.0, 1.0)[..., None]
        # Thin edges near the sun glow; a thick deck lets little of it through.
        open_share = 1.0 - _smooth(np.float32((light.cloud_cover - 0.5) / (_OVERCAST - 0.5)))
        silver = 0.75 + 0.9 * np.maximum(cosine, 0.0) ** 8
        lit = lit + sun * silver * open_share * 0.85
        shade = shade + sun * 0.22 * open_share
    heap = shade + (lit - shade) * (0.5 + 0.5 * relief[..., None])
    # A closed deck is as bright as the sky it stands for, greyer, with folds in it.
    deck = (0.3 * clear + 0.7 * luminance(clear)[..., None]) * (1.0 + 0.16 * relief[..., None])
    closed = _smooth(np.float32((light.cloud_cover - 0.6) / 0.35))
    return np.asarray(heap * (1.0 - closed) + deck * closed, dtype=np.float32)


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


def _fractal(table: Field, x: Field, y: Field, octaves: int) -> Field:
    """Value noise summed over octaves, mean 0.5 (Perlin, "An image synthesizer", 1985)."""
    total, amplitude, norm = np.zeros_like(x), 0.5, 0.0
    for octave in range(octaves):
        factor = 2.03**octave
        total = total + amplitude * _value_noise(table, x * factor + 17.0 * octave, y * factor + 5.0 * octave)
        norm += amplitude
        amplitude *= 0.52
    return np.asarray(total / norm, dtype=np.float32)


def _value_noise(table: Field, x: Field, y: Field) -> Field:
    column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    u, v = _smooth(x - column), _smooth(y - row)
    c0, c1, r0, r1 = column % _LATTICE, (column + 1) % _LATTICE, row % _LATTICE, (row + 1) % _LATTICE
    top = table[r0, c0] * (1 - u) + table[r0, c1] * u
    bottom = table[r1, c0] * (1 - u) + table[r1, c1] * u
    return np.asarray(top * (1 - v) + bottom * v, dtype=np.float32)


def _smooth(value: NDArray[np.floating] | np.float32) -> Field:
    t = np.clip(np.asarray(value, dtype=np.float32), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)
