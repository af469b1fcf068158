"""Known damage, the tables and the figures."""

import csv

import numpy as np
import pytest
from PIL import Image

from archviz.core.size import Size
from archviz.fidelity import drift, edge_evidence, straightness
from archviz.training.calibration.damage import bent, shifted, white_noise
from archviz.training.calibration.publish import publish, summarise, sun_shares
from archviz.training.calibration.scoring import compare_suns
from tests.fidelity.scenes import view


def test_a_shift_is_as_far_as_it_says_and_a_bend_leaves_the_place():
    ramp = np.repeat(np.tile(np.arange(20, 220, 2, dtype=np.uint8), (100, 1))[..., None], 3, 2)
    across = shifted(ramp, 5, seed=3).astype(float)[20:-20, 20:-20] - ramp[20:-20, 20:-20]
    down = (
        shifted(ramp.transpose(1, 0, 2), 5, seed=3).astype(float)[20:-20, 20:-20]
        - ramp.transpose(1, 0, 2)[20:-20, 20:-20]
    )
    assert np.hypot(across.mean(), down.mean()) == pytest.approx(10.0, abs=0.3)  # two levels a pixel
    assert np.array_equal(shifted(ramp, 0, seed=3), ramp)
    waved = bent(ramp, 3, seed=3).astype(float)[20:80, 20:-20] - ramp[20:80, 20:-20]
    assert abs(waved.mean()) < 0.5 and np.abs(waved).max() == pytest.approx(6.0, abs=1.0)
    noise = white_noise(Size(80, 90), seed=1)
    assert noise.shape == (80, 90, 3) and np.array_equal(noise, white_noise(Size(80, 90), seed=1))


@pytest.mark.parametrize("seed", [1, 2])
def test_scores_tell_three_pixels_from_none_and_bends_from_straight(seed):
    v = view(seed)
    moved = shifted(v.picture, 3, seed=seed)
    values = [edge_evidence(p, v.gbuffer, reference=v.picture).score for p in (v.picture, moved)]
    assert values[1] < values[0] - 0.2
    assert drift(v.picture, moved, v.gbuffer).median_px > drift(v.picture, v.picture, v.gbuffer).median_px + 1.0
    waver = [straightness(p, v.gbuffer, reference=v.picture).excess_px for p in (v.picture, bent(v.picture, 3, seed=1))]
    assert waver[1] > waver[0] + 0.3


def test_suns_with_the_same_shadows_are_no_pair():
    v = view(1)
    assert compare_suns(v.gbuffer, {0: v.picture}, {0: v.light, 45: v.light}) == []
    from archviz.geometry.raycast import RayCaster
    from tests.fidelity.scenes import NOON, clear_sky, light_of

    other = light_of(RayCaster(v.scene), v.gbuffer, clear_sky(NOON.turned(180)))
    rows = compare_suns(v.gbuffer, {0: v.picture}, {0: v.light, 180: other})
    assert [(row["own"], row["other"], row["right"]) for row in rows] == [(0, 180, 1.0)]
    assert rows[0]["difference"] >= 0.05 and rows[0]["gain"] > rows[0]["other_gain"]
    wrong = compare_suns(v.gbuffer, {180: v.picture}, {0: v.light, 180: other})
    assert [row["right"] for row in wrong] == [0.0]


def _found():
    scores = [
        {"damage": damage, "amount": amount, "score": "edge evidence", "value": value}
        for damage, amount, value in (("none", 0, 0.9), ("shift", 3, 0.3), ("white noise", 1, 0.01), ("bend", 2, None))
    ]
    suns = [{"right": 1.0}, {"right": 1.0}, {"right": 0.0}]
    return [
        {"source": "path-traced", "scene": "0", "scores": scores, "suns": suns},
        {"source": "path-traced", "scene": "10", "scores": scores, "suns": suns[:1]},
        {"source": "mini", "scene": "tube-house", "scores": [], "suns": suns},
    ]


def test_means_are_over_scenes_and_a_score_without_figures_is_left_out():
    found = summarise(_found())
    assert set(key[1] for key in found) == {"none", "shift", "white noise"}
    three = found["path-traced", "shift", 3.0, "edge evidence"]
    assert (three.mean, three.scenes) == (pytest.approx(0.3), 2)
    shares = sun_shares(_found())
    assert shares["path-traced"][0] == 4 and shares["path-traced"][1].mean == pytest.approx((2 / 3 + 1) / 2)
    assert shares["mini"][0] == 3 and shares["mini"][1].scenes == 1


def test_tables_and_figures_are_written_whole_and_twice_the_same(tmp_path, capsys):
    publish(_found(), tmp_path)
    names = {"fidelity-scores.csv", "fidelity-suns.csv", "fidelity-lines.png", "fidelity-light.png"}
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert first.keys() == names
    publish(_found(), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    rows = list(csv.DictReader((tmp_path / "fidelity-scores.csv").read_text().splitlines()))
    assert {"source": "path-traced", "damage": "shift", "amount": "3.0", "score": "edge evidence", "mean": "0.3",
            "low": "0.3", "high": "0.3", "scenes": "2"} in rows  # fmt: skip
    with Image.open(tmp_path / "fidelity-lines.png") as figure:
        colors = np.asarray(figure).reshape(-1, 3)
    assert (colors == (0, 114, 178)).all(1).sum() > 200
    assert "path-traced" in capsys.readouterr().out
