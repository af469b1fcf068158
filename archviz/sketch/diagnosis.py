"""What is wrong with a drawing, said before time is spent on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.drawing import Drawing
from archviz.sketch.lines import ink_mask
from archviz.sketch.paper import Ink, find_ink

__all__ = ["Diagnosis", "DiagnosisCode", "diagnose"]

DiagnosisCode = Literal[
    "empty", "photographic", "faint", "blurred", "dense", "fragmented", "cropped", "small", "uneven-light", "inverted"
]

# Shares of the sheet that carry ink.
_EMPTY = 0.0005
_DENSE = 0.30
# Ink against paper at the strongest hundredth of the marks.
_FAINT = 0.25
# From paper to ink and back a drawn edge takes two or three pixels at 1024 px; five and more is
# out of focus or enlarged.
_BLUR_PX = 5.0
_BLUR_AT_PX = 1024
# Strokes shorter than this share of the diagonal, and how much of the ink may lie in them.
_SHORT = 0.02
_FRAGMENTED = 0.35
_SMALL_PX = 384
_UNEVEN = 0.35
# Share of the frame's pixels that carry ink: lines that run out of the sheet.
_CROPPED = 0.01


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """One finding.

    Parameters
    ----------
    code
        For programs.
    text
        What was seen and what to do, for people.
    """

    code: DiagnosisCode
    text: str


def diagnose(drawing: Drawing) -> tuple[Diagnosis, ...]:
    """Look for what spoils the lines of a drawing.

    Parameters
    ----------
    drawing
        As loaded.

    Returns
    -------
    tuple of Diagnosis
        The gravest first; empty for a clean drawing.
    """
    found = []

    def say(code: DiagnosisCode, text: str) -> None:
        found.append(Diagnosis(code=code, text=text))

    if min(drawing.size.shape) < _SMALL_PX:
        say("small", f"the drawing is only {drawing.size} px; scan it at {2 * _SMALL_PX} px or more a side")
    if drawing.kind == "photograph":
        say(
            "photographic",
            "this looks like a photograph or a shaded picture, so its edges are guessed; "
            "give a line drawing on plain paper for lines that hold",
        )
        return tuple(found)
    ink = find_ink(drawing.array)
    mask, _ = ink_mask(drawing.array)
    share = float(mask.mean())
    if share < _EMPTY:
        return (Diagnosis(code="empty", text="no lines were found; check that the right page was given"), *found)
    if share > _DENSE:
        say("dense", f"ink covers {share:.0%} of the sheet; leave hatching and shading out, lines are enough")
    contrast = float(np.percentile(ink.strength[mask], 90))
    if contrast < _FAINT:
        say("faint", f"the lines are faint, {contrast:.0%} darker than the paper; trace them or raise the contrast")
    width = _edge_width_px(ink, mask)
    if width > _BLUR_PX:
        say("blurred", f"edges of lines are {width:.0f} px wide; scan again in focus, or give the original size")
    if (pieces := _share_in_pieces(mask)) > _FRAGMENTED:
        say("fragmented", f"short pieces hold {pieces:.0%} of the ink; close the lines and remove dust and text")
    frame = np.concatenate([mask[:2].ravel(), mask[-2:].ravel(), mask[:, :2].ravel(), mask[:, -2:].ravel()])
    if frame.mean() > _CROPPED:
        say("cropped", "lines run out of the sheet; leave a margin, or what lies beyond is invented")
    if ink.paper_range > _UNEVEN:
        say("uneven-light", f"the paper is lit unevenly ({ink.paper_range:.0%}) and was flattened; a scan is safer")
    if ink.polarity == "light-on-dark":
        say("inverted", "light lines on a dark ground were read as lines on paper")
    return tuple(found)


def _edge_width_px(ink: Ink, mask: NDArray[np.bool_]) -> float:
    """Contrast of the marks over their steepest slope: the width of an edge [pixels of a 1024 px sheet]."""
    import cv2

    across = cv2.Sobel(ink.strength, -1, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(ink.strength, -1, 0, 1, ksize=3, scale=1 / 8)
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    slope = float(np.percentile(np.hypot(across, down)[near], 90))
    contrast = float(np.percentile(ink.strength[mask], 90))
    return contrast / max(slope, 1e-6) * min(1.0, _BLUR_AT_PX / max(mask.shape))


def _share_in_pieces(mask: NDArray[np.bool_]) -> float:
    """Share of the ink that lies in strokes shorter than a fiftieth of the diagonal."""
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    lengths = np.hypot(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    areas = stats[1:, cv2.CC_STAT_AREA]
    return float(areas[lengths < _SHORT * np.hypot(*mask.shape)].sum() / max(areas.sum(), 1))
