"""Cars, motorbikes and sampans as proxies, at the origin, their noses towards +X."""

from __future__ import annotations

import numpy as np

from archviz.geometry.surroundings.palette import pick
from archviz.geometry.surroundings.shapes import Triangles, box, join, sphere, tube

__all__ = ["ShapeParts", "car", "motorbike", "sampan"]

ShapeParts = tuple[tuple[str, str, Triangles], ...]
"""(element suffix, palette material, triangles) of a thing."""


def _wheel(x: float, y: float, radius: float, width: float) -> Triangles:
    """A wheel whose axle lies along y."""
    inner, outer = (x, y - width / 2, radius), (x, y + width / 2, radius)
    sides = [sphere(end, (0.96 * radius, 0.01, 0.96 * radius)) for end in (inner, outer)]
    return join(tube(inner, outer, radius, sides=12), *sides)


def _frustum(
    low: tuple[float, float, float], high: tuple[float, float, float], *, front: float, back: float
) -> Triangles:
    """A box whose top is pulled in along x at its front (+x) and back, and a little at its sides."""
    shape = box(low, high)
    top = np.isclose(shape[..., 2], high[2])
    x, y = shape[..., 0], shape[..., 1]
    shape[..., 0] = np.where(top, np.where(x > (low[0] + high[0]) / 2, x - front, x + back), x)
    shape[..., 1] = np.where(top, y * 0.86, y)
    return shape


def car(rng: np.random.Generator) -> ShapeParts:
    """A family car, 4.3 m long and 1.45 m high."""
    body = join(
        _frustum((-2.15, -0.88, 0.28), (2.15, 0.88, 0.62), front=0.0, back=0.0),
        _frustum((-2.1, -0.86, 0.62), (2.08, 0.86, 0.88), front=0.2, back=0.12),
        box((-0.85, -0.6, 1.40), (0.5, 0.6, 1.45)),
    )
    cabin = _frustum((-1.65, -0.78, 0.86), (1.2, 0.78, 1.42), front=0.75, back=0.5)
    wheels = [_wheel(x, y, 0.31, 0.2) for x in (-1.35, 1.35) for y in (-0.78, 0.78)]
    return (("body", pick("paint", rng), body), ("glass", "glass", cabin), ("wheels", "rubber", join(*wheels)))


def motorbike(rng: np.random.Generator) -> ShapeParts:
    """A scooter, 1.85 m long and 1.05 m high."""
    body = join(
        _frustum((-0.75, -0.16, 0.42), (0.1, 0.16, 0.7), front=0.05, back=-0.1),
        box((-0.2, -0.14, 0.24), (0.42, 0.14, 0.34)),
        tube((0.4, 0, 0.3), (0.56, 0, 0.95), 0.11, end_radius=0.08),
    )
    dark = join(
        _wheel(-0.62, 0.0, 0.28, 0.1),
        _wheel(0.66, 0.0, 0.28, 0.1),
        _frustum((-0.72, -0.14, 0.7), (0.08, 0.14, 0.8), front=0.08, back=-0.05),
        tube((0.5, -0.33, 1.02), (0.5, 0.33, 1.02), 0.025, sides=4),
        tube((0.56, 0, 0.95), (0.66, 0, 0.28), 0.03, sides=4),
    )
    return (("body", pick("paint", rng), body), ("frame", "rubber", dark))


def sampan(rng: np.random.Generator) -> ShapeParts:
    """A wooden river boat with an arched cover; its waterline lies at z = 0."""
    length = float(rng.uniform(5.0, 7.5))
    x = np.linspace(-length / 2, length / 2, 9)
    share = np.abs(2 * x / length)
    half = 0.62 * (1 - share**2.2) + 0.05
    top = 0.32 + 0.5 * share**2.5
    keel = np.stack([x, 0 * x, -0.25 + 0.45 * share**3], 1)
    left, right = np.stack([x, half, top], 1), np.stack([x, -half, top], 1)
    strips = []
    for a, b in ((left, keel), (keel, right)):
        strips += [np.stack([a[:-1], b[:-1], b[1:]], 1), np.stack([a[:-1], b[1:], a[1:]], 1)]
    deck_left, deck_right = left - np.array([0, 0, 0.15]), right - np.array([0, 0, 0.15])
    strips += [
        np.stack([deck_right[:-1], deck_right[1:], deck_left[1:]], 1),
        np.stack([deck_right[:-1], deck_left[1:], deck_left[:-1]], 1),
    ]
    angle = np.linspace(0, np.pi, 7)
    arch = np.stack([0 * angle, 0.58 * np.cos(angle), 0.25 + 0.85 * np.sin(angle)], 1)
    x0, x1 = np.array([-0.22 * length, 0, 0]), np.array([0.18 * length, 0, 0])
    cover = join(
        np.stack([arch[:-1] + x0, arch[:-1] + x1, arch[1:] + x1], 1),
        np.stack([arch[:-1] + x0, arch[1:] + x1, arch[1:] + x0], 1),
    )
    return (("hull", "dark-timber", join(*strips)), ("cover", "thatch", cover))
