"""DXF: faces, meshes, solids, blocks, layers, colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.errors import FileFormatError
from archviz.core.tone import srgb_to_linear
from archviz.geometry import LoadedModel, load_isolated
from tests.geometry.shapes import box

ezdxf = pytest.importorskip("ezdxf")


def drawing(*, unit: int = 6, version: str = "R2010") -> Any:
    document = ezdxf.new(version)
    document.header["$INSUNITS"] = unit
    return document


def block(low: tuple[float, ...], high: tuple[float, ...]) -> Any:
    from ezdxf.render import MeshBuilder

    points, faces = box(low, high)
    mesh = MeshBuilder()
    mesh.add_mesh(vertices=[tuple(p) for p in points], faces=faces.tolist())
    return mesh


HOUSE = block((0, 0, 0), (10, 8, 6))
PANE = block((0, 0, 0), (2, 0.05, 1))


def load(document: Any, folder: Path) -> LoadedModel:
    path = folder / "house.dxf"
    document.saveas(path)
    return load_isolated(path)


def as_solid(mesh: Any, space: Any, layer: str) -> None:
    from ezdxf.acis import api as acis

    acis.export_dxf(space.add_3dsolid(dxfattribs={"layer": layer}), [acis.body_from_mesh(mesh)])


@pytest.mark.parametrize(
    "draw",
    [
        lambda mesh, space, layer: mesh.render_3dfaces(space, dxfattribs={"layer": layer}),
        lambda mesh, space, layer: mesh.render_polyface(space, dxfattribs={"layer": layer}),
        lambda mesh, space, layer: mesh.render_mesh(space, dxfattribs={"layer": layer}),
        as_solid,
    ],
    ids=["3DFACE", "POLYFACE", "MESH", "3DSOLID"],
)
def test_what_has_surfaces_is_read(tmp_path: Path, draw: Callable[[Any, Any, str], None]) -> None:
    document = drawing()
    draw(HOUSE, document.modelspace(), "Tường")
    model = load(document, tmp_path)
    assert (model.format, model.unit, model.up_axis, model.extents_m) == ("DXF", "m", "z", (10, 8, 6))
    (element,) = model.scene.table.elements
    assert (element.name, element.class_name, element.part) == ("Tường", "Tường", Part.BUILDING)
    t = model.scene.triangles_m.astype(np.float64)
    assert abs(np.einsum("ij,ij->i", t[:, 0], np.cross(t[:, 1], t[:, 2])).sum() / 6) == pytest.approx(480)


def test_a_polygon_mesh_is_read(tmp_path: Path) -> None:
    document = drawing()
    mesh = document.modelspace().add_polymesh((3, 4))
    for m in range(3):
        for n in range(4):
            mesh.set_mesh_vertex((m, n), (5 * m, 4 * n, 3 * (m == 1)))
    assert load(document, tmp_path).extents_m == (10, 12, 3)


@pytest.mark.parametrize(("code", "metres", "name"), [(1, 0.0254, "in"), (2, 0.3048, "ft"), (4, 0.001, "mm")])
def test_the_unit_of_the_header(tmp_path: Path, code: int, metres: float, name: str) -> None:
    document = drawing(unit=code)
    block((0, 0, 0), (10 / metres, 8 / metres, 6 / metres)).render_mesh(document.modelspace())
    model = load(document, tmp_path)
    assert model.unit == name
    np.testing.assert_allclose(model.extents_m, (10, 8, 6), rtol=1e-6)


def test_without_a_unit_it_is_guessed(tmp_path: Path) -> None:
    document = drawing(unit=0)
    block((0, 0, 0), (10_000, 8_000, 6_000)).render_mesh(document.modelspace())
    model = load(document, tmp_path)
    assert (model.unit, model.extents_m) == ("mm", (10, 8, 6))
    assert model.assumptions[0].startswith("unit mm, guessed")


def test_blocks_are_placed_turned_and_in_rows(tmp_path: Path) -> None:
    document = drawing()
    window = document.blocks.new("Cửa sổ S1")
    PANE.render_mesh(window)
    pair = document.blocks.new("Pair")
    pair.add_blockref("Cửa sổ S1", (0, 0, 0))
    space = document.modelspace()
    HOUSE.render_mesh(space, dxfattribs={"layer": "Walls"})
    space.add_blockref("Cửa sổ S1", (1, -0.05, 1), dxfattribs={"layer": "A-GLAZ"})
    space.add_blockref("Pair", (10.05, 2, 1), dxfattribs={"layer": "A-GLAZ", "rotation": 90})
    space.add_blockref(
        "Cửa sổ S1", (1, -0.05, 4), dxfattribs={"layer": "A-GLAZ", "column_count": 3, "column_spacing": 3}
    )
    model = load(document, tmp_path)
    elements = [(e.name, e.class_name, e.part) for e in model.scene.table.elements]
    assert elements == [
        ("Walls", "Walls", Part.BUILDING),
        ("Cửa sổ S1", "A-GLAZ", Part.OPENING),
        ("Cửa sổ S1.2", "A-GLAZ", Part.OPENING),
        ("Cửa sổ S1.3", "A-GLAZ", Part.OPENING),
    ]
    scene = model.scene
    low = scene.triangles_m[scene.face_elements == 0].min(axis=(0, 1))
    turned = scene.triangles_m[scene.face_elements == 2] - low
    assert (turned.min(axis=(0, 1)), turned.max(axis=(0, 1))) == (
        pytest.approx((10, 2, 1), abs=1e-4),
        pytest.approx((10.05, 4, 2), abs=1e-4),
    )
    row = scene.triangles_m[scene.face_elements == 3] - low
    assert (len(row), row[..., 0].max()) == (36, pytest.approx(9, abs=1e-4))
    assert "3 windows (Cửa sổ S1, Cửa sổ S1.2, Cửa sổ S1.3) without a material are drawn as glass" in model.assumptions


@pytest.mark.parametrize("nested", [False, True])
def test_a_grid_of_blocks_stands_where_each_of_its_copies_would(tmp_path: Path, nested: bool) -> None:
    document = drawing()
    PANE.render_mesh(document.blocks.new("Pane"))
    holder = document.blocks.new("Holder")
    holder.add_blockref("Pane", (0.3, 0.2, 0.1))
    space = document.modelspace()
    HOUSE.render_mesh(space, dxfattribs={"layer": "Walls"})
    space.add_blockref(
        "Holder" if nested else "Pane",
        (1, 2, 3),
        dxfattribs={
            "rotation": 30,
            "xscale": -1,
            "yscale": 2,
            "extrusion": (0, 1, 0),
            "column_count": 3,
            "column_spacing": 3,
            "row_count": 2,
            "row_spacing": 1.5,
        },
    )
    [grid] = space.query("INSERT")
    copies = [part for copy in grid.multi_insert() for part in copy.virtual_entities()]
    if nested:
        copies = [part for copy in copies for part in copy.virtual_entities()]
    expected = np.concatenate([[tuple(p) for p in part.vertices] for part in copies])
    model = load(document, tmp_path)
    scene = model.scene
    low = scene.triangles_m[scene.face_elements == 0].min(axis=(0, 1))
    panes = scene.triangles_m[scene.face_elements > 0].reshape(-1, 3) - low
    assert len(panes) == 6 * 36
    np.testing.assert_allclose(sorted(set(map(tuple, panes.round(3)))), sorted(set(map(tuple, expected.round(3)))))
    # Each pane in a block of its own is an element; those of one grid are one.
    assert len(scene.table.elements) == (7 if nested else 2)


def test_layers_that_are_off_or_frozen_are_hidden(tmp_path: Path) -> None:
    document = drawing()
    space = document.modelspace()
    document.layers.add("Off").off()
    document.layers.add("Frozen").freeze()
    HOUSE.render_mesh(space, dxfattribs={"layer": "Walls"})
    HOUSE.render_mesh(space, dxfattribs={"layer": "Off"})
    HOUSE.render_3dfaces(space, dxfattribs={"layer": "Frozen"})
    space.add_line((0, 0), (99, 0))
    model = load(document, tmp_path)
    assert [e.name for e in model.scene.table.elements] == ["Walls"]
    assert model.hidden == (
        "Frozen: a layer that is off, 12 on it",
        "Off: a layer that is off, 1 on it",
        "1 of LINE: lines and text, no surfaces",
    )


def test_true_colours_are_materials_and_numbered_ones_are_not(tmp_path: Path) -> None:
    document = drawing()
    space = document.modelspace()
    rgb = (150, 60, 45)
    document.layers.add("Roof", true_color=ezdxf.rgb2int(rgb))
    document.layers.add("Walls", color=3)
    document.layers.add("Panes", true_color=ezdxf.rgb2int((90, 120, 130)), transparency=0.7)
    for row, name in enumerate(("Roof", "Walls", "Panes", "Bare")):
        block((20 * row, 0, 0), (20 * row + 10, 8, 6)).render_mesh(space, dxfattribs={"layer": name})
    block((90, 0, 0), (99, 8, 6)).render_mesh(
        space, dxfattribs={"layer": "Walls", "true_color": ezdxf.rgb2int((0, 0, 255))}
    )
    model = load(document, tmp_path)
    table = model.scene.table
    found = {e.name: table.materials[e.material] for e in table.elements}
    np.testing.assert_allclose(found["Roof"].base_color, srgb_to_linear(np.array(rgb) / 255), atol=1e-6)
    assert round(found["Panes"].transmission, 2) == 0.7
    assert found["Walls"].base_color == found["Bare"].base_color == (0.6, 0.6, 0.6)
    assert found["Walls.Walls"].base_color == (0, 0, 1)
    assert model.assumptions == ("the numbered colours of layers tell them apart and are no materials",)


def test_a_flat_drawing_is_refused(tmp_path: Path) -> None:
    document = drawing()
    space = document.modelspace()
    for x in range(5):
        space.add_line((x, 0), (x, 9))
    space.add_solid([(0, 0), (1, 0), (0, 1)])
    with pytest.raises(
        FileFormatError, match=r"a flat drawing of 6 lines without surfaces; .* give the drawing as \.png"
    ):
        load(document, tmp_path)


def test_solids_with_curved_faces_are_left_out_and_said(tmp_path: Path) -> None:
    document = drawing()
    solid = document.modelspace().add_3dsolid()
    solid.sat = ["400 0 1 0", "20 nothing that is known"]
    with pytest.raises(FileFormatError, match="1 solids have curved faces, which are not read; export meshes"):
        load(document, tmp_path)
    HOUSE.render_mesh(document.modelspace(), dxfattribs={"layer": "Walls"})
    model = load(document, tmp_path)
    assert model.warnings[0].startswith("1 solids with curved faces are left out")


def test_everything_off_says_which_layer(tmp_path: Path) -> None:
    document = drawing()
    document.layers.add("Off").off()
    HOUSE.render_mesh(document.modelspace(), dxfattribs={"layer": "Off"})
    with pytest.raises(FileFormatError, match="on layers that are off, as 'Off'; switch them on"):
        load(document, tmp_path)


def test_blocks_that_multiply_are_refused_soon(tmp_path: Path) -> None:
    document = drawing()
    document.blocks.new("empty")
    row = document.blocks.new("row")
    row.add_blockref("empty", (0, 0), dxfattribs={"column_count": 2500, "column_spacing": 3})
    for y in range(5):
        document.modelspace().add_blockref("row", (0, y, 0))
    with pytest.raises(FileFormatError, match="more than 10000 blocks are placed; explode or join"):
        load(document, tmp_path)


def test_blocks_that_lie_too_deep_are_refused(tmp_path: Path) -> None:
    document = drawing()
    PANE.render_mesh(document.blocks.new("b0"))
    for level in range(1, 258):
        document.blocks.new(f"b{level}").add_blockref(f"b{level - 1}", (1, 0, 0))
    document.modelspace().add_blockref("b257", (0, 0, 0))
    with pytest.raises(FileFormatError, match="its blocks lie deeper than 256 in each other"):
        load(document, tmp_path)


@pytest.mark.parametrize("version", ["R12", "R2000", "R2018"])
def test_versions(tmp_path: Path, version: str) -> None:
    document = drawing(version=version)
    HOUSE.render_3dfaces(document.modelspace(), dxfattribs={"layer": "Walls"})
    assert load(document, tmp_path).extents_m == (10, 8, 6)


def test_an_empty_model_space_is_said(tmp_path: Path) -> None:
    document = drawing()
    HOUSE.render_mesh(document.layout("Layout1"))
    with pytest.raises(FileFormatError, match="its model space is empty; draw or paste the model there"):
        load(document, tmp_path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda t: t[: t.index("ENTITIES")], "the DXF ends before EOF; copy or export it again"),
        (lambda t: t[:-6], "the DXF ends before EOF; copy or export it again"),
        (lambda t: t.replace("ENDTAB", "70\nten"), "damaged"),
    ],
    ids=["cut", "cut late", "tag"],
)
def test_a_damaged_file_is_refused(tmp_path: Path, damage: Callable[[str], str], message: str) -> None:
    path = tmp_path / "house.dxf"
    document = drawing()
    HOUSE.render_mesh(document.modelspace())
    document.saveas(path)
    path.write_text(damage(path.read_text()))
    with pytest.raises(FileFormatError, match=message) as caught:
        load_isolated(path)
    assert caught.value.message.startswith(str(path)) and "\n" not in caught.value.message
