# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suns, the two lobes of the sky and lamps: each its own light group of unit strength."""

from __future__ import annotations

import math

import bpy
import numpy as np
from graph import Graph, new_material

# The same exponent as archviz.core.illumination.SKY_EXPONENT (a test holds them together).
SKY_EXPONENT = 0.45
SUN_DISC_DEG = 0.53
GROUPS = ("sun0", "sun1", "zenith", "horizon", "windows", "lamps")
# Strength each group is rendered with; the picture is divided by it. A group's strength only
# decides how many light samples it draws, so that no group starves another.
STRENGTHS = {"sun0": 4.0, "sun1": 4.0, "zenith": 1.0, "horizon": 1.0, "windows": 2.0, "lamps": 4.0}
_DOME_RADIUS_M = 20_000.0
_LAMP_RADIUS_M = 0.12


def sun_vector(sun: dict[str, float]) -> np.ndarray:
    """(3,) unit vector towards a sun of the scene file."""
    altitude, azimuth = math.radians(sun["altitude_deg"]), math.radians(sun["azimuth_deg"])
    level = math.cos(altitude)
    return np.array([level * math.sin(azimuth), level * math.cos(azimuth), math.sin(altitude)])


def add_suns(suns: list[dict[str, float]]) -> None:
    """One distant lamp a sun."""
    from mathutils import Vector

    for row, sun in enumerate(suns[:2]):
        data = bpy.data.lights.new(f"sun{row}", "SUN")
        data.angle = math.radians(SUN_DISC_DEG)
        data.energy = STRENGTHS[f"sun{row}"]
        thing = bpy.data.objects.new(f"sun{row}", data)
        thing.rotation_mode = "QUATERNION"
        thing.rotation_quaternion = Vector(sun_vector(sun)).to_track_quat("Z", "Y")
        thing.lightgroup = f"sun{row}"
        bpy.context.scene.collection.objects.link(thing)


def add_sky() -> None:
    """The zenith lobe as the world, the horizon lobe as a dome that only light sees.

    One world can hold one group, hence the dome. It lets rays pass on to the world and casts
    no shadow, so both lobes light the scene as if each were alone.
    """
    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.lightgroup = "zenith"
    graph = Graph(world.node_tree)
    up = graph.xyz(graph.node("TexCoord").outputs["Generated"])[2]
    weight = graph.math("POWER", graph.math("MAXIMUM", up, 0.0), SKY_EXPONENT)
    background = graph.node("Background", {"Color": (1.0, 1.0, 1.0), "Strength": weight})
    graph.node("OutputWorld", {"Surface": background.outputs[0]})
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 64

    material, graph = new_material("horizon dome")
    up = graph.xyz(graph.vector("NORMALIZE", graph.node("NewGeometry").outputs["Position"]))[2]
    weight = graph.math("SUBTRACT", 1.0, graph.math("POWER", graph.math("MAXIMUM", up, 0.0), SKY_EXPONENT))
    emission = graph.node("Emission", {"Color": (1.0, 1.0, 1.0), "Strength": weight}).outputs[0]
    graph.output(graph.add_shader(graph.node("BsdfTransparent").outputs[0], emission))
    material.cycles.emission_sampling = "BACK"
    mesh = bpy.data.meshes.new("dome")
    vertices, faces = _half_dome(3, (0.0, 90.0))
    mesh.from_pydata(vertices * _DOME_RADIUS_M, [], faces)
    mesh.materials.append(material)
    dome = bpy.data.objects.new("dome", mesh)
    dome.lightgroup = "horizon"
    dome.visible_camera = False
    dome.visible_shadow = False
    bpy.context.scene.collection.objects.link(dome)


def _half_dome(sides: int, altitudes_deg: tuple[float, ...]) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    # Rings close together at the horizon, where the lobe is bright and steep.
    ring = np.arange(sides) * 2 * np.pi / sides
    points = [
        np.stack([np.cos(a) * np.cos(ring), np.cos(a) * np.sin(ring), np.full(sides, np.sin(a))], axis=1)
        for a in np.radians(altitudes_deg[:-1])
    ]
    vertices = np.concatenate([*points, [[0.0, 0.0, 1.0]]])
    faces: list[tuple[int, ...]] = []
    for row in range(len(points) - 1):
        for k in range(sides):
            a, b = row * sides + k, row * sides + (k + 1) % sides
            faces.append((a, b, b + sides, a + sides))
    last = (len(points) - 1) * sides
    faces += [(last + k, last + (k + 1) % sides, len(vertices) - 1) for k in range(sides)]
    return vertices, faces


def add_lamps(positions_m: list[list[float]]) -> None:
    """A small round lamp of one watt a steradian at each position."""
    if not positions_m:
        return
    data = bpy.data.lights.new("lamp", "POINT")
    # A point lamp of P watts has radiant intensity P / (4 pi) (measured; a test holds it).
    data.energy = STRENGTHS["lamps"] * 4.0 * math.pi
    data.shadow_soft_size = _LAMP_RADIUS_M
    for row, position in enumerate(positions_m):
        thing = bpy.data.objects.new(f"lamp{row}", data)
        thing.location = position
        thing.lightgroup = "lamps"
        bpy.context.scene.collection.objects.link(thing)
