"""Alternatives: taught for their minutes, resumed, measured against the truth and against what was released."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from archviz.core.errors import FileFormatError, OptionError
from archviz.training import alternatives
from archviz.training.alternatives import (
    ALTERNATIVES,
    Alternative,
    Taught,
    chosen_alternatives,
    load_taught,
    sample,
    teach,
    tflop,
)
from archviz.training.autoencoder import train_autoencoder
from archviz.training.batches import Batch
from archviz.training.checkpoint import load_state
from archviz.training.encode import encode_pictures
from archviz.training.evaluation import alternatives as comparison
from archviz.training.evaluation.alternatives import MARKS, compare_alternatives
from archviz.training.networks import MiniConfig, train_tokenizer
from tests.training.conftest import TINY

STEPS = 8


@pytest.fixture
def taught(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own with small networks in place of every alternative's."""
    small = {
        name: replace(
            one,
            config=replace(
                TINY,
                latent_channels=192 if one.recipe.unshuffled else 4,
                independent_encoder=one.config.independent_encoder,
            ),
        )
        for name, one in ALTERNATIVES.items()
    }
    for module in (alternatives, comparison):
        monkeypatch.setattr(module, "ALTERNATIVES", small)
    root = tmp_path / "cache"
    shutil.copytree(cache, root)
    train_tokenizer(["villa, brick walls, noon"], root / "tokenizer", TINY)
    train_autoencoder(root, steps=4, batch=2, side=32, config=TINY)
    encode_pictures(root, splits=("train",), config=TINY)
    return root


def given() -> Batch:
    nothing = torch.zeros(0)
    stacks = torch.rand(1, 36, 64, 64, generator=torch.Generator().manual_seed(1))
    return Batch(latents=nothing, stacks=stacks, tokens=torch.ones(1, 16, dtype=torch.int64), pictures=nothing)


def test_the_released_choices_are_the_ones_that_stand_unnamed() -> None:
    assert ALTERNATIVES["released"] == Alternative(says=ALTERNATIVES["released"].says)
    others = [replace(one, says="") for name, one in ALTERNATIVES.items() if name != "released"]
    assert len(set(others)) == len(others) and replace(ALTERNATIVES["released"], says="") not in others
    assert chosen_alternatives(None) == list(ALTERNATIVES)
    assert chosen_alternatives("pixels,seed") == ["pixels", "seed"]
    with pytest.raises(OptionError, match=r"alternative 'pixel' is not known; accepted: released, seed, "):
        chosen_alternatives("pixels,pixel")


@pytest.mark.parametrize("name", ["released", "ordinary-encoder", "pixels", "velocity", "bf16", "undecoded"])
def test_each_is_taught_and_makes_pictures(taught: Path, name: str) -> None:
    done = teach(taught, name, minutes=0.0, batch=2, side=8)
    assert done.steps == STEPS and done.step_s > 0
    before = (taught / "alternatives" / f"{name}.pt").read_bytes()
    assert teach(taught, name, minutes=5.0, batch=2, side=8) == done
    assert (taught / "alternatives" / f"{name}.pt").read_bytes() == before
    networks, known = load_taught(taught, name)
    assert known == done
    made = [sample(taught, name, networks, given(), seed=seed) for seed in (0, 0, 1)]
    assert made[0].shape == (1, 3, 64, 64) and made[0].isfinite().all()
    assert torch.equal(made[0], made[1]) and not torch.equal(made[0], made[2])
    assert not (taught / "alternatives" / f"{name}-pace.pt").exists()


def test_more_minutes_make_more_steps_and_a_stopped_one_is_not_measured(taught: Path) -> None:
    done = teach(taught, "released", minutes=0.05, batch=1, side=8)
    assert done.steps > STEPS and done.minutes == 0.05
    state = load_state(taught / "alternatives" / "released.pt")
    assert state is not None and state["step"] == done.steps
    (taught / "alternatives" / "released.json").write_text(
        json.dumps({"minutes": 0.05, "steps": done.steps + 1, "step_s": done.step_s}), encoding="utf-8"
    )
    with pytest.raises(FileNotFoundError, match=rf"{done.steps} of {done.steps + 1} steps"):
        load_taught(taught, "released")


def test_a_slower_hour_of_the_machine_changes_no_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alternatives").mkdir()
    slowness, trained = 1.0, []

    def train(cache: Path, *, steps: int, name: str, config: MiniConfig, **_: object) -> list[float]:
        (cache / f"{name}.pt").touch()
        trained.append(name.removeprefix("alternatives/"))
        return [slowness * (2.0 if config.latent_channels == 192 else 1.0)] * steps

    monkeypatch.setattr(alternatives, "train_denoiser", train)
    released = teach(tmp_path, "released", minutes=4)
    assert released == Taught(minutes=4, steps=240, step_s=1.0)
    slowness = 3.0
    assert teach(tmp_path, "pixels", minutes=4) == Taught(minutes=4, steps=120, step_s=2.0)
    assert trained == ["released-pace", "released", "pixels-pace", "released-pace", "pixels"]
    assert teach(tmp_path, "velocity", minutes=4) == teach(tmp_path, "uniform", minutes=4) == released
    assert trained[5:] == ["velocity", "uniform"], "what costs the same needs no pace"
    assert teach(tmp_path, "bf16", minutes=4) == released and trained[7:] == ["bf16-pace", "released-pace", "bf16"]


def test_the_work_of_a_picture_grows_with_what_is_read_at_every_step(taught: Path) -> None:
    assert tflop(taught, "ordinary-encoder") > tflop(taught, "released") > 0
    assert tflop(taught, "velocity") == tflop(taught, "released")


def test_the_table_compares_with_truth_and_release(
    taught: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("released", "velocity"):
        teach(taught, name, minutes=0.0, batch=2, side=8)

    text = compare_alternatives(taught, tmp_path, views=1)
    assert "0 minutes each; held-out views of 1 scenes" in text and text.count("| 8 |") == 2

    def perfect(
        cache: Path, name: str, networks: object, tokenizer: object, view: comparison.HeldOutView, mix: int
    ) -> np.ndarray:
        return view.picture("truth", mix) if name == "velocity" else view.deferred(mix)

    monkeypatch.setattr(comparison, "_picture", perfect)
    card = tmp_path / "card.md"
    card.write_text(f"before\n{MARKS[0]}\nold\n{MARKS[1]}\nafter\n", encoding="utf-8")
    text = compare_alternatives(taught, tmp_path, views=3, card=card)
    assert card.read_text(encoding="utf-8") == f"before\n{MARKS[0]}\n\n{text.strip()}\n\n{MARKS[1]}\nafter\n"
    released, velocity = (line.split(" | ") for line in text.splitlines() if line.startswith(("| as", "| pred")))
    assert "held-out views of 3 scenes" in text
    assert velocity[6].startswith("1.000") and velocity[7].startswith("0.") and released[5] == "-"
    found = json.loads((taught / "alternatives" / "alternatives.json").read_text(encoding="utf-8"))
    gained = [
        found["velocity"]["views"][view]["psnr"] - found["released"]["views"][view]["psnr"]
        for view in found["released"]["views"]
    ]
    assert float(velocity[5].split(" ")[0]) == pytest.approx(np.mean(gained), abs=0.006)
    assert (taught / "alternatives" / "alternatives.png").is_file()
    with pytest.raises(FileFormatError, match="alternatives: written by"):
        card.write_text("no marks", encoding="utf-8")
        compare_alternatives(taught, tmp_path, views=3, card=card)
