"""How a rendered picture is scored against its own maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.openings import Opening
from archviz.render.maps import ViewMaps

if TYPE_CHECKING:
    from archviz.fidelity import DrawnReport, FidelityReport, Wireframe

__all__ = ["edge_recall", "score_picture"]


def edge_recall(image: NDArray[np.uint8], maps: ViewMaps, wireframe: Wireframe | None) -> float | None:
    """The building's edge evidence, as :func:`score_picture` reports it."""
    if maps.gbuffer is None or maps.light is None:
        return None
    from archviz.fidelity import edge_evidence

    reference = maps.light.deferred.array
    return edge_evidence(image, maps.gbuffer, reference=reference, part="building", wireframe=wireframe).score


def score_picture(
    image: NDArray[np.uint8], maps: ViewMaps, openings: Sequence[Opening]
) -> FidelityReport | DrawnReport | None:
    """How well the building and its openings were kept; edges that the light does not show are not asked for.

    A drawing's picture is judged by the drawn lines.
    """
    if maps.edges is not None:
        from archviz.fidelity import report_drawn

        return report_drawn(image, maps.edges)
    if maps.gbuffer is None or maps.light is None:
        return None
    from archviz.fidelity import report

    return report(image, maps.gbuffer, light=maps.light, openings=openings, reference=maps.light.deferred.array)
