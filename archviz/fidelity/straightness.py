"""Straightness: how much the long straight edges of the model waver in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.fidelity.gradient import find_edges
from archviz.fidelity.shown import Shown
from archviz.fidelity.wireframe import Wireframe, trace_wireframe

__all__ = ["Straightness", "join_edges", "shown_straightness", "straightness"]

_MIN_LENGTH_PX = 40.0
_MIN_FOUND = 0.6
# Wider than the tolerance of edge evidence: a wavering edge must be followed to be measured.
_SEARCH_PX = 4.0
# Pieces of one edge, cut where another edge meets it.
_JOIN_DEG = 2.0
_JOIN_OFFSET_PX = 1.5
_JOIN_GAP_PX = 8.0


@dataclass(frozen=True, kw_only=True)
class Straightness:
    """Waver of the building's long straight edges.

    Parameters
    ----------
    excess_px
        Mean residual less the reference's on the same edges [px]; the residual itself where no
        reference is given; ``None`` where no edge could be judged.
    residual_px
        Mean over edges of the root mean square distance from a fitted line [px].
    reference_px
        The same in the reference.
    edges, judged
        Number of straight edges of at least 40 px, and of those at least 60 % found.
    reason
        Why there is no figure.
    """

    excess_px: float | None
    residual_px: float | None
    reference_px: float | None
    edges: int
    judged: int
    reason: str | None


def straightness(
    picture: NDArray[np.generic],
    gbuffer: GBuffer,
    *,
    reference: NDArray[np.generic] | None = None,
    wireframe: Wireframe | None = None,
) -> Straightness:
    """Fit a line to what a picture shows of each long straight edge of the building.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1], of the G-buffer's size.
    gbuffer
        The view.
    reference
        The truth of the same view; its own residual, which comes from the raster, is taken off.
    wireframe
        The G-buffer's, where it is traced already.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    wires = trace_wireframe(gbuffer) if wireframe is None else wireframe
    truth = None if reference is None else Shown(reference, wires)
    return shown_straightness(Shown(picture, wires, reference=truth), join_edges(wires))


def shown_straightness(shown: Shown, edges: Sequence[NDArray[np.intp]]) -> Straightness:
    """:func:`straightness` of a picture that is measured already, on edges of :func:`join_edges`."""
    residuals = _residuals(shown, edges)
    judged = np.isfinite(residuals)
    truth = None
    if shown.reference is not None:
        truth = _residuals(shown.reference, edges)
        judged &= np.isfinite(truth)
    if not judged.any():
        reason = (
            f"none of {len(edges)} straight edges of 40 px or more is 60 % visible in the picture"
            if edges
            else "the building shows no straight edge of 40 px or more"
        )
        return Straightness(
            excess_px=None, residual_px=None, reference_px=None, edges=len(edges), judged=0, reason=reason
        )
    residual = float(residuals[judged].mean())
    base = None if truth is None else float(truth[judged].mean())
    return Straightness(
        excess_px=residual - (base or 0.0),
        residual_px=residual,
        reference_px=base,
        edges=len(edges),
        judged=int(judged.sum()),
        reason=None,
    )


def join_edges(wires: Wireframe) -> list[NDArray[np.intp]]:
    """Sample rows of each straight edge of the building: pieces that continue one another, joined."""
    usable = np.flatnonzero(wires.building & ~wires.thin)
    groups = [usable[wires.pieces[usable] == piece] for piece in np.unique(wires.pieces[usable])]
    groups = sorted((g for g in groups if len(g) >= 2), key=len, reverse=True)
    left = list(range(len(groups)))
    edges = []
    while left:
        rows = groups[left.pop(0)]
        joined = True
        while joined:
            joined = False
            for other in left:
                if _continues(wires, rows, groups[other]):
                    rows = np.concatenate([rows, groups[other]])
                    left.remove(other)
                    joined = True
                    break
        along = wires.positions_px[rows] @ _direction(wires, rows)
        if np.ptp(along) >= _MIN_LENGTH_PX:
            edges.append(rows[np.argsort(along)])
    return edges


def _direction(wires: Wireframe, rows: NDArray[np.intp]) -> NDArray[np.float32]:
    nx, ny = wires.normals[rows[0]]
    return np.array([ny, -nx], dtype=np.float32)


def _continues(wires: Wireframe, line: NDArray[np.intp], other: NDArray[np.intp]) -> bool:
    normal, direction = wires.normals[line[0]], _direction(wires, line)
    if abs(float(normal @ _direction(wires, other))) > np.sin(np.radians(_JOIN_DEG)):
        return False
    origin = wires.positions_px[line[0]]
    ends = wires.positions_px[other[[0, -1]]] - origin
    if np.abs(ends @ normal).max() > _JOIN_OFFSET_PX:
        return False
    own = (wires.positions_px[line] - origin) @ direction
    reach = ends @ direction
    gap = max(reach.min() - own.max(), own.min() - reach.max())
    return bool(0.0 <= gap <= _JOIN_GAP_PX)


def _residuals(shown: Shown, edges: Sequence[NDArray[np.intp]]) -> NDArray[np.float64]:
    """(edges,) root mean square distance from each edge's fitted line [px]; NaN where too little is found."""
    if not edges:
        return np.zeros(0)
    wires, rows = shown.wires, np.concatenate(edges)
    hits = find_edges(shown.field, wires.positions_px[rows], wires.normals[rows], tolerance_px=_SEARCH_PX)
    seen = wires.positions_px[rows] + np.nan_to_num(hits.offsets_px)[:, None] * wires.normals[rows]
    residuals, start = np.full(len(edges), np.nan), 0
    for number, edge in enumerate(edges):
        part = slice(start, start + len(edge))
        start += len(edge)
        found = hits.found[part]
        if found.mean() < _MIN_FOUND:
            continue
        points = seen[part][found].astype(np.float64)
        points -= points.mean(0)
        # The smaller singular value of centred points is their distance from the best line.
        residuals[number] = np.linalg.svd(points, compute_uv=False)[1] / np.sqrt(len(points))
    return residuals
