"""From checkpoints to the folder that the embedded engine is loaded from."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import torch

from archviz.training.autoencoder import load_autoencoder
from archviz.training.denoiser import load_denoiser
from archviz.training.networks import MINI, MiniConfig, build_scheduler, load_tokenizer

__all__ = ["export"]


def export(cache: Path, folder: Path, config: MiniConfig = MINI) -> None:
    """Write the averaged networks in fp16 as an ordinary diffusers folder.

    Parameters
    ----------
    cache
        Holds the checkpoints, ``tokenizer/`` and ``vocabulary.json``.
    folder
        Its weights and configurations are replaced; a model card beside them stays.
    """
    from diffusers import StableDiffusionControlNetPipeline

    networks, step = load_denoiser(cache, config)
    pipeline = StableDiffusionControlNetPipeline(
        vae=load_autoencoder(cache, config),
        text_encoder=networks.text_encoder,
        tokenizer=load_tokenizer(cache / "tokenizer", config),
        unet=networks.unet,
        controlnet=networks.controlnet,
        scheduler=build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).to(torch.float16)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        made = Path(name)
        pipeline.save_pretrained(made, safe_serialization=True)
        shutil.copy(cache / "vocabulary.json", made / "vocabulary.json")
        (made / "training.json").write_text(json.dumps({"denoiser_steps": step}) + "\n", encoding="utf-8")
        for entry in sorted(made.iterdir()):
            target = folder / entry.name
            if target.is_dir():
                shutil.rmtree(target)
            shutil.move(entry, target)
