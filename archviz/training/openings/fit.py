"""From measured openings to the coefficients of the openings' score, and its figures on other buildings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.illumination import Illumination
from archviz.core.seeds import derive_generator
from archviz.fidelity.intervals import bootstrap_mean
from archviz.fidelity.opening_features import FEATURES, OpeningFeatures, measure_openings
from archviz.fidelity.openings import OpeningModel, is_dark, is_fogged, pooled_shift, score_features
from archviz.fidelity.shown import Shown
from archviz.training.openings.pictures import SOURCES, CaseView

__all__ = [
    "PictureShift",
    "Sample",
    "Stranger",
    "fit_model",
    "judge_figures",
    "measure",
    "measure_strangers",
    "model_toml",
]

# Penalty of a weight of one standard deviation, per sample: features that say the same share their weight.
_PENALTY = 2e-3
# Shares of the calibration's openings that may fall on the wrong side of each threshold, each judged
# by coefficients that do not know its building; under the 5 % that are asked for.
_INTACT_MISSING, _REMOVED_FOUND = 0.04, 0.04
_SHIFT_PX = 3
_TOLD_PX = 1.5


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample:
    """One opening in one picture.

    Parameters
    ----------
    building, name, source, fate
        Whose it is, where the picture comes from, and ``intact``, ``removed`` or ``moved``.
    features
        (15,) at its place.
    """

    building: str
    name: str
    source: str
    fate: str
    features: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class PictureShift:
    """The openings' common displacement in one picture, and in the picture moved three pixels to the right [px]."""

    building: str
    source: str
    still_px: float
    moved_px: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Stranger:
    """A picture that shows nothing of the scene it is judged against: ``noise``, or ``other`` for another scene."""

    building: str
    source: str
    kind: str
    features: tuple[OpeningFeatures, ...]


@dataclass
class _Bin:
    values: list[float] = field(default_factory=list)
    buildings: list[str] = field(default_factory=list)

    def add(self, value: float, building: str) -> None:
        self.values.append(float(value))
        self.buildings.append(building)


def measure(view: CaseView) -> tuple[list[Sample], list[PictureShift]]:
    """Every judged opening of every picture of a view, and the pictures' shifts."""
    samples, shifts = [], []
    for source, pictures in view.pictures.items():
        # An engine's picture is made in the first of the lights.
        for picture, reference, light in zip(pictures, view.references[source], view.lights, strict=False):
            there = _measured(view, picture, reference, light)
            still, moved = (
                pooled_shift(Shown(shown, view.wireframe), Shown(reference, view.wireframe), view.views)
                for shown in (picture, np.roll(picture, _SHIFT_PX, axis=1))
            )
            if still is not None and moved is not None:
                shifts.append(PictureShift(building=view.case.name, source=source, still_px=still, moved_px=moved))
            for seen, features in zip(view.views, there, strict=True):
                if features is None:
                    continue
                samples.append(
                    Sample(
                        building=view.case.name,
                        name=seen.opening.name,
                        source=source,
                        fate=view.damage.get(seen.opening.name, "intact"),
                        features=features.own,
                    )
                )
    return samples, shifts


def measure_strangers(view: CaseView, other: CaseView) -> list[Stranger]:
    """The view's openings in white noise and in the pictures of another building."""
    import cv2

    strangers = []
    size = view.gbuffer.size
    for source, references in view.references.items():
        generator = derive_generator(view.case.number, "openings", "noise")
        pictures = {"noise": generator.integers(0, 256, (*size.shape, 3), dtype=np.uint8)}
        if source in other.pictures:
            pictures["other"] = cv2.resize(other.pictures[source][0], (size.width, size.height))
        for kind, picture in pictures.items():
            found = tuple(f for f in _measured(view, picture, references[0], view.lights[0]) if f is not None)
            if found:
                strangers.append(Stranger(building=view.case.name, source=source, kind=kind, features=found))
    return strangers


def _measured(
    view: CaseView, picture: NDArray[np.uint8], reference: NDArray[np.uint8], light: Illumination
) -> list[OpeningFeatures | None]:
    """One an opening; ``None`` where a report would not judge it either."""
    truth = Shown(reference, view.wireframe)
    found = measure_openings(Shown(picture, view.wireframe, reference=truth), view.views, truth)
    return [
        None if is_dark(light) or is_fogged(seen, light) else one for seen, one in zip(view.views, found, strict=True)
    ]


def fit_model(samples: Sequence[Sample]) -> OpeningModel:
    """Logistic regression, intact against removed or moved, each class and source with equal weight."""
    intact = np.array([s.fate == "intact" for s in samples])
    source = np.array([SOURCES.index(s.source) for s in samples])
    model = _regression(samples)
    probability = _held_out(samples)
    low = min(float(np.quantile(probability[intact & (source == k)], _INTACT_MISSING)) for k in np.unique(source))
    high = max(float(np.quantile(probability[~intact & (source == k)], 1 - _REMOVED_FOUND)) for k in np.unique(source))
    missing_below = float(np.clip(low, 0.02, 0.6))
    return replace(model, missing_below=missing_below, found_from=float(np.clip(high, missing_below, 0.9)))


def _held_out(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """(n,) probability of each sample under coefficients fitted to the other buildings; to all where it is alone."""
    probability = np.zeros(len(samples))
    for building in sorted({s.building for s in samples}):
        own = np.array([s.building == building for s in samples])
        others = [s for s, mine in zip(samples, own, strict=True) if not mine]
        known = others if len({s.fate == "intact" for s in others}) == 2 else samples
        probability[own] = _regression(known).probability(np.stack([s.features for s in samples])[own])
    return probability


def _regression(samples: Sequence[Sample]) -> OpeningModel:
    from scipy.optimize import minimize

    features = np.stack([s.features for s in samples]).astype(np.float64)
    intact = np.array([s.fate == "intact" for s in samples])
    source = np.array([SOURCES.index(s.source) for s in samples])
    mean, scale = features.mean(0), np.maximum(features.std(0), 1e-3)
    weights = np.zeros(len(samples))
    for key in {(bool(i), int(k)) for i, k in zip(intact, source, strict=True)}:
        chosen = (intact == key[0]) & (source == key[1])
        weights[chosen] = 1.0 / chosen.sum()
    weights /= weights.sum()
    columns = np.column_stack([(features - mean) / scale, np.ones(len(samples))])
    sign = np.where(intact, 1.0, -1.0)

    def loss(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (columns @ x)
        slope = -weights * sign / (1.0 + np.exp(margin))
        penalty = np.append(x[:-1], 0.0)
        value = weights @ np.logaddexp(0.0, -margin) + _PENALTY * penalty @ penalty
        return float(value), columns.T @ slope + 2 * _PENALTY * penalty

    best = minimize(loss, np.zeros(columns.shape[1]), jac=True, method="L-BFGS-B").x
    return OpeningModel(
        mean=mean, scale=scale, weights=best[:-1], bias=float(best[-1]), missing_below=0.5, found_from=0.5
    )


def judge_figures(
    samples: Sequence[Sample], strangers: Sequence[Stranger], shifts: Sequence[PictureShift], model: OpeningModel
) -> dict[str, dict[str, Any]]:
    """Source -> figures on the test buildings."""
    figures = {}
    for source in SOURCES:
        own = [s for s in samples if s.source == source]
        if own:
            figures[source] = (
                _row(own, model)
                | _strange([s for s in strangers if s.source == source], model)
                | _told([s for s in shifts if s.source == source])
            )
    return figures


def _row(samples: Sequence[Sample], model: OpeningModel) -> dict[str, Any]:
    probability = model.probability(np.stack([s.features for s in samples]))
    status = [model.status(float(p)) for p in probability]
    bins = {name: _Bin() for name in ("removed", "moved", "gone", "intact", "intact found")}
    for sample, said in zip(samples, status, strict=True):
        missing = said == "missing"
        if sample.fate == "intact":
            bins["intact"].add(missing, sample.building)
            bins["intact found"].add(said == "found", sample.building)
        else:
            bins[sample.fate].add(missing, sample.building)
            bins["gone"].add(missing, sample.building)
    intact = np.array([s.fate == "intact" for s in samples])
    return {
        "openings": len({(s.building, s.name) for s in samples}),
        "judged": len(samples),
        "buildings": len({s.building for s in samples}),
        "named": _share(bins["gone"]),
        "named_removed": _share(bins["removed"]),
        "named_moved": _share(bins["moved"]),
        "intact_missing": _share(bins["intact"]),
        "intact_found": _share(bins["intact found"]),
        "auc": _auc(probability, intact),
    }


def _share(data: _Bin) -> dict[str, float | int] | None:
    if not data.values:
        return None
    by_building: dict[str, list[float]] = {}
    for building, value in zip(data.buildings, data.values, strict=True):
        by_building.setdefault(building, []).append(value)
    interval = bootstrap_mean(by_building)
    return {
        "mean": round(float(np.mean(data.values)), 4),
        "low": round(float(interval.low), 4),
        "high": round(float(interval.high), 4),
        "of": len(data.values),
    }


def _auc(probability: NDArray[np.float64], intact: NDArray[np.bool_]) -> float | None:
    from scipy.stats import rankdata

    if intact.all() or not intact.any():
        return None
    ranks = rankdata(probability)
    count = int(intact.sum())
    return round(float((ranks[intact].sum() - count * (count + 1) / 2) / (count * (~intact).sum())), 4)


def _strange(strangers: Sequence[Stranger], model: OpeningModel) -> dict[str, Any]:
    """Scores of pictures that show another scene, and of white noise."""
    bins = {"noise": _Bin(), "other": _Bin()}
    for stranger in strangers:
        bins[stranger.kind].add(score_features(stranger.features, model)[2], stranger.building)
    return {"noise_score": _share(bins["noise"]), "other_scene_score": _share(bins["other"])}


def _told(shifts: Sequence[PictureShift]) -> dict[str, Any]:
    """Whether a picture moved by three pixels is told from one that is not."""
    told, told_none = _Bin(), _Bin()
    for shift in shifts:
        told.add(shift.moved_px >= _TOLD_PX, shift.building)
        told_none.add(shift.still_px < _TOLD_PX, shift.building)
    return {"shift_told": _share(told), "no_shift_told": _share(told_none)}


def model_toml(model: OpeningModel, note: str) -> str:
    """The file of :func:`archviz.fidelity.openings.opening_model`."""
    lines = [
        f"# {note}",
        f"bias = {model.bias:.5f}",
        f"missing_below = {model.missing_below:.4f}",
        f"found_from = {model.found_from:.4f}",
    ]
    for name, mean, scale, weight in zip(FEATURES, model.mean, model.scale, model.weights, strict=True):
        lines += [
            "",
            "[[features]]",
            f'name = "{name}"',
            f"mean = {mean:.5f}",
            f"scale = {scale:.5f}",
            f"weight = {weight:.5f}",
        ]
    return "\n".join(lines) + "\n"
