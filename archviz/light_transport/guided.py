"""From half size to full size along surfaces: values never cross an edge of depth or normal."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.light_transport.surface import Surface, padded

__all__ = ["smooth_tiles", "upsample"]

Array = NDArray[np.float32]

# Symmetric weights of five taps in which every residue modulo 4 has the same sum: a pattern that
# repeats every four pixels leaves no trace.
_TILE_TAPS = (0.125, 0.25, 0.25, 0.25, 0.125)
# How far off its neighbour's plane a point may lie: a share of the pixel's footprint, plus millimetres.
_PLANE_FOOTPRINT = 0.5
_PLANE_M = 2e-3
_LEAST_WEIGHT = 1e-3


def smooth_tiles(values: Array, surface: Surface) -> Array:
    """Average over 4x4 tiles along surfaces, in two passes.

    Parameters
    ----------
    values
        (h, w) or (h, w, C) float32 sampled on ``surface`` with a pattern that repeats every four pixels.
    surface
        Of the same size.
    """
    rows, columns = values.shape[:2]
    around = surface.padded(2, 2)
    for down, right in ((1, 0), (0, 1)):
        spread = padded(values, 2, 2)
        total = np.zeros_like(values)
        weights = np.zeros((rows, columns), dtype=np.float32)
        for shift, tap in zip(range(-2, 3), _TILE_TAPS, strict=True):
            top, left = 2 + shift * down, 2 + shift * right
            pick = np.s_[top : top + rows, left : left + columns]
            weight = np.float32(tap) * _likeness(surface, around.picked(pick))
            total += _beside(weight, values) * spread[pick]
            weights += weight
        values = np.where(
            _beside(surface.hit, values), total / _beside(np.maximum(weights, _LEAST_WEIGHT), values), values
        )
    return values


def upsample(low: Array, low_surface: Surface, surface: Surface) -> tuple[Array, NDArray[np.bool_]]:
    """Full size from every other pixel, each from those neighbours that lie on its own surface.

    Parameters
    ----------
    low
        (h, w) or (h, w, C) values at the pixels of ``surface.halved()``.
    low_surface, surface
        Half and full size.

    Returns
    -------
    values, orphans
        (H, W) or (H, W, C) float32, and (H, W) bool: pixels with no neighbour on their surface, whose value is 0.
    """
    height, width = surface.hit.shape
    values = np.zeros((height, width, *low.shape[2:]), dtype=np.float32)
    orphans = np.zeros((height, width), dtype=np.bool_)
    values[::2, ::2] = low
    around, spread = low_surface.padded(0, 1), padded(low, 0, 1)
    for y, x in ((0, 1), (1, 0), (1, 1)):
        pick = np.s_[y::2, x::2]
        target = surface.picked(pick)
        rows, columns = target.hit.shape
        total = np.zeros((rows, columns, *low.shape[2:]), dtype=np.float32)
        weights = np.zeros((rows, columns), dtype=np.float32)
        for dy in range(y + 1):
            for dx in range(x + 1):
                near = np.s_[dy : dy + rows, dx : dx + columns]
                weight = _likeness(target, around.picked(near))
                total += _beside(weight, low) * spread[near]
                weights += weight
        found = weights > _LEAST_WEIGHT
        values[pick] = np.where(
            _beside(found, low), total / _beside(np.maximum(weights, _LEAST_WEIGHT), low), np.float32(0.0)
        )
        orphans[pick] = target.hit & ~found
    return values, orphans


def _beside(weights: NDArray[Any], values: Array) -> NDArray[Any]:
    """Weights a pixel, ready to be held against values of one channel or of several."""
    return weights if values.ndim == 2 else weights[..., None]


def _likeness(target: Surface, source: Surface) -> Array:
    """1 where ``source`` continues the plane of ``target``, towards 0 with an angle or a step between them."""
    facing = np.einsum("hwc,hwc->hw", target.normals, source.normals)
    step = np.einsum("hwc,hwc->hw", target.normals, source.points_m - target.points_m)
    reach = _PLANE_M + _PLANE_FOOTPRINT * target.footprint_m
    alike = np.maximum(facing, 0.0) ** 8 * np.exp(-((step / reach) ** 2))
    return np.where(target.hit & source.hit, alike, 0.0).astype(np.float32)
