# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two file formats of the path tracer's child: GLB in, uncompressed OpenEXR out."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

_GLTF_TYPES = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_EXR_TYPES = {0: np.dtype("<u4"), 1: np.dtype("<f2"), 2: np.dtype("<f4")}
_EXR_MAGIC = 20000630
_EXR_MULTIPART_BIT = 0x1000
_EXR_NO_COMPRESSION = 0


def read_glb(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Meshes of a GLB by node name: (v, 3) float32 vertices [m] and (f, 3) int32 faces, axes as written.

    Only what the scene writer makes is read: one buffer, triangles, no node transforms.
    """
    blob = path.read_bytes()
    length = struct.unpack_from("<I", blob, 12)[0]
    head = json.loads(blob[20 : 20 + length])
    data = blob[28 + length :]

    def accessor(row: int) -> np.ndarray:
        entry = head["accessors"][row]
        view = head["bufferViews"][entry["bufferView"]]
        start = view.get("byteOffset", 0) + entry.get("byteOffset", 0)
        width = {"SCALAR": 1, "VEC3": 3}[entry["type"]]
        flat = np.frombuffer(data, _GLTF_TYPES[entry["componentType"]], entry["count"] * width, start)
        return flat.reshape(-1, 3)

    meshes = {}
    for node in head["nodes"]:
        if "mesh" not in node:
            continue
        vertices, faces, base = [], [], 0
        for primitive in head["meshes"][node["mesh"]]["primitives"]:
            points = accessor(primitive["attributes"]["POSITION"])
            if "indices" in primitive:
                corners = accessor(primitive["indices"]).astype(np.int32)
            else:
                corners = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
            vertices.append(points)
            faces.append(corners + base)
            base += len(points)
        meshes[node["name"]] = (np.concatenate(vertices).astype(np.float32), np.concatenate(faces))
    return meshes


def _read_headers(blob: bytes) -> tuple[list[dict[str, bytes]], int]:
    magic, version = struct.unpack_from("<II", blob)
    if magic != _EXR_MAGIC:
        raise ValueError("not an OpenEXR file")
    headers: list[dict[str, bytes]] = []
    position = 8
    while True:
        header: dict[str, bytes] = {}
        while blob[position] != 0:
            name_end = blob.index(b"\0", position)
            type_end = blob.index(b"\0", name_end + 1)
            size = struct.unpack_from("<I", blob, type_end + 1)[0]
            header[blob[position:name_end].decode()] = blob[type_end + 5 : type_end + 5 + size]
            position = type_end + 5 + size
        position += 1
        headers.append(header)
        if not version & _EXR_MULTIPART_BIT:
            break
        if blob[position] == 0:
            position += 1
            break
    return headers, position


def _channels(raw: bytes) -> list[tuple[str, np.dtype]]:
    channels, position = [], 0
    while raw[position] != 0:
        end = raw.index(b"\0", position)
        channels.append((raw[position:end].decode(), _EXR_TYPES[struct.unpack_from("<I", raw, end + 1)[0]]))
        position = end + 17
    return channels


def read_exr(path: Path) -> dict[str, np.ndarray]:
    """Channels of an uncompressed scanline OpenEXR file, single or multi part, by full name: (H, W) float32.

    Blender writes a file with a dozen passes; reading it here, uncompressed, costs milliseconds and no package.
    """
    blob = path.read_bytes()
    headers, position = _read_headers(blob)
    multipart = len(headers) > 1 or "chunkCount" in headers[0]
    pictures: dict[str, np.ndarray] = {}
    for header in headers:
        if header["compression"][0] != _EXR_NO_COMPRESSION:
            raise ValueError("compressed OpenEXR is not read here")
        left, bottom, right, top = struct.unpack("<4i", header["dataWindow"])
        height, width = top - bottom + 1, right - left + 1
        position += 8 * height
        header["_shape"] = struct.pack("<2i", height, width)
    rows = {}
    for part, header in enumerate(headers):
        height, width = struct.unpack("<2i", header["_shape"])
        prefix = ""
        if len(headers) > 1 and "name" in header:
            prefix = header["name"].rstrip(b"\0").decode() + "."
        fields = np.dtype([(name, kind, (width,)) for name, kind in _channels(header["channels"])])
        rows[part] = (prefix, fields, height, struct.unpack("<4i", header["dataWindow"])[1])
    # Chunks of equal parts have equal size, but parts may be interleaved: walk them.
    lines: dict[int, list[tuple[int, int]]] = {part: [] for part in rows}
    while position < len(blob):
        part = 0
        if multipart:
            part = struct.unpack_from("<I", blob, position)[0]
            position += 4
        y, size = struct.unpack_from("<iI", blob, position)
        lines[part].append((y, position + 8))
        position += 8 + size
    for part, (prefix, fields, height, first) in rows.items():
        block = np.empty(height, dtype=fields)
        for y, start in lines[part]:
            block[y - first] = np.frombuffer(blob, fields, 1, start)[0]
        for name in fields.names or ():
            key = name if not prefix or name.startswith(prefix) else prefix + name
            pictures[key] = block[name].astype(np.float32)
    return pictures
