"""What a drawing is read as: the page, its lines, the space behind them, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.errors import OptionError
from archviz.render import Renderer, RenderRequest
from archviz.render.reading import DrawingReading, read_drawing, reading_request
from archviz.sketch import Adjustments, Stroke
from tests.houses import write_house
from tests.sketch.drawings import sheet
from tests.sketch.photographs import photograph

SAMPLES = Path(__file__).parents[2] / "sample_models"
# Across the bare wall and back: a line that was not there.
ADDED = Stroke(points=((0.05, 0.06), (0.6, 0.06)), width=0.004)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture(scope="module")
def villa(renderer: Renderer) -> DrawingReading:
    return read_drawing(RenderRequest(input=SAMPLES / "sketch-villa.png"), renderer)


def test_a_sample_is_read_whole(villa: DrawingReading) -> None:
    pictures = villa.pictures()
    assert set(pictures) == {"lines", "depth", "normals"}
    assert {p.shape for p in pictures.values()} == {(*villa.lines.size.shape, 3)}
    assert villa.lines.size.longer == 768
    dark = pictures["lines"][..., 0] < 128
    assert 0.01 < dark.mean() < 0.2
    np.testing.assert_array_equal(dark, villa.lines.array > 0.5)
    assert villa.relief is not None
    stands = np.isfinite(villa.relief.depth.array)
    assert 0.1 < stands.mean() < 0.6
    for name in ("depth", "normals"):
        assert (pictures[name][~stands] == pictures[name][~stands][0]).all(), "nothing is claimed of sky and ground"
    # The nearest is the lightest.
    light = pictures["depth"].astype(int).sum(axis=2)
    order = np.argsort(villa.relief.depth.array[stands])
    assert light[stands][order[:500]].min() > light[stands][order[-500:]].max()
    # Walls look at the viewer: blue in the usual colours.
    red, _, blue = (float(np.median(pictures["normals"][stands][:, k])) for k in range(3))
    assert blue > 190 and 40 < red < 215
    assert villa.depth_error == pytest.approx(2 ** (1 - villa.relief.confidence) - 1)
    assert 0.0 < villa.depth_error < 0.5


def test_what_is_told_is_json(villa: DrawingReading) -> None:
    told = json.loads(json.dumps(villa.to_json(), allow_nan=False))
    assert told["size"] == told["found_size"] == [1280, 860]
    assert (told["kind"], told["format"], told["diagnosis"], told["sheet"]) == ("line-drawing", "PNG", [], None)
    assert min(told["paper"]) > 220 and max(told["ink"]) < 110


def test_a_stroke_changes_the_lines_and_not_the_page_under_it(villa: DrawingReading, renderer: Renderer) -> None:
    made = dict(renderer.shelf.made)
    wanted = Adjustments(strokes=(ADDED,))
    drawn = read_drawing(RenderRequest(input=SAMPLES / "sketch-villa.png", adjustments=wanted), renderer)
    np.testing.assert_array_equal(drawn.upright, villa.upright)
    height, width = drawn.lines.size.shape
    band = (slice(round(0.04 * height), round(0.08 * height)), slice(round(0.1 * width), round(0.55 * width)))
    assert not villa.lines.array[band].any()
    assert drawn.lines.array[band].max(axis=0).mean() > 0.95
    assert renderer.shelf.made["desk"] == made["desk"], "the page and the file are not read again"


def test_a_photograph_of_paper_shows_where_its_sheet_was_found(tmp_path: Path, renderer: Renderer) -> None:
    seen, corners = photograph(sheet(480, 640, thickness=3), 3)
    path = tmp_path / "photo.png"
    Image.fromarray(seen).save(path)
    reading = read_drawing(RenderRequest(input=path), renderer)
    assert reading.sheet is not None and [f.code for f in reading.diagnosis] == ["straightened"]
    apart = np.array(reading.sheet) * seen.shape[1::-1] - corners
    assert np.abs(apart).max() < 6
    assert max(reading.found.shape) == 1600 and reading.found.shape[:2] != reading.upright.shape[:2]
    # Four lines are no building: nothing is claimed.
    if reading.relief is None:
        assert set(reading.pictures()) == {"lines"} and reading.depth_error is None


def test_a_model_is_no_drawing(tmp_path: Path, renderer: Renderer) -> None:
    with pytest.raises(OptionError, match="no drawing"):
        read_drawing(RenderRequest(input=write_house(tmp_path / "house.glb")), renderer)


def test_a_reading_hangs_on_nothing_else() -> None:
    wanted = RenderRequest(
        input=Path("a.png"), seed=5, prompt="brick", geometry="free", adjustments=Adjustments(page=2)
    )
    assert reading_request(wanted) == RenderRequest(
        input=Path("a.png"), geometry="free", adjustments=Adjustments(page=2)
    )
