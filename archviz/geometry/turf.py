"""Blades of grass on lawns and meadows, where a camera is near enough to see them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.material import TextureFamily
from archviz.core.seeds import derive_generator
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene

__all__ = ["strew_blades"]

# Height of the blades by what the ground is called, the first that fits [m].
_HEIGHTS_M = {"meadow": 0.26, "bund": 0.16, "forest": 0.1, "lawn": 0.06}
_ELSE_M = 0.08
# Blades lower than this in the picture are no more than grain, and those before the camera's feet would hide the view.
_LEAST_PX = 1.5
_NEAREST_M = 1.2
# One blade for so many pixels of grass, as wide as this at least.
_PX_A_BLADE = 4.0
_WIDTH_PX, _WIDTH_M = 2.2, 0.008
# Tufts stand in patches of this size [m], thicker here and thinner there.
_PATCH_M = 0.9
_LAID = (int(Part.GROUND), int(Part.BUILDING))
# What bends a blade: its tip stands aside by this share of its height.
_LEAN = 0.75


def strew_blades(scene: Scene, camera: Camera) -> Scene:
    """The same scene with blades where the camera sees grass from near.

    Parameters
    ----------
    scene
        Its grass is what is made of a material of that family.
    camera
        The view.

    Returns
    -------
    Scene
        ``scene`` itself where no grass is near. Table and order of its faces stay; blades follow.
    """
    table = scene.table
    materials = table.element_materials()
    grassy = np.array([m.family is TextureFamily.GRASS for m in table.materials])[materials][scene.face_elements]
    if not grassy.any():
        return scene
    generator = derive_generator(0, "blades")
    rays = camera.ray_directions()
    falling = rays[rays[..., 2] < 0.1]
    if not len(falling):
        return scene
    picked = falling[generator.integers(len(falling), size=int(len(falling) / _PX_A_BLADE))]
    picked = picked + generator.normal(scale=0.5 / camera.focal_px, size=picked.shape).astype(np.float32)
    # A lawn goes on under the path or the terrace that is laid on it: what is seen decides. Plants hide nothing.
    solid = np.isin(table.element_parts(), _LAID)[scene.face_elements]
    solid[scene.first_grown :] = False
    rows = np.flatnonzero(solid)
    caster = RayCaster(replace(scene, faces=scene.faces[rows], face_elements=scene.face_elements[rows]))
    hits = caster.first_hits(np.asarray(camera.position_m), picked)
    rows = np.append(rows, -1)[hits.faces]
    hit = (hits.faces >= 0) & grassy[rows]
    owners = scene.face_elements[rows]
    names = [material.name for material in table.materials]
    heights = np.array([next((h for key, h in _HEIGHTS_M.items() if key in name), _ELSE_M) for name in names])
    height = heights[materials][owners] * generator.uniform(0.5, 1.25, len(owners))
    near = hit & (hits.distances_m > _NEAREST_M)
    near &= height * camera.focal_px / np.maximum(hits.distances_m, 0.1) > _LEAST_PX
    if not near.any():
        return scene
    unit = picked[near] / np.linalg.norm(picked[near], axis=1, keepdims=True)
    foot = np.asarray(camera.position_m) + unit * hits.distances_m[near, None]
    blades = _blades(foot, height[near], hits.distances_m[near] / camera.focal_px, generator)
    return scene.extended(blades, owners[near])


def _blades(
    foot: NDArray[np.floating],
    height: NDArray[np.floating],
    pixel_m: NDArray[np.floating],
    generator: np.random.Generator,
) -> NDArray[np.float32]:
    """(n, 3, 3) one triangle a blade."""
    n = len(foot)
    patch = np.sin(foot[:, 0] / _PATCH_M * 2.1 + 2 * np.sin(foot[:, 1] / _PATCH_M)) * np.sin(
        foot[:, 1] / _PATCH_M * 1.7
    )
    height = height * (1 + 0.35 * patch)
    turn = generator.uniform(0, 2 * np.pi, n)
    side = np.stack([np.cos(turn), np.sin(turn), np.zeros(n)], axis=1)
    half = np.maximum(_WIDTH_M, _WIDTH_PX * pixel_m)[:, None] / 2 * side
    lean = generator.uniform(0, 2 * np.pi, n)
    bent = height * _LEAN * generator.random(n)
    tip = foot + np.stack([bent * np.cos(lean), bent * np.sin(lean), height], axis=1)
    return np.stack([foot - half, foot + half, tip], axis=1).astype(np.float32)
