"""People as proxies: limbs of tubes, a head, and a conical hat for those who work in the fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.ground import WATER_LEVEL_M, Terrain
from archviz.geometry.surroundings.palette import pick
from archviz.geometry.surroundings.shapes import Triangles, cone, join, placed, sphere, tube
from archviz.geometry.surroundings.site import APRON_Z_M
from archviz.geometry.surroundings.street import Street

__all__ = ["Figure", "person", "place_figures"]

FigureKind = Literal["farmer", "pedestrian"]
_APART_M = 1.4


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
    """Add the spec's people at the sides of the view, where they show the scale and hide nothing."""
    spec, site = terrain.spec, terrain.site
    if spec.figures == "none":
        return ()
    kind: FigureKind = "farmer" if spec.figures == "farmers" else "pedestrian"
    figures: list[Figure] = []
    for _ in range(200):
        if len(figures) == spec.figure_count:
            break
        x, y = _spot(terrain, rng)
        height = float(rng.uniform(1.52, 1.78))
        crowded = any(np.hypot(f.position_m[0] - x, f.position_m[1] - y) < _APART_M for f in figures)
        hides = bool(site.hides_building(x, y, radius_m=0.4, height_m=height))
        if crowded or hides or site.footprint_distance_m(x, y) < 1.5:
            continue
        shore = float(terrain.shore_m(x, y))
        if spec.water == "paddies":
            z = WATER_LEVEL_M["paddies"] - 0.12 if shore < 0 else float(terrain.height_m(x, y))
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
        street = Street.of(terrain.spec, site)
        bands = ((street.near_m + 0.5, street.pavement_m), (street.across_m, street.far_m - 0.5))
        low, high = bands[int(rng.integers(2))]
        return x, float(rng.uniform(low, high))
    return x, site.front_m - float(rng.uniform(1.0, 0.4 * site.size_m + 2.0))
