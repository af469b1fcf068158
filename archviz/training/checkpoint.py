"""Checkpoints that a stopped training goes on from, bit for bit."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import nn

__all__ = ["Average", "copy_average", "load_state", "save_state"]


class Average:
    """Exponential moving average of parameters, in fp32.

    The decay grows with the step as in Karras et al. (2022), so that an early stop is not held
    back by the random start.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], *, decay: float = 0.999) -> None:
        self.decay = decay
        self.values = [p.detach().clone().float() for p in parameters]

    @torch.no_grad()
    def update(self, parameters: Iterable[nn.Parameter], step: int) -> None:
        """Move the average towards the parameters after ``step`` steps."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.values, [p.detach().float() for p in parameters], 1.0 - decay)


@torch.no_grad()
def copy_average(state: dict[str, Any], parameters: Iterable[nn.Parameter]) -> None:
    """Write a checkpoint's averaged values into the parameters of its networks."""
    for parameter, value in zip(parameters, state["average"], strict=True):
        parameter.copy_(value)


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint beside, flush it to disk and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".partial")
    with beside.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load_state(path: Path) -> dict[str, Any] | None:
    """The checkpoint's state, tensors and plain values only, or ``None`` where there is none."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
