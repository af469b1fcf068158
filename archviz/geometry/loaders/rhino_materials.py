"""Materials of Rhino files."""

from __future__ import annotations

from pathlib import PureWindowsPath
from typing import Any

import numpy as np

from archviz.core.material import Material
from archviz.core.tone import srgb_to_linear
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.raw import NO_MATERIAL, transmission_of
from archviz.geometry.texture import Texture

__all__ = ["read_material"]


def read_material(material: Any, folder: ModelFolder, warnings: list[str], textures: dict[str, Texture]) -> Material:
    """One material; a texture counts by its mean.

    Parameters
    ----------
    material
        A ``rhino3dm.Material``.
    folder
        Where its textures lie.
    warnings
        Gets a sentence for a texture that cannot be read.
    textures
        Gets each picture by its key.
    """
    name, physical = str(material.Name or ""), material.PhysicallyBased
    color = _linear(material.DiffuseColor)
    alpha, roughness, metallic = 1.0 - float(material.Transparency), NO_MATERIAL.roughness, 0.0
    if physical.Supported:
        color, alpha = _linear(physical.BaseColor), float(physical.Opacity)
        roughness, metallic = float(physical.Roughness), float(physical.Metallic)
    key = ""
    texture = material.GetBitmapTexture()
    if texture is not None and texture.FileName:
        picture = PureWindowsPath(texture.FileName).name
        found = folder.texture(picture)
        if found is None:
            warnings.append(f"texture {picture!r} is missing or cannot be read; {name!r} has its plain colour")
        else:
            color, key = found.mean, found.kept_in(textures, warnings)
    return Material(
        name=name,
        base_color=color,
        roughness=min(max(roughness, 0.0), 1.0),
        metallic=min(max(metallic, 0.0), 1.0),
        transmission=transmission_of(alpha),
        emission=_linear(material.EmissionColor),
        texture=key,
    )


def _linear(color: Any) -> tuple[float, float, float]:
    values = np.asarray(color[:3], dtype=np.float64)
    # Whole numbers up to 255, or fractions in physically based materials.
    scale = 1.0 if isinstance(color[0], float) else 255.0
    r, g, b = (float(c) for c in srgb_to_linear(np.clip(values / scale, 0.0, 1.0)))
    return r, g, b
