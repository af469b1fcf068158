"""Plants as proxies: a trunk and a few lumps, leaf strips or cones, grown at the origin."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.geometry.surroundings.palette import pick
from archviz.geometry.surroundings.shapes import Triangles, blades, cone, join, lump, sphere, tube
from archviz.geometry.surroundings.spec import Species

__all__ = ["HEIGHTS_M", "PlantShape", "grow"]

Vector = NDArray[np.float64]

HEIGHTS_M: Mapping[Species, tuple[float, float]] = {
    "agave": (0.6, 1.1),
    "banana": (2.4, 4.2),
    "bamboo": (6.0, 9.5),
    "bare": (6.0, 10.0),
    "broadleaf": (5.5, 10.5),
    "cactus": (2.0, 4.8),
    "conifer": (7.0, 14.0),
    "palm": (6.0, 11.5),
    "pine": (11.0, 19.0),
    "shrub": (0.7, 1.6),
    "undergrowth": (0.5, 1.0),
}
"""Lowest and highest plant of a species [m]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PlantShape:
    """A grown plant, its foot at the origin.

    Parameters
    ----------
    parts
        (element suffix, palette material, triangles) of trunk and crown.
    crown_radius_m
        Reach from the foot in plan [m].
    """

    parts: tuple[tuple[str, str, Triangles], ...]
    crown_radius_m: float


def grow(species: Species, height_m: float, *, rng: np.random.Generator, coarse: bool = False) -> PlantShape:
    """One plant of a species.

    Parameters
    ----------
    height_m
        From the foot to the highest leaf [m].
    coarse
        A tree that stands far off, with one lump or cone for its crown.
    """
    parts = (_COARSE if coarse else _SPECIES).get(species, _SPECIES[species])(height_m, rng)
    top = max(float(t[..., 2].max()) for _, _, t in parts)
    # Stretched a little upright, so that the record's height is the plant's.
    parts = [(suffix, material, t * [1.0, 1.0, height_m / top]) for suffix, material, t in parts]
    reach = max(float(np.hypot(t[..., 0], t[..., 1]).max()) for _, _, t in parts)
    return PlantShape(parts=tuple(parts), crown_radius_m=reach)


Parts = list[tuple[str, str, Triangles]]


def _turns(count: int, rng: np.random.Generator) -> Vector:
    """Directions spread evenly around a stem, with some disorder [radians]."""
    step = 2 * math.pi / count
    return np.arange(count) * step + rng.uniform(-0.3, 0.3, count) * step + rng.uniform(0, step)


def _broadleaf(h: float, rng: np.random.Generator) -> Parts:
    bole = rng.uniform(0.26, 0.36) * h
    lean = rng.normal(scale=0.03 * h, size=2)
    fork = np.array([*lean, bole])
    trunk = [tube((0, 0, -0.3), fork, 0.028 * h, end_radius=0.018 * h)]
    lumps = []
    width = rng.uniform(0.26, 0.34) * h
    for angle in _turns(4, rng):
        out = rng.uniform(0.55, 0.8) * width
        center = fork + np.array([out * math.cos(angle), out * math.sin(angle), rng.uniform(0.16, 0.34) * h])
        trunk.append(tube(fork, center, 0.013 * h, end_radius=0.006 * h, sides=4))
        lumps.append(lump(center, rng.uniform(0.15, 0.21, 3) * h, rng))
    top = np.array([*lean, h - 0.24 * h])
    lumps.append(lump(top, (0.22 * h, 0.22 * h, 0.24 * h), rng, rough=0.14))
    return [("trunk", "bark", join(*trunk)), ("crown", pick("leaves", rng), join(*lumps))]


def _palm(h: float, rng: np.random.Generator) -> Parts:
    angle, bend = rng.uniform(0, 2 * math.pi), rng.uniform(0.02, 0.16) * h
    t = np.linspace(0, 1, 4)
    head = 0.84 * h
    spine = np.stack([bend * t**2 * math.cos(angle), bend * t**2 * math.sin(angle), -0.3 + (head + 0.3) * t], 1)
    radius = np.linspace(0.19, 0.11, 4)
    trunk = [
        tube(a, b, ra, end_radius=rb, sides=5)
        for a, b, ra, rb in zip(spine[:-1], spine[1:], radius[:-1], radius[1:], strict=True)
    ]
    length = min(4.0, 0.36 * h)
    upper = blades(spine[-1], _turns(6, rng), length * 0.9, 0.62, rise=0.75, droop=0.9)
    lower = blades(spine[-1], _turns(8, rng), length, 0.62, rise=0.35, droop=1.0)
    nuts = sphere(spine[-1] - [0, 0, 0.15], (0.28, 0.28, 0.24), level=0)
    return [("trunk", "palm-bark", join(*trunk, nuts)), ("crown", "palm-leaves", join(upper, lower))]


def _banana(h: float, rng: np.random.Generator) -> Parts:
    stems, leaves = [], []
    for k in range(int(rng.integers(2, 4))):
        size = h * (1.0 if k == 0 else rng.uniform(0.55, 0.85))
        foot = np.array([*(rng.normal(scale=0.35, size=2) if k else (0.0, 0.0)), 0.0])
        top = foot + np.array([0, 0, 0.5 * size])
        stems.append(tube(foot - [0, 0, 0.2], top, 0.13, end_radius=0.08, sides=5))
        turns = _turns(7, rng)
        length, rise = np.array([(rng.uniform(0.5, 0.62) * size, rng.uniform(0.7, 0.95)) for _ in turns]).T
        leaves.append(blades(top, turns, length, 0.2 * size, rise=rise, droop=0.75))
    return [("trunk", "bamboo-culm", join(*stems)), ("crown", "banana-leaves", join(*leaves))]


def _bamboo(h: float, rng: np.random.Generator) -> Parts:
    culms, leaves = [], []
    for angle in _turns(9, rng):
        out = np.array([math.cos(angle), math.sin(angle), 0.0])
        foot = out * rng.uniform(0.1, 0.8) - [0, 0, 0.2]
        size = h * rng.uniform(0.75, 1.0)
        middle = foot + out * 0.06 * size + [0, 0, 0.62 * size]
        tip = foot + out * rng.uniform(0.22, 0.34) * size + [0, 0, 0.96 * size]
        culms += [tube(foot, middle, 0.05, sides=4), tube(middle, tip, 0.05, end_radius=0.015, sides=3)]
        leaves += [
            lump(middle + (tip - middle) * t, (0.1 * size, 0.1 * size, 0.08 * size), rng, level=0)
            for t in (0.1, 0.5, 0.9)
        ]
    return [("trunk", "bamboo-culm", join(*culms)), ("crown", "bamboo-leaves", join(*leaves))]


def _pine(h: float, rng: np.random.Generator) -> Parts:
    """A highland pine: a bare bole and a light, layered crown."""
    trunk = [tube((0, 0, -0.3), (0, 0, 0.93 * h), 0.016 * h, end_radius=0.005 * h)]
    crown = []
    for z in np.linspace(0.46, 0.9, 5):
        reach = (0.19 - 0.14 * (z - 0.46) / 0.44) * h * rng.uniform(0.85, 1.15)
        shift = rng.normal(scale=0.18 * reach, size=2)
        crown.append(cone((*shift, z * h - 0.04 * h), reach, 0.16 * h, sides=9))
        trunk.append(tube((0, 0, z * h - 0.05 * h), (*(2.5 * shift), z * h), 0.004 * h, sides=3))
    return [("trunk", "pine-bark", join(*trunk)), ("crown", "pine-needles", join(*crown))]


def _conifer(h: float, rng: np.random.Generator) -> Parts:
    trunk = tube((0, 0, -0.3), (0, 0, 0.2 * h), 0.022 * h, end_radius=0.016 * h)
    crown = [
        cone((0, 0, z * h), (0.235 * (1 - z) + 0.02) * h * rng.uniform(0.92, 1.08), 0.27 * h, sides=9)
        for z in np.linspace(0.1, 0.73, 6)
    ]
    return [("trunk", "bark", trunk), ("crown", "fir-needles", join(*crown))]


def _bare(h: float, rng: np.random.Generator) -> Parts:
    fork = np.array([0.0, 0.0, 0.32 * h])
    wood = [tube((0, 0, -0.3), fork, 0.024 * h, end_radius=0.016 * h)]
    for angle in _turns(6, rng):
        out = np.array([math.cos(angle), math.sin(angle), 0.0])
        limb = fork + out * rng.uniform(0.1, 0.2) * h + [0, 0, rng.uniform(0.25, 0.42) * h]
        wood.append(tube(fork, limb, 0.011 * h, end_radius=0.006 * h, sides=4))
        for twig in _turns(4, rng):
            end = limb + h * np.array([0.11 * math.cos(twig), 0.11 * math.sin(twig), rng.uniform(0.1, 0.24)])
            wood.append(tube(limb, end, 0.005 * h, end_radius=0.001 * h, sides=3))
    return [("trunk", "bark", join(*wood))]


def _cactus(h: float, rng: np.random.Generator) -> Parts:
    radius = 0.055 * h + 0.06
    skin = [tube((0, 0, -0.2), (0, 0, h - radius), radius, sides=9), sphere((0, 0, h - radius), radius)]
    for angle in _turns(int(rng.integers(1, 4)), rng):
        out = np.array([math.cos(angle), math.sin(angle), 0.0])
        z = rng.uniform(0.35, 0.55) * h
        elbow = out * 0.2 * h + [0, 0, z + 0.03 * h]
        top = elbow + np.array([0, 0, rng.uniform(0.2, 0.35) * h])
        skin += [
            tube((0, 0, z), elbow, 0.7 * radius, sides=7),
            sphere(elbow, 0.7 * radius),
            tube(elbow, top, 0.7 * radius, sides=7),
            sphere(top, 0.7 * radius),
        ]
    return [("trunk", "cactus-skin", join(*skin))]


def _agave(h: float, rng: np.random.Generator) -> Parts:
    outer = blades((0, 0, 0.02), _turns(11, rng), 0.95 * h, 0.17 * h, rise=0.75, droop=0.3, parts=3)
    inner = blades((0, 0, 0.02), _turns(7, rng), 1.05 * h, 0.15 * h, rise=1.0, droop=0.12, parts=3)
    return [("crown", "agave-leaves", join(outer, inner))]


def _coarse_needles(h: float, rng: np.random.Generator) -> Parts:
    return [("crown", "pine-needles", cone((0, 0, 0.08 * h), 0.2 * h, 0.92 * h, sides=6))]


def _coarse_palm(h: float, rng: np.random.Generator) -> Parts:
    trunk = tube((0, 0, -0.3), (0, 0, 0.85 * h), 0.16, sides=3)
    fronds = blades((0, 0, 0.85 * h), _turns(7, rng), 0.32 * h, 0.5, rise=0.5, droop=0.8, parts=2)
    return [("trunk", "palm-bark", trunk), ("crown", "palm-leaves", fronds)]


def _coarse_tree(h: float, rng: np.random.Generator) -> Parts:
    trunk = tube((0, 0, -0.3), (0, 0, 0.4 * h), 0.03 * h, sides=3)
    crown = lump((0, 0, 0.6 * h), (0.36 * h, 0.36 * h, 0.4 * h), rng, rough=0.17)
    return [("trunk", "bark", trunk), ("crown", pick("leaves", rng), crown)]


def _shrub(h: float, rng: np.random.Generator) -> Parts:
    lumps = [
        lump(
            (0.3 * h * math.cos(a), 0.3 * h * math.sin(a), 0.42 * h),
            (0.48 * h, 0.48 * h, rng.uniform(0.42, 0.55) * h),
            rng,
        )
        for a in _turns(3, rng)
    ]
    return [("crown", "shrub-leaves", join(*lumps))]


def _undergrowth(h: float, rng: np.random.Generator) -> Parts:
    fronds = blades((0, 0, 0), _turns(9, rng), 1.2 * h, 0.24 * h, rise=1.0, droop=0.4, parts=3)
    return [("crown", pick("leaves", rng), fronds)]


_SPECIES: Mapping[Species, Callable[[float, np.random.Generator], Parts]] = {
    "agave": _agave,
    "banana": _banana,
    "bamboo": _bamboo,
    "bare": _bare,
    "broadleaf": _broadleaf,
    "cactus": _cactus,
    "conifer": _conifer,
    "palm": _palm,
    "pine": _pine,
    "shrub": _shrub,
    "undergrowth": _undergrowth,
}

_COARSE: Mapping[Species, Callable[[float, np.random.Generator], Parts]] = {
    "broadleaf": _coarse_tree,
    "conifer": _coarse_needles,
    "palm": _coarse_palm,
    "pine": _coarse_needles,
}
