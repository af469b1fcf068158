"""One training loop for every network here: it goes on where it stopped, bit for bit."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from archviz.training.checkpoint import Average, load_state, save_state

__all__ = ["Training", "cooled", "train"]

_GRADIENT_LIMIT = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Training:
    """What a training moves, and how.

    Parameters
    ----------
    name
        Stands at the head of each printed line.
    path
        The checkpoint.
    modules
        Name in the checkpoint -> network; parameters that need no gradient stay as they are.
    loss
        Loss of a step; everything it draws follows from the step's number.
    rate
        Learning rate of a step.
    decay
        Of the moving average of the parameters.
    betas, weight_decay
        Of AdamW.
    refresh
        Called every 200 steps, to take in data that came since.
    extra
        Further plain values of the checkpoint.
    """

    name: str
    path: Path
    modules: Mapping[str, nn.Module]
    loss: Callable[[int], torch.Tensor]
    rate: Callable[[int], float]
    decay: float
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.01
    refresh: Callable[[], object] | None = None
    extra: Callable[[], Mapping[str, Any]] | None = None


def cooled(rate: float, *, steps: int, warmup: int, cooldown: float) -> Callable[[int], float]:
    """A learning rate that rises over ``warmup`` steps and falls to zero over the last ``cooldown`` share."""

    def at(step: int) -> float:
        left = (steps - step) / max(1, int(cooldown * steps))
        return rate * min(1.0, (step + 1) / warmup, left)

    return at


def train(
    training: Training, *, steps: int, until: int | None = None, show_every: int = 50, save_every: int = 250
) -> list[float]:
    """Train, or go on where the last run stopped.

    Parameters
    ----------
    training
        What, and how.
    steps
        Where the schedule ends.
    until
        Stop after this step though the schedule goes on to ``steps``.
    show_every, save_every
        Steps between printed lines and between checkpoints.

    Returns
    -------
    list of float
        How long each step of this run took [s].
    """
    parameters = [p for m in training.modules.values() for p in m.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters, lr=training.rate(0), betas=training.betas, weight_decay=training.weight_decay
    )
    average = Average(parameters, decay=training.decay)
    first = 0
    if state := load_state(training.path):
        for name, module in training.modules.items():
            module.load_state_dict(state[name])
        # A release that was adopted brings no optimizer.
        if "optimizer" in state:
            optimizer.load_state_dict(state["optimizer"])
        average.values, first = state["average"], state["step"]
    taken_s: list[float] = []
    shown: list[float] = []
    last = steps if until is None else min(until, steps)
    for step in range(first, last):
        began = time.monotonic()
        if training.refresh is not None and step % 200 == 0:
            training.refresh()
        for group in optimizer.param_groups:
            group["lr"] = training.rate(step)
        loss = training.loss(step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, _GRADIENT_LIMIT)
        optimizer.step()
        average.update(parameters, step)
        shown.append(loss.item())
        taken_s.append(time.monotonic() - began)
        if (step + 1) % show_every == 0:
            pace = 1000 * float(np.mean(taken_s))
            print(f"{training.name} step {step + 1}: loss {np.mean(shown):.4f}, {pace:.0f} ms a step", flush=True)
            shown.clear()
        if (step + 1) % save_every == 0 or step + 1 == last:
            made: dict[str, Any] = {name: module.state_dict() for name, module in training.modules.items()}
            made |= {"optimizer": optimizer.state_dict(), "average": average.values, "step": step + 1}
            save_state(training.path, made | dict(training.extra() if training.extra is not None else {}))
    return taken_s
