"""The lines of a model that a view shows, as strokes in the picture."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.material import TextureFamily
from archviz.geometry.scene import Scene

__all__ = ["Stroke", "hatching", "strokes", "thinned"]

_CREASE = np.cos(np.radians(18.0))
_STEP_PX = 1.5
_GAP = 4
# Outlines of leaves are made of short pieces.
_LEAF_PX = 1.5
# Pieces of one line: ends no farther off it than this, gaps no longer than this.
_OFFSET_PX, _JOIN_PX = 0.9, 5.0


@dataclass(frozen=True)
class Stroke:
    """A straight stroke.

    Parameters
    ----------
    start, end
        (2,) x, y in the picture [pixels].
    kind
        ``outline`` against the sky, ``leaf`` on plants, ``edge`` elsewhere.
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    kind: str

    @property
    def length(self) -> float:
        """In pixels."""
        return float(np.linalg.norm(self.end - self.start))


def strokes(scene: Scene, camera: Camera, gbuffer: GBuffer, *, shortest_px: float = 5.0) -> list[Stroke]:
    """Visible edges of a scene: borders, folds and outlines, pieces of one line joined.

    Parameters
    ----------
    scene, camera, gbuffer
        A model, a view, and what is seen.
    shortest_px
        Leaves out what is shorter.
    """
    ends, leaf = _candidates(scene, np.asarray(camera.position_m))
    a, depth_a = camera.project(ends[:, 0])
    b, depth_b = camera.project(ends[:, 1])
    fine = (depth_a > 0.1) & (depth_b > 0.1)
    a, b, depth_a, depth_b, leaf = a[fine], b[fine], depth_a[fine], depth_b[fine], leaf[fine]
    counts = np.maximum(2, np.ceil(np.linalg.norm(b - a, axis=1) / _STEP_PX).astype(int) + 1)
    keep = counts < 6000
    a, b, depth_a, depth_b, leaf, counts = (v[keep] for v in (a, b, depth_a, depth_b, leaf, counts))
    owner = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    t = step / (counts[owner] - 1)
    points = a[owner] + (b - a)[owner] * t[:, None]
    # Inverse depth runs evenly along a line in the picture.
    depth = 1 / ((1 - t) / depth_a[owner] + t / depth_b[owner])
    seen, sky = _seen(points, depth, gbuffer)
    pieces: dict[str, list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = defaultdict(list)
    for first, last in _runs(seen, owner):
        start, end = points[first], points[last]
        outline = sky[first : last + 1].mean() > 0.5
        pieces["leaf" if leaf[owner[first]] else "outline" if outline else "edge"].append((start, end))
    joined = [Stroke(p, q, kind) for kind, own in pieces.items() for p, q in _joined(own)]
    return [s for s in joined if s.length >= (_LEAF_PX if s.kind == "leaf" else shortest_px)]


def _candidates(scene: Scene, eye: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n, 2, 3) ends of edges that may be lines seen from ``eye``, and whether they lie on plants."""
    corners = np.rint(scene.triangles_m.astype(np.float64) * 1e3).astype(np.int64).reshape(-1, 3)
    places, rows = np.unique(corners, axis=0, return_inverse=True)
    faces = rows.reshape(-1, 3)
    points = places / 1e3
    tri = points[faces]
    normals = np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    facing = np.einsum("ij,ij->i", normals, eye - tri[:, 0]) > 0
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    owner = np.tile(np.arange(len(faces)), 3)
    edges, row, count = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(row.ravel(), kind="stable")
    first = np.cumsum(count) - count
    one, two = owner[order[first]], owner[order[first + np.minimum(count - 1, 1)]]
    fold = np.einsum("ij,ij->i", normals[one], normals[two]) < _CREASE
    outline = facing[one] != facing[two]
    families = np.array([m.family is TextureFamily.FOLIAGE for m in scene.table.materials])
    plant = families[scene.table.element_materials()][scene.face_elements[one]]
    kept = (count != 2) | outline | (fold & ~plant)
    return points[edges[kept]], plant[kept]


def _seen(
    points: NDArray[np.float64], depth: NDArray[np.float64], gbuffer: GBuffer
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which samples lie on a line of the G-buffer and on the surface seen there; which of them touch the sky."""
    import cv2

    height, width = gbuffer.camera.size.shape
    x, y = np.floor(points[:, 0]).astype(int), np.floor(points[:, 1]).astype(int)
    inside = (x >= 1) & (y >= 1) & (x < width - 1) & (y < height - 1)
    x, y = np.clip(x, 1, width - 2), np.clip(y, 1, height - 2)
    kernel = np.ones((3, 3), np.uint8)
    line = cv2.dilate((gbuffer.edges.array > 0).astype(np.uint8), kernel)[y, x] > 0
    far = np.where(np.isfinite(gbuffer.depth.array), gbuffer.depth.array, 1e6).astype(np.float32)
    reach = cv2.dilate(far, kernel)[y, x]
    return inside & line & (depth <= reach * 1.003 + 0.02), reach > 1e5


def _runs(seen: NDArray[np.bool_], owner: NDArray[np.intp]) -> list[tuple[int, int]]:
    """First and last sample of each stretch that is seen, short gaps in it closed."""
    rows = np.flatnonzero(seen)
    if not len(rows):
        return []
    breaks = np.flatnonzero((np.diff(rows) > _GAP) | (np.diff(owner[rows]) != 0))
    return list(zip(rows[np.r_[0, breaks + 1]].tolist(), rows[np.r_[breaks, len(rows) - 1]].tolist(), strict=True))


def _joined(
    pieces: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Pieces of one line as one stroke, doubles as one: each joins the first longer one it lies on."""
    order = sorted(pieces, key=lambda p: -float(np.linalg.norm(p[1] - p[0])))
    feet, along, spans = np.zeros((len(order), 2)), np.zeros((len(order), 2)), np.zeros((len(order), 2))
    count = 0
    for start, end in order:
        near_start, near_end = start - feet[:count], end - feet[:count]
        across = np.stack([-along[:count, 1], along[:count, 0]], axis=1)
        off = np.maximum(np.abs((near_start * across).sum(1)), np.abs((near_end * across).sum(1)))
        ends = np.sort(np.stack([(near_start * along[:count]).sum(1), (near_end * along[:count]).sum(1)], axis=1))
        apart = np.maximum(ends[:, 0] - spans[:count, 1], spans[:count, 0] - ends[:, 1])
        fits = np.flatnonzero((off < _OFFSET_PX) & (apart < _JOIN_PX))
        if len(fits):
            row = fits[0]
            spans[row] = min(spans[row, 0], ends[row, 0]), max(spans[row, 1], ends[row, 1])
        else:
            length = float(np.linalg.norm(end - start))
            feet[count], along[count], spans[count] = start, (end - start) / max(length, 1e-9), (0.0, length)
            count += 1
    return [(feet[i] + along[i] * spans[i, 0], feet[i] + along[i] * spans[i, 1]) for i in range(count)]


def hatching(mask: NDArray[np.bool_], *, spacing_px: float, angle_deg: float, kind: str = "hatch") -> list[Stroke]:
    """Parallel strokes over the true pixels of a mask."""
    height, width = mask.shape
    along = np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    across = np.array([-along[1], along[0]])
    middle, reach = np.array([width, height]) / 2, float(np.hypot(width, height)) / 2
    result = []
    t = np.arange(-reach, reach, 1.0)
    for offset in np.arange(-reach, reach, spacing_px):
        points = middle + across * offset + t[:, None] * along
        x, y = np.floor(points).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        filled = np.zeros(len(t), dtype=bool)
        filled[inside] = mask[y[inside], x[inside]]
        for first, last in _runs(filled, np.zeros(len(t), dtype=np.intp)):
            if last - first > 6:
                result.append(Stroke(points[first], points[last], kind))
    return result


def thinned(drawn: list[Stroke], size: tuple[int, int], *, gap_px: int) -> list[Stroke]:
    """Strokes that do not run within ``gap_px`` of longer ones: what a thick pen has room for.

    Parameters
    ----------
    drawn
        The strokes.
    size
        Width and height of the picture [pixels].
    gap_px
        Least distance of strokes side by side [pixels].
    """
    import cv2

    taken = np.zeros((size[1], size[0]), dtype=np.uint8)
    kept = []
    for stroke in sorted(drawn, key=lambda s: -s.length):
        t = np.linspace(0.08, 0.92, max(3, int(stroke.length / 3)))[:, None]
        x, y = np.floor(stroke.start + (stroke.end - stroke.start) * t).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < size[0]) & (y < size[1])
        if inside.any() and taken[y[inside], x[inside]].mean() < 0.55:
            kept.append(stroke)
            ends = [tuple(int(v) for v in np.rint(p)) for p in (stroke.start, stroke.end)]
            cv2.line(taken, ends[0], ends[1], 1, thickness=2 * gap_px - 1)
    return kept
