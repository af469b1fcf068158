"""Light of street and garden lamps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.guided import upsample
from archviz.light_transport.leaves import LEAF_TRANSMISSION, is_leafy, mean_among
from archviz.light_transport.surface import Surface, surface_of

__all__ = ["lamp_irradiance"]

# The lamp's own glass and housing do not shade it.
_HOUSING_M = 0.4
_NEAREST_M = 0.3
# So much of a leaf's light comes to it from its neighbours, within a window of so many pixels at half the size.
_SCATTERED, _AMONG_PX = 0.7, 7


def lamp_irradiance(
    caster: RayCaster, gbuffer: GBuffer, lamps_m: NDArray[np.floating], *, least: float
) -> NDArray[np.float32]:
    """Irradiance by lamps of unit intensity, by the inverse square law, with shadows.

    Leaves and blades of grass let through what falls on their other side.

    Parameters
    ----------
    caster
        The scene of the G-buffer.
    gbuffer
        The view.
    lamps_m
        (k, 3) positions [m].
    least
        Irradiance that is too little to see: each lamp's light is less by it, and ends there.

    Returns
    -------
    ndarray
        (H, W) float32 [1/m2 per unit of intensity]; 0 in the sky's pixels.
    """
    surface = surface_of(gbuffer)
    low_surface = surface.halved()
    low = np.zeros(low_surface.hit.shape, dtype=np.float32)
    leaves = is_leafy(gbuffer)[::2, ::2]
    for lamp in np.asarray(lamps_m, dtype=np.float32).reshape(-1, 3):
        _add_lamp(low, caster, low_surface, leaves, lamp, least)
    values, orphans = upsample(low, low_surface, surface)
    # What is thinner than two pixels takes its light from the nearest sample, whatever that shows.
    rows, columns = np.nonzero(orphans)
    values[rows, columns] = low[rows // 2, columns // 2]
    if low[leaves].any():
        import cv2

        height, width = values.shape
        among = cv2.resize(mean_among(low, leaves, _AMONG_PX), (width, height), interpolation=cv2.INTER_LINEAR)
        values = np.where(is_leafy(gbuffer), values + np.float32(_SCATTERED) * (among - values), values)
    return values


def _add_lamp(
    low: NDArray[np.float32],
    caster: RayCaster,
    surface: Surface,
    leaves: NDArray[np.bool_],
    lamp: NDArray[np.float32],
    least: float,
) -> None:
    towards = lamp - surface.points_m
    squared = np.maximum(np.einsum("hwc,hwc->hw", towards, towards), _NEAREST_M**2)
    facing = np.einsum("hwc,hwc->hw", surface.normals, towards) / np.sqrt(squared)
    behind = leaves & (facing < 0)
    passed = np.where(behind, np.float32(-LEAF_TRANSMISSION) * facing, facing)
    light = np.where(surface.hit, passed / squared, 0.0) - np.float32(least)
    reached = light > 0
    if not reached.any():
        return
    origins = surface.origins_m(reached)
    through = behind[reached]
    # On the lamp's side of the leaf.
    origins[through] = 2 * surface.points_m[reached][through] - origins[through]
    rays = lamp - origins
    distances = np.linalg.norm(rays, axis=1)
    hits = caster.first_hits(origins, rays)
    low[reached] += np.where(hits.distances_m >= distances - _HOUSING_M, light[reached], 0.0)
