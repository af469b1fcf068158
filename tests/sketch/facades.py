"""Elevations drawn in code that are full of what is round: arches, oculi, rounded corners, spiral stairs, trees."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SHIFT = 4
KINDS = ("arches", "fanlights", "oculi", "barred oculi", "rounded", "casements", "spiral", "niches")


def _curve(
    sheet: NDArray[np.uint8],
    middle: tuple[float, float],
    axes: tuple[float, float],
    start: float,
    end: float,
    line: int,
) -> None:
    angles = np.radians(np.linspace(start, end, 49))
    points = np.array(middle) + np.stack([np.cos(angles) * axes[0], np.sin(angles) * axes[1]], axis=1)
    _path(sheet, points, line)


def _path(sheet: NDArray[np.uint8], points: object, line: int, *, closed: bool = False) -> None:
    whole = np.rint(np.asarray(points, float) * (1 << _SHIFT)).astype(np.int32)
    cv2.polylines(sheet, [whole], closed, 0, line, cv2.LINE_AA, _SHIFT)


def _opening(sheet: NDArray[np.uint8], kind: str, x: float, y: float, r: float, line: int) -> None:
    """One opening about a point; ``r`` is half its width."""
    if kind in ("arches", "fanlights"):
        _curve(sheet, (x, y), (r, r), 180, 360, line)
        _path(sheet, [(x - r, y), (x - r, y + 2 * r), (x + r, y + 2 * r), (x + r, y)], line)
        if kind == "fanlights":
            _path(sheet, [(x - r, y), (x + r, y)], line)
            _path(sheet, [(x, y - r), (x, y + 2 * r)], line)
            _path(sheet, [(x, y), (x + 0.7 * r, y - 0.7 * r)], line)
    elif kind in ("oculi", "barred oculi"):
        _curve(sheet, (x, y), (r, r), 0, 360, line)
        _path(sheet, [(x, y), (x, y - r)], line)
        if kind == "barred oculi":
            _curve(sheet, (x, y), (1.25 * r, 1.25 * r), 0, 360, line)
            _path(sheet, [(x - r, y), (x + r, y)], line)
    elif kind == "rounded":
        _curve(sheet, (x, y), (r, r), 270, 360, line)
        _path(sheet, [(x - 1.5 * r, y - r), (x, y - r)], line)
        _path(sheet, [(x + r, y), (x + r, y + 2 * r)], line)
    elif kind == "casements":
        _path(sheet, [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)], line, closed=True)
        _path(sheet, [(x - r, y - r), (x + r, y), (x - r, y + r)], line)
    elif kind == "spiral":
        for turn in range(4):
            _curve(sheet, (x, y + turn * r * 0.6), (r, 0.3 * r), 0, 180, line)
        for side in (-r, 0, r):
            _path(sheet, [(x + side, y - r), (x + side, y + 2 * r)], line)
    else:
        _curve(sheet, (x - r, y), (2 * r, 2 * r), 300, 360, line)
        _curve(sheet, (x + r, y), (2 * r, 2 * r), 180, 240, line)
        _path(sheet, [(x - r, y), (x - r, y + 2 * r), (x + r, y + 2 * r), (x + r, y)], line)
        _curve(sheet, (x, y + r), (0.4 * r, 0.4 * r), 180, 270, line)
        _path(sheet, [(x, y + r), (x, y + 0.6 * r)], line)


def facade(seed: int, kind: str) -> NDArray[np.uint8]:
    """(H, W, 3) an elevation with rows of one kind of opening; the same for the same seed and kind."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    width, height = int(rng.integers(700, 1800)), int(rng.integers(500, 1200))
    sheet = np.full((height, width), 255, np.uint8)
    line = max(1, round(max(width, height) / rng.uniform(350, 1000)))
    ground = height * rng.uniform(0.85, 0.95)
    _path(sheet, [(0, ground), (width, ground)], line)
    left, right, top = width * 0.12, width * 0.88, height * rng.uniform(0.1, 0.25)
    _path(sheet, [(left, ground), (left, top), (right, top), (right, ground)], 2 * line)
    columns, rows = int(rng.integers(3, 8)), int(rng.integers(1, 4))
    stepped = min((right - left) / columns, (ground - top) / rows)
    r = stepped * rng.uniform(0.18, 0.3)
    for column in range(columns):
        for row in range(rows):
            x = left + (column + 0.5) * (right - left) / columns
            _opening(sheet, kind, x, top + (row + 0.4) * (ground - top) / rows, r, line)
    for level in np.arange(1, rows) / rows:
        _path(sheet, [(left, top + level * (ground - top)), (right, top + level * (ground - top))], line)
    # A tree, as an architect's stamp draws it.
    crown = height * 0.1
    _curve(sheet, (left * 0.5, ground - 2 * crown), (crown * 0.5, crown * 0.5), 0, 360, line)
    _path(sheet, [(left * 0.5, ground), (left * 0.5, ground - 2 * crown)], line)
    return np.repeat(sheet[..., None], 3, axis=2)
