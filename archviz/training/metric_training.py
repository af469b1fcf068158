"""Training of the metric network on the path-traced pictures of the training scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from archviz.core.errors import OptionError
from archviz.core.seeds import derive_generator
from archviz.diffusion.quiet import quiet_libraries
from archviz.training.checkpoint import copy_average, load_state
from archviz.training.loop import Training, cooled, train
from archviz.training.metric_network import (
    ENVIRONMENT_CLASSES,
    ENVIRONMENTS,
    INPUT_PX,
    LIGHTING_CLASSES,
    LIGHTINGS,
    SEEN,
    WIDTHS,
    MetricNetwork,
    shrunk,
)
from archviz.training.pairs import PairStore

__all__ = ["export_metric_network", "metric_network_path", "train_metric_network"]

_SEEN_WEIGHT = 1.0
# What is hidden so that the surroundings alone are asked.
_MASK = ("is_building", "is_opening")
_MASKED_SHARE = 0.4
_SMALLEST_WINDOW_PX = 112
# Hours differ by brightness too, so it may vary by no more.
_BRIGHTNESS = 0.1


@dataclass(frozen=True, eq=False)
class _Sample:
    picture: NDArray[np.float32]
    hidden: NDArray[np.float32]
    seen: NDArray[np.float32]
    lighting: int
    environment: int


def _by_class(store: PairStore) -> list[list[list[int]]]:
    """Views by environment class and scene: each class, then each scene of it, is drawn equally often."""
    found: dict[int, dict[int, list[int]]] = {}
    for view in range(len(store)):
        record = store.record(view)
        row = ENVIRONMENTS.index(ENVIRONMENT_CLASSES[record["environment"]])
        found.setdefault(row, {}).setdefault(int(record["seed"]), []).append(view)
    return [list(found[row].values()) for row in sorted(found)]


def _draw(store: PairStore, classes: list[list[list[int]]], generator: np.random.Generator) -> _Sample:
    import cv2

    scenes = classes[generator.integers(len(classes))]
    views = scenes[generator.integers(len(scenes))]
    view = views[generator.integers(len(views))]
    record, pictures = store.record(view), store.pictures(view)
    mix = int(generator.integers(len(pictures)))
    height, width = pictures.shape[1:3]
    smallest = min(_SMALLEST_WINDOW_PX, height, width)
    side = round(float(np.exp(generator.uniform(np.log(smallest), np.log(min(height, width))))))
    y, x = int(generator.integers(height - side + 1)), int(generator.integers(width - side + 1))
    window = (slice(y, y + side), slice(x, x + side))
    # As fine as the network's input is enough of the maps.
    stride = max(1, side // INPUT_PX)
    coarse = (slice(y, y + side, stride), slice(x, x + side, stride))
    fixed = store.fixed(view, window=coarse, channels=(*_MASK, *SEEN))
    mirrored = generator.random() < 0.5
    if mirrored:
        fixed = fixed[..., ::-1].copy()
        fixed[len(_MASK) + SEEN.index("normal_right")] *= -1
    crop = np.array(pictures[mix, window[0], window[1]])
    picture = shrunk(crop[:, ::-1] if mirrored else crop, INPUT_PX).astype(np.float32) / 255
    own = shrunk(fixed[: len(_MASK)].sum(0), INPUT_PX)
    hidden = (own > 0) if generator.random() < _MASKED_SHARE else np.zeros(own.shape, dtype=bool)
    seen = np.stack([cv2.resize(c, (INPUT_PX // 8,) * 2, interpolation=cv2.INTER_AREA) for c in fixed[len(_MASK) :]])
    picture = np.clip(picture * (1 + _BRIGHTNESS * generator.uniform(-1, 1)), 0, 1)
    return _Sample(
        picture=picture.transpose(2, 0, 1).astype(np.float32),
        hidden=hidden[None].astype(np.float32),
        seen=seen,
        lighting=LIGHTINGS.index(LIGHTING_CLASSES[record["mixes"][mix]["lighting"]]),
        environment=ENVIRONMENTS.index(ENVIRONMENT_CLASSES[record["environment"]]),
    )


def metric_network_path(cache: Path) -> Path:
    """Where the checkpoint lies."""
    return cache / "metric-network.pt"


def train_metric_network(
    cache: Path,
    *,
    steps: int = 1000,
    batch: int = 32,
    seed: int = 0,
    threads: int = 1,
    rate: float = 2e-3,
    until: int | None = None,
    widths: Sequence[int] = WIDTHS,
) -> None:
    """Train on the pictures of the training scenes, or go on where the last run stopped.

    Parameters
    ----------
    cache
        Holds ``pairs/``; receives ``metric-network.pt``.
    until
        Stop after this step though the schedule goes on to ``steps``.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    network = MetricNetwork(widths).to(memory_format=torch.channels_last)
    store = PairStore(cache, split="train")

    def loss(step: int) -> torch.Tensor:
        classes = _by_class(store)
        generator = derive_generator(seed, "metric-network", step)
        # Dropout draws from torch's own generator.
        torch.manual_seed(int(generator.integers(2**31)))
        samples = [_draw(store, classes, generator) for _ in range(batch)]
        pictures, hidden, seen = (
            torch.from_numpy(np.stack([getattr(sample, name) for sample in samples]))
            for name in ("picture", "hidden", "seen")
        )
        with torch.autocast("cpu", torch.bfloat16):
            made = network(pictures.to(memory_format=torch.channels_last), hidden)
        hours = torch.tensor([sample.lighting for sample in samples])
        places = torch.tensor([sample.environment for sample in samples])
        # What is hidden cannot be seen.
        open_share = 1 - functional.avg_pool2d(hidden, 8)
        unseen = ((made.seen.float() - seen).abs() * open_share).mean()
        told = functional.cross_entropy(made.lighting.float(), hours) + functional.cross_entropy(
            made.environment.float(), places
        )
        return told + _SEEN_WEIGHT * unseen

    training = Training(
        name="metric-network",
        path=metric_network_path(cache),
        modules={"network": network},
        loss=loss,
        rate=cooled(rate, steps=steps, warmup=max(1, min(100, steps // 10)), cooldown=0.5),
        decay=0.995,
        weight_decay=0.05,
        refresh=store.refresh,
    )
    train(training, steps=steps, until=until)


def export_metric_network(cache: Path, folder: Path, *, widths: Sequence[int] = WIDTHS) -> None:
    """Write the averaged network in fp16 as a folder of weights and configuration.

    Raises
    ------
    OptionError
        Nothing was trained in this cache.
    """
    state = load_state(metric_network_path(cache))
    if state is None:
        raise OptionError(f"{metric_network_path(cache)} is missing; run the step `metric-network` first")
    network = MetricNetwork(widths)
    copy_average(state, network.parameters())
    with quiet_libraries():
        network.to(torch.float16).save_pretrained(folder, safe_serialization=True)
