"""A small hand-made scene folder in the path tracer's input format: a gabled house, a lawn, two trees."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mesh = tuple[NDArray[np.float32], NDArray[np.int32]]


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> Mesh:
    """A closed box."""
    grid = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float32)
    vertices = np.asarray(low, np.float32) + grid * np.subtract(high, low).astype(np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    return vertices, np.array(faces, dtype=np.int32)


def _quad(corners: list[tuple[float, float, float]]) -> Mesh:
    return np.array(corners, dtype=np.float32), np.array([(0, 1, 2), (0, 2, 3)], dtype=np.int32)


def _gable(width: float, depth: float, eaves: float, ridge: float, over: float) -> Mesh:
    x, y = width / 2 + over, depth / 2 + over
    low = eaves - over * (ridge - eaves) / (depth / 2)
    points = [(-x, -y, low), (x, -y, low), (x, 0, ridge), (-x, 0, ridge), (x, y, low), (-x, y, low)]
    faces = [(0, 1, 2), (0, 2, 3), (3, 2, 4), (3, 4, 5)]
    ends = [(-width / 2, -depth / 2, eaves), (-width / 2, depth / 2, eaves), (-width / 2, 0, ridge - 0.05)]
    ends += [(width / 2, -depth / 2, eaves), (width / 2, 0, ridge - 0.05), (width / 2, depth / 2, eaves)]
    faces += [(6, 8, 7), (9, 11, 10)]
    return np.array(points + ends, dtype=np.float32), np.array(faces, dtype=np.int32)


def _blob(center: tuple[float, float, float], radius: float) -> Mesh:
    rings, sides = 6, 10
    polar = np.linspace(0, np.pi, rings + 1)
    around = np.arange(sides) * 2 * np.pi / sides
    points = [(np.sin(p) * np.cos(a), np.sin(p) * np.sin(a), np.cos(p)) for p in polar for a in around]
    faces = []
    for r in range(rings):
        for s in range(sides):
            a, b = r * sides + s, r * sides + (s + 1) % sides
            faces += [(a, a + sides, b + sides), (a, b + sides, b)]
    return (np.array(points) * radius + center).astype(np.float32), np.array(faces, dtype=np.int32)


def _material(name: str, color: tuple[float, float, float], **values: Any) -> dict[str, Any]:
    plain = {"roughness": 0.8, "metallic": 0.0, "transmission": 0.0, "family": 0, "emission": [0.0, 0.0, 0.0]}
    return {"name": name, "base_color": list(color), **plain, **values}


def write_glb(path: Path, meshes: list[Mesh]) -> None:
    """One node and mesh per element, named by row."""
    blob, views, accessors, nodes, entries = b"", [], [], [], []
    for row, (vertices, faces) in enumerate(meshes):
        for data, kind, component in (
            (vertices.astype("<f4"), "VEC3", 5126),
            (faces.astype("<u4").reshape(-1, 1), "SCALAR", 5125),
        ):
            views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": data.nbytes})
            accessors.append(
                {"bufferView": len(views) - 1, "componentType": component, "count": len(data), "type": kind}
            )
            blob += data.tobytes()
        entries.append({"primitives": [{"attributes": {"POSITION": 2 * row}, "indices": 2 * row + 1}]})
        nodes.append({"name": f"e{row:05d}", "mesh": row})
    head = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes)))}],
        "nodes": nodes,
        "meshes": entries,
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(blob)}],
    }
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(blob)
    path.write_bytes(
        struct.pack("<III", 0x46546C67, 2, total)
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + struct.pack("<I4s", len(blob), b"BIN\0")
        + blob
    )


def write_house(folder: Path, *, size: tuple[int, int] = (512, 512)) -> dict[str, Any]:
    """Write ``plain.glb`` and ``scene.json``; answers the record."""
    materials = [
        _material("brick", (0.36, 0.15, 0.09), family=1),
        _material("roof tile", (0.30, 0.11, 0.06), family=4),
        _material("glass", (0.05, 0.07, 0.08), transmission=0.9, roughness=0.05),
        _material("frame", (0.75, 0.75, 0.73), roughness=0.4),
        _material("lawn", (0.09, 0.17, 0.04), family=6),
        _material("leaf", (0.06, 0.14, 0.03), family=5),
        _material("bark", (0.16, 0.10, 0.06), family=2),
        _material("paving", (0.35, 0.33, 0.30)),
        _material("timber", (0.33, 0.18, 0.09), family=2),
    ]
    meshes: list[Mesh] = []
    elements: list[dict[str, Any]] = []

    def add(name: str, mesh: Mesh, material: int, part: int = 1) -> None:
        elements.append({"name": name, "class_name": "", "part": part, "material": material})
        meshes.append(mesh)

    add("wall", box((-5, -4, 0), (5, 4, 5.6)), 0)
    add("roof", _gable(10, 8, 5.6, 8.2, 0.5), 1)
    panes = []
    for storey, sill in enumerate((0.9, 3.7)):
        for column, x in enumerate((-3.4, 0.0, 3.4)):
            name = f"window.{storey}.{column}"
            w, h, y = 1.5, 1.4, -4.06
            add(
                f"{name}.frame",
                box((x - w / 2 - 0.07, -4.1, sill - 0.07), (x + w / 2 + 0.07, -4.0, sill + h + 0.07)),
                3,
            )
            low, high = x - w / 2, x + w / 2
            corners = [(low, -4.11, sill), (high, -4.11, sill), (high, -4.11, sill + h), (low, -4.11, sill + h)]
            add(f"{name}.glass", _quad(corners), 2, 5)
            panes.append(
                {
                    "element": f"{name}.glass",
                    "corners_m": [list(c) for c in corners],
                    "lit": (storey + column) % 2 == 0,
                    "room_depth_m": 4.0 + y * 0,
                }
            )
    add("door", box((-1.9, -4.05, 0), (-1.0, -3.9, 2.1)), 8)
    add("ground", _quad([(-400, -400, 0), (400, -400, 0), (400, 400, 0), (-400, 400, 0)]), 4, 3)
    add("path", _quad([(-2.2, -30, 0.01), (-0.7, -30, 0.01), (-0.7, -4, 0.01), (-2.2, -4, 0.01)]), 7, 3)
    plants = []
    for row, (x, y) in enumerate(((8.5, -3.0), (-9.0, 2.0))):
        add(f"tree{row}.trunk", box((x - 0.15, y - 0.15, 0), (x + 0.15, y + 0.15, 3)), 6, 2)
        add(f"tree{row}.crown", _blob((x, y, 4.5), 2.2), 5, 2)
        plants.append(
            {
                "species": "broadleaf",
                "position_m": [x, y, 0.0],
                "height_m": 6.7,
                "crown_radius_m": 2.2,
                "elements": [f"tree{row}.trunk", f"tree{row}.crown"],
            }
        )
    camera = {
        "position_m": [-11.0, -17.0, 1.6],
        "target_m": [0.0, 0.0, 1.6],
        "up": [0.0, 0.0, 1.0],
        "focal_mm": 26.0,
        "sensor_mm": 36.0,
        "shift": [0.0, 0.13],
        "size": list(size),
    }
    record = {
        "version": 1,
        "seed": 7,
        "building": {"kind": "house"},
        "environment": "meadow",
        "elements": elements,
        "materials": materials,
        "panes": panes,
        "plants": plants,
        "figures": [],
        "lamps_m": [[-4.5, -6.0, 2.5]],
        "suns": [{"altitude_deg": 22.0, "azimuth_deg": 235.0}, {"altitude_deg": 55.0, "azimuth_deg": 150.0}],
        "cameras": [{"camera": camera, "view": "eye-level"}],
        "facade_detail": {"brick": {"kind": "brick", "scale_m": 0.22, "wear": 0.3}},
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_glb(folder / "plain.glb", meshes)
    (folder / "scene.json").write_text(json.dumps(record), encoding="utf-8")
    return record


def write_plane(folder: Path, *, size: tuple[int, int]) -> None:
    """A level plane of reflectance 0.5, seen straight down from 10 m, under a lamp 4 m up."""
    record = {
        "version": 1,
        "seed": 1,
        "building": {},
        "environment": "studio",
        "elements": [{"name": "floor", "class_name": "", "part": 1, "material": 0}],
        "materials": [_material("even", (0.5, 0.5, 0.5), roughness=1.0)],
        "panes": [],
        "plants": [],
        "figures": [],
        "lamps_m": [[0.0, 0.0, 4.0]],
        "suns": [{"altitude_deg": 22.0, "azimuth_deg": 235.0}, {"altitude_deg": 55.0, "azimuth_deg": 150.0}],
        "cameras": [
            {
                "camera": {
                    "position_m": [0.0, 0.0, 10.0],
                    "target_m": [0.0, 0.0, 0.0],
                    "up": [0.0, 1.0, 0.0],
                    "focal_mm": 200.0,
                    "sensor_mm": 36.0,
                    "shift": [0.0, 0.0],
                    "size": list(size),
                },
                "view": "aerial",
            }
        ],
        "facade_detail": {},
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_glb(folder / "plain.glb", [_quad([(-50, -50, 0), (50, -50, 0), (50, 50, 0), (-50, 50, 0)])])
    (folder / "scene.json").write_text(json.dumps(record), encoding="utf-8")


def write_wall(folder: Path, *, size: tuple[int, int]) -> dict[str, Any]:
    """Seen squarely from 20 m: a worn wall, a wall that another runs into, glass before the sky, a neighbour's window.

    From left to right, each 4 m wide and 6 m high: x -10 to -6 a worn wall; -5 to -1 a plain wall of
    two halves with a third wall behind their seam; 1 to 5 a sheet of glass; 6 to 10 a neighbour's pane.
    """
    materials = [
        _material("worn", (0.5, 0.5, 0.5), roughness=1.0),
        _material("even", (0.5, 0.5, 0.5), roughness=1.0),
        _material("glass", (0.9, 0.9, 0.9), transmission=0.9, roughness=0.05),
    ]

    def upright(x0: float, x1: float) -> list[tuple[float, float, float]]:
        return [(x0, 0, 0), (x1, 0, 0), (x1, 0, 6), (x0, 0, 6)]

    halves = [*upright(-5, -3), *upright(-3, -1), (-3, 0, 0), (-3, 4, 0), (-3, 4, 6), (-3, 0, 6)]
    joined = (
        np.array(halves, dtype=np.float32),
        np.array([(k + a, k + b, k + c) for k in (0, 4, 8) for a, b, c in ((0, 1, 2), (0, 2, 3))], dtype=np.int32),
    )
    meshes = [_quad(upright(-10, -6)), joined, _quad(upright(1, 5)), _quad(upright(6, 10))]
    rows = [("worn", 1, 0), ("joined", 1, 1), ("railing", 1, 2), ("neighbour", 2, 2)]
    record = {
        "version": 1,
        "seed": 3,
        "building": {},
        "environment": "studio",
        "elements": [{"name": n, "class_name": "", "part": p, "material": m} for n, p, m in rows],
        "materials": materials,
        "panes": [],
        "plants": [],
        "figures": [],
        "lamps_m": [],
        "suns": [{"altitude_deg": 30.0, "azimuth_deg": 200.0}, {"altitude_deg": 50.0, "azimuth_deg": 160.0}],
        "cameras": [
            {
                "camera": {
                    "position_m": [0.0, -20.0, 3.0],
                    "target_m": [0.0, 0.0, 3.0],
                    "up": [0.0, 0.0, 1.0],
                    "focal_mm": 36.0,
                    "sensor_mm": 36.0,
                    "shift": [0.0, 0.0],
                    "size": list(size),
                },
                "view": "elevation",
            }
        ],
        "facade_detail": {"worn": {"kind": "render", "wear": 0.9}, "even": {"kind": "lacquer"}},
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_glb(folder / "plain.glb", meshes)
    (folder / "scene.json").write_text(json.dumps(record), encoding="utf-8")
    return record
