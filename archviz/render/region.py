"""A part of a finished picture that is to be painted anew: what is asked for, and what it resolves to."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.size import Size

if TYPE_CHECKING:
    from archviz.render.request import ResolvedRequest

__all__ = ["DEFAULT_FEATHER_PX", "MOST_FEATHER_PX", "PaintedMask", "Region", "ResolvedRegion"]

DEFAULT_FEATHER_PX = 6
MOST_FEATHER_PX = 256


@dataclass(frozen=True, kw_only=True)
class PaintedMask:
    """The pixels that a hand painted, small enough to stand in a recipe.

    Parameters
    ----------
    size
        The picture's size.
    packed
        Row by row one bit a pixel, deflated (RFC 1950), in base64.

    Raises
    ------
    OptionError
        The text does not hold a mask of that size, or no pixel is painted.
    """

    size: Size
    packed: str

    def __post_init__(self) -> None:
        if not self.array().any():
            raise OptionError("the mask is empty; paint what is to change, white on black")

    @classmethod
    def of(cls, painted: NDArray[np.bool_]) -> PaintedMask:
        """The mask of (H, W) bool, true where it is painted."""
        packed = base64.b64encode(zlib.compress(np.packbits(painted).tobytes(), 9)).decode("ascii")
        return cls(size=Size(*painted.shape), packed=packed)

    def to_json(self) -> dict[str, Any]:
        """As :meth:`from_json` reads it."""
        return {"size": [self.size.width, self.size.height], "packed": self.packed}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PaintedMask:
        """Read :meth:`to_json` back."""
        width, height = data["size"]
        return cls(size=Size(height=height, width=width), packed=data["packed"])

    def array(self) -> NDArray[np.bool_]:
        """(H, W) bool, true where it is painted."""
        count = self.size.height * self.size.width
        wanted = -(-count // 8)
        try:
            # No more than the size has: a recipe may come from anywhere.
            data = zlib.decompressobj().decompress(base64.b64decode(self.packed, validate=True), wanted + 1)
        except (binascii.Error, zlib.error) as error:
            raise OptionError(f"the mask cannot be read ({error}); paint it anew") from error
        if len(data) != wanted:
            raise OptionError(f"the mask does not hold {self.size} pixels; paint it anew")
        bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8), count=count)
        return bits.reshape(self.size.shape).astype(np.bool_)


def _check_edit(elements: tuple[str, ...], mask: PaintedMask | None, material: str, prompt: str, feather: int) -> None:
    if not elements and mask is None:
        raise OptionError("nothing is chosen to be edited; give elements or a painted mask")
    if not (material.strip() or prompt.strip()):
        raise OptionError("nothing is said of what the part becomes; give a material or words")
    if isinstance(feather, bool) or not isinstance(feather, int) or not 0 <= feather <= MOST_FEATHER_PX:
        raise OptionError(f"feather {feather!r} is not accepted; give whole pixels from 0 to {MOST_FEATHER_PX}")


@dataclass(frozen=True, kw_only=True)
class Region:
    """A part of a picture, and what it becomes.

    Parameters
    ----------
    base
        The picture, as archviz wrote it.
    elements
        Names of elements, of materials, or patterns with ``*``: the pixels that show them.
    mask
        Painted pixels; with ``elements`` only those of them that show the elements.
    material
        What the surfaces there are made of, in words.
    prompt
        What is seen there, in words.
    feather_px
        Width of the rim around the part in which the old picture turns into the new one [pixels].

    Raises
    ------
    OptionError
        Neither elements nor mask, neither material nor words, or a feather out of range.
    """

    base: Path
    elements: tuple[str, ...] = ()
    mask: PaintedMask | None = None
    material: str = ""
    prompt: str = ""
    feather_px: int = DEFAULT_FEATHER_PX

    def __post_init__(self) -> None:
        object.__setattr__(self, "base", Path(self.base))
        object.__setattr__(self, "elements", tuple(self.elements))
        _check_edit(self.elements, self.mask, self.material, self.prompt, self.feather_px)


@dataclass(frozen=True, kw_only=True)
class ResolvedRegion:
    """A part with nothing left open.

    Parameters
    ----------
    base
        The request of the picture that is edited.
    base_sha256
        Of that picture's pixels, as :func:`archviz.render.recipe.hash_pixels` counts them.
    elements
        Names that the view's table has.

    Others as in :class:`Region`.
    """

    base: ResolvedRequest
    base_sha256: str
    elements: tuple[str, ...]
    mask: PaintedMask | None
    material: str
    prompt: str
    feather_px: int

    def __post_init__(self) -> None:
        _check_edit(self.elements, self.mask, self.material, self.prompt, self.feather_px)
