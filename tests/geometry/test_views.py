"""View presets: framed, level and from the side they are named for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.errors import GeometryError, OptionError
from archviz.core.material import Material
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.scene import Scene
from archviz.geometry.views import FILL, VIEW_PRESETS, view_camera
from tests.geometry.shapes import box, quad, scene

GRASS = Material(name="grass", base_color=(0.2, 0.4, 0.1))
SIZES = [Size(512, 768), Size(768, 512), Size(512, 512), Size(256, 1024)]
SHAPES = {"house": (10, 8, 7), "tower": (20, 20, 120), "slab": (80, 14, 9), "maquette": (0.4, 0.3, 0.25)}


def building(name: str) -> Scene:
    w, d, h = SHAPES[name]
    lawn = quad((-3000, -3000, -0.01), (3000, -3000, -0.01), (3000, 3000, -0.01), (-3000, 3000, -0.01))
    return scene({"house": box((-w / 2, -d / 2, 0), (w / 2, d / 2, h)), "lawn": (lawn, GRASS, Part.GROUND)})


def test_the_presets_are_those_of_the_design() -> None:
    around = [f"elevation-{side}" for side in ("north", "east", "south", "west")]
    assert [*VIEW_PRESETS] == ["front-left", "front", "front-right", "aerial", "eye-level", *around]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("view", VIEW_PRESETS)
def test_the_whole_building_is_inside_with_a_margin_and_fills_the_picture(view: str, shape: str, size: Size) -> None:
    model = building(shape)
    camera = view_camera(model, view, size)
    w, d, h = SHAPES[shape]
    pixels, depth = camera.project(box((-w / 2, -d / 2, 0), (w / 2, d / 2, h))[0])
    shares = pixels / (size.width, size.height)
    assert (depth > 0).all() and camera.size == size
    assert shares.min() > 0.08 and shares.max() < 0.92
    filled = np.ptp(shares, axis=0)
    assert filled.max() == pytest.approx(FILL, abs=1e-6)


@pytest.mark.parametrize("view", [v for v in VIEW_PRESETS if v != "aerial"])
def test_verticals_stay_vertical(view: str) -> None:
    camera = view_camera(building("house"), view, Size(512, 768))
    feet = np.array([(x, y, 0.0) for x in (-5, 5) for y in (-4, 4)])
    at_feet, at_eaves = (camera.project(feet + np.array([0, 0, z]))[0] for z in (0, 7))
    np.testing.assert_allclose(at_feet[:, 0], at_eaves[:, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("view", "west", "south"),
    [
        ("front-left", 1, 1),
        ("front", 0, 1),
        ("front-right", -1, 1),
        ("aerial", 1, 1),
        ("elevation-north", 0, -1),
        ("elevation-east", -1, 0),
        ("elevation-south", 0, 1),
        ("elevation-west", 1, 0),
    ],
)
def test_the_camera_stands_on_the_side_it_is_named_for(view: str, west: int, south: int) -> None:
    x, y, _ = view_camera(building("house"), view, Size(512, 768)).position_m
    assert (np.sign(round(-x, 6)), np.sign(round(-y, 6))) == (west, south)


@pytest.mark.parametrize("view", ["front-left", "front", "front-right", "eye-level"])
def test_eyes_are_1_6_m_above_the_ground_and_see_the_horizon(view: str) -> None:
    model = building("house")
    camera = view_camera(model, view, Size(64, 96))
    assert camera.position_m[2] == pytest.approx(1.6)
    g = rasterize(model, camera)
    column = g.elements.array[:, 1]
    horizon = int(np.argmax(column == 1))
    assert (column[:horizon] == -1).all() and (column[horizon:] == 1).all()
    assert 0.5 < horizon / 64 < 0.92


def test_the_aerial_view_looks_down_and_shows_the_roof() -> None:
    camera = view_camera(building("house"), "aerial", Size(512, 768))
    assert camera.position_m[2] > 7
    assert math.degrees(math.asin(-camera.basis()[2][2])) == pytest.approx(26)


def test_elevations_are_nearly_parallel() -> None:
    camera = view_camera(building("house"), "elevation-south", Size(512, 768))
    (near, far), _ = camera.project(np.array([(5.0, -4.0, 7.0), (5.0, 4.0, 7.0)]))
    assert np.hypot(*(near - far)) / 768 < 0.05
    assert camera.focal_mm >= 200


def test_surroundings_do_not_change_the_framing() -> None:
    alone = scene({"house": box((-5, -4, 0), (5, 4, 7))})
    size = Size(512, 768)
    assert view_camera(alone, "front", size) == view_camera(building("house"), "front", size)


def test_an_unknown_view_is_refused_with_the_list() -> None:
    with pytest.raises(OptionError, match=r"view 'sideways' does not exist; choose one of front-left, front, .*west$"):
        view_camera(building("house"), "sideways", Size(512, 768))


def test_a_scene_without_triangles_is_refused() -> None:
    model = building("house")
    empty = Scene(
        vertices_m=model.vertices_m, faces=model.faces[:0], face_elements=model.face_elements[:0], table=model.table
    )
    with pytest.raises(GeometryError, match="no triangles"):
        view_camera(empty, "front", Size(64, 64))
