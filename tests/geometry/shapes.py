"""Small scenes with known answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.material import Material
from archviz.geometry.scene import Scene

Mesh = tuple[NDArray[np.float64], NDArray[np.int64]]
PLAIN = Material(name="plain")


def box(low: Sequence[float], high: Sequence[float]) -> Mesh:
    """An axis-aligned box, 8 vertices and 12 triangles, counter-clockwise from outside."""
    corners = np.array(np.meshgrid(*zip(low, high, strict=True), indexing="ij"), float).reshape(3, -1).T
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return corners, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])


def sphere(radius: float, *, rings: int = 64) -> Mesh:
    """A latitude-longitude sphere about the origin."""
    import trimesh

    mesh = trimesh.creation.uv_sphere(radius=radius, count=[rings, 2 * rings])
    return np.asarray(mesh.vertices), np.asarray(mesh.faces)


def quad(*corners: Sequence[float]) -> Mesh:
    """Four corners, two triangles."""
    return np.array(corners, float), np.array([(0, 1, 2), (0, 2, 3)])


def scene(parts: dict[str, Mesh | tuple[Mesh, Material] | tuple[Mesh, Material, Part]]) -> Scene:
    """One element per entry: a mesh, with material and part where they are not plain building."""
    vertices, faces, owners, elements, materials = [], [], [], [], [PLAIN]
    count = 0
    for row, (name, entry) in enumerate(parts.items()):
        mesh, material, part = (
            (*entry, Part.BUILDING)[:3] if isinstance(entry[0], tuple) else (entry, PLAIN, Part.BUILDING)
        )
        points, triangles = mesh
        if material not in materials:
            materials.append(material)
        elements.append(Element(name=name, material=materials.index(material), part=part))
        vertices.append(points)
        faces.append(triangles + count)
        owners.append(np.full(len(triangles), row))
        count += len(points)
    return Scene(
        vertices_m=np.concatenate(vertices).astype(np.float32),
        faces=np.concatenate(faces).astype(np.int32),
        face_elements=np.concatenate(owners).astype(np.int32),
        table=ElementTable(tuple(elements), tuple(materials)),
    )
