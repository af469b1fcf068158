"""glTF materials (glTF 2.0 specification, 3.9, and the Khronos material extensions)."""

from __future__ import annotations

from typing import Any

from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.geometry.loaders.gltf_buffers import GltfData
from archviz.geometry.loaders.raw import NO_MATERIAL, transmission_of
from archviz.geometry.loaders.texture import mean_color

__all__ = ["read_material"]

Rgb = tuple[float, float, float]


def read_material(data: GltfData, material: dict[str, Any], warnings: list[str]) -> Material:
    """One material; factors are linear, a texture counts by its mean.

    Parameters
    ----------
    data
        The file.
    material
        An object of its ``materials``.
    warnings
        Gets a sentence for a texture that cannot be read.

    Raises
    ------
    FileFormatError
        A value is of a wrong kind.
    """
    name = str(material.get("name", ""))
    try:
        return _read(data, material, name, warnings)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileFormatError(f"glTF material {name!r} is damaged ({error}); export the file again") from error


def _read(data: GltfData, material: dict[str, Any], name: str, warnings: list[str]) -> Material:
    extensions = material.get("extensions", {})
    pbr = material.get("pbrMetallicRoughness", {})
    factor, texture = pbr.get("baseColorFactor", (1, 1, 1, 1)), pbr.get("baseColorTexture")
    metallic, roughness = pbr.get("metallicFactor", 1.0), pbr.get("roughnessFactor", 1.0)
    if not pbr.keys() & {"metallicFactor", "roughnessFactor", "metallicRoughnessTexture"}:
        # By the specification this is raw metal; in practice the exporter knew colours only.
        metallic, roughness = 0.0, NO_MATERIAL.roughness
    if "metallicRoughnessTexture" in pbr:
        mean = _texture_mean(data, pbr["metallicRoughnessTexture"], name, warnings)
        if mean is not None:
            # Green is roughness, blue is metalness, both stored linear: undo the sRGB decoding.
            roughness, metallic = roughness * _encoded(mean[0][1]), metallic * _encoded(mean[0][2])
    if gloss := extensions.get("KHR_materials_pbrSpecularGlossiness"):
        factor, texture = gloss.get("diffuseFactor", (1, 1, 1, 1)), gloss.get("diffuseTexture")
        metallic, roughness = 0.0, 1.0 - gloss.get("glossinessFactor", 1.0)
    color: Rgb = (float(factor[0]), float(factor[1]), float(factor[2]))
    alpha = float(factor[3]) if len(factor) > 3 else 1.0
    if texture is not None and (mean := _texture_mean(data, texture, name, warnings)) is not None:
        color = (color[0] * mean[0][0], color[1] * mean[0][1], color[2] * mean[0][2])
        alpha *= mean[1]
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
    )


def _texture_mean(data: GltfData, info: dict[str, Any], name: str, warnings: list[str]) -> tuple[Rgb, float] | None:
    try:
        texture = data.item("textures", info["index"])
        webp = texture.get("extensions", {}).get("EXT_texture_webp", {})
        image = data.item("images", texture.get("source", webp.get("source")))
        if "bufferView" in image:
            return mean_color(data.view(image["bufferView"]))
        return mean_color(data.uri_bytes(str(image["uri"])))
    except (FileFormatError, KeyError) as error:
        warnings.append(f"the texture of material {name!r} is left out: {error}")
        return None


def _unit(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)


def _encoded(linear: float) -> float:
    from archviz.core.tone import linear_to_srgb

    return float(linear_to_srgb(linear))  # type: ignore[arg-type]
