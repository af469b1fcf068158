# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaves on the crowns of the plain plants.

Leaves are strewn over the plain crowns' own surfaces, so the rich plant fills the outline that
the maps hold, whatever its species.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np
from fronds import feathered
from meshes import Mesh, add_mesh, face_normals, join
from plain_shapes import midribs
from surfaces import surface

_MAX_LEAVES = 400_000
# A field of rice is one element: it leaves something for the trees.
_MOST_OF_ONE, _WIDEST = 90_000, 3.0
# Crowns that no camera sees only cast shadows and stand in mirrors.
_UNSEEN = 4.0
_COARSEST = 2.0
_SEEN_MARGIN = 1.1


@dataclass(frozen=True)
class LeafStyle:
    """How a species is dressed.

    Parameters
    ----------
    length_m, width
        Of a leaf at least [m], and its width's share of that.
    layers
        Leaf area over crown surface.
    habit
        How leaves hang.
    lump
        Depth of the boughs and hollows of the crown, as a share of its smaller half extent.
    """

    length_m: float
    width: float
    layers: float
    habit: str
    lump: float = 0.0


_STYLES = {
    "pine": LeafStyle(0.30, 0.10, 2.6, "needle", 0.16),
    "conifer": LeafStyle(0.30, 0.14, 3.0, "needle", 0.16),
    "palm": LeafStyle(0.55, 0.09, 2.2, "leaflet"),
    "bamboo": LeafStyle(0.20, 0.22, 2.0, "leaf", 0.25),
    "shrub": LeafStyle(0.09, 0.5, 2.6, "leaf", 0.22),
    "hedge": LeafStyle(0.055, 0.6, 2.8, "leaf", 0.07),
    "rice": LeafStyle(0.30, 0.06, 3.0, "upright"),
    "broadleaf": LeafStyle(0.13, 0.5, 2.6, "leaf", 0.24),
}
# Shares of the distance to the eye: about two pixels long, one wide. Smaller ones would only be noise to render.
_LEAST_LEAF, _LEAST_SPRAY, _LEAST_BLADE = 0.006, 0.009, 0.0022
# No longer than this share of a plant's smaller half extent: far leaves grew over the window behind their pot.
_MOST_LEAF = 0.4
# Behind this, the shade between leaves stands for more and more of them.
_DENSE_M, _LEAST_DENSITY = 40.0, 0.4
# Leaves that are modelled one by one stay as they are.
_WHOLE_LEAVES = {"banana", "agave", "undergrowth", "cactus"}


@dataclass(frozen=True, eq=False)
class _Crown:
    """A plain crown to dress: ``distance_m`` stands for how large a leaf may be."""

    material: int
    style: LeafStyle
    mesh: Mesh
    distance_m: float
    tone: float


def add_crowns(record: dict, leafy: list[tuple[int, Mesh]], cameras: list[dict], rng: np.random.Generator) -> None:
    """Dress every foliage element; ``leafy`` holds element rows and meshes."""
    species = {name: plant["species"] for plant in record["plants"] for name in plant["elements"]}
    crowns, dressed = [], {}
    for row, mesh in leafy:
        element = record["elements"][row]
        kind = species.get(element["name"]) or element["class_name"]
        tone = float(rng.random())
        if kind in _WHOLE_LEAVES:
            dressed.setdefault((element["material"], "large leaf", 1), []).append((mesh, tone))
            continue
        name = record["materials"][element["material"]]["name"]
        style = _STYLES.get(kind) or next((s for k, s in _STYLES.items() if k in name), _STYLES["broadleaf"])
        # No two trees of a kind have quite the same leaf.
        style = replace(
            style, length_m=style.length_m * rng.uniform(0.85, 1.3), width=style.width * rng.uniform(0.8, 1.2)
        )
        crowns.append(_Crown(element["material"], style, mesh, seen_distance(mesh[0], cameras), tone))
    coarseness, stretch = _budget(crowns)
    for crown in crowns:
        pieces = dressed.setdefault((crown.material, "leaf", 2), [])
        ribs = midribs(crown.mesh) if crown.style.habit == "leaflet" else None
        if ribs is not None:
            leaflets = feathered(ribs, spacing_m=_leaflet_spacing(crown, coarseness), rng=rng)
            pieces.append((rhombic_leaves(*leaflets), crown.tone))
            continue
        length, width = _leaf_size(crown, coarseness)
        thinned = np.sqrt(_count(crown, (length, width), most=None) / _MOST_OF_ONE)
        size = (length * stretch, width * stretch * float(np.clip(thinned, 1.0, _WIDEST)))
        pieces.append((_strew(crown, size, rng), crown.tone))
        if crown.style.habit in ("leaf", "needle"):
            shade = _shrunk(crown.mesh, max(size[0], crown.style.lump * _extent(crown.mesh)))
            dressed.setdefault((crown.material, "crown core", 1), []).append((shade, crown.tone))
    for (material, role, per), pieces in dressed.items():
        entry = record["materials"][material]
        add_tinted(f"{role} {per} {entry['name']}", pieces, surface(entry, {}, role=role), rng, per=per)


def seen_distance(points: np.ndarray, cameras: list[dict]) -> float:
    """From the nearest camera that sees the points' middle [m]; several times too far where none does."""
    middle, radius = points.mean(0), float(np.ptp(points, axis=0).max()) / 2
    nearest, seen = np.inf, np.inf
    for camera in cameras:
        to = middle - camera["position_m"]
        distance = max(float(np.linalg.norm(to)), 0.5)
        forward = np.subtract(camera["target_m"], camera["position_m"])
        ahead = float(to @ forward / np.linalg.norm(forward))
        aside = float(np.sqrt(max(distance**2 - ahead**2, 0.0)))
        reach = 0.5 * np.hypot(1.0, 1.0) * camera["sensor_mm"] / camera["focal_mm"] + np.abs(camera["shift"]).max()
        nearest = min(nearest, distance)
        if aside - radius < max(ahead + radius, 0.0) * reach * _SEEN_MARGIN:
            seen = min(seen, distance)
    return seen if np.isfinite(seen) else _UNSEEN * nearest


def _budget(crowns: list[_Crown]) -> tuple[float, float]:
    """How many times larger distant leaves, and all leaves, are, so that a scene has about ``_MAX_LEAVES``."""
    low, high = 1.0, _COARSEST
    for _ in range(8):
        middle = (low + high) / 2
        low, high = (middle, high) if _total(crowns, middle) > _MAX_LEAVES else (low, middle)
    return high, max(1.0, float(np.sqrt(_total(crowns, high) / _MAX_LEAVES)))


def _total(crowns: list[_Crown], coarseness: float) -> int:
    return sum(_count(crown, _leaf_size(crown, coarseness)) for crown in crowns)


def _leaf_size(crown: _Crown, coarseness: float) -> tuple[float, float]:
    """Length and width of a leaf [m]."""
    style, distance = crown.style, crown.distance_m * coarseness
    if style.habit in ("leaf", "needle"):
        length = max(style.length_m, (_LEAST_LEAF if style.habit == "leaf" else _LEAST_SPRAY) * distance)
        length = min(length, _MOST_LEAF * _extent(crown.mesh))
        return length, max(length * style.width, _LEAST_BLADE * distance)
    return style.length_m, max(style.length_m * style.width, _LEAST_BLADE * distance)


def _leaflet_spacing(crown: _Crown, coarseness: float) -> float:
    return max(0.055, 0.0035 * crown.distance_m * coarseness)


def add_tinted(
    name: str, pieces: list[tuple[Mesh, float]], material: bpy.types.Material, rng: np.random.Generator, *, per: int
) -> None:
    """One object of meshes with a tone each; ``per`` faces share a leaf, and each leaf strays from its plant's tone."""
    vertices, faces = join([mesh for mesh, _ in pieces])
    plant = np.concatenate([np.full(len(mesh[1]), tone) for mesh, tone in pieces])
    leaf = np.repeat(rng.random(-(-len(faces) // per)), per)[: len(faces)]
    add_mesh(name, vertices, faces, material, tone=0.5 * (plant + leaf), metres=np.zeros((len(faces), 3, 2)))


def _areas(mesh: Mesh) -> np.ndarray:
    vertices, faces = mesh
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def _extent(mesh: Mesh) -> float:
    """Smaller half extent [m]."""
    return float(np.ptp(mesh[0], axis=0).min()) / 2


def _count(crown: _Crown, size: tuple[float, float], *, most: int | None = _MOST_OF_ONE) -> int:
    layers = crown.style.layers * np.clip(_DENSE_M / crown.distance_m, _LEAST_DENSITY, 1.0)
    count = int(np.ceil(layers * _areas(crown.mesh).sum() / (0.5 * size[0] * size[1])))
    return count if most is None else min(count, most)


def _strew(crown: _Crown, size: tuple[float, float], rng: np.random.Generator) -> Mesh:
    vertices, faces = crown.mesh
    style = crown.style
    areas = _areas(crown.mesh)
    count = max(4, _count(crown, size))
    chosen = rng.choice(len(faces), count, p=areas / areas.sum())
    weights = rng.dirichlet((1.0, 1.0, 1.0), count)
    points = np.einsum("nk,nkd->nd", weights, vertices[faces[chosen]].astype(np.float64))
    normals = face_normals(vertices.astype(np.float64), faces)[chosen]
    if style.lump > 0.0:
        extent = _extent(crown.mesh)
        bough = _waves(points, 0.25 + 0.6 * extent, rng)
        # Boughs reach a little beyond the plain crown, hollows far into it, and hold fewer leaves.
        kept = rng.random(count) < np.clip(0.8 + 0.8 * bough, 0.15, 1.0)
        points = (points + normals * (style.lump * extent * (bough - 0.6))[:, None])[kept]
        normals, count = normals[kept], int(kept.sum())
    spread = rng.uniform(0.65, 1.3, count)
    along, facing = _habit(style.habit, points - vertices.mean(0), normals, rng)
    if style.habit in ("leaf", "needle"):
        points += normals * (rng.normal(-0.25, 0.45, count) * size[0])[:, None]
    return rhombic_leaves(points, along, facing, size[0] * spread, size[1] * spread)


def _waves(points: np.ndarray, period_m: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise of -1 to 1 through space."""
    waves = rng.normal(size=(6, 3))
    waves *= (2 * np.pi / period_m) * rng.uniform(0.7, 1.6, (6, 1)) / np.linalg.norm(waves, axis=1, keepdims=True)
    return np.clip(np.sin(points @ waves.T + rng.uniform(0, 2 * np.pi, 6)).sum(axis=1) / 2.6, -1.0, 1.0)


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


def rhombic_leaves(
    points: np.ndarray, along: np.ndarray, facing: np.ndarray, lengths: np.ndarray, widths: np.ndarray
) -> Mesh:
    """Leaves from a foot point: four vertices, two triangles each."""
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
