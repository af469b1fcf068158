"""A picture measured along a view's lines, once for all the scores that look there."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archviz.core.size import Size
from archviz.fidelity.gradient import MIN_RESPONSE, EdgeHits, GradientField, as_display, find_edges
from archviz.fidelity.wireframe import Wireframe

__all__ = ["CHANCE_SHIFTS_PX", "Shown"]

# Sixteen copies of the wireframe, four in each quadrant. Both components leave the profile's reach
# of eight pixels plus the tolerance, so that a long level or plumb line never falls on itself.
CHANCE_SHIFTS_PX = np.array(
    [(sx * x, sy * y) for x, y in ((11, 23), (23, 13), (17, 31), (31, 19)) for sx in (-1, 1) for sy in (-1, 1)],
    dtype=np.float32,
)


class Shown:
    """What a picture shows of lines; measured when it is first asked for, and then kept.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1], of the lines' size.
    wires
        The lines, n samples.
    reference
        What the light shows at all: another picture of the same lines.

    Raises
    ------
    OptionError
        The picture has another size, dtype or range.
    """

    def __init__(self, picture: NDArray[np.generic], wires: Wireframe, *, reference: Shown | None = None) -> None:
        self.display: NDArray[np.float32] = as_display(picture, wires.size)
        self.wires = wires
        self.reference = reference
        self.field = GradientField.of(self.display, wires.size)

    @cached_property
    def observable(self) -> NDArray[np.bool_]:
        """(n,) samples that can be looked for: none of a thin feature, or where the reference shows no contrast."""
        if self.reference is None:
            return ~self.wires.thin
        return ~self.wires.thin & (self.reference.hits.responses >= MIN_RESPONSE)

    @cached_property
    def hits(self) -> EdgeHits:
        """(n,) of each sample; nothing is found where it is not observable."""
        rows = self.observable
        seen = find_edges(self.field, self.wires.positions_px[rows], self.wires.normals[rows])
        found = np.zeros(len(rows), dtype=bool)
        offsets, responses = np.full(len(rows), np.nan, np.float32), np.zeros(len(rows), np.float32)
        found[rows], offsets[rows], responses[rows] = seen.found, seen.offsets_px, seen.responses
        return EdgeHits(found=found, offsets_px=offsets, responses=responses)

    @cached_property
    def copies(self) -> tuple[tuple[NDArray[np.bool_], NDArray[np.bool_]], ...]:
        """Of each shifted copy of the lines, (n,) the observable samples inside the picture, and those found."""
        copies = []
        for shift in CHANCE_SHIFTS_PX:
            moved = self.wires.positions_px + shift
            rows = self.observable & _inside(moved, self.wires.size)
            found = np.zeros(len(rows), dtype=bool)
            found[rows] = find_edges(self.field, moved[rows], self.wires.normals[rows]).found
            copies.append((rows, found))
        return tuple(copies)


def _inside(positions: NDArray[np.float32], size: Size) -> NDArray[np.bool_]:
    far = np.array([size.width - 4, size.height - 4])
    return np.asarray(((positions >= 3) & (positions <= far)).all(1))
