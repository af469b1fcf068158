# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A terse way to write shader node graphs."""

from __future__ import annotations

import bpy
import numpy as np

Socket = bpy.types.NodeSocket
Rgb = tuple[float, float, float]


class Graph:
    """Nodes of one material or world; every method adds nodes and answers an output socket."""

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self.tree = tree
        tree.nodes.clear()

    def node(self, kind: str, inputs: dict[str | int, object] | None = None, **settings: object) -> bpy.types.Node:
        """A node; inputs are numbers, tuples or sockets by name or row."""
        node = self.tree.nodes.new("ShaderNode" + kind)
        for name, value in settings.items():
            setattr(node, name, value)
        for key, value in (inputs or {}).items():
            self.feed(node.inputs[key], value)
        return node

    def feed(self, socket: Socket, value: object) -> None:
        """Link a socket or set a constant; an RGB triple gets alpha 1 where the socket wants it."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif socket.type == "RGBA" and not isinstance(value, (int, float)):
            socket.default_value = (*tuple(value)[:3], 1.0)
        elif socket.type == "RGBA":
            socket.default_value = (value, value, value, 1.0)
        elif socket.type == "VECTOR" and isinstance(value, (int, float)):
            socket.default_value = (value, value, value)
        else:
            socket.default_value = value

    def math(self, operation: str, a: object, b: object = 0.0, c: object = 0.0) -> Socket:
        """A scalar operation."""
        return self.node("Math", {0: a, 1: b, 2: c}, operation=operation).outputs[0]

    def spread(self, noise: object) -> Socket:
        """Fractal noise, which keeps near its mean of 0.5, drawn out over 0..1."""
        return self.ramp(noise, 0.28, 0.72)

    def vector(self, operation: str, a: object, b: object = (0.0, 0.0, 0.0)) -> Socket:
        """A vector operation that answers a vector."""
        return self.node("VectorMath", {0: a, 1: b}, operation=operation).outputs["Vector"]

    def dot(self, a: object, b: object) -> Socket:
        """Dot product."""
        return self.node("VectorMath", {0: a, 1: b}, operation="DOT_PRODUCT").outputs["Value"]

    def scale(self, a: object, factor: object) -> Socket:
        """A vector or colour times a scalar."""
        node = self.node("VectorMath", {0: a}, operation="SCALE")
        self.feed(node.inputs["Scale"], factor)
        return node.outputs["Vector"]

    def xyz(self, vector: object) -> tuple[Socket, Socket, Socket]:
        """The components of a vector."""
        return tuple(self.node("SeparateXYZ", {0: vector}).outputs)

    def combine(self, x: object, y: object, z: object = 0.0) -> Socket:
        """A vector of three scalars."""
        return self.node("CombineXYZ", {0: x, 1: y, 2: z}).outputs[0]

    def mix(self, factor: object, a: object, b: object) -> Socket:
        """Colours a to b."""
        return self.node("Mix", {0: factor, 6: a, 7: b}, data_type="RGBA").outputs[2]

    def blend(self, factor: object, a: object, b: object) -> Socket:
        """Scalars a to b."""
        return self.node("Mix", {0: factor, 2: a, 3: b}, data_type="FLOAT").outputs[0]

    def ramp(self, value: object, low: float, high: float, to_low: float = 0.0, to_high: float = 1.0) -> Socket:
        """``value`` from [low, high] to [to_low, to_high], smooth and clamped."""
        return self.node(
            "MapRange", {0: value, 1: low, 2: high, 3: to_low, 4: to_high}, interpolation_type="SMOOTHSTEP"
        ).outputs[0]

    def noise(self, vector: object, scale: float, detail: float = 2.0, roughness: float = 0.5) -> Socket:
        """Fractal noise, mean 0.5."""
        return self.node(
            "TexNoise", {"Vector": vector, "Scale": scale, "Detail": detail, "Roughness": roughness}
        ).outputs["Factor"]

    def attribute(self, name: str) -> bpy.types.Node:
        """A mesh attribute."""
        return self.node("Attribute", attribute_name=name)

    def true_normal(self) -> Socket:
        """The face's own normal, without bumps and smoothing."""
        return self.node("NewGeometry").outputs["True Normal"]

    def uv(self) -> Socket:
        """Metres along the surface: x level, y up the slope."""
        return self.node("UVMap", uv_map="metres").outputs[0]

    def bump(self, height: object, distance_m: float, strength: float = 1.0) -> Socket:
        """A normal tilted by a height field whose 0..1 spans ``distance_m``."""
        return self.node("Bump", {"Strength": strength, "Distance": distance_m, "Height": height}).outputs[0]

    def add_shader(self, a: Socket, b: Socket) -> Socket:
        """Both closures."""
        return self.node("AddShader", {0: a, 1: b}).outputs[0]

    def mix_shader(self, factor: object, a: Socket, b: Socket) -> Socket:
        """Closure a to b."""
        return self.node("MixShader", {0: factor, 1: a, 2: b}).outputs[0]

    def output(self, surface: Socket) -> None:
        """Use the closure."""
        self.node("OutputMaterial", {"Surface": surface})


def new_material(name: str) -> tuple[bpy.types.Material, Graph]:
    """An empty material and the graph to fill."""
    material = bpy.data.materials.new(name)
    return material, Graph(material.node_tree)


def scaled(color: Rgb, factor: float) -> Rgb:
    """A colour times a factor, kept a reflectance."""
    return tuple(float(np.clip(c * factor, 0.0, 0.98)) for c in color)  # type: ignore[return-value]


def toward(color: Rgb, other: Rgb, share: float) -> Rgb:
    """A share of the way from one colour to another."""
    return tuple(a + (b - a) * share for a, b in zip(color, other, strict=True))  # type: ignore[return-value]


def world_position(graph: Graph) -> Socket:
    """Where the surface is [m]."""
    return graph.node("NewGeometry").outputs["Position"]


def vary(graph: Graph, color: object, value: Socket, amount: float) -> Socket:
    """Colour times 1 - amount .. 1 + amount by a value around 0.5."""
    factor = graph.math("MULTIPLY_ADD", value, 2.0 * amount, 1.0 - amount)
    return graph.scale(color, factor)


def finish(
    graph: Graph,
    color: object,
    entry: dict,
    *,
    bump: Socket | None = None,
    roughness: object = None,
    specular: float = 0.35,
) -> None:
    """Use a dielectric or metal of this colour as the surface."""
    inputs: dict[str | int, object] = {
        "Base Color": color,
        "Metallic": entry["metallic"],
        "Roughness": entry["roughness"] if roughness is None else roughness,
        "Specular IOR Level": specular,
    }
    if bump is not None:
        inputs["Normal"] = bump
    graph.output(graph.node("BsdfPrincipled", inputs).outputs[0])
