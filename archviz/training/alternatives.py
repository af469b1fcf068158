"""What the release's choices stand against: each taught from nothing for equal minutes, on the same data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from archviz.core.errors import OptionError
from archviz.training.batches import Batch
from archviz.training.denoiser import load_denoiser, picture_decoder, predict, train_denoiser
from archviz.training.networks import MINI, DenoiserNetworks, MiniConfig, build_denoiser, build_scheduler
from archviz.training.recipe import Recipe

__all__ = [
    "ALTERNATIVES",
    "RELEASED",
    "Alternative",
    "Taught",
    "chosen_alternatives",
    "load_taught",
    "sample",
    "teach",
    "tflop",
]

_FOLDER = "alternatives"
_COOLDOWN = 0.25
# A pace is taken over one round of crops and whole views, after a round that builds and compiles, and over another
# with decoded crops.
_ROUND = 8
_PICTURE_LATENTS = 64
_STEPS = 4


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """One choice made otherwise.

    Parameters
    ----------
    says
        What it is, in the table.
    recipe, config
        How it is taught, and what.
    seed
        Of its start, its samples and its noise.
    """

    says: str
    recipe: Recipe = Recipe()
    config: MiniConfig = MINI
    seed: int = 0


RELEASED = "released"
ALTERNATIVES: Mapping[str, Alternative] = {
    RELEASED: Alternative(says="as released"),
    "seed": Alternative(says="as released, another seed", seed=1),
    "ordinary-encoder": Alternative(
        says="map encoder: an ordinary ControlNet, which sees noise, time and text",
        config=replace(MINI, independent_encoder=False),
    ),
    "pixels": Alternative(
        says="latents: pixels folded 8 by 8, no autoencoder",
        recipe=Recipe(unshuffled=True),
        config=replace(MINI, latent_channels=192),
    ),
    "velocity": Alternative(says="prediction: velocity", recipe=Recipe(prediction="v_prediction")),
    "uniform": Alternative(says="times: uniform", recipe=Recipe(times="uniform")),
    "logit-normal": Alternative(says="times: logit-normal", recipe=Recipe(times="logit-normal")),
    "undecoded": Alternative(says="loss: without decoded crops", recipe=Recipe(decoded_loss=False)),
    "bf16": Alternative(says="arithmetic: bf16 on fp32 weights", recipe=Recipe(arithmetic="bf16")),
    "compiled": Alternative(says="arithmetic: autocast, compiled", recipe=Recipe(arithmetic="compiled")),
}


@dataclass(frozen=True, kw_only=True)
class Taught:
    """How far an alternative came.

    Parameters
    ----------
    minutes
        It was given.
    steps
        That it could make in them.
    step_s
        One of them [s], decoded crops apart.
    """

    minutes: float
    steps: int
    step_s: float


def chosen_alternatives(names: str | None) -> list[str]:
    """The alternatives that a text names, with commas between; all of them where there is none.

    Raises
    ------
    OptionError
        One is not known.
    """
    chosen = list(ALTERNATIVES) if names is None else names.split(",")
    if unknown := [name for name in chosen if name not in ALTERNATIVES]:
        raise OptionError(f"alternative {unknown[0]!r} is not known; accepted: {', '.join(ALTERNATIVES)}")
    return chosen


def teach(cache: Path, name: str, *, minutes: float, batch: int = 8, side: int = 32, threads: int = 1) -> Taught:
    """Teach an alternative for so many minutes, or go on where the last run stopped.

    How many steps fill the minutes is found first, so that the learning rate falls to zero with the last of them. A
    machine's pace differs from one quarter of an hour to the next: only the release's is taken as it is. What costs
    the same by construction takes as many steps; of all else the ratio to the release, measured in one run, counts.

    Parameters
    ----------
    cache
        Holds ``pairs/`` with latents, ``autoencoder.pt`` and ``tokenizer/``; receives ``alternatives/<name>.pt`` and
        ``<name>.json``, and ``released.json`` where it is not there.
    name
        One of :data:`ALTERNATIVES`.
    """
    teacher = _Teacher(cache, minutes, batch, side, threads)
    taught = teacher.reckoned(name)
    teacher.train(name, name, taught.steps, _COOLDOWN)
    return taught


@dataclass(frozen=True)
class _Teacher:
    """What all alternatives of a cache are taught with."""

    cache: Path
    minutes: float
    batch: int
    side: int
    threads: int

    def train(self, name: str, checkpoint: str, steps: int, cooldown: float) -> list[float]:
        """Train an alternative, or go on where the checkpoint is; how long each step took [s]."""
        one = ALTERNATIVES[name]
        return train_denoiser(
            self.cache,
            steps=steps,
            batch=self.batch,
            side=self.side,
            seed=one.seed,
            threads=self.threads,
            warmup=max(1, steps // 10),
            cooldown=cooldown,
            name=f"{_FOLDER}/{checkpoint}",
            recipe=one.recipe,
            config=one.config,
        )

    def reckoned(self, name: str) -> Taught:
        """How many steps an alternative has: as was reckoned before, or is now."""
        path = _path(self.cache, name)
        if not path.exists():
            found = self._paced(name) if name == RELEASED else self._compared(name)
            path.write_text(json.dumps(asdict(found)) + "\n", encoding="utf-8")
        return Taught(**json.loads(path.read_text(encoding="utf-8")))

    def _compared(self, name: str) -> Taught:
        released = self.reckoned(RELEASED)
        if _costs_the_same(ALTERNATIVES[name], ALTERNATIVES[RELEASED]):
            return released
        own, peer = self._paced(name), self._paced(RELEASED)
        return Taught(
            minutes=self.minutes,
            steps=max(_ROUND, round(released.steps * own.steps / peer.steps)),
            step_s=released.step_s * own.step_s / peer.step_s,
        )

    def _paced(self, name: str) -> Taught:
        """What fits into the minutes at the machine's pace of now."""
        kept = self.cache / _FOLDER / f"{name}-pace.pt"
        kept.unlink(missing_ok=True)
        taken = self.train(name, kept.stem, 3 * _ROUND, 1 / 3)
        kept.unlink()
        first, plain, decoded = (sum(taken[n : n + _ROUND]) / _ROUND for n in range(0, 3 * _ROUND, _ROUND))
        built = max(0.0, _ROUND * (first - plain))
        mean = (1 - _COOLDOWN) * plain + _COOLDOWN * decoded
        steps = max(_ROUND, int((60 * self.minutes - built) / mean))
        return Taught(minutes=self.minutes, steps=steps, step_s=plain)


def _costs_the_same(one: Alternative, other: Alternative) -> bool:
    """Whether a step is the same work: seeds, noise levels and what is predicted are none."""
    recipe = replace(one.recipe, prediction=other.recipe.prediction, times=other.recipe.times)
    return (one.config, recipe) == (other.config, other.recipe)


def load_taught(cache: Path, name: str) -> tuple[DenoiserNetworks, Taught]:
    """The networks of an alternative, and how far they came.

    Raises
    ------
    FileNotFoundError
        It was not taught in this cache, or not to the end.
    """
    networks, step = load_denoiser(cache, ALTERNATIVES[name].config, name=f"{_FOLDER}/{name}")
    taught = Taught(**json.loads(_path(cache, name).read_text(encoding="utf-8")))
    if step < taught.steps:
        raise FileNotFoundError(f"{cache / _FOLDER / name}: {step} of {taught.steps} steps; teach it to the end first")
    return networks, taught


@torch.inference_mode()
def sample(cache: Path, name: str, networks: DenoiserNetworks, given: Batch, *, seed: int) -> torch.Tensor:
    """Pictures from pure noise, (n, 3, H, W) in [-1, 1], in four steps of DDIM.

    Parameters
    ----------
    given
        Its stacks and tokens are asked for.
    seed
        Of the noise.
    """
    one = ALTERNATIVES[name]
    scheduler = build_scheduler(one.recipe.prediction)
    scheduler.set_timesteps(_STEPS)
    count, _, height, width = given.stacks.shape
    shape = (count, one.config.latent_channels, height // 8, width // 8)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    with torch.autocast("cpu", torch.bfloat16):
        for time in scheduler.timesteps:
            noisy = latents.to(memory_format=torch.channels_last)
            answer = predict(networks, noisy, time.expand(count), given).float()
            latents = scheduler.step(answer, time, latents, eta=0.0).prev_sample
        return picture_decoder(cache, one.recipe, one.config)(latents).float()


def tflop(cache: Path, name: str) -> float:
    """What a picture of 512 pixels costs in four steps, without the finisher [TFLOP]; the same for any weights."""
    from torch.utils.flop_counter import FlopCounterMode

    from archviz.control import CHANNELS

    one = ALTERNATIVES[name]
    networks, decode = build_denoiser(one.config), picture_decoder(cache, one.recipe, one.config)
    latents = torch.zeros(1, one.config.latent_channels, _PICTURE_LATENTS, _PICTURE_LATENTS)
    stack = torch.zeros(1, len(CHANNELS), 8 * _PICTURE_LATENTS, 8 * _PICTURE_LATENTS)
    time = torch.zeros(1, dtype=torch.int64)
    readings = 1 if one.config.independent_encoder else _STEPS
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        text = networks.text_encoder(torch.zeros(1, one.config.text_tokens, dtype=torch.int64))[0]
        for _ in range(readings):
            networks.controlnet(latents, time, text, stack, return_dict=False)
        for _ in range(_STEPS):
            networks.unet(latents, time, text, return_dict=False)
        decode(latents)
    return float(counter.get_total_flops()) / 1e12


def _path(cache: Path, name: str) -> Path:
    return cache / _FOLDER / f"{name}.json"
