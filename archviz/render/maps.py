"""The maps of a view: what the engine is given, and what a user may look at or keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.maps import EdgeMap
from archviz.core.size import Size
from archviz.core.tone import linear_to_srgb

__all__ = ["ViewMaps"]

# Twelve hues that neighbours in a table rarely share, for ids made visible.
_HUES = 12


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewMaps:
    """Everything known of a view before diffusion.

    Parameters
    ----------
    size
        The picture's size.
    gbuffer, light
        Of a scene's view, a lifted drawing's too; ``None`` for a drawing without a building and for a
        text with imagined surroundings.
    edges
        A drawing's lines; ``None`` otherwise.
    stack
        (36, H, W) float32 control stack.
    """

    size: Size
    gbuffer: GBuffer | None
    light: LightBuffer | None
    edges: EdgeMap | None
    stack: NDArray[np.float32]

    def arrays(self) -> dict[str, NDArray[np.float32] | NDArray[np.int32]]:
        """Name -> (H, W) or (H, W, C) array with its true values: metres, unit normals, ids, linear colour."""
        found: dict[str, NDArray[np.float32] | NDArray[np.int32]] = {}
        if self.gbuffer is not None:
            view = self.gbuffer
            found |= {
                "depth": view.depth.array,
                "normals": view.normals.array,
                "elements": view.elements.array,
                "materials": view.materials.array,
                "parts": view.parts(),
                "base_color": view.base_color().array,
                "roughness": view.material_values("roughness"),
                "metallic": view.material_values("metallic"),
                "transmission": view.material_values("transmission"),
                "edges": view.edges.array,
            }
        elif self.edges is not None:
            found["edges"] = self.edges.array
        if self.light is not None:
            found |= {
                "sun_visible": self.light.sun_visible.array,
                "sun_shading": self.light.sun_shading.array,
                "ambient_occlusion": self.light.ambient_occlusion.array,
                "emission": self.light.emission.array,
                "deferred": self.light.deferred.array,
            }
        return found

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """Name -> (H, W) or (H, W, 3) uint8 picture of each array, near = white for depth."""
        pictures = {name: self._picture(name, array) for name, array in self.arrays().items()}
        return {name: (np.clip(p, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8) for name, p in pictures.items()}

    def _picture(self, name: str, array: NDArray[np.float32] | NDArray[np.int32]) -> NDArray[np.float32]:
        if name == "depth" and self.gbuffer is not None:
            return self.gbuffer.depth.near_white()
        if name == "normals":
            return np.where(np.any(array, axis=-1, keepdims=True), array * 0.5 + 0.5, 0.0).astype(np.float32)
        if name == "base_color":
            return linear_to_srgb(array.astype(np.float32))
        if array.dtype == np.int32:
            return _id_colors(array.astype(np.int32))
        return array.astype(np.float32)


def _id_colors(ids: NDArray[np.int32]) -> NDArray[np.float32]:
    """A colour for each id; -1 black."""
    # The golden ratio spreads consecutive ids over the hues.
    phase = (ids[..., None] * 0.618034 + np.array([0.0, 1 / 3, 2 / 3])) % 1.0
    level = 1.0 - 0.15 * (ids[..., None] // _HUES % 3)
    color = (0.25 + 0.75 * np.abs(2.0 * phase - 1.0)) * level
    return np.where(ids[..., None] >= 0, color, 0.0).astype(np.float32)
