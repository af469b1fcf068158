"""A scripted engine: obeys the contract of an engine and paints by rule instead of by diffusion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.control import CHANNELS
from archviz.diffusion import DiffusionRequest, EngineSpec, OnStep, StepReport, engine_specs

__all__ = ["ObeyingEngine", "ScriptedEngine", "scripted_loader"]


class ScriptedEngine:
    """Paints the deferred colour (or the lines) with a trace of noise; keeps every request it got."""

    def __init__(self, spec: EngineSpec, *, fail: Exception | None = None) -> None:
        self.spec = spec
        self.requests: list[DiffusionRequest] = []
        self.numerics: dict[str, str | int] = {"weights": "scripted", "threads": 1}
        self._fail = fail

    def generate(
        self, request: DiffusionRequest, *, on_step: OnStep | None = None, preview_every: int = 0
    ) -> NDArray[np.uint8]:
        self.requests.append(request)
        if self._fail is not None:
            raise self._fail
        steps = request.steps or self.spec.sampling.steps
        for step in range(1, steps + 1):
            if on_step is not None:
                on_step(StepReport(step, steps))
        stack = request.controls.stack
        assert stack is not None
        first = CHANNELS.index("deferred_red")
        color = (stack[first : first + 3].transpose(1, 2, 0) + 1.0) / 2.0
        color = color * (1.0 - stack[CHANNELS.index("edges")])[..., None]
        noise = np.random.default_rng(request.noise_seed).normal(scale=0.01, size=color.shape)
        return (np.clip(color + noise, 0.0, 1.0) * 255).astype(np.uint8)

    def numerics_key(self) -> dict[str, str | int]:
        return dict(self.numerics)


class ObeyingEngine(ScriptedEngine):
    """Covers the deferred colour with noise, the less of it the stronger it is controlled."""

    def generate(self, request: DiffusionRequest, **options: Any) -> NDArray[np.uint8]:
        super().generate(request, **options)
        stack = request.controls.stack
        assert stack is not None
        first = CHANNELS.index("deferred_red")
        color = (stack[first : first + 3].transpose(1, 2, 0) + 1.0) * 127.5
        noise = np.random.default_rng(request.noise_seed).normal(scale=200, size=color.shape)
        return np.clip(color + noise * max(0.0, 1.5 - request.scale_of("stack")), 0, 255).astype(np.uint8)


def scripted_loader(
    kind: type[ScriptedEngine] = ScriptedEngine, **changes: Exception | None
) -> tuple[Callable[..., ScriptedEngine], list[ScriptedEngine]]:
    """A loader for :class:`archviz.render.Renderer`, and the list of engines it will have loaded."""
    loaded: list[ScriptedEngine] = []

    def load(
        engine_id: str,
        *,
        device: str | None = None,
        weights: Path | None = None,
        threads: int | None = None,
        few_step: bool = False,
    ) -> ScriptedEngine:
        loaded.append(kind(engine_specs()[engine_id], **changes))
        return loaded[-1]

    return load, loaded
