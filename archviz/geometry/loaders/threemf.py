"""3MF: meshes, components and colours.

Read here and not by trimesh, which drops colours and reads an archive whole, however large. Reference:
3MF Consortium, "Core Specification" 1.3 and "Materials and Properties Extension" 1.2.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.core.tone import srgb_to_linear
from archviz.geometry.loaders.archive import open_archive
from archviz.geometry.loaders.raw import (
    MAX_DEPTH,
    MAX_INSTANCES,
    MAX_TEXT_BYTES,
    NO_MATERIAL,
    RawModel,
    RawPart,
    Tally,
    check_triangles,
    transmission_of,
)

__all__ = ["read_3mf"]

_UNITS = {
    "micron": 1e-6,
    "millimeter": 1e-3,
    "centimeter": 1e-2,
    "inch": 0.0254,
    "foot": 0.3048,
    "meter": 1.0,
}
_MODEL = "3d/3dmodel.model"


@dataclass
class _Mesh:
    vertices: NDArray[np.float64]
    # Triangles of each row of the model's materials.
    faces: dict[int, NDArray[np.int64]]

    @property
    def triangles(self) -> int:
        return sum(map(len, self.faces.values()))


@dataclass
class _Object:
    name: str
    mesh: _Mesh | None
    components: list[tuple[str, NDArray[np.float64]]]


@dataclass
class _Reading:
    materials: list[Material] = field(default_factory=lambda: [NO_MATERIAL])
    # (property group, row in it) -> row of materials.
    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    objects: dict[str, _Object] = field(default_factory=dict)
    parts: list[RawPart] = field(default_factory=list)
    instances: int = 0
    tally: Tally = field(default_factory=Tally)
    seen: set[str] = field(default_factory=set)


def read_3mf(path: Path) -> RawModel:
    """Read a 3MF file: one part per build item, component and material; Z up, in its unit.

    Raises
    ------
    FileFormatError
        It is damaged, its parts lie in several files, or it is beyond the ceilings.
    """
    root = _parse(_model_xml(path))
    unit = root.get("unit", "millimeter")
    if unit not in _UNITS:
        raise FileFormatError(f"the 3MF unit {unit!r} is not known; export in one of {', '.join(_UNITS)}")
    reading = _Reading()
    for group in _children(root, "resources", "*"):
        _read_resource(reading, group)
    for item in _children(root, "build", "item"):
        _place(reading, item.get("objectid", ""), _matrix(item.get("transform")), item.get("partnumber") or "", 0)
    reading.tally.check()
    return RawModel(parts=reading.parts, materials=reading.materials, unit_m=_UNITS[unit], up="z")


def _model_xml(path: Path) -> bytes:
    with open_archive(path) as archive:
        name = next((n for n in archive.namelist() if n.lower().lstrip("/") == _MODEL), None)
        if name is None:
            raise FileFormatError("the 3MF holds no 3D/3dmodel.model; export it again")
        if archive.getinfo(name).file_size > MAX_TEXT_BYTES:
            raise FileFormatError(f"its XML is larger than {MAX_TEXT_BYTES // 10**6} MB; export GLB")
        try:
            return archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise FileFormatError(f"the 3MF is damaged ({error}); export it again") from error


def _parse(data: bytes) -> Any:
    from lxml import etree

    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise FileFormatError("it declares XML entities, which are not read; export it again")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser)


def _children(element: Any, *path: str) -> Iterator[Any]:
    """Elements at a path of names, whatever their namespace."""
    yield from element.iterfind("/".join(f"{{*}}{name}" for name in path))


def _read_resource(reading: _Reading, resource: Any) -> None:
    kind = resource.tag.rpartition("}")[2]
    own = resource.get("id", "")
    if kind in ("basematerials", "colorgroup"):
        for row, entry in enumerate(_children(resource, "*")):
            reading.rows[own, row] = len(reading.materials)
            name = entry.get("name") or f"color {(entry.get('color') or '')[1:7].lower()}"
            reading.materials.append(_material(name, entry.get("displaycolor") or entry.get("color") or ""))
    elif kind == "object":
        mesh = next(_children(resource, "mesh"), None)
        components = [
            (c.get("objectid", ""), _matrix(c.get("transform"))) for c in _children(resource, "components", "component")
        ]
        if any(key.endswith("}path") for c in _children(resource, "components", "component") for key in c.keys()):
            raise FileFormatError("its parts lie in several files inside the 3MF; export it as one part")
        reading.objects[own] = _Object(
            name=resource.get("name") or "",
            mesh=None if mesh is None else _mesh(reading, mesh, resource),
            components=components,
        )


def _mesh(reading: _Reading, mesh: Any, holder: Any) -> _Mesh:
    vertices = np.array(
        [[float(v.get(axis)) for axis in "xyz"] for v in _children(mesh, "vertices", "vertex")], dtype=np.float64
    ).reshape(-1, 3)
    faces, materials = [], []
    usual = reading.rows.get((holder.get("pid", ""), int(holder.get("pindex", 0))), 0)
    for triangle in _children(mesh, "triangles", "triangle"):
        faces.append([int(triangle.get(key)) for key in ("v1", "v2", "v3")])
        group = triangle.get("pid") or (holder.get("pid") if triangle.get("p1") else None)
        materials.append(usual if group is None else reading.rows.get((group, int(triangle.get("p1", 0))), usual))
    rows = np.array(faces, dtype=np.int64).reshape(-1, 3)
    check_triangles(len(rows))
    if len(rows) and not 0 <= rows.min() <= rows.max() < len(vertices):
        raise FileFormatError("a 3MF triangle names a vertex that does not exist; export the file again")
    painted = np.array(materials, dtype=np.int64)
    return _Mesh(vertices, {int(row): rows[painted == row] for row in np.unique(painted)})


def _place(reading: _Reading, key: str, matrix: NDArray[np.float64], number: str, depth: int, group: str = "") -> None:
    if key not in reading.objects or depth > MAX_DEPTH:
        raise FileFormatError(f"3MF object {key!r} does not exist or holds itself; export the file again")
    found = reading.objects[key]
    name = found.name or number or group or f"object {key}"
    reading.instances += 1
    owner = reading.instances
    if owner > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} parts are placed; join some of them")
    for child, transform in found.components:
        _place(reading, child, transform @ matrix, number, depth + 1, found.name or group)
    if found.mesh is None:
        return
    copy = key in reading.seen
    reading.seen.add(key)
    if not reading.tally.place(found.mesh.triangles, copy=copy):
        return
    mirrored = np.linalg.det(matrix[:3, :3]) < 0
    for row, faces in found.mesh.faces.items():
        reading.parts.append(
            RawPart(
                name=name,
                group=group,
                vertices=found.mesh.vertices,
                faces=faces[:, ::-1] if mirrored else faces,
                material=row,
                owner=owner,
                # Row vectors, as the format has them.
                place=matrix[:, :3].T,
            )
        )


def _matrix(text: str | None) -> NDArray[np.float64]:
    """(4, 4) for row vectors, as the format writes it: three rows of axes and one of the shift."""
    matrix = np.eye(4)
    if text:
        matrix[:, :3] = np.array([float(n) for n in text.split()]).reshape(4, 3)
    return matrix


def _material(name: str, color: str) -> Material:
    digits = color.strip().lstrip("#")
    if len(digits) not in (6, 8):
        return Material(name=name)
    values = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    r, g, b = (float(c) for c in srgb_to_linear(np.array(values[:3])))
    return Material(name=name, base_color=(r, g, b), transmission=transmission_of(values[3] if values[3:] else 1.0))
