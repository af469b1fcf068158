"""Openings: which windows and doors of the model a picture shows, by name."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination
from archviz.core.openings import Opening
from archviz.core.tone import linear_to_srgb, luminance
from archviz.fidelity.judged_view import JudgedView
from archviz.fidelity.opening_features import FEATURES, OpeningFeatures, measure_openings
from archviz.fidelity.opening_shift import common_shift
from archviz.fidelity.opening_views import OpeningView
from archviz.fidelity.shown import Shown
from archviz.fidelity.wireframe import Wireframe

__all__ = [
    "JudgedOpening",
    "OpeningModel",
    "OpeningStatus",
    "Openings",
    "is_dark",
    "is_fogged",
    "judge_openings",
    "judge_views",
    "opening_model",
    "pooled_shift",
    "score_features",
]

OpeningStatus = Literal["found", "weak", "missing", "too small", "hidden", "not judged"]

# Luminance of the sky's horizon and zenith together below which windows show as lamps or not at
# all: the presets have 0.08 at sunset, 0.02 in the blue hour, 0.0015 at night.
_LEAST_SKY = 0.03
# Less than half of the light from there arrives: fog.
_LEAST_CLEAR = 0.5
_FILE = "openings.toml"


@dataclass(frozen=True, eq=False, kw_only=True)
class OpeningModel:
    """Logistic probability that an opening stands in a picture.

    Parameters
    ----------
    mean, scale, weights
        (15,) of each feature, in the order of ``FEATURES``.
    bias
        Added to the weighted sum.
    missing_below, found_from
        Probabilities that part missing, weak and found.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    missing_below: float
    found_from: float

    def __post_init__(self) -> None:
        for name in ("mean", "scale", "weights"):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != (len(FEATURES),) or not np.isfinite(array).all():
                raise OptionError(f"openings' model: {name} has shape {array.shape}; give {len(FEATURES)} numbers")
            object.__setattr__(self, name, array)
        if not (self.scale > 0).all() or not 0.0 < self.missing_below <= self.found_from < 1.0:
            raise OptionError("openings' model: scales above 0 and 0 < missing_below <= found_from < 1 are accepted")

    def probability(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n,) of (n, 15) features."""
        score = ((features - self.mean) / self.scale) @ self.weights + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-score)))

    def status(self, probability: float) -> OpeningStatus:
        """What a probability is called."""
        if probability < self.missing_below:
            return "missing"
        return "found" if probability >= self.found_from else "weak"


@lru_cache(maxsize=1)
def opening_model() -> OpeningModel:
    """The calibrated model; ``python -m archviz.training openings`` writes its file."""
    text = (resources.files("archviz.fidelity") / _FILE).read_text(encoding="utf-8")
    table = tomllib.loads(text)
    rows = table["features"]
    if [row["name"] for row in rows] != list(FEATURES):
        raise OptionError(f"{_FILE}: features are not {', '.join(FEATURES)}; calibrate again")
    return OpeningModel(
        mean=np.array([row["mean"] for row in rows]),
        scale=np.array([row["scale"] for row in rows]),
        weights=np.array([row["weight"] for row in rows]),
        bias=table["bias"],
        missing_below=table["missing_below"],
        found_from=table["found_from"],
    )


@dataclass(frozen=True, kw_only=True)
class JudgedOpening:
    """What a picture keeps of one opening.

    Parameters
    ----------
    name, kind
        The model's.
    status
        ``found``, ``weak`` or ``missing``; ``too small``, ``hidden`` or ``not judged`` where the view
        or the light cannot tell.
    probability
        That it stands where it should; ``None`` where it is not judged.
    shift_px
        Displacement right and down [px]; ``None`` where it cannot be told.
    """

    name: str
    kind: str
    status: OpeningStatus
    probability: float | None
    shift_px: tuple[float, float] | None

    def to_json(self) -> dict[str, Any]:
        """The entry of ``archviz check``."""
        return {
            "name": self.name,
            "kind": self.kind,
            "status": self.status,
            "probability": None if self.probability is None else round(self.probability, 3),
            "shift_px": None if self.shift_px is None else [round(v, 1) for v in self.shift_px],
        }


@dataclass(frozen=True, kw_only=True)
class Openings:
    """What a picture keeps of all openings.

    Parameters
    ----------
    judged
        One for each opening of the model, in its order.
    share, chance, score
        Share found of those judged; share that would be found where the same outlines are slid along
        their walls, or moved aside where they have no bare wall; ``(share - chance) / (1 - chance)``,
        0 no better than chance.
    shift_px
        Displacement that they share, :func:`pooled_shift`.
    reason
        Why there is no score.
    """

    judged: tuple[JudgedOpening, ...]
    share: float | None
    chance: float | None
    score: float | None
    shift_px: float | None
    reason: str | None

    def count(self, status: OpeningStatus) -> int:
        """How many have a status."""
        return sum(opening.status == status for opening in self.judged)

    def to_json(self) -> dict[str, Any]:
        """Counts, the names of the missing, and the scores."""
        statuses: tuple[OpeningStatus, ...] = ("found", "weak", "missing", "too small", "hidden", "not judged")
        return {
            **{status.replace(" ", "_"): self.count(status) for status in statuses},
            "names_missing": list(self.missing),
            "score": None if self.score is None else round(self.score, 4),
            "share": None if self.share is None else round(self.share, 4),
            "chance": None if self.chance is None else round(self.chance, 4),
            "shift_px": None if self.shift_px is None else round(self.shift_px, 2),
            "reason": self.reason,
        }

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the missing."""
        return tuple(opening.name for opening in self.judged if opening.status == "missing")


def judge_openings(
    picture: NDArray[np.generic],
    gbuffer: GBuffer,
    openings: Sequence[Opening],
    *,
    illumination: Illumination | None = None,
    reference: NDArray[np.generic] | None = None,
    wireframe: Wireframe | None = None,
    model: OpeningModel | None = None,
) -> Openings:
    """Look for the model's windows and doors in a picture.

    Each outline's four sides and what lies inside are measured at its own place and where the same
    outline is slid along its own wall onto bare wall; a calibrated logistic model makes a probability
    of both. A window that stands one bay beside its place is missing at its place.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB of the G-buffer's size.
    gbuffer
        The view.
    openings
        Of its scene.
    illumination
        The light: at night and through fog nothing is judged.
    reference
        Deferred colour of the view; base colours stand for it where it is not given.
    wireframe
        The G-buffer's, where it is traced already.
    model
        Another than the calibrated one.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    view = JudgedView.of(gbuffer, openings, wireframe=wireframe)
    truth = None if reference is None else Shown(reference, view.wireframe)
    shown = Shown(picture, view.wireframe, reference=truth)
    return judge_views(shown, view, illumination=illumination, model=model)


def judge_views(
    shown: Shown, view: JudgedView, *, illumination: Illumination | None = None, model: OpeningModel | None = None
) -> Openings:
    """:func:`judge_openings` of a picture that is measured already, in a view that is ready."""
    if not view.openings:
        return _empty((), "unknown: no class, name or transparent material of the model says window, door or glass")
    chosen = opening_model() if model is None else model
    dark = illumination is not None and is_dark(illumination)
    if dark or all(opening.own is None for opening in view.openings):
        reason = "not judged at night or dusk" if dark else "no opening is at least 10x10 px and 60 % visible"
        return _empty(tuple(_unjudged(opening, dark=dark) for opening in view.openings), reason)
    expected = shown.reference
    if expected is None:
        expected = Shown(linear_to_srgb(view.gbuffer.base_color().array), view.wireframe)
    measured = measure_openings(shown, view.openings, expected)
    judged, told = [], []
    for opening, features in zip(view.openings, measured, strict=True):
        if features is None or is_fogged(opening, illumination):
            judged.append(_unjudged(opening, dark=features is not None))
            continue
        judged.append(_judged(opening, features, chosen))
        told.append(features)
    if not told:
        return _empty(tuple(judged), "not judged in fog")
    share, chance, score = score_features(told, chosen)
    return Openings(
        judged=tuple(judged),
        share=share,
        chance=chance,
        score=score,
        shift_px=pooled_shift(shown, expected, view.openings),
        reason=None,
    )


def pooled_shift(shown: Shown, expected: Shown, views: Sequence[OpeningView]) -> float | None:
    """How far the openings of one picture stand from their places together [px].

    One opening has too few lines to tell; over all of them a picture that is moved is told.
    """
    moved = common_shift(shown.field, expected.field, views)
    return None if moved is None else float(np.hypot(*moved))


def score_features(features: Sequence[OpeningFeatures], model: OpeningModel) -> tuple[float, float, float]:
    """Share, chance and score, as in :class:`Openings`, of at least one measured opening."""
    own = model.probability(np.stack([f.own for f in features])) >= model.found_from
    places = [f.others if len(f.others) else f.copies for f in features]
    elsewhere = [float((model.probability(rows) >= model.found_from).mean()) for rows in places if len(rows)]
    share = float(own.mean())
    # Under 1: the score divides by what is left.
    chance = min(float(np.mean(elsewhere)), 0.99) if elsewhere else 0.0
    return share, chance, (share - chance) / (1.0 - chance)


def is_fogged(view: OpeningView, illumination: Illumination | None) -> bool:
    """Whether too little of an opening's light arrives to judge it."""
    haze = 0.0 if illumination is None else illumination.haze_per_m
    return bool(np.exp(-haze * view.distance_m) < _LEAST_CLEAR)


def is_dark(illumination: Illumination) -> bool:
    """Whether the sky is too dark to judge openings: they show as lamps or not at all."""
    sky = np.array([illumination.zenith_radiance, illumination.horizon_radiance], dtype=np.float32)
    return float(luminance(sky).mean()) < _LEAST_SKY


def _judged(view: OpeningView, features: OpeningFeatures, model: OpeningModel) -> JudgedOpening:
    probability = float(model.probability(features.own[None])[0])
    status = model.status(probability)
    return JudgedOpening(
        name=view.opening.name,
        kind=view.opening.kind,
        status=status,
        probability=probability,
        shift_px=None if status == "missing" else features.shift_px,
    )


def _unjudged(view: OpeningView, *, dark: bool) -> JudgedOpening:
    status: OpeningStatus = "not judged" if dark and view.flag == "judged" else _FLAGS[view.flag]
    return JudgedOpening(name=view.opening.name, kind=view.opening.kind, status=status, probability=None, shift_px=None)


_FLAGS: dict[str, OpeningStatus] = {"judged": "not judged", "too small": "too small", "hidden": "hidden"}


def _empty(judged: tuple[JudgedOpening, ...], reason: str) -> Openings:
    return Openings(judged=judged, share=None, chance=None, score=None, shift_px=None, reason=reason)
