"""Procedural surroundings: terrain, water, roads, neighbours, plants, people and lamps, by seed."""

from archviz.geometry.surroundings.build import Surroundings, build_surroundings
from archviz.geometry.surroundings.figures import Figure
from archviz.geometry.surroundings.landscape import build_landscape, landscape_camera
from archviz.geometry.surroundings.planting import Plant
from archviz.geometry.surroundings.spec import Planting, SurroundingsSpec

__all__ = [
    "Figure",
    "Plant",
    "Planting",
    "Surroundings",
    "SurroundingsSpec",
    "build_landscape",
    "build_surroundings",
    "landscape_camera",
]
