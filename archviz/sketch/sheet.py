"""A sheet of paper in a photograph: found, its perspective and the unevenness of its light taken away."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.findings import Diagnosis
from archviz.sketch.flatten import flatten_light, unevenness
from archviz.sketch.paper import looks_photographic

__all__ = ["find_sheet", "rectify", "square_up", "straighten"]

# a, b and c of a x + b y = c.
_Line = tuple[float, float, float]

# Edges of paper are long: a small copy shows them, and hides what is drawn.
_WORK_PX = 640
# Strokes up to this wide are closed before the edges are looked for [pixels of the copy].
_CLOSED_PX = 9
# How many lines of either direction are tried as sides.
_SIDES = 8
_LEAST_AREA = 0.12
# Paper is lighter than what it lies on by this share of itself; a fold leaves a step of a tenth.
_STEP = 0.12
# Share of a side along which it is; of the sides together, and of each.
_SUPPORT, _LEAST_SUPPORT = 0.85, 0.65
# Where paper and table are compared, beside the side [pixels of the copy].
_BESIDE_PX = 4.0
_SAMPLES = 48
# How far from its rough place a side is looked for again, in shares of the longer side.
_REFINE = 0.008
# The outermost rim of the sheet shows its edge and what lies under it.
_RIM = 0.004
# Uneven light below this share is that of any scan.
_UNEVEN = 0.35
_LONGEST_PX = 4096


def square_up(
    array: NDArray[np.uint8], corners: Sequence[tuple[float, float]], *, flatten: bool
) -> tuple[NDArray[np.uint8], list[Diagnosis]]:
    """A sheet whose corners a hand has set, as if it had been scanned.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    corners
        Four, from the top left clockwise, in shares of the picture.
    flatten
        Whether uneven light is evened out, as far as it lies on paper.
    """
    height, width = array.shape[:2]
    sheet = rectify(array, np.array(corners) * (width, height), rim=0.0)
    if flatten and not looks_photographic(flat := flatten_light(sheet)):
        sheet = flat
    return sheet, [Diagnosis(code="squared")]


def straighten(array: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Diagnosis]]:
    """A photographed sheet as if it had been scanned; any other picture as it is.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    """
    corners = find_sheet(array)
    if corners is not None:
        sheet = flatten_light(rectify(array, corners))
        if not looks_photographic(sheet):
            return sheet, [Diagnosis(code="straightened")]
    if not looks_photographic(array) and (amount := unevenness(array)) > _UNEVEN:
        return flatten_light(array), [Diagnosis(code="flattened", values={"amount": f"{amount:.0%}"})]
    return array, []


def find_sheet(array: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Corners of a sheet of paper that lies on something darker.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.

    Returns
    -------
    ndarray or None
        (4, 2) x and y [pixels, edges of the picture at 0 and its size]: top left, top right, bottom right,
        bottom left. ``None`` where no sheet is seen, or it fills the picture.
    """
    import cv2

    scale = min(1.0, _WORK_PX / max(array.shape[:2]))
    height, width = (max(16, round(side * scale)) for side in array.shape[:2])
    grey = cv2.cvtColor(cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((_CLOSED_PX, _CLOSED_PX), np.uint8))
    bare = cv2.GaussianBlur(closed, (0, 0), 1.2).astype(np.float32)
    level, upright = _long_lines(bare)
    best, found = 0.0, None
    for rows in itertools.combinations(level, 2):
        for columns in itertools.combinations(upright, 2):
            corners = _corners(rows, columns, width, height)
            if corners is None:
                continue
            score = _score(bare, corners)
            if score > best:
                best, found = score, corners
    if found is None:
        return None
    full = cv2.cvtColor(array, cv2.COLOR_RGB2GRAY)
    rough = found * (array.shape[1] / width, array.shape[0] / height)
    return _refined(full, rough)


def _long_lines(bare: NDArray[np.float32]) -> tuple[list[_Line], list[_Line]]:
    """Lines ``a x + b y = c`` that run rather level, and rather upright; the picture's own edges are among them."""
    import cv2

    height, width = bare.shape
    across, down = (cv2.Sobel(bare, cv2.CV_32F, dx, dy, ksize=3, scale=0.25) for dx, dy in ((1, 0), (0, 1)))
    steps = np.hypot(across, down)
    levels: list[list[_Line]] = [[], []]
    # A step of the paper's own brightness over the width of the blur.
    edges = ((steps > 0.012 * np.maximum(bare, 30.0)) & (steps >= _beside(steps, across, down))).astype(np.uint8)
    lines = cv2.HoughLines(edges, 1.0, math.radians(0.5), round(0.18 * min(height, width)))
    for rho, theta in [] if lines is None else lines.reshape(-1, 2)[:400]:
        a, b = math.cos(theta), math.sin(theta)
        kind = 0 if abs(b) > abs(a) else 1
        if b < 0 if kind == 0 else a < 0:
            a, b, rho = -a, -b, -rho
        line = (a, b, float(rho))
        if len(levels[kind]) < _SIDES and not any(_alike(line, other, width, height) for other in levels[kind]):
            levels[kind].append(line)
    levels[0] += [(0.0, 1.0, 0.0), (0.0, 1.0, height - 1.0)]
    levels[1] += [(1.0, 0.0, 0.0), (1.0, 0.0, width - 1.0)]
    return levels[0], levels[1]


def _beside(steps: NDArray[np.float32], across: NDArray[np.float32], down: NDArray[np.float32]) -> NDArray[np.float32]:
    """The greater step of the two pixels beside each, along its slope."""
    level = np.abs(down) > np.abs(across)
    padded = np.pad(steps, 1)
    vertical = np.maximum(padded[:-2, 1:-1], padded[2:, 1:-1])
    horizontal = np.maximum(padded[1:-1, :-2], padded[1:-1, 2:])
    return np.where(level, vertical, horizontal)


def _alike(one: _Line, other: _Line, width: int, height: int) -> bool:
    """Whether two lines are nowhere in the picture far from one another."""
    (a, b, c), (d, e, f) = one, other
    if abs(b) > abs(a):
        ends = [abs((c - a * x) / b - (f - d * x) / e) for x in (0, width)] if abs(e) > 1e-3 else [math.inf]
    else:
        ends = [abs((c - b * y) / a - (f - e * y) / d) for y in (0, height)] if abs(d) > 1e-3 else [math.inf]
    return max(ends) < 0.02 * max(width, height)


def _corners(
    rows: tuple[_Line, ...],
    columns: tuple[_Line, ...],
    width: int,
    height: int,
) -> NDArray[np.float64] | None:
    """(4, 2) where two level and two upright lines meet; ``None`` where that is no sheet."""
    made = []
    for a, b, c in rows:
        for d, e, f in columns:
            area = a * e - b * d
            if abs(area) < 0.3:
                return None
            made.append(((c * e - b * f) / area, (a * f - c * d) / area))
    points = np.array(made)
    if (points < -2).any() or (points > (width + 1, height + 1)).any():
        return None
    # Top before bottom, left before right.
    points = points[np.lexsort((points[:, 0], points[:, 1] > np.median(points[:, 1])))]
    top, bottom = (sorted(map(tuple, half)) for half in (points[:2], points[2:]))
    corners = np.array([top[0], top[1], bottom[1], bottom[0]])
    sides = np.roll(corners, -1, axis=0) - corners
    turns = sides[:, 0] * np.roll(sides, -1, axis=0)[:, 1] - sides[:, 1] * np.roll(sides, -1, axis=0)[:, 0]
    area = 0.5 * abs(
        np.dot(corners[:, 0], np.roll(corners[:, 1], -1)) - np.dot(corners[:, 1], np.roll(corners[:, 0], -1))
    )
    return corners if (turns > 0).all() and area > _LEAST_AREA * width * height else None


def _score(bare: NDArray[np.float32], corners: NDArray[np.float64]) -> float:
    """How surely four corners are those of a sheet; 0 where they are not."""
    height, width = bare.shape
    supports = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if _on_border(start, end, width, height):
            continue
        along = end - start
        inward = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6)
        points = start + np.linspace(0.04, 0.96, _SAMPLES)[:, None] * along
        inside, outside = (_at(bare, points + side * _BESIDE_PX * inward) for side in (1, -1))
        supports.append(float((inside - outside > _STEP * inside).mean()))
    # One side alone may be the edge of a shadow.
    if len(supports) < 2 or min(supports) < _LEAST_SUPPORT or float(np.mean(supports)) < _SUPPORT:
        return 0.0
    area = 0.5 * abs(
        np.dot(corners[:, 0], np.roll(corners[:, 1], -1)) - np.dot(corners[:, 1], np.roll(corners[:, 0], -1))
    )
    # A sheet that is seen whole goes before the same sheet with a strip of the table.
    return float(np.mean(supports)) * len(supports) ** 2 * math.sqrt(area / (width * height))


def _on_border(start: NDArray[np.float64], end: NDArray[np.float64], width: int, height: int) -> bool:
    return any(
        abs(start[axis] - edge) < 2 and abs(end[axis] - edge) < 2
        for axis, edge in ((0, 0), (0, width - 1), (1, 0), (1, height - 1))
    )


def _at(image: NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float32]:
    import cv2

    x, y = (points[..., axis].astype(np.float32).reshape(1, -1) for axis in (0, 1))
    values = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values, dtype=np.float32).reshape(points.shape[:-1])


def _refined(grey: NDArray[np.uint8], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners with each side laid through its steepest points, at full size."""
    import cv2

    height, width = grey.shape
    reach = max(3, round(_REFINE * max(grey.shape)))
    smooth = cv2.GaussianBlur(grey, (0, 0), max(0.8, reach / 8)).astype(np.float32)
    sides = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = end - start
        inward = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6)
        if _on_border(start, end, width, height):
            sides.append((start, along))
            continue
        points = start + np.linspace(0.03, 0.97, 2 * _SAMPLES)[:, None] * along
        offsets = np.arange(-reach, reach + 1)
        profiles = _at(smooth, points[:, None] + offsets[None, :, None] * inward)
        rise = np.diff(profiles, axis=1)
        steepest = points + (offsets[rise.argmax(axis=1)] + 0.5)[:, None] * inward
        strong = rise.max(axis=1) > 0.5 * np.median(rise.max(axis=1))
        vx, vy, x, y = cv2.fitLine(steepest[strong].astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        sides.append((np.array([x, y], dtype=float), np.array([vx, vy], dtype=float)))
    made = [_meeting(sides[i - 1], sides[i]) for i in range(4)]
    return np.array(made) + 0.5


def _meeting(
    one: tuple[NDArray[np.float64], NDArray[np.float64]], other: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> NDArray[np.float64]:
    along = np.linalg.solve(np.stack([one[1], -other[1]], axis=1), other[0] - one[0])
    return np.asarray(one[0] + along[0] * one[1])


def rectify(array: NDArray[np.uint8], corners: NDArray[np.float64], *, rim: float = _RIM) -> NDArray[np.uint8]:
    """The sheet seen from straight above, in its own proportions.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    corners
        (4, 2) as :func:`find_sheet` gives them.
    rim
        Share of the sheet that is left out on every side.
    """
    import cv2

    middle = corners.mean(axis=0)
    inner = middle + (corners - middle) * (1 - 2 * rim)
    width, height = _proportions(inner, array.shape[1], array.shape[0])
    # Pixel centres lie half a pixel from the edges that corners count from.
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform((inner - 0.5).astype(np.float32), target)
    return np.asarray(
        cv2.warpPerspective(array, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    )


def _proportions(corners: NDArray[np.float64], width: int, height: int) -> tuple[int, int]:
    """Width and height of a sheet [pixels], its aspect from its perspective.

    Zhang and He, "Whiteboard scanning and image enhancement" (2007), section 3: the camera's focal length
    follows from the rectangle, its principal point being the picture's middle. Where the sheet is seen too
    squarely for that, its sides in the picture tell.
    """
    lengths = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    across, down = max(lengths[0], lengths[2]), max(lengths[1], lengths[3])
    aspect = (lengths[0] + lengths[2]) / (lengths[1] + lengths[3])
    points = np.concatenate([corners - (width / 2, height / 2), np.ones((4, 1))], axis=1)
    m1, m2, m4, m3 = points
    k2 = np.dot(np.cross(m1, m4), m3) / np.dot(np.cross(m2, m4), m3)
    k3 = np.dot(np.cross(m1, m4), m2) / np.dot(np.cross(m3, m4), m2)
    n2, n3 = k2 * m2 - m1, k3 * m3 - m1
    if abs(n2[2] * n3[2]) > 1e-3:
        focal2 = -(n2[0] * n3[0] + n2[1] * n3[1]) / (n2[2] * n3[2])
        if (0.4 * max(width, height)) ** 2 < focal2 < (6.0 * max(width, height)) ** 2:
            told = [n[0] ** 2 / focal2 + n[1] ** 2 / focal2 + n[2] ** 2 for n in (n2, n3)]
            aspect = math.sqrt(told[0] / told[1])
    scale = min(1.0, _LONGEST_PX / max(across, down))
    wide = across * scale if across / down > aspect else down * scale * aspect
    return max(16, round(wide)), max(16, round(wide / aspect))
