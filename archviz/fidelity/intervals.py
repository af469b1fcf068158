"""A figure over scenes and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from archviz.core.errors import OptionError
from archviz.core.seeds import derive_generator

__all__ = ["Interval", "bootstrap_mean"]

_DRAWS = 2000


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A mean over scenes with its 95 % interval.

    Parameters
    ----------
    mean, low, high
        The mean of the scenes' means, and the 2.5th and 97.5th percentile over resampled scenes.
    scenes
        Number of scenes that had a value.
    """

    mean: float
    low: float
    high: float
    scenes: int


def bootstrap_mean(values: Mapping[str, Sequence[float | None]], *, seed: int = 0) -> Interval:
    """Mean and interval by resampling scenes, the unit that is independent (B. Efron, 1979).

    Parameters
    ----------
    values
        For each scene the figures of its pictures; ``None`` where a picture had none.
    seed
        Of the resampling.

    Raises
    ------
    OptionError
        No scene has a figure.
    """
    means = [
        np.mean([v for v in scene if v is not None]) for scene in values.values() if any(v is not None for v in scene)
    ]
    if not means:
        raise OptionError(f"none of {len(values)} scenes has a figure; score pictures in which it has a meaning")
    each = np.array(means, dtype=np.float64)
    rng = derive_generator(seed, "bootstrap")
    resampled = each[rng.integers(0, len(each), (_DRAWS, len(each)))].mean(1)
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Interval(mean=float(each.mean()), low=float(low), high=float(high), scenes=len(each))
