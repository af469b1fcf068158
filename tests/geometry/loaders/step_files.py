"""STEP files of flat faces, written by hand after ISO 10303-214 (AP214)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tests.geometry.shapes import Mesh

_HEAD = """ISO-10303-21;
HEADER;
FILE_DESCRIPTION((''),'2;1');
FILE_NAME('{name}','2025-01-01T00:00:00',(''),(''),'','','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN {{ 1 0 10303 214 1 1 1 1 }}'));
ENDSEC;
DATA;
"""
_PREFIXES = {0.001: ".MILLI.", 1.0: "$"}


class _Step:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, text: str) -> str:
        self.lines.append(f"#{len(self.lines) + 1}={text};")
        return f"#{len(self.lines)}"

    def vector(self, kind: str, values: np.ndarray) -> str:
        return self.add(f"{kind}('',({','.join(f'{v:.9E}' for v in values)}))")


def step_text(solids: Mapping[str, tuple[Mesh, tuple[int, int, int]]], *, metres_per_unit: float = 0.001) -> str:
    """One product per solid, each with a colour, put together by one assembly."""
    step = _Step()
    context = step.add("APPLICATION_CONTEXT('automotive design')")
    step.add(f"APPLICATION_PROTOCOL_DEFINITION('','automotive_design',2000,{context})")
    product_context = step.add(f"PRODUCT_CONTEXT('',{context},'mechanical')")
    design = step.add(f"PRODUCT_DEFINITION_CONTEXT('part definition',{context},'design')")
    length = step.add(f"(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT({_PREFIXES[metres_per_unit]},.METRE.))")
    angle = step.add("(NAMED_UNIT(*)PLANE_ANGLE_UNIT()SI_UNIT($,.RADIAN.))")
    solid_angle = step.add("(NAMED_UNIT(*)SI_UNIT($,.STERADIAN.)SOLID_ANGLE_UNIT())")
    blur = step.add(f"UNCERTAINTY_MEASURE_WITH_UNIT(LENGTH_MEASURE(1.E-06),{length},'','')")
    units = step.add(
        f"(GEOMETRIC_REPRESENTATION_CONTEXT(3)GLOBAL_UNCERTAINTY_ASSIGNED_CONTEXT(({blur}))"
        f"GLOBAL_UNIT_ASSIGNED_CONTEXT(({length},{angle},{solid_angle}))REPRESENTATION_CONTEXT('',''))"
    )
    styles = []
    for name, ((points, faces), color) in solids.items():
        placement = _placement(step)
        solid = _solid(step, points / metres_per_unit, faces)
        shape = step.add(f"ADVANCED_BREP_SHAPE_REPRESENTATION('',({placement},{solid}),{units})")
        label = _encoded(name)
        product = step.add(f"PRODUCT('{label}','{label}','',({product_context}))")
        formation = step.add(f"PRODUCT_DEFINITION_FORMATION('','',{product})")
        definition = step.add(f"PRODUCT_DEFINITION('','',{formation},{design})")
        defined = step.add(f"PRODUCT_DEFINITION_SHAPE('','',{definition})")
        step.add(f"SHAPE_DEFINITION_REPRESENTATION({defined},{shape})")
        styles.append(_style(step, solid, color))
    step.add(f"MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION('',({','.join(styles)}),{units})")
    return _HEAD.format(name="house") + "\n".join(step.lines) + "\nENDSEC;\nEND-ISO-10303-21;\n"


def _encoded(name: str) -> str:
    """Letters beyond ASCII as ISO 10303-21 writes them."""
    return "".join(c if ord(c) < 127 else f"\\X2\\{ord(c):04X}\\X0\\" for c in name)


def _placement(step: _Step) -> str:
    origin = step.vector("CARTESIAN_POINT", np.zeros(3))
    z, x = step.vector("DIRECTION", np.array((0, 0, 1))), step.vector("DIRECTION", np.array((1, 0, 0)))
    return step.add(f"AXIS2_PLACEMENT_3D('',{origin},{z},{x})")


def _solid(step: _Step, points: np.ndarray, faces: np.ndarray) -> str:
    corners = [step.vector("CARTESIAN_POINT", p) for p in points]
    vertices = [step.add(f"VERTEX_POINT('',{c})") for c in corners]
    edges: dict[tuple[int, int], str] = {}
    made = []
    for face in faces.tolist():
        oriented = []
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            key = (min(a, b), max(a, b))
            if key not in edges:
                way = points[key[1]] - points[key[0]]
                direction = step.vector("DIRECTION", way / np.linalg.norm(way))
                vector = step.add(f"VECTOR('',{direction},1.)")
                line = step.add(f"LINE('',{corners[key[0]]},{vector})")
                edges[key] = step.add(f"EDGE_CURVE('',{vertices[key[0]]},{vertices[key[1]]},{line},.T.)")
            oriented.append(step.add(f"ORIENTED_EDGE('',*,*,{edges[key]},.{'T' if (a, b) == key else 'F'}.)"))
        loop = step.add(f"EDGE_LOOP('',({','.join(oriented)}))")
        bound = step.add(f"FACE_OUTER_BOUND('',{loop},.T.)")
        a, b, c = points[face]
        normal, along = np.cross(b - a, c - a), (b - a) / np.linalg.norm(b - a)
        z = step.vector("DIRECTION", normal / np.linalg.norm(normal))
        axes = step.add(f"AXIS2_PLACEMENT_3D('',{corners[face[0]]},{z},{step.vector('DIRECTION', along)})")
        plane = step.add(f"PLANE('',{axes})")
        made.append(step.add(f"ADVANCED_FACE('',({bound}),{plane},.T.)"))
    shell = step.add(f"CLOSED_SHELL('',({','.join(made)}))")
    return step.add(f"MANIFOLD_SOLID_BREP('',{shell})")


def _style(step: _Step, solid: str, color: tuple[int, int, int]) -> str:
    rgb = ",".join(f"{c / 255:.9f}" for c in color)
    fill = step.add(f"COLOUR_RGB('',{rgb})")
    paint = step.add(f"FILL_AREA_STYLE_COLOUR('',{fill})")
    area = step.add(f"FILL_AREA_STYLE('',({paint}))")
    filled = step.add(f"SURFACE_STYLE_FILL_AREA({area})")
    surface = step.add(f"SURFACE_SIDE_STYLE('',({filled}))")
    usage = step.add(f"SURFACE_STYLE_USAGE(.BOTH.,{surface})")
    assigned = step.add(f"PRESENTATION_STYLE_ASSIGNMENT(({usage}))")
    return step.add(f"STYLED_ITEM('',({assigned}),{solid})")
