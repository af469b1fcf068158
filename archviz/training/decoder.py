"""The decoder trained again on the denoiser's own latents, crops of them: what it will meet in use.

The autoencoder's decoder has seen exact latents of whole pictures. The denoiser's are softer and
mottled, and a picture's border is for it the border of a crop; a decoder that knows both cleans both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from archviz.core.seeds import derive_seed
from archviz.training.autoencoder import load_autoencoder, reconstruction_loss
from archviz.training.batches import draw_batch
from archviz.training.denoiser import load_denoiser, predict
from archviz.training.loop import Training, cooled, train
from archviz.training.networks import MINI, MiniConfig, build_scheduler, load_tokenizer
from archviz.training.pairs import PairStore

__all__ = ["train_decoder"]

# The last of eight steps and the one before: what they answer is what is decoded.
_TIMES = (124, 249)


def train_decoder(
    cache: Path,
    *,
    steps: int,
    batch: int = 4,
    side: int = 24,
    seed: int = 0,
    threads: int = 1,
    rate: float = 3e-4,
    until: int | None = None,
    config: MiniConfig = MINI,
) -> None:
    """Train, or go on where the last run stopped; the rate falls to zero over the second half of ``steps``.

    Parameters
    ----------
    cache
        Holds ``pairs/`` with latents, ``autoencoder.pt``, ``denoiser.pt``; receives ``decoder.pt``.
    side
        Latents a side of each crop.
    until
        Stop after this step though the schedule goes on to ``steps``.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    networks, _ = load_denoiser(cache, config)
    tokenizer = load_tokenizer(cache / "tokenizer", config)
    autoencoder = load_autoencoder(cache, config)
    decoder: Any = autoencoder.decoder.train().requires_grad_(True).to(memory_format=torch.channels_last)
    signal = build_scheduler().alphas_cumprod
    store = PairStore(cache, split="train", having="latents.npy")

    def loss(step: int) -> torch.Tensor:
        drawn = draw_batch(store, tokenizer, seed=derive_seed(seed, "decoder"), step=step, count=batch, side=side)
        generator = torch.Generator().manual_seed(derive_seed(seed, "decoder-noise", step))
        times = torch.tensor(_TIMES)[torch.randint(0, len(_TIMES), (batch,), generator=generator)]
        alpha = signal[times][:, None, None, None]
        noise = torch.randn(drawn.latents.shape, generator=generator)
        noisy = alpha.sqrt() * drawn.latents + (1 - alpha).sqrt() * noise
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                latents = predict(networks, noisy.to(memory_format=torch.channels_last), times, drawn)
            made = autoencoder.decode(latents / autoencoder.config.scaling_factor).sample
        return reconstruction_loss((made.float() + 1) / 2, drawn.pictures)

    training = Training(
        name="decoder",
        path=cache / "decoder.pt",
        modules={"decoder": decoder},
        loss=loss,
        rate=cooled(rate, steps=steps, warmup=50, cooldown=0.5),
        decay=0.995,
        betas=(0.9, 0.99),
        weight_decay=1e-4,
    )
    train(training, steps=steps, until=until, show_every=25, save_every=100)
