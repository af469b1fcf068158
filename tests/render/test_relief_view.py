"""The view of a lifted drawing: its own maps and lines, paths and crowns, among what stands around it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import EdgeMap
from archviz.core.place import SunDirection
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.geometry.turf import strew_blades
from archviz.light_transport import sun_visibility
from archviz.render.relief import lift
from archviz.render.relief_table import ROWS
from archviz.render.relief_view import draw_over
from tests.geometry.shapes import quad, scene
from tests.render.reliefs import EYE_LEVEL, GROUND, LAWN, LEAVES, MEADOW, SIZE, exact, house, lifted


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
