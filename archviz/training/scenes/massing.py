"""Kinds of buildings: houses, and the table of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from archviz.training.scenes.massing_large import hall, school, slab, tower
from archviz.training.scenes.massing_open import courtyard, pavilion, villa
from archviz.training.scenes.massing_style import all_sides, capped, house_style, pick, pitched_roof, railing, uniform
from archviz.training.scenes.plan import FacadeStyle, Feature, Massing, RoofKind, RoofSpec, Side, Volume, rectangle

__all__ = ["KINDS", "choose_massing"]

Generator = np.random.Generator


def house(rng: Generator) -> Massing:
    """A detached house: one or two storeys, plain, L or T."""
    width, depth = uniform(rng, 9.0, 14.0), uniform(rng, 6.5, 9.0)
    count = int(rng.integers(1, 3))
    storeys = tuple(uniform(rng, 2.8, 3.2) for _ in range(count))
    plinth = uniform(rng, 0.15, 0.6)
    style = house_style(rng)
    x, y = width / 2, depth / 2
    roof = pitched_roof(rng, ("gable", "hip", "gable", "shed", "butterfly", "flat", "slab", "hip"))
    main = Volume(polygon=rectangle(-x, -y, x, y), base_m=plinth, storeys_m=storeys, styles=all_sides(style), roof=roof)
    volumes, features = [main], []
    if rng.random() < 0.6:
        volumes.append(_wing(rng, main, style))
    if roof.kind in ("gable", "hip") and rng.random() < 0.5:
        features.append(Feature(kind="chimney", volume=0, span=(uniform(rng, 0.15, 0.85),) * 2))
    at = uniform(rng, 0.3, 0.7) if len(volumes) == 1 else (0.25 if volumes[1].box[0] > -x + 1 else 0.75)
    features.append(Feature(kind=pick(rng, "porch", "canopy", "canopy"), span=(at, at), depth_m=uniform(rng, 1.1, 1.9)))
    if count == 2 and rng.random() < 0.4:
        features.append(
            Feature(
                kind="balconies",
                side=pick(rng, "south", "east", "west"),
                storeys=(1,),
                span=(0.25, 0.75),
                depth_m=uniform(rng, 1.0, 1.6),
                style=railing(rng),
            )
        )
    if rng.random() < 0.3:
        features.append(Feature(kind="planters", span=(0.05, 0.95)))
    return Massing(
        kind="detached",
        volumes=tuple(volumes),
        features=tuple(features),
        entrance=(0, at),
        door_m=(uniform(rng, 0.95, 1.5), 2.15),
        plinth_m=plinth,
    )


def _wing(rng: Generator, main: Volume, style: FacadeStyle) -> Volume:
    """A lower wing in front, its ridge across the main one's."""
    x0, y0, x1, y1 = main.box
    width, depth = uniform(rng, 3.6, 0.45 * (x1 - x0)), uniform(rng, 2.0, 4.5)
    left = x0 if rng.random() < 0.5 else x1 - width
    count = len(main.storeys_m) if rng.random() < 0.5 else 1
    kind = main.roof.kind
    # Only a ridge can run into the main roof; other roofs stop at the wall.
    cross = kind in ("gable", "hip") and count == len(main.storeys_m) and main.roof.axis == "x"
    own: RoofKind = "gable" if kind in ("gable", "hip") else "flat" if kind in ("flat", "butterfly") else kind
    if not cross and own == "gable" and count == len(main.storeys_m):
        own = "flat"
    roof = replace(main.roof, kind=own, axis="y", into_m=(0.0, 0.5 * (y1 - y0) if cross else 0.0))
    if own == "shed":
        roof = replace(roof, axis="y", pitch_deg=min(roof.pitch_deg, 12.0))
        count = 1 if len(main.storeys_m) > 1 else count
        own = "shed" if len(main.storeys_m) > 1 else "flat"
        roof = replace(roof, kind=own)
    return Volume(
        polygon=rectangle(left, y0 - depth, left + width, y0),
        base_m=main.base_m,
        storeys_m=main.storeys_m[:count],
        styles=all_sides(style),
        roof=roof,
        wall=pick(rng, "wall", "accent"),
    )


def tube_house(rng: Generator) -> Massing:
    """A narrow town house between party walls, a lively front, a terrace on top."""
    width, depth = uniform(rng, 3.6, 5.2), uniform(rng, 10.0, 16.0)
    count = int(rng.integers(3, 6))
    storeys = (uniform(rng, 3.4, 3.9), *(uniform(rng, 3.0, 3.4) for _ in range(count - 1)))
    x, y = width / 2, depth / 2
    front = FacadeStyle(
        bay_m=width if rng.random() < 0.5 else width / 2,
        window_m=uniform(rng, 0.55, 0.8) * (width if rng.random() < 0.3 else width / 2),
        sill_m=0.9,
        head_m=2.5,
        recess_m=uniform(rng, 0.08, 0.15),
        bars=(int(rng.integers(1, 4)), int(rng.integers(0, 2))),
        surround=bool(rng.random() < 0.3),
        sill=True,
    )
    back = FacadeStyle(bay_m=width / 2, window_m=1.0)
    small = FacadeStyle(bay_m=4.0, window_m=0.9, sill_m=1.2, head_m=2.2, irregular=0.5)
    side = FacadeStyle(kind="blank") if rng.random() < 0.6 else small
    styles: dict[Side, FacadeStyle] = {"south": front, "north": back, "east": side, "west": side}
    setback = bool(rng.random() < 0.6)
    body = count - 1 if setback else count
    top_roof = pitched_roof(rng, ("flat", "flat", "slab", "shed", "gable"))
    parapet = RoofSpec(kind="flat", parapet_m=uniform(rng, 0.3, 1.0))
    volumes = [
        Volume(
            polygon=rectangle(-x, -y, x, y),
            base_m=0.2,
            storeys_m=storeys[:body],
            styles=styles,
            roof=parapet if setback else replace(top_roof, overhang_m=min(top_roof.overhang_m, 0.3)),
        )
    ]
    features: list[Feature] = []
    if setback:
        step = uniform(rng, 2.5, 4.0)
        volumes.append(
            Volume(
                polygon=rectangle(-x, -y + step, x, y),
                base_m=volumes[0].top_m,
                storeys_m=storeys[body:],
                styles=styles,
                wall=pick(rng, "wall", "accent"),
                first_storey=body + 1,
                roof=replace(top_roof, axis="x" if top_roof.kind == "shed" else "y", overhang_m=0.3),
            )
        )
        features.append(Feature(kind="terrace", volume=0, style=railing(rng)))
        if rng.random() < 0.5:
            features.append(Feature(kind="pergola", volume=0, depth_m=step))
    elif volumes[0].roof.kind not in ("flat", "slab"):
        volumes[0] = replace(volumes[0], roof=replace(volumes[0].roof, axis="y"))
    screened: list[int] = []
    if rng.random() < 0.65:
        covered = tuple(
            sorted(rng.choice(np.arange(1, body), size=min(body - 1, int(rng.integers(1, 3))), replace=False))
        )
        screened = [int(s) for s in covered]
        kind: Literal["lam", "breeze"] = "breeze" if rng.random() < 0.45 else "lam"
        span = (0.06, 0.94) if rng.random() < 0.6 else ((0.06, 0.5) if rng.random() < 0.5 else (0.5, 0.94))
        features.append(
            Feature(
                kind=kind,
                storeys=tuple(screened),
                span=span,
                depth_m=uniform(rng, 0.15, 0.4),
                style=pick(rng, "vertical", "vertical", "horizontal", "diagonal"),
            )
        )
    open_storeys = tuple(s for s in range(1, body) if s not in screened)
    if open_storeys:
        span = (0.0, 1.0) if rng.random() < 0.6 else ((0.0, 0.6) if rng.random() < 0.5 else (0.4, 1.0))
        features.append(
            Feature(
                kind="balconies", storeys=open_storeys, span=span, depth_m=uniform(rng, 0.8, 1.4), style=railing(rng)
            )
        )
        if rng.random() < 0.7:
            features.append(Feature(kind="planters", storeys=open_storeys, span=span))
    if top_roof.kind in ("flat", "slab") and rng.random() < 0.5:
        features.append(Feature(kind="tank", volume=len(volumes) - 1, span=(uniform(rng, 0.25, 0.75),) * 2))
    if rng.random() < 0.35:
        features.append(Feature(kind="party wall", depth_m=uniform(rng, 0.3, 0.8)))
    features.append(Feature(kind="canopy", span=(0.5, 0.5), depth_m=uniform(rng, 0.7, 1.2), style="wide"))
    return Massing(
        kind="tube",
        volumes=tuple(volumes),
        features=tuple(features),
        entrance=(0, 0.5),
        door_m=(0.8 * width, 2.7),
        plinth_m=0.2,
    )


# Each kind with how often it is built.
KINDS: dict[str, tuple[Callable[[Generator], Massing], float]] = {
    "detached": (house, 0.20),
    "tube": (tube_house, 0.17),
    "villa": (villa, 0.17),
    "slab": (slab, 0.10),
    "tower": (tower, 0.07),
    "pavilion": (pavilion, 0.09),
    "school": (school, 0.09),
    "hall": (hall, 0.06),
    "courtyard": (courtyard, 0.05),
}


def choose_massing(rng: Generator) -> Massing:
    """A building of a random kind."""
    names = list(KINDS)
    shares = np.array([KINDS[n][1] for n in names])
    massing = KINDS[names[int(rng.choice(len(names), p=shares / shares.sum()))]][0](rng)
    return replace(massing, volumes=tuple(replace(v, roof=capped(v.roof, v.box)) for v in massing.volumes))
