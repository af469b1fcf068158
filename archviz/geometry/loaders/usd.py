"""USD, USDA, USDC and USDZ, read by OpenUSD."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.geometry.loaders.archive import open_archive
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.hiding import Hidden, is_wanted
from archviz.geometry.loaders.raw import (
    MAX_DEPTH,
    MAX_INSTANCES,
    MAX_NODES,
    NO_MATERIAL,
    TINTED,
    Axis,
    RawModel,
    RawPart,
    Tally,
    parts_by_color,
)
from archviz.geometry.loaders.usd_layers import confine_layers
from archviz.geometry.loaders.usd_materials import read_material
from archviz.geometry.loaders.usd_shapes import Shape, read_shape, shape_kinds
from archviz.geometry.texture import Texture

__all__ = ["read_usd"]

# Its threads would each reserve address space of their own.
os.environ.setdefault("PXR_WORK_THREAD_LIMIT", "1")

_MAX_NESTED = 8
_AXES: dict[str, Axis] = {"X": "x", "Y": "y", "Z": "z"}
_PURPOSES = {"guide": "a guide", "proxy": "a stand-in for the finer model"}
_GENERIC = re.compile(r"(?:mesh|geom|geometry|shape|body)[_\d]*", re.IGNORECASE)


@dataclass
class _Reading:
    stage: Any
    folder: ModelFolder
    show: Sequence[str]
    cache: Any
    warnings: list[str] = field(default_factory=list)
    materials: list[Material] = field(default_factory=lambda: [NO_MATERIAL])
    rows: dict[str, tuple[int, str]] = field(default_factory=dict)
    textures: dict[str, Texture] = field(default_factory=dict)
    shapes: dict[str, Shape | None] = field(default_factory=dict)
    parts: list[RawPart] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    flat: Counter[str] = field(default_factory=Counter)
    instances: int = 0
    prims: int = 0
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class _Placed:
    """Where a copy stands and what it is called; ``None`` for what stands in the file by itself."""

    matrix: NDArray[np.float64]
    name: str


def read_usd(path: Path, root: Path | None = None, show: Sequence[str] = ()) -> RawModel:
    """Read a USD file or package: one part per mesh and material, copies made by instancers among them.

    Parameters
    ----------
    path
        The file.
    root
        The folder that layers and textures may lie in; ``None`` is its own.
    show
        Patterns of what is drawn though the file hides it.

    Raises
    ------
    FileFormatError
        It is damaged, or beyond the ceilings on layers, copies and triangles.
    """
    if path.suffix.lower() != ".usdz":
        return _read(path, ModelFolder(path.parent, root), show)
    with TemporaryDirectory(prefix="archviz-usdz-") as name:
        folder = Path(name)
        return _read(_unpacked(path, folder), ModelFolder(folder, folder), show)


def _unpacked(path: Path, folder: Path) -> Path:
    """Unpack a package; its first file is the model (USDZ specification, "Default Layer")."""
    with open_archive(path) as archive:
        files = [member for member in archive.infolist() if not member.is_dir()]
        if not files or not files[0].filename.lower().endswith((".usd", ".usda", ".usdc")):
            raise FileFormatError("the USDZ does not start with a USD file; export it again")
        try:
            for member in files:
                archive.extract(member, folder)
        except Exception as error:
            raise FileFormatError(f"the USDZ is damaged ({error}); export it again") from error
    return folder / files[0].filename


def _read(path: Path, folder: ModelFolder, show: Sequence[str]) -> RawModel:
    from pxr import Tf, Usd, UsdGeom

    warnings: list[str] = []
    try:
        layer = confine_layers(path, folder.root or folder.path, warnings)
        stage = Usd.Stage.Open(layer)
    except Tf.ErrorException as error:
        raise FileFormatError("a part of the USD is damaged; copy or export it again") from error
    reading = _Reading(stage, folder, show, UsdGeom.XformCache(Usd.TimeCode.EarliestTime()), warnings)
    for prim in _below(reading, stage.GetPseudoRoot()):
        _read_prim(reading, prim)
    reading.tally.check()
    stated = stage.HasAuthoredMetadata
    unit = float(UsdGeom.GetStageMetersPerUnit(stage)) if stated("metersPerUnit") else None
    if unit is not None and not (np.isfinite(unit) and 1e-6 <= unit <= 1e6):
        raise FileFormatError(f"the USD unit of {unit} metres makes no sense; give --unit or export again")
    return RawModel(
        parts=reading.parts,
        materials=reading.materials,
        unit_m=unit,
        up=_AXES.get(str(UsdGeom.GetStageUpAxis(stage))) if stated("upAxis") else None,
        warnings=reading.warnings,
        hidden=[*reading.hidden, *(Hidden(f"{n} of {k}", why="no surfaces") for k, n in sorted(reading.flat.items()))],
        textures=reading.textures,
        selected=reading.selected,
    )


def _below(reading: _Reading, root: Any) -> Iterator[Any]:
    """A prim and all below it, those of native instances too, but not what an instancer places."""
    from pxr import Usd, UsdGeom

    prims = iter(Usd.PrimRange(root, Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)))
    for prim in prims:
        _count(reading, 1)
        if prim.GetPath().pathElementCount > MAX_DEPTH:
            raise FileFormatError(f"USD prims lie deeper than {MAX_DEPTH}; export the file again")
        if prim.IsA(UsdGeom.PointInstancer):
            prims.PruneChildren()
        yield prim


def _count(reading: _Reading, prims: int) -> None:
    reading.prims += prims
    if reading.prims > MAX_NODES:
        raise FileFormatError(f"more than {MAX_NODES} prims are placed; export a part of the model")


def _read_prim(reading: _Reading, prim: Any, placed: _Placed | None = None, depth: int = 0) -> None:
    from pxr import UsdGeom

    if not prim.IsA(UsdGeom.Imageable):
        return
    name, group = _names(prim)
    if prim.IsA(UsdGeom.PointInstancer):
        if not _is_hidden(reading, prim, name, group):
            _read_instancer(reading, prim, name, placed, depth)
        return
    if prim.GetTypeName() not in shape_kinds():
        if prim.IsA(UsdGeom.Gprim):
            reading.flat[str(prim.GetTypeName())] += 1
        return
    if _is_hidden(reading, prim, name, group):
        return
    reading.instances += 1
    if reading.instances > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} prims hold meshes; join some of them")
    if placed is None:
        matrix = np.array(reading.cache.GetLocalToWorldTransform(prim), dtype=np.float64)
        shown = name
    else:
        matrix, shown = placed.matrix, placed.name
    _add_shape(reading, prim, matrix, shown, group)


def _names(prim: Any) -> tuple[str, str]:
    """Name and group of a prim; a mesh that is alone in its Xform goes by the Xform's name."""
    parent = prim.GetParent()
    alone = parent and not parent.IsPseudoRoot() and parent.GetTypeName() == "Xform"
    alone = alone and (len(parent.GetAllChildren()) == 1 or _GENERIC.fullmatch(prim.GetName()))
    if alone and len([c for c in parent.GetAllChildren() if c.GetTypeName() not in ("", "Scope", "Material")]) == 1:
        prim, parent = parent, parent.GetParent()
    group = "" if not parent or parent.IsPseudoRoot() else _label(parent)
    return _label(prim), group


def _label(prim: Any) -> str:
    return str(prim.GetDisplayName() or prim.GetName())


def _is_hidden(reading: _Reading, prim: Any, name: str, group: str) -> bool:
    """Whether the file says that a prim is not for pictures, and the user does not ask for it."""
    from pxr import Usd, UsdGeom

    imageable = UsdGeom.Imageable(prim)
    purpose = str(imageable.ComputePurpose())
    why = _PURPOSES.get(purpose, "")
    if imageable.ComputeVisibility(Usd.TimeCode.EarliestTime()) == UsdGeom.Tokens.invisible:
        why = "invisible in the file"
    if not why:
        return False
    if is_wanted(reading.show, name, group):
        reading.selected.append(name)
        return False
    reading.hidden.append(Hidden(name, why=why, group=group, show=name))
    return True


def _read_instancer(reading: _Reading, prim: Any, name: str, placed: _Placed | None, depth: int) -> None:
    from pxr import Usd, UsdGeom

    if depth > _MAX_NESTED:
        raise FileFormatError(f"USD instancers lie deeper than {_MAX_NESTED} in each other; export copies as meshes")
    time = Usd.TimeCode.EarliestTime()
    instancer = UsdGeom.PointInstancer(prim)
    targets = [prim.GetStage().GetPrimAtPath(p) for p in instancer.GetPrototypesRel().GetForwardedTargets()]
    rows = np.array(instancer.GetProtoIndicesAttr().Get(time) or [], dtype=np.int64)
    if len(rows) + reading.instances > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} copies are placed; join some of them")
    if len(rows) and not (0 <= rows.min() and rows.max() < len(targets)):
        raise _no_prototype()
    own = placed.matrix if placed else np.array(reading.cache.GetLocalToWorldTransform(prim), dtype=np.float64)
    # Those that are masked out are still among the indices here.
    found = instancer.ComputeInstanceTransformsAtTime(
        time, time, UsdGeom.PointInstancer.IncludeProtoXform, UsdGeom.PointInstancer.IgnoreMask
    )
    mask = instancer.ComputeMaskAtTime(time)
    kept = [number for number in range(len(rows)) if not mask or mask[number]]
    prototypes = {}
    for row, copies in Counter(rows[kept].tolist()).items():
        if not targets[row]:
            raise _no_prototype()
        prototypes[row] = [(part, _relative(reading, part, targets[row])) for part in _below(reading, targets[row])]
        _count(reading, len(prototypes[row]) * (copies - 1))
    for number in kept:
        base = np.array(found[number], dtype=np.float64) @ own
        for part, local in prototypes[int(rows[number])]:
            _read_prim(reading, part, _Placed(local @ base, name), depth + 1)


def _no_prototype() -> FileFormatError:
    return FileFormatError("a USD instancer names a prototype that does not exist; export the file again")


def _relative(reading: _Reading, prim: Any, root: Any) -> NDArray[np.float64]:
    """From a prim's axes to those of the prototype it belongs to."""
    matrix, _ = reading.cache.ComputeRelativeTransform(prim, root)
    return np.array(matrix, dtype=np.float64)


def _add_shape(reading: _Reading, prim: Any, matrix: NDArray[np.float64], name: str, group: str) -> None:
    source = prim.GetPrimInPrototype() if prim.IsInstanceProxy() else prim
    key = str(source.GetPath())
    copy = key in reading.shapes
    if not copy:
        reading.shapes[key] = read_shape(source)
    shape = reading.shapes[key]
    if shape is None or not len(shape.faces):
        return
    if not reading.tally.place(len(shape.faces), copy=copy):
        return
    mirrored = np.linalg.det(matrix[:3, :3]) < 0
    for own, material, uv_name in _by_material(reading, prim, shape):
        faces = shape.faces if len(own) == len(shape.faces) else shape.faces[own]
        uv = shape.uv(uv_name) if reading.materials[material].texture else None
        part = RawPart(
            name=name,
            group=group,
            vertices=shape.vertices,
            faces=faces[:, ::-1] if mirrored else faces,
            material=material,
            owner=reading.instances,
            uv=uv,
            # Row vectors, as the library has them.
            place=matrix[:, :3].T,
        )
        if shape.colors is None or material:
            reading.parts.append(part)
            continue
        split, tints = parts_by_color(
            part, shape.colors[own], linear=True, base=TINTED, first_row=len(reading.materials)
        )
        reading.parts += split
        reading.materials += tints


def _by_material(reading: _Reading, prim: Any, shape: Shape) -> list[tuple[NDArray[np.int64], int, str]]:
    """Triangles of each material: rows, row of the material, and its texture coordinates' name."""
    from pxr import UsdShade

    whole, uv_name = _material_row(reading, UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0])
    left = np.ones(len(shape.faces), dtype=bool)
    found = []
    for subset in UsdShade.MaterialBindingAPI(prim).GetMaterialBindSubsets():
        polygons = np.array(subset.GetIndicesAttr().Get() or [], dtype=np.int64)
        own = np.isin(shape.polygons, polygons) & left
        left &= ~own
        row, name = _material_row(reading, UsdShade.MaterialBindingAPI(subset.GetPrim()).ComputeBoundMaterial()[0])
        found.append((np.flatnonzero(own), row, name))
    found.append((np.flatnonzero(left), whole, uv_name))
    return [item for item in found if len(item[0])]


def _material_row(reading: _Reading, material: Any) -> tuple[int, str]:
    if not material:
        return 0, ""
    key = str(material.GetPath())
    if key not in reading.rows:
        found, uv_name = read_material(material, reading.folder, reading.warnings, reading.textures)
        reading.rows[key] = (len(reading.materials), uv_name)
        reading.materials.append(found)
    return reading.rows[key]
