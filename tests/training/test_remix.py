"""Pairs of an older mix are mixed again, once, and what was made of the older pictures goes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.place import SunDirection
from archviz.training.__main__ import main
from archviz.training.dataset import remix_pairs, view_mixes
from archviz.training.mix import MIX_VERSION, mix
from archviz.training.path_trace import view_path
from archviz.training.traced import LIGHT_GROUPS, TracedView, load_traced
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


def test_old_pictures_are_mixed_again_and_only_once(cache: Path) -> None:
    folder, gone = cache / "pairs" / "000007-0", cache / "pairs" / "000008-0"
    assert remix_pairs(cache) == 1
    record = json.loads((cache / "scenes" / "000007" / "scene.json").read_text(encoding="utf-8"))
    camera = Camera.from_json(record["cameras"][0]["camera"])
    traced = load_traced(view_path(cache, 7, 0))
    mixes = view_mixes(record, 0)
    expected = [mix(traced, m.illumination, camera, sun=m.sun, seed=7 * 1024 + i) for i, m in enumerate(mixes)]
    assert np.array_equal(np.load(folder / "pictures.npy"), expected)
    assert np.load(folder / "pictures.npy").std() > 5
    pair = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    assert (pair["traced_version"], pair["mix_version"], pair["environment"]) == (1, MIX_VERSION, "meadow")
    assert sorted(p.name for p in folder.iterdir()) == ["complete-fixed.npy", "pictures.npy", "record.json"]
    assert not np.load(folder / "complete-fixed.npy").any()
    assert len(list(gone.iterdir())) == 5 and "mix_version" not in (gone / "record.json").read_text()
    assert remix_pairs(cache) == 0


def test_the_step_leaves_old_pairs_alone_unless_it_is_asked(cache: Path) -> None:
    (cache / "tokenizer").mkdir()
    (cache / "tokenizer" / "vocab.json").write_text("{}")
    main(["--cache", str(cache), "pairs"])
    assert (cache / "pairs" / "000007-0" / "latents.npy").exists()
    main(["--cache", str(cache), "pairs", "--remix"])
    assert not (cache / "pairs" / "000007-0" / "latents.npy").exists()
