import cv2
import numpy as np
import pytest

from archviz.sketch import Drawing, diagnose
from tests.fidelity.scenes import view
from tests.sketch.drawings import sheet, under_a_lamp


def codes(array, kind="line-drawing"):
    return [d.code for d in diagnose(Drawing(array=np.array(array), kind=kind, format="PNG"))]


def dashed():
    array = np.full((480, 640, 3), 255, np.uint8)
    for row in range(40, 460, 30):
        for column in range(30, 600, 14):
            array[row : row + 2, column : column + 6] = 0
    return array


def hatched():
    array = sheet()
    array[60:440, 60:580:3] = 0
    return array


def running_out():
    array = sheet()
    array[40:440:20] = 0
    return array


CASES = {
    "empty": np.full((480, 640, 3), 250, np.uint8),
    "faint": sheet(ink=0.82),
    "blurred": cv2.GaussianBlur(sheet(thickness=4), (0, 0), 4),
    "dense": hatched(),
    "fragmented": dashed(),
    "cropped": running_out(),
    "small": sheet(200, 300),
    "uneven-light": under_a_lamp(sheet()),
    "inverted": 255 - sheet(),
}


def test_a_clean_drawing_has_nothing_to_say_at_any_size():
    for height, width in ((480, 640), (1200, 1600), (2400, 3200)):
        assert codes(sheet(height, width, thickness=max(2, height // 500))) == []


@pytest.mark.parametrize("code", CASES)
def test_each_fault_is_named_and_no_other(code):
    assert codes(CASES[code]) == [code]


def test_a_photograph_is_named_whatever_else_it_is():
    assert codes(np.array(view(0).picture), kind="photograph")[-1] == "photographic"


def test_every_finding_says_what_to_do():
    for array in CASES.values():
        for finding in diagnose(Drawing(array=np.array(array), kind="line-drawing", format="PNG")):
            assert len(finding.text) > 30 and finding.text[0].islower() and not finding.text.endswith(".")


def test_the_gravest_comes_first():
    tiny_and_empty = np.full((100, 100, 3), 255, np.uint8)
    assert codes(tiny_and_empty) == ["empty", "small"]
