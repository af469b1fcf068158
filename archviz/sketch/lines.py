"""Lines of a drawing, one to two pixels wide, at the size of the picture to be rendered."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.maps import EdgeMap
from archviz.core.size import Size
from archviz.sketch.drawing import Drawing
from archviz.sketch.paper import find_ink

__all__ = ["Fit", "Placement", "extract_lines", "extract_small_lines", "ink_mask", "place_drawing"]

Fit = Literal["pad", "crop"]

# Ink weaker than this is grain: a hard pencil on white leaves 0.15.
_FAINTEST = 0.07
# A line's faint stretches count where they continue a strong one at least twice as strong.
_WEAK_SHARE = 0.5
# Strokes wider than this share of the drawing are areas, of which the outline is the line.
_AREA_SHARE = 1 / 40
# Marks shorter than this share of the drawing's longer side are dust.
_SPECK_SHARE = 1 / 100
# A photograph's grain and foliage give edges everywhere; a building's are long.
_PHOTO_SIGMA_PX = 1.4
_PHOTO_LENGTH_SHARE = 0.03
# controlnet-aux resizes to multiples of this; padding to one keeps the aspect.
_DETECTOR_MULTIPLE = 64


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a drawing comes to lie in a picture, never distorted.

    Parameters
    ----------
    scale
        Picture pixels for one of the drawing, the same both ways.
    left, top
        The drawing's top left corner in the picture [pixels]; negative where it is cropped.
    note
        What happened, in words; empty where nothing was added or lost.
    """

    scale: float
    left: float
    top: float
    note: str


def place_drawing(drawing: Size, size: Size, *, fit: Fit = "pad") -> Placement:
    """Centre a drawing in a picture.

    Parameters
    ----------
    drawing
        The drawing's size.
    size
        The picture's size.
    fit
        ``"pad"`` keeps all of the drawing and leaves empty borders; ``"crop"`` fills the picture.

    Raises
    ------
    OptionError
        ``fit`` is neither.
    """
    if fit not in ("pad", "crop"):
        raise OptionError(f"fit {fit!r} is not accepted; choose pad or crop")
    ratios = (size.height / drawing.height, size.width / drawing.width)
    scale = min(ratios) if fit == "pad" else max(ratios)
    left = (size.width - drawing.width * scale) / 2
    top = (size.height - drawing.height * scale) / 2
    where, amount = ("left and right", left) if abs(left) > abs(top) else ("at top and bottom", top)
    note = ""
    if abs(amount) >= 0.5:
        verb = "empty borders added" if fit == "pad" else "cropped"
        note = f"the drawing is {drawing} and the picture {size}: {verb} {where}, {abs(amount):.0f} px each"
    return Placement(scale=scale, left=left, top=top, note=note)


def extract_lines(drawing: Drawing, size: Size, *, fit: Fit = "pad") -> EdgeMap:
    """The drawing's lines as the edge channel wants them.

    Parameters
    ----------
    drawing
        A line drawing in either polarity, or a photograph, whose edges are taken.
    size
        The picture's size; :func:`place_drawing` tells what this does to the drawing.
    fit
        ``"pad"`` or ``"crop"``.

    Returns
    -------
    EdgeMap
        (H, W) float32, 1 on lines one to two pixels wide.

    Raises
    ------
    OptionError
        ``fit`` is not accepted.
    """
    from skimage.morphology import skeletonize

    placement = place_drawing(drawing.size, size, fit=fit)
    if drawing.kind == "photograph":
        mask, scale = _photograph_edges(drawing.array, placement.scale)
    else:
        mask, scale = ink_mask(drawing.array)
        mask = _outlined(mask)
    placed = _placed(mask, placement, placement.scale / scale, size)
    thin = np.asarray(skeletonize(placed))  # type: ignore[no-untyped-call]
    return EdgeMap(thin.astype(np.float32))


def extract_small_lines(drawing: Drawing, size: Size) -> EdgeMap:
    """The drawing's lines at a size so small that neighbouring strokes would run into one another.

    Strokes are thinned at twice the size first: hatching and mullions then stay apart.

    Parameters
    ----------
    drawing, size
        As for :func:`extract_lines`; what does not fit is padded.
    """
    from skimage.morphology import skeletonize

    height, width = size.shape
    double = extract_lines(drawing, Size(height=2 * height, width=2 * width)).array
    any_line = double.reshape(height, 2, width, 2).max(axis=(1, 3)) > 0
    thin = np.asarray(skeletonize(any_line))  # type: ignore[no-untyped-call]
    return EdgeMap(thin.astype(np.float32))


def ink_mask(array: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], float]:
    """Pixels that carry ink, at working size.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB of a line drawing.

    Returns
    -------
    mask, scale
        (h, w) bool, and its pixels for one of the drawing.
    """
    import cv2

    ink = find_ink(array)
    levels = (ink.strength * 255).astype(np.uint8)
    marks = levels[ink.strength > _FAINTEST]
    if not len(marks):
        return np.zeros(ink.strength.shape, dtype=bool), ink.scale
    # Otsu among the marks parts strokes from smudges; it may not rise above half of the strongest,
    # or a heavy outline would take the thin lines away.
    split, _ = cv2.threshold(marks, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    strong = max(_FAINTEST, min(split / 255.0, 0.5 * float(np.percentile(marks, 99)) / 255.0))
    weak = ink.strength > max(_FAINTEST, _WEAK_SHARE * strong)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, dtype=bool)
    keep[np.unique(labels[ink.strength > strong])] = True
    lengths = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep &= lengths >= _SPECK_SHARE * max(weak.shape)
    keep[0] = False
    return keep[labels], ink.scale


def _outlined(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Strokes as they are, filled areas by their outline."""
    import cv2

    marks = mask.astype(np.uint8)
    radius = max(2, round(max(mask.shape) * _AREA_SHARE / 2))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    # A frame outside counts as bare, so that an area at the sheet's edge is opened as any other.
    areas = cv2.morphologyEx(marks, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    if not areas.any():
        return mask
    inside = cv2.erode(areas, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return mask & ~(inside > 0)


def _placed(mask: NDArray[np.bool_], placement: Placement, scale: float, size: Size) -> NDArray[np.bool_]:
    """A mask at its place in the picture; reduced so that no line is lost, however thin."""
    import cv2

    marks = mask.astype(np.uint8) * 255
    if scale < 1.0:
        # Each picture pixel asks whether any line falls into it, not how much of one.
        reach = max(1, int(np.ceil(1.0 / scale)))
        marks = cv2.dilate(marks, np.ones((reach, reach), np.uint8))
    matrix = np.array(
        [
            [scale, 0.0, placement.left + 0.5 * scale - 0.5],
            [0.0, scale, placement.top + 0.5 * scale - 0.5],
        ]
    )
    flag = cv2.INTER_NEAREST if scale < 1.0 else cv2.INTER_LINEAR
    placed = cv2.warpAffine(marks, matrix, (size.width, size.height), flags=flag, borderValue=0)
    return np.asarray(placed > 127)


def _photograph_edges(array: NDArray[np.uint8], scale: float) -> tuple[NDArray[np.bool_], float]:
    """Canny edges of a photograph, near the size at which they are used."""
    import cv2

    with warnings.catch_warnings():
        # The package warns of extras that other detectors of it would need.
        warnings.simplefilter("ignore")
        from controlnet_aux.canny import CannyDetector

    scale = min(scale, 1.0)
    height, width = (max(1, round(n * scale)) for n in array.shape[:2])
    resized = cv2.resize(array, (width, height), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(resized, (0, 0), _PHOTO_SIGMA_PX)
    padded = cv2.copyMakeBorder(
        smooth, 0, -height % _DETECTOR_MULTIPLE, 0, -width % _DETECTOR_MULTIPLE, cv2.BORDER_REPLICATE
    )
    side = min(padded.shape[:2])
    low, high = _canny_thresholds(cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY))
    found = CannyDetector()(
        padded, low_threshold=low, high_threshold=high, detect_resolution=side, image_resolution=side
    )
    edges = (found[:height, :width, 0] > 127).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(edges, connectivity=8)
    lengths = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = lengths >= _PHOTO_LENGTH_SHARE * np.hypot(height, width)
    keep[0] = False
    return keep[labels], scale


def _canny_thresholds(grey: NDArray[np.uint8]) -> tuple[int, int]:
    """Both thresholds from the picture's own gradients: the strongest tenth starts a line."""
    import cv2

    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    high = int(np.clip(np.percentile(np.abs(across) + np.abs(down), 90), 40, 300))
    return high // 2, high
