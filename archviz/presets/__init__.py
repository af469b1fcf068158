"""Presets as data: environments and lightings, with English and Vietnamese names. Numbers and words only."""

from archviz.presets.environment import EnvironmentPreset, environment, environments, read_environments
from archviz.presets.lighting import LightingPreset, lighting, lightings, read_lightings
from archviz.presets.words import Mention, PresetKind, find_mentions

__all__ = [
    "EnvironmentPreset",
    "LightingPreset",
    "Mention",
    "PresetKind",
    "environment",
    "environments",
    "find_mentions",
    "lighting",
    "lightings",
    "read_environments",
    "read_lightings",
]
