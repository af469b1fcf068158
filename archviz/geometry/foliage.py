"""Leaves on the plain crowns of trees, shrubs and hedges, as many as a camera can tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.material import TextureFamily
from archviz.core.seeds import derive_generator
from archviz.geometry.scene import Scene
from archviz.geometry.sight import in_sight

__all__ = ["dress_crowns"]

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class _Habit:
    """How a kind of plant is dressed.

    Its smallest leaf [m], width over length, leaf area over crown surface, and how far boughs and hollows move the
    crown [m].
    """

    length_m: float
    width: float
    layers: float
    boughs_m: float


_HABITS: Mapping[str, _Habit] = {
    "broadleaf": _Habit(0.16, 0.7, 1.7, 0.5),
    "bamboo": _Habit(0.2, 0.4, 1.6, 0.3),
    "shrub": _Habit(0.08, 0.7, 1.7, 0.12),
    "hedge": _Habit(0.06, 0.7, 1.6, 0.03),
    "pine": _Habit(0.3, 0.3, 1.8, 0.35),
    "conifer": _Habit(0.3, 0.3, 2.0, 0.3),
}
_ANY = "broadleaf"
# No bough of a small plant is longer than this share of its size.
_MOST_BOUGH = 0.06
# A crown is closed: its normals cancel out. Fronds and blades are sheets, and are leaves already.
_MOST_OPEN = 0.05
# And it is no thin slab of rice: volume over area to the power 1.5, where a sphere has 0.094 and twenty lumps 0.021.
_SOLID = 0.006
# Faces smaller than so many leaves are leaves themselves.
_LEAST_FACE = 2.0
# Shorter than this no leaf is told from another, and more would only be noise [pixels].
_LEAST_PX = 4.5
_MOST_LEAVES = 90_000
# Leaves grow as far round the outline as this; behind it the crown hides them.
_LEAST_FACING = -0.35
# The bare crown draws back under the leaves, by this share of its size and of its boughs at most.
_DRAWN_BACK, _MOST_DRAWN_BACK = 0.1, 0.5
# Wavelength of boughs over their depth.
_WAVE = 5.0


def dress_crowns(scene: Scene, camera: Camera) -> Scene:
    """The same scene with leaves on the crowns that the camera sees.

    Crowns are solids of foliage that are no part of the building. Leaves belong to the element of their crown, which
    draws back a little, to be the shade between them.

    Parameters
    ----------
    scene
        Plants of the surroundings have their species as class; others are dressed as broadleaved trees.
    camera
        The view.

    Returns
    -------
    Scene
        ``scene`` itself where no crown is in sight. Table and order of its faces stay; leaves follow.
    """
    faces = _crown_faces(scene)
    if not len(faces):
        return scene
    corners, owners = scene.triangles_m[faces], scene.face_elements[faces]
    middle = corners.mean(axis=1)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled = np.linalg.norm(normals, axis=1)
    normals /= np.maximum(doubled, 1e-12)[:, None]
    away = middle - np.asarray(camera.position_m, dtype=np.float32)
    distance = np.maximum(np.linalg.norm(away, axis=1), 0.5)
    facing = -np.einsum("nc,nc->n", normals, away) / distance
    length, width, layers, boughs = _habits(scene, faces)
    length = np.maximum(length, _LEAST_PX * distance / np.float32(camera.focal_px))
    leaf = length**2 * width
    seen = in_sight(middle, np.sqrt(doubled), camera) & (facing > _LEAST_FACING) & (doubled > _LEAST_FACE * leaf)
    if not seen.any():
        return scene
    wanted = np.where(seen, layers * doubled / leaf, 0.0)
    if (coarser := wanted.sum() / _MOST_LEAVES) > 1.0:
        length, wanted = length * np.float32(np.sqrt(coarser)), wanted / coarser
    generator = derive_generator(0, "leaves")
    count = np.floor(wanted + generator.random(len(wanted))).astype(np.int64)
    face = np.repeat(np.arange(len(faces)), count)
    leaves = _strewn(corners[face], normals[face], length[face], width[face], boughs[face], generator)
    crowns = np.isin(owners, np.unique(owners[seen]))
    return _drawn_back(scene, faces[crowns], boughs[crowns]).extended(leaves, owners[face])


def _crown_faces(scene: Scene) -> NDArray[np.intp]:
    """Rows of the faces of crowns."""
    table = scene.table
    leafy = np.array([m.family is TextureFamily.FOLIAGE for m in table.materials])[table.element_materials()]
    around = table.element_parts() == int(Part.SURROUNDINGS)
    faces = np.flatnonzero((leafy & around)[scene.face_elements])
    a, b, c = scene.triangles_m[faces].astype(np.float64).transpose(1, 0, 2)
    owners, count = scene.face_elements[faces], len(table.elements)
    # About each element's middle: far from the origin the volume would be lost in rounding.
    corners = np.bincount(owners, minlength=count)
    middle = np.stack([np.bincount(owners, a[:, k], minlength=count) for k in range(3)], axis=1)
    a, b, c = (p - (middle / np.maximum(corners, 1)[:, None])[owners] for p in (a, b, c))
    cross = np.cross(b - a, c - a)
    volume = np.bincount(owners, np.einsum("nc,nc->n", a, cross) / 6, minlength=count)
    area = np.bincount(owners, np.linalg.norm(cross, axis=1) / 2, minlength=count)
    left = [np.bincount(owners, cross[:, k] / 2, minlength=count) for k in range(3)]
    closed = np.linalg.norm(left, axis=0) < _MOST_OPEN * area
    return faces[(closed & (np.abs(volume) > _SOLID * area**1.5))[owners]]


def _habits(scene: Scene, faces: NDArray[np.intp]) -> tuple[Vectors, Vectors, Vectors, Vectors]:
    """(f,) smallest leaf [m], width, layers and boughs [m] of faces."""
    elements = scene.table.elements
    found = [_HABITS.get(element.class_name, _HABITS[_ANY]) for element in elements]
    table = np.array([(h.length_m, h.width, h.layers, h.boughs_m) for h in found], dtype=np.float32)
    owners = scene.face_elements[faces]
    height = scene.triangles_m[faces][..., 2]
    low, high = np.full(len(elements), np.inf, np.float32), np.full(len(elements), -np.inf, np.float32)
    np.minimum.at(low, owners, height.min(axis=1))
    np.maximum.at(high, owners, height.max(axis=1))
    length, width, layers, boughs = table[owners].T
    return length, width, layers, np.minimum(boughs, _MOST_BOUGH * (high - low)[owners])


def _strewn(
    corners: Vectors, normals: Vectors, length: Vectors, width: Vectors, boughs: Vectors, generator: np.random.Generator
) -> Vectors:
    """(n, 3, 3) one triangle a leaf, strewn over (n, 3, 3) faces."""
    n = len(corners)
    u, v = generator.random((2, n, 1), dtype=np.float32)
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    foot = corners[:, 0] + u * (corners[:, 1] - corners[:, 0]) + v * (corners[:, 2] - corners[:, 0])
    # Boughs reach out and leave hollows between them.
    phase = foot / np.maximum(boughs * _WAVE, 0.05)[:, None] * np.float32(2 * np.pi)
    wave = np.sin(phase[:, 0] + 1.7 * np.sin(phase[:, 2])) + np.sin(phase[:, 1] * 1.3 + phase[:, 2] * 0.7)
    out = boughs * (0.5 * wave - 0.25) + length * generator.uniform(-0.8, 0.5, n).astype(np.float32)
    foot = foot + normals * out[:, None]
    # Leaves hang, each its own way, more or less over the surface.
    along = generator.normal(size=(n, 3)).astype(np.float32) + 0.7 * normals - np.array([0, 0, 0.6], np.float32)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    face = normals + 0.55 * generator.normal(size=(n, 3)).astype(np.float32) + np.array([0, 0, 0.35], np.float32)
    side = np.cross(face, along)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-6)
    half = (0.6 * width * length)[:, None] * side
    return np.stack([foot - half, foot + half, foot + length[:, None] * along], axis=1).astype(np.float32)


def _drawn_back(scene: Scene, crowns: NDArray[np.intp], boughs: Vectors) -> Scene:
    """The scene with the corners of crowns moved towards their element's middle."""
    corners = scene.triangles_m[crowns]
    owners = scene.face_elements[crowns]
    count = np.maximum(np.bincount(owners, minlength=len(scene.table.elements)), 1)
    middle = np.stack(
        [np.bincount(owners, corners[..., k].mean(axis=1), minlength=len(count)) / count for k in range(3)], axis=1
    )
    inwards = (middle.astype(np.float32)[owners][:, None] - corners) * np.float32(_DRAWN_BACK)
    far = np.linalg.norm(inwards, axis=-1, keepdims=True)
    inwards *= np.minimum(1.0, _MOST_DRAWN_BACK * boughs[:, None, None] / np.maximum(far, 1e-9))
    return scene.reshaped(crowns, (corners + inwards).astype(np.float32))
