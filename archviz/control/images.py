"""Control pictures in the form that public ControlNets were trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.maps import DepthMap, EdgeMap, NormalMap

__all__ = ["depth_picture", "edge_picture", "normal_picture"]


def depth_picture(depth: DepthMap) -> NDArray[np.uint8]:
    """(H, W, 3) uint8, near white and far black, as the depth nets of SD 1.5 and SDXL take it."""
    return np.repeat(_bytes(depth.near_white())[..., None], 3, axis=2)


def edge_picture(edges: EdgeMap) -> NDArray[np.uint8]:
    """(H, W, 3) uint8, white lines on black, as the lineart, canny and MLSD nets take them."""
    return np.repeat(_bytes(edges.array)[..., None], 3, axis=2)


def normal_picture(normals: NormalMap, basis: NDArray[np.floating]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 camera-space normals: red right, green up, blue towards the viewer (ControlNet 1.1, BAE order).

    Parameters
    ----------
    normals
        World-space normals.
    basis
        (3, 3) rows right, up, forward of the camera.
    """
    right, up, forward = np.asarray(basis, dtype=np.float32)
    local = normals.array @ np.stack([right, up, -forward], axis=1)
    return np.where(np.any(normals.array, axis=2, keepdims=True), _bytes((local + 1) / 2), np.uint8(0)).astype(np.uint8)


def _bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return (np.clip(values, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
