# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces of units laid in courses: brick, stone, tiles, shingles, panels; and the weather on any wall."""

from __future__ import annotations

import numpy as np
from graph import Graph, Rgb, Socket, finish, scaled, toward, vary, world_position


def weathered(graph: Graph, color: object, wear: float) -> Socket:
    """Blotches, streaks that rain draws down from the top of upright faces, dirt splashed up at their foot."""
    position = world_position(graph)
    x, y, z = graph.xyz(position)
    low, high, _ = graph.xyz(graph.attribute("span").outputs["Vector"])
    upright = graph.math("SUBTRACT", 1.0, graph.math("ABSOLUTE", graph.xyz(graph.true_normal())[2]))
    blotch = graph.noise(position, 0.6, 5.0, 0.65)
    color = vary(graph, color, graph.spread(blotch), 0.05 + 0.14 * wear)
    streak = graph.noise(
        graph.combine(graph.math("MULTIPLY", x, 4.0), graph.math("MULTIPLY", y, 4.0), graph.math("MULTIPLY", z, 0.15)),
        1.0,
        4.0,
        0.65,
    )
    # Water runs the farther down the more of it comes at one place.
    reach = graph.math("MULTIPLY_ADD", graph.ramp(streak, 0.35, 0.75), 3.0, 0.25)
    fall = graph.math("SUBTRACT", 1.0, graph.math("DIVIDE", graph.math("SUBTRACT", high, z), reach))
    run = graph.math("MULTIPLY", graph.math("MAXIMUM", fall, 0.0), graph.ramp(streak, 0.3, 0.7, 0.15, 1.0))
    run = graph.math("MULTIPLY_ADD", run, 0.15 + 0.5 * wear, graph.ramp(streak, 0.55, 0.8, 0.0, 0.3 * wear))
    foot = graph.ramp(graph.math("SUBTRACT", z, low), 0.0, 0.8, 1.0, 0.0)
    splash = graph.math("MULTIPLY", foot, graph.ramp(blotch, 0.3, 0.7, 0.2, 1.0))
    dirt = graph.math("MULTIPLY_ADD", splash, 0.12 + 0.3 * wear, run)
    dirt = graph.math("MINIMUM", graph.math("MULTIPLY", dirt, upright), 0.6)
    return graph.mix(dirt, color, (0.10, 0.09, 0.075))


def coursed(
    graph: Graph,
    base: Rgb,
    *,
    width: float,
    height: float,
    joint: float,
    mortar: Rgb,
    spread: float,
    offset: float = 0.5,
) -> tuple[Socket, Socket]:
    """Units with joints in metres; colour, and height 1 on units and 0 in joints."""
    share = 1.0 - (1.0 - joint / width) * (1.0 - joint / height)
    face = tuple(max((b - share * m) / (1.0 - share), 0.3 * b) for b, m in zip(base, mortar, strict=True))
    brick = graph.node(
        "TexBrick",
        {
            "Vector": graph.uv(),
            "Color1": scaled(face, 1.0 + spread),
            "Color2": scaled(face, 1.0 - spread),
            "Mortar": mortar,
            "Scale": 1.0,
            "Mortar Size": joint / 2,
            "Mortar Smooth": 0.2,
            "Bias": 0.0,
            "Brick Width": width,
            "Row Height": height,
        },
        offset=offset,
    )
    return brick.outputs["Color"], graph.math("SUBTRACT", 1.0, brick.outputs["Factor"])


def brick(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    mortar = tuple(detail.get("joint_color", toward(scaled(base, 1.2), (0.45, 0.43, 0.40), 0.6)))
    course = float(detail.get("scale_m", 0.075))
    color, height = coursed(graph, base, width=course * 3.2, height=course, joint=0.011, mortar=mortar, spread=0.22)
    rough = graph.noise(world_position(graph), 40.0, 2.0)
    color = weathered(graph, vary(graph, color, rough, 0.12), detail.get("wear", 0.3))
    relief = graph.math("MULTIPLY_ADD", rough, 0.25, height)
    finish(graph, color, entry, bump=graph.bump(relief, 0.008), specular=0.2)


def stone(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    scale = float(detail.get("scale_m", 0.6))
    color, height = coursed(
        graph, base, width=scale, height=scale * 0.5, joint=0.008, mortar=scaled(base, 0.45), spread=0.2
    )
    cloud = graph.noise(world_position(graph), 2.5, 6.0, 0.62)
    color = weathered(graph, vary(graph, color, cloud, 0.28), detail.get("wear", 0.3))
    relief = graph.math("MULTIPLY_ADD", graph.noise(world_position(graph), 30.0, 3.0), 0.3, height)
    finish(graph, color, entry, bump=graph.bump(relief, 0.006))


def roof_tile(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    width, row = 0.22, float(detail.get("scale_m", 0.30))
    u, v, _ = graph.xyz(graph.uv())
    step = graph.math("FRACT", graph.math("DIVIDE", v, row))
    # A tile's lower edge stands proud: height falls up the slope, then jumps to the next course.
    course = graph.math("SUBTRACT", 1.0, step)
    roll = graph.math("ABSOLUTE", graph.math("SINE", graph.math("MULTIPLY", u, np.pi / width)))
    cell = graph.node(
        "CombineXYZ",
        {0: graph.math("FLOOR", graph.math("DIVIDE", u, width)), 1: graph.math("FLOOR", graph.math("DIVIDE", v, row))},
    )
    tone = graph.node("TexWhiteNoise", {"Vector": cell.outputs[0]}, noise_dimensions="2D").outputs["Value"]
    color = vary(graph, base, tone, 0.2)
    color = vary(graph, color, graph.noise(world_position(graph), 0.8, 4.0, 0.6), 0.22)
    shade = graph.math("MULTIPLY", graph.ramp(step, 0.0, 0.10, 0.45, 1.06), graph.ramp(roll, 0.0, 0.25, 0.6, 1.05))
    color = graph.scale(color, shade)
    relief = graph.math("ADD", graph.math("MULTIPLY", course, 0.5), graph.math("MULTIPLY", roll, 0.7))
    finish(graph, color, entry, bump=graph.bump(relief, 0.04))


def wall_tile(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    scale = float(detail.get("scale_m", 0.3))
    color, height = coursed(
        graph, base, width=scale, height=scale, joint=0.010, mortar=scaled(base, 0.5), spread=0.16, offset=0.0
    )
    finish(graph, weathered(graph, color, 0.2), entry, bump=graph.bump(height, 0.003), specular=0.5)


def shingle(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    row = float(detail.get("scale_m", 0.15))
    color, height = coursed(
        graph, base, width=row * 1.1, height=row, joint=0.008, mortar=scaled(base, 0.35), spread=0.3, offset=0.43
    )
    u, v, _ = graph.xyz(graph.uv())
    grain = graph.noise(graph.combine(graph.math("MULTIPLY", u, 50.0), graph.math("MULTIPLY", v, 2.0)), 1.0, 3.0, 0.6)
    course = graph.math("SUBTRACT", 1.0, graph.math("FRACT", graph.math("DIVIDE", v, row)))
    relief = graph.math("ADD", graph.math("MULTIPLY", course, 1.2), graph.math("MULTIPLY_ADD", grain, 0.2, height))
    finish(graph, vary(graph, color, grain, 0.2), entry, bump=graph.bump(relief, 0.012), specular=0.1)


def metal_panel(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    scale = float(detail.get("scale_m", 1.0))
    color, height = coursed(
        graph, base, width=1.6 * scale, height=scale, joint=0.012, mortar=scaled(base, 0.3), spread=0.08, offset=0.0
    )
    dent = graph.noise(world_position(graph), 0.9, 1.0)
    relief = graph.math("MULTIPLY_ADD", dent, 0.8, height)
    color = vary(graph, color, graph.noise(world_position(graph), 2.0, 3.0), 0.05)
    finish(graph, color, entry, bump=graph.bump(relief, 0.008), roughness=max(entry["roughness"], 0.2))
