"""IFC 2x3, 4 and 4x3, read by IfcOpenShell."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from archviz.core.elements import Part
from archviz.core.errors import FileFormatError, OptionError
from archviz.core.material import Material
from archviz.core.place import Place
from archviz.core.tone import srgb_to_linear
from archviz.geometry.loaders.hiding import Hidden, is_wanted
from archviz.geometry.loaders.raw import MAX_INSTANCES, NO_MATERIAL, RawModel, RawPart, check_triangles, transmission_of
from archviz.geometry.naming import family_of, is_glass, part_of

__all__ = ["read_ifc"]

# Room volumes, cuts, axes, notes and the steel inside concrete: in the file, but nothing that is seen.
_UNDRAWN = {
    "IfcSpatialElement": "a room's volume",
    "IfcSpatialStructureElement": "a room's volume",
    "IfcFeatureElementSubtraction": "the void of an opening",
    "IfcVirtualElement": "construction geometry",
    "IfcGrid": "a grid",
    "IfcAnnotation": "an annotation",
    "IfcPositioningElement": "construction geometry",
    "IfcStructuralItem": "a structural calculation",
    "IfcStructuralActivity": "a structural calculation",
    "IfcPort": "a connection of pipes",
    "IfcReinforcingElement": "steel inside concrete",
}
# Of a class with more than this, the list of hidden elements gives the number.
_MOST_LISTED = 20
_END, _TAIL_BYTES = b"END-ISO-10303-21;", 4096
# The library takes a coordinate that is missing for 0.
_POINT_LIST = re.compile(rb"IFCCARTESIANPOINTLIST3D\s*\(\s*\((.*?\))\s*\)", re.DOTALL | re.IGNORECASE)
_BODIES = ("Body", "Facetation")
_SURROUNDINGS = ("IfcVehicle",)
_GROUND = ("IfcSite", "IfcPavement", "IfcKerb", "IfcCourse", "IfcEarthworksElement")
# 0 degrees of both is what programs write where nobody entered a place.
_NO_PLACE = (0.0, 0.0)


@dataclass
class _Reading:
    file: Any
    scale: float
    materials: list[Material] = field(default_factory=lambda: [NO_MATERIAL])
    rows: dict[tuple[int, str], int] = field(default_factory=dict)
    parts: list[RawPart] = field(default_factory=list)
    triangles: int = 0


def read_ifc(path: Path, show: Sequence[str] = ()) -> RawModel:
    """Read an IFC file: one part per element and surface style, its place and true north beside.

    Parameters
    ----------
    path
        The file.
    show
        Patterns of names and classes that are drawn though they are nothing that is seen.

    Raises
    ------
    FileFormatError
        It is damaged, of an unknown schema, or beyond the ceilings on elements and triangles.
    """
    import ifcopenshell
    import ifcopenshell.util.unit

    _check_end(path)
    _check_points(path)
    ifcopenshell.get_log()  # empties it
    try:
        file = ifcopenshell.open(str(path))
    except ifcopenshell.SchemaError as error:
        raise FileFormatError(f"{error}; export IFC 2x3, 4 or 4x3") from error
    except ifcopenshell.Error as error:
        raise FileFormatError("a line of the IFC is damaged; copy or export it again") from error
    scale = float(ifcopenshell.util.unit.calculate_unit_scale(file))
    if not (math.isfinite(scale) and 1e-6 <= scale <= 1e6):
        raise FileFormatError(f"the IFC unit of {scale} metres makes no sense; give --unit or export again")
    shaped = [p for p in file.by_type("IfcProduct") if p.Representation is not None]
    undrawn = [p for p in shaped if _why(p)]
    wanted = [p for p in undrawn if is_wanted(show, _name(p), p.is_a())]
    asked = {p.id() for p in wanted}
    hidden = [p for p in undrawn if p.id() not in asked]
    beside = {p.id() for p in hidden}
    drawn = [p for p in shaped if p.id() not in beside]
    if len(drawn) > MAX_INSTANCES:
        raise FileFormatError(f"{len(drawn)} elements are too many; up to {MAX_INSTANCES} are read, so export a part")
    reading = _Reading(file, scale)
    failed = _read_shapes(reading, drawn) if drawn else []
    warnings = []
    if failed:
        names = ", ".join(map(_name, failed[:3]))
        warnings.append(f"{len(failed)} elements have a shape that cannot be read and are left out: {names}")
    warnings += _reported(ifcopenshell.get_log())
    place, doubt = _place(file)
    return RawModel(
        parts=reading.parts,
        materials=reading.materials,
        unit_m=scale,
        up="z",
        warnings=warnings + doubt,
        hidden=_listed(hidden),
        selected=[_name(p) for p in wanted],
        place=place,
        north_deg=_north_deg(file),
    )


def _check_end(path: Path) -> None:
    """Refuse a file that is cut off: the library would read what there is and say nothing."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        if _END not in file.read():
            raise FileFormatError(f"the IFC ends before {_END.decode().rstrip(';')}; copy or export it again")


def _check_points(path: Path) -> None:
    """Refuse lists of points in which one has not three coordinates."""
    for found in _POINT_LIST.finditer(path.read_bytes()):
        if found[1].count(b",") != 3 * found[1].count(b"(") - 1:
            raise FileFormatError("a list of points holds one without three coordinates; copy or export it again")


def _reported(log: str) -> list[str]:
    """What the library found wrong, in one sentence."""
    errors = [line.rpartition("] ")[2] for line in log.splitlines() if line.startswith("[error]")]
    if not errors:
        return []
    return [f"{len(errors)} faults were found while reading, and shapes may be missing; the first: {errors[0][:120]}"]


def _read_shapes(reading: _Reading, products: list[Any]) -> list[Any]:
    """Read the elements' triangles; those that should have some and have none are returned."""
    import ifcopenshell.geom

    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    settings.set("weld-vertices", True)
    settings.set("apply-default-materials", False)
    shown: set[int] = set()
    for shape in ifcopenshell.geom.iterator(settings, reading.file, 1, include=products):
        geometry = shape.geometry
        # Metres, whatever the file's unit is.
        vertices = np.frombuffer(geometry.verts_buffer, dtype=np.float64).reshape(-1, 3) / reading.scale
        faces = np.frombuffer(geometry.faces_buffer, dtype=np.int32).reshape(-1, 3).astype(np.int64)
        styles = np.frombuffer(geometry.material_ids_buffer, dtype=np.int32)
        if not len(faces):
            continue
        shown.add(shape.id)
        reading.triangles += len(faces)
        check_triangles(reading.triangles)
        element = reading.file.by_id(shape.id)
        for style in np.unique(styles):
            row = _material_row(reading, element, geometry.materials[style] if style >= 0 else None)
            reading.parts.append(
                RawPart(
                    name=_name(element),
                    group=element.is_a(),
                    vertices=vertices,
                    faces=faces[styles == style],
                    material=row,
                    owner=shape.id,
                    role=_role(element, reading.materials[row]),
                )
            )
    return [p for p in products if p.id() not in shown and _has_body(p)]


def _has_body(element: Any) -> bool:
    return any(r.RepresentationIdentifier in _BODIES for r in element.Representation.Representations)


def _name(element: Any) -> str:
    tag = getattr(element, "Tag", None)
    return str(element.Name or f"{element.is_a()} {tag or f'#{element.id()}'}")


def _why(element: Any) -> str:
    """Why an element is not drawn; empty where it is."""
    if element.is_a("IfcSite"):
        return ""
    return next((why for kind, why in _UNDRAWN.items() if element.is_a(kind)), "")


def _listed(hidden: list[Any]) -> list[Hidden]:
    by_class: dict[tuple[str, str], list[str]] = defaultdict(list)
    for element in hidden:
        by_class[element.is_a(), _why(element)].append(_name(element))
    lists = []
    for (kind, why), names in sorted(by_class.items()):
        if len(names) <= _MOST_LISTED:
            lists += [Hidden(name, why, kind, show=name) for name in names]
        else:
            lists.append(Hidden(f"{len(names)} of {kind}", why, kind, show=kind))
    return lists


def _role(element: Any, material: Material) -> Part | None:
    """What the class says; ``None`` where the names and the material tell more."""
    import ifcopenshell.util.element

    kinds = [element.is_a(kind) for kind in ("IfcWindow", "IfcDoor")]
    glass = material.transmission > 0.5 or is_glass(material.name)
    if any(kinds):
        return Part.OPENING
    if any(element.is_a(kind) for kind in _SURROUNDINGS):
        return Part.SURROUNDINGS
    if any(element.is_a(kind) for kind in _GROUND):
        return Part.GROUND
    if element.is_a("IfcGeographicElement"):
        planted = getattr(element, "PredefinedType", None) == "VEGETATION"
        return Part.SURROUNDINGS if planted or part_of(_name(element)) is Part.SURROUNDINGS else Part.GROUND
    if element.is_a("IfcPlate") or element.is_a("IfcCurtainWall"):
        holder = ifcopenshell.util.element.get_aggregate(element)
        pane = element.is_a("IfcCurtainWall") or (holder is not None and holder.is_a("IfcCurtainWall"))
        return Part.OPENING if glass or (pane and material is NO_MATERIAL) else Part.BUILDING
    if element.is_a("IfcBuildingElementProxy"):
        return None
    # A wall of glass is a window; a glass table is none.
    return None if glass and element.is_a("IfcWall") else Part.BUILDING


def _material_row(reading: _Reading, element: Any, style: Any) -> int:
    name = _style_name(reading.file, style) if style is not None else _material_name(element)
    if style is None and element.is_a("IfcWindow") and not is_glass(name):
        # The name is the frame's or the whole assembly's; a pane of its colour would be no window.
        return 0
    if style is None and element.is_a("IfcDoor") and not (is_glass(name) or family_of(name)):
        return 0
    key = (style.instance_id() if style is not None else 0, name)
    if key == (0, ""):
        return 0
    if key not in reading.rows:
        reading.rows[key] = len(reading.materials)
        reading.materials.append(_material(name, style))
    return reading.rows[key]


def _style_name(file: Any, style: Any) -> str:
    return str(getattr(file.by_id(style.instance_id()), "Name", None) or "") if style.instance_id() else ""


def _material_name(element: Any) -> str:
    """The name of the first material, which is the outermost layer's as most programs write them."""
    import ifcopenshell.util.element

    found = ifcopenshell.util.element.get_materials(element)
    return str(found[0].Name or "") if found else ""


def _material(name: str, style: Any) -> Material:
    if style is None:
        return Material(name=name)
    rgb = np.clip(np.nan_to_num(np.asarray(style.diffuse.components, dtype=np.float64)), 0.0, 1.0)
    r, g, b = (float(c) for c in srgb_to_linear(rgb))
    alpha = 1.0 - style.transparency if style.has_transparency() else 1.0
    return Material(name=name, base_color=(r, g, b), transmission=transmission_of(alpha))


def _place(file: Any) -> tuple[Place | None, list[str]]:
    """Latitude and longitude of the first site that has both, and what is wrong with them."""
    for site in file.by_type("IfcSite"):
        if not (site.RefLatitude and site.RefLongitude):
            continue
        latitude, longitude = _degrees(site.RefLatitude), _degrees(site.RefLongitude)
        if (latitude, longitude) == _NO_PLACE:
            continue
        try:
            return Place(latitude_deg=latitude, longitude_deg=longitude), []
        except OptionError as error:
            return None, [f"the site's place is left out: {error}"]
    return None, []


def _degrees(parts: tuple[int, ...]) -> float:
    """Degrees of an IfcCompoundPlaneAngleMeasure: degrees, minutes, seconds, millionths of a second."""
    return round(sum(n / d for n, d in zip(parts, (1, 60, 3600, 3.6e9), strict=False)), 9)


def _north_deg(file: Any) -> float:
    """How far true north, else the map's, is turned clockwise from +Y [degrees]."""
    import ifcopenshell.util.geolocation

    for context in file.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
        if context.TrueNorth is not None:
            x, y = context.TrueNorth.DirectionRatios[:2]
            return round(math.degrees(math.atan2(x, y)), 6) + 0.0
    # IfcOpenShell counts anticlockwise.
    return round(-float(ifcopenshell.util.geolocation.get_grid_north(file)), 6) + 0.0
