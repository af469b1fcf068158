"""A scene: triangles that belong to named elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import ElementTable, Part
from archviz.core.errors import GeometryError
from archviz.geometry.texture import Texture

__all__ = ["Bounds", "Scene"]


@dataclass(frozen=True)
class Bounds:
    """An axis-aligned box; ``low`` and ``high`` are corners [m]."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]

    @property
    def extents_m(self) -> tuple[float, float, float]:
        """Length along x, y and z [m]."""
        return tuple(h - w for w, h in zip(self.low, self.high, strict=True))  # type: ignore[return-value]

    @property
    def center_m(self) -> tuple[float, float, float]:
        """The box's middle [m]."""
        return tuple((h + w) / 2 for w, h in zip(self.low, self.high, strict=True))  # type: ignore[return-value]


@dataclass(frozen=True, eq=False, kw_only=True)
class Scene:
    """Triangles in metres, Z up, north +Y.

    Parameters
    ----------
    vertices_m
        (v, 3) float32 [m].
    faces
        (f, 3) int32 rows of ``vertices_m``, counter-clockwise seen from outside.
    face_elements
        (f,) int32 rows of ``table.elements``.
    table
        Names and materials.
    uv
        (v, 2) float32 texture coordinates, v upwards, NaN for a vertex without; ``None`` where there are none.
    textures
        Pictures that materials name.
    modelled
        How many faces come first that were not grown for a camera; ``None`` where all are.

    Raises
    ------
    GeometryError
        Arrays do not fit together, or a coordinate is not finite.
    """

    vertices_m: NDArray[np.float32]
    faces: NDArray[np.int32]
    face_elements: NDArray[np.int32]
    table: ElementTable
    uv: NDArray[np.float32] | None = None
    textures: Mapping[str, Texture] = field(default_factory=dict)
    modelled: int | None = None

    def __post_init__(self) -> None:
        vertices = np.ascontiguousarray(self.vertices_m, dtype=np.float32)
        faces = np.ascontiguousarray(self.faces, dtype=np.int32)
        owners = np.ascontiguousarray(self.face_elements, dtype=np.int32)
        if vertices.ndim != 2 or vertices.shape[1] != 3 or faces.ndim != 2 or faces.shape[1] != 3:
            raise GeometryError(f"scene: vertices {vertices.shape} and faces {faces.shape} are not (n, 3)")
        if owners.shape != (len(faces),):
            raise GeometryError(f"scene: {owners.shape} face elements for {len(faces)} faces")
        if len(faces) and not (0 <= faces.min() and faces.max() < len(vertices)):
            raise GeometryError("scene: a face names a vertex that does not exist")
        if len(owners) and not (0 <= owners.min() and owners.max() < len(self.table.elements)):
            raise GeometryError("scene: a face names an element that does not exist")
        if not np.isfinite(vertices).all():
            raise GeometryError("scene: a coordinate is not a finite number")
        if self.uv is not None:
            uv = np.ascontiguousarray(self.uv, dtype=np.float32)
            if uv.shape != (len(vertices), 2):
                raise GeometryError(f"scene: {uv.shape} texture coordinates for {len(vertices)} vertices")
            uv.flags.writeable = False
            object.__setattr__(self, "uv", uv)
        for name, array in (("vertices_m", vertices), ("faces", faces), ("face_elements", owners)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @property
    def triangles_m(self) -> NDArray[np.float32]:
        """(f, 3, 3) corner coordinates [m]."""
        return self.vertices_m[self.faces]

    def bounds(self, parts: tuple[Part, ...] | None = None) -> Bounds:
        """Box around all triangles, or around those of ``parts``.

        Raises
        ------
        GeometryError
            There is no such triangle.
        """
        faces = self.faces
        if parts is not None:
            faces = faces[np.isin(self.table.element_parts()[self.face_elements], [int(p) for p in parts])]
        if not len(faces):
            raise GeometryError("the model has no triangles; export it with meshes")
        corners = self.vertices_m[np.unique(faces)]
        return Bounds(tuple(map(float, corners.min(0))), tuple(map(float, corners.max(0))))  # type: ignore[arg-type]

    def building_bounds(self) -> Bounds:
        """Box around building and openings, or around everything where nothing is marked so."""
        parts = self.table.element_parts()
        own = np.isin(parts, [int(Part.BUILDING), int(Part.OPENING)])
        return self.bounds((Part.BUILDING, Part.OPENING) if own.any() else None)

    @property
    def first_grown(self) -> int:
        """Row of the first face that was grown for a camera; one past the last where none was."""
        return len(self.faces) if self.modelled is None else self.modelled

    def merged(self, other: Scene) -> Scene:
        """Both scenes in one; the other's elements and materials follow."""
        return Scene(
            vertices_m=np.concatenate([self.vertices_m, other.vertices_m]),
            faces=np.concatenate([self.faces, other.faces + len(self.vertices_m)]),
            face_elements=np.concatenate([self.face_elements, other.face_elements + len(self.table.elements)]),
            table=self.table.merged(other.table),
            uv=_joined_uv(self, other),
            textures={**self.textures, **other.textures},
        )

    def extended(self, triangles_m: NDArray[np.float32], face_elements: NDArray[np.int32]) -> Scene:
        """The same scene with (n, 3, 3) triangles grown on elements that it has."""
        start, count = len(self.vertices_m), 3 * len(triangles_m)
        bare = np.full((count, 2), np.nan, np.float32)
        return replace(
            self,
            vertices_m=np.concatenate([self.vertices_m, triangles_m.reshape(-1, 3)]),
            faces=np.concatenate([self.faces, np.arange(start, start + count, dtype=np.int32).reshape(-1, 3)]),
            face_elements=np.concatenate([self.face_elements, face_elements]),
            uv=None if self.uv is None else np.concatenate([self.uv, bare]),
            modelled=self.first_grown,
        )

    def reshaped(self, rows: NDArray[np.intp], triangles_m: NDArray[np.float32]) -> Scene:
        """The same scene with (n,) faces at (n, 3, 3) corners of their own: what shared a vertex with them stays."""
        start, count = len(self.vertices_m), 3 * len(rows)
        faces = np.array(self.faces)
        faces[rows] = np.arange(start, start + count, dtype=np.int32).reshape(-1, 3)
        return replace(
            self,
            vertices_m=np.concatenate([self.vertices_m, triangles_m.reshape(-1, 3)]),
            faces=faces,
            uv=None if self.uv is None else np.concatenate([self.uv, self.uv[self.faces[rows].ravel()]]),
        )

    def only(self, stays: NDArray[np.bool_]) -> Scene:
        """The same scene with those of its (n,) faces alone; its table stays."""
        return replace(self, faces=self.faces[stays], face_elements=self.face_elements[stays])

    def without(self, part: Part) -> Scene:
        """The same scene without what belongs to a part."""
        return self.only(self.table.element_parts()[self.face_elements] != int(part))

    def with_table(self, table: ElementTable) -> Scene:
        """The same triangles with other materials or names; rows must stay."""
        return replace(self, table=table)


def _joined_uv(first: Scene, second: Scene) -> NDArray[np.float32] | None:
    if first.uv is None and second.uv is None:
        return None
    return np.concatenate(
        [np.full((len(s.vertices_m), 2), np.nan, np.float32) if s.uv is None else s.uv for s in (first, second)]
    )
