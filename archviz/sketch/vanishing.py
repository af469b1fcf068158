"""Where a drawing's parallel lines meet, and which way each area between lines faces.

Architects draw verticals vertical. Every other line of a wall then runs to a point on the horizon, and
most buildings have two such points. Both are found at once: the horizon at which the lines' directions
gather in two bundles is the right one. An area bounded by verticals and by lines of one bundle is a wall
of that direction; one bounded by both bundles is level. (J. M. Coughlan and A. L. Yuille, "Manhattan
World", ICCV 1999, is the same idea for photographs.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.maps import EdgeMap

__all__ = ["Areas", "Vanishing", "face_areas", "find_vanishing", "trace_areas", "verticals_stay", "wall_normals"]

Floats = NDArray[np.float64]

_LEAST_AREA_PX = 24
_CHAIN_PX = 1.5  # a polygon keeps this close to the drawn outline
_LEAST_EDGE_PX = 6.0
_VERTICAL = 0.07  # sideways share of a line that counts as vertical: 4 degrees
_STEEP = 0.35  # sideways over upright of a line that may be a vertical of a view from above
_SLANT_PX = 0.8  # how far an end of a drawn line may be off
_LEAST_TOLERANCE_DEG, _BOUND_TOLERANCE = 0.6, 2.0
_AZIMUTHS = np.arange(0.0, 180.0, 1.5)
# How far from square two bundles may seem at the expected focal length: a lens of 40 mm turns 90 into 70.
_SQUARE_DEG = 18.0
_ROWS, _HORIZON_SPREAD = 96, 0.16
_LEAST_PIECES = 8
# Without this share of the lines in the two bundles, the drawing has no such order.
_LEAST_ORDER = 0.2
_FOCAL_LIMITS = (0.55, 2.2)  # of the longer side: 20 to 80 mm
_BOUND = 0.15


@dataclass(frozen=True, eq=False, kw_only=True)
class Areas:
    """Areas between lines, and their outlines as straight pieces.

    Parameters
    ----------
    labels
        (H, W) int32 area of each pixel; 0 on lines.
    owner
        (n,) area of each piece.
    middle_px, along_px
        (n, 2) x, y of each piece's middle and the vector from its start to its end.
    finer
        How many pixels of the areas one of the picture has: as far a hand's tremor reaches.
    """

    labels: NDArray[np.int32]
    owner: NDArray[np.int64]
    middle_px: Floats
    along_px: Floats
    finer: float = 1.0

    @property
    def lengths_px(self) -> Floats:
        """(n,) length of each piece."""
        return np.asarray(np.linalg.norm(self.along_px, axis=1))


@dataclass(frozen=True, kw_only=True)
class Vanishing:
    """The order of a drawing in perspective with vertical verticals.

    Parameters
    ----------
    horizon_px
        Row of the horizon.
    focal_px
        Focal length, from the two points where they tell it.
    azimuths_deg
        Directions of the two bundles from the view's, to the right, modulo 180.
    """

    horizon_px: float
    focal_px: float
    azimuths_deg: tuple[float, float]

    def scaled(self, factor: float) -> Vanishing:
        """The same in a drawing ``factor`` times as large."""
        return replace(self, horizon_px=self.horizon_px * factor, focal_px=self.focal_px * factor)


def trace_areas(lines: EdgeMap, *, finer: float = 1.0) -> Areas:
    """Areas between lines and the straight pieces of their outlines.

    Parameters
    ----------
    lines
        (H, W) a drawing's lines, one to two pixels wide.
    finer
        How many times finer they are than the picture.
    """
    import cv2

    ink = cv2.dilate((lines.array > 0.5).astype(np.uint8), np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - ink, connectivity=4)
    owners, middles, alongs = [], [], []
    for area in range(1, count):
        left, top, width, height, pixels = stats[area]
        if pixels < _LEAST_AREA_PX * finer**2:
            continue
        own = (labels[top : top + height, left : left + width] == area).astype(np.uint8)
        outlines, _ = cv2.findContours(own, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            corners = cv2.approxPolyDP(outline, _CHAIN_PX * finer, True).reshape(-1, 2) + (left, top)
            along = np.roll(corners, -1, axis=0) - corners
            middle = corners + along / 2
            # The sheet's own edge is no line of the drawing.
            inside = np.all((middle > 2) & (middle < np.array(labels.shape[::-1]) - 3), axis=1)
            drawn = inside & (np.linalg.norm(along, axis=1) >= _LEAST_EDGE_PX * finer)
            owners += [area] * int(drawn.sum())
            middles.append(middle[drawn])
            alongs.append(along[drawn])
    empty = [np.zeros((0, 2))]
    return Areas(
        labels=np.asarray(labels, dtype=np.int32),
        owner=np.array(owners, dtype=np.int64),
        middle_px=np.concatenate(middles or empty).astype(np.float64),
        along_px=np.concatenate(alongs or empty).astype(np.float64),
        finer=finer,
    )


def find_vanishing(areas: Areas, *, focal_px: float, horizon_px: float) -> Vanishing | None:
    """The horizon and the two bundles of a drawing's lines; ``None`` where it has no such order.

    Parameters
    ----------
    areas
        The drawing's outlines.
    focal_px
        Focal length to go by where the lines do not tell it.
    horizon_px
        Where the horizon is expected [row]; a guide, not a limit.
    """
    height, width = areas.labels.shape
    slanted = ~_vertical(areas)
    if slanted.sum() < _LEAST_PIECES:
        return None
    spread = _HORIZON_SPREAD * height
    best, found = 0.0, None
    for row in np.linspace(horizon_px - 2 * spread, horizon_px + 2 * spread, _ROWS):
        support = _support(areas, slanted, focal_px, float(row))
        first, second = _two_peaks(support.sum(axis=0))
        order = float(np.maximum(support[:, first], support[:, second]).sum())
        score = order * float(np.exp(-0.5 * ((row - horizon_px) / spread) ** 2))
        if score > best:
            best, found = score, (float(row), _AZIMUTHS[first], _AZIMUTHS[second], order)
    if found is None or found[3] < _LEAST_ORDER * areas.lengths_px[slanted].sum():
        return None
    row, first_deg, second_deg, _ = found
    sharper = _focal(focal_px, first_deg, second_deg, longer=max(height, width))
    return Vanishing(
        horizon_px=row,
        focal_px=sharper,
        azimuths_deg=(_turned(first_deg, focal_px, sharper), _turned(second_deg, focal_px, sharper)),
    )


def verticals_stay(areas: Areas, *, tilt: float, focal_px: float) -> bool:
    """Whether a drawing's verticals are vertical rather than run together, as they would if the view were tilted.

    Parameters
    ----------
    areas
        The drawing's outlines.
    tilt
        How far the view would look down [radians].
    focal_px
        Its focal length.
    """
    height, width = areas.labels.shape
    dx, dy = areas.along_px.T
    steep = np.abs(dx) < _STEEP * np.abs(dy)
    away = areas.middle_px - (width / 2, height / 2 + focal_px / np.tan(tilt))
    lean = np.degrees(np.arctan2(dx, dy) - np.arctan2(away[:, 0], away[:, 1]))
    lean = np.abs((lean + 90.0) % 180.0 - 90.0)
    upright = np.degrees(np.arctan2(np.abs(dx), np.abs(dy)))
    tolerance = _tolerance_deg(areas.lengths_px / areas.finer)
    straight, leaning = (
        float((areas.lengths_px * np.exp(-0.5 * (off / tolerance) ** 2))[steep].sum()) for off in (upright, lean)
    )
    return straight > leaning


def face_areas(areas: Areas, found: Vanishing) -> tuple[NDArray[np.bool_], Floats]:
    """Which areas are walls or level, and their normals.

    Returns
    -------
    known, normals
        (n,) and (n, 3) for each label: unit normals along the camera's right, up and towards the viewer.
    """
    count = int(areas.labels.max()) + 1
    vertical = _vertical(areas)
    lengths = areas.lengths_px
    off = _off_deg(areas, found.focal_px, found.horizon_px, np.asarray(found.azimuths_deg))
    near = off < _BOUND_TOLERANCE * _tolerance_deg(lengths / areas.finer)[:, None]
    total = np.bincount(areas.owner, lengths, count)
    upright = np.bincount(areas.owner, lengths * vertical, count)
    # A piece that runs to both points says nothing of either.
    near &= ~vertical[:, None] & (near.sum(axis=1) == 1)[:, None]
    along = np.stack([np.bincount(areas.owner, lengths * near[:, k], count) for k in (0, 1)])
    least = _BOUND * np.maximum(total, 1e-9)
    bundle = along.argmax(axis=0)
    wall = (upright > least) & (along.max(axis=0) > least) & (along.max(axis=0) > 1.5 * along.min(axis=0))
    level = ~wall & (along.min(axis=0) > least) & (upright < least)
    sums = np.stack([np.bincount(areas.owner, lengths * areas.middle_px[:, k], count) for k in (0, 1)])
    middle = sums / np.maximum(total, 1e-9)
    normals = wall_normals(found, middle[0], areas.labels.shape[1])[np.arange(count), bundle]
    normals[level] = 0.0
    # What lies under the horizon is seen from above.
    normals[level, 1] = np.where(middle[1] > found.horizon_px, 1.0, -1.0)[level]
    return wall | level, normals


def wall_normals(found: Vanishing, columns_px: Floats, width_px: int) -> Floats:
    """(n, 2, 3) how walls of each bundle face that are seen at columns of the picture.

    Unit normals along the camera's right, up and towards the viewer, to whom they are turned.
    """
    across = ((np.asarray(columns_px) - width_px / 2) / found.focal_px)[:, None]
    angle = np.radians(np.asarray(found.azimuths_deg))[None]
    # Square to the wall's direction, turned to the viewer: against the ray (across, 1) in plan.
    right, forward = np.cos(angle), -np.sin(angle)
    sign = np.where(right * across + forward > 0, -1.0, 1.0)
    return np.stack([sign * right, np.zeros_like(sign), -sign * forward], axis=2)


def _vertical(areas: Areas) -> NDArray[np.bool_]:
    return np.asarray(np.abs(areas.along_px[:, 0]) < np.maximum(_VERTICAL * areas.lengths_px, areas.finer))


def _off_deg(areas: Areas, focal_px: float, horizon_px: float, azimuths_deg: Floats) -> Floats:
    """(n, k) angle in the picture between each piece and the way to each vanishing point [degrees]."""
    x, y = areas.middle_px.T
    angle = np.radians(azimuths_deg)[None]
    across = areas.labels.shape[1] / 2 - x
    ux = focal_px * np.sin(angle) + across[:, None] * np.cos(angle)
    uy = (horizon_px - y)[:, None] * np.cos(angle)
    dx, dy = areas.along_px.T
    cross = np.abs(ux * dy[:, None] - uy * dx[:, None])
    dot = np.abs(ux * dx[:, None] + uy * dy[:, None])
    return np.asarray(np.degrees(np.arctan2(cross, np.maximum(dot, 1e-9))))


def _support(areas: Areas, which: NDArray[np.bool_], focal_px: float, horizon_px: float) -> Floats:
    """(n, k) how far each piece of ``which`` speaks for each of the azimuths, in pixels of its length."""
    lengths = areas.lengths_px[which]
    off = _off_deg(areas, focal_px, horizon_px, _AZIMUTHS)[which]
    spoken = np.exp(-0.5 * (off / _tolerance_deg(lengths / areas.finer)[:, None]) ** 2)
    # A piece near the horizon runs to every point on it: it speaks for none.
    return np.asarray(lengths[:, None] * spoken * (1.0 - spoken.mean(axis=1, keepdims=True)))


def _tolerance_deg(lengths_px: Floats) -> Floats:
    return np.maximum(_LEAST_TOLERANCE_DEG, np.degrees(_SLANT_PX / lengths_px))


def _apart(one: Floats, other: Floats | float) -> Floats:
    """Angle between directions modulo 180 [degrees]."""
    gap = np.abs(one - other) % 180.0
    return np.minimum(gap, 180.0 - gap)


def _two_peaks(support: Floats) -> tuple[int, int]:
    """The two best supported azimuths that are about square to each other."""
    pairs = support[:, None] + support[None, :]
    square = _apart(_AZIMUTHS[:, None], _AZIMUTHS[None, :])
    pairs *= np.exp(-0.5 * ((square - 90.0) / _SQUARE_DEG) ** 2)
    first, second = np.unravel_index(int(pairs.argmax()), pairs.shape)
    return int(first), int(second)


def _focal(focal_px: float, first: float, second: float, *, longer: int) -> float:
    """Focal length at which the two bundles are square; the given one where they do not tell."""
    product = -np.tan(np.radians(first)) * np.tan(np.radians(second))
    if not 0.05 < product < 20:
        return focal_px
    told = focal_px * float(np.sqrt(product))
    low, high = (share * longer for share in _FOCAL_LIMITS)
    # A bundle nearly along the view or across it tells little of the focal length.
    obliqueness = min(_apart(np.array(a), b) for a in (first, second) for b in (0.0, 90.0))
    return told if low < told < high and obliqueness > 12.0 else focal_px


def _turned(angle_deg: float, focal_px: float, other_px: float) -> float:
    """The azimuth of the same vanishing point at another focal length."""
    angle = np.radians(angle_deg)
    return float(np.degrees(np.arctan2(np.sin(angle) * focal_px, np.cos(angle) * other_px)) % 180.0)
