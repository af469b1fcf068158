"""The visible feature edges of a view as samples: where to look for a line, and across which direction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import EdgeMap
from archviz.core.size import Size

__all__ = ["EdgePart", "Wireframe", "trace_lines", "trace_wireframe"]

_Points = NDArray[np.float64]

EdgePart = Literal["building", "surroundings", "outline", "all"]

_SPACING_PX = 2.0
# Two pixels of a chain have no direction worth measuring against a limit of 25 degrees; five have
# one to about 10.
_MIN_PIECE_PX = 5
# Largest distance of a chain from the straight piece that stands for it: half a pixel of raster
# noise to each side.
_STRAIGHT_PX = 1.0
# A feature thinner than this is below what a picture of this size can show.
_MIN_FEATURE_PX = 1.5
# Probes across an edge, to this distance on both sides.
_PROBE_PX = 2.5
_PROBE_STEP_PX = 0.25
# The two sides of an edge are read this far out: past the pixel that carries the line.
_SIDES_PX = 1.5
_LEVEL_DEG = 3.0
# Drawn lines closer than this, as in hatching, are one tone in a picture.
_HATCH_PX = 3.0
# A sample this near to the frame has no profile on one side.
_FRAME_PX = 3.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Wireframe:
    """Samples every two pixels on the visible feature edges of a view.

    Parameters
    ----------
    size
        The view's size.
    positions_px
        (n, 2) float32 x, y; a pixel's centre is at whole numbers.
    normals
        (n, 2) float32 unit vectors across the edge, in the picture.
    pieces
        (n,) int32 straight piece that a sample lies on.
    along_px
        (n,) float32 position of a sample along its piece.
    building
        (n,) true where one side of the edge belongs to the building or its openings.
    outline
        (n,) true where the building meets sky, ground or surroundings.
    horizon
        (n,) true where level ground meets the sky. That line belongs to the camera: any scene seen
        by it has it there, so it is no evidence.
    thin
        (n,) true where a feature is thinner than 1.5 px: below what a picture can show.
    """

    size: Size
    positions_px: NDArray[np.float32]
    normals: NDArray[np.float32]
    pieces: NDArray[np.int32]
    along_px: NDArray[np.float32]
    building: NDArray[np.bool_]
    outline: NDArray[np.bool_]
    horizon: NDArray[np.bool_]
    thin: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.positions_px)

    def selected(self, part: EdgePart) -> NDArray[np.bool_]:
        """(n,) true for the samples of ``part``."""
        if part == "building":
            return self.building
        if part == "surroundings":
            return ~self.building & ~self.horizon
        if part == "outline":
            return self.outline
        return ~self.horizon


def trace_wireframe(gbuffer: GBuffer) -> Wireframe:
    """Sample the feature edges of a view.

    The edge map is thinned to one pixel, cut at junctions into chains and each chain into straight
    pieces; a piece is replaced by its least-squares line, so positions and normals are finer than
    the raster.

    Parameters
    ----------
    gbuffer
        The view.

    Returns
    -------
    Wireframe
        Empty where the view has no edges.
    """
    xy, across, pieces, along = _samples(gbuffer.edges)
    parts, thin = _crossed(gbuffer, xy, across)
    own = np.isin(parts, [int(Part.BUILDING), int(Part.OPENING)])
    touched, kept = np.asarray(own.any(1)), np.asarray(own.all(1))
    level = np.abs(across[:, 1]) >= math.cos(math.radians(_LEVEL_DEG))
    ground, sky = parts == int(Part.GROUND), parts == int(Part.SKY)
    return Wireframe(
        size=gbuffer.size,
        positions_px=xy,
        normals=across,
        pieces=pieces,
        along_px=along,
        building=touched,
        outline=touched & ~kept,
        horizon=level & (ground | sky).all(1) & ground.any(1) & sky.any(1),
        thin=thin,
    )


def trace_lines(lines: EdgeMap) -> Wireframe:
    """Sample a drawing's lines.

    Parameters
    ----------
    lines
        (H, W) 1 on the lines, at the size of the picture that is to show them.

    Returns
    -------
    Wireframe
        All of it the building's; ``thin`` where another line runs within three pixels.
    """
    xy, across, pieces, along = _samples(lines)
    every, none = np.ones(len(xy), dtype=bool), np.zeros(len(xy), dtype=bool)
    return Wireframe(
        size=lines.size,
        positions_px=xy,
        normals=across,
        pieces=pieces,
        along_px=along,
        building=every,
        outline=none,
        horizon=none,
        thin=_hatched(lines.array > 0.5, xy, across),
    )


def _hatched(
    drawn: NDArray[np.bool_], positions: NDArray[np.float32], normals: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """(n,) whether bare paper and then another line lie within reach, on either side."""
    steps = np.arange(0.0, _HATCH_PX + 1e-6, 0.5, dtype=np.float32)
    close = np.zeros(len(positions), dtype=bool)
    for side in (-1.0, 1.0):
        at = np.rint(positions[:, None] + side * steps[:, None] * normals[:, None]).astype(int)
        inked = drawn[at[..., 1].clip(0, drawn.shape[0] - 1), at[..., 0].clip(0, drawn.shape[1] - 1)]
        close |= (np.maximum.accumulate(~inked, axis=1) & inked).any(1)
    return close


def _samples(
    edges: EdgeMap,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]:
    """Positions, normals, pieces and positions along them, away from the frame; empty without lines."""
    from skimage.morphology import skeletonize

    skeleton = np.asarray(skeletonize(edges.array > 0.5))  # type: ignore[no-untyped-call]
    positions: list[_Points] = []
    normals: list[_Points] = []
    pieces: list[NDArray[np.int32]] = []
    along: list[_Points] = []
    for chain in _chains(skeleton):
        for piece in _straight_pieces(chain):
            points, normal, reach = _sample(piece)
            positions.append(points)
            normals.append(np.broadcast_to(normal, points.shape))
            pieces.append(np.full(len(points), len(pieces), dtype=np.int32))
            along.append(reach)
    if not positions:
        empty = np.zeros((0, 2), dtype=np.float32)
        return empty, empty, np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
    xy = np.concatenate(positions).astype(np.float32)
    across = np.concatenate(normals).astype(np.float32)
    far = np.array([edges.size.width - 1, edges.size.height - 1]) - _FRAME_PX
    inside = ((xy >= _FRAME_PX) & (xy <= far)).all(1)
    offsets = np.concatenate(along).astype(np.float32)
    return xy[inside], across[inside], np.concatenate(pieces)[inside], offsets[inside]


def _chains(skeleton: NDArray[np.bool_]) -> list[NDArray[np.int32]]:
    """Ordered (k, 2) x, y pixels of each run between junctions."""
    import cv2

    lines = skeleton.astype(np.uint8)
    neighbours = cv2.filter2D(lines, -1, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT) - lines
    # Without the junctions every pixel has at most two neighbours: what is left are paths and rings.
    rows, columns = np.nonzero((lines > 0) & (neighbours <= 2))
    left = set(zip(columns.tolist(), rows.tolist(), strict=True))
    around = [(0, -1), (-1, 0), (1, 0), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)]

    def following(pixel: tuple[int, int]) -> list[tuple[int, int]]:
        return [at for dx, dy in around if (at := (pixel[0] + dx, pixel[1] + dy)) in left]

    chains = []
    ends = [p for p in sorted(left) if len(following(p)) <= 1]
    # Ends first; whatever no end reaches is a ring and may be entered anywhere.
    for start in ends + sorted(left):
        if start not in left:
            continue
        chain = [start]
        left.remove(start)
        while steps := following(chain[-1]):
            chain.append(steps[0])
            left.remove(steps[0])
        if len(chain) >= _MIN_PIECE_PX:
            chains.append(np.array(chain, dtype=np.int32))
    return chains


def _straight_pieces(chain: NDArray[np.int32]) -> list[NDArray[np.int32]]:
    import cv2

    corners = cv2.approxPolyDP(chain[:, None, :], _STRAIGHT_PX, False).reshape(-1, 2)
    cuts, at = [], 0
    for corner in corners:
        at += int(np.argmax((chain[at:] == corner).all(1)))
        cuts.append(at)
    pieces = [chain[a : b + 1] for a, b in pairwise(cuts)]
    return [p for p in pieces if len(p) >= _MIN_PIECE_PX]


def _sample(piece: NDArray[np.int32]) -> tuple[_Points, _Points, _Points]:
    """Points every two pixels on the piece's least-squares line, its normal, and positions along it."""
    # Thinning rounds the corners: the ends belong half to the next piece.
    points: _Points = (piece if len(piece) < _MIN_PIECE_PX + 2 else piece[1:-1]).astype(np.float64)
    centre = points.mean(0)
    direction: _Points = np.asarray(np.linalg.svd(points - centre, full_matrices=False)[2][0], np.float64)
    # The same line traced from its other end must have the same normal.
    if (direction[0], direction[1]) < (0.0, 0.0):
        direction = -direction
    reach = (points - centre) @ direction
    first, length = float(reach.min()), float(np.ptp(reach))
    count = int(length // _SPACING_PX) + 1
    start = first + (length - (count - 1) * _SPACING_PX) / 2
    offsets: _Points = start + _SPACING_PX * np.arange(count, dtype=np.float64)
    placed: _Points = centre + offsets[:, None] * direction
    return placed, np.array([-direction[1], direction[0]]), offsets


def _crossed(
    gbuffer: GBuffer, positions: NDArray[np.float32], normals: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """(n, k) parts met across each sample, and whether something too thin to show lies there."""
    steps = np.arange(-_PROBE_PX, _PROBE_PX + 1e-6, _PROBE_STEP_PX, dtype=np.float32)
    at = np.rint(positions[:, None] + steps[:, None] * normals[:, None]).astype(int)
    columns = at[..., 0].clip(0, gbuffer.size.width - 1)
    rows = at[..., 1].clip(0, gbuffer.size.height - 1)
    near = np.abs(steps) <= _SIDES_PX
    changes = np.diff(gbuffer.elements.array[rows, columns], axis=1) != 0
    thin = np.zeros(len(positions), dtype=bool)
    # Two changes this few probes apart hold something thinner than the limit between them.
    for gap in range(1, round(_MIN_FEATURE_PX / _PROBE_STEP_PX)):
        thin |= (changes[:, :-gap] & changes[:, gap:]).any(1)
    return gbuffer.parts()[rows[:, near], columns[:, near]], thin
