import cv2
import numpy as np
import pytest
from skimage.morphology import skeletonize

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.sketch import Drawing, extract_lines, extract_small_lines, place_drawing
from tests.fidelity.scenes import view
from tests.sketch.drawings import agreement, sheet, strokes, under_a_lamp

SIZE = Size(480, 640)


def lines_of(array, size=SIZE, *, fit="pad", kind="line-drawing"):
    return extract_lines(Drawing(array=np.array(array), kind=kind, format="PNG"), size, fit=fit).array > 0


@pytest.fixture(scope="module")
def truth():
    return skeletonize(strokes() > 127)


def blueprint(array):
    share = (255 - array) / 255.0
    return (np.array([18, 60, 130]) * (1 - share) + np.array([225, 235, 250]) * share).round().astype(np.uint8)


@pytest.mark.parametrize(
    "paper",
    [
        pytest.param(sheet(), id="clean"),
        pytest.param(sheet(ink=0.8), id="faint"),
        pytest.param(under_a_lamp(sheet()), id="lamp"),
        pytest.param(under_a_lamp(sheet(), darkest=0.25), id="dim lamp"),
        pytest.param(blueprint(sheet()), id="blueprint"),
        pytest.param(under_a_lamp(blueprint(sheet()), grain=0.005), id="blueprint under a lamp"),
        pytest.param(sheet(thickness=6), id="felt pen"),
    ],
)
def test_the_lines_are_those_that_were_drawn(paper, truth):
    recall, precision = agreement(lines_of(paper), truth, 2)
    assert recall > 0.97 and precision > 0.97


@pytest.mark.parametrize("thickness", [1, 2, 5, 9])
def test_lines_are_one_to_two_pixels_wide(thickness):
    found = lines_of(sheet(thickness=thickness))
    # A skeleton holds hardly a full square of two by two.
    squares = found[1:, 1:] & found[:-1, 1:] & found[1:, :-1] & found[:-1, :-1]
    assert squares.sum() <= 0.01 * found.sum()
    assert found.sum() == pytest.approx(skeletonize(strokes() > 127).sum(), rel=0.05)


@pytest.mark.parametrize("paper", [sheet(), under_a_lamp(sheet()), sheet(ink=0.6)], ids=["clean", "lamp", "faint"])
def test_either_polarity_gives_the_same_lines(paper):
    np.testing.assert_array_equal(lines_of(paper), lines_of(255 - paper))


@pytest.mark.parametrize("thickness", [2, 5])
def test_thin_lines_of_a_large_scan_survive_the_reduction(thickness, truth):
    recall, precision = agreement(lines_of(sheet(2400, 3200, thickness=thickness)), truth, 2)
    assert recall > 0.98 and precision > 0.98


def test_a_small_drawing_is_enlarged_without_gaps():
    found = lines_of(sheet(240, 320), Size(960, 1280))
    truth = skeletonize(strokes(960, 1280, thickness=8) > 127)
    recall, precision = agreement(found, truth, 5)
    assert recall > 0.97 and precision > 0.97


def test_a_filled_wall_gives_its_outline():
    array = np.full((480, 640, 3), 255, np.uint8)
    array[150:300, 200:370] = 15
    found = lines_of(array)
    outline = np.zeros((480, 640), bool)
    outline[150:300, 200:370] = True
    outline[151:299, 201:369] = False
    recall, precision = agreement(found, outline, 2)
    assert recall > 0.95 and precision > 0.97


def test_dust_and_grain_are_no_lines():
    array = under_a_lamp(np.full((480, 640, 3), 245, np.uint8), grain=0.02)
    array[100, 100:103] = 0
    assert lines_of(array).sum() == 0


@pytest.mark.parametrize(
    ("size", "fit", "note"),
    [
        (Size(480, 640), "pad", ""),
        (Size(640, 640), "pad", "empty borders added at top and bottom, 80 px each"),
        (Size(480, 480), "crop", "cropped left and right, 80 px each"),
        (Size(240, 640), "pad", "empty borders added left and right, 160 px each"),
    ],
)
def test_a_drawing_is_placed_without_distortion_and_it_is_said(size, fit, note):
    placement = place_drawing(SIZE, size, fit=fit)
    assert placement.note == (note and f"the drawing is 640x480 and the picture {size}: {note}")
    array = np.full((480, 640, 3), 255, np.uint8)
    cv2.circle(array, (320, 240), 90, (0, 0, 0), 2, cv2.LINE_AA)
    rows, columns = np.nonzero(lines_of(array, size, fit=fit))
    radius = np.hypot(rows - (size.height - 1) / 2, columns - (size.width - 1) / 2)
    assert np.abs(radius - 90 * placement.scale).max() < 2.0
    assert len(rows) > 4 * 90 * placement.scale


def test_padding_keeps_all_and_cropping_fills(truth):
    padded = lines_of(sheet(), Size(640, 640))
    assert not padded[:79].any() and not padded[-79:].any()
    np.testing.assert_array_equal(padded[80:-80], lines_of(sheet()))
    cropped = lines_of(sheet(), Size(480, 480), fit="crop")
    recall, _ = agreement(cropped[:, 4:-4], truth[:, 84:-84], 2)
    assert recall > 0.97


def test_another_fit_is_refused():
    with pytest.raises(OptionError, match="choose pad or crop"):
        place_drawing(SIZE, SIZE, fit="stretch")


def test_the_edges_of_a_photograph_are_those_of_the_building():
    v = view(3, grain=0.04)
    size = v.gbuffer.size
    found = lines_of(v.picture, size, kind="photograph")
    recall, precision = agreement(found, v.gbuffer.edges.array > 0, 2)
    # Its shadows have edges too.
    assert recall > 0.7 and precision > 0.5


def test_an_empty_sheet_has_no_lines():
    assert not lines_of(np.full((480, 640, 3), 250, np.uint8)).any()


def test_close_strokes_stay_apart_at_a_small_size() -> None:
    # Hatching of 2 px strokes, 8 px apart, at a quarter of its size: 2 px from line to line.
    sheet = np.full((480, 640, 3), 255, np.uint8)
    for x in range(200, 440, 8):
        sheet[120:360, x : x + 2] = 20
    drawing = Drawing(array=sheet, kind="line-drawing", format="PNG")
    lines = extract_small_lines(drawing, Size(height=120, width=160)).array[40:80]
    counts = lines[:, 52:108].sum(axis=1)
    assert np.median(counts) >= 20
