"""The seen surface as rays need it: points, normals, distances, and where rays may start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene

__all__ = ["GLASS_TRANSMISSION", "Blockers", "Surface", "blockers", "surface_of"]

GLASS_TRANSMISSION = 0.5
# A ray starts this far off its surface, plus a share of the distance that grows with float32's error.
_OFFSET_M = 1e-3
_OFFSET_SHARE = 1e-4


@dataclass(frozen=True, eq=False, kw_only=True)
class Surface:
    """The nearest surface of each pixel; rows and columns as in the G-buffer.

    Parameters
    ----------
    points_m, normals
        (H, W, 3) float32; normals are turned towards the viewer.
    distances_m
        (H, W) float32 from the camera along the ray [m]; 0 in the sky.
    footprint_m
        (H, W) float32 width that a pixel spans at the surface, square to the ray [m].
    hit
        (H, W) bool.
    """

    points_m: NDArray[np.float32]
    normals: NDArray[np.float32]
    distances_m: NDArray[np.float32]
    footprint_m: NDArray[np.float32]
    hit: NDArray[np.bool_]

    def origins_m(self, where: NDArray[np.bool_]) -> NDArray[np.float32]:
        """(n, 3) starts of rays for the pixels ``where``, just off the surface on the viewer's side."""
        offset = _OFFSET_M + _OFFSET_SHARE * self.distances_m[where]
        return self.points_m[where] + self.normals[where] * offset[:, None]

    def picked(self, pick: Any) -> Surface:
        """The same of some rows and columns: ``pick`` is a two-dimensional numpy index."""
        return Surface(
            points_m=self.points_m[pick],
            normals=self.normals[pick],
            distances_m=self.distances_m[pick],
            footprint_m=self.footprint_m[pick],
            hit=self.hit[pick],
        )

    def halved(self) -> Surface:
        """Every other pixel of every other row, from the top left."""
        return self.picked(np.s_[::2, ::2])


def surface_of(gbuffer: GBuffer) -> Surface:
    """The surface that a G-buffer shows."""
    camera = gbuffer.camera
    points = gbuffer.positions_m()
    offsets = points - np.asarray(camera.position_m, dtype=np.float32)
    distances = np.sqrt(np.einsum("hwc,hwc->hw", offsets, offsets))
    return Surface(
        points_m=points,
        normals=gbuffer.normals.array,
        distances_m=distances,
        footprint_m=(distances / np.float32(camera.focal_px)).astype(np.float32),
        hit=gbuffer.hit,
    )


@dataclass(frozen=True, eq=False)
class Blockers:
    """What stops light: a scene without the building's clear glass.

    Parameters
    ----------
    caster
        Rays against the triangles that block.
    faces
        (n,) int32 row in the whole scene of each of the caster's faces.
    """

    caster: RayCaster
    faces: NDArray[np.int32]


_BLOCKERS: WeakKeyDictionary[RayCaster, Blockers] = WeakKeyDictionary()


def blockers(caster: RayCaster) -> Blockers:
    """The part of a scene that blocks light; built once a caster.

    Glass of the building itself (railings, canopies) lets light pass. An opening's pane blocks it:
    there is a room behind, though the model seldom holds it; and so do the panes of surroundings.
    """
    clear = _clear_glass(caster.scene)
    if not clear.any():
        return Blockers(caster, np.arange(len(clear), dtype=np.int32))
    if caster not in _BLOCKERS:
        faces = np.flatnonzero(~clear).astype(np.int32)
        scene = caster.scene
        part = Scene(
            vertices_m=scene.vertices_m,
            faces=scene.faces[faces],
            face_elements=scene.face_elements[faces],
            table=scene.table,
        )
        _BLOCKERS[caster] = Blockers(RayCaster(part), faces)
    return _BLOCKERS[caster]


def _clear_glass(scene: Scene) -> NDArray[np.bool_]:
    table = scene.table
    glass = table.material_values("transmission")[table.element_materials()] > GLASS_TRANSMISSION
    return (glass & (table.element_parts() == int(Part.BUILDING)))[scene.face_elements]
