"""The metric network: what hour and what place a picture shows, and the features that pictures are compared in.

A tool of the evaluation alone. It learns from path-traced training pictures, never from an engine's, and teaches no
engine. It is released, so that figures of one time can be held against those of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from archviz.core.errors import OptionError

__all__ = [
    "ENVIRONMENTS",
    "ENVIRONMENT_CLASSES",
    "INPUT_PX",
    "LIGHTINGS",
    "LIGHTING_CLASSES",
    "SEEN",
    "WIDTHS",
    "MetricNetwork",
    "Recognition",
    "Recognized",
    "features_of",
    "load_metric_network",
    "recognize",
    "shrunk",
]

# Preset -> what a person can tell: the sun at 3 and at 8 degrees, or clouds with and without rain, look alike.
LIGHTING_CLASSES: Mapping[str, str] = {
    "morning": "day",
    "noon": "day",
    "sunrise": "low sun",
    "golden-hour": "low sun",
    "sunset": "low sun",
    "overcast": "clouds",
    "monsoon-rain": "clouds",
    "blue-hour": "blue hour",
    "night": "night",
}
ENVIRONMENT_CLASSES: Mapping[str, str] = {
    "downtown": "street",
    "tube-house-street": "street",
    "hoi-an": "street",
    "suburb": "garden",
    "park": "garden",
    "tropical-garden": "garden",
    "forest": "forest",
    "da-lat-pines": "forest",
    "rice-paddies": "rice terraces",
    "meadow": "meadow",
    "mekong-riverside": "waterside",
    "ha-long-coast": "waterside",
    "lakeside": "waterside",
    "desert": "desert",
    "snow": "snow",
    "studio": "studio",
}
LIGHTINGS = tuple(dict.fromkeys(LIGHTING_CLASSES.values()))
ENVIRONMENTS = tuple(dict.fromkeys(ENVIRONMENT_CLASSES.values()))
INPUT_PX = 128
WIDTHS = (32, 64, 128, 192)
# What it also learns to see, an eighth as fine as its input: features for more than two questions.
SEEN = ("inverse_depth", "normal_right", "normal_up_in_view", "normal_to_viewer", "family_0", "family_1", "family_2",
         "family_3")  # fmt: skip
_DROPPED = 0.2
# Parts of a picture that are asked after beside the whole: texture is seen from near, the place from far.
_NEAR_WINDOWS = 3


@dataclass(frozen=True, eq=False)
class Recognition:
    """What the network says of n pictures.

    Parameters
    ----------
    lighting, environment
        (n, 5) and (n, 9) logits in the order of ``LIGHTINGS`` and ``ENVIRONMENTS``.
    seen
        (n, 8, h/8, w/8) inverse depth, normals and texture codes.
    features
        (n, 640) means and deviations over the picture of its first three levels, and means of its last: how fine
        and how strong what it answers to is, and what it is.
    """

    lighting: torch.Tensor
    environment: torch.Tensor
    seen: torch.Tensor
    features: torch.Tensor


@dataclass(frozen=True)
class Recognized:
    """The most likely classes of one picture."""

    lighting: str
    environment: str


class _Halving(nn.Module):
    """A residual block of stride 2 (He et al., 2016), with group normalisation: it knows no batch."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
            nn.GroupNorm(8, after),
            nn.SiLU(),
            nn.Conv2d(after, after, 3, padding=1, bias=False),
            nn.GroupNorm(8, after),
        )
        self.beside = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(before, after, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, before, h, w) to (n, after, h/2, w/2)."""
        return functional.silu(self.body(x) + self.beside(x))


class MetricNetwork(ModelMixin, ConfigMixin):  # type: ignore[misc]  # diffusers has no types
    """A small residual network over pictures whose building may be hidden.

    Parameters
    ----------
    widths
        Channels of the stem and of each level.
    """

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        first, *others = widths
        self.stem = nn.Sequential(
            nn.Conv2d(4, first, 5, stride=2, padding=2, bias=False), nn.GroupNorm(8, first), nn.SiLU()
        )
        self.levels = nn.ModuleList(_Halving(a, b) for a, b in zip(widths, others, strict=False))
        self.seen = nn.Conv2d(widths[-2], len(SEEN), 1)
        self.lighting = nn.Linear(widths[-2] + widths[-1], len(LIGHTINGS))
        self.environment = nn.Linear(widths[-2] + widths[-1], len(ENVIRONMENTS))

    def forward(self, pictures: torch.Tensor, hidden: torch.Tensor) -> Recognition:
        """Look at pictures.

        Parameters
        ----------
        pictures
            (n, 3, h, w) sRGB in [0, 1]; sides are multiples of 16.
        hidden
            (n, 1, h, w), 1 where the picture is not to be seen.
        """
        shown = (2 * pictures - 1) * (1 - hidden)
        kept = [self.stem(torch.cat([shown, hidden], dim=1))]
        for level in self.levels:
            kept.append(level(kept[-1]))
        means = [level.mean((2, 3)) for level in kept]
        asked = functional.dropout(torch.cat(means[-2:], dim=1), _DROPPED, self.training)
        # The deep means alone hardly tell a soft picture from a sharp one.
        deviations = [level.std((2, 3)) for level in kept[:-1]]
        features = torch.cat([*deviations, *means], dim=1)
        return Recognition(self.lighting(asked), self.environment(asked), self.seen(kept[-2]), features)


def shrunk(array: NDArray[Any], side: int) -> NDArray[Any]:
    """A square (h, h) or (h, h, C) array at another size, each pixel the mean of what it covers."""
    import cv2

    smaller = array.shape[0] > side
    return np.asarray(
        cv2.resize(
            np.ascontiguousarray(array), (side, side), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        )
    )


def load_metric_network(folder: Path) -> MetricNetwork:
    """A release, in evaluation mode.

    Raises
    ------
    OptionError
        There is none in ``folder``.
    """
    if not (folder / "config.json").is_file():
        raise OptionError(
            f"{folder} holds no metric network; run `python -m archviz.training metric-network` and "
            "`export-metric-network` first"
        )
    network = MetricNetwork.from_pretrained(folder, local_files_only=True, low_cpu_mem_usage=False)
    return network.float().eval().requires_grad_(False)


def recognize(
    network: MetricNetwork, picture: NDArray[np.uint8], *, hidden: NDArray[np.bool_] | None = None
) -> Recognized:
    """The hour and place of a picture, from near and far.

    Parameters
    ----------
    picture
        (H, W, 3) uint8 sRGB.
    hidden
        (H, W) what the network is not shown.
    """
    height, width = picture.shape[:2]
    side = min(height, width)
    veil = np.zeros((height, width), bool) if hidden is None else hidden
    far = [(height - side) // 2, (width - side) // 2]
    corners = {(0, 0), (height - side, width - side), (far[0], far[1])}
    windows = [(y, x, side) for y, x in sorted(corners)]
    half = side // 2
    places = [np.linspace(0, length - half, _NEAR_WINDOWS).astype(int) for length in (height, width)]
    windows += [(int(y), int(x), half) for y in places[0] for x in places[1]]
    shown, veiled = [], []
    for y, x, edge in windows:
        part = (slice(y, y + edge), slice(x, x + edge))
        shown.append(shrunk(picture[part], INPUT_PX))
        veiled.append(shrunk(veil[part].astype(np.float32), INPUT_PX) > 0)
    with torch.inference_mode():
        said = network(_as_input(np.stack(shown)), torch.from_numpy(np.stack(veiled)[:, None].astype(np.float32)))
    # The far windows say as much as the near ones together.
    weights = torch.tensor([1 / len(corners)] * len(corners) + [1 / len(places[0]) ** 2] * len(places[0]) ** 2)
    hour, place = (
        int((weights[:, None] * logits.softmax(1)).sum(0).argmax()) for logits in (said.lighting, said.environment)
    )
    return Recognized(LIGHTINGS[hour], ENVIRONMENTS[place])


def features_of(network: MetricNetwork, crops: NDArray[np.uint8], *, batch: int = 64) -> NDArray[np.float32]:
    """(n, 640) features of (n, 128, 128, 3) uint8 crops, nothing hidden."""
    made = []
    with torch.inference_mode():
        for first in range(0, len(crops), batch):
            shown = _as_input(crops[first : first + batch])
            made.append(network(shown, torch.zeros_like(shown[:, :1])).features.numpy())
    return np.concatenate(made)


def _as_input(pictures: NDArray[np.generic]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
