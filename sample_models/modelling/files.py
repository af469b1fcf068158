"""Writers for the formats of the samples; all round to a tenth of a millimetre, so that files repeat."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from modelling.mesh import Model, Paint, Polygon, triangles_of

__all__ = ["write_dae", "write_glb", "write_gltf", "write_obj", "write_ply", "write_stl"]

_DECIMALS = 4
_FLOAT, _USHORT, _UINT = 5126, 5123, 5125
_ARRAY, _ELEMENTS = 34962, 34963


def _triangles(polygons: Sequence[Polygon]) -> NDArray[np.float64]:
    """(n, 3, 3) rounded triangles, those without area left out."""
    corners = np.round(np.array([t for p in polygons for t in triangles_of(p)]), _DECIMALS) + 0.0
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return corners[area > 1e-7]


def _indexed(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    points, rows = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
    return points, rows.reshape(-1, 3)


def _gltf(model: Model) -> tuple[dict[str, object], bytes]:
    """The glTF 2.0 tree without its buffer's address, and the buffer.

    ``a.b.c`` becomes node ``a.b.c`` in the group ``a.b`` where several elements share it. Faces are
    flat: without normals a viewer computes them so by the specification.
    """
    data, views, accessors = bytearray(), [], []

    def put(array: NDArray[np.generic], target: int, kind: int, shape: str, **limits: list[float]) -> int:
        data.extend(b"\0" * (-len(data) % 4))
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": array.nbytes, "target": target})
        data.extend(array.tobytes())
        accessors.append(
            {"bufferView": len(views) - 1, "componentType": kind, "count": len(array), "type": shape, **limits}
        )
        return len(accessors) - 1

    paints = model.used_paints()
    nodes: list[dict[str, object]] = []
    meshes: list[dict[str, object]] = []
    named: dict[str, list[dict[str, object]]] = {}
    for (name, paint), polygons in model.elements.items():
        points, faces = _indexed(_triangles(polygons))
        turned = np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1).astype("<f4") + np.float32(0)
        small = len(points) < 65535
        primitive = {
            "attributes": {
                "POSITION": put(turned, _ARRAY, _FLOAT, "VEC3", min=turned.min(0).tolist(), max=turned.max(0).tolist())
            },
            "indices": put(
                faces.ravel().astype("<u2" if small else "<u4"), _ELEMENTS, _USHORT if small else _UINT, "SCALAR"
            ),
            "material": paints.index(paint),
        }
        named.setdefault(name, []).append(primitive)
    groups: dict[str, list[int]] = {}
    for name, primitives in named.items():
        meshes.append({"primitives": primitives})
        nodes.append({"name": name, "mesh": len(meshes) - 1})
        groups.setdefault(name.rpartition(".")[0], []).append(len(nodes) - 1)
    roots: list[int] = []
    for group, members in groups.items():
        if group and len(members) > 1:
            nodes.append({"name": group, "children": members})
            roots.append(len(nodes) - 1)
        else:
            roots += members
    tree: dict[str, object] = {
        "asset": {"version": "2.0", "generator": "archviz sample_models/build.py", "copyright": "CC0-1.0"},
        "scene": 0,
        "scenes": [{"name": model.name, "nodes": roots}],
        "nodes": nodes,
        "meshes": meshes,
        "materials": [_gltf_material(name, model.paints[name]) for name in paints],
        "accessors": accessors,
        "bufferViews": views,
    }
    return tree, bytes(data)


def _gltf_material(name: str, paint: Paint) -> dict[str, object]:
    material: dict[str, object] = {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*(round(c, 5) for c in paint.linear), paint.alpha],
            "roughnessFactor": paint.roughness,
            "metallicFactor": paint.metallic,
        },
    }
    return material | {"alphaMode": "BLEND"} if paint.alpha < 1 else material


def write_glb(model: Model, path: Path) -> None:
    """glTF 2.0 in one binary file."""
    tree, data = _gltf(model)
    data += b"\0" * (-len(data) % 4)
    tree["buffers"] = [{"byteLength": len(data)}]
    text = json.dumps(tree, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(data))
    path.write_bytes(
        head + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
    )


def write_gltf(model: Model, path: Path) -> None:
    """glTF 2.0 as JSON with its buffer beside it."""
    tree, data = _gltf(model)
    path.with_suffix(".bin").write_bytes(data)
    tree["buffers"] = [{"uri": path.with_suffix(".bin").name, "byteLength": len(data)}]
    path.write_text(json.dumps(tree, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_obj(model: Model, path: Path) -> None:
    """Wavefront OBJ with its MTL beside it: metres, Z up, polygons as they are."""
    lines = [f"# {model.name}: metres, Z up, front to -Y. CC0-1.0.", f"mtllib {path.with_suffix('.mtl').name}"]
    rows: dict[tuple[float, ...], int] = {}
    for (name, paint), polygons in model.elements.items():
        faces, fresh = [], []
        for polygon in polygons:
            loop: list[int] = []
            for point in map(tuple, (np.round(polygon, _DECIMALS) + 0.0).tolist()):
                if point not in rows:
                    rows[point] = len(rows) + 1
                    fresh.append(point)
                if rows[point] not in loop:
                    loop.append(rows[point])
            if len(loop) > 2:
                faces.append("f " + " ".join(map(str, loop)))
        lines += [f"o {name}", *("v {:g} {:g} {:g}".format(*p) for p in fresh), f"usemtl {paint}", *faces]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = []
    for name in model.used_paints():
        paint = model.paints[name]
        text += [f"newmtl {name}", "Kd {:.4f} {:.4f} {:.4f}".format(*paint.srgb), f"Pr {paint.roughness:g}"]
        text += [f"Pm {paint.metallic:g}", f"d {paint.alpha:g}", ""]
    path.with_suffix(".mtl").write_text("\n".join(text), encoding="utf-8")


def write_dae(model: Model, path: Path) -> None:
    """Collada 1.4.1 in centimetres, Z up."""
    names = model.used_paints()
    images = {name: f"material-{row}" for row, name in enumerate(names)}
    text = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">',
        "<asset><contributor><authoring_tool>archviz sample_models/build.py</authoring_tool>"
        "<copyright>CC0-1.0</copyright></contributor><created>2025-01-01T00:00:00</created>"
        "<modified>2025-01-01T00:00:00</modified>"
        '<unit name="centimeter" meter="0.01"/><up_axis>Z_UP</up_axis></asset>',
        "<library_effects>",
    ]
    for name in names:
        paint = model.paints[name]
        color = "{:.4f} {:.4f} {:.4f} 1".format(*paint.srgb)
        clear = (
            f'<transparent opaque="A_ONE"><color>1 1 1 1</color></transparent>'
            f"<transparency><float>{paint.alpha:g}</float></transparency>"
            if paint.alpha < 1
            else ""
        )
        text.append(
            f'<effect id="{images[name]}-fx"><profile_COMMON><technique sid="common"><lambert><diffuse>'
            f"<color>{color}</color></diffuse>{clear}</lambert></technique></profile_COMMON></effect>"
        )
    text += ["</library_effects>", "<library_materials>"]
    for name in names:
        text.append(
            f'<material id="{images[name]}" name={quoteattr(name)}>'
            f'<instance_effect url="#{images[name]}-fx"/></material>'
        )
    text += ["</library_materials>", "<library_geometries>"]
    scene = []
    for row, ((name, paint), polygons) in enumerate(model.elements.items()):
        points, faces = _indexed(_triangles(polygons) * 100)
        key = f"mesh-{row}"
        numbers = " ".join(f"{c:.2f}".rstrip("0").rstrip(".") for c in points.ravel())
        text.append(
            f'<geometry id="{key}" name={quoteattr(name)}><mesh><source id="{key}-p"><float_array id="{key}-a" '
            f'count="{points.size}">{numbers}</float_array><technique_common><accessor source="#{key}-a" '
            f'count="{len(points)}" stride="3"><param name="X" type="float"/><param name="Y" type="float"/>'
            f'<param name="Z" type="float"/></accessor></technique_common></source><vertices id="{key}-v">'
            f'<input semantic="POSITION" source="#{key}-p"/></vertices><triangles count="{len(faces)}" '
            f'material="m"><input semantic="VERTEX" source="#{key}-v" offset="0"/>'
            f"<p>{' '.join(map(str, faces.ravel()))}</p></triangles></mesh></geometry>"
        )
        scene.append(
            f'<node id="node-{row}" name={quoteattr(name)}><instance_geometry url="#{key}"><bind_material>'
            f'<technique_common><instance_material symbol="m" target="#{images[paint]}"/></technique_common>'
            "</bind_material></instance_geometry></node>"
        )
    text += ["</library_geometries>", f'<library_visual_scenes><visual_scene id="scene" name="{model.name}">', *scene]
    text += ["</visual_scene></library_visual_scenes>", '<scene><instance_visual_scene url="#scene"/></scene>']
    path.write_text("\n".join([*text, "</COLLADA>", ""]), encoding="utf-8")


def write_ply(model: Model, path: Path) -> None:
    """Binary PLY in metres, Z up, with a colour at every vertex."""
    vertices, faces, count = [], [], 0
    for (_, paint), polygons in model.elements.items():
        points, rows = _indexed(_triangles(polygons))
        record = np.zeros(len(points), dtype=[("p", "<f4", 3), ("c", "u1", 3)])
        record["p"], record["c"] = points, np.round(np.array(model.paints[paint].srgb) * 255)
        vertices.append(record)
        faces.append(rows + count)
        count += len(points)
    table = np.zeros(sum(map(len, faces)), dtype=[("n", "u1"), ("v", "<i4", 3)])
    table["n"], table["v"] = 3, np.concatenate(faces)
    head = ["ply", "format binary_little_endian 1.0", f"comment {model.name}: metres, Z up. CC0-1.0."]
    head += [f"element vertex {count}", *(f"property float {axis}" for axis in "xyz")]
    head += [*(f"property uchar {color}" for color in ("red", "green", "blue"))]
    head += [f"element face {len(table)}", "property list uchar int vertex_indices", "end_header", ""]
    path.write_bytes("\n".join(head).encode("ascii") + np.concatenate(vertices).tobytes() + table.tobytes())


def write_stl(model: Model, path: Path) -> None:
    """Binary STL in millimetres, Z up."""
    corners = np.concatenate([_triangles(polygons) for polygons in model.elements.values()]) * 1000
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.round(normals / np.linalg.norm(normals, axis=1, keepdims=True), 6) + 0.0
    table = np.zeros(len(corners), dtype=[("n", "<f4", 3), ("v", "<f4", (3, 3)), ("bits", "<u2")])
    table["n"], table["v"] = normals, corners
    head = f"{model.name}: millimetres, Z up. CC0-1.0.".encode("ascii").ljust(80)
    path.write_bytes(head + struct.pack("<I", len(table)) + table.tobytes())
