"""Presets as data: environments, lightings and cities, with English and Vietnamese names. Numbers and words only."""

from archviz.presets.cities import City, cities, city, find_cities, read_cities
from archviz.presets.environment import EnvironmentPreset, environment, environments, read_environments
from archviz.presets.lighting import LightingPreset, lighting, lightings, read_lightings
from archviz.presets.words import Mention, PresetKind, find_mentions

__all__ = [
    "City",
    "EnvironmentPreset",
    "LightingPreset",
    "Mention",
    "PresetKind",
    "cities",
    "city",
    "environment",
    "environments",
    "find_cities",
    "find_mentions",
    "lighting",
    "lightings",
    "read_cities",
    "read_environments",
    "read_lightings",
]
