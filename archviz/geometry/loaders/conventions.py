"""Which unit and which up axis a file means that does not say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.errors import OptionError
from archviz.geometry.loaders.raw import Axis, RawPart
from archviz.geometry.naming import opening_kind, words_of

__all__ = ["UNITS", "bounds_of", "building_rows", "guess_unit", "guess_up", "to_z_up", "unit_metres", "unit_name"]

UNITS: Mapping[str, float] = MappingProxyType({"m": 1.0, "mm": 0.001, "cm": 0.01, "in": 0.0254, "ft": 0.3048})
# How much likelier metres are than each unit before the size is known [nats]: what modellers write
# into files without units.
_PRIOR = {"m": 0.0, "mm": -0.7, "cm": -1.2, "in": -2.0, "ft": -3.0}
# Buildings in metres: log-normal height and length about those of a house, wide enough for towers
# and slabs. Lower than a storey, narrower than a room or longer than an airport nothing is built.
_HEIGHT_M, _HEIGHT_SPREAD = 9.0, 1.2
_LENGTH_M, _LENGTH_SPREAD = 15.0, 1.1
_HEIGHTS_M = (2.3, 400.0)
_LEAST_WIDTH_M = 2.4
_MOST_LENGTH_M = 1500.0
_IMPLAUSIBLE = -5.0
_SAMPLE = 200_000
_DOOR_M = (1.8, 3.2)
_FLAT_WORDS = {"floor", "ground", "slab", "terrain", "site", "sàn", "nền", "lawn", "roof", "mái"}

_TO_Z_UP: Mapping[Axis, tuple[tuple[int, float], ...]] = MappingProxyType(
    {
        "z": ((0, 1.0), (1, 1.0), (2, 1.0)),
        # glTF's front +Z becomes -Y, the south.
        "y": ((0, 1.0), (2, -1.0), (1, 1.0)),
        # Collada 1.4.1, X_UP: right -Y, up +X, towards the viewer +Z.
        "x": ((1, -1.0), (2, -1.0), (0, 1.0)),
    }
)


def unit_metres(unit: str) -> float:
    """Metres of a unit's name.

    Raises
    ------
    OptionError
        The unit is not known.
    """
    if unit not in UNITS:
        raise OptionError(f"unit {unit!r} is not known; choose one of {', '.join(UNITS)}")
    return UNITS[unit]


def unit_name(metres: float) -> str:
    """The unit's name, or the metres it has."""
    return next((name for name, value in UNITS.items() if math.isclose(value, metres, rel_tol=1e-4)), f"{metres:g} m")


def to_z_up(points: NDArray[np.float64], up: Axis) -> NDArray[np.float64]:
    """(n, 3) points turned so that ``up`` becomes Z and the front the south."""
    return np.stack([points[:, axis] * sign for axis, sign in _TO_Z_UP[up]], axis=1)


def guess_unit(parts: Sequence[RawPart], extents: NDArray[np.float64]) -> str:
    """The unit in which a building of ``extents`` and its doors have a plausible size.

    Parameters
    ----------
    parts
        Z up, in the file's unit.
    extents
        (3,) of the building, Z up, in the file's unit.
    """
    doors = [float(np.ptp(p.points[:, 2])) for p in parts if len(p.faces) and opening_kind(p.name) == "door"]
    door = float(np.median(doors)) if doors else None

    def score(unit: str) -> float:
        height, length = extents[2] * UNITS[unit], max(extents[0], extents[1]) * UNITS[unit]
        total = _PRIOR[unit]
        total -= (math.log(max(height, 1e-9) / _HEIGHT_M) / _HEIGHT_SPREAD) ** 2 / 2
        total -= (math.log(max(length, 1e-9) / _LENGTH_M) / _LENGTH_SPREAD) ** 2 / 2
        width = min(extents[0], extents[1]) * UNITS[unit]
        if not _HEIGHTS_M[0] <= height <= _HEIGHTS_M[1] or width < _LEAST_WIDTH_M or length > _MOST_LENGTH_M:
            total += _IMPLAUSIBLE
        if door is not None and not _DOOR_M[0] <= door * UNITS[unit] <= _DOOR_M[1]:
            total += _IMPLAUSIBLE
        return total

    return max(UNITS, key=score)


def guess_up(parts: Sequence[RawPart], *, usual: Axis) -> Axis:
    """Y or Z, by what the shape says, else the format's ``usual`` one.

    Three things are weighed against the usual axis: a storey plan is rounder than a facade is; parts
    named floor, ground or roof are thin upwards; and a building stands on a flat base under a roof
    that is not, while its facades are alike at both ends.
    """
    low, high = bounds_of(parts)
    ex, ey, ez = (float(e) for e in high - low)
    weight = 0.5 if usual == "z" else -0.5
    # Footprint x by y where Z is up, x by z where Y is: the rounder one wins.
    if min(ex, ey, ez) > 0:
        weight += float(np.clip((abs(math.log(ex / ez)) - abs(math.log(ex / ey))) / 0.3, -1, 1))
    for part in parts:
        if _FLAT_WORDS & set(words_of(part.name)) and len(part.faces):
            _, py, pz = np.ptp(part.points, axis=0)
            if max(py, pz) > 3 * min(py, pz):
                weight += 2.0 if pz < py else -2.0
    weight += 1.5 * (_base_flatness(parts, 2) - _base_flatness(parts, 1))
    return "z" if weight > 0 else "y"


def _base_flatness(parts: Sequence[RawPart], axis: int) -> float:
    """Share of the plan that lies flat at the low end of an axis, less that at the high end."""
    lows, highs = bounds_of(parts)
    low, high = lows[axis], highs[axis]
    plan = float(np.prod(np.delete(highs - lows, axis)))
    if high <= low or plan <= 0:
        return 0.0
    # A sample of a large model says the same.
    step = max(1, sum(len(p.faces) for p in parts) // _SAMPLE)
    triangles = np.concatenate([p.points[p.faces[::step]] for p in parts])
    cross = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    area = np.abs(cross[:, axis]) / 2 * step
    near = 0.02 * (high - low)
    at_low = float(area[(triangles[..., axis] < low + near).all(axis=1)].sum())
    at_high = float(area[(triangles[..., axis] > high - near).all(axis=1)].sum())
    return min(at_low / plan, 1.0) - min(at_high / plan, 1.0)


def bounds_of(parts: Sequence[RawPart]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(3,) low and high corner of all parts' vertices."""
    corners = [(points.min(axis=0), points.max(axis=0)) for points in (part.points for part in parts)]
    return np.min([low for low, _ in corners], axis=0), np.max([high for _, high in corners], axis=0)


def building_rows(roles: Sequence[Part]) -> list[int]:
    """Rows of the parts that are the building's, or all where none is."""
    own = [row for row, role in enumerate(roles) if role in (Part.BUILDING, Part.OPENING)]
    return own or list(range(len(roles)))
