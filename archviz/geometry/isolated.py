"""Models from files of strangers: read in a child process with limits on memory and time."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from archviz.core.elements import Element, ElementClass, ElementTable, Part
from archviz.core.errors import FileFormatError
from archviz.core.material import Material, TextureFamily
from archviz.core.place import Place
from archviz.geometry.loaders import ARCHIVES, LOADERS
from archviz.geometry.loaders.assemble import LoadOptions
from archviz.geometry.loaders.hiding import Hidden
from archviz.geometry.scene import Scene
from archviz.geometry.scene_arrays import check_array_names, scene_of
from archviz.geometry.sniff import check_model_file
from archviz.isolation import Task, ask, cpu_seconds_for, memory_for, printable, read_array

__all__ = ["LoadedModel", "load_isolated"]

_CHILD = "archviz.geometry.loaders.child"
_NOTHING: Mapping[str, ElementClass] = MappingProxyType({})


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
    left_out
        What is not drawn, each with the reason.
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
    left_out: tuple[Hidden, ...] = ()
    place: Place | None = None
    north_deg: float = 0.0

    @property
    def hidden(self) -> tuple[str, ...]:
        """What is not drawn, in words."""
        return tuple(printable(str(one)) for one in self.left_out)


def load_isolated(
    path: Path,
    *,
    unit: str | None = None,
    up: Literal["y", "z"] | None = None,
    hide: Sequence[str] = (),
    show: Sequence[str] = (),
    classes: Mapping[str, ElementClass] = _NOTHING,
) -> LoadedModel:
    """Read a 3D model in a child process.

    Parameters
    ----------
    path
        A file of one of :data:`archviz.geometry.loaders.LOADERS`, or a ZIP archive that holds one.
    unit, up
        Overrule the file's unit (``m``, ``mm``, ``cm``, ``in``, ``ft``) and up axis.
    hide, show
        Shell patterns of names, classes and layers: what not to draw, and what to draw though it is hidden
        by ``hide``, by the file or by what it is.
    classes
        Such a pattern -> what the elements are, where file and names get it wrong; the last one that fits counts.

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
    options = LoadOptions(unit=unit, up=up, hide=tuple(hide), show=tuple(show), classes=tuple(classes.items()))
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
    size = path.stat().st_size
    task = Task(
        module=_CHILD,
        function="unpack",
        arguments={"path": str(path.resolve()), "folder": str(root)},
        readable=(path.resolve(),),
        memory_bytes=memory_for(size),
        cpu_s=cpu_seconds_for(size),
    )
    return str(ask(task, folder, shown=path)["model"])


def _read(
    folder: Path, path: Path, loader: str, options: LoadOptions, *, shown: Path, root: Path | None = None
) -> LoadedModel:
    path, size, row = path.resolve(), path.stat().st_size, LOADERS[loader]
    arguments = {
        "path": str(path),
        "root": str(root) if root else None,
        "loader": loader,
        "unit": options.unit,
        "up": options.up,
        "hide": options.hide,
        "show": options.show,
        "classes": options.classes,
    }
    task = Task(
        module=_CHILD,
        function="load",
        arguments=arguments,
        # A format that refers to no other file gets none.
        readable=(root or path.parent,) if row.beside else (path,),
        libraries=(row.module, *row.libraries),
        memory_bytes=memory_for(size),
        cpu_s=cpu_seconds_for(size, effort=row.effort),
    )
    answer = ask(task, folder, shown=shown)
    try:
        return _loaded(answer, folder, row.format)
    # A child that its file took over may answer anything.
    except (KeyError, TypeError, ValueError, OSError, AttributeError) as error:
        raise FileFormatError(f"{shown}: the reader's answer makes no sense; export another format") from error


def _loaded(answer: dict[str, Any], folder: Path, file_format: str) -> LoadedModel:
    table = ElementTable(
        tuple(Element(**e | {"part": Part(e["part"])}) for e in answer["elements"]),
        tuple(Material(**m | {"family": TextureFamily(m["family"])}) for m in answer["materials"]),
    )
    names = check_array_names(answer["arrays"])
    scene = scene_of({name: read_array(folder, name) for name in names}, table)
    extents = scene.bounds().extents_m
    return LoadedModel(
        scene=scene,
        format=file_format,
        unit=answer["unit"],
        up_axis=answer["up_axis"],
        extents_m=(round(extents[0], 5), round(extents[1], 5), round(extents[2], 5)),
        assumptions=tuple(answer["assumptions"]),
        warnings=tuple(answer["warnings"]),
        left_out=tuple(Hidden(**row) for row in answer["hidden"]),
        place=None if answer["place"] is None else Place(**answer["place"]),
        north_deg=answer["north_deg"],
    )
