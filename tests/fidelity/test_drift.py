import numpy as np
import pytest

from archviz.fidelity import drift, trace_wireframe
from tests.fidelity.scenes import NOON, shifted, view


def test_a_picture_does_not_drift_from_itself():
    v = view(0)
    same = drift(v.picture, v.picture, v.gbuffer)
    assert same.median_px == same.p95_px == same.share_over_2px == 0.0
    assert same.found_share > 0.85


@pytest.mark.parametrize(("dx", "dy"), [(2, 0), (0, -2), (2, 1), (-3, 3)])
def test_a_shifted_picture_drifts_by_the_shift_along_each_normal(dx, dy):
    v = view(4)
    moved = drift(v.picture, shifted(v.picture, dx, dy), v.gbuffer)
    expected = moved.normals @ np.array([dx, dy])
    error = np.abs(moved.displacements_px - expected)
    assert np.nanmedian(error) < 0.1
    assert np.nanpercentile(error, 90) < 0.35
    assert moved.found_share > 0.75


def test_two_pixels_both_ways_drift_two_pixels():
    v = view(4)
    moved = drift(v.picture, shifted(v.picture, 2, 2), v.gbuffer)
    assert moved.median_px == pytest.approx(2.0, abs=0.05)


def test_three_pixels_are_over_two_and_half_a_pixel_is_not():
    # A house without two lines as close as the shift: nearest lines would be taken for each other.
    v = view(7)
    assert drift(v.picture, shifted(v.picture, 3, 3), v.gbuffer).share_over_2px > 0.9
    assert drift(v.picture, shifted(v.picture, 1, 1), v.gbuffer).share_over_2px < 0.1


def test_another_light_over_the_same_lines_does_not_drift():
    a, b = view(2), view(2, sun=NOON.turned(-70))
    moved = drift(a.picture, b.picture, a.gbuffer)
    assert moved.median_px < 0.1 and moved.share_over_2px < 0.06


def test_a_line_that_fades_is_missing_and_not_taken_for_its_neighbour():
    v = view(7)
    wires = trace_wireframe(v.gbuffer)
    own = wires.selected("building") & ~wires.thin
    upright = own & (np.abs(wires.normals[:, 0]) > 0.95)
    level = own & (np.abs(wires.normals[:, 1]) > 0.95)
    # Only those that stand alone: further than a profile from any other line.
    apart = wires.positions_px[:, None] - wires.positions_px[upright][None]
    alone = ((np.abs(apart[..., 1]) < 4) & (np.abs(apart[..., 0]) > 1.5) & (np.abs(apart[..., 0]) < 16)).any(axis=0)
    upright[upright] = ~alone
    assert upright.sum() > 40

    def drawn(*groups):
        picture = np.full_like(v.picture, 100)
        for chosen, shift, tone in groups:
            x, y = wires.positions_px[chosen].astype(int).T
            for along in range(-1, 2):
                picture[np.clip(y + along * upright[chosen], 0, None), np.clip(x + shift, 0, picture.shape[1] - 1)] = (
                    tone
                )
        return picture

    # Five pixels beside each upright line stands a joint; the other light shows the joint alone.
    both = drawn((level, 0, 20), (upright, 0, 20), (upright, 5, 220))
    faded = drawn((level, 0, 20), (upright, 5, 220))
    moved = drift(both, faded, v.gbuffer, wireframe=wires)
    told, sides = np.isfinite(moved.displacements_px), np.abs(moved.normals)
    assert moved.share_over_2px < 0.02
    assert told[sides[:, 0] > 0.95].mean() < 0.2 and told[sides[:, 1] > 0.95].mean() > 0.5


def test_without_lines_there_is_a_reason_instead():
    v = view(0)
    none = drift(v.picture, np.zeros_like(v.picture), v.gbuffer)
    assert none.median_px is none.p95_px is none.share_over_2px is None
    assert none.found_share == 0.0 and none.reason.startswith("0 edge samples")
