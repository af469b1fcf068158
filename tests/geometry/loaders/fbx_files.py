"""FBX files written by hand, as text and as binary.

Source: Blender Foundation, "FBX binary file format specification", code.blender.org, 2013.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.geometry.shapes import Mesh

VERSION = 7400
_Y_UP, _Z_UP = ((1, 1), (2, 1), (0, 1)), ((2, 1), (1, -1), (0, 1))
FRAMES = {
    "y": _Y_UP,
    "z": _Z_UP,
    # A program that counts to the left.
    "left": ((2, 1), (1, -1), (0, -1)),
}


@dataclass
class Node:
    """A record: its values and what it holds."""

    name: str
    values: Sequence[Any] = ()
    children: list[Node] = field(default_factory=list)

    def text(self, depth: int = 0) -> str:
        tab = "\t" * depth
        shown = [self._shown(value) for value in self.values]
        if len(self.values) == 1 and isinstance(self.values[0], np.ndarray):
            numbers = ",".join(repr(n) for n in self.values[0].reshape(-1).tolist())
            return f"{tab}{self.name}: *{self.values[0].size} {{\n{tab}\ta: {numbers}\n{tab}}}\n"
        inner = "".join(child.text(depth + 1) for child in self.children)
        return f"{tab}{self.name}: {', '.join(shown)}" + (f" {{\n{inner}{tab}}}\n" if self.children else "\n")

    def _shown(self, value: Any) -> str:
        if isinstance(value, bytes):
            from base64 import b64encode

            return f'"{b64encode(value).decode()}"'
        return f'"{value}"' if isinstance(value, str) else repr(value)

    def binary(self, start: int) -> bytes:
        values = b"".join(_packed(value) for value in self.values)
        head = 13 + len(self.name)
        inner = b""
        for child in self.children:
            inner += child.binary(start + head + len(values) + len(inner))
        if self.children:
            inner += bytes(13)
        end = start + head + len(values) + len(inner)
        record = struct.pack("<IIIB", end, len(self.values), len(values), len(self.name))
        return record + self.name.encode() + values + inner


def _packed(value: Any) -> bytes:
    if isinstance(value, np.ndarray):
        kind, data = ("d", value.astype("<f8")) if value.dtype.kind == "f" else ("i", value.astype("<i4"))
        packed = zlib.compress(data.tobytes())
        return struct.pack("<cIII", kind.encode(), data.size, 1, len(packed)) + packed
    if isinstance(value, bytes):
        return struct.pack("<cI", b"R", len(value)) + value
    if isinstance(value, str):
        # A name and its class stand the other way round than in text.
        kind, _, name = value.partition("::")
        data = (f"{name}\0\1{kind}" if "::" in value else value).encode()
        return struct.pack("<cI", b"S", len(data)) + data
    if isinstance(value, float):
        return struct.pack("<cd", b"D", value)
    return struct.pack("<cq", b"L", value)


def prop(name: str, kind: str, *values: Any) -> Node:
    return Node("P", (name, kind, "", "A", *values))


def properties(*props: Node) -> Node:
    return Node("Properties70", (), list(props))


@dataclass
class FbxScene:
    """A file in the making: each method answers with an object's id, which others are joined to."""

    up: str = "z"
    unit_cm: float = 100.0
    creator: str = "by hand"
    objects: list[Node] = field(default_factory=list)
    joins: list[Node] = field(default_factory=list)

    def _add(self, kind: str, name: str, sub: str, children: list[Node], parent: int | None) -> int:
        row = 1000 + len(self.objects)
        self.objects.append(Node(kind, (row, f"{kind}::{name}", sub), children))
        if parent is not None:
            self.join(row, parent)
        return row

    def join(self, child: int, parent: int, prop_name: str = "") -> None:
        self.joins.append(Node("C", ("OP", child, parent, prop_name) if prop_name else ("OO", child, parent)))

    def geometry(
        self, mesh: Mesh | tuple[np.ndarray, list[list[int]]], *, uv: np.ndarray | None = None, slots=(0,)
    ) -> int:
        points, polygons = mesh
        # The last corner of a polygon is told by its complement.
        corners = [[*map(int, p[:-1]), -1 - int(p[-1])] for p in polygons]
        children = [
            Node("GeometryVersion", (124,)),
            Node("Vertices", (np.asarray(points, float).reshape(-1),)),
            Node("PolygonVertexIndex", (np.array([c for polygon in corners for c in polygon]),)),
            _layer("Material", "AllSame" if len(slots) == 1 else "ByPolygon", Node("Materials", (np.array(slots),))),
        ]
        if uv is not None:
            children.append(
                _layer(
                    "UV",
                    "ByPolygonVertex",
                    Node("UV", (np.asarray(uv, float).reshape(-1),)),
                    Node("UVIndex", (np.arange(len(uv)),)),
                )
            )
        kinds = ("Material", *(("UV",) if uv is not None else ()))
        held = [
            Node("LayerElement", (), [Node("Type", (f"LayerElement{k}",)), Node("TypedIndex", (0,))]) for k in kinds
        ]
        return self._add("Geometry", "", "Mesh", [*children, Node("Layer", (0,), held)], None)

    def model(self, name: str, *props: Node, parent: int = 0, sub: str = "Mesh") -> int:
        return self._add("Model", name, sub, [Node("Version", (232,)), properties(*props)], parent)

    def material(self, name: str, *props: Node) -> int:
        children = [Node("ShadingModel", ("phong",)), properties(*props)]
        return self._add("Material", name, "", children, None)

    def texture(self, file: str, material: int, content: bytes = b"", *props: Node) -> int:
        names = [Node("FileName", (file,)), Node("RelativeFilename", (file,))]
        video = self._add("Video", file, "Clip", [*names, *([Node("Content", (content,))] if content else [])], None)
        texture = self._add("Texture", file, "", [*names, properties(*props)], None)
        self.join(video, texture)
        self.join(texture, material, "DiffuseColor")
        return texture

    def layer(self, name: str, *nodes: int, shown: bool = True) -> int:
        row = self._add(
            "CollectionExclusive", name, "DisplayLayer", [properties(prop("Show", "bool", int(shown)))], None
        )
        for node in nodes:
            self.join(node, row)
        return row

    def _tree(self) -> list[Node]:
        axes = zip(("UpAxis", "FrontAxis", "CoordAxis"), FRAMES[self.up], strict=True)
        settings = [
            prop(name + end, "int", value) for name, pair in axes for end, value in zip(("", "Sign"), pair, strict=True)
        ]
        header = [Node("FBXHeaderVersion", (1003,)), Node("FBXVersion", (VERSION,)), Node("Creator", (self.creator,))]
        return [
            Node("FBXHeaderExtension", (), header),
            Node("GlobalSettings", (), [properties(*settings, prop("UnitScaleFactor", "double", self.unit_cm))]),
            Node("Objects", (), self.objects),
            Node("Connections", (), self.joins),
        ]

    def text(self) -> bytes:
        return f"; FBX {VERSION // 1000}.4.0 project file\n{''.join(n.text() for n in self._tree())}".encode()

    def binary(self) -> bytes:
        data = b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", VERSION)
        for node in self._tree():
            data += node.binary(len(data))
        return data + bytes(13)


def _layer(kind: str, mapping: str, *values: Node) -> Node:
    reference = "Direct" if kind == "Material" and mapping == "ByPolygon" else "IndexToDirect"
    head = [Node("MappingInformationType", (mapping,)), Node("ReferenceInformationType", (reference,))]
    return Node(f"LayerElement{kind}", (0,), [Node("Version", (101,)), *head, *values])


def house_scene(house: Any, up: str = "z", *, unit_cm: float = 100.0) -> FbxScene:
    """Elements with their colours, in the unit."""
    scene = FbxScene(up, unit_cm)
    paints: dict[tuple[int, int, int], int] = {}
    for name, ((points, faces), color) in house.items():
        if color not in paints:
            rgb = [c / 255 for c in color]
            paints[color] = scene.material(f"paint {len(paints)}", prop("DiffuseColor", "Color", *rgb))
        turned = points if up == "z" else np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)
        model = scene.model(name)
        scene.join(scene.geometry((turned * 100 / unit_cm, faces)), model)
        scene.join(paints[color], model)
    return scene
