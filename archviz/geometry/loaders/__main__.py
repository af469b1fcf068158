"""The child process of :func:`archviz.geometry.load_isolated`.

``python -m archviz.geometry.loaders REQUEST.json``: reads the model that the request names and
writes ``answer.json`` and ``arrays.npz`` beside the request; or unpacks an archive into the folder that
the request names. An error that is the file's is part of
the answer; anything else ends the process, and the parent says so.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from archviz.core.errors import FileFormatError, InputError
from archviz.core.limits import limit_process
from archviz.geometry.loaders import LOADERS, Loader
from archviz.geometry.loaders.archive import unpack_model
from archviz.geometry.loaders.assemble import Assembled, LoadOptions, assemble
from archviz.geometry.loaders.raw import RawModel


def main(request_path: Path) -> None:
    """Answer one request."""
    request = json.loads(request_path.read_text(encoding="utf-8"))
    work = _unpack if "folder" in request else _load
    answer: dict[str, Any]
    try:
        answer = work(request, request_path.with_name("arrays.npz"))
    except MemoryError:
        answer = {"error": {"code": "memory"}}
    except InputError as error:
        answer = {"error": {"code": error.code, "message": error.message}}
    request_path.with_name("answer.json").write_text(json.dumps(answer), encoding="utf-8")


def _unpack(request: dict[str, Any], _: Path) -> dict[str, Any]:
    limit_process(memory_bytes=request["memory_bytes"], cpu_s=request["cpu_s"])
    model = unpack_model(Path(request["path"]), Path(request["folder"]), tuple(LOADERS))
    return {"model": model.as_posix()}


def _load(request: dict[str, Any], arrays: Path) -> dict[str, Any]:
    loader = LOADERS[request["loader"]]
    loader.prepare()
    limit_process(memory_bytes=request["memory_bytes"], cpu_s=request["cpu_s"])
    options = LoadOptions(
        unit=request["unit"], up=request["up"], hide=tuple(request["hide"]), show=tuple(request["show"])
    )
    root = Path(request["root"]) if request["root"] else None
    assembled = assemble(_read(loader, Path(request["path"]), root), options, usual_up=loader.up)
    np.savez(
        arrays,
        vertices_m=assembled.scene.vertices_m,
        faces=assembled.scene.faces,
        face_elements=assembled.scene.face_elements,
    )
    return _answer(assembled)


def _read(loader: Loader, path: Path, root: Path | None) -> RawModel:
    try:
        return loader.read(path, root)
    except (InputError, MemoryError):
        raise
    except Exception as error:
        # Parsers raise every kind of error on damaged files; to the user they are one.
        text = " ".join(str(error).split())[:160]
        raise FileFormatError(f"it is damaged ({type(error).__name__}: {text}); export the model again") from error


def _answer(assembled: Assembled) -> dict[str, Any]:
    table = assembled.scene.table
    return {
        "elements": [asdict(e) | {"part": int(e.part)} for e in table.elements],
        "materials": [asdict(m) | {"family": int(m.family)} for m in table.materials],
        "unit": assembled.unit,
        "up_axis": assembled.up_axis,
        "assumptions": assembled.assumptions,
        "warnings": assembled.warnings,
        "hidden": assembled.hidden,
        "place": None if assembled.place is None else asdict(assembled.place),
        "north_deg": assembled.north_deg,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
