"""Rays against a scene, by Embree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archviz.geometry.scene import Scene

__all__ = ["RayCaster", "RayHits"]


@dataclass(frozen=True, eq=False)
class RayHits:
    """What n rays hit first.

    Parameters
    ----------
    faces
        (n,) int32 face row, -1 where nothing is hit.
    distances_m
        (n,) float32 along the ray [m]; ``inf`` where nothing is hit.
    """

    faces: NDArray[np.int32]
    distances_m: NDArray[np.float32]


class RayCaster:
    """A scene built for ray queries; build once, ask often.

    Directions need not have unit length; distances are in metres all the same.
    """

    def __init__(self, scene: Scene) -> None:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        self.scene = scene
        self._embree = EmbreeScene(robust=True)
        # embreex copies number by number: where faces share few vertices, or use few of them, corners are fewer.
        if len(scene.vertices_m) > 2 * len(scene.faces):
            TriangleMesh(self._embree, np.array(scene.triangles_m))
        else:
            TriangleMesh(self._embree, np.array(scene.vertices_m), np.array(scene.faces))

    @cached_property
    def face_normals(self) -> NDArray[np.float32]:
        """(f, 3) unit normals."""
        corners = self.scene.triangles_m
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        return (normals / np.maximum(lengths, 1e-20)).astype(np.float32)

    def elements_of(self, hits: RayHits) -> NDArray[np.int32]:
        """(n,) element that each ray meets; -1 where it meets nothing."""
        # Row -1 is the last one: nothing's.
        return np.concatenate([self.scene.face_elements, np.array([-1], np.int32)])[hits.faces]

    def normals_of(self, hits: RayHits, directions: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 3) unit normals of what rays along (n, 3) ``directions`` meet, turned to their origins; else zero."""
        normals = np.concatenate([self.face_normals, np.zeros((1, 3), np.float32)])[hits.faces]
        away = np.einsum("ij,ij->i", normals, directions) > 0
        return np.asarray(normals * np.where(away, np.float32(-1), np.float32(1))[:, None])

    def first_hits(self, origins_m: NDArray[np.floating], directions: NDArray[np.floating]) -> RayHits:
        """The nearest surface along each ray.

        Parameters
        ----------
        origins_m, directions
            (n, 3); one origin (3,) may stand for all rays.
        """
        origins, directions = self._rays(origins_m, directions)
        result = self._embree.run(origins, directions, output=True)
        faces = np.where(result["geomID"] == 0, result["primID"], -1).astype(np.int32)
        distances = np.where(faces >= 0, result["tfar"], np.inf).astype(np.float32)
        return RayHits(faces, distances)

    def occluded(
        self,
        origins_m: NDArray[np.floating],
        directions: NDArray[np.floating],
        *,
        max_distance_m: float = np.inf,
    ) -> NDArray[np.bool_]:
        """(n,) true where something stands in the ray's way within ``max_distance_m``."""
        origins, directions = self._rays(origins_m, directions)
        limit = np.full(len(origins), min(max_distance_m, 1e30), dtype=np.float32)
        hit = self._embree.run(origins, directions, limit, query="OCCLUDED")
        return np.asarray(hit) != -1

    @staticmethod
    def _rays(
        origins: NDArray[np.floating], directions: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        directions = np.array(directions, dtype=np.float32).reshape(-1, 3)
        directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-20)
        origins = np.array(np.broadcast_to(np.asarray(origins, dtype=np.float32), directions.shape))
        return origins, directions
