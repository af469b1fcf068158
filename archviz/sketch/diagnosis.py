"""What is wrong with a drawing, said before time is spent on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.drawing import Drawing
from archviz.sketch.findings import Diagnosis, DiagnosisCode
from archviz.sketch.lines import ink_mask
from archviz.sketch.paper import Ink, find_ink
from archviz.sketch.plan import PERHAPS_A_PLAN, swings_of

__all__ = ["diagnose"]

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


def diagnose(drawing: Drawing) -> tuple[Diagnosis, ...]:
    """Look for what spoils the lines of a drawing.

    Parameters
    ----------
    drawing
        As loaded.

    Returns
    -------
    tuple of Diagnosis
        The gravest first, then what reading it did; empty for a clean drawing.
    """
    found: list[Diagnosis] = []

    def say(code: DiagnosisCode, **values: str) -> None:
        found.append(Diagnosis(code=code, values=values))

    if min(drawing.size.shape) < _SMALL_PX:
        say("small", size=str(drawing.size), wanted=str(2 * _SMALL_PX))
    if drawing.kind == "photograph":
        say("photographic")
        return (*found, *drawing.findings)
    ink = find_ink(drawing.array)
    mask, _ = ink_mask(drawing.array)
    share = float(mask.mean())
    if share < _EMPTY:
        return (Diagnosis(code="empty"), *found, *drawing.findings)
    if (swings := len(swings_of(drawing))) >= PERHAPS_A_PLAN:
        say("floor-plan", count=str(swings))
    if share > _DENSE:
        say("dense", share=f"{share:.0%}")
    contrast = float(np.percentile(ink.strength[mask], 90))
    if contrast < _FAINT:
        say("faint", contrast=f"{contrast:.0%}")
    width = _edge_width_px(ink, mask)
    if width > _BLUR_PX:
        say("blurred", width=f"{width:.0f}")
    if (pieces := _share_in_pieces(mask)) > _FRAGMENTED:
        say("fragmented", share=f"{pieces:.0%}")
    frame = np.concatenate([mask[:2].ravel(), mask[-2:].ravel(), mask[:, :2].ravel(), mask[:, -2:].ravel()])
    if frame.mean() > _CROPPED:
        say("cropped")
    if ink.paper_range > _UNEVEN:
        say("uneven-light", amount=f"{ink.paper_range:.0%}")
    if ink.polarity == "light-on-dark":
        say("inverted")
    return (*found, *drawing.findings)


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
