"""What a loader reads from a file, before units, axes and names are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import ElementClass, Part
from archviz.core.material import Material
from archviz.core.place import Place
from archviz.core.tone import srgb_to_linear
from archviz.geometry.loaders.hiding import Hidden
from archviz.geometry.texture import Texture

__all__ = [
    "MAX_DEPTH",
    "MAX_INSTANCES",
    "MAX_NODES",
    "MAX_TEXT_BYTES",
    "MAX_TRIANGLES",
    "NO_MATERIAL",
    "TINTED",
    "Axis",
    "RawModel",
    "RawPart",
    "Tally",
    "check_triangles",
    "parts_by_color",
    "transmission_of",
    "used_only",
]

Axis = Literal["x", "y", "z"]

# Ceilings of every format; the page states them.
MAX_TRIANGLES = 5_000_000
MAX_INSTANCES = 10_000
MAX_DEPTH = 256
# JSON or XML [bytes].
MAX_TEXT_BYTES = 64_000_000
# Nodes looked at, each time they are reached: some that hold each other twice must not take for ever.
MAX_NODES = 100_000
# What a surface is made of whose file does not say.
NO_MATERIAL = Material(name="")
# What the colours of faces and vertices are multiplied into where there is no material.
TINTED = Material(name="", base_color=(1.0, 1.0, 1.0))
# More colours than this on one part are a photograph or a gradient: they are binned.
_MAX_COLORS = 32
_BINS = 4
# Panes are drawn half opaque as a rule; below this they would not count as glass.
_GLASS_TRANSMISSION = 0.6
_OPAQUE = 0.9


@dataclass(frozen=True, eq=False, kw_only=True)
class RawPart:
    """Triangles of one material that stand under one name in the file.

    Parameters
    ----------
    name
        Of the node, group or object; may be empty or stand twice.
    group
        Name of what holds it; empty where nothing does.
    vertices
        (v, 3) float64; where ``place`` is none, in the file's unit and axes.
    faces
        (f, 3) int64 rows of ``vertices``.
    material
        Its row in the model's materials.
    owner
        Which object of the file it belongs to: parts of one owner and material are one element.
    role
        What the file's class says it is; ``None`` where names and material tell.
    corrected
        What the user says it is, whatever file and names say.
    uv
        (v, 2) texture coordinates, v upwards from the picture's lower edge, NaN for a vertex without;
        ``None`` where there are none.
    place
        (3, 4) from ``vertices`` to the file's unit and axes: copies of a mesh share its arrays.
    """

    name: str
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    material: int
    group: str = ""
    owner: int = 0
    role: Part | None = None
    corrected: ElementClass | None = None
    uv: NDArray[np.float64] | None = None
    place: NDArray[np.float64] | None = None

    @property
    def points(self) -> NDArray[np.float64]:
        """(v, 3) vertices where they stand; made anew each time for a copy."""
        if self.place is None:
            return self.vertices
        # What overflows is found by its extents.
        with np.errstate(over="ignore", invalid="ignore"):
            return self.vertices @ self.place[:, :3].T + self.place[:, 3]

    def moved(self, matrix: NDArray[np.float64]) -> RawPart:
        """The same where a (3, 3) ``matrix`` puts it."""
        place = np.eye(3, 4) if self.place is None else self.place
        return replace(self, place=matrix @ place)


@dataclass
class Tally:
    """Triangles that a file places, copies and all.

    Copies take nothing while the file is read, so all are counted before they are too many.
    """

    placed: int = 0
    copies: int = 0

    def place(self, triangles: int, *, copy: bool) -> bool:
        """Count a mesh that is placed; whether it is to be kept."""
        self.placed += triangles
        self.copies += copy
        return self.placed <= MAX_TRIANGLES

    def check(self) -> None:
        """Refuse what is too much.

        Raises
        ------
        FileFormatError
            More than :data:`MAX_TRIANGLES` are placed.
        """
        check_triangles(self.placed, copies=self.copies)


@dataclass(frozen=True, eq=False, kw_only=True)
class RawModel:
    """A file's parts and materials.

    Parameters
    ----------
    parts, materials
        Triangles, and what they are made of.
    unit_m
        Metres per file unit; ``None`` where the file does not say.
    up
        The axis that is up; ``None`` where the file does not say.
    warnings
        What was left out or could not be read, one sentence each.
    assumptions
        What the file left open and how the reader settled it, one sentence each.
    hidden
        What the file holds but does not show, or what is nothing to draw.
    place
        Where the file says it stands.
    north_deg
        How far the file's north is turned clockwise from its +Y, z up [degrees].
    textures
        Pictures that materials name.
    selected
        Names of what is drawn only since the user asked for it.
    """

    parts: Sequence[RawPart]
    materials: Sequence[Material]
    unit_m: float | None = None
    up: Axis | None = None
    warnings: Sequence[str] = ()
    assumptions: Sequence[str] = ()
    hidden: Sequence[Hidden] = ()
    place: Place | None = None
    north_deg: float = 0.0
    textures: Mapping[str, Texture] = field(default_factory=dict)
    selected: Sequence[str] = ()


def used_only(
    vertices: NDArray[np.float64], faces: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Vertices that a face uses, the faces' rows of them, and their rows in ``vertices``."""
    used = np.zeros(len(vertices), dtype=bool)
    used[faces] = True
    rows = np.flatnonzero(used)
    if len(rows) == len(vertices):
        return vertices, faces, rows
    return vertices[rows], (np.cumsum(used) - 1)[faces], rows


def transmission_of(alpha: float) -> float:
    """Transmission that an opacity stands for: 0 when nearly opaque, else that of glass at least."""
    return max(1.0 - max(alpha, 0.0), _GLASS_TRANSMISSION) if alpha < _OPAQUE else 0.0


def check_triangles(count: int, *, copies: int = 0) -> None:
    """Refuse more triangles than :data:`MAX_TRIANGLES`, before they are read where that can be.

    Parameters
    ----------
    count
        All triangles that would be drawn.
    copies
        How many meshes among them are copies of another.

    Raises
    ------
    FileFormatError
        There are more.
    """
    from archviz.core.errors import FileFormatError

    if count > MAX_TRIANGLES:
        counted = f", {copies} copies of meshes counted," if copies else ""
        raise FileFormatError(
            f"{count} triangles{counted} are too many; up to {MAX_TRIANGLES} are accepted, so simplify the model"
        )


def parts_by_color(
    part: RawPart, colors: NDArray[np.floating], *, linear: bool, base: Material, first_row: int
) -> tuple[list[RawPart], list[Material]]:
    """Split a part by its faces' colours, one material each.

    Parameters
    ----------
    part
        Its ``material`` is not used.
    colors
        (f, 3) or (v, 3) RGB in [0, 1]; a face of three vertices gets their mean.
    linear
        Whether colours are linear light; else sRGB.
    base
        What the colours are multiplied into.
    first_row
        Row that the first new material will have.

    Returns
    -------
    parts, materials
        In step: part ``i`` has material ``first_row + i``.
    """
    rgb = np.clip(np.asarray(colors, dtype=np.float64), 0.0, 1.0)
    light = rgb if linear else srgb_to_linear(rgb).astype(np.float64)
    if len(light) != len(part.faces):
        light = light[part.faces].mean(axis=1)
    levels = np.round(light * 255).astype(np.int64)
    if len(np.unique(levels, axis=0)) > _MAX_COLORS:
        # Bins even in perceived lightness: square root stands for the sRGB curve.
        levels = np.minimum((np.sqrt(light) * _BINS).astype(np.int64), _BINS - 1)
    keys, owner = np.unique(levels, axis=0, return_inverse=True)
    owner = owner.reshape(-1)
    parts, materials = [], []
    for row in range(len(keys)):
        own = owner == row
        color = light[own].mean(axis=0) * base.base_color
        suffix = "".join(f"{round(255 * c):02x}" for c in np.clip(color, 0, 1) ** (1 / 2.2))
        name = f"{base.name or 'color'} {suffix}" if len(keys) > 1 or not base.name else base.name
        materials.append(replace(base, name=name, base_color=_rgb(color)))
        parts.append(replace(part, faces=part.faces[own], material=first_row + row))
    return parts, materials


def _rgb(color: NDArray[np.float64]) -> tuple[float, float, float]:
    r, g, b = (float(c) for c in np.clip(color, 0.0, 1.0))
    return r, g, b
