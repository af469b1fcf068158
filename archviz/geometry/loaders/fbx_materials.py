"""Materials of an FBX file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.core.tone import srgb_to_linear
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.raw import transmission_of
from archviz.geometry.loaders.texture import TextureFile, read_texture
from archviz.geometry.texture import Texture

__all__ = ["read_material"]

_AS_IT_IS = np.eye(2, 3)
# Nobody models what cannot be seen: some exporters write 0 for opaque.
_LEAST_OPACITY = 1e-3
# Layers of a layered texture that are looked through for a file.
_MAX_LAYERS = 16


def read_material(
    material: Any,
    folder: ModelFolder,
    textures: dict[str, Texture],
    warnings: list[str],
    *,
    linear: bool,
    kept: Callable[[Any], Any],
) -> tuple[Material, NDArray[np.float64]]:
    """A material, and how the texture coordinates of its surfaces move.

    Parameters
    ----------
    material
        Of ufbx.
    folder
        Where its textures lie.
    textures
        Gets the picture by its key.
    warnings
        Gets a sentence where the picture cannot be read.
    linear
        Whether its colours are linear light; else sRGB.
    kept
        Keeps what comes out of ufbx.

    Returns
    -------
    material, move
        ``move`` is (2, 3): from the file's texture coordinates to the picture's.
    """
    name = str(material.name)
    fbx, pbr = kept(material.fbx), kept(material.pbr)
    base = kept(pbr.base_color)
    color = _color(base, kept(pbr.base_factor), kept, linear=linear)
    key, move = "", _AS_IT_IS
    texture = kept(base.texture)
    if texture is not None and base.texture_enabled:
        found, called = _picture(texture, folder, kept)
        if found is None:
            warnings.append(f"texture {called!r} is missing or cannot be read; {name!r} has its plain colour")
        else:
            color, key, move = found.mean, found.kept_in(textures, warnings), _move(texture)
    return Material(
        name=name,
        base_color=color,
        transmission=transmission_of(_opacity(material, fbx, pbr, kept)),
        emission=_color(kept(pbr.emission_color), kept(pbr.emission_factor), kept, linear=linear),
        texture=key,
    ), move


def _color(value: Any, factor: Any, kept: Callable[[Any], Any], *, linear: bool) -> tuple[float, float, float]:
    weight = kept(factor.value_vec4).x if factor.has_value else 1.0
    x, y, z, _ = kept(value.value_vec4)
    given = np.clip(np.nan_to_num(np.array((x, y, z)) * weight), 0.0, 1.0)
    r, g, b = (float(c) for c in (given if linear else srgb_to_linear(given)))
    return r, g, b


def _opacity(material: Any, fbx: Any, pbr: Any, kept: Callable[[Any], Any]) -> float:
    """By the material's own word for it, else by its transparency."""
    opacity = float(kept(material.props).find_real("Opacity", -1.0))
    if not _LEAST_OPACITY < opacity <= 1.0:
        if kept(pbr.opacity).has_value:
            opacity = float(np.mean(kept(pbr.opacity.value_vec4)[:3]))
        else:
            factor = kept(fbx.transparency_factor)
            # Without a factor nothing tells a colour that lets all through from one that lets nothing.
            opacity = 1.0 - kept(factor.value_vec4).x if factor.has_value else 1.0
    return opacity if _LEAST_OPACITY < opacity <= 1.0 else 1.0


def _picture(texture: Any, folder: ModelFolder, kept: Callable[[Any], Any]) -> tuple[TextureFile | None, str]:
    """The picture in the file or beside it, and its name."""
    for _ in range(_MAX_LAYERS):
        layers = kept(texture.layers)
        if texture.has_file or not len(layers):
            break
        texture = kept(kept(layers[0]).texture)
    names = [str(texture.relative_filename), str(texture.filename), str(texture.absolute_filename)]
    called = next((name.replace("\\", "/").rpartition("/")[2] for name in names if name), str(texture.name))
    content = bytes(texture.content)
    if content:
        try:
            return read_texture(content), called
        except FileFormatError:
            return None, called
    # Beside the model is where an author's picture lies after it was sent, whatever folder is named.
    for name in dict.fromkeys((names[0], called)):
        found = folder.texture(name) if name else None
        if found is not None:
            return found, called
    return None, called


def _move(texture: Any) -> NDArray[np.float64]:
    if not texture.has_uv_transform:
        return _AS_IT_IS
    columns = np.array([list(column) for column in texture.uv_to_texture], dtype=np.float64)
    return np.stack([columns[0, :2], columns[1, :2], columns[3, :2]], axis=1)
