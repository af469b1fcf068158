"""Hours of direct sun: at points, over what is seen, and of each element of a building."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.place import SunDirection
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport.surface import Surface, blockers
from archviz.lighting.sun_track import SunTrack

__all__ = ["ORIENTATIONS", "ElementSun", "direct_hours", "element_hours", "sees_sun", "surface_hours"]

Array = NDArray[np.float32]

_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
ORIENTATIONS = ("up", *(f"{name} slope" for name in _COMPASS), *_COMPASS)
"""Where a surface faces: level, sloping, upright; true directions."""

# Tilt from level at which a roof begins to slope, at which it is a wall, and from which it looks down [degrees].
_LEVEL_DEG, _WALL_DEG, _SOFFIT_DEG = 15.0, 60.0, 105.0
# Nearer to edge-on than this, a plane gets no sunlight worth a ray.
_GRAZING = 1e-4
_OFFSET_M = 2e-3
# Of one element in one orientation: a sample for so much area, within these counts.
_SAMPLE_M2 = 0.1
_SAMPLES = (24, 600)
# Directions of the sky that decide whether a point lies outdoors.
_SKY_RAYS = 64
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
# Roberts' sequence in two dimensions (M. Roberts, 2018), by the plastic number.
_PLASTIC = 1.32471795724474602596


@dataclass(frozen=True, kw_only=True)
class ElementSun:
    """Direct sun on the part of an element that lies outdoors and faces one way.

    Parameters
    ----------
    element, class_name
        Name and class of the element.
    orientation
        One of :data:`ORIENTATIONS`.
    area_m2
        Outdoor area [m2].
    mean_h, least_h, most_h
        Hours of direct sun over its samples.
    """

    element: str
    class_name: str
    orientation: str
    area_m2: float
    mean_h: float
    least_h: float
    most_h: float


def direct_hours(caster: RayCaster, points_m: NDArray[np.floating], normals: Array, track: SunTrack) -> Array:
    """Hours for which points see the sun's centre in front of them.

    Parameters
    ----------
    caster
        The scene; the building's clear glass lets the sun pass.
    points_m, normals
        (n, 3) points just off their surfaces, and the surfaces' unit normals.
    track
        The day's sun in the scene's axes.

    Returns
    -------
    ndarray
        (n,) float32 [hours].
    """
    hours = np.zeros(len(points_m), dtype=np.float32)
    for sun in track.suns:
        hours += np.float32(track.step_h) * sees_sun(caster, points_m, normals, sun)
    return hours


def sees_sun(caster: RayCaster, points_m: NDArray[np.floating], normals: Array, sun: SunDirection) -> NDArray[np.bool_]:
    """(n,) whether points see the sun's centre in front of them; parameters as in :func:`direct_hours`."""
    if sun.altitude_deg <= 0:
        return np.zeros(len(points_m), dtype=bool)
    return _open_towards(caster, points_m, normals, sun.vector.astype(np.float32))


def _open_towards(
    caster: RayCaster, points_m: NDArray[np.floating], normals: Array, direction: Array
) -> NDArray[np.bool_]:
    """(n,) whether nothing stands in the way from points to a direction in front of them."""
    free = normals @ direction > _GRAZING
    facing = np.flatnonzero(free)
    origins = points_m[facing]
    free[facing] = ~blockers(caster).caster.occluded(origins, np.broadcast_to(direction, origins.shape))
    return free


def surface_hours(caster: RayCaster, surface: Surface, track: SunTrack) -> Array:
    """(H, W) float32 hours of direct sun on what is seen; nan in the sky."""
    hours = np.full(surface.hit.shape, np.nan, dtype=np.float32)
    hit = surface.hit
    hours[hit] = direct_hours(caster, surface.origins_m(hit), surface.normals[hit], track)
    return hours


def element_hours(caster: RayCaster, track: SunTrack, *, own: int, north_deg: float) -> tuple[ElementSun, ...]:
    """Direct sun on each element, by the way its surfaces face.

    Both sides of every triangle are sampled and only what lies outdoors counts, so that a sheet without
    thickness has two faces, and a room none. Surfaces that look down never see the sun and are left out.

    Parameters
    ----------
    caster
        The building in its surroundings.
    track
        The day's sun in the scene's axes.
    own
        The elements looked at: the first so many of the scene's table.
    north_deg
        Azimuth of true north in the model [degrees].
    """
    scene = caster.scene
    sides = _sides(scene, own, north_deg)
    if not len(sides.group):
        return ()
    order = np.argsort(sides.group, kind="stable")
    found = []
    for pick in np.split(order, np.flatnonzero(np.diff(sides.group[order])) + 1):
        areas = sides.area_m2[pick]
        count = int(np.clip(areas.sum() / _SAMPLE_M2, *_SAMPLES))
        found.append((pick[_spread(areas, count)], float(areas.sum())))
    rows = np.concatenate([samples for samples, _ in found])
    normals = sides.normals[rows]
    points = _inside(sides.corners_m[rows]) + normals * np.float32(_OFFSET_M)
    hours = direct_hours(caster, points, normals, track)
    outdoors = (hours > 0) | _sees_sky(caster, points, normals)
    table, result, start = scene.table, [], 0
    for samples, area in found:
        part = slice(start, start + len(samples))
        start = part.stop
        open_hours = hours[part][outdoors[part]]
        if not len(open_hours):
            continue
        element, orientation = divmod(int(sides.group[samples[0]]), len(ORIENTATIONS))
        entry = table.elements[element]
        result.append(
            ElementSun(
                element=entry.name,
                class_name=entry.class_name or Part(entry.part).name.lower(),
                orientation=ORIENTATIONS[orientation],
                area_m2=area * len(open_hours) / len(samples),
                mean_h=float(open_hours.mean(dtype=np.float64)),
                least_h=float(open_hours.min()),
                most_h=float(open_hours.max()),
            )
        )
    return tuple(result)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Sides:
    """Both sides of triangles: corners, unit normals, areas, and element times orientations plus orientation."""

    corners_m: Array
    normals: Array
    area_m2: NDArray[np.float64]
    group: NDArray[np.int64]


def _sides(scene: Scene, own: int, north_deg: float) -> _Sides:
    mine = np.flatnonzero(scene.face_elements < own)
    corners = scene.triangles_m[mine]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).astype(np.float64)
    doubled = np.linalg.norm(cross, axis=1)
    real = doubled > 1e-9
    corners, elements = corners[real], scene.face_elements[mine][real]
    normals = cross[real] / doubled[real, None]
    corners, normals = np.concatenate([corners, corners]), np.concatenate([normals, -normals])
    elements, areas = np.tile(elements, 2), np.tile(doubled[real] / 2, 2)
    tilt = np.degrees(np.arccos(np.clip(normals[:, 2], -1, 1)))
    azimuth = np.degrees(np.arctan2(normals[:, 0], normals[:, 1])) - north_deg
    sector = np.round(azimuth / 45).astype(np.int64) % 8
    orientation = np.where(tilt < _LEVEL_DEG, 0, np.where(tilt < _WALL_DEG, 1 + sector, 9 + sector))
    seen = tilt <= _SOFFIT_DEG
    return _Sides(
        corners_m=corners[seen],
        normals=normals[seen].astype(np.float32),
        area_m2=areas[seen],
        group=(elements.astype(np.int64) * len(ORIENTATIONS) + orientation)[seen],
    )


def _spread(areas: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """(count,) rows, each as often as its share of the area asks for."""
    ends = np.cumsum(areas)
    return np.searchsorted(ends, (np.arange(count) + 0.5) / count * ends[-1]).clip(max=len(areas) - 1)


def _inside(corners_m: Array) -> Array:
    """(n, 3) one point in each of n triangles, evenly spread where a triangle stands many times."""
    k = np.arange(1, len(corners_m) + 1)
    u, v = (0.5 + k / _PLASTIC) % 1, (0.5 + k / _PLASTIC**2) % 1
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    weights = np.stack([1 - u - v, u, v], axis=1).astype(np.float32)
    return np.einsum("nk,nkc->nc", weights, corners_m)


def _sees_sky(caster: RayCaster, points_m: Array, normals: Array) -> NDArray[np.bool_]:
    """(n,) whether some of the sky is open to a point."""
    sees = np.zeros(len(points_m), dtype=bool)
    for k in range(_SKY_RAYS):
        z = (k + 0.5) / _SKY_RAYS
        across = math.sqrt(1 - z * z)
        direction = np.array(
            [across * math.cos(k * _GOLDEN_ANGLE), across * math.sin(k * _GOLDEN_ANGLE), z], dtype=np.float32
        )
        left = np.flatnonzero(~sees)
        sees[left] = _open_towards(caster, points_m[left], normals[left], direction)
    return sees
