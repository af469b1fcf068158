"""Face lines of an OBJ file, read all at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError

__all__ = ["ObjFaces"]

_Ints = NDArray[np.int64]
# No file has as many, and arithmetic with them stays in 64 bits.
_MOST = 1 << 60


@dataclass
class ObjFaces:
    """Face lines of one group and material, with what had been read before each."""

    numbers: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    vertex_counts: list[int] = field(default_factory=list)
    uv_counts: list[int] = field(default_factory=list)

    def add(self, number: int, line: str, vertices: int, uvs: int) -> None:
        """Keep a line, its number, and how many vertices and texture coordinates stand before it."""
        self.numbers.append(number)
        self.lines.append(line)
        self.vertex_counts.append(vertices)
        self.uv_counts.append(uvs)

    def read(self, vertices: int, uvs: int, *, textured: bool) -> tuple[_Ints, _Ints | None, _Ints]:
        """Corners of all faces, one after the other.

        Parameters
        ----------
        vertices, uvs
            How many there are in the file.
        textured
            Whether texture coordinates are wanted.

        Returns
        -------
        corners, uvs, counts
            (c,) rows of vertices, (c,) rows of texture coordinates or ``None``, -1 where a corner has
            none, and (f,) corners of each face.

        Raises
        ------
        FileFormatError
            A line is broken or names what does not exist.
        """
        words = " ".join(self.lines).split()
        counts = np.array([len(line.split()) for line in self.lines], dtype=np.int64)
        try:
            found = _columns(words)
        except (ValueError, OverflowError):
            found = self._one_by_one()
        corners = self._absolute(found[:, 0], self.vertex_counts, counts)
        if len(corners) and corners.max() >= vertices:
            raise FileFormatError(
                f"a face names vertex {corners.max() + 1}, but there are {vertices}; export the OBJ again"
            )
        if not textured or not found[:, 1].any():
            return corners, None, counts
        rows = found[:, 1] - 1
        back = found[:, 1] < 0
        rows[back] = (found[:, 1] + np.repeat(np.array(self.uv_counts), counts))[back]
        # 0 stands for none; an index of what does not exist is none as well: a picture is no geometry.
        return corners, np.where((rows >= 0) & (rows < uvs), rows, -1), counts

    def _absolute(self, given: _Ints, before: list[int], counts: _Ints) -> _Ints:
        # Relative indices count back from the vertices read so far.
        back = given < 0
        rows = given - 1
        if back.any():
            rows[back] = (given + np.repeat(np.array(before, dtype=np.int64), counts))[back]
        if (rows < 0).any():
            at = int(np.argmax(rows < 0))
            line = int(np.searchsorted(np.cumsum(counts), at, side="right"))
            raise self._broken(line, f"there is no vertex {given[at]}")
        return rows

    def _one_by_one(self) -> _Ints:
        """Read word by word, to name the line that is broken."""
        rows = []
        for row, line in enumerate(self.lines):
            for word in line.split():
                vertex, _, rest = word.partition("/")
                uv = rest.partition("/")[0]
                try:
                    rows.append((int(vertex), int(uv) if uv else 0))
                except ValueError as error:
                    raise self._broken(row, str(error)) from error
                if max(map(abs, rows[-1])) > _MOST:
                    raise self._broken(row, f"there is no vertex {vertex}")
        return np.array(rows, dtype=np.int64).reshape(-1, 2)

    def _broken(self, row: int, why: str) -> FileFormatError:
        shown = f"f {self.lines[row].strip()}"[:60]
        return FileFormatError(f"line {self.numbers[row]} {shown!r} cannot be read ({why}); export the OBJ again")


def _columns(words: list[str]) -> _Ints:
    """(c, 2) vertex and texture index of words that are all of one form; 0 is none.

    Raises
    ------
    ValueError
        They are not.
    """
    if not words:
        return np.empty((0, 2), np.int64)
    text = " ".join(words)
    slashes = words[0].count("/")
    double = "//" in words[0]
    if text.count("/") != slashes * len(words) or (text.count("//") != len(words) if double else "//" in text):
        raise ValueError
    # Numbers beyond 64 bits raise as well.
    flat = np.array(text.replace("/", " ").split(), dtype=np.int64) if slashes else np.array(words, dtype=np.int64)
    width = 2 if double else slashes + 1
    if len(flat) != width * len(words):
        raise ValueError
    table = np.zeros((len(words), 2), dtype=np.int64)
    table[:, 0] = flat[0::width]
    if slashes and not double:
        table[:, 1] = flat[1::width]
    return table
