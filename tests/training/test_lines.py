"""The network that reads drawings: its data, its hands, its loss, its training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from archviz.core.errors import OptionError
from archviz.core.maps import EdgeMap
from archviz.core.seeds import derive_generator
from archviz.sketch.estimate import CLOSER_LONGER_PX, WORKING_LONGER_PX, Layer, Outputs, estimate_space, predict
from archviz.training.checkpoint import load_state
from archviz.training.drawn_views import draw_views, halved, read_view, targets, view_paths
from archviz.training.hands import draw_by_hand
from archviz.training.lines import (
    adopt_lines,
    build_lines_network,
    draw_lines_batch,
    export_lines,
    lines_loss,
    train_lines,
)

TINY = (16, 16, 32, 48)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The views of two training scenes."""
    cache = tmp_path_factory.mktemp("drawn")
    assert draw_views(cache, count=2, start=2001) == len(view_paths(cache, "train")) >= 8
    return cache


def test_a_view_holds_what_stands_behind_its_lines(drawn: Path) -> None:
    for path in view_paths(drawn, "train"):
        view = read_view(path)
        sky = view["layers"] == Layer.SKY
        np.testing.assert_array_equal(view["elements"] < 0, sky)
        lengths = np.linalg.norm(view["normals"].astype(float), axis=-1) / 127
        assert np.all(np.abs(lengths[~sky] - 1) < 0.02) and not lengths[sky].any()
        assert 0.01 < view["edges"].mean() < 0.25


def test_a_sparse_drawing_shows_less_around_and_no_less_of_the_building(drawn: Path) -> None:
    for path in view_paths(drawn, "train"):
        if path.stem.endswith("complete"):
            complete, sparse = read_view(path), read_view(path.with_name(path.name.replace("complete", "sparse")))
            around, own = [Layer.PLANT, Layer.OTHER], [Layer.BUILDING, Layer.OPENING]
            assert np.isin(sparse["layers"], around).sum() <= np.isin(complete["layers"], around).sum()
            kept = np.isin(sparse["layers"], own) | ~np.isin(complete["layers"], own)
            assert kept.all()


def test_drawing_again_changes_nothing_that_is_there(drawn: Path) -> None:
    assert draw_views(drawn, count=2, start=2001) == 0


def test_a_halved_view_loses_no_line(drawn: Path) -> None:
    path = view_paths(drawn, "train")[0]
    view = read_view(path)
    assert max(view["edges"].shape) == CLOSER_LONGER_PX == 2 * WORKING_LONGER_PX
    small = halved(view)
    assert {name: array.shape[:2] for name, array in small.items()} == dict.fromkeys(
        view, tuple(side // 2 for side in view["edges"].shape)
    )
    doubled = small["edges"].repeat(2, 0).repeat(2, 1)
    assert doubled[view["edges"]].all() and small["edges"].sum() <= view["edges"].sum()
    np.testing.assert_array_equal(small["layers"], view["layers"][::2, ::2])


def test_steps_see_drawings_whole_from_nearer_and_from_farther(drawn: Path) -> None:
    paths = view_paths(drawn, "train")
    shapes = [draw_lines_batch(paths, seed=0, step=step, count=4)[0].shape for step in range(4)]
    assert [max(shape[2:]) for shape in shapes] == [192, 384, 768, 384]
    assert [shape[0] for shape in shapes] == [8, 4, 1, 4]
    assert all(side % 32 == 0 for shape in shapes for side in shape[2:])


def test_hands_differ_but_all_draw_the_building(drawn: Path) -> None:
    import cv2

    view = read_view(view_paths(drawn, "train")[0])
    own = np.isin(view["layers"], [Layer.BUILDING, Layer.OPENING])
    drawings = []
    for seed in range(6):
        lines, known = draw_by_hand(view["edges"], view["layers"], view["elements"], derive_generator(seed, "hand"))
        again, _ = draw_by_hand(view["edges"], view["layers"], view["elements"], derive_generator(seed, "hand"))
        np.testing.assert_array_equal(lines, again)
        near = cv2.dilate(lines.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        wanted = cv2.erode(own.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & view["edges"]
        assert near[wanted].mean() > 0.7
        assert known[np.isin(view["layers"], [Layer.GROUND, Layer.SKY])].all()
        drawings.append(lines)
    assert len({lines.tobytes() for lines in drawings}) == len(drawings)


def outputs(view: dict[str, np.ndarray], *, turned: bool = False) -> tuple[Outputs, tuple[torch.Tensor, ...]]:
    """A perfect answer, or one whose layers, depths and normals are wrong, and the truth."""
    layers, log_depth, normals = targets(view)
    truth = torch.from_numpy(layers)[None], torch.from_numpy(log_depth)[None], torch.from_numpy(normals)[None]
    said = (truth[0] + 1) % len(Layer) if turned else truth[0]
    logits = 20.0 * torch.nn.functional.one_hot(said, len(Layer)).permute(0, 3, 1, 2).float()
    sign = -1.0 if turned else 1.0
    depth = torch.nan_to_num(truth[1]) + (1.0 if turned else 0.0)
    return Outputs(logits, depth, sign * truth[2], torch.zeros_like(depth)), truth


def test_the_loss_is_least_for_the_truth_and_blind_to_what_is_not_drawn(drawn: Path) -> None:
    view = read_view(view_paths(drawn, "train")[0])
    right, truth = outputs(view)
    wrong, _ = outputs(view, turned=True)
    assert lines_loss(right, *truth) < 0.02
    assert lines_loss(wrong, *truth) > 10
    hidden = torch.full_like(truth[0], -1)
    hidden[:, :8] = truth[0][:, :8]
    mixed = Outputs(*(torch.cat([r[..., :8, :], w[..., 8:, :]], dim=-2) for r, w in zip(
        (right.layers, right.log_depth, right.normals, right.log_error),
        (wrong.layers, wrong.log_depth, wrong.normals, wrong.log_error), strict=True)))  # fmt: skip
    assert lines_loss(mixed, hidden, *truth[1:]) < 0.02


def test_the_loss_asks_for_the_order_of_depths_along_rows_and_columns_of_the_building_alone() -> None:
    layers = torch.full((1, 64, 64), int(Layer.BUILDING))
    slope = (torch.arange(64) / 64).expand(1, 64, 64)
    normals = torch.zeros(1, 3, 64, 64)
    logits = 20.0 * torch.nn.functional.one_hot(layers, len(Layer)).permute(0, 3, 1, 2).float()

    def lost(depth: torch.Tensor, layers: torch.Tensor = layers) -> float:
        """With an error that is expected to be huge, so that depth itself hardly counts."""
        return float(lines_loss(Outputs(logits, depth, normals, torch.full_like(slope, 3.0)), layers, slope, normals))

    flat, right, wrong = lost(torch.zeros(1, 64, 64)), lost(slope), lost(-slope)
    # Each pair that is ranked wrongly costs its distance; beyond a tenth the rest is the depth's own business.
    assert flat - right > 0.9 and wrong - flat > 1.5
    ground = torch.full_like(layers, int(Layer.GROUND))
    assert lost(-slope, ground) - lost(slope, ground) < wrong - right - 2.0


def small(drawn: Path, cache: Path) -> None:
    """Two views cut to 128 x 128."""
    (cache / "drawn").mkdir(parents=True)
    for path in view_paths(drawn, "train")[:2]:
        view = {name: array[300:428, 300:428] for name, array in read_view(path).items()}
        np.savez(cache / "drawn" / path.name, **view)


def test_a_stopped_training_ends_where_an_unstopped_one_does_and_reads_a_drawing(drawn: Path, tmp_path: Path) -> None:
    for name, stops in (("stopped", (3, None)), ("straight", (None,))):
        small(drawn, tmp_path / name)
        for until in stops:
            train_lines(tmp_path / name, steps=6, batch=2, until=until, channels=TINY)
    one, other = (load_state(tmp_path / name / "lines.pt") for name in ("stopped", "straight"))
    assert one is not None and other is not None and one["step"] == other["step"] == 6
    assert all(torch.equal(a, b) for a, b in zip(one["average"], other["average"], strict=True))
    export_lines(tmp_path / "straight", tmp_path / "weights", TINY)
    lines = np.zeros((50, 70), dtype=np.float32)
    lines[20, 10:60] = 1
    found = estimate_space(EdgeMap(lines), weights=tmp_path / "weights")
    assert found.size.shape == (50, 70) and found.layers.shape == (6, 50, 70)
    np.testing.assert_allclose(found.layers.sum(0), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found.normals, axis=-1), 1, atol=1e-4)
    assert found.confidence.min() >= 0 and found.confidence.max() <= 1 and (found.depth > 0).all()


def test_a_released_network_is_where_training_starts_and_no_checkpoint_is_lost(drawn: Path, tmp_path: Path) -> None:
    torch.manual_seed(3)
    released = build_lines_network(TINY)
    released.save_pretrained(tmp_path / "released")
    small(drawn, tmp_path / "cache")
    adopt_lines(tmp_path / "cache", tmp_path / "released")
    state = load_state(tmp_path / "cache" / "lines.pt")
    assert state is not None and state["step"] == 0
    assert all(torch.equal(a, b) for a, b in zip(state["average"], released.parameters(), strict=True))
    # A rate of nothing leaves it as it was; a training from nothing would end elsewhere.
    train_lines(tmp_path / "cache", steps=1, batch=2, rate=0.0, channels=TINY)
    after = load_state(tmp_path / "cache" / "lines.pt")
    assert after is not None and after["step"] == 1
    assert all(torch.equal(a, b) for a, b in zip(after["network"].values(), state["network"].values(), strict=True))
    with pytest.raises(OptionError, match="is there already"):
        adopt_lines(tmp_path / "cache", tmp_path / "released")


def test_the_network_answers_pixel_by_pixel() -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        made = predict(build_lines_network(TINY), torch.zeros(2, 1, 64, 96))
    assert made.layers.shape == (2, 6, 64, 96) and made.log_depth.shape == made.log_error.shape == (2, 64, 96)
    torch.testing.assert_close(made.normals.norm(dim=1), torch.ones(2, 64, 96))
