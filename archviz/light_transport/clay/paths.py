"""Radiance of a view by Mitsuba; run in the path tracer's own process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.illumination import Illumination
from archviz.core.seeds import derive_seed
from archviz.geometry.scene import Scene
from archviz.light_transport.clay.description import (
    SUN,
    describe_light,
    describe_sensor,
    describe_surfaces,
    sun_to_world,
)
from archviz.light_transport.clay.surfaces import SurfaceGroup
from archviz.light_transport.clay.variant import load_mitsuba
from archviz.lighting.sky import SUN_RADIUS_DEG

__all__ = ["SAMPLES_A_PASS", "OnPass", "TraceJob", "trace_radiance"]

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


@dataclass(frozen=True, eq=False, kw_only=True)
class TraceJob:
    """All that decides a view's radiance.

    Parameters
    ----------
    scene, groups, flipped
        Triangles, what each is to light, and (f,) bool those that are wound the other way round.
    camera, illumination
        The view and its light.
    lamps_m
        (k, 3) positions of lamps [m].
    passes, seed, variant, threads
        As for :func:`archviz.light_transport.clay.trace_clay`.
    """

    scene: Scene
    groups: list[SurfaceGroup]
    flipped: NDArray[np.bool_]
    camera: Camera
    illumination: Illumination
    lamps_m: NDArray[np.floating] | None
    passes: int
    seed: int
    variant: str
    threads: int


def trace_radiance(job: TraceJob, on_pass: OnPass | None = None) -> NDArray[np.float32]:
    """(H, W, 3) radiance, mean of all passes, before the sky that lights the scene."""
    mi = load_mitsuba(job.variant, job.threads)
    description = {
        "type": "scene",
        "integrator": _integrator(clear=any(group.kind == "clear" for group in job.groups)),
        "camera": describe_sensor(mi, job.camera, samples=SAMPLES_A_PASS),
        **describe_surfaces(mi, job.scene, job.groups, job.illumination, flipped=job.flipped),
        **describe_light(mi, job.scene, job.illumination, job.lamps_m),
    }
    scene = mi.load_dict(description)
    total = np.zeros((*job.camera.size.shape, 3), dtype=np.float64)
    values = mi.traverse(scene)
    for done in range(job.passes):
        if f"{SUN}.to_world" in values:
            values[f"{SUN}.to_world"] = sun_to_world(mi, job.illumination, _on_disc(done, job.passes))
            values.update()
        part = np.array(mi.render(scene, spp=SAMPLES_A_PASS, seed=derive_seed(job.seed, "clay", str(done)) % _SEEDS))
        part = np.nan_to_num(part[..., :3], posinf=0.0, neginf=0.0)
        total += np.clip(part, 0.0, _BRIGHTEST / job.illumination.exposure)
        if on_pass is not None:
            on_pass(done + 1, job.passes)
    return (total / job.passes).astype(np.float32)


def _integrator(*, clear: bool) -> dict[str, Any]:
    # Only the volumetric one lets the sun through glass; it is slower.
    return {
        "type": "volpath" if clear else "path",
        "max_depth": _MAX_DEPTH + clear,
        "rr_depth": _MAX_DEPTH + clear,
    }


def _on_disc(row: int, count: int) -> tuple[float, float]:
    """The sun's disc, a point of it each pass: shadows get their half-shade without one more path."""
    radius = np.radians(SUN_RADIUS_DEG) * np.sqrt((row + 0.5) / count)
    return (float(radius * np.cos(row * _GOLDEN_ANGLE)), float(radius * np.sin(row * _GOLDEN_ANGLE)))
