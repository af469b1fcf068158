"""Training of the network that reads drawings: lines in; layers, depth, normals and confidence out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from archviz.core.errors import OptionError
from archviz.core.seeds import derive_generator
from archviz.sketch.estimate import BLOCK_PX, OUTPUTS, Layer, Outputs, predict
from archviz.training.checkpoint import copy_average, load_state, save_state
from archviz.training.drawn_views import halved, read_view, targets, view_paths
from archviz.training.hands import draw_by_hand
from archviz.training.loop import Training, cooled, train

__all__ = [
    "adopt_lines",
    "build_lines_network",
    "draw_lines_batch",
    "export_lines",
    "lines_loss",
    "train_lines",
]

CHANNELS = (48, 80, 128, 192)
# An opening is a small part of every picture and the one that is missed most.
_LAYER_WEIGHTS = torch.tensor([1.0, 1.5, 1.0, 1.5, 1.5, 1.0])
_DEPTH_WEIGHT, _NORMAL_WEIGHT = 0.5, 2.0
# Shape is learned where it is not obvious: level ground fills most of a picture.
_BUILDING_WEIGHT = 5.0
# What stands before what, of pixels so far apart along a row or a column, as shares of its length. Depths nearer to
# one another than the second, as a logarithm, are not ranked; beyond the third they need not be further apart.
_RANKED_APART, _RANKED_LEAST, _RANKED_MOST = (1 / 32, 1 / 12, 1 / 5, 2 / 5), 0.03, 0.1
_RANK_WEIGHT = 1.0
# How often the views of one step and the next are halved.
_HALVINGS = (2, 1, 0, 1)


def build_lines_network(channels: tuple[int, ...] = CHANNELS) -> Any:
    """An untrained network; ``channels`` is its width at each of four levels."""
    from diffusers import UNet2DModel

    return UNet2DModel(
        in_channels=BLOCK_PX**2,
        out_channels=OUTPUTS * BLOCK_PX**2,
        layers_per_block=1,
        block_out_channels=channels,
        down_block_types=("DownBlock2D", "DownBlock2D", "DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"),
        attention_head_dim=channels[-1] // 3,
        norm_num_groups=16,
    )


def lines_loss(made: Outputs, layers: torch.Tensor, log_depth: torch.Tensor, normals: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the layers, Laplace likelihood and order of log depth, cosine of the normals.

    Parameters
    ----------
    made
        The network's answer.
    layers
        (n, h, w) int64, -1 where the drawing does not tell.
    log_depth
        (n, h, w), ``nan`` in the sky.
    normals
        (n, 3, h, w), zero in the sky.
    """
    known = layers >= 0
    loss = functional.cross_entropy(made.layers, layers, weight=_LAYER_WEIGHTS, ignore_index=-1)
    solid = known & ~torch.isnan(log_depth)
    own = (layers == Layer.BUILDING) | (layers == Layer.OPENING)
    weight = torch.where(solid, torch.where(own, _BUILDING_WEIGHT, 1.0), 0.0)
    weight = weight / weight.sum().clamp(min=1)
    error = (made.log_depth - torch.nan_to_num(log_depth)).abs()
    likelihood = error * (-made.log_error).exp() + made.log_error
    turned = 1 - (made.normals * normals).sum(1)
    loss = loss + (weight * (_DEPTH_WEIGHT * (likelihood + error) + _NORMAL_WEIGHT * turned)).sum()
    return loss + _RANK_WEIGHT * _misranked(made.log_depth, torch.where(own, log_depth, torch.nan))


def _misranked(made: torch.Tensor, log_depth: torch.Tensor) -> torch.Tensor:
    """Hinge loss of which of two pixels of one row or column is nearer, as a share of the furthest that counts.

    Ranking of pairs as in Chen et al., "Single-Image Depth Perception in the Wild", 2016. Both (n, h, w); pixels of
    the second that are ``nan`` are not ranked.
    """
    lost, count = made.new_zeros(()), made.new_zeros(())
    for axis in (1, 2):
        length = made.shape[axis]
        for share in _RANKED_APART:
            apart = max(1, round(share * length))
            truth, said = (
                depth.narrow(axis, apart, length - apart) - depth.narrow(axis, 0, length - apart)
                for depth in (log_depth, made)
            )
            truth = torch.nan_to_num(truth)
            ranked = truth.abs() > _RANKED_LEAST
            wrong = functional.relu(truth.abs().clamp(max=_RANKED_MOST) - truth.sign() * said)
            lost = lost + torch.where(ranked, wrong, 0.0).sum() / _RANKED_MOST
            count = count + ranked.sum()
    return lost / count.clamp(min=1)


def _sample(path: Path, generator: np.random.Generator, *, halvings: int) -> tuple[NDArray[Any], ...]:
    view = read_view(path)
    for _ in range(halvings):
        view = halved(view)
    if generator.random() < 0.5:
        view = {name: np.ascontiguousarray(array[:, ::-1]) for name, array in view.items()}
        view["normals"] = view["normals"] * np.array([-1, 1, 1], dtype=np.int8)
    lines, known = draw_by_hand(view["edges"], view["layers"], view["elements"], generator)  # type: ignore[arg-type]
    layers, log_depth, normals = targets(view)
    return lines[None].astype(np.float32), np.where(known, layers, -1), log_depth, normals


def draw_lines_batch(paths: list[Path], *, seed: int, step: int, count: int) -> list[torch.Tensor]:
    """Lines, layers, log depth and normals of random views of one shape.

    Half of the steps see ``count`` views at the size at which drawings are read. A quarter see twice as many at half
    of it: what a line bounds is learned there for half the time, and drawings fill their sheets more or less. A
    quarter see a fourth as many as they are read from nearer, where windows of towers have panes.
    """
    halvings = _HALVINGS[step % len(_HALVINGS)]
    count = max(1, round(count * 2.0 ** (halvings - 1) if halvings else count / 4))
    generator = derive_generator(seed, "lines", step)
    samples: list[tuple[NDArray[Any], ...]] = []
    while len(samples) < count:
        sample = _sample(paths[int(generator.integers(len(paths)))], generator, halvings=halvings)
        # Views of other shapes wait for a step whose first one is of their kind.
        if not samples or sample[0].shape == samples[0][0].shape:
            samples.append(sample)
    return [torch.from_numpy(np.stack(column)) for column in zip(*samples, strict=True)]


def train_lines(
    cache: Path, *, steps: int, batch: int = 4, seed: int = 0, threads: int = 1, rate: float = 8e-4,
    cooldown: float = 0.4, until: int | None = None, channels: tuple[int, ...] = CHANNELS,
) -> None:  # fmt: skip
    """Train, or go on where the last run stopped; the rate falls to zero over the last ``cooldown`` of ``steps``.

    Parameters
    ----------
    cache
        Holds ``drawn/``; receives ``lines.pt``.
    rate, cooldown
        Learning rate, and over what share of the steps it falls. A released network goes on at half the rate it
        was trained with, falling from the start.
    until
        Stop after this step though the schedule goes on to ``steps``.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    network = build_lines_network(channels).to(memory_format=torch.channels_last)
    paths = view_paths(cache, "train")

    def loss(step: int) -> torch.Tensor:
        lines, layers, log_depth, normals = draw_lines_batch(paths, seed=seed, step=step, count=batch)
        with torch.autocast("cpu", torch.bfloat16):
            made = predict(network, lines.to(memory_format=torch.channels_last))
        return lines_loss(made, layers, log_depth, normals)

    training = Training(
        name="lines",
        path=cache / "lines.pt",
        modules={"network": network},
        loss=loss,
        rate=cooled(rate, steps=steps, warmup=100, cooldown=cooldown),
        decay=0.998,
    )
    train(training, steps=steps, until=until)


def adopt_lines(cache: Path, folder: Path) -> None:
    """Write the checkpoint of a released network: training starts at step 0 with it.

    Raises
    ------
    OptionError
        A checkpoint is there already: it would be lost.
    """
    from diffusers import UNet2DModel

    path = cache / "lines.pt"
    if path.exists():
        raise OptionError(f"{path} is there already; move it away to start from {folder}")
    network = UNet2DModel.from_pretrained(folder, local_files_only=True).float()
    average = [p.detach() for p in network.parameters()]
    save_state(path, {"network": network.state_dict(), "average": average, "step": 0})


def export_lines(cache: Path, folder: Path, channels: tuple[int, ...] = CHANNELS) -> None:
    """Write the averaged network in fp16 as a diffusers folder.

    Raises
    ------
    FileNotFoundError
        Nothing was trained in this cache.
    """
    state = load_state(cache / "lines.pt")
    if state is None:
        raise FileNotFoundError(f"{cache / 'lines.pt'}: train the lines network first")
    network = build_lines_network(channels)
    copy_average(state, network.parameters())
    network.to(torch.float16).save_pretrained(folder, safe_serialization=True)
