import cv2
import numpy as np
import pytest

from archviz.training.texture import top_octave_power
from tests.fidelity.flat import WALL, flat_view, wall_in_sky

VIEW = flat_view(wall_in_sky())


def noise(deviation: float, *, smooth_px: float = 0.0, seed: int = 0) -> np.ndarray:
    grain = np.random.default_rng(seed).standard_normal(VIEW.size.shape).astype(np.float32)
    if smooth_px:
        grain = cv2.GaussianBlur(grain, (0, 0), smooth_px)
        grain /= grain.std()
    return np.clip(128 + deviation * grain, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=-1)


def test_it_grows_with_the_square_of_the_grain_and_forgets_coarse_waves() -> None:
    fine = top_octave_power(noise(10), VIEW, "wall")
    assert fine is not None
    assert top_octave_power(noise(20), VIEW, "wall") == pytest.approx(4 * fine, rel=0.05)
    # Grain loses what its neighbours share, so most of its power, not all, is of the top octave.
    assert 60 < fine < 100
    coarse = top_octave_power(noise(10, smooth_px=6), VIEW, "wall")
    assert coarse is not None and coarse < fine / 50


def test_only_the_class_counts_and_its_border_does_not() -> None:
    elements = VIEW.elements.array
    picture = noise(10)
    inside = top_octave_power(picture, VIEW, "wall")
    picture[elements != WALL] = np.random.default_rng(1).integers(0, 256, picture.shape, dtype=np.uint8)[
        elements != WALL
    ]
    assert top_octave_power(picture, VIEW, "wall") == inside


def test_a_class_that_is_hardly_seen_has_no_figure() -> None:
    assert top_octave_power(noise(10), VIEW, "foliage") is None
    assert top_octave_power(noise(10), flat_view(wall_in_sky(height=30, width=40)), "wall") is None
