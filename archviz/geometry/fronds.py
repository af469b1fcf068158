"""Leaflets on the plain fronds of palms, as many as a camera can tell apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.seeds import derive_generator
from archviz.geometry.scene import Scene
from archviz.geometry.sight import in_sight

__all__ = ["feather_fronds"]

Vectors = NDArray[np.float32]

_SPECIES = "palm"
# Quads on either side of a plain frond's midrib, near and far; the last ones run to a point.
_PARTS = (4, 2)
# Between leaflets along the rib, at least [m] and [pixels], and a leaflet's width over that.
_SPACING_M, _SPACING_PX, _WIDTH = 0.055, 2.0, 1.1
# Farther off than this a frond is whole: it is no wider to either side [pixels].
_LEAST_PX = 4.5
# And none is wider than this.
_WIDEST_M = 0.6
_MOST_LEAFLETS = 60_000
# Leaflets are longer than half the plain frond is wide, for they lean towards its tip and hang.
_LENGTH, _FORWARD, _HANG = 1.25, 0.75, 0.35
# What stays of the plain frond's width: its rib.
_RIB = 0.12


def feather_fronds(scene: Scene, camera: Camera) -> Scene:
    """The same scene with leaflets in place of the whole fronds of the palms that the camera sees.

    Leaflets belong to the element of their frond, of which the rib stays.

    Parameters
    ----------
    scene
        Palms of the surroundings have their species as class; their fronds are those of
        :func:`~archviz.geometry.surroundings.shapes.blades`, and others stay as they are.
    camera
        The view.

    Returns
    -------
    Scene
        ``scene`` itself where no palm is in sight. Table and order of its faces stay; leaflets follow.
    """
    names = [element.class_name == _SPECIES for element in scene.table.elements]
    if not any(names):
        return scene
    rows = np.flatnonzero(np.array(names)[scene.face_elements])
    # The faces of an element follow one another.
    palms, first, count = np.unique(scene.face_elements[rows], return_index=True, return_counts=True)
    near = np.linalg.norm(scene.vertices_m[scene.faces[rows[first], 0]] - np.asarray(camera.position_m), axis=1)
    close = near * _LEAST_PX < _WIDEST_M * camera.focal_px
    ribs, owners, plain, narrow = [], [], [], []
    for palm, start, length in zip(palms[close], first[close], count[close], strict=True):
        own = rows[start : start + length]
        found = _ribs(scene.vertices_m[scene.faces[own]])
        if found is None:
            continue
        seen = in_sight(found[:, 0, :3], np.linalg.norm(found[:, -1, :3] - found[:, 0, :3], axis=-1), camera)
        away = np.linalg.norm(found[:, 0, :3] - np.asarray(camera.position_m), axis=-1)
        wide = np.linalg.norm(found[..., 3:], axis=-1).max(axis=1)
        seen &= wide * camera.focal_px > _LEAST_PX * away
        if seen.any():
            fronds = own.reshape(len(found), -1)[seen]
            plain.append(fronds.ravel())
            narrow.append(_narrowed(scene.vertices_m[scene.faces[fronds]], found[seen]).reshape(-1, 3, 3))
            ribs += list(found[seen])
            owners += [palm] * int(seen.sum())
    if not ribs:
        return scene
    leaflets, of = _leaflets(ribs, camera)
    scene = scene.reshaped(np.concatenate(plain), np.concatenate(narrow))
    return scene.extended(leaflets, np.array(owners, dtype=np.int32)[of])


def _ribs(corners: Vectors) -> Vectors | None:
    """(n, parts + 1, 6) points along the midribs of plain fronds, each with the way to the left edge there [m].

    ``None`` where the (f, 3, 3) triangles are not those of such fronds.
    """
    for parts in _PARTS:
        each = 4 * parts - 2
        if len(corners) % each:
            continue
        fronds = corners.reshape(-1, each, 3, 3)
        left, right = fronds[:, parts - 1 : 2 * parts - 1], fronds[:, -parts:]
        # A quad's second triangle is rib, next edge, edge on the left; edge, next rib, rib on the right.
        if np.allclose(left[:, :, 0], right[:, :, 2], atol=1e-3):
            spine = np.concatenate([left[:, :, 0], right[:, -1:, 1]], axis=1)
            edge = left[:, :, 2] - left[:, :, 0]
            return np.concatenate([spine, np.concatenate([edge, 0 * edge[:, -1:]], axis=1)], axis=-1)
    return None


def _narrowed(fronds: Vectors, ribs: Vectors) -> Vectors:
    """(n, f, 3, 3) plain fronds with their edges drawn in to their ribs."""
    parts = ribs.shape[1] - 1
    step = np.arange(parts)
    # Which triangle's which corner is an edge, and beside which point of the rib it lies.
    edges = (
        (step[:-1], 2, step[:-1] + 1),
        (parts - 1 + step, 1, step + 1),
        (parts - 1 + step, 2, step),
        (2 * parts - 1 + step[:-1], 0, step[:-1]),
        (2 * parts - 1 + step[:-1], 1, step[:-1] + 1),
        (3 * parts - 2 + step, 0, step),
    )
    for triangles, corner, points in edges:
        spine = ribs[:, points, :3]
        fronds[:, triangles, corner] = spine + np.float32(_RIB) * (fronds[:, triangles, corner] - spine)
    return fronds


def _leaflets(ribs: list[Vectors], camera: Camera) -> tuple[Vectors, NDArray[np.intp]]:
    """(n, 3, 3) one triangle a leaflet, and (n,) the rib that each grows on."""
    along = np.array([np.linalg.norm(np.diff(rib[:, :3], axis=0), axis=1).sum() for rib in ribs])
    away = np.array([np.linalg.norm(rib[0, :3] - np.asarray(camera.position_m)) for rib in ribs])
    spacing = np.maximum(_SPACING_M, _SPACING_PX * away / camera.focal_px)
    spacing *= max(1.0, 2 * float((along / spacing).sum()) / _MOST_LEAFLETS)
    count = np.maximum((along / spacing).astype(np.int64), 4)
    of = np.repeat(np.arange(len(ribs)), 2 * count)
    generator = derive_generator(0, "leaflets")
    n = len(of)
    parts = np.array([len(rib) - 1 for rib in ribs])[of]
    t = generator.random(n) * 0.97 * parts
    low = t.astype(np.int64)
    table = np.concatenate(ribs)
    first = np.concatenate([[0], np.cumsum([len(rib) for rib in ribs])[:-1]])[of] + low
    share = (t - low)[:, None]
    foot = table[first, :3] * (1 - share) + table[first + 1, :3] * share
    edge = table[first, 3:] * (1 - share) + table[first + 1, 3:] * share
    half = np.linalg.norm(edge, axis=1, keepdims=True)
    forward = table[first + 1, :3] - table[first, :3]
    forward /= np.maximum(np.linalg.norm(forward, axis=1, keepdims=True), 1e-6)
    side = edge / np.maximum(half, 1e-6)
    # The other half of the frond: its edge hangs as low, on the other side.
    level = side * [1, 1, 0]
    mirrored = generator.random((n, 1)) < 0.5
    side = np.where(mirrored, side - 2 * level, side)
    aim = side + _FORWARD * forward - _HANG * np.array([0, 0, 1]) + 0.18 * generator.normal(size=(n, 3))
    aim /= np.linalg.norm(aim, axis=1, keepdims=True)
    length = _LENGTH * np.maximum(half, 0.3 * half.max()) * generator.uniform(0.85, 1.15, (n, 1))
    wide = (_WIDTH / 2 * spacing[of])[:, None] * forward
    return np.stack([foot - wide, foot + wide, foot + length * aim], axis=1).astype(np.float32), of
