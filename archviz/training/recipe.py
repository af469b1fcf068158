"""What a denoiser's training may decide one way or another; the release's choices are the defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

from archviz.training.networks import DenoiserNetworks, Prediction

__all__ = ["PURE_NOISE", "Recipe", "Times", "clean_latents", "draw_times", "pixel_latents", "pixels_of", "prepared"]

Arithmetic = Literal["autocast", "bf16", "compiled"]
Times = Literal["visited", "uniform", "logit-normal", "noise"]
# The steps that an 8-step or 4-step sampling visits.
_VISITED = np.arange(1000, 0, -125) - 1
_VISITED_SHARE = 0.5
PURE_NOISE = int(_VISITED[0])
_FACTOR = 8
# Of the pictures' levels in [-1, 1]: noise of deviation 1 should hide them, as it does latents.
_LEVEL_DEVIATION = 0.5


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a denoiser is taught.

    Parameters
    ----------
    prediction
        What the UNet's answer stands for, in the scheduler's words: ``sample`` is the picture.
    times
        Noise levels: half of them those that a sampling visits and half uniform, uniform, logit-normal (Esser et al.,
        "Scaling Rectified Flow Transformers", 2024), or pure noise alone.
    unshuffled
        Latents are the picture's own pixels, 8 by 8 folded into channels, and no autoencoder's.
    decoded_loss
        Over the last part of the training, decoded crops are compared too, heaviest on edges.
    arithmetic
        ``autocast``: bf16 where it does little harm; ``bf16``: all of it, on fp32 weights; ``compiled``: autocast, by
        ``torch.compile``.
    """

    prediction: Prediction = "sample"
    times: Times = "visited"
    unshuffled: bool = False
    decoded_loss: bool = True
    arithmetic: Arithmetic = "autocast"


def draw_times(times: Times, count: int, generator: torch.Generator) -> torch.Tensor:
    """(count,) int64 time steps of 1000."""
    if times == "noise":
        return torch.full((count,), PURE_NOISE)
    if times == "logit-normal":
        return (1000 * torch.sigmoid(torch.randn(count, generator=generator))).long().clamp(max=PURE_NOISE)
    free = torch.randint(0, 1000, (count,), generator=generator)
    if times == "uniform":
        return free
    visited = torch.from_numpy(_VISITED)[torch.randint(0, len(_VISITED), (count,), generator=generator)]
    return torch.where(torch.rand(count, generator=generator) < _VISITED_SHARE, visited, free)


def clean_latents(made: torch.Tensor, noisy: torch.Tensor, alpha: torch.Tensor, prediction: Prediction) -> torch.Tensor:
    """The clean latents that a prediction says.

    Parameters
    ----------
    made, noisy
        (n, C, h, w) the networks' answer, and what they saw.
    alpha
        (n, 1, 1, 1) share of the signal in it, by power.
    """
    return made if prediction == "sample" else alpha.sqrt() * noisy - (1 - alpha).sqrt() * made


def pixel_latents(pictures: torch.Tensor) -> torch.Tensor:
    """(n, 192, h / 8, w / 8) pixels folded into channels, of pictures (n, 3, h, w) in [0, 1]."""
    return functional.pixel_unshuffle((2 * pictures - 1) / _LEVEL_DEVIATION, _FACTOR)


def pixels_of(latents: torch.Tensor) -> torch.Tensor:
    """(n, 3, h, w) in [-1, 1]: what :func:`pixel_latents` folded."""
    return functional.pixel_shuffle(latents * _LEVEL_DEVIATION, _FACTOR)


def prepared(networks: DenoiserNetworks, arithmetic: Arithmetic) -> DenoiserNetworks:
    """The same parameters, called with another arithmetic."""
    if arithmetic == "compiled":
        return replace(networks, unet=torch.compile(networks.unet), controlnet=torch.compile(networks.controlnet))
    if arithmetic == "bf16":
        return DenoiserNetworks(**{name: _in_bf16(module) for name, module in networks.modules().items()})
    return networks


def _in_bf16(module: nn.Module) -> Callable[..., Any]:
    """A call whose gradients reach the fp32 parameters through one cast a step."""

    def call(*given: torch.Tensor, **options: Any) -> Any:
        cast = {name: parameter.bfloat16() for name, parameter in module.named_parameters()}
        floats = (g.bfloat16() if g.is_floating_point() else g for g in given)
        return functional_call(module, cast, tuple(floats), options)

    return call
