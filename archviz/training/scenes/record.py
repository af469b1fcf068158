"""A training scene and its files: ``plain.glb`` and ``scene.json``."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.errors import FileFormatError
from archviz.core.material import Material, TextureFamily
from archviz.geometry.scene import Scene

__all__ = ["RECORD_VERSION", "TrainingScene", "read_scene", "table_record", "write"]

RECORD_VERSION = 1
_GLB_MAGIC, _JSON_CHUNK, _BIN_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT, _UINT = 5126, 5125


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingScene:
    """A building in its surroundings.

    Parameters
    ----------
    scene
        The plain geometry: what a user's model and the surroundings' proxies hold.
    record
        Everything else, as JSON values: see the package's docstring.
    """

    scene: Scene
    record: dict[str, Any]


def table_record(table: ElementTable) -> dict[str, Any]:
    """``elements`` and ``materials`` of a record."""
    return {
        "elements": [
            {"name": e.name, "class_name": e.class_name, "part": int(e.part), "material": e.material}
            for e in table.elements
        ],
        "materials": [
            {
                "name": m.name,
                "base_color": list(m.base_color),
                "roughness": m.roughness,
                "metallic": m.metallic,
                "transmission": m.transmission,
                "family": int(m.family),
                "emission": list(m.emission),
            }
            for m in table.materials
        ],
    }


def write(training_scene: TrainingScene, folder: Path) -> None:
    """Write ``plain.glb`` and ``scene.json`` into an existing folder; the record comes last."""
    (folder / "plain.glb").write_bytes(_encode_glb(training_scene.scene))
    text = json.dumps(training_scene.record, ensure_ascii=False, separators=(",", ":"))
    (folder / "scene.json").write_text(text + "\n", encoding="utf-8")


def read_scene(folder: Path) -> tuple[Scene, dict[str, Any]]:
    """Read the scene and the record that :func:`write` wrote.

    Raises
    ------
    FileFormatError
        A file is missing or was not written by :func:`write`.
    """
    try:
        record = json.loads((folder / "scene.json").read_text(encoding="utf-8"))
        blob = (folder / "plain.glb").read_bytes()
        elements = tuple(
            Element(name=e["name"], class_name=e["class_name"], part=Part(e["part"]), material=e["material"])
            for e in record["elements"]
        )
        materials = tuple(Material(**{**m, "family": TextureFamily(m["family"])}) for m in record["materials"])
        scene = _decode_glb(blob, ElementTable(elements, materials))
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise FileFormatError(
            f"{folder}: not a training scene ({error}); make it again with `python -m archviz.training scenes`"
        ) from error
    return scene, record


def _encode_glb(scene: Scene) -> bytes:
    """One node and mesh for each element, named by its row; Z stays up, as ``axes`` in the record says."""
    blob = bytearray()
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    meshes: list[dict[str, Any]] = []
    nodes: list[dict[str, Any]] = []
    order = np.argsort(scene.face_elements, kind="stable")
    starts = np.searchsorted(scene.face_elements[order], np.arange(len(scene.table.elements) + 1))
    for row, element in enumerate(scene.table.elements):
        used, faces = np.unique(scene.faces[order[starts[row] : starts[row + 1]]], return_inverse=True)
        if not len(used):
            continue
        points = scene.vertices_m[used]
        corners = faces.reshape(-1).astype("<u4")
        first = len(accessors)
        for data, target in ((points.astype("<f4"), 34962), (corners, 34963)):
            views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": data.nbytes, "target": target})
            blob += data.tobytes()
        low, high = points.min(0).astype(float).tolist(), points.max(0).astype(float).tolist()
        accessors += [
            {
                "bufferView": first,
                "componentType": _FLOAT,
                "count": len(points),
                "type": "VEC3",
                "min": low,
                "max": high,
            },
            {"bufferView": first + 1, "componentType": _UINT, "count": len(corners), "type": "SCALAR"},
        ]
        primitive = {"attributes": {"POSITION": first}, "indices": first + 1, "material": element.material}
        nodes.append({"name": f"e{row:05d}", "mesh": len(meshes)})
        meshes.append({"name": element.name, "primitives": [primitive]})
    head = {
        "asset": {"version": "2.0", "generator": "archviz"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes)))}],
        "nodes": nodes,
        "meshes": meshes,
        "materials": [_gltf_material(m) for m in scene.table.materials],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(blob)}],
    }
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join(
        [
            struct.pack("<III", _GLB_MAGIC, 2, 12 + 8 + len(text) + 8 + len(blob)),
            struct.pack("<II", len(text), _JSON_CHUNK), text,
            struct.pack("<II", len(blob), _BIN_CHUNK), bytes(blob),
        ]
    )  # fmt: skip


def _gltf_material(material: Material) -> dict[str, Any]:
    factors = {
        "baseColorFactor": [*material.base_color, 1.0],
        "metallicFactor": material.metallic,
        "roughnessFactor": material.roughness,
    }
    return {"name": material.name, "pbrMetallicRoughness": factors}


def _decode_glb(blob: bytes, table: ElementTable) -> Scene:
    magic, version, _ = struct.unpack_from("<III", blob)
    if (magic, version) != (_GLB_MAGIC, 2):
        raise ValueError("plain.glb is not a GLB of version 2")
    length = struct.unpack_from("<I", blob, 12)[0]
    head = json.loads(blob[20 : 20 + length])
    start = 28 + length

    def array(row: int, kind: str, width: int) -> NDArray[Any]:
        accessor = head["accessors"][row]
        offset = start + head["bufferViews"][accessor["bufferView"]]["byteOffset"]
        return np.frombuffer(blob, kind, accessor["count"] * width, offset)

    vertices, faces, owners, base = [], [], [], 0
    for node in head["nodes"]:
        primitive = head["meshes"][node["mesh"]]["primitives"][0]
        points = array(primitive["attributes"]["POSITION"], "<f4", 3).reshape(-1, 3)
        corners = array(primitive["indices"], "<u4", 1).reshape(-1, 3).astype(np.int32)
        vertices.append(points)
        faces.append(corners + base)
        owners.append(np.full(len(corners), int(node["name"][1:]), dtype=np.int32))
        base += len(points)
    return Scene(
        vertices_m=np.concatenate(vertices),
        faces=np.concatenate(faces),
        face_elements=np.concatenate(owners),
        table=table,
    )
