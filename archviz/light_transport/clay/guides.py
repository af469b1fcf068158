"""What the denoiser is told of a view: reflectance, normal and distance, averaged over each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.clay.surfaces import SurfaceGroup

__all__ = ["Guides", "guide"]

# Eight points of a pixel, no two in one row, column or diagonal of eighths [pixels from its centre, right and down].
_EIGHTHS = (0, 4, 7, 5, 2, 6, 1, 3)
_PIXEL_SAMPLES = tuple(((x + 0.5) / 8 - 0.5, (y + 0.5) / 8 - 0.5) for y, x in enumerate(_EIGHTHS))


@dataclass(frozen=True, eq=False, kw_only=True)
class Guides:
    """Means over each pixel.

    Parameters
    ----------
    albedo, normals
        (H, W, 3) float32; the sky counts as zero.
    distances_m
        (H, W) float32 from the eye, of that part of the pixel which is not sky [m]; 0 in the sky.
    covered
        (H, W) float32 share of the pixel that is not sky.
    """

    albedo: NDArray[np.float32]
    normals: NDArray[np.float32]
    distances_m: NDArray[np.float32]
    covered: NDArray[np.float32]


def guide(caster: RayCaster, camera: Camera, groups: list[SurfaceGroup]) -> Guides:
    """Cast a few rays through each pixel."""
    colors = np.zeros((len(caster.scene.faces) + 1, 3), dtype=np.float32)
    for group in groups:
        colors[group.faces] = group.color
    centers = camera.ray_directions()
    right, up, forward = camera.basis().astype(np.float32)
    centers = centers / (centers @ forward)[..., None]
    height, width = camera.size.shape
    albedo = np.zeros((height, width, 3), dtype=np.float32)
    normals = np.zeros_like(albedo)
    distances = np.zeros((height, width), dtype=np.float32)
    hits = np.zeros_like(distances)
    for x, y in _PIXEL_SAMPLES:
        rays = (centers + (x * right - y * up) / np.float32(camera.focal_px)).reshape(-1, 3)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        found = caster.first_hits(np.asarray(camera.position_m), rays)
        hit = found.faces >= 0
        # Row -1 is the sky's black.
        albedo += colors[found.faces].reshape(albedo.shape)
        facing = caster.face_normals[found.faces] * hit[:, None]
        facing *= np.where(np.einsum("nc,nc->n", facing, rays) > 0, np.float32(-1), np.float32(1))[:, None]
        normals += facing.reshape(normals.shape)
        distances += np.where(hit, found.distances_m, 0.0).reshape(distances.shape)
        hits += hit.reshape(hits.shape)
    count = np.float32(len(_PIXEL_SAMPLES))
    return Guides(
        albedo=albedo / count,
        normals=normals / count,
        distances_m=(distances / np.maximum(hits, 1.0)).astype(np.float32),
        covered=hits / count,
    )
