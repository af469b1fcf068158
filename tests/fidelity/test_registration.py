"""A moved picture is found where it is; what does not show the building is left where it is."""

import cv2
import numpy as np
import pytest

from archviz.fidelity import edge_evidence, register
from tests.fidelity.scenes import view


def _moved(picture, right, down, scale):
    """The picture scaled about its middle, then shifted."""
    height, width = picture.shape[:2]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    shift = middle + (right, down) - scale * middle
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _register(picture, v):
    found = register(picture, v.gbuffer, reference=v.light.deferred.array)
    return found, edge_evidence(found.applied(picture, v.gbuffer.size), v.gbuffer).score


@pytest.mark.parametrize(("right", "down", "scale"), [(7, 0, 1.0), (-3.4, 9.6, 1.0), (2.5, -4.0, 0.963), (0, 5, 1.03)])
def test_shift_and_scale_are_found_to_a_fraction_of_a_pixel(right, down, scale):
    v = view(1)
    lost = edge_evidence(_moved(v.picture, right, down, scale), v.gbuffer).score
    found, score = _register(_moved(v.picture, right, down, scale), v)
    assert found.reason is None
    assert found.shift_px == pytest.approx((right, down), abs=0.35)
    # At the frame, 160 px from the middle, a third of a pixel.
    assert found.scale == pytest.approx(scale, abs=0.002)
    assert score > 0.9 and lost < score - 0.2
    assert found.to_json()["scale"] == round(found.scale, 5)


def test_a_picture_in_its_place_is_not_touched():
    v = view(2)
    found, _ = _register(v.picture, v)
    assert (found.shift_px, found.scale) == ((0.0, 0.0), 1.0) and "stands where the camera says" in found.reason
    assert found.applied(v.picture, v.gbuffer.size) is v.picture


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_a_picture_of_another_scene_is_not_moved_until_it_fits(seed):
    v = view(1)
    found, score = _register(view(seed).picture, v)
    assert found.reason == "under no shift and scale of up to six per cent the picture shows the building"
    assert score < 0.06


def test_noise_is_not_moved_until_it_fits():
    v = view(1)
    noise = np.random.default_rng(3).integers(0, 256, v.picture.shape, dtype=np.uint8)
    found, score = _register(noise, v)
    assert found.reason is not None and abs(score) < 0.06
    found, _ = _register(np.full_like(v.picture, 90), v)
    assert found.reason is not None


def test_a_shift_out_of_reach_is_not_found():
    v = view(1)
    found, score = _register(_moved(v.picture, 60, 0, 1.0), v)
    assert found.reason is not None and score < 0.3
