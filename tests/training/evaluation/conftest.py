"""A cache of three held-out views and one training view of a small house, and a tiny engine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.place import SunDirection
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.light_transport import sun_visibility
from archviz.training.dataset import prepare_pairs
from archviz.training.path_trace import view_path
from archviz.training.scenes import read_scene
from archviz.training.traced import LIGHT_GROUPS, TracedView
from tests.diffusion.tiny import save_tiny_finisher, save_tiny_mini
from tests.training.traced_scene import write_house

SIDE = 160
SPLITS = {7: "holdout", 8: "holdout", 9: "holdout", 10: "train"}


@pytest.fixture(scope="package")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``scenes/``, ``traced/`` (each surface in its base colour, with the sun's shadows) and ``pairs/``."""
    root = tmp_path_factory.mktemp("held-out")
    for seed, split in SPLITS.items():
        folder = root / "scenes" / f"{seed:06d}"
        record = write_house(folder, size=(SIDE, SIDE))
        record |= {"seed": seed, "split": split, "caption": {"materials": ["brick walls"]}}
        record["building"] = {"kind": "villa"}
        record["cameras"][0]["camera"]["position_m"][0] += 1.5 * (seed - 7)
        (folder / "scene.json").write_text(json.dumps(record), encoding="utf-8")
        scene, record = read_scene(folder)
        view = rasterize(scene, Camera.from_json(record["cameras"][0]["camera"]))
        grain = np.random.default_rng(seed).uniform(0.8, 1.2, view.size.shape)[..., None]
        light = view.base_color().array * (0.4 + 0.6 * view.normals.array[..., 2:] ** 2) * grain
        caster, suns = RayCaster(scene), tuple(SunDirection(**sun) for sun in record["suns"])
        groups = np.repeat(light[None], len(LIGHT_GROUPS), axis=0)
        for row, sun in enumerate(suns):
            groups[row] *= sun_visibility(caster, view, sun).array[..., None]
        path = view_path(root, seed, 0)
        path.parent.mkdir(parents=True)
        TracedView(
            groups=groups.astype(np.float16),
            alpha=view.hit.astype(np.float16),
            depth_m=view.depth.array,
            suns=suns,
        ).save(path)
    assert prepare_pairs(root) == len(SPLITS)
    return root


@pytest.fixture(scope="package")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny `mini` with a finisher."""
    folder = save_tiny_mini(tmp_path_factory.mktemp("weights") / "mini")
    save_tiny_finisher(folder)
    return folder
