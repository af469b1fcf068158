"""glTF 2.0, as GLB or as JSON with buffers beside it.

Read here and not by trimesh, which rounds colours to eight bits, drops transmission, takes sparse
accessors for zeros and gives a mesh of several materials names that differ from run to run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.geometry.loaders.gltf_buffers import GltfData, open_gltf
from archviz.geometry.loaders.gltf_materials import place_texture, read_material
from archviz.geometry.loaders.raw import (
    MAX_DEPTH,
    MAX_INSTANCES,
    MAX_NODES,
    NO_MATERIAL,
    TINTED,
    RawModel,
    RawPart,
    Tally,
    check_triangles,
    parts_by_color,
)
from archviz.geometry.texture import Texture

__all__ = ["read_gltf"]

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_INSTANCING = "EXT_mesh_gpu_instancing"
_COMPRESSED = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}


@dataclass
class _Reading:
    data: GltfData
    materials: list[Material]
    warnings: list[str]
    parts: list[RawPart] = field(default_factory=list)
    meshes: dict[int, list[RawPart]] = field(default_factory=dict)
    nodes: int = 0
    instances: int = 0
    tally: Tally = field(default_factory=Tally)

    def warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


def read_gltf(path: Path, root: Path | None = None) -> RawModel:
    """Read a GLB or glTF file's default scene: metres, Y up, one part per node and material.

    Parameters
    ----------
    path
        The file.
    root
        The folder that files it refers to may lie in; ``None`` is its own.

    Raises
    ------
    FileFormatError
        It is damaged, compressed, or beyond the ceilings on nodes and triangles.
    """
    data = open_gltf(path, root)
    for extension in data.tree.get("extensionsRequired", []):
        if extension in _COMPRESSED:
            raise FileFormatError(
                f"its meshes are compressed by {_COMPRESSED[extension]}, which is not read; export without compression"
            )
    warnings: list[str] = []
    textures: dict[str, Texture] = {}
    materials = [NO_MATERIAL, *(read_material(data, m, warnings, textures) for m in data.items("materials"))]
    reading = _Reading(data, materials, warnings)
    try:
        for root in _roots(data):
            _read_node(reading, root, np.eye(4), "", ())
    except (KeyError, TypeError, ValueError) as error:
        raise FileFormatError(f"glTF is damaged ({type(error).__name__}: {error}); export the file again") from error
    reading.tally.check()
    return RawModel(
        parts=reading.parts,
        materials=reading.materials,
        unit_m=1.0,
        up="y",
        warnings=reading.warnings,
        textures=textures,
    )


def _roots(data: GltfData) -> list[Any]:
    if data.items("scenes"):
        return list(data.item("scenes", data.tree.get("scene", 0)).get("nodes", []))
    children = {c for node in data.items("nodes") for c in node.get("children", [])}
    return [row for row in range(len(data.items("nodes"))) if row not in children]


def _read_node(
    reading: _Reading, row: Any, parent: NDArray[np.float64], group: str, ancestors: tuple[int, ...]
) -> None:
    node = reading.data.item("nodes", row)
    if row in ancestors or len(ancestors) >= MAX_DEPTH:
        raise FileFormatError(f"glTF node {row} holds itself or lies deeper than {MAX_DEPTH}; export the file again")
    reading.nodes += 1
    if reading.nodes > MAX_NODES:
        raise FileFormatError(f"more than {MAX_NODES} nodes are placed; join some of them")
    matrix = parent @ _matrix(node)
    name = str(node.get("name", ""))
    if "mesh" in node:
        mesh_name = str(reading.data.item("meshes", node["mesh"]).get("name", ""))
        group_name = group or (mesh_name if name else "")
        for own in _instances(reading, node):
            _place(reading, node["mesh"], matrix @ own, name or mesh_name or f"node {row}", group_name)
    for child in node.get("children", []):
        _read_node(reading, child, matrix, name or group, (*ancestors, row))


def _place(reading: _Reading, mesh: Any, matrix: NDArray[np.float64], name: str, group: str) -> None:
    """One copy of a mesh where it stands: an element of its own."""
    reading.instances += 1
    if reading.instances > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} nodes hold meshes; join some of them")
    copy = mesh in reading.meshes
    for part in _mesh(reading, mesh):
        if not reading.tally.place(len(part.faces), copy=copy):
            continue
        # A mirrored node turns its faces inside out.
        faces = part.faces[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0 else part.faces
        reading.parts.append(
            RawPart(
                name=name,
                group=group,
                vertices=part.vertices,
                faces=faces,
                material=part.material,
                owner=reading.instances,
                uv=part.uv,
                place=matrix[:3],
            )
        )


def _instances(reading: _Reading, node: dict[str, Any]) -> list[NDArray[np.float64]]:
    """(4, 4) where a node's mesh stands in its axes: once, or as EXT_mesh_gpu_instancing lists it."""
    listed = node.get("extensions", {}).get(_INSTANCING)
    if listed is None:
        return [np.eye(4)]
    columns = {
        key: reading.data.accessor(listed["attributes"][name])
        for key, name in (("translation", "TRANSLATION"), ("rotation", "ROTATION"), ("scale", "SCALE"))
        if name in listed["attributes"]
    }
    counts = {len(rows) for rows in columns.values()}
    if len(counts) != 1 or max(counts) > MAX_INSTANCES:
        raise FileFormatError(
            f"{_INSTANCING} lists {' and '.join(map(str, sorted(counts))) or 'no'} places for one mesh; at most"
            f" {MAX_INSTANCES}, as many of each kind, are read"
        )
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return [_matrix(row) for row in rows]


def _matrix(node: dict[str, Any]) -> NDArray[np.float64]:
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    x, y, z, w = (float(q) for q in node.get("rotation", (0, 0, 0, 1)))
    length = (x * x + y * y + z * z + w * w) ** 0.5 or 1.0
    x, y, z, w = x / length, y / length, z / length, w / length
    matrix = np.eye(4)
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    matrix[:3, :3] *= np.array(node.get("scale", (1, 1, 1)), dtype=np.float64)
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix


def _mesh(reading: _Reading, row: int) -> list[RawPart]:
    """Parts of a mesh in its own axes; read once however many nodes show it."""
    if row not in reading.meshes:
        parts: list[RawPart] = []
        for primitive in reading.data.item("meshes", row)["primitives"]:
            parts += _primitive(reading, primitive)
        reading.meshes[row] = parts
    return reading.meshes[row]


def _primitive(reading: _Reading, primitive: dict[str, Any]) -> list[RawPart]:
    mode = primitive.get("mode", _TRIANGLES)
    if mode not in (_TRIANGLES, _STRIP, _FAN):
        reading.warn("lines and points are left out")
        return []
    attributes = primitive["attributes"]
    if "POSITION" not in attributes:
        return []
    vertices = reading.data.accessor(attributes["POSITION"])
    if "indices" in primitive:
        flat = reading.data.accessor(primitive["indices"])[:, 0].astype(np.int64)
    else:
        flat = np.arange(len(vertices), dtype=np.int64)
    if vertices.shape[1] != 3 or (len(flat) and not 0 <= flat.min() <= flat.max() < len(vertices)):
        raise FileFormatError("a glTF face names a vertex that does not exist; export the file again")
    faces = _faces(flat, mode)
    check_triangles(len(faces))
    material = 0
    if "material" in primitive:
        reading.data.item("materials", primitive["material"])
        material = int(primitive["material"]) + 1
    uv = None
    if reading.materials[material].texture:
        uv = place_texture(reading.data, reading.data.item("materials", primitive["material"]), attributes)
        if uv is not None and len(uv) != len(vertices):
            raise FileFormatError("a glTF mesh has more or fewer texture coordinates than vertices; export it again")
    part = RawPart(name="", vertices=vertices, faces=faces, material=material, uv=uv)
    if "COLOR_0" not in attributes or not len(faces):
        return [part]
    colors = reading.data.accessor(attributes["COLOR_0"])[:, :3]
    if len(colors) != len(vertices) or (colors > 0.99).all():
        return [part]
    base = reading.materials[material]
    if base is NO_MATERIAL:
        base = TINTED
    split, tints = parts_by_color(part, colors, linear=True, base=base, first_row=len(reading.materials))
    reading.materials += tints
    return split


def _faces(flat: NDArray[np.int64], mode: int) -> NDArray[np.int64]:
    if mode == _TRIANGLES:
        return flat[: len(flat) // 3 * 3].reshape(-1, 3)
    if len(flat) < 3:
        return np.empty((0, 3), np.int64)
    if mode == _FAN:
        return np.stack([np.full(len(flat) - 2, flat[0]), flat[1:-1], flat[2:]], axis=1)
    faces = np.stack([flat[:-2], flat[1:-1], flat[2:]], axis=1)
    faces[1::2] = faces[1::2, [1, 0, 2]]
    return faces
