"""glTF materials (glTF 2.0 specification, 3.9, and the Khronos material extensions)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.geometry.loaders.gltf_buffers import GltfData
from archviz.geometry.loaders.raw import NO_MATERIAL, transmission_of
from archviz.geometry.loaders.texture import TextureFile, read_texture
from archviz.geometry.texture import Texture

__all__ = ["place_texture", "read_material"]

Rgb = tuple[float, float, float]


def read_material(
    data: GltfData, material: dict[str, Any], warnings: list[str], textures: dict[str, Texture]
) -> Material:
    """One material; factors are linear, the colour holds the mean of its texture.

    Parameters
    ----------
    data
        The file.
    material
        An object of its ``materials``.
    warnings
        Gets a sentence for a texture that cannot be read.
    textures
        Gets each picture by its key.

    Raises
    ------
    FileFormatError
        A value is of a wrong kind.
    """
    name = str(material.get("name", ""))
    try:
        return _read(data, material, name, warnings, textures)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileFormatError(f"glTF material {name!r} is damaged ({error}); export the file again") from error


def _read(
    data: GltfData, material: dict[str, Any], name: str, warnings: list[str], textures: dict[str, Texture]
) -> Material:
    extensions = material.get("extensions", {})
    pbr = material.get("pbrMetallicRoughness", {})
    factor, texture, key = pbr.get("baseColorFactor", (1, 1, 1, 1)), _base_texture(material), ""
    metallic, roughness = pbr.get("metallicFactor", 1.0), pbr.get("roughnessFactor", 1.0)
    if not pbr.keys() & {"metallicFactor", "roughnessFactor", "metallicRoughnessTexture"}:
        # By the specification this is raw metal; in practice the exporter knew colours only.
        metallic, roughness = 0.0, NO_MATERIAL.roughness
    if "metallicRoughnessTexture" in pbr:
        gloss_file = _texture(data, pbr["metallicRoughnessTexture"], name, warnings)
        if gloss_file is not None:
            # Green is roughness, blue is metalness, both stored linear: undo the sRGB decoding.
            roughness *= _encoded(gloss_file.mean[1])
            metallic *= _encoded(gloss_file.mean[2])
    if gloss := extensions.get("KHR_materials_pbrSpecularGlossiness"):
        factor = gloss.get("diffuseFactor", (1, 1, 1, 1))
        metallic, roughness = 0.0, 1.0 - gloss.get("glossinessFactor", 1.0)
    color: Rgb = (float(factor[0]), float(factor[1]), float(factor[2]))
    alpha = float(factor[3]) if len(factor) > 3 else 1.0
    if texture is not None and (found := _texture(data, texture, name, warnings)) is not None:
        color = (color[0] * found.mean[0], color[1] * found.mean[1], color[2] * found.mean[2])
        alpha *= found.alpha
        key = found.kept_in(textures, warnings)
    transmission = float(extensions.get("KHR_materials_transmission", {}).get("transmissionFactor", 0.0))
    if material.get("alphaMode", "OPAQUE") == "BLEND":
        transmission = max(transmission, transmission_of(alpha))
    strength = float(extensions.get("KHR_materials_emissive_strength", {}).get("emissiveStrength", 1.0))
    emissive = material.get("emissiveFactor", (0, 0, 0))
    return Material(
        name=name,
        base_color=(_unit(color[0]), _unit(color[1]), _unit(color[2])),
        roughness=_unit(roughness),
        metallic=_unit(metallic),
        transmission=_unit(transmission),
        emission=tuple(min(max(float(e) * strength, 0.0), 1e4) for e in emissive),  # type: ignore[arg-type]
        texture=key,
    )


def _base_texture(material: dict[str, Any]) -> dict[str, Any] | None:
    """What is said of the texture of the base colour."""
    gloss = material.get("extensions", {}).get("KHR_materials_pbrSpecularGlossiness")
    if gloss:
        return gloss.get("diffuseTexture")
    return material.get("pbrMetallicRoughness", {}).get("baseColorTexture")


def place_texture(data: GltfData, material: dict[str, Any], attributes: dict[str, Any]) -> NDArray[np.float64] | None:
    """(v, 2) texture coordinates of a primitive, v upwards, or ``None`` (with KHR_texture_transform)."""
    info = _base_texture(material)
    if info is None:
        return None
    placing = info.get("extensions", {}).get("KHR_texture_transform", {})
    name = f"TEXCOORD_{placing.get('texCoord', info.get('texCoord', 0))}"
    if name not in attributes:
        return None
    uv = data.accessor(attributes[name])[:, :2]
    turn = float(placing.get("rotation", 0.0))
    uv = uv * np.array(placing.get("scale", (1, 1)), dtype=np.float64)
    cosine, sine = math.cos(turn), math.sin(turn)
    uv = uv @ np.array([[cosine, -sine], [sine, cosine]]) + np.array(placing.get("offset", (0, 0)), dtype=np.float64)
    # glTF counts down from the upper edge.
    return np.stack([uv[:, 0], 1.0 - uv[:, 1]], axis=1)


def _texture(data: GltfData, info: dict[str, Any], name: str, warnings: list[str]) -> TextureFile | None:
    try:
        texture = data.item("textures", info["index"])
        webp = texture.get("extensions", {}).get("EXT_texture_webp", {})
        image = data.item("images", texture.get("source", webp.get("source")))
        if "bufferView" in image:
            return read_texture(data.view(image["bufferView"]))
        return read_texture(data.uri_bytes(str(image["uri"])))
    except (FileFormatError, KeyError) as error:
        warnings.append(f"the texture of material {name!r} is left out: {error}")
        return None


def _unit(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)


def _encoded(linear: float) -> float:
    from archviz.core.tone import linear_to_srgb

    return float(linear_to_srgb(linear))  # type: ignore[arg-type]
