"""Figures over scenes: views of one scene are alike, so scenes are what is resampled or left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from archviz.core.seeds import derive_generator
from archviz.fidelity import Interval

__all__ = ["jackknife", "mean_over_scenes", "ratio_over_scenes"]

_RESAMPLES = 1000


def mean_over_scenes(values: Sequence[float | None], scenes: Sequence[int]) -> Interval | None:
    """Mean over views with a 95 % bootstrap interval over scenes; ``None`` where no view has a value."""
    return ratio_over_scenes(values, [None if value is None else 1.0 for value in values], scenes)


def ratio_over_scenes(
    values: Sequence[float | None], others: Sequence[float | None], scenes: Sequence[int]
) -> Interval | None:
    """Sum of values over sum of others, with a 95 % bootstrap interval over scenes.

    Parameters
    ----------
    values, others
        One a view; views where either is missing are left out.
    scenes
        The scene of each view.

    Returns
    -------
    Interval or None
        ``None`` where no view has both, or the others sum to nothing.
    """
    known = [(s, v, o) for s, v, o in zip(scenes, values, others, strict=True) if v is not None and o is not None]
    names = sorted({s for s, _, _ in known})
    sums = np.array([[sum(row[column] for row in known if row[0] == name) for column in (1, 2)] for name in names])
    if not known or sums[:, 1].sum() <= 0:
        return None
    generator = derive_generator(0, "bootstrap")
    drawn = sums[generator.integers(len(sums), size=(_RESAMPLES, len(sums)))].sum(1)
    # A draw of scenes whose others are all nothing has no ratio.
    ratios = drawn[drawn[:, 1] > 0, 0] / drawn[drawn[:, 1] > 0, 1]
    low, high = np.quantile(ratios, [0.025, 0.975])
    return Interval(
        mean=float(sums[:, 0].sum() / sums[:, 1].sum()), low=float(low), high=float(high), scenes=len(names)
    )


def jackknife(whole: float, without: Mapping[int, float]) -> Interval:
    """95 % interval of a figure that has no value a view, from its values with one scene left out.

    J. W. Tukey's jackknife (B. Efron and C. Stein, 1981); resampling would put a scene beside itself, which a
    distance between sets takes for likeness.

    Parameters
    ----------
    whole
        Of all scenes.
    without
        Scene -> the figure of the others; two scenes or more.
    """
    left = np.array(list(without.values()))
    deviation = float(np.sqrt((len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum()))
    return Interval(mean=whole, low=whole - 1.96 * deviation, high=whole + 1.96 * deviation, scenes=len(left))
