"""Every score of every picture of a subject, and the comparison of its suns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.fidelity import (
    Wireframe,
    drift,
    edge_evidence,
    shadow_agreement,
    silhouette,
    straightness,
    sun_gain,
    trace_wireframe,
)
from archviz.training.calibration.damage import BENDS_PX, SHIFTS_PX, bent, shifted, white_noise
from archviz.training.calibration.subjects import Subject

__all__ = ["compare_suns", "score_subject"]

Picture = NDArray[np.uint8]
Row = dict[str, Any]

_TURNS_DEG = (30, 90, 180)
# A sun whose mask differs on less of building and ground casts the same shadows.
_LEAST_DIFFERENCE = 0.05
_LIT = 0.02


def score_subject(subject: Subject, stranger: Picture) -> list[Row]:
    """Rows of damage, amount, score and value.

    Parameters
    ----------
    stranger
        A picture of another scene, of any size.
    """
    import cv2

    size = subject.gbuffer.size
    lines = [("none", 0.0, subject.picture)]
    lines += [("shift", float(n), shifted(subject.picture, n, seed=subject.seed)) for n in SHIFTS_PX]
    lines += [("bend", float(n), bent(subject.picture, n, seed=subject.seed)) for n in BENDS_PX]
    lines += [(change, 1.0, picture) for change, picture in subject.altered.items()]
    lines += [
        ("white noise", 1.0, white_noise(size, seed=subject.seed)),
        ("another scene", 1.0, np.asarray(cv2.resize(stranger, (size.width, size.height)), np.uint8)),
    ]
    wires = trace_wireframe(subject.gbuffer)
    rows = [row for damage, amount, picture in lines for row in _line_rows(subject, wires, damage, amount, picture)]
    own = subject.suns[0]
    shadows = [("none", 0.0, subject.picture, own), ("shadows removed", 1.0, subject.shadowless, own)]
    shadows += [("sun turned", float(turn), subject.picture, subject.suns[turn]) for turn in _TURNS_DEG]
    shadows += [(damage, amount, picture, own) for damage, amount, picture in lines if damage not in ("none", "bend")]
    for damage, amount, picture, sun in shadows:
        rows.append(_row(damage, amount, "shadow agreement", shadow_agreement(picture, subject.gbuffer, sun).auc))
        rows.append(_row(damage, amount, "sun gain", sun_gain(picture, subject.gbuffer, sun)))
    return rows


def _line_rows(subject: Subject, wires: Wireframe, damage: str, amount: float, picture: Picture) -> list[Row]:
    view, reference = subject.gbuffer, subject.reference
    moved = drift(subject.other, picture, view, wireframe=wires)
    values = {
        "edge evidence": edge_evidence(picture, view, reference=reference, wireframe=wires).score,
        "silhouette": silhouette(picture, view, reference=reference, wireframe=wires).iou,
        "straightness": straightness(picture, view, reference=reference, wireframe=wires).excess_px,
        "drift": moved.median_px,
        "drift over 2 px": moved.share_over_2px,
    }
    return [_row(damage, amount, score, value) for score, value in values.items()]


def _row(damage: str, amount: float, score: str, value: float | None) -> Row:
    return {"damage": damage, "amount": amount, "score": score, "value": None if value is None else float(value)}


def compare_suns(gbuffer: GBuffer, pictures: Mapping[int, Picture], suns: Mapping[int, LightBuffer]) -> list[Row]:
    """Each picture's own sun against every sun of other shadows: gains, and whether its own is higher."""
    parts = gbuffer.parts()
    solid = np.isin(parts, [int(Part.BUILDING), int(Part.OPENING), int(Part.GROUND)])
    masks = {turn: light.sun_shading.array[solid] > _LIT for turn, light in suns.items()}
    rows = []
    for own, picture in pictures.items():
        known = {turn: sun_gain(picture, gbuffer, light) for turn, light in suns.items()}
        gains = {turn: gain for turn, gain in known.items() if gain is not None}
        for turn, gain in gains.items():
            difference = float((masks[turn] != masks[own]).mean())
            if turn == own or difference < _LEAST_DIFFERENCE or own not in gains:
                continue
            rows.append(
                {"own": own, "other": turn, "difference": difference, "gain": gains[own], "other_gain": gain,
                 "right": float(gains[own] > gain)}
            )  # fmt: skip
    return rows
