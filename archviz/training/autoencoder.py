"""Training of the autoencoder on the path-traced pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from archviz.core.seeds import derive_generator
from archviz.training.checkpoint import copy_average, load_state
from archviz.training.loop import Training, cooled, train
from archviz.training.networks import MINI, MiniConfig, build_autoencoder
from archviz.training.pairs import PairStore
from archviz.training.shapes import ShapeSource

__all__ = ["load_autoencoder", "train_autoencoder"]

# Latents get this much noise while the decoder learns: the denoiser's latents are not exact either.
_LATENT_NOISE = 0.05
_WHITENING_WEIGHT = 0.01


# Rows: brightness, and two colour differences at twice the weight, which natural pictures hold little of.
_OPPONENT = torch.tensor([[1 / 3, 1 / 3, 1 / 3], [1.0, -1.0, 0.0], [-0.5, -0.5, 1.0]])


def reconstruction_loss(made: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """L1 of brightness and colour differences, and of their steps between neighbours at two scales.

    The steps weigh lines and texture, which carry little of a plain L1.

    Parameters
    ----------
    made, truth
        (n, 3, h, w) in [0, 1].
    """
    made, truth = (torch.einsum("kc,nchw->nkhw", _OPPONENT, picture) for picture in (made, truth))
    loss = functional.l1_loss(made, truth)
    for _ in range(2):
        for dim in (2, 3):
            loss = loss + functional.l1_loss(made.diff(dim=dim), truth.diff(dim=dim))
        made, truth = functional.avg_pool2d(made, 2), functional.avg_pool2d(truth, 2)
    return loss


def whitening_loss(latents: torch.Tensor) -> torch.Tensor:
    """How far the channels are from mean 0, deviation 1 and independence.

    The diffusion counts on the first two; without the third, the channels start by all saying
    the picture's brightness and take very long to part.
    """
    flat = latents.float().transpose(0, 1).flatten(1)
    mean = flat.mean(1)
    covariance = torch.cov(flat)
    identity = torch.eye(len(covariance))
    return mean.square().mean() + (covariance - identity).square().sum() / len(covariance)


def _crops(store: PairStore | ShapeSource, *, seed: int, step: int, batch: int, side: int) -> torch.Tensor:
    generator = derive_generator(seed, "autoencoder", step)
    pictures = []
    for _ in range(batch):
        stack = store.pictures(int(generator.integers(len(store))))
        mix = int(generator.integers(len(stack)))
        y, x = (int(generator.integers(s - side + 1)) for s in stack.shape[1:3])
        crop = np.array(stack[mix, y : y + side, x : x + side])
        pictures.append(crop[:, ::-1] if generator.random() < 0.5 else crop)
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255.0


def train_autoencoder(
    cache: Path,
    *,
    steps: int,
    batch: int = 16,
    side: int = 96,
    seed: int = 0,
    threads: int = 1,
    rate: float = 1e-3,
    shapes: bool = False,
    until: int | None = None,
    config: MiniConfig = MINI,
) -> None:
    """Train, or go on where the last run stopped.

    The learning rate falls linearly to zero over the last third of ``steps``; a longer second run
    takes up from the checkpoint.

    Parameters
    ----------
    cache
        Holds ``pairs/`` and receives ``autoencoder.pt``.
    shapes
        Warm up on procedural shapes instead: no traced picture is needed, the rate stays up.
    until
        Stop after this step though the schedule goes on to ``steps``.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    model = build_autoencoder(config).to(memory_format=torch.channels_last)
    store = ShapeSource(seed=seed) if shapes else PairStore(cache, split="train")
    deviation = torch.ones(())

    def loss(step: int) -> torch.Tensor:
        nonlocal deviation
        truth = _crops(store, seed=seed, step=step, batch=batch, side=side).to(memory_format=torch.channels_last)
        noise_generator = torch.Generator().manual_seed(step)
        with torch.autocast("cpu", torch.bfloat16):
            latents = model.encode(2 * truth - 1).latents
            noise = torch.randn(latents.shape, generator=noise_generator)
            made = model.decode(latents + _LATENT_NOISE * noise).sample
        deviation = latents.detach().float().std()
        return reconstruction_loss((made.float() + 1) / 2, truth) + _WHITENING_WEIGHT * whitening_loss(latents)

    training = Training(
        name="autoencoder",
        path=cache / "autoencoder.pt",
        modules={"model": model},
        loss=loss,
        # The warm-up on shapes is followed by pictures: its rate stays up.
        rate=cooled(rate, steps=steps, warmup=100, cooldown=1e-9 if shapes else 1 / 3),
        decay=0.999,
        betas=(0.9, 0.99),
        weight_decay=1e-4,
        refresh=store.refresh,
        extra=lambda: {"deviation": float(deviation)},
    )
    train(training, steps=steps, until=until, show_every=100, save_every=500)


def load_autoencoder(cache: Path, config: MiniConfig = MINI) -> Any:
    """The averaged autoencoder of the last checkpoint, in evaluation mode, with its retrained decoder if there is one.

    Raises
    ------
    FileNotFoundError
        Nothing was trained in this cache.
    """
    state = load_state(cache / "autoencoder.pt")
    if state is None:
        raise FileNotFoundError(f"{cache / 'autoencoder.pt'}: train the autoencoder first")
    model = build_autoencoder(config)
    copy_average(state, model.parameters())
    if retrained := load_state(cache / "decoder.pt"):
        copy_average(retrained, model.decoder.parameters())
    # diffusers multiplies latents by this factor, so that the denoiser meets deviation 1.
    model.register_to_config(scaling_factor=1.0 / state["deviation"])
    return model.eval().requires_grad_(False)
