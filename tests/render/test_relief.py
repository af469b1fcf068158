"""A drawing lifted into space stands where the building it was drawn from stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.maps import EdgeMap
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.render.relief import lift, lift_drawing
from archviz.render.relief_table import ROWS
from archviz.render.relief_view import draw_over
from archviz.sketch import Estimate, Layer, estimate_space, find_perspective, load_drawing
from tests.geometry.shapes import quad, scene
from tests.render.reliefs import AERIAL, EYE_LEVEL, LAWN, SIZE, exact, house, iou, lifted


def test_an_eye_level_drawing_gives_its_camera_back() -> None:
    found = find_perspective(exact(EYE_LEVEL)[1]).camera
    assert found.position_m[2] == pytest.approx(1.6, abs=0.01)
    np.testing.assert_allclose(found.basis()[2], [0, 1, 0], atol=1e-6)
    assert found.shift[1] == pytest.approx(0.08, abs=0.003)


def test_an_aerial_drawing_gives_its_tilt_back() -> None:
    found = find_perspective(exact(AERIAL)[1])
    truth = np.degrees(np.arcsin(-AERIAL.basis()[2][2]))
    assert np.degrees(np.arcsin(-found.camera.basis()[2][2])) == pytest.approx(truth, abs=0.3)
    # The building stands for 8 m where it is 6 m: everything is that much larger.
    assert found.camera.position_m[2] == pytest.approx(16 * 8 / 6, rel=0.03)
    assert abs(found.camera.shift[1]) < 0.01


def test_lines_tell_a_view_that_is_tilted_from_one_that_is_not() -> None:
    for camera, tilted in ((EYE_LEVEL, False), (AERIAL, True)):
        truth, estimate = exact(camera)
        # The network takes the ground for one that is seen from above either way.
        ground = estimate.layers[Layer.GROUND] > 0.5
        normals = estimate.normals.copy()
        if not tilted:
            normals[ground] = (0.0, np.cos(np.radians(16)), np.sin(np.radians(16)))
        relief = lift(replace(estimate, normals=normals), truth.edges)
        assert relief is not None
        assert bool(relief.camera.basis()[2][2] < -0.1) is tilted
        assert find_perspective(replace(estimate, normals=normals)).camera.basis()[2][2] < -0.1, "without the lines"


@pytest.mark.parametrize("camera", [EYE_LEVEL, AERIAL], ids=["eye level", "aerial"])
def test_the_relief_stands_on_the_ground_at_its_size(camera: Camera) -> None:
    scale = 1.0 if camera is EYE_LEVEL else 8 / 6
    _, relief = lifted(camera)
    bounds = relief.scene.building_bounds()
    assert bounds.low[2] == pytest.approx(0.0, abs=0.2 * scale)
    assert bounds.high[2] == pytest.approx(6.0 * scale, rel=0.04)


@pytest.mark.parametrize("camera", [EYE_LEVEL, AERIAL], ids=["eye level", "aerial"])
def test_its_own_camera_sees_the_drawing_again(camera: Camera) -> None:
    truth, relief = lifted(camera)
    seen = rasterize(relief.scene, relief.camera)
    for parts in ((Part.BUILDING, Part.OPENING), (Part.OPENING,), (Part.SURROUNDINGS,)):
        wanted = np.isin(truth.parts(), parts)
        assert iou(np.isin(seen.parts(), parts), wanted) > (0.93 if Part.BUILDING in parts else 0.8)


@pytest.mark.parametrize("camera", [EYE_LEVEL, AERIAL], ids=["eye level", "aerial"])
def test_what_stands_has_no_holes_and_no_fringe(camera: Camera) -> None:
    _, relief = lifted(camera)
    plot = quad((-900, -900, 0), (900, -900, 0), (900, 900, 0), (-900, 900, 0))
    stage = relief.scene.merged(scene({"ground": (plot, LAWN, Part.GROUND)}))
    none = np.zeros(SIZE.shape, np.float32)
    seen = draw_over(rasterize(stage, relief.camera), replace(relief, ink=none), EdgeMap(none))
    ground = len(stage.table.elements) - 1
    around = np.where(seen.hit, ground, -1)
    wrong = seen.elements.array != np.where(relief.elements >= 0, relief.elements, around)
    # Its foot may dip into the ground by a row.
    assert wrong.sum() < 0.003 * (relief.elements >= 0).sum()
    # A bush before a wall does not bend the wall towards it: depths are those of the house, but for its size.
    deep = rasterize(house(), camera).depth.array
    own = np.isin(relief.elements, [ROWS["wall"], ROWS["window"], ROWS["roof"]])
    ratio = relief.depth.array[own] / deep[own]
    assert np.quantile(np.abs(ratio / np.median(ratio) - 1), 0.9) < 0.05


def test_a_finer_drawing_parts_lines_that_a_picture_would_join() -> None:
    _, relief = lifted(EYE_LEVEL)
    _, estimate = exact(EYE_LEVEL)
    fine = rasterize(house(), EYE_LEVEL.resized(Size(height=512, width=768)))
    finer = lift(estimate, fine.edges, SIZE)
    assert finer is not None and finer.camera.size == SIZE == relief.camera.size
    for parts in ((ROWS["wall"], ROWS["window"], ROWS["roof"]), (ROWS["window"],)):
        assert iou(np.isin(finer.elements, parts), np.isin(relief.elements, parts)) > 0.9
    # A line of the fine drawing covers half of two pixels or all of one.
    whole, half = (np.mean((one.ink > 0.3) & (one.ink < 0.9)) / np.mean(one.ink > 0.3) for one in (relief, finer))
    assert whole < 0.25 < half


def test_a_corner_is_upright_where_its_line_was_not_drawn() -> None:
    truth, estimate = exact(EYE_LEVEL)
    (foot, head), _ = EYE_LEVEL.project(np.array([[-4.5, 0.0, 0.0], [-4.5, 0.0, 6.0]]))
    column, rows = round(foot[0]), slice(round(head[1]) + 8, round(foot[1]) - 8)
    lines = truth.edges.array.copy()
    normals = estimate.normals.copy()
    # In its place a strip of pieces, of which every third is taken for the other wall.
    lines[rows, column - 3 : column + 4] = 0
    lines[rows, [column - 12, column + 12]] = 1
    for number, row in enumerate(range(rows.start, rows.stop, 9)):
        lines[row, column - 12 : column + 13] = 1
        seen = column + 30 if number % 3 == 1 else column - 30
        normals[row : row + 9, column - 12 : column + 13] = estimate.normals[rows.start + 20, seen]
    relief = lift(replace(estimate, normals=normals), EdgeMap(lines))
    assert relief is not None
    middle = slice(column - 40, column + 40)
    right = (relief.normals @ relief.camera.basis()[0].astype(np.float32))[rows, middle]
    found = column - 40 + (right > 0).argmax(axis=1)
    # Of a corner that jumped to and fro with each piece, a step or two is left.
    assert np.count_nonzero(np.abs(np.diff(found)) > 3) < 5


def test_an_area_of_which_half_was_taken_for_something_else_is_not_torn() -> None:
    truth, estimate = exact(EYE_LEVEL)
    layers = estimate.layers.copy()
    # The right window is 2.4 % of the sheet; of its left half no pixel was told from the neighbours'.
    window = truth.elements.array == 2
    half = window & (np.arange(SIZE.width) < np.nonzero(window)[1].mean())
    layers[:, half] = np.eye(len(Layer))[Layer.OTHER][:, None]
    relief = lift(replace(estimate, layers=layers), truth.edges)
    assert relief is not None and 0.01 < window.mean() < 0.03
    seen = np.bincount(relief.elements[window], minlength=len(ROWS)) / window.sum()
    assert seen.max() > 0.9, seen


def test_a_slit_between_two_lines_of_a_wall_is_no_sky() -> None:
    truth, estimate = exact(EYE_LEVEL)
    (middle, _), _ = EYE_LEVEL.project(np.array([[-0.5, 0.0, 4.5], [-0.5, 0.0, 0.5]]))
    left, top = (round(value) for value in middle)
    lines, layers = truth.edges.array.copy(), estimate.layers.copy()
    cv2.rectangle(lines, (left, top), (left + 18, top + 6), 1.0)
    slit = (slice(top + 1, top + 6), slice(left + 1, left + 18))
    assert (truth.elements.array[slit] == 0).all()
    layers[:, *slit] = np.eye(len(Layer))[Layer.SKY][:, None, None]
    relief = lift(replace(estimate, layers=layers), EdgeMap(lines))
    assert relief is not None and (relief.elements[slit] >= 0).all()


def test_a_crown_is_a_plant_whatever_the_network_takes_it_for() -> None:
    truth, estimate = exact(EYE_LEVEL)
    turn = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    radius = 42 + 4 * np.abs(np.sin(9 * turn))
    middle = (52, 120)
    crown = np.stack([middle[0] + radius * np.cos(turn), middle[1] + radius * np.sin(turn)], axis=1).round()
    lines, layers = truth.edges.array.copy(), estimate.layers.copy()
    disc = np.zeros(SIZE.shape, np.uint8)
    cv2.fillPoly(disc, [crown.astype(np.int32)], 1)
    lines[disc > 0] = 0
    cv2.polylines(lines, [crown.astype(np.int32)], True, 1.0)
    layers[:, disc > 0] = np.eye(len(Layer))[Layer.OTHER][:, None]
    relief = lift(replace(estimate, layers=layers), EdgeMap(lines))
    assert relief is not None
    assert (relief.elements[cv2.erode(disc, np.ones((5, 5))) > 0] == ROWS["plant"]).mean() > 0.95


def test_a_lawn_behind_a_gap_in_a_crown_is_none() -> None:
    truth, estimate = exact(EYE_LEVEL)
    lines, layers = truth.edges.array.copy(), estimate.layers.copy()
    # A line between lawn and sky has a gap, so they are one area; trees' scallops bound it, and a leaf was seen in it.
    lines[:, 20:26] = 0
    for x in range(10, 380, 18):
        for y in (14, 34):
            cv2.circle(lines, (x, y), 7, 1.0)
    ground = truth.parts() == Part.GROUND
    sky = ~truth.hit & (np.arange(SIZE.height)[:, None] > 50)
    for layer, seen in ((Layer.GROUND, ground), (Layer.SKY, sky)):
        layers[Layer.PLANT, seen], layers[layer, seen] = 0.03, 0.97
    relief = lift(replace(estimate, layers=layers), EdgeMap(lines))
    assert relief is not None
    assert max((relief.elements[seen] == ROWS["plant"]).mean() for seen in (ground, sky)) < 0.02


def test_a_patch_of_the_ground_is_no_path() -> None:
    _, relief = lifted(EYE_LEVEL)
    shares = (0.0, 0.002, 0.02)
    paved = [np.where(np.arange(SIZE.pixels) < share * SIZE.pixels, 1, 0).reshape(SIZE.shape) for share in shares]
    assert [replace(relief, paved=one.astype(np.float32)).has_paths for one in paved] == [False, False, True]


def test_blank_paper_is_not_lifted() -> None:
    truth, estimate = exact(EYE_LEVEL)
    bare = np.zeros_like(estimate.layers)
    bare[Layer.SKY] = 1
    empty = Estimate(layers=bare, depth=estimate.depth, normals=estimate.normals, confidence=estimate.confidence)
    assert lift(empty, truth.edges) is None


@pytest.mark.parametrize(("times", "looks"), [(1, [384]), (3, [384, 768])])
def test_a_large_drawing_is_looked_at_once_more_from_nearer(
    times: int, looks: list[int], drawing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import archviz.sketch

    seen = []

    def estimate(lines: EdgeMap) -> Estimate:
        seen.append(lines.size.longer)
        return estimate_space(lines)

    monkeypatch.setattr(archviz.sketch, "estimate_space", estimate)
    with Image.open(drawing) as image:
        image.resize((image.width * times, image.height * times)).save(tmp_path / "drawing.png")
    assert lift_drawing(load_drawing(tmp_path / "drawing.png"), Size(height=192, width=256)) is not None
    assert seen == looks
