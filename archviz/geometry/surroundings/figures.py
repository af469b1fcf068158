"""People as proxies: limbs of tubes, a head, and a conical hat for those who work in the fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.ground import Terrain
from archviz.geometry.surroundings.palette import pick
from archviz.geometry.surroundings.shapes import Triangles, cone, join, placed, sphere, tube
from archviz.geometry.surroundings.sight import Sight
from archviz.geometry.surroundings.site import APRON_Z_M
from archviz.geometry.surroundings.street import Street
from archviz.geometry.surroundings.water import paddy_level_m

__all__ = ["Figure", "person", "place_figures"]

FigureKind = Literal["farmer", "pedestrian"]
_APART_M = 1.4
# Before a sight: the first ones stand so near that each is about a fifth of a picture high, and to
# either side of its middle, where a narrow picture holds them too.
_CLOSE_M, _CLOSE_SLOPE = (6.0, 8.5), (0.05, 0.22)
_CLOSE_COUNT = 2
_FARTHER_M, _FARTHER_SLOPE = (10.0, 26.0), (0.0, 0.5)
# Then there is a pond: all of them stand farther off.
_CLOSE_TRIES = 40


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A person in the scene.

    Parameters
    ----------
    kind
        A farmer wears a conical hat and bends to the field.
    position_m
        Between the feet [m].
    height_m
        Standing height [m].
    elements
        Names of its elements in the scene.
    """

    kind: FigureKind
    position_m: tuple[float, float, float]
    height_m: float
    elements: tuple[str, ...]


def person(kind: FigureKind, height_m: float, *, rng: np.random.Generator) -> tuple[tuple[str, str, Triangles], ...]:
    """(element suffix, palette material, triangles) of a person who stands at the origin and faces -Y."""
    h, bent = height_m, kind == "farmer"
    stride = 0.02 * h if bent else rng.uniform(0.04, 0.1) * h
    hip = np.array([0.0, 0.0, 0.5 * h])
    lean = np.array([0.0, -0.2 * h, 0.24 * h]) if bent else np.array([0.0, -0.01 * h, 0.32 * h])
    neck = hip + lean
    head = neck + lean / np.linalg.norm(lean) * 0.09 * h
    legs = [
        tube((s * 0.05 * h, s * stride, 0), hip + np.array([s * 0.04 * h, 0, 0]), 0.032 * h, end_radius=0.048 * h)
        for s in (-1, 1)
    ]
    torso = [
        tube(hip - np.array([0, 0, 0.03 * h]), neck, 0.075 * h, end_radius=0.09 * h, sides=8),
        sphere(neck, (0.1 * h, 0.07 * h, 0.04 * h), level=0),
    ]
    reach = np.array([0.0, -0.14 * h, -0.26 * h]) if bent else np.array([0.0, -0.03 * h, -0.33 * h])
    arms = [
        tube(
            neck + np.array([s * 0.1 * h, 0, -0.01 * h]),
            neck + reach + np.array([s * 0.12 * h, s * stride, 0]),
            0.028 * h,
            sides=5,
        )
        for s in (-1, 1)
    ]
    parts = [
        ("legs", "cloth-0" if bent else pick("cloth", rng), join(*legs)),
        ("torso", pick("cloth", rng), join(*torso, *arms)),
        ("head", "skin", sphere(head, (0.055 * h, 0.06 * h, 0.07 * h))),
    ]
    if bent:
        parts.append(("hat", "palm-hat", cone(head + np.array([0, 0, 0.015 * h]), 0.15 * h, 0.1 * h, sides=14)))
    return tuple(parts)


def place_figures(terrain: Terrain, out: SceneBuilder, *, rng: np.random.Generator) -> tuple[Figure, ...]:
    """Add the spec's people, where they show the scale and hide nothing.

    They stand at the sides of a view of the building; before an empty plot's sight they are what is
    looked at, the first two near enough to be made out.
    """
    spec, site = terrain.spec, terrain.site
    if spec.figures == "none":
        return ()
    kind: FigureKind = "farmer" if spec.figures == "farmers" else "pedestrian"
    figures: list[Figure] = []
    for attempt in range(200):
        if len(figures) == spec.figure_count:
            break
        if site.sight is None:
            x, y = _spot(terrain, rng)
        else:
            close = len(figures) < _CLOSE_COUNT and attempt < _CLOSE_TRIES
            x, y = _spot_ahead(site.sight, terrain, rng, side=-1.0 if len(figures) % 2 else 1.0, close=close)
        height = float(rng.uniform(1.52, 1.78))
        crowded = any(np.hypot(f.position_m[0] - x, f.position_m[1] - y) < _APART_M for f in figures)
        hides = site.sight is None and (
            bool(site.blocks_view(x, y, radius_m=0.4, height_m=height)) or site.footprint_distance_m(x, y) < 1.5
        )
        if crowded or hides:
            continue
        shore = float(terrain.shore_m(x, y))
        if spec.water == "paddies":
            z = paddy_level_m(y, site) - 0.12 if shore < 0 else float(terrain.height_m(x, y))
        elif shore < 0.8:
            continue
        else:
            # Beside a street people walk on the pavement, above the street's bed.
            z = APRON_Z_M if spec.road == "street" else float(terrain.height_m(x, y))
        name = f"figure.{len(figures) + 1}"
        turn = float(rng.uniform(0, 360)) if spec.road not in ("street", "lane") else float(rng.choice([90, -90]))
        names = tuple(
            out.add(f"{name}.{suffix}", placed(shape, (x, y, z), turn_deg=turn), material=material, class_name=kind)
            for suffix, material, shape in person(kind, height, rng=rng)
        )
        figures.append(Figure(kind=kind, position_m=(x, y, z), height_m=height, elements=names))
    return tuple(figures)


def _spot(terrain: Terrain, rng: np.random.Generator) -> tuple[float, float]:
    """A random place at the front's sides; on a street's pavements where there is one."""
    site = terrain.site
    x = float(rng.choice([-1.0, 1.0]) * (site.half_x_m + rng.uniform(1.5, 0.5 * site.size_m + 3.0)))
    if terrain.spec.road == "street":
        return x, _pavement_y(terrain, rng)
    return x, site.front_m - float(rng.uniform(1.0, 0.4 * site.size_m + 2.0))


def _spot_ahead(
    sight: Sight, terrain: Terrain, rng: np.random.Generator, *, side: float, close: bool
) -> tuple[float, float]:
    """A random place before a sight on its right or left, on a pavement where there is a street."""
    ahead = float(rng.uniform(*(_CLOSE_M if close else _FARTHER_M)))
    x, y = sight.point_m(side * ahead * float(rng.uniform(*(_CLOSE_SLOPE if close else _FARTHER_SLOPE))), ahead)
    return (x, _pavement_y(terrain, rng)) if terrain.spec.road == "street" else (x, y)


def _pavement_y(terrain: Terrain, rng: np.random.Generator) -> float:
    """A place across one of the two pavements [m]."""
    street = Street.of(terrain.spec, terrain.site)
    bands = ((street.near_m + 0.5, street.pavement_m), (street.across_m, street.far_m - 0.5))
    low, high = bands[int(rng.integers(2))]
    return float(rng.uniform(low, high))
