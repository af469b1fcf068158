"""Feature edges of a view: where the eye sees a line in an unlit building.

Between each pixel and its right and lower neighbour stands an edge where

* one of them is sky,
* the surface steps: neither point lies on the other's tangent plane. Tangent planes make the test
  blind to slope, so a ground seen at a grazing angle gives no line however fast its depth runs,
* the surface folds by more than :data:`CREASE_DEG`,
* material or part changes, or the element changes without the two being one plane.

One side of each edge carries the line, which is therefore one to two pixels wide: the nearer surface
where one hides the other, else always the same one of the two faces that meet. The
discontinuities are those of T. Saito and T. Takahashi, "Comprehensible Rendering of 3-D Shapes"
(SIGGRAPH 1990).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import ElementTable
from archviz.core.maps import DepthMap, EdgeMap, IdMap, NormalMap
from archviz.core.material import TextureFamily

__all__ = ["CREASE_DEG", "feature_edges"]

# Above the 15 degrees between the facets of a 24-sided column, below a roof of 10 degrees' pitch
# on both sides (20 degrees across its ridge).
CREASE_DEG = 18.0
# Two elements meet in one plane where their normals differ by less than this.
_COPLANAR_DEG = 2.0
# A step is seen where it is higher than this share of a pixel's footprint on the surface; less
# where the element changes as well, since a door lies shallow in its wall.
_STEP_PIXELS = 0.75
_ELEMENT_STEP_PIXELS = 0.1
# Crowns of leaves are lines all over; inside them only one plant in front of another is drawn:
# depth differs by this share.
_FOLIAGE_STEP = 0.2
# A step of this many pixels hides something: the line belongs to the nearer surface.
_OCCLUSION_PIXELS = 2.0
# Ranks two faces that meet in a fold: any direction will do that no wall or roof is square to.
_SIDE = np.array([0.347, -0.512, 0.786], dtype=np.float32)

_Float = NDArray[np.float32]
_Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Surface:
    """Per pixel what the tests compare; slicing keeps the fields together."""

    points: _Float
    normals: _Float
    depth: _Float
    element: NDArray[np.int32]
    kind: NDArray[np.int32]
    foliage: _Bool
    strewn: _Bool
    side: _Float

    def part(self, rows: slice, columns: slice) -> _Surface:
        at = (rows, columns)
        return _Surface(
            self.points[at],
            self.normals[at],
            self.depth[at],
            self.element[at],
            self.kind[at],
            self.foliage[at],
            self.strewn[at],
            self.side[at],
        )


def feature_edges(
    camera: Camera,
    table: ElementTable,
    *,
    depth: DepthMap,
    normals: NormalMap,
    elements: IdMap,
    strewn: _Bool | None = None,
) -> EdgeMap:
    """Lines of a view, one to two pixels wide.

    Parameters
    ----------
    camera
        The view that the maps were made with.
    table
        What the ids point into.
    depth, normals, elements
        (H, W), (H, W, 3) and (H, W) maps of the nearest surface.
    strewn
        (H, W) where it is a leaf or a blade that was grown for the camera; within their kind these have no lines.

    Returns
    -------
    EdgeMap
        (H, W) float32, 1 on a line and 0 elsewhere.
    """
    grown = np.zeros(camera.size.shape, dtype=bool) if strewn is None else strewn
    surface = _surface(camera, table, depth.array, normals.array, elements.array, grown)
    height, width = camera.size.shape
    lines = np.zeros((height, width), dtype=bool)
    everything, left, right = slice(None), slice(None, -1), slice(1, None)
    for first, second in (((everything, left), (everything, right)), ((left, everything), (right, everything))):
        edge, on_second = _between(surface.part(*first), surface.part(*second), camera.focal_px)
        lines[first] |= edge & ~on_second
        lines[second] |= edge & on_second
    return EdgeMap(lines.astype(np.float32))


def _surface(
    camera: Camera, table: ElementTable, depth: _Float, normals: _Float, elements: NDArray[np.int32], strewn: _Bool
) -> _Surface:
    cx, cy = camera.principal_point_px
    basis = camera.basis().astype(np.float32)
    x = ((np.arange(camera.size.width) + 0.5 - cx) / camera.focal_px).astype(np.float32)
    y = ((cy - np.arange(camera.size.height) - 0.5) / camera.focal_px).astype(np.float32)
    near = np.where(np.isfinite(depth), depth, np.float32(0))
    # Relative to the camera: world coordinates would cost float32 digits far from the origin.
    points = np.stack([x[None, :] * near, y[:, None] * near, near], axis=2) @ basis
    rows = table.element_materials()
    leaves = np.array([m.family is TextureFamily.FOLIAGE for m in table.materials], dtype=bool)
    parts = table.element_parts()
    # One number for material and part; any change of either changes it. The last row is the sky's.
    kinds = np.append(rows * (int(parts.max(initial=0)) + 1) + parts, -1).astype(np.int32)
    return _Surface(
        points,
        normals,
        near,
        elements,
        kinds[elements],
        np.append(leaves[rows], False)[elements],
        strewn,
        elements.astype(np.float32) * 2 + normals @ _SIDE,
    )


def _between(p: _Surface, q: _Surface, focal_px: float) -> tuple[_Bool, _Bool]:
    """Where an edge stands between neighbours, and whether the second one carries it."""
    sky_p, sky_q = p.element < 0, q.element < 0
    offset = q.points - p.points
    # Distance of each point from the other's tangent plane; the smaller one is zero on one plane
    # and below a pixel across a fold.
    off_plane = np.minimum(np.abs(_dot(p.normals, offset)), np.abs(_dot(q.normals, offset)))
    footprint = np.minimum(p.depth, q.depth) / np.float32(focal_px)
    cosine = _dot(p.normals, q.normals)
    folded = cosine < math.cos(math.radians(CREASE_DEG))
    stepped = off_plane > _STEP_PIXELS * footprint
    apart = (off_plane > _ELEMENT_STEP_PIXELS * footprint) | (cosine < math.cos(math.radians(_COPLANAR_DEG)))
    edge = folded | stepped | (p.kind != q.kind) | ((p.element != q.element) & apart)
    deeper = np.abs(p.depth - q.depth) > _FOLIAGE_STEP * np.minimum(p.depth, q.depth)
    edge &= ~(p.foliage & q.foliage) | deeper
    edge &= ~((p.strewn | q.strewn) & (p.kind == q.kind)) | (p.foliage & deeper)
    on_second = np.where(off_plane > _OCCLUSION_PIXELS * footprint, p.depth > q.depth, p.side < q.side)
    return np.where(sky_p | sky_q, sky_p != sky_q, edge), (on_second | sky_p) & ~sky_q


def _dot(a: _Float, b: _Float) -> _Float:
    return np.einsum("...i,...i->...", a, b)
