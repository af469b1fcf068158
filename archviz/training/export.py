"""From checkpoints to the folder that the embedded engine is loaded from."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import torch

from archviz.training.autoencoder import load_autoencoder
from archviz.training.denoiser import load_denoiser
from archviz.training.finisher import load_finisher
from archviz.training.networks import MINI, MiniConfig, build_scheduler, load_tokenizer
from archviz.training.pairs import PairStore

__all__ = ["export", "export_regression"]


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
        if (cache / "finisher.pt").exists():
            load_finisher(cache).to(torch.float16).save_pretrained(made / "finisher", safe_serialization=True)
        _write_facts(cache, made, step, before=_released_phrases(folder))
        for entry in sorted(made.iterdir()):
            target = folder / entry.name
            if target.is_dir():
                shutil.rmtree(target)
            shutil.move(entry, target)


def export_regression(cache: Path, release: Path, folder: Path, config: MiniConfig = MINI) -> None:
    """Write ``release`` to ``folder`` with the regression's networks in place of the denoiser's.

    Parameters
    ----------
    cache
        Holds ``regression.pt``.
    release
        A diffusers folder of the same networks.
    """
    networks, _ = load_denoiser(cache, config, name="regression")
    with tempfile.TemporaryDirectory(dir=cache) as name:
        made = Path(name) / "made"
        shutil.copytree(release, made)
        parts = {"unet": networks.unet, "controlnet": networks.controlnet, "text_encoder": networks.text_encoder}
        for part, network in parts.items():
            shutil.rmtree(made / part)
            network.to(torch.float16).save_pretrained(made / part, safe_serialization=True)
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)


def _released_phrases(folder: Path) -> set[str]:
    """The phrases that the release now in ``folder`` was taught; training goes on from it."""
    path = folder / "vocabulary.json"
    return set(json.loads(path.read_text(encoding="utf-8")).values()) if path.is_file() else set()


def _write_facts(cache: Path, folder: Path, step: int, *, before: set[str]) -> None:
    """What the pictures taught: the vocabulary's terms that occurred in training, and how many pictures there were."""
    store = PairStore(cache, split="train", having="latents.npy")
    records = [store.record(view) for view in range(len(store))]
    taught = {
        p for r in records for group in [*r["phrases"].values(), *(m["phrases"] for m in r["mixes"])] for p in group
    }
    taught |= before
    terms = json.loads((cache / "vocabulary.json").read_text(encoding="utf-8"))
    kept = {phrase: canonical for phrase, canonical in terms.items() if canonical in taught}
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    (folder / "vocabulary.json").write_text(text + "\n", encoding="utf-8")
    facts = {
        "denoiser_steps": step,
        "views": len(records),
        "scenes": len({r["seed"] for r in records}),
        "pictures": sum(len(r["mixes"]) for r in records),
    }
    (folder / "training.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")
