"""Light that surfaces send one another: one bounce, gathered by a few rays a pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.geometry.raycast import RayCaster
from archviz.light_transport.guided import smooth_tiles, upsample
from archviz.light_transport.occlusion import hemisphere_rays, occlusion_radius_m, tile_turns
from archviz.light_transport.shading import World
from archviz.light_transport.surface import Surface, blockers
from archviz.lighting.sky import dome_radiance

__all__ = ["Bounce", "trace_bounce"]

Array = NDArray[np.float32]

_RAYS = 16
# What is gathered may say so much less or more than openness alone does; beyond lies the noise of few rays.
_LIMITS = (0.05, 16.0)
# Of a pixel's radiance before the division, so that black stays black.
_LEAST = 1e-8


@dataclass(frozen=True, eq=False, kw_only=True)
class Bounce:
    """What the surfaces of a view see of one another; every light of the view shares it.

    Traced at a quarter of the view's size: light that comes from everywhere changes slowly, and what changes quickly
    stands in the ambient occlusion, which is as it was.

    Parameters
    ----------
    surfaces
        At full, half and quarter size.
    directions
        (k, n, 3) float32 unit vectors, cosine-distributed about the normals of the n quarter-size pixels that show
        a surface.
    faces, points_m, normals
        (m,) rows of the scene's faces that rays meet, (m, 3) where, and (m, 3) their normals, turned to the ray.
    met
        (k, n) bool rays that meet something, m in all.
    openness
        (n,) share of the rays that meet nothing near, as ambient occlusion counts it.
    """

    surfaces: tuple[Surface, Surface, Surface]
    directions: Array
    faces: NDArray[np.int32]
    points_m: Array
    normals: Array
    met: NDArray[np.bool_]
    openness: Array

    def factor(self, world: World) -> Array:
        """How much more or less light comes from all around than openness says, and of which colour.

        The rays that meet something bring what it sends, the others sky or far ground; the sum is divided by what
        the same rays say with nothing in their way, times what :meth:`World.ambient` keeps of it. So it is 1 in the
        open, and has little of the noise of few rays (the ratio estimator of E. Heitz, S. Hill and M. McGuire,
        "Combining analytic direct illumination and stochastic shadows", 2018).

        Returns
        -------
        ndarray
            (H, W, 3) float32 where the view shows a surface; 1 where no neighbour tells.
        """
        full, half, quarter = self.surfaces
        brought = dome_radiance(self.directions, world.illumination, ground_albedo=world.ground)
        unmet = brought.sum(0) * world.kept(self.openness)[:, None]
        brought[self.met] = world.plain(self.faces, self.points_m, self.normals)
        low = np.ones((*quarter.hit.shape, 3), dtype=np.float32)
        low[quarter.hit] = np.clip(brought.sum(0) / np.maximum(unmet, _LEAST), *_LIMITS)
        low = smooth_tiles(smooth_tiles(low, quarter), quarter)
        for small, large in ((quarter, half), (half, full)):
            low, orphans = upsample(low, small, large)
            low[orphans] = 1.0
        return low


def trace_bounce(caster: RayCaster, surface: Surface) -> Bounce:
    """Trace what the surfaces of a view see.

    Parameters
    ----------
    caster
        The scene.
    surface
        The view's.
    """
    half = surface.halved()
    quarter = half.halved()
    hit = quarter.hit
    origins = quarter.origins_m(hit, footprints=1.0)
    solid = blockers(caster)
    radius = occlusion_radius_m(caster.scene)
    directions = np.zeros((_RAYS, len(origins), 3), dtype=np.float32)
    rows = np.full((_RAYS, len(origins)), -1, dtype=np.int32)
    distances = np.full((_RAYS, len(origins)), math.inf, dtype=np.float32)
    near = np.zeros(len(origins), dtype=np.float32)
    for k, (towards, reach) in enumerate(hemisphere_rays(quarter.normals[hit], tile_turns(hit.shape)[hit], _RAYS)):
        found = solid.caster.first_hits(origins, towards)
        directions[k], rows[k] = towards, found.faces
        distances[k] = np.where(found.faces >= 0, found.distances_m, math.inf)
        near += distances[k] < radius * reach
    met = rows >= 0
    starts = np.broadcast_to(origins, directions.shape)[met]
    return Bounce(
        surfaces=(surface, half, quarter),
        directions=directions,
        faces=solid.faces[rows[met]],
        points_m=starts + directions[met] * distances[met][:, None],
        normals=solid.facing_normals(rows[met], directions[met]),
        met=met,
        openness=np.float32(1.0) - near / np.float32(_RAYS),
    )
