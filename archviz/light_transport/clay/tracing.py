"""The lit clay picture: path-traced under the sun, sky and lamps of the deferred light, and denoised."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination
from archviz.core.maps import ColorMap
from archviz.core.tone import tone_map
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.clay.child import tracer
from archviz.light_transport.clay.description import sky_alone
from archviz.light_transport.clay.guides import Guides, guide
from archviz.light_transport.clay.paths import OnPass, TraceJob
from archviz.light_transport.clay.surfaces import seen_from_behind, surface_groups
from archviz.light_transport.shading import seen_sky
from archviz.lighting.sky import sky_radiance

__all__ = ["trace_clay"]

Array = NDArray[np.float32]


def trace_clay(
    caster: RayCaster,
    gbuffer: GBuffer,
    illumination: Illumination,
    *,
    lamps_m: NDArray[np.floating] | None = None,
    lit_faces: NDArray[np.bool_] | None = None,
    passes: int,
    seed: int,
    variant: str,
    threads: int,
    sky_seed: int | None = None,
    on_pass: OnPass | None = None,
) -> ColorMap:
    """Path-trace a view.

    Surfaces are matte in their base colours; panes mirror before a dark or lit room, the building's own
    glass lets light through, water and wet ground mirror. Haze takes the horizon's colour. Clouds are
    seen in the sky and nowhere else.

    Parameters
    ----------
    caster
        The scene of the G-buffer.
    gbuffer
        The view.
    illumination
        The light.
    lamps_m
        (k, 3) positions of lamps [m].
    lit_faces
        (f,) bool faces of lit panes.
    passes
        How often every pixel gets four paths.
    seed
        Of the paths.
    variant, threads
        What Mitsuba computes with.
    sky_seed
        Of the clouds; ``None`` leaves the sky bare.
    on_pass
        Called with the passes done and all passes; what it raises ends the work.

    Returns
    -------
    ColorMap
        Display colour through the tone curve, at the G-buffer's size.

    Raises
    ------
    InternalError
        The path tracer's process ended, or Mitsuba refused the scene.
    """
    lit = np.zeros(len(caster.scene.faces), dtype=np.bool_) if lit_faces is None else lit_faces
    groups = surface_groups(caster.scene, illumination, lit)
    job = TraceJob(
        scene=caster.scene,
        groups=groups,
        flipped=seen_from_behind(caster, gbuffer) & lit,
        camera=gbuffer.camera,
        illumination=illumination,
        lamps_m=lamps_m,
        passes=passes,
        seed=seed,
        variant=variant,
        threads=threads,
    )
    traced = tracer().trace(job, on_pass)
    radiance = _finished(traced, guide(caster, gbuffer.camera, groups), gbuffer, illumination, sky_seed)
    return ColorMap(tone_map(radiance * np.float32(illumination.exposure)))


def _finished(
    traced: Array, guides: Guides, gbuffer: GBuffer, illumination: Illumination, sky_seed: int | None
) -> Array:
    """(H, W, 3) radiance: denoised, behind its air, before the sky that is seen."""
    import pyoidn

    clean = pyoidn.denoise(traced, np.clip(guides.albedo, 0.0, 1.0), guides.normals, hdr=True, clean_aux=True)
    rays = gbuffer.camera.ray_directions()
    covered = guides.covered[..., None]
    # What lights the scene has neither disc, glow nor clouds; what is seen has them.
    own = np.maximum(clean - sky_radiance(rays, sky_alone(illumination)) * (1 - covered), 0.0) * (covered > 0)
    clear = np.exp(-np.float32(illumination.haze_per_m) * guides.distances_m)[..., None]
    horizon = np.asarray(illumination.horizon_radiance, dtype=np.float32)
    own = own * clear + horizon * (1 - clear) * covered
    sky = seen_sky(rays, guides.covered < 1, illumination, sky_seed)
    return np.asarray(own + sky * (1 - covered), dtype=np.float32)
