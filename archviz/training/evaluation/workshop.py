"""The engine in the forms that are measured, and the columns that they make."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from archviz.diffusion import EngineSpec, engine_specs, load_engine
from archviz.diffusion.checkpoints import fingerprint_weights
from archviz.diffusion.mini import MiniEngine, load_mini
from archviz.diffusion.quiet import loading_weights
from archviz.training.metric_network import MetricNetwork, load_metric_network

__all__ = ["MINI", "NOISE", "ONE_STEP", "REGRESSION", "SAMPLINGS", "Workshop"]

MINI, NOISE, ONE_STEP = "mini, 4 steps", "mini, 4 steps from noise", "mini, 1 step from noise"
# Column -> steps and strength: twice the steps, the default, and one step from pure noise, which is what a
# regression from maps to picture would be.
SAMPLINGS = {"mini, 8 steps": (8, 0.5), MINI: (4, 0.5), ONE_STEP: (1, 1.0)}
REGRESSION = "regression network"


class Workshop:
    """The engine in the forms that are measured, and the folder its pictures are kept in.

    Parameters
    ----------
    cache
        Holds ``scenes/`` and ``pairs/`` with a held-out split; receives ``evaluation/``.
    folder
        The engine's weights.
    metric_folder
        The metric network, for the rows that ask it.
    threads
        Processor threads.
    """

    def __init__(self, cache: Path, folder: Path, *, metric_folder: Path | None = None, threads: int) -> None:
        self.cache, self.folder, self.metric_folder, self.threads = cache, folder, metric_folder, threads

    @cached_property
    def spec(self) -> EngineSpec:
        """The embedded engine's data."""
        return engine_specs()["mini"]

    @cached_property
    def weights(self) -> str:
        """Twelve hexadecimal digits that stand for the engine's weights."""
        return fingerprint_weights(self.spec, {"base": self.folder}, weights=self.folder)[:12]

    @cached_property
    def engine(self) -> MiniEngine:
        """The engine as it runs by default on this machine."""
        engine = load_engine("mini", weights=self.folder, threads=self.threads)
        assert isinstance(engine, MiniEngine)  # its spec's family
        return engine

    @cached_property
    def other_precision(self) -> MiniEngine:
        """The same engine in the other number format."""
        numerics = self.engine.numerics
        other = replace(numerics, precision="fp32" if numerics.precision != "fp32" else "bf16")
        return load_mini(self.spec, {"base": self.folder}, numerics=other)

    @property
    def regression_folder(self) -> Path:
        """Weights of the regression baseline, where one was trained."""
        return self.cache / "regression"

    @cached_property
    def regression_weights(self) -> str:
        """Twelve hexadecimal digits that stand for them."""
        return fingerprint_weights(self.spec, {"base": self.regression_folder}, weights=self.regression_folder)[:12]

    @cached_property
    def regression(self) -> MiniEngine:
        """The engine with the regression's networks."""
        return load_mini(self.spec, {"base": self.regression_folder}, numerics=self.engine.numerics)

    @cached_property
    def autoencoder(self) -> Any:
        """The engine's autoencoder alone, in fp32."""
        from diffusers import AutoencoderTiny

        with loading_weights():
            model = AutoencoderTiny.from_pretrained(
                str(self.folder / "vae"), torch_dtype=torch.float32, local_files_only=True
            )
        return model.eval().requires_grad_(False)

    @cached_property
    def network(self) -> MetricNetwork:
        """The metric network."""
        assert self.metric_folder is not None  # no other row asks for it
        return load_metric_network(self.metric_folder)

    @property
    def columns(self) -> tuple[str, ...]:
        """Whose pictures are compared, truth first."""
        regression = [REGRESSION] if self.regression_folder.is_dir() else []
        return ("truth", *SAMPLINGS, *regression, "deferred colour")
