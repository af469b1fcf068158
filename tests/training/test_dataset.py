"""Views of training scenes are what rendering would make of them."""

from __future__ import annotations

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.greenery import with_greenery
from archviz.training.dataset import LitView
from tests.geometry.shapes import box, quad, scene, sphere


def test_a_training_view_has_the_leaves_and_blades_of_a_rendered_one() -> None:
    lawn = Material(name="lawn", base_color=(0.1, 0.3, 0.05), family=TextureFamily.GRASS)
    leaves = Material(name="leaves", base_color=(0.1, 0.3, 0.05), family=TextureFamily.FOLIAGE)
    plain = scene(
        {
            "house": box((3, 0, 0), (6, 3, 3)),
            "crown": (sphere(2.0, rings=8), leaves, Part.SURROUNDINGS),
            "lawn": (quad((-90, -90, -2), (90, -90, -2), (90, 90, -2), (-90, 90, -2)), lawn, Part.GROUND),
        }
    )
    view = Camera(position_m=(0, -8, -0.4), target_m=(0, 0, -0.4), focal_mm=28, size=Size(96, 144))
    record = {"suns": [], "lamps_m": [], "panes": []}
    lit = LitView(plain, record, view).gbuffer.depth.array
    assert (lit == rasterize(with_greenery(plain, view), view).depth.array).all()
    assert (lit != rasterize(plain, view).depth.array).mean() > 0.1
