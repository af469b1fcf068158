"""Kernel distance between two sets of crops, in the metric network's features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.fidelity import Interval
from archviz.training.evaluation.scenes import jackknife

__all__ = ["KernelDistance", "cut_crops", "kernel_distance"]

Features = Mapping[int, NDArray[np.float32]]
# Axes of the reference that are compared, and the fewest crops for each: the many small ones, which tell a soft
# picture from a sharp one, are sure only with many crops.
_AXES, _CROPS_AN_AXIS = 128, 10


@dataclass(frozen=True, eq=False, kw_only=True)
class KernelDistance:
    """KID of two sets.

    Parameters
    ----------
    value
        Of all crops; about 0, on either side, where both sets are alike.
    without
        Scene -> its value with that scene left out of both sets.
    crops
        How many crops were compared with the reference.
    """

    value: float
    without: Mapping[int, float]
    crops: int

    @property
    def interval(self) -> Interval:
        """With 95 % over scenes."""
        return jackknife(self.value, self.without)

    def less(self, other: KernelDistance) -> Interval:
        """How much larger this one is than another over the same scenes."""
        return jackknife(self.value - other.value, {s: v - other.without[s] for s, v in self.without.items()})


def kernel_distance(features: Features, reference: Features) -> KernelDistance:
    """Unbiased squared maximum mean discrepancy under (x.y / d + 1)^3.

    Binkowski et al., "Demystifying MMD GANs" (2018). x and y are taken along the principal axes of the reference, at
    most 128 and one for ten crops, each at deviation 1: light varies most between pictures, and would hide texture.

    Parameters
    ----------
    features, reference
        Scene -> (n, d) features of its crops; the same three scenes or more in both, two crops or more in each.

    Raises
    ------
    ValueError
        The scenes differ, or are fewer than three.
    """
    scenes = sorted(features)
    if scenes != sorted(reference) or len(scenes) < 3:
        raise ValueError(f"a kernel distance of scenes {scenes} and {sorted(reference)}: give the same three or more")
    every = np.concatenate([reference[s] for s in scenes]).astype(np.float64)
    mean, axes = every.mean(0), _principal_axes(every)
    x, y = ([(side[s].astype(np.float64) - mean) @ axes for s in scenes] for side in (features, reference))
    xx, yy, xy = _sums(x, x), _sums(y, y), _sums(x, y)
    counts = np.array([[len(block) for block in side] for side in (x, y)])
    # A crop is not compared with itself.
    for sums, blocks in ((xx, x), (yy, y)):
        sums[np.diag_indices(len(scenes))] -= [_kernel_diagonal(block) for block in blocks]

    def distance(kept: NDArray[np.bool_]) -> float:
        rows = np.ix_(kept, kept)
        n, m = counts[:, kept].sum(1)
        return float(
            xx[rows].sum() / (n * (n - 1)) + yy[rows].sum() / (m * (m - 1)) - 2 * xy[rows].sum() / (int(n) * int(m))
        )

    whole = np.ones(len(scenes), dtype=bool)
    without = {scene: distance(np.arange(len(scenes)) != row) for row, scene in enumerate(scenes)}
    return KernelDistance(value=distance(whole), without=without, crops=int(counts[0].sum()))


def _principal_axes(every: NDArray[np.float64]) -> NDArray[np.float64]:
    """(d, k) the largest principal axes, scaled so that what lies along them has deviation 1."""
    # In units of their own deviation first: none counts for its unit alone.
    deviation = np.maximum(every.std(0), 1e-6)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(every / deviation, rowvar=False)))
    count = max(1, min(_AXES, len(every) // _CROPS_AN_AXIS))
    largest = [row for row in values.argsort()[::-1][:count] if values[row] > 1e-9 * values.max()]
    return np.asarray(vectors[:, largest] / np.sqrt(values[largest]) / deviation[:, None])


def _sums(first: list[NDArray[np.float64]], second: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(S, S) sums of the kernel between the crops of every two scenes."""
    return np.array([[_kernel(a @ b.T, a.shape[1]).sum() for b in second] for a in first])


def _kernel_diagonal(block: NDArray[np.float64]) -> float:
    return float(_kernel((block**2).sum(1), block.shape[1]).sum())


def _kernel(products: NDArray[np.float64], dims: int) -> NDArray[np.float64]:
    base = products / dims + 1
    # numpy's power of three is ten times slower.
    return base * base * base


def cut_crops(
    picture: NDArray[np.uint8], *, count: int, side: int, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """(count, side, side, 3) random crops at the picture's own resolution."""
    height, width = picture.shape[:2]
    corners = zip(
        generator.integers(height - side + 1, size=count), generator.integers(width - side + 1, size=count), strict=True
    )
    return np.stack([picture[y : y + side, x : x + side] for y, x in corners])
