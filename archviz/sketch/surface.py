"""A smooth, flat-faced surface from a network's estimate: what is known of buildings, and lines do not say.

Between closed lines a drawing shows one thing, and mostly one flat face of it. So each region between
lines votes for its layer and its normal, and depth is integrated from the normals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.sketch.estimate import BLOCK_PX, Estimate, Layer
from archviz.sketch.layers import agreed_layers, corrected_votes
from archviz.sketch.segments import part_areas
from archviz.sketch.vanishing import Areas, Vanishing, face_areas, wall_normals

__all__ = ["flatten_regions", "integrate_normals"]

# Cosines between the lines' normal and the network's: what contradicts, and what is as good as the same.
_CONTRADICTED, _NEARLY = 0.2, 0.8
# Length of the mean of unit normals: 0.96 is a spread of about 16 degrees.
_FLAT = 0.96
_LEAST_REGION_PX = 12
# What is smaller goes with what lies within this share of the longer side.
_SPECK = 0.01
# A segment smaller than this share of the picture is part of the wall it lies on, if that is as near as the second.
_SMALL_SHARE, _NEAR_SHARE = 0.002, 0.015
# Over what share of the height two walls vote where their corner is.
_CORNER = 0.25
_SOLID = (Layer.BUILDING, Layer.OPENING, Layer.PLANT, Layer.OTHER)

# How strongly the network's own depth holds the integrated one, against one step between neighbours.
_DEPTH_WEIGHT = 2e-3
# A step that contradicts the normals by more than this share of depth is an outline, not a surface.
_OUTLINE = 0.02
_ROUNDS, _ITERATIONS = 3, 80
# A face seen more edge-on than this has a normal that says nothing of its depth.
_STEEPEST = 0.08


def flatten_regions(found: Estimate, areas: Areas, order: Vanishing | None) -> Estimate:
    """The estimate at the size of the drawing, one layer and one normal for each segment of it that agrees on them.

    Parameters
    ----------
    found
        The network's estimate, at any size of the same aspect.
    areas
        The drawing's areas at the picture's size.
    order
        Its vanishing points, which tell the normals of walls exactly; ``None`` leaves them to the network.
    """
    import cv2
    from scipy.ndimage import distance_transform_edt

    height, width = areas.labels.shape

    def grown(array: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.resize(array, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)

    # The network answers in blocks of pixels; their pattern is no part of the building.
    block = (BLOCK_PX + 1, BLOCK_PX + 1)
    layers = np.stack([grown(layer) for layer in found.layers])
    normals = _unit(grown(cv2.blur(found.normals, block)))
    segments, area_of = part_areas(areas)
    regions = segments.ravel()
    sizes = np.bincount(regions)
    votes = _means(layers.reshape(len(layers), -1), regions, sizes)
    mean = _means(normals.reshape(-1, 3).T, regions, sizes)
    # Segment 0 is the ink, which belongs to whatever lies nearest; and so do specks.
    told = sizes >= _LEAST_REGION_PX
    told[0] = False
    away, nearest = distance_transform_edt(~told[segments], return_indices=True)
    owner = np.where(away < _SPECK * max(height, width), segments[tuple(nearest)], segments)
    votes = corrected_votes(votes, areas, segments, area_of, owner)
    flat = (np.linalg.norm(mean, axis=0) > _FLAT) & told
    facing = _unit(mean.T)
    facing_of = owner
    wall = np.zeros(len(sizes), np.int64)
    if order is not None:
        own = np.isin(votes.argmax(axis=0), (Layer.BUILDING, Layer.OPENING)) & told
        drawn, exact = _drawn_faces(facing, areas, area_of, _columns(segments, sizes), order)
        facing = np.where((own & drawn)[:, None], exact, facing)
        flat |= own & drawn
        upright = flat & own & (facing[:, 1] == 0)
        facing_of = _on_walls(owner, upright, sizes)
        wall = np.where(upright, 1 + _bundle(facing, order), 0)
    normals = np.where(flat[facing_of][..., None], facing[facing_of], normals).astype(np.float32)
    if order is not None:
        normals = _upright_corners(normals, wall[facing_of], order)
    return Estimate(
        layers=agreed_layers(layers, votes, owner, told, sizes),
        depth=grown(cv2.medianBlur(found.depth, BLOCK_PX + 1)),
        normals=normals,
        confidence=grown(found.confidence),
    )


def _drawn_faces(
    facing: NDArray[np.float32],
    areas: Areas,
    area_of: NDArray[np.int32],
    columns: NDArray[np.float64],
    order: Vanishing,
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which segments face as the lines around them, or the order's walls and floors, say; and how those face exactly.

    Parameters
    ----------
    facing
        (n, 3) normals of the segments by the network.
    areas, area_of
        The drawing's areas, and (n,) which of them each segment is part of.
    columns
        (n,) of the segments' middles [px].
    order
        The drawing's vanishing points.
    """
    bounded, exact = (found[area_of] for found in face_areas(areas, order))
    # A hipped roof is bounded as a floor is, and so is hatching: the network must not contradict.
    bounded &= (exact * facing).sum(axis=1) > np.where(exact[:, 1] == 0, _CONTRADICTED, _NEARLY)
    near, nearest = _nearest_face(facing, columns, order, areas.labels.shape[1])
    return bounded | near, np.where(bounded[:, None], exact, nearest)


def _on_walls(owner: NDArray[np.int32], walls: NDArray[np.bool_], sizes: NDArray[np.int64]) -> NDArray[np.int32]:
    """Each small segment, a mullion, a pane or hatching, given to the nearest of the larger walls."""
    from scipy.ndimage import distance_transform_edt

    small = sizes < _SMALL_SHARE * owner.size
    large = walls & ~small
    if not large.any():
        return owner
    away, nearest = distance_transform_edt(~large[owner], return_indices=True)
    near = small[owner] & (away < _NEAR_SHARE * max(owner.shape))
    return np.where(near, owner[tuple(nearest)], owner)


def _bundle(facing: NDArray[np.float32], order: Vanishing) -> NDArray[np.int64]:
    """(n,) which of the order's two bundles a wall runs along, by its normal."""
    angles = np.radians(np.asarray(order.azimuths_deg))
    across = np.stack([np.cos(angles), np.sin(angles)])
    return np.asarray(np.abs(facing[:, [0, 2]] @ across).argmax(axis=1))


def _upright_corners(normals: NDArray[np.float32], wall: NDArray[np.int64], order: Vanishing) -> NDArray[np.float32]:
    """Normals with walls that meet in columns: a corner of a building is upright.

    Parameters
    ----------
    normals
        (H, W, 3) of each pixel.
    wall
        (H, W) 1 or 2 on walls of the order's first or second bundle, 0 elsewhere.
    order
        The drawing's vanishing points.
    """
    import cv2

    height, width = wall.shape
    tall = (1, max(3, round(_CORNER * height)) | 1)
    votes = [cv2.boxFilter((wall == row).astype(np.float32), -1, tall, normalize=False) for row in (1, 2)]
    meant = np.where(votes[1] > votes[0], 1, 0)
    faces = wall_normals(order, np.arange(width, dtype=np.float64) + 0.5, width)[np.arange(width)[None], meant]
    return np.where((wall > 0)[..., None], faces, normals).astype(np.float32)


def _nearest_face(
    facing: NDArray[np.float32], columns: NDArray[np.float64], order: Vanishing, width: int
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which segments face nearly as the order's walls or its floors do, and how those face exactly."""
    walls = wall_normals(order, columns, width)
    level = np.broadcast_to([0.0, 1.0, 0.0], (len(columns), 1, 3))
    faces = np.concatenate([walls, level], axis=1)
    cosines = (faces * facing[:, None]).sum(axis=2)
    best = cosines.argmax(axis=1)
    rows = np.arange(len(columns))
    return cosines[rows, best] > _NEARLY, faces[rows, best]


def _columns(segments: NDArray[np.int32], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) column of each segment's middle [px]."""
    columns = np.broadcast_to(np.arange(segments.shape[1], dtype=np.float32) + 0.5, segments.shape)
    return _means(columns.reshape(1, -1), segments.ravel(), sizes)[0]


def _means(values: NDArray[np.float32], regions: NDArray[np.int32], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k, n_regions) mean of each row of ``values`` over each region."""
    sums = [np.bincount(regions, weights=row, minlength=len(sizes)) for row in values]
    return np.stack(sums) / np.maximum(sizes, 1)


def _unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)).astype(np.float32)


def integrate_normals(found: Estimate, depth_m: NDArray[np.float32], camera: Camera) -> NDArray[np.float32]:
    """Depth that follows the normals, and the network's depth where they do not tell.

    Least squares on the logarithm of depth, as in perspective normal integration (Durou et al., "Normal
    Integration: A Survey", 2018), weighed again after each round so that an outline may stay a step.

    Parameters
    ----------
    found
        Layers and normals, at the camera's size.
    depth_m
        (h, w) first depth [m].
    camera
        The view.

    Returns
    -------
    ndarray
        (h, w) float32 [m]; unchanged on ground and sky.
    """
    from scipy.sparse import coo_matrix, diags
    from scipy.sparse.linalg import cg

    layer = found.layers.argmax(0)
    solid = np.isin(layer, _SOLID)
    if solid.sum() < 2:
        return depth_m
    # Walls and windows are one body; each other layer is its own.
    body = np.where(layer == Layer.OPENING, Layer.BUILDING, layer)
    slopes = _log_slopes(found.normals, camera)
    row = np.full(solid.shape, -1, dtype=np.int64)
    row[solid] = np.arange(int(solid.sum()))
    first, second, wanted = [], [], []
    for axis, slope in enumerate(slopes):
        a, b = np.s_[:, :-1] if axis == 0 else np.s_[:-1, :], np.s_[:, 1:] if axis == 0 else np.s_[1:, :]
        joined = solid[a] & solid[b] & (body[a] == body[b])
        first.append(row[a][joined])
        second.append(row[b][joined])
        wanted.append(0.5 * (slope[a] + slope[b])[joined])
    left, right, step = (np.concatenate(part) for part in (first, second, wanted))
    pairs = np.arange(len(left))
    difference = coo_matrix(
        (np.concatenate([-np.ones(len(left)), np.ones(len(left))]),
         (np.concatenate([pairs, pairs]), np.concatenate([left, right]))),
        shape=(len(left), int(solid.sum())),
    ).tocsr()  # fmt: skip
    start = np.log(depth_m[solid].astype(np.float64))
    hold = _DEPTH_WEIGHT * (0.1 + found.confidence[solid].astype(np.float64))
    solved = start
    weight = np.ones(len(left))
    for _ in range(_ROUNDS):
        system = difference.T @ diags(weight) @ difference + diags(hold)
        solved, _ = cg(system, difference.T @ (weight * step) + hold * start, x0=solved, maxiter=_ITERATIONS)
        weight = 1.0 / (1.0 + ((difference @ solved - step) / _OUTLINE) ** 2)
    depth = depth_m.copy()
    depth[solid] = np.exp(solved)
    return depth


def _log_slopes(normals: NDArray[np.float32], camera: Camera) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Change of log depth from a pixel to its right and to its lower neighbour, on the plane of its normal."""
    cx, cy = camera.principal_point_px
    x = (np.arange(camera.size.width) + 0.5 - cx)[None, :] / camera.focal_px
    y = (cy - np.arange(camera.size.height) - 0.5)[:, None] / camera.focal_px
    right, up, near = np.moveaxis(normals.astype(np.float64), -1, 0)
    facing = np.minimum(right * x + up * y - near, -_STEEPEST)
    return -right / (camera.focal_px * facing), up / (camera.focal_px * facing)
