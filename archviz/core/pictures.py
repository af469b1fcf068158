"""Files that hold a picture or a drawing, told by their first bytes."""

from __future__ import annotations

import re

__all__ = ["DRAWING_SUFFIXES", "picture_format"]

# What a drawing may be called; its content decides.
DRAWING_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".heic", ".heif", ".bmp", ".svg", ".pdf")
_STARTS = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    # Classic and big TIFF, in either byte order.
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_SVG = re.compile(rb"<(?:[\w.-]+:)?svg[\s>/]")
# A reader of PDF looks for the mark in the first KiB.
_PDF_MARK, _PDF_BYTES = b"%PDF-", 1024


def picture_format(head: bytes) -> str | None:
    """The format of a picture or drawing, by the first bytes of its file.

    Parameters
    ----------
    head
        The first 64 KiB, or as many as there are.

    Returns
    -------
    str or None
        ``PNG``, ``JPEG``, ``WebP``, ``TIFF``, ``HEIC``, ``BMP``, ``GIF``, ``SVG``, ``PDF``, or ``None``.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "HEIC"
    for name, starts in _STARTS.items():
        if head.startswith(starts):
            return name
    if _PDF_MARK in head[:_PDF_BYTES]:
        return "PDF"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "SVG" if text.startswith(b"<") and _SVG.search(text) else None
