"""OBJ and MTL."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.elements import Part
from archviz.core.errors import FileFormatError
from archviz.core.material import TextureFamily
from archviz.core.tone import srgb_to_linear
from archviz.geometry import load_isolated
from archviz.geometry.loaders.obj import read_obj
from tests.geometry.loaders.files import PANE, SIZE, WALLS, obj_text, y_up

MTL = """
newmtl Gạch đỏ
Kd 0.7 0.3 0.2
Ns 250
newmtl blue
Kd 0.2 0.3 0.4
d 0.3
newmtl lamp
Kd\t1 1 1
Ke 1 1 0.5
"""


def house(folder: Path, *, scale: float = 1.0, turned: bool = False, library: str = "house.mtl") -> Path:
    turn = y_up if turned else (lambda points: points)
    objects = {
        "Walls": ((turn(WALLS[0]), WALLS[1]), "Gạch đỏ"),
        "Pane": ((turn(PANE[0]), PANE[1]), "blue"),
    }
    path = folder / "house.obj"
    path.write_text(obj_text(objects, scale=scale, library=library))
    (folder / "house.mtl").write_text(MTL)
    return path


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("unit", "scale"), [("m", 1.0), ("mm", 1000.0), ("cm", 100.0), ("in", 1 / 0.0254)])
def test_unit_and_axis_are_guessed_and_said(tmp_path: Path, unit: str, scale: float, turned: bool) -> None:
    model = load_isolated(house(tmp_path, scale=scale, turned=turned))
    assert (model.unit, model.up_axis) == (unit, "y" if turned else "z")
    np.testing.assert_allclose(model.extents_m, SIZE, rtol=1e-5)
    assert any(a.startswith(f"unit {unit}, guessed") and "--unit overrules" in a for a in model.assumptions)
    assert any(a.startswith(f"up axis {'Y' if turned else 'Z'}, guessed") for a in model.assumptions)
    walls, pane = model.scene.table.elements
    assert [(e.name, e.part) for e in (walls, pane)] == [("Walls", Part.BUILDING), ("Pane", Part.OPENING)]
    # The pane's side is the south.
    south = model.scene.triangles_m[model.scene.face_elements == 1][..., 1]
    assert south.max() < -3.9


def test_unit_and_axis_given_overrule_the_guess(tmp_path: Path) -> None:
    path = house(tmp_path)
    model = load_isolated(path, unit="ft", up="y")
    np.testing.assert_allclose(model.extents_m, np.array((10, 6, 8.05)) * 0.3048, rtol=1e-5)
    assert (model.unit, model.up_axis, model.assumptions) == ("ft", "y", ())


def test_mtl_colours_are_linear_and_transparency_is_glass(tmp_path: Path) -> None:
    brick, blue = load_isolated(house(tmp_path)).scene.table.materials
    np.testing.assert_allclose(brick.base_color, srgb_to_linear((0.7, 0.3, 0.2)), rtol=1e-6)
    assert (brick.roughness, brick.family) == (0.5, TextureFamily.BRICK)
    assert blue.transmission == pytest.approx(0.7)


def test_a_texture_and_a_missing_library(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4), (188, 0, 0)).save(tmp_path / "red clay.png")
    path = house(tmp_path)
    (tmp_path / "house.mtl").write_text(
        "newmtl Gạch đỏ\nKd 0 0 0\nmap_Kd -s 2 2 1 red clay.png\nnewmtl blue\nmap_Kd gone.png\n"
    )
    model = load_isolated(path)
    np.testing.assert_allclose(model.scene.table.materials[0].base_color, srgb_to_linear((188 / 255, 0, 0)), atol=1e-6)
    assert model.warnings == ("texture 'gone.png' is missing or cannot be read; 'blue' has its plain colour",)
    (tmp_path / "house.mtl").unlink()
    assert "material library 'house.mtl' is missing" in load_isolated(path).warnings[0]


def test_relative_indices_between_blocks_mean_the_last_vertices_read(tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 9 9 9\nv 8 9 9\nv 9 8 9\nf -3/1/1 -2/1/1 -1//1\n")
    (part,) = read_obj(path).parts
    np.testing.assert_array_equal(part.vertices[part.faces[0]], [(0, 0, 0), (1, 0, 0), (0, 1, 0)])
    np.testing.assert_array_equal(part.vertices[part.faces[1]], [(9, 9, 9), (8, 9, 9), (9, 8, 9)])


def test_tabs_continuations_carriage_returns_and_no_group(tmp_path: Path) -> None:
    path = tmp_path / "shed.obj"
    path.write_bytes(b"v\t0 0\t0\r\nv\t2 0 0\r\nv 2 0 2\r\nv 0 0 2\r\nf\t1 2 \\\r\n3 4\r\n")
    model = load_isolated(path)
    assert [e.name for e in model.scene.table.elements] == ["shed"]
    assert len(model.scene.faces) == 2


def test_concave_faces_keep_their_area(tmp_path: Path) -> None:
    # An L of 3 x 3 less 2 x 2 from a corner where a fan would leave it, and a dart of four corners.
    ell = [(3, 0), (3, 1), (1, 1), (1, 3), (0, 3), (0, 0)]
    dart = [(0, 0), (2, -1), (1, 0), (2, 1)]
    for points, area in ((ell, 5.0), (dart, 1.0)):
        path = tmp_path / "a.obj"
        rows = "\n".join(f"v {x} {y} 0" for x, y in points)
        for start in range(len(points)):
            order = [(start + i) % len(points) + 1 for i in range(len(points))]
            path.write_text(f"{rows}\nf {' '.join(map(str, order))}\n")
            (part,) = read_obj(path).parts
            t = part.vertices[part.faces]
            signed = np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0])[:, 2] / 2
            assert signed.min() > -1e-9
            assert signed.sum() == pytest.approx(area)


def test_groups_split_objects_and_materials_split_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    path.write_text(
        "v 0 0 0\nv 4 0 0\nv 4 0 4\nv 0 3 4\no tower\ng default\nusemtl a\nf 1 2 3\n"
        "g door\nf 1 2 4\nusemtl b\nf 2 3 4\n"
        "o slab\nf 1 3 4\n"
    )
    names = [e.name for e in load_isolated(path).scene.table.elements]
    assert names == ["tower", "tower.door.a", "tower.door.b", "slab"]


def test_vertex_colours(tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    path.write_text(
        "v 0 0 0 1 0 0\nv 5 0 0 1 0 0\nv 0 0 5 1 0 0\nv 0 5 0 0 0 1\nv 5 5 0 0 0 1\nv 0 5 5 0 0 1\nf 1 2 3\nf 4 5 6\n"
    )
    colors = {m.base_color for m in load_isolated(path).scene.table.materials}
    assert colors == {(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "vertex 9, but there are 3"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 -9\n", "line 4 .*no vertex -9"),
        ("v 0 0 0\nv 1 0\nv 0 1 0\nf 1 2 3\n", "line 2 'v 1 0' cannot be read"),
        ("v 0 0 zero\n", "line 1 "),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.obj"
    path.write_text(text)
    with pytest.raises(FileFormatError, match=message):
        read_obj(path)


def test_a_library_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = house(tmp_path / "in", library="../house.mtl")
    (tmp_path / "house.mtl").write_text(MTL)
    assert "outside the model's folder" in load_isolated(path).warnings[0]
