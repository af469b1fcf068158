"""USD materials: UsdPreviewSurface, and the base colour of other surfaces (UsdShade)."""

from __future__ import annotations

from typing import Any

import numpy as np

from archviz.core.material import Material
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.raw import NO_MATERIAL, transmission_of
from archviz.geometry.texture import Texture

__all__ = ["read_material"]

# What other renderers call it: MaterialX standard surface, OpenPBR and glTF, NVIDIA's OmniPBR.
_COLORS = ("diffuseColor", "base_color", "diffuse_color_constant", "diffuse_tint", "baseColor", "color")
_TEXTURES = ("diffuse_texture", "file", "base_color_texture")
_MAX_HOPS = 16


def read_material(
    material: Any, folder: ModelFolder, warnings: list[str], textures: dict[str, Texture]
) -> tuple[Material, str]:
    """One material, and the name of the texture coordinates that it asks for.

    Parameters
    ----------
    material
        A ``UsdShade.Material``.
    folder
        Where its textures lie.
    warnings
        Gets a sentence for a texture that cannot be read.
    textures
        Gets each picture by its key.
    """
    prim = material.GetPrim()
    name = str(prim.GetDisplayName() or prim.GetName())
    shader = next((s for s in (material.ComputeSurfaceSource(c)[0] for c in ("", "mtlx", "mdl")) if s), None)
    if shader is None:
        return Material(name=name), ""
    color, key, uv_name = _base(shader, name, folder, warnings, textures)
    emission = _rgb(_value(shader, "emissiveColor"), (0.0, 0.0, 0.0))
    alpha = _number(shader, "opacity", 1.0)
    return (
        Material(
            name=name,
            base_color=color,
            roughness=_unit(_number(shader, "roughness", NO_MATERIAL.roughness)),
            metallic=_unit(_number(shader, "metallic", 0.0)),
            transmission=max(transmission_of(alpha), _unit(_number(shader, "transmission", 0.0))),
            emission=emission,
            texture=key,
        ),
        uv_name,
    )


def _base(
    shader: Any, name: str, folder: ModelFolder, warnings: list[str], textures: dict[str, Texture]
) -> tuple[tuple[float, float, float], str, str]:
    color = NO_MATERIAL.base_color
    source = None
    for key in _COLORS:
        if source := _connected(shader, key):
            break
        if (value := _value(shader, key)) is not None:
            color = _rgb(value, color)
            break
    asset = next((a for a in (_value(source or shader, key) for key in _TEXTURES) if a is not None), None)
    if asset is None or not getattr(asset, "path", ""):
        return color, "", ""
    # Relative to the layer that says so, which may lie deeper than the model.
    found = folder.texture(str(asset.resolvedPath or asset.path)) or folder.texture(str(asset.path))
    if found is None:
        warnings.append(f"texture {asset.path!r} is missing or cannot be read; {name!r} has its plain colour")
        return color, "", ""
    scale = _rgb(_value(source, "scale"), (1.0, 1.0, 1.0)) if source else (1.0, 1.0, 1.0)
    r, g, b = (_unit(m * s) for m, s in zip(found.mean, scale, strict=True))
    return (r, g, b), found.kept_in(textures, warnings), _primvar(source)


def _primvar(source: Any) -> str:
    """Name of the texture coordinates that a texture is connected to; empty where none is named."""
    for _ in range(_MAX_HOPS):
        source = _connected(source, "st") or _connected(source, "in") if source else None
        if source is None:
            return ""
        name = _value(source, "varname")
        if name is not None:
            return str(name)
    return ""


def _connected(shader: Any, name: str) -> Any:
    """The shader that an input is connected to, through interfaces."""
    from pxr import UsdShade

    entry = shader.GetInput(name) if shader else None
    if not entry:
        return None
    for attribute in entry.GetValueProducingAttributes():
        if UsdShade.Utils.GetType(attribute.GetName()) == UsdShade.AttributeType.Output:
            return UsdShade.Shader(attribute.GetPrim())
    return None


def _value(shader: Any, name: str) -> Any:
    from pxr import Usd, UsdShade

    entry = shader.GetInput(name) if shader else None
    if not entry:
        return None
    for attribute in entry.GetValueProducingAttributes():
        if UsdShade.Utils.GetType(attribute.GetName()) != UsdShade.AttributeType.Output:
            return attribute.Get(Usd.TimeCode.EarliestTime())
    return None


def _number(shader: Any, name: str, default: float) -> float:
    value = _value(shader, name)
    return float(value) if isinstance(value, (int, float)) and np.isfinite(value) else default


def _rgb(value: Any, default: tuple[float, float, float]) -> tuple[float, float, float]:
    try:
        r, g, b = (_unit(float(v)) for v in list(value)[:3])
    except (TypeError, ValueError):
        return default
    return r, g, b


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0) if np.isfinite(value) else 0.0
