"""Engines over diffusers: they know stacks, maps and prompts, no mesh and no sketch."""

from archviz.diffusion.checkpoints import Readiness, readiness
from archviz.diffusion.registry import engine_specs, load_engine
from archviz.diffusion.request import Controls, DiffusionRequest, Engine, OnStep, StepReport
from archviz.diffusion.spec import Checkpoint, EngineSpec

__all__ = [
    "Checkpoint",
    "Controls",
    "DiffusionRequest",
    "Engine",
    "EngineSpec",
    "OnStep",
    "Readiness",
    "StepReport",
    "engine_specs",
    "load_engine",
    "readiness",
]
