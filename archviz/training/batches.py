"""Batches for the denoiser: latents, control stacks, texts; a pure function of seed and step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from archviz.control import CHANNELS, Group, drop_groups
from archviz.core.seeds import derive_generator
from archviz.training.captions import caption
from archviz.training.networks import encode_text
from archviz.training.pairs import Kind, PairStore, mirror_stack

__all__ = ["Batch", "draw_batch"]

_EDGES = CHANNELS.index("edges")
_ALL_BUT_EDGES: frozenset[Group] = frozenset({"geometry", "material", "light", "surroundings"})
# How a sample's maps are given: share, maps' kind, groups left out. A bare building, lines and plain
# text must all be in the model's world; the complete maps, which models, lifted drawings and scenes of
# words have, carry most of the learning.
_WAYS: tuple[tuple[float, Kind, frozenset[Group]], ...] = (
    (0.74, "complete", frozenset()),
    (0.10, "building", frozenset({"surroundings"})),
    (0.02, "complete", _ALL_BUT_EDGES),
    (0.04, "building", _ALL_BUT_EDGES),
    (0.02, "complete", frozenset({*_ALL_BUT_EDGES, "edges"})),
    (0.02, "complete", frozenset({"light"})),
    (0.02, "complete", frozenset({"material"})),
    (0.02, "complete", frozenset({"edges"})),
    (0.02, "building", frozenset({"surroundings", "light"})),
)
_SHARES = np.array([way[0] for way in _WAYS])
_NO_CAPTION = 0.1


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's samples.

    Parameters
    ----------
    latents
        (n, C, s, s) float32.
    stacks
        (n, 36, 8 s, 8 s) float32.
    tokens
        (n, text_tokens) int64.
    pictures
        (n, 3, 8 s, 8 s) float32 in [0, 1], what the latents stand for.
    """

    latents: torch.Tensor
    stacks: torch.Tensor
    tokens: torch.Tensor
    pictures: torch.Tensor


def draw_batch(store: PairStore, tokenizer: Any, *, seed: int, step: int, count: int, side: int) -> Batch:
    """Draw ``count`` random crops of ``side`` latents from the data set."""
    generator = derive_generator(seed, "denoiser", step)
    latents, stacks, texts, pictures = [], [], [], []
    for _ in range(count):
        sample, stack, text, picture = _draw(store, generator, side)
        latents.append(sample)
        stacks.append(stack)
        texts.append(text)
        pictures.append(picture)
    return Batch(
        torch.from_numpy(np.stack(latents)).float(),
        torch.from_numpy(np.stack(stacks)),
        encode_text(tokenizer, texts),
        torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255.0,
    )


def _draw(
    store: PairStore, generator: np.random.Generator, side: int
) -> tuple[NDArray[np.float16], NDArray[np.float32], str, NDArray[np.uint8]]:
    view = int(generator.integers(len(store)))
    encoded = store.latents(view)
    height, width = encoded.shape[3:]
    mix = int(generator.integers(encoded.shape[1]))
    y, x = (int(generator.integers(max(1, extent - side + 1))) for extent in (height, width))
    y_end, x_end = min(height, y + side), min(width, x + side)
    _, kind, dropped = _WAYS[int(generator.choice(len(_WAYS), p=_SHARES / _SHARES.sum()))]
    stack = store.stack(view, mix, kind=kind, window=(slice(8 * y, 8 * y_end), slice(8 * x, 8 * x_end)))
    if dropped:
        stack = drop_groups(stack, dropped)
    if "geometry" in dropped and "edges" not in dropped:
        stack[_EDGES] = _drawn(stack[_EDGES], generator)
    picture = np.array(store.pictures(view)[mix, 8 * y : 8 * y_end, 8 * x : 8 * x_end])
    mirrored = int(generator.random() < 0.5)
    if mirrored:
        # The mirrored latents are those of the mirrored picture: their columns count from the other side.
        x, x_end = width - x_end, width - x
        stack, picture = mirror_stack(stack), picture[:, ::-1]
    text = "" if generator.random() < _NO_CAPTION else caption(store.record(view), mix, generator)
    return np.array(encoded[mirrored, mix, :, y:y_end, x:x_end]), stack, text, picture


def _drawn(lines: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.float32]:
    """Lines as a hand draws them: thicker or thinner, broken, of uneven strength."""
    if generator.random() < 0.5:
        lines = np.maximum(lines, np.roll(lines, 1, axis=int(generator.integers(2))))
    if generator.random() < 0.5:
        kept = generator.random((lines.shape[0] // 8 + 1, lines.shape[1] // 8 + 1)) > generator.uniform(0, 0.25)
        lines = lines * np.kron(kept, np.ones((8, 8), dtype=np.float32))[: lines.shape[0], : lines.shape[1]]
    return lines * np.float32(generator.uniform(0.6, 1.0))
