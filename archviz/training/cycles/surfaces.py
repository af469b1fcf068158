# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials with the detail that plain maps do not hold: joints, grain, stains, ripples.

Every material keeps the mean of its given base colour: detail varies around it.
"""

from __future__ import annotations

import bpy
import numpy as np
import plant_surfaces as plants
from graph import Graph, Rgb, Socket, finish, new_material, scaled, toward, vary, world_position

PLAIN, BRICK, TIMBER, STONE, TILE, FOLIAGE, GRASS, WATER = range(8)


def _weathered(graph: Graph, color: object, wear: float) -> Socket:
    """Blotches, rain streaks and dirt towards the ground."""
    position = world_position(graph)
    x, y, z = graph.xyz(position)
    blotch = graph.noise(position, 0.6, 4.0, 0.6)
    color = vary(graph, color, blotch, 0.05 + 0.12 * wear)
    streak = graph.noise(
        graph.combine(graph.math("MULTIPLY", x, 3.0), graph.math("MULTIPLY", y, 3.0), graph.math("MULTIPLY", z, 0.25)),
        1.0,
        3.0,
        0.6,
    )
    run = graph.ramp(streak, 0.55, 0.8, 0.0, 0.35 * wear)
    splash = graph.math("MULTIPLY", graph.ramp(z, 0.0, 0.7, 1.0, 0.0), graph.ramp(blotch, 0.3, 0.7, 0.2, 1.0))
    dirt = graph.math("ADD", run, graph.math("MULTIPLY", splash, 0.15 + 0.3 * wear))
    return graph.mix(dirt, color, (0.10, 0.09, 0.075))


def _masonry(
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


def _brick(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    mortar = tuple(detail.get("joint_color", toward(scaled(base, 1.2), (0.45, 0.43, 0.40), 0.6)))
    scale = float(detail.get("scale_m", 0.23))
    color, height = _masonry(graph, base, width=scale, height=scale * 0.325, joint=0.011, mortar=mortar, spread=0.22)
    rough = graph.noise(world_position(graph), 40.0, 2.0)
    color = _weathered(graph, vary(graph, color, rough, 0.12), detail.get("wear", 0.3))
    relief = graph.math("MULTIPLY_ADD", rough, 0.25, height)
    finish(graph, color, entry, bump=graph.bump(relief, 0.008), specular=0.2)


def _stone(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    scale = float(detail.get("scale_m", 0.6))
    color, height = _masonry(
        graph, base, width=scale, height=scale * 0.5, joint=0.008, mortar=scaled(base, 0.45), spread=0.1
    )
    cloud = graph.noise(world_position(graph), 2.5, 6.0, 0.62)
    color = _weathered(graph, vary(graph, color, cloud, 0.2), detail.get("wear", 0.3))
    relief = graph.math("MULTIPLY_ADD", graph.noise(world_position(graph), 30.0, 3.0), 0.3, height)
    finish(graph, color, entry, bump=graph.bump(relief, 0.006))


def _timber(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    width = float(detail.get("scale_m", 0.14))
    u, v, _ = graph.xyz(graph.uv())
    if detail.get("direction", "vertical") == "vertical":
        u, v = v, u
    # u now runs along the boards.
    along = graph.combine(u, v)
    brick = graph.node(
        "TexBrick",
        {
            "Vector": along,
            "Color1": scaled(base, 1.25),
            "Color2": scaled(base, 0.85),
            "Mortar": scaled(base, 0.25),
            "Scale": 1.0,
            "Mortar Size": 0.003,
            "Mortar Smooth": 0.1,
            "Bias": 0.0,
            "Brick Width": 2.7,
            "Row Height": width,
        },
        offset=0.37,
    )
    grain = graph.noise(
        graph.combine(graph.math("MULTIPLY", u, 1.2), graph.math("MULTIPLY", v, 38.0), 0.0), 1.0, 4.0, 0.65
    )
    color = vary(graph, brick.outputs["Color"], grain, 0.3)
    color = _weathered(graph, color, 0.5 * detail.get("wear", 0.3))
    relief = graph.math("MULTIPLY_ADD", grain, 0.25, graph.math("SUBTRACT", 1.0, brick.outputs["Factor"]))
    finish(graph, color, entry, bump=graph.bump(relief, 0.006), roughness=graph.ramp(grain, 0.2, 0.8, 0.45, 0.8))


def _roof_tile(graph: Graph, entry: dict, detail: dict) -> None:
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


def _wall_tile(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    scale = float(detail.get("scale_m", 0.3))
    color, height = _masonry(
        graph, base, width=scale, height=scale, joint=0.006, mortar=scaled(base, 0.6), spread=0.08, offset=0.0
    )
    finish(graph, _weathered(graph, color, 0.2), entry, bump=graph.bump(height, 0.003), specular=0.5)


def _board(graph: Graph, entry: dict, detail: dict) -> None:
    """Concrete cast against boards, with panel joints and tie holes."""
    base = entry["base_color"]
    width = float(detail.get("scale_m", 0.12))
    u, v, _ = graph.xyz(graph.uv())
    board = graph.node(
        "TexWhiteNoise", {"W": graph.math("FLOOR", graph.math("DIVIDE", v, width))}, noise_dimensions="1D"
    ).outputs["Value"]
    seam = graph.ramp(graph.math("PINGPONG", v, width / 2), 0.0, 0.006)
    grain = graph.noise(graph.combine(graph.math("MULTIPLY", u, 1.5), graph.math("MULTIPLY", v, 45.0)), 1.0, 3.0, 0.6)
    color = vary(graph, vary(graph, base, board, 0.10), grain, 0.10)
    color = graph.scale(color, graph.ramp(seam, 0.0, 1.0, 0.75, 1.01))
    relief = graph.math("ADD", seam, graph.math("MULTIPLY", graph.math("ADD", grain, board), 0.4))
    finish(graph, _weathered(graph, color, detail.get("wear", 0.4)), entry, bump=graph.bump(relief, 0.006))


def _concrete(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    scale = max(float(detail.get("scale_m", 1.2)), 0.6)
    color, height = _masonry(
        graph, base, width=2 * scale, height=scale, joint=0.012, mortar=scaled(base, 0.5), spread=0.05, offset=0.0
    )
    u, v, _ = graph.xyz(graph.uv())
    du = graph.math("SUBTRACT", graph.math("PINGPONG", u, scale), scale / 2)
    dv = graph.math("SUBTRACT", graph.math("PINGPONG", v, scale / 2), scale / 4)
    hole = graph.ramp(
        graph.math("SQRT", graph.math("ADD", graph.math("MULTIPLY", du, du), graph.math("MULTIPLY", dv, dv))),
        0.014,
        0.02,
    )
    cloud = graph.noise(world_position(graph), 1.3, 5.0, 0.6)
    color = graph.scale(vary(graph, color, cloud, 0.16), graph.ramp(hole, 0.0, 1.0, 0.4, 1.0))
    relief = graph.math(
        "ADD",
        graph.math("MINIMUM", height, hole),
        graph.math("MULTIPLY", graph.noise(world_position(graph), 25.0, 2.0), 0.15),
    )
    finish(graph, _weathered(graph, color, detail.get("wear", 0.4)), entry, bump=graph.bump(relief, 0.008))


def _metal(graph: Graph, entry: dict, detail: dict) -> None:
    """Sheets with standing seams up the slope."""
    base = entry["base_color"]
    width = float(detail.get("scale_m", 0.45))
    u, _, _ = graph.xyz(graph.uv())
    distance = graph.math("PINGPONG", u, width / 2)
    seam = graph.ramp(distance, 0.006, 0.016, 1.0, 0.0)
    sheet = graph.node(
        "TexWhiteNoise", {"W": graph.math("FLOOR", graph.math("DIVIDE", u, width))}, noise_dimensions="1D"
    ).outputs["Value"]
    color = vary(graph, vary(graph, base, sheet, 0.06), graph.noise(world_position(graph), 0.9, 3.0), 0.08)
    color = graph.scale(color, graph.ramp(distance, 0.0, 0.03, 0.7, 1.02))
    dent = graph.math("MULTIPLY", graph.noise(world_position(graph), 1.1, 1.0), 0.25)
    finish(
        graph,
        color,
        entry,
        bump=graph.bump(graph.math("ADD", seam, dent), 0.02),
        roughness=max(entry["roughness"], 0.25),
    )


def _render(graph: Graph, entry: dict, detail: dict) -> None:
    fine = graph.noise(world_position(graph), 60.0, 2.0)
    color = _weathered(graph, vary(graph, entry["base_color"], fine, 0.03), detail.get("wear", 0.25))
    finish(graph, color, entry, bump=graph.bump(fine, 0.003))


def _plain(graph: Graph, entry: dict, detail: dict) -> None:
    """Joinery, metalwork, furniture: clean, with a breath of unevenness."""
    color = vary(graph, entry["base_color"], graph.noise(world_position(graph), 1.5, 3.0), 0.05)
    finish(graph, color, entry)


def _ground(graph: Graph, entry: dict, detail: dict) -> None:
    position = world_position(graph)
    far, near = graph.noise(position, 0.15, 4.0, 0.6), graph.noise(position, 5.0, 5.0, 0.7)
    grit = graph.noise(position, 70.0, 2.0, 0.7)
    color = vary(graph, vary(graph, vary(graph, entry["base_color"], far, 0.18), near, 0.2), grit, 0.25)
    relief = graph.math("ADD", near, graph.math("MULTIPLY", grit, 0.25))
    finish(graph, color, entry, bump=graph.bump(relief, 0.03), specular=0.15)


def _lawn(graph: Graph, entry: dict, detail: dict) -> None:
    """The ground below and beyond the blades."""
    position = world_position(graph)
    far, near = graph.noise(position, 0.12, 4.0, 0.6), graph.noise(position, 2.0, 5.0, 0.7)
    fine = graph.noise(position, 35.0, 3.0, 0.8)
    color = vary(graph, vary(graph, entry["base_color"], far, 0.22), near, 0.22)
    color = graph.mix(
        graph.ramp(far, 0.5, 0.75, 0.0, 0.35), color, toward(entry["base_color"], (0.30, 0.25, 0.10), 0.6)
    )
    color = vary(graph, color, fine, 0.45)
    relief = graph.math("ADD", near, graph.math("MULTIPLY", fine, 0.6))
    finish(graph, color, entry, bump=graph.bump(relief, 0.06), roughness=0.9, specular=0.1)


def _water(graph: Graph, entry: dict, detail: dict) -> None:
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


def _sheet_glass(graph: Graph, entry: dict, detail: dict) -> None:
    """Glass with nothing modelled behind it to hide: railings, canopies."""
    facing = graph.node("LayerWeight", {"Blend": 0.5}).outputs["Facing"]
    fresnel = graph.math("MULTIPLY_ADD", graph.math("POWER", facing, 5.0), 0.92, 0.08)
    tint = tuple(float(np.clip(0.75 + 0.25 * c, 0.0, 1.0)) for c in entry["base_color"])
    through = graph.node("BsdfTransparent", {"Color": tint}).outputs[0]
    mirror = graph.node("BsdfGlossy", {"Color": (1.0, 1.0, 1.0), "Roughness": 0.02}).outputs[0]
    graph.output(graph.mix_shader(fresnel, through, mirror))


def _dark_glass(graph: Graph, entry: dict, detail: dict) -> None:
    """Glass of neighbours and of doors without a recorded room: dim inside, sky outside."""
    island = graph.node("NewGeometry").outputs["Random Per Island"]
    facing = graph.node("LayerWeight", {"Blend": 0.5}).outputs["Facing"]
    fresnel = graph.math("MULTIPLY_ADD", graph.math("POWER", facing, 5.0), 0.9, 0.1)
    inside = graph.mix(graph.ramp(island, 0.6, 0.9), scaled(entry["base_color"], 0.25), (0.16, 0.15, 0.13))
    body = graph.node("BsdfDiffuse", {"Color": inside}).outputs[0]
    mirror = graph.node("BsdfGlossy", {"Color": (1.0, 1.0, 1.0), "Roughness": 0.02}).outputs[0]
    graph.output(graph.mix_shader(fresnel, body, mirror))


_BY_ROLE = {
    "sheet glass": _sheet_glass,
    "dark glass": _dark_glass,
    "leaf": plants.leaves,
    "blade": plants.blade,
    "crown core": plants.core,
    "bark": plants.bark,
    "rock": plants.rock,
    "woods": plants.wooded,
}
_BY_FAMILY = {BRICK: _brick, TIMBER: _timber, STONE: _stone, GRASS: _lawn, WATER: _water}
_BY_KIND = {
    "brick": _brick,
    "board": _board,
    "concrete": _concrete,
    "stone": _stone,
    "metal": _metal,
    "metal panel": _metal,
    "render": _render,
    "timber": _timber,
    "tile": _wall_tile,
}


def surface(entry: dict, detail: dict, *, role: str) -> bpy.types.Material:
    """The detailed material of a plain one.

    Parameters
    ----------
    entry
        The scene file's material.
    detail
        Its ``facade_detail``; may be empty.
    role
        What the faces are: a row of ``_BY_ROLE``, or ``roof``, ``ground`` or ``other``.
    """
    material, graph = new_material(f"{entry['name']} {role}")
    if role in _BY_ROLE:
        _BY_ROLE[role](graph, entry, detail)
    elif max(entry.get("emission", (0.0,))) > 0.0:
        _glow(graph, entry)
    else:
        _painter(entry, detail, role)(graph, entry, detail)
    return material


def _painter(entry: dict, detail: dict, role: str):
    family = entry["family"]
    if family == TILE:
        return _roof_tile if role == "roof" else _wall_tile
    if family in _BY_FAMILY:
        return _BY_FAMILY[family]
    if detail.get("kind") in _BY_KIND:
        return _BY_KIND[detail["kind"]]
    if role == "ground":
        return _ground
    if entry["metallic"] > 0.5 and role == "roof":
        return _metal
    return _plain


def _glow(graph: Graph, entry: dict) -> None:
    emission = graph.node("Emission", {"Color": entry["emission"], "Strength": 1.0}).outputs[0]
    body = graph.node("BsdfDiffuse", {"Color": entry["base_color"]}).outputs[0]
    graph.output(graph.add_shader(body, emission))
