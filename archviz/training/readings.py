"""How drawings of held-out views are read: the figures of the network that reads drawings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.maps import EdgeMap
from archviz.core.seeds import derive_generator
from archviz.sketch.estimate import Layer, estimate_space
from archviz.training.drawn_views import halved, read_view, targets, view_paths
from archviz.training.hands import draw_by_hand

__all__ = ["Reading", "evaluate_lines", "judge_reading"]

_PAIRS = 400
# Depths nearer to one another than this share are not told apart.
_TOLD_APART = 0.03


def evaluate_lines(cache: Path, folder: Path, *, views: int = 100, seed: int = 0) -> dict[str, float]:
    """How well drawings of held-out views are read; prints and returns the figures.

    Parameters
    ----------
    cache
        Holds ``drawn/``.
    folder
        The network's weights.
    views
        How many held-out views, spread over the split; each is drawn by another hand.

    Returns
    -------
    dict
        ``<layer>_iou``; ``normal_error_deg``, the building's median; ``pairs_building``, share of pairs on
        one row or column of the building whose depth is ordered rightly; ``pairs_between``, the same for
        one pixel of the building and one of what stands around.
    """
    paths = view_paths(cache, "holdout")
    paths = paths[:: max(1, len(paths) // views)][:views]
    read = [judge_reading(p, folder, derive_generator(seed, "evaluate-lines", n)) for n, p in enumerate(paths)]
    hits, unions = (sum(counts) for counts in zip(*[(one.hits, one.unions) for one in read], strict=True))
    figures = {f"{layer.name.lower()}_iou": float(hits[layer] / max(unions[layer], 1)) for layer in Layer}
    figures |= {
        "normal_error_deg": float(np.median(np.concatenate([one.normal_errors_deg for one in read]))),
        "pairs_building": float(np.mean([right for one in read for right in one.pairs_building])),
        "pairs_between": float(np.mean([right for one in read for right in one.pairs_between])),
        "views": float(len(paths)),
    }
    print("\n".join(f"{name}: {value:.3f}" for name, value in figures.items()), flush=True)
    return figures


@dataclass(frozen=True, eq=False, kw_only=True)
class Reading:
    """How one drawing was read.

    Parameters
    ----------
    hits, unions
        (6,) pixels of each layer that were named rightly, and that are or were named it.
    normal_errors_deg
        Of every pixel of the building [degrees].
    pairs_building, pairs_between
        Whether pairs of pixels are in the right order of depth: on one row or column of the building; one on the
        building and one around it.
    """

    hits: NDArray[np.int64]
    unions: NDArray[np.int64]
    normal_errors_deg: NDArray[np.float32]
    pairs_building: list[bool]
    pairs_between: list[bool]


def judge_reading(path: Path, folder: Path, generator: np.random.Generator) -> Reading:
    """Draw a view by a random hand, read the drawing, and compare.

    Parameters
    ----------
    path
        A file of :func:`archviz.training.drawn_views.view_paths`.
    folder
        The network's weights.
    generator
        Decides the hand and the pairs.
    """
    view = halved(read_view(path))
    lines, known = draw_by_hand(view["edges"], view["layers"], view["elements"], generator)  # type: ignore[arg-type]
    found = estimate_space(EdgeMap(lines.astype(np.float32)), weights=folder)
    layers, log_depth, normals = targets(view)
    said = found.layers.argmax(0)
    own = np.isin(layers, [Layer.BUILDING, Layer.OPENING])
    around = np.isin(layers, [Layer.PLANT, Layer.OTHER, Layer.GROUND])
    cosine = np.clip((found.normals.transpose(2, 0, 1) * normals).sum(0)[own], -1, 1)
    depth = np.nan_to_num(log_depth, nan=np.inf)
    return Reading(
        hits=np.array([((said == one) & (layers == one) & known).sum() for one in Layer]),
        unions=np.array([(((said == one) | (layers == one)) & known).sum() for one in Layer]),
        normal_errors_deg=np.degrees(np.arccos(cosine)),
        pairs_building=_ordered(found.depth, depth, own, own, generator, aligned=True),
        pairs_between=_ordered(found.depth, depth, own, around, generator, aligned=False),
    )


def _ordered(
    found: NDArray[np.float32], log_depth: NDArray[np.float32], first: NDArray[np.bool_], second: NDArray[np.bool_],
    generator: np.random.Generator, *, aligned: bool,
) -> list[bool]:  # fmt: skip
    """Whether random pairs of pixels are ordered in depth as in truth; ``aligned`` on one row or column."""
    one, other = np.argwhere(first), np.argwhere(second)
    if not len(one) or not len(other):
        return []
    a = one[generator.integers(len(one), size=_PAIRS)]
    b = other[generator.integers(len(other), size=_PAIRS)]
    if aligned:
        axis = generator.integers(2, size=_PAIRS)
        b[np.arange(_PAIRS), axis] = a[np.arange(_PAIRS), axis]
    kept = second[tuple(b.T)]
    near, far = tuple(a[kept].T), tuple(b[kept].T)
    truth = log_depth[near] - log_depth[far]
    told = np.isfinite(truth) & (np.abs(truth) > _TOLD_APART)
    return list(((found[near] > found[far]) == (truth > 0))[told])
