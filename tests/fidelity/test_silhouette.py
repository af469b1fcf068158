import numpy as np
import pytest

from archviz.fidelity import silhouette
from tests.fidelity.flat import GROUND, PANE, WALL, flat_view, painted, wall_in_sky
from tests.fidelity.scenes import shifted, view


def grained(picture, seed=0):
    noise = np.random.default_rng(seed).normal(scale=0.02, size=picture.shape)
    return np.clip(picture + noise, 0, 1).astype(np.float32)


@pytest.mark.parametrize("shift", [0, 4, 10, 20])
def test_a_moved_wall_overlaps_by_the_closed_form(shift):
    ids = wall_in_sky(width=200)
    picture = grained(painted(np.roll(ids, shift, axis=1)))
    result = silhouette(picture, flat_view(ids))
    assert result.iou == pytest.approx((200 - shift) / (200 + shift), abs=0.01)


def test_a_storey_left_out_is_missing():
    ids = wall_in_sky(height=160)
    lower = ids.copy()
    lower[40:80] = -1
    assert silhouette(grained(painted(lower)), flat_view(ids)).iou == pytest.approx(120 / 160, abs=0.01)


def test_panes_that_mirror_the_sky_belong_to_the_building():
    ids = wall_in_sky()
    ids[80:130, 80:180] = PANE
    picture = painted(ids)
    picture[ids == PANE] = picture[0, 0]
    assert silhouette(grained(picture), flat_view(ids)).iou > 0.98


@pytest.mark.parametrize("seed", range(4))
def test_truth_is_near_one_and_another_scene_is_not(seed):
    v, other = view(seed), view(seed + 4)
    own = silhouette(v.picture, v.gbuffer)
    assert own.iou > 0.9 and own.boundary.score > 0.9
    theirs = silhouette(other.picture, v.gbuffer)
    assert (theirs.iou or 0.0) < own.iou - 0.1
    assert theirs.boundary.score < 0.3
    assert silhouette(shifted(v.picture, 12), v.gbuffer).iou < own.iou - 0.01


def test_a_building_of_the_skys_colour_has_no_silhouette():
    ids = wall_in_sky()
    same = silhouette(grained(np.full((*ids.shape, 3), 0.9, np.float32)), flat_view(ids))
    assert same.iou is None and "same colours" in same.reason


def test_a_building_that_meets_no_sky_has_no_silhouette():
    ids = wall_in_sky()
    ids[ids != WALL] = GROUND
    result = silhouette(painted(ids), flat_view(ids))
    assert result.iou is None and "0 px of the building stand against the sky" in result.reason
    assert result.boundary.score > 0.9
