import numpy as np
import pytest

from archviz.diffusion.textures import TEXTURES, draw_textures


def drawn(seed: int = 0, height: int = 600, width: int = 700) -> np.ndarray:
    return draw_textures(height, width, np.random.default_rng(seed))


def slopes(grain: np.ndarray) -> tuple[float, float]:
    """Mean square of the differences across and down."""
    return float((np.diff(grain, axis=1) ** 2).mean()), float((np.diff(grain, axis=0) ** 2).mean())


def test_each_is_of_mean_zero_and_deviation_one_at_any_size() -> None:
    made = drawn()
    assert made.shape == (len(TEXTURES), 600, 700)
    assert made.dtype == np.float32
    assert np.abs(made.mean((1, 2))).max() < 0.15
    assert np.abs(made.std((1, 2)) - 1).max() < 0.15


def test_a_seed_decides_how_they_lie() -> None:
    assert (drawn(1, 64, 96) == drawn(1, 64, 96)).all()
    apart = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(drawn(1)[:5], drawn(2)[:5], strict=True)]
    assert np.abs(apart).max() < 0.05


def test_they_go_on_over_the_tile_s_border_without_a_seam() -> None:
    made = drawn(3, 1100, 512)
    for grain in made[1:]:
        steps = np.abs(np.diff(grain, axis=0)).mean(axis=1)
        assert steps.max() < 1.7 * np.median(steps)


@pytest.mark.parametrize("name", ["short blades", "long blades"])
def test_blades_stand_upright(name: str) -> None:
    across, down = slopes(drawn()[TEXTURES.index(name)])
    assert across > 2.5 * down


def test_large_leaves_are_coarser_than_small_ones_and_lie_any_way() -> None:
    small, large = (drawn()[TEXTURES.index(f"{size} leaves")] for size in ("small", "large"))
    assert sum(slopes(large)) < 0.6 * sum(slopes(small))
    across, down = slopes(small)
    assert across == pytest.approx(down, rel=0.1)
