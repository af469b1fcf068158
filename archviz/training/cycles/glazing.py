# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Panes with the sky on them and a room behind them.

The room is not geometry: the pane's shader follows the view ray into a box behind the pane and
colours it where it lands. It needs no hole in the wall, fits any pane, and adds no noise.
"""

from __future__ import annotations

import bpy
import numpy as np
from graph import Graph, Socket, new_material
from meshes import add_mesh
from plain_shapes import room_cells

# Of the light that falls on the pane, what comes back from a surface inside: in through the
# glass, spread over the room, and out again.
_INSIDE_SHARE = 0.30
_CURTAIN_SHARE = 0.62
_CURTAIN_GAP_M = 0.07
_SHELF_M = 0.75
# Slats and folds narrower than a pixel are left out: they would be noise that the denoiser takes for texture.
_SLATS_SEEN_M, _FOLDS_SEEN_M = (6.0, 16.0), (20.0, 45.0)
_NEIGHBOURS_LIT = 0.3
_FRAMES = ((0.62, 0.61, 0.58), (0.05, 0.05, 0.055), (0.20, 0.12, 0.07), (0.30, 0.31, 0.32))
# Keeps a drawn pane in front of the coplanar faces some models put behind it.
_PROUD_M = 0.002


def add_panes(record: dict, rng: np.random.Generator) -> None:
    """Two meshes, lit and dark panes, of all recorded panes."""
    glass = {e["name"]: record["materials"][e["material"]] for e in record["elements"]}
    names = [e["name"] for e in record["elements"]]
    for lit in (False, True):
        panes = [p for p in record["panes"] if bool(p["lit"]) == lit]
        if not panes:
            continue
        first = panes[0]["element"]
        entry = glass[names[first] if isinstance(first, int) else first]
        corners = np.array([p["corners_m"] for p in panes], dtype=np.float64)
        depth = np.array([p.get("room_depth_m") or 4.0 for p in panes])
        thing = _pane_mesh(corners, depth, _pane_material(entry, lit=lit), rng)
        if lit:
            thing.lightgroup = "windows"


def add_neighbours(houses: list[np.ndarray], rng: np.random.Generator) -> None:
    """Framed panes, some of them lit, with rooms behind, of the neighbours' (n, 4, 3) glass, an array a house."""
    corners, frames = [], []
    for quads in houses:
        cells = np.concatenate([room_cells(quad) for quad in quads])
        corners.append(cells)
        frames.append(np.tile(_FRAMES[rng.integers(len(_FRAMES))], (len(cells), 1)))
    if not corners:
        return
    every, frame = np.concatenate(corners), np.concatenate(frames)
    shine = rng.random(len(every)) < _NEIGHBOURS_LIT
    for lit in (False, True):
        chosen = shine == lit
        if chosen.any():
            material = _pane_material({"base_color": (0.9, 0.95, 1.0)}, lit=lit, framed=True)
            depths = rng.uniform(2.5, 6.0, chosen.sum())
            thing = _pane_mesh(every[chosen], depths, material, rng, frame=frame[chosen])
            if lit:
                thing.lightgroup = "windows"


def _pane_mesh(
    corners: np.ndarray,
    depth: np.ndarray,
    material: bpy.types.Material,
    rng: np.random.Generator,
    *,
    frame: np.ndarray | None = None,
) -> bpy.types.Object:
    right, up = corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
    width, height = np.linalg.norm(right, axis=1), np.linalg.norm(up, axis=1)
    right /= width[:, None]
    up /= height[:, None]
    outward = np.cross(right, up)
    local = corners - corners[:, :1]
    metres = np.stack([np.einsum("pkd,pd->pk", local, axis) for axis in (right, up)], axis=-1)
    count = len(corners)
    vertices = (corners + outward[:, None] * _PROUD_M).reshape(-1, 3)
    faces = (np.arange(count)[:, None, None] * 4 + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    thing = add_mesh("panes", vertices, faces, material, metres=metres[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3, 2))
    columns = {
        "pane_size": np.stack([width, height, depth], axis=1),
        "pane_right": right,
        "pane_up": up,
        "pane_a": rng.random((count, 3)),
        "pane_b": rng.random((count, 3)),
    }
    if frame is not None:
        columns["pane_frame"] = frame
    for name, values in columns.items():
        attribute = thing.data.attributes.new(name, "FLOAT_VECTOR", "FACE")
        attribute.data.foreach_set("vector", np.repeat(values, 2, axis=0).astype(np.float32).ravel())
    return thing


class _Ray:
    """The view ray in the pane's frame: x to the right, y up, z into the room."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        right, up = (graph.attribute(name).outputs["Vector"] for name in ("pane_right", "pane_up"))
        incoming = graph.node("NewGeometry").outputs["Incoming"]
        self.u, self.v, _ = graph.xyz(graph.uv())
        self.du = graph.math("MULTIPLY", graph.dot(incoming, right), -1.0)
        self.dv = graph.math("MULTIPLY", graph.dot(incoming, up), -1.0)
        self.dz = graph.math("MAXIMUM", graph.dot(incoming, graph.vector("CROSS_PRODUCT", right, up)), 0.02)
        self.width, self.height, self.depth = graph.xyz(graph.attribute("pane_size").outputs["Vector"])
        self.random = [*graph.xyz(graph.attribute("pane_a").outputs["Vector"])]
        self.random += [*graph.xyz(graph.attribute("pane_b").outputs["Vector"])]

    def at_depth(self, depth: object) -> tuple[Socket, Socket]:
        """Where the ray crosses a plane parallel to the pane."""
        run = self.graph.math("DIVIDE", depth, self.dz)
        return self.graph.math("MULTIPLY_ADD", self.du, run, self.u), self.graph.math(
            "MULTIPLY_ADD", self.dv, run, self.v
        )


def _wall_run(graph: Graph, start: Socket, speed: Socket, low: object, high: object) -> Socket:
    """Ray length to the walls at low and high across one axis."""
    ahead = graph.math("GREATER_THAN", speed, 0.0)
    wall = graph.blend(ahead, low, high)
    # A ray along the wall never meets it.
    safe = graph.math(
        "MULTIPLY",
        graph.math("MAXIMUM", graph.math("ABSOLUTE", speed), 1e-4),
        graph.math("MULTIPLY_ADD", ahead, 2.0, -1.0),
    )
    return graph.math("DIVIDE", graph.math("SUBTRACT", wall, start), safe)


def _room(graph: Graph, ray: _Ray) -> tuple[Socket, Socket]:
    """Reflectance and lamp light of what the ray meets in the room."""
    a, b, c, d, e, f = ray.random
    margin = graph.math("MULTIPLY_ADD", a, 0.7, 0.15)
    tall = graph.math("GREATER_THAN", ray.height, 1.9)
    floor = graph.blend(tall, -0.85, -0.05)
    ceiling = graph.math("ADD", ray.height, 0.45)
    left, right = graph.math("MULTIPLY", margin, -1.0), graph.math("ADD", ray.width, margin)
    across = _wall_run(graph, ray.u, ray.du, left, right)
    rise = _wall_run(graph, ray.v, ray.dv, floor, ceiling)
    back = graph.math("DIVIDE", ray.depth, ray.dz)
    run = graph.math("MINIMUM", graph.math("MINIMUM", across, rise), back)
    x = graph.math("MULTIPLY_ADD", ray.du, run, ray.u)
    y = graph.math("MULTIPLY_ADD", ray.dv, run, ray.v)
    z = graph.math("MULTIPLY", ray.dz, run)
    wall = graph.node(
        "HueSaturation",
        {
            "Hue": graph.math("MULTIPLY_ADD", b, 0.16, 0.42),
            "Saturation": 0.7,
            "Value": graph.math("MULTIPLY_ADD", c, 0.5, 0.5),
            "Color": (0.72, 0.60, 0.46),
        },
    ).outputs[0]
    is_back = graph.math("LESS_THAN", back, graph.math("MINIMUM", across, rise))
    is_level = graph.math("LESS_THAN", rise, graph.math("MINIMUM", across, back))
    upward = graph.math("GREATER_THAN", ray.dv, 0.0)
    color = graph.mix(is_level, wall, graph.mix(upward, (0.25, 0.16, 0.09), (0.75, 0.74, 0.71)))
    # A door or a picture on the back wall.
    center = graph.math("MULTIPLY", ray.width, d)
    near_center = graph.math("LESS_THAN", graph.math("ABSOLUTE", graph.math("SUBTRACT", x, center)), 0.4)
    in_height = graph.math("MULTIPLY", graph.math("LESS_THAN", y, graph.math("ADD", floor, 2.05)), is_back)
    color = graph.mix(
        graph.math("MULTIPLY", graph.math("MULTIPLY", near_center, in_height), 0.8), color, (0.12, 0.08, 0.06)
    )
    # One lamp under the ceiling: inverse square, softened, and its own bright shade.
    middle = graph.math("MULTIPLY", ray.width, graph.math("MULTIPLY_ADD", e, 0.6, 0.2))
    gap = graph.combine(
        graph.math("SUBTRACT", x, middle),
        graph.math("SUBTRACT", y, graph.math("SUBTRACT", ceiling, 0.45)),
        graph.math("SUBTRACT", z, graph.math("MULTIPLY", ray.depth, 0.5)),
    )
    square = graph.dot(gap, gap)
    lamp = graph.math("ADD", graph.math("DIVIDE", 7.5, graph.math("ADD", square, 1.8)), 0.9)
    light = graph.scale(color, lamp)
    shelf_u, shelf_v = ray.at_depth(graph.math("MULTIPLY", ray.depth, graph.math("MULTIPLY_ADD", f, 0.45, 0.2)))
    cell = graph.math("FLOOR", graph.math("DIVIDE", shelf_u, _SHELF_M))
    key = graph.combine(cell, graph.math("MULTIPLY", a, 91.0))
    pick = graph.node("TexWhiteNoise", {"Vector": key}, noise_dimensions="2D")
    shelf_height = graph.ramp(pick.outputs["Value"], 0.35, 1.0, -0.2, 1.5)
    stands = graph.math("LESS_THAN", shelf_v, graph.math("ADD", floor, shelf_height))
    before = graph.math("LESS_THAN", graph.math("MULTIPLY", ray.depth, 0.2), z)
    stands = graph.math("MULTIPLY", stands, before)
    thing = graph.mix(
        0.7, graph.scale(pick.outputs["Color"], 0.3), graph.scale((0.3, 0.2, 0.13), pick.outputs["Value"])
    )
    color = graph.mix(stands, color, thing)
    light = graph.mix(stands, light, graph.scale(thing, 2.5))
    # Daylight dies away into the room.
    fade = graph.math("DIVIDE", 1.0, graph.math("MULTIPLY_ADD", z, 0.55, 1.0))
    return graph.scale(color, graph.math("MULTIPLY", fade, _INSIDE_SHARE)), light


def _curtains(graph: Graph, ray: _Ray) -> tuple[Socket, Socket, Socket]:
    """Where curtains or a blind hang, their reflectance, and the lamp light through them."""
    a, b, c, d, e, f = ray.random
    u, v = ray.at_depth(_CURTAIN_GAP_M)
    kind = e
    # 0-0.3 nothing, -0.6 drawn to the sides, -0.72 closed, -1 a blind let down part of the way.
    sides = graph.math("MULTIPLY", graph.math("GREATER_THAN", kind, 0.30), graph.math("LESS_THAN", kind, 0.72))
    closed = graph.math("MULTIPLY", graph.math("GREATER_THAN", kind, 0.60), graph.math("LESS_THAN", kind, 0.72))
    blind = graph.math("GREATER_THAN", kind, 0.72)
    reach = graph.math(
        "MULTIPLY", ray.width, graph.math("MULTIPLY_ADD", f, 0.2, graph.math("MULTIPLY_ADD", closed, 0.5, 0.08))
    )
    wave = graph.math(
        "SINE",
        graph.math(
            "MULTIPLY_ADD",
            graph.noise(graph.combine(graph.math("MULTIPLY", u, 3.0), a), 1.0, 1.0),
            14.0,
            graph.math("MULTIPLY", u, 46.0),
        ),
    )
    edge = graph.math("MINIMUM", u, graph.math("SUBTRACT", ray.width, u))
    hangs = graph.math("MULTIPLY", sides, graph.math("LESS_THAN", edge, reach))
    let_down = graph.math(
        "SUBTRACT", ray.height, graph.math("MULTIPLY", ray.height, graph.math("MULTIPLY_ADD", b, 0.8, 0.1))
    )
    slat = graph.ramp(graph.math("PINGPONG", v, 0.025), 0.004, 0.012, 0.35, 1.0)
    eye = graph.node("LightPath").outputs["Ray Length"]
    slat = graph.blend(graph.ramp(eye, *_SLATS_SEEN_M, 1.0, 0.0), 0.79, slat)
    wave = graph.math("MULTIPLY", wave, graph.ramp(eye, *_FOLDS_SEEN_M, 1.0, 0.0))
    drawn = graph.math("MULTIPLY", blind, graph.math("GREATER_THAN", v, let_down))
    share = graph.math("MAXIMUM", hangs, drawn)
    cloth = graph.node(
        "HueSaturation",
        {
            "Hue": graph.math("MULTIPLY_ADD", d, 0.2, 0.4),
            "Saturation": graph.math("MULTIPLY", c, 0.9),
            "Value": graph.math("MULTIPLY_ADD", b, 0.5, 0.45),
            "Color": (0.80, 0.74, 0.62),
        },
    ).outputs[0]
    relief = graph.blend(drawn, graph.math("MULTIPLY_ADD", wave, 0.16, 0.84), slat)
    color = graph.scale(cloth, graph.math("MULTIPLY", relief, _CURTAIN_SHARE))
    light = graph.scale(cloth, graph.math("MULTIPLY", relief, 1.7))
    return share, color, light


def _pane_material(entry: dict, *, lit: bool, framed: bool = False) -> bpy.types.Material:
    material, graph = new_material(f"pane {'lit' if lit else 'dark'}")
    ray = _Ray(graph)
    room, lamp_light = _room(graph, ray)
    share, cloth, cloth_light = _curtains(graph, ray)
    tint = tuple(
        float(np.clip(0.55 + 0.45 * c / max(max(entry["base_color"]), 0.05), 0.0, 1.0)) for c in entry["base_color"]
    )
    color = graph.node(
        "Mix", {0: 1.0, 6: graph.mix(share, room, cloth), 7: tint}, data_type="RGBA", blend_type="MULTIPLY"
    ).outputs[2]
    body = graph.node("BsdfDiffuse", {"Color": color}).outputs[0]
    if lit:
        body = graph.add_shader(body, _lamp_light(graph, graph.mix(share, lamp_light, cloth_light)))
        # A neighbour's lamps are seen; what they shed on the street is not worth the noise.
        material.cycles.emission_sampling = "NONE" if framed else "FRONT"
    # Float glass is nearly, not quite, flat: reflections of straight lines bend a little.
    sway = graph.noise(graph.node("NewGeometry").outputs["Position"], 0.9, 1.0)
    normal = graph.bump(sway, 0.012, 0.35)
    facing = graph.node("LayerWeight", {"Blend": 0.5}).outputs["Facing"]
    mirror = graph.node("BsdfGlossy", {"Color": (0.97, 0.98, 1.0), "Roughness": 0.015, "Normal": normal}).outputs[0]
    # Two faces of a pane, two panes of a window: about 0.14 straight on, all of it at a graze.
    fresnel = graph.math("MULTIPLY_ADD", graph.math("POWER", facing, 4.5), 0.84, 0.14)
    glass = graph.mix_shader(fresnel, body, mirror)
    graph.output(_in_frame(graph, ray, glass) if framed else glass)
    return material


def _in_frame(graph: Graph, ray: _Ray, glass: Socket) -> Socket:
    """The pane in a frame of its own, parted in the middle where it is wide."""
    aside = graph.math("MINIMUM", ray.u, graph.math("SUBTRACT", ray.width, ray.u))
    above = graph.math("MINIMUM", ray.v, graph.math("SUBTRACT", ray.height, ray.v))
    middle = graph.math("ABSOLUTE", graph.math("MULTIPLY_ADD", ray.width, -0.5, ray.u))
    parted = graph.math("ADD", middle, graph.math("LESS_THAN", ray.width, 1.0))
    nearest = graph.math("MINIMUM", graph.math("MINIMUM", aside, above), graph.math("ADD", parted, 0.02))
    color = graph.attribute("pane_frame").outputs["Vector"]
    bar = graph.node("BsdfDiffuse", {"Color": color}).outputs[0]
    return graph.mix_shader(graph.math("LESS_THAN", nearest, 0.055), glass, bar)


def _lamp_light(graph: Graph, seen: Socket) -> Socket:
    """The room for eyes and mirrors, an even pane for light that falls on other things."""
    path = graph.node("LightPath")
    eye = graph.math("MAXIMUM", path.outputs["Is Camera Ray"], path.outputs["Is Glossy Ray"])
    return graph.node("Emission", {"Color": graph.mix(eye, (1.0, 1.0, 1.0), seen), "Strength": 1.0}).outputs[0]
