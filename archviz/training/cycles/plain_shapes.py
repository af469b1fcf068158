# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the triangles of plain proxies stand for: panes, and the midribs of fronds."""

from __future__ import annotations

import numpy as np

Mesh = tuple[np.ndarray, np.ndarray]

# Rooms and storeys behind a neighbour's band of glass.
_ROOM_M, _ROOM_STOREY_M = 3.0, 3.6
# Quads on either side of a plain frond's midrib, near and far.
_PARTS = (4, 2)


def upright_quads(mesh: Mesh) -> np.ndarray | None:
    """(n, 4, 3) corners of a mesh of upright rectangles, each from its lower left as seen from its front.

    ``None`` where any two triangles are something else.
    """
    vertices, faces = mesh
    if not len(faces) or len(faces) % 2:
        return None
    a, b = vertices[faces].reshape(-1, 2, 3, 3).astype(np.float64).transpose(1, 0, 2, 3)
    quads = np.stack([a[:, 0], a[:, 1], a[:, 2], b[:, 2]], axis=1)
    square = np.allclose(a[:, 0], b[:, 0], atol=1e-3) and np.allclose(a[:, 2], b[:, 1], atol=1e-3)
    level = np.abs(quads[:, [0, 2], 2] - quads[:, [1, 3], 2]).max() < 1e-3
    plumb = np.abs(quads[:, [3, 2], :2] - quads[:, [0, 1], :2]).max() < 1e-3
    return quads if square and level and plumb and (quads[:, 3, 2] > quads[:, 0, 2]).all() else None


def room_cells(quad: np.ndarray) -> np.ndarray:
    """(n, 4, 3): a wide or tall pane cut into one pane a room."""
    right, up = quad[1] - quad[0], quad[3] - quad[0]
    columns = max(1, round(float(np.linalg.norm(right)) / _ROOM_M))
    rows = max(1, round(float(np.linalg.norm(up)) / _ROOM_STOREY_M))
    at = [(i, j) for j in range(rows) for i in range(columns)]
    steps = np.array([[(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)] for i, j in at], dtype=np.float64)
    return quad[0] + steps[..., :1] / columns * right + steps[..., 1:] / rows * up


def midribs(mesh: Mesh) -> np.ndarray | None:
    """(n, 5 or 3, 6) points along the midribs of plain fronds, each with the unit vector to its left.

    ``None`` where the mesh is not made of such fronds: the triangles of two rows of quads that
    share a midrib and run to a point.
    """
    for parts in _PARTS:
        triangles = 4 * parts - 2
        if not len(mesh[1]) or len(mesh[1]) % triangles:
            continue
        corners = mesh[0][mesh[1]].reshape(-1, triangles, 3, 3).astype(np.float64)
        left, right = corners[:, parts - 1 : 2 * parts - 1], corners[:, -parts:]
        # A quad's second triangle: rib, next edge, edge on the left; edge, next rib, rib on the right.
        if np.allclose(left[:, :, 0], right[:, :, 2], atol=1e-3):
            spine = np.concatenate([left[:, :, 0], right[:, -1:, 1]], axis=1)
            side = left[:, :, 2] - left[:, :, 0]
            side /= np.maximum(np.linalg.norm(side, axis=-1, keepdims=True), 1e-6)
            return np.concatenate([spine, np.concatenate([side, side[:, -1:]], axis=1)], axis=-1)
    return None
