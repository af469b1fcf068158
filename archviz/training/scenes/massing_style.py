"""Choices that several kinds of buildings share."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from archviz.training.scenes.plan import FacadeStyle, RoofKind, RoofSpec, Side

__all__ = ["SIDES", "all_sides", "capped", "house_style", "pick", "pitched_roof", "railing", "uniform"]

T = TypeVar("T")
SIDES: tuple[Side, ...] = ("south", "east", "north", "west")
# Slopes that each roof is built with [degrees]; of a vault, the angle at its springing.
_PITCH_DEG: dict[str, tuple[float, float]] = {
    "gable": (22.0, 45.0), "hip": (20.0, 35.0), "shed": (6.0, 18.0), "butterfly": (7.0, 14.0), "vault": (30.0, 75.0),
    "sawtooth": (18.0, 28.0),
}  # fmt: skip


# A roof never rises higher than this over its walls, however wide the building [m].
_MAX_RISE_M: dict[str, float] = {"gable": 5.5, "hip": 5.0, "shed": 2.2, "butterfly": 2.0, "vault": 6.0}


def capped(roof: RoofSpec, box: tuple[float, float, float, float]) -> RoofSpec:
    """The roof with a slope that keeps its rise within what its kind may have."""
    limit = _MAX_RISE_M.get(roof.kind)
    if limit is None:
        return roof
    x0, y0, x1, y1 = box
    span = min(x1 - x0, y1 - y0) if roof.kind == "hip" else (y1 - y0) if roof.axis == "x" else (x1 - x0)
    run = {"shed": span, "butterfly": 0.6 * span}.get(roof.kind, span / 2)
    # A vault rises by half its span times the tangent of half its angle.
    share = 2.0 if roof.kind == "vault" else 1.0
    return replace(roof, pitch_deg=min(roof.pitch_deg, share * float(np.degrees(np.arctan(limit / run)))))


def uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number between, to the centimetre."""
    return round(float(rng.uniform(low, high)), 2)


def pick(rng: np.random.Generator, *choices: T) -> T:
    """One of the choices."""
    return choices[int(rng.integers(len(choices)))]


def railing(rng: np.random.Generator) -> str:
    """A kind of railing."""
    return pick(rng, "bars", "bars", "rails", "glass", "panel")


def all_sides(style: FacadeStyle) -> dict[Side, FacadeStyle]:
    """The same style on every side."""
    return dict.fromkeys(SIDES, style)


def pitched_roof(rng: np.random.Generator, kinds: tuple[RoofKind, ...]) -> RoofSpec:
    """A roof of one of the kinds, with a usual slope and overhang."""
    kind = pick(rng, *kinds)
    low, high = _PITCH_DEG.get(kind, (0.0, 1.0))
    return RoofSpec(
        kind=kind,
        axis="x",
        pitch_deg=uniform(rng, low, high),
        overhang_m=uniform(rng, 0.15, 0.9),
        thickness_m=uniform(rng, 0.18, 0.32),
        parapet_m=uniform(rng, 0.25, 0.9),
    )


def house_style(rng: np.random.Generator) -> FacadeStyle:
    """Punched windows of a dwelling."""
    return FacadeStyle(
        bay_m=uniform(rng, 2.4, 3.6),
        window_m=uniform(rng, 0.9, 1.9),
        sill_m=pick(rng, 0.9, 0.9, 0.7, 0.4),
        head_m=uniform(rng, 2.1, 2.4),
        recess_m=uniform(rng, 0.06, 0.15),
        frame_m=uniform(rng, 0.05, 0.08),
        bars=(int(rng.integers(0, 3)), int(rng.integers(0, 3))),
        sill=bool(rng.random() < 0.7),
        surround=bool(rng.random() < 0.3),
        shutters=bool(rng.random() < 0.2),
        irregular=pick(rng, 0.0, 0.0, 0.2),
    )
