"""Light among leaves and blades of grass: they let it through, and share it with their neighbours.

A path tracer finds this by many bounces. Shaded by themselves, blades are bright and black pixels beside one
another, and a lamp's pool of light on a lawn falls to pieces.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.material import TextureFamily
from archviz.light_transport.surface import Surface

__all__ = [
    "LEAF_TRANSMISSION",
    "bent_normals",
    "bent_upwards",
    "is_leafy",
    "leaf_color",
    "mean_among",
    "share_among_blades",
    "tones_of",
]

# A leaf lets through about as much light as it reflects, a little less (S. Jacquemoud and F. Baret, "PROSPECT", 1990).
LEAF_TRANSMISSION = 0.8
# From the darkest leaf of a plant to the lightest its hue turns from blue green to yellow green, by this many degrees
# about the plant's own; and all are less saturated than the plant is called.
_HUE_DEG, _SATURATION = 14.4, 0.88
# How much of the vertical is added to the normals of grass.
_UPWARDS = 1.5
# Share of a blade's light that has been to its neighbours, within a window of so many pixels.
_SHARED, _WINDOW_PX = 0.6, 5


def is_leafy(gbuffer: GBuffer) -> NDArray[np.bool_]:
    """(H, W) where a leaf or a blade of grass is seen."""
    return np.isin(gbuffer.families(), [int(TextureFamily.GRASS), int(TextureFamily.FOLIAGE)]) & gbuffer.hit


def tones_of(faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """(n,) a tone from 0 to 1 for each face of a scene, always the same."""
    return np.modf(np.abs(faces.astype(np.float64)) * 0.6180339887498949)[0].astype(np.float32)


def leaf_color(
    base: NDArray[np.float32], tones: NDArray[np.float32], lightness: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(n, 3) colour of leaves of (n,) tones on plants of (n, 3) colours, ``lightness`` times as light."""
    import cv2

    hue, saturation, value = cv2.cvtColor(np.ascontiguousarray(base[None]), cv2.COLOR_RGB2HSV)[0].T
    hue = (hue + np.float32(_HUE_DEG) * (1 - 2 * tones)) % 360
    turned = np.stack([hue, np.float32(_SATURATION) * saturation, value * lightness], axis=1)
    return np.asarray(cv2.cvtColor(turned[None].astype(np.float32), cv2.COLOR_HSV2RGB)[0])


def mean_among(values: NDArray[np.float32], where: NDArray[np.bool_], window_px: int) -> NDArray[np.float32]:
    """Mean of ``values`` (H, W) or (H, W, 3) over those pixels ``where`` that lie in a window around each."""
    import cv2

    window = (window_px, window_px)
    mask = where.reshape(*where.shape, *(1,) * (values.ndim - 2))
    total = cv2.blur(np.where(mask, values, np.float32(0)), window)
    weight: NDArray[Any] = np.maximum(cv2.blur(where.astype(np.float32), window), 1e-6)
    return np.asarray(total / weight.reshape(mask.shape), dtype=np.float32)


def bent_upwards(normals: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 3) unit normals of blades of grass, bent upwards: a lawn is lit as its ground is, a little by the blade."""
    bent = normals + np.array([0.0, 0.0, _UPWARDS], dtype=np.float32)
    return np.asarray(bent / np.maximum(np.linalg.norm(bent, axis=1, keepdims=True), np.float32(1e-6)))


def bent_normals(gbuffer: GBuffer, surface: Surface) -> NDArray[np.float32]:
    """(H, W, 3) unit normals, those of grass bent upwards."""
    lawn = gbuffer.families() == int(TextureFamily.GRASS)
    normals = surface.normals.copy()
    normals[lawn] = bent_upwards(surface.normals[lawn])
    return normals


def share_among_blades(irradiance: NDArray[np.float32], gbuffer: GBuffer) -> None:
    """Mix the (H, W, 3) irradiance of each blade of grass with its neighbours', in place."""
    lawn = gbuffer.families() == int(TextureFamily.GRASS)
    if lawn.any():
        around = mean_among(irradiance, lawn, _WINDOW_PX)
        irradiance[lawn] += np.float32(_SHARED) * (around - irradiance)[lawn]
