"""Readers of 3D files: one module per format, one table.

A new format is a module with a ``read_...(path) -> RawModel`` and a row of :data:`LOADERS`.
Nothing here runs in the user's process: :func:`archviz.geometry.load_isolated` asks a child process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from archviz.geometry.loaders.raw import Axis, RawModel

__all__ = ["ARCHIVES", "LOADERS", "MODEL_SUFFIXES", "Loader"]


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
    beside
        Whether it refers to other files: its reader takes the folder they may lie in.
    effort
        How much longer a byte of it takes than one of a mesh.
    selects
        Whether its reader leaves things out, and takes the patterns of what is shown all the same.
    """

    format: str
    module: str
    function: str
    up: Axis | None = None
    libraries: tuple[str, ...] = ()
    beside: bool = False
    effort: float = 1.0
    selects: bool = False

    def read(self, path: Path, root: Path | None = None, show: Sequence[str] = ()) -> RawModel:
        """Read a file of this format.

        Parameters
        ----------
        path
            The file.
        root
            The folder that files it refers to may lie in; ``None`` is its own.
        show
            Patterns of what is drawn though it would be left out.
        """
        reader: Callable[..., RawModel] = getattr(import_module(self.module), self.function)
        given: dict[str, object] = {"root": root} if self.beside else {}
        return reader(path, **given, **({"show": show} if self.selects else {}))


_ROOM = "archviz.geometry.loaders"
_PICTURES = ("PIL.Image", "PIL.PngImagePlugin", "PIL.JpegImagePlugin")
_GLTF = f"{_ROOM}.gltf"

_STEP = Loader(
    format="STEP",
    module=f"{_ROOM}.step",
    function="read_step",
    libraries=("cascadio",),
    # Curved surfaces become triangles while they are read.
    effort=20.0,
)
_USD = Loader(
    format="USD",
    module=f"{_ROOM}.usd",
    function="read_usd",
    up="y",
    libraries=("pxr.Usd", "pxr.UsdGeom", "pxr.UsdShade", "trimesh.creation", *_PICTURES),
    beside=True,
    effort=5.0,
    selects=True,
)

LOADERS: Mapping[str, Loader] = MappingProxyType(
    {
        ".glb": Loader(format="GLB", module=_GLTF, function="read_gltf", libraries=_PICTURES, beside=True),
        ".gltf": Loader(format="glTF", module=_GLTF, function="read_gltf", libraries=_PICTURES, beside=True),
        ".obj": Loader(
            format="OBJ", module=f"{_ROOM}.obj", function="read_obj", up="y", libraries=_PICTURES, beside=True
        ),
        ".stl": Loader(
            format="STL", module=f"{_ROOM}.stl", function="read_stl", up="z", libraries=("trimesh.exchange.stl",)
        ),
        ".ply": Loader(
            format="PLY", module=f"{_ROOM}.ply", function="read_ply", up="z", libraries=("trimesh.exchange.ply",)
        ),
        ".off": Loader(format="OFF", module=f"{_ROOM}.off", function="read_off", up="z"),
        ".dae": Loader(
            format="Collada",
            module=f"{_ROOM}.dae",
            function="read_dae",
            libraries=("collada", *_PICTURES),
            beside=True,
        ),
        ".3mf": Loader(format="3MF", module=f"{_ROOM}.threemf", function="read_3mf", libraries=("lxml.etree",)),
        ".ifc": Loader(
            format="IFC",
            module=f"{_ROOM}.ifc",
            function="read_ifc",
            libraries=(
                "ifcopenshell.geom",
                "ifcopenshell.util.element",
                "ifcopenshell.util.geolocation",
                "ifcopenshell.util.unit",
            ),
            # Walls are cut by their windows while they are read.
            effort=10.0,
            selects=True,
        ),
        ".3dm": Loader(
            format="3DM",
            module=f"{_ROOM}.rhino",
            function="read_3dm",
            libraries=("rhino3dm", *_PICTURES),
            beside=True,
            selects=True,
        ),
        ".dxf": Loader(
            format="DXF",
            module=f"{_ROOM}.dxf",
            function="read_dxf",
            libraries=("ezdxf.recover", "ezdxf.render", "ezdxf.acis.api"),
            # Text, each number a Python object.
            effort=5.0,
            selects=True,
        ),
        ".fbx": Loader(
            format="FBX",
            module=f"{_ROOM}.fbx",
            function="read_fbx",
            libraries=("ufbx", *_PICTURES),
            beside=True,
            # Text, where it is not binary.
            effort=2.0,
            selects=True,
        ),
        **dict.fromkeys((".step", ".stp"), _STEP),
        **dict.fromkeys((".usd", ".usda", ".usdc"), _USD),
        ".usdz": replace(_USD, format="USDZ"),
    }
)

# ZIP files that hold one model with what it refers to.
ARCHIVES = (".zip", ".ifczip")
# Extensions of all files that can be read as models.
MODEL_SUFFIXES = (*LOADERS, *ARCHIVES)
