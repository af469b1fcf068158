"""Drift: how far the building's lines move from one picture of a view to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.fidelity.gradient import GradientField, find_edges
from archviz.fidelity.wireframe import EdgePart, Wireframe, trace_wireframe

__all__ = ["SEARCH_PX", "Drift", "drift", "drift_from_lines"]

# How far an edge is followed: beyond it lies a neighbour rather than a line that moved.
SEARCH_PX = 6.0
_LARGE_PX = 2.0
# Edges of two pictures nearer to one another than this are one.
_SAME_PX = 1.0
_MIN_SAMPLES = 30


@dataclass(frozen=True, eq=False, kw_only=True)
class Drift:
    """Displacement of edges, along their normals, between two pictures.

    Parameters
    ----------
    median_px, p95_px
        Median and 95th percentile of its amount [px]; ``None`` with too few edges in both.
    share_over_2px
        Share of the edges found in both that moved by more than two pixels.
    found_share
        Share of the samples whose edge was found in both pictures.
    reason
        Why there is no drift.
    displacements_px
        (n,) float32 signed displacement of each sample; NaN where an edge was missing in one.
    normals
        (n, 2) float32 the directions that they are measured along.
    """

    median_px: float | None
    p95_px: float | None
    share_over_2px: float | None
    found_share: float
    reason: str | None
    displacements_px: NDArray[np.float32]
    normals: NDArray[np.float32]

    def to_json(self) -> dict[str, Any]:
        """The figures, without the single samples."""
        figures = {
            "median_px": self.median_px,
            "p95_px": self.p95_px,
            "share_over_2px": self.share_over_2px,
            "found_share": self.found_share,
        }
        return {key: None if value is None else round(value, 4) for key, value in figures.items()}


def drift(
    picture_a: NDArray[np.generic],
    picture_b: NDArray[np.generic],
    gbuffer: GBuffer,
    *,
    part: EdgePart = "building",
    wireframe: Wireframe | None = None,
) -> Drift:
    """Measure how far the lines of a view move from picture a to picture b.

    Picture a shows an edge of the model within two pixels of its line; the edge of picture b
    nearest to that one, within six pixels, is its image. If that is more than two pixels away and
    picture a shows another edge in its place, it is that neighbour, which did not move, and the
    line itself is missing in b, as lines are under another light. Where lines stand closer than
    they move, one may be taken for the other and the amount is wrong by their distance.

    Parameters
    ----------
    picture_a, picture_b
        (H, W, 3) sRGB, uint8 or float [0, 1], of the G-buffer's size.
    gbuffer
        The view that both pictures show.
    part
        Whose edges.
    wireframe
        The G-buffer's, where it is traced already.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    wires = trace_wireframe(gbuffer) if wireframe is None else wireframe
    usable = wires.selected(part) & ~wires.thin
    positions, normals = wires.positions_px[usable], wires.normals[usable]
    first, second = (GradientField.of(picture, gbuffer.size) for picture in (picture_a, picture_b))
    start = find_edges(first, positions, normals).offsets_px
    end = find_edges(second, positions, normals, tolerance_px=SEARCH_PX, around_px=start).offsets_px
    there = find_edges(first, positions, normals, tolerance_px=_SAME_PX, around_px=end).offsets_px
    # A distance of NaN is no distance.
    neighbour = (np.abs(end - start) > _LARGE_PX) & (np.abs(there - start) > _SAME_PX)
    return _drift(np.where(neighbour, np.nan, end - start).astype(np.float32), normals)


def drift_from_lines(picture: NDArray[np.generic], wires: Wireframe) -> Drift:
    """Measure how far the edges of a picture stand from lines that were drawn.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1], of the lines' size.
    wires
        The lines: the edge nearest to each, within six pixels, is taken for its image.

    Raises
    ------
    OptionError
        The picture has another size, dtype or range.
    """
    positions, normals = wires.positions_px[~wires.thin], wires.normals[~wires.thin]
    field = GradientField.of(picture, wires.size)
    return _drift(find_edges(field, positions, normals, tolerance_px=SEARCH_PX).offsets_px, normals)


def _drift(moved: NDArray[np.float32], normals: NDArray[np.float32]) -> Drift:
    """The figures of (n,) displacements, NaN where an edge was not found."""
    both = np.isfinite(moved)
    count = int(both.sum())
    enough = count >= _MIN_SAMPLES
    amount = np.abs(moved[both])
    return Drift(
        median_px=float(np.median(amount)) if enough else None,
        p95_px=float(np.percentile(amount, 95)) if enough else None,
        share_over_2px=float((amount > _LARGE_PX).mean()) if enough else None,
        found_share=count / max(len(moved), 1),
        reason=None if enough else f"{count} edge samples found; drift needs {_MIN_SAMPLES}",
        displacements_px=moved,
        normals=normals,
    )
