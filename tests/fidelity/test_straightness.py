import cv2
import numpy as np
import pytest

from archviz.fidelity import straightness
from tests.fidelity.flat import PANE, WALL, flat_view, painted, wall_in_sky
from tests.fidelity.scenes import view


def wavered(picture, amplitude, period=40.0):
    """Every row moved sideways by a sine of its height."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    moved = columns - np.float32(amplitude) * np.sin(2 * np.pi * rows / period).astype(np.float32)
    return cv2.remap(picture, moved, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def test_four_sides_of_a_wall_are_four_straight_edges():
    ids = wall_in_sky()
    straight = straightness(painted(ids), flat_view(ids))
    assert straight.edges == straight.judged == 4
    assert straight.residual_px < 0.05 and straight.reference_px is None


@pytest.mark.parametrize("amplitude", [0.5, 1.0, 2.0])
def test_a_sine_wavers_by_its_root_mean_square(amplitude):
    ids = wall_in_sky()
    picture = painted(ids)
    result = straightness(wavered(picture, amplitude), flat_view(ids), reference=picture)
    # The two upright edges waver, the two level ones do not.
    assert result.judged == 4
    assert result.excess_px == pytest.approx(amplitude / np.sqrt(2) / 2, rel=0.12)


def test_truth_has_no_excess_over_itself():
    v = view(3)
    same = straightness(v.picture, v.gbuffer, reference=v.picture)
    assert same.excess_px == 0.0 and same.judged >= 5
    assert straightness(wavered(v.picture, 1.5), v.gbuffer, reference=v.picture).excess_px > 0.1


def test_an_edge_crossed_by_others_is_one_edge_and_short_ones_are_none():
    ids = wall_in_sky()
    # Bars that end at the left side cut its line into pieces of 30 px, each too short alone.
    for row in range(60, 200, 30):
        ids[row : row + 3, 40:60] = PANE
    straight = straightness(painted(ids), flat_view(ids))
    assert straight.judged == 4


def test_no_long_edge_and_no_visible_edge_are_told_apart():
    small = np.full((120, 120), WALL, np.int32)
    small[50:70, 50:70] = PANE
    assert "no straight edge" in straightness(painted(small), flat_view(small)).reason
    ids = wall_in_sky()
    blank = straightness(np.zeros((*ids.shape, 3), np.uint8), flat_view(ids))
    assert blank.excess_px is None and blank.judged == 0 and "none of 4 straight edges" in blank.reason
