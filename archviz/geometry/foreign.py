"""Formats that people try and that are not read: how to know them, and what to do instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["FOREIGN", "Foreign", "foreign_by_content", "foreign_by_suffix"]

_OLE = rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """One format.

    Parameters
    ----------
    message
        That it cannot be read, and the export that can.
    suffixes
        Its extensions, lower case with the dot.
    start
        Pattern of its first bytes; ``None`` where these are another format's too.
    """

    message: str
    suffixes: tuple[str, ...]
    start: re.Pattern[bytes] | None = None


def _row(message: str, suffixes: str, start: bytes | None = None) -> Foreign:
    pattern = re.compile(start, re.DOTALL) if start is not None else None
    return Foreign(message=message, suffixes=tuple(suffixes.split()), start=pattern)


FOREIGN = (
    _row(
        "SketchUp files cannot be read; export as .glb, .dae or .ifc",
        ".skp",
        rb"\xff\xfe\xff\x0eS\0k\0e\0t\0c\0h",
    ),
    _row("DWG files cannot be read; export as .ifc or .glb, or save as .dxf", ".dwg", rb"AC10\d\d"),
    _row("Revit files cannot be read; export as .ifc", ".rvt .rfa .rte"),
    _row("Blender files cannot be read; export as .glb", ".blend", rb"BLENDER"),
    _row("3ds Max files cannot be read; export as .glb or .obj", ".max"),
    _row("ArchiCAD files cannot be read; export as .ifc", ".pln .pla"),
    _row("IGES files cannot be read; export as .glb or .stl", ".iges .igs", rb"[^\r\n]{72}S {0,6}0*1\s"),
    _row("IFC as XML or JSON cannot be read; export as .ifc", ".ifcxml .ifcx"),
    _row("3DS files cannot be read; export as .glb or .obj", ".3ds", rb"MM.{4}(?:\x02\0|==)"),
    _row(
        "point clouds cannot be read, since they have no surfaces; make a mesh of it and export as .ply or .glb",
        ".las .laz .e57 .pcd .pts .xyz",
        rb"LASF|ASTM-E57|# \.PCD",
    ),
    # Of Revit, 3ds Max and old office files alike: told by their extension where they have one of these.
    _row("this is a document of another program; export the model as .ifc or .glb", "", _OLE),
)


def foreign_by_content(head: bytes) -> Foreign | None:
    """The format that a file's first bytes tell, or ``None``."""
    return next((row for row in FOREIGN if row.start is not None and row.start.match(head)), None)


def foreign_by_suffix(suffix: str) -> Foreign | None:
    """The format of an extension, or ``None``."""
    return next((row for row in FOREIGN if suffix.lower() in row.suffixes), None)
