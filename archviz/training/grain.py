"""How strong the finisher's grains are: as strong as the path-traced pictures' own texture.

Trained on means and statistics, the network places the right grain in the right place, and too little of
it. Its weights stay; one factor is fitted on pictures that it was trained on and kept in its configuration.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.gbuffer import GBuffer
from archviz.core.seeds import derive_generator
from archviz.diffusion.finisher import Finisher
from archviz.diffusion.textures import draw_textures
from archviz.geometry.gbuffer import rasterize
from archviz.render.recipe import write_whole
from archviz.training.drafts import given_stack
from archviz.training.pairs import PairStore
from archviz.training.scenes import read_scene
from archviz.training.texture import TextureClass, top_octave_power

__all__ = ["fit_grain", "gain_of"]

# Above this, what is fitted to one material would be noise on another.
_MOST = 2.0
_STEPS = 12

Sample = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8], GBuffer]


def fit_grain(cache: Path, folder: Path, *, views: int = 24, threads: int = 1) -> float:
    """Fit the factor and write it into ``<folder>/finisher/config.json``.

    Parameters
    ----------
    cache
        Holds ``pairs/`` with drafts, and their scenes.
    folder
        Of the engine's weights.
    views
        How many views of the training's own.
    """
    torch.set_num_threads(threads)
    network = Finisher.from_pretrained(folder / "finisher").eval()
    gain = gain_of(list(_samples(cache, network, views)))
    path = folder / "finisher" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"grain_gain": round(gain, 2)}
    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    write_whole(path, partial(_write, text=text))
    print(f"grain: a gain of {gain:.2f}")
    return gain


def gain_of(samples: Sequence[Sample]) -> float:
    """The factor at which texture has the truth's power in the geometric mean; at least 1, at most 2.

    Parameters
    ----------
    samples
        Smooth picture (3, H, W) and grain (1, H, W) of :meth:`Finisher.split`, truth (H, W, 3) and view.

    Raises
    ------
    OptionError
        No view shows enough of a wall, of grass or of foliage.
    """
    low, high = 1.0, _MOST
    if _balance(samples, high) < 0.0:
        return high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _balance(samples, middle) < 0.0 else (low, middle)
    return high


def _balance(samples: Sequence[Sample], gain: float) -> float:
    """Mean logarithm of the texture's power over the truth's, classes with equal weight."""
    classes: list[float] = []
    for of in get_args(TextureClass):
        found = [
            np.log((made + 1e-3) / (true + 1e-3))
            for smooth, grain, truth, gbuffer in samples
            if (true := top_octave_power(truth, gbuffer, of)) is not None
            and (made := top_octave_power(_picture(smooth, grain, gain), gbuffer, of)) is not None
        ]
        if found:
            classes.append(float(np.mean(found)))
    if not classes:
        raise OptionError("grain: no view shows enough of a wall, of grass or of foliage; make drafts of more")
    return float(np.mean(classes))


def _picture(smooth: NDArray[np.float32], grain: NDArray[np.float32], gain: float) -> NDArray[np.uint8]:
    made = smooth + gain * grain * (0.55 + 0.45 * np.clip(smooth, -1, 1))
    levels = np.clip(np.round((made / 2 + 0.5) * 255), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(levels.transpose(1, 2, 0))


def _samples(cache: Path, network: Finisher, views: int) -> Iterator[Sample]:
    store = PairStore(cache, split="train", having="drafts.npz")
    order = derive_generator(0, "grain").permutation(len(store))
    for view in map(int, order[:views]):
        record = store.record(view)
        scene, told = read_scene(cache / "scenes" / f"{record['seed']:06d}")
        gbuffer = rasterize(scene, Camera.from_json(told["cameras"][record["view"]]["camera"]))
        with np.load(store.folder(view) / "drafts.npz", allow_pickle=False) as drafts:
            row = int(np.argmin(drafts["ways"]))
            mix, way, draft = int(drafts["mixes"][row]), int(drafts["ways"][row]), drafts["pictures"][row]
        grains = draw_textures(draft.shape[0], draft.shape[1], derive_generator(view, "grain"))
        given: list[Any] = [draft.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1, given_stack(store, view, mix, way)]
        with torch.no_grad():
            smooth, grain = network.split(*(torch.from_numpy(np.ascontiguousarray(a))[None] for a in (*given, grains)))
        yield smooth[0].numpy(), grain[0].numpy(), np.array(store.pictures(view)[mix]), gbuffer


def _write(file: Any, *, text: str) -> None:
    file.write(text.encode("utf-8"))
