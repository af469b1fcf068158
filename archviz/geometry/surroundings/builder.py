"""Collects named triangle soups into a scene."""

from __future__ import annotations

import numpy as np

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.errors import InternalError
from archviz.geometry.scene import Scene
from archviz.geometry.surroundings.palette import PALETTE
from archviz.geometry.surroundings.shapes import Triangles

__all__ = ["SceneBuilder"]

_MIN_AREA_M2 = 1e-9


class SceneBuilder:
    """Grows a scene element by element; materials are shared by name."""

    def __init__(self) -> None:
        self._elements: list[Element] = []
        self._rows: dict[str, int] = {}
        self._materials: dict[str, int] = {}
        self._soups: list[Triangles] = []
        self._owners: list[int] = []
        self._count = 0

    @property
    def triangle_count(self) -> int:
        """Triangles so far."""
        return self._count

    def add(
        self, name: str, triangles: Triangles, *, material: str, part: Part = Part.SURROUNDINGS, class_name: str = ""
    ) -> str:
        """Add triangles as one element; an element of that name takes them in.

        Parameters
        ----------
        name
            The element's name, returned for the caller's records.
        triangles
            (n, 3, 3) corners [m].
        material
            A name of the palette.
        part, class_name
            As in :class:`~archviz.core.elements.Element`.

        Raises
        ------
        InternalError
            The element stands already with another material.
        """
        material_row = self._materials.setdefault(material, len(self._materials))
        row = self._rows.setdefault(name, len(self._elements))
        if row == len(self._elements):
            self._elements.append(Element(name=name, material=material_row, part=part, class_name=class_name))
        elif self._elements[row].material != material_row:
            raise InternalError(f"surroundings element {name!r} was given two materials")
        self._soups.append(triangles)
        self._owners.append(row)
        self._count += len(triangles)
        return name

    def scene(self, *, offset_m: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Scene:
        """Everything added, moved by ``offset_m``; triangles without area are left out."""
        soup = np.concatenate(self._soups) if self._soups else np.zeros((0, 3, 3))
        owners = np.repeat(np.array(self._owners, dtype=np.int32), [len(s) for s in self._soups])
        area = np.linalg.norm(np.cross(soup[:, 1] - soup[:, 0], soup[:, 2] - soup[:, 0]), axis=1) / 2
        soup, owners = soup[area > _MIN_AREA_M2], owners[area > _MIN_AREA_M2]
        return Scene(
            vertices_m=(soup.reshape(-1, 3) + offset_m).astype(np.float32),
            faces=np.arange(3 * len(soup), dtype=np.int32).reshape(-1, 3),
            face_elements=owners,
            table=ElementTable(tuple(self._elements), tuple(PALETTE[name] for name in self._materials)),
        )
