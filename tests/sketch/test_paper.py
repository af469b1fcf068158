"""Pictures are told from drawings: by their shades, however pale."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from archviz.samples import samples
from archviz.sketch import load_drawing
from tests.sketch.drawings import sheet, under_a_lamp


def _massing(paper: int, shades: tuple[int, int, int]) -> np.ndarray:
    """A block in pale shades, as a white clay render has them."""
    array = np.full((600, 900), paper, np.uint8)
    faces = [
        [(250, 200), (430, 120), (640, 210), (450, 150)],
        [(250, 480), (250, 200), (450, 150), (450, 520)],
        [(450, 520), (450, 150), (640, 210), (640, 470)],
    ]
    for face, shade in zip(faces, shades, strict=True):
        cv2.fillPoly(array, [np.array(face)], shade)
    return np.repeat(cv2.GaussianBlur(array, (0, 0), 0.6)[..., None], 3, axis=2)


def _kind(tmp_path: Path, array: np.ndarray) -> str:
    Image.fromarray(array).save(tmp_path / "given.png")
    return load_drawing(tmp_path / "given.png").kind


@pytest.mark.parametrize(("paper", "shades"), [(252, (246, 238, 228)), (255, (250, 240, 232)), (190, (200, 178, 172))])
def test_a_massing_in_pale_shades_is_a_picture(paper: int, shades: tuple[int, int, int], tmp_path) -> None:
    assert _kind(tmp_path, _massing(paper, shades)) == "photograph"
    # Its outlines alone, on the same ground, are a drawing.
    lines = cv2.Canny(_massing(255, (200, 150, 100)), 30, 60) > 0
    drawn = np.where(lines, np.uint8(20), np.uint8(paper))
    assert _kind(tmp_path, np.repeat(drawn[..., None], 3, axis=2)) == "line-drawing"


@pytest.mark.parametrize("thickness", [1, 2, 5])
@pytest.mark.parametrize("ink", [0.1, 0.6])
def test_no_pencil_or_marker_is_a_picture(thickness: int, ink: float, tmp_path) -> None:
    page = sheet(900, 1200, thickness=thickness, ink=ink, paper=0.95)
    assert _kind(tmp_path, page) == "line-drawing"
    assert _kind(tmp_path, under_a_lamp(page, darkest=0.7, grain=0.01)) == "line-drawing"


def test_the_sample_drawings_are_no_pictures() -> None:
    for name, path in samples().items():
        if "sketch" in name:
            assert load_drawing(path).kind == "line-drawing", name
