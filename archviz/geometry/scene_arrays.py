"""A scene as plain arrays, the way it comes out of the reading process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from archviz.core.elements import ElementTable
from archviz.geometry.scene import Scene
from archviz.geometry.texture import Texture

__all__ = ["scene_arrays", "scene_of"]

_TEXTURE = "texture:"


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
