"""Wavefront OBJ.

Read here and not by trimesh, which sends relative indices to the end of the file, does not know
tabs, and fans concave polygons. Reference: Wavefront, "Advanced Visualizer Manual", appendix B1.
Lines are sorted one by one, numbers are read all at once: a million faces take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.mtl import read_mtl
from archviz.geometry.loaders.obj_faces import ObjFaces
from archviz.geometry.loaders.polygons import triangulate_corners
from archviz.geometry.loaders.raw import NO_MATERIAL, TINTED, RawModel, RawPart, check_triangles, parts_by_color
from archviz.geometry.texture import Texture

__all__ = ["read_obj"]

# Exporters' words for "no group".
_UNNAMED_GROUPS = frozenset({"default", "off", "(null)", "null"})

_Key = tuple[str, str, str]  # object, group, material
_Lines = list[tuple[int, str]]


@dataclass
class _Reading:
    """What has been read so far."""

    vertices: _Lines = field(default_factory=list)
    uvs: _Lines = field(default_factory=list)
    faces: dict[_Key, ObjFaces] = field(default_factory=dict)
    libraries: list[str] = field(default_factory=list)
    object: str = ""
    group: str = ""
    material: str = ""


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
    data = path.read_bytes()
    if b"\\" in data:
        data = data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")
    if b"\t" in data:
        data = data.replace(b"\t", b" ")
    for number, line in enumerate(data.decode("utf-8-sig", errors="replace").splitlines(), start=1):
        _sort_line(reading, number, line)
    folder = ModelFolder(path.parent, root)
    textures: dict[str, Texture] = {}
    materials, warnings = _materials(reading, folder, textures)
    return _assemble(reading, materials, warnings, path.stem, textures)


def _sort_line(reading: _Reading, number: int, line: str) -> None:
    start = line[:2]
    if start == "v ":
        reading.vertices.append((number, line[2:]))
    elif start == "f ":
        key = (reading.object, reading.group, reading.material)
        faces = reading.faces.get(key)
        if faces is None:
            faces = reading.faces[key] = ObjFaces()
        faces.add(number, line[2:], len(reading.vertices), len(reading.uvs))
    elif start == "vt":
        reading.uvs.append((number, line[3:]))
    elif start != "vn":
        stripped = line.strip()
        if stripped != line or line in ("v", "f"):
            # The space after a word that stands alone makes it an entry of no numbers.
            _sort_line(reading, number, stripped + " " if stripped in ("v", "f") else stripped)
            return
        key_word, _, rest = line.partition(" ")
        rest = rest.strip()
        if key_word == "usemtl":
            reading.material = rest
        elif key_word == "g":
            reading.group = "" if rest.lower() in _UNNAMED_GROUPS else rest
        elif key_word == "o":
            reading.object, reading.group = rest, ""
        elif key_word == "mtllib":
            reading.libraries.append(rest)


def _table(lines: _Lines, what: str, least: int) -> NDArray[np.float64]:
    """(n, w) numbers of lines; columns that a line lacks are NaN."""
    if not lines:
        return np.empty((0, least))
    width = len(lines[0][1].split())
    text = " ".join(line for _, line in lines)
    try:
        flat = np.array(text.split(), dtype=np.float64)
        even = width >= least and len(flat) == width * len(lines) and _evenly(lines, width)
    except ValueError:
        even = False
    if even:
        return flat.reshape(-1, width)
    # Some line is of another length or broken: find it.
    rows = [_numbers(number, line, what, least) for number, line in lines]
    table = np.full((len(rows), max(map(len, rows))), np.nan)
    for row, numbers in zip(table, rows, strict=True):
        row[: len(numbers)] = numbers
    return table


def _evenly(lines: _Lines, width: int) -> bool:
    return all(len(line.split()) == width for _, line in lines)


def _numbers(number: int, line: str, what: str, least: int) -> list[float]:
    try:
        values = [float(n) for n in line.split()]
        if len(values) < least:
            raise ValueError(f"{len(values)} numbers, not {least}")
    except ValueError as error:
        shown = f"{what} {line.strip()}"[:60]
        raise FileFormatError(f"line {number} {shown!r} cannot be read ({error}); export the OBJ again") from error
    return values


def _materials(
    reading: _Reading, folder: ModelFolder, textures: dict[str, Texture]
) -> tuple[dict[str, Material], list[str]]:
    materials: dict[str, Material] = {}
    warnings: list[str] = []
    for library in dict.fromkeys(reading.libraries):
        try:
            materials |= read_mtl(folder.read(library), folder, warnings, textures)
        except FileFormatError as error:
            warnings.append(f"material library {error}; surfaces are grey")
    used = {material for *_, material in reading.faces} - {""}
    if materials and (unknown := sorted(used - materials.keys())):
        warnings.append(f"material {unknown[0]!r} is not in the material library; its surfaces are grey")
    return materials, warnings


def _assemble(
    reading: _Reading, known: dict[str, Material], warnings: list[str], stem: str, textures: dict[str, Texture]
) -> RawModel:
    table = _table(reading.vertices, "v", 3)
    vertices = table[:, :3]
    uvs = _table(reading.uvs, "vt", 1)
    uvs = np.pad(uvs, ((0, 0), (0, max(0, 2 - uvs.shape[1]))))[:, :2]
    materials: list[Material] = [NO_MATERIAL]
    rows = {"": 0}
    owners: dict[tuple[str, str], int] = {}
    parts: list[RawPart] = []
    colored = table.shape[1] >= 6 and len(table) > 0 and np.isfinite(table[:, -3:]).all() and not known
    triangles = short = 0
    for (obj, group, material), faces in reading.faces.items():
        if material not in rows:
            rows[material] = len(materials)
            materials.append(known.get(material, Material(name=material)))
        textured = bool(materials[rows[material]].texture)
        corners, corner_uvs, counts = faces.read(len(vertices), len(uvs), textured=textured)
        own, inverse = _distinct(corners, corner_uvs)
        short += int((counts < 3).sum())
        triangles += int(np.maximum(counts - 2, 0).sum())
        check_triangles(triangles)
        part = RawPart(
            name=_name(obj, group) or stem,
            vertices=vertices[corners[own]],
            faces=inverse[triangulate_corners(vertices[corners], counts)],
            material=rows[material],
            owner=owners.setdefault((obj, group), len(owners)),
            uv=None if corner_uvs is None else _rows_of(uvs, corner_uvs[own]),
        )
        if colored:
            colors = table[corners[own], -3:]
            split, tints = parts_by_color(part, colors, linear=False, base=TINTED, first_row=len(materials))
            parts += split
            materials += tints
        else:
            parts.append(part)
    if short:
        warnings.append(f"{short} faces with fewer than three corners are left out")
    return RawModel(parts=parts, materials=materials, warnings=warnings, textures=textures)


def _distinct(corners: NDArray[np.int64], uvs: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First corner of each different vertex, and the number of each corner's vertex, in the file's order."""
    key = corners if uvs is None else corners * (int(uvs.max(initial=0)) + 2) + uvs + 1
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


def _rows_of(uvs: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n, 2) texture coordinates; NaN for row -1, a corner without any."""
    return np.concatenate([uvs, np.full((1, 2), np.nan)])[rows]


def _name(obj: str, group: str) -> str:
    return f"{obj}.{group}" if obj and group and obj != group else obj or group
