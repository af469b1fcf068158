"""STEP (ISO 10303-21), read by OpenCASCADE through cascadio."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.gltf import read_gltf
from archviz.geometry.loaders.raw import RawModel, RawPart

__all__ = ["read_step"]

# A round column of half a metre gets some 20 facets; flat faces cost nothing.
_CHORD_M = 0.005
_TURN_RAD = 0.35
_END, _TAIL_BYTES = b"END-ISO-10303-21;", 4096
_OPEN_SHAPES = re.compile(rb"\b(?:OPEN_SHELL|GEOMETRIC_SET|GEOMETRIC_CURVE_SET|TESSELLATED_\w+)\s*\(")
# What OpenCASCADE says of lines that it does not understand, and of lines that name others which are not there.
_SYNTAX = re.compile(r"Incorrect Syntax : Fails Count : (\d+)")
_UNRESOLVED = re.compile(r"Unresolved Reference : Fails Count : (\d+)")
# What OpenCASCADE calls what has no name.
_GENERIC = re.compile(r"(?:=>)?\[\d+(?::\d+)+\]|SOLID|COMPOUND|NAUO\d*|Open CASCADE STEP translator.*")


def read_step(path: Path) -> RawModel:
    """Read a STEP file: one part per product that is placed, Z up, in metres.

    Raises
    ------
    FileFormatError
        It is cut off or damaged, or the library cannot read it or finds no shape.
    """
    data = path.read_bytes()
    if _END not in data[-_TAIL_BYTES:]:
        raise FileFormatError(f"the STEP ends before {_END.decode().rstrip(';')}; copy or export it again")
    solids_only = not _OPEN_SHAPES.search(data)
    del data
    import cascadio

    with TemporaryDirectory(prefix="archviz-step-") as name:
        mesh, messages = Path(name) / "model.glb", Path(name) / "messages.txt"
        with _messages_to(messages):
            status = cascadio.step_to_glb(
                os.fspath(path), os.fspath(mesh), tol_linear=_CHORD_M, tol_angular=_TURN_RAD, use_parallel=False
            )
        said = messages.read_text(encoding="utf-8", errors="replace")
        if found := _SYNTAX.search(said):
            # Numbers may have been taken for others: what would be drawn may be anything.
            raise FileFormatError(f"{found[1]} lines of the STEP are damaged; copy or export it again")
        if status or not mesh.is_file():
            raise FileFormatError("its shapes cannot be read; export .ifc, .glb or .stl")
        raw = read_gltf(mesh)
    warnings = list(raw.warnings)
    if found := _UNRESOLVED.search(said):
        warnings.append(f"{found[1]} lines of the STEP name others that are missing; what they describe is left out")
    if solids_only:
        warnings += _open_solids(raw.parts)
    parts = [replace(p, name="" if _GENERIC.fullmatch(p.name) else p.name, group=_group(p.group)) for p in raw.parts]
    # The library keeps the axes of the file, where z is up.
    return replace(raw, parts=parts, up="z", warnings=warnings)


def _group(name: str) -> str:
    return "" if _GENERIC.fullmatch(name) else name


@contextmanager
def _messages_to(path: Path) -> Iterator[None]:
    """What the library prints goes into a file: it tells of faults in no other way."""
    kept = [os.dup(1), os.dup(2)]
    try:
        with path.open("wb") as file:
            for number in (1, 2):
                os.dup2(file.fileno(), number)
            yield
    finally:
        for number, handle in zip((1, 2), kept, strict=True):
            os.dup2(handle, number)
            os.close(handle)


def _open_solids(parts: Sequence[RawPart]) -> list[str]:
    """Names of solids that are not closed: the library leaves out faces that it cannot read, and says nothing."""
    owners: dict[int, list[RawPart]] = {}
    for part in parts:
        owners.setdefault(part.owner, []).append(part)
    torn = [same[0].name or "part" for same in owners.values() if not _is_closed(same)]
    if not torn:
        return []
    rest = f" and {len(torn) - 1} more" if len(torn) > 1 else ""
    return [f"a surface of {torn[0]!r}{rest} cannot be read and is left out; repair it or export .ifc, .glb or .stl"]


def _is_closed(parts: Sequence[RawPart]) -> bool:
    """Whether every edge of an object's triangles belongs to two of them, or four where solids touch."""
    corners = np.concatenate([part.vertices[part.faces].reshape(-1, 3) for part in parts])
    if not np.isfinite(corners).all():
        return True
    # The faces of a solid are meshed one by one: their corners meet in place only, as floats of 32 bits do.
    step = max(float(np.ptp(corners, axis=0).max()), 1e-9) * 1e-6
    _, rows = np.unique(np.round((corners - corners.min(axis=0)) / step).astype(np.int64), axis=0, return_inverse=True)
    faces = rows.reshape(-1, 3)
    edges = np.sort(np.concatenate([faces[:, (0, 1)], faces[:, (1, 2)], faces[:, (2, 0)]]), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]
    _, counts = np.unique(edges[:, 0] * (len(corners) + 1) + edges[:, 1], return_counts=True)
    return bool((counts % 2 == 0).all())
