# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From triangle arrays to Blender meshes with metric surface coordinates."""

from __future__ import annotations

import bpy
import numpy as np

_LEVEL_COS = 0.985
_WELD_M = 1e-4


Mesh = tuple[np.ndarray, np.ndarray]


def join(meshes: list[Mesh]) -> Mesh:
    """Vertices and faces of several meshes as one."""
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in meshes[:-1])])
    faces = [faces + start for (_, faces), start in zip(meshes, starts, strict=True)]
    return np.concatenate([vertices for vertices, _ in meshes]), np.concatenate(faces)


def face_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(f, 3) unit normals."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)


def surface_metres(vertices: np.ndarray, faces: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """(f, 3, 2) coordinates along each face [m]: x level, y up the slope; level faces use world x and y.

    Bricks, boards and tiles laid on them follow the wall whatever way it faces.
    """
    level = np.stack([-normals[:, 1], normals[:, 0], np.zeros(len(normals))], axis=1)
    flat = np.abs(normals[:, 2]) > _LEVEL_COS
    level[flat] = (1.0, 0.0, 0.0)
    level /= np.maximum(np.linalg.norm(level, axis=1, keepdims=True), 1e-20)
    slope = np.cross(normals, level)
    slope[flat] = (0.0, 1.0, 0.0)
    corners = vertices[faces]
    return np.stack([np.einsum("fkd,fd->fk", corners, axis) for axis in (level, slope)], axis=-1)


def add_mesh(
    name: str,
    vertices: np.ndarray,
    faces: np.ndarray,
    material: bpy.types.Material,
    *,
    smooth_deg: float | None = None,
    tone: np.ndarray | None = None,
    metres: np.ndarray | None = None,
    span: np.ndarray | None = None,
) -> bpy.types.Object:
    """An object of triangles.

    Parameters
    ----------
    smooth_deg
        Welds vertices and shades edges flatter than this smoothly; ``None`` is flat.
    tone
        (f,) 0..1 a face, read by materials as attribute ``tone``.
    metres
        (f, 3, 2) surface coordinates; computed where they are left out.
    span
        (f, 2) lowest and highest z of the thing a face belongs to [m], read by materials as attribute ``span``.
    """
    vertices = np.asarray(vertices, dtype=np.float32)
    if metres is None:
        metres = surface_metres(vertices, faces, face_normals(vertices, faces))
    if smooth_deg is not None:
        _, first, back = np.unique(
            np.round(vertices / _WELD_M).astype(np.int64), axis=0, return_index=True, return_inverse=True
        )
        vertices, faces = vertices[first], back.reshape(-1)[faces]
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices).ravel())
    mesh.loops.add(3 * len(faces))
    mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(faces, dtype=np.int32).ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * len(faces), 3, dtype=np.int32))
    layer = mesh.uv_layers.new(name="metres")
    layer.uv.foreach_set("vector", np.ascontiguousarray(metres, dtype=np.float32).ravel())
    if tone is not None:
        mesh.attributes.new("tone", "FLOAT", "FACE").data.foreach_set("value", tone.astype(np.float32))
    if span is not None:
        flat = np.pad(span, ((0, 0), (0, 1))).astype(np.float32).ravel()
        mesh.attributes.new("span", "FLOAT_VECTOR", "FACE").data.foreach_set("vector", flat)
    mesh.polygons.foreach_set("use_smooth", np.full(len(faces), smooth_deg is not None))
    mesh.materials.append(material)
    mesh.update(calc_edges=True)
    if smooth_deg is not None:
        mesh.set_sharp_from_angle(angle=np.radians(smooth_deg))
        _part_where_walls_meet(mesh)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def _part_where_walls_meet(mesh: bpy.types.Mesh) -> None:
    """Make edges of one or of three and more faces sharp.

    Blender measures the angle at edges of two faces alone: a flat wall that another wall runs into
    would be shaded round the corner, with a dark smear.
    """
    owners = np.empty(len(mesh.loops), dtype=np.int32)
    mesh.loops.foreach_get("edge_index", owners)
    sharp = np.zeros(len(mesh.edges), dtype=bool)
    attribute = mesh.attributes.get("sharp_edge") or mesh.attributes.new("sharp_edge", "BOOLEAN", "EDGE")
    attribute.data.foreach_get("value", sharp)
    sharp |= np.bincount(owners, minlength=len(sharp)) != 2
    attribute.data.foreach_set("value", sharp)
