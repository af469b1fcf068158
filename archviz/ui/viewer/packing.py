"""A scene as bytes for the browser: triangles by element, and the lines where the surface folds."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import GeometryError
from archviz.core.tone import linear_to_srgb
from archviz.geometry.scene import Scene

__all__ = ["MAGIC", "MOST_TRIANGLES", "PackedScene", "pack_palette", "pack_scene", "simplify"]

MAGIC = b"AVM1"
# What an office computer without a graphics card turns smoothly; more is shown coarser.
MOST_TRIANGLES = 400_000
# Lines of a larger model would hide it.
_MOST_CREASES = 400_000
_CREASE_DEG = 30.0
# Cells along the longest side in which vertices fall together, from fine to coarse.
_CELLS = tuple(int(4096 / 1.5**k) for k in range(16))
_GLASS_ABOVE = 0.5  # transmission, as core.material says


@dataclass(frozen=True, eq=False, kw_only=True)
class PackedScene:
    """A scene for the viewer.

    Parameters
    ----------
    data
        ``AVM1``, the header's length, the header as JSON; then positions (float32), the element of each vertex,
        triangles and crease lines (uint32), little-endian.
    triangles
        How many are shown.
    simplified
        Whether the model has more.
    """

    data: bytes
    triangles: int
    simplified: bool


def pack_scene(scene: Scene, *, most: int = MOST_TRIANGLES) -> PackedScene:
    """Pack a scene.

    Parameters
    ----------
    scene
        What is shown.
    most
        Triangles above which it is shown coarser; the picture is rendered from all of them.

    Raises
    ------
    GeometryError
        It cannot be made coarse enough.
    """
    # Kept by element, so that each has one run of faces and vertices of its own.
    order = np.argsort(scene.face_elements, kind="stable")
    owners = scene.face_elements[order]
    corners = scene.vertices_m[scene.faces[order]]
    simplified = len(corners) > most
    if simplified:
        corners, owners = simplify(corners, owners, most)
    positions, vertex_owners, faces = _weld(corners, owners)
    creases, crease_owners = _creases(positions, vertex_owners, faces)
    elements = scene.table.elements
    ids = np.arange(len(elements) + 1)
    face_runs = np.searchsorted(owners, ids)
    crease_runs = np.searchsorted(crease_owners, ids)
    bounds = scene.bounds()
    header: dict[str, Any] = {
        "vertices": len(positions),
        "triangles": len(faces),
        "creases": len(creases),
        "bounds": {"low": bounds.low, "high": bounds.high},
        "simplified": simplified,
        "elements": [
            {
                "name": element.name,
                "first": int(face_runs[k]),
                "count": int(face_runs[k + 1] - face_runs[k]),
                "crease": int(crease_runs[k]),
                "creases": int(crease_runs[k + 1] - crease_runs[k]),
            }
            for k, element in enumerate(elements)
        ],
    }
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode("utf-8")
    # The arrays begin at a multiple of four, where the browser can read them in place.
    text += b" " * (-len(text) % 4)
    arrays = (
        positions.astype("<f4"),
        vertex_owners.astype("<u4"),
        faces.astype("<u4"),
        creases.astype("<u4"),
    )
    data = b"".join([MAGIC, struct.pack("<I", len(text)), text, *(array.tobytes() for array in arrays)])
    return PackedScene(data=data, triangles=len(faces), simplified=simplified)


def pack_palette(scene: Scene) -> bytes:
    """4 bytes for each element: sRGB base colour, and 1 for glass."""
    table = scene.table
    rows = table.element_materials()
    colors = np.clip(linear_to_srgb(table.material_values("base_color")[rows]), 0.0, 1.0)
    glass = table.material_values("transmission")[rows] > _GLASS_ABOVE
    palette = np.concatenate([np.rint(colors * 255), glass[:, None]], axis=1)
    return palette.astype(np.uint8).tobytes()


def simplify(
    corners: NDArray[np.float32], owners: NDArray[np.int32], most: int
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Fewer triangles: vertices of one element that share a cell of a grid fall together.

    Parameters
    ----------
    corners
        (f, 3, 3) [m].
    owners
        (f,) element of each.
    most
        How many may be left.

    Raises
    ------
    GeometryError
        The coarsest grid leaves more.

    References
    ----------
    J. Rossignac, P. Borrel, "Multi-resolution 3D approximations for rendering complex scenes", 1993.
    """
    points = corners.reshape(-1, 3).astype(np.float64)
    low = points.min(axis=0)
    longest = max(float(np.ptp(points, axis=0).max()), 1e-9)
    point_owners = np.repeat(owners, 3)
    for cells in _CELLS:
        cell = np.floor((points - low) * (cells / longest)).astype(np.int64)
        keys = ((point_owners * (cells + 1) + cell[:, 0]) * (cells + 1) + cell[:, 1]) * (cells + 1) + cell[:, 2]
        _, group = np.unique(keys, return_inverse=True)
        faces = group.reshape(-1, 3)
        whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
        if int(whole.sum()) <= most:
            counts = np.bincount(group)
            middles = np.stack([np.bincount(group, weights=points[:, axis]) / counts for axis in range(3)], axis=1)
            return middles[faces[whole]].astype(np.float32), owners[whole]
    raise GeometryError(
        f"the model has {len(corners)} triangles, too many for the viewer; it is rendered all the same, "
        "choose a view in the list"
    )


def _weld(
    corners: NDArray[np.float32], owners: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
    """Vertices that are the same point of the same element, once: (v, 3), (v,) owners and (f, 3) faces."""
    points = np.ascontiguousarray(corners.reshape(-1, 3)) + np.float32(0.0)  # no negative zero
    rows = np.concatenate([points.view(np.uint32), np.repeat(owners, 3).astype(np.uint32)[:, None]], axis=1)
    keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.dtype.itemsize * 4))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return points[first], np.repeat(owners, 3)[first], inverse.reshape(-1, 3).astype(np.int32)


def _creases(
    positions: NDArray[np.float32], vertex_owners: NDArray[np.int32], faces: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(c, 2) lines at the surface's rims and folds, and (c,) the element of each, in its order."""
    corners = positions[faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    flat = lengths > 0
    normals[flat] /= lengths[flat, None]
    edges = np.sort(np.concatenate([faces[flat][:, pair] for pair in ([0, 1], [1, 2], [2, 0])]), axis=1)
    of_face = np.tile(np.flatnonzero(flat), 3)
    keys = edges[:, 0].astype(np.int64) * len(positions) + edges[:, 1]
    order = np.argsort(keys, kind="stable")
    keys, edges, of_face = keys[order], edges[order], of_face[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.empty(0, np.int64)
    counts = np.diff(np.r_[starts, len(keys)])
    second = np.minimum(starts + 1, max(len(keys) - 1, 0))
    # Two faces may be wound against each other: a fold is an angle between planes.
    cosines = np.abs(np.einsum("ij,ij->i", normals[of_face[starts]], normals[of_face[second]]))
    kept = (counts != 2) | (cosines < np.cos(np.radians(_CREASE_DEG)))
    creases = edges[starts[kept]]
    if len(creases) > _MOST_CREASES:
        creases = creases[:0]
    owners = vertex_owners[creases[:, 0]]
    by_owner = np.argsort(owners, kind="stable")
    return creases[by_owner].astype(np.int32), owners[by_owner]
