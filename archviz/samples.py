"""The sample models and drawings that come with archviz."""

from __future__ import annotations

from pathlib import Path

from archviz.core.errors import OptionError

__all__ = ["sample_folder", "sample_path", "samples"]

_PACKAGE = Path(__file__).parent
_KINDS = (".glb", ".gltf", ".obj", ".stl", ".ply", ".dae", ".png", ".jpg", ".webp")


def sample_folder() -> Path:
    """Where the samples are: in an installed package, or in the checkout beside it.

    Raises
    ------
    OptionError
        There are none on this machine.
    """
    for folder in (_PACKAGE / "sample_models", _PACKAGE.parent / "sample_models"):
        if folder.is_dir():
            return folder
    raise OptionError(f"no sample models at {_PACKAGE / 'sample_models'}; install archviz again")


def samples() -> dict[str, Path]:
    """File name -> path of every sample model and drawing, by name."""
    found = (path for path in sample_folder().rglob("*") if path.suffix.lower() in _KINDS)
    return {path.name: path for path in sorted(found)}


def sample_path(name: str) -> Path:
    """Path of a sample by its file name, with or without ending.

    Raises
    ------
    OptionError
        There is no such sample.
    """
    found = samples()
    for path in found.values():
        if name in (path.name, path.stem):
            return path
    raise OptionError(f"sample {name!r} does not exist; give one of {', '.join(found)}")
