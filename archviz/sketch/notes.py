"""What stands on a drawing beside its lines: coloured pencil, and writing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.findings import Diagnosis

__all__ = ["coloured_marks", "drop_notes", "paper_colors", "paper_without", "written_marks"]

# A coloured mark is more coloured than dark: chroma against the ink in its lightest channel.
_CHROMA, _CHROMA_SHARE = 0.10, 0.5
# Above this share of the ink, colour is what the drawing is made of.
_MOST_COLOUR = 0.5
_LEAST_COLOUR = 0.005
# Below this a pixel is paper, whatever its tint.
_FAINTEST = 0.06
# Letters, against the longer side.
_SMALLEST_LETTER, _LARGEST_LETTER = 1 / 200, 1 / 24
_LEAST_LETTERS = 4
# Neighbouring letters of one row: gap and shift over their height, and heights against each other.
_GAP, _SHIFT, _HEIGHTS = 0.9, 0.35, 2.2
# Letters differ from one another; windows and balusters do not.
_LEAST_VARIETY = 0.12
# What the drawing itself covers: its strokes grown by this share of the longer side.
_BODY = 1 / 60
_WORK_PX = 1600
_PAPER_PX, _WINDOW_PX = 256, 101
_STRIP_PX = 2_000_000


def drop_notes(array: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Diagnosis]]:
    """A drawing without coloured pencil and without writing outside the building; otherwise as it was.

    A drawing made in one coloured pencil keeps it, and one of light lines on dark is left alone.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB of a drawing in lines.
    """
    import cv2

    from archviz.sketch.desk import paper_and_ink

    paper, ink = paper_and_ink(array)
    if sum(ink) > sum(paper):
        return array, []
    findings = []
    coloured, share = coloured_marks(array)
    if coloured.any():
        findings.append(Diagnosis(code="colours-left-out", values={"share": f"{share:.0%}"}))
        array = paper_without(array, coloured)
    written, places = written_marks(array)
    if places:
        findings.append(Diagnosis(code="notes-left-out", values={"count": str(places)}))
        written = cv2.dilate(written.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        array = paper_without(array, written)
    return array, findings


def paper_without(array: NDArray[np.uint8], marks: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A drawing in which marks are replaced by the paper beside them.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    marks
        (H, W) bool.
    """
    paper = paper_colors(array, without=marks)
    made = array.copy()
    made[marks] = paper[marks]
    return made


def paper_colors(array: NDArray[np.uint8], *, without: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 colour of the paper: the median over a window wider than any hatching.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    without
        (H, W) bool, what is not paper.
    """
    import cv2

    height, width = array.shape[:2]
    scale = _PAPER_PX / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(array, size, interpolation=cv2.INTER_NEAREST)
    paper = cv2.medianBlur(small, _WINDOW_PX)
    if without is not None and not without.all():
        # Where much was marked the median is of the marks: the paper around them counts alone.
        marked = cv2.resize(without.astype(np.uint8), size, interpolation=cv2.INTER_AREA)
        bare = 1.0 - cv2.GaussianBlur(cv2.dilate(marked, np.ones((5, 5), np.uint8)).astype(np.float32), (0, 0), 2.0)
        bare = np.maximum(bare, 1e-3) ** 4
        sums = cv2.GaussianBlur(paper.astype(np.float32) * bare[..., None], (0, 0), _PAPER_PX / 16)
        paper = (sums / cv2.GaussianBlur(bare, (0, 0), _PAPER_PX / 16)[..., None]).round().astype(np.uint8)
    return np.asarray(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR))


def coloured_marks(array: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], float]:
    """Marks in colour on a drawing whose lines are in another ink.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.

    Returns
    -------
    mask, share
        (H, W) bool, and its share of all ink; an empty mask where colour is the drawing's own ink.
    """
    import cv2

    paper = paper_colors(array)
    shape = array.shape[:2]
    ink = np.empty(shape, np.float32)
    marked, coloured, pale = (np.empty(shape, bool) for _ in range(3))
    # In strips: forty megapixels as real numbers, three channels of them, would take a GB.
    rows = max(1, _STRIP_PX // shape[1])
    for at in (slice(top, top + rows) for top in range(0, shape[0], rows)):
        ratios = np.minimum(array[at] / np.maximum(paper[at], 8).astype(np.float32), np.float32(1.2))
        light, dark = ratios.max(axis=2), ratios.min(axis=2)
        chroma, ink[at] = light - dark, 1.0 - dark
        marked[at] = ink[at] > _FAINTEST
        # A stroke's own middle decides: at its edges it is blended with the paper, in equal parts of both.
        coloured[at] = marked[at] & (chroma > _CHROMA) & (chroma > _CHROMA_SHARE * (1.0 - light))
        pale[at] = marked[at] & (1.0 - light < 0.5 * np.maximum(chroma, 0.1) + 0.08)
    seeds = cv2.morphologyEx(coloured.view(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)).view(bool)
    share = float(ink.sum(where=seeds) / max(float(ink.sum(where=marked)), 1e-6))
    if not _LEAST_COLOUR < share < _MOST_COLOUR:
        return np.zeros(shape, dtype=bool), share
    # The rest of the stroke is neither dark nor apart from it.
    near = cv2.dilate(seeds.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    return seeds | (coloured & near) | (pale & near), share


def written_marks(array: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], int]:
    """Letters in rows outside what is drawn.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.

    Returns
    -------
    mask, places
        (H, W) bool, and in how many rows they stand.
    """
    import cv2

    height, width = array.shape[:2]
    scale = min(1.0, _WORK_PX / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    paper = cv2.resize(paper_colors(array), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.resize(array, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    darkest = np.min([small[..., k] / np.maximum(paper[..., k], 8.0) for k in range(3)], axis=0)
    ink = (1.0 - darkest > 2 * _FAINTEST).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    longer = max(size)
    heights, widths = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    letters = (heights >= _SMALLEST_LETTER * longer) & (heights <= _LARGEST_LETTER * longer)
    letters &= (widths <= 2 * _LARGEST_LETTER * longer) & (stats[:, cv2.CC_STAT_AREA] >= 6)
    letters[0] = False
    rows = [row for row in _rows(np.flatnonzero(letters), stats) if _varied(row, stats)]
    if not rows:
        return np.zeros((height, width), dtype=bool), 0
    inside = _body(ink, labels, np.concatenate(rows))
    within = np.bincount(labels.ravel(), weights=inside.ravel(), minlength=len(stats)) / stats[:, cv2.CC_STAT_AREA]
    outside = [row for row in rows if within[row].mean() < 0.5]
    chosen = np.zeros(len(stats), dtype=bool)
    for row in outside:
        chosen[row] = True
        chosen[_between(row, stats)] = True
    chosen[0] = False
    mask = cv2.resize(chosen[labels].astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    return mask, len(outside)


def _rows(marks: NDArray[np.intp], stats: NDArray[np.int32]) -> list[NDArray[np.intp]]:
    """Marks of like height that follow one another on a line."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if len(marks) < _LEAST_LETTERS:
        return []
    left, top, width, height = (stats[marks, k].astype(np.float64) for k in range(4))
    mean = 0.5 * (height[:, None] + height[None])
    gap = np.maximum(left[None] - (left + width)[:, None], left[:, None] - (left + width)[None])
    foot = np.abs((top + height)[:, None] - (top + height)[None])
    joined = (gap < _GAP * mean) & (foot < _SHIFT * mean) & (height[:, None] < _HEIGHTS * height[None])
    joined &= joined.T
    _, groups = connected_components(coo_matrix(joined), directed=False)
    return [marks[groups == g] for g in range(groups.max() + 1) if (groups == g).sum() >= _LEAST_LETTERS]


def _varied(row: NDArray[np.intp], stats: NDArray[np.int32]) -> bool:
    """Whether marks differ as letters do, in width and in ink."""
    width, height, area = (stats[row, k].astype(np.float64) for k in (2, 3, 4))
    spread = max(width.std() / width.mean(), (area / (width * height)).std() / (area / (width * height)).mean())
    return bool(spread > _LEAST_VARIETY)


def _body(ink: NDArray[np.uint8], labels: NDArray[np.int32], written: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Where the drawing is: its large connected parts, grown and filled."""
    import cv2

    drawn = ink.copy()
    chosen = np.zeros(int(labels.max()) + 1, dtype=bool)
    chosen[written] = True
    drawn[chosen[labels]] = 0
    reach = max(3, round(_BODY * max(ink.shape))) | 1
    grown = cv2.morphologyEx(np.pad(drawn, reach), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    grown = grown[reach:-reach, reach:-reach]
    outlines, _ = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    body = np.zeros(ink.shape, np.uint8)
    large = [o for o in outlines if max(cv2.boundingRect(o)[2:]) > 4 * reach]
    cv2.drawContours(body, large, -1, 1, -1)
    return body > 0


def _between(row: NDArray[np.intp], stats: NDArray[np.int32]) -> NDArray[np.intp]:
    """Dots, accents and letters too small to count that stand inside a row."""
    height = float(np.median(stats[row, 3]))
    left, top = stats[row, 0].min() - height, stats[row, 1].min() - 0.5 * height
    right = (stats[row, 0] + stats[row, 2]).max() + height
    bottom = (stats[row, 1] + stats[row, 3]).max() + 0.5 * height
    x, y, w, h = (stats[:, k] for k in range(4))
    return np.flatnonzero((x >= left) & (y >= top) & (x + w <= right) & (y + h <= bottom))
