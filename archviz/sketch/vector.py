"""Drawings made of lines: SVG and pages of PDF, drawn at the size at which their lines are looked at."""

from __future__ import annotations

import ctypes
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from archviz.core.errors import FileFormatError
from archviz.sketch.pixels import MAX_PIXELS, MAX_SIDE_PX, Pixels, check_picture_size, choose_page

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["VECTOR_FORMATS", "read_pdf", "read_svg"]

VECTOR_FORMATS = ("SVG", "PDF")
# The size at which lines are told from paper: a line is then drawn once, and never resampled.
_LONGER_PX = 2048
_MAX_SVG_BYTES = 64_000_000
_XLINK = "{http://www.w3.org/1999/xlink}href"
_SVG_TAG = "{http://www.w3.org/2000/svg}"
# Pixels of CSS for one unit.
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_LENGTH = re.compile(r"\s*([+]?\d*\.?\d+(?:[eE][+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|)\s*")
_OUTSIDE = re.compile(r"""@import|url\((?![\s'"]*(?:#|data:))""", re.IGNORECASE)
_LEFT_OUT = "what the drawing refers to outside its file was left out"
_ENTITIES = "the SVG declares entities, which are not read; save it as plain SVG"
_WRITING = "writing was left out: only lines are drawn"


def read_pdf(path: Path, *, page: int = 1, part: float = 1.0, writing: bool = False) -> Pixels:
    """Draw a page of a PDF.

    Parameters
    ----------
    path
        The file.
    page
        From 1.
    part
        Share of the page's longer side that will be used: less of it is drawn larger.
    writing
        Whether its text is drawn.

    Raises
    ------
    FileFormatError
        It is broken, locked, or has no such page. The message does not name the file.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        what = "locked by a password; save it without" if locked else "damaged; export it again"
        raise FileFormatError(f"the PDF is {what}") from error
    try:
        said = choose_page(page, len(document))
        sheet = document[page - 1]
        if not writing and _hide_text(sheet):
            said.append(_WRITING)
        width, height = sheet.get_size()
        scale = _target(width, height, part) / max(width, height)
        bitmap = sheet.render(scale=scale, fill_color=(255, 255, 255, 255), may_draw_forms=False, draw_annots=False)
        array = np.array(bitmap.to_numpy()[..., :3][..., ::-1], order="C")
    except pdfium.PdfiumError as error:
        raise FileFormatError(f"page {page} of the PDF is damaged; export it again") from error
    finally:
        document.close()
    check_picture_size((array.shape[1], array.shape[0]))
    return Pixels(array=array, vector=True, assumptions=tuple(said))


def _hide_text(sheet: Any) -> bool:
    """Make the text of a page invisible, that of its parts too; whether there was any."""
    import pypdfium2.raw as raw

    found = False
    for item in sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=15):
        found |= raw.FPDFTextObj_GetTextRenderMode(item) != raw.FPDF_TEXTRENDERMODE_INVISIBLE
        raw.FPDFTextObj_SetTextRenderMode(item, ctypes.c_int(raw.FPDF_TEXTRENDERMODE_INVISIBLE))
    return found


def read_svg(path: Path, *, part: float = 1.0, writing: bool = False) -> Pixels:
    """Draw an SVG.

    Nothing outside the file is read: references to it are left out and said, entities are refused.

    Parameters
    ----------
    path, part, writing
        As for :func:`read_pdf`; text is drawn in fonts of this machine.

    Raises
    ------
    FileFormatError
        It is broken, states no size, or declares entities. The message does not name the file.
    """
    import resvg_py
    from lxml import etree
    from PIL import Image

    root = _parsed(path.read_bytes())
    said = [_LEFT_OUT] if _cut_off(root) else []
    if not writing and any(e.tag == f"{_SVG_TAG}text" for e in root.iter(etree.Element)):
        said.append(_WRITING)
    left, top, width, height = _view_box(root)
    longer = _target(width, height, part)
    size = [max(1, round(side * longer / max(width, height))) for side in (width, height)]
    check_picture_size((size[0], size[1]))
    root.set("viewBox", f"{left:g} {top:g} {width!r} {height!r}")
    root.set("width", str(size[0]))
    root.set("height", str(size[1]))
    try:
        made = resvg_py.svg_to_bytes(
            svg_string=etree.tostring(root, encoding="unicode"), background="#ffffff", skip_system_fonts=not writing
        )
    except ValueError as error:
        raise FileFormatError(f"the SVG cannot be drawn ({str(error).splitlines()[0]}); export it again") from error
    with Image.open(io.BytesIO(made), formats=["PNG"]) as image:
        array = np.array(image.convert("RGB"))
    return Pixels(array=array, vector=True, assumptions=tuple(said))


def _parsed(data: bytes) -> _Element:
    from lxml import etree

    if len(data) > _MAX_SVG_BYTES:
        raise FileFormatError(f"{len(data) / 1e6:.0f} MB of SVG are too many; up to {_MAX_SVG_BYTES // 10**6} are read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if b"<!ENTITY" in data:
            raise FileFormatError(_ENTITIES) from error
        raise FileFormatError(f"the SVG is damaged ({error.msg}); export it again") from error
    inside = root.getroottree().docinfo.internalDTD
    if inside is not None and next(inside.iterentities(), None) is not None:
        raise FileFormatError(_ENTITIES)
    if root.tag != f"{_SVG_TAG}svg":
        raise FileFormatError("its first element is not an svg of http://www.w3.org/2000/svg; export it as plain SVG")
    return root


def _cut_off(root: _Element) -> bool:
    """Take out whatever would be fetched from elsewhere, or run; whether there was any."""
    from lxml import etree

    found = False
    for element in list(root.iter(etree.Element)):
        name = etree.QName(element).localname
        outside = any(
            not (target := element.get(key, "#").strip()).startswith("#")
            # A picture inside a link inside a picture is nobody's drawing.
            and not (name == "image" and target.startswith("data:image/") and "svg" not in target[:40])
            for key in (_XLINK, "href")
            if name != "a"
        )
        styled = name == "style" and _OUTSIDE.search("".join(element.itertext()))
        if outside or styled or name in ("script", "foreignObject"):
            found |= name not in ("script", "foreignObject")
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        for key, value in list(element.attrib.items()):
            if _OUTSIDE.search(str(value)):
                found = True
                del element.attrib[key]
    return found


def _view_box(root: _Element) -> tuple[float, float, float, float]:
    """Left, top, width and height of what is shown, in the drawing's own units."""
    given = re.split(r"[\s,]+", (root.get("viewBox") or "").strip())
    sides = [_LENGTH.fullmatch(root.get(key) or "") for key in ("width", "height")]
    pixels = [float(m[1]) * _UNITS[m[2]] for m in sides if m]
    try:
        left, top, width, height = (float(v) for v in given)
    except ValueError:
        if len(pixels) != 2:
            raise FileFormatError("the SVG states no size; give it a viewBox, or a width and height") from None
        left, top, (width, height) = 0.0, 0.0, pixels
    if not (np.isfinite([left, top, width, height]).all() and width > 0 and height > 0):
        raise FileFormatError(f"the SVG is {width:g} by {height:g} large; give it a viewBox with an area")
    return left, top, width, height


def _target(width: float, height: float, part: float) -> float:
    """Longer side to draw at [pixels]: the part that is used has the size at which lines are looked at."""
    if not (np.isfinite([width, height]).all() and min(width, height) > 0):
        raise FileFormatError(f"the page is {width:g} by {height:g} large; export it again")
    aspect = max(width, height) / min(width, height)
    return min(_LONGER_PX / part, MAX_SIDE_PX, float(np.sqrt(MAX_PIXELS * aspect)) - aspect)
