"""The data set on disk: for each traced view, control maps and pictures under several lights.

One folder a view, ``<cache>/pairs/<seed>-<view>/``:

``pictures.npy``  (M, H, W, 3) uint8, one picture a mix of lights
``<kind>-fixed.npy``  (F, H, W) float16, the control stack's channels that no light changes
``<kind>-light.npy``  (M, L, H, W) int8, the light channels times 127
``record.json``  captions' facts, presets, split; ``traced_version`` and ``mix_version``, 1 where left out
``latents.npy``  (2, M, C, H/8, W/8) float16, as is and mirrored; written once an autoencoder is there

``<kind>`` is ``complete``, or ``building`` for building and ground alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from archviz.control import CHANNELS
from archviz.control.stack import GROUP_CHANNELS

__all__ = [
    "FIXED_CHANNELS",
    "LIGHT_CHANNELS",
    "_MIRRORED",
    "Kind",
    "PairStore",
    "Split",
    "join_stack",
    "mirror_stack",
    "split_stack",
]

Kind = Literal["complete", "building"]
Split = Literal["train", "holdout"]
LIGHT_CHANNELS = list(GROUP_CHANNELS["light"])
FIXED_CHANNELS = [i for i in range(len(CHANNELS)) if i not in LIGHT_CHANNELS]
# The one channel whose sign turns when a picture is mirrored.
_MIRRORED = CHANNELS.index("normal_right")


def split_stack(stack: NDArray[np.float32]) -> tuple[NDArray[np.float16], NDArray[np.int8]]:
    """A control stack as its fixed channels (F, H, W) and its light channels (L, H, W) times 127."""
    light = np.clip(np.round(stack[LIGHT_CHANNELS] * 127), -127, 127).astype(np.int8)
    return stack[FIXED_CHANNELS].astype(np.float16), light


def join_stack(fixed: NDArray[np.float16], light: NDArray[np.int8]) -> NDArray[np.float32]:
    """The control stack (36, h, w) of :func:`split_stack`."""
    stack = np.empty((len(CHANNELS), *fixed.shape[1:]), dtype=np.float32)
    stack[FIXED_CHANNELS] = fixed
    stack[LIGHT_CHANNELS] = light.astype(np.float32) / 127
    return stack


def mirror_stack(stack: NDArray[np.float32]) -> NDArray[np.float32]:
    """The control stack of the mirrored view."""
    stack = np.ascontiguousarray(stack[..., ::-1])
    stack[_MIRRORED] *= -1
    return stack


@dataclass(frozen=True)
class _View:
    folder: Path
    record: dict[str, Any]


class PairStore:
    """Views of one split of the data set, read through memory maps.

    Parameters
    ----------
    cache
        Holds ``pairs/``.
    split
        ``train`` or ``holdout``.
    having
        Take only views that hold this file.
    """

    def __init__(self, cache: Path, *, split: Split, having: str = "pictures.npy") -> None:
        self._root = cache / "pairs"
        self._split = split
        self._having = having
        self._views: list[_View] = []
        self.refresh()

    def refresh(self) -> None:
        """Take in views that were finished since; known views keep their place."""
        known = {view.folder.name for view in self._views}
        for path in sorted(self._root.glob("*/record.json")):
            if path.parent.name in known or not (path.parent / self._having).exists():
                continue
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["split"] == self._split:
                self._views.append(_View(path.parent, record))
        if not self._views:
            raise FileNotFoundError(f"{self._root}: no {self._split} view is there; run the earlier steps first")

    def __len__(self) -> int:
        return len(self._views)

    def folder(self, view: int) -> Path:
        """Folder of a view."""
        return self._views[view].folder

    def record(self, view: int) -> dict[str, Any]:
        """What ``record.json`` says of a view."""
        return self._views[view].record

    def pictures(self, view: int) -> NDArray[np.uint8]:
        """(M, H, W, 3) uint8."""
        return self._array(view, "pictures")

    def latents(self, view: int) -> NDArray[np.float16]:
        """(2, M, C, H/8, W/8) float16."""
        return self._array(view, "latents")

    def stack(self, view: int, mix: int, *, kind: Kind = "complete", window: tuple[slice, slice] | None = None) -> Any:
        """(36, h, w) float32 control stack of one mix, whole or of a window (rows, columns)."""
        rows, columns = window or (slice(None), slice(None))
        fixed = self._array(view, f"{kind}-fixed")[:, rows, columns]
        light = self._array(view, f"{kind}-light")[mix, :, rows, columns]
        return join_stack(fixed, light)

    def fixed(self, view: int, *, channels: Sequence[str], window: tuple[slice, slice]) -> NDArray[np.float32]:
        """(len(channels), h, w) float32 channels of the complete maps that no light changes, by name."""
        rows = [FIXED_CHANNELS.index(CHANNELS.index(name)) for name in channels]
        array = self._array(view, "complete-fixed")
        return np.stack([array[row, *window] for row in rows]).astype(np.float32)

    def _array(self, view: int, name: str) -> Any:
        return np.load(self._views[view].folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
