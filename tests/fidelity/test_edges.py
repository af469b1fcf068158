import itertools

import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.fidelity import edge_evidence
from archviz.fidelity.shown import CHANCE_SHIFTS_PX
from tests.fidelity.flat import PANE, flat_view, painted, wall_in_sky
from tests.fidelity.scenes import shifted, view

SEEDS = range(5)


@pytest.mark.parametrize("seed", SEEDS)
def test_truth_scores_near_one(seed):
    v = view(seed)
    evidence = edge_evidence(v.picture, v.gbuffer, reference=v.light.deferred.array)
    assert evidence.score > 0.88 and evidence.recall > 0.9
    assert evidence.chance < 0.25


@pytest.mark.parametrize("seed", SEEDS)
def test_white_noise_scores_nothing(seed):
    v = view(seed)
    rng = np.random.default_rng(seed)
    for channels in (3, 1):
        noise = rng.integers(0, 256, (*v.picture.shape[:2], channels), dtype=np.uint8)
        evidence = edge_evidence(np.broadcast_to(noise, v.picture.shape), v.gbuffer)
        assert abs(evidence.score) <= 0.05


def test_pictures_of_other_scenes_score_nothing():
    pairs = itertools.permutations(SEEDS, 2)
    scores = [edge_evidence(view(b).picture, view(a).gbuffer).score for a, b in pairs]
    assert np.mean(scores) <= 0.05
    # Single pairs share a floor line or a jamb by accident.
    assert max(scores) <= 0.2


def test_a_flat_picture_scores_nothing():
    v = view(0)
    evidence = edge_evidence(np.full_like(v.picture, 128), v.gbuffer)
    assert evidence.recall == evidence.chance == evidence.score == 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_every_pixel_of_shift_costs(seed):
    v = view(seed)
    scores = [edge_evidence(shifted(v.picture, d, d), v.gbuffer).score for d in (0, 1, 3)]
    assert scores[0] > scores[1] > scores[2] + 0.5
    for far in (5, 10):
        assert abs(edge_evidence(shifted(v.picture, far, far), v.gbuffer).score) < 0.15


def test_a_sideways_shift_loses_the_upright_lines_and_then_stays_lost():
    scores = np.array(
        [[edge_evidence(shifted(view(s).picture, d), view(s).gbuffer).score for d in (0, 1, 3, 5, 10)] for s in SEEDS]
    ).mean(0)
    assert (np.diff(scores) < 0).all()


def test_a_perfect_painting_has_every_line_and_none_where_it_is_moved():
    ids = wall_in_sky()
    ids[100:140, 100:150] = PANE
    gbuffer = flat_view(ids)
    picture = painted(ids)
    evidence = edge_evidence(picture, gbuffer)
    # What lies within the profile's five pixels of a corner sees the other line too.
    assert evidence.recall > 0.95 and evidence.score > 0.95
    np.testing.assert_allclose(evidence.offsets_px[evidence.found], 0.0, atol=0.7)
    assert evidence.samples == evidence.observable == len(evidence.found) == len(evidence.positions_px)
    assert edge_evidence(shifted(picture, 20, 20), gbuffer).score < 0.05


def test_lines_without_contrast_in_the_reference_are_not_judged():
    ids = wall_in_sky()
    ids[90:150, 90:190] = PANE
    gbuffer = flat_view(ids)
    seen = painted(ids)
    hidden = painted(np.where(ids == PANE, 0, ids))
    judged = edge_evidence(hidden, gbuffer, reference=hidden)
    missing = edge_evidence(hidden, gbuffer, reference=seen)
    assert judged.samples == missing.samples == missing.observable
    assert judged.observable < missing.observable - 140
    assert judged.recall > 0.95 > 0.8 > missing.recall


def test_a_window_left_out_lowers_the_recall_by_its_share():
    ids = wall_in_sky()
    ids[90:150, 90:190] = PANE
    gbuffer = flat_view(ids)
    whole = edge_evidence(painted(ids), gbuffer)
    without = edge_evidence(painted(np.where(ids == PANE, 0, ids)), gbuffer)
    x, y = whole.positions_px.T
    pane = ((x > 80) & (x < 200) & (y > 80) & (y < 160)).mean()
    assert whole.recall - without.recall == pytest.approx(pane, abs=0.03)


def test_thin_features_are_left_out_and_counted():
    ids = wall_in_sky()
    ids[60:180, 120] = PANE
    evidence = edge_evidence(painted(ids), flat_view(ids))
    assert 50 <= evidence.thin <= 64
    assert evidence.observable == evidence.samples - evidence.thin


def test_too_few_samples_give_a_reason_and_no_number():
    ids = wall_in_sky(height=20, width=20)
    evidence = edge_evidence(painted(ids), flat_view(ids))
    assert evidence.score is evidence.recall is evidence.chance is None
    assert "a score needs" in evidence.reason


def test_the_shifted_copies_leave_the_reach_of_a_profile_in_both_directions():
    assert CHANCE_SHIFTS_PX.shape == (16, 2)
    assert len({tuple(s) for s in CHANCE_SHIFTS_PX.tolist()}) == 16
    assert np.abs(CHANCE_SHIFTS_PX).min() > 10
    np.testing.assert_array_equal(CHANCE_SHIFTS_PX.sum(0), 0)


def test_a_reference_of_another_size_is_refused():
    v = view(0)
    with pytest.raises(OptionError, match="cannot be scored"):
        edge_evidence(v.picture, v.gbuffer, reference=v.picture[:-1])
