from dataclasses import replace

import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.core.material import TextureFamily
from archviz.training.grain import Sample, detail_of, gain_of, tone_of
from tests.fidelity.flat import flat_view, wall_in_sky

VIEW = flat_view(wall_in_sky())


def noise(seed: int) -> np.ndarray:
    """(1, H, W) fine grain."""
    return 0.08 * np.random.default_rng(seed).standard_normal((1, *VIEW.size.shape)).astype(np.float32)


def grey(grain: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 grey with grain."""
    levels = np.clip(np.round(127.5 + 127.5 * grain[0]), 0, 255).astype(np.uint8)
    return levels[..., None].repeat(3, axis=-1)


def sample(strength: float) -> Sample:
    """A grey picture, a grain to lay on it, and a truth whose grain is ``strength`` times as strong."""
    smooth = np.zeros((3, *VIEW.size.shape), dtype=np.float32)
    truth = grey(0.55 * strength * noise(2))
    return Sample(even=smooth, grain=noise(1), detail=smooth, tone=smooth, truth=truth, gbuffer=VIEW)


def lawn(strength: float) -> Sample:
    """A grey lawn without grain, its blades, and a truth whose blades are ``strength`` times as strong as those."""
    materials = tuple(replace(one, family=TextureFamily.GRASS) for one in VIEW.table.materials)
    view = replace(VIEW, table=replace(VIEW.table, materials=materials))
    flat = np.zeros((3, *VIEW.size.shape), dtype=np.float32)
    blades = noise(3).repeat(3, axis=0)
    return Sample(even=flat, grain=flat[:1], detail=blades, tone=flat, truth=grey(strength * noise(4)), gbuffer=view)


def test_the_gain_is_that_at_which_made_texture_is_as_strong_as_the_true_one() -> None:
    assert gain_of([sample(1.6)]) == pytest.approx(1.6, rel=0.03)
    # Strong and weak truths meet in the middle of their logarithms.
    assert gain_of([sample(1.2), sample(1.9)]) == pytest.approx((1.2 * 1.9) ** 0.5, rel=0.03)


def test_no_gain_is_under_one_nor_above_two() -> None:
    assert gain_of([sample(0.3)]) == pytest.approx(1.0, abs=1e-3)
    assert gain_of([sample(5.0)]) == 2.0


def test_views_that_show_no_texture_are_refused() -> None:
    small = flat_view(wall_in_sky(height=30, width=40))
    with pytest.raises(OptionError, match="no view shows enough of wall or grass or foliage"):
        gain_of([replace(sample(1.0), gbuffer=small)])
    with pytest.raises(OptionError, match="no view shows enough of grass"):
        detail_of([sample(1.0)])


def test_blades_are_strengthened_until_a_lawn_is_as_rough_as_the_true_one() -> None:
    assert detail_of([lawn(0.4)]) == pytest.approx(0.4, rel=0.03)
    assert detail_of([lawn(0.0)]) == pytest.approx(0.0, abs=1e-3)
    assert detail_of([lawn(3.0)]) == 2.0


def test_the_tone_goes_as_far_towards_the_deferred_colours_as_the_truths_does() -> None:
    def lit(truth: float, step: float) -> Sample:
        flat = np.zeros((3, *VIEW.size.shape), dtype=np.float32)
        levels = np.full((*VIEW.size.shape, 3), round(127.5 + 127.5 * truth), np.uint8)
        return Sample(even=flat, grain=flat[:1], detail=flat, tone=flat + step, truth=levels, gbuffer=VIEW)

    assert tone_of([lit(0.2, 0.4)]) == pytest.approx(0.5, abs=0.02)
    # Least squares: a large step counts more than a small one.
    assert tone_of([lit(0.4, 0.4), lit(0.0, 0.2)]) == pytest.approx(0.8, abs=0.02)
    assert tone_of([lit(0.6, 0.4)]) == 1.0 and tone_of([lit(-0.2, 0.4)]) == 0.0
    with pytest.raises(OptionError, match="no view shows grass or foliage"):
        tone_of([lit(0.2, 0.0)])
    # What is fitted is what is painted.
    made = lit(0.2, 0.4).picture(gain=1.0, detail=0.0, tone=0.5)
    assert np.abs(made.astype(int) - lit(0.2, 0.4).truth).max() <= 1
