# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pinnate fronds: leaflets along the midribs of plain palm leaves."""

from __future__ import annotations

import numpy as np

_LEAFLET_DROOP = 0.45


def feathered(
    ribs: np.ndarray, *, spacing_m: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Feet, directions, faces, lengths and widths [m] of the leaflets, and none where the stalk is bare."""
    reach = np.linalg.norm(np.diff(ribs[..., :3], axis=1), axis=-1).sum(axis=1)
    count = max(6, int(reach.mean() / spacing_m))
    at = np.linspace(0.12, 0.99, count)
    parts = ribs.shape[1] - 1
    low = np.minimum((at * parts).astype(int), parts - 1)
    share = (at * parts - low)[:, None]
    along = ribs[:, low] * (1 - share) + ribs[:, low + 1] * share
    feet, side = along[..., :3], along[..., 3:6]
    forward = ribs[:, low + 1, :3] - ribs[:, low, :3]
    forward /= np.maximum(np.linalg.norm(forward, axis=-1, keepdims=True), 1e-6)
    up = np.cross(forward, side)
    up *= np.where(up[..., 2:] < 0, -1.0, 1.0)
    # Long in the middle of a frond, short and swept towards its tip.
    length = reach[:, None] * (0.07 + 0.20 * np.sin(np.pi * np.clip(0.15 + 0.85 * at, 0, 1)) ** 0.7)
    sweep = (0.35 + 0.9 * at**2)[None, :, None]
    pieces = []
    for sign in (1.0, -1.0):
        # Both halves of a plain leaf hang; a leaflet leaves the rib level and hangs at its end.
        flat = sign * (side - up * np.sum(side * up, axis=-1, keepdims=True))
        stray = rng.normal(scale=0.10, size=flat.shape)
        way = (
            flat
            + forward * sweep
            - np.array([0.0, 0.0, _LEAFLET_DROOP]) * rng.uniform(0.4, 1.3, flat.shape[:2])[..., None]
        )
        pieces.append(
            (feet, way + stray, up + 0.25 * rng.normal(size=flat.shape), length * rng.uniform(0.85, 1.1, length.shape))
        )
    feet, way, facing, lengths = (
        np.concatenate([p[k] for p in pieces]).reshape(-1, *pieces[0][k].shape[2:]) for k in range(4)
    )
    return feet, way, facing, lengths, np.full(len(lengths), max(0.035, 0.75 * spacing_m))
