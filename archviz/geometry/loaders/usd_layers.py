"""The layers of a USD file: only those inside the model's folder are ever opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from archviz.core.errors import FileFormatError

__all__ = ["confine_layers"]

MAX_LAYERS = 1000
_MAX_LAYER_BYTES = 500_000_000
_SUFFIXES = (".usd", ".usda", ".usdc", ".usdz")


def confine_layers(path: Path, root: Path, warnings: list[str]) -> Any:
    """Open a layer and all that it refers to; what leads out of the folder is cut off before it is opened.

    Parameters
    ----------
    path
        The file.
    root
        The folder that layers may lie in.
    warnings
        Gets a sentence for each reference that is cut off.

    Returns
    -------
    Sdf.Layer
        The file's layer, ready to be composed.

    Raises
    ------
    FileFormatError
        It cannot be opened, or refers to too many others.
    """
    from pxr import Sdf, Tf

    root = root.resolve()
    first = Sdf.Layer.FindOrOpen(str(path.resolve()))
    if first is None:
        raise FileFormatError("the USD cannot be opened; export it again")
    waiting, seen = [first], {first.realPath}
    while waiting:
        layer = waiting.pop()
        if len(seen) > MAX_LAYERS:
            raise FileFormatError(f"it refers to more than {MAX_LAYERS} layers; flatten it and export again")
        layer.SetPermissionToEdit(True)
        _cut_clips(layer, warnings)
        # An empty name is the layer itself.
        for asset in filter(None, layer.GetCompositionAssetDependencies()):
            found, why = _inside(layer, asset, root)
            other = None
            if found is not None:
                try:
                    other = Sdf.Layer.FindOrOpen(str(found))
                except Tf.ErrorException:
                    other = None
                why = why or "is damaged"
            if other is None:
                warnings.append(f"layer {_shown(asset)} {why} and is left out")
                layer.UpdateCompositionAssetDependency(asset, "")
            elif other.realPath not in seen:
                seen.add(other.realPath)
                waiting.append(other)
    return first


def _inside(layer: Any, asset: str, root: Path) -> tuple[Path | None, str]:
    """The file that a layer names, or why there is none."""
    if "`" in asset or "://" in asset or ":SDF_FORMAT_ARGS:" in asset or asset.endswith("]"):
        return None, "is no plain file name"
    for candidate in dict.fromkeys((asset, unquote(asset))):
        try:
            path = (Path(layer.realPath).parent / candidate.replace("\\", "/")).resolve()
            if not path.is_relative_to(root):
                return None, "lies outside the model's folder"
            if path.suffix.lower() not in _SUFFIXES or not path.is_file():
                continue
            # A package inside is not looked into: what it names again would not be seen here.
            if path.suffix.lower() == ".usdz":
                return None, "is a package in a package"
            if path.stat().st_size <= _MAX_LAYER_BYTES:
                return path, ""
        except (OSError, ValueError):
            continue
    return None, "is missing"


def _cut_clips(layer: Any, warnings: list[str]) -> None:
    """Take away value clips: they open files when values are asked for."""
    found: list[Any] = []
    layer.Traverse(layer.pseudoRoot.path, found.append)
    for path in found:
        spec = layer.GetObjectAtPath(path) if path.IsPrimPath() or path.IsPrimVariantSelectionPath() else None
        if spec is not None and spec.HasInfo("clips"):
            spec.ClearInfo("clips")
            warnings.append(f"the animation of {path.name!r} is left out")


def _shown(asset: str) -> str:
    return repr(asset if len(asset) <= 80 else asset[:77] + "...")
