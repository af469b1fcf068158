"""OFF, as text, with or without colours.

Read here and not by trimesh, which drops colours and fans concave polygons. Reference: Geomview
manual, "OFF: Object File Format".
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.polygons import triangulate
from archviz.geometry.loaders.raw import NO_MATERIAL, TINTED, RawModel, RawPart, check_triangles, parts_by_color

__all__ = ["read_off"]

_HEADER = re.compile(r"(C?)(N?)OFF\b")


def read_off(path: Path) -> RawModel:
    """Read an OFF file: one part, or one per colour where faces or vertices have colours.

    Raises
    ------
    FileFormatError
        It is binary, cut off or damaged.
    """
    lines = [line.split("#", 1)[0].split() for line in path.read_text("utf-8", errors="replace").splitlines()]
    rows = [line for line in lines if line]
    found = _HEADER.fullmatch(rows[0][0])
    if found is None or "BINARY" in rows[0]:
        raise FileFormatError(f"the OFF header {' '.join(rows[0])[:40]!r} is not read; export OFF as text")
    # The counts may stand on the first line.
    head, rows = (rows[0][1:], rows[1:]) if len(rows[0]) > 1 else (rows[1], rows[2:])
    count, faces_count = int(head[0]), int(head[1])
    check_triangles(faces_count)
    if count < 0 or faces_count < 0 or len(rows) < count + faces_count:
        raise FileFormatError(
            f"the OFF says {count} vertices and {faces_count} faces but ends after {len(rows)} lines of them; "
            "copy or export it again"
        )
    if len(rows) > count + faces_count:
        raise FileFormatError(
            f"the OFF says {count} vertices and {faces_count} faces but holds more lines; copy or export it again"
        )
    table = [[float(n) for n in row] for row in rows[:count]]
    vertices = np.array([row[:3] for row in table], dtype=np.float64).reshape(-1, 3)
    loops, colors = [], []
    for row in rows[count : count + faces_count]:
        corners = int(row[0])
        loop = [int(n) for n in row[1 : corners + 1]]
        if len(loop) != corners or not all(0 <= i < count for i in loop):
            raise FileFormatError("an OFF face names a vertex that does not exist; export the file again")
        triangles = triangulate(vertices, [loop])
        loops.append(triangles)
        colors += [_color(row[corners + 1 :])] * len(triangles)
    faces = np.concatenate(loops) if loops else np.empty((0, 3), np.int64)
    check_triangles(len(faces))
    part = RawPart(name=path.stem, vertices=vertices, faces=faces, material=0)
    rgb = _face_colors(colors)
    if rgb is None and found[1] and len(faces):
        rgb = _vertex_colors(table, skipped=6 if found[2] else 3)
    if rgb is None:
        return RawModel(parts=[part], materials=[NO_MATERIAL])
    parts, materials = parts_by_color(part, rgb, linear=False, base=TINTED, first_row=0)
    return RawModel(parts=parts, materials=materials)


def _color(numbers: list[str]) -> tuple[float, float, float] | None:
    """sRGB of a face's tail: three or four numbers, whole ones up to 255."""
    if len(numbers) < 3:
        return None
    scale = 1.0 if any("." in n for n in numbers[:3]) else 255.0
    return float(numbers[0]) / scale, float(numbers[1]) / scale, float(numbers[2]) / scale


def _face_colors(colors: list[tuple[float, float, float] | None]) -> NDArray[np.float64] | None:
    if not any(colors):
        return None
    # A face without a colour is the format's grey.
    return np.array([color or (0.666, 0.666, 0.666) for color in colors])


def _vertex_colors(table: list[list[float]], *, skipped: int) -> NDArray[np.float64] | None:
    if any(len(row) < skipped + 3 for row in table):
        return None
    rgb = np.array([row[skipped : skipped + 3] for row in table])
    return rgb / 255.0 if rgb.max() > 1.0 else rgb
