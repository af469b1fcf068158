"""Training of the finisher: drafts and maps in, path-traced pictures out.

What the maps decide (where an edge stands, which colour a wall has) is asked for to the pixel. What they do
not (the leaves of a hedge, the blades of a meadow) has many right answers, whose mean is a blur: there the
colour of a neighbourhood is asked for, and how strong, how fine and which way its texture is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from archviz.control import CHANNELS
from archviz.core.seeds import derive_generator
from archviz.diffusion.finisher import Finisher
from archviz.diffusion.textures import draw_textures
from archviz.training.checkpoint import copy_average, load_state
from archviz.training.drafts import given_stack
from archviz.training.loop import Training, cooled, train
from archviz.training.pairs import PairStore, mirror_stack

__all__ = ["finisher_loss", "load_finisher", "texture_loss", "train_finisher"]

_EDGES = CHANNELS.index("edges")
_SOLID = [CHANNELS.index("is_building"), CHANNELS.index("is_opening"), CHANNELS.index("is_sky")]
_FAMILY = [CHANNELS.index(f"family_{i}") for i in range(4)]
_PIXELS, _MEANS, _SLOPES, _TEXTURE = 8.0, 12.0, 6.0, 30.0
_OCTAVES = 3
# Share of the pixels' loss that is left where the material is rough and no line near: the mean of all
# right answers to the pixel is a blur.
_ROUGH = 0.02


def _draw(store: PairStore, *, seed: int, step: int, count: int, side: int) -> tuple[torch.Tensor, ...]:
    """Drafts (n, 3, s, s), stacks, grains and truth of random crops."""
    generator = derive_generator(seed, "finisher", step)
    columns: list[list[NDArray[Any]]] = [[], [], []]
    for _ in range(count):
        view = int(generator.integers(len(store)))
        drafts = np.load(store.folder(view) / "drafts.npz", allow_pickle=False)
        row = int(generator.integers(len(drafts["mixes"])))
        mix, way = int(drafts["mixes"][row]), int(drafts["ways"][row])
        truth = store.pictures(view)[mix]
        y, x = (int(generator.integers(extent - side + 1)) for extent in truth.shape[:2])
        window = (slice(y, y + side), slice(x, x + side))
        draft, stack, truth = drafts["pictures"][row][window], given_stack(store, view, mix, way, window), truth[window]
        if generator.random() < 0.5:
            draft, stack, truth = draft[:, ::-1], mirror_stack(stack), truth[:, ::-1]
        for column, sample in zip(columns, (draft, stack, truth), strict=True):
            column.append(np.ascontiguousarray(sample))
    drafts_, truths = (
        torch.from_numpy(np.stack(column)).permute(0, 3, 1, 2).float() / 127.5 - 1
        for column in (columns[0], columns[2])
    )
    grains = torch.from_numpy(np.stack([draw_textures(side, side, generator) for _ in range(count)]))
    return drafts_, torch.from_numpy(np.stack(columns[1])), grains, truths


def _slopes(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return picture[..., 1:, :] - picture[..., :-1, :], picture[..., :, 1:] - picture[..., :, :-1]


def finisher_loss(made: torch.Tensor, truth: torch.Tensor, stack: torch.Tensor) -> torch.Tensor:
    """What the maps decide, to the pixel; the mean colour of neighbourhoods everywhere.

    Parameters
    ----------
    made, truth
        (n, 3, s, s) in [-1, 1].
    stack
        (n, 36, s, s) control stacks.
    """
    edges = functional.max_pool2d(stack[:, _EDGES : _EDGES + 1], 5, stride=1, padding=2)
    solid = stack[:, _SOLID].sum(1, keepdim=True) * (1 - stack[:, _FAMILY].amax(1, keepdim=True))
    weight = _ROUGH + (0.5 - _ROUGH) * solid + edges
    loss = _PIXELS * (weight * (made - truth).abs()).mean()
    for reduction, least in ((4, _ROUGH), (16, 0.4)):
        small, wanted, sure = (functional.avg_pool2d(t, reduction) for t in (made, truth, solid))
        loss = loss + _MEANS * ((least + (1 - least) * sure) * (small - wanted).abs()).mean() / 2
    for axis, (found, wanted) in enumerate(zip(_slopes(made), _slopes(truth), strict=True)):
        near = edges[..., 1:, :] if axis == 0 else edges[..., :, 1:]
        loss = loss + _SLOPES * (near * (found - wanted).abs()).mean()
    return loss


def texture_statistics(picture: torch.Tensor, reduction: int = 16) -> list[torch.Tensor]:
    """Local deviations of each octave's detail, of its slopes across and along, and of its colour.

    Second moments of a pyramid (Heeger and Bergen, "Pyramid-Based Texture Analysis/Synthesis", 1995) in
    windows of ``reduction`` pixels: what a texture has in common with another of its kind.
    """
    found = []
    for octave in range(_OCTAVES):
        window = max(2, reduction >> octave)
        coarse = functional.avg_pool2d(picture, 5, stride=1, padding=2, count_include_pad=False)
        detail = picture - coarse
        luma = detail.mean(1, keepdim=True)
        across, down = luma[..., :, 1:] - luma[..., :, :-1], luma[..., 1:, :] - luma[..., :-1, :]
        # The second differences tell a lattice of every other pixel, which no picture has, from texture.
        bends = (
            across[..., :, 1:] - across[..., :, :-1],
            down[..., 1:, :] - down[..., :-1, :],
            across[..., 1:, :] - across[..., :-1, :],
        )
        for band in (luma, detail - luma, across, down, *bends):
            found.append((functional.avg_pool2d(band.square(), window, ceil_mode=True) + 1e-5).sqrt())
        picture = functional.avg_pool2d(picture, 2)
    return found


def texture_loss(made: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean difference of :func:`texture_statistics`, (n, 3, s, s) each."""
    pairs = zip(texture_statistics(made), texture_statistics(truth), strict=True)
    return torch.stack([(one - other).abs().mean() for one, other in pairs]).mean()


def train_finisher(
    cache: Path, *, steps: int, until: int | None = None, batch: int = 4, side: int = 192, seed: int = 0,
    threads: int = 1, rate: float = 6e-4, finisher: Finisher | None = None,
) -> None:  # fmt: skip
    """Train, or go on where the last run stopped.

    Parameters
    ----------
    cache
        Holds ``pairs/`` with drafts; receives ``finisher.pt``.
    steps
        Where the schedule ends.
    until
        Stop after this step though the schedule goes on to ``steps``.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    network = (finisher or Finisher()).to(memory_format=torch.channels_last).train()
    store = PairStore(cache, split="train", having="drafts.npz")

    def loss(step: int) -> torch.Tensor:
        drafts, stack, grains, truth = _draw(store, seed=seed, step=step, count=batch, side=side)
        with torch.autocast("cpu", torch.bfloat16):
            made = network(drafts, stack, grains)
        return finisher_loss(made.float(), truth, stack) + _TEXTURE * texture_loss(made.float(), truth)

    training = Training(
        name="finisher",
        path=cache / "finisher.pt",
        modules={"finisher": network},
        loss=loss,
        rate=cooled(rate, steps=steps, warmup=100, cooldown=0.3),
        decay=0.998,
        betas=(0.7, 0.98),
        refresh=store.refresh,
    )
    train(training, steps=steps, until=until)


def load_finisher(cache: Path, network: Finisher | None = None) -> Finisher:
    """The averaged network of the last checkpoint in evaluation mode, of the shape of ``network``.

    Raises
    ------
    FileNotFoundError
        Nothing was trained in this cache.
    """
    state = load_state(cache / "finisher.pt")
    if state is None:
        raise FileNotFoundError(f"{cache / 'finisher.pt'}: train the finisher first")
    network = network or Finisher()
    copy_average(state, network.parameters())
    return network.eval().requires_grad_(False)
