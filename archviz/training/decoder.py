"""The decoder trained again on the denoiser's own latents, crops of them: what it will meet in use.

The autoencoder's decoder has seen exact latents of whole pictures. The denoiser's are softer and
mottled, and a picture's border is for it the border of a crop; a decoder that knows both cleans both.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from archviz.core.seeds import derive_seed
from archviz.training.autoencoder import load_autoencoder, reconstruction_loss
from archviz.training.batches import draw_batch
from archviz.training.checkpoint import Average, load_state, save_state
from archviz.training.denoiser import load_denoiser, predict
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
    path = cache / "decoder.pt"
    networks, _ = load_denoiser(cache, config)
    tokenizer = load_tokenizer(cache / "tokenizer", config)
    autoencoder = load_autoencoder(cache, config)
    decoder: Any = autoencoder.decoder.train().requires_grad_(True).to(memory_format=torch.channels_last)
    parameters = list(decoder.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=rate, betas=(0.9, 0.99), weight_decay=1e-4)
    average = Average(parameters, decay=0.995)
    first = 0
    if (state := load_state(path)) and "optimizer" in state:
        decoder.load_state_dict(state["decoder"])
        optimizer.load_state_dict(state["optimizer"])
        average.values, first = state["average"], state["step"]
    signal = build_scheduler().alphas_cumprod
    store = PairStore(cache, split="train", latents=True)
    started, shown = time.monotonic(), []
    last = steps if until is None else min(until, steps)
    for step in range(first, last):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 50, 2 * (steps - step) / steps)
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
        loss = reconstruction_loss((made.float() + 1) / 2, drawn.pictures)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.update(parameters, step)
        shown.append(loss.item())
        if (step + 1) % 25 == 0:
            pace = 1000 * (time.monotonic() - started) / (step + 1 - first)
            print(f"decoder step {step + 1}: loss {np.mean(shown):.4f}, {pace:.0f} ms a step", flush=True)
            shown.clear()
        if (step + 1) % 100 == 0 or step + 1 == last:
            state = {"decoder": decoder.state_dict(), "optimizer": optimizer.state_dict()}
            save_state(path, state | {"average": average.values, "step": step + 1})
