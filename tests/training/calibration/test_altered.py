"""Known changes of a building are what they are called, and change nothing else."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.geometry.gbuffer import rasterize
from archviz.training.calibration.altered import alter
from archviz.training.scenes import TrainingScene, generate

SEED = 130  # a house of two storeys with windows of its own in a wall


@lru_cache(maxsize=1)
def designed():
    made = generate(SEED)
    camera = Camera.from_json(made.record["cameras"][0]["camera"])
    camera = camera.resized(camera.size.with_longer(256))
    return made, camera, rasterize(made.scene, camera)


def seen(made: TrainingScene, camera: Camera):
    return rasterize(made.scene, camera)


def changed_elements(before, after):
    differ = before.elements.array != after.elements.array
    rows = np.unique(before.elements.array[differ])
    return differ, [before.table.elements[r].name for r in rows if r >= 0]


def test_a_removed_window_is_wall_and_nothing_else_changes():
    made, camera, before = designed()
    closed = alter(made, before, "window removed")
    after = seen(closed, camera)
    differ, names = changed_elements(before, after)
    stems = {name.rpartition(".")[0] for name in names if name.startswith("window.")}
    assert len(stems) == 1 and differ.sum() >= 60
    assert all(name.startswith(("window.", "wall.", "sill.", "surround.", "shutter.")) for name in names)
    walls = np.unique(after.elements.array[differ])
    assert [after.table.elements[r].class_name for r in walls] == ["IfcWall"]
    # Flush: all that is new lies in one plane, with the wall around it.
    normals = after.normals.array[differ]
    assert np.allclose(normals, normals[0], atol=1e-4)
    wall = (after.elements.array == walls[0]) & (after.normals.array @ normals[0] > 0.999)
    assert wall.sum() > 2 * differ.sum() and np.ptp(after.positions_m()[wall] @ normals[0]) < 0.01
    assert closed.scene.table == made.scene.table and len(closed.record["panes"]) == len(made.record["panes"])


def test_a_moved_window_stands_elsewhere_in_the_same_wall():
    made, camera, before = designed()
    moved = alter(made, before, "window moved")
    old = {p["element"]: np.array(p["corners_m"]) for p in made.record["panes"]}
    steps = {p["element"]: np.array(p["corners_m"]).mean(0) - old[p["element"]].mean(0) for p in moved.record["panes"]}
    far = {name: step for name, step in steps.items() if np.abs(step).max() > 0}
    assert len(far) == 1
    ((name, step),) = far.items()
    assert 0.4 < np.hypot(*step[:2]) < 6.0 and step[2] == pytest.approx(0.0)
    row = next(r for r, e in enumerate(made.scene.table.elements) if e.name == name)
    after = seen(moved, camera)
    assert (after.elements.array == row).sum() >= 30
    assert not ((after.elements.array == row) & (before.elements.array == row)).all()


def test_an_added_storey_raises_the_roof_by_its_height_and_repeats_the_windows():
    made, _, before = designed()
    higher = alter(made, before, "storey added")
    low, high = (scene.building_bounds() for scene in (made.scene, higher.scene))
    storey = high.high[2] - low.high[2]
    assert 1.5 < storey < 5.0 and high.extents_m[:2] == pytest.approx(low.extents_m[:2], abs=1e-4)
    assert len(higher.record["panes"]) > len(made.record["panes"])
    # What does not belong to the building stays, triangle by triangle.
    parts = made.scene.table.element_parts()
    around = ~np.isin(parts, [int(Part.BUILDING), int(Part.OPENING)])
    same = [scene.triangles_m[around[scene.face_elements]] for scene in (made.scene, higher.scene)]
    assert np.array_equal(*same)
    # Closed: every building triangle of the storey below the cut is still there, and its area grows.
    areas = [
        np.linalg.norm(np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]), axis=1).sum()
        for t in (scene.triangles_m[~around[scene.face_elements]] for scene in (made.scene, higher.scene))
    ]
    assert areas[1] > areas[0] * 1.05


def test_a_view_without_windows_has_none_to_change():
    made, _, before = designed()
    blank = replace(made, record={**made.record, "panes": []})
    assert alter(blank, before, "window removed") is None and alter(blank, before, "storey added") is None
