"""`clay`: no diffusion; the picture is the lit clay that large engines start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz import __version__
from archviz.core.errors import OptionError
from archviz.diffusion.frames import to_bytes
from archviz.diffusion.request import DiffusionRequest, OnStep
from archviz.diffusion.spec import EngineSpec

__all__ = ["ClayEngine"]


class ClayEngine:
    """Gives the start picture back. The path tracer that made it reports its passes and names its numerics.

    Parameters
    ----------
    spec
        Its data.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec

    def generate(
        self, request: DiffusionRequest, *, on_step: OnStep | None = None, preview_every: int = 0
    ) -> NDArray[np.uint8]:
        """The picture, (H, W, 3) uint8; see :meth:`archviz.diffusion.Engine.generate`. Its one step is done already."""
        request.settle(self.spec, self.spec.sampling)
        if request.controls.start is None:
            raise OptionError(f"{self.spec.id} needs a 3D scene to trace; give a model, or built surroundings")
        return to_bytes(request.controls.start.array)

    def numerics_key(self) -> dict[str, str | int]:
        """Everything beside the request and the start picture that decides the pixels."""
        return {"engine": self.spec.id, "archviz": __version__}
