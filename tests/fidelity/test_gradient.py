import cv2
import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.fidelity.gradient import GradientField, as_display, find_edges

SIZE = Size(96, 96)
ROWS = np.stack([np.full(20, 48.0), np.arange(30, 70, 2)], axis=1).astype(np.float32)
ACROSS = np.tile(np.float32([1, 0]), (20, 1))


def step(at: float, degrees: float = 0.0, *, low: float = 0.3, high: float = 0.7) -> np.ndarray:
    """A step whose edge passes (at, 48), turned by degrees from upright."""
    rows, columns = np.mgrid[:96, :96].astype(np.float32)
    angle = np.radians(degrees)
    distance = (columns - at) * np.cos(angle) + (rows - 48) * np.sin(angle)
    share = np.clip(distance + 0.5, 0, 1)[..., None]
    return ((low + (high - low) * share) * np.ones(3)).astype(np.float32)


@pytest.mark.parametrize("at", [48.0, 48.3, 49.0, 46.6, 47.5])
def test_a_step_is_found_where_it_is(at):
    hits = find_edges(GradientField.of(step(at), SIZE), ROWS, ACROSS)
    assert hits.found.all()
    np.testing.assert_allclose(hits.offsets_px, at - 48, atol=0.12)


@pytest.mark.parametrize(("at", "seen"), [(50.0, True), (50.7, False), (45.2, False), (40.0, False)])
def test_only_a_maximum_within_two_pixels_counts(at, seen):
    hits = find_edges(GradientField.of(step(at), SIZE), ROWS, ACROSS, tolerance_px=2.2)
    assert (hits.found == seen).all()
    assert (np.isnan(hits.offsets_px) == ~hits.found).all()


@pytest.mark.parametrize(("degrees", "seen"), [(15, True), (22, True), (28, False), (60, False)])
def test_the_gradient_must_run_across_the_edge(degrees, seen):
    sample = ROWS[9:10]
    hits = find_edges(GradientField.of(step(48.0, degrees), SIZE), sample, ACROSS[:1])
    assert bool(hits.found[0]) == seen


def test_a_line_weaker_than_half_of_its_neighbour_is_the_neighbours():
    faint = step(48.0, low=0.5, high=0.52)
    strong = step(54.0, low=0.0, high=0.4)
    alone = find_edges(GradientField.of(faint, SIZE), ROWS, ACROSS)
    beside = find_edges(GradientField.of(faint + strong, SIZE), ROWS, ACROSS)
    assert alone.found.all() and not beside.found.any()


def test_a_change_of_colour_alone_is_an_edge():
    left, right = np.float32([0.55, 0.45, 0.45]), None
    # Equal luminance, another hue.
    lab = cv2.cvtColor(left[None, None], cv2.COLOR_RGB2LAB)
    lab[..., 1:] *= -1
    right = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)[0, 0]
    picture = np.where((np.arange(96) > 48)[None, :, None], right, left) * np.ones((96, 1, 1))
    hits = find_edges(GradientField.of(picture.astype(np.float32), SIZE), ROWS, ACROSS)
    assert hits.found.all()


def test_a_flat_picture_has_no_edge_even_with_the_last_bit_flickering():
    flicker = np.random.default_rng(1).integers(127, 129, (96, 96, 1), dtype=np.uint8).repeat(3, 2)
    for picture in (np.full((96, 96, 3), 0.5, np.float32), flicker):
        assert not find_edges(GradientField.of(picture, SIZE), ROWS, ACROSS).found.any()


def test_bytes_and_floats_measure_the_same():
    picture = (step(48.3) * 255).round().astype(np.uint8)
    a, b = (find_edges(GradientField.of(p, SIZE), ROWS, ACROSS) for p in (picture, picture / 255.0))
    np.testing.assert_allclose(a.offsets_px, b.offsets_px, atol=1e-4)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((96, 95, 3), np.uint8), "give an RGB picture of that size"),
        (np.zeros((96, 96), np.uint8), "give an RGB picture of that size"),
        (np.full((96, 96, 3), 2.0), "from 0 to 1"),
        (np.full((96, 96, 3), np.nan), "from 0 to 1"),
        (np.zeros((96, 96, 3), np.int64), "give uint8"),
    ],
)
def test_other_arrays_are_refused_in_words(picture, words):
    with pytest.raises(OptionError, match=words):
        as_display(picture, SIZE)


def test_an_edge_can_be_looked_for_beside_the_sample():
    field = GradientField.of(step(53.0), SIZE)
    around = np.full(len(ROWS), 4.0, np.float32)
    around[0] = np.nan
    hits = find_edges(field, ROWS, ACROSS, around_px=around)
    assert hits.found[1:].all() and not hits.found[0]
    np.testing.assert_allclose(hits.offsets_px[1:], 5.0, atol=0.12)


def test_no_samples_are_no_hits():
    none = np.zeros((0, 2), np.float32)
    assert len(find_edges(GradientField.of(step(48.0), SIZE), none, none).found) == 0
