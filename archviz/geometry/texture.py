"""Pictures on surfaces: kept small, sampled without shimmer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import GeometryError
from archviz.core.tone import srgb_to_linear

if TYPE_CHECKING:
    from archviz.core.camera import Camera
    from archviz.geometry.scene import Scene

__all__ = ["MAX_TEXTURES", "MAX_TEXTURE_BYTES", "MAX_TEXTURE_SIDE", "Texture", "textured_colors"]

# A brick of a wall that fills a picture still has its joints; a hundred such pictures are 300 MB.
MAX_TEXTURE_SIDE = 1024
# Of one model, all together: 85 pictures of that size [bytes].
MAX_TEXTURES, MAX_TEXTURE_BYTES = 1000, 256 << 20
# Below this a channel of the mean says nothing of what was multiplied.
_LEAST_MEAN = 1e-3


@dataclass(frozen=True, eq=False)
class Texture:
    """A picture, repeated over its plane.

    Parameters
    ----------
    pixels
        (h, w, 3) uint8 sRGB, row 0 at the top, no side longer than :data:`MAX_TEXTURE_SIDE`.
    """

    pixels: NDArray[np.uint8]
    _levels: list[NDArray[np.float32]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        if self.pixels.dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or not 1 <= min(shape[:2]):
            raise GeometryError(f"texture: {self.pixels.dtype} {shape} is not (h, w, 3) uint8")
        if max(shape[:2]) > MAX_TEXTURE_SIDE:
            raise GeometryError(f"texture: {shape[1]}x{shape[0]} is larger than {MAX_TEXTURE_SIDE} pixels a side")

    def halved(self) -> Texture:
        """The same at half the width and height."""
        pixels = self.pixels.astype(np.float32)
        small = _halved(_halved(pixels).transpose(1, 0, 2)).transpose(1, 0, 2)
        return Texture(np.round(small).astype(np.uint8))

    def levels(self) -> list[NDArray[np.float32]]:
        """Linear light at full size and halved again and again, down to the mean (L. Williams, "Pyramidal
        parametrics", SIGGRAPH 1983)."""
        if not self._levels:
            level = srgb_to_linear(self.pixels.astype(np.float32) / 255).astype(np.float32)
            self._levels.append(level)
            while max(level.shape[:2]) > 1:
                level = _halved(_halved(level).transpose(1, 0, 2)).transpose(1, 0, 2)
                self._levels.append(level)
        return self._levels

    def sample(self, uv: NDArray[np.float64], footprint: NDArray[np.float64]) -> NDArray[np.float32]:
        """(n, 3) linear colour around each point.

        Parameters
        ----------
        uv
            (n, 2), v upwards from the lower edge; the picture repeats.
        footprint
            (n,) how wide a point is, in pixels of the picture.
        """
        levels = self.levels()
        chosen = np.clip(np.log2(np.maximum(footprint, 1.0)), 0, len(levels) - 1)
        colors = np.empty((len(uv), 3), np.float32)
        rows = np.rint(chosen).astype(int)
        for row in np.unique(rows):
            own = rows == row
            colors[own] = _bilinear(levels[row], uv[own])
        return colors


def _halved(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pairs of rows averaged; one row stays, an odd last one counts in the pair before."""
    if len(pixels) == 1:
        return pixels
    even = pixels[: len(pixels) // 2 * 2]
    result = ((even[0::2] + even[1::2]) / 2).astype(np.float32, copy=False)
    if len(pixels) % 2:
        result[-1] = (even[-2] + even[-1] + pixels[-1]) / 3
    return result


def _bilinear(pixels: NDArray[np.float32], uv: NDArray[np.float64]) -> NDArray[np.float32]:
    height, width = pixels.shape[:2]
    x = np.mod(uv[:, 0], 1.0) * width - 0.5
    y = (1.0 - np.mod(uv[:, 1], 1.0)) * height - 0.5
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - left)[:, None].astype(np.float32), (y - top)[:, None].astype(np.float32)
    x0, x1, y0, y1 = left % width, (left + 1) % width, top % height, (top + 1) % height
    upper = pixels[y0, x0] * (1 - fx) + pixels[y0, x1] * fx
    lower = pixels[y1, x0] * (1 - fx) + pixels[y1, x1] * fx
    return upper * (1 - fy) + lower * fy


def textured_colors(
    scene: Scene, camera: Camera, faces: NDArray[np.int32], distances_m: NDArray[np.float32]
) -> NDArray[np.float32] | None:
    """Base colour of each pixel with its texture.

    Parameters
    ----------
    scene
        What the rays met.
    camera
        The view.
    faces, distances_m
        (H * W,) what the ray through each pixel's centre meets, -1 for nothing, and how far away [m].

    Returns
    -------
    ndarray or None
        (H * W, 3) linear base colour, zero in the sky; ``None`` where no texture is seen.
    """
    if not scene.textures or scene.uv is None:
        return None
    table = scene.table
    materials = table.element_materials()
    base = table.material_values("base_color")[materials]
    keys = {key: row for row, key in enumerate(scene.textures)}
    pictures = np.array([keys.get(table.materials[m].texture, -1) for m in materials], dtype=np.int32)
    elements = scene.face_elements[faces]
    seen = (faces >= 0) & (pictures[elements] >= 0)
    seen[seen] = np.isfinite(scene.uv[scene.faces[faces[seen]]]).all(axis=(1, 2))
    if not seen.any():
        return None
    colors = base[elements] * (faces >= 0)[:, None]
    rays = camera.ray_directions().reshape(-1, 3)[seen].astype(np.float64)
    away = distances_m[seen].astype(np.float64)
    uv, footprint = _surface_points(scene, faces[seen], np.asarray(camera.position_m), rays, away, camera.focal_px)
    for row, texture in enumerate(scene.textures.values()):
        own = pictures[elements[seen]] == row
        if own.any():
            height, width = texture.pixels.shape[:2]
            texels = texture.sample(uv[own], footprint[own] * np.sqrt(height * width))
            mean = np.maximum(texture.levels()[-1].reshape(3), _LEAST_MEAN)
            at = np.flatnonzero(seen)[own]
            # The material holds the mean, tinted by the file or by the user's words.
            colors[at] = np.clip(colors[at] * texels / mean, 0.0, 1.0)
    return colors.astype(np.float32)


def _surface_points(
    scene: Scene,
    faces: NDArray[np.int32],
    origin: NDArray[np.float64],
    rays: NDArray[np.float64],
    away: NDArray[np.float64],
    focal_px: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 2) texture coordinates and (n,) width of a pixel in them."""
    assert scene.uv is not None
    corners = scene.vertices_m[scene.faces[faces]].astype(np.float64)
    uvs = scene.uv[scene.faces[faces]].astype(np.float64)
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    points = origin + rays * away[:, None]
    u, v, p = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0], points - corners[:, 0]
    normal = np.cross(u, v)
    area = np.maximum(np.einsum("ij,ij->i", normal, normal), 1e-30)
    # Barycentric coordinates (T. Moeller and B. Trumbore, 1997), from the point that was met.
    b = np.einsum("ij,ij->i", np.cross(p, v), normal) / area
    c = np.einsum("ij,ij->i", np.cross(u, p), normal) / area
    uv = uvs[:, 0] + b[:, None] * (uvs[:, 1] - uvs[:, 0]) + c[:, None] * (uvs[:, 2] - uvs[:, 0])
    first, second = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    uv_area = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    cosine = np.abs(np.einsum("ij,ij->i", normal, rays)) / np.sqrt(area)
    # A slanted pixel is long one way: half of that in powers keeps joints without shimmer.
    width_m = away / focal_px / np.sqrt(np.maximum(cosine, 0.05))
    return uv, width_m * np.sqrt(uv_area / np.sqrt(area))
