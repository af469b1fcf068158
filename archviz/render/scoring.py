"""How a rendered picture is scored against its own maps."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import InternalError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.render.maps import ViewMaps

if TYPE_CHECKING:
    from archviz.fidelity import DrawnReport, FidelityReport, JudgedView, Shown, Wireframe

__all__ = ["Scoring", "paint_found"]


def paint_found(
    image: NDArray[np.uint8], maps: ViewMaps, wires: Callable[[GBuffer], Wireframe]
) -> NDArray[np.uint8] | None:
    """The heat map of a picture made from maps.

    Parameters
    ----------
    image
        (H, W, 3) uint8 sRGB, of the maps' size.
    maps
        What the picture was made from.
    wires
        Gives the lines of a view; a drawing has its own.

    Returns
    -------
    ndarray or None
        (h, w, 3) uint8: what was found of the building over the picture; ``None`` where there is neither a lit view
        nor a drawing.

    Raises
    ------
    OptionError
        The picture has another size.
    """
    from archviz.fidelity import paint_heatmap, trace_lines

    if maps.edges is not None:
        return paint_heatmap(image, trace_lines(maps.edges))
    if maps.gbuffer is None or maps.light is None:
        return None
    reference = maps.light.deferred.array
    return paint_heatmap(image, wires(maps.gbuffer), reference=reference, gbuffer=maps.gbuffer, light=maps.light)


class Scoring:
    """The scores of pictures made from the same maps: what they share is made once.

    A drawing's picture is judged by the drawn lines, a model's by its edges, openings and shadows;
    edges that the light does not show are not asked for.

    Parameters
    ----------
    maps
        What the pictures were made from.
    view
        Gives the view made ready; asked for where there is a scene to be seen.
    """

    def __init__(self, maps: ViewMaps, view: Callable[[], JudgedView]) -> None:
        self._maps = maps
        self._view = view
        self._reference: Shown | None = None

    def edge_recall(self, image: NDArray[np.uint8]) -> float | None:
        """Edge evidence of the building or of the drawn lines, as :meth:`report` gives it."""
        from archviz.fidelity import Shown, shown_evidence

        if self._maps.edges is not None:
            return shown_evidence(Shown(image, self._drawn), part="building").score
        if self._maps.gbuffer is None or self._maps.light is None:
            return None
        shown = Shown(image, self._view().wireframe, reference=self._expected(self._maps.light))
        return shown_evidence(shown, part="building").score

    def report(self, image: NDArray[np.uint8]) -> FidelityReport | DrawnReport | None:
        """How well the building and its openings, or a drawing's lines, were kept."""
        from archviz.fidelity import report_drawn, report_view

        if self._maps.edges is not None:
            return report_drawn(image, self._maps.edges, wireframe=self._drawn)
        if self._maps.gbuffer is None or self._maps.light is None:
            return None
        return report_view(image, self._view(), self._maps.light, reference=self._expected(self._maps.light))

    @cached_property
    def _drawn(self) -> Wireframe:
        from archviz.fidelity import trace_lines

        if self._maps.edges is None:
            raise InternalError("the lines of a drawing were asked for without a drawing")
        return trace_lines(self._maps.edges)

    def _expected(self, light: LightBuffer) -> Shown:
        from archviz.fidelity import Shown

        if self._reference is None:
            self._reference = Shown(light.deferred.array, self._view().wireframe)
        return self._reference
