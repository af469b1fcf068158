"""A scene as plain arrays, the way it comes out of the reading process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from archviz.core.elements import ElementTable
from archviz.geometry.scene import Scene
from archviz.geometry.texture import MAX_TEXTURES, Texture

__all__ = ["check_array_names", "scene_arrays", "scene_of"]

_TEXTURE = "texture-"
_NAME = re.compile(r"vertices_m|faces|face_elements|uv|texture-[0-9a-f]{16}")


def scene_arrays(scene: Scene) -> dict[str, NDArray[Any]]:
    """Everything but the table."""
    arrays: dict[str, NDArray[Any]] = {
        "vertices_m": scene.vertices_m,
        "faces": scene.faces,
        "face_elements": scene.face_elements,
    }
    if scene.uv is not None:
        arrays["uv"] = scene.uv
    return arrays | {f"{_TEXTURE}{key}": texture.pixels for key, texture in scene.textures.items()}


def scene_of(arrays: Mapping[str, NDArray[Any]], table: ElementTable) -> Scene:
    """The scene of :func:`scene_arrays`."""
    return Scene(
        vertices_m=arrays["vertices_m"],
        faces=arrays["faces"],
        face_elements=arrays["face_elements"],
        table=table,
        uv=arrays["uv"] if "uv" in arrays else None,
        textures={key.removeprefix(_TEXTURE): Texture(arrays[key]) for key in arrays if key.startswith(_TEXTURE)},
    )


def check_array_names(names: object) -> list[str]:
    """The names of a scene's arrays as a stranger gives them.

    Raises
    ------
    ValueError
        They are too many, or not those of :func:`scene_arrays`: they become names of files.
    """
    if not isinstance(names, list) or len(names) > MAX_TEXTURES + 4:
        raise ValueError("no list of arrays")
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in names):
        raise ValueError("an array of another name")
    return names
