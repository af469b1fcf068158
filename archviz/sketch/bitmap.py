"""Pictures made of pixels, read by Pillow into 8-bit sRGB on white."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.sketch.pixels import MAX_PIXELS, Pixels, check_picture_size, choose_page

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PILLOW_FORMATS", "read_bitmap"]

# Our name of a format -> Pillow's.
PILLOW_FORMATS = {"PNG": "PNG", "JPEG": "JPEG", "WebP": "WEBP", "BMP": "BMP", "TIFF": "TIFF", "HEIC": "HEIF"}
_PAGED = ("TIFF",)
_ORIENTATION = 0x0112
_SIXTEEN_BITS = 65535
# What a JPEG decoder leaves where the data end early.
_UNPAINTED, _MOST_UNPAINTED = 128, 0.05


def read_bitmap(path: Path, file_format: str, *, page: int = 1) -> Pixels:
    """Read one picture of a file.

    The turn that a camera noted is applied, transparency is laid on white; palette, CMYK, Lab and
    16-bit pictures become 8-bit sRGB, through the colour profile that they bring.

    Parameters
    ----------
    path
        The file.
    file_format
        A key of :data:`PILLOW_FORMATS`.
    page
        Of a TIFF with several, from 1.

    Raises
    ------
    FileFormatError
        It is broken, too large or too small, or has no such page. The message does not name the file.
    """
    from PIL import Image as pillow

    if file_format == "HEIC":
        import pillow_heif

        pillow_heif.register_heif_opener()
    with _refusals(), pillow.open(path, formats=[PILLOW_FORMATS[file_format]]) as image:
        said: list[str] = []
        frames = getattr(image, "n_frames", 1)
        if file_format in _PAGED:
            said += choose_page(page, frames)
            image.seek(page - 1)
        elif page > 1:
            choose_page(page, 1)
        elif frames > 1 and image.format in ("PNG", "WEBP"):
            said.append("the first picture of an animation was taken")
        check_picture_size(image.size)
        made = _read(image, said)
    if file_format == "JPEG" and (share := _unpainted(made.array)) > _MOST_UNPAINTED:
        told = f"the lower {share:.0%} are plain grey: the JPEG may be cut off"
        made = dataclasses.replace(made, warnings=(*made.warnings, told))
    return made


def _unpainted(array: NDArray[np.uint8]) -> float:
    """Share of the rows at the bottom that a decoder filled in with grey for want of data."""
    painted = np.flatnonzero((array != _UNPAINTED).any(axis=(1, 2)))
    return 1.0 - (int(painted[-1]) + 1 if len(painted) else 0) / len(array)


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Everything that Pillow raises on a damaged file, as one sentence."""
    from PIL import Image as pillow

    with warnings.catch_warnings():
        # Pillow only warns up to twice its own limit; what it says of a damaged EXIF block is ours to say.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", pillow.DecompressionBombWarning)
        try:
            yield
        except FileFormatError:
            raise
        except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as error:
            raise FileFormatError(f"far over {MAX_PIXELS // 10**6} megapixels; scale it down") from error
        except MemoryError as error:
            raise FileFormatError("not enough memory to read it; scale it down") from error
        # Pillow's decoders raise OSError, SyntaxError, ValueError, struct.error and others on damage.
        except Exception as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise FileFormatError(f"the picture is damaged ({words}); export or scan it again") from error


def _read(image: Image, said: list[str]) -> Pixels:
    cautions: list[str] = []
    image.load()
    image = _upright(image, said, cautions)
    if image.mode.startswith("I") or image.mode == "F":
        grey = _eight_bits(np.array(image, dtype=np.float32), said)
        array = np.repeat(grey[..., None], 3, axis=2)
        return Pixels(array=array, assumptions=tuple(said), warnings=tuple(cautions))
    array = np.array(_on_white(_in_srgb(image, said), said).convert("RGB"))
    return Pixels(array=array, assumptions=tuple(said), warnings=tuple(cautions))


def _upright(image: Image, said: list[str], cautions: list[str]) -> Image:
    from PIL import ImageOps

    try:
        turned = ImageOps.exif_transpose(image)
        if image.getexif().get(_ORIENTATION, 1) in range(2, 9):
            said.append("turned upright as the camera noted")
        return turned
    # The EXIF block is no part of the drawing: a damaged one costs the turn, not the picture.
    except Exception:
        cautions.append("the note of how the camera was held is damaged and was not applied")
        return image


def _eight_bits(deep: NDArray[np.float32], said: list[str]) -> NDArray[np.uint8]:
    """Grey of sixteen bits and more; ``convert`` would clip it at 255."""
    # In place: forty megapixels of it are a sixth of what a reader may take.
    np.nan_to_num(deep, copy=False, nan=0.0, posinf=_SIXTEEN_BITS, neginf=0.0)
    full = float(_SIXTEEN_BITS)
    if deep.max(initial=0.0) <= 1.0 and deep.dtype.kind == "f" and np.any(deep % 1):
        full = 1.0
    elif deep.max(initial=0.0) > full:
        full = float(deep.max())
        said.append(f"its brightest value, {full:g}, was taken for white")
    deep *= np.float32(255 / full)
    return np.rint(np.clip(deep, 0.0, 255.0, out=deep), out=deep).astype(np.uint8)


def _in_srgb(image: Image, said: list[str]) -> Image:
    """Through the profile that the picture brings; without one CMYK is approximate."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "LAB", "L"):
        try:
            made = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return made if made is not None else image
        except (ImageCms.PyCMSError, OSError, ValueError):
            said.append("its colour profile is damaged and was left out")
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        made = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
        return made if made is not None else image
    if image.mode == "CMYK":
        said.append("CMYK turned into RGB without its print profile: colours are approximate")
    return image


def _on_white(image: Image, said: list[str]) -> Image:
    from PIL import Image as pillow

    if not image.has_transparency_data:
        return image
    layer = image.convert("RGBA")
    if np.asarray(layer.getchannel("A")).min() < 255:
        said.append("transparency laid on white")
    return pillow.alpha_composite(pillow.new("RGBA", layer.size, (255, 255, 255, 255)), layer)
