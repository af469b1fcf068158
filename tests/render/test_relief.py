"""A drawing lifted into space stands where the building it was drawn from stands."""

from __future__ import annotations

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
from archviz.light_transport import sun_visibility
from archviz.render.relief import Relief, draw_over, lift
from archviz.sketch import Estimate, Layer, find_perspective
from archviz.training.drawn_views import layers_of
from tests.geometry.shapes import box, quad, scene

SIZE = Size(height=256, width=384)
GLASS = Material(name="glass", transmission=0.9)
LEAVES = Material(name="leaves", family=TextureFamily.FOLIAGE)
LAWN = Material(name="lawn", family=TextureFamily.GRASS)


def house() -> Scene:
    """A 9 x 7 x 6 m block with two windows in front, a hedge beside it, on level ground."""
    return scene(
        {
            "walls": box((-4.5, 0, 0), (4.5, 7, 6)),
            "left": (box((-3.5, -0.05, 1), (-1.5, 0.05, 3)), GLASS, Part.OPENING),
            "right": (box((1, -0.05, 1), (3.5, 0.05, 5)), GLASS, Part.OPENING),
            "hedge": (box((6, 0, 0), (8, 1, 1.5)), LEAVES, Part.SURROUNDINGS),
            "ground": (quad((-900, -900, 0), (900, -900, 0), (900, 900, 0), (-900, 900, 0)), LAWN, Part.GROUND),
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


def test_the_sun_casts_the_shadows_that_it_casts_on_the_building() -> None:
    truth, relief = lifted(EYE_LEVEL)
    # The relief's camera looks north; the true one does not.
    turn = np.degrees(np.arctan2(EYE_LEVEL.basis()[2][0], EYE_LEVEL.basis()[2][1]))
    ground = quad((-900, -900, 0), (900, -900, 0), (900, 900, 0), (-900, 900, 0))
    stage = relief.scene.merged(scene({"ground": (ground, LAWN, Part.GROUND)}))
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


def test_blank_paper_is_not_lifted() -> None:
    truth, estimate = exact(EYE_LEVEL)
    bare = np.zeros_like(estimate.layers)
    bare[Layer.SKY] = 1
    empty = Estimate(layers=bare, depth=estimate.depth, normals=estimate.normals, confidence=estimate.confidence)
    assert lift(empty, truth.edges) is None


def test_a_line_on_a_wall_is_a_joint_and_one_in_a_window_a_frame() -> None:
    truth, relief = lifted(EYE_LEVEL)
    seen = rasterize(relief.scene, relief.camera)
    bare = draw_over(seen, relief, EdgeMap(np.zeros(SIZE.shape, np.float32)))
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
    over = draw_over(seen, relief, EdgeMap(drawn))
    assert name_at(bare, *middles["wall"]) == "wall" and name_at(over, *middles["wall"]) == "joint"
    assert name_at(bare, *middles["window"]) == "window" and name_at(over, *middles["window"]) == "frame"
    assert (over.elements.array != bare.elements.array).sum() == 10, "and nothing else"
    around = draw_over(seen, relief, truth.edges).elements.array
    outline = ~bare.hit[1:] & bare.hit[:-1]
    assert (around[:-1][outline] == bare.elements.array[:-1][outline]).all(), "its outline is no joint"


def _depth_inside(mask: NDArray[np.bool_], pixels: NDArray[np.intp]) -> NDArray[np.float64]:
    from scipy.ndimage import distance_transform_edt

    return np.asarray(distance_transform_edt(mask))[tuple(pixels.T)]
