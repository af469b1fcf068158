"""Kinds of buildings: the large ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from archviz.training.scenes.massing_style import SIDES, all_sides, house_style, pick, pitched_roof, uniform
from archviz.training.scenes.plan import FacadeStyle, Feature, FeatureKind, Massing, RoofSpec, Side, Volume, rectangle

__all__ = ["hall", "school", "slab", "tower"]

Generator = np.random.Generator


def slab(rng: Generator) -> Massing:
    """An apartment building: rows of like storeys with balconies."""
    width, depth = uniform(rng, 22.0, 42.0), uniform(rng, 10.0, 14.0)
    count = int(rng.integers(4, 9))
    height = uniform(rng, 2.9, 3.2)
    x, y = width / 2, depth / 2
    style = replace(
        house_style(rng), bay_m=uniform(rng, 3.0, 4.2), irregular=0.0, shutters=False, bars=(int(rng.integers(0, 2)), 0)
    )
    if rng.random() < 0.25:
        style = replace(style, kind="ribbon", sill=False)
    ends = FacadeStyle(kind="blank") if rng.random() < 0.4 else replace(style, bay_m=4.5)
    styles: dict[Side, FacadeStyle] = {"south": style, "north": style, "east": ends, "west": ends}
    base = 0.3
    roof = pitched_roof(rng, ("flat", "flat", "flat", "slab", "hip", "gable"))
    body = Volume(
        polygon=rectangle(-x, -y, x, y),
        base_m=base,
        storeys_m=(uniform(rng, 3.2, 3.8), *(height,) * (count - 1)),
        styles=styles,
        roof=roof,
    )
    volumes, features = [body], []
    if roof.kind == "flat" and rng.random() < 0.4:
        inset = uniform(rng, 1.8, 2.6)
        volumes.append(
            Volume(
                polygon=rectangle(-x + inset, -y + inset, x - inset, y - inset),
                base_m=body.top_m,
                storeys_m=(height,),
                styles=styles,
                wall="accent",
                first_storey=count + 1,
                roof=RoofSpec(kind=pick(rng, "flat", "slab"), parapet_m=0.3),
            )
        )
        features.append(Feature(kind="terrace", volume=0, style=pick(rng, "glass", "bars", "rails")))
    span = pick(rng, (0.0, 1.0), (0.04, 0.96), (0.04, 0.46), (0.54, 0.96), (0.3, 0.7))
    features.append(
        Feature(
            kind="balconies",
            storeys=tuple(range(1, count)),
            span=span,
            depth_m=uniform(rng, 1.1, 1.8),
            style=pick(rng, "glass", "panel", "rails", "bars") + pick(rng, "", " single", " single", " alternate"),
        )
    )
    if rng.random() < 0.5:
        features.append(Feature(kind="bands", volume=0))
    if roof.kind in ("flat", "slab"):
        features.append(Feature(kind="plant room", volume=len(volumes) - 1))
    features.append(Feature(kind="canopy", span=(0.5, 0.5), depth_m=2.0, style="wide"))
    return Massing(kind="slab", volumes=tuple(volumes), features=tuple(features), door_m=(2.2, 2.5), plinth_m=base)


def tower(rng: Generator) -> Massing:
    """A high-rise on a podium."""
    width, depth = uniform(rng, 16.0, 24.0), uniform(rng, 15.0, 22.0)
    count = int(rng.integers(10, 19))
    height = uniform(rng, 3.2, 3.7)
    podium_storeys = int(rng.integers(1, 4))
    kind: Literal["curtain", "punched", "ribbon"] = pick(rng, "curtain", "curtain", "punched", "ribbon")
    style = FacadeStyle(
        kind=kind,
        bay_m=uniform(rng, 2.6, 3.6),
        window_m=uniform(rng, 1.5, 2.2),
        sill_m=0.85 if kind != "curtain" else pick(rng, 0.15, 0.8),
        head_m=height - pick(rng, 0.15, 0.5),
        recess_m=uniform(rng, 0.05, 0.15),
        bars=(1 if kind == "curtain" else 0, 0),
        sill=False,
    )
    shop = FacadeStyle(kind="curtain", bay_m=3.2, sill_m=0.15, head_m=3.9, recess_m=0.12, sill=False)
    margin = uniform(rng, 1.5, 6.0)
    x, y = width / 2, depth / 2
    storeys = (uniform(rng, 4.3, 4.8), *(4.0,) * (podium_storeys - 1))
    podium = Volume(
        polygon=rectangle(-x - margin, -y - 1.5, x + margin, y + margin),
        base_m=0.15,
        storeys_m=storeys,
        styles={s: shop if s != "north" else style for s in SIDES},
        roof=RoofSpec(kind="flat", parapet_m=1.0),
        wall=pick(rng, "accent", "wall"),
    )
    cut = uniform(rng, 1.8, 3.5)
    plan = rectangle(-x, -y, x, y)
    if rng.random() < 0.35:  # corners cut off
        plan = (
            (-x + cut, -y),
            (x - cut, -y),
            (x, -y + cut),
            (x, y - cut),
            (x - cut, y),
            (-x + cut, y),
            (-x, y - cut),
            (-x, -y + cut),
        )
    split = int(count * rng.uniform(0.6, 0.8)) if rng.random() < 0.35 else count
    shaft = Volume(
        polygon=plan,
        base_m=podium.top_m,
        storeys_m=(height,) * split,
        styles=all_sides(style),
        roof=RoofSpec(kind="flat", parapet_m=uniform(rng, 0.8, 2.0)),
        first_storey=podium_storeys + 1,
    )
    volumes = [podium, shaft]
    if split < count:
        step = uniform(rng, 2.0, 4.0)
        volumes.append(
            Volume(
                polygon=rectangle(-x + step, -y + step, x - step, y - step),
                base_m=shaft.top_m,
                storeys_m=(height,) * (count - split),
                styles=all_sides(style),
                roof=RoofSpec(parapet_m=1.2),
                first_storey=podium_storeys + split + 1,
            )
        )
    features = [
        Feature(kind="plant room", volume=len(volumes) - 1),
        Feature(kind="terrace", volume=0, style="glass"),
        Feature(kind="canopy", span=(0.5, 0.5), depth_m=2.4, style="wide"),
    ]
    extra: FeatureKind = pick(rng, "fins", "bands", "balconies")
    if extra == "balconies":
        features += [
            Feature(
                kind="balconies",
                volume=1,
                side=s,
                storeys=tuple(range(split)),
                span=(0.15, 0.85),
                depth_m=1.3,
                style=pick(rng, "glass", "panel"),
            )
            for s in ("south", "west")
        ]
    else:
        features.append(Feature(kind=extra, volume=1, depth_m=uniform(rng, 0.15, 0.4)))
    return Massing(kind="tower", volumes=tuple(volumes), features=tuple(features), door_m=(2.4, 2.6), plinth_m=0.15)


def school(rng: Generator) -> Massing:
    """A long building of classrooms with galleries, ribbons or a colonnade."""
    width, depth = uniform(rng, 28.0, 46.0), uniform(rng, 8.5, 12.0)
    count = int(rng.integers(2, 5))
    storeys = tuple([uniform(rng, 3.4, 3.7)] * count)
    x, y = width / 2, depth / 2
    kind: Literal["ribbon", "punched"] = pick(rng, "ribbon", "punched")
    style = FacadeStyle(
        kind=kind,
        bay_m=uniform(rng, 2.6, 3.8),
        window_m=uniform(rng, 1.6, 2.2),
        sill_m=0.9,
        head_m=uniform(rng, 2.5, 2.9),
        bars=(1, int(rng.integers(0, 2))),
        recess_m=uniform(rng, 0.06, 0.15),
        sill=kind == "punched",
    )
    ends = pick(rng, FacadeStyle(kind="blank"), replace(style, kind="punched", bay_m=4.0))
    roof = pitched_roof(rng, ("flat", "slab", "shed", "gable", "hip", "vault", "butterfly"))
    base = uniform(rng, 0.3, 0.6)
    styles: dict[Side, FacadeStyle] = {"south": style, "north": style, "east": ends, "west": ends}
    body = Volume(polygon=rectangle(-x, -y, x, y), base_m=base, storeys_m=storeys, styles=styles, roof=roof)
    volumes, features = [body], []
    if rng.random() < 0.5:  # a stair tower at one end
        size, at = uniform(rng, 4.5, 6.5), pick(rng, -1.0, 1.0)
        left = x if at > 0 else -x - size
        slit = FacadeStyle(bay_m=size, window_m=1.2, sill_m=0.4, head_m=3.0, sill=False)
        volumes.append(
            Volume(
                polygon=rectangle(left, -y - 0.8, left + size, y - 1.0),
                base_m=base,
                storeys_m=(*storeys, 1.8),
                styles={"south": slit},
                roof=RoofSpec(parapet_m=0.3),
                wall="accent",
            )
        )
    if rng.random() < 0.55:
        features.append(
            Feature(
                kind="gallery",
                storeys=tuple(range(count)),
                depth_m=uniform(rng, 1.8, 2.6),
                style=pick(rng, "bars", "panel", "rails"),
            )
        )
    else:
        features.append(
            Feature(
                kind=pick(rng, "lam", "fins", "bands"),
                storeys=tuple(range(1, count)),
                depth_m=0.4,
                style=pick(rng, "vertical", "horizontal"),
            )
        )
        features.append(Feature(kind="canopy", span=(0.5, 0.5), depth_m=2.5, style="wide"))
    return Massing(
        kind="school",
        volumes=tuple(volumes),
        features=tuple(features),
        entrance=(0, pick(rng, 0.2, 0.5, 0.8)),
        door_m=(2.0, 2.4),
        plinth_m=base,
    )


def hall(rng: Generator) -> Massing:
    """One large room: a sports hall, a market, a workshop."""
    width, depth = uniform(rng, 20.0, 34.0), uniform(rng, 13.0, 20.0)
    height = uniform(rng, 5.0, 8.0)
    x, y = width / 2, depth / 2
    high = FacadeStyle(
        kind="ribbon",
        bay_m=uniform(rng, 2.4, 4.0),
        sill_m=height - 1.9,
        head_m=height - 0.6,
        sill=False,
        recess_m=0.1,
        bars=(1, 0),
    )
    glassy = FacadeStyle(
        kind="curtain",
        bay_m=uniform(rng, 1.8, 3.0),
        sill_m=0.1,
        head_m=height - 0.5,
        bars=(1, 3),
        sill=False,
        recess_m=0.12,
    )
    low = FacadeStyle(bay_m=5.0, window_m=2.2, sill_m=1.0, head_m=3.2, bars=(1, 1))
    styles: dict[Side, FacadeStyle] = {"south": pick(rng, high, glassy, low), "north": high, "east": low, "west": low}
    roof = pitched_roof(rng, ("vault", "vault", "gable", "shed", "flat", "sawtooth", "sawtooth"))
    roof = replace(
        roof,
        pitch_deg=min(roof.pitch_deg, 24.0) if roof.kind == "gable" else roof.pitch_deg,
        axis=pick(rng, "x", "y") if roof.kind in ("vault", "gable") else "x",
    )
    body = Volume(polygon=rectangle(-x, -y, x, y), base_m=0.2, storeys_m=(height,), styles=styles, roof=roof)
    volumes, features = [body], []
    if rng.random() < 0.5:  # an entrance building in front
        wide, deep = uniform(rng, 7.0, 12.0), uniform(rng, 3.0, 5.0)
        volumes.append(
            Volume(
                polygon=rectangle(-wide / 2, -y - deep, wide / 2, -y),
                base_m=0.2,
                storeys_m=(3.4,),
                wall="accent",
                styles=all_sides(FacadeStyle(kind="curtain", bay_m=2.0, sill_m=0.1, head_m=2.9, sill=False)),
                roof=RoofSpec(kind=pick(rng, "flat", "slab"), overhang_m=0.8, parapet_m=0.3),
            )
        )
        features.append(Feature(kind="planters", volume=0, span=(0.05, 0.3)))
    else:
        features.append(Feature(kind="canopy", span=(0.5, 0.5), depth_m=2.4, style="wide"))
        features.append(Feature(kind="fins", depth_m=0.4))
    return Massing(
        kind="hall",
        volumes=tuple(volumes),
        features=tuple(features),
        entrance=(len(volumes) - 1, 0.5),
        door_m=(2.4, 2.5),
        plinth_m=0.2,
    )
