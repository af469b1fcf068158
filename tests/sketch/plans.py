"""Floor plans drawn in code: rooms, walls, doors that swing, windows, furniture, dimensions, in many hands."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SHIFT = 4
STYLES = ("filled", "double", "hatched", "grey", "pencil", "blueprint")


class _Pen:
    """Lines on a sheet in metres, a little unsteady where a hand draws."""

    def __init__(self, seed: int, style: str) -> None:
        self.rng = np.random.default_rng([seed, STYLES.index(style)])
        self.style = style
        self.longer = int(self.rng.integers(800, 2200))
        self.size_m = self.rng.uniform(9, 22), self.rng.uniform(7, 16)
        margin = self.rng.uniform(0.12, 0.2)
        self.scale = self.longer * (1 - 2 * margin) / max(self.size_m)
        self.origin = np.array([self.longer * margin] * 2)
        side = np.array(self.size_m) * self.scale + 2 * self.longer * margin
        self.sheet = np.full((round(side[1]), round(side[0])), 255, np.uint8)
        self.line = max(1, round(self.longer / self.rng.uniform(500, 1100)))
        self.shake = self.scale * 0.012 if style == "pencil" else 0.0
        self.turn = np.radians(self.rng.uniform(-4, 4)) if self.rng.random() < 0.3 else 0.0
        self.black = int(self.rng.integers(60, 110)) if style == "pencil" else int(self.rng.integers(0, 40))

    def at(self, points: object) -> NDArray[np.int32]:
        own = np.atleast_2d(np.asarray(points, float)) * self.scale + self.origin
        middle = np.array(self.sheet.shape[::-1]) / 2
        c, s = np.cos(self.turn), np.sin(self.turn)
        own = (own - middle) @ np.array([[c, s], [-s, c]]) + middle
        if self.shake:
            # A hand strays slowly: both ends of a line, and little between.
            ends = self.rng.normal(scale=self.shake, size=(2, 2))
            own = own + ends[:1] + (ends[1:] - ends[:1]) * np.linspace(0, 1, len(own))[:, None]
        return np.rint(own * (1 << _SHIFT)).astype(np.int32)

    def path(self, points: object, *, weight: float = 1.0, closed: bool = False) -> None:
        thick = max(1, round(self.line * weight))
        cv2.polylines(self.sheet, [self.at(points)], closed, self.black, thick, cv2.LINE_AA, _SHIFT)

    def fill(self, points: object, grey: int) -> None:
        cv2.fillPoly(self.sheet, [self.at(points)], grey, cv2.LINE_AA, _SHIFT)

    def arc(self, centre: NDArray[np.float64], radius: float, start: float, end: float) -> None:
        angles = np.radians(np.linspace(start, end, 25))
        self.path(centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), weight=0.7)


def _wall(pen: _Pen, start: NDArray[np.float64], end: NDArray[np.float64], thick: float) -> None:
    """A piece of wall from point to point."""
    along = (end - start) / max(np.linalg.norm(end - start), 1e-9)
    across = np.array([-along[1], along[0]]) * thick / 2
    corners = [start + across, end + across, end - across, start - across]
    if pen.style in ("filled", "pencil", "blueprint"):
        pen.fill(corners, pen.black)
    elif pen.style == "grey":
        pen.fill(corners, 150)
        pen.path(corners, closed=True)
    else:
        pen.path(corners, closed=True, weight=1.4)
    if pen.style == "hatched":
        for step in np.arange(0, np.linalg.norm(end - start), thick * 0.8):
            foot = start + along * step
            pen.path([foot - across, foot + across + along * min(thick, np.linalg.norm(end - foot))], weight=0.5)


def _door(pen: _Pen, hinge: NDArray[np.float64], along: NDArray[np.float64], width: float) -> None:
    """A leaf that stands open at a right angle, and its swing."""
    across = np.array([-along[1], along[0]]) * pen.rng.choice([-1, 1])
    tip = hinge + across * width
    if pen.rng.random() < 0.4:
        leaf = along * 0.04
        pen.path([hinge, hinge + leaf, tip + leaf, tip], closed=True, weight=0.8)
    else:
        pen.path([hinge, tip], weight=1.2)
    start = np.degrees(np.arctan2(*along[::-1]))
    turn = 90 if along[0] * across[1] - along[1] * across[0] > 0 else -90
    pen.arc(hinge, width, start, start + turn)


def _partition(pen: _Pen, low: NDArray[np.float64], high: NDArray[np.float64], depth: int) -> list[object]:
    """Rooms by halving, with a door in each wall between; answers with the rooms."""
    size = high - low
    axis = int(size[1] > size[0]) if pen.rng.random() < 0.8 else int(pen.rng.integers(2))
    if depth == 0 or size[axis] < 5.0 or size[1 - axis] < 2.4:
        return [(low, high)]
    cut = low[axis] + size[axis] * pen.rng.uniform(0.38, 0.62)
    start, end = low.copy(), high.copy()
    start[axis] = end[axis] = cut
    along = (end - start) / np.linalg.norm(end - start)
    length, width = float(np.linalg.norm(end - start)), float(pen.rng.uniform(0.75, 1.0))
    near = pen.rng.uniform(0.3, length - width - 0.3)
    thick = pen.rng.choice([0.1, 0.15, 0.2])
    _wall(pen, start, start + along * near, thick)
    _wall(pen, start + along * (near + width), end, thick)
    if pen.rng.random() < 0.5:
        _door(pen, start + along * near, along, width)
    else:
        _door(pen, start + along * (near + width), -along, width)
    first, second = high.copy(), low.copy()
    first[axis] = second[axis] = cut
    return [*_partition(pen, low, first, depth - 1), *_partition(pen, second, high, depth - 1)]


def _outside(pen: _Pen) -> None:
    width, depth = pen.size_m
    corners = [np.array(p, float) for p in ((0, 0), (width, 0), (width, depth), (0, depth))]
    for row, start in enumerate(corners):
        end = corners[(row + 1) % 4]
        along, length = (end - start) / np.linalg.norm(end - start), float(np.linalg.norm(end - start))
        at = 0.0
        door = pen.rng.uniform(1, length - 2.2) if row == 2 else -9.0
        while at < length:
            wall = min(pen.rng.uniform(0.8, 2.2), length - at)
            if at <= door < at + wall + 1.4 and at + wall < length - 1.5:
                _wall(pen, start + along * at, start + along * (at + wall), 0.3)
                _door(pen, start + along * (at + wall), along, 1.0)
                at, door = at + wall + 1.0, -9.0
                continue
            _wall(pen, start + along * at, start + along * (at + wall), 0.3)
            glass = min(1.4, length - at - wall)
            across = np.array([-along[1], along[0]])
            for side in (-0.15, 0.0, 0.15):
                a, b = start + along * (at + wall), start + along * (at + wall + glass)
                pen.path([a + across * side, b + across * side], weight=0.6)
            at += wall + glass


def _furnish(pen: _Pen, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    middle = (low + high) / 2
    cv2.putText(
        pen.sheet,
        str(pen.rng.choice(["BED", "LIVING", "BATH", "KITCHEN", "12.4 m2"])),
        tuple(int(v) for v in pen.at(middle)[0] >> _SHIFT),
        cv2.FONT_HERSHEY_SIMPLEX,
        pen.scale * 0.012,
        pen.black,
        max(1, pen.line // 2),
        cv2.LINE_AA,
    )
    kind = pen.rng.random()
    if kind < 0.4:
        corner, size = low + 0.3, np.minimum((high - low) * 0.45, (1.6, 2.0))
        pen.path([corner, corner + (size[0], 0), corner + size, corner + (0, size[1])], closed=True, weight=0.7)
        pen.path([corner + (0, 0.4), corner + (size[0], 0.4)], weight=0.7)
    elif kind < 0.7:
        pen.arc(middle + (0.0, 0.8), 0.5, 0, 360)


def _dimensions(pen: _Pen) -> None:
    width, depth = pen.size_m
    pen.path([(0, -0.9), (width, -0.9)], weight=0.6)
    for x in np.linspace(0, width, int(pen.rng.integers(3, 7))):
        pen.path([(x, -1.1), (x, -0.7)], weight=0.6)
        pen.path([(x - 0.12, -0.78), (x + 0.12, -1.02)])
    pen.path([(-0.9, 0), (-0.9, depth)], weight=0.6)
    for y in np.linspace(0, depth, int(pen.rng.integers(2, 5))):
        pen.path([(-1.1, y), (-0.7, y)], weight=0.6)


def plan(seed: int, style: str) -> NDArray[np.uint8]:
    """(H, W, 3) a floor plan of one storey; the same for the same seed and style."""
    pen = _Pen(seed, style)
    _outside(pen)
    for low, high in _partition(pen, np.zeros(2), np.array(pen.size_m), 3):  # type: ignore[misc]
        if pen.rng.random() < 0.7:
            _furnish(pen, low, high)
    if pen.rng.random() < 0.7:
        _dimensions(pen)
    sheet = pen.sheet
    if style == "pencil":
        noise = pen.rng.normal(scale=5, size=sheet.shape)
        sheet = np.clip(cv2.GaussianBlur(sheet, (0, 0), 0.7) * 0.94 + noise, 0, 255).astype(np.uint8)
    made = np.repeat(sheet[..., None], 3, axis=2)
    if style == "blueprint":
        share = (255 - made) / 255.0
        made = (np.array([24, 62, 130]) * (1 - share) + np.array([228, 236, 250]) * share).round().astype(np.uint8)
    return made
