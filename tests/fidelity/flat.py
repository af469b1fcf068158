"""Views drawn by hand: element ids on a plane that faces the camera, so that every answer is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Element, ElementTable, Part
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import DepthMap, IdMap, NormalMap
from archviz.core.material import Material
from archviz.core.size import Size
from archviz.geometry.edges import feature_edges

SKY, WALL, PANE, GROUND, TREE, GLASS = -1, 0, 1, 2, 3, 4
TABLE = ElementTable(
    (
        Element(name="wall", material=0),
        Element(name="pane", material=1, part=Part.OPENING),
        Element(name="ground", material=2, part=Part.GROUND),
        Element(name="tree", material=3, part=Part.SURROUNDINGS),
        Element(name="glass", material=4, part=Part.OPENING),
    ),
    (
        Material(name="plaster"),
        Material(name="dark", base_color=(0.1, 0.1, 0.1)),
        Material(name="grass", base_color=(0.1, 0.3, 0.1)),
        Material(name="leaf", base_color=(0.1, 0.2, 0.1)),
        Material(name="glass", transmission=0.9),
    ),
)


def flat_view(ids: NDArray[np.int32]) -> GBuffer:
    """A view of ids painted on the plane 10 m in front of the camera."""
    size = Size(*ids.shape)
    camera = Camera(position_m=(0, -10, 0), target_m=(0, 0, 0), size=size)
    depth = DepthMap(np.where(ids >= 0, 10.0, np.inf).astype(np.float32))
    normals = NormalMap(((ids >= 0)[..., None] * np.array([0, -1, 0])).astype(np.float32))
    elements = IdMap(ids.astype(np.int32))
    edges = feature_edges(camera, TABLE, depth=depth, normals=normals, elements=elements)
    return GBuffer(camera=camera, table=TABLE, depth=depth, normals=normals, elements=elements, edges=edges)


def wall_in_sky(*, height: int = 160, width: int = 200, margin: int = 40) -> NDArray[np.int32]:
    """Ids of one wall with sky on all sides."""
    ids = np.full((height + 2 * margin, width + 2 * margin), SKY, dtype=np.int32)
    ids[margin:-margin, margin:-margin] = WALL
    return ids


def painted(ids: NDArray[np.int32]) -> NDArray[np.float32]:
    """One colour per id."""
    colors = np.array(
        [[0.8, 0.78, 0.7], [0.15, 0.16, 0.2], [0.3, 0.4, 0.2], [0.1, 0.3, 0.1], [0.5, 0.6, 0.7], [0.45, 0.65, 0.9]],
        dtype=np.float32,
    )
    return colors[ids]


__all__ = ["GLASS", "GROUND", "PANE", "SKY", "TABLE", "TREE", "WALL", "flat_view", "painted", "wall_in_sky"]
