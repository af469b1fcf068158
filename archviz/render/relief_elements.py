"""What each pixel of a drawing shows: rows of the relief's table for what stands, and where the ground is paved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.size import Size
from archviz.render.relief_table import BODIES, ROWS

if TYPE_CHECKING:
    from archviz.sketch import Areas, Estimate, Vanishing

__all__ = ["bodies_of", "elements_of", "is_own", "paved_share", "resized"]

# What faces up more than this is a roof or terrace: a pitch of 60 degrees.
_ROOF_UP = 0.5
# Over what share of the longer side borders of elements are evened; a window's corner stays one.
_EVEN = 0.0015
# Share of the longer side that bars between panes are narrower than, and windows wider.
_BAR = 0.006
# Share of the longer side that a window's frame is narrower than.
_FRAME = 0.009
# Share of the picture that a hole in what stands is smaller than.
_HOLE = 0.004


def elements_of(
    found: Estimate, normals: NDArray[np.float32], areas: Areas, order: Vanishing | None, size: Size
) -> NDArray[np.int64]:
    """(H, W) row of the relief's table for each pixel of ``size``, -1 on the ground and in the sky."""
    import cv2

    from archviz.sketch import frames_around, square_windows

    elements = _standing_rows()[found.layers.argmax(0)]
    elements[(elements == ROWS["wall"]) & (normals[..., 2] > _ROOF_UP)] = ROWS["roof"]
    bar_px = max(3, round(_BAR * max(elements.shape)))
    elements[_filled(elements >= 0, bar_px) & (elements < 0)] = ROWS["wall"]
    if order is not None:
        built = np.isin(elements, [ROWS["wall"], ROWS["window"], ROWS["roof"]])
        panes = square_windows(elements == ROWS["window"], found.normals, order, bar_px=bar_px)
        elements[elements == ROWS["window"]] = ROWS["wall"]
        frames = frames_around(panes, areas, frame_px=round(_FRAME * max(elements.shape)))
        elements[built & panes] = ROWS["window"]
        elements[built & frames] = ROWS["frame"]
    # The network answers by blocks of pixels: what they fray, their neighbourhood's vote draws even.
    reach = _EVEN * max(elements.shape)
    votes = [cv2.GaussianBlur((elements == row).astype(np.float32), (0, 0), reach) for row in range(-1, len(ROWS))]
    return np.argmax([resized(vote, size) for vote in votes], axis=0) - 1


def paved_share(found: Estimate, areas: Areas, camera: Camera, farthest_m: float) -> NDArray[np.float32]:
    """(H, W) share of each of the camera's pixels that is paved, no farther away than the building reaches."""
    from archviz.sketch import Layer, paved_ground

    height, width = areas.labels.shape
    rays = camera.resized(Size(height=height, width=width)).ray_directions()
    falling = np.maximum(-rays[..., 2], np.float32(1e-6))
    depth_m = camera.position_m[2] / falling * (rays @ camera.basis()[2].astype(np.float32))
    paved = paved_ground(areas, (found.layers.argmax(0) == Layer.GROUND) & (depth_m < farthest_m))
    return resized(paved.astype(np.float32), camera.size)


def _filled(standing: NDArray[np.bool_], bar_px: int) -> NDArray[np.bool_]:
    """What stands without its small holes and slits: a strip between two lines is no sky."""
    import cv2

    closed = cv2.morphologyEx(standing.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((bar_px, bar_px), np.uint8))
    _, holes, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < _HOLE * standing.size
    small[0] = True
    return np.asarray(small[holes])


def bodies_of(found: Estimate) -> NDArray[np.int64]:
    """(h, w) the body of each pixel; -1 on the ground and in the sky."""
    return np.asarray(BODIES[_standing_rows()][found.layers.argmax(0)])


def _standing_rows() -> NDArray[np.int64]:
    """(6,) row of the relief's table of each layer; -1 for ground and sky."""
    from archviz.sketch import Layer

    names = {Layer.BUILDING: "wall", Layer.OPENING: "window", Layer.PLANT: "plant", Layer.OTHER: "other"}
    return np.array([ROWS[names[layer]] if layer in names else -1 for layer in Layer])


def is_own(found: Estimate) -> NDArray[np.bool_]:
    """(h, w) where the building is."""
    from archviz.sketch import Layer

    return np.isin(found.layers.argmax(0), (Layer.BUILDING, Layer.OPENING))


def resized(array: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    """Larger by interpolation, smaller by the mean over each pixel."""
    import cv2

    how = cv2.INTER_AREA if array.shape[0] > size.height else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(array, (size.width, size.height), interpolation=how))
