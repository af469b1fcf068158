# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials of plants, rock and woods."""

from __future__ import annotations

from graph import Graph, Socket, finish, scaled, toward, vary, world_position


def _leaf_color(graph: Graph, entry: dict, *, alone: bool = False) -> Socket:
    tone = graph.attribute("tone").outputs["Fac"]
    return graph.node(
        "HueSaturation",
        {
            "Hue": graph.math("MULTIPLY_ADD", tone, -0.08, 0.54),
            "Saturation": 0.88,
            # Leaves shade one another: a crown of these returns about what the plain crown does.
            "Value": graph.math("MULTIPLY_ADD", tone, 0.7, 0.75)
            if alone
            else graph.math("MULTIPLY_ADD", tone, 1.3, 1.4),
            "Color": entry["base_color"],
        },
    ).outputs[0]


def leaves(graph: Graph, entry: dict, detail: dict) -> None:
    """Thin leaves, lit from both sides."""
    _thin(graph, _leaf_color(graph, entry))


def large_leaves(graph: Graph, entry: dict, detail: dict) -> None:
    """Leaves that stand apart, as large as the plain ones."""
    _thin(graph, _leaf_color(graph, entry, alone=True))


def _thin(graph: Graph, color: Socket) -> None:
    front = graph.node("BsdfPrincipled", {"Base Color": color, "Roughness": 0.5, "Specular IOR Level": 0.3}).outputs[0]
    through = graph.node("BsdfTranslucent", {"Color": graph.mix(0.3, color, (0.30, 0.40, 0.05))}).outputs[0]
    graph.output(graph.mix_shader(0.45, front, through))


def blade(graph: Graph, entry: dict, detail: dict) -> None:
    """Grass shaded mostly as the lawn it stands on, so that near and far lawn match."""
    position = world_position(graph)
    color = vary(graph, _leaf_color(graph, entry), graph.noise(position, 0.12, 4.0, 0.6), 0.22)
    dry = graph.ramp(graph.noise(position, 0.9, 3.0), 0.52, 0.75, 0.0, 0.5)
    color = graph.mix(dry, color, toward(entry["base_color"], (0.34, 0.27, 0.10), 0.7))
    upright = graph.vector("ADD", graph.scale(graph.node("NewGeometry").outputs["Normal"], 0.35), (0.0, 0.0, 0.65))
    normal = graph.vector("NORMALIZE", upright)
    graph.output(
        graph.node(
            "BsdfPrincipled", {"Base Color": color, "Roughness": 0.6, "Specular IOR Level": 0.15, "Normal": normal}
        ).outputs[0]
    )


def core(graph: Graph, entry: dict, detail: dict) -> None:
    """The shade between leaves."""
    color = vary(graph, scaled(entry["base_color"], 0.75), graph.noise(world_position(graph), 3.0, 3.0), 0.5)
    graph.output(graph.node("BsdfDiffuse", {"Color": color}).outputs[0])


def bark(graph: Graph, entry: dict, detail: dict) -> None:
    x, y, z = graph.xyz(world_position(graph))
    fissure = graph.noise(
        graph.combine(graph.math("MULTIPLY", x, 14.0), graph.math("MULTIPLY", y, 14.0), graph.math("MULTIPLY", z, 2.5)),
        1.0,
        4.0,
        0.65,
    )
    color = vary(graph, entry["base_color"], fissure, 0.5)
    finish(graph, color, entry, bump=graph.bump(fissure, 0.05), specular=0.1)


def rock(graph: Graph, entry: dict, detail: dict) -> None:
    position = world_position(graph)
    mass, crack = graph.noise(position, 0.15, 6.0, 0.65), graph.noise(position, 1.6, 6.0, 0.7)
    color = vary(graph, vary(graph, entry["base_color"], mass, 0.35), crack, 0.35)
    finish(
        graph,
        color,
        entry,
        bump=graph.bump(graph.math("ADD", graph.math("MULTIPLY", mass, 4.0), crack), 0.12),
        specular=0.1,
    )


def wooded(graph: Graph, entry: dict, detail: dict) -> None:
    """Forest seen from afar: crowns as lumps of light and shade."""
    position = world_position(graph)
    crowns = graph.node("TexVoronoi", {"Vector": position, "Scale": 0.16, "Randomness": 1.0})
    dome = graph.ramp(crowns.outputs["Distance"], 0.0, 0.75, 1.0, 0.0)
    tone = graph.xyz(crowns.outputs["Color"])[0]
    color = vary(graph, vary(graph, entry["base_color"], tone, 0.3), graph.noise(position, 1.2, 4.0, 0.7), 0.35)
    color = graph.scale(color, graph.math("MULTIPLY_ADD", dome, 0.75, 0.5))
    finish(graph, color, entry, bump=graph.bump(dome, 3.0), specular=0.05)
