"""Wavefront OBJ.

Read here and not by trimesh, which sends relative indices to the end of the file, does not know
tabs, and fans concave polygons. Reference: Wavefront, "Advanced Visualizer Manual", appendix B1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.mtl import read_mtl
from archviz.geometry.loaders.polygons import triangulate
from archviz.geometry.loaders.raw import (
    NO_MATERIAL,
    TINTED,
    RawModel,
    RawPart,
    check_triangles,
    parts_by_color,
    used_only,
)

__all__ = ["read_obj"]

# Exporters' words for "no group".
_UNNAMED_GROUPS = frozenset({"default", "off", "(null)", "null"})

_Key = tuple[str, str, str]  # object, group, material


@dataclass
class _Reading:
    """What has been read so far."""

    vertices: list[tuple[float, float, float]] = field(default_factory=list)
    colors: list[tuple[float, float, float]] = field(default_factory=list)
    loops: dict[_Key, list[list[int]]] = field(default_factory=dict)
    libraries: list[str] = field(default_factory=list)
    object: str = ""
    group: str = ""
    material: str = ""
    triangles: int = 0
    short: int = 0


def read_obj(path: Path, root: Path | None = None) -> RawModel:
    """Read an OBJ file and its MTL libraries.

    Parameters
    ----------
    path
        The file.
    root
        The folder that files it refers to may lie in; ``None`` is its own.

    Raises
    ------
    FileFormatError
        A line is broken, or a face names a vertex that does not exist.
    """
    reading = _Reading()
    text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\\\r\n", " ").replace("\\\n", " ")
    for number, line in enumerate(text.splitlines(), start=1):
        key, _, rest = line.replace("\t", " ").strip().partition(" ")
        try:
            _read_line(reading, key, rest.strip())
        except (ValueError, IndexError) as error:
            raise FileFormatError(
                f"line {number} {line.strip()[:60]!r} cannot be read ({error}); export the OBJ again"
            ) from error
    materials, warnings = _materials(reading, ModelFolder(path.parent, root))
    if reading.short:
        warnings.append(f"{reading.short} faces with fewer than three corners are left out")
    return _assemble(reading, materials, warnings, path.stem)


def _read_line(reading: _Reading, key: str, rest: str) -> None:
    if key == "v":
        numbers = [float(n) for n in rest.split()]
        reading.vertices.append((numbers[0], numbers[1], numbers[2]))
        if len(numbers) >= 6:
            reading.colors.append((numbers[-3], numbers[-2], numbers[-1]))
    elif key == "f":
        _read_face(reading, rest)
    elif key == "usemtl":
        reading.material = rest
    elif key == "g":
        reading.group = "" if rest.lower() in _UNNAMED_GROUPS else rest
    elif key == "o":
        reading.object, reading.group = rest, ""
    elif key == "mtllib":
        reading.libraries.append(rest)


def _read_face(reading: _Reading, rest: str) -> None:
    count = len(reading.vertices)
    loop = []
    for corner in rest.split():
        index = int(corner.split("/", 1)[0])
        # Relative indices count back from the vertices read so far.
        row = index - 1 if index > 0 else count + index
        if index == 0 or row < 0:
            raise ValueError(f"there is no vertex {index}")
        loop.append(row)
    if len(loop) < 3:
        reading.short += 1
        return
    reading.triangles += len(loop) - 2
    check_triangles(reading.triangles)
    reading.loops.setdefault((reading.object, reading.group, reading.material), []).append(loop)


def _materials(reading: _Reading, folder: ModelFolder) -> tuple[dict[str, Material], list[str]]:
    materials: dict[str, Material] = {}
    warnings: list[str] = []
    for library in dict.fromkeys(reading.libraries):
        try:
            materials |= read_mtl(folder.read(library), folder, warnings)
        except FileFormatError as error:
            warnings.append(f"material library {error}; surfaces are grey")
    used = {material for *_, material in reading.loops} - {""}
    if materials and (unknown := sorted(used - materials.keys())):
        warnings.append(f"material {unknown[0]!r} is not in the material library; its surfaces are grey")
    return materials, warnings


def _assemble(reading: _Reading, known: dict[str, Material], warnings: list[str], stem: str) -> RawModel:
    vertices = np.array(reading.vertices, dtype=np.float64).reshape(-1, 3)
    materials: list[Material] = [NO_MATERIAL]
    rows = {"": 0}
    owners: dict[tuple[str, str], int] = {}
    parts: list[RawPart] = []
    colored = len(reading.colors) == len(vertices) > 0 and not known
    for (obj, group, material), loops in reading.loops.items():
        highest = max(max(loop, default=0) for loop in loops)
        if highest >= len(vertices):
            raise FileFormatError(
                f"a face names vertex {highest + 1}, but there are {len(vertices)}; export the OBJ again"
            )
        if material not in rows:
            rows[material] = len(materials)
            materials.append(known.get(material, Material(name=material)))
        own_vertices, faces, own = used_only(vertices, triangulate(vertices, loops))
        part = RawPart(
            name=_name(obj, group) or stem,
            vertices=own_vertices,
            faces=faces,
            material=rows[material],
            owner=owners.setdefault((obj, group), len(owners)),
        )
        if colored:
            colors = np.array(reading.colors)[own]
            split, tints = parts_by_color(part, colors, linear=False, base=TINTED, first_row=len(materials))
            parts += split
            materials += tints
        else:
            parts.append(part)
    return RawModel(parts=parts, materials=materials, warnings=warnings)


def _name(obj: str, group: str) -> str:
    return f"{obj}.{group}" if obj and group and obj != group else obj or group
