"""Pixels of a drawing as its file holds them, before anything is done to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError

__all__ = ["MAX_PIXELS", "MAX_SIDE_PX", "Pixels", "check_picture_size", "choose_page"]

MAX_PIXELS = 40_000_000
MAX_SIDE_PX = 16_384
# A smaller one has no lines to follow.
_MIN_SIDE_PX = 16


@dataclass(frozen=True, eq=False, kw_only=True)
class Pixels:
    """One page, upright and on white.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    vector
        Whether they were drawn from lines that the file holds as such.
    assumptions, warnings
        What was done to them and what may go wrong with them, in words.
    """

    array: NDArray[np.uint8]
    vector: bool = False
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def check_picture_size(size: tuple[int, int]) -> None:
    """Refuse a picture that is too large to be read or too small to be seen.

    Parameters
    ----------
    size
        Width and height [pixels].

    Raises
    ------
    FileFormatError
        It has more than 40 megapixels, 16384 px on a side or fewer than 16.
    """
    width, height = size
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE_PX:
        raise FileFormatError(
            f"{width}x{height} px is too large; up to {MAX_PIXELS // 10**6} megapixels and "
            f"{MAX_SIDE_PX} px a side are accepted; scale it down"
        )
    if min(size) < _MIN_SIDE_PX:
        raise FileFormatError(f"{width}x{height} px is too small; give a drawing of at least {_MIN_SIDE_PX} px a side")


def choose_page(page: int, count: int) -> list[str]:
    """What to say of a file with several pages.

    Raises
    ------
    FileFormatError
        There is no such page.
    """
    if page > count:
        raise FileFormatError(f"page {page} does not exist; the file has {count}, give a number up to that")
    return [f"page {page} of {count} was taken; another one is chosen by its number"] if count > 1 else []
