"""What a renderer gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archviz.prompt import Prompt
from archviz.render.maps import ViewMaps
from archviz.render.request import ResolvedRequest
from archviz.render.retry import shortfall
from archviz.render.scoring import paint_found

if TYPE_CHECKING:
    from archviz.fidelity import DrawnReport, FidelityReport

__all__ = ["RenderResult"]


@dataclass(frozen=True, eq=False, kw_only=True)
class RenderResult:
    """A picture and its proof.

    Parameters
    ----------
    image
        (H, W, 3) uint8 sRGB.
    resolved
        What was rendered, with what was tried before it.
    maps
        What the engine was given.
    recipe
        What decides the pixels; goes into the PNG.
    fidelity
        How well the building, or a drawing's lines, were kept; ``None`` without either.
    seconds
        From the resolved request to the picture, without scoring it; over all tries, with the
        scoring between them, where there were several.
    """

    image: NDArray[np.uint8]
    resolved: ResolvedRequest
    maps: ViewMaps
    recipe: dict[str, Any]
    fidelity: FidelityReport | DrawnReport | None
    seconds: float

    def heatmap(self) -> NDArray[np.uint8] | None:
        """(h, w, 3) uint8: what was found of the building painted over the picture; ``None`` for a text."""
        from archviz.fidelity import trace_wireframe

        return None if self.resolved.input_kind == "text" else paint_found(self.image, self.maps, trace_wireframe)

    @property
    def prompt(self) -> Prompt:
        """The engine's text and what became of the user's words."""
        request = self.resolved
        return Prompt(text=request.prompt, understood=request.prompt_understood, ignored=request.prompt_ignored)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look out for."""
        short = shortfall(self.resolved)
        return self.resolved.warnings if short is None else (*self.resolved.warnings, short)

    @property
    def reached(self) -> bool | None:
        """Whether the picture has the fidelity that was asked for; ``None`` where none was."""
        return None if self.resolved.min_fidelity is None else shortfall(self.resolved) is None
