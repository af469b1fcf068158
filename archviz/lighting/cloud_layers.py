"""Layers of cloud on a sky: heaps with flat bases, ripples, feathers and closed decks.

Each layer is an opacity and a share of sunlight for every ray; :mod:`archviz.lighting.clouds` gives it colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from archviz.core.seeds import derive_generator

__all__ = ["CloudLayer", "deck", "feathers", "heaps", "ripples", "smooth"]

Field = NDArray[np.float32]
_TABLE = 512
# Pictures of the heaps are made at this share of the sky's pixels a side and drawn up: they are soft.
_HEAP_STEP = 2
_MARCH = 14
# How far billows bulge, as a share of the tallest heap.
_BILLOW = 0.13
_HEAP_BASE_M = 1200.0
# Optical depth a metre of cloud, much thinner than a real one's, so that edges show some depth.
_EXTINCTION_PER_M = 0.016
_LEAST_UP = 0.012


@dataclass(frozen=True, eq=False)
class CloudLayer:
    """One layer of cloud, seen from the ground.

    Parameters
    ----------
    opacity
        (H, W) float32, 0 open to 1 closed.
    sunlit
        (H, W) float32, 0 the shaded base to 1 the side that faces the sun.
    """

    opacity: Field
    sunlit: Field


def heaps(
    rays: Field, to_sun: NDArray[np.floating] | None, *, cover: float, generator: np.random.Generator
) -> CloudLayer:
    """Cumulus: bases at one height, tops as high as they are wide, lit from where the sun stands.

    Parameters
    ----------
    rays
        (H, W, 3) unit vectors away from the eye.
    to_sun
        (3,) unit vector to the sun; ``None`` lights from above.
    cover
        Share of the sky's plane that has a cloud over it.
    generator
        Decides where they stand, how wide and how tall they are.
    """
    coarse = rays[::_HEAP_STEP, ::_HEAP_STEP]
    opacity, sunlit = np.zeros((2, *coarse.shape[:2]), dtype=np.float32)
    above = coarse[..., 2] > _LEAST_UP
    field = _HeapField(cover, generator)
    sun = np.array([0.0, 0.0, 1.0], np.float32) if to_sun is None else to_sun.astype(np.float32)
    # One for every ray, so that a cloud is the same whatever stands before its neighbours.
    start = generator.random(above.shape, dtype=np.float32)[above]
    opacity[above], sunlit[above] = _march(field, coarse[above], sun, start)
    # The march starts at random depths: what that leaves of grain is averaged over neighbours.
    weight = gaussian_filter(opacity, 0.8)
    sunlit = gaussian_filter(opacity * sunlit, 0.8) / np.maximum(weight, 1e-4)
    whole = _drawn_up(weight, rays.shape) * (rays[..., 2] > 0.0)
    return CloudLayer(whole, np.clip(1.25 * _drawn_up(sunlit, rays.shape), 0.0, 1.0))


def _march(field: _HeapField, rays: Field, sun: Field, start: Field) -> tuple[Field, Field]:
    """Opacity and share of sunlight along (n, 3) rays through the layer that holds the heaps.

    ``start`` is where in its first step each ray begins.
    """
    near, far = _HEAP_BASE_M / rays[:, 2], (_HEAP_BASE_M + field.tall_m) / rays[:, 2]
    # Near the horizon a ray runs through kilometres of layer: the first clouds of it hide the rest.
    step = np.minimum((far - near) / _MARCH, 0.25 * field.wide_m)
    through, light = np.ones(len(rays), np.float32), np.zeros(len(rays), np.float32)
    for k in range(_MARCH):
        at = rays * (near + (k + start) * step)[:, None]
        density = np.where(through > 0.02, field.density(at), 0.0)
        inside = np.flatnonzero(density)
        at, density = at[inside], density[inside]
        shadow = np.zeros(len(inside), dtype=np.float32)
        for reach in (0.12 * field.tall_m, 0.4 * field.tall_m):
            shadow += field.density(at + sun * np.float32(reach)) * reach
        height = np.clip((at[:, 2] - _HEAP_BASE_M) / field.tall_m, 0.0, 1.0)
        lit = np.exp(-0.45 * _EXTINCTION_PER_M * shadow) * (0.35 + 0.65 * np.sqrt(height))
        share = through[inside] * (1.0 - np.exp(-_EXTINCTION_PER_M * density * step[inside]))
        light[inside] += share * lit
        through[inside] -= share
    opacity = 1.0 - through
    return opacity, light / np.maximum(opacity, 1e-4)


class _HeapField:
    """Density 0..1 of a field of heaps at (n, 3) points [m]."""

    def __init__(self, cover: float, generator: np.random.Generator) -> None:
        self.wide_m = float(generator.uniform(900.0, 1900.0))
        self.tall_m = float(generator.uniform(0.28, 0.55)) * self.wide_m
        self._threshold = NormalDist().inv_cdf(1.0 - float(np.clip(0.55 * cover, 0.015, 0.9)))
        self._offset_m = generator.uniform(0, 1e5, 2)
        self._turn = float(generator.uniform(0, 2 * np.pi))

    def density(self, points: Field) -> Field:
        height = (points[:, 2] - _HEAP_BASE_M) / self.tall_m
        cos, sin = np.cos(self._turn), np.sin(self._turn)
        x = points[:, 0] * cos + points[:, 1] * sin + self._offset_m[0]
        y = points[:, 1] * cos - points[:, 0] * sin + self._offset_m[1]
        top = np.sqrt(np.clip((_lookup(_noise(1.8), x, y, self.wide_m / 24.0) - self._threshold) * 0.9, 0.0, 1.0))
        edge = top - height
        # Where no billow reaches, none need be looked up.
        near = np.flatnonzero((top > 0.0) & (edge > -_BILLOW * 3.0) & (height > 0.0))
        z = points[near, 2]
        # Sheared by height, a flat table stands for billows in space.
        billow = _lookup(_noise(1.5), x[near] + 0.35 * z, y[near] - 0.6 * z, self.wide_m / 80.0)
        density = np.zeros(len(points), dtype=np.float32)
        density[near] = smooth((edge[near] + _BILLOW * billow) / 0.12) * smooth(height[near] / 0.05)
        return density


def ripples(rays: Field, *, cover: float, generator: np.random.Generator) -> CloudLayer:
    """Altocumulus: a thin field of small clouds in rows."""
    x, y = _plane(rays, generator, stretch=float(generator.uniform(1.0, 1.7)), bend=0.18)
    scale = float(generator.uniform(0.05, 0.10))
    field = _lookup(_noise(1.9), x, y, scale * 5.0)
    wave = np.sin(2 * np.pi * (x / (1.6 * scale) + 0.5 * field))
    small = _lookup(_noise(1.3), x, y, scale / 4.0)
    threshold = NormalDist().inv_cdf(1.0 - float(np.clip(1.3 * cover, 0.05, 0.9)))
    grain = 0.45 * small + 0.25 * wave
    opacity = smooth((field - threshold) / 1.2 + 0.15) * smooth((grain + 0.35) / 0.9)
    return CloudLayer(0.8 * opacity, np.clip(0.72 + 0.28 * grain, 0.0, 1.0).astype(np.float32))


def feathers(rays: Field, *, cover: float, generator: np.random.Generator) -> CloudLayer:
    """Cirrus: threads of ice that the wind draws out."""
    x, y = _plane(rays, generator, stretch=1.0)
    scale = float(generator.uniform(0.5, 0.9))
    bend = 0.22 * _lookup(_noise(2.0), x, y, scale / 6.0)
    thread = _lookup(_noise(1.5), x / 7.0, y + bend, scale / 30.0)
    patch = _lookup(_noise(2.0), x / 2.0 + 3.1, y, scale / 5.0)
    threshold = NormalDist().inv_cdf(1.0 - float(np.clip(1.3 * cover, 0.08, 0.85)))
    opacity = smooth((patch - threshold) / 1.6 + 0.15) * smooth((thread + 1.2) / 3.0)
    return CloudLayer(0.6 * opacity, np.full_like(opacity, 0.85))


def deck(rays: Field, *, generator: np.random.Generator) -> CloudLayer:
    """A closed cover, its underside in folds: ``sunlit`` is how thin it is."""
    x, y = _plane(rays, generator, stretch=float(generator.uniform(1.0, 2.5)))
    scale = float(generator.uniform(0.5, 1.3))
    roll = 0.22 * _lookup(_noise(2.0), x, y, scale / 6.0)
    fold = _lookup(_noise(1.65), x + roll, y - roll, scale / 12.0)
    return CloudLayer(np.ones_like(fold), smooth((fold + 2.0) / 4.0))


def _plane(rays: Field, generator: np.random.Generator, *, stretch: float, bend: float = 0.06) -> tuple[Field, Field]:
    """Where rays meet a plane one unit overhead, bent so that the horizon is near enough to hold shapes."""
    up = np.maximum(rays[..., 2], 0.0) + bend
    turn = float(generator.uniform(0, 2 * np.pi))
    east, north = rays[..., 0] / up, rays[..., 1] / up
    shift = generator.uniform(0, 100, 2)
    x = (east * np.cos(turn) + north * np.sin(turn)) / stretch + shift[0]
    return np.asarray(x, np.float32), np.asarray(north * np.cos(turn) - east * np.sin(turn) + shift[1], np.float32)


@lru_cache(maxsize=8)
def _noise(slope: float) -> Field:
    """(512, 512) periodic noise of mean 0 and variance 1 whose amplitude falls as frequency to the power ``slope``."""
    spectrum = np.fft.rfft2(derive_generator(0, f"cloud noise {slope}").standard_normal((_TABLE, _TABLE)))
    frequency = np.hypot(np.fft.fftfreq(_TABLE)[:, None], np.fft.rfftfreq(_TABLE)[None]) * _TABLE
    # Nothing longer than an eighth of the table, or one table would be one cloud.
    spectrum *= np.where(frequency < 8.0, 0.0, np.maximum(frequency, 1.0) ** -slope)
    field = np.fft.irfft2(spectrum, s=(_TABLE, _TABLE))
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def _lookup(table: Field, x: Field, y: Field, unit: float) -> Field:
    """The table at x, y, one of its cells as long as ``unit``."""
    at = np.stack([np.asarray(y) / unit, np.asarray(x) / unit])
    return np.asarray(map_coordinates(table, at, order=1, mode="grid-wrap", output=np.float32), dtype=np.float32)


def _drawn_up(field: Field, shape: tuple[int, ...]) -> Field:
    rows, columns = (np.arange(side, dtype=np.float32) / _HEAP_STEP for side in shape[:2])
    at = np.meshgrid(rows, columns, indexing="ij")
    return np.asarray(map_coordinates(field, at, order=1, mode="nearest", output=np.float32), dtype=np.float32)


def smooth(value: NDArray[np.floating] | float) -> Field:
    """Smoothstep of a value from 0 to 1."""
    t = np.clip(np.asarray(value, dtype=np.float32), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)
