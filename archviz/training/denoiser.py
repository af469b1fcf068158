"""Training of the denoiser: UNet, map encoder and text encoder together, from nothing.

The same networks can be trained by other recipes: as a regression, which gives the picture in one pass and is what
`evaluate` compares with, or by what :mod:`archviz.training.alternatives` compares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

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
from archviz.training.recipe import Recipe, clean_latents, draw_times, pixel_latents, pixels_of, prepared

__all__ = ["REGRESSION", "load_denoiser", "picture_decoder", "predict", "train_denoiser"]

# From pure noise there is nothing to learn but the mean picture of maps and words.
REGRESSION = Recipe(times="noise")
_RELEASED = Recipe()
_DENOISER = "denoiser"
# x-prediction with the weight 1/sigma^2 is velocity's loss (Salimans and Ho, 2022); the clip keeps
# the last, almost clean steps from ruling.
_WEIGHT_LIMIT = 6.0
_PIXEL_WEIGHT = 0.5
_PIXEL_LATENTS = 16
# The shortest side of any traced view, 448 px.
_WHOLE_LATENTS = 56


def predict(networks: DenoiserNetworks, noisy: torch.Tensor, times: torch.Tensor, batch: Batch) -> torch.Tensor:
    """The networks' answer to noisy latents.

    Parameters
    ----------
    noisy
        (n, C, s, s) latents at ``times``.
    times
        (n,) scheduler time steps.

    Returns
    -------
    Tensor
        (n, C, s, s) the clean latents, or what else the networks were taught to say.
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


Decoder = Callable[[torch.Tensor], torch.Tensor]


def picture_decoder(cache: Path, recipe: Recipe = _RELEASED, config: MiniConfig = MINI) -> Decoder:
    """From latents (n, C, h, w) to pictures (n, 3, 8 h, 8 w) in [-1, 1]."""
    if recipe.unshuffled:
        return pixels_of
    autoencoder = load_autoencoder(cache, config)
    factor = autoencoder.config.scaling_factor
    return lambda latents: autoencoder.decode(latents / factor).sample


def _pixel_loss(decode: Decoder, made: torch.Tensor, batch: Batch, generator: torch.Generator) -> torch.Tensor:
    """L1 of decoded crops, heaviest on the lines: what latents blur, pixels show."""
    side = min(_PIXEL_LATENTS, made.shape[-1])
    y, x = (int(torch.randint(0, made.shape[d] - side + 1, (1,), generator=generator)) for d in (2, 3))
    window = (slice(None), slice(None), slice(y, y + side), slice(x, x + side))
    shown = decode(made[window])
    with torch.no_grad():
        truth = decode(batch.latents[window].to(made.dtype))
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
    warmup: int = 200,
    cooldown: float = 0.25,
    until: int | None = None,
    name: str = _DENOISER,
    recipe: Recipe = _RELEASED,
    config: MiniConfig = MINI,
) -> list[float]:
    """Train, or go on where the last run stopped.

    One step in eight sees whole pictures instead of crops. The learning rate rises over ``warmup`` steps and falls to
    zero over the last ``cooldown`` share of ``steps``, where the loss of decoded pixels joins.

    Parameters
    ----------
    cache
        Holds ``pairs/`` with latents, ``autoencoder.pt`` and ``tokenizer/``; receives ``<name>.pt``.
    until
        Stop after this step though the schedule goes on to ``steps``.
    name
        Of the checkpoint. Trained on pure noise alone, it starts where ``denoiser.pt`` stands.
    recipe
        How it is taught.

    Returns
    -------
    list of float
        How long each step took [s].
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    networks = build_denoiser(config)
    tokenizer = load_tokenizer(cache / "tokenizer", config)
    decode = picture_decoder(cache, recipe, config)
    for module in networks.modules().values():
        module.to(memory_format=torch.channels_last)
    called = prepared(networks, recipe.arithmetic)
    signal = build_scheduler().alphas_cumprod
    store = PairStore(cache, split="train", having="latents.npy")
    cooling = steps - int(cooldown * steps)
    path = cache / f"{name}.pt"
    begun = load_state(cache / f"{_DENOISER}.pt") if recipe.times == "noise" and not path.exists() else None
    if begun is not None:
        save_state(path, {part: begun[part] for part in (*networks.modules(), "average")} | {"step": 0})

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
        if recipe.unshuffled:
            drawn = replace(drawn, latents=pixel_latents(drawn.pictures))
        decoded = decode if recipe.decoded_loss and step > cooling else None
        generator = torch.Generator().manual_seed(derive_seed(seed, "noise", step))
        return _loss(called, drawn, recipe, signal, generator, decode=decoded)

    training = Training(
        name=path.stem,
        path=path,
        modules=networks.modules(),
        loss=loss,
        rate=cooled(rate, steps=steps, warmup=warmup, cooldown=cooldown),
        decay=0.9995,
        refresh=store.refresh,
    )
    return train(training, steps=steps, until=until)


def _loss(
    networks: DenoiserNetworks,
    drawn: Batch,
    recipe: Recipe,
    signal: torch.Tensor,
    generator: torch.Generator,
    *,
    decode: Decoder | None,
) -> torch.Tensor:
    times = draw_times(recipe.times, len(drawn.latents), generator)
    alpha = signal[times][:, None, None, None]
    noise = torch.randn(drawn.latents.shape, generator=generator)
    noisy = alpha.sqrt() * drawn.latents + (1 - alpha).sqrt() * noise
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.arithmetic != "bf16"):
        answer = predict(networks, noisy.to(memory_format=torch.channels_last), times, drawn).float()
    made = clean_latents(answer, noisy, alpha, recipe.prediction)
    weight = (1 / (1 - alpha)).clamp(max=_WEIGHT_LIMIT)
    loss = (weight * (made - drawn.latents) ** 2).mean()
    if decode is None:
        return loss
    with torch.autocast("cpu", torch.bfloat16):
        return loss + _PIXEL_WEIGHT * _pixel_loss(decode, made, drawn, generator)


def load_denoiser(cache: Path, config: MiniConfig = MINI, *, name: str = _DENOISER) -> tuple[DenoiserNetworks, int]:
    """The averaged networks of the last checkpoint of this name in evaluation mode, and their step.

    Raises
    ------
    FileNotFoundError
        Nothing was trained in this cache.
    """
    path = cache / f"{name}.pt"
    state = load_state(path)
    if state is None:
        raise FileNotFoundError(f"{path}: train the {path.stem} first")
    networks = build_denoiser(config)
    for part, module in networks.modules().items():
        module.load_state_dict(state[part])
    copy_average(state, networks.parameters())
    for module in networks.modules().values():
        module.eval().requires_grad_(False)
    return networks, int(state["step"])


def to_picture(decoded: torch.Tensor) -> NDArray[np.uint8]:
    """(n, 3, H, W) in [-1, 1] to (n, H, W, 3) uint8."""
    levels = ((decoded.float() + 1) * 127.5).round().clamp(0, 255)
    return levels.to(torch.uint8).permute(0, 2, 3, 1).numpy()
