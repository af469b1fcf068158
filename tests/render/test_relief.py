"""A drawing lifted into space stands where the building it was drawn from stands."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import EdgeMap
from archviz.core.material import Material, TextureFamily
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.geometry.turf import strew_blades
from archviz.light_transport import sun_visibility
from archviz.render.relief import Relief, lift
from archviz.render.relief_table import ROWS
from archviz.render.relief_view import draw_over
from archviz.sketch import Estimate, Layer, find_perspective
from archviz.training.drawn_views import layers_of
from tests.geometry.shapes import box, quad, scene

SIZE = Size(height=256, width=384)
GLASS = Material(name="glass", transmission=0.9)
LEAVES = Material(name="leaves", family=TextureFamily.FOLIAGE)
LAWN = Material(name="lawn", family=TextureFamily.GRASS)
MEADOW = Material(name="meadow", family=TextureFamily.GRASS)
GROUND = ((-900, -900, 0), (900, -900, 0), (900, 900, 0), (-900, 900, 0))


def house() -> Scene:
    """A 9 x 7 x 6 m block with two windows in front, a hedge beside it, on level ground."""
    return scene(
        {
            "walls": box((-4.5, 0, 0), (4.5, 7, 6)),
            "left": (box((-3.5, -0.05, 1), (-1.5, 0.05, 3)), GLASS, Part.OPENING),
            "right": (box((1, -0.05, 1), (3.5, 0.05, 5)), GLASS, Part.OPENING),
            "hedge": (box((6, 0, 0), (8, 1, 1.5)), LEAVES, Part.SURROUNDINGS),
            "ground": (quad(*GROUND), LAWN, Part.GROUND),
        }
    )


EYE_LEVEL = Camera(
    position_m=(-9, -13, 1.6), target_m=(0, 2, 1.6), focal_mm=28, sensor_mm=36, shift=(0.0, 0.08), size=SIZE
)
AERIAL = Camera(position_m=(-14, -20, 16), target_m=(0, 3, 2), focal_mm=28, sensor_mm=36, size=SIZE)


def exact(camera: Camera) -> tuple[GBuffer, Estimate]:
    """What a perfect reader sees in a drawing of the house."""
    gbuffer = rasterize(house(), camera)
    layers = layers_of(gbuffer)
    own = np.isin(layers, [Layer.BUILDING, Layer.OPENING])
    depth = gbuffer.depth.array / np.median(gbuffer.depth.array[own])
    return gbuffer, Estimate(
        layers=np.stack([(layers == layer) for layer in Layer]).astype(np.float32),
        depth=np.where(gbuffer.hit, depth, 1.0).astype(np.float32),
        normals=gbuffer.camera_normals(),
        confidence=np.ones(SIZE.shape, dtype=np.float32),
    )


def lifted(camera: Camera) -> tuple[GBuffer, Relief]:
    truth, estimate = exact(camera)
    relief = lift(estimate, truth.edges)
    assert relief is not None
    return truth, relief


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / (one | other).sum())


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


def test_the_sun_casts_the_shadows_that_it_casts_on_the_building() -> None:
    truth, relief = lifted(EYE_LEVEL)
    # The relief's camera looks north; the true one does not.
    turn = np.degrees(np.arctan2(EYE_LEVEL.basis()[2][0], EYE_LEVEL.basis()[2][1]))
    stage = relief.scene.merged(scene({"ground": (quad(*GROUND), LAWN, Part.GROUND)}))
    seen = draw_over(rasterize(stage, relief.camera), relief, EdgeMap(np.zeros(SIZE.shape, np.float32)))
    for azimuth in (100.0, 190.0, 250.0):
        there = SunDirection(altitude_deg=35, azimuth_deg=azimuth)
        here = SunDirection(altitude_deg=35, azimuth_deg=azimuth - turn)
        shaded = sun_visibility(RayCaster(house()), truth, there).array
        lifted_shade = sun_visibility(RayCaster(stage), seen, here).array
        own = np.isin(truth.parts(), (Part.BUILDING, Part.OPENING))
        assert np.mean(np.abs(shaded - lifted_shade)[own] < 0.5) > 0.85


def test_the_drawn_lines_are_the_edges_of_what_stands() -> None:
    _, relief = lifted(EYE_LEVEL)
    lines = np.zeros(SIZE.shape, dtype=np.float32)
    lines[120, 20:360] = 1
    seen = rasterize(relief.scene, relief.camera)
    drawn = draw_over(seen, relief, EdgeMap(lines))
    np.testing.assert_array_equal(drawn.edges.array[drawn.hit], lines[drawn.hit])
    assert not drawn.edges.array[~drawn.hit].any()


def test_a_path_that_is_drawn_on_the_ground_is_paved() -> None:
    truth, estimate = exact(EYE_LEVEL)
    lines = truth.edges.array.copy()
    # From the house's foot to the sheet's lower edge, and one far behind it.
    (start, side), _ = EYE_LEVEL.project(np.array([[-1.0, 0.0, 0.0], [1.5, 0.0, 0.0]]))
    for (x, y), end in ((start, 150), (side, 260)):
        cv2.line(lines, (round(x), round(y)), (end, SIZE.height - 1), 1.0)
    (far, near), _ = EYE_LEVEL.project(np.array([[-60.0, 90.0, 0.0], [-60.0, 40.0, 0.0]]))
    for _, y in (far, near):
        lines[round(y), : round(far[0])] = 1
    relief = lift(estimate, EdgeMap(lines))
    assert relief is not None
    stage = relief.scene.merged(scene({"lawn": (quad(*GROUND), LAWN, Part.GROUND)}))
    seen = draw_over(rasterize(stage, relief.camera), relief, EdgeMap(lines))
    paving = seen.elements.array == ROWS["paving"]
    x = {"path": (150 + 260 + start[0] + side[0]) / 4, "lawn": 350}
    row = round((start[1] + SIZE.height) / 2)
    assert paving[row, round(x["path"])] and not paving[row, x["lawn"]]
    assert not paving[: round(near[1]) + 2].any(), "fields behind the house are none of its paths"
    assert 0.02 < paving.mean() < 0.15
    stone = next(m for m in seen.table.materials if m.name == "paving")
    np.testing.assert_allclose(seen.base_color().array[row, round(x["path"])], stone.base_color, rtol=1e-5)


def test_grass_at_its_foot_hides_nothing_that_was_drawn() -> None:
    _, relief = lifted(EYE_LEVEL)
    stage = relief.scene.merged(scene({"meadow": (quad(*GROUND), MEADOW, Part.GROUND)}))
    seen = rasterize(strew_blades(stage, relief.camera), relief.camera)
    standing = relief.elements >= 0
    assert (seen.parts() == Part.GROUND)[standing].sum() > 20, "blades stand before its foot"
    drawn = draw_over(seen, relief, EdgeMap(np.zeros(SIZE.shape, np.float32)))
    assert not (drawn.parts() == Part.GROUND)[standing].any()


def test_what_was_drawn_beside_the_building_stands_before_what_was_not() -> None:
    _, relief = lifted(EYE_LEVEL)
    # A wall of the surroundings, close before the camera, over the whole view.
    near = scene({"fence": (quad((-9, 2, -9), (9, 2, -9), (9, 2, 9), (-9, 2, 9)), LEAVES, Part.SURROUNDINGS)})
    seen = draw_over(
        rasterize(relief.scene.merged(near), relief.camera), relief, EdgeMap(np.zeros(SIZE.shape, np.float32))
    )
    hedge, wall = (relief.elements == ROWS[name] for name in ("plant", "wall"))
    assert (seen.elements.array[hedge] == ROWS["plant"]).all()
    assert (seen.elements.array[wall] >= len(ROWS)).all(), "before the building it may stand"


def test_a_lawn_behind_a_gap_in_a_crown_is_none() -> None:
    truth, estimate = exact(EYE_LEVEL)
    lines, layers = truth.edges.array.copy(), estimate.layers.copy()
    # A line between lawn and sky has a gap, so they are one area; trees' scallops bound it, and a leaf was seen in it.
    lines[:, 20:26] = 0
    for x in range(10, 380, 18):
        for y in (14, 34):
            cv2.circle(lines, (x, y), 7, 1.0)
    ground = truth.parts() == Part.GROUND
    layers[Layer.PLANT, ground], layers[Layer.GROUND, ground] = 0.03, 0.97
    relief = lift(replace(estimate, layers=layers), EdgeMap(lines))
    assert relief is not None
    assert (relief.elements[ground] == ROWS["plant"]).mean() < 0.02


def test_a_crown_is_shaded_under_its_strokes() -> None:
    _, relief = lifted(EYE_LEVEL)
    none = np.zeros(SIZE.shape, np.float32)
    half = np.full(SIZE.shape, 0.5, np.float32)
    bare, over = (
        draw_over(rasterize(relief.scene, relief.camera), replace(relief, ink=none, strokes=strokes), EdgeMap(none))
        for strokes in (none, half)
    )
    for name, share in (("plant", 0.75), ("wall", 1.0)):
        pixels = relief.elements == ROWS[name]
        assert pixels.any()
        tones = [view.base_color().array[pixels] for view in (bare, over)]
        np.testing.assert_allclose(tones[1], share * tones[0], rtol=1e-4)


def test_blank_paper_is_not_lifted() -> None:
    truth, estimate = exact(EYE_LEVEL)
    bare = np.zeros_like(estimate.layers)
    bare[Layer.SKY] = 1
    empty = Estimate(layers=bare, depth=estimate.depth, normals=estimate.normals, confidence=estimate.confidence)
    assert lift(empty, truth.edges) is None


def test_a_line_on_a_wall_is_a_joint_and_one_in_a_window_a_frame() -> None:
    _, relief = lifted(EYE_LEVEL)
    seen = rasterize(relief.scene, relief.camera)
    none = np.zeros(SIZE.shape, np.float32)
    bare = draw_over(seen, replace(relief, ink=none), EdgeMap(none))
    names = np.array([element.name for element in seen.table.elements])

    def name_at(view: GBuffer, x: int, y: int) -> str:
        return str(names[view.elements.array[y, x]])

    drawn = np.zeros(SIZE.shape, np.float32)
    shown = {name: np.argwhere(names[bare.elements.array] == name) for name in ("wall", "window")}
    middles = {}
    for name, pixels in shown.items():
        # Far from its border, so that the line lies on it alone.
        inside = np.argmax(_depth_inside(names[bare.elements.array] == name, pixels))
        middles[name] = tuple(int(value) for value in pixels[inside][::-1])
        x, y = middles[name]
        drawn[y, x - 2 : x + 3] = 1
    over = draw_over(seen, replace(relief, ink=drawn), EdgeMap(drawn))
    assert name_at(bare, *middles["wall"]) == "wall" and name_at(over, *middles["wall"]) == "joint"
    assert name_at(bare, *middles["window"]) == "window" and name_at(over, *middles["window"]) == "frame"
    assert (over.elements.array != bare.elements.array).sum() == 10, "and nothing else"
    tones = [view.base_color().array for view in (bare, over)]
    for x, y in middles.values():
        assert (tones[1][y, x] != tones[0][y, x]).all(), "and it has a colour of its own"
    half = draw_over(seen, replace(relief, ink=drawn / 2), EdgeMap(drawn)).base_color().array
    x, y = middles["wall"]
    np.testing.assert_allclose(half[y, x], (tones[0][y, x] + tones[1][y, x]) / 2, rtol=1e-5)


def _depth_inside(mask: NDArray[np.bool_], pixels: NDArray[np.intp]) -> NDArray[np.float64]:
    from scipy.ndimage import distance_transform_edt

    return np.asarray(distance_transform_edt(mask))[tuple(pixels.T)]
