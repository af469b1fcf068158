import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.fidelity import bootstrap_mean


def test_the_interval_of_many_scenes_is_the_normal_one():
    rng = np.random.default_rng(0)
    values = rng.normal(0.8, 0.1, 400)
    interval = bootstrap_mean({str(i): [float(v)] for i, v in enumerate(values)})
    half = 1.96 * values.std() / 20
    assert interval.mean == pytest.approx(values.mean()) and interval.scenes == 400
    assert interval.high - interval.mean == pytest.approx(half, rel=0.1)
    assert interval.mean - interval.low == pytest.approx(half, rel=0.1)


def test_scenes_count_once_however_many_pictures_they_have():
    interval = bootstrap_mean({"a": [1.0] * 9, "b": [0.0], "c": [None], "d": []})
    assert interval.mean == 0.5 and interval.scenes == 2
    assert (interval.low, interval.high) == (0.0, 1.0)


def test_the_same_seed_gives_the_same_interval():
    values = {str(i): [i / 10] for i in range(10)}
    assert bootstrap_mean(values, seed=1) == bootstrap_mean(values, seed=1) != bootstrap_mean(values, seed=2)


def test_no_figure_is_refused():
    with pytest.raises(OptionError, match="none of 2 scenes"):
        bootstrap_mean({"a": [None], "b": []})
