"""What colour a texture has on the whole."""

from __future__ import annotations

import io
import warnings

import numpy as np

from archviz.core.errors import FileFormatError
from archviz.core.tone import srgb_to_linear

__all__ = ["mean_color"]

# A mean does not need more; decoding at less is faster for JPEG.
_SIDE = 64
_MAX_PIXELS = 40_000_000


def mean_color(data: bytes) -> tuple[tuple[float, float, float], float]:
    """Mean linear colour of a picture, weighed by its alpha, and its mean alpha.

    Parameters
    ----------
    data
        A PNG, JPEG, WebP, BMP, TIFF or TGA file.

    Raises
    ------
    FileFormatError
        It cannot be read, or has more than 40 million pixels.
    """
    from PIL import Image

    formats = ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "TGA"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=formats) as picture:
                if picture.width * picture.height > _MAX_PIXELS:
                    raise FileFormatError(
                        f"a texture of {picture.width}x{picture.height} pixels is too large; up to 40 million are read"
                    )
                picture.draft("RGB", (_SIDE * 4, _SIDE * 4))
                rgba = picture.convert("RGBA").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    except FileFormatError:
        raise
    except Exception as error:
        # Decoders raise every kind of error on damaged files; to the user they are one.
        raise FileFormatError("a texture cannot be read; save it as PNG or JPEG") from error
    pixels = np.asarray(rgba, dtype=np.float32).reshape(-1, 4) / 255
    alpha = pixels[:, 3]
    weights = alpha if alpha.any() else np.ones_like(alpha)
    mean = np.average(srgb_to_linear(pixels[:, :3]), axis=0, weights=weights.astype(np.float64))
    return (float(mean[0]), float(mean[1]), float(mean[2])), float(alpha.mean())
