"""Leaves of crowns: a colour each, light from before and from behind, and a sheen of the sky."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.material import TextureFamily
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.leaves import LEAF_TRANSMISSION, leaf_color, tones_of
from archviz.light_transport.shading import World
from archviz.light_transport.surface import Surface, blockers

__all__ = ["Foliage"]

Array = NDArray[np.float32]

# Leaves of a crown shade one another: each is lighter than the crown's colour, which is that of them all.
_LIGHTEST, _DARKEST = 1.55, 0.75
# What a leaf does with light: the share it scatters back, and the share it passes on, in part as yellow green.
_BACK, _ON = 0.55, 0.45
_PASSED_COLOR, _PASSED_SHARE = (0.30, 0.40, 0.05), 0.3
# Share of the sky that the cuticle mirrors, whatever the leaf's colour.
_SHEEN = 0.04


class Foliage:
    """The foliage of a view; leaves that were strewn on crowns pass light of every kind, others the sun's.

    Parameters
    ----------
    caster
        The scene.
    gbuffer, surface
        The view, and the surface that it shows.
    rays
        (H, W, 3) unit vectors away from the eye.
    """

    def __init__(self, caster: RayCaster, gbuffer: GBuffer, surface: Surface, rays: Array) -> None:
        self._caster, self._surface = caster, surface
        self.where: NDArray[np.bool_] = surface.hit & (gbuffer.families() == int(TextureFamily.FOLIAGE))
        if not self.where.any():
            return
        faces = caster.first_hits(np.asarray(gbuffer.camera.position_m), rays[self.where]).faces
        self._strewn = faces >= caster.scene.first_grown
        self._tones = tones_of(faces)

    def shade(self, radiance: Array, color: Array, irradiance: Array, openness: Array, world: World) -> None:
        """Replace the (H, W, 3) radiance of the foliage, in place.

        Parameters
        ----------
        color, irradiance
            (H, W, 3) base colour, and what falls on the side that is seen.
        openness
            (H, W) share of the sky that is open.
        """
        if not self.where.any():
            return
        base, before, strewn = color[self.where], irradiance[self.where], self._strewn[:, None]
        leaf = leaf_color(base, self._tones, _DARKEST + (_LIGHTEST - _DARKEST) * self._tones)
        passed = (1 - _PASSED_SHARE) * leaf + np.float32(_PASSED_SHARE) * np.array(_PASSED_COLOR, np.float32)
        back = np.where(strewn, np.float32(_BACK) * leaf, base)
        on = np.where(strewn, np.float32(_ON) * passed, np.float32(LEAF_TRANSMISSION) * base)
        normals, free = self._surface.normals[self.where], openness[self.where]
        around = np.where(strewn, world.ambient(-normals, free), np.float32(0))
        sheen = np.where(strewn, np.float32(_SHEEN) * world.ambient(normals, free), np.float32(0))
        behind = self._sun_behind(normals, world) + around
        radiance[self.where] = (back * before + on * behind + sheen) / np.float32(np.pi)

    def _sun_behind(self, normals: Array, world: World) -> Array:
        """(n, 3) irradiance of the sun on the side that is not seen."""
        sun = world.illumination.sun
        found = np.zeros_like(normals)
        if sun is None or sun.altitude_deg <= 0:
            return found
        towards = sun.vector.astype(np.float32)
        behind = normals @ towards < 0
        if behind.any():
            rows = np.zeros_like(self.where)
            rows[self.where] = behind
            points = self._surface.points_m[rows]
            # As far off the surface as other rays start, on its other side.
            starts = 2 * points - self._surface.origins_m(rows)
            free = ~blockers(self._caster).caster.occluded(starts, np.broadcast_to(towards, starts.shape))
            found[behind] = world.direct(-normals[behind], free.astype(np.float32))
        return found
