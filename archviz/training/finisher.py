"""Training of the finisher: drafts and maps in, path-traced pictures out.

What the maps decide (where an edge stands, which colour a wall has) is asked for to the pixel. What they do
not (the leaves of a hedge, the blades of a meadow) has many right answers, whose mean is a blur: there the
colour of a neighbourhood is asked for, and a discriminator that sees the same maps judges the texture
(Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017; the matching of its
features after Wang et al., "High-Resolution Image Synthesis with Conditional GANs", 2018).
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from archviz.control import CHANNELS
from archviz.core.seeds import derive_generator
from archviz.diffusion.finisher import Finisher
from archviz.training.checkpoint import Average, load_state
from archviz.training.drafts import given_stack
from archviz.training.loop import Training, cooled, train
from archviz.training.pairs import PairStore, mirror_stack

__all__ = ["Discriminator", "load_finisher", "train_finisher"]

_EDGES = CHANNELS.index("edges")
_SOLID = [CHANNELS.index("is_building"), CHANNELS.index("is_opening"), CHANNELS.index("is_sky")]
_FAMILY = [CHANNELS.index(f"family_{i}") for i in range(4)]
_PIXELS, _MEANS, _SLOPES, _FEATURES, _JUDGED = 8.0, 12.0, 6.0, 2.0, 2.0
# Share of the pixels' loss that is left where the material is rough and no line near: the mean of all
# right answers to the pixel is a blur.
_ROUGH = 0.04
# Share of the steps without a discriminator: colours and edges first.
_ALONE = 0.3
_JUDGE_RATE = 4e-4
_FINE = 8.0


class Discriminator(nn.Module):
    """Tells path-traced from finished patches of about 40 pixels, given the maps.

    Texture is a few hundredths of a picture's range, and under a spectral norm what is small in the input
    stays small in the answer: the fine part is read apart, and larger.
    """

    def __init__(self, control_channels: int = len(CHANNELS), widths: tuple[int, ...] = (48, 96, 128)) -> None:
        super().__init__()
        wide = ((6 + control_channels) * 4, *widths)
        self.layers = nn.ModuleList(
            nn.utils.spectral_norm(nn.Conv2d(a, b, 3 if not i else 4, stride=1 if not i else 2, padding=1))
            for i, (a, b) in enumerate(itertools.pairwise(wide))
        )
        self.answer = nn.utils.spectral_norm(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, picture: torch.Tensor, stack: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """A map of scores, high for path-traced, and the features of each layer."""
        fine = picture - functional.avg_pool2d(picture, 7, stride=1, padding=3, count_include_pad=False)
        x = functional.pixel_unshuffle(torch.cat([_FINE * fine, picture, stack / 2], 1), 2)
        features = []
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.answer(x), features


def _draw(store: PairStore, *, seed: int, step: int, count: int, side: int) -> tuple[torch.Tensor, ...]:
    """Drafts (n, 3, s, s), stacks, noise and truth of random crops."""
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
    noise = torch.from_numpy(generator.standard_normal((count, 1, side, side), dtype=np.float32))
    return drafts_, torch.from_numpy(np.stack(columns[1])), noise, truths


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
    for reduction, least in ((4, 2 * _ROUGH), (16, 1.0)):
        small, wanted, sure = (functional.avg_pool2d(t, reduction) for t in (made, truth, solid))
        loss = loss + _MEANS * ((least + (1 - least) * sure) * (small - wanted).abs()).mean() / 2
    for axis, (found, wanted) in enumerate(zip(_slopes(made), _slopes(truth), strict=True)):
        near = edges[..., 1:, :] if axis == 0 else edges[..., :, 1:]
        loss = loss + _SLOPES * (near * (found - wanted).abs()).mean()
    return loss


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
        Where the schedule ends; its first part goes without the discriminator.
    until
        Stop after this step though the schedule goes on to ``steps``.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    network = (finisher or Finisher()).to(memory_format=torch.channels_last).train()
    judge = Discriminator().to(memory_format=torch.channels_last)
    judging = torch.optim.AdamW(judge.parameters(), lr=_JUDGE_RATE, betas=(0.5, 0.98))
    state = load_state(cache / "finisher.pt")
    # A release that was adopted brings no discriminator.
    if state is not None and "judge" in state:
        judge.load_state_dict(state["judge"])
        judging.load_state_dict(state["judging"])
    store = PairStore(cache, split="train", having="drafts.npz")

    def loss(step: int) -> torch.Tensor:
        drafts, stack, noise, truth = _draw(store, seed=seed, step=step, count=batch, side=side)
        with torch.autocast("cpu", torch.bfloat16):
            made = network(drafts, stack, noise)
        total = finisher_loss(made.float(), truth, stack)
        if step < _ALONE * steps:
            return total
        _train_judge(judge, judging, made.detach().float(), truth, stack)
        judge.requires_grad_(False)
        with torch.autocast("cpu", torch.bfloat16):
            answer, features = judge(made, stack)
            with torch.no_grad():
                _, wanted = judge(truth, stack)
        judge.requires_grad_(True)
        matched = sum((a.float() - b.float()).abs().mean() for a, b in zip(features, wanted, strict=True))
        return total + _FEATURES * matched - _JUDGED * answer.float().mean()

    training = Training(
        name="finisher",
        path=cache / "finisher.pt",
        modules={"finisher": network},
        loss=loss,
        rate=cooled(rate, steps=steps, warmup=100, cooldown=0.3),
        decay=0.998,
        betas=(0.7, 0.98),
        refresh=store.refresh,
        extra=lambda: {"judge": judge.state_dict(), "judging": judging.state_dict()},
    )
    train(training, steps=steps, until=until)


def _train_judge(
    judge: Discriminator, judging: torch.optim.Optimizer, made: torch.Tensor, truth: torch.Tensor, stack: torch.Tensor
) -> None:
    """One step of the discriminator with the hinge loss."""
    with torch.autocast("cpu", torch.bfloat16):
        real, false = judge(truth, stack)[0].float(), judge(made, stack)[0].float()
    loss = functional.relu(1 - real).mean() + functional.relu(1 + false).mean()
    judging.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    judging.step()


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
    average = Average(list(network.parameters()))
    average.values = state["average"]
    average.copy_to(network.parameters())
    return network.eval().requires_grad_(False)  # type: ignore[no-any-return]
