"""Rendering again by rule, where a picture keeps less of its model or drawing than was asked for.

The rule climbs from the best picture so far, each lever as long as it helps: the controls hold to the
last step, then they are stronger, then there are more steps, or fewer where more do not help. The order is
that of the gains on `mini` (``python -m tests.benchmarks.retry``), where fewer steps keep more lines than
more do. It looks at scores alone, so that equal requests under one numerics key try the same and keep the
same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.diffusion import EngineSpec
from archviz.render.request import ResolvedRequest, Try

__all__ = ["MOST_TRIES", "OnTry", "describe_try", "kept_try", "render_by_rule", "shortfall"]

OnTry = Callable[[Try], None]
"""Called after each try."""

MOST_TRIES = 6
_STRONGER = 1.25
_STRONGEST = 1.5
_STEPS_FACTOR = 2
_MOST_STEPS_ASKED = 4  # times the steps that were asked for


def render_by_rule(
    resolved: ResolvedRequest,
    spec: EngineSpec,
    *,
    paint: Callable[[ResolvedRequest], NDArray[np.uint8]],
    score: Callable[[NDArray[np.uint8]], float | None],
    on_try: OnTry | None = None,
) -> tuple[ResolvedRequest, NDArray[np.uint8]]:
    """Render until the score that was asked for is reached, nothing helps or the tries are spent.

    Parameters
    ----------
    resolved
        With ``min_fidelity``.
    spec
        The engine: what it may be asked for.
    paint, score
        Make a picture, and its edge recall; ``None`` where that cannot be told of any picture of the view.
    on_try
        Called after each.

    Returns
    -------
    resolved, image
        The best picture, (H, W, 3) uint8; its settings and all tries stand in the request.
    """
    wanted = resolved.min_fidelity or 0.0
    tries: list[Try] = []

    def attempt(request: ResolvedRequest) -> tuple[float | None, ResolvedRequest, NDArray[np.uint8]]:
        image = paint(request)
        measured = score(image)
        found = None if measured is None else round(measured, 4)
        tries.append(
            Try(
                control_scales=dict(request.control_scales),
                geometry=request.geometry,
                steps=request.steps,
                edge_recall=found,
            )
        )
        if on_try is not None:
            on_try(tries[-1])
        return found, request, image

    best, chosen, kept = attempt(resolved)
    for raised in (_held_to_the_end, _stronger, _more_steps, _fewer_steps):
        while best is not None and best < wanted and len(tries) < MOST_TRIES:
            further = raised(chosen, spec, resolved.steps)
            if further is None or _settings(further) in map(_settings, tries):
                break
            found, request, image = attempt(further)
            if found is None or found <= best:
                break
            best, chosen, kept = found, request, image
    return replace(chosen, tries=tuple(tries)), kept


def kept_try(tries: Sequence[Try]) -> int:
    """Row of the try whose picture was kept: the first of the best."""
    scores = [-math.inf if one.edge_recall is None else one.edge_recall for one in tries]
    return scores.index(max(scores))


def describe_try(one: Try, spec: EngineSpec) -> str:
    """``stack 1.25, strict, 8 steps: edge recall 0.52``."""
    scales = ", ".join(f"{name} {one.control_scales.get(name, 1.0):g}" for name in spec.controls)
    found = "not measurable" if one.edge_recall is None else f"{one.edge_recall:.3f}"
    return f"{scales}, {one.geometry}, {one.steps} steps: edge recall {found}"


def shortfall(resolved: ResolvedRequest) -> str | None:
    """That the picture stays under what was asked for; ``None`` where it does not or nothing was asked."""
    if resolved.min_fidelity is None or not resolved.tries:
        return None
    found = resolved.tries[kept_try(resolved.tries)].edge_recall
    if found is None:
        return f"min-fidelity {resolved.min_fidelity:g} cannot be judged: too few lines of the building are seen"
    if found >= resolved.min_fidelity:
        return None
    count = len(resolved.tries)
    return (
        f"edge recall {found:.3f} stays under the {resolved.min_fidelity:g} asked for after"
        f" {count} {'try' if count == 1 else 'tries'}; the best picture is kept"
    )


def _settings(one: ResolvedRequest | Try) -> tuple[Any, ...]:
    return (dict(one.control_scales), one.geometry, one.steps)


def _stronger(request: ResolvedRequest, spec: EngineSpec, asked_steps: int) -> ResolvedRequest | None:
    now = {name: request.control_scales.get(name, 1.0) for name in spec.controls}
    # A control that was switched off stays off.
    then = {name: max(scale, min(_STRONGEST, scale * _STRONGER)) for name, scale in now.items()}
    return None if then == now else replace(request, control_scales=then)


def _held_to_the_end(request: ResolvedRequest, spec: EngineSpec, asked_steps: int) -> ResolvedRequest | None:
    if request.geometry == "strict":
        return None
    # Whether there is a picture to start from was settled with the request; how much of it stays may rise.
    started = spec.start is not None and request.start_strength < 1
    strength = spec.start.strengths["strict"] if spec.start is not None and started else request.start_strength
    return replace(request, geometry="strict", start_strength=strength)


def _more_steps(request: ResolvedRequest, spec: EngineSpec, asked_steps: int) -> ResolvedRequest | None:
    steps = min(request.steps * _STEPS_FACTOR, asked_steps * _MOST_STEPS_ASKED, spec.most_steps)
    return replace(request, steps=steps) if steps > request.steps else None


def _fewer_steps(request: ResolvedRequest, spec: EngineSpec, asked_steps: int) -> ResolvedRequest | None:
    steps = request.steps // _STEPS_FACTOR
    return replace(request, steps=steps) if steps >= 1 else None
