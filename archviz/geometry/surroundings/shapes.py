"""Closed shapes as triangle soups: (n, 3, 3) float64 corners [m], counter-clockwise seen from outside."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Triangles",
    "blades",
    "box",
    "cone",
    "gable_roof",
    "hip_roof",
    "join",
    "lump",
    "placed",
    "quad",
    "sphere",
    "split",
    "tube",
]

Triangles = NDArray[np.float64]

# Corner i takes the high value where bit 4, 2, 1 of i is set for x, y, z.
_BOX_QUADS = np.array([[2, 6, 4, 0], [5, 7, 3, 1], [4, 5, 1, 0], [3, 7, 6, 2], [1, 3, 2, 0], [6, 7, 5, 4]])


def join(*parts: Triangles) -> Triangles:
    """All triangles in one array; none gives (0, 3, 3)."""
    return np.concatenate(parts) if parts else np.zeros((0, 3, 3))


def _quads(corners: NDArray[np.float64]) -> Triangles:
    """(n, 4, 3) quads, counter-clockwise, to (2n, 3, 3)."""
    return np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])


def quad(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike) -> Triangles:
    """One quad of four corners, counter-clockwise seen from its front."""
    return _quads(np.array([[a, b, c, d]], dtype=np.float64))


def box(low: ArrayLike, high: ArrayLike) -> Triangles:
    """Axis-aligned boxes between corners (3,) or (n, 3)."""
    lo, hi = np.atleast_2d(np.asarray(low, float)), np.atleast_2d(np.asarray(high, float))
    lo, hi = np.broadcast_arrays(lo, hi)
    bits = (np.arange(8)[:, None] >> np.array([2, 1, 0])) & 1
    corners = np.where(bits[None] == 1, hi[:, None], lo[:, None])
    return _quads(corners[:, _BOX_QUADS].reshape(-1, 4, 3))


def placed(shape: Triangles, position_m: ArrayLike, *, turn_deg: float = 0.0, scale: ArrayLike = 1.0) -> Triangles:
    """The shape scaled, turned about the vertical (counter-clockwise from above) and moved."""
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    turn = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    return (shape * np.asarray(scale, float)) @ turn + np.asarray(position_m, float)


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of two vectors; NumPy's own takes ten times as long for one pair."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def tube(
    start: ArrayLike, end: ArrayLike, radius: float, *, end_radius: float | None = None, sides: int = 6
) -> Triangles:
    """A straight, open-ended tube that may taper."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    axis = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    helper = np.array([1.0, 0.0, 0.0]) if abs(axis[2]) > 0.9 else np.array([0.0, 0.0, 1.0])
    u = _cross(axis, helper)
    u /= np.linalg.norm(u)
    v = _cross(axis, u)
    angle = np.arange(sides) * (2 * math.pi / sides)
    ring = np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * v
    low = a + ring * radius
    high = b + ring * (radius if end_radius is None else end_radius)
    return _quads(np.stack([low, np.roll(low, -1, 0), np.roll(high, -1, 0), high], axis=1))


def cone(center: ArrayLike, radius: float, height: float, *, sides: int = 8) -> Triangles:
    """An upright cone on its base's centre, base included."""
    c = np.asarray(center, float)
    angle = np.arange(sides) * (2 * math.pi / sides)
    ring = c + radius * np.stack([np.cos(angle), np.sin(angle), np.zeros(sides)], axis=1)
    after = np.roll(ring, -1, 0)
    apex = np.broadcast_to(c + np.array([0, 0, height]), ring.shape)
    middle = np.broadcast_to(c, ring.shape)
    return np.concatenate([np.stack([ring, after, apex], 1), np.stack([after, ring, middle], 1)])


def split(soup: Triangles, values: NDArray[np.float64]) -> tuple[Triangles, Triangles]:
    """Cut triangles along the zero line of a field that is linear on each.

    Parameters
    ----------
    soup
        (n, 3, 3) triangles.
    values
        (n, 3) the field at their corners.

    Returns
    -------
    below, above
        Soups where the field is negative, and the rest; together they cover ``soup``.
    """
    negative = values < 0
    count = negative.sum(axis=1)
    parts: list[list[Triangles]] = [[soup[count == 3]], [soup[count == 0]]]
    for lone in (1, 2):
        # The corner that differs from the other two comes first; order, and so facing, is kept.
        mixed = count == lone
        first = np.argmax(negative[mixed] if lone == 1 else ~negative[mixed], axis=1)
        order = (first[:, None] + np.arange(3)) % 3
        rows = np.arange(len(order))[:, None]
        a, b, c = soup[mixed][rows, order].transpose(1, 0, 2)
        va, vb, vc = values[mixed][rows, order].T
        ab = a + (b - a) * (va / (va - vb))[:, None]
        ac = a + (c - a) * (va / (va - vc))[:, None]
        parts[lone - 1].append(np.stack([a, ab, ac], axis=1))
        parts[2 - lone] += [np.stack([ab, b, c], axis=1), np.stack([ab, c, ac], axis=1)]
    return np.concatenate(parts[0]), np.concatenate(parts[1])


@cache
def _icosphere(level: int) -> Triangles:
    """Unit sphere of 20 * 4**level triangles."""
    if level > 0:
        t = _icosphere(level - 1)
        ab, bc, ca = (t[:, [0, 1, 2]] + t[:, [1, 2, 0]]).transpose(1, 0, 2) / 2
        a, b, c = t.transpose(1, 0, 2)
        quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        fine = np.concatenate([np.stack(q, axis=1) for q in quarters])
        return fine / np.linalg.norm(fine, axis=-1, keepdims=True)
    # The convex hull of the icosahedron's corners: a pole, two rings of five, a pole.
    z, r = 1 / math.sqrt(5), 2 / math.sqrt(5)
    angle = np.arange(5) * (2 * math.pi / 5)
    upper = np.stack([r * np.cos(angle), r * np.sin(angle), np.full(5, z)], 1)
    lower = np.stack([r * np.cos(angle + math.pi / 5), r * np.sin(angle + math.pi / 5), np.full(5, -z)], 1)
    top, bottom = np.tile([0.0, 0.0, 1.0], (5, 1)), np.tile([0.0, 0.0, -1.0], (5, 1))
    up1, lo1 = np.roll(upper, -1, 0), np.roll(lower, -1, 0)
    faces = [(top, upper, up1), (upper, lower, up1), (lower, lo1, up1), (lower, bottom, lo1)]
    return np.concatenate([np.stack(f, axis=1) for f in faces])


def sphere(center: ArrayLike, radii: ArrayLike, *, level: int = 1) -> Triangles:
    """An ellipsoid of 20 * 4**level triangles."""
    return _icosphere(level) * np.asarray(radii, float) + np.asarray(center, float)


def lump(
    center: ArrayLike, radii: ArrayLike, rng: np.random.Generator, *, rough: float = 0.18, level: int = 1
) -> Triangles:
    """An ellipsoid with bumps: a clump of leaves, a rock."""
    unit = _icosphere(level)
    # Waves over the sphere move every copy of a shared corner alike, so the lump stays closed.
    waves = rng.normal(size=(4, 3)) * 3.0
    bumps = np.sin(unit @ waves.T + rng.uniform(0, 2 * math.pi, 4)).sum(-1, keepdims=True) / 2
    return unit * (1 + rough * bumps) * np.asarray(radii, float) + np.asarray(center, float)


def blades(
    base: ArrayLike,
    headings: ArrayLike,
    length: ArrayLike,
    width: float,
    *,
    rise: ArrayLike,
    droop: float,
    parts: int = 4,
) -> Triangles:
    """Leaves that arch out of one ``base``, each folded along its midrib; both halves face up.

    Parameters
    ----------
    headings
        Directions in plan, one a leaf [radians from +X].
    length, rise
        One for all leaves or one for each; ``rise`` is the height gained at first, as a share of ``length``.
    droop
        Height lost towards the tip, as a share of ``length``.
    """
    t = np.linspace(0, 1, parts + 1)
    turns = np.asarray(headings, float).tolist()
    flat = np.array([(math.cos(turn), math.sin(turn), 0.0) for turn in turns])
    out = flat[:, None]
    side = np.stack([-flat[:, 1], flat[:, 0], flat[:, 2]], axis=-1)[:, None]
    up = np.array([0.0, 0.0, 1.0])
    lengths, rises = (np.broadcast_to(np.asarray(v, float), len(flat))[:, None] for v in (length, rise))
    level = np.sqrt(np.maximum(0.15, 1 - rises**2))
    spine = np.asarray(base, float) + lengths[..., None] * (
        t[:, None] * out * level[..., None] + (rises * t - droop * t**2)[..., None] * up
    )
    half = width / 2 * np.sin(np.clip(t * 0.86 + 0.14, 0, 1) * math.pi)[:, None]
    left = spine + half * side - 0.45 * half * up
    right = spine - half * side - 0.45 * half * up
    quads = [
        np.stack([spine[:, :-1], spine[:, 1:], left[:, 1:], left[:, :-1]], 2),
        np.stack([right[:, :-1], right[:, 1:], spine[:, 1:], spine[:, :-1]], 2),
    ]
    corners = ([0, 1, 2], [0, 2, 3])
    return np.concatenate([q[:, :, c] for q in quads for c in corners], axis=1).reshape(-1, 3, 3)


def gable_roof(low: ArrayLike, high: ArrayLike, rise: float, *, along_x: bool = True) -> Triangles:
    """A solid gable roof over the rectangle ``low``..``high`` (2,) at the eaves' height ``low[2]``."""
    x0, y0, z = (float(v) for v in np.asarray(low, float))
    x1, y1 = (float(v) for v in np.asarray(high, float)[:2])
    if not along_x:
        turned = gable_roof((y0, -x1, z), (y1, -x0, z), rise)
        return np.stack([-turned[..., 1], turned[..., 0], turned[..., 2]], -1)
    ym = (y0 + y1) / 2
    ridge = z + rise
    a, b, c, d = (x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)
    e, f = (x0, ym, ridge), (x1, ym, ridge)
    ends = np.array([[d, a, e], [b, c, f]], dtype=np.float64)
    return join(quad(a, b, f, e), quad(c, d, e, f), quad(d, c, b, a), ends)


def hip_roof(low: ArrayLike, high: ArrayLike, rise: float) -> Triangles:
    """A solid hip roof over the rectangle ``low``..``high`` at the eaves' height ``low[2]``."""
    x0, y0, z = (float(v) for v in np.asarray(low, float))
    x1, y1 = (float(v) for v in np.asarray(high, float)[:2])
    if x1 - x0 < y1 - y0:
        turned = hip_roof((y0, -x1, z), (y1, -x0, z), rise)
        return np.stack([-turned[..., 1], turned[..., 0], turned[..., 2]], -1)
    ym, inset = (y0 + y1) / 2, (y1 - y0) / 2 * 0.9
    a, b, c, d = (x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)
    e, f = (x0 + inset, ym, z + rise), (x1 - inset, ym, z + rise)
    ends = np.array([[d, a, e], [b, c, f]], dtype=np.float64)
    return join(quad(a, b, f, e), quad(c, d, e, f), quad(d, c, b, a), ends)
