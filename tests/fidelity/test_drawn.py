import cv2
import numpy as np
import pytest

from archviz.core.maps import EdgeMap
from archviz.fidelity import register_wires, report_drawn, trace_lines
from tests.fidelity.scenes import shifted


def _house():
    """A drawn house: outline, roof and nine windows."""
    lines = np.zeros((240, 320), np.uint8)
    cv2.rectangle(lines, (60, 90), (260, 210), 1, 1)
    cv2.line(lines, (60, 90), (160, 30), 1, 1)
    cv2.line(lines, (160, 30), (260, 90), 1, 1)
    for x in (85, 145, 205):
        for y in (105, 150):
            cv2.rectangle(lines, (x, y), (x + 26, y + 28), 1, 1)
    return lines


def _render(lines):
    """A picture that fills what the lines bound, each area with its own tone."""
    count, areas = cv2.connectedComponents((lines == 0).astype(np.uint8), connectivity=4)
    # Lines take the tone of what they bound from below right, as a rendered picture has none.
    areas = np.where(lines > 0, np.roll(areas, (1, 1), (0, 1)), areas)
    tones = np.random.default_rng(2).permutation(np.linspace(40, 230, count))
    return np.repeat(tones[areas][..., None], 3, 2).astype(np.uint8)


def test_a_picture_of_the_drawing_shows_its_lines_and_others_do_not():
    lines = EdgeMap(_house().astype(np.float32))
    true = report_drawn(_render(_house()), lines)
    assert true.lines.score > 0.85 and true.drift.median_px < 1.0
    noise = np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    assert abs(report_drawn(noise, lines).lines.score) <= 0.06
    other = report_drawn(_render(np.roll(_house(), (17, 23), (0, 1))[::-1]), lines)
    assert other.lines.score < 0.2


def test_drift_from_a_drawing_is_how_far_the_picture_was_moved():
    lines = EdgeMap(_house().astype(np.float32))
    still = report_drawn(_render(_house()), lines)
    moved = report_drawn(shifted(_render(_house()), 4, 4), lines)
    assert moved.drift.median_px == pytest.approx(4.0, abs=1.0) and still.drift.share_over_2px < 0.1
    assert moved.drift.share_over_2px > 0.8 and moved.lines.score < 0.4


def test_what_a_drawing_cannot_tell_is_null_with_that_reason():
    said = report_drawn(_render(_house()), EdgeMap(_house().astype(np.float32))).to_json()
    rest = {"silhouette_iou", "straightness_px", "openings", "shadow_agreement"}
    assert said["reasons"] == dict.fromkeys(rest, "not measurable from a drawing")
    assert all(said[key] is None for key in rest)
    assert said["edges"]["lines"]["score"] == said["edge_recall"] and said["drift"]["median_px"] == said["drift_px"]
    blank = report_drawn(np.full((240, 320, 3), 200, np.uint8), EdgeMap(np.zeros((240, 320), np.float32))).to_json()
    assert blank["edge_recall"] is None and "a score needs" in blank["reasons"]["edge_recall"]
    assert blank["drift_px"] is None and "drift needs" in blank["reasons"]["drift_px"]


def test_hatching_is_a_tone_and_asks_for_no_lines():
    lines = np.zeros((120, 160), np.float32)
    lines[20:100, 20:80:2] = 1.0
    lines[20:100, 120] = 1.0
    wires = trace_lines(EdgeMap(lines))
    hatched = wires.positions_px[:, 0] < 90
    assert hatched.any() and wires.thin[hatched].all() and not wires.thin[~hatched].any()


def test_a_moved_picture_is_registered_by_the_drawing():
    wires = trace_lines(EdgeMap(_house().astype(np.float32)))
    found = register_wires(shifted(_render(_house()), 6, -5), wires)
    assert found.reason is None and found.shift_px == pytest.approx((6, -5), abs=1.0)
