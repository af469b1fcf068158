"""A data set of three small pictures, and networks to match."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from archviz.control import CHANNELS
from archviz.training.networks import MiniConfig, train_tokenizer
from archviz.training.pairs import split_stack

TINY = MiniConfig(
    latent_channels=4,
    autoencoder_channels=16,
    encoder_blocks=(0, 1, 1, 1),
    decoder_blocks=(1, 1, 1, 0),
    channels=(32, 32, 64),
    hint_channels=(8, 8, 16, 16),
    text_width=32,
    text_tokens=16,
    vocabulary=700,
)


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """Training sets PyTorch's threads for the whole process; the next test gets back what it had."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Two views of a bright square on a dark ground, under two lights."""
    for number, split in ((1, "train"), (2, "train"), (3, "holdout")):
        folder = tmp_path / "pairs" / f"{number:06d}-0"
        folder.mkdir(parents=True)
        stack = np.zeros((len(CHANNELS), 64, 64), dtype=np.float32)
        stack[:, 16 : 16 + 8 * number, 16:40] = 0.5
        fixed, light = split_stack(stack)
        pictures = np.full((2, 64, 64, 3), 40, dtype=np.uint8)
        pictures[:, 16 : 16 + 8 * number, 16:40] = 200
        np.save(folder / "pictures.npy", pictures)
        for kind in ("complete", "building"):
            np.save(folder / f"{kind}-fixed.npy", fixed)
            np.save(folder / f"{kind}-light.npy", np.stack([light, light]))
        record = {
            "split": split,
            "seed": number,
            "view": 0,
            "phrases": {"building": ["villa", "brick walls"]},
            "mixes": [{"lighting": "noon", "phrases": ["noon"]}, {"lighting": "night", "phrases": ["night"]}],
        }
        (folder / "record.json").write_text(json.dumps(record))
    train_tokenizer(["villa, brick walls, noon", "night"], tmp_path / "tokenizer", TINY)
    (tmp_path / "vocabulary.json").write_text('{"noon": "noon", "trưa": "noon", "desert": "desert"}')
    return tmp_path
