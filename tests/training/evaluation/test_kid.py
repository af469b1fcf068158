"""The kernel distance against its closed form and its definition; intervals against the textbook's."""

import numpy as np
import pytest

from archviz.training.evaluation.crops import compare_crops
from archviz.training.evaluation.kid import cut_crops, kernel_distance
from archviz.training.evaluation.scenes import jackknife, mean_over_scenes, ratio_over_scenes


def normal(seed: int, *, count: int, mean: float = 0.0, dims: int = 1, scenes: int = 8) -> dict[int, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {s: generator.normal(mean, 1, (count // scenes, dims)).astype(np.float32) for s in range(scenes)}


def test_two_normal_sets_are_as_far_apart_as_their_first_three_moments() -> None:
    # (xy + 1)^3 = 1 + 3xy + 3x^2y^2 + x^3y^3, so in one dimension the squared discrepancy is
    # 3 (m1 - n1)^2 + 3 (m2 - n2)^2 + (m3 - n3)^2 of the raw moments.
    shift = 0.5
    expected = 3 * shift**2 + 3 * (shift**2) ** 2 + (shift**3 + 3 * shift) ** 2
    found = kernel_distance(normal(0, count=6000, mean=shift), normal(1, count=6000))
    assert found.value == pytest.approx(expected, rel=0.1)
    assert found.interval.low < expected < found.interval.high
    assert found.crops == 6000


def test_it_is_the_unbiased_estimate_pair_by_pair() -> None:
    features, reference = normal(2, count=12, dims=3, mean=1, scenes=3), normal(3, count=45, dims=3, scenes=3)
    for made in reference.values():
        made[:, 1] = 5 * made[:, 0] + 0.1 * made[:, 1]
    y = np.concatenate(list(reference.values())).astype(float)
    x = np.concatenate(list(features.values())) - y.mean(0)
    # Along axes of deviation 1, a product is Mahalanobis's.
    inverse = np.linalg.inv(np.cov(y.T))
    y -= y.mean(0)

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ inverse @ b / 3 + 1) ** 3)

    within = [np.mean([kernel(s[i], s[j]) for i in range(len(s)) for j in range(len(s)) if i != j]) for s in (x, y)]
    between = np.mean([kernel(a, b) for a in x for b in y])
    assert kernel_distance(features, reference).value == pytest.approx(sum(within) - 2 * between)


def test_alike_sets_are_nothing_apart_and_units_do_not_count() -> None:
    one, other = normal(4, count=4000, dims=16), normal(5, count=4000, dims=16)
    alike = kernel_distance(one, other)
    assert alike.interval.low < 0 < alike.interval.high and abs(alike.value) < 0.05
    scaled = [{s: 1000 * f for s, f in side.items()} for side in (one, other)]
    assert kernel_distance(*scaled).value == pytest.approx(alike.value, abs=1e-3)
    far = kernel_distance(normal(6, count=4000, dims=16, mean=0.3), other)
    assert far.less(alike).low > 0 and alike.less(far).high < 0
    assert far.less(far).mean == far.less(far).high == 0


def test_a_small_change_across_the_large_variation_is_seen() -> None:
    generator = np.random.default_rng(0)

    def crops(blurred: float) -> dict[int, np.ndarray]:
        light = generator.normal(0, 10, (8, 400, 1))
        fine = generator.normal(-blurred, 0.1, (8, 400, 1))
        return dict(enumerate(np.concatenate([light, light + fine], axis=2).astype(np.float32)))

    reference = crops(0)
    assert kernel_distance(crops(0.2), reference).less(kernel_distance(crops(0), reference)).low > 1


def test_sets_of_different_scenes_are_refused() -> None:
    some = normal(0, count=80)
    with pytest.raises(ValueError, match="the same three"):
        kernel_distance(some, {s: f for s, f in some.items() if s})


def test_columns_are_compared_with_truth_that_nothing_was_made_from() -> None:
    columns = {"truth": 0.0, "mini, 4 steps": 0.3, "mini, 1 step from noise": 0.6, "deferred colour": 0.9,
               "truth, other places": 0.0}  # fmt: skip
    generator = np.random.default_rng(0)
    views = [
        (scene, {c: generator.normal(m, 1, (40, 8)).astype(np.float32) for c, m in columns.items()})
        for scene in (1, 1, 2, 3, 4, 4)
    ]
    figures, crops = compare_crops(views)
    assert crops == 240
    kid = figures["KID"]
    assert kid["truth"].mean < kid["mini, 4 steps"].mean < kid["deferred colour"].mean
    assert "truth, other places" not in kid
    assert figures["KID over that of deferred colour"]["mini, 4 steps"].high < 0
    assert set(figures["KID over that of deferred colour"]) == {"mini, 4 steps", "mini, 1 step from noise"}


def test_crops_lie_inside_and_are_those_of_the_seed() -> None:
    picture = np.arange(40 * 50, dtype=np.int64).reshape(40, 50, 1).repeat(3, axis=2)
    crops = cut_crops(picture, count=20, side=30, generator=np.random.default_rng(1))  # type: ignore[arg-type]
    assert crops.shape == (20, 30, 30, 3)
    for crop in crops:
        assert (np.diff(crop[0, :, 0]) == 1).all() and (np.diff(crop[:, 0, 0]) == 50).all()
    again = cut_crops(picture, count=20, side=30, generator=np.random.default_rng(1))  # type: ignore[arg-type]
    np.testing.assert_array_equal(crops, again)


def test_the_jackknife_of_a_mean_is_the_textbook_interval() -> None:
    values = np.random.default_rng(0).normal(5, 2, 30)
    without = {i: float(np.delete(values, i).mean()) for i in range(30)}
    found = jackknife(float(values.mean()), without)
    assert found.high - found.mean == pytest.approx(1.96 * values.std(ddof=1) / np.sqrt(30))
    assert found.scenes == 30


def test_a_ratio_is_that_of_sums_and_scenes_are_what_is_resampled() -> None:
    generator = np.random.default_rng(1)
    values, scenes = list(generator.uniform(0.5, 1, 20)), list(range(20))
    once = ratio_over_scenes(values, [0.8] * 20, scenes)
    assert once is not None and once.mean == pytest.approx(np.mean(values) / 0.8)
    # Ten views of each scene tell nothing that one did not.
    tenfold = ratio_over_scenes(values * 10, [0.8] * 200, scenes * 10)
    assert tenfold is not None and (tenfold.low, tenfold.high) == pytest.approx((once.low, once.high))
    spread = np.std(values) / np.sqrt(20) / 0.8
    assert once.high - once.low == pytest.approx(2 * 1.96 * spread, rel=0.15)


def test_a_constant_factor_is_a_sure_ratio_and_missing_views_are_left_out() -> None:
    others = [0.2, 0.9, 0.5, None, 0.7]
    values = [0.5 * o if o is not None else 3.0 for o in others]
    found = ratio_over_scenes([*values[:-1], None], others, [1, 2, 3, 4, 5])
    assert found is not None and found.scenes == 3
    assert (found.low, found.mean, found.high) == pytest.approx((0.5, 0.5, 0.5))
    assert mean_over_scenes([None, None], [1, 2]) is None
    assert ratio_over_scenes([1.0], [0.0], [1]) is None
