# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaves on the crowns of the plain plants, blades on the lawns near the cameras.

Leaves are strewn over the plain crowns' own surfaces, so the rich plant fills the outline that
the maps hold, whatever its species.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree
from meshes import Mesh, add_mesh, face_normals, join
from surfaces import surface

_MAX_LEAVES = 320_000
_TUFTS_PER_VIEW = 26_000
_BLADES_PER_TUFT = 5
_GRASS_NEAR_M, _GRASS_FAR_M = 1.2, 55.0
# From higher up, blades are smaller than a pixel and the lawn's own texture does.
_GRASS_EYE_M = 14.0


@dataclass(frozen=True)
class LeafStyle:
    """How a species is dressed: leaf length [m] at least, its width share, leaf layers, habit."""

    length_m: float
    width: float
    layers: float
    habit: str


_STYLES = {
    "pine": LeafStyle(0.30, 0.10, 2.6, "needle"),
    "conifer": LeafStyle(0.30, 0.14, 3.0, "needle"),
    "palm": LeafStyle(0.55, 0.09, 2.2, "leaflet"),
    "bamboo": LeafStyle(0.20, 0.22, 2.0, "leaf"),
    "shrub": LeafStyle(0.11, 0.55, 2.4, "leaf"),
    "hedge": LeafStyle(0.08, 0.6, 2.6, "leaf"),
    "rice": LeafStyle(0.30, 0.06, 3.0, "upright"),
    "broadleaf": LeafStyle(0.17, 0.55, 2.2, "leaf"),
}
# Leaves that are modelled one by one stay as they are.
# Shares of the distance to the eye: about three pixels long, one wide.
_LEAST_LEAF, _LEAST_BLADE = 0.008, 0.0022
# Nor longer than this share of the plant's least extent: a balcony's pot seen from afar grew over the windows.
_MOST_LEAF = 0.2
_WHOLE_LEAVES = {"banana", "agave", "undergrowth", "cactus"}


def add_crowns(record: dict, leafy: list[tuple[int, Mesh]], cameras: list[dict], rng: np.random.Generator) -> None:
    """Dress every foliage element; ``leafy`` holds element rows and meshes."""
    species = {name: plant["species"] for plant in record["plants"] for name in plant["elements"]}
    eyes = np.array([c["position_m"] for c in cameras])
    jobs, whole = [], {}
    for row, mesh in leafy:
        element = record["elements"][row]
        kind = species.get(element["name"]) or element["class_name"]
        if kind in _WHOLE_LEAVES:
            whole.setdefault(element["material"], []).append(mesh)
            continue
        name = record["materials"][element["material"]]["name"]
        style = _STYLES.get(kind) or next((s for k, s in _STYLES.items() if k in name), _STYLES["broadleaf"])
        jobs.append((element["material"], style, mesh, _leaf_size(style, mesh, eyes)))
    total = sum(_count(style, mesh, size) for _, style, mesh, size in jobs)
    stretch = max(1.0, np.sqrt(total / _MAX_LEAVES))
    by_material: dict[int, list[Mesh]] = {}
    for material, style, mesh, (length, width) in jobs:
        # Where a scene has too many leaves, all of them are larger.
        size = (length * stretch, width * stretch) if style.habit == "leaf" else (length, width * stretch**2)
        leaves = _strew(style, mesh, size, rng)
        by_material.setdefault(material, []).append(leaves)
        if style.habit in ("leaf", "needle"):
            whole.setdefault(-1 - material, []).append(_shrunk(mesh, size[0]))
    for material, pieces in by_material.items():
        entry = record["materials"][material]
        _add(f"leaves {entry['name']}", pieces, surface(entry, {}, role="leaf"), rng, per=2)
    for material, pieces in whole.items():
        entry = record["materials"][material if material >= 0 else -1 - material]
        role = "leaf" if material >= 0 else "crown core"
        _add(f"{role} {entry['name']}", pieces, surface(entry, {}, role=role), rng, per=1)


def _add(name: str, pieces: list[Mesh], material: bpy.types.Material, rng: np.random.Generator, *, per: int) -> None:
    vertices, faces = join(pieces)
    tone = np.repeat(rng.random(-(-len(faces) // per)), per)[: len(faces)]
    add_mesh(name, vertices, faces, material, tone=tone, metres=np.zeros((len(faces), 3, 2)))


def _areas(mesh: Mesh) -> np.ndarray:
    vertices, faces = mesh
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def _leaf_size(style: LeafStyle, mesh: Mesh, eyes: np.ndarray) -> tuple[float, float]:
    """Length and width of a leaf [m]: no less than a few pixels, smaller ones would only be noise to render.

    A leaf stays within its plant, however far away, so that the rich plant hides what the plain one does.
    """
    distance = float(np.linalg.norm(mesh[0].mean(0) - eyes, axis=1).min())
    if style.habit == "leaf":
        length = min(max(style.length_m, _LEAST_LEAF * distance), _MOST_LEAF * _thickness(mesh))
        return length, length * style.width
    return style.length_m, max(style.length_m * style.width, _LEAST_BLADE * distance)


def _thickness(mesh: Mesh) -> float:
    """Least extent of a plant's pieces on the whole [m]: what lies in one element may be many pots in a row."""
    return float(np.ptp(mesh[0], axis=0).min())


def _count(style: LeafStyle, mesh: Mesh, size: tuple[float, float]) -> int:
    return int(np.ceil(style.layers * _areas(mesh).sum() / (0.5 * size[0] * size[1])))


def _strew(style: LeafStyle, mesh: Mesh, size: tuple[float, float], rng: np.random.Generator) -> Mesh:
    vertices, faces = mesh
    areas = _areas(mesh)
    count = max(4, _count(style, mesh, size))
    chosen = rng.choice(len(faces), count, p=areas / areas.sum())
    weights = rng.dirichlet((1.0, 1.0, 1.0), count)
    points = np.einsum("nk,nkd->nd", weights, vertices[faces[chosen]].astype(np.float64))
    normals = face_normals(vertices.astype(np.float64), faces)[chosen]
    center = vertices.mean(0)
    spread = rng.uniform(0.65, 1.3, count)
    along, facing = _habit(style.habit, points - center, normals, rng)
    if style.habit in ("leaf", "needle"):
        points += normals * (rng.normal(-0.25, 0.45, count) * size[0])[:, None]
    return _blades(points, along, facing, size[0] * spread, size[1] * spread)


def _habit(
    habit: str, outward: np.ndarray, normals: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Which way leaves point and face."""
    wild = rng.normal(size=normals.shape)
    up = np.array([0.0, 0.0, 1.0])
    if habit == "needle":
        level = outward * [1.0, 1.0, 0.0]
        level /= np.maximum(np.linalg.norm(level, axis=1, keepdims=True), 1e-6)
        return level * 0.9 - up * 0.35 + wild * 0.35, normals + up * 0.5 + wild * 0.4
    if habit == "leaflet":
        level = outward * [1.0, 1.0, 0.0]
        level /= np.maximum(np.linalg.norm(level, axis=1, keepdims=True), 1e-6)
        side = np.cross(up, level) * rng.choice([-1.0, 1.0], len(level))[:, None]
        return side * 0.8 + level * 0.5 - up * 0.4 + wild * 0.12, normals + wild * 0.25
    if habit == "upright":
        return up + wild * 0.22, wild
    return wild - up * 0.5 + normals * 0.2, normals + up * 0.35 + wild * 0.55


def _blades(points: np.ndarray, along: np.ndarray, facing: np.ndarray, lengths: np.ndarray, widths: np.ndarray) -> Mesh:
    """Rhombic leaves from a foot point: four vertices, two triangles each."""
    along = along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    across = np.cross(along, facing)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    fold = np.cross(across, along)
    middle = points + along * (0.45 * lengths)[:, None] + fold * (0.12 * widths)[:, None]
    half = across * (0.5 * widths)[:, None]
    corners = np.stack([points, middle + half, points + along * lengths[:, None], middle - half], axis=1)
    faces = np.arange(len(points))[:, None, None] * 4 + np.array([[0, 1, 2], [0, 2, 3]])
    return corners.reshape(-1, 3).astype(np.float32), faces.reshape(-1, 3).astype(np.int32)


def _shrunk(mesh: Mesh, by_m: float) -> Mesh:
    """The crown drawn in by a leaf's length: what is dark between the leaves."""
    vertices, faces = mesh
    _, first, back = np.unique(
        np.round(vertices * 1e3).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    faces = back.reshape(-1)[faces]
    vertices = vertices[first].astype(np.float64)
    normals = np.zeros_like(vertices)
    flat = face_normals(vertices, faces)
    for k in range(3):
        np.add.at(normals, faces[:, k], flat)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    return (vertices - normals * by_m).astype(np.float32), faces


def add_grass(
    record: dict, ground: list[tuple[int, Mesh]], grassy: set[int], cameras: list[dict], rng: np.random.Generator
) -> None:
    """Blades on ground of the family grass, as dense in every part of the picture, near and far.

    Parameters
    ----------
    ground
        Element row and mesh of all ground.
    grassy
        Rows of those that carry grass.
    """
    if not grassy:
        return
    owners = np.concatenate([np.full(len(faces), row) for row, (_, faces) in ground])
    vertices, faces = join([mesh for _, mesh in ground])
    tree = BVHTree.FromPolygons(vertices.tolist(), faces.tolist(), all_triangles=True)
    tufts: dict[int, list[tuple[np.ndarray, float]]] = {}
    for camera in cameras:
        for x, y in _tuft_places(camera, rng):
            location, _, face, _ = tree.ray_cast((x, y, 200.0), (0.0, 0.0, -1.0))
            if face is None or owners[face] not in grassy or camera["position_m"][2] - location.z > _GRASS_EYE_M:
                continue
            distance = float(np.hypot(x - camera["position_m"][0], y - camera["position_m"][1]))
            material = record["elements"][owners[face]]["material"]
            tufts.setdefault(material, []).append((np.array(location), distance))
    for material, places in tufts.items():
        entry = record["materials"][material]
        mesh = _tuft_mesh(np.array([p for p, _ in places]), np.array([d for _, d in places]), entry["name"], rng)
        _add(f"grass {entry['name']}", [mesh], surface(entry, {}, role="blade"), rng, per=2)


def _tuft_places(camera: dict, rng: np.random.Generator) -> np.ndarray:
    """(n, 2) ground points whose density falls with the square of the distance: even on the picture."""
    forward = np.subtract(camera["target_m"], camera["position_m"])[:2]
    heading = np.arctan2(forward[1], forward[0])
    half = np.arctan(0.5 * camera["sensor_mm"] / camera["focal_mm"]) + abs(camera["shift"][0]) + 0.08
    distance = np.exp(rng.uniform(np.log(_GRASS_NEAR_M), np.log(_GRASS_FAR_M), _TUFTS_PER_VIEW))
    # Thinned towards the end, so that blades and bare lawn meet without a line.
    keep = rng.random(_TUFTS_PER_VIEW) < np.clip((_GRASS_FAR_M - distance) / (0.6 * _GRASS_FAR_M), 0.0, 1.0)
    angle = heading + rng.uniform(-half, half, _TUFTS_PER_VIEW)
    places = np.stack([np.cos(angle), np.sin(angle)], axis=1) * distance[:, None]
    return places[keep] + np.asarray(camera["position_m"])[:2]


def _tuft_mesh(points: np.ndarray, distance: np.ndarray, name: str, rng: np.random.Generator) -> Mesh:
    height = next((h for key, h in _GRASS_HEIGHTS_M.items() if key in name), 0.07)
    count = len(points) * _BLADES_PER_TUFT
    far = np.repeat(distance, _BLADES_PER_TUFT)
    spread = (0.02 + 0.006 * far)[:, None]
    feet = np.repeat(points, _BLADES_PER_TUFT, axis=0) + rng.normal(size=(count, 3)) * spread * [1.0, 1.0, 0.0]
    lengths = height * rng.lognormal(0.0, 0.35, count) * (1.0 + 0.008 * far)
    widths = 0.0035 + 0.0011 * far
    along = np.array([0.0, 0.0, 1.0]) + rng.normal(size=(count, 3)) * [0.38, 0.38, 0.0]
    return _blades(feet - [0.0, 0.0, 0.01], along, rng.normal(size=(count, 3)), lengths, widths)


_GRASS_HEIGHTS_M = {"meadow": 0.28, "bund": 0.16, "forest": 0.14, "lawn": 0.055, "grass": 0.09}
