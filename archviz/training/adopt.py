"""Go on from released weights: a cache without checkpoints starts where the last release stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from archviz.core.errors import OptionError
from archviz.diffusion.finisher import Finisher
from archviz.training.checkpoint import save_state
from archviz.training.networks import MINI, MiniConfig, build_autoencoder, build_denoiser

__all__ = ["adopt"]


def adopt(cache: Path, folder: Path, config: MiniConfig = MINI) -> None:
    """Write the checkpoints and ``tokenizer/`` of a release; training starts at step 0 with them.

    Parameters
    ----------
    cache
        Receives the checkpoints.
    folder
        The release, a diffusers folder.

    Raises
    ------
    OptionError
        A checkpoint is there already: it would be lost.
    """
    from diffusers import AutoencoderTiny, ControlNetModel, UNet2DConditionModel
    from transformers import CLIPTextModel

    for name in ("autoencoder.pt", "denoiser.pt", "finisher.pt"):
        if (cache / name).exists():
            raise OptionError(f"{cache / name} is there already; move it away to start from {folder}")
    _write_tokenizer(folder / "tokenizer" / "tokenizer.json", cache / "tokenizer")
    autoencoder = build_autoencoder(config)
    released = AutoencoderTiny.from_pretrained(folder / "vae", local_files_only=True)
    autoencoder.load_state_dict(released.state_dict())
    save_state(
        cache / "autoencoder.pt",
        {
            "model": autoencoder.state_dict(),
            "average": [p.detach() for p in autoencoder.parameters()],
            "step": 0,
            "deviation": 1.0 / released.config.scaling_factor,
        },
    )
    networks = build_denoiser(config)
    sources: dict[str, Any] = {
        "unet": UNet2DConditionModel,
        "controlnet": ControlNetModel,
        "text_encoder": CLIPTextModel,
    }
    for name, module in networks.modules().items():
        loaded = sources[name].from_pretrained(folder / name, local_files_only=True)
        module.load_state_dict(loaded.float().state_dict())
    state: dict[str, Any] = {name: module.state_dict() for name, module in networks.modules().items()}
    average = [p.detach() for p in networks.parameters()]
    save_state(cache / "denoiser.pt", state | {"average": average, "step": 0})
    if (folder / "finisher").is_dir():
        finisher = Finisher.from_pretrained(folder / "finisher", local_files_only=True).float()
        parameters = [p.detach() for p in finisher.parameters()]
        save_state(cache / "finisher.pt", {"finisher": finisher.state_dict(), "average": parameters, "step": 0})


def _write_tokenizer(released: Path, folder: Path) -> None:
    """The release's own words: a tokenizer trained again orders its ties otherwise."""
    model = json.loads(released.read_text(encoding="utf-8"))["model"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(model["vocab"], ensure_ascii=False), encoding="utf-8")
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in model["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8")
