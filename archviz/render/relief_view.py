"""What the camera of a lifted drawing sees: its own maps and lines, among what stands around it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import ColorMap, DepthMap, EdgeMap, IdMap, NormalMap
from archviz.render.relief import Relief
from archviz.render.relief_table import BODIES, ROWS

__all__ = ["draw_over"]

# Over how many pixels, and by how much, normals change where two faces meet.
_FOLD_PX, _FOLD = 5, 0.3
# Light starts this share of the distance before the relief, whose faces are rougher than real ones;
# a shadow map is biased for the same reason.
_BIAS = 0.006
# What stands nearer than the relief by less than this share is the ground at its foot.
_BEFORE = 0.02
# How much darker the ground or a crown is under a line.
_KERB = 0.5
# Share of a pixel from which on it is of a path.
_MOSTLY_PAVED = 0.5
# How strong a line is where faces meet, and how much of a pixel it covers to be what is seen there.
_INK_ON_FOLDS, _MOSTLY_INK = 0.8, 0.3


def draw_over(gbuffer: GBuffer, relief: Relief, lines: EdgeMap) -> GBuffer:
    """A view of the relief in its surroundings, with the drawing's own lines and smooth normals.

    A line on a face is a joint of it, and one in a window a frame: a drawing says no more of it, and without a colour
    of its own it would be lost.

    Parameters
    ----------
    gbuffer
        What the relief's camera sees of the relief (the first elements) and its surroundings.
    relief
        The drawing in space.
    lines
        (H, W) the drawing's lines at the picture's size.
    """
    from scipy.ndimage import distance_transform_edt

    seen = gbuffer.elements.array
    parts = gbuffer.parts()
    # Blades of grass at its foot are drawn nowhere.
    before = (seen >= len(ROWS)) & (parts != int(Part.GROUND))
    # And what was drawn around the building stands before what was not; only it was cleared of that.
    before &= BODIES[relief.elements] == BODIES[ROWS["wall"]]
    hidden = before & (gbuffer.depth.array < (1 - _BEFORE) * relief.depth.array)
    # Its faces are a pixel larger than it is; there is seen what is seen beside it.
    own = (relief.elements >= 0) & ~hidden
    margin = (seen >= 0) & (seen < len(ROWS)) & ~own
    beside = tuple(distance_transform_edt(own | margin, return_distances=False, return_indices=True))
    standing = np.where(own, relief.elements, seen[beside])
    depth = np.where(own, relief.depth.array * np.float32(1 - _BIAS), gbuffer.depth.array[beside])
    normals = np.where(own[..., None], relief.normals, gbuffer.normals.array[beside]).astype(np.float32)
    # Lines of the sky are writing and construction; those of the ground are paths and pools.
    drawn = (lines.array > 0.5) & (standing >= 0)
    around = (gbuffer.edges.array > 0.5) & ~own & ~margin
    elements = standing.copy()
    # Where faces meet or end, light tells them apart as well.
    ink = relief.ink * np.where(_on_faces(own, normals), np.float32(1.0), np.float32(_INK_ON_FOLDS))
    materials = gbuffer.table.material_values("base_color")[gbuffer.table.element_materials()]
    colors = np.where(own[..., None], materials[standing], gbuffer.base_color().array[beside])
    ground = (parts[beside] == int(Part.GROUND)) & ~own
    paved = np.where(ground, relief.paved, np.float32(0.0))
    colors = colors + paved[..., None] * (materials[ROWS["paving"]] - colors)
    elements[paved > _MOSTLY_PAVED] = ROWS["paving"]
    normals[paved > _MOSTLY_PAVED] = (0.0, 0.0, 1.0)
    # On the ground a line is a kerb, the border of a path; in a crown the shade between its leaves.
    shaded = ground | (standing == ROWS["plant"])
    colors = np.where(shaded[..., None], colors * (1 - _KERB * relief.strokes[..., None]), colors)
    for on, made in (("wall", "joint"), ("roof", "joint"), ("other", "joint"), ("window", "frame")):
        face = standing == ROWS[on]
        colors = np.where(face[..., None], colors + ink[..., None] * (materials[ROWS[made]] - colors), colors)
        elements[face & (ink > _MOSTLY_INK)] = ROWS[made]
    return replace(
        gbuffer,
        depth=DepthMap(depth),
        normals=NormalMap(normals),
        elements=IdMap(elements.astype(np.int32)),
        textured=ColorMap(colors.astype(np.float32)),
        edges=EdgeMap((drawn | around).astype(np.float32)),
    )


def _on_faces(own: NDArray[np.bool_], normals: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W) where a line lies on one face of what stands: neither on its outline nor where two faces meet."""
    import cv2

    reach = np.ones((_FOLD_PX, _FOLD_PX), np.uint8)
    bends = np.stack([cv2.morphologyEx(normals[..., axis], cv2.MORPH_GRADIENT, reach) for axis in range(3)])
    inside = cv2.erode(own.astype(np.uint8), reach, borderValue=0) > 0
    return np.asarray(inside & (bends.max(axis=0) < _FOLD))
