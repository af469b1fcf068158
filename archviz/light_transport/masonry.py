"""What a plain material does not hold: courses of brick and stone, boards, tiles, drawn as finely as a pixel shows.

Every pattern lies in the world, in metres, and keeps the mean of the material's colour. Joints are averaged over a
pixel in closed form, so that they fade with distance and do not flicker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.material import TextureFamily
from archviz.light_transport.surface import Surface

__all__ = ["detailed_color"]

Array = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class _Bond:
    """Units with joints between them.

    Parameters
    ----------
    width_m, height_m, joint_m
        Of a unit along its course and across it, and of the joint.
    shift
        From one course to the next, as a share of the width.
    spread
        How far the tones of units differ, as a share.
    joint_tone
        The joint's colour over the material's; above 1 it turns to the grey of mortar.
    upright
        Whether courses stand upright on walls, as boards do.
    """

    width_m: float
    height_m: float
    joint_m: float
    shift: float = 0.5
    spread: float
    joint_tone: float
    upright: bool = False


_WALLS: Mapping[TextureFamily, _Bond] = {
    TextureFamily.BRICK: _Bond(width_m=0.24, height_m=0.075, joint_m=0.011, spread=0.2, joint_tone=1.2),
    TextureFamily.STONE: _Bond(width_m=0.6, height_m=0.3, joint_m=0.009, spread=0.14, joint_tone=0.5),
    TextureFamily.TILE: _Bond(width_m=0.3, height_m=0.3, joint_m=0.01, shift=0.0, spread=0.08, joint_tone=0.6),
    TextureFamily.TIMBER: _Bond(
        width_m=2.7, height_m=0.14, joint_m=0.005, shift=0.37, spread=0.14, joint_tone=0.45, upright=True
    ),
}
# On what slopes, tiles overlap: the shade under each course is its joint.
_ROOFS: Mapping[TextureFamily, _Bond] = {
    **_WALLS,
    TextureFamily.TILE: _Bond(width_m=0.22, height_m=0.3, joint_m=0.03, spread=0.16, joint_tone=0.55),
}
# Upward component of the normal from which a face is a roof, and from which it is a floor.
_ROOF_UP, _FLOOR_UP = 0.2, 0.985
_MORTAR = (0.45, 0.43, 0.40)
_MORTAR_SHARE = 0.6
# However much of a dark material is joint, its units stay this bright.
_LEAST_FACE = 0.3


def detailed_color(gbuffer: GBuffer, surface: Surface, rays: Array) -> Array:
    """(H, W, 3) base colour with what its texture family stands for; pictures that a model brings stay as they are.

    Parameters
    ----------
    gbuffer, surface
        The view, and the surface that it shows.
    rays
        (H, W, 3) unit vectors away from the eye.
    """
    color = gbuffer.base_color().array.copy()
    up = np.abs(surface.normals[..., 2])
    # The sky's -1 picks the last row.
    pictured = np.array([bool(m.texture) for m in gbuffer.table.materials] + [False])[gbuffer.materials.array]
    families = np.where(pictured, -1, gbuffer.families())
    roof = (up >= _ROOF_UP) & (up < _FLOOR_UP)
    for slope, bonds in ((roof, _ROOFS), (~roof, _WALLS)):
        for family, bond in bonds.items():
            where = surface.hit & slope & (families == int(family))
            if where.any():
                color[where] = _laid(bond, color[where], surface, rays[where], where)
    return color


def _laid(bond: _Bond, base: Array, surface: Surface, rays: Array, where: NDArray[np.bool_]) -> Array:
    """(n, 3) colour of the pixels ``where`` under a bond."""
    points, normals = surface.points_m[where], surface.normals[where]
    along, across = _axes(normals)
    if bond.upright:
        along, across = across, along
    u, v = (np.einsum("nc,nc->n", points, axis).astype(np.float64) for axis in (along, across))
    # What a pixel spans along a direction of the surface grows as the eye looks along it.
    fine = surface.footprint_m[where]
    wide, high = (
        fine / np.sqrt(np.maximum(1 - np.einsum("nc,nc->n", rays, axis) ** 2, 0.01)) for axis in (along, across)
    )
    course = np.floor(v / bond.height_m)
    u = u + bond.shift * bond.width_m * course
    unit = np.floor(u / bond.width_m)
    butt, bed = _covered(u, wide, bond.width_m, bond.joint_m), _covered(v, high, bond.height_m, bond.joint_m)
    joint = 1 - (1 - butt) * (1 - bed)
    tone = bond.spread * (2 * _random(course, unit) - 1)
    # Where a pixel holds several units, their tones are lost in one another.
    tone *= np.clip(1.5 - np.maximum(high / bond.height_m, wide / bond.width_m), 0.0, 1.0)
    share = 1 - (1 - bond.joint_m / bond.width_m) * (1 - bond.joint_m / bond.height_m)
    seam = base * np.float32(bond.joint_tone)
    if bond.joint_tone > 1:
        seam = (1 - _MORTAR_SHARE) * seam + _MORTAR_SHARE * np.array(_MORTAR, np.float32)
    face = np.maximum((base - share * seam) / (1 - share), _LEAST_FACE * base)
    mixed = face * ((1 - joint) * (1 + tone))[:, None] + seam * joint[:, None]
    return np.clip(mixed, 0.0, 1.0).astype(np.float32)


def _axes(normals: Array) -> tuple[Array, Array]:
    """Level and rising directions of each surface; north and east on a floor."""
    level = np.stack([-normals[:, 1], normals[:, 0], np.zeros(len(normals), np.float32)], axis=1)
    length = np.linalg.norm(level, axis=1, keepdims=True)
    flat = length < np.sqrt(1 - _FLOOR_UP**2)
    level = np.where(flat, np.array([1, 0, 0], np.float32), level / np.maximum(length, 1e-6))
    # Opposite faces count the same way.
    level = level * np.where(level[:, :1] + 1e-3 * level[:, 1:2] < 0, np.float32(-1), np.float32(1))
    return level, np.where(flat, np.array([0, 1, 0], np.float32), np.cross(normals, level))


def _covered(at: NDArray[np.floating], span: NDArray[np.floating], period: float, width: float) -> Array:
    """Share of ``[at - span / 2, at + span / 2]`` that joints of a width cover, one at the start of each period."""

    def until(x: NDArray[np.floating]) -> NDArray[np.floating]:
        whole = np.floor(x / period)
        return np.asarray(whole * width + np.minimum(x - whole * period, width))

    # In double precision: a pixel's span is small beside its distance from the origin.
    at, half = at.astype(np.float64), np.maximum(span, 1e-4).astype(np.float64) / 2
    return np.asarray((until(at + half) - until(at - half)) / (2 * half), dtype=np.float32)


def _random(course: NDArray[np.floating], unit: NDArray[np.floating]) -> Array:
    """Numbers from 0 to 1 that look random and belong to a unit wherever it is seen from."""
    mixed = np.sin(course * 127.1 + unit * 311.7) * 43758.5453
    return np.asarray(mixed - np.floor(mixed), dtype=np.float32)
