"""Reading a drawing: a picture file in, sRGB pixels as the draughtsman saw them out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.size import Size
from archviz.sketch.paper import looks_photographic

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MAX_PIXELS", "MAX_SIDE_PX", "Drawing", "DrawingKind", "load_drawing"]

DrawingKind = Literal["line-drawing", "photograph"]

MAX_PIXELS = 40_000_000
MAX_SIDE_PX = 16_384
# A smaller one has no lines to follow.
_MIN_SIDE_PX = 16
_FORMATS = ("PNG", "JPEG", "WEBP")
# What a JPEG decoder leaves where the data end early.
_UNPAINTED = 128
_MOST_UNPAINTED = 0.05
_ACCEPTED = "PNG, JPEG and WebP are accepted"


@dataclass(frozen=True, eq=False, kw_only=True)
class Drawing:
    """A drawing or photograph, upright and on white.

    Parameters
    ----------
    array
        (H, W, 3) uint8 sRGB.
    kind
        How its lines are to be found.
    format
        ``"PNG"``, ``"JPEG"`` or ``"WEBP"``, by content.
    warnings
        What may go wrong with it, in words.
    assumptions
        What was done to it, in words.
    """

    array: NDArray[np.uint8]
    kind: DrawingKind
    format: str
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.array.ndim != 3 or self.array.shape[2] != 3 or self.array.dtype != np.uint8:
            raise ValueError(f"Drawing: {self.array.shape} {self.array.dtype} is not (H, W, 3) uint8")
        self.array.flags.writeable = False

    @property
    def size(self) -> Size:
        """The drawing's size."""
        return Size(height=self.array.shape[0], width=self.array.shape[1])


def load_drawing(path: Path) -> Drawing:
    """Read a PNG, JPEG or WebP file, told by its content.

    The turn that a camera noted is applied, transparency is laid on white, and palette, CMYK and
    16-bit files become 8-bit sRGB.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FileFormatError
        The file is missing, is no such picture, is broken, or has more than 40 megapixels,
        16384 px on a side or fewer than 16.
    """
    from PIL import Image as pillow
    from PIL import UnidentifiedImageError

    path = Path(path)
    with warnings.catch_warnings():
        # Pillow only warns up to twice its own limit; what it says of a damaged EXIF block is ours to say.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", pillow.DecompressionBombWarning)
        try:
            with pillow.open(path, formats=_FORMATS) as image:
                _check_size(path, image.size)
                # A phone's JPEG that carries a second picture calls itself MPO.
                file_format = "JPEG" if image.format == "MPO" else str(image.format)
                array, assumptions, cautions = _read(image)
                if file_format == "JPEG" and (share := _unpainted(array)) > _MOST_UNPAINTED:
                    cautions.append(f"the lower {share:.0%} are plain grey: the JPEG may be cut off")
        except FileFormatError:
            raise
        except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as error:
            raise FileFormatError(f"{path}: far over {MAX_PIXELS // 10**6} megapixels; scale it down") from error
        except UnidentifiedImageError as error:
            raise FileFormatError(f"{path}: not a picture that can be read; {_ACCEPTED}; export it as one") from error
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise FileFormatError(f"{path}: {error.strerror}; give the path of a drawing; {_ACCEPTED}") from error
        except MemoryError as error:
            raise FileFormatError(f"{path}: not enough memory to read it; scale it down") from error
        # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and others on damage.
        except Exception as error:
            raise FileFormatError(f"{path}: the picture is damaged ({error}); export or scan it again") from error
    kind: DrawingKind = "photograph" if looks_photographic(array) else "line-drawing"
    if kind == "photograph":
        assumptions.append("taken for a photograph or shaded picture: its edges become the lines")
    return Drawing(array=array, kind=kind, format=file_format, warnings=tuple(cautions), assumptions=tuple(assumptions))


def _unpainted(array: NDArray[np.uint8]) -> float:
    """Share of the rows at the bottom that a decoder filled in with grey for want of data."""
    painted = np.flatnonzero((array != _UNPAINTED).any(axis=(1, 2)))
    return 1.0 - (int(painted[-1]) + 1 if len(painted) else 0) / len(array)


def _check_size(path: Path, size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE_PX:
        raise FileFormatError(
            f"{path}: {width}x{height} px is too large; up to {MAX_PIXELS // 10**6} megapixels and "
            f"{MAX_SIDE_PX} px a side are accepted; scale it down"
        )
    if min(size) < _MIN_SIDE_PX:
        raise FileFormatError(
            f"{path}: {width}x{height} px is too small; give a drawing of at least {_MIN_SIDE_PX} px a side"
        )


def _read(image: Image) -> tuple[NDArray[np.uint8], list[str], list[str]]:
    """Pixels, what was assumed and what to beware of."""
    from PIL import Image as pillow
    from PIL import ImageOps

    assumptions, cautions = [], []
    if getattr(image, "n_frames", 1) > 1:
        assumptions.append("the first picture of an animation was taken")
    image.load()
    try:
        turned = ImageOps.exif_transpose(image)
        if image.getexif().get(0x0112, 1) in range(2, 9):
            assumptions.append("turned upright as the camera noted")
        image = turned
    # The EXIF block is no part of the drawing: a damaged one costs the turn, not the picture.
    except Exception:
        cautions.append("the note of how the camera was held is damaged and was not applied")
    if image.mode.startswith("I") or image.mode == "F":
        # Sixteen bits a channel: convert() would clip at 255.
        deep = np.asarray(image, dtype=np.float64)
        grey = np.rint(np.clip(deep, 0, 65535) / 257.0).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2), assumptions, cautions
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        if np.asarray(layer.getchannel("A")).min() < 255:
            assumptions.append("transparency laid on white")
        image = pillow.alpha_composite(pillow.new("RGBA", layer.size, (255, 255, 255, 255)), layer)
    if image.mode == "CMYK":
        assumptions.append("CMYK turned into RGB without its print profile: colours are approximate")
    return np.array(image.convert("RGB")), assumptions, cautions
