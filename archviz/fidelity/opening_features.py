"""What a picture shows at an opening's place and at the same outline slid along its wall, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.tone import luminance, srgb_to_linear
from archviz.fidelity.gradient import GradientField, find_edges
from archviz.fidelity.opening_shift import common_shift
from archviz.fidelity.opening_views import OpeningView, Place
from archviz.fidelity.shown import Shown

__all__ = ["FEATURES", "OpeningFeatures", "measure_openings"]

FEATURES = (
    "sides", "weak_side", "response", "inner", "contrast", "texture", "match", "inverse", "strength", "whole",
    "sides_over_wall", "contrast_over_wall", "match_over_wall", "expected", "size",
)  # fmt: skip
"""Order of the columns: see :func:`measure_openings`."""

_PLACE_FEATURES = 10
_OVER_WALL = (0, 4, 6)
_BLACK = 0.01
# Floor of a deviation: four per cent of luminance.
_LUMINANCE_FLOOR = 0.04
# One unit of contrast: a third in luminance, eight in Lab a or b.
_CONTRAST_UNITS = np.array([0.3, 8.0, 8.0], dtype=np.float32)
_MOST_CONTRAST = 4.0
_MOST_STRENGTH = 2.0
_LEAST_SAMPLES = 3
_LEAST_POINTS = 12
_FINE_PX = 48.0
_GRID_SPAN = 23.0

_Float = NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class OpeningFeatures:
    """Numbers of one opening.

    Parameters
    ----------
    own
        (15,) at its own place.
    others
        (k, 15) at the places slid along its wall, as if it were there.
    copies
        (k, 15) where it is moved aside, in the place of those.
    shift_px
        Displacement right and down of its lines from the reference's [px]; ``None`` where it has too few.
    """

    own: _Float
    others: _Float
    copies: _Float
    shift_px: tuple[float, float] | None


class _Channels:
    """Log luminance and Lab a, b of a picture, blurred to the grid's spacing for small and large outlines."""

    def __init__(self, display: _Float) -> None:
        import cv2

        channels = np.empty_like(display)
        channels[..., 0] = np.log(luminance(srgb_to_linear(display)) + _BLACK)
        channels[..., 1:] = cv2.cvtColor(display, cv2.COLOR_RGB2LAB)[..., 1:]
        self._levels = [cv2.GaussianBlur(channels, (0, 0), sigma) for sigma in (0.7, 1.6)]

    def at(self, grid_px: _Float, *, fine: bool) -> _Float:
        import cv2

        level = self._levels[0 if fine else 1]
        return np.asarray(cv2.remap(level, grid_px, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def measure_openings(picture: Shown, views: Sequence[OpeningView], reference: Shown) -> list[OpeningFeatures | None]:
    """Measure every judged opening.

    ``sides``, ``weak_side``: share of its outline's samples found, mean over its four sides and the
    second lowest; ``response``: how strong they are; ``inner``: share found of the lines inside it;
    ``contrast``: colour inside against the wall around; ``texture``: log of their deviations'
    ratio; ``match``, ``strength``: how much of the picture the reference explains that the reference
    with the wall drawn on over the opening does not, as a partial correlation and as a factor (1 where
    the picture shows what the reference does); ``inverse``: the same correlation where it is negative,
    since a curtain or a lamp makes glass light that the reference has dark; ``whole``: ``sides`` by
    ``contrast`` up to 1, since a closed window leaves its joint and a shadow its tone;
    ``..._over_wall``: less the mean at the same outline slid along its wall; ``expected``: contrast of
    the reference; ``size``: log of its smaller side over ten pixels.

    Parameters
    ----------
    picture, reference
        Of the view: the one to judge, and what the model and the light make of it.
    views
        Of :func:`archviz.fidelity.opening_views.see_openings`.

    Returns
    -------
    list
        ``None`` for openings that are not judged.
    """
    channels, expected = _Channels(picture.display), _Channels(reference.display)
    evidence = iter(_evidence(picture.field, [view for view in views if view.own is not None]))
    answers: list[OpeningFeatures | None] = []
    for view in views:
        if view.own is None:
            answers.append(None)
            continue
        rows, copies = _features(view, *next(evidence), channels, expected)
        answers.append(
            OpeningFeatures(
                own=rows[0],
                others=rows[1:],
                copies=copies,
                shift_px=common_shift(picture.field, reference.field, [view]),
            )
        )
    return answers


def _evidence(field: GradientField, views: Sequence[OpeningView]) -> list[tuple[NDArray[np.bool_], _Float]]:
    """(1 + k, n) found and responses of each view's places, from one call for all."""
    places: list[Place] = [place for view in views for place in _places(view)]
    if not places:
        return []
    hits = find_edges(
        field, np.concatenate([p.positions_px for p in places]), np.concatenate([p.normals for p in places])
    )
    answers, start = [], 0
    for view in views:
        shape = (len(_places(view)), len(view.sides))
        end = start + shape[0] * shape[1]
        answers.append((hits.found[start:end].reshape(shape), hits.responses[start:end].reshape(shape)))
        start = end
    return answers


def _places(view: OpeningView) -> list[Place]:
    return [place for place in (view.own, *view.others, *view.copies) if place is not None]


class _Template:
    """What the reference shows at an opening, beside what the bare wall would show there."""

    def __init__(self, patch: _Float, inside: NDArray[np.bool_], known: NDArray[np.bool_]) -> None:
        self.patch = patch
        self._known = known
        scaled = patch / _CONTRAST_UNITS
        wall = _drawn_on(scaled, known & ~inside)
        self._wall = wall[known]
        # What is left of the opening once constants and the wall's own course are taken out.
        self._opening = _left_over((scaled - wall)[known], self._wall)

    def fit(self, patch: _Float) -> tuple[float, float]:
        """Partial correlation and factor of the opening in a patch."""
        if self._known.sum() < 2 * _LEAST_POINTS:
            return 0.0, 0.0
        seen = _left_over((patch / _CONTRAST_UNITS)[self._known], self._wall)
        floor = _LUMINANCE_FLOOR / _CONTRAST_UNITS[0] * np.sqrt(len(seen))
        product = float((seen * self._opening).sum())
        norms = [max(float(np.linalg.norm(x)), float(floor)) for x in (seen, self._opening)]
        strength = product / norms[1] ** 2
        return product / (norms[0] * norms[1]), float(np.clip(strength, 0.0, _MOST_STRENGTH))


def _drawn_on(patch: _Float, wall: NDArray[np.bool_]) -> _Float:
    """A patch with the wall's colour drawn on from its rim, plane by plane."""
    if wall.sum() < _LEAST_POINTS:
        return np.broadcast_to(np.median(patch, axis=(0, 1)), patch.shape).astype(np.float32)
    rows, columns = np.indices(wall.shape)
    terms = np.stack([np.ones(wall.shape), rows / _GRID_SPAN, columns / _GRID_SPAN], axis=-1)
    plane = np.linalg.lstsq(terms[wall], patch[wall], rcond=None)[0]
    # On the wall itself it is what it is: a shadow's edge there is no opening.
    return np.where(wall[..., None], patch, terms @ plane).astype(np.float32)


def _left_over(values: _Float, wall: _Float) -> _Float:
    """(n, 3) values without their mean and without the share that follows the wall, channel by channel."""
    centered, along = values - values.mean(0), wall - wall.mean(0)
    share = (centered * along).sum(0) / np.maximum((along * along).sum(0), 1e-3 * len(values))
    return np.asarray(centered - share * along, dtype=np.float32)


def _features(
    view: OpeningView,
    found: NDArray[np.bool_],
    responses: _Float,
    channels: _Channels,
    expected: _Channels,
) -> tuple[_Float, _Float]:
    """(1 + k, 15) at an opening's own place and on bare wall, and (m, 15) at its copies."""
    assert view.own is not None
    fine = max(view.size_px) < _FINE_PX
    template = _Template(expected.at(view.own.grid_px, fine=fine), view.inside, view.inside | view.around)
    measured = np.stack(
        [
            _place_features(view, found[i], responses[i], channels.at(place.grid_px, fine=fine), template)
            for i, place in enumerate(_places(view))
        ]
    )
    rows, aside = np.split(measured, [1 + len(view.others)])
    wanted = _contrast(template.patch, view.inside, view.around)[0]
    size = np.log(min(view.size_px) / 10.0)
    full = []
    for i, row in enumerate(rows):
        rest = np.delete(rows[1:], i - 1, axis=0) if i else rows[1:]
        wall = rest.mean(0) if len(rest) else np.zeros(_PLACE_FEATURES, np.float32)
        full.append([*row, *(row[k] - wall[k] for k in _OVER_WALL), wanted, size])
    # Copies have no wall to be compared with, as their opening has none.
    copies = [[*row, *(row[k] for k in _OVER_WALL), wanted, size] for row in aside]
    return np.array(full, dtype=np.float32), np.array(copies, dtype=np.float32).reshape(-1, len(FEATURES))


def _place_features(
    view: OpeningView, found: NDArray[np.bool_], responses: _Float, patch: _Float, template: _Template
) -> _Float:
    shares, strengths = [], []
    for side in range(4):
        chosen = view.sides == side
        if chosen.sum() >= _LEAST_SAMPLES:
            shares.append(float(found[chosen].mean()))
            strengths.append(float(np.minimum(responses[chosen], 1.5).mean()))
    shares = sorted(shares) or [0.0]
    inner = view.sides == -1
    sides = float(np.mean(shares))
    lines = float(found[inner].mean()) if inner.sum() >= 2 * _LEAST_SAMPLES else sides
    contrast, texture = _contrast(patch, view.inside, view.around)
    match, strength = template.fit(patch)
    return np.array(
        [
            sides,
            shares[min(1, len(shares) - 1)],
            float(np.mean(strengths)) if strengths else 0.0,
            lines,
            contrast,
            texture,
            max(match, 0.0),
            max(-match, 0.0),
            strength,
            sides * min(contrast, 1.0),
        ],
        dtype=np.float32,
    )


def _contrast(patch: _Float, inside: NDArray[np.bool_], around: NDArray[np.bool_]) -> tuple[float, float]:
    """Distance of the colours inside and around, and the log ratio of their deviations in luminance."""
    if inside.sum() < _LEAST_POINTS or around.sum() < _LEAST_POINTS:
        return 0.0, 0.0
    within, rim = patch[inside], patch[around]
    apart = np.abs(np.median(within, axis=0) - np.median(rim, axis=0)) / _CONTRAST_UNITS
    ratio = (within[:, 0].std() + _LUMINANCE_FLOOR) / (rim[:, 0].std() + _LUMINANCE_FLOOR)
    return min(float(np.linalg.norm(apart)), _MOST_CONTRAST), float(np.log(ratio))
