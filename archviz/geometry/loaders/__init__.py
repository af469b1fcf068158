"""Readers of 3D files: one module per format, one table.

A new format is a module with a ``read_...(path) -> RawModel`` and a row of :data:`LOADERS`.
Nothing here runs in the user's process: :func:`archviz.geometry.load_isolated` starts
``python -m archviz.geometry.loaders``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from archviz.geometry.loaders.raw import Axis, RawModel

__all__ = ["LOADERS", "Loader"]


@dataclass(frozen=True, kw_only=True)
class Loader:
    """One format.

    Parameters
    ----------
    format
        Its name, as :func:`archviz.geometry.sniff.sniff_format` gives it.
    module, function
        Where its reader stands; imported when it is used.
    up
        The axis that is up in most files, where the format leaves it open.
    libraries
        What it uses: imported before memory is limited, since the budget is for the file alone.
    """

    format: str
    module: str
    function: str
    up: Axis | None = None
    libraries: tuple[str, ...] = ()

    def prepare(self) -> None:
        """Import the reader and what it uses."""
        for name in (self.module, *self.libraries):
            import_module(name)

    def read(self, path: Path) -> RawModel:
        """Read a file of this format."""
        reader: Callable[[Path], RawModel] = getattr(import_module(self.module), self.function)
        return reader(path)


_ROOM = "archviz.geometry.loaders"
_PICTURES = ("PIL.Image", "PIL.PngImagePlugin", "PIL.JpegImagePlugin")
_GLTF = f"{_ROOM}.gltf"

LOADERS: Mapping[str, Loader] = MappingProxyType(
    {
        ".glb": Loader(format="GLB", module=_GLTF, function="read_gltf", libraries=_PICTURES),
        ".gltf": Loader(format="glTF", module=_GLTF, function="read_gltf", libraries=_PICTURES),
        ".obj": Loader(format="OBJ", module=f"{_ROOM}.obj", function="read_obj", up="y", libraries=_PICTURES),
        ".stl": Loader(
            format="STL", module=f"{_ROOM}.stl", function="read_stl", up="z", libraries=("trimesh.exchange.stl",)
        ),
        ".ply": Loader(
            format="PLY", module=f"{_ROOM}.ply", function="read_ply", up="z", libraries=("trimesh.exchange.ply",)
        ),
        ".dae": Loader(format="Collada", module=f"{_ROOM}.dae", function="read_dae", libraries=("collada", *_PICTURES)),
    }
)
