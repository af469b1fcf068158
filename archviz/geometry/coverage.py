"""How much of each pixel the surfaces in it cover, and a picture smoothed by it at outlines.

Maps hold one ray through each pixel's centre, and a picture that follows them has stairs where an outline crosses
the pixels aslant. Four more rays tell what else is in such a pixel; its colour is the mean of theirs, each taken
from the neighbours that show the same surface (M. G. Chajdas, M. McGuire, D. Luebke, "Subpixel Reconstruction
Antialiasing for Deferred Shading", I3D 2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import ROTATED_GRID_PX
from archviz.core.gbuffer import GBuffer
from archviz.core.material import TextureFamily
from archviz.geometry.raycast import RayCaster

__all__ = ["Coverage", "trace_coverage"]

_NEIGHBOURS = np.array([(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)])
_SPREAD_PX = 0.5
# Cosine between normals, and share of the inverse depth, up to which two rays meet one surface.
_FOLD, _STEP = 0.9, 0.03
# Leaves and blades are smaller than pixels: smoothed they would be mush.
_GROWN = (TextureFamily.FOLIAGE, TextureFamily.GRASS)


@dataclass(frozen=True, eq=False)
class Coverage:
    """Pixels with more than one surface in them, and whose colours they mix.

    Parameters
    ----------
    pixels
        (n,) flat index of each such pixel.
    sources
        (n, 9) flat index of the pixels around it.
    shares
        (n, 9) float32 how much of each source is in it; a row's sum is 1.
    """

    pixels: NDArray[np.int64]
    sources: NDArray[np.int64]
    shares: NDArray[np.float32]

    def smooth(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture with its outlines smoothed.

        Parameters
        ----------
        picture
            (H, W, 3) uint8 sRGB, of the view that was traced.
        """
        flat = picture.reshape(-1, 3)
        mixed = np.einsum("ns,nsc->nc", self.shares, flat[self.sources].astype(np.float32))
        made = flat.copy()
        made[self.pixels] = np.clip(np.round(mixed), 0, 255).astype(np.uint8)
        return made.reshape(picture.shape)


def trace_coverage(gbuffer: GBuffer, caster: RayCaster) -> Coverage:
    """Look where a view's outlines and folds cross its pixels.

    Parameters
    ----------
    gbuffer
        The view, one ray a pixel.
    caster
        The scene that it shows.
    """
    height, width = gbuffer.size.shape
    rows, columns = np.nonzero(_outlined(gbuffer))
    around_x = np.clip(columns[:, None] + _NEIGHBOURS[:, 0], 0, width - 1)
    around_y = np.clip(rows[:, None] + _NEIGHBOURS[:, 1], 0, height - 1)
    sources = around_y * width + around_x
    elements = gbuffer.elements.array.ravel()[sources]
    normals = gbuffer.normals.array.reshape(-1, 3)[sources]
    nearness = _inverse(gbuffer.depth.array.ravel()[sources])
    shares = np.zeros(sources.shape, dtype=np.float32)
    for sample in ROTATED_GRID_PX:
        element, normal, near = _look(gbuffer, caster, np.stack([columns, rows], axis=1) + 0.5 + sample)
        alike = elements == element[:, None]
        flush = np.einsum("nsk,nk->ns", normals, normal) > _FOLD
        flush &= np.abs(nearness - near[:, None]) < _STEP * near[:, None]
        alike &= flush | (element < 0)[:, None]
        spread = np.exp(-((_NEIGHBOURS - sample) ** 2).sum(axis=1) / (2 * _SPREAD_PX**2)).astype(np.float32)
        weights = np.where(alike, spread, np.float32(0))
        # What no neighbour shows, thinner than a pixel, keeps the pixel's own colour.
        weights[~alike.any(axis=1), len(_NEIGHBOURS) // 2] = 1.0
        shares += weights / weights.sum(axis=1, keepdims=True)
    shares /= np.float32(len(ROTATED_GRID_PX))
    return Coverage(rows * width + columns, sources, shares)


def _look(
    gbuffer: GBuffer, caster: RayCaster, points_px: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """Element, normal towards the viewer and inverse depth at (n, 2) points of a view."""
    camera = gbuffer.camera
    rays = camera.rays_through(points_px)
    hits = caster.first_hits(np.asarray(camera.position_m), rays)
    depth = hits.distances_m / np.linalg.norm(rays, axis=1)
    return caster.elements_of(hits), caster.normals_of(hits, rays), _inverse(depth)


def _inverse(depth_m: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(np.isfinite(depth_m), 1.0 / np.maximum(depth_m, 1e-6), 0.0).astype(np.float32)


def _outlined(gbuffer: GBuffer) -> NDArray[np.bool_]:
    """(H, W) pixels that differ from a neighbour in element or normal, but for leaves among leaves."""
    elements, normals = gbuffer.elements.array, gbuffer.normals.array
    grown = np.isin(gbuffer.families(), [int(family) for family in _GROWN])
    outlined = np.zeros(elements.shape, dtype=bool)
    for a, b in (
        (np.s_[:, 1:], np.s_[:, :-1]),
        (np.s_[1:], np.s_[:-1]),
        (np.s_[1:, 1:], np.s_[:-1, :-1]),
        (np.s_[1:, :-1], np.s_[:-1, 1:]),
    ):
        apart = (elements[a] != elements[b]) | (np.einsum("ijk,ijk->ij", normals[a], normals[b]) < _FOLD)
        apart &= (elements[a] >= 0) | (elements[b] >= 0)
        apart &= ~(grown[a] & grown[b])
        outlined[a] |= apart
        outlined[b] |= apart
    return outlined
