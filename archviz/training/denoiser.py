"""Training of the denoiser: UNet, map encoder and text encoder together, from nothing.

The same networks can be trained as a regression, which gives the picture in one pass: what `evaluate` compares with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from archviz.control import CHANNELS
from archviz.core.seeds import derive_seed
from archviz.training.autoencoder import load_autoencoder
from archviz.training.batches import Batch, draw_batch
from archviz.training.checkpoint import copy_average, load_state, save_state
from archviz.training.loop import Training, cooled, train
from archviz.training.networks import (
    MINI,
    DenoiserNetworks,
    MiniConfig,
    build_denoiser,
    build_scheduler,
    load_tokenizer,
)
from archviz.training.pairs import PairStore

__all__ = ["load_denoiser", "predict", "train_denoiser"]

# Half of the samples stand on the steps that an 8-step or 4-step sampling visits.
_SAMPLING_TIMES = np.arange(1000, 0, -125) - 1
_SAMPLING_SHARE = 0.5
_PURE_NOISE = int(_SAMPLING_TIMES[0])
# x-prediction with the weight 1/sigma^2 is velocity's loss (Salimans and Ho, 2022); the clip keeps
# the last, almost clean steps from ruling.
_WEIGHT_LIMIT = 6.0
_PIXEL_WEIGHT = 0.5
_PIXEL_LATENTS = 16
# The shortest side of any traced view, 448 px.
_WHOLE_LATENTS = 56


def predict(networks: DenoiserNetworks, noisy: torch.Tensor, times: torch.Tensor, batch: Batch) -> torch.Tensor:
    """The networks' picture of noisy latents.

    Parameters
    ----------
    noisy
        (n, C, s, s) latents at ``times``.
    times
        (n,) scheduler time steps.

    Returns
    -------
    Tensor
        (n, C, s, s) predicted clean latents.
    """
    text = networks.text_encoder(batch.tokens)[0]
    down, middle = networks.controlnet(noisy, times, text, batch.stacks, return_dict=False)
    made: torch.Tensor = networks.unet(
        noisy,
        times,
        text,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
        return_dict=False,
    )[0]
    return made


def _draw_times(count: int, generator: torch.Generator) -> torch.Tensor:
    free = torch.randint(0, 1000, (count,), generator=generator)
    visited = torch.from_numpy(_SAMPLING_TIMES)[torch.randint(0, len(_SAMPLING_TIMES), (count,), generator=generator)]
    return torch.where(torch.rand(count, generator=generator) < _SAMPLING_SHARE, visited, free)


def _pixel_loss(autoencoder: Any, made: torch.Tensor, batch: Batch, generator: torch.Generator) -> torch.Tensor:
    """L1 of decoded crops, heaviest on the lines: what latents blur, pixels show."""
    side = min(_PIXEL_LATENTS, made.shape[-1])
    y, x = (int(torch.randint(0, made.shape[d] - side + 1, (1,), generator=generator)) for d in (2, 3))
    window = (slice(None), slice(None), slice(y, y + side), slice(x, x + side))
    factor = autoencoder.config.scaling_factor
    shown = autoencoder.decode(made[window] / factor).sample
    with torch.no_grad():
        truth = autoencoder.decode(batch.latents[window].to(made.dtype) / factor).sample
    edges = batch.stacks[:, CHANNELS.index("edges"), 8 * y : 8 * (y + side), 8 * x : 8 * (x + side)]
    weight = 0.3 + functional.max_pool2d(edges[:, None], 5, stride=1, padding=2)
    return (weight * (shown.float() - truth.float()).abs()).mean()


def train_denoiser(
    cache: Path,
    *,
    steps: int,
    batch: int = 8,
    side: int = 32,
    seed: int = 0,
    threads: int = 1,
    rate: float = 4e-4,
    cooldown: float = 0.25,
    until: int | None = None,
    regression: bool = False,
    config: MiniConfig = MINI,
) -> None:
    """Train, or go on where the last run stopped.

    One step in eight sees whole pictures instead of crops. The learning rate falls to zero over
    the last ``cooldown`` share of ``steps``, where the loss of decoded pixels joins.

    Parameters
    ----------
    cache
        Holds ``pairs/`` with latents, ``autoencoder.pt`` and ``tokenizer/``; receives ``denoiser.pt``.
    until
        Stop after this step though the schedule goes on to ``steps``.
    regression
        Train on pure noise alone, from which there is nothing to learn but the mean picture of maps and words.
        Starts where ``denoiser.pt`` stands, and receives ``regression.pt``.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    networks = build_denoiser(config)
    tokenizer = load_tokenizer(cache / "tokenizer", config)
    autoencoder = load_autoencoder(cache, config)
    for module in networks.modules().values():
        module.to(memory_format=torch.channels_last)
    signal = build_scheduler().alphas_cumprod
    store = PairStore(cache, split="train", having="latents.npy")
    cooling = steps - int(cooldown * steps)
    path = _checkpoint(cache, regression)
    if regression and not path.exists() and (state := load_state(_checkpoint(cache, False))):
        save_state(path, {name: state[name] for name in (*networks.modules(), "average")} | {"step": 0})

    def loss(step: int) -> torch.Tensor:
        whole = step % 8 == 7
        drawn = draw_batch(
            store,
            tokenizer,
            seed=seed,
            step=step,
            count=max(1, batch // 4) if whole else batch,
            side=_WHOLE_LATENTS if whole else side,
        )
        generator = torch.Generator().manual_seed(derive_seed(seed, "noise", step))
        count = len(drawn.latents)
        times = torch.full((count,), _PURE_NOISE) if regression else _draw_times(count, generator)
        return _loss(networks, autoencoder if step > cooling else None, drawn, times, signal, generator)

    training = Training(
        name=path.stem,
        path=path,
        modules=networks.modules(),
        loss=loss,
        rate=cooled(rate, steps=steps, warmup=200, cooldown=cooldown),
        decay=0.9995,
        refresh=store.refresh,
    )
    train(training, steps=steps, until=until)


def _loss(
    networks: DenoiserNetworks,
    autoencoder: Any | None,
    drawn: Batch,
    times: torch.Tensor,
    signal: torch.Tensor,
    generator: torch.Generator,
) -> torch.Tensor:
    alpha = signal[times][:, None, None, None]
    noise = torch.randn(drawn.latents.shape, generator=generator)
    noisy = alpha.sqrt() * drawn.latents + (1 - alpha).sqrt() * noise
    with torch.autocast("cpu", torch.bfloat16):
        made = predict(networks, noisy.to(memory_format=torch.channels_last), times, drawn)
        pixels = None if autoencoder is None else _pixel_loss(autoencoder, made, drawn, generator)
    weight = (1 / (1 - alpha)).clamp(max=_WEIGHT_LIMIT)
    loss = (weight * (made.float() - drawn.latents) ** 2).mean()
    return loss if pixels is None else loss + _PIXEL_WEIGHT * pixels


def _checkpoint(cache: Path, regression: bool) -> Path:
    return cache / ("regression.pt" if regression else "denoiser.pt")


def load_denoiser(cache: Path, config: MiniConfig = MINI, *, regression: bool = False) -> tuple[DenoiserNetworks, int]:
    """The averaged networks of the last checkpoint in evaluation mode, and their step.

    Raises
    ------
    FileNotFoundError
        Nothing was trained in this cache.
    """
    path = _checkpoint(cache, regression)
    state = load_state(path)
    if state is None:
        raise FileNotFoundError(f"{path}: train the {path.stem} first")
    networks = build_denoiser(config)
    for name, module in networks.modules().items():
        module.load_state_dict(state[name])
    copy_average(state, networks.parameters())
    for module in networks.modules().values():
        module.eval().requires_grad_(False)
    return networks, int(state["step"])


def to_picture(decoded: torch.Tensor) -> NDArray[np.uint8]:
    """(n, 3, H, W) in [-1, 1] to (n, H, W, 3) uint8."""
    levels = ((decoded.float() + 1) * 127.5).round().clamp(0, 255)
    return levels.to(torch.uint8).permute(0, 2, 3, 1).numpy()
