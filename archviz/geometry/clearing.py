"""Surroundings that let the building be seen: what stands in a camera's way is taken out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene

__all__ = ["clear_view"]

# An object that hides more of the building than this goes; so does the largest of those that
# together hide more than the second figure. A figure in front of a wall gives scale, a wall does not.
_HIDDEN_BY_ONE = 0.05
_HIDDEN_BY_ALL = 0.15
# Rays along the longer side: enough to count shares of a building that fills the picture.
_RAYS = 96
# Surfaces one behind another along a ray, and how far past one the next is looked for.
_MAX_LAYERS = 400
_SKIN_M = 1e-3


def clear_view(building: Scene, surroundings: Scene, camera: Camera) -> Scene:
    """Surroundings without the objects that hide the building from a camera.

    A camera that stands inside a neighbouring house, as that of an elevation may in a dense street,
    sees the building after this; the ground always stays.

    Parameters
    ----------
    building
        What is to be seen.
    surroundings
        Elements named ``kind.number.piece`` are pieces of one object.
    camera
        The view.

    Returns
    -------
    Scene
        ``surroundings`` itself where nothing is in the way. Rows of its table stay; triangles go.
    """
    rays, reach = _building_rays(building, camera)
    if not len(rays):
        return surroundings
    objects = _objects([element.name for element in surroundings.table.elements])
    movable = surroundings.table.element_parts() == int(Part.SURROUNDINGS)
    near = _between(surroundings, camera, far_m=float(reach.max())) & movable[surroundings.face_elements]
    if not near.any():
        return surroundings
    hides = _hidden_rays(surroundings.only(near), objects, np.asarray(camera.position_m), rays, reach)
    blocking = hides.mean(axis=1) > _HIDDEN_BY_ONE
    while hides[~blocking].any(axis=0).mean() > _HIDDEN_BY_ALL:
        blocking[int(np.argmax(np.where(blocking, 0, hides.sum(axis=1))))] = True
    if not blocking.any():
        return surroundings
    return surroundings.only(~(blocking[objects] & movable)[surroundings.face_elements])


def _hidden_rays(
    scene: Scene,
    objects: NDArray[np.int64],
    origin: NDArray[np.float64],
    rays: NDArray[np.float32],
    reach: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """(objects, rays) where an object stands before the building, whatever else stands before it."""
    caster = RayCaster(scene)
    hides = np.zeros((int(objects.max()) + 1, len(rays)), dtype=bool)
    left, start = np.arange(len(rays)), np.zeros(len(rays), dtype=np.float32)
    for _ in range(_MAX_LAYERS):
        hits = caster.first_hits(origin + rays[left] * start[left, None], rays[left])
        start[left] += hits.distances_m
        before = (hits.faces >= 0) & (start[left] < reach[left])
        hides[objects[scene.face_elements[hits.faces[before]]], left[before]] = True
        left = left[before]
        if not len(left):
            break
        start[left] += _SKIN_M
    return hides


def _between(scene: Scene, camera: Camera, *, far_m: float) -> NDArray[np.bool_]:
    """(f,) faces that may stand in the picture, nearer than ``far_m``."""
    pixels, depth = camera.project(scene.vertices_m)
    ahead = depth[scene.faces] > 0
    corners = pixels[scene.faces]
    beyond = corners > (camera.size.width, camera.size.height)
    outside = np.logical_and.reduce(corners < 0, axis=1) | np.logical_and.reduce(beyond, axis=1)
    # A face that reaches behind the camera has corners without a pixel: it may be anywhere.
    beside = outside.any(axis=1) & ahead.all(axis=1)
    return ahead.any(axis=1) & (depth[scene.faces] < far_m).any(axis=1) & ~beside


def _building_rays(building: Scene, camera: Camera) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, 3) directions in which the building, alone, is seen, and (n,) how far away [m]."""
    scale = min(1.0, _RAYS / camera.size.longer)
    size = Size(
        height=max(1, round(camera.size.height * scale)),
        width=max(1, round(camera.size.width * scale)),
    )
    rays = camera.resized(size).ray_directions().reshape(-1, 3)
    hits = RayCaster(building).first_hits(np.asarray(camera.position_m), rays)
    parts = building.table.element_parts()[building.face_elements]
    own = np.append(np.isin(parts, [int(Part.BUILDING), int(Part.OPENING)]), False)
    seen = own[hits.faces]
    return rays[seen], hits.distances_m[seen]


def _objects(names: Sequence[str]) -> NDArray[np.int64]:
    """(n,) number of the object that each element is a piece of."""
    rows: dict[str, int] = {}
    return np.array([rows.setdefault(".".join(name.split(".")[:2]), len(rows)) for name in names], dtype=np.int64)
