"""Presets as data: environments, lightings, materials and cities, named in English and Vietnamese."""

from archviz.presets.cities import City, cities, city, find_cities, read_cities
from archviz.presets.environment import EnvironmentPreset, environment, environments, read_environments
from archviz.presets.lighting import LightingPreset, lighting, lightings, read_lightings
from archviz.presets.material_words import (
    ColorWord,
    Finish,
    MaterialWord,
    Tone,
    find_material_words,
    material_words,
    near_material_names,
)
from archviz.presets.materials import MaterialPreset, find_materials, linear_color, materials
from archviz.presets.words import Mention, PresetKind, find_mentions

__all__ = [
    "City",
    "ColorWord",
    "EnvironmentPreset",
    "Finish",
    "LightingPreset",
    "MaterialPreset",
    "MaterialWord",
    "Mention",
    "PresetKind",
    "Tone",
    "cities",
    "city",
    "environment",
    "environments",
    "find_cities",
    "find_material_words",
    "find_materials",
    "find_mentions",
    "lighting",
    "lightings",
    "linear_color",
    "material_words",
    "materials",
    "near_material_names",
    "read_cities",
    "read_environments",
    "read_lightings",
]
