"""PLY, ASCII and binary, read by trimesh."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.raw import NO_MATERIAL, TINTED, RawModel, RawPart, check_triangles, parts_by_color

__all__ = ["read_ply"]


def read_ply(path: Path) -> RawModel:
    """Read a PLY file: one part, or one per colour where faces or vertices have colours.

    Raises
    ------
    FileFormatError
        It is cut off or damaged.
    """
    from trimesh.exchange.ply import load_ply

    data = path.read_bytes()
    declared = _declared(data)
    if not declared["face"] and declared["vertex"]:
        raise FileFormatError(
            f"a point cloud of {declared['vertex']} points without faces; make a mesh of it and export as .ply or .glb"
        )
    check_triangles(declared["face"])
    _check_rows(data)
    loaded = load_ply(io.BytesIO(data), fix_texture=False)
    faces = np.asarray(loaded.get("faces", np.empty((0, 3))), dtype=np.int64).reshape(-1, 3)
    vertices = np.asarray(loaded.get("vertices", np.empty((0, 3))), dtype=np.float64).reshape(-1, 3)
    # trimesh leaves faces out silently where the file ends early.
    if len(vertices) != declared["vertex"] or len(faces) < declared["face"]:
        raise FileFormatError(
            f"the PLY says {declared['vertex']} vertices and {declared['face']} faces but holds {len(vertices)} and "
            f"{len(faces)}; copy or export it again"
        )
    if len(faces) and not 0 <= faces.min() <= faces.max() < len(vertices):
        raise FileFormatError("a PLY face names a vertex that does not exist; export the file again")
    part = RawPart(name=path.stem, vertices=vertices, faces=faces, material=0)
    for key, rows in (("face_colors", len(faces)), ("vertex_colors", len(vertices))):
        colors = loaded.get(key)
        if colors is not None and len(colors) == rows and rows:
            rgb = np.asarray(colors, dtype=np.float64)[:, :3]
            scale = 255.0 if np.asarray(colors).dtype.kind in "ui" else 1.0
            parts, materials = parts_by_color(part, rgb / scale, linear=False, base=TINTED, first_row=0)
            return RawModel(parts=parts, materials=materials)
    return RawModel(parts=[part], materials=[NO_MATERIAL])


def _check_rows(data: bytes) -> None:
    """Refuse a text that holds more or fewer lines than its header says: the library would take what it says."""
    head, _, body = data.partition(b"end_header")
    if not re.search(rb"^format[ \t]+ascii", head, flags=re.MULTILINE):
        return
    said = sum(int(n) for n in re.findall(rb"^element[ \t]+\w+[ \t]+(\d{1,12})", head, flags=re.MULTILINE))
    held = sum(1 for line in body.splitlines() if line.strip())
    if held != said:
        raise FileFormatError(f"the PLY says {said} lines but holds {held}; copy or export it again")


def _declared(data: bytes) -> dict[str, int]:
    head, found, _ = data.partition(b"end_header")
    if not found:
        raise FileFormatError("the PLY header has no end; copy or export the file again")
    counts = {"vertex": 0, "face": 0}
    for name, count in re.findall(rb"^element[ \t]+(\w+)[ \t]+(\d{1,12})", head, flags=re.MULTILINE):
        counts[name.decode()] = int(count)
    return counts
