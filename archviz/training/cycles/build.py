# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The detailed Blender scene of a plain scene folder."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import glazing
import grass
import light
import numpy as np
import vegetation
from files import read_glb
from meshes import add_mesh, face_normals, join
from plain_shapes import upright_quads
from surfaces import FOLIAGE, GRASS, STONE, TIMBER, surface

BUILDING, SURROUNDINGS, GROUND = 1, 2, 3
_GLASS_ABOVE = 0.5
_SMOOTH_DEG = 35.0
# A face that leans back by more than this is a roof; level faces are floors and slabs.
_ROOF_UP = (0.12, 0.985)


def build(folder: Path) -> dict:
    """Replace whatever Blender holds by the scene of ``folder``; answers its record."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    record = json.loads((folder / "scene.json").read_text(encoding="utf-8"))
    meshes = read_glb(folder / "plain.glb")
    light.add_suns(record["suns"])
    light.add_sky()
    light.add_lamps(record.get("lamps_m", []))
    elements = record["elements"]
    glazed = {pane["element"] for pane in record["panes"]}
    woody = {name for plant in record["plants"] for name in plant["elements"]}
    leafy: list[tuple[int, tuple[np.ndarray, np.ndarray]]] = []
    ground: list[tuple[int, tuple[np.ndarray, np.ndarray]]] = []
    grassy: set[int] = set()
    neighbours: list[np.ndarray] = []
    surfaces: dict[tuple[int, str], list[tuple[np.ndarray, np.ndarray, float]]] = {}
    rng = np.random.default_rng(record["seed"])
    for row, element in enumerate(elements):
        mesh = meshes.get(f"e{row:05d}")
        if mesh is None or row in glazed or element["name"] in glazed:
            continue
        material = record["materials"][element["material"]]
        if material["family"] == FOLIAGE and element["part"] != GROUND:
            leafy.append((row, mesh))
            continue
        if element["part"] == GROUND:
            ground.append((row, mesh))
            if material["family"] == GRASS:
                grassy.add(row)
        if element["part"] == SURROUNDINGS and material["transmission"] > _GLASS_ABOVE:
            panes = upright_quads(mesh)
            if panes is not None:
                neighbours.append(panes)
                continue
        vertices, faces = mesh
        tone = float(rng.random())
        for role, chosen in _roles(element, material, vertices, faces, plant=element["name"] in woody):
            surfaces.setdefault((element["material"], role), []).append((vertices, faces[chosen], tone))
    details = record.get("facade_detail", {})
    for (row, role), pieces in surfaces.items():
        entry = record["materials"][row]
        detail = details.get(entry["name"], {}) if role not in ("ground",) else {}
        thing = _join(f"{entry['name']} {role}", pieces, surface(entry, detail, role=role), role)
        if max(entry.get("emission", (0.0,))) > 0.0:
            thing.lightgroup = "lamps"
    glazing.add_panes(record, rng)
    glazing.add_neighbours(neighbours, rng)
    cameras = [view["camera"] for view in record["cameras"]]
    vegetation.add_crowns(record, leafy, cameras, rng)
    grass.add_grass(record, ground, grassy, cameras, rng)
    return record


def _roles(
    element: dict, material: dict, vertices: np.ndarray, faces: np.ndarray, *, plant: bool
) -> list[tuple[str, np.ndarray]]:
    """What an element's faces are to the painter of surfaces, and which they are."""
    part, family = element["part"], material["family"]
    every = np.ones(len(faces), dtype=bool)
    if material["transmission"] > _GLASS_ABOVE:
        return [("sheet glass" if part == BUILDING else "dark glass", every)]
    if material["name"] == "steel" and element["class_name"] == "tube-houses":
        return [("shutter", every)]
    if plant and family == TIMBER:
        return [("bark", every)]
    if part == GROUND and family == FOLIAGE:
        return [("woods", every)]
    up = face_normals(vertices, faces)[:, 2]
    if part != BUILDING and family == STONE:
        # Joints belong on walls and pavements, not on hills and boulders.
        laid = (np.abs(up) < 0.02) | (np.abs(up) > 0.98)
        return [(role, chosen) for role, chosen in (("rock", ~laid), ("other", laid)) if chosen.any()]
    if part == GROUND:
        return [("ground", every)]
    roof = (up > _ROOF_UP[0]) & (up < _ROOF_UP[1])
    return [(role, chosen) for role, chosen in (("roof", roof), ("other", ~roof)) if chosen.any()]


def _join(
    name: str, pieces: list[tuple[np.ndarray, np.ndarray, float]], material: bpy.types.Material, role: str
) -> bpy.types.Object:
    vertices, faces = join([(v, f) for v, f, _ in pieces])
    tone = np.concatenate([np.full(len(f), t) for _, f, t in pieces])
    span = np.concatenate([np.tile((v[:, 2].min(), v[:, 2].max()), (len(f), 1)) for v, f, _ in pieces])
    return add_mesh(name, vertices, faces, material, smooth_deg=_SMOOTH_DEG, tone=tone, span=span)
