"""How far openings stand from their places in a picture, by their lines together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archviz.fidelity.gradient import REACH_PX, GradientField
from archviz.fidelity.opening_views import OpeningView

__all__ = ["common_shift"]

# Displacement is looked for this far; what lies within the rest of a profile's reach is compared.
_FARTHEST_PX = 5
_COMPARED_PX = 3
_LEAST_SAMPLES = 12
# Without lines both ways one displacement looks like another.
_LEAST_ACROSS = 0.5


def common_shift(
    picture: GradientField, reference: GradientField, views: Sequence[OpeningView]
) -> tuple[float, float] | None:
    """The one displacement right and down that best lays the reference's lines onto the picture's [px].

    A window's lines stand closer than they move, so that the line nearest to a sample is often
    another one's. Whole profiles across the lines are compared instead: the displacement at which
    those of the picture correlate most with those of the reference, over all samples at once.

    Parameters
    ----------
    picture, reference
        Of the same view.
    views
        Openings; those that are not judged have no lines.

    Returns
    -------
    tuple or None
        Up to five pixels each way; ``None`` where there are too few lines, or all run one way.
    """
    places = [view.own for view in views if view.own is not None]
    if sum(len(place.normals) for place in places) < _LEAST_SAMPLES:
        return None
    positions = np.concatenate([place.positions_px for place in places])
    normals = np.concatenate([place.normals for place in places])
    if min(np.abs(normals).max(0)) < _LEAST_ACROSS:
        return None
    expected, shown = (_centred(field.profiles(positions, normals)) for field in (reference, picture))
    steps = np.arange(-_FARTHEST_PX, _FARTHEST_PX + 1, dtype=np.float32)
    fit = np.array(
        [[_agreement(expected, shown, normals @ np.array([x, y], np.float32)) for x in steps] for y in steps]
    )
    row, column = np.unravel_index(int(fit.argmax()), fit.shape)
    return (
        float(steps[column] + _vertex(fit[row, :], int(column))),
        float(steps[row] + _vertex(fit[:, column], int(row))),
    )


def _centred(profiles: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(profiles - profiles.mean(1, keepdims=True))


def _agreement(expected: NDArray[np.float32], shown: NDArray[np.float32], along: NDArray[np.float32]) -> float:
    """Correlation of the profiles' middles with those displaced by (n,) ``along`` each one's normal."""
    middle = expected[:, REACH_PX - _COMPARED_PX : REACH_PX + _COMPARED_PX + 1]
    at = REACH_PX + np.arange(-_COMPARED_PX, _COMPARED_PX + 1) + along[:, None]
    at = np.clip(at, 0.0, 2 * REACH_PX - 1e-3)
    low = at.astype(np.int64)
    part = (at - low).astype(np.float32)
    moved = np.take_along_axis(shown, low, 1) * (1 - part) + np.take_along_axis(shown, low + 1, 1) * part
    return float((middle * moved).sum() / max(float(np.sqrt((middle**2).sum() * (moved**2).sum())), 1e-9))


def _vertex(values: NDArray[np.float64], at: int) -> float:
    """Where between its neighbours the top of a row of values lies, by the parabola through them."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, top, after = values[at - 1 : at + 2]
    return float(np.clip(0.5 * (after - before) / max(2 * top - before - after, 1e-12), -0.5, 0.5))
