import numpy as np

from archviz.fidelity import trace_wireframe
from tests.fidelity.flat import GROUND, PANE, SKY, TREE, WALL, flat_view, wall_in_sky


def test_a_wall_in_the_sky_is_sampled_every_two_pixels_on_its_four_sides():
    wires = trace_wireframe(flat_view(wall_in_sky(height=160, width=200, margin=40)))
    x, y = wires.positions_px.T
    upright = np.abs(wires.normals[:, 0]) > 0.5
    # The nearer surface carries the line: the wall's first and last pixels.
    np.testing.assert_allclose(np.abs(x[upright] - 139.5), 99.5, atol=1e-3)
    np.testing.assert_allclose(np.abs(y[~upright] - 119.5), 79.5, atol=1e-3)
    np.testing.assert_allclose(np.abs(wires.normals[upright]), [[1, 0]] * upright.sum(), atol=1e-6)
    np.testing.assert_allclose(np.abs(wires.normals[~upright]), [[0, 1]] * (~upright).sum(), atol=1e-6)
    # 720 px of perimeter, less the corners.
    assert 350 <= len(wires) <= 362
    for side, along in ((upright & (x < 60), y), (upright & (x > 60), y), (~upright & (y < 60), x)):
        np.testing.assert_allclose(np.diff(np.sort(along[side])), 2.0, atol=1e-4)
    assert wires.building.all() and wires.outline.all()
    assert not wires.thin.any() and not wires.horizon.any()


def test_normals_of_a_slope_follow_its_angle():
    rows, columns = np.mgrid[:200, :200]
    for degrees in (10, 25, 40):
        slope = np.tan(np.radians(degrees))
        ids = np.where(rows - 60 > slope * (columns - 50), WALL, SKY).astype(np.int32)
        wires = trace_wireframe(flat_view(ids))
        expected = np.array([-np.sin(np.radians(degrees)), np.cos(np.radians(degrees))])
        assert np.degrees(np.arccos(np.abs(wires.normals @ expected).clip(0, 1))).max() < 4.0


def test_parts_are_told_by_what_lies_on_either_side():
    ids = wall_in_sky()
    ids[100:140, 100:140] = PANE
    ids[170:] = np.where(ids[170:] == SKY, GROUND, ids[170:])
    ids[60:170, 10:30] = TREE
    wires = trace_wireframe(flat_view(ids))
    x, y = wires.positions_px.T
    pane = (x > 95) & (x < 145) & (y > 95) & (y < 145)
    assert wires.building[pane].all() and not wires.outline[pane].any()
    tree = (x < 34) & (y < 165)
    assert tree.sum() > 80 and not wires.building[tree].any() and not wires.horizon[tree].any()
    level = (y > 168) & (y < 172) & ((x > 245) | ((x > 32) & (x < 36)))
    assert level.sum() > 10 and wires.horizon[level].all()
    assert not (wires.selected("surroundings") & wires.horizon).any()
    assert (wires.selected("all") == ~wires.horizon).all()
    assert (wires.selected("building") | wires.selected("surroundings") | wires.horizon).all()


def test_a_feature_of_one_pixel_is_thin_and_one_of_two_is_not():
    for width, thin in ((1, True), (2, False)):
        ids = wall_in_sky()
        ids[60:180, 120 : 120 + width] = PANE
        wires = trace_wireframe(flat_view(ids))
        x, y = wires.positions_px.T
        bar = (np.abs(x - 120.5) < 3) & (y > 65) & (y < 175)
        assert bar.sum() > 30
        assert (wires.thin[bar] == thin).all()


def test_a_view_without_edges_has_no_samples():
    wires = trace_wireframe(flat_view(np.full((64, 64), WALL, np.int32)))
    assert len(wires) == 0
