"""Collada, read by pycollada.

trimesh reads Collada by the same library but drops node names, the unit and the up axis.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.core.tone import srgb_to_linear
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.polygons import triangulate_corners
from archviz.geometry.loaders.raw import (
    MAX_DEPTH,
    MAX_INSTANCES,
    MAX_NODES,
    MAX_TEXT_BYTES,
    NO_MATERIAL,
    Axis,
    RawModel,
    RawPart,
    Tally,
    transmission_of,
    used_only,
)
from archviz.geometry.texture import Texture

__all__ = ["read_dae"]

_AXES: dict[str, Axis] = {"X_UP": "x", "Y_UP": "y", "Z_UP": "z"}


# Vertices, faces, and texture coordinates where they are wanted and given.
_Surface = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64] | None]


@dataclass
class _Reading:
    folder: ModelFolder
    materials: list[Material] = field(default_factory=lambda: [NO_MATERIAL])
    rows: dict[str, int] = field(default_factory=dict)
    parts: list[RawPart] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    nodes: int = 0
    instances: int = 0
    textures: dict[str, Texture] = field(default_factory=dict)
    surfaces: dict[tuple[int, bool], _Surface] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


def read_dae(path: Path, root: Path | None = None) -> RawModel:
    """Read a Collada file: one part per node and material, its unit and up axis beside.

    Parameters
    ----------
    path
        The file.
    root
        The folder that files it refers to may lie in; ``None`` is its own.

    Raises
    ------
    FileFormatError
        It is damaged, or beyond the ceilings on size, nodes and triangles.
    """
    import collada

    data = path.read_bytes()
    if len(data) > MAX_TEXT_BYTES:
        raise FileFormatError(f"its XML is larger than {MAX_TEXT_BYTES // 10**6} MB; export GLB")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise FileFormatError("it declares XML entities, which are not read; export it again")
    ignored = [collada.common.DaeBrokenRefError, collada.common.DaeUnsupportedError]
    document = collada.Collada(io.BytesIO(data), ignore=ignored)
    reading = _Reading(ModelFolder(path.parent, root))
    for error in document.errors:
        reading.warnings.append(f"a part of the Collada file is left out: {str(error).splitlines()[0][:120]}")
    if document.scene is None:
        raise FileFormatError("the Collada file has no scene; export it again")
    _check_positions(document)
    for node in document.scene.nodes:
        _read_node(reading, node, np.eye(4), "", 0)
    reading.tally.check()
    unit, up = _conventions(document, reading.warnings)
    return RawModel(
        parts=reading.parts,
        materials=reading.materials,
        unit_m=unit,
        up=up,
        warnings=reading.warnings,
        textures=reading.textures,
    )


def _conventions(document: Any, warnings: list[str]) -> tuple[float, Axis]:
    """Metres per unit and up axis; the library keeps neither where it does not understand it."""
    asset, tag = document.xmlnode.getroot().find(document.tag("asset")), document.tag
    stated = (asset.find(tag("unit")), asset.find(tag("up_axis"))) if asset is not None else (None, None)
    text = stated[0].get("meter", "1") if stated[0] is not None else "1"
    try:
        unit = float(text)
    except ValueError:
        unit = math.nan
    if not 1e-6 <= unit <= 1e6:
        raise FileFormatError(f"the Collada unit of {text[:20]!r} metres makes no sense; give it in numbers")
    axis = (stated[1].text or "").strip() if stated[1] is not None else "Y_UP"
    if axis not in _AXES:
        warnings.append(f"up_axis {axis[:20]!r} is not known, so Y is taken; --up overrules")
    return unit, _AXES.get(axis, "y")


def _check_positions(document: Any) -> None:
    """Refuse coordinates that the library would read as others: not-a-number as 0, rows of another length."""
    root, tag = document.xmlnode.getroot(), document.tag
    positions = {
        entry.get("source", "").removeprefix("#")
        for vertices in root.iter(tag("vertices"))
        for entry in vertices.iter(tag("input"))
        if entry.get("semantic") == "POSITION"
    }
    for source in root.iter(tag("source")):
        name = source.get("id", "")
        if name not in positions:
            continue
        if any("nan" in (array.text or "").lower() for array in source.iter(tag("float_array"))):
            raise FileFormatError(f"a coordinate of {name!r} is not a finite number; repair the model and export again")
        for accessor in source.iter(tag("accessor")):
            named, stride = len(accessor.findall(tag("param"))), accessor.get("stride", "1")[:20]
            if str(named) != stride:
                raise FileFormatError(f"{name!r} has rows of {stride} numbers but names {named}; export the file again")


def _read_node(reading: _Reading, node: Any, parent: NDArray[np.float64], group: str, depth: int) -> None:
    import collada

    reading.nodes += 1
    if reading.nodes > MAX_NODES:
        raise FileFormatError(f"more than {MAX_NODES} Collada nodes are placed; join some of them")
    if depth > MAX_DEPTH:
        raise FileFormatError(f"Collada nodes lie deeper than {MAX_DEPTH}; export the file again")
    if isinstance(node, collada.scene.NodeNode):
        # A component placed here; its matrix is its target's, which has a name of its own.
        _read_node(reading, node.node, parent, group, depth + 1)
    elif isinstance(node, collada.scene.Node):
        matrix = parent @ np.asarray(node.matrix, dtype=np.float64)
        name = (node.xmlnode.get("name") if node.xmlnode is not None else None) or node.id or ""
        for child in node.children:
            if isinstance(child, collada.scene.GeometryNode):
                _read_geometry(reading, child, matrix, name, group)
            else:
                _read_node(reading, child, matrix, name or group, depth + 1)


def _read_geometry(reading: _Reading, node: Any, matrix: NDArray[np.float64], name: str, group: str) -> None:
    import collada

    reading.instances += 1
    if reading.instances > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} nodes hold meshes; join some of them")
    bound = {m.symbol: m.target for m in node.materials}
    geometry = node.geometry
    for primitive in geometry.primitives:
        if isinstance(primitive, collada.polylist.Polylist):
            counts = np.asarray(primitive.polyends) - np.asarray(primitive.polystarts)
        elif isinstance(primitive, collada.triangleset.TriangleSet) and primitive.vertex is not None:
            counts = np.full(len(primitive.vertex_index), 3)
        else:
            continue
        row = _material_row(reading, bound.get(primitive.material))
        key = (id(primitive), bool(reading.materials[row].texture))
        copy = key in reading.surfaces
        if not reading.tally.place(int(np.maximum(counts - 2, 0).sum()), copy=copy):
            continue
        if not copy:
            reading.surfaces[key] = _surface(primitive, counts, textured=key[1])
        vertices, faces, uv = reading.surfaces[key]
        if np.linalg.det(matrix[:3, :3]) < 0:
            faces = faces[:, ::-1]
        reading.parts.append(
            RawPart(
                name=name or geometry.name or geometry.id,
                group=group or (geometry.name or "" if name else ""),
                vertices=vertices,
                faces=faces,
                material=row,
                owner=reading.instances,
                uv=uv,
                place=matrix[:3],
            )
        )


def _surface(primitive: Any, counts: NDArray[np.int64], *, textured: bool) -> _Surface:
    vertices = np.asarray(primitive.vertex, dtype=np.float64)
    corners = np.asarray(primitive.vertex_index, dtype=np.int64).reshape(-1)
    if len(corners) and not 0 <= corners.min() <= corners.max() < len(vertices):
        raise FileFormatError("a Collada face names a vertex that does not exist; export the file again")
    faces = triangulate_corners(vertices[corners], counts)
    if not (textured and primitive.texcoordset):
        vertices, faces, _ = used_only(vertices, corners[faces])
        return vertices, faces, None
    given = np.asarray(primitive.texcoordset[0], dtype=np.float64)[:, :2]
    rows = np.asarray(primitive.texcoord_indexset[0], dtype=np.int64).reshape(-1)
    if len(rows) != len(corners) or (len(rows) and not 0 <= rows.min() <= rows.max() < len(given)):
        raise FileFormatError("a Collada face names a texture coordinate that does not exist; export the file again")
    return vertices[corners], faces, given[rows]


def _material_row(reading: _Reading, material: Any) -> int:
    if material is None:
        return 0
    if material.id not in reading.rows:
        reading.rows[material.id] = len(reading.materials)
        reading.materials.append(_material(reading, material))
    return reading.rows[material.id]


def _material(reading: _Reading, material: Any) -> Material:
    import collada

    effect, name = material.effect, material.name or material.id
    color, alpha, key = (0.6, 0.6, 0.6), _alpha(effect), ""
    if isinstance(effect.diffuse, collada.material.Map):
        picture = effect.diffuse.sampler.surface.image.path
        found = reading.folder.texture(picture)
        if found is None:
            reading.warnings.append(f"texture {picture!r} is missing or cannot be read; {name!r} is grey")
        else:
            color, key = found.mean, found.kept_in(reading.textures, reading.warnings)
    elif effect.diffuse is not None:
        color = _linear(effect.diffuse)
    emission = (0.0, 0.0, 0.0)
    if effect.emission is not None and not isinstance(effect.emission, collada.material.Map):
        emission = _linear(effect.emission)
    return Material(name=name, base_color=color, transmission=transmission_of(alpha), emission=emission, texture=key)


def _linear(color: Any) -> tuple[float, float, float]:
    r, g, b = (float(c) for c in srgb_to_linear(np.clip(np.asarray(color[:3], dtype=np.float64), 0.0, 1.0)))
    return r, g, b


def _alpha(effect: Any) -> float:
    """Opacity by the Collada 1.4.1 specification, "Determining transparency"."""
    amount = effect.transparency
    amount = float(amount) if isinstance(amount, (int, float)) else 1.0
    alpha = amount
    if isinstance(effect.transparent, tuple):
        color = effect.transparent
        if str(effect.opaque_mode or "").endswith("RGB_ZERO"):
            alpha = 1.0 - amount * float(np.mean(color[:3]))
        elif len(color) > 3:
            alpha = amount * float(color[3])
    # Nobody models what cannot be seen: exporters that count the other way round write 0 for opaque.
    return alpha if 1e-3 < alpha <= 1.0 else 1.0
