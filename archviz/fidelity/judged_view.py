"""What the scores of a view's pictures share, whatever its light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.openings import Opening
from archviz.fidelity.opening_views import OpeningView, see_openings
from archviz.fidelity.straightness import join_edges
from archviz.fidelity.wireframe import Wireframe, trace_wireframe

__all__ = ["JudgedView"]


@dataclass(frozen=True, eq=False, kw_only=True)
class JudgedView:
    """A view made ready to be looked for in pictures.

    Parameters
    ----------
    gbuffer
        The view.
    wireframe
        Its lines.
    edges
        Rows of the wireframe's samples on each long straight edge of the building.
    openings
        Where it shows its windows and doors; ``None`` where none were given, so that none is judged.
    """

    gbuffer: GBuffer
    wireframe: Wireframe
    edges: tuple[NDArray[np.intp], ...]
    openings: tuple[OpeningView, ...] | None

    @classmethod
    def of(
        cls, gbuffer: GBuffer, openings: Sequence[Opening] | None = None, *, wireframe: Wireframe | None = None
    ) -> JudgedView:
        """Make a view ready.

        Parameters
        ----------
        gbuffer
            The view.
        openings
            Of its scene; their elements are rows of the G-buffer's table.
        wireframe
            The G-buffer's, where it is traced already.
        """
        wires = trace_wireframe(gbuffer) if wireframe is None else wireframe
        return cls(
            gbuffer=gbuffer,
            wireframe=wires,
            edges=tuple(join_edges(wires)),
            openings=None if openings is None else see_openings(gbuffer, openings, wires),
        )
