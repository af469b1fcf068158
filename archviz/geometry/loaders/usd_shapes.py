"""Meshes and simple solids of USD (UsdGeom)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.polygons import triangulate_corners
from archviz.geometry.loaders.raw import check_triangles

__all__ = ["Shape", "read_shape", "shape_kinds"]

_SEGMENTS = 24
_RINGS = 12
# Axes of a solid that stands along z: cyclic, so that it is turned and not mirrored.
_ALONG = {"Z": (0, 1, 2), "X": (2, 0, 1), "Y": (1, 2, 0)}


@dataclass(frozen=True, eq=False, kw_only=True)
class Shape:
    """Triangles in a prim's own axes.

    Parameters
    ----------
    vertices, faces
        (v, 3) and (f, 3).
    polygons
        (f,) face of the file that each triangle is of.
    colors
        (f, 3) linear display colour, or ``None``.
    coordinates
        (v, 2) texture coordinates by name.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    polygons: NDArray[np.int64]
    colors: NDArray[np.float64] | None
    coordinates: Mapping[str, NDArray[np.float64]]

    def uv(self, name: str) -> NDArray[np.float64] | None:
        """Texture coordinates of a name, else the only ones there are."""
        if name in self.coordinates:
            return self.coordinates[name]
        return next(iter(self.coordinates.values())) if len(self.coordinates) == 1 else None


def shape_kinds() -> tuple[str, ...]:
    """Names of the types that :func:`read_shape` reads."""
    return ("Mesh", *_SOLIDS)


def read_shape(prim: Any) -> Shape | None:
    """The triangles of a prim.

    Raises
    ------
    FileFormatError
        Its arrays do not fit together.
    """
    if prim.GetTypeName() == "Mesh":
        return _read_mesh(prim)
    vertices, faces = _SOLIDS[str(prim.GetTypeName())](prim)
    rows = np.zeros(len(faces), np.int64)
    colors = _constant_color(prim)
    return Shape(
        vertices=vertices,
        faces=faces,
        polygons=rows,
        colors=None if colors is None else np.repeat(colors, len(faces), axis=0),
        coordinates={},
    )


def _get(attribute: Any) -> Any:
    from pxr import Usd

    return attribute.Get(Usd.TimeCode.EarliestTime())


def _read_mesh(prim: Any) -> Shape | None:
    from pxr import UsdGeom

    mesh = UsdGeom.Mesh(prim)
    points = np.array(_get(mesh.GetPointsAttr()) or [], dtype=np.float64).reshape(-1, 3)
    counts = np.array(_get(mesh.GetFaceVertexCountsAttr()) or [], dtype=np.int64)
    corners = np.array(_get(mesh.GetFaceVertexIndicesAttr()) or [], dtype=np.int64)
    if not len(points) or not len(counts):
        return None
    if (counts < 0).any() or counts.sum() != len(corners):
        raise FileFormatError(f"USD mesh {prim.GetName()!r} has faces without corners; export the file again")
    if len(corners) and not 0 <= corners.min() <= corners.max() < len(points):
        raise FileFormatError("a USD face names a vertex that does not exist; export the file again")
    check_triangles(int(np.maximum(counts - 2, 0).sum()))
    holes = np.array(_get(mesh.GetHoleIndicesAttr()) or [], dtype=np.int64)
    triangles = triangulate_corners(points[corners], counts)
    polygons = np.searchsorted(np.cumsum(counts), triangles[:, 0], side="right")
    seen = ~np.isin(polygons, holes)
    triangles, polygons = triangles[seen], polygons[seen]
    if _get(mesh.GetOrientationAttr()) == UsdGeom.Tokens.leftHanded:
        triangles = triangles[:, ::-1]
    coordinates = _coordinates(prim, corners, counts)
    if coordinates:
        # Seams have several coordinates at a point: each corner is a vertex of its own.
        vertices, faces = points[corners], triangles
    else:
        vertices, faces = points, corners[triangles]
    return Shape(
        vertices=vertices,
        faces=faces,
        polygons=polygons,
        colors=_colors(prim, corners, counts, triangles, polygons),
        coordinates=coordinates,
    )


def _values(primvar: Any, corners: NDArray[np.int64], counts: NDArray[np.int64], width: int) -> Any:
    """(c, width) values at the corners, or ``None`` where they do not fit."""
    from pxr import Usd

    flat = primvar.ComputeFlattened(Usd.TimeCode.EarliestTime())
    if flat is None:
        return None
    values = np.array(flat, dtype=np.float64).reshape(len(flat), -1)
    if values.shape[1] < width or not len(values):
        return None
    values = values[:, :width]
    kind = str(primvar.GetInterpolation())
    if kind == "constant" or len(values) == 1:
        return np.repeat(values[:1], len(corners), axis=0)
    if kind == "uniform" and len(values) == len(counts):
        return np.repeat(values, counts, axis=0)
    if kind in ("vertex", "varying") and len(corners) and len(values) > corners.max():
        return values[corners]
    return values if kind == "faceVarying" and len(values) == len(corners) else None


def _coordinates(prim: Any, corners: NDArray[np.int64], counts: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    from pxr import UsdGeom

    found = {}
    for primvar in UsdGeom.PrimvarsAPI(prim).GetPrimvarsWithValues():
        if str(primvar.GetTypeName()) in ("texCoord2f[]", "texCoord2d[]", "texCoord2h[]", "float2[]"):
            values = _values(primvar, corners, counts, 2)
            if values is not None:
                found[str(primvar.GetPrimvarName())] = values
    return found


def _colors(
    prim: Any,
    corners: NDArray[np.int64],
    counts: NDArray[np.int64],
    triangles: NDArray[np.int64],
    polygons: NDArray[np.int64],
) -> NDArray[np.float64] | None:
    from pxr import UsdGeom

    primvar = UsdGeom.Gprim(prim).GetDisplayColorPrimvar()
    if not primvar or not primvar.HasValue():
        return None
    values = _values(primvar, corners, counts, 3)
    return None if values is None else values[triangles].mean(axis=1)


def _constant_color(prim: Any) -> NDArray[np.float64] | None:
    from pxr import UsdGeom

    values = _get(UsdGeom.Gprim(prim).GetDisplayColorAttr())
    return None if not values else np.array(values, dtype=np.float64)[:1]


def _number(prim: Any, name: str, default: float) -> float:
    value = _get(prim.GetAttribute(name))
    return default if value is None else float(value)


def _box(prim: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    import trimesh

    box = trimesh.creation.box(extents=[_number(prim, "size", 2.0)] * 3)
    return np.array(box.vertices), np.array(box.faces)


def _sphere(prim: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    import trimesh

    ball = trimesh.creation.uv_sphere(radius=_number(prim, "radius", 1.0), count=[_RINGS, _SEGMENTS])
    return np.array(ball.vertices), np.array(ball.faces)


def _along(prim: Any, make: Callable[[float, float], Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    mesh = make(_number(prim, "radius", 1.0), _number(prim, "height", 2.0))
    axis = str(_get(prim.GetAttribute("axis")) or "Z")
    return np.array(mesh.vertices)[:, _ALONG.get(axis, _ALONG["Z"])], np.array(mesh.faces)


def _cylinder(prim: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    import trimesh

    return _along(prim, lambda r, h: trimesh.creation.cylinder(radius=r, height=h, sections=_SEGMENTS))


def _cone(prim: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    import trimesh

    def make(radius: float, height: float) -> Any:
        cone = trimesh.creation.cone(radius=radius, height=height, sections=_SEGMENTS)
        return cone.apply_translation((0, 0, -height / 2))

    return _along(prim, make)


def _capsule(prim: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    import trimesh

    def make(radius: float, height: float) -> Any:
        capsule = trimesh.creation.capsule(radius=radius, height=height, count=[_RINGS, _SEGMENTS])
        return capsule.apply_translation(-capsule.bounds.mean(axis=0))

    return _along(prim, make)


def _plane(prim: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    x, y = _number(prim, "width", 2.0) / 2, _number(prim, "length", 2.0) / 2
    points = np.array([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)])
    axis = str(_get(prim.GetAttribute("axis")) or "Z")
    return points[:, _ALONG.get(axis, _ALONG["Z"])], np.array([(0, 1, 2), (0, 2, 3)])


_SOLIDS: Mapping[str, Callable[[Any], tuple[NDArray[np.float64], NDArray[np.int64]]]] = MappingProxyType(
    {"Cube": _box, "Sphere": _sphere, "Cylinder": _cylinder, "Cone": _cone, "Capsule": _capsule, "Plane": _plane}
)
