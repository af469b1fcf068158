"""Scenes: checks, bounds and joining."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.errors import GeometryError
from archviz.core.material import Material
from archviz.geometry.scene import Scene
from tests.geometry.shapes import PLAIN, box, scene

GRASS = Material(name="grass")


def garden() -> Scene:
    return scene({"house": box((-1, -2, 0), (3, 2, 5)), "lawn": (box((-9, -9, -1), (9, 9, 0)), GRASS, Part.GROUND)})


def test_bounds_of_all_and_of_the_building() -> None:
    assert garden().bounds().extents_m == (18, 18, 6)
    assert garden().building_bounds().center_m == (1, 0, 2.5)
    assert garden().bounds((Part.GROUND,)).high == (9, 9, 0)
    lawn = scene({"lawn": (box((-9, -9, -1), (9, 9, 0)), GRASS, Part.GROUND)})
    assert lawn.building_bounds() == lawn.bounds()
    with pytest.raises(GeometryError, match="no triangles"):
        lawn.bounds((Part.OPENING,))


def test_vertices_that_no_triangle_uses_do_not_count() -> None:
    one = garden()
    stray = replace(one, vertices_m=np.concatenate([one.vertices_m, [[99, 99, 99]]]))
    assert stray.bounds() == one.bounds()


def test_joining_keeps_both() -> None:
    joined = garden().merged(scene({"house": box((20, 0, 0), (21, 1, 1))}))
    assert [e.name for e in joined.table.elements] == ["house", "lawn", "house.2"]
    third = joined.triangles_m[joined.face_elements == 2].reshape(-1, 3)
    assert third.min(axis=0).tolist() == [20, 0, 0] and third.max(axis=0).tolist() == [21, 1, 1]
    assert joined.table.materials == (PLAIN, GRASS, PLAIN)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"vertices_m": np.full((16, 3), np.nan)}, "not a finite number"),
        ({"faces": np.full((24, 3), 16)}, "a vertex that does not exist"),
        ({"face_elements": np.full(24, 2)}, "an element that does not exist"),
        ({"face_elements": np.zeros(3)}, "face elements for 24 faces"),
        ({"vertices_m": np.zeros((16, 2))}, "are not"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(wrong: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(GeometryError, match=message):
        replace(garden(), **wrong)


def test_arrays_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        garden().vertices_m[0] = 0
