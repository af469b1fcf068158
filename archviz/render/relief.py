"""A drawing lifted into space: what its lines show becomes a scene that light and surroundings meet."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Element, ElementTable, Part
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import DepthMap, EdgeMap, IdMap, NormalMap
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.scene import Scene

if TYPE_CHECKING:
    from archviz.sketch import Drawing, Estimate

__all__ = ["RELIEF_TABLE", "Relief", "draw_over", "drawing_notes", "lift", "lift_drawing"]

# What a drawing does not colour: white render, glass, green leaves.
_MATERIALS = (
    Material(name="wall", base_color=(0.62, 0.6, 0.56), roughness=0.8),
    Material(name="glass", base_color=(0.5, 0.55, 0.56), roughness=0.05, transmission=0.9),
    Material(name="leaves", base_color=(0.1, 0.17, 0.045), roughness=0.8, family=TextureFamily.FOLIAGE),
    Material(name="other", base_color=(0.42, 0.4, 0.37), roughness=0.8),
    Material(name="roof", base_color=(0.5, 0.48, 0.45), roughness=0.8),
    Material(name="joint", base_color=(0.36, 0.35, 0.33), roughness=0.8),
    Material(name="frame", base_color=(0.2, 0.19, 0.18), roughness=0.6),
)
RELIEF_TABLE = ElementTable(
    (
        Element(name="wall", material=0, part=Part.BUILDING),
        Element(name="window", material=1, part=Part.OPENING),
        Element(name="plant", material=2, part=Part.SURROUNDINGS),
        Element(name="other", material=3, part=Part.SURROUNDINGS),
        Element(name="roof", material=4, part=Part.BUILDING),
        Element(name="joint", material=5, part=Part.BUILDING),
        Element(name="frame", material=6, part=Part.BUILDING),
    ),
    _MATERIALS,
)
_ROWS = {element.name: row for row, element in enumerate(RELIEF_TABLE.elements)}
# What faces up more than this is a roof or terrace: a pitch of 60 degrees.
_ROOF_UP = 0.5
_CORNER_PX = (0.3, 0.15)
# Over what share of the longer side borders of elements are evened; a window's corner stays one.
_EVEN = 0.0015
# Over how many pixels, and by how much, normals change where two faces meet.
_FOLD_PX, _FOLD = 5, 0.3
# Neighbouring pixels whose depths differ by more than this share are not one surface.
_TORN = 0.06
# Light starts this share of the distance before the relief, whose faces are rougher than real ones;
# a shadow map is biased for the same reason.
_BIAS = 0.006
# A drawing whose building is smaller than this share of it was not understood.
_LEAST_BUILDING = 0.02
# Lines over the square root of the area that they bound: a square's outline has 4.
_LEAST_OUTLINE = 3.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Relief:
    """A drawing in space.

    Parameters
    ----------
    scene
        What stands: walls, windows, plants and other things, seen from one side. No ground.
    camera
        The view it was drawn for, at the picture's size.
    normals
        (H, W, 3) float32 world normals of the estimate, smoother than the relief's own.
    depth
        Depth of what stands; ``inf`` on the ground and in the sky.
    confidence
        Of the building's depth, 0 to 1, the mean of :attr:`archviz.sketch.Estimate.confidence`.
    assumptions
        What was decided in the user's place, in words.
    """

    scene: Scene
    camera: Camera
    normals: NDArray[np.float32]
    depth: DepthMap
    confidence: float
    assumptions: tuple[str, ...]


@functools.lru_cache(maxsize=2)
def lift_drawing(drawing: Drawing, size: Size) -> Relief | None:
    """Lift a drawing that lies in a picture of ``size``; ``None`` where no building is seen in it."""
    from archviz.sketch import estimate_space, extract_lines, extract_small_lines, working_size

    found = estimate_space(extract_small_lines(drawing, working_size(size)))
    return lift(found, extract_lines(drawing, size))


def lift(found: Estimate, lines: EdgeMap) -> Relief | None:
    """A scene and camera from what a drawing shows; ``None`` where no building is seen in it.

    Parameters
    ----------
    found
        The network's estimate, at its working size.
    lines
        (H, W) the drawing's lines at the picture's size, which the relief takes.
    """
    from archviz.sketch import find_perspective, find_vanishing, flatten_regions, integrate_normals, trace_areas

    if not _is_drawn(found, lines):
        return None
    areas = trace_areas(lines)
    scale = lines.size.longer / found.size.longer
    view = find_perspective(found)
    order = None
    if view.camera.basis()[2][2] == 0.0:
        horizon, focal = view.camera.principal_point_px[1], view.camera.focal_px
        order = find_vanishing(areas, focal_px=focal * scale, horizon_px=horizon * scale)
    if order is not None:
        view = find_perspective(found, order.scaled(1 / scale))
    fine = flatten_regions(found, areas, order)
    depth_m = integrate_normals(fine.resized(found.size), view.depth_m, view.camera)
    camera = view.camera.resized(lines.size)
    right, up, forward = camera.basis().astype(np.float32)
    normals = (fine.normals @ np.stack([right, up, -forward])).astype(np.float32)
    grown, elements = _grown(depth_m, lines.size), _elements(fine, normals)
    return Relief(
        scene=_mesh(camera, grown, elements),
        camera=camera,
        normals=normals,
        depth=DepthMap(np.where(elements >= 0, grown, np.inf).astype(np.float32)),
        confidence=float(found.confidence[_own(found)].mean()),
        assumptions=view.assumptions,
    )


def _elements(found: Estimate, normals: NDArray[np.float32]) -> NDArray[np.int64]:
    """(H, W) row of the relief's table for each pixel, -1 on the ground and in the sky."""
    import cv2

    from archviz.sketch import Layer

    names = {Layer.BUILDING: "wall", Layer.OPENING: "window", Layer.PLANT: "plant", Layer.OTHER: "other"}
    rows = np.array([_ROWS[names[layer]] if layer in names else -1 for layer in Layer])
    elements = rows[found.layers.argmax(0)]
    elements[(elements == _ROWS["wall"]) & (normals[..., 2] > _ROOF_UP)] = _ROWS["roof"]
    # The network answers by blocks of pixels: what they fray, their neighbourhood's vote draws even.
    reach = _EVEN * max(elements.shape)
    votes = [cv2.GaussianBlur((elements == row).astype(np.float32), (0, 0), reach) for row in range(-1, len(_ROWS))]
    return np.argmax(votes, axis=0) - 1


def drawing_notes(drawing: Drawing, size: Size, relief: Relief | None) -> tuple[list[str], list[str]]:
    """What was assumed of a drawing in a picture of ``size``, and what is wrong with it, in words."""
    from archviz.sketch import diagnose, place_drawing

    note = place_drawing(drawing.size, size).note
    done = [found.text for found in drawing.findings]
    faults = [text for text in (found.text for found in diagnose(drawing)) if text not in done]
    if relief is None:
        faults.append("no building was recognised in the drawing: its lines alone guide the picture")
    return [text for text in (*done, note, *(relief.assumptions if relief is not None else ())) if text], faults


def _grown(depth_m: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    import cv2

    # Inverse depth is linear on a plane.
    return np.asarray(1.0 / cv2.resize(1.0 / depth_m, (size.width, size.height), interpolation=cv2.INTER_LINEAR))


def _own(found: Estimate) -> NDArray[np.bool_]:
    """(h, w) where the building is."""
    from archviz.sketch import Layer

    return np.isin(found.layers.argmax(0), (Layer.BUILDING, Layer.OPENING))


def _is_drawn(found: Estimate, lines: EdgeMap) -> bool:
    """Whether the drawing's lines bound what the network takes for a building; it sees one on blank paper, too."""
    import cv2

    own = _own(found).astype(np.uint8)
    size = lines.size
    mask = cv2.resize(
        cv2.dilate(own, np.ones((5, 5), np.uint8)), (size.width, size.height), interpolation=cv2.INTER_NEAREST
    )
    drawn = float((lines.array > 0.5)[np.asarray(mask) > 0].sum())
    share = float(own.mean())
    return share > _LEAST_BUILDING and drawn > _LEAST_OUTLINE * np.sqrt(share * size.pixels)


def _mesh(camera: Camera, depth_m: NDArray[np.float32], elements: NDArray[np.int64]) -> Scene:
    """Two triangles between every four pixels' centres, torn where one thing hides another."""
    from scipy.ndimage import distance_transform_edt

    # One pixel more on every side, so that what stands reaches its outline.
    bare = elements < 0
    away, nearest = distance_transform_edt(bare, return_indices=True)
    grown = away < 1.5
    depth_m, elements = depth_m[tuple(nearest)], np.where(grown, elements[tuple(nearest)], -1)
    # A ray through a vertex may slip between its triangles, and the picture's rays run through pixels'
    # centres: the corners stand beside them.
    shift = np.array(_CORNER_PX) / camera.size.longer
    rays = replace(camera, shift=tuple(camera.shift + shift)).ray_directions()
    points = rays * (depth_m / (rays @ camera.basis()[2].astype(np.float32)))[..., None]
    points = points + np.asarray(camera.position_m, dtype=np.float32)
    height, width = elements.shape
    index = np.arange(height * width).reshape(height, width)
    corners = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)
    deep = depth_m.ravel()[corners]
    whole = (elements.ravel()[corners] >= 0).all(axis=1) & (deep.max(1) < (1 + _TORN) * deep.min(1))
    corners = corners[whole]
    owners = elements.ravel()[corners[:, 0]]
    faces = np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])
    return Scene(
        vertices_m=points.reshape(-1, 3),
        faces=faces.astype(np.int32),
        face_elements=np.concatenate([owners, owners]).astype(np.int32),
        table=RELIEF_TABLE,
    )


def _on_faces(own: NDArray[np.bool_], normals: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W) where a line lies on one face of what stands: neither on its outline nor where two faces meet."""
    import cv2

    reach = np.ones((_FOLD_PX, _FOLD_PX), np.uint8)
    bends = np.stack([cv2.morphologyEx(normals[..., axis], cv2.MORPH_GRADIENT, reach) for axis in range(3)])
    inside = cv2.erode(own.astype(np.uint8), reach, borderValue=0) > 0
    return np.asarray(inside & (bends.max(axis=0) < _FOLD))


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
    own = (gbuffer.elements.array >= 0) & (gbuffer.elements.array < len(RELIEF_TABLE.elements))
    normals = np.where(own[..., None], relief.normals, gbuffer.normals.array).astype(np.float32)
    # Lines of the sky are writing and construction; those of the ground are paths and pools.
    drawn = (lines.array > 0.5) & gbuffer.hit
    around = (gbuffer.edges.array > 0.5) & ~own
    elements = gbuffer.elements.array.copy()
    inner = drawn & _on_faces(own, normals)
    for on, made in (("wall", "joint"), ("roof", "joint"), ("window", "frame")):
        elements[inner & (gbuffer.elements.array == _ROWS[on])] = _ROWS[made]
    return replace(
        gbuffer,
        depth=DepthMap(np.where(own, gbuffer.depth.array * np.float32(1 - _BIAS), gbuffer.depth.array)),
        normals=NormalMap(normals),
        elements=IdMap(elements),
        edges=EdgeMap((drawn | around).astype(np.float32)),
    )
