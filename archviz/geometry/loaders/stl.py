"""STL, ASCII and binary, read by trimesh."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.raw import NO_MATERIAL, TINTED, RawModel, RawPart, check_triangles, parts_by_color

__all__ = ["has_stl_length", "is_binary_stl", "read_stl"]

_HEADER, _RECORD = 84, 50
_COLORED = 0x8000


def is_binary_stl(head: bytes, size: int) -> bool:
    """Whether a file of ``size`` bytes that starts with ``head`` can be a binary STL.

    Text files that start with "solid" are not, unless their length is exactly what the count says.
    """
    if len(head) < _HEADER:
        return False
    return has_stl_length(head, size) or (b"\0" in head[:_HEADER] and not head.lstrip().startswith(b"solid"))


def has_stl_length(head: bytes, size: int) -> bool:
    """Whether a file's length is what the count of triangles in its head says."""
    return size == _HEADER + _RECORD * int.from_bytes(head[80:84], "little")


def read_stl(path: Path) -> RawModel:
    """Read an STL file: one part per solid, or per colour where its facets have colours.

    Raises
    ------
    FileFormatError
        It is cut off or damaged.
    """
    from trimesh.exchange.stl import load_stl_ascii, load_stl_binary

    data = path.read_bytes()
    if not is_binary_stl(data[:512], len(data)):
        loaded = load_stl_ascii(io.BytesIO(data))
        solids = loaded.get("geometry", {path.stem: loaded})
        parts = [
            _part(name or path.stem, solid, owner=row)
            for row, (name, solid) in enumerate(solids.items())
            if len(solid.get("vertices", ()))
        ]
        if data.lower().count(b"endsolid") < 1:
            raise FileFormatError("the STL text ends before 'endsolid'; copy or export it again")
        return RawModel(parts=parts, materials=[NO_MATERIAL])
    (count,) = struct.unpack_from("<I", data, 80)
    check_triangles(count)
    end = _HEADER + _RECORD * count
    if len(data) < end:
        raise FileFormatError(
            f"the STL says {count} triangles but holds {(len(data) - _HEADER) // _RECORD}; copy or export it again"
        )
    if count == 0:
        return RawModel(parts=[], materials=[NO_MATERIAL])
    loaded = load_stl_binary(io.BytesIO(data[:end]))
    if len(data) > end and (len(data) - end) % _RECORD == 0:
        raise FileFormatError(
            f"the STL says {count} triangles but holds {(len(data) - _HEADER) // _RECORD}; copy or export it again"
        )
    warnings = [f"{len(data) - end} bytes after the last triangle are left out"] if len(data) > end else []
    part = _part(path.stem, loaded)
    colors = _colors(data[:80], loaded["face_attributes"]["stl"])
    if colors is None:
        return RawModel(parts=[part], materials=[NO_MATERIAL], warnings=warnings)
    parts, materials = parts_by_color(part, colors, linear=False, base=TINTED, first_row=0)
    return RawModel(parts=parts, materials=materials, warnings=warnings)


def _part(name: str, loaded: Mapping[str, NDArray[np.floating]], *, owner: int = 0) -> RawPart:
    return RawPart(
        name=name,
        vertices=np.asarray(loaded["vertices"], dtype=np.float64),
        faces=np.asarray(loaded["faces"], dtype=np.int64),
        material=0,
        owner=owner,
    )


def _colors(header: bytes, bits: NDArray[np.uint16]) -> NDArray[np.float64] | None:
    """(f, 3) facet colours in sRGB, five bits each, or ``None``.

    VisCAM and SolidView set the top bit of a coloured facet and put red highest. Materialise Magics
    writes ``COLOR=`` into the header, clears that bit and puts red lowest.
    """
    channels = np.stack([bits & 31, (bits >> 5) & 31, (bits >> 10) & 31], axis=1) / 31.0
    marked = (bits & _COLORED) != 0
    at = header.find(b"COLOR=")
    if at >= 0 and at + 9 <= len(header):
        whole = np.frombuffer(header[at + 6 : at + 9], np.uint8) / 255.0
        return np.where(marked[:, None], whole, channels)
    if not marked.any():
        return None
    grey = np.full(3, 0.8)
    return np.where(marked[:, None], channels[:, ::-1], grey)
