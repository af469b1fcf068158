"""Pairs of an older mix are taken away whole, for the step to make anew."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from archviz.core.place import SunDirection
from archviz.training.__main__ import main
from archviz.training.dataset import drop_older_pairs
from archviz.training.mix import MIX_VERSION
from archviz.training.path_trace import view_path
from archviz.training.traced import LIGHT_GROUPS, TracedView
from tests.training.traced_scene import write_house

SIDE = 48


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Scene 7, its traced view, and an old pair of it; beside it a pair whose traced view is gone."""
    record = write_house(tmp_path / "scenes" / "000007", size=(SIDE, SIDE))
    path = view_path(tmp_path, 7, 0)
    path.parent.mkdir(parents=True)
    rng = np.random.default_rng(0)
    TracedView(
        groups=rng.random((len(LIGHT_GROUPS), SIDE, SIDE, 3)).astype(np.float16) * np.float16(0.2),
        alpha=np.repeat([[0.0], [1.0]], SIDE // 2, axis=0).astype(np.float16) * np.ones((1, SIDE), np.float16),
        depth_m=np.full((SIDE, SIDE), 20.0, np.float32),
        suns=tuple(SunDirection(**sun) for sun in record["suns"]),  # type: ignore[arg-type]
        version=1,
    ).save(path)
    for seed in (7, 8):
        folder = tmp_path / "pairs" / f"{seed:06d}-0"
        folder.mkdir(parents=True)
        old = {"split": "train", "seed": seed, "view": 0, "environment": "meadow", "mixes": []}
        (folder / "record.json").write_text(json.dumps(old), encoding="utf-8")
        for name in ("pictures", "latents", "complete-fixed"):
            np.save(folder / f"{name}.npy", np.zeros((8, SIDE, SIDE, 3), np.uint8))
        np.savez(folder / "drafts.npz", pictures=np.zeros(1))
    return tmp_path


def test_old_pairs_go_whole_and_no_others(cache: Path) -> None:
    folder, gone = cache / "pairs" / "000007-0", cache / "pairs" / "000008-0"
    assert drop_older_pairs(cache) == 1
    assert not folder.exists(), "the maps show the lights of the older pictures"
    assert len(list(gone.iterdir())) == 5, "what cannot be made anew is kept"
    folder.mkdir()
    now = {"seed": 7, "view": 0, "mix_version": MIX_VERSION}
    (folder / "record.json").write_text(json.dumps(now), encoding="utf-8")
    assert drop_older_pairs(cache) == 0 and folder.exists()


def test_the_step_leaves_old_pairs_alone_unless_it_is_asked(cache: Path) -> None:
    (cache / "tokenizer").mkdir()
    (cache / "tokenizer" / "vocab.json").write_text("{}")
    main(["--cache", str(cache), "pairs"])
    assert (cache / "pairs" / "000007-0" / "latents.npy").exists()
    with pytest.raises(KeyError, match="split"):
        # The house of this test is no scene that a pair can be made of.
        main(["--cache", str(cache), "pairs", "--remix"])
    assert not (cache / "pairs" / "000007-0").exists()
