# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials of the ground: earth, roads, lawns, water."""

from __future__ import annotations

from graph import Graph, finish, scaled, toward, vary, world_position


def gravel(graph: Graph, entry: dict, detail: dict) -> None:
    """Loose or trodden ground."""
    position = world_position(graph)
    far, near = graph.noise(position, 0.15, 4.0, 0.6), graph.noise(position, 5.0, 5.0, 0.7)
    grit = graph.noise(position, 70.0, 2.0, 0.7)
    color = vary(graph, vary(graph, entry["base_color"], graph.spread(far), 0.08), graph.spread(near), 0.07)
    color = vary(graph, color, grit, 0.25)
    relief = graph.math("ADD", near, graph.math("MULTIPLY", grit, 0.25))
    finish(graph, color, entry, bump=graph.bump(relief, 0.03), specular=0.15)


def asphalt(graph: Graph, entry: dict, detail: dict) -> None:
    """A road that was cut open and mended, with cracks, stains and worn stone."""
    position = world_position(graph)
    x, y, _ = graph.xyz(position)
    warp, grit = graph.noise(position, 0.5, 4.0, 0.65), graph.noise(position, 45.0, 2.0, 0.8)
    bent = graph.combine(graph.math("MULTIPLY_ADD", warp, 1.6, x), graph.math("MULTIPLY_ADD", warp, -1.3, y))
    plates = graph.node(
        "TexVoronoi", {"Vector": bent, "Scale": 0.22}, feature="DISTANCE_TO_EDGE", voronoi_dimensions="2D"
    )
    worn = graph.ramp(graph.noise(position, 0.13, 3.0), 0.42, 0.58)
    crack = graph.ramp(plates.outputs["Distance"], 0.001, 0.012, 0.75, 0.0)
    patch = graph.node("TexVoronoi", {"Vector": position, "Scale": 0.45}, distance="CHEBYCHEV", voronoi_dimensions="2D")
    mended = graph.math("GREATER_THAN", graph.xyz(patch.outputs["Color"])[0], 0.84)
    mended = graph.math("MULTIPLY", mended, graph.math("LESS_THAN", patch.outputs["Distance"], 0.3))
    stain = graph.ramp(graph.noise(position, 0.9, 5.0, 0.7), 0.58, 0.72, 0.0, 0.35)
    wear = graph.spread(graph.noise(position, 0.35, 6.0, 0.75))
    color = vary(graph, vary(graph, entry["base_color"], wear, 0.35), graph.spread(grit), 0.3)
    color = graph.scale(color, graph.ramp(mended, 0.0, 1.0, 1.05, 0.75))
    dark = graph.math("MAXIMUM", graph.math("MULTIPLY", crack, worn), stain)
    color = graph.mix(dark, color, scaled(entry["base_color"], 0.3))
    finish(graph, color, entry, bump=graph.bump(grit, 0.012), roughness=graph.ramp(warp, 0.3, 0.7, 0.6, 0.95))


def lawn(graph: Graph, entry: dict, detail: dict) -> None:
    """The ground below and beyond the blades."""
    position = world_position(graph)
    far, near = graph.noise(position, 0.12, 4.0, 0.6), graph.noise(position, 2.0, 5.0, 0.7)
    fine = graph.noise(position, 35.0, 3.0, 0.8)
    color = vary(graph, vary(graph, entry["base_color"], graph.spread(far), 0.16), graph.spread(near), 0.16)
    color = graph.mix(
        graph.ramp(far, 0.5, 0.75, 0.0, 0.35), color, toward(entry["base_color"], (0.30, 0.25, 0.10), 0.6)
    )
    color = vary(graph, color, fine, 0.45)
    relief = graph.math("ADD", near, graph.math("MULTIPLY", fine, 0.6))
    finish(graph, color, entry, bump=graph.bump(relief, 0.06), roughness=0.9, specular=0.1)


def water(graph: Graph, entry: dict, detail: dict) -> None:
    """Ripples here, a smooth sheet there, and the mirror stronger at a graze."""
    position = world_position(graph)
    x, y, _ = graph.xyz(position)
    stretched = graph.combine(graph.math("MULTIPLY", x, 0.6), y)
    swell, ripple = graph.noise(stretched, 0.5, 2.0), graph.noise(stretched, 4.0, 3.0, 0.55)
    calm = graph.ramp(graph.noise(position, 0.05, 2.0), 0.4, 0.65, 0.25, 1.0)
    relief = graph.math("MULTIPLY", graph.math("MULTIPLY_ADD", ripple, 0.3, swell), calm)
    normal = graph.bump(relief, float(detail.get("ripple_m", 0.05)))
    facing = graph.node("LayerWeight", {"Blend": 0.5, "Normal": normal}).outputs["Facing"]
    fresnel = graph.math("MULTIPLY_ADD", graph.math("POWER", facing, 5.0), 0.96, 0.03)
    color = vary(graph, entry["base_color"], graph.noise(position, 0.3, 3.0), 0.15)
    body = graph.node("BsdfDiffuse", {"Color": color}).outputs[0]
    mirror = graph.node("BsdfGlossy", {"Color": (1.0, 1.0, 1.0), "Roughness": 0.03, "Normal": normal}).outputs[0]
    graph.output(graph.mix_shader(fresnel, body, mirror))
