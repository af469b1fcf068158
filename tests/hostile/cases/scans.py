"""Scanned drawings beside PNG, JPEG and WebP: TIFF, HEIC and BMP."""

from __future__ import annotations

import functools
import io
import struct

from PIL import Image

from tests.hostile.case import Case, Drawn, case
from tests.hostile.cases.pictures import sheet

_DAMAGED = "damaged|not a picture that can be read"
_FAR = "megapixels"
_SHEET = Drawn((96, 64))


# TIFF


def tiff(width: int = 96, height: int = 64, **tags: int) -> bytes:
    """A TIFF of one bit a pixel that declares a size and holds 96 x 64."""
    body = b"\xff" * (12 * 10) + (b"\xf0" + b"\0" * 10 + b"\x0f") * 2 + b"\xff" * (12 * 52)
    entries = {
        256: width,
        257: height,
        258: 1,
        259: tags.get("compression", 1),
        262: 1,
        273: tags.get("at", 8),
        277: 1,
        278: height,
        279: tags.get("length", len(body)),
    }
    start = 8 + len(body)
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries.items())
    following = start if tags.get("loop") else 0
    return b"II*\0" + struct.pack("<I", start) + body + directory + struct.pack("<I", following)


def pages(count: int) -> bytes:
    buffer = io.BytesIO()
    made = [Image.open(io.BytesIO(sheet())).convert("L") for _ in range(count)]
    made[0].save(buffer, "TIFF", save_all=True, append_images=made[1:])
    return buffer.getvalue()


def deflated(width: int, height: int) -> bytes:
    """A white TIFF, small however large it is."""
    buffer = io.BytesIO()
    Image.new("1", (width, height), 1).save(buffer, "TIFF", compression="tiff_adobe_deflate")
    return buffer.getvalue()


_TIFF = [
    case("tiff-good", "plan.tif", lambda: tiff(), _SHEET),
    case("tiff-3-pages", "plan.tif", lambda: pages(3), Drawn((96, 64), ("page 1 of 3",))),
    case("tiff-cut-half", "plan.tif", lambda: sheet("TIFF")[: len(sheet("TIFF")) // 2], _DAMAGED),
    case("tiff-cut-8", "plan.tif", b"II*\0\x08\0\0\0", _DAMAGED),
    case("tiff-lying-60000", "plan.tif", lambda: tiff(60_000, 60_000), _FAR),
    case("tiff-lying-2-32", "plan.tif", lambda: tiff(2**32 - 1, 2**32 - 1), _FAR + "|damaged"),
    case("tiff-lying-0", "plan.tif", lambda: tiff(0, 64), _DAMAGED + "|too small"),
    case("tiff-lying-6000", "plan.tif", lambda: tiff(6000, 6000), _DAMAGED),
    case("tiff-lying-strip", "plan.tif", lambda: tiff(length=2**31), _SHEET),
    case("tiff-strip-elsewhere", "plan.tif", lambda: tiff(at=2**31), _DAMAGED),
    case("tiff-no-deflate", "plan.tif", lambda: tiff(compression=8), _DAMAGED),
    case("tiff-no-fax", "plan.tif", lambda: tiff(compression=4), Drawn((96, 64))),
    case("tiff-loop", "plan.tif", lambda: tiff(loop=1), _SHEET),
    case("tiff-40-megapixels", "plan.tif", lambda: deflated(8000, 5000), Drawn((8000, 5000))),
    case("tiff-past-40-megapixels", "plan.tif", lambda: deflated(8000, 5001), _FAR),
    case("tiff-side-16385", "plan.tif", lambda: deflated(16_385, 16), "16384 px a side"),
    case("tiff-endless", "plan.tif", b"II*\0\x08\0\0\0\xff\xff" + bytes(5000), _DAMAGED),
    case("tiff-named-png", "plan.png", lambda: tiff(), _SHEET),
]


# HEIC


@functools.cache
def heic() -> bytes:
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.open(io.BytesIO(sheet())).convert("RGB")).save(buffer, quality=60)
    return buffer.getvalue()


def _heic_of(width: int, height: int) -> bytes:
    """A HEIC whose property of its size lies."""
    at = heic().index(b"ispe") + 8
    return heic()[:at] + struct.pack(">II", width, height) + heic()[at + 8 :]


def _box(name: bytes, length: int) -> bytes:
    """A HEIC one of whose boxes lies about its length."""
    at = heic().index(name) - 4
    return heic()[:at] + struct.pack(">I", length) + heic()[at + 4 :]


_HEIC = [
    case("heic-good", "plan.heic", heic, _SHEET),
    case("heic-cut-half", "plan.heic", lambda: heic()[: len(heic()) // 2], _DAMAGED),
    case("heic-cut-12", "plan.heic", b"\0\0\0\x18ftypheic", _DAMAGED),
    case("heic-lying-60000", "plan.heic", lambda: _heic_of(60_000, 60_000), _DAMAGED + "|megapixels"),
    case("heic-lying-0", "plan.heic", lambda: _heic_of(0, 0), _DAMAGED + "|too small"),
    case("heic-lying-box", "plan.heic", lambda: _box(b"meta", 2**32 - 1), _DAMAGED),
    case("heic-empty-box", "plan.heic", lambda: _box(b"iprp", 0), _SHEET),
    case("heic-no-picture", "plan.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), _DAMAGED),
]


# BMP


def bmp(width: int = 96, height: int = 64, *, depth: int = 24, packed: int = 0, at: int = 54) -> bytes:
    """A BMP that declares a size and holds 96 x 64."""
    body = sheet("BMP")[54:]
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, depth, packed, len(body), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, at) + header + body


_BMP = [
    case("bmp-good", "plan.bmp", bmp, _SHEET),
    case("bmp-from-the-top", "plan.bmp", lambda: bmp(96, -64), _SHEET),
    case("bmp-cut-half", "plan.bmp", lambda: bmp()[: len(bmp()) // 2], _DAMAGED),
    case("bmp-cut-2", "plan.bmp", b"BM", _DAMAGED),
    case("bmp-lying-60000", "plan.bmp", lambda: bmp(60_000, 60_000), _FAR),
    case("bmp-lying-2-31", "plan.bmp", lambda: bmp(2**31 - 1, 2**31 - 1), _FAR),
    case("bmp-lying-6000", "plan.bmp", lambda: bmp(6000, 6000), _DAMAGED),
    case("bmp-lying-0", "plan.bmp", lambda: bmp(0, 64), _DAMAGED + "|too small"),
    case("bmp-lying-depth", "plan.bmp", lambda: bmp(depth=77), _DAMAGED),
    case("bmp-lying-packing", "plan.bmp", lambda: bmp(packed=9), _DAMAGED),
    case("bmp-elsewhere", "plan.bmp", lambda: bmp(at=2**31 - 1), _DAMAGED),
]

CASES: list[Case] = [*_TIFF, *_HEIC, *_BMP]
