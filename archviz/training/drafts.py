"""Drafts: what the denoiser and the decoder make of training views, for the finisher to learn from.

One file a view, ``<cache>/pairs/<view>/drafts.npz``: ``pictures`` (K, H, W, 3) uint8, and for each of them
``mixes`` (K,) and ``ways`` (K,), the rows of :data:`DRAFT_WAYS` that say how its maps were given.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from archviz.control import CHANNELS, Group, drop_groups
from archviz.core.seeds import derive_generator, derive_seed
from archviz.training.captions import caption
from archviz.training.pairs import Kind, PairStore

__all__ = ["DRAFT_WAYS", "deferred_colour", "given_stack", "make_drafts"]

_ALL_BUT_EDGES: frozenset[Group] = frozenset({"geometry", "material", "light", "surroundings"})
# How a draft's maps are given: share, maps' kind, groups left out, where sampling starts. From the deferred
# colour the engine starts where it has one. A draft from the truth's own latents, noised, shows what the
# maps do not hold where the truth has it, so that the finisher learns to keep it.
DRAFT_WAYS: tuple[tuple[float, Kind, frozenset[Group], str], ...] = (
    (0.60, "complete", frozenset(), "deferred"),
    (0.20, "complete", frozenset(), "truth"),
    (0.10, "building", frozenset({"surroundings"}), "truth"),
    (0.04, "complete", frozenset({"light"}), "truth"),
    (0.03, "building", _ALL_BUT_EDGES, "truth"),
    (0.03, "complete", frozenset({*_ALL_BUT_EDGES, "edges"}), "truth"),
)
_SHARES = np.array([way[0] for way in DRAFT_WAYS])
_PER_VIEW = 5
# Times of the two steps that a sampling from a picture takes of four.
_TIMES = (499, 249)


def deferred_colour(stack: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3, H, W) in [-1, 1]: the deferred colour that a control stack holds."""
    return stack[[CHANNELS.index(f"deferred_{colour}") for colour in ("red", "green", "blue")]]


def given_stack(store: PairStore, view: int, mix: int, way: int, window: Any = None) -> NDArray[np.float32]:
    """(36, h, w) control stack of a view as ``way`` gives it."""
    _, kind, dropped, _ = DRAFT_WAYS[way]
    stack: NDArray[np.float32] = store.stack(view, mix, kind=kind, window=window)
    return drop_groups(stack, dropped) if dropped else stack


def make_drafts(cache: Path, folder: Path, *, threads: int = 1) -> int:
    """Make the drafts of every training view that has none; returns how many views were done.

    Parameters
    ----------
    cache
        Holds ``pairs/``.
    folder
        The engine's weights.
    """
    from diffusers import StableDiffusionControlNetPipeline

    torch.set_num_threads(threads)
    pipeline = StableDiffusionControlNetPipeline.from_pretrained(
        str(folder), dtype=torch.float32, local_files_only=True, safety_checker=None, requires_safety_checker=False
    )
    made = 0
    store = PairStore(cache, split="train")
    for view in range(len(store)):
        path = store.folder(view) / "drafts.npz"
        if not path.exists():
            beside = path.with_name("drafts.partial.npz")
            np.savez(beside, allow_pickle=False, **_drafts(pipeline, store, view))
            beside.replace(path)
            made += 1
            print(f"drafts: {store.folder(view).name}", flush=True)
    return made


def _drafts(pipeline: Any, store: PairStore, view: int) -> dict[str, NDArray[Any]]:
    record = store.record(view)
    generator = derive_generator(int(record["seed"]) * 16 + int(record["view"]), "drafts")
    pictures = store.pictures(view)
    mixes = generator.permutation(len(pictures))[:_PER_VIEW]
    ways = generator.choice(len(DRAFT_WAYS), size=len(mixes), p=_SHARES / _SHARES.sum())
    made = []
    for mix, way in zip(mixes, ways, strict=True):
        stack = given_stack(store, view, int(mix), int(way))
        truth = np.array(pictures[mix], dtype=np.float32).transpose(2, 0, 1) / 127.5 - 1
        start = deferred_colour(stack) if DRAFT_WAYS[way][3] == "deferred" else truth
        noise = torch.Generator().manual_seed(derive_seed(int(record["seed"]), "draft", view, int(mix)))
        made.append(_draft(pipeline, start, stack, caption(record, int(mix), generator), noise))
    return {"pictures": np.stack(made), "mixes": mixes.astype(np.int64), "ways": ways.astype(np.int64)}


def _draft(
    pipeline: Any, start: NDArray[np.float32], stack: NDArray[np.float32], text: str, generator: torch.Generator
) -> NDArray[np.uint8]:
    vae, scheduler = pipeline.vae, pipeline.scheduler
    tokens = pipeline.tokenizer(
        text, padding="max_length", max_length=pipeline.tokenizer.model_max_length, truncation=True, return_tensors="pt"
    ).input_ids
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        words = pipeline.text_encoder(tokens)[0]
        clean = vae.encode(torch.from_numpy(start)[None]).latents * vae.config.scaling_factor
        noise = torch.randn(clean.shape, generator=generator)
        controls = torch.from_numpy(stack)[None]
        down, middle = pipeline.controlnet(torch.zeros_like(clean), 0, words, controls, return_dict=False)
        signal = scheduler.alphas_cumprod
        latents = clean.float()
        for time in _TIMES:
            # From one step's picture to the next time with the noise that the step saw: DDIM.
            kept = signal[time]
            noisy = kept.sqrt() * latents + (1 - kept).sqrt() * noise
            latents = pipeline.unet(
                noisy, time, words, down_block_additional_residuals=list(down),
                mid_block_additional_residual=middle, return_dict=False,
            )[0].float()  # fmt: skip
            noise = (noisy - kept.sqrt() * latents) / (1 - kept).sqrt()
        picture = vae.decode(latents / vae.config.scaling_factor).sample[0].float()
    return ((picture + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
