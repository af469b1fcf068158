"""Objects in the way are taken out, whole; the rest stays."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.material import Material
from archviz.core.size import Size
from archviz.geometry.clearing import clear_view
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.scene import Scene
from archviz.geometry.views import view_camera
from tests.geometry.shapes import box, quad, scene

PLAIN = Material(name="around")
SIZE = Size(120, 180)


def house() -> Scene:
    return scene({"house": box((-5, -4, 0), (5, 4, 7))})


def around() -> Scene:
    """Ground, a neighbour 2 m to the east with a balcony, a person and a tree before the front."""
    side = Part.SURROUNDINGS
    return scene(
        {
            "ground": (quad((-900, -900, 0), (900, -900, 0), (900, 900, 0), (-900, 900, 0)), PLAIN, Part.GROUND),
            "neighbour.1.wall": (box((7, -4, 0), (500, 4, 30)), PLAIN, side),
            "neighbour.1.balcony": (box((8, -5, 12), (12, -4, 13)), PLAIN, side),
            "figure.1": (box((2, -9, 0), (2.4, -8.7, 1.7)), PLAIN, side),
            "plant.1.crown": (box((-4, -8, 0), (-1, -7, 5)), PLAIN, side),
        }
    )


def names(kept: Scene) -> list[str]:
    return [kept.table.elements[row].name for row in np.unique(kept.face_elements)]


@pytest.mark.parametrize(
    ("view", "gone"),
    [
        ("elevation-east", {"neighbour.1.wall", "neighbour.1.balcony"}),
        ("elevation-south", {"plant.1.crown"}),
        ("elevation-north", set()),
    ],
)
def test_only_what_is_in_the_way_goes_and_goes_whole(view: str, gone: set[str]) -> None:
    camera = view_camera(house(), view, SIZE)
    kept = clear_view(house(), around(), camera)
    assert set(names(around())) - set(names(kept)) == gone
    alone = rasterize(house(), camera).hit
    joined = rasterize(house().merged(kept), camera)
    seen = (joined.parts() == int(Part.BUILDING)) & alone
    assert seen.sum() > 0.85 * alone.sum()


def test_rows_of_the_table_stay() -> None:
    kept = clear_view(house(), around(), view_camera(house(), "elevation-east", SIZE))
    assert kept.table == around().table


def test_nothing_in_the_way_changes_nothing() -> None:
    ring = around()
    assert clear_view(house(), ring, view_camera(house(), "elevation-north", SIZE)) is ring


def test_many_small_things_together_are_thinned() -> None:
    crowd = {
        f"figure.{row}": (box((-5 + row * 0.5, -9, 0), (-4.75 + row * 0.5, -8.8, 6)), PLAIN, Part.SURROUNDINGS)
        for row in range(20)
    }
    kept = clear_view(house(), scene(crowd), view_camera(house(), "front", SIZE))
    assert 0 < len(names(kept)) < 20


def test_a_camera_that_does_not_see_the_building_changes_nothing() -> None:
    ring = around()
    camera = view_camera(scene({"other": box((900, 900, 0), (910, 910, 5))}), "front", SIZE)
    assert clear_view(house(), ring, camera) is ring
