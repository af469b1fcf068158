from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from archviz.core.errors import FileFormatError, OptionError
from archviz.diffusion import engine_specs, load_engine

HEAVY = "torch diffusers transformers huggingface_hub numpy.f2py"


def test_an_unknown_engine_is_told_the_choices() -> None:
    with pytest.raises(OptionError, match="engine 'maxi' is not known; accepted: mini, clay, clay-white, sd15, sdxl"):
        load_engine("maxi")


def test_the_engines_are_listed_without_a_heavy_library() -> None:
    code = (
        "import sys, archviz.diffusion as d; d.engine_specs(); "
        f"print([m for m in '{HEAVY}'.split() if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_every_family_loads_from_a_local_folder(mini_folder: Path, large_folder: Path) -> None:
    for engine_id, spec in engine_specs().items():
        weights = mini_folder if engine_id == "mini" else large_folder
        engine = load_engine(engine_id, device="cpu", weights=weights, threads=1)
        assert engine.spec is spec
        assert engine.numerics_key()["engine"] == engine_id
        # The path tracer, which makes the clay picture, names its threads.
        assert spec.program is not None or engine.numerics_key()["threads"] == 1


def damage_index(folder: Path, **changes: object) -> None:
    path = folder / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"_class_name": "StableDiffusionPipeline"}, "not a StableDiffusionControlNetPipeline"),
        ({"_class_name": ["pipeline", "Custom"]}, "not a StableDiffusionControlNetPipeline"),
        ({"unet": ["my_code", "UNet"]}, "unet is .*no code of others"),
        ({"vae": ["diffusers", "AutoencoderKL"]}, "mini"),
    ],
)
def test_another_pipeline_or_code_of_others_is_refused(
    changes: dict[str, object], said: str, mini_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mini"
    shutil.copytree(mini_folder, folder)
    damage_index(folder, **changes)
    (folder / "pipeline.py").write_text("raise SystemExit('code of others ran')", encoding="utf-8")
    with pytest.raises(FileFormatError, match=said):
        load_engine("mini", weights=folder, device="cpu")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model_index.json", b"{}"),
        ("model_index.json", b"\xff\xfe"),
        ("unet/diffusion_pytorch_model.safetensors", b"broken"),
        ("unet/config.json", b"[1]"),
        ("vae/config.json", None),
        ("tokenizer/tokenizer.json", b"{}"),
    ],
)
def test_a_broken_folder_is_refused_by_its_name(
    file: str, content: bytes | None, mini_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "mini"
    shutil.copytree(mini_folder, folder)
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    with pytest.raises(FileFormatError, match=str(folder)):
        load_engine("mini", weights=folder, device="cpu")
    # What a failed loading leaves behind would change every later picture of the process.
    assert torch.get_default_dtype() == torch.float32


def test_a_folder_of_pickles_is_not_read(mini_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mini"
    shutil.copytree(mini_folder, folder)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(FileFormatError, match="safetensors"):
        load_engine("mini", weights=folder, device="cpu")
