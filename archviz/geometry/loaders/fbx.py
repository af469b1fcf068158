"""FBX, binary and text, read by ufbx.

The C library is made for damaged files; its Python binding (0.0.5) counts references wrongly: an object
that is asked for twice is freed while it is in use, on sound files too. So every object that comes out of
it is kept for ever (:func:`_kept`), which in a process that reads one file and ends costs nothing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.geometry.loaders.fbx_materials import read_material
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.hiding import Hidden, is_wanted
from archviz.geometry.loaders.polygons import triangulate_corners
from archviz.geometry.loaders.raw import (
    MAX_DEPTH,
    MAX_INSTANCES,
    MAX_NODES,
    NO_MATERIAL,
    Axis,
    RawModel,
    RawPart,
    Tally,
)
from archviz.geometry.texture import Texture

__all__ = ["read_fbx"]

_T = TypeVar("_T")
# Right, up and towards the viewer, as ufbx numbers them: +X, -X, +Y, -Y, +Z, -Z.
_FRAMES: Mapping[tuple[int, int, int], Axis] = MappingProxyType({(0, 2, 4): "y", (0, 4, 3): "z"})
_UNITS_M = (1e-6, 1e6)


@dataclass(frozen=True, eq=False)
class _Mesh:
    """A mesh's triangles by the slot of their material.

    Those with a texture are of polygons' corners, each with its texture coordinate.
    """

    vertices: NDArray[np.float64]
    faces: dict[int, NDArray[np.int64]]
    corners: NDArray[np.float64]
    corner_faces: dict[int, NDArray[np.int64]]
    # (c, 2) of each corner.
    uv: NDArray[np.float64] | None


@dataclass
class _Reading:
    folder: ModelFolder
    show: Sequence[str]
    turn: NDArray[np.float64]
    linear: bool
    layers: dict[int, Any] = field(default_factory=dict)
    meshes: dict[int, _Mesh] = field(default_factory=dict)
    materials: list[Material] = field(default_factory=lambda: [NO_MATERIAL])
    rows: dict[int, int] = field(default_factory=dict)
    moves: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    uvs: dict[tuple[int, int], NDArray[np.float64]] = field(default_factory=dict)
    textures: dict[str, Texture] = field(default_factory=dict)
    parts: list[RawPart] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    instances: int = 0
    tally: Tally = field(default_factory=Tally)


def read_fbx(path: Path, root: Path | None = None, show: Sequence[str] = ()) -> RawModel:
    """Read an FBX file: one part per node and material, its unit and up axis beside.

    Parameters
    ----------
    path
        The file.
    root
        The folder that files it refers to may lie in; ``None`` is its own.
    show
        Patterns of nodes and layers that are drawn though they are hidden.

    Raises
    ------
    FileFormatError
        It is damaged, or beyond the ceilings on nodes, depth, instances and triangles.
    """
    scene = _open(path)
    settings = _kept(scene.settings)
    turn, up = _frame(settings.axes)
    unit = float(settings.unit_meters)
    if not _UNITS_M[0] <= unit <= _UNITS_M[1]:
        raise FileFormatError(f"the FBX unit of {unit:g} metres makes no sense; give it in centimetres")
    metadata = _kept(scene.metadata)
    reading = _Reading(
        ModelFolder(path.parent, root),
        show,
        turn,
        # Blender writes linear light into its colours, all others what the screen shows.
        linear=str(metadata.creator).startswith("Blender"),
    )
    for layer in _each(scene.display_layers):
        reading.layers |= {node.element_id: layer for node in _each(layer.nodes)}
    if len(_kept(scene.nodes)) > MAX_NODES:
        raise FileFormatError(f"more than {MAX_NODES} FBX nodes are placed; join some of them")
    for node in _each(scene.nodes):
        if _kept(node.mesh) is not None:
            _read_node(reading, node)
    reading.tally.check()
    reading.warnings += _damage(metadata)
    reading.warnings += _curved(scene)
    return RawModel(
        parts=reading.parts,
        materials=reading.materials,
        unit_m=unit,
        up=up,
        warnings=reading.warnings,
        hidden=list(dict.fromkeys(reading.hidden)),
        textures=reading.textures,
        selected=reading.selected,
    )


def _kept(item: _T) -> _T:
    """The same object, with one owner more than the binding counts."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(item))
    return item


def _each(items: Any) -> Iterator[Any]:
    items = _kept(items)
    for row in range(len(items)):
        yield _kept(items[row])


def _open(path: Path) -> Any:
    import ufbx

    options = {
        "file_format": ufbx.FileFormat.FBX,
        "load_external_files": False,
        "ignore_animation": True,
        "skip_mesh_parts": True,
        "skip_skin_vertices": True,
        # A face that names no vertex is damage, not the last vertex.
        "index_error_handling": ufbx.IndexErrorHandling.ABORT_LOADING,
        "node_depth_limit": MAX_DEPTH,
    }
    try:
        return _kept(ufbx.load_file(str(path), **options))
    except ufbx.NodeDepthLimitError as error:
        raise FileFormatError(f"FBX nodes lie deeper than {MAX_DEPTH}; export the file again") from error
    except ufbx.OutOfMemoryError as error:
        raise MemoryError from error


def _frame(axes: Any) -> tuple[NDArray[np.float64], Axis | None]:
    """(3, 3) what turns the file's axes into those of ``up``, and ``up``: ``None`` where it does not say.

    A file may count its axes in any order and to the left: such a one is turned to Z up.
    """
    named = (int(axes.right), int(axes.up), int(axes.front))
    usual: Axis | None = _FRAMES.get(named)
    if usual is not None or sorted(axis // 2 for axis in named) != [0, 1, 2]:
        return np.eye(3), usual
    turn = np.zeros((3, 3))
    for row, sign, axis in zip((0, 2, 1), (1, 1, -1), named, strict=True):
        turn[row, axis // 2] = sign * (1 - 2 * (axis % 2))
    return turn, "z"


def _read_node(reading: _Reading, node: Any) -> None:
    mesh, layer = _kept(node.mesh), reading.layers.get(node.element_id)
    above = _above(node)
    reading.instances += 1
    if reading.instances > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} FBX nodes hold meshes; join some of them")
    layer_name = str(layer.name) if layer is not None else ""
    name = str(node.name) or str(mesh.name)
    group = layer_name or next((str(n.name) for n in above if n.name), "")
    why = "hidden in the file" if not all(n.visible for n in (node, *above)) else ""
    if layer is not None and not layer.visible:
        why = "its layer is off"
    why = why or _coarser(node, above)
    if why:
        if not is_wanted(reading.show, name, group):
            reading.hidden.append(Hidden(name, why, group))
            return
        reading.selected.append(name)
    key = int(mesh.element_id)
    if not reading.tally.place(int(mesh.num_triangles), copy=key in reading.meshes):
        return
    if key not in reading.meshes:
        reading.meshes[key] = _read_mesh(mesh)
    _place(reading, reading.meshes[key], node, name, group, list(_each(node.materials)) or list(_each(mesh.materials)))


def _above(node: Any) -> list[Any]:
    """The nodes that hold a node, the nearest first, without ufbx's root."""
    found: list[Any] = []
    parent = _kept(node.parent)
    while parent is not None and not parent.is_root:
        found.append(parent)
        parent = _kept(parent.parent)
    return found


def _coarser(node: Any, above: Sequence[Any]) -> str:
    """Why a node is not drawn that stands for another one seen from afar."""
    for inner, outer in zip((node, *above), above, strict=False):
        if type(_kept(outer.attrib)).__name__ == "LodGroup":
            first = next(_each(outer.children), inner)
            if first.element_id != inner.element_id:
                return "a coarser copy"
    return ""


def _read_mesh(mesh: Any) -> _Mesh:
    vertices = _rows(mesh.vertices, 3)
    faces = np.array(_kept(mesh.faces), dtype=np.int64).reshape(-1, 2)
    corners, slots = _integers(mesh.vertex_indices), _integers(mesh.face_material)
    if len(corners) and not 0 <= corners.min() <= corners.max() < len(vertices):
        raise FileFormatError("an FBX face names a vertex that does not exist; export the file again")
    starts, counts = faces[:, 0], faces[:, 1]
    if (starts != np.cumsum(counts) - counts).any() or counts.sum() != len(corners):
        raise FileFormatError("the FBX polygons do not follow each other; export the file again")
    triangles = triangulate_corners(vertices[corners], counts)
    owner = np.searchsorted(starts + counts, triangles[:, 0], side="right")
    given, uv = _kept(mesh.vertex_uv), None
    if given.exists:
        values, rows = _rows(given.values, 2), _integers(given.indices)
        if len(rows) == len(corners) and (not len(rows) or 0 <= rows.min() <= rows.max() < len(values)):
            uv = values[rows]
    slot = slots[owner] if len(slots) else np.zeros(len(owner), np.int64)
    by_slot = {int(row): triangles[slot == row] for row in np.unique(slot)}
    return _Mesh(
        vertices,
        {row: corners[own] for row, own in by_slot.items()},
        vertices[corners] if uv is not None else vertices,
        by_slot,
        uv,
    )


def _rows(values: Any, width: int) -> NDArray[np.float64]:
    return np.array(_kept(values), dtype=np.float64).reshape(-1, width)


def _integers(values: Any) -> NDArray[np.int64]:
    return np.fromiter(_kept(values), dtype=np.int64, count=len(values))


def _place(reading: _Reading, mesh: _Mesh, node: Any, name: str, group: str, materials: Sequence[Any]) -> None:
    matrix = reading.turn @ np.array([list(column) for column in node.geometry_to_world], dtype=np.float64).T
    mirrored = np.linalg.det(matrix[:, :3]) < 0
    for slot, faces in mesh.faces.items():
        row = _material_row(reading, materials[slot] if slot < len(materials) else None)
        points, uv = mesh.vertices, None
        if reading.materials[row].texture and mesh.uv is not None:
            move = reading.moves[row]
            if (id(mesh), row) not in reading.uvs:
                reading.uvs[id(mesh), row] = mesh.uv @ move[:, :2].T + move[:, 2]
            points, faces, uv = mesh.corners, mesh.corner_faces[slot], reading.uvs[id(mesh), row]
        reading.parts.append(
            RawPart(
                name=name,
                group=group,
                vertices=points,
                faces=faces[:, ::-1] if mirrored else faces,
                material=row,
                owner=reading.instances,
                uv=uv,
                place=matrix,
            )
        )


def _material_row(reading: _Reading, material: Any) -> int:
    if material is None:
        return 0
    key = int(material.element_id)
    if key not in reading.rows:
        found, move = read_material(
            material, reading.folder, reading.textures, reading.warnings, linear=reading.linear, kept=_kept
        )
        reading.rows[key] = len(reading.materials)
        reading.moves[len(reading.materials)] = move
        reading.materials.append(found)
    return reading.rows[key]


def _damage(metadata: Any) -> list[str]:
    """What ufbx had to mend."""
    texts = [str(warning.description) for warning in _each(metadata.warnings)]
    return [f"the FBX file is not quite sound: {text[:120]}" for text in dict.fromkeys(texts)]


def _curved(scene: Any) -> list[str]:
    counts = (len(scene.nurbs_surfaces), len(scene.nurbs_trim_surfaces), len(scene.procedural_geometries))
    if not any(counts):
        return []
    return [f"{sum(counts)} curved surfaces without meshes are left out; convert them to meshes and export again"]
