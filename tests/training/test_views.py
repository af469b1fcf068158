"""Colours over views: what is compared, and that a changed colour is measured."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Element, ElementTable, Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination, LightBuffer
from archviz.core.maps import ColorMap, DepthMap, EdgeMap, IdMap, LightMap, NormalMap
from archviz.core.material import Material
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.training.views import color_differences, surface_colors

SIZE = Size(height=40, width=60)
TABLE = ElementTable(
    (
        Element(name="wall", material=0),
        Element(name="window", material=1, part=Part.OPENING),
        Element(name="lawn", material=0, part=Part.GROUND),
    ),
    (Material(name="plaster"), Material(name="glass", transmission=0.9)),
)


def _view() -> tuple[GBuffer, LightBuffer]:
    """A wall of two orientations above a lawn, half of its front in shadow, with a window in it."""
    elements = np.zeros(SIZE.shape, dtype=np.int32)
    elements[30:] = 2
    elements[5:15, 5:15] = 1
    normals = np.zeros((*SIZE.shape, 3), dtype=np.float32)
    normals[:, :40] = (0, -1, 0)
    normals[:, 40:] = (1, 0, 0)
    visible = np.ones(SIZE.shape, dtype=np.float32)
    visible[:, 20:40] = 0
    whole = np.ones(SIZE.shape, dtype=np.float32)
    gbuffer = GBuffer(
        camera=Camera(position_m=(0, -20, 2), target_m=(0, 0, 2), size=SIZE),
        table=TABLE,
        depth=DepthMap(10 * whole),
        normals=NormalMap(normals),
        elements=IdMap(elements),
        edges=EdgeMap(0 * whole),
    )
    light = LightBuffer(
        illumination=Illumination(
            sun=SunDirection(altitude_deg=40, azimuth_deg=170),
            sun_irradiance=(3, 3, 3),
            zenith_radiance=(0.1, 0.1, 0.1),
            horizon_radiance=(0.1, 0.1, 0.1),
        ),
        sun_visible=LightMap(visible),
        # The second orientation is turned from the sun.
        sun_shading=LightMap(np.where(normals[..., 1] < 0, 0.7 * visible, 0).astype(np.float32)),
        ambient_occlusion=LightMap(whole),
        emission=LightMap(0 * whole),
        deferred=ColorMap(np.zeros((*SIZE.shape, 3), dtype=np.float32)),
    )
    return gbuffer, light


def _painted(*colors: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A picture in three bands: in the sun, in shadow, turned away."""
    picture = np.zeros((*SIZE.shape, 3), dtype=np.uint8)
    for band, color in zip((slice(0, 20), slice(20, 40), slice(40, 60)), colors, strict=True):
        picture[:, band] = color
    return picture


def _lab(color: tuple[int, int, int]) -> NDArray[np.float32]:
    return cv2.cvtColor(np.array([[color]], dtype=np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]


def test_a_surface_is_an_element_a_side_and_a_state_of_light() -> None:
    gbuffer, light = _view()
    shown = ((220, 210, 200), (90, 95, 110), (120, 125, 140))
    colors = surface_colors(_painted(*shown), gbuffer, light, reading="surface")
    expected = {("wall", 0, -4, 0, 1): shown[0], ("wall", 0, -4, 0, 0): shown[1], ("wall", 4, 0, 0, 0): shown[2]}
    # Neither glass nor ground is compared.
    assert set(colors) == set(expected)
    for key, color in expected.items():
        np.testing.assert_allclose(colors[key], _lab(color), atol=0.05)


def test_an_element_has_one_colour() -> None:
    gbuffer, light = _view()
    (key,) = surface_colors(_painted((200,) * 3, (200,) * 3, (200,) * 3), gbuffer, light, reading="element")
    assert key == ("wall",)


def test_differences_are_of_what_two_views_both_show() -> None:
    gbuffer, light = _view()
    grey, warm = ((180, 180, 180), (60, 60, 60), (90, 90, 90)), ((190, 170, 150), (60, 60, 60), (90, 90, 90))
    one, other = (surface_colors(_painted(*c), gbuffer, light, reading="surface") for c in (grey, warm))
    found = sorted(color_differences([one, other]))
    assert found == pytest.approx([0, 0, float(np.linalg.norm(_lab(grey[0]) - _lab(warm[0])))], abs=0.05)
    gone = {key: value for key, value in other.items() if key[-1] == 1}
    assert len(color_differences([one, gone])) == 1 and len(color_differences([one, other, other])) == 9
