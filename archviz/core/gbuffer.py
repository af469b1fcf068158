"""The G-buffer: what the camera sees, pixel by pixel, before any light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import ElementTable, Part
from archviz.core.maps import ColorMap, DepthMap, EdgeMap, IdMap, NormalMap
from archviz.core.material import FAMILY_CODES
from archviz.core.size import Size

__all__ = ["GBuffer"]


@dataclass(frozen=True, eq=False, kw_only=True)
class GBuffer:
    """Geometry and materials of the nearest surface through each pixel's centre.

    Parameters
    ----------
    camera
        The view; its ``size`` is every map's size.
    table
        Elements and materials that the ids point into.
    depth
        Metric depth along the optical axis.
    normals
        World-space unit normals towards the viewer.
    elements
        Element ids, -1 in the sky.
    edges
        Feature edges, one to two pixels wide.
    textured
        Base colour with the textures of the model; ``None`` where none is seen.
    """

    camera: Camera
    table: ElementTable
    depth: DepthMap
    normals: NormalMap
    elements: IdMap
    edges: EdgeMap
    textured: ColorMap | None = None

    @property
    def size(self) -> Size:
        """The picture's size."""
        return self.camera.size

    @property
    def hit(self) -> NDArray[np.bool_]:
        """(H, W) true where a surface is seen, false in the sky."""
        return self.elements.array >= 0

    def positions_m(self) -> NDArray[np.float32]:
        """(H, W, 3) world position of each pixel's surface [m]; the camera's position where nothing is hit."""
        rays = self.camera.ray_directions()
        forward = self.camera.basis()[2].astype(np.float32)
        depth = np.where(self.hit, self.depth.array, 0.0).astype(np.float32)
        return np.asarray(self.camera.position_m, dtype=np.float32) + rays * (depth / (rays @ forward))[..., None]

    def camera_normals(self) -> NDArray[np.float32]:
        """(H, W, 3) normals along the camera's right, up and towards the viewer; zero in the sky."""
        right, up, forward = self.camera.basis().astype(np.float32)
        return self.normals.array @ np.stack([right, up, -forward], axis=1)

    @property
    def materials(self) -> IdMap:
        """Material ids, -1 in the sky."""
        return IdMap(self._by_element(self.table.element_materials(), -1).astype(np.int32))

    def parts(self) -> NDArray[np.int32]:
        """(H, W) :class:`Part` of each pixel."""
        return self._by_element(self.table.element_parts(), int(Part.SKY)).astype(np.int32)

    def base_color(self) -> ColorMap:
        """Linear base colour, with textures; zero in the sky."""
        if self.textured is not None:
            return self.textured
        return ColorMap(self.material_values("base_color"))

    def material_values(self, name: str) -> NDArray[np.float32]:
        """(H, W) or (H, W, 3) of one material field; zero in the sky."""
        values = self.table.material_values(name)
        return self._by_element(values[self.table.element_materials()], 0.0)

    def families(self) -> NDArray[np.int32]:
        """(H, W) :class:`TextureFamily` of each pixel; -1 in the sky."""
        families = np.array([int(m.family) for m in self.table.materials], dtype=np.int32)
        return self._by_element(families[self.table.element_materials()], -1).astype(np.int32)

    def family_codes(self) -> NDArray[np.float32]:
        """(H, W, 4) texture-family codes; zero in the sky."""
        families = np.array([int(m.family) for m in self.table.materials], dtype=np.int32)
        return self._by_element(FAMILY_CODES[families[self.table.element_materials()]], 0.0)

    def _by_element(self, values: NDArray[np.generic], sky: float) -> NDArray[np.float32]:
        ids = self.elements.array
        fill = np.full((1, *values.shape[1:]), sky, dtype=np.float32)
        # -1 picks the last row: the sky's.
        return np.concatenate([values.astype(np.float32), fill])[ids]
