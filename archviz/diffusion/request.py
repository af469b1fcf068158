"""What an engine is asked for, and what it is: the words shared by all engines."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.maps import ColorMap, DepthMap, EdgeMap, NormalMap, WeightMap
from archviz.core.size import Size
from archviz.diffusion.spec import EngineSpec, Sampling

__all__ = ["Controls", "DiffusionRequest", "Engine", "OnStep", "StepReport"]

# Beyond these the pictures of every engine fall apart.
_MOST_GUIDANCE = 30.0
_MOST_CONTROL = 2.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Controls:
    """The maps a picture is bound to; ``None`` where a map is not given.

    Parameters
    ----------
    stack
        (C, H, W) float32: the control stack of `mini`.
    depth, edges, normals
        Maps for the large engines.
    start
        The picture that image-to-image starts from.
    kept, repainted
        A picture that is held where ``repainted`` is 0, so that what is painted elsewhere continues it.

    Raises
    ------
    OptionError
        The stack is not (C, H, W) float32 and finite, sizes differ, or only one of ``kept`` and ``repainted`` is given.
    """

    stack: NDArray[np.float32] | None = None
    depth: DepthMap | None = None
    edges: EdgeMap | None = None
    normals: NormalMap | None = None
    start: ColorMap | None = None
    kept: ColorMap | None = None
    repainted: WeightMap | None = None

    def __post_init__(self) -> None:
        if self.stack is not None:
            if self.stack.ndim != 3 or self.stack.dtype != np.float32:
                raise OptionError(f"control stack {self.stack.dtype} {self.stack.shape}: give (C, H, W) float32")
            if not np.isfinite(self.stack).all():
                raise OptionError("control stack holds a value that is not finite; give finite numbers")
        if (self.kept is None) != (self.repainted is None):
            raise OptionError("a kept picture needs the map of what is repainted, and the map the picture; give both")
        sizes = {str(size) for size in self.sizes().values()}
        if len(sizes) > 1:
            raise OptionError(f"control maps differ in size ({', '.join(sorted(sizes))}); give all at one size")

    def sizes(self) -> dict[str, Size]:
        """The size of each map that is given."""
        found = {
            name: value.size
            for name in ("depth", "edges", "normals", "start", "kept", "repainted")
            if (value := getattr(self, name)) is not None
        }
        if self.stack is not None:
            found["stack"] = Size(height=self.stack.shape[1], width=self.stack.shape[2])
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class DiffusionRequest:
    """One picture to be sampled.

    Parameters
    ----------
    prompt, negative_prompt
        What the picture shows, and what it should not.
    controls
        Maps at ``size``.
    size
        The picture's size.
    noise_seed
        Seed of the initial noise.
    steps, guidance_scale
        Denoising steps and classifier-free guidance; ``None`` for the engine's own.
    control_scales
        Weight of a control by name, 0 to 2; 1 where it does not stand.
    control_end
        Share of the steps after which the controls let go, 0 to 1.
    strength
        How far image-to-image may leave ``controls.start``: near 0 hardly, 1 samples from pure noise.

    Raises
    ------
    OptionError
        A value is out of range, or a map has another size.
    """

    prompt: str
    negative_prompt: str = ""
    controls: Controls
    size: Size
    noise_seed: int
    steps: int | None = None
    guidance_scale: float | None = None
    control_scales: Mapping[str, float] = field(default_factory=dict)
    control_end: float = 1.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.noise_seed < 2**63:
            raise OptionError(f"noise seed {self.noise_seed} is not accepted; give a whole number from 0 to 2**63 - 1")
        if self.steps is not None and self.steps < 1:
            raise OptionError(f"steps {self.steps} is not accepted; give at least 1")
        _check_range("guidance scale", self.guidance_scale, 0.0, _MOST_GUIDANCE)
        _check_range("control end", self.control_end, 0.0, 1.0)
        _check_range("strength", self.strength, 0.0, 1.0)
        for name, scale in self.control_scales.items():
            _check_range(f"control {name}", scale, 0.0, _MOST_CONTROL)
        if self.strength < 1 and self.controls.start is None:
            raise OptionError(f"strength {self.strength:g} needs a picture to start from; give one, or strength 1")
        for name, size in self.controls.sizes().items():
            if size != self.size:
                raise OptionError(f"control {name} is {size} and the picture {self.size}; give both at one size")
        object.__setattr__(self, "control_scales", MappingProxyType(dict(self.control_scales)))

    def scale_of(self, control: str) -> float:
        """Weight of a control, 1 where nothing else is asked."""
        return float(self.control_scales.get(control, 1.0))

    def settle(self, spec: EngineSpec, sampling: Sampling) -> tuple[int, float]:
        """Steps and guidance scale for an engine; the request is checked against what the engine takes.

        Returns
        -------
        steps, guidance_scale
            The guidance scale is 1 where the engine has no guidance.

        Raises
        ------
        OptionError
            The engine does not take the size, the steps, the guidance or a control.
        """
        rule = spec.size
        if not (rule.smallest <= min(self.size.shape) and self.size.longer <= rule.largest):
            raise OptionError(f"size {self.size}: {spec.id} takes sides from {rule.smallest} to {rule.largest} pixels")
        if unknown := sorted(set(self.control_scales) - set(spec.controls)):
            raise OptionError(f"control {unknown[0]!r} is not one of {spec.id}; accepted: {', '.join(spec.controls)}")
        steps = sampling.steps if self.steps is None else self.steps
        if steps > spec.most_steps:
            raise OptionError(f"steps {steps}: {spec.id} takes 1 to {spec.most_steps}")
        if sampling.guidance_scale is None:
            if self.guidance_scale not in (None, 1.0) or self.negative_prompt:
                raise OptionError(f"{spec.id} has no guidance; leave guidance scale and negative prompt out")
            return steps, 1.0
        return steps, sampling.guidance_scale if self.guidance_scale is None else float(self.guidance_scale)


@dataclass(frozen=True, eq=False)
class StepReport:
    """How far a picture is.

    Parameters
    ----------
    step, steps
        Steps done and steps in all.
    preview
        (h, w, 3) uint8 of what is seen so far, smaller than the picture; ``None`` where none was made.
    """

    step: int
    steps: int
    preview: NDArray[np.uint8] | None = None


OnStep = Callable[[StepReport], None]


class Engine(Protocol):
    """A loaded engine. It is not thread safe: one worker owns it."""

    spec: EngineSpec

    def generate(
        self, request: DiffusionRequest, *, on_step: OnStep | None = None, preview_every: int = 0
    ) -> NDArray[np.uint8]:
        """The picture.

        Parameters
        ----------
        request
            What to sample.
        on_step
            Called after every step; whatever it raises ends the sampling and reaches the caller.
        preview_every
            A preview goes with every such step, 0 for none. An engine whose decoder is heavy makes none.

        Returns
        -------
        numpy.ndarray
            (H, W, 3) uint8 sRGB.

        Raises
        ------
        OptionError
            The engine does not take the request.
        """
        ...

    def numerics_key(self) -> dict[str, str | int]:
        """Everything beside the request that decides the pixels."""
        ...


def _check_range(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        raise OptionError(f"{name} {value} is out of range; give {low:g} to {high:g}")
