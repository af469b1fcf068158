"""What stands behind a drawing's lines: layers, depth and normals, by a small network of our own.

The network is a plain diffusers ``UNet2DModel`` that reads lines instead of noise. It works at a longer
side of 384 px on 4x4 blocks of pixels and was trained on the project's own procedural scenes
(``archviz/training/lines.py``).
"""

from __future__ import annotations

import functools
import hashlib
import math
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError
from archviz.core.maps import EdgeMap
from archviz.core.size import Size

if TYPE_CHECKING:
    import torch

__all__ = [
    "BLOCK_PX",
    "CLOSER_LONGER_PX",
    "OUTPUTS",
    "WORKING_LONGER_PX",
    "Estimate",
    "Layer",
    "Outputs",
    "estimate_space",
    "predict",
    "weights_sha256",
    "working_size",
]

WORKING_LONGER_PX = 384
# Small windows are seen from nearer; depth, which needs the whole, is not.
CLOSER_LONGER_PX = 768
BLOCK_PX = 4
# The network halves its blocks three times.
_MULTIPLE = 8 * BLOCK_PX
_WEIGHTS = Path(__file__).parents[1] / "weights" / "lines"


class Layer(IntEnum):
    """What a pixel of a drawing shows."""

    BUILDING = 0
    OPENING = 1
    GROUND = 2
    PLANT = 3
    OTHER = 4
    SKY = 5


# Layers, log depth, normal, log of the depth's expected error.
OUTPUTS = len(Layer) + 1 + 3 + 1


@dataclass(frozen=True, eq=False)
class Outputs:
    """What the network says of n drawings, as tensors.

    Parameters
    ----------
    layers
        (n, 6, h, w) logits.
    log_depth
        (n, h, w) natural logarithm of depth over the building's median depth.
    normals
        (n, 3, h, w) unit normals along the camera's right, up and towards the viewer.
    log_error
        (n, h, w) logarithm of the expected error of ``log_depth``.
    """

    layers: torch.Tensor
    log_depth: torch.Tensor
    normals: torch.Tensor
    log_error: torch.Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class Estimate:
    """What a drawing is taken to show.

    Parameters
    ----------
    layers
        (6, h, w) float32 probability of each :class:`Layer`.
    depth
        (h, w) float32 depth along the optical axis over the building's median depth; meaningless in the sky.
    normals
        (h, w, 3) float32 unit normals along the camera's right, up and towards the viewer.
    confidence
        (h, w) float32, 1 where the depth is sure and 0 where it may be off by its own size.
    """

    layers: NDArray[np.float32]
    depth: NDArray[np.float32]
    normals: NDArray[np.float32]
    confidence: NDArray[np.float32]

    @property
    def size(self) -> Size:
        """Size of the maps."""
        return Size(height=self.depth.shape[0], width=self.depth.shape[1])

    def resized(self, size: Size) -> Estimate:
        """The same at another size, each pixel that of its middle."""
        import cv2

        def at(array: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.asarray(cv2.resize(array, (size.width, size.height), interpolation=cv2.INTER_NEAREST))

        layers = np.stack([at(layer) for layer in self.layers])
        return Estimate(layers=layers, depth=at(self.depth), normals=at(self.normals), confidence=at(self.confidence))

    def seen_closer(self, closer: Estimate) -> Estimate:
        """The same, its layers the mean of its own and those that were seen at a larger size."""
        import cv2

        shape = (self.size.width, self.size.height)
        theirs = [cv2.resize(layer, shape, interpolation=cv2.INTER_AREA) for layer in closer.layers]
        return replace(self, layers=((self.layers + np.stack(theirs)) / 2).astype(np.float32))

    def share(self, layer: Layer) -> float:
        """Share of the picture that most likely shows ``layer``."""
        return float(np.mean(self.layers.argmax(0) == layer))


def predict(network: Any, lines: torch.Tensor) -> Outputs:
    """Run the network.

    Parameters
    ----------
    network
        ``UNet2DModel`` with 16 channels in and 16 times :data:`OUTPUTS` out.
    lines
        (n, 1, h, w), 1 on lines; sides are multiples of 32.
    """
    import torch
    from torch.nn import functional

    blocks = functional.pixel_unshuffle(lines, BLOCK_PX)
    made = network(blocks, 0, return_dict=False)[0]
    pixels = functional.pixel_shuffle(made, BLOCK_PX).float()
    layers, depth, normals, error = torch.split(pixels, [len(Layer), 1, 3, 1], dim=1)
    return Outputs(layers, depth[:, 0].clamp(-4, 8), functional.normalize(normals, dim=1), error[:, 0].clamp(-6, 3))


def working_size(size: Size) -> Size:
    """The size at which a drawing in a picture of ``size`` is looked at."""
    return size.with_longer(WORKING_LONGER_PX)


def closer_size(size: Size) -> Size:
    """The larger size at which a drawing that has enough pixels is looked at once more."""
    return size.with_longer(CLOSER_LONGER_PX)


def estimate_space(lines: EdgeMap, *, weights: Path | None = None) -> Estimate:
    """Estimate layers, depth and normals behind lines, as the mean of what a drawing and its mirror image show.

    Parameters
    ----------
    lines
        (H, W) lines of the drawing at its :func:`working_size`, one to two pixels wide.
    weights
        Another folder than the packaged one.

    Raises
    ------
    FileFormatError
        The weights are missing or cannot be read.
    """
    import torch

    network = _load(weights or _WEIGHTS)
    height, width = lines.size.shape
    paper = np.pad(lines.array, ((0, -height % _MULTIPLE), (0, -width % _MULTIPLE)))
    threads = torch.get_num_threads()
    # One thread: the answer must not depend on how many an engine was given.
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            shown = torch.tensor(paper)[None, None]
            plain, mirrored = predict(network, shown), predict(network, shown.flip(3))
    finally:
        torch.set_num_threads(threads)
    # What is read of the mirror image, turned back: a symmetric front is read symmetrically.
    layers = (plain.layers.softmax(1) + mirrored.layers.softmax(1).flip(3)) / 2
    log_depth = (plain.log_depth + mirrored.log_depth.flip(2)) / 2
    normals = plain.normals + mirrored.normals.flip(3) * torch.tensor([-1.0, 1.0, 1.0])[:, None, None]
    log_error = (plain.log_error + mirrored.log_error.flip(2)) / 2
    seen = (slice(height), slice(width))
    return Estimate(
        layers=layers[0].numpy()[:, *seen],
        depth=log_depth[0].exp().numpy()[seen],
        normals=torch.nn.functional.normalize(normals[0], dim=0).permute(1, 2, 0).numpy()[seen],
        confidence=(1 - log_error[0].exp() / math.log(2)).clamp(0, 1).numpy()[seen],
    )


@functools.cache
def weights_sha256() -> str:
    """SHA-256 of the packaged weights, in hex: with the drawing they decide what is seen in it."""
    with (_WEIGHTS / "diffusion_pytorch_model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.lru_cache(maxsize=1)
def _load(folder: Path) -> Any:
    """The network in fp32: it runs once a drawing, and its answer decides every later pixel."""
    import torch
    from diffusers import UNet2DModel

    try:
        network = UNet2DModel.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, torch_dtype=torch.float32
        )
    except Exception as error:  # diffusers and safetensors raise whatever they meet
        raise FileFormatError(
            f"{folder}: the weights that read drawings cannot be loaded ({error}); install archviz again"
        ) from error
    return network.eval().requires_grad_(False)
