"""From a resolved request and its maps to what an engine is asked for."""

from __future__ import annotations

from archviz.diffusion import Controls, DiffusionRequest, EngineSpec
from archviz.render.maps import ViewMaps
from archviz.render.request import GeometryFreedom, ResolvedRequest

__all__ = ["diffusion_request"]

# Share of the steps in which the maps hold the picture, from the first on.
_CONTROL_END: dict[GeometryFreedom, float] = {"strict": 1.0, "balanced": 0.75, "free": 0.5}
# How much of the start picture an image-to-image engine repaints; 1 starts from pure noise. The embedded
# engine's start holds every colour and shadow already, a large one's only the light.
_STRENGTH: dict[GeometryFreedom, float] = {"strict": 0.75, "balanced": 0.85, "free": 1.0}
_STRENGTH_MINI: dict[GeometryFreedom, float] = {"strict": 0.5, "balanced": 0.75, "free": 1.0}


def diffusion_request(resolved: ResolvedRequest, maps: ViewMaps, spec: EngineSpec) -> DiffusionRequest:
    """What the engine is asked for: the maps it obeys, the prompt, and how tightly it is held."""
    view = maps.gbuffer
    start = maps.light.deferred if maps.light is not None else None
    strengths = _STRENGTH
    if spec.family == "mini":
        strengths = _STRENGTH_MINI
        if resolved.surroundings == "imagined":
            # What is to be imagined is not in the deferred colour: it can only come from noise.
            start = None
    return DiffusionRequest(
        prompt=resolved.prompt,
        controls=Controls(
            stack=maps.stack,
            depth=view.depth if view is not None else None,
            edges=view.edges if view is not None else maps.edges,
            normals=view.normals if view is not None else None,
            start=start,
        ),
        size=resolved.size,
        noise_seed=resolved.noise_seed,
        steps=resolved.steps,
        guidance_scale=None,
        control_scales=resolved.control_scales,
        control_end=_CONTROL_END[resolved.geometry],
        strength=strengths[resolved.geometry] if start is not None else 1.0,
    )
