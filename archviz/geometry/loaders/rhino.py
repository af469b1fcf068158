"""Rhino 3DM, read by rhino3dm.

The library reads surfaces but cannot mesh them: they come as the render meshes that Rhino saves beside
them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.material import Material
from archviz.core.place import Place
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.hiding import Hidden, is_wanted
from archviz.geometry.loaders.raw import MAX_DEPTH, MAX_INSTANCES, NO_MATERIAL, RawModel, RawPart, Tally
from archviz.geometry.loaders.rhino_materials import read_material
from archviz.geometry.texture import Texture

__all__ = ["read_3dm"]

_UNITS_M = {
    "Microns": 1e-6,
    "Millimeters": 1e-3,
    "Centimeters": 1e-2,
    "Decimeters": 0.1,
    "Meters": 1.0,
    "Dekameters": 10.0,
    "Hectometers": 100.0,
    "Kilometers": 1000.0,
    "Inches": 0.0254,
    "Feet": 0.3048,
    "Yards": 0.9144,
    "Miles": 1609.344,
}
# Rounds that bring a subdivision surface's control net within a hair of its limit.
_SUBD_ROUNDS = 2
_SURFACES = ("Brep", "Extrusion", "Surface", "SubD")
# Layers that say nothing of what lies on them.
_PLAIN_LAYERS = ("Default", "Layer")


# Vertices, faces, and texture coordinates where there are any.
_Mesh = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64] | None]


@dataclass
class _Reading:
    file: Any
    folder: ModelFolder
    layers: dict[int, Any]
    parents: dict[str, str]
    visible: dict[str, bool]
    show: Sequence[str] = ()
    selected: list[str] = field(default_factory=list)
    materials: list[Material] = field(default_factory=lambda: [NO_MATERIAL])
    rows: dict[int, int] = field(default_factory=dict)
    textures: dict[str, Texture] = field(default_factory=dict)
    meshes: dict[str, list[_Mesh]] = field(default_factory=dict)
    parts: list[RawPart] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    flat: Counter[str] = field(default_factory=Counter)
    unmeshed: list[str] = field(default_factory=list)
    instances: int = 0
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class _Holder:
    """A block instance: what its objects inherit."""

    name: str = ""
    layer: int = -1
    material: int = 0


def read_3dm(path: Path, root: Path | None = None, show: Sequence[str] = ()) -> RawModel:
    """Read a 3DM file: one part per object, its unit, place and north beside.

    Parameters
    ----------
    path
        The file.
    root
        The folder that files it refers to may lie in; ``None`` is its own.
    show
        Patterns of objects and layers that are drawn though they are hidden.

    Raises
    ------
    FileFormatError
        It is damaged, holds surfaces without meshes only, or is beyond the ceilings.
    """
    import rhino3dm

    file = rhino3dm.File3dm.Read(str(path))
    if file is None:
        raise FileFormatError("Rhino's reader cannot open it; save it again as Rhino 7 or 8")
    layers = {layer.Index: layer for layer in file.Layers}
    reading = _Reading(
        file,
        ModelFolder(path.parent, root),
        layers,
        parents={str(layer.Id): str(layer.ParentLayerId) for layer in layers.values()},
        visible={str(layer.Id): bool(layer.Visible) for layer in layers.values()},
        show=show,
    )
    for item in file.Objects:
        if not item.Attributes.IsInstanceDefinitionObject:
            _read_object(reading, item, np.eye(4), _Holder(), 0)
    reading.tally.check()
    _say_what_is_missing(reading)
    place, north_deg = _place(file.Settings)
    return RawModel(
        parts=reading.parts,
        materials=reading.materials,
        unit_m=_UNITS_M.get(file.Settings.ModelUnitSystem.name),
        up="z",
        warnings=reading.warnings,
        hidden=list(dict.fromkeys(reading.hidden)),
        place=place,
        north_deg=north_deg,
        textures=reading.textures,
        selected=reading.selected,
    )


def _say_what_is_missing(reading: _Reading) -> None:
    if reading.unmeshed:
        count, names = len(reading.unmeshed), ", ".join(dict.fromkeys(reading.unmeshed[:3]))
        advice = "show the model shaded in Rhino and save it without 'Save Small', or export .glb"
        if not reading.parts:
            raise FileFormatError(f"its {count} surfaces ({names}) have no render meshes; {advice}")
        reading.warnings.append(f"{count} surfaces without render meshes are left out ({names}); {advice}")
    reading.hidden += [Hidden(f"{n} of {kind}", "no surfaces") for kind, n in sorted(reading.flat.items())]


def _read_object(reading: _Reading, item: Any, matrix: NDArray[np.float64], holder: _Holder, depth: int) -> None:
    attributes, geometry = item.Attributes, item.Geometry
    kind = type(geometry).__name__
    layer = reading.layers.get(attributes.LayerIndex)
    name = attributes.Name or holder.name or (layer.Name if layer is not None else "") or kind
    why = "hidden in Rhino" if not attributes.Visible or attributes.Mode.name == "Hidden" else ""
    if not _is_shown(reading, layer):
        why = "its layer is off"
    if why:
        if not is_wanted(reading.show, name, layer.Name if layer is not None else ""):
            reading.hidden.append(Hidden(name, why, layer.FullPath if layer is not None else "", show=name))
            return
        reading.selected.append(name)
    if kind == "InstanceReference":
        _read_block(reading, item, matrix, holder, depth)
        return
    if kind != "Mesh" and not kind.endswith(_SURFACES):
        reading.flat[kind] += 1
        return
    reading.instances += 1
    if reading.instances > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} objects hold meshes; join some of them")
    key = str(attributes.Id)
    copy = key in reading.meshes
    if key not in reading.meshes:
        reading.meshes[key] = [_arrays(mesh) for mesh in _meshes(geometry, kind)]
    if not reading.meshes[key]:
        reading.unmeshed.append(name)
    for vertices, faces, uv in reading.meshes[key]:
        if not reading.tally.place(len(faces), copy=copy):
            continue
        reading.parts.append(
            RawPart(
                name=name,
                group=_group(layer, holder),
                vertices=vertices,
                faces=faces[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0 else faces,
                material=_material_row(reading, attributes, layer, holder),
                owner=reading.instances,
                uv=uv,
                place=matrix[:3],
            )
        )


def _read_block(reading: _Reading, item: Any, matrix: NDArray[np.float64], holder: _Holder, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise FileFormatError(f"Rhino blocks lie deeper than {MAX_DEPTH} in each other; explode some of them")
    reading.instances += 1
    if reading.instances > MAX_INSTANCES:
        raise FileFormatError(f"more than {MAX_INSTANCES} objects and blocks are placed; join some of them")
    block = reading.file.InstanceDefinitions.FindId(item.Geometry.ParentIdefId)
    if block is None:
        reading.warnings.append(f"block instance {item.Attributes.Name!r} has no definition and is left out")
        return
    own = np.array(item.Geometry.Xform.ToFloatArray(True), dtype=np.float64).reshape(4, 4)
    layer = reading.layers.get(item.Attributes.LayerIndex)
    inner = _Holder(
        name=item.Attributes.Name or block.Name,
        layer=item.Attributes.LayerIndex,
        material=_material_row(reading, item.Attributes, layer, holder),
    )
    for member in block.GetObjectIds():
        found = reading.file.Objects.FindId(str(member))
        if found is not None:
            _read_object(reading, found, matrix @ own, inner, depth + 1)


def _is_shown(reading: _Reading, layer: Any) -> bool:
    """Whether a layer and all that hold it are switched on."""
    key = str(layer.Id) if layer is not None else ""
    for _ in range(MAX_DEPTH):
        if not reading.visible.get(key, True):
            return False
        key = reading.parents.get(key, "")
    return True


def _group(layer: Any, holder: _Holder) -> str:
    """The layer, or the block where the layer's name says nothing."""
    name = str(layer.Name) if layer is not None else ""
    return holder.name if holder.name and (not name or name.startswith(_PLAIN_LAYERS)) else name


def _meshes(geometry: Any, kind: str) -> list[Any]:
    import rhino3dm

    if kind == "Mesh":
        return [geometry]
    if kind == "SubD":
        smooth = geometry.Duplicate()
        smooth.Subdivide(_SUBD_ROUNDS)
        return [mesh for mesh in (rhino3dm.Mesh.CreateFromSubDControlNet(smooth, False),) if mesh is not None]
    # A face has a mesh of the kind that was last made: for the screen or for rendering.
    holders = geometry.Faces if kind == "Brep" else [geometry]
    found = [holder.GetMesh(rhino3dm.MeshType.Any) for holder in holders if hasattr(holder, "GetMesh")]
    return [mesh for mesh in found if mesh is not None]


def _arrays(mesh: Any) -> _Mesh:
    points = [(p.X, p.Y, p.Z) for p in mesh.Vertices.ToPoint3dArray()]
    corners = np.array([mesh.Faces[i] for i in range(len(mesh.Faces))], dtype=np.int64).reshape(-1, 4)
    # A triangle names its last corner twice.
    quads = corners[:, 2] != corners[:, 3]
    faces = np.concatenate([corners[:, :3], corners[quads][:, [0, 2, 3]]])
    if len(faces) and not 0 <= faces.min() <= faces.max() < len(points):
        raise FileFormatError("a Rhino mesh names a vertex that does not exist; repair it in Rhino")
    uv = np.array([(p.X, p.Y) for p in mesh.TextureCoordinates], dtype=np.float64).reshape(-1, 2)
    return np.array(points, dtype=np.float64).reshape(-1, 3), faces, uv if len(uv) == len(points) else None


def _material_row(reading: _Reading, attributes: Any, layer: Any, holder: _Holder) -> int:
    source = attributes.MaterialSource.name
    if source == "MaterialFromParent":
        return holder.material
    index = attributes.MaterialIndex if source == "MaterialFromObject" else getattr(layer, "RenderMaterialIndex", -1)
    if not 0 <= index < len(reading.file.Materials):
        return holder.material if holder.name else 0
    if index not in reading.rows:
        reading.rows[index] = len(reading.materials)
        found = reading.file.Materials[index]
        reading.materials.append(read_material(found, reading.folder, reading.warnings, reading.textures))
    return reading.rows[index]


def _place(settings: Any) -> tuple[Place | None, float]:
    """Latitude and longitude, and how far north is turned clockwise from +Y [degrees].

    From the earth anchor point, else from the sun where it is switched on.
    """
    anchor, sun = settings.EarthAnchorPoint, settings.RenderSettings.Sun
    if anchor.EarthLocationIsSet():
        place = (anchor.EarthBasepointLatitude, anchor.EarthBasepointLongitude)
        north_deg = math.degrees(math.atan2(anchor.ModelNorth.X, anchor.ModelNorth.Y))
    elif sun.EnableOn:
        # Rhino counts anticlockwise from +X.
        place, north_deg = (sun.Latitude, sun.Longitude), 90.0 - sun.North
    else:
        return None, 0.0
    try:
        found = Place(latitude_deg=round(place[0], 9), longitude_deg=round(place[1], 9))
    except OptionError:
        return None, 0.0
    north_deg = (north_deg + 180.0) % 360.0 - 180.0
    # 0 degrees of both is what stands there where nobody entered a place.
    return (found if place != (0.0, 0.0) else None), round(north_deg, 6) + 0.0
