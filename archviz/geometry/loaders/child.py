"""The child process of :func:`archviz.geometry.load_isolated`: a model read, or an archive unpacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archviz.core.elements import Element
from archviz.core.errors import FileFormatError, InputError
from archviz.core.material import Material
from archviz.geometry.loaders import LOADERS, Loader
from archviz.geometry.loaders.archive import unpack_model
from archviz.geometry.loaders.assemble import Assembled, LoadOptions, assemble
from archviz.geometry.loaders.hiding import Hidden
from archviz.geometry.loaders.raw import RawModel
from archviz.geometry.scene_arrays import scene_arrays
from archviz.isolation import printable, write_array

__all__ = ["load", "unpack"]

_MOST_SENTENCES = 100


def unpack(request: dict[str, Any], _: Path) -> dict[str, Any]:
    """Unpack the archive ``path`` into ``folder``; answers with the ``model`` in it."""
    model = unpack_model(Path(request["path"]), Path(request["folder"]), tuple(LOADERS))
    return {"model": model.as_posix()}


def load(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Read the model ``path``; answers with what :class:`LoadedModel` says, its arrays beside."""
    loader = LOADERS[request["loader"]]
    options = LoadOptions(
        unit=request["unit"],
        up=request["up"],
        hide=tuple(request["hide"]),
        show=tuple(request["show"]),
        classes=tuple((pattern, value) for pattern, value in request["classes"]),
    )
    root = Path(request["root"]) if request["root"] else None
    raw = _read(loader, Path(request["path"]), root, options.show)
    assembled = assemble(raw, options, usual_up=loader.up)
    arrays = scene_arrays(assembled.scene)
    for name, array in arrays.items():
        write_array(folder, name, array)
    return _answer(assembled) | {"arrays": list(arrays)}


def _read(loader: Loader, path: Path, root: Path | None, show: Sequence[str]) -> RawModel:
    try:
        return loader.read(path, root, show)
    except (InputError, MemoryError):
        raise
    except Exception as error:
        # Parsers raise every kind of error on damaged files; to the user they are one.
        text = " ".join(str(error).split())[:160]
        raise FileFormatError(f"it is damaged ({type(error).__name__}: {text}); export the model again") from error


def _sentences(texts: Sequence[str]) -> list[str]:
    """Each fit to be shown; where there are very many, their number."""
    shown = [printable(text) for text in texts[:_MOST_SENTENCES]]
    return shown + ([f"and {len(texts) - len(shown)} more of this kind"] if len(texts) > len(shown) else [])


def _plain(row: Element | Material | Hidden) -> dict[str, Any]:
    return {name: printable(value) if isinstance(value, str) else value for name, value in asdict(row).items()}


def _answer(assembled: Assembled) -> dict[str, Any]:
    table = assembled.scene.table
    return {
        "elements": [_plain(e) | {"part": int(e.part)} for e in table.elements],
        "materials": [_plain(m) | {"family": int(m.family)} for m in table.materials],
        "unit": assembled.unit,
        "up_axis": assembled.up_axis,
        "assumptions": _sentences(assembled.assumptions),
        "warnings": _sentences(assembled.warnings),
        "hidden": [_plain(hidden) for hidden in assembled.hidden],
        "place": None if assembled.place is None else asdict(assembled.place),
        "north_deg": assembled.north_deg,
    }
