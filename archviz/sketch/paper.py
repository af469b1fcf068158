"""Paper and ink: uneven light flattened, lines told from their ground in either polarity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ink", "Polarity", "find_ink", "has_pale_shades", "looks_photographic", "smooth_surface"]

Polarity = Literal["dark-on-light", "light-on-dark"]

# Working size: large enough for a pencil line on A3, small enough for a median over an eighth of it.
_WORK_PX = 2048
_PAPER_PX = 256
# The window whose median is paper: twice as large as any wall filled in black.
_WINDOW_SHARE = 2 / 5
# Rounds in which ink is left out of the surface of the light.
_SURFACE_ROUNDS = 3
# A pixel within this share of its paper is paper.
_PAPER_SHARE = 0.08
# A lamp lights one sheet smoothly: a quadratic surface leaves less than this of a bare one. The
# ground, walls and sky of a picture are no such surface. The less of it is paper, the smoother it
# must be. (Lines under a lamp that leaves a fifth of the light: 0.003; a page of text: 0.007;
# pictures of buildings: 0.014 to 0.04, of other things up to 0.18.)
_ONE_SHEET = 0.03
_MIN_PAPER = 0.65
_BARE_PAPER = 0.9
# Areas of even tone, neither paper nor black, that a picture in lines does not have: drawings have less
# than 0.0005 of them, a clean render on white 0.04 and more.
_TONE_PX, _TONE_WINDOW_PX = 1024, 7
_TONE_EVEN, _TONE_STEP, _TONE_BLACK = 0.08, 0.12, 0.2
_MOST_TONE = 0.025
# The same for pale shades, flatter than grain and lamps leave paper: a white clay render has 0.08 to 0.12 of them,
# ink and pencil less than 0.017, a straightened photograph of a sheet none.
_PALE_EVEN, _PALE_STEP, _PALE_DARKEST = 0.03, 0.04, 0.2
_MOST_PALE = 0.04


@dataclass(frozen=True, eq=False, kw_only=True)
class Ink:
    """How dark each pixel is against its own paper.

    Parameters
    ----------
    strength
        (H, W) float32: 0 bare paper, 1 as far from it as paper can go.
    polarity
        What the drawing was; the strength is the same for both.
    scale
        Pixels of ``strength`` for one of the drawing, at most 1.
    paper_range
        Brightest over darkest paper minus one: how uneven the light was.
    """

    strength: NDArray[np.float32]
    polarity: Polarity
    scale: float
    paper_range: float


def find_ink(array: NDArray[np.uint8]) -> Ink:
    """Divide a drawing by its paper.

    The paper is the median over a wide window, found on a reduced copy: lines, being thin, do not
    move it. Which side of it the ink lies on decides the polarity, and a light-on-dark drawing is
    turned over first, so that both give the same lines.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    """
    import cv2

    grey, scale = _work_grey(array)
    paper = _paper(grey)
    apart = np.where(np.abs(grey - paper) > _PAPER_SHARE, grey - paper, 0.0)
    polarity: Polarity = "light-on-dark" if apart.sum() > 0 else "dark-on-light"
    if polarity == "light-on-dark":
        grey, _ = _work_grey(255 - array)
        paper = _paper(grey)
    # Grain of paper and sensor is finer than any line worth keeping.
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.7)
    strength = np.clip(1.0 - smooth / np.maximum(paper, 0.05), 0.0, 1.0).astype(np.float32)
    low, high = np.percentile(paper, [2, 98])
    return Ink(strength=strength, polarity=polarity, scale=scale, paper_range=float(high / max(low, 0.02) - 1.0))


def looks_photographic(array: NDArray[np.uint8]) -> bool:
    """Whether a picture is shaded all over rather than drawn on paper.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    """
    import cv2

    grey, _ = _work_grey(array, longer=512)
    paper = _paper(grey)
    share = float((np.abs(grey - paper) <= _PAPER_SHARE).mean())
    allowed = _ONE_SHEET * min((share - _MIN_PAPER) / (_BARE_PAPER - _MIN_PAPER), 1.0)
    if _unevenness(cv2.resize(paper, (32, 32), interpolation=cv2.INTER_AREA)) > allowed:
        return True
    return _tone_shares(array)[0] > _MOST_TONE


def has_pale_shades(array: NDArray[np.uint8]) -> bool:
    """Whether a picture is shaded in tones close to its ground's, as a white clay render is.

    Of a page that is flattened: a sheet's own shadow is such a shade too.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    """
    return _tone_shares(array)[1] > _MOST_PALE


def _tone_shares(array: NDArray[np.uint8]) -> tuple[float, float]:
    """Shares of a picture that are evenly toned, walls in light and shade, sky, ground: in plain and in pale tones."""
    import cv2

    grey, _ = _work_grey(array, longer=_TONE_PX)
    relative = grey / np.maximum(_paper(grey), 0.05)
    window = np.ones((_TONE_WINDOW_PX, _TONE_WINDOW_PX), np.uint8)
    spread, apart = cv2.dilate(grey, window) - cv2.erode(grey, window), np.abs(relative - 1.0)
    shaded = (spread < _TONE_EVEN) & (apart > _TONE_STEP) & (relative > _TONE_BLACK)
    pale = (spread < _PALE_EVEN) & (apart > _PALE_STEP) & (apart < _PALE_DARKEST)
    return float(shaded.mean()), float(pale.mean())


def _unevenness(paper: NDArray[np.float32]) -> float:
    """Root mean square of a paper's brightness about the best quadratic surface, over its mean."""
    apart = paper - _quadratic(paper, np.ones(paper.shape, dtype=bool))
    return float(np.sqrt((apart**2).mean()) / max(float(paper.mean()), 0.05))


def smooth_surface(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) the quadratic surface that most of the values lie on; ink and stains do not bend it.

    Parameters
    ----------
    values
        (H, W) float32, 0 to 1.
    """
    used = np.ones(values.shape, dtype=bool)
    for _ in range(_SURFACE_ROUNDS):
        surface = _quadratic(values, used)
        apart = np.abs(values - surface)
        used = apart <= max(_PAPER_SHARE, float(np.median(apart)))
    return surface


def _quadratic(values: NDArray[np.float32], used: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(H, W) the quadratic surface nearest to the used values."""
    height, width = values.shape
    rows, columns = (2.0 * axis / n - 1.0 for axis, n in zip(np.mgrid[:height, :width], values.shape, strict=True))
    terms = np.stack([np.ones_like(rows), rows, columns, rows**2, rows * columns, columns**2], axis=2)
    weights = np.linalg.lstsq(terms[used], values[used].astype(np.float64), rcond=None)[0]
    return np.asarray(terms @ weights, dtype=np.float32)


def _work_grey(array: NDArray[np.uint8], *, longer: int = _WORK_PX) -> tuple[NDArray[np.float32], float]:
    import cv2

    grey = cv2.cvtColor(array, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, longer / max(grey.shape))
    if scale < 1.0:
        shape = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        grey = cv2.resize(grey, shape, interpolation=cv2.INTER_AREA)
    return grey.astype(np.float32) / np.float32(255), scale


def _paper(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) the paper's brightness under the lines."""
    import cv2

    height, width = grey.shape
    scale = min(1.0, _PAPER_PX / max(height, width))
    small_shape = (max(3, round(width * scale)), max(3, round(height * scale)))
    # A nearest sample is paper or ink; an average would be neither. The median picks the paper.
    small = cv2.resize(grey, small_shape, interpolation=cv2.INTER_NEAREST)
    surface = smooth_surface(small)
    # The median of a slope is wrong where its window meets the border; of what a surface leaves it is not.
    window = int(max(small_shape) * _WINDOW_SHARE) | 1
    levels = np.clip((small - surface + 0.5) * 255, 0, 255).round().astype(np.uint8)
    left = cv2.medianBlur(levels, window).astype(np.float32) / np.float32(255) - np.float32(0.5)
    smooth = np.clip(surface + cv2.GaussianBlur(left, (0, 0), window / 6), 0.0, 1.0)
    return cv2.resize(smooth.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
