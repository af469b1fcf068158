"""From a resolved request and its maps to what an engine is asked for."""

from __future__ import annotations

from archviz.core.maps import ColorMap
from archviz.diffusion import Controls, DiffusionRequest
from archviz.render.editing import Edit
from archviz.render.maps import ViewMaps
from archviz.render.request import GeometryFreedom, ResolvedRequest

__all__ = ["diffusion_request"]

# Share of the steps in which the maps hold the picture, from the first on.
_CONTROL_END: dict[GeometryFreedom, float] = {"strict": 1.0, "balanced": 0.75, "free": 0.5}


def diffusion_request(
    resolved: ResolvedRequest, maps: ViewMaps, start: ColorMap | None, edit: Edit | None = None
) -> DiffusionRequest:
    """What the engine is asked for: the maps it obeys, the prompt, and how tightly it is held.

    Parameters
    ----------
    start
        The lit picture that sampling starts from; ``None`` for pure noise.
    edit
        What is kept of the picture that is edited; ``None`` for a whole picture.
    """
    view = maps.gbuffer
    return DiffusionRequest(
        prompt=resolved.prompt,
        controls=Controls(
            stack=maps.stack,
            depth=view.depth if view is not None else None,
            edges=view.edges if view is not None else maps.edges,
            normals=view.normals if view is not None else None,
            start=start,
            kept=None if edit is None else edit.kept,
            repainted=None if edit is None else edit.weights,
        ),
        size=resolved.size,
        noise_seed=resolved.noise_seed,
        steps=resolved.steps,
        guidance_scale=None,
        control_scales=resolved.control_scales,
        control_end=_CONTROL_END[resolved.geometry],
        strength=resolved.start_strength if start is not None else 1.0,
    )
