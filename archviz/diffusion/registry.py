"""The engines there are, and how one is loaded."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from archviz.core.errors import OptionError
from archviz.diffusion.checkpoints import find_weights
from archviz.diffusion.request import Engine
from archviz.diffusion.spec import EngineSpec
from archviz.diffusion.spec_file import read_spec

__all__ = ["engine_specs", "load_engine"]


@functools.cache
def engine_specs() -> Mapping[str, EngineSpec]:
    """Every engine by its id, the lightest first, from ``engines/*.toml``.

    Raises
    ------
    FileFormatError
        An engine file is wrong; the message names file, table and key.
    """
    folder = Path(str(resources.files("archviz.diffusion"))) / "engines"
    specs = sorted((read_spec(path) for path in folder.glob("*.toml")), key=lambda s: (s.memory_gb, s.id))
    return MappingProxyType({spec.id: spec for spec in specs})


def load_engine(
    engine_id: str,
    *,
    device: str | None = None,
    weights: Path | None = None,
    threads: int | None = None,
    few_step: bool = False,
) -> Engine:
    """Load an engine; nothing is fetched.

    Parameters
    ----------
    engine_id
        One of :func:`engine_specs`.
    device
        torch's name of the device; a CUDA card where there is one, else the processor.
    weights
        A local folder: for `mini` the diffusers folder, for a large engine one with ``owner/name`` folders.
    threads
        Threads on the processor; torch's own count where it is ``None``.
    few_step
        Sample in a few steps with the engine's distilled LoRA.

    Raises
    ------
    OptionError
        The engine, the device or the LoRA is not there.
    MissingWeightsError
        A checkpoint is not on this machine.
    FileFormatError
        A checkpoint is not what the engine needs.
    """
    specs = engine_specs()
    if engine_id not in specs:
        raise OptionError(f"engine {engine_id!r} is not known; accepted: {', '.join(specs)}")
    spec = specs[engine_id]
    # Before torch is imported: a missing checkpoint is told in a moment.
    folders = find_weights(spec, weights=weights, few_step=few_step)
    if spec.family == "clay":
        from archviz.diffusion.clay import ClayEngine

        return ClayEngine(spec)
    if spec.family == "mini":
        from archviz.diffusion.mini import load_mini
        from archviz.diffusion.precision import choose_numerics

        return load_mini(spec, folders, numerics=choose_numerics(device=device, threads=threads))
    from archviz.diffusion.precision import choose_numerics
    from archviz.diffusion.stable_diffusion import load_stable_diffusion

    numerics = choose_numerics(device=device, threads=threads, half="fp16")
    return load_stable_diffusion(spec, folders, numerics=numerics, weights=weights, few_step=few_step)
