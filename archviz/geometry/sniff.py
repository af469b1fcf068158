"""What a file is, by its content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders import LOADERS
from archviz.geometry.loaders.stl import is_binary_stl

__all__ = ["MAX_FILE_BYTES", "check_model_file", "sniff_format", "sniff_kind"]

MAX_FILE_BYTES = 500_000_000
_HEAD_BYTES = 1 << 16
_PICTURES = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "WebP": (),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    "TIFF": (b"II*\0", b"MM\0*"),
}
_OBJ_LINE = re.compile(rb"^[ \t]*(?:v[ \t]+[-+.\d]|f[ \t]+-?\d|(?:mtllib|usemtl|o|g)[ \t]+\S)", re.MULTILINE)
_OBJ_VERTEX = re.compile(rb"^[ \t]*v[ \t]+[-+.\d]", re.MULTILINE)
# Formats people try that are not read, and what to do instead.
_ELSEWHERE = {
    ".skp": "SketchUp files cannot be read; export as .glb or .dae",
    ".3dm": "Rhino files cannot be read; export as .glb or .obj",
    ".ifc": "IFC files cannot be read; export as .glb or .dae",
    ".rvt": "Revit files cannot be read; export as .glb or .obj",
    ".fbx": "FBX files cannot be read; export as .glb",
    ".blend": "Blender files cannot be read; export as .glb",
    ".max": "3ds Max files cannot be read; export as .glb or .obj",
    ".dwg": "DWG files cannot be read; export as .glb or .dae",
    ".dxf": "DXF files cannot be read; export as .glb or .dae",
    ".step": "STEP files cannot be read; export as .glb or .stl",
    ".stp": "STEP files cannot be read; export as .glb or .stl",
    ".zip": "archives cannot be read; unpack it and give the model inside",
}


def sniff_format(path: Path) -> str | None:
    """The format of a file, or ``None`` where its content tells none.

    Returns
    -------
    str or None
        ``GLB``, ``glTF``, ``OBJ``, ``STL``, ``PLY``, ``Collada``, ``PNG``, ``JPEG``, ``WebP``,
        ``GIF``, ``BMP`` or ``TIFF``.

    Raises
    ------
    FileFormatError
        The file is missing, is a folder, or cannot be opened.
    """
    try:
        if not path.is_file():
            raise FileFormatError(f"{path}: {_absence(path)}; give the path of a 3D model or a drawing")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}; give the path of a readable file") from error
    return _picture(head) or _model(head, size)


def sniff_kind(path: Path) -> Literal["model", "sketch", "unknown"]:
    """Whether a file is a 3D model or a drawing, by its content.

    Raises
    ------
    FileFormatError
        The file is missing, is a folder, or cannot be opened.
    """
    found = sniff_format(path)
    if found is None:
        # A damaged model is still refused as a model: its name says what it was meant to be.
        return "model" if path.suffix.lower() in {*LOADERS, *_ELSEWHERE} else "unknown"
    return "sketch" if found in _PICTURES else "model"


def check_model_file(path: Path) -> str:
    """The key of :data:`LOADERS` for a file whose name and content agree.

    Raises
    ------
    FileFormatError
        It is missing, empty, too large, of a format that is not read, or of another than its name says.
    """
    found = sniff_format(path)
    size = path.stat().st_size
    extension = path.suffix.lower()
    if extension in _ELSEWHERE and found is None:
        raise FileFormatError(f"{path}: {_ELSEWHERE[extension]}")
    accepted = ", ".join(LOADERS)
    if size == 0:
        raise FileFormatError(f"{path}: the file is empty; export it again as one of {accepted}")
    if size > MAX_FILE_BYTES:
        raise FileFormatError(
            f"{path}: {size / 1e6:.0f} MB are too many; up to {MAX_FILE_BYTES // 10**6} MB are accepted, so simplify it"
        )
    if extension not in LOADERS:
        raise FileFormatError(f"{path}: {extension or 'no extension'!r} is not a 3D format; accepted are {accepted}")
    meant = LOADERS[extension].format
    if found != meant:
        content = f"{found} content" if found else "content of another kind"
        hint = next((e for e, row in LOADERS.items() if row.format == found), None)
        advice = f"rename it to {hint}" if hint else "export the model again"
        raise FileFormatError(f"{path}: not {meant} inside but {content}; {advice}")
    return extension


def _absence(path: Path) -> str:
    if path.is_dir():
        return "this is a folder"
    return "not an ordinary file" if path.exists() else "there is no such file"


def _picture(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    return next((name for name, magics in _PICTURES.items() if magics and head.startswith(magics)), None)


def _model(head: bytes, size: int) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"glTF"):
        return "GLB"
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
