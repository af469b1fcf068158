"""Kinds of buildings: those that open to the land, villas, pavilions and courtyards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from archviz.training.scenes.massing_style import SIDES, all_sides, house_style, pick, pitched_roof, railing, uniform
from archviz.training.scenes.plan import FacadeStyle, Feature, Massing, RoofSpec, Volume, rectangle

__all__ = ["courtyard", "pavilion", "villa"]

Generator = np.random.Generator


def villa(rng: Generator) -> Massing:
    """Stacked boxes with large glass, cantilevers and terraces."""
    width, depth = uniform(rng, 13.0, 20.0), uniform(rng, 8.0, 12.0)
    x, y = width / 2, depth / 2
    plinth = uniform(rng, 0.3, 0.6)
    glassy = FacadeStyle(
        kind="curtain", bay_m=uniform(rng, 1.6, 3.0), sill_m=0.06, head_m=2.75, recess_m=0.12, bars=(0, 0), sill=False
    )
    calm = FacadeStyle(
        bay_m=uniform(rng, 3.0, 4.5),
        window_m=uniform(rng, 1.0, 2.2),
        sill_m=pick(rng, 0.1, 0.5, 0.9),
        head_m=2.5,
        bars=(int(rng.integers(0, 2)), 0),
        sill=False,
        irregular=0.25,
        recess_m=0.14,
    )
    ribbon = replace(calm, kind="ribbon", sill_m=uniform(rng, 0.8, 1.4), irregular=0.0)
    faces = [glassy, calm, ribbon, calm]
    roof_a = RoofSpec(
        kind=pick(rng, "flat", "slab"), parapet_m=0.35, overhang_m=uniform(rng, 0.4, 1.2), thickness_m=0.3
    )
    roof_b = pitched_roof(rng, ("flat", "slab", "flat", "slab", "shed", "butterfly", "gable", "hip"))
    ground = Volume(
        polygon=rectangle(-x, -y, x, y),
        base_m=plinth,
        storeys_m=(uniform(rng, 3.1, 3.6),),
        styles={"south": pick(rng, glassy, calm), "east": calm, "west": pick(rng, glassy, calm), "north": calm},
        roof=replace(roof_a, kind="flat"),
        wall=pick(rng, "wall", "accent"),
    )
    upper_width, upper_depth = uniform(rng, 0.5, 0.75) * width, uniform(rng, 0.75, 1.0) * depth
    jut, slide = uniform(rng, 0.0, 2.4), uniform(rng, -0.5, 0.5) * (width - upper_width) + pick(rng, 0.0, 1.8, -1.8)
    upper = Volume(
        polygon=rectangle(slide - upper_width / 2, -y - jut, slide + upper_width / 2, -y - jut + upper_depth),
        base_m=ground.top_m,
        storeys_m=(uniform(rng, 3.0, 3.4),),
        first_storey=2,
        styles={s: faces[int(rng.integers(4))] for s in SIDES},
        roof=roof_b,
        wall="wall",
    )
    volumes = [ground, upper]
    features = [Feature(kind="terrace", volume=0, style=pick(rng, "glass", "glass", "bars", "panel"))]
    if rng.random() < 0.4:
        inner = upper.box
        third = Volume(
            polygon=rectangle(
                inner[0] + uniform(rng, 0.5, 3.0), inner[1] + uniform(rng, 1.5, 3.0), inner[2] - 0.6, inner[3]
            ),
            base_m=upper.top_m,
            storeys_m=(3.0,),
            first_storey=3,
            styles=all_sides(pick(rng, *faces)),
            roof=replace(roof_a, kind=pick(rng, "flat", "slab")),
            wall="accent",
        )
        volumes[1] = replace(upper, roof=replace(roof_a, kind="flat"))
        volumes.append(third)
        features.append(Feature(kind="terrace", volume=1, style="glass"))
    elif rng.random() < 0.5:
        features.append(
            Feature(kind="balconies", volume=1, storeys=(0,), span=(0.1, 0.9), depth_m=1.6, style=railing(rng))
        )
    if rng.random() < 0.4:
        features.append(
            Feature(
                kind="lam",
                volume=1,
                storeys=(0,),
                span=pick(rng, (0.05, 0.45), (0.5, 0.95)),
                depth_m=0.25,
                style=pick(rng, "vertical", "horizontal"),
            )
        )
    at = pick(rng, 0.2, 0.5, 0.8)
    features.append(
        Feature(kind="canopy", span=(at, at), depth_m=uniform(rng, 1.2, 2.5), style=pick(rng, "thin", "wide"))
    )
    return Massing(
        kind="villa",
        volumes=tuple(volumes),
        features=tuple(features),
        entrance=(0, at),
        door_m=(uniform(rng, 1.1, 1.8), 2.4),
        plinth_m=plinth,
    )


def pavilion(rng: Generator) -> Massing:
    """A roof on columns over a glazed room."""
    width, depth = uniform(rng, 9.0, 18.0), uniform(rng, 6.0, 10.0)
    plinth = uniform(rng, 0.3, 0.9)
    reach = uniform(rng, 1.2, 2.4)
    x, y = width / 2, depth / 2
    height = uniform(rng, 2.9, 4.2)
    glass = FacadeStyle(
        kind="curtain",
        bay_m=uniform(rng, 1.4, 2.6),
        sill_m=0.06,
        head_m=height - 0.2,
        recess_m=0.06,
        bars=(0, int(rng.integers(0, 2))),
        sill=False,
    )
    solid = FacadeStyle(kind="blank") if rng.random() < 0.5 else FacadeStyle(bay_m=3.2, window_m=1.4, sill_m=0.4)
    styles = {s: (glass if s == "south" or rng.random() < 0.6 else solid) for s in SIDES}
    roof = pitched_roof(rng, ("slab", "slab", "hip", "shed", "butterfly", "vault", "gable"))
    roof = replace(roof, overhang_m=reach, thickness_m=uniform(rng, 0.2, 0.35), pitch_deg=min(roof.pitch_deg, 24.0))
    room = Volume(
        polygon=rectangle(-x, -y, x, y),
        base_m=plinth,
        storeys_m=(height,),
        styles=styles,
        roof=roof,
        wall=pick(rng, "wall", "accent"),
    )
    # Columns stand under the eaves, half an overhang out.
    features = [Feature(kind="colonnade", depth_m=reach - 0.3, style=pick(rng, "round", "square", "slender"))]
    if rng.random() < 0.4:
        features.append(
            Feature(
                kind="lam",
                side=pick(rng, "east", "west"),
                storeys=(0,),
                span=(0.05, 0.95),
                depth_m=0.2,
                style="vertical",
            )
        )
    return Massing(
        kind="pavilion",
        volumes=(room,),
        features=tuple(features),
        entrance=(0, pick(rng, 0.3, 0.5, 0.7)),
        door_m=(1.8, 2.3),
        plinth_m=plinth,
    )


def courtyard(rng: Generator) -> Massing:
    """Wings around a court that opens to the south."""
    width, depth = uniform(rng, 18.0, 28.0), uniform(rng, 14.0, 22.0)
    arm = uniform(rng, 4.5, 6.5)
    x, y = width / 2, depth / 2
    count = int(rng.integers(1, 3))
    storeys = tuple(uniform(rng, 2.9, 3.4) for _ in range(count))
    style = house_style(rng)
    roof = pitched_roof(rng, ("gable", "flat", "hip", "shed"))
    plinth = uniform(rng, 0.2, 0.5)
    if roof.kind == "flat" or rng.random() < 0.3:
        plan = (
            (-x, -y),
            (-x + arm, -y),
            (-x + arm, y - arm),
            (x - arm, y - arm),
            (x - arm, -y),
            (x, -y),
            (x, y),
            (-x, y),
        )
        volumes = [
            Volume(
                polygon=plan, base_m=plinth, storeys_m=storeys, styles=all_sides(style), roof=replace(roof, kind="flat")
            )
        ]
    else:
        # Gables meet at the back corners: the arms' ridges run on to the ridge of the back wing.
        cross = roof.kind in ("gable", "hip")
        arms = replace(roof, kind="gable" if cross else "shed", axis="y", into_m=(0.0, arm / 2 if cross else 0.0))
        back = replace(roof, kind="gable" if cross else "flat", axis="x", parapet_m=1.6)
        volumes = [
            Volume(
                polygon=rectangle(-x, y - arm, x, y),
                base_m=plinth,
                storeys_m=storeys,
                styles=all_sides(style),
                roof=back,
            ),
            Volume(
                polygon=rectangle(-x, -y, -x + arm, y - arm),
                base_m=plinth,
                storeys_m=storeys,
                styles=all_sides(style),
                roof=arms,
            ),
            Volume(
                polygon=rectangle(x - arm, -y, x, y - arm),
                base_m=plinth,
                storeys_m=storeys,
                styles=all_sides(style),
                roof=arms,
            ),
        ]
    features = [Feature(kind="canopy", span=(0.5, 0.5), depth_m=1.4, style="thin")]
    if rng.random() < 0.5:
        features.append(Feature(kind="planters", volume=len(volumes) - 1, span=(0.1, 0.9)))
    return Massing(
        kind="courtyard",
        volumes=tuple(volumes),
        features=tuple(features),
        entrance=(0, 0.5),
        door_m=(1.4, 2.2),
        plinth_m=plinth,
    )
