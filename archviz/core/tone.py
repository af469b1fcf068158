"""Linear light and what a screen shows: one tone curve for renders, training pictures and the deferred colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["TONE_CURVE_VERSION", "linear_to_srgb", "luminance", "srgb_to_linear", "tone_map"]

TONE_CURVE_VERSION = 1
# Rec. 709 luminance weights (ITU-R BT.709).
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def srgb_to_linear(color: NDArray[np.floating] | tuple[float, ...]) -> NDArray[np.float32]:
    """sRGB [0, 1] to linear light [0, 1] (IEC 61966-2-1)."""
    c = np.asarray(color, dtype=np.float32)
    return np.where(c <= 0.04045, c / 12.92, ((np.maximum(c, 0.04045) + 0.055) / 1.055) ** 2.4).astype(np.float32)


def linear_to_srgb(color: NDArray[np.floating]) -> NDArray[np.float32]:
    """Linear light to sRGB [0, 1], clipped (IEC 61966-2-1)."""
    c = np.clip(np.asarray(color, dtype=np.float32), 0.0, 1.0)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * np.maximum(c, 0.0031308) ** (1 / 2.4) - 0.055).astype(np.float32)


def luminance(linear: NDArray[np.floating]) -> NDArray[np.float32]:
    """(..., 3) linear RGB to (...) luminance."""
    return np.asarray(linear, dtype=np.float32) @ _LUMINANCE


def tone_map(radiance: NDArray[np.floating]) -> NDArray[np.float32]:
    """Exposed scene radiance (..., 3), linear and unbounded, to a display colour, sRGB [0, 1].

    The filmic fit of K. Narkowicz, "ACES Filmic Tone Mapping Curve" (2015), applied per channel to
    0.6 times the radiance: 0.18 in gives a mid grey, 1 a bright white wall, 10 white.
    """
    x = np.maximum(np.asarray(radiance, dtype=np.float32), 0.0) * 0.6
    return linear_to_srgb((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14))
