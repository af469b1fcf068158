"""The finisher learns what the maps hold and the draft has lost, and resumes bit for bit."""

from pathlib import Path

import numpy as np
import pytest
import torch

from archviz.control import CHANNELS
from archviz.diffusion.finisher import Finisher
from archviz.diffusion.textures import TEXTURES, draw_textures
from archviz.training.checkpoint import load_state
from archviz.training.drafts import DRAFT_WAYS, deferred_colour, given_stack, make_drafts
from archviz.training.finisher import finisher_loss, load_finisher, texture_loss, train_finisher
from archviz.training.pairs import PairStore
from tests.diffusion.tiny import save_tiny_mini


def tiny() -> Finisher:
    torch.manual_seed(0)
    return Finisher(widths=(16, 16), blocks=1)


def blurred(cache: Path) -> None:
    """Drafts that have lost the square's outline."""
    for split in ("train", "holdout"):
        store = PairStore(cache, split=split)  # type: ignore[arg-type]
        for view in range(len(store)):
            pictures = torch.from_numpy(np.array(store.pictures(view))).permute(0, 3, 1, 2).float()
            soft = torch.nn.functional.avg_pool2d(pictures, 9, stride=1, padding=4, count_include_pad=False)
            drafts = soft.round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
            rows = np.zeros(len(drafts), dtype=np.int64)
            np.savez(store.folder(view) / "drafts.npz", pictures=drafts, mixes=np.arange(len(drafts)), ways=rows)


def run(cache: Path, steps: int, until: int | None = None) -> None:
    train_finisher(cache, steps=steps, until=until, batch=2, side=32, finisher=tiny(), rate=3e-3)


def test_drafts_are_made_once_of_every_training_view(cache: Path, tmp_path: Path) -> None:
    folder = save_tiny_mini(tmp_path / "mini")
    assert make_drafts(cache, folder) == len(PairStore(cache, split="train")) == 2
    store = PairStore(cache, split="train", having="drafts.npz")
    drafts = np.load(store.folder(0) / "drafts.npz")
    assert drafts["pictures"].shape == (2, 64, 64, 3)
    assert drafts["pictures"].dtype == np.uint8
    assert sorted(drafts["mixes"]) == [0, 1]
    assert all(0 <= way < len(DRAFT_WAYS) for way in drafts["ways"])
    before = (store.folder(0) / "drafts.npz").stat().st_mtime_ns
    assert make_drafts(cache, folder) == 0
    assert (store.folder(0) / "drafts.npz").stat().st_mtime_ns == before


def test_a_way_gives_the_maps_it_names(cache: Path) -> None:
    store = PairStore(cache, split="train")
    assert sum(share for share, *_ in DRAFT_WAYS) == pytest.approx(1)
    for row, (_, _, dropped, start) in enumerate(DRAFT_WAYS):
        stack = given_stack(store, 0, 0, row)
        for group in ("geometry", "edges", "material", "light", "surroundings"):
            assert bool(stack[CHANNELS.index(f"given_{group}")].any()) == (group not in dropped)
        # Sampling can start from the deferred colour only where that is given.
        assert start == "truth" or deferred_colour(stack).any()


def test_the_loss_asks_for_edges_to_the_pixel_and_for_grass_on_the_mean() -> None:
    stack = torch.zeros(1, len(CHANNELS), 64, 64)
    stack[:, CHANNELS.index("is_ground")] = 1
    truth = torch.zeros(1, 3, 64, 64)
    speckled = torch.rand(truth.shape, generator=torch.Generator().manual_seed(0)) - 0.5
    shifted = truth + speckled.abs().mean()
    on_grass = finisher_loss(speckled, truth, stack)
    assert on_grass < finisher_loss(shifted, truth, stack) / 2
    stack[:, CHANNELS.index("edges")] = 1
    assert finisher_loss(speckled, truth, stack) > 5 * on_grass


def test_textures_are_compared_by_what_they_have_in_common_with_others_of_their_kind() -> None:
    def grass(seed: int, strength: float = 0.2) -> torch.Tensor:
        blades = draw_textures(64, 64, np.random.default_rng(seed))[TEXTURES.index("short blades")]
        return strength * torch.from_numpy(blades).expand(1, 3, -1, -1)

    other = float(texture_loss(grass(1), grass(2)))
    assert float(texture_loss(torch.zeros(1, 3, 64, 64), grass(2))) > 2.5 * other
    assert float(texture_loss(grass(1, 0.4), grass(2))) > 2 * other
    # Blades that lie down are another texture.
    assert float(texture_loss(grass(1).transpose(2, 3), grass(2))) > 1.3 * other


@pytest.mark.slow
def test_it_learns_and_a_stopped_training_ends_where_an_unstopped_one_does(cache: Path) -> None:
    blurred(cache)
    run(cache, 120, until=60)
    run(cache, 120)
    stopped = load_state(cache / "finisher.pt")
    (cache / "finisher.pt").unlink()
    run(cache, 120)
    straight = load_state(cache / "finisher.pt")
    assert stopped is not None and straight is not None
    assert all(torch.equal(a, b) for a, b in zip(stopped["average"], straight["average"], strict=True))
    store = PairStore(cache, split="holdout", having="drafts.npz")
    draft = torch.from_numpy(np.load(store.folder(0) / "drafts.npz")["pictures"][:1]).permute(0, 3, 1, 2).float()
    truth = torch.from_numpy(np.array(store.pictures(0)[:1])).permute(0, 3, 1, 2).float()
    stack = torch.from_numpy(store.stack(0, 0))[None]
    with torch.inference_mode():
        made = load_finisher(cache, tiny())(draft / 127.5 - 1, stack, torch.zeros(1, len(TEXTURES), 64, 64))
    assert ((made + 1) * 127.5 - truth).abs().mean() < 0.7 * (draft - truth).abs().mean()
