"""What a file is, by its content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from archviz.core.errors import FileFormatError
from archviz.core.pictures import picture_format
from archviz.geometry.foreign import Foreign, foreign_by_content, foreign_by_suffix
from archviz.geometry.loaders import LOADERS, MODEL_SUFFIXES
from archviz.geometry.loaders.stl import has_stl_length, is_binary_stl

__all__ = ["MAX_FILE_BYTES", "check_model_file", "sniff_format", "sniff_kind"]

MAX_FILE_BYTES = 500_000_000
_HEAD_BYTES = 1 << 16
_DRAWN = ("PNG", "JPEG", "WebP", "TIFF", "HEIC", "BMP", "GIF", "SVG", "PDF")
_OBJ_LINE = re.compile(rb"^[ \t]*(?:v[ \t]+[-+.\d]|f[ \t]+-?\d|(?:mtllib|usemtl|o|g)[ \t]+\S)", re.MULTILINE)
_OBJ_VERTEX = re.compile(rb"^[ \t]*v[ \t]+[-+.\d]", re.MULTILINE)
_IFC_SCHEMA = re.compile(rb"FILE_SCHEMA\s*\(\s*\(\s*'IFC", re.IGNORECASE)
# Comments may stand before the first section.
_DXF = re.compile(rb"(?:[ \t]*999[ \t]*\r?\n[^\n]*\n)*[ \t]*0[ \t]*\r?\nSECTION\b|AutoCAD Binary DXF")
# As text it may begin with remarks of any kind.
_FBX = re.compile(rb"Kaydara FBX Binary|(?:;[^\n]*\n\s*)*(?:; ?FBX \d|FBXHeaderExtension:)")
_OFF = re.compile(rb"C?N?OFF(?:\s|#)")
# Its first member is stored as it is and is the model.
_USDZ = re.compile(rb"PK\x03\x04.{4}\x00\x00.{20}[^\x00]{0,200}?\.usd[ac]?", re.DOTALL)
_3MF_MODEL = b"3D/3dmodel.model"


def sniff_format(path: Path) -> str | None:
    """The format of a file, or ``None`` where its content tells none.

    Returns
    -------
    str or None
        The ``format`` of a row of :data:`archviz.geometry.loaders.LOADERS`, ``ZIP``, or
        what :func:`archviz.core.pictures.picture_format` tells.

    Raises
    ------
    FileFormatError
        The file is missing, is a folder, or cannot be opened.
    """
    head, tail, size = _ends(path)
    found = picture_format(head) or _model(head, tail, size)
    if found == "STL" and b"\0" in head and path.suffix.lower() != ".stl" and not has_stl_length(head, size):
        # Binary STL is known by little: any file of zeros would be one.
        return None
    return found


def sniff_kind(path: Path) -> Literal["model", "sketch", "unknown"]:
    """Whether a file is a 3D model or a drawing, by its content.

    Raises
    ------
    FileFormatError
        The file is missing, is a folder, or cannot be opened.
    """
    found = sniff_format(path)
    if found is None:
        # A damaged or foreign model is still refused as a model: its name says what it was meant to be.
        return "model" if path.suffix.lower() in MODEL_SUFFIXES or _foreign(path) else "unknown"
    return "sketch" if found in _DRAWN else "model"


def check_model_file(path: Path) -> str:
    """The extension of a model whose name and content agree, lower case.

    Returns
    -------
    str
        A key of :data:`archviz.geometry.loaders.LOADERS`, or one of
        :data:`archviz.geometry.loaders.ARCHIVES`.

    Raises
    ------
    FileFormatError
        It is missing, empty, too large, of a format that is not read, or of another than its name says.
    """
    found = sniff_format(path)
    size = path.stat().st_size
    extension = path.suffix.lower()
    accepted = ", ".join(MODEL_SUFFIXES)
    if size == 0:
        raise FileFormatError(f"{path}: the file is empty; export it again as one of {accepted}")
    if found is None and (foreign := _foreign(path)):
        raise FileFormatError(f"{path}: {foreign.message}")
    if size > MAX_FILE_BYTES:
        raise FileFormatError(
            f"{path}: {size / 1e6:.0f} MB are too many; up to {MAX_FILE_BYTES // 10**6} MB are accepted, so simplify it"
        )
    if extension not in MODEL_SUFFIXES:
        raise FileFormatError(f"{path}: {extension or 'no extension'!r} is not a 3D format; accepted are {accepted}")
    meant = LOADERS[extension].format if extension in LOADERS else "ZIP"
    if found != meant:
        content = f"{found} content" if found else "content of another kind"
        hints = {row.format: e for e, row in reversed(tuple(LOADERS.items()))} | {"ZIP": ".zip"}
        advice = f"rename it to {hints[found]}" if found in hints else "export the model again"
        raise FileFormatError(f"{path}: not {meant} inside but {content}; {advice}")
    return extension


def _ends(path: Path) -> tuple[bytes, bytes, int]:
    """First and last bytes of a file and its size."""
    try:
        if not path.is_file():
            raise FileFormatError(f"{path}: {_absence(path)}; give the path of a 3D model or a drawing")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            file.seek(max(0, size - _HEAD_BYTES))
            return head, file.read(_HEAD_BYTES), size
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}; give the path of a readable file") from error


def _foreign(path: Path) -> Foreign | None:
    return foreign_by_suffix(path.suffix) or foreign_by_content(_ends(path)[0])


def _absence(path: Path) -> str:
    if path.is_dir():
        return "this is a folder"
    return "not an ordinary file" if path.exists() else "there is no such file"


def _model(head: bytes, tail: bytes, size: int) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"glTF"):
        return "GLB"
    if head.startswith(b"PK\3\4"):
        # A ZIP lists its members at its end.
        if _3MF_MODEL.lower() in (head + tail).lower():
            return "3MF"
        return "USDZ" if _USDZ.match(head) else "ZIP"
    if _FBX.match(text):
        return "FBX"
    if head.startswith(b"3D Geometry File Format"):
        return "3DM"
    if text.startswith(b"ISO-10303-21;"):
        return "IFC" if _IFC_SCHEMA.search(head) else "STEP"
    if text.startswith(b"#usda ") or head.startswith(b"PXR-USDC"):
        return "USD"
    if foreign_by_content(head):
        # Before binary STL, which is known by little.
        return None
    if _DXF.match(text):
        return "DXF"
    if _OFF.match(text):
        return "OFF"
    if text.startswith(b"{") and re.search(rb'"(?:asset|accessors|meshes|buffers|nodes|scenes)"', head):
        return "glTF"
    if re.match(rb"ply\r?\n", head):
        return "PLY"
    if text.startswith(b"<") and re.search(rb"<(?:\w+:)?COLLADA\b", head):
        return "Collada"
    if re.match(rb"solid\b", text, re.IGNORECASE) and re.search(rb"\b(?:facet|endsolid)\b", head, re.IGNORECASE):
        return "STL"
    if is_binary_stl(head, size):
        return "STL"
    if b"\0" not in head and (_OBJ_VERTEX.search(head) or len(_OBJ_LINE.findall(head)) >= 3):
        return "OBJ"
    return None
