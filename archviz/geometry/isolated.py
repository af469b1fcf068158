"""Models from files of strangers: read in a child process with limits on memory and time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.errors import FileFormatError, GeometryError, InputError, OptionError
from archviz.core.limits import MAX_SECONDS, cpu_seconds_for, memory_for
from archviz.core.material import Material, TextureFamily
from archviz.core.place import Place
from archviz.geometry.loaders import ARCHIVES, LOADERS
from archviz.geometry.loaders.assemble import LoadOptions
from archviz.geometry.scene import Scene
from archviz.geometry.sniff import check_model_file

__all__ = ["LoadedModel", "load_isolated"]

_ERRORS: dict[str, type[InputError]] = {c.code: c for c in (FileFormatError, GeometryError, OptionError)}


@dataclass(frozen=True, eq=False, kw_only=True)
class LoadedModel:
    """A model, and what was understood, assumed and left out when it was read.

    Parameters
    ----------
    scene
        Metres, Z up; the base of the building stands on the origin, its front faces south.
    format
        As :data:`archviz.geometry.loaders.LOADERS` names it.
    unit
        The file's unit: ``m``, ``mm``, ``cm``, ``in``, ``ft`` or the metres it has.
    up_axis
        The file's up axis.
    extents_m
        Of everything, along x, y and z [m].
    assumptions
        What the file left open and how it was settled, one sentence each.
    warnings
        What could not be read or looks wrong, one sentence each.
    hidden
        Elements that ``hide`` and ``show`` left out, and what the file itself does not show.
    place
        Where the file says the building stands.
    north_deg
        How far the file's north is turned clockwise from +Y [degrees].
    """

    scene: Scene
    format: str
    unit: str
    up_axis: Literal["x", "y", "z"]
    extents_m: tuple[float, float, float]
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    place: Place | None = None
    north_deg: float = 0.0


def load_isolated(
    path: Path,
    *,
    unit: str | None = None,
    up: Literal["y", "z"] | None = None,
    hide: Sequence[str] = (),
    show: Sequence[str] = (),
) -> LoadedModel:
    """Read a 3D model in a child process.

    Parameters
    ----------
    path
        A file of one of :data:`archviz.geometry.loaders.LOADERS`, or a ZIP archive that holds one.
    unit, up
        Overrule the file's unit (``m``, ``mm``, ``cm``, ``in``, ``ft``) and up axis.
    hide, show
        Shell patterns of element names: what to leave out, and what alone to keep.

    Raises
    ------
    FileFormatError
        The file is missing, broken, too large, of a kind that is not read, or reading it took more
        memory or time than its size allows.
    GeometryError
        The model holds nothing that can be drawn.
    OptionError
        An option's value is not accepted, or a pattern matches no element.
    """
    options = LoadOptions(unit=unit, up=up, hide=tuple(hide), show=tuple(show))
    path = Path(path)
    loader = check_model_file(path)
    with tempfile.TemporaryDirectory(prefix="archviz-load-") as name:
        folder = Path(name)
        if loader not in ARCHIVES:
            return _read(folder, path, loader, options, shown=path)
        root = folder / "archive"
        root.mkdir()
        model = root / _unpacked(folder, path, root)
        # The user knows the archive, not where it was unpacked.
        shown = path / model.relative_to(root)
        try:
            loader = check_model_file(model)
        except FileFormatError as error:
            raise FileFormatError(error.message.replace(str(model), str(shown))) from error
        return _read(folder, model, loader, options, shown=shown, root=root)


def _unpacked(folder: Path, path: Path, root: Path) -> str:
    """Unpack an archive into ``root``; the model's path in it."""
    request = {"path": str(path.resolve()), "folder": str(root)}
    return str(_ask(folder, request, path.stat().st_size, shown=path)["model"])


def _read(
    folder: Path, path: Path, loader: str, options: LoadOptions, *, shown: Path, root: Path | None = None
) -> LoadedModel:
    request = {
        "path": str(path.resolve()),
        "root": str(root) if root else None,
        "loader": loader,
        "unit": options.unit,
        "up": options.up,
        "hide": options.hide,
        "show": options.show,
    }
    size = path.stat().st_size
    answer = _ask(folder, request, size, shown=shown, effort=LOADERS[loader].effort)
    return _loaded(answer, folder / "arrays.npz", LOADERS[loader].format)


def _ask(folder: Path, request: dict[str, Any], size: int, *, shown: Path, effort: float = 1.0) -> dict[str, Any]:
    """The answer of a child process to a request; its errors are raised under the name that is shown."""
    memory = memory_for(size)
    path = folder / "request.json"
    limits = {"memory_bytes": memory, "cpu_s": cpu_seconds_for(size, effort=effort)}
    path.write_text(json.dumps(request | limits), encoding="utf-8")
    run_reader([sys.executable, "-P", "-m", "archviz.geometry.loaders", str(path)], path=shown, memory_bytes=memory)
    answer: dict[str, Any] = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    if error := answer.get("error"):
        if error["code"] == "memory":
            raise _out_of_memory(shown, memory)
        message = error["message"] if error["code"] == OptionError.code else f"{shown}: {error['message']}"
        raise _ERRORS[error["code"]](message)
    return answer


def run_reader(
    command: Sequence[str], *, path: Path, memory_bytes: int = memory_for(0), timeout_s: float = MAX_SECONDS
) -> None:
    """Run a reading process to its end.

    Parameters
    ----------
    command
        The process and its arguments.
    path
        The model, for messages.
    memory_bytes
        What it may take, for messages.
    timeout_s
        How long it may take [s].

    Raises
    ------
    FileFormatError
        It did not end in time, or ended by a signal or an error of its own.
    """
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    # One thread: each thread of a numerical library would reserve address space of its own.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise FileFormatError(
            f"{path}: reading took more than {timeout_s:g} s; simplify or repair the model"
        ) from error
    if done.returncode == 0:
        return
    if done.returncode in (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0)) and done.returncode:
        raise FileFormatError(f"{path}: reading took too much time or memory; simplify or repair the model")
    if b"MemoryError" in done.stderr:
        raise _out_of_memory(path, memory_bytes)
    raise FileFormatError(f"{path}: the reader crashed on this file; repair the model or export another format")


def _out_of_memory(path: Path, memory_bytes: int) -> FileFormatError:
    return FileFormatError(
        f"{path}: reading needs more than the {memory_bytes >> 20} MiB its size allows; simplify or repair it"
    )


def _loaded(answer: dict[str, Any], arrays_path: Path, file_format: str) -> LoadedModel:
    table = ElementTable(
        tuple(Element(**e | {"part": Part(e["part"])}) for e in answer["elements"]),
        tuple(Material(**m | {"family": TextureFamily(m["family"])}) for m in answer["materials"]),
    )
    with np.load(arrays_path, allow_pickle=False) as arrays:
        scene = Scene(
            vertices_m=arrays["vertices_m"],
            faces=arrays["faces"],
            face_elements=arrays["face_elements"],
            table=table,
        )
    extents = scene.bounds().extents_m
    return LoadedModel(
        scene=scene,
        format=file_format,
        unit=answer["unit"],
        up_axis=answer["up_axis"],
        extents_m=(round(extents[0], 5), round(extents[1], 5), round(extents[2], 5)),
        assumptions=tuple(answer["assumptions"]),
        warnings=tuple(answer["warnings"]),
        hidden=tuple(answer["hidden"]),
        place=None if answer["place"] is None else Place(**answer["place"]),
        north_deg=answer["north_deg"],
    )
