"""Wavefront MTL: the materials of an OBJ file."""

from __future__ import annotations

import math
import re

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.material import Material
from archviz.core.tone import srgb_to_linear
from archviz.geometry.loaders.folder import ModelFolder
from archviz.geometry.loaders.raw import transmission_of
from archviz.geometry.texture import Texture

__all__ = ["read_mtl"]

# Options of a texture statement and how many values follow each at most.
_MAP_OPTION = re.compile(
    r"-(?:(?:blendu|blendv|cc|clamp|imfchan|texres|bm|boost|type)\s+\S+|mm\s+\S+\s+\S+"
    r"|[ost]\s+[-+.\deE]+(?:\s+[-+.\deE]+){0,2})\s+"
)
# Blender's exporter writes Ns = 1000 (1 - roughness)^2; others stay below 1000 as the manual says.
_SHININESS_MAX = 1000.0


def read_mtl(
    data: bytes, folder: ModelFolder, warnings: list[str], textures: dict[str, Texture]
) -> dict[str, Material]:
    """Materials of a library by name.

    Parameters
    ----------
    data
        The library's bytes.
    folder
        Where its textures lie.
    warnings
        Gets a sentence for each texture that cannot be read.
    textures
        Gets each picture by its key.

    Raises
    ------
    FileFormatError
        A number is broken.
    """
    blocks: dict[str, dict[str, str]] = {}
    values: dict[str, str] | None = None
    for line in data.decode("utf-8", errors="replace").splitlines():
        key, _, rest = line.replace("\t", " ").strip().partition(" ")
        if key.lower() == "newmtl":
            values = blocks.setdefault(rest.strip(), {})
        elif values is not None and key:
            values[key.lower()] = rest.strip()
    materials = {}
    for name, block in blocks.items():
        try:
            materials[name] = _material(name, block, folder, warnings, textures)
        except (ValueError, IndexError, OptionError) as error:
            raise FileFormatError(f"material {name!r} in the material library is broken: {error}") from error
    return materials


def _material(
    name: str, values: dict[str, str], folder: ModelFolder, warnings: list[str], textures: dict[str, Texture]
) -> Material:
    color = _color(values.get("kd", "0.8 0.8 0.8"))
    alpha = float(values["d"].split()[-1]) if "d" in values else 1.0 - float(values.get("tr", "0"))
    key = ""
    if "map_kd" in values:
        texture = _MAP_OPTION.sub("", values["map_kd"] + " ").strip()
        found = folder.texture(texture)
        if found is None:
            warnings.append(f"texture {texture!r} is missing or cannot be read; {name!r} has its plain colour")
        else:
            # Some exporters leave Kd black where a texture stands for it.
            tint = color if max(color) > 0 else (1.0, 1.0, 1.0)
            color = (found.mean[0] * tint[0], found.mean[1] * tint[1], found.mean[2] * tint[2])
            key = found.kept_in(textures, warnings)
    shininess = min(max(float(values.get("ns", "90")), 0.0), _SHININESS_MAX)
    roughness = float(values["pr"]) if "pr" in values else 1.0 - math.sqrt(shininess / _SHININESS_MAX)
    return Material(
        name=name,
        base_color=color,
        roughness=min(max(roughness, 0.0), 1.0),
        metallic=min(max(float(values.get("pm", "0")), 0.0), 1.0),
        transmission=transmission_of(alpha),
        emission=_color(values.get("ke", "0 0 0")),
        texture=key,
    )


def _color(text: str) -> tuple[float, float, float]:
    """sRGB numbers, one or three of them, as linear light."""
    numbers = [min(max(float(n), 0.0), 1.0) for n in text.split()[:3]]
    r, g, b = (float(c) for c in srgb_to_linear(tuple(numbers * 3)[:3] if len(numbers) == 1 else tuple(numbers)))
    return r, g, b
