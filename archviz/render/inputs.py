"""What a request starts from: a building read from a model, a drawing, or nothing."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archviz.core.errors import FileFormatError
from archviz.core.pictures import DRAWING_SUFFIXES
from archviz.geometry import load_isolated, sniff_kind
from archviz.geometry.loaders import ARCHIVES, MODEL_SUFFIXES
from archviz.geometry.scene import Scene
from archviz.render.request import InputKind, RenderRequest, ResolvedRequest

if TYPE_CHECKING:
    from archviz.geometry import LoadedModel
    from archviz.sketch import Drawing

__all__ = ["Source", "hash_file", "hash_scene", "read_source", "reading_choices", "reading_key"]

# Formats that refer to no other file: their bytes are all there is to know.
_SELF_CONTAINED = (".glb", ".stl", ".ply", ".off", ".3mf", ".ifc", ".dxf", *ARCHIVES, *DRAWING_SUFFIXES)
# Of a folder with more in it than this, a file that may refer to others is read anew each time.
_MOST_BESIDE = 500


@dataclass(frozen=True, eq=False, kw_only=True)
class Source:
    """An input that was read.

    Parameters
    ----------
    kind
        Model, sketch, or text where there is no input.
    sha256
        Of the file's bytes; ``None`` for text.
    model, drawing
        What was read; one of them, or none for text.
    """

    kind: InputKind
    sha256: str | None = None
    model: LoadedModel | None = None
    drawing: Drawing | None = None

    @functools.cached_property
    def scene_sha256(self) -> str | None:
        """Hash of the building, with what came from files beside the input."""
        return None if self.model is None else hash_scene(self.model.scene)


def reading_choices(request: RenderRequest | ResolvedRequest) -> Hashable:
    """What the user says of how an input is read."""
    r = request
    return (r.unit, r.up, r.hide, r.show, tuple(r.classes.items()), r.adjustments)


def reading_key(request: RenderRequest | ResolvedRequest) -> Hashable | None:
    """Names what :func:`read_source` will read; ``None`` where the file may refer to too many others to look at."""
    path = request.input
    if path is None:
        return (None, reading_choices(request))
    beside: Hashable = ()
    if path.suffix.lower() not in _SELF_CONTAINED and (beside := _folder_state(path.parent)) is None:
        return None
    return (path, hash_file(path), beside, reading_choices(request))


def _folder_state(folder: Path) -> Hashable | None:
    """Names, sizes and times of what a file may refer to: its folder and all that this holds."""
    found, left = [], [folder]
    try:
        while left:
            with os.scandir(left.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        left.append(Path(entry.path))
                    state = entry.stat()
                    found.append((entry.path, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns))
                    if len(found) > _MOST_BESIDE:
                        return None
    except OSError:
        return None
    return tuple(sorted(found))


def read_source(request: RenderRequest | ResolvedRequest) -> Source:
    """Read the input of a request.

    Raises
    ------
    FileFormatError
        The file is missing, broken, or neither a model nor a drawing.
    """
    path = request.input
    if path is None:
        return Source(kind="text")
    kind = sniff_kind(path)
    if kind == "unknown":
        accepted = ", ".join([*MODEL_SUFFIXES, *DRAWING_SUFFIXES])
        raise FileFormatError(f"{path}: neither a 3D model nor a drawing; accepted are {accepted}")
    sha256 = hash_file(path)
    if kind == "model":
        model = load_isolated(
            path, unit=request.unit, up=request.up, hide=request.hide, show=request.show, classes=request.classes
        )
        return Source(kind="model", sha256=sha256, model=model)
    from archviz.sketch.isolated import load_drawing_isolated

    return Source(kind="sketch", sha256=sha256, drawing=load_drawing_isolated(path, request.adjustments))


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex.

    Raises
    ------
    FileFormatError
        The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}; give the path of a file that can be read") from error


def hash_scene(scene: Scene) -> str:
    """SHA-256 of triangles, names and materials, in hex."""
    digest = hashlib.sha256()
    for array in (scene.vertices_m, scene.faces, scene.face_elements):
        digest.update(repr((array.shape, str(array.dtype))).encode())
        digest.update(array.tobytes())
    digest.update(repr((scene.table.elements, scene.table.materials)).encode())
    if scene.uv is not None:
        digest.update(scene.uv.tobytes())
    # A texture's key is the hash of its pixels.
    digest.update(repr(sorted(scene.textures)).encode())
    return digest.hexdigest()
