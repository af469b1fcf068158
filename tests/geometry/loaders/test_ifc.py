"""IFC: schemas, classes, cuts, materials, place and north."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.errors import FileFormatError, GeometryError
from archviz.core.material import TextureFamily
from archviz.core.place import Place
from archviz.core.tone import srgb_to_linear
from archviz.geometry import LoadedModel, load_isolated
from archviz.geometry.scene import Scene
from tests.geometry.loaders.ifc_files import IfcBuilding
from tests.geometry.shapes import box

WALL = box((0, 0, 0), (10, 0.3, 3))
PANE = box((4, 0.1, 1), (6, 0.15, 2.5))
HOLE = box((4, -0.1, 1), (6, 0.4, 2.5))
BLOCK = box((0, 0, 0), (4, 3, 3))


def load(building: IfcBuilding, folder: Path) -> LoadedModel:
    path = folder / "house.ifc"
    building.file.write(str(path))
    return load_isolated(path)


def one(kind: str, name: str | None = "E", schema: str = "IFC4", **how) -> IfcBuilding:
    building = IfcBuilding(schema)
    building.add(kind, name, BLOCK, **how)
    return building


def volume(scene: Scene, row: int) -> float:
    t = scene.triangles_m[scene.face_elements == row].astype(np.float64)
    return float(np.einsum("ij,ij->i", t[:, 0], np.cross(t[:, 1], t[:, 2])).sum() / 6)


@pytest.mark.parametrize("unit", ["METERS", "MILLIMETERS"])
@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4", "IFC4X3_ADD2"])
def test_a_wall_is_cut_by_its_window_in_every_schema(tmp_path: Path, schema: str, unit: str) -> None:
    building = IfcBuilding(schema, unit=unit)
    wall = building.add("IfcWall", "South wall", WALL, color=(200, 60, 40))
    void = building.add("IfcOpeningElement", "Void", HOLE)
    building.api.feature.add_feature(building.file, feature=void, element=wall)
    window = building.add("IfcWindow", "Cửa sổ 1", PANE)
    building.api.feature.add_filling(building.file, opening=void, element=window)
    room = building.make("IfcSpace", "Room 101")
    building.api.aggregate.assign_object(building.file, products=[room], relating_object=building.storey)
    building.shape(room, (box((0, 0.3, 0), (10, 9, 3)), None))
    model = load(building, tmp_path)
    assert (model.format, model.unit, model.up_axis) == ("IFC", "mm" if unit == "MILLIMETERS" else "m", "z")
    np.testing.assert_allclose(model.extents_m, (10, 0.3, 3), atol=1e-5)
    elements = {e.name: (e.class_name, e.part) for e in model.scene.table.elements}
    assert elements == {"South wall": ("IfcWall", Part.BUILDING), "Cửa sổ 1": ("IfcWindow", Part.OPENING)}
    rows = {e.name: row for row, e in enumerate(model.scene.table.elements)}
    assert volume(model.scene, rows["South wall"]) == pytest.approx(10 * 0.3 * 3 - 2 * 0.3 * 1.5, rel=1e-4)
    assert volume(model.scene, rows["Cửa sổ 1"]) == pytest.approx(2 * 0.05 * 1.5, rel=1e-3)
    assert set(model.hidden) == {
        "Void (IfcOpeningElement): the void of an opening",
        "Room 101 (IfcSpace): a room's volume",
    }
    wall_material = model.scene.table.materials[model.scene.table.elements[rows["South wall"]].material]
    np.testing.assert_allclose(wall_material.base_color, srgb_to_linear(np.array((200, 60, 40)) / 255), atol=1e-6)
    assert model.assumptions == ("1 window (Cửa sổ 1) without a material is drawn as glass",)
    assert model.warnings == ()


@pytest.mark.parametrize(
    ("kind", "name", "part"),
    [
        ("IfcWindow", "M_Fixed frame:0915", Part.OPENING),
        ("IfcDoor", "0915", Part.OPENING),
        ("IfcSlab", "Road slab", Part.BUILDING),
        ("IfcRailing", "Glass", Part.BUILDING),
        ("IfcFurniture", "Potted plant", Part.BUILDING),
        ("IfcGeographicElement", "Terrain", Part.GROUND),
        ("IfcGeographicElement", "Tree 4", Part.SURROUNDINGS),
        ("IfcBuildingElementProxy", "Tree 4", Part.SURROUNDINGS),
        ("IfcBuildingElementProxy", "Box", Part.BUILDING),
        ("IfcCurtainWall", "CW", Part.OPENING),
        ("IfcPlate", "P", Part.BUILDING),
        ("IfcMember", "M", Part.BUILDING),
        ("IfcPavement", "P", Part.GROUND),
        ("IfcVehicle", "Bus", Part.SURROUNDINGS),
    ],
)
def test_classes_are_roles(tmp_path: Path, kind: str, name: str, part: Part) -> None:
    schema = "IFC4X3_ADD2" if kind in ("IfcPavement", "IfcVehicle") else "IFC4"
    (element,) = load(one(kind, name, schema), tmp_path).scene.table.elements
    assert (element.name, element.class_name, element.part) == (name, kind, part)


def test_the_site_is_ground(tmp_path: Path) -> None:
    building = one("IfcWall")
    building.shape(building.site, (box((-20, -20, -1), (20, 20, 0)), None))
    model = load(building, tmp_path)
    assert {e.class_name: e.part for e in model.scene.table.elements}["IfcSite"] is Part.GROUND
    # The base of the building is the origin, not that of its ground.
    assert model.scene.bounds().low[2] == pytest.approx(-1)


def test_panes_of_a_curtain_wall_are_glass_and_its_mullions_are_not(tmp_path: Path) -> None:
    building = IfcBuilding("IFC4")
    wall = building.make("IfcCurtainWall", "Front")
    building.api.spatial.assign_container(building.file, products=[wall], relating_structure=building.storey)
    building.add("IfcPlate", "pane", PANE, inside=wall)
    building.add("IfcPlate", "panel", BLOCK, color=(90, 90, 90), inside=wall)
    building.add("IfcMember", "mullion", WALL, inside=wall)
    table = load(building, tmp_path).scene.table
    found = {e.name: (e.part, table.materials[e.material].transmission > 0.5) for e in table.elements}
    assert found == {
        "pane": (Part.OPENING, True),
        "panel": (Part.BUILDING, False),
        "mullion": (Part.BUILDING, False),
    }


def test_frame_and_pane_of_one_window_are_two_elements(tmp_path: Path) -> None:
    building = IfcBuilding("IFC4")
    window = building.make("IfcWindow", "W1")
    frame = building.style("White lacquer", (240, 240, 235))
    clear = building.style("Pane", (120, 160, 170), transparency=0.7)
    building.shape(window, (BLOCK, frame), (PANE, clear))
    table = load(building, tmp_path).scene.table
    found = {e.name: round(table.materials[e.material].transmission, 3) for e in table.elements}
    assert found == {"W1.White lacquer": 0.0, "W1.Pane": 0.7}


def test_a_material_without_a_colour_still_has_its_name(tmp_path: Path) -> None:
    building = IfcBuilding("IFC4")
    building.add("IfcWall", "brick wall", BLOCK, material="Gạch đỏ")
    building.add("IfcWall", "glass wall", box((9, 0, 0), (12, 1, 3)), material="Glass, clear")
    table = load(building, tmp_path).scene.table
    found = {e.name: (e.part, table.materials[e.material].name) for e in table.elements}
    assert found == {"brick wall": (Part.BUILDING, "Gạch đỏ"), "glass wall": (Part.OPENING, "Glass, clear")}


@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4"])
def test_the_style_of_a_material_colours_what_is_made_of_it(tmp_path: Path, schema: str) -> None:
    building = one("IfcWall", material="Brick", schema=schema)
    material = building.file.by_type("IfcMaterial")[0]
    style = building.style("Brick, red", (150, 60, 45))
    building.api.style.assign_material_style(building.file, material=material, style=style, context=building.body)
    (found,) = load(building, tmp_path).scene.table.materials
    assert (found.name, found.family) == ("Brick, red", TextureFamily.BRICK)
    np.testing.assert_allclose(found.base_color, srgb_to_linear(np.array((150, 60, 45)) / 255), atol=1e-6)


def test_the_first_layer_names_a_wall(tmp_path: Path) -> None:
    building = one("IfcWall")
    layers = building.api.material.add_material_set(building.file, name="Wall", set_type="IfcMaterialLayerSet")
    for name in ("Stone cladding", "Insulation"):
        material = building.api.material.add_material(building.file, name=name)
        layer = building.api.material.add_layer(building.file, layer_set=layers, material=material)
        building.api.material.edit_layer(building.file, layer=layer, attributes={"LayerThickness": 50.0})
    wall = building.file.by_type("IfcWall")[0]
    building.api.material.assign_material(building.file, products=[wall], material=layers)
    (found,) = load(building, tmp_path).scene.table.materials
    assert (found.name, found.family) == ("Stone cladding", TextureFamily.STONE)


def test_other_representations_than_the_body_are_not_drawn(tmp_path: Path) -> None:
    building = one("IfcWall")
    file, wall = building.file, building.file.by_type("IfcWall")[0]
    corner = file.createIfcCartesianPoint((0.0, 0.0, 0.0))
    limits = file.createIfcBoundingBox(corner, 99_000.0, 99_000.0, 99_000.0)
    context = building.api.context.add_context(
        file, context_type="Model", context_identifier="Box", target_view="MODEL_VIEW", parent=building.model
    )
    whole = file.createIfcShapeRepresentation(context, "Box", "BoundingBox", [limits])
    wall.Representation.Representations = (*wall.Representation.Representations, whole)
    assert load(building, tmp_path).extents_m == (4, 3, 3)


def test_an_element_without_a_name_has_its_class_and_tag(tmp_path: Path) -> None:
    building = one("IfcWall", None)
    building.file.by_type("IfcWall")[0].Tag = "347712"
    assert load(building, tmp_path).scene.table.elements[0].name == "IfcWall 347712"


def test_far_from_the_origin_nothing_is_lost(tmp_path: Path) -> None:
    model = load(one("IfcWall", at_m=(586_123.4, 1_197_456.7, 12.5)), tmp_path)
    # Single precision would round coordinates so far out to an eighth of a metre.
    np.testing.assert_allclose(model.extents_m, (4, 3, 3), atol=1e-5)
    assert model.assumptions[0].startswith("moved to the origin from 586125.4, 1197458.2, 12.5 m")


def test_place_and_true_north(tmp_path: Path) -> None:
    building = one("IfcWall")
    building.site.RefLatitude, building.site.RefLongitude = (10, 49, 12, 345678), (-106, -37, -48, -500000)
    # North lies 30 degrees to the right of +Y.
    building.model.TrueNorth = building.file.createIfcDirection((math.sin(math.pi / 6), math.cos(math.pi / 6)))
    model = load(building, tmp_path)
    assert model.place == Place(latitude_deg=10.820096022, longitude_deg=-106.630138889)
    assert model.north_deg == pytest.approx(30, abs=1e-5)


def test_the_norths_of_the_map(tmp_path: Path) -> None:
    building = one("IfcWall")
    building.api.georeference.add_georeferencing(building.file)
    # The model's +X points to the map's north.
    building.api.georeference.edit_georeferencing(
        building.file, coordinate_operation={"XAxisAbscissa": 0.0, "XAxisOrdinate": 1.0}
    )
    assert load(building, tmp_path).north_deg == pytest.approx(90)


@pytest.mark.parametrize(
    ("latitude", "longitude", "warned"), [((0, 0, 0), (0, 0, 0), False), ((99, 0, 0), (10, 0, 0), True)]
)
def test_a_place_that_nobody_entered_is_none(
    tmp_path: Path, latitude: tuple[int, ...], longitude: tuple[int, ...], warned: bool
) -> None:
    building = one("IfcWall")
    building.site.RefLatitude, building.site.RefLongitude = latitude, longitude
    model = load(building, tmp_path)
    assert (model.place, any("place" in w for w in model.warnings)) == (None, warned)


@pytest.mark.parametrize(
    "kind", ["IfcVirtualElement", "IfcAnnotation", "IfcReinforcingBar", "IfcGrid", "IfcSpatialZone"]
)
def test_what_is_not_seen_is_hidden(tmp_path: Path, kind: str) -> None:
    building = one("IfcWall")
    unseen = building.make(kind, "unseen")
    building.shape(unseen, (box((0, 0, 0), (99, 99, 99)), None))
    model = load(building, tmp_path)
    (hidden,) = model.hidden
    assert hidden.startswith(f"unseen ({kind}): ") and model.extents_m == (4, 3, 3)


@pytest.mark.parametrize("pattern", ["unseen", "IfcVirtual*"])
def test_what_is_hidden_is_shown_when_asked_for(tmp_path: Path, pattern: str) -> None:
    building = one("IfcWall")
    building.shape(building.make("IfcVirtualElement", "unseen"), (box((0, 0, 0), (9, 9, 9)), None))
    building.file.write(str(tmp_path / "shown.ifc"))
    model = load_isolated(tmp_path / "shown.ifc", show=[pattern])
    assert "unseen" in {e.name for e in model.scene.table.elements}
    assert (model.hidden, model.warnings) == ((), ())


def test_many_cuts_are_counted(tmp_path: Path) -> None:
    building = one("IfcWall")
    wall = building.file.by_type("IfcWall")[0]
    for row in range(21):
        void = building.add("IfcOpeningElement", f"V{row}", box((9, 9, row), (9.1, 9.1, row + 0.5)))
        building.api.feature.add_feature(building.file, feature=void, element=wall)
    assert load(building, tmp_path).hidden == ("21 of IfcOpeningElement (IfcOpeningElement): the void of an opening",)


def test_only_rooms_is_nothing_to_draw(tmp_path: Path) -> None:
    building = IfcBuilding("IFC4")
    room = building.make("IfcSpace", "Room")
    building.shape(room, (BLOCK, None))
    with pytest.raises(GeometryError, match="no triangles"):
        load(building, tmp_path)


def test_shapes_that_fail_are_said(tmp_path: Path) -> None:
    building = one("IfcWall", "good")
    building.add("IfcSlab", "broken", WALL)
    faces = building.file.by_type("IfcPolygonalFaceSet")[-1].Faces
    faces[0].CoordIndex = (1, 2, 99)
    model = load(building, tmp_path)
    assert [e.name for e in model.scene.table.elements] == ["good"]
    assert model.warnings[0] == "1 elements have a shape that cannot be read and are left out: broken"
    assert "faults were found while reading" in model.warnings[1] and "index 99" in model.warnings[1]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda t: t.replace("FILE_SCHEMA(('IFC4'))", "FILE_SCHEMA(('IFC9'))"), "IFC9; export IFC 2x3, 4 or 4x3"),
        (lambda t: t[: t.index("DATA;") + 40], "ends before END-ISO-10303-21; copy or export it again"),
        (lambda t: t[:-20], "ends before END-ISO-10303-21; copy or export it again"),
        (lambda t: t.replace("=IFCWALL('", "=IFCWALL("), "a line of the IFC is damaged"),
        (lambda t: t.replace("IFCWALL(", "IFCNOTHING("), "no triangles|damaged"),
    ],
    ids=["schema", "cut", "cut late", "syntax", "class"],
)
def test_damaged_files_are_refused(tmp_path: Path, damage, message: str) -> None:
    path = tmp_path / "house.ifc"
    one("IfcWall").file.write(str(path))
    path.write_text(damage(path.read_text()))
    with pytest.raises((FileFormatError, GeometryError), match=message) as caught:
        load_isolated(path)
    assert caught.value.message.startswith(str(path)) and "\n" not in caught.value.message
