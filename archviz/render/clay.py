"""The lit clay picture of a request: a product of its own, and what large engines start from."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from archviz.core.maps import ColorMap
from archviz.diffusion import EngineSpec, OnStep, StepReport
from archviz.render.maps import ViewMaps
from archviz.render.request import ResolvedRequest
from archviz.render.stage import Stage

__all__ = ["ClayPicture", "after_passes", "clay_passes", "trace_picture"]


@dataclass(frozen=True, eq=False, kw_only=True)
class ClayPicture:
    """A traced picture.

    Parameters
    ----------
    picture
        Display colour.
    numerics
        What decided its pixels beside the request.
    """

    picture: ColorMap
    numerics: dict[str, str | int]


def clay_passes(resolved: ResolvedRequest, spec: EngineSpec) -> int:
    """Passes of the clay picture that a request needs; 0 where it needs none."""
    if spec.start is None or spec.start.finish == "deferred" or resolved.camera is None or resolved.start_strength >= 1:
        return 0
    return resolved.steps if spec.start.passes is None else spec.start.passes


def trace_picture(
    resolved: ResolvedRequest,
    maps: ViewMaps,
    stage: Stage,
    *,
    passes: int,
    threads: int | None,
    on_pass: Callable[[int, int], None] | None,
) -> ClayPicture:
    """Trace the clay picture of a view.

    Parameters
    ----------
    threads
        Processor threads; all that this process may use where it is ``None``.
    on_pass
        Called with the passes done and all passes; what it raises ends the work.
    """
    from archviz.geometry.panes import lit_panes
    from archviz.light_transport.clay import choose_variant, clay_numerics, trace_clay

    if maps.gbuffer is None:
        raise ValueError("a clay picture was asked for without a view of a scene")
    variant = choose_variant(resolved.device)
    threads = threads or _usable_threads()
    light = resolved.illumination
    picture = trace_clay(
        stage.caster,
        maps.gbuffer,
        light,
        lamps_m=stage.lamps_m,
        lit_faces=lit_panes(stage.caster.scene, light.window_lit_share, resolved.seed),
        passes=passes,
        seed=resolved.noise_seed,
        variant=variant,
        threads=threads,
        sky_seed=resolved.seed,
        on_pass=on_pass,
    )
    return ClayPicture(picture=picture, numerics=clay_numerics(variant, threads))


def after_passes(on_step: OnStep | None, passes: int, resolved: ResolvedRequest) -> tuple[OnStep | None, OnStep | None]:
    """One row of steps from two: for the passes, and for the engine's own steps after them."""
    if on_step is None:
        return None, None
    later = int(resolved.steps * resolved.start_strength)

    def during(report: StepReport) -> None:
        on_step(StepReport(report.step, report.steps + later, report.preview))

    def after(report: StepReport) -> None:
        on_step(StepReport(report.step + passes, report.steps + passes, report.preview))

    return during, after


def _usable_threads() -> int:
    # A container may be given fewer processors than the machine has.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
