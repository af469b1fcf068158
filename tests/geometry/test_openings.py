"""Windows and doors gathered from elements and their pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.errors import OptionError
from archviz.core.material import Material
from archviz.core.openings import Opening
from archviz.geometry.openings import find_openings, label_openings
from archviz.geometry.scene import Scene

SAMPLES = Path(__file__).parents[2] / "sample_models"
MATERIALS = (Material(name="plaster"), Material(name="oak"), Material(name="glass", transmission=0.9))
Box = tuple[tuple[float, float, float], tuple[float, float, float]]
WALL: Box = ((-10, 0, 0), (10, 8, 6))


def box(low: tuple[float, ...], high: tuple[float, ...]) -> NDArray[np.float32]:
    import trimesh

    return np.asarray(trimesh.creation.box(bounds=[low, high]).triangles, dtype=np.float32)


def scene(*parts: tuple[str, int, str, list[Box]]) -> Scene:
    """A wall that looks south, and openings: name, material, class, boxes."""
    elements = [Element(name="wall", material=0)]
    meshes = [box(*WALL)]
    for name, material, class_name, boxes in parts:
        elements.append(Element(name=name, material=material, part=Part.OPENING, class_name=class_name))
        meshes.append(np.concatenate([box(*b) for b in boxes]))
    owners = np.repeat(np.arange(len(meshes), dtype=np.int32), [len(m) for m in meshes])
    triangles = np.concatenate(meshes)
    return Scene(
        vertices_m=triangles.reshape(-1, 3),
        faces=np.arange(len(triangles) * 3, dtype=np.int32).reshape(-1, 3),
        face_elements=owners,
        table=ElementTable(tuple(elements), MATERIALS),
    )


def frame(x: float, z: float, wide: float = 1.2, tall: float = 1.5) -> list[Box]:
    """Four members round an opening in the wall's face."""
    y, m = (-0.05, 0.05), 0.06
    return [
        ((x, y[0], z), (x + m, y[1], z + tall)),
        ((x + wide - m, y[0], z), (x + wide, y[1], z + tall)),
        ((x + m, y[0], z), (x + wide - m, y[1], z + m)),
        ((x + m, y[0], z + tall - m), (x + wide - m, y[1], z + tall)),
    ]


def pane(x: float, z: float, wide: float = 1.2, tall: float = 1.5) -> Box:
    return ((x + 0.03, -0.01, z + 0.03), (x + wide - 0.03, 0.01, z + tall - 0.03))


def test_frame_and_glass_are_one_window_whose_corners_are_the_frames() -> None:
    found = find_openings(scene(("window.3.frame", 1, "", frame(2, 1)), ("window.3.glass", 2, "", [pane(2, 1)])))
    assert [(o.name, o.kind, o.elements) for o in found] == [("window.3", "window", (1, 2))]
    corners = [(2, -0.05, 1), (3.2, -0.05, 1), (3.2, -0.05, 2.5), (2, -0.05, 2.5)]
    np.testing.assert_allclose(found[0].corners_m, corners, atol=1e-5)
    np.testing.assert_allclose(found[0].normal, (0, -1, 0), atol=1e-6)
    assert found[0].depth_m == pytest.approx(0.1, abs=1e-5) and found[0].fill > 0.97


def test_panes_side_by_side_stay_apart_and_pieces_of_one_element_are_many_windows() -> None:
    ribbon = [(f"window.{i}.{part}", 1 + j, "", b) for i in (1, 2, 3)
              for j, (part, b) in enumerate((("frame", frame(1.2 * i, 1)), ("glass", [pane(1.2 * i, 1)])))]  # fmt: skip
    assert [o.name for o in find_openings(scene(*ribbon))] == ["window.1", "window.2", "window.3"]
    spread = [pane(x, 1) for x in (-6, -3, 0)]
    found, labels = label_openings(scene(("all glass", 2, "", spread)))
    assert [o.name for o in found] == ["all glass", "all glass.2", "all glass.3"]
    assert sorted(o.corners_m[0, 0] for o in found) == pytest.approx([-5.97, -2.97, 0.03])
    assert [int((labels == row).sum()) for row in range(3)] == [12, 12, 12] and (labels[:12] == -1).all()


def test_a_frame_element_of_a_whole_house_holds_each_of_its_panes() -> None:
    xs = (-6.0, -2.0, 2.0)
    frames, panes = [b for x in xs for b in frame(x, 1)], [pane(x, 1) for x in xs]
    found = find_openings(scene(("khung", 1, "", frames), ("kính", 2, "", panes)))
    assert len(found) == 3 and all(o.elements == (1, 2) for o in found)


@pytest.mark.parametrize(
    ("name", "material", "class_name", "kind"),
    [
        ("0F2A", 1, "IfcDoor", "door"),
        ("0F2A", 1, "IfcWindow", "window"),
        ("cửa_sổ.4.khung", 1, "", "window"),
        ("cửa.4.khung", 1, "", "door"),
        ("door.1.frame", 1, "", "door"),
        ("object 7", 2, "", "window"),
        ("object 7", 1, "", "unknown"),
    ],
)
def test_the_kind_is_told_by_class_name_material_or_not_at_all(
    name: str, material: int, class_name: str, kind: str
) -> None:
    assert [o.kind for o in find_openings(scene((name, material, class_name, frame(0, 1))))] == [kind]


def test_a_handle_is_no_opening_and_a_model_that_says_nothing_has_none() -> None:
    assert find_openings(scene(("door.1.handle", 1, "", [((0, -0.1, 1), (0.04, 0, 1.1))]))) == ()
    assert find_openings(scene()) == ()


def test_a_window_deep_in_the_building_is_turned_to_the_eye() -> None:
    own = find_openings(scene(("window", 2, "", [((0, 6, 1), (1, 6.1, 2))])))[0]
    np.testing.assert_allclose(own.normal, (0, 1, 0), atol=1e-6)
    turned = own.towards(np.array([0.0, -20.0, 2.0]))
    np.testing.assert_allclose(turned.normal, (0, -1, 0), atol=1e-6)
    np.testing.assert_allclose(turned.corners_m[0], (0, 6, 1), atol=1e-5)
    assert own.towards(np.array([0.0, 20.0, 2.0])) is own


def test_every_window_of_a_sample_model_is_found_once() -> None:
    from archviz.render.inputs import read_source
    from archviz.render.request import RenderRequest

    model = read_source(RenderRequest(input=SAMPLES / "garden-villa.obj")).model
    assert model is not None
    stems = {e.name.rsplit(".", 1)[0] for e in model.scene.table.elements if e.name.startswith("window.")}
    assert {o.name for o in find_openings(model.scene)} >= stems and len(stems) == 24


def test_an_opening_checks_itself() -> None:
    with pytest.raises(OptionError, match="corners"):
        Opening(name="w", kind="window", elements=(0,), corners_m=np.zeros((3, 3)))
    with pytest.raises(OptionError, match="fill"):
        Opening(name="w", kind="window", elements=(0,), corners_m=np.eye(4, 3), fill=0.0)
