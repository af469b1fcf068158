"""How strong texture is laid on: as strong as the path-traced pictures' own.

Trained on means and statistics, the finisher places the right grain in the right place, and too little of
it, softens blades of grass that the maps hold, and darkens lawns and crowns. Its weights stay; three factors are
fitted on training pictures and kept in its configuration: of the grains, of the blades that stand in place of its
own, and of the step from its tone of what grows to the deferred colour's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from archviz.control import Group
from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.gbuffer import GBuffer
from archviz.core.seeds import derive_generator
from archviz.diffusion.finisher import Finisher
from archviz.diffusion.textures import draw_textures
from archviz.geometry.gbuffer import rasterize
from archviz.render.recipe import write_whole
from archviz.training.drafts import DRAFT_WAYS, given_stack
from archviz.training.pairs import PairStore
from archviz.training.scenes import read_scene
from archviz.training.texture import TextureClass, top_octave_power

__all__ = ["Sample", "detail_of", "fit_texture", "gain_of", "tone_of"]

# Above this, what is fitted to one material would be noise on another.
_MOST = 2.0
_STEPS = 12
# Of each view, so many drafts whose maps were given whole.
_MIXES = 2
_WHOLE = ("complete", frozenset[Group]())


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample:
    """What the finisher makes of one training view.

    Parameters
    ----------
    even, detail
        (3, H, W) each of :meth:`Finisher.detail`.
    tone
        (3, H, W) of :meth:`Finisher.tone`.
    grain
        (1, H, W) of :meth:`Finisher.split`.
    truth
        (H, W, 3) uint8.
    gbuffer
        The view's.
    """

    even: NDArray[np.float32]
    grain: NDArray[np.float32]
    detail: NDArray[np.float32]
    tone: NDArray[np.float32]
    truth: NDArray[np.uint8]
    gbuffer: GBuffer

    def picture(self, *, gain: float, detail: float, tone: float = 0.0) -> NDArray[np.uint8]:
        """(H, W, 3) the finished picture with these factors."""
        smooth = self.even + detail * self.detail + tone * self.tone
        made = smooth + gain * self.grain * (0.55 + 0.45 * np.clip(smooth, -1, 1))
        levels = np.clip(np.round((made / 2 + 0.5) * 255), 0, 255).astype(np.uint8)
        return np.ascontiguousarray(levels.transpose(1, 2, 0))


def fit_texture(cache: Path, folder: Path, *, views: int = 24, threads: int = 1) -> dict[str, float]:
    """Fit all factors, first the tone, then the blades, and write them into ``<folder>/finisher/config.json``.

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
    samples = list(_samples(cache, network, views))
    tone = round(tone_of(samples), 2)
    detail = round(detail_of(samples, gain=network.config.grain_gain, tone=tone), 2)
    gain = round(gain_of(samples, detail=detail, tone=tone), 2)
    factors = {"detail_gain": detail, "grain_gain": gain, "tone_share": tone}
    path = folder / "finisher" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | factors
    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    write_whole(path, partial(_write, text=text))
    print(f"texture of {len(samples)} pictures: {factors}")
    return factors


def tone_of(samples: Sequence[Sample]) -> float:
    """The share of the step to the deferred colour's tone that comes nearest to the truth, by least squares; 0 to 1.

    Raises
    ------
    OptionError
        Nothing grows in any view, or its tone is the deferred colour's.
    """
    wanted, whole = 0.0, 0.0
    for sample in samples:
        truth = sample.truth.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
        wanted += float(np.vdot(truth - sample.even, sample.tone))
        whole += float(np.vdot(sample.tone, sample.tone))
    if whole == 0.0:
        raise OptionError("grain: no view shows grass or foliage; make drafts of more")
    return float(np.clip(wanted / whole, 0.0, 1.0))


def gain_of(samples: Sequence[Sample], *, detail: float = 0.0, tone: float = 0.0) -> float:
    """The grains' factor at which texture has the truth's power in the geometric mean; at least 1, at most 2.

    Raises
    ------
    OptionError
        No view shows enough of a wall, of grass or of foliage.
    """
    classes = get_args(TextureClass)
    return _balanced(samples, classes, 1.0, _MOST, lambda one, gain: one.picture(gain=gain, detail=detail, tone=tone))


def detail_of(samples: Sequence[Sample], *, gain: float = 1.0, tone: float = 0.0) -> float:
    """The factor of the grass's own detail at which it has the truth's power; at least 0, at most 2.

    Raises
    ------
    OptionError
        No view shows enough grass.
    """
    return _balanced(samples, ("grass",), 0.0, _MOST, lambda one, of: one.picture(gain=gain, detail=of, tone=tone))


def _balanced(
    samples: Sequence[Sample], classes: Sequence[TextureClass], low: float, high: float,
    picture: Callable[[Sample, float], NDArray[np.uint8]],
) -> float:  # fmt: skip
    """The factor between ``low`` and ``high`` at which made texture is as strong as the true one."""

    def balance(factor: float) -> float:
        return _balance([(picture(sample, factor), sample) for sample in samples], classes)

    if balance(high) < 0.0:
        return high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if balance(middle) < 0.0 else (low, middle)
    return high


def _balance(made: Sequence[tuple[NDArray[np.uint8], Sample]], classes: Sequence[TextureClass]) -> float:
    """Mean logarithm of the texture's power over the truth's, classes with equal weight."""
    means: list[float] = []
    for of in classes:
        found = [
            np.log((power + 1e-3) / (true + 1e-3))
            for picture, sample in made
            if (true := top_octave_power(sample.truth, sample.gbuffer, of)) is not None
            and (power := top_octave_power(picture, sample.gbuffer, of)) is not None
        ]
        if found:
            means.append(float(np.mean(found)))
    if not means:
        raise OptionError(f"grain: no view shows enough of {' or '.join(classes)}; make drafts of more")
    return float(np.mean(means))


def _samples(cache: Path, network: Finisher, views: int) -> Iterator[Sample]:
    store = PairStore(cache, split="train", having="drafts.npz")
    order = derive_generator(0, "grain").permutation(len(store))
    for view in map(int, order[:views]):
        record = store.record(view)
        scene, told = read_scene(cache / "scenes" / f"{record['seed']:06d}")
        gbuffer = rasterize(scene, Camera.from_json(told["cameras"][record["view"]]["camera"]))
        with np.load(store.folder(view) / "drafts.npz", allow_pickle=False) as drafts:
            whole = [row for row, way in enumerate(drafts["ways"]) if DRAFT_WAYS[way][1:3] == _WHOLE][:_MIXES]
            rows = [(int(drafts["mixes"][row]), int(drafts["ways"][row]), drafts["pictures"][row]) for row in whole]
        for mix, way, draft in rows:
            grains = draw_textures(draft.shape[0], draft.shape[1], derive_generator(view, "grain", mix))
            shown = draft.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
            given = (shown, given_stack(store, view, mix, way), grains)
            picture, stack, textures = (torch.from_numpy(np.ascontiguousarray(array))[None] for array in given)
            with torch.no_grad():
                smooth, grain = network.split(picture, stack, textures)
                even, detail = network.detail(smooth, stack)
                tone = network.tone(smooth, stack)
            yield Sample(
                even=even[0].numpy(),
                grain=grain[0].numpy(),
                detail=detail[0].numpy(),
                tone=tone[0].numpy(),
                truth=np.array(store.pictures(view)[mix]),
                gbuffer=gbuffer,
            )


def _write(file: Any, *, text: str) -> None:
    file.write(text.encode("utf-8"))
