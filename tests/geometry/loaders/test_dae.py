"""Collada: unit, axis, names and transparency."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from archviz.core.errors import FileFormatError
from archviz.core.tone import srgb_to_linear
from archviz.geometry import load_isolated
from archviz.geometry.loaders.dae import read_dae
from tests.geometry.loaders.files import WALLS, dae_text, y_up


@pytest.mark.parametrize("up", ["Y_UP", "Z_UP", "X_UP"])
@pytest.mark.parametrize(("unit", "name"), [(0.0254, "in"), (1.0, "m"), (0.001, "mm")])
def test_unit_and_axis_are_applied(tmp_path: Path, unit: float, name: str, up: str) -> None:
    points = WALLS[0] / unit
    # X up: right is -Y, up is +X, towards the viewer is +Z.
    turned = {"Y_UP": y_up(points), "Z_UP": points, "X_UP": points[:, [2, 0, 1]] * (1, -1, -1)}[up]
    path = tmp_path / "house.dae"
    path.write_text(dae_text(turned, WALLS[1], unit=unit, up=up))
    model = load_isolated(path)
    assert (model.format, model.unit, model.up_axis) == ("Collada", name, up[0].lower())
    np.testing.assert_allclose(model.extents_m, (10, 8, 6), rtol=1e-4)
    triangles = model.scene.triangles_m.astype(np.float64)
    volume = np.einsum("ij,ij->i", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])).sum() / 6
    assert volume == pytest.approx(480, rel=1e-3)


def test_nodes_materials_and_transforms(tmp_path: Path) -> None:
    path = tmp_path / "house.dae"
    path.write_text(dae_text(WALLS[0], WALLS[1], unit=1.0, up="Z_UP"))
    raw = read_dae(path)
    assert raw.parts[0].name == "Facade"
    assert raw.parts[0].points[:, 0].min() == pytest.approx(95)
    material = raw.materials[raw.parts[0].material]
    assert material.name == "Lime"
    np.testing.assert_allclose(material.base_color, srgb_to_linear((0.5, 0.75, 0.25)), rtol=1e-6)
    assert material.transmission == pytest.approx(0.6)


def test_a_given_unit_overrules_the_file(tmp_path: Path) -> None:
    path = tmp_path / "house.dae"
    path.write_text(dae_text(WALLS[0], WALLS[1], unit=0.0254, up="Z_UP"))
    assert load_isolated(path, unit="m").extents_m == (10, 8, 6)
    small = load_isolated(path)
    assert small.warnings == ("the building is 0.1524 m high; --unit tells another unit",)


def test_a_component_placed_twice_is_two_elements(tmp_path: Path) -> None:
    text = dae_text(WALLS[0], WALLS[1], unit=1.0, up="Z_UP")
    start, end = text.index('<node id="n"'), text.index("</node>") + len("</node>")
    node = text[start:end]
    placed = "".join(
        f'<node name="place {x}"><translate>{x} 0 0</translate><instance_node url="#n"/></node>' for x in (0, 30)
    )
    text = text[:start] + placed + text[end:]
    text = text.replace("<library_visual_scenes>", f"<library_nodes>{node}</library_nodes><library_visual_scenes>")
    path = tmp_path / "a.dae"
    path.write_text(text)
    model = load_isolated(path)
    assert [e.name for e in model.scene.table.elements] == ["Facade", "Facade.2"]
    assert model.extents_m == (40, 8, 6)


def test_concave_polygons_keep_their_area(tmp_path: Path) -> None:
    ell = np.array([(3, 0, 0), (3, 0, 1), (1, 0, 1), (1, 0, 3), (0, 0, 3), (0, 0, 0)], float)
    text = dae_text(ell, np.array([(0, 1, 2)]), unit=1.0, up="Z_UP")
    start, end = text.index("<triangles"), text.index("</triangles>") + len("</triangles>")
    polylist = (
        '<polylist count="1" material="sym"><input semantic="VERTEX" source="#v" offset="0"/>'
        "<vcount>6</vcount><p>0 1 2 3 4 5</p></polylist>"
    )
    path = tmp_path / "a.dae"
    path.write_text(text[:start] + polylist + text[end:])
    triangles = load_isolated(path).scene.triangles_m
    area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1) / 2
    assert area.sum() == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda t: t[: len(t) // 2], "damaged"),
        (lambda t: t.replace("<p>0 ", "<p>99 "), "damaged|names a vertex"),
        (lambda t: t.replace('<unit name="u"', '<!DOCTYPE x [<!ENTITY a "b">]><unit name="u"'), "entities"),
        (lambda t: t.replace("<instance_visual_scene", "<nothing"), "no scene|damaged"),
        (lambda t: t.replace("10", "1e99"), "."),
    ],
    ids=["cut", "index", "entity", "no scene", "huge"],
)
def test_damaged_files_are_refused(tmp_path: Path, damage, message: str) -> None:
    path = tmp_path / "house.dae"
    path.write_text(damage(dae_text(WALLS[0], WALLS[1], unit=1.0, up="Z_UP")))
    with pytest.raises(FileFormatError, match=message) as caught:
        load_isolated(path)
    assert "\n" not in caught.value.message
