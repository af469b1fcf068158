"""Latents of the data set's pictures, as they are and mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from archviz.training.autoencoder import load_autoencoder
from archviz.training.networks import MINI, MiniConfig
from archviz.training.pairs import PairStore, Split

__all__ = ["encode_pictures"]


def encode_pictures(
    cache: Path, *, threads: int = 1, splits: Sequence[Split] = ("train", "holdout"), config: MiniConfig = MINI
) -> None:
    """Encode every view of ``splits`` whose latents are missing or older than the autoencoder's checkpoint."""
    torch.set_num_threads(threads)
    model = load_autoencoder(cache, config).to(memory_format=torch.channels_last)
    trained = (cache / "autoencoder.pt").stat().st_mtime
    for split in splits:
        try:
            store = PairStore(cache, split=split)
        except FileNotFoundError:
            continue
        for view in range(len(store)):
            path = store.folder(view) / "latents.npy"
            if path.exists() and path.stat().st_mtime > trained:
                continue
            pictures = np.array(store.pictures(view))
            latents = np.stack([_encode(model, pictures), _encode(model, pictures[:, :, ::-1])])
            beside = path.with_suffix(".partial.npy")
            np.save(beside, latents)
            beside.replace(path)


def _encode(model: Any, pictures: np.ndarray) -> np.ndarray:
    made = []
    for picture in pictures:
        pixels = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            latents = model.encode(pixels.to(memory_format=torch.channels_last)).latents[0]
        made.append(model.config.scaling_factor * latents.float())
    return torch.stack(made).numpy().astype(np.float16)
