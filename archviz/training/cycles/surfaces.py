# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials with the detail that plain maps do not hold: joints, grain, stains, ripples.

Every material keeps the mean of its given base colour: detail varies around it.
"""

from __future__ import annotations

import bpy
import ground_surfaces as grounds
import masonry
import numpy as np
import plant_surfaces as plants
from graph import Graph, Socket, finish, new_material, scaled, vary, world_position
from masonry import coursed, weathered

PLAIN, BRICK, TIMBER, STONE, TILE, FOLIAGE, GRASS, WATER = range(8)


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
    color = weathered(graph, color, 0.5 * detail.get("wear", 0.3))
    relief = graph.math("MULTIPLY_ADD", grain, 0.25, graph.math("SUBTRACT", 1.0, brick.outputs["Factor"]))
    finish(graph, color, entry, bump=graph.bump(relief, 0.006), roughness=graph.ramp(grain, 0.2, 0.8, 0.45, 0.8))


def _concrete(graph: Graph, entry: dict, detail: dict) -> None:
    base = entry["base_color"]
    scale = max(float(detail.get("scale_m", 1.2)), 0.6)
    color, height = coursed(
        graph, base, width=2 * scale, height=scale, joint=0.016, mortar=scaled(base, 0.4), spread=0.09, offset=0.0
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
    color = graph.scale(vary(graph, color, cloud, 0.24), graph.ramp(hole, 0.0, 1.0, 0.4, 1.0))
    if detail.get("direction") == "vertical":
        color = _board_marked(graph, color, u)
    relief = graph.math(
        "ADD",
        graph.math("MINIMUM", height, hole),
        graph.math("MULTIPLY", graph.noise(world_position(graph), 25.0, 2.0), 0.15),
    )
    finish(graph, weathered(graph, color, detail.get("wear", 0.4)), entry, bump=graph.bump(relief, 0.008))


def _board_marked(graph: Graph, color: Socket, u: Socket) -> Socket:
    """Concrete cast against upright boards: each left its own tone and a fin at its edge."""
    width = 0.16
    board = graph.math("FLOOR", graph.math("DIVIDE", u, width))
    tone = graph.node("TexWhiteNoise", {"W": board}, noise_dimensions="1D").outputs["Value"]
    fin = graph.ramp(graph.math("PINGPONG", u, width / 2), 0.004, 0.012, 0.6, 1.03)
    return graph.scale(vary(graph, color, tone, 0.12), fin)


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
    position = world_position(graph)
    fine, trowel = graph.noise(position, 60.0, 2.0), graph.noise(position, 2.2, 5.0, 0.7)
    color = vary(graph, vary(graph, entry["base_color"], fine, 0.04), graph.spread(trowel), 0.07)
    color = weathered(graph, color, detail.get("wear", 0.25))
    relief = graph.math("MULTIPLY_ADD", trowel, 2.0, fine)
    finish(graph, color, entry, bump=graph.bump(relief, 0.004))


def _neighbour(graph: Graph, entry: dict, detail: dict) -> None:
    """A neighbour's wall, which nobody painted for the photograph."""
    _render(graph, entry, {"wear": 0.6})


def _shutter(graph: Graph, entry: dict, detail: dict) -> None:
    """A roller shutter: slats of folded sheet, each shop's of another tone."""
    _, v, _ = graph.xyz(graph.uv())
    tone = graph.attribute("tone").outputs["Fac"]
    fold = graph.math("PINGPONG", v, 0.045)
    shade = graph.ramp(fold, 0.0, 0.02, 0.55, 1.08)
    color = weathered(graph, graph.scale(vary(graph, entry["base_color"], tone, 0.5), shade), 0.5)
    finish(graph, color, entry, bump=graph.bump(fold, 0.3), roughness=0.5)


def _plain(graph: Graph, entry: dict, detail: dict) -> None:
    """Joinery, metalwork, furniture: clean, with a breath of unevenness."""
    color = vary(graph, entry["base_color"], graph.noise(world_position(graph), 1.5, 3.0), 0.05)
    finish(graph, color, entry)


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
    "large leaf": plants.large_leaves,
    "blade": plants.blade,
    "crown core": plants.core,
    "shutter": _shutter,
    "bark": plants.bark,
    "rock": plants.rock,
    "woods": plants.wooded,
}
_BY_KIND = {
    "brick": masonry.brick,
    "board": _timber,
    "shingle": masonry.shingle,
    "concrete": _concrete,
    "stone": masonry.stone,
    "metal panel": masonry.metal_panel,
    "render": _render,
    "membrane": _render,
    "tile": masonry.wall_tile,
    "gravel": grounds.gravel,
    "lacquer": _plain,
    "plain": _render,
}
_NEIGHBOURS_WALLS = ("wall-", "ochre-", "tower-")
_BY_GROUND = {"asphalt": grounds.asphalt}
_BY_FAMILY = {
    BRICK: masonry.brick,
    TIMBER: _timber,
    STONE: masonry.stone,
    TILE: masonry.wall_tile,
    GRASS: grounds.lawn,
    WATER: grounds.water,
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
    painter = _BY_ROLE.get(role)
    if painter is None:
        painter = _glow if max(entry["emission"]) > 0.0 else _painter(entry, detail, role)
    painter(graph, entry, detail)
    return material


def _painter(entry: dict, detail: dict, role: str):
    kind = detail.get("kind")
    if role == "ground" and entry["name"] in _BY_GROUND:
        return _BY_GROUND[entry["name"]]
    if entry["name"].startswith(_NEIGHBOURS_WALLS):
        return _neighbour
    if kind in ("roof tile", "standing seam"):
        # Their edges and undersides are plain boards and sheets.
        return {"roof tile": masonry.roof_tile, "standing seam": _metal}[kind] if role == "roof" else _plain
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if entry["family"] == TILE and role == "roof":
        return masonry.roof_tile
    return _BY_FAMILY.get(entry["family"]) or (grounds.gravel if role == "ground" else _plain)


def _glow(graph: Graph, entry: dict, detail: dict) -> None:
    """Lamp shades and signs."""
    emission = graph.node("Emission", {"Color": entry["emission"], "Strength": 1.0}).outputs[0]
    body = graph.node("BsdfDiffuse", {"Color": entry["base_color"]}).outputs[0]
    graph.output(graph.add_shader(body, emission))
