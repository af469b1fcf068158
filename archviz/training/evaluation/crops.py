"""Features of the crops that pictures are compared by, as a set, with the truth."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.seeds import derive_generator
from archviz.fidelity import Interval
from archviz.training.evaluation.held_out import HeldOutView
from archviz.training.evaluation.kid import KernelDistance, cut_crops, kernel_distance
from archviz.training.evaluation.workshop import ONE_STEP, REGRESSION
from archviz.training.metric_network import INPUT_PX, features_of

__all__ = ["CROPS", "compare_crops", "crop_features"]

# 2,000 crops from 21 views under four lights; neighbours tell the same again.
CROPS = 24
_FIGURE = "KID"
_LESS = "KID over that of {}"
_BASELINES = (ONE_STEP, REGRESSION, "deferred colour")
_OTHERS = "truth, other places"


def crop_features(view: HeldOutView, folder: Path) -> Mapping[str, NDArray[np.float32]]:
    """Features of one view's crops, made once: by column, and of the truth at other places.

    Every column's crops stand at the same places. They are compared with crops of the truth in the same views and
    lights, drawn anew; the truth's own distance from these is what is left to chance.

    Parameters
    ----------
    folder
        Where they are kept, by weights and metric network.
    """
    path = folder / f"{view.edition}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            return dict(kept)
    made = {column: _features(view, [(column, mix) for mix in view.lights]) for column in view.workshop.columns}
    made[_OTHERS] = _features(view, [("truth", mix) for mix in view.lights], places="other")
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **made)
    beside.replace(path)
    return made


def _features(view: HeldOutView, pictures: Sequence[tuple[str, int]], *, places: str = "first") -> NDArray[np.float32]:
    crops = [
        cut_crops(
            view.picture(column, mix),
            count=CROPS,
            side=INPUT_PX,
            generator=derive_generator(view.scene, "crops", view.name, mix, places),
        )
        for column, mix in pictures
    ]
    return features_of(view.workshop.network, np.concatenate(crops))


def compare_crops(
    views: Sequence[tuple[int, Mapping[str, NDArray[np.float32]]]],
) -> tuple[dict[str, dict[str, Interval]], int]:
    """KID of every column, and how much larger it is than the baselines'; with the number of crops of one column.

    Parameters
    ----------
    views
        Scene and :func:`crop_features` of each view.
    """
    by_scene: dict[str, dict[int, NDArray[np.float32]]] = {}
    for column in views[0][1]:
        scenes = sorted({scene for scene, _ in views})
        by_scene[column] = {
            scene: np.concatenate([made[column] for of, made in views if of == scene]) for scene in scenes
        }
    reference = by_scene.pop(_OTHERS)
    found: dict[str, KernelDistance] = {c: kernel_distance(made, reference) for c, made in by_scene.items()}
    figures = {_FIGURE: {column: distance.interval for column, distance in found.items()}}
    for baseline in (column for column in _BASELINES if column in found):
        figures[_LESS.format(baseline)] = {
            column: distance.less(found[baseline])
            for column, distance in found.items()
            if column not in ("truth", baseline)
        }
    return figures, next(iter(found.values())).crops
