"""Ripples on water: how they tilt its mirror, and what the mirror then shows.

Waves that a pixel can hold move what is mirrored and let more or less of the water's own colour through; those that
are smaller draw it out upwards and downwards, as a path through glitter does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera

__all__ = ["Ripples", "find_ripples"]

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Wavelengths [m] from a breath of wind to a swell, how many waves there are, and how far they turn from the wind's
# direction [radians].
_SHORTEST_M, _LONGEST_M, _WAVES, _TURN = 0.12, 2.4, 18, 1.0
# Root mean square slope of them all where the wind reaches: a light breeze (C. Cox and W. Munk, "Measurement of the
# roughness of the sea surface", 1954, has 0.06 at 1 m/s on open water; a pond is sheltered).
_SLOPE = 0.025
# Calm lies in patches of this size [m], with this share of the slope.
_PATCH_M, _CALM = 14.0, 0.25
_SEED = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Ripples:
    """Ripples on the water of a view.

    Parameters
    ----------
    where
        (H, W) the water.
    normals
        (H, W, 3) of its waves, as far as a pixel can hold them; up elsewhere.
    shifts_px
        (H, W, 2) how far what is mirrored moves to the right and down.
    drawn_px
        (H, W) half of how far smaller waves draw it out.
    """

    where: Mask
    normals: Array
    shifts_px: Array
    drawn_px: Array

    def mirrored(self, seen: Array) -> Array:
        """(H, W, 3) what rippled water shows of a flat mirror's picture, which is known on the water alone."""
        import cv2

        height, width = self.where.shape
        drawn = _drawn_out(seen, self.where, self.drawn_px)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        to_x, to_y = x + self.shifts_px[..., 0], y + self.shifts_px[..., 1]
        weight = cv2.remap(self.where.astype(np.float32), to_x, to_y, cv2.INTER_LINEAR)
        moved = cv2.remap(drawn * self.where[..., None], to_x, to_y, cv2.INTER_LINEAR)
        known = (weight > 0.5)[..., None]
        return np.asarray(np.where(known, moved / np.maximum(weight, 0.5)[..., None], drawn), dtype=np.float32)


def find_ripples(where: Mask, points_m: Array, distances_m: Array, camera: Camera) -> Ripples:
    """The ripples of level water, the same wherever it is seen from.

    Parameters
    ----------
    where
        (H, W) the water.
    points_m, distances_m
        (H, W, 3) and (H, W) what the pixels show, and how far it is.
    camera
        The view.
    """
    normals = np.zeros((*where.shape, 3), dtype=np.float32)
    normals[..., 2] = 1
    shifts, drawn = np.zeros((*where.shape, 2), np.float32), np.zeros(where.shape, np.float32)
    if where.any():
        points, distances = points_m[where], distances_m[where]
        away = points - np.asarray(camera.position_m, dtype=np.float32)
        level = np.linalg.norm(away[:, :2], axis=1)
        steep = np.abs(away[:, 2]) / np.maximum(distances, 1e-6)
        across = np.asarray(distances / camera.focal_px, dtype=np.float32)
        along = across / np.maximum(steep, 1e-3)
        heading = away[:, :2] / np.maximum(level, 1e-6)[:, None]
        slopes, hidden = _slopes(points, heading, across, along.astype(np.float32))
        tilted = np.concatenate([-slopes, np.ones((len(slopes), 1))], axis=1)
        normals[where] = tilted / np.linalg.norm(tilted, axis=1, keepdims=True)
        # A mirror that turns by an angle turns what it shows by twice that; sideways only as far as it is seen steeply.
        towards = (slopes * heading).sum(1)
        aside = slopes[:, 1] * heading[:, 0] - slopes[:, 0] * heading[:, 1]
        shifts[where] = 2 * camera.focal_px * np.stack([aside * steep, towards], axis=1)
        drawn[where] = 2 * camera.focal_px * hidden
    return Ripples(where=where, normals=normals, shifts_px=shifts, drawn_px=drawn)


def _slopes(points: Array, heading: Array, across: Array, along: Array) -> tuple[Array, Array]:
    """(n, 2) slopes that a pixel holds, and (n,) root mean square of those that it does not.

    Parameters
    ----------
    points
        (n, 3) [m].
    heading
        (n, 2) level direction away from the eye.
    across, along
        (n,) how wide a pixel is on the water across that direction and along it [m].
    """
    generator = np.random.default_rng(_SEED)
    lengths = np.geomspace(_SHORTEST_M, _LONGEST_M, _WAVES)
    turns = np.pi / 2 + generator.uniform(-_TURN, _TURN, _WAVES)
    phases = generator.uniform(0, 2 * np.pi, _WAVES)
    each = np.float32(_SLOPE * np.sqrt(2 / _WAVES))
    slopes, hidden = np.zeros((len(points), 2), np.float32), np.zeros(len(points), np.float32)
    for length, turn, phase in zip(lengths, turns, phases, strict=True):
        wave = _wave(length, turn)
        front = heading @ wave
        side = heading[:, 1] * wave[0] - heading[:, 0] * wave[1]
        # The mean of a sine over a pixel, taken for a bell curve.
        held = np.exp(-((front * along) ** 2 + (side * across) ** 2) / 8)
        slopes += (each * held * np.cos(points[:, :2] @ wave + np.float32(phase)))[:, None] * (
            wave / np.linalg.norm(wave)
        )
        hidden += 0.5 * each**2 * (1 - held**2)
    wind = _wind(points, generator)
    return slopes * wind[:, None], np.sqrt(hidden) * wind


def _wind(points: Array, generator: np.random.Generator) -> Array:
    """(n,) how much of the slope there is in each place."""
    total = np.zeros(len(points), np.float32)
    for _ in range(4):
        turn, phase, length = generator.uniform([0, 0, 0.7], [2 * np.pi, 2 * np.pi, 1.5])
        total += np.sin(points[:, :2] @ _wave(_PATCH_M * length, turn) + np.float32(phase))
    return np.asarray(_CALM + (1 - _CALM) / (1 + np.exp(-1.5 * total)), dtype=np.float32)


def _wave(length_m: float, turn: float) -> Array:
    """(2,) wave vector [rad/m]."""
    return np.asarray(2 * np.pi / length_m * np.array([np.cos(turn), np.sin(turn)]), dtype=np.float32)


def _drawn_out(seen: Array, where: Mask, reach_px: Array) -> Array:
    """A picture that is known ``where``, drawn out in columns as far as each pixel asks for."""
    import cv2

    known = seen * where[..., None]
    most = float(reach_px.max())
    levels, made = [0.0], [seen]
    reach = 1.0
    while reach < 2 * most:
        # A box as deep as a bell curve of this deviation.
        kernel = (1, 2 * round(reach * np.sqrt(3)) + 1)
        weight = cv2.blur(where.astype(np.float32), kernel)
        blurred = cv2.blur(known, kernel) / np.maximum(weight, 1e-6)[..., None]
        levels.append(reach)
        made.append(blurred)
        reach *= 2
    at = np.interp(reach_px, levels, np.arange(len(levels)))
    out = np.zeros_like(seen)
    for row, picture in enumerate(made):
        out += np.maximum(1 - np.abs(at - row), 0).astype(np.float32)[..., None] * picture
    return out
