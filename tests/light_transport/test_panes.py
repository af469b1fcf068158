"""Panes of openings, and which of them are lit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import ElementTable, Part
from archviz.core.errors import OptionError
from archviz.core.material import Material
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.geometry.panes import lit_panes, opening_panes
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.geometry.surroundings.houses import HOUSES
from archviz.light_transport.deferred import light
from archviz.lighting import Weather, daylight
from tests.light_transport.scenes import box, build, gbuffer_of

WALL = Material(name="wall")
GLASS = Material(name="glass", transmission=0.9)
TIMBER = Material(name="door leaf")


def window(x: float, width: float = 1.0) -> np.ndarray:
    return np.array([(x, 0, 1), (x + width, 0, 1), (x + width, 0, 2), (x, 0, 2)])


def row_of_windows(count: int) -> Scene:
    return build(
        [
            ("wall", Part.BUILDING, WALL, box((-1, 0.1, 0), (3 * count, 5, 3))),
            ("glazing", Part.OPENING, GLASS, [window(2.0 * k) for k in range(count)]),
        ]
    )


def test_each_separate_piece_of_an_element_is_a_pane() -> None:
    panes = opening_panes(row_of_windows(5))
    assert panes.dtype == np.int32
    assert (panes[:12] == -1).all()
    np.testing.assert_array_equal(panes[12:], np.repeat(np.arange(5), 2))


def test_corners_at_one_place_are_welded_and_others_are_not() -> None:
    scene = build(
        [
            # Two quads that share an edge, in their own vertices, within the welding distance.
            ("one", Part.OPENING, GLASS, [window(0.0), window(1.00001)]),
            # Two quads a centimetre apart.
            ("two", Part.OPENING, GLASS, [window(5.0), window(6.01)]),
            # The same place as "one", yet another element.
            ("three", Part.OPENING, GLASS, [window(0.0)]),
            ("box", Part.OPENING, GLASS, box((10, 0, 0), (11, 0.02, 1))),
        ]
    )
    np.testing.assert_array_equal(opening_panes(scene), [0] * 4 + [1, 1, 2, 2] + [3, 3] + [4] * 12)


def test_a_scene_without_openings_has_no_pane() -> None:
    scene = build([("wall", Part.BUILDING, GLASS, box((0, 0, 0), (1, 1, 1)))])
    assert (opening_panes(scene) == -1).all()
    assert not lit_panes(scene, 1.0, 3).any()


def test_the_share_of_panes_is_lit_whole() -> None:
    scene = row_of_windows(20)
    panes = opening_panes(scene)
    for share in (0.0, 0.25, 0.5, 1.0):
        lit = lit_panes(scene, share, 7)
        assert len(np.unique(panes[lit])) == share * 20
        assert not lit[panes < 0].any()
        for pane in range(20):
            assert len(set(lit[panes == pane])) == 1


def test_the_seed_alone_decides() -> None:
    scene = row_of_windows(20)
    lit = lit_panes(scene, 0.5, 7)
    np.testing.assert_array_equal(lit, lit_panes(scene, 0.5, 7))
    assert (lit != lit_panes(scene, 0.5, 8)).any()
    # A later hour lights more windows and puts none out.
    assert (lit <= lit_panes(scene, 0.8, 7)).all()


def test_doors_stay_dark_beside_glass_and_light_up_without_it() -> None:
    door = ("door", Part.OPENING, TIMBER, [window(8.0)])
    with_glass = build([("glass", Part.OPENING, GLASS, [window(0.0)]), door])
    np.testing.assert_array_equal(lit_panes(with_glass, 1.0, 1), [True, True, False, False])
    assert lit_panes(build([door]), 1.0, 1).all()


def beside(house: str) -> Scene:
    """A wall with a window, and before the camera a row of forty panes that are a house's, or a car's."""
    scene = build(
        [
            ("wall", Part.BUILDING, WALL, box((-9, 0.1, 0), (9, 5, 3))),
            ("window", Part.OPENING, GLASS, [window(40.0)]),
            ("row", Part.SURROUNDINGS, GLASS, [window(0.2 * k - 4, 0.15) for k in range(40)]),
        ]
    )
    elements = [replace(e, class_name=house if e.name == "row" else "") for e in scene.table.elements]
    return replace(scene, table=ElementTable(tuple(elements), scene.table.materials))


def test_of_the_neighbours_a_third_as_many_windows_are_lit_and_none_of_a_car() -> None:
    scene = beside("towers")
    row = scene.face_elements == 2
    for share, panes in ((0.0, 0), (0.5, 7), (1.0, 14)):
        assert lit_panes(scene, share, 3)[row].sum() == 2 * panes
    assert lit_panes(scene, 1.0, 3)[scene.face_elements == 1].all()
    assert not lit_panes(beside("car"), 1.0, 3)[row].any()


def test_a_towers_bands_are_lit_room_by_room() -> None:
    parts = HOUSES["towers"](24.0, 18.0, 60.0, np.random.default_rng(0))
    glass = next(shape for suffix, _, shape in parts if suffix == "glass")
    scene = build([("glass", Part.OPENING, GLASS, [window(0.0)])])
    corners = np.asarray(glass, dtype=float).reshape(-1, 3)
    faces = np.arange(len(corners)).reshape(-1, 3)
    scene = replace(scene, vertices_m=corners, faces=faces, face_elements=np.zeros(len(faces), dtype=np.int32))
    panes = opening_panes(scene)
    heights = [round(float(corners[faces[panes == pane]].max(axis=(0, 1))[2]), 3) for pane in range(panes.max() + 1)]
    # Four rooms in front and behind, three at each side.
    assert max(heights.count(height) for height in set(heights)) == 14


def test_a_lit_window_of_a_neighbour_shines() -> None:
    caster = RayCaster(beside("towers"))
    camera = Camera(
        position_m=(0, -12, 1.5), target_m=(0, 0, 1.5), focal_mm=35, sensor_mm=36, size=Size(height=64, width=256)
    )
    gbuffer = gbuffer_of(caster, camera)
    night = daylight(SunDirection(altitude_deg=40, azimuth_deg=140), Weather(moon=True, lamps=True, window_lit_share=1))
    buffer = light(caster, gbuffer, night, lit_faces=lit_panes(caster.scene, 1.0, 3))
    panes = gbuffer.elements.array == 2
    bright = buffer.emission.array > 0.3
    assert 0.2 < bright[panes].mean() < 0.5 and not bright[~panes].any()


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(OptionError, match="0 to 1"):
        lit_panes(row_of_windows(1), share, 0)
