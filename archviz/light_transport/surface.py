"""The seen surface as rays need it: points, normals, distances, and where rays may start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene

__all__ = ["GLASS_TRANSMISSION", "Blockers", "Surface", "blockers", "padded", "surface_of"]

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

    def origins_m(self, where: NDArray[np.bool_], *, footprints: float = 0.0) -> NDArray[np.float32]:
        """(n, 3) starts of rays for the pixels ``where``, just off the surface on the viewer's side.

        ``footprints`` lifts them by as many pixels' widths, over relief that no pixel resolves.
        """
        offset = np.maximum(
            _OFFSET_M + _OFFSET_SHARE * self.distances_m[where], np.float32(footprints) * self.footprint_m[where]
        )
        return self.points_m[where] + self.normals[where] * offset[:, None]

    def picked(self, pick: tuple[slice, slice]) -> Surface:
        """The same of some rows and columns."""
        return self._each(lambda array: array[pick])

    def halved(self) -> Surface:
        """Every other pixel of every other row, from the top left."""
        return self.picked(np.s_[::2, ::2])

    def padded(self, before: int, after: int) -> Surface:
        """With its border repeated: ``before`` pixels at the top and left, ``after`` at the bottom and right."""
        return self._each(lambda array: padded(array, before, after))

    def _each(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Surface:
        return Surface(
            points_m=change(self.points_m),
            normals=change(self.normals),
            distances_m=change(self.distances_m),
            footprint_m=change(self.footprint_m),
            hit=change(self.hit),
        )


def padded(array: NDArray[Any], before: int, after: int) -> NDArray[Any]:
    """(H, W, ...) with its border pixels repeated."""
    widths = [(before, after), (before, after)] + [(0, 0)] * (array.ndim - 2)
    return np.pad(array, widths, mode="edge")


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

    def facing_normals(self, rows: NDArray[np.int32], directions: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 3) normals of the caster's faces, turned against the (n, 3) rays that meet them."""
        normals = self.caster.face_normals[rows]
        away = np.einsum("nc,nc->n", normals, directions) > 0
        return np.where(away[:, None], -normals, normals)


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
