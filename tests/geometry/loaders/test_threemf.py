"""3MF: units, components, colours, ceilings."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from archviz.core.errors import FileFormatError
from archviz.core.tone import srgb_to_linear
from archviz.geometry import load_isolated
from archviz.geometry.loaders.threemf import read_3mf
from tests.geometry.loaders.files import WALLS
from tests.geometry.shapes import Mesh, box

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
COLORS = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
PANE = box((0, 0, 0), (2, 0.1, 1))


def mesh_xml(mesh: Mesh, *, tail: list[str] | None = None) -> str:
    points, faces = mesh
    vertices = "".join(f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in points)
    rows = enumerate(faces.tolist())
    triangles = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}" {tail[i] if tail else ""}/>' for i, (a, b, c) in rows)
    return f"<mesh><vertices>{vertices}</vertices><triangles>{triangles}</triangles></mesh>"


def write(folder: Path, resources: str, items: str, *, unit: str = "meter", name: str = "3D/3dmodel.model") -> Path:
    path = folder / "house.3mf"
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><model unit="{unit}" xmlns="{CORE}" xmlns:m="{COLORS}">'
        f"<resources>{resources}</resources><build>{items}</build></model>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, text)
    return path


def child(number: int) -> str:
    return f'<component objectid="{number}"/>'


WALLS_XML = f'<object id="1" name="Walls" type="model">{mesh_xml(WALLS)}</object>'


@pytest.mark.parametrize(("unit", "metres", "name"), [("millimeter", 0.001, "mm"), ("foot", 0.3048, "ft")])
def test_the_unit_is_applied(tmp_path: Path, unit: str, metres: float, name: str) -> None:
    mesh = mesh_xml((WALLS[0] / metres, WALLS[1]))
    path = write(tmp_path, f'<object id="7">{mesh}</object>', '<item objectid="7"/>', unit=unit)
    model = load_isolated(path)
    assert (model.format, model.unit, model.up_axis) == ("3MF", name, "z")
    np.testing.assert_allclose(model.extents_m, (10, 8, 6), rtol=1e-6)
    assert [e.name for e in model.scene.table.elements] == ["object 7"]


def test_components_are_placed(tmp_path: Path) -> None:
    window = f'<object id="2" name="Cửa sổ">{mesh_xml(PANE)}</object>'
    pair = (
        '<object id="3" name="Pair"><components><component objectid="2"/>'
        '<component objectid="2" transform="-1 0 0 0 1 0 0 0 1 9 0 0"/></components></object>'
    )
    # Row vectors: x goes to y, y to -x, then a shift.
    turn = '<item objectid="3" transform="0 1 0 -1 0 0 0 0 1 20 30 2"/>'
    path = write(tmp_path, WALLS_XML + window + pair, '<item objectid="1"/>' + turn)
    raw = read_3mf(path)
    assert [(p.name, p.group) for p in raw.parts] == [("Walls", ""), ("Cửa sổ", "Pair"), ("Cửa sổ", "Pair")]
    for part, (low, high) in zip(raw.parts[1:], ((30, 32), (37, 39)), strict=True):
        points = part.points
        np.testing.assert_allclose(points.min(axis=0), (19.9, low, 2))
        np.testing.assert_allclose(points.max(axis=0), (20, high, 3))
        a, b, c = (points[part.faces[:, i]] - points.mean(axis=0) for i in range(3))
        assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6 == pytest.approx(0.2)


def test_colours_of_objects_and_triangles(tmp_path: Path) -> None:
    base = (
        '<basematerials id="5"><base name="Gạch" displaycolor="#963C2DFF"/>'
        '<base name="Pane" displaycolor="#78A0AA40"/></basematerials>'
        '<m:colorgroup id="6"><m:color color="#0000FF"/></m:colorgroup>'
    )
    tail = ['pid="6" p1="0"'] * 2 + ['p1="1"'] * 3 + [""] * 7
    house = f'<object id="1" name="House" pid="5" pindex="0">{mesh_xml(WALLS, tail=tail)}</object>'
    raw = read_3mf(write(tmp_path, base + house, '<item objectid="1"/>'))
    found = {raw.materials[p.material].name: (len(p.faces), raw.materials[p.material]) for p in raw.parts}
    assert {name: count for name, (count, _) in found.items()} == {"Gạch": 7, "Pane": 3, "color 0000ff": 2}
    np.testing.assert_allclose(found["Gạch"][1].base_color, srgb_to_linear(np.array((150, 60, 45)) / 255), atol=1e-6)
    assert found["Pane"][1].transmission == pytest.approx(1 - 64 / 255)


@pytest.mark.parametrize(
    ("resources", "items", "how", "message"),
    [
        (WALLS_XML, '<item objectid="9"/>', {}, "object '9' does not exist"),
        (WALLS_XML.replace('v1="0"', 'v1="99"'), '<item objectid="1"/>', {}, "names a vertex that does not exist"),
        (WALLS_XML, '<item objectid="1"/>', {"unit": "league"}, "unit 'league' is not known"),
        (WALLS_XML, '<item objectid="1" transform="1 2 3"/>', {}, "damaged"),
        (
            '<object id="1"><components><component objectid="1"/></components></object>',
            '<item objectid="1"/>',
            {},
            "holds itself",
        ),
        (
            '<object id="0"><components/></object>'
            + "".join(f'<object id="{i}"><components>{child(i - 1) * 9}</components></object>' for i in range(1, 9)),
            '<item objectid="8"/>',
            {},
            "more than 10000 parts are placed",
        ),
    ],
    ids=["item", "vertex", "unit", "transform", "cycle", "bomb"],
)
def test_damaged_files_are_refused(
    tmp_path: Path, resources: str, items: str, how: dict[str, str], message: str
) -> None:
    with pytest.raises(FileFormatError, match=message) as caught:
        load_isolated(write(tmp_path, resources, items, **how))
    assert "\n" not in caught.value.message


def test_entities_and_bombs_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "<!DOCTYPE x>", "")
    with pytest.raises(FileFormatError, match="entities, which are not read"):
        load_isolated(path)
    path = write(tmp_path, " " * 30_000_000, "")
    with pytest.raises(FileFormatError, match="unpacks to more than 50 times its size"):
        load_isolated(path)
