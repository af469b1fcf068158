"""Sunlight on blades of grass, which are narrower than a pixel: each pixel is the mean of what four rays meet in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import ROTATED_GRID_PX
from archviz.core.gbuffer import GBuffer
from archviz.core.material import TextureFamily
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.leaves import LEAF_TRANSMISSION, bent_upwards, leaf_color, tones_of
from archviz.light_transport.shading import World
from archviz.light_transport.surface import Surface, blockers

__all__ = ["Blades"]

Array = NDArray[np.float32]

_OFFSET_M = 1e-3
# Blades differ from one another in tone by up to this share.
_TONE_SPREAD = 0.25
# Some have dried, this far towards the colour of straw.
_DRY_SHARE, _DRIED, _DRY_COLOR = 0.1, 0.7, (0.34, 0.27, 0.10)


@dataclass(frozen=True, eq=False)
class _Sample:
    """What one ray of each pixel meets: (n,) whether grass and how light, (n, 3) where and facing whither."""

    grass: NDArray[np.bool_]
    tones: Array
    points_m: Array
    normals: Array


@dataclass(frozen=True, eq=False)
class Blades:
    """The lawns of a view, looked at more finely than its pixels.

    Parameters
    ----------
    caster
        The scene.
    gbuffer
        The view.
    surface
        What it shows.
    """

    caster: RayCaster
    gbuffer: GBuffer
    surface: Surface

    @cached_property
    def where(self) -> NDArray[np.bool_]:
        """(H, W) pixels of grass."""
        return (self.gbuffer.families() == int(TextureFamily.GRASS)) & self.surface.hit

    @cached_property
    def _samples(self) -> tuple[_Sample, ...]:
        camera, scene = self.gbuffer.camera, self.caster.scene
        eye = np.asarray(camera.position_m, dtype=np.float32)
        rows, columns = np.nonzero(self.where)
        families = np.array([material.family is TextureFamily.GRASS for material in scene.table.materials])
        grassy = np.append(families[scene.table.element_materials()][scene.face_elements], False)
        found = []
        for sample in ROTATED_GRID_PX:
            rays = camera.rays_through(np.stack([columns, rows], axis=1) + 0.5 + sample)
            hits = self.caster.first_hits(eye, rays)
            grass = grassy[hits.faces]
            lengths = np.where(grass, hits.distances_m, 0) / np.linalg.norm(rays, axis=1)
            tones = np.where(hits.faces >= scene.first_grown, tones_of(hits.faces), np.float32(0.5))
            normals = self.caster.normals_of(hits, rays)
            found.append(_Sample(grass, tones, eye + rays * lengths[:, None], normals))
        return tuple(found)

    def light(self, irradiance: Array, world: World) -> None:
        """Replace the sun's (H, W, 3) irradiance on the lawns by the mean over their blades, in place."""
        if not self.where.any():
            return
        total = np.zeros((int(self.where.sum()), 3), dtype=np.float32)
        count = np.zeros((len(total), 1), dtype=np.float32)
        for sample in self._samples:
            lit = self._sunlight(sample, world)
            total += np.where(sample.grass[:, None], lit, np.float32(0))
            count += sample.grass[:, None]
        irradiance[self.where] = np.where(count > 0, total / np.maximum(count, 1), irradiance[self.where])

    def tint(self, color: Array) -> None:
        """Give the (H, W, 3) colour of the lawns their blades' tones, in place."""
        if not self.where.any():
            return
        weights = np.stack([sample.grass for sample in self._samples]).astype(np.float32)
        tones = np.stack([sample.tones for sample in self._samples])
        mean = np.where(weights.any(0), (weights * tones).sum(0) / np.maximum(weights.sum(0), 1), np.float32(0.5))
        base = color[self.where]
        blades = leaf_color(base, mean, 1 + np.float32(_TONE_SPREAD) * (2 * mean - 1))
        dry = base + np.float32(_DRIED) * (np.array(_DRY_COLOR, np.float32) - base)
        color[self.where] = blades + np.float32(_DRY_SHARE) * (dry - blades)

    def _sunlight(self, sample: _Sample, world: World) -> Array:
        """(n, 3) irradiance of the sun on one ray's blades, from before or through the leaf from behind."""
        sun = world.illumination.sun
        if sun is None or sun.altitude_deg <= 0:
            return np.zeros_like(sample.normals)
        towards = sun.vector.astype(np.float32)
        behind = sample.normals @ towards < 0
        normals = np.where(behind[:, None], -sample.normals, sample.normals)
        starts = sample.points_m + normals * np.float32(_OFFSET_M)
        free = np.zeros(len(starts), dtype=np.float32)
        free[sample.grass] = ~blockers(self.caster).caster.occluded(
            starts[sample.grass], np.broadcast_to(towards, (int(sample.grass.sum()), 3))
        )
        passed = np.where(behind, np.float32(LEAF_TRANSMISSION), np.float32(1))
        return world.direct(bent_upwards(normals), free * passed)
