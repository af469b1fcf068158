"""Drawings: PNG, JPEG, WebP, and pictures of other kinds under their names."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from tests.hostile.case import Case, Drawn, case


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int, *, extra: bytes = b"", body: bytes = b"") -> bytes:
    """A PNG that declares a size and holds what it is given."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packed = zlib.compress(body)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def white(width: int, height: int, *, extra: bytes = b"") -> bytes:
    """A white PNG of one bit a pixel, small however large it is."""
    return png_header(width, height, extra=extra, body=(b"\0" + b"\xff" * ((width + 7) // 8)) * height)


def sheet(kind: str = "PNG", *, mode: str = "RGB", **options: Any) -> bytes:
    """A drawing of 96 x 64."""
    array = np.full((64, 96, 3), 255, np.uint8)
    array[10:12, 8:88] = array[52:54, 8:88] = array[10:54, 8:10] = array[10:54, 86:88] = 0
    buffer = io.BytesIO()
    Image.fromarray(array).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def frames(count: int) -> bytes:
    buffer = io.BytesIO()
    pictures = [Image.new("L", (96, 64), 255 - 2 * i) for i in range(count)]
    pictures[0].save(buffer, "PNG", save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose frame header lies about its size."""
    data = sheet("JPEG")
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def clear() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (96, 64), (0, 0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


_TEXT_BOMB = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
_PROFILE_BOMB = chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(100_000_000), 9))
_DAMAGED = "damaged|not a picture that can be read"
_TOO_LARGE = r"px is too large; up to 40 megapixels and 16384 px a side are accepted; scale it down"
_FAR = "megapixels"

CASES: list[Case] = [
    case("png-bomb", "plan.png", png_header(60_000, 60_000), _FAR),
    case("png-bomb-2-31", "plan.png", png_header(2**31 - 1, 2**31 - 1), _FAR),
    case("png-40-megapixels", "plan.png", lambda: white(8000, 5000), Drawn((8000, 5000))),
    case("png-past-40-megapixels", "plan.png", lambda: white(8000, 5001), f"8000x5001 {_TOO_LARGE}"),
    case("png-side-16384", "plan.png", lambda: white(16_384, 16), Drawn((16_384, 16))),
    case("png-side-16385", "plan.png", lambda: white(16_385, 16), f"16385x16 {_TOO_LARGE}"),
    case("png-89-megapixels", "plan.png", png_header(9_500, 9_500), _FAR),
    case("png-stamp", "plan.png", lambda: white(15, 200), "15x200 px is too small; give a drawing of at least 16"),
    case("png-0-wide", "plan.png", png_header(0, 64), _DAMAGED + "|too small"),
    case("png-lying-body", "plan.png", lambda: png_header(200, 200, body=b"\0" * 40), _DAMAGED),
    case("png-no-body", "plan.png", lambda: sheet().replace(b"IDAT", b"iDAT"), _DAMAGED),
    case("png-cut-10", "plan.png", lambda: sheet()[:10], _DAMAGED),
    case("png-cut-half", "plan.png", lambda: sheet()[: len(sheet()) // 2], _DAMAGED),
    case("png-cut-end", "plan.png", lambda: sheet()[:-20], Drawn((96, 64))),
    case("png-bad-sum", "plan.png", lambda: patched(sheet(), b"IHDR\0\0\0", b"IHDR\0\0\1"), _DAMAGED + "|megapixels"),
    case("png-text-bomb", "plan.png", lambda: white(96, 64, extra=_TEXT_BOMB), _DAMAGED),
    case("png-profile-bomb", "plan.png", lambda: white(96, 64, extra=_PROFILE_BOMB), _DAMAGED),
    case("png-500-frames", "plan.png", lambda: frames(100), Drawn((96, 64), ("first picture of an animation",))),
    case("png-clear", "plan.png", clear, Drawn((96, 64), ("transparency laid on white",))),
    case("png-and-zip", "plan.png", lambda: sheet() + b"PK\3\4" + bytes(200), Drawn((96, 64))),
    case("png-16-bit", "plan.png", lambda: sheet(mode="I;16"), Drawn((96, 64))),
    case("png-named-jpg", "plan.jpg", sheet, Drawn((96, 64))),
    case("jpeg-lying-65535", "plan.jpg", lambda: jpeg_of(65_535, 65_535), _FAR),
    case(
        "jpeg-lying-large",
        "plan.jpg",
        lambda: jpeg_of(6000, 6000),
        Drawn((6000, 6000), ("the lower .* are plain grey",)),
    ),
    case("jpeg-lying-0", "plan.jpg", lambda: jpeg_of(0, 64), _DAMAGED + "|too small"),
    case("jpeg-cut-half", "plan.jpg", lambda: sheet("JPEG")[: len(sheet("JPEG")) // 2], _DAMAGED),
    case("jpeg-cut-3", "plan.jpg", b"\xff\xd8\xff", _DAMAGED),
    case("jpeg-cmyk", "plan.jpg", lambda: sheet("JPEG", mode="CMYK"), Drawn((96, 64), ("CMYK",))),
    case("jpeg-bad-exif", "plan.jpg", lambda: sheet("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7fx"), Drawn((96, 64))),
    case("webp-cut-half", "plan.webp", lambda: sheet("WEBP")[: len(sheet("WEBP")) // 2], _DAMAGED),
    case("webp-cut-12", "plan.webp", b"RIFF\xff\xff\xff\xffWEBP", _DAMAGED),
    case(
        "webp-lying-length",
        "plan.webp",
        lambda: patched(sheet("WEBP"), b"RIFF", b"RIFF")[:4] + b"\xff\xff\xff\x7f" + sheet("WEBP")[8:],
        _DAMAGED,
    ),
    case("webp-is-wave", "plan.webp", b"RIFF\x24\0\0\0WAVEfmt " + bytes(40), "neither a 3D model nor a drawing"),
    case("picture-is-text", "plan.png", "hello, this is no picture\n" * 9, "neither a 3D model nor a drawing"),
    case("picture-is-empty", "plan.png", b"", "neither a 3D model nor a drawing"),
    case("picture-is-html", "plan.jpg", "<html><script src='http://x'></script></html>", "neither a 3D model nor a dr"),
    case("picture-is-zeros", "plan.png", bytes(5000), "neither a 3D model nor a drawing"),
    case("gif", "plan.png", lambda: sheet("GIF"), "not a picture that can be read; PNG, JPEG"),
]
