"""Ambient occlusion: how much of the hemisphere over each pixel is open nearby."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import LightMap
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport.guided import smooth_tiles, upsample
from archviz.light_transport.surface import Surface, blockers, surface_of

__all__ = ["ambient_occlusion", "hemisphere_rays", "occlusion_radius_m", "surface_occlusion", "tile_turns"]

Array = NDArray[np.float32]

# Turns of the pattern within a 4x4 tile, in sixteenths of a circle: neighbours differ as much as
# they can (a magic-square order), and the tile's mean covers the circle evenly.
_TILE = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], dtype=np.float32)
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_RADIUS_SHARE = 0.2
_RADIUS_LIMITS_M = (2.0, 6.0)
_SHORTEST_RAY = 0.25


def occlusion_radius_m(scene: Scene) -> float:
    """How far occlusion reaches by default: a fifth of the building's diagonal, 2 to 6 m.

    What stands farther away takes away sky but sends light of its own; eaves, reveals and corners
    take away more than they give.
    """
    diagonal = math.sqrt(sum(e * e for e in scene.building_bounds().extents_m))
    return min(max(_RADIUS_SHARE * diagonal, _RADIUS_LIMITS_M[0]), _RADIUS_LIMITS_M[1])


def ambient_occlusion(
    caster: RayCaster, gbuffer: GBuffer, *, rays: int = 24, radius_m: float | None = None
) -> LightMap:
    """Share of the hemisphere over each surface that is open, cosine-weighted.

    Traced at half size with one fixed pattern of directions, turned from pixel to pixel within
    4x4 tiles, averaged over the tiles and brought to full size along surfaces. A ray ends between
    a quarter of the radius and the radius, so that occlusion fades with distance.

    Parameters
    ----------
    caster
        The scene of the G-buffer.
    gbuffer
        The view.
    rays
        Directions a pixel, 4 to 256.
    radius_m
        How far things occlude [m]; by default :func:`occlusion_radius_m`.

    Returns
    -------
    LightMap
        1 in the open; 0 in the sky's pixels.

    Raises
    ------
    OptionError
        ``rays`` or ``radius_m`` is out of range.

    References
    ----------
    The pattern is Vogel's spiral (1979); the turned tile with a tile-sized filter follows
    M. Mittring, "Finding next gen: CryEngine 2" (2007).
    """
    return surface_occlusion(caster, surface_of(gbuffer), rays=rays, radius_m=radius_m)


def surface_occlusion(
    caster: RayCaster, surface: Surface, *, rays: int = 24, radius_m: float | None = None
) -> LightMap:
    """:func:`ambient_occlusion` of a surface, seen through a camera or not."""
    if not 4 <= rays <= 256:
        raise OptionError(f"occlusion rays {rays} is not accepted; give 4 to 256")
    if radius_m is None:
        radius_m = occlusion_radius_m(caster.scene)
    if not 0.0 < radius_m < math.inf:
        raise OptionError(f"occlusion radius {radius_m} m is not accepted; give metres above 0")
    low_surface = surface.halved()
    hit = low_surface.hit
    turns = tile_turns(hit.shape)
    light = blockers(caster).caster
    low = np.zeros(hit.shape, dtype=np.float32)
    origins = low_surface.origins_m(hit, footprints=1.0)
    low[hit] = _openness(light, origins, low_surface.normals[hit], turns[hit], rays, radius_m)
    low = smooth_tiles(low, low_surface)
    values, orphans = upsample(low, low_surface, surface)
    # Things thinner than two pixels have no neighbour to take their value from.
    turns = np.zeros(int(orphans.sum()), dtype=np.float32)
    origins = surface.origins_m(orphans, footprints=1.0)
    values[orphans] = _openness(light, origins, surface.normals[orphans], turns, rays, radius_m)
    return LightMap(np.clip(values, 0.0, 1.0))


def _openness(light: RayCaster, origins: Array, normals: Array, turns: Array, rays: int, radius_m: float) -> Array:
    """(n,) share of the pattern's rays that meet nothing."""
    blocked = np.zeros(len(origins), dtype=np.float32)
    for directions, reach in hemisphere_rays(normals, turns, rays) if len(origins) else ():
        blocked += light.occluded(origins, directions, max_distance_m=radius_m * reach)
    return np.float32(1.0) - blocked / np.float32(rays)


def tile_turns(shape: tuple[int, int]) -> Array:
    """(h, w) by how much the pattern is turned at each pixel [radians]: sixteen turns in tiles of 4x4."""
    rows, columns = shape
    return np.tile(_TILE, (-(-rows // 4), -(-columns // 4)))[:rows, :columns] * np.float32(2 * math.pi / 16)


def hemisphere_rays(normals: Array, turns: Array, rays: int) -> Iterator[tuple[Array, float]]:
    """A fixed pattern of directions, cosine-distributed over the hemispheres of (n, 3) normals, one a step.

    Parameters
    ----------
    normals, turns
        (n, 3) unit vectors, and (n,) by how much the pattern is turned about each [radians].
    rays
        How many directions there are.

    Yields
    ------
    directions, reach
        (n, 3) float32, and how far the ray occludes, a quarter to 1 of the radius.
    """
    across, along = _frames(normals)
    cosine, sine = np.cos(turns)[:, None].astype(np.float32), np.sin(turns)[:, None].astype(np.float32)
    across, along = cosine * across + sine * along, cosine * along - sine * across
    for k in range(rays):
        out = math.sqrt((k + 0.5) / rays)
        x, y = out * math.cos(k * _GOLDEN_ANGLE), out * math.sin(k * _GOLDEN_ANGLE)
        directions = np.float32(x) * across + np.float32(y) * along + np.float32(math.sqrt(1 - out * out)) * normals
        yield directions, _SHORTEST_RAY + (1 - _SHORTEST_RAY) * _radical_inverse(k)


def _frames(normals: Array) -> tuple[Array, Array]:
    """Two unit vectors square to each normal and to each other (Duff et al., JCGT 6, 2017)."""
    x, y, z = normals.T
    sign = np.where(z >= 0, 1.0, -1.0).astype(np.float32)
    a = -1.0 / (sign + z)
    b = x * y * a
    return (
        np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=1),
        np.stack([b, sign + y * y * a, -y], axis=1),
    )


def _radical_inverse(k: int) -> float:
    """The k-th of van der Corput's numbers in [0, 1), even over any run of k."""
    digits = f"{k:b}"[::-1]
    return int(digits, 2) / 2 ** len(digits)
