"""The lit clay picture: path-traced under the sun, sky and lamps of the deferred light, and denoised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination
from archviz.core.maps import ColorMap
from archviz.core.seeds import derive_seed
from archviz.core.tone import tone_map
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.clay.description import (
    SUN,
    describe_light,
    describe_sensor,
    describe_surfaces,
    sky_alone,
    sun_to_world,
)
from archviz.light_transport.clay.guides import Guides, guide
from archviz.light_transport.clay.surfaces import seen_from_behind, surface_groups
from archviz.light_transport.clay.variant import load_mitsuba
from archviz.lighting.sky import SUN_RADIUS_DEG, sky_radiance

__all__ = ["SAMPLES_A_PASS", "trace_clay"]

Array = NDArray[np.float32]
OnPass = Callable[[int, int], None]

SAMPLES_A_PASS = 4
"""Paths a pixel in one pass; a square, as the sampler lays them out."""

# Three bounces: light reaches under an eave and into a courtyard; what more would add is not seen.
_MAX_DEPTH = 4
# A single pass shows at most this after exposure, so that no stray path leaves a bright dot.
_BRIGHTEST = 24.0
_SEEDS = 2**32
# Turn between two directions that fill a disc evenly (H. Vogel, "A better way to construct the sunflower head", 1979).
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


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
    on_pass: OnPass | None = None,
) -> ColorMap:
    """Path-trace a view.

    Surfaces are matte in their base colours; panes mirror before a dark or lit room, the building's own
    glass lets light through, water and wet ground mirror. Haze takes the horizon's colour. The sky is
    cloudless.

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
        How often every pixel gets :data:`SAMPLES_A_PASS` paths.
    seed
        Of the paths.
    variant, threads
        What Mitsuba computes with.
    on_pass
        Called with the passes done and all passes; what it raises ends the work.

    Returns
    -------
    ColorMap
        Display colour through the tone curve, at the G-buffer's size.
    """
    mi = load_mitsuba(variant, threads)
    lit = np.zeros(len(caster.scene.faces), dtype=np.bool_) if lit_faces is None else lit_faces
    groups = surface_groups(caster.scene, illumination, lit)
    flipped = seen_from_behind(caster, gbuffer) & lit
    description = {
        "type": "scene",
        "integrator": _integrator(clear=any(group.kind == "clear" for group in groups)),
        "camera": describe_sensor(mi, gbuffer.camera, samples=SAMPLES_A_PASS),
        **describe_surfaces(mi, caster.scene, groups, illumination, flipped=flipped),
        **describe_light(mi, caster.scene, illumination, lamps_m),
    }
    traced = _trace(mi, mi.load_dict(description), illumination, passes=passes, seed=seed, on_pass=on_pass)
    radiance = _finished(traced, guide(caster, gbuffer.camera, groups), gbuffer, illumination)
    return ColorMap(tone_map(radiance * np.float32(illumination.exposure)))


def _integrator(*, clear: bool) -> dict[str, Any]:
    # Only the volumetric one lets the sun through glass; it is slower.
    return {
        "type": "volpath" if clear else "path",
        "max_depth": _MAX_DEPTH + clear,
        "rr_depth": _MAX_DEPTH + clear,
    }


def _trace(mi: Any, scene: Any, illumination: Illumination, *, passes: int, seed: int, on_pass: OnPass | None) -> Array:
    """(H, W, 3) radiance, mean of all passes, before the sky that lights the scene."""
    total = np.zeros((*reversed(scene.sensors()[0].film().size()), 3), dtype=np.float64)
    values = mi.traverse(scene)
    for done in range(passes):
        if f"{SUN}.to_world" in values:
            values[f"{SUN}.to_world"] = sun_to_world(mi, illumination, _on_disc(done, passes))
            values.update()
        part = np.array(mi.render(scene, spp=SAMPLES_A_PASS, seed=derive_seed(seed, "clay", str(done)) % _SEEDS))
        part = np.nan_to_num(part[..., :3], posinf=0.0, neginf=0.0)
        total += np.clip(part, 0.0, _BRIGHTEST / illumination.exposure)
        if on_pass is not None:
            on_pass(done + 1, passes)
    return (total / passes).astype(np.float32)


def _on_disc(row: int, count: int) -> tuple[float, float]:
    """The sun's disc, a point of it each pass: shadows get their half-shade without one more path."""
    radius = np.radians(SUN_RADIUS_DEG) * np.sqrt((row + 0.5) / count)
    return (float(radius * np.cos(row * _GOLDEN_ANGLE)), float(radius * np.sin(row * _GOLDEN_ANGLE)))


def _finished(traced: Array, guides: Guides, gbuffer: GBuffer, illumination: Illumination) -> Array:
    """(H, W, 3) radiance: denoised, behind its air, before the sky that is seen."""
    import pyoidn

    clean = pyoidn.denoise(traced, np.clip(guides.albedo, 0.0, 1.0), guides.normals, hdr=True, clean_aux=True)
    rays = gbuffer.camera.ray_directions()
    covered = guides.covered[..., None]
    # What lights the scene has neither disc nor glow; what is seen has both.
    own = np.maximum(clean - sky_radiance(rays, sky_alone(illumination)) * (1 - covered), 0.0) * (covered > 0)
    clear = np.exp(-np.float32(illumination.haze_per_m) * guides.distances_m)[..., None]
    horizon = np.asarray(illumination.horizon_radiance, dtype=np.float32)
    own = own * clear + horizon * (1 - clear) * covered
    return np.asarray(own + sky_radiance(rays, illumination) * (1 - covered), dtype=np.float32)
