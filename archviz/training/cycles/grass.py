# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blades on the lawns near the cameras."""

from __future__ import annotations

import numpy as np
from mathutils.bvhtree import BVHTree
from meshes import Mesh, join
from surfaces import surface
from vegetation import add_tinted, rhombic_leaves

_TUFTS_PER_VIEW = 26_000
_BLADES_PER_TUFT = 5
_NEAR_M, _FAR_M = 1.2, 55.0
# From higher up, blades are smaller than a pixel and the lawn's own texture does.
_EYE_M = 14.0
_HEIGHTS_M = {"meadow": 0.28, "bund": 0.16, "forest": 0.14, "lawn": 0.055, "grass": 0.09}


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
            if face is None or owners[face] not in grassy or camera["position_m"][2] - location.z > _EYE_M:
                continue
            distance = float(np.hypot(x - camera["position_m"][0], y - camera["position_m"][1]))
            material = record["elements"][owners[face]]["material"]
            tufts.setdefault(material, []).append((np.array(location), distance))
    for material, places in tufts.items():
        entry = record["materials"][material]
        mesh = _tuft_mesh(np.array([p for p, _ in places]), np.array([d for _, d in places]), entry["name"], rng)
        add_tinted(f"grass {entry['name']}", [(mesh, 0.5)], surface(entry, {}, role="blade"), rng, per=2)


def _tuft_places(camera: dict, rng: np.random.Generator) -> np.ndarray:
    """(n, 2) ground points whose density falls with the square of the distance: even on the picture."""
    forward = np.subtract(camera["target_m"], camera["position_m"])[:2]
    heading = np.arctan2(forward[1], forward[0])
    half = np.arctan(0.5 * camera["sensor_mm"] / camera["focal_mm"]) + abs(camera["shift"][0]) + 0.08
    distance = np.exp(rng.uniform(np.log(_NEAR_M), np.log(_FAR_M), _TUFTS_PER_VIEW))
    # Thinned towards the end, so that blades and bare lawn meet without a line.
    keep = rng.random(_TUFTS_PER_VIEW) < np.clip((_FAR_M - distance) / (0.6 * _FAR_M), 0.0, 1.0)
    angle = heading + rng.uniform(-half, half, _TUFTS_PER_VIEW)
    places = np.stack([np.cos(angle), np.sin(angle)], axis=1) * distance[:, None]
    return places[keep] + np.asarray(camera["position_m"])[:2]


def _tuft_mesh(points: np.ndarray, distance: np.ndarray, name: str, rng: np.random.Generator) -> Mesh:
    height = next((h for key, h in _HEIGHTS_M.items() if key in name), 0.07)
    count = len(points) * _BLADES_PER_TUFT
    far = np.repeat(distance, _BLADES_PER_TUFT)
    spread = (0.02 + 0.006 * far)[:, None]
    feet = np.repeat(points, _BLADES_PER_TUFT, axis=0) + rng.normal(size=(count, 3)) * spread * [1.0, 1.0, 0.0]
    lengths = height * rng.lognormal(0.0, 0.35, count) * (1.0 + 0.008 * far)
    widths = 0.0035 + 0.0011 * far
    along = np.array([0.0, 0.0, 1.0]) + rng.normal(size=(count, 3)) * [0.38, 0.38, 0.0]
    return rhombic_leaves(feet - [0.0, 0.0, 0.01], along, rng.normal(size=(count, 3)), lengths, widths)
