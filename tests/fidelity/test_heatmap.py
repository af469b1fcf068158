import numpy as np
import pytest

from archviz.fidelity import paint_heatmap, trace_wireframe
from archviz.fidelity.heatmap import _FOUND, _MISSING, _TOO_BRIGHT, _TOO_DARK, judge_lines
from tests.fidelity.flat import flat_view, painted, wall_in_sky
from tests.fidelity.scenes import shifted, view
from tests.fidelity.test_shadows import drawn, half


def _painted(sheet, color, rows=slice(0, None)):
    return int((sheet[rows] == np.array(color)).all(2).sum())


def _rendered(margin=40):
    ids = wall_in_sky(margin=margin)
    return flat_view(ids), painted(ids)


def test_every_line_of_a_true_picture_is_found():
    gbuffer, picture = _rendered()
    states = judge_lines(picture, trace_wireframe(gbuffer), reference=picture)
    assert states.found.all() and len(states.found) > 200
    assert np.abs(states.shown_px - states.positions_px).max() < 1.0


def test_a_line_four_pixels_away_is_moved_and_shown_where_it_stands():
    gbuffer, picture = _rendered()
    wires = trace_wireframe(gbuffer)
    states = judge_lines(shifted(picture, 4), wires, reference=picture)
    upright = np.abs(wires.normals[:, 0]) > 0.9
    assert states.moved[upright].mean() > 0.9 and states.found[~upright].mean() > 0.9
    steps = (states.shown_px - states.positions_px)[upright & states.moved, 0]
    assert np.median(steps) == pytest.approx(4.0, abs=0.3)


def test_a_blank_picture_misses_all_and_a_blank_reference_asks_for_nothing():
    gbuffer, picture = _rendered()
    wires, blank = trace_wireframe(gbuffer), np.full_like(picture, 0.5)
    assert judge_lines(blank, wires, reference=picture).missing.all()
    assert judge_lines(picture, wires, reference=blank).unseen.all()
    every = judge_lines(shifted(picture, 4), wires, reference=picture)
    assert (every.found.astype(int) + every.moved + every.missing + every.unseen == 1).all()


def test_marks_stand_where_the_lines_are_and_tell_found_from_missing():
    gbuffer, picture = _rendered()
    wires = trace_wireframe(gbuffer)
    true = paint_heatmap(picture, wires, reference=picture)
    scale = true.shape[1] / gbuffer.size.width
    height = round(gbuffer.size.height * scale)
    assert true.dtype == np.uint8 and max(true.shape[:2]) >= 1200 and true.shape[0] > height
    assert _painted(true, _FOUND, slice(0, height)) > 5000 and _painted(true, _MISSING, slice(0, height)) == 0
    x, y = ((wires.positions_px[50] + 0.5) * scale).round().astype(int)
    assert (true[y, x] == _FOUND).all()
    gone = paint_heatmap(np.full_like(picture, 0.5), wires, reference=picture)
    assert _painted(gone, _FOUND, slice(0, height)) == 0 and _painted(gone, _MISSING, slice(0, height)) > 2000
    # Both name every mark below the picture.
    for sheet in (true, gone):
        assert all(_painted(sheet, color, slice(height, None)) > 20 for color in (_FOUND, _MISSING))


def test_shadows_on_the_wrong_side_are_painted_and_right_ones_are_not():
    gbuffer, light = drawn(half())
    wires = trace_wireframe(gbuffer)
    picture = np.repeat(np.where(half(), 0.8, 0.2)[..., None], 3, 2)
    right = paint_heatmap(picture, wires, gbuffer=gbuffer, light=light)
    wrong = paint_heatmap(1.0 - picture, wires, gbuffer=gbuffer, light=light)
    height = round(60 * right.shape[1] / 80)
    assert (right[:height, :, 0] == right[:height, :, 1]).all()
    left, other = wrong[: height // 2, 100:500].astype(int), wrong[: height // 2, 700:1100].astype(int)
    assert left[..., 1].mean() > left[..., 0].mean() + 30, "too dark is green"
    assert other[..., 1].mean() < other[..., 0].mean() - 30, "too bright is purple"
    assert _painted(right, _TOO_DARK, slice(height, None)) > 50 < _painted(right, _TOO_BRIGHT, slice(height, None))


def test_a_lit_house_has_little_to_show():
    v = view(1)
    states = judge_lines(v.picture, trace_wireframe(v.gbuffer), reference=v.light.deferred.array)
    noise = np.random.default_rng(1).integers(0, 256, v.picture.shape, dtype=np.uint8)
    other = judge_lines(noise, trace_wireframe(v.gbuffer), reference=v.light.deferred.array)
    assert states.found.sum() > 0.85 * (~states.unseen).sum() and other.found.sum() < 0.3 * (~other.unseen).sum()
