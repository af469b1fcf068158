"""What the embedded engine is asked for in training and measuring: as the renderer asks, by default."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.maps import ColorMap
from archviz.core.size import Size
from archviz.diffusion import Controls, DiffusionRequest, EngineSpec

__all__ = ["ask"]


def ask(
    spec: EngineSpec,
    *,
    prompt: str,
    stack: NDArray[np.float32],
    deferred: ColorMap,
    seed: int,
    steps: int | None = None,
) -> DiffusionRequest:
    """A picture of complete maps, started from their deferred colour as far as the engine keeps it.

    Parameters
    ----------
    stack
        (C, H, W) control stack.
    deferred
        The deferred colour it holds.
    seed
        Of the noise.
    """
    return DiffusionRequest(
        prompt=prompt,
        controls=Controls(stack=stack, start=deferred),
        size=Size(*stack.shape[1:]),
        noise_seed=seed,
        steps=steps,
        strength=1.0 if spec.start is None else spec.start.strengths["strict"],
    )
