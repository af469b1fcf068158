"""Scenes, their loaders, cameras, G-buffers and surroundings."""

from archviz.geometry.gbuffer import rasterize
from archviz.geometry.isolated import LoadedModel, load_isolated
from archviz.geometry.sniff import sniff_kind
from archviz.geometry.views import VIEW_PRESETS, view_camera

__all__ = ["VIEW_PRESETS", "LoadedModel", "load_isolated", "rasterize", "sniff_kind", "view_camera"]
