import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.training.grain import gain_of
from tests.fidelity.flat import flat_view, wall_in_sky

VIEW = flat_view(wall_in_sky())


def sample(strength: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, object]:
    """A grey picture, a grain to lay on it, and a truth whose grain is ``strength`` times as strong."""
    shape = VIEW.size.shape
    grain = 0.08 * np.random.default_rng(1).standard_normal((1, *shape)).astype(np.float32)
    other = 0.08 * np.random.default_rng(2).standard_normal((1, *shape)).astype(np.float32)
    truth = 127.5 + 127.5 * 0.55 * strength * other[0]
    picture = np.clip(np.round(truth), 0, 255).astype(np.uint8)[..., None].repeat(3, axis=-1)
    return np.zeros((3, *shape), dtype=np.float32), grain, picture, VIEW


def test_the_gain_is_that_at_which_made_texture_is_as_strong_as_the_true_one() -> None:
    assert gain_of([sample(1.6)]) == pytest.approx(1.6, rel=0.03)
    # Strong and weak truths meet in the middle of their logarithms.
    assert gain_of([sample(1.2), sample(1.9)]) == pytest.approx((1.2 * 1.9) ** 0.5, rel=0.03)


def test_no_gain_is_under_one_nor_above_two() -> None:
    assert gain_of([sample(0.3)]) == pytest.approx(1.0, abs=1e-3)
    assert gain_of([sample(5.0)]) == 2.0


def test_views_that_show_no_texture_are_refused() -> None:
    small = flat_view(wall_in_sky(height=30, width=40))
    smooth, grain, truth, _ = sample(1.0)
    cropped = smooth[:, : small.size.height, : small.size.width], grain, truth, small
    with pytest.raises(OptionError, match="no view shows enough"):
        gain_of([cropped])
