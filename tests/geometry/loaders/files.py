"""Model files written by hand: a house of 10 x 8 x 6 m with a pane in its south wall."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.geometry.shapes import Mesh, box

# Z up, front south: x -5..5, y -4..4, z 0..6 and a pane that stands out by 5 cm.
WALLS = box((-5, -4, 0), (5, 4, 6))
PANE = box((-1, -4.05, 1), (1, -4, 3))
SIZE = (10.0, 8.05, 6.0)


def y_up(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Z-up points as glTF stores them."""
    return np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)


class GltfWriter:
    """A glTF file, part by part."""

    def __init__(self) -> None:
        self.binary = b""
        self.tree: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "scene": 0,
            "scenes": [{"nodes": []}],
            "nodes": [],
            "meshes": [],
            "materials": [],
            "accessors": [],
            "bufferViews": [],
        }

    def view(self, data: bytes) -> int:
        self.binary += b"\0" * (-len(self.binary) % 4)
        self.tree["bufferViews"].append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data
        return len(self.tree["bufferViews"]) - 1

    def accessor(self, array: NDArray[Any], kind: str) -> int:
        code = {"float32": 5126, "uint32": 5125, "uint16": 5123, "uint8": 5121}[array.dtype.name]
        self.tree["accessors"].append(
            {"bufferView": self.view(array.tobytes()), "componentType": code, "count": len(array), "type": kind}
        )
        return len(self.tree["accessors"]) - 1

    def primitive(self, mesh: Mesh, material: int | None = None) -> dict[str, Any]:
        points, faces = mesh
        result: dict[str, Any] = {
            "attributes": {"POSITION": self.accessor(points.astype(np.float32), "VEC3")},
            "indices": self.accessor(faces.astype(np.uint16).reshape(-1), "SCALAR"),
        }
        return result if material is None else {**result, "material": material}

    def node(self, name: str, *primitives: dict[str, Any], root: bool = True, **fields: Any) -> int:
        if primitives:
            self.tree["meshes"].append({"primitives": list(primitives)})
            fields["mesh"] = len(self.tree["meshes"]) - 1
        self.tree["nodes"].append({"name": name, **fields} if name else fields)
        row = len(self.tree["nodes"]) - 1
        if root:
            self.tree["scenes"][0]["nodes"].append(row)
        return row

    def material(self, name: str, **fields: Any) -> int:
        self.tree["materials"].append({"name": name, **fields})
        return len(self.tree["materials"]) - 1

    def glb(self, path: Path) -> Path:
        path.write_bytes(self.glb_bytes())
        return path

    def glb_bytes(self) -> bytes:
        self.tree["buffers"] = [{"byteLength": len(self.binary)}]
        text = json.dumps(self.tree).encode()
        text += b" " * (-len(text) % 4)
        binary = self.binary + b"\0" * (-len(self.binary) % 4)
        body = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
        return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body

    def gltf(self, path: Path, *, embedded: bool = False) -> Path:
        uri = f"{path.stem} data.bin".replace(" ", "%20")
        if embedded:
            uri = "data:application/octet-stream;base64," + base64.b64encode(self.binary).decode()
        else:
            path.with_name(f"{path.stem} data.bin").write_bytes(self.binary)
        self.tree["buffers"] = [{"byteLength": len(self.binary), "uri": uri}]
        path.write_text(json.dumps(self.tree))
        return path


def house_gltf() -> GltfWriter:
    """Walls of red brick and a pane of half transparent blue."""
    writer = GltfWriter()
    brick = writer.material(
        "Red brick",
        pbrMetallicRoughness={"baseColorFactor": [0.4, 0.08, 0.05, 1], "metallicFactor": 0.0, "roughnessFactor": 0.8},
    )
    blue = writer.material(
        "Blue", alphaMode="BLEND", pbrMetallicRoughness={"baseColorFactor": [0.1, 0.2, 0.3, 0.4], "metallicFactor": 0.0}
    )
    writer.node("Walls", writer.primitive((y_up(WALLS[0]), WALLS[1]), brick))
    writer.node("Window 1", writer.primitive((y_up(PANE[0]), PANE[1]), blue))
    return writer


def obj_text(objects: dict[str, tuple[Mesh, str]], *, scale: float = 1.0, library: str = "") -> str:
    """OBJ with one object per entry: mesh and material."""
    lines = [f"mtllib {library}"] if library else []
    count = 0
    for name, ((points, faces), material) in objects.items():
        lines += [f"o {name}", *(f"v {x} {y} {z}" for x, y, z in points * scale), f"usemtl {material}"]
        lines += ["f " + " ".join(str(i + 1 + count) for i in face) for face in faces.tolist()]
        count += len(points)
    return "\n".join(lines) + "\n"


def stl_text(solids: dict[str, Mesh]) -> str:
    """ASCII STL."""
    lines = []
    for name, (points, faces) in solids.items():
        lines.append(f"solid {name}")
        for face in faces:
            corners = "\n".join("      vertex {:g} {:g} {:g}".format(*points[i]) for i in face)
            lines.append(f"  facet normal 0 0 0\n    outer loop\n{corners}\n    endloop\n  endfacet")
        lines.append(f"endsolid {name}")
    return "\n".join(lines) + "\n"


def stl_bytes(
    mesh: Mesh, *, count: int | None = None, attributes: list[int] | None = None, header: bytes = b""
) -> bytes:
    """Binary STL."""
    points, faces = mesh
    records = b"".join(
        struct.pack("<12fH", 0, 0, 0, *points[face].reshape(-1), attributes[row] if attributes else 0)
        for row, face in enumerate(faces)
    )
    return header.ljust(80, b"\0") + struct.pack("<I", len(faces) if count is None else count) + records


def ply_text(mesh: Mesh, *, colors: NDArray[np.int64] | None = None, faces: int | None = None) -> str:
    """ASCII PLY, with one colour per face where given."""
    points, triangles = mesh
    color = "property uchar red\nproperty uchar green\nproperty uchar blue\n" if colors is not None else ""
    head = (
        f"ply\nformat ascii 1.0\nelement vertex {len(points)}\nproperty float x\nproperty float y\nproperty float z\n"
        f"element face {len(triangles) if faces is None else faces}\nproperty list uchar int vertex_indices\n{color}"
        "end_header\n"
    )
    rows = ["{:g} {:g} {:g}".format(*p) for p in points]
    for i, face in enumerate(triangles.tolist()):
        tail = " " + " ".join(map(str, colors[i])) if colors is not None else ""
        rows.append("3 " + " ".join(map(str, face)) + tail)
    return head + "\n".join(rows) + "\n"


def dae_text(points: NDArray[np.float64], faces: NDArray[np.int64], *, unit: float, up: str) -> str:
    """Collada with one node "Facade", translated by 100 units along x, of half transparent green."""
    flat = " ".join(f"{v:.6g}" for v in points.reshape(-1))
    index = " ".join(map(str, faces.reshape(-1).tolist()))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
 <asset><unit name="u" meter="{unit}"/><up_axis>{up}</up_axis></asset>
 <library_effects><effect id="e"><profile_COMMON><technique sid="t"><lambert>
  <diffuse><color>0.5 0.75 0.25 1</color></diffuse>
  <transparent opaque="A_ONE"><color>1 1 1 1</color></transparent><transparency><float>0.5</float></transparency>
 </lambert></technique></profile_COMMON></effect></library_effects>
 <library_materials><material id="m" name="Lime"><instance_effect url="#e"/></material></library_materials>
 <library_geometries><geometry id="g" name="shape"><mesh>
  <source id="p"><float_array id="pa" count="{points.size}">{flat}</float_array><technique_common>
   <accessor source="#pa" count="{len(points)}" stride="3"><param name="X" type="float"/><param name="Y" type="float"/>
   <param name="Z" type="float"/></accessor></technique_common></source>
  <vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
  <triangles count="{len(faces)}" material="sym"><input semantic="VERTEX" source="#v" offset="0"/>
   <p>{index}</p></triangles>
 </mesh></geometry></library_geometries>
 <library_visual_scenes><visual_scene id="s"><node id="n" name="Facade"><translate>100 0 0</translate>
  <instance_geometry url="#g"><bind_material><technique_common><instance_material symbol="sym" target="#m"/>
  </technique_common></bind_material></instance_geometry></node></visual_scene></library_visual_scenes>
 <scene><instance_visual_scene url="#s"/></scene>
</COLLADA>
"""
