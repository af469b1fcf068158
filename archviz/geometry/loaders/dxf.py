"""DXF, read by ezdxf: 3DFACEs, meshes, polyfaces and flat-faced solids, also in blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.core.tone import srgb_to_linear
from archviz.geometry.loaders.hiding import Hidden, is_wanted
from archviz.geometry.loaders.polygons import triangulate
from archviz.geometry.loaders.raw import (
    MAX_DEPTH,
    MAX_INSTANCES,
    NO_MATERIAL,
    RawModel,
    RawPart,
    check_triangles,
    transmission_of,
)

__all__ = ["read_dxf"]

# Entities looked at, those in blocks each time: a page of blocks in blocks must not take hours.
MAX_ENTITIES = 2_000_000
_UNITS_M = {
    1: 0.0254,
    2: 0.3048,
    3: 1609.344,
    4: 1e-3,
    5: 1e-2,
    6: 1.0,
    7: 1000.0,
    8: 2.54e-8,
    9: 2.54e-5,
    10: 0.9144,
    13: 1e-6,
    14: 0.1,
    15: 10.0,
    16: 100.0,
}
_TAIL_BYTES = 4096
_SOLIDS = ("3DSOLID", "BODY", "REGION", "SURFACE")
_BY_BLOCK, _BY_LAYER = 0, 256
# Where a loose face lies: nothing is said of it.
_PLAIN_LAYER = "0"


@dataclass
class _Reading:
    document: Any
    show: Sequence[str]
    materials: list[Material] = field(default_factory=lambda: [NO_MATERIAL])
    rows: dict[Material, int] = field(default_factory=dict)
    # (block that is placed, layer) -> owner
    owners: dict[tuple[int, str], int] = field(default_factory=dict)
    # (owner, name, group, material) -> loops as (n, 3) corners.
    loops: dict[tuple[int, str, str, int], list[NDArray[np.float64]]] = field(default_factory=dict)
    layers_off: Counter[str] = field(default_factory=Counter)
    selected: set[str] = field(default_factory=set)
    flat: Counter[str] = field(default_factory=Counter)
    curved: int = 0
    indexed: bool = False
    instances: int = 0
    entities: int = 0
    triangles: int = 0


@dataclass(frozen=True)
class _Holder:
    """A block reference: what its entities inherit.

    ``shifts`` is (c, 3): where its copies stand, seen from the one that is read.
    """

    owner: int
    name: str
    layer: str
    material: int
    shifts: NDArray[np.float64] = field(default_factory=lambda: np.zeros((1, 3)))
    mirrored: bool = False


def read_dxf(path: Path, show: Sequence[str] = ()) -> RawModel:
    """Read a DXF file: one part per layer, or per block that is placed, and colour; Z up.

    Parameters
    ----------
    path
        The file.
    show
        Patterns of layers and blocks that are drawn though they are off.

    Raises
    ------
    FileFormatError
        It is damaged, holds only flat lines or curved solids, or is beyond the ceilings.
    """
    import ezdxf
    from ezdxf import recover

    _check_end(path)
    try:
        document = ezdxf.readfile(path)
    except ezdxf.DXFStructureError:
        document, _ = recover.readfile(path)
    reading = _Reading(document, show)
    for entity in document.modelspace():
        _read_entity(reading, entity, None, 0)
    if not reading.loops:
        raise FileFormatError(_nothing_to_draw(reading))
    warnings = []
    if reading.curved:
        warnings.append(
            f"{reading.curved} solids with curved faces are left out; export them as meshes, or the model as .ifc"
        )
    return RawModel(
        parts=[_part(key, loops) for key, loops in reading.loops.items()],
        materials=reading.materials,
        unit_m=_UNITS_M.get(int(document.header.get("$INSUNITS", 0))),
        up="z",
        warnings=warnings,
        assumptions=["the numbered colours of layers tell them apart and are no materials"] if reading.indexed else [],
        hidden=[
            *(
                Hidden(layer, f"a layer that is off, {n} on it", show=layer)
                for layer, n in sorted(reading.layers_off.items())
            ),
            *(Hidden(f"{n} of {kind}", "lines and text, no surfaces") for kind, n in sorted(reading.flat.items())),
        ],
        selected=sorted(reading.selected),
    )


def _check_end(path: Path) -> None:
    """Refuse a file that is cut off: the library would read what there is and say nothing."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        if not file.read().rstrip(b"\0\r\n\t \x1a").endswith(b"EOF"):
            raise FileFormatError("the DXF ends before EOF; copy or export it again")


def _nothing_to_draw(reading: _Reading) -> str:
    if reading.curved:
        return f"its {reading.curved} solids have curved faces, which are not read; export meshes, or the model as .ifc"
    if reading.layers_off:
        return f"all surfaces are on layers that are off, as {next(iter(reading.layers_off))!r}; switch them on"
    count = sum(reading.flat.values())
    if not count:
        return "its model space is empty; draw or paste the model there, and export again"
    return f"a flat drawing of {count} lines without surfaces; export the 3D model, or give the drawing as .png"


def _read_entity(reading: _Reading, entity: Any, holder: _Holder | None, depth: int) -> None:
    copies = len(holder.shifts) if holder else 1
    reading.entities += copies
    if depth > MAX_DEPTH:
        raise FileFormatError(f"its blocks lie deeper than {MAX_DEPTH} in each other; explode some of them")
    if reading.entities > MAX_ENTITIES:
        raise FileFormatError("its blocks hold too many others; explode or purge some of them")
    kind = entity.dxftype()
    layer = _layer_name(entity, holder)
    off = bool(entity.dxf.get("invisible", 0)) or _is_off(reading, layer)
    if off and is_wanted(reading.show, layer, holder.name if holder else ""):
        reading.selected |= {layer, holder.name if holder else layer}
        off = False
    if off:
        reading.layers_off[layer] += copies
    elif kind == "INSERT":
        _read_block(reading, entity, layer, holder, depth)
    elif found := _surfaces(reading, entity, kind, copies):
        row = _material_row(reading, entity, layer, holder)
        # Loose faces of one layer are one element; so are those of one layer in a block that is placed.
        owner = reading.owners.setdefault((holder.owner if holder else 0, layer), len(reading.owners))
        group = layer if layer != _PLAIN_LAYER else ""
        key = (owner, holder.name if holder else group, group, row)
        reading.triangles += copies * sum(len(loop) - 2 for loop in found)
        check_triangles(reading.triangles)
        # A mirror turns faces inside out.
        turned = [loop[::-1] for loop in found] if holder and holder.mirrored else found
        own = reading.loops.setdefault(key, [])
        for loop in turned:
            own.extend(loop + holder.shifts[:, None] if holder else [loop])


def _read_block(reading: _Reading, insert: Any, layer: str, holder: _Holder | None, depth: int) -> None:
    # A reference may stand for a whole grid of copies.
    reading.instances += max(insert.mcount, 1)
    if reading.instances > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} blocks are placed; explode or join some of them")
    name = str(insert.dxf.name)
    if name.startswith("*"):
        # Anonymous blocks are called *U12 and the like.
        name = holder.name if holder else layer
    # A window in a block of the whole house is still a window: the innermost block names it.
    inner = _Holder(
        owner=reading.instances,
        name=name,
        layer=layer,
        material=_material_row(reading, insert, layer, holder),
    )
    copies = list(insert.multi_insert()) if insert.mcount > 1 else [insert]
    shifts = np.zeros((1, 3))
    # Copies of a row differ by a shift; but blocks in them are elements of their own, each time.
    if len(copies) > 1 and (block := insert.block()) is not None and not block.query("INSERT"):
        places = np.array([copy.matrix44().transform((0, 0, 0)) for copy in copies])
        copies, shifts = copies[:1], places - places[0]
    for copy in copies:
        # What is in a block comes with all that holds it already applied.
        placed = replace(inner, shifts=shifts, mirrored=copy.matrix44().determinant() < 0)
        for entity in copy.virtual_entities():
            _read_entity(reading, entity, placed, depth + 1)


def _surfaces(reading: _Reading, entity: Any, kind: str, copies: int) -> list[NDArray[np.float64]]:
    """Corners of each face of an entity; what has none is counted."""
    from ezdxf.render import MeshBuilder

    if kind == "3DFACE":
        corners = np.array([tuple(p) for p in entity.wcs_vertices()], dtype=np.float64)
        return [corners] if len(corners) > 2 else []
    if kind == "MESH":
        return _faces(MeshBuilder.from_mesh(entity))
    if kind == "POLYLINE" and (entity.is_poly_face_mesh or entity.is_polygon_mesh):
        return _faces(MeshBuilder.from_polyface(entity))
    if kind in _SOLIDS or kind.endswith("SURFACE"):
        found = _solid(entity)
        reading.curved += copies * (not found)
        return found
    reading.flat[kind] += copies
    return []


def _solid(entity: Any) -> list[NDArray[np.float64]]:
    from ezdxf.acis import api as acis

    try:
        bodies = acis.load_dxf(entity)
        return [face for body in bodies for mesh in acis.mesh_from_body(body) for face in _faces(mesh)]
    except Exception:
        # The kernel's format is read for flat faces only; it fails in many ways on all else.
        return []


def _faces(mesh: Any) -> list[NDArray[np.float64]]:
    points = np.array([tuple(p) for p in mesh.vertices], dtype=np.float64).reshape(-1, 3)
    return [points[list(face)] for face in mesh.faces if len(face) > 2]


def _part(key: tuple[int, str, str, int], loops: list[NDArray[np.float64]]) -> RawPart:
    owner, name, group, material = key
    starts = np.cumsum([0, *map(len, loops)])
    vertices = np.concatenate(loops)
    faces = triangulate(vertices, [range(a, b) for a, b in pairwise(starts)])
    return RawPart(name=name, group=group, vertices=vertices, faces=faces, material=material, owner=owner)


def _layer_name(entity: Any, holder: _Holder | None) -> str:
    """An entity on layer 0 of a block lies on the layer of the block."""
    name = str(entity.dxf.get("layer", _PLAIN_LAYER))
    return holder.layer if holder and name == _PLAIN_LAYER else name


def _is_off(reading: _Reading, layer: str) -> bool:
    if layer not in reading.document.layers:
        return False
    found = reading.document.layers.get(layer)
    return bool(found.is_off() or found.is_frozen())


def _material_row(reading: _Reading, entity: Any, layer: str, holder: _Holder | None) -> int:
    """By the true colour of the entity, else of its layer."""
    table = reading.document.layers
    own = table.get(layer) if layer in table else None
    index = int(entity.dxf.get("color", _BY_LAYER))
    if index == _BY_BLOCK and holder is not None:
        return holder.material
    rgb = own.rgb if entity.rgb is None and own is not None and index == _BY_LAYER else entity.rgb
    if rgb is None:
        # 7 is black or white, as it is the paper or the screen: no colour at all.
        shown = index if index != _BY_LAYER or own is None else abs(int(own.dxf.get("color", 7)))
        reading.indexed |= shown not in (7, _BY_LAYER)
        return holder.material if holder is not None else 0
    clear = float(entity.transparency or (own.transparency if own is not None else 0.0))
    r, g, b = (float(c) for c in srgb_to_linear(np.array(tuple(rgb)[:3]) / 255.0))
    name = layer if layer != _PLAIN_LAYER else ""
    material = Material(name=name, base_color=(r, g, b), transmission=transmission_of(1.0 - clear))
    if material not in reading.rows:
        reading.rows[material] = len(reading.materials)
        reading.materials.append(material)
    return reading.rows[material]
