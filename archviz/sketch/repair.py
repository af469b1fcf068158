"""Torn, stained and faded places of a scan: found or marked, mended; every other pixel stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.continuation import continue_lines
from archviz.sketch.findings import Diagnosis
from archviz.sketch.paper import smooth_surface

__all__ = ["find_faded", "find_stains", "find_tears", "marked_places", "mend"]

_WORK_PX = 1024
_SURFACE_PX = 96
# Strokes up to this share of the longer side are closed to see the paper under them.
_STROKE_SHARE = 1 / 40
# A tear shows what lies under the sheet, in a place wider than any stroke at the sheet's edge.
_TEAR_STEP = 0.22
# A stain is paper of another colour than the paper around: by this much, in any channel.
_STAIN_STEP, _STAIN_TINT = 0.05, 0.035
# Smaller places are grain; a stain on half of the sheet is its light.
_LEAST_PLACE, _MOST_PLACE = 1 / 2500, 0.4
# Ink below this share of the sheet's own is faded.
_FADED = 0.6
_FAINTEST = 0.04


def mend(
    array: NDArray[np.uint8], damage: Sequence[Sequence[tuple[float, float]]], *, search: bool
) -> tuple[NDArray[np.uint8], list[Diagnosis]]:
    """A drawing with its damaged places mended.

    Marked places and tears are filled with paper, and the lines that run into them are continued. Under
    stains the strokes stay: their paper is brought to the colour of the paper around. Faded strokes are
    brought to the strength of the others.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB of a drawing dark on light.
    damage
        Marked places: polygons of (x, y) in shares of the page.
    search
        Whether tears, stains and faded places are looked for.
    """
    gone = marked_places(array.shape[:2], damage)
    stained = faded = np.zeros_like(gone)
    if search:
        gone |= find_tears(array)
        stained = find_stains(array) & ~gone
        faded = find_faded(array) & ~gone & ~stained
    every = gone | stained | faded
    if not every.any():
        return array, [Diagnosis(code="nothing-to-repair")]
    made = array.copy()
    if stained.any():
        made[stained] = _cleaned(array, stained)[stained]
    if faded.any():
        made[faded] = _deepened(array)[faded]
    if gone.any():
        made[gone] = continue_lines(made, gone)[gone]
    count, share = _places(every), float(every.mean())
    words = {"count": str(count), "share": f"{share:.1%}"}
    return made, [Diagnosis(code="repaired", values=words)]


def marked_places(shape: tuple[int, ...], damage: Sequence[Sequence[tuple[float, float]]]) -> NDArray[np.bool_]:
    """(H, W) where marked polygons of (x, y) in shares of the page lie."""
    import cv2

    height, width = shape
    mask = np.zeros((height, width), np.uint8)
    for polygon in damage:
        corners = np.rint(np.array(polygon) * (width, height) - 0.5).astype(np.int32)
        cv2.fillPoly(mask, [corners], 1)
    return mask > 0


def _small(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    height, width = array.shape[:2]
    scale = min(1.0, _WORK_PX / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA))


def _near_and_wide(array: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(h, w, 3) the paper under the strokes, and the sheet's commonest paper, on a reduced copy."""
    import cv2

    small = cv2.medianBlur(_small(array), 3)
    size = max(5, round(max(small.shape) * _STROKE_SHARE)) | 1
    near = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    near = cv2.medianBlur(near, size).astype(np.float32)
    # A lamp is no stain: it lights the whole sheet smoothly.
    coarse = cv2.resize(near, (_SURFACE_PX, _SURFACE_PX), interpolation=cv2.INTER_AREA) / np.float32(255)
    smooth = np.stack([smooth_surface(coarse[..., k]) for k in range(3)], axis=2) * np.float32(255)
    wide = cv2.resize(smooth, (near.shape[1], near.shape[0]), interpolation=cv2.INTER_LINEAR)
    return near, np.clip(wide, 0.0, 255.0)


def _large(mask: NDArray[np.bool_], shape: tuple[int, ...], grow: int) -> NDArray[np.bool_]:
    """Places that are neither grain nor the whole sheet, grown a little, at the drawing's size."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    share = stats[:, cv2.CC_STAT_AREA] / mask.size
    keep = (share > _LEAST_PLACE) & (share < _MOST_PLACE)
    keep[0] = False
    kept = cv2.dilate(keep[labels].astype(np.uint8), np.ones((2 * grow + 1, 2 * grow + 1), np.uint8))
    return np.asarray(cv2.resize(kept, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST) > 0)


def find_tears(array: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(H, W) where the sheet is missing at its edge: much darker, or another colour, right up to the border."""
    import cv2

    near, wide = _near_and_wide(array)
    # Even the lightest colour is gone there: a stain darkens some more than others.
    apart = (wide.max(axis=2) - near.max(axis=2) > _TEAR_STEP * 255).astype(np.uint8)
    _, labels = cv2.connectedComponents(apart, connectivity=8)
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    torn = (labels > 0) & np.isin(labels, border)
    # The closing that hides strokes also blunts a tear's tip.
    dark = wide.max(axis=2) - _small(array).max(axis=2) > _TEAR_STEP * 255
    reach = round(max(near.shape) * _STROKE_SHARE)
    beside = cv2.dilate(torn.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    return _large(torn | (beside & dark), array.shape, grow=4)


def find_stains(array: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(H, W) where the paper is of another colour than most of it."""
    near, wide = _near_and_wide(array)
    ratio = near / np.maximum(wide, 8.0)
    # Black that was filled in on purpose is darker than any coffee.
    stained = (np.abs(1.0 - ratio).max(axis=2) > _STAIN_STEP) & (ratio.max(axis=2) > 0.45)
    # Close hatching is grey; coffee, rust, glue and age are not.
    stained &= np.ptp(ratio, axis=2) > _STAIN_TINT
    return _large(stained, array.shape, grow=6)


def find_faded(array: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(H, W) where what was drawn is much fainter than elsewhere on the sheet."""
    import cv2

    strength = _strength(_small(array))
    ink = strength[strength > 0.15]
    if not ink.size:
        return np.zeros(array.shape[:2], dtype=bool)
    usual = float(np.percentile(ink, 75))
    reach = max(9, round(max(strength.shape) / 32)) | 1
    # Wider than where marks are counted: the soft edge of a strong stroke is no faded one.
    strongest = cv2.dilate(strength, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    marks = cv2.blur((strength > _FAINTEST).astype(np.float32), (reach, reach))
    return _large((strongest < _FADED * usual) & (marks > 0.02), array.shape, grow=2)


def _strength(array: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(H, W) how dark each pixel is against its own paper."""
    import cv2

    from archviz.sketch.flatten import paper_under

    paper = paper_under(array)
    smooth = cv2.GaussianBlur(array, (0, 0), 0.7).astype(np.float32)
    return np.clip(1.0 - smooth.sum(axis=2) / np.maximum(paper.sum(axis=2), 12.0), 0.0, 1.0).astype(np.float32)


def _cleaned(array: NDArray[np.uint8], stained: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The drawing with its paper under the stains as it is around them."""
    from archviz.sketch.flatten import paper_under

    near = paper_under(array)
    bare = near[~stained]
    wide = np.median(bare[:: max(1, len(bare) // 20000)], axis=0)
    return np.clip(array * (wide / np.maximum(near, 4.0)), 0, 255).round().astype(np.uint8)


def _deepened(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The drawing with faint strokes as strong as the others."""
    import cv2

    from archviz.sketch.flatten import paper_under

    strength = _strength(array)
    usual = float(np.percentile(strength[strength > 0.15], 75))
    reach = max(9, round(max(strength.shape) / 32)) | 1
    strongest = cv2.GaussianBlur(cv2.dilate(strength, np.ones((reach, reach), np.uint8)), (0, 0), reach / 4)
    gain = np.clip(usual / np.maximum(strongest, _FAINTEST), 1.0, 8.0)
    # Grain of the paper is not made to lines.
    kept = np.where(strength > _FAINTEST, np.minimum(strength * gain, 1.0), strength)
    return np.clip(paper_under(array) * (1.0 - kept[..., None]), 0, 255).round().astype(np.uint8)


def _places(mask: NDArray[np.bool_]) -> int:
    import cv2

    return int(cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[0] - 1)
