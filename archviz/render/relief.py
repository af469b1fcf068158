"""A drawing lifted into space: what its lines show becomes a scene that light and surroundings meet."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.maps import DepthMap, EdgeMap
from archviz.core.size import Size
from archviz.geometry.scene import Scene
from archviz.render.relief_elements import bodies_of, elements_of, is_own, paved_share, resized
from archviz.render.relief_table import BODIES, RELIEF_TABLE

if TYPE_CHECKING:
    from archviz.sketch import Drawing, Estimate

__all__ = ["Relief", "drawing_notes", "lift", "lift_drawing"]

# Share of a pixel's neighbours that must be of its body for its depth to be theirs.
_LEAST_WEIGHT = 0.05
_CORNER_PX = (0.3, 0.15)
# How many times finer than the picture a drawing is read, or close lines would run into one another; and no finer
# than this longer side.
_FINER, _FINEST_PX = 2, 1536
# Share of the picture that paths and terraces have.
_PATHS = 0.005
# Share of the building that is nearer than where its paths end [percent].
_FARTHEST = 95
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
    elements
        (H, W) row of :data:`archviz.render.relief_table.RELIEF_TABLE` of what stands; -1 on the ground and in the sky.
    depth
        Depth of what stands; ``inf`` on the ground and in the sky.
    ink, strokes
        (H, W) float32 share of each pixel that lies under a straight thin line, and under any.
    paved
        (H, W) float32 share of each pixel that is paved ground.
    confidence
        Of the building's depth, 0 to 1, the mean of :attr:`archviz.sketch.Estimate.confidence`.
    assumptions
        What was decided in the user's place, in words.
    """

    scene: Scene
    camera: Camera
    normals: NDArray[np.float32]
    elements: NDArray[np.int64]
    depth: DepthMap
    ink: NDArray[np.float32]
    strokes: NDArray[np.float32]
    paved: NDArray[np.float32]
    confidence: float
    assumptions: tuple[str, ...]

    @property
    def has_paths(self) -> bool:
        """Whether paths or terraces were drawn, and not some patch of the ground alone."""
        return float(self.paved.mean()) > _PATHS


@functools.lru_cache(maxsize=2)
def lift_drawing(drawing: Drawing, size: Size) -> Relief | None:
    """Lift a drawing that lies in a picture of ``size``; ``None`` where no building is seen in it."""
    from archviz.sketch import closer_size, estimate_space, extract_lines, extract_small_lines, working_size

    found = estimate_space(extract_small_lines(drawing, working_size(size)))
    closer = closer_size(size)
    if drawing.size.longer >= closer.longer:
        found = found.seen_closer(estimate_space(extract_small_lines(drawing, closer)))
    fine = size.with_longer(max(size.longer, min(_FINER * size.longer, _FINEST_PX)))
    return lift(found, extract_lines(drawing, fine), size)


def lift(found: Estimate, lines: EdgeMap, size: Size | None = None) -> Relief | None:
    """A scene and camera from what a drawing shows; ``None`` where no building is seen in it.

    Parameters
    ----------
    found
        The network's estimate, at its working size.
    lines
        The drawing's lines, finer than the picture or as fine: close lines stay apart.
    size
        The picture's, which the relief takes; the lines' where it is not given.
    """
    from archviz.sketch import (
        drawn_ink,
        find_perspective,
        find_vanishing,
        flatten_regions,
        integrate_normals,
        trace_areas,
        verticals_stay,
    )

    if not _is_drawn(found, lines):
        return None
    size = size or lines.size
    areas = trace_areas(lines, finer=lines.size.longer / size.longer)
    scale = lines.size.longer / found.size.longer
    view = find_perspective(found)
    tilt = float(np.arcsin(-view.camera.basis()[2][2]))
    if tilt and verticals_stay(areas, tilt=tilt, focal_px=view.camera.focal_px * scale):
        view, tilt = find_perspective(found, upright=True), 0.0
    order = None
    if not tilt:
        horizon, focal = view.camera.principal_point_px[1], view.camera.focal_px
        order = find_vanishing(areas, focal_px=focal * scale, horizon_px=horizon * scale)
    if order is not None:
        view = find_perspective(found, order.scaled(1 / scale))
    fine = flatten_regions(found, areas, order)
    depth_m = integrate_normals(fine.resized(found.size), view.depth_m, view.camera)
    camera = view.camera.resized(size)
    right, up, forward = camera.basis().astype(np.float32)
    normals = (fine.normals @ np.stack([right, up, -forward])).astype(np.float32)
    elements = elements_of(fine, normals, areas, order, size)
    grown = _grown(depth_m, bodies_of(fine.resized(found.size)), BODIES[elements])
    normals = resized(normals, size)
    return Relief(
        scene=_mesh(camera, grown, elements),
        camera=camera,
        normals=normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), np.float32(1e-6)),
        elements=elements,
        depth=DepthMap(grown),
        ink=drawn_ink(lines, size, straight=True),
        strokes=drawn_ink(lines, size),
        paved=paved_share(fine, areas, camera, float(np.percentile(depth_m[is_own(found)], _FARTHEST))),
        confidence=float(found.confidence[is_own(found)].mean()),
        assumptions=view.assumptions,
    )


def _grown(depth_m: NDArray[np.float32], bodies: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.float32]:
    """Depth at a larger size: of each body from that body alone, ``inf`` where none is wanted.

    Parameters
    ----------
    depth_m
        (h, w) depth [m].
    bodies
        (h, w) what it is the depth of; -1 where nothing stands.
    wanted
        (H, W) the same at the larger size.
    """
    from scipy.ndimage import distance_transform_edt

    size = Size(height=wanted.shape[0], width=wanted.shape[1])
    made = np.full(wanted.shape, np.inf, dtype=np.float32)
    for body in np.unique(wanted[wanted >= 0]):
        here = bodies == body
        if not here.any():
            here = bodies >= 0
        weight = resized(here.astype(np.float32), size)
        # Inverse depth is linear on a plane.
        inverse = resized(np.where(here, 1.0 / depth_m, 0.0).astype(np.float32), size)
        near = weight > _LEAST_WEIGHT
        filled = np.where(near, inverse / np.maximum(weight, _LEAST_WEIGHT), 0.0)
        nearest = distance_transform_edt(~near, return_distances=False, return_indices=True)
        own = wanted == body
        made[own] = 1.0 / filled[tuple(nearest)][own]
    return made


def drawing_notes(drawing: Drawing, size: Size, relief: Relief | None) -> tuple[list[str], list[str]]:
    """What was assumed of a drawing in a picture of ``size``, and what is wrong with it, in words."""
    from archviz.sketch import diagnose, place_drawing

    note = place_drawing(drawing.size, size).note
    done = [found.text for found in drawing.findings]
    faults = [text for text in (found.text for found in diagnose(drawing)) if text not in done]
    if relief is None:
        faults.append("no building was recognised in the drawing: its lines alone guide the picture")
    return [text for text in (*done, note, *(relief.assumptions if relief is not None else ())) if text], faults


def _is_drawn(found: Estimate, lines: EdgeMap) -> bool:
    """Whether the drawing's lines bound what the network takes for a building; it sees one on blank paper, too."""
    import cv2

    own = is_own(found).astype(np.uint8)
    size = lines.size
    mask = cv2.resize(
        cv2.dilate(own, np.ones((5, 5), np.uint8)), (size.width, size.height), interpolation=cv2.INTER_NEAREST
    )
    drawn = float((lines.array > 0.5)[np.asarray(mask) > 0].sum())
    share = float(own.mean())
    return share > _LEAST_BUILDING and drawn > _LEAST_OUTLINE * np.sqrt(share * size.pixels)


def _mesh(camera: Camera, depth_m: NDArray[np.float32], elements: NDArray[np.int64]) -> Scene:
    """Two triangles between every four pixels' centres of one body, each a pixel larger than it is seen."""
    from scipy.ndimage import distance_transform_edt

    # A ray through a vertex may slip between its triangles, and the picture's rays run through pixels'
    # centres: the corners stand beside them.
    shift = np.array(_CORNER_PX) / camera.size.longer
    rays = replace(camera, shift=tuple(camera.shift + shift)).ray_directions()
    rays = rays / (rays @ camera.basis()[2].astype(np.float32))[..., None]
    height, width = elements.shape
    index = np.arange(height * width).reshape(height, width)
    quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)
    bodies = BODIES[elements]
    vertices, faces, owners, count = [], [], [], 0
    for body in np.unique(bodies[bodies >= 0]):
        away, nearest = distance_transform_edt(bodies != body, return_indices=True)
        reached = (away < 1.5).ravel()
        deep, own = depth_m[tuple(nearest)].ravel(), elements[tuple(nearest)].ravel()
        corners = quads[reached[quads].all(axis=1)]
        used, corners = np.unique(corners, return_inverse=True)
        corners = corners.reshape(-1, 4)
        vertices.append(rays.reshape(-1, 3)[used] * deep[used, None])
        faces.append(count + np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]]))
        owners.append(np.tile(own[used][corners[:, 0]], 2))
        count += len(used)
    return Scene(
        vertices_m=np.concatenate(vertices) + np.asarray(camera.position_m, dtype=np.float32),
        faces=np.concatenate(faces).astype(np.int32),
        face_elements=np.concatenate(owners).astype(np.int32),
        table=RELIEF_TABLE,
    )
