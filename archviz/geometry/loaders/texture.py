"""Texture files: their colour on the whole, and the picture at the size that is kept."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.tone import srgb_to_linear
from archviz.geometry.texture import MAX_TEXTURE_BYTES, MAX_TEXTURE_SIDE, MAX_TEXTURES, Texture

__all__ = ["TextureFile", "read_texture"]

# A mean does not need more.
_MEAN_SIDE = 64
_MAX_PIXELS = 40_000_000
# sRGB levels that a picture of one colour may differ by, as JPEG makes them.
_PLAIN = 6


@dataclass(frozen=True, eq=False, kw_only=True)
class TextureFile:
    """What a texture file holds.

    Parameters
    ----------
    mean
        Linear colour, weighed by alpha.
    alpha
        Mean alpha.
    texture
        The picture; ``None`` where it is of one colour.
    key
        Its name among a scene's textures, by its content; empty where it is of one colour.
    """

    mean: tuple[float, float, float]
    alpha: float
    texture: Texture | None
    key: str

    def kept_in(self, textures: dict[str, Texture], warnings: list[str]) -> str:
        """The key, after the picture was put among ``textures``.

        Where they are too much together, the largest are halved until they are not.
        """
        if self.texture is not None and self.key not in textures:
            if len(textures) >= MAX_TEXTURES:
                warnings.append(f"more than {MAX_TEXTURES} textures: the others are drawn in their mean colour")
                return ""
            textures[self.key] = self.texture
            _fit(textures, warnings)
        return self.key


def _fit(textures: dict[str, Texture], warnings: list[str]) -> None:
    while sum(texture.pixels.nbytes for texture in textures.values()) > MAX_TEXTURE_BYTES:
        largest = max(textures, key=lambda key: textures[key].pixels.nbytes)
        textures[largest] = textures[largest].halved()
        warnings.append(f"the textures take more than {MAX_TEXTURE_BYTES >> 20} MiB: the largest are drawn less sharp")


def read_texture(data: bytes) -> TextureFile:
    """Read a PNG, JPEG, WebP, BMP, TIFF or TGA file.

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
                # JPEG decodes at a fraction of its size.
                picture.draft("RGB", (MAX_TEXTURE_SIDE, MAX_TEXTURE_SIDE))
                shrunk = picture.convert("RGBA")
                shrunk.thumbnail((MAX_TEXTURE_SIDE, MAX_TEXTURE_SIDE), Image.Resampling.BOX)
                small = shrunk.resize((_MEAN_SIDE, _MEAN_SIDE), Image.Resampling.BOX)
    except FileFormatError:
        raise
    except Exception as error:
        # Decoders raise every kind of error on damaged files; to the user they are one.
        raise FileFormatError("a texture cannot be read; save it as PNG or JPEG") from error
    mean, alpha = _mean(small)
    pixels = _flattened(np.asarray(shrunk), mean)
    if int(np.ptp(pixels.reshape(-1, 3), axis=0).max()) <= _PLAIN:
        return TextureFile(mean=mean, alpha=alpha, texture=None, key="")
    key = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()[:16]
    return TextureFile(mean=mean, alpha=alpha, texture=Texture(pixels), key=key)


def _mean(picture: Any) -> tuple[tuple[float, float, float], float]:
    pixels = np.asarray(picture, dtype=np.float32).reshape(-1, 4) / 255
    alpha = pixels[:, 3]
    weights = alpha if alpha.any() else np.ones_like(alpha)
    mean = np.average(srgb_to_linear(pixels[:, :3]), axis=0, weights=weights.astype(np.float64))
    return (float(mean[0]), float(mean[1]), float(mean[2])), float(alpha.mean())


def _flattened(pixels: NDArray[np.uint8], mean: tuple[float, float, float]) -> NDArray[np.uint8]:
    """(h, w, 3) the picture on a ground of its own mean, where it is clear."""
    from archviz.core.tone import linear_to_srgb

    clear = pixels[..., 3] < 128
    rgb = pixels[..., :3].copy()
    rgb[clear] = np.round(np.asarray(linear_to_srgb(np.array(mean))) * 255).astype(np.uint8)
    return rgb
