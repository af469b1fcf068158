"""STEP (ISO 10303-21), read by OpenCASCADE through cascadio."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.gltf import read_gltf
from archviz.geometry.loaders.raw import RawModel

__all__ = ["read_step"]

# A round column of half a metre gets some 20 facets; flat faces cost nothing.
_CHORD_M = 0.005
_TURN_RAD = 0.35
_END, _TAIL_BYTES = b"END-ISO-10303-21;", 4096
# What OpenCASCADE calls what has no name.
_GENERIC = re.compile(r"(?:=>)?\[\d+(?::\d+)+\]|SOLID|COMPOUND|NAUO\d*|Open CASCADE STEP translator.*")


def read_step(path: Path) -> RawModel:
    """Read a STEP file: one part per product that is placed, Z up, in metres.

    Raises
    ------
    FileFormatError
        It is cut off, or the library cannot read it or finds no shape.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        if _END not in file.read():
            raise FileFormatError(f"the STEP ends before {_END.decode().rstrip(';')}; copy or export it again")
    import cascadio

    with TemporaryDirectory(prefix="archviz-step-") as name:
        mesh = Path(name) / "model.glb"
        status = cascadio.step_to_glb(
            os.fspath(path), os.fspath(mesh), tol_linear=_CHORD_M, tol_angular=_TURN_RAD, use_parallel=False
        )
        if status or not mesh.is_file():
            raise FileFormatError("its shapes cannot be read; export .ifc, .glb or .stl")
        raw = read_gltf(mesh)
    parts = [replace(p, name="" if _GENERIC.fullmatch(p.name) else p.name, group=_group(p.group)) for p in raw.parts]
    # The library keeps the axes of the file, where z is up.
    return replace(raw, parts=parts, up="z")


def _group(name: str) -> str:
    return "" if _GENERIC.fullmatch(name) else name
