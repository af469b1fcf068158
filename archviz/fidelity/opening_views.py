"""Where a view shows each opening, how much of it, and where on its own wall the same outline holds none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.openings import Opening
from archviz.fidelity.wireframe import Wireframe

__all__ = ["LEAST_PX", "LEAST_VISIBLE", "OpeningView", "Place", "see_openings"]

# FIDELITY: judged only from ten pixels both ways and 60 % visible.
LEAST_PX = 10.0
LEAST_VISIBLE = 0.6
# A sample this far from the raster's own edge still belongs to it.
_NEAR_PX = 2
# The two sides of an edge are read this far out: past the pixel that carries the line.
_SIDES_PX = 1.5
# What counts as one wall: direction, and distance from the opening's own plane.
_WALL_COS = 0.985
_WALL_M = 0.45
# The outline slid by these shares of its own width and height leaves its place altogether.
_SLIDES = (1.2, -1.2, 1.6, -1.6, 2.2, -2.2)
_RISES = (1.25, -1.25)
_MOST_PLACES = 5
# Share of a slid outline that must be bare wall.
_LEAST_WALL = 0.9
# Without any bare wall the outline is moved aside by these shares of its width and height, less than
# a whole one: no neighbour, however near, stands at both of its sides there.
_ASIDE = ((0.38, 0.0), (-0.38, 0.0), (0.0, 0.38), (0.0, -0.38), (0.38, 0.38), (-0.38, -0.38))
# The square around an outline that is read, in its own width and height, and its points a side.
_MARGIN = 0.3
_GRID = 24

Flag = Literal["judged", "too small", "hidden"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Place:
    """One position of an outline: the opening's own, or one slid along its wall.

    Parameters
    ----------
    positions_px, normals
        (n, 2) samples of the opening's lines.
    grid_px
        (24, 24, 2) x, y of points over the outline and its rim.
    """

    positions_px: NDArray[np.float32]
    normals: NDArray[np.float32]
    grid_px: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class OpeningView:
    """One opening in a view.

    Parameters
    ----------
    opening
        It, turned to the camera.
    flag
        ``judged``, or why it cannot be.
    size_px
        Width and height of the projected outline [px].
    visible
        Share of it that the view shows.
    distance_m
        From the eye to its middle [m].
    sides
        (n,) side of each sample: 0 left, 1 right, 2 lower, 3 upper; -1 a line inside it.
    inside, around
        (24, 24) points of the grid on the opening, and on the wall around it.
    own
        Its place in the picture; ``None`` where it is not judged.
    others
        The same outline on bare parts of its own wall.
    copies
        Where it has none: the same outline moved aside, partly over itself and its neighbours.
    """

    opening: Opening
    flag: Flag
    size_px: tuple[float, float]
    visible: float
    distance_m: float
    sides: NDArray[np.int8]
    inside: NDArray[np.bool_]
    around: NDArray[np.bool_]
    own: Place | None
    others: tuple[Place, ...]
    copies: tuple[Place, ...]


def see_openings(gbuffer: GBuffer, openings: Sequence[Opening], wireframe: Wireframe) -> tuple[OpeningView, ...]:
    """Project openings into a view.

    Parameters
    ----------
    gbuffer
        The view.
    openings
        Of its scene: their elements are rows of the G-buffer's table.
    wireframe
        The G-buffer's.

    Returns
    -------
    tuple of OpeningView
        One for each opening, in order.
    """
    eye = np.asarray(gbuffer.camera.position_m)
    wall = _Walls(gbuffer)
    return tuple(_see(gbuffer, opening.towards(eye), wireframe, wall) for opening in openings)


class _Walls:
    """What of the view is building, and where it stands."""

    def __init__(self, gbuffer: GBuffer) -> None:
        parts = gbuffer.parts()
        self.bare = parts == int(Part.BUILDING)
        self.own = self.bare | (parts == int(Part.OPENING))
        self.positions_m = gbuffer.positions_m()
        self.normals = gbuffer.normals.array
        self.shape = parts.shape

    def on_wall(self, opening: Opening, at: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether each point (..., 2) shows building in the plane of an opening."""
        columns, rows, inside = self.pixels(at)
        height = (self.positions_m[rows, columns] - opening.corners_m[0].astype(np.float32)) @ opening.normal
        facing = self.normals[rows, columns] @ opening.normal > _WALL_COS
        return np.asarray(inside & self.bare[rows, columns] & facing & (np.abs(height) < _WALL_M))

    def pixels(self, at: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Columns, rows and whether they lie in the picture; a pixel's centre is at whole numbers."""
        whole = np.rint(np.clip(at, -1e6, 1e6)).astype(np.int64)
        height, width = self.shape
        inside = (whole >= 0).all(-1) & (whole[..., 0] < width) & (whole[..., 1] < height)
        return np.clip(whole[..., 0], 0, width - 1), np.clip(whole[..., 1], 0, height - 1), inside


def _see(gbuffer: GBuffer, opening: Opening, wireframe: Wireframe, walls: _Walls) -> OpeningView:
    import cv2

    pixels, depth = gbuffer.camera.project(opening.corners_m)
    distance = float(np.linalg.norm(opening.corners_m.mean(0) - gbuffer.camera.position_m))
    none = np.zeros((_GRID, _GRID), dtype=bool)
    hidden = OpeningView(
        opening=opening, flag="hidden", size_px=(0.0, 0.0), visible=0.0, distance_m=distance,
        sides=np.zeros(0, np.int8), inside=none, around=none, own=None, others=(), copies=(),
    )  # fmt: skip
    if depth.min() <= 0.0 or not np.isfinite(pixels).all():
        return hidden
    corners = (pixels - 0.5).astype(np.float32)
    left, lower = corners[3] - corners[0], corners[1] - corners[0]
    right, upper = corners[2] - corners[1], corners[2] - corners[3]
    size = (
        float(np.linalg.norm(lower) + np.linalg.norm(upper)) / 2,
        float(np.linalg.norm(left) + np.linalg.norm(right)) / 2,
    )
    area = float(abs(cv2.contourArea(corners)))
    if area < 1.0:
        return OpeningView(**{**vars(hidden), "size_px": size})
    to_pixels = cv2.getPerspectiveTransform(_SQUARE, corners)
    grid = _mapped(to_pixels, _grid())
    mask = _own_mask(gbuffer, opening, corners)
    visible = min(1.0, float(mask.sum()) / (area * opening.fill))
    seen = OpeningView(**{**vars(hidden), "size_px": size, "visible": visible})
    if visible < LEAST_VISIBLE:
        return seen
    if min(size) < LEAST_PX or area < LEAST_PX**2:
        return OpeningView(**{**vars(seen), "flag": "too small"})
    rows, sides = _lines_of(wireframe, mask, walls, to_pixels)
    own = Place(positions_px=wireframe.positions_px[rows], normals=wireframe.normals[rows], grid_px=grid)
    columns, lines, within = walls.pixels(grid)
    inside = within & mask[lines, columns]
    slid = _Slid(own, to_pixels)
    others = tuple(_on_wall(slid, opening, walls))
    copies = () if others else tuple(slid.place(aside) for aside in _ASIDE if _is_inside(slid.filled(aside), walls))
    around = walls.on_wall(opening, grid) & ~inside
    return OpeningView(
        **{**vars(seen), "flag": "judged", "sides": sides, "inside": inside, "around": around, "own": own,
           "others": others, "copies": copies}
    )  # fmt: skip


_SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)


def _grid() -> NDArray[np.float32]:
    steps = np.linspace(-_MARGIN, 1 + _MARGIN, _GRID, dtype=np.float32)
    u, v = np.meshgrid(steps, steps[::-1])
    return np.stack([u, v], axis=-1)


def _mapped(matrix: NDArray[np.floating], points: NDArray[np.float32]) -> NDArray[np.float32]:
    flat = points.reshape(-1, 2).astype(np.float64)
    mapped = np.column_stack([flat, np.ones(len(flat))]) @ np.asarray(matrix, np.float64).T
    return (mapped[:, :2] / mapped[:, 2:]).astype(np.float32).reshape(points.shape)


def _own_mask(gbuffer: GBuffer, opening: Opening, corners: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W) pixels that show it: its elements, within its outline and a little around."""
    import cv2

    ids = gbuffer.elements.array
    near = np.zeros(ids.shape, dtype=np.uint8)
    cv2.fillConvexPoly(near, np.rint(np.clip(corners, -1e4, 1e4)).astype(np.int32), 1)
    near = cv2.dilate(near, np.ones((2 * _NEAR_PX + 1, 2 * _NEAR_PX + 1), np.uint8))
    return np.asarray((near > 0) & np.isin(ids, opening.elements))


def _lines_of(
    wireframe: Wireframe, mask: NDArray[np.bool_], walls: _Walls, to_pixels: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Rows of the wireframe's samples on an opening's outline and inside it, and their sides."""
    rows, columns = np.nonzero(mask)
    low = np.array([columns.min(), rows.min()]) - _NEAR_PX
    high = np.array([columns.max(), rows.max()]) + _NEAR_PX
    at = wireframe.positions_px
    chosen = np.flatnonzero(((at >= low) & (at <= high)).all(1))
    across = _SIDES_PX * wireframe.normals[chosen]
    held = []
    clean = np.ones(len(chosen), dtype=bool)
    for side in (at[chosen] - across, at[chosen] + across):
        x, y, _ = walls.pixels(side)
        held.append(mask[y, x])
        # A tree before a window ends where the picture's own tree does.
        clean &= walls.own[y, x]
    kept = clean & (held[0] | held[1])
    chosen, inner = chosen[kept], (held[0] & held[1])[kept]
    unit = _mapped(np.linalg.inv(to_pixels), at[chosen])
    distances = np.abs(np.stack([unit[:, 0], unit[:, 0] - 1, unit[:, 1], unit[:, 1] - 1], axis=1))
    return chosen, np.where(inner, -1, distances.argmin(1)).astype(np.int8)


class _Slid:
    """The outline and its lines, to be set down elsewhere in its plane."""

    def __init__(self, own: Place, to_pixels: NDArray[np.floating]) -> None:
        back = np.linalg.inv(to_pixels)
        self._to_pixels = to_pixels
        self._samples, self._ends = _mapped(back, own.positions_px), _mapped(back, own.positions_px + own.normals)
        steps = np.linspace(0.0, 1.0, 9, dtype=np.float32)
        self._filled = np.stack(np.meshgrid(steps, steps), axis=-1)

    def filled(self, slide: tuple[float, float]) -> NDArray[np.float32]:
        """(9, 9, 2) points over the outline, slid by shares of its width and height [px]."""
        return _mapped(self._to_pixels, self._filled + np.array(slide, dtype=np.float32))

    def place(self, slide: tuple[float, float]) -> Place:
        moved = np.array(slide, dtype=np.float32)
        positions = _mapped(self._to_pixels, self._samples + moved)
        normals = _mapped(self._to_pixels, self._ends + moved) - positions
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        return Place(positions_px=positions, normals=normals, grid_px=_mapped(self._to_pixels, _grid() + moved))


def _on_wall(slid: _Slid, opening: Opening, walls: _Walls) -> Iterator[Place]:
    """The outline on bare wall beside, above and below."""
    count = 0
    for slide in [(s, 0.0) for s in _SLIDES] + [(0.0, r) for r in _RISES]:
        if walls.on_wall(opening, slid.filled(slide)).mean() < _LEAST_WALL:
            continue
        yield slid.place(slide)
        count += 1
        if count == _MOST_PLACES:
            return


def _is_inside(at: NDArray[np.float32], walls: _Walls) -> bool:
    return bool(walls.pixels(at)[2].all())
