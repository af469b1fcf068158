"""The whole way with a real diffusion engine: mini's own classes, tiny and untrained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.diffusion.tiny import save_tiny_mini

Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_mini(tmp_path_factory.mktemp("weights") / "mini")


def test_render_and_replay(run: Run, house: Path, weights: Path, tmp_path: Path) -> None:
    words = ("--weights", weights, "--device", "cpu", "--size", "96x64", "--steps", 4, "--environment", "studio")
    code, said, err = run("render", house, "-o", tmp_path / "a.png", *words)
    assert code == 0, said
    assert "step 2 of 2" in err
    code, _, _ = run("render", house, "-o", tmp_path / "b.png", *words, "--lighting", "night")
    assert code == 0
    recipe = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert {"weights", "torch", "diffusers", "precision", "threads"} <= set(recipe["numerics"])
    code, said, _ = run("replay", tmp_path / "a.png", "--weights", weights, "--device", "cpu")
    assert code == 0 and said["same_pixels"] is True and said["differences"] == []
    pictures = {}
    for name in ("a.png", "b.png", "a.replay.png"):
        with Image.open(tmp_path / name) as picture:
            pictures[name] = np.asarray(picture)
    assert pictures["a.png"].shape == (64, 96, 3)
    assert np.array_equal(pictures["a.png"], pictures["a.replay.png"])
    assert not np.array_equal(pictures["a.png"], pictures["b.png"])


def test_a_drawing(run: Run, drawing: Path, weights: Path, tmp_path: Path) -> None:
    words = ("--weights", weights, "--device", "cpu", "--size", "64x64", "--steps", 1)
    code, said, _ = run("render", drawing, "-o", tmp_path / "d.png", *words)
    assert code == 0 and said["fidelity"]["reasons"]["openings"] == "not measurable from a drawing"
