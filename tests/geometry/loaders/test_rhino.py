"""Rhino 3DM: layers, blocks, materials, meshes of surfaces, place and north."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.errors import FileFormatError, GeometryError
from archviz.core.tone import srgb_to_linear
from archviz.geometry import LoadedModel, load_isolated
from tests.geometry.loaders.reference import rhino_mesh
from tests.geometry.shapes import box

rhino3dm = pytest.importorskip("rhino3dm")

HOUSE = box((0, 0, 0), (10, 8, 6))
PANE = box((1, -0.05, 1), (3, 0, 2))


class RhinoFile:
    """A file in metres."""

    def __init__(self) -> None:
        self.file = rhino3dm.File3dm()
        self.file.Settings.ModelUnitSystem = rhino3dm.UnitSystem.Meters

    def layer(self, name: str, *, visible: bool = True, parent: int | None = None, material: int = -1) -> int:
        layer = rhino3dm.Layer()
        layer.Name, layer.Visible, layer.RenderMaterialIndex = name, visible, material
        if parent is not None:
            layer.ParentLayerId = self.file.Layers[parent].Id
        return self.file.Layers.Add(layer)

    def material(self, name: str, color: tuple[int, int, int], *, transparency: float = 0.0) -> int:
        material = rhino3dm.Material()
        material.Name, material.DiffuseColor, material.Transparency = name, (*color, 255), transparency
        return self.file.Materials.Add(material)

    def attributes(self, name: str = "", *, layer: int = 0, material: int | None = None, visible: bool = True):
        found = rhino3dm.ObjectAttributes()
        found.Name, found.LayerIndex, found.Visible = name, layer, visible
        if material is not None:
            found.MaterialIndex = material
            found.MaterialSource = rhino3dm.ObjectMaterialSource.MaterialFromObject
        return found

    def load(self, folder: Path) -> LoadedModel:
        path = folder / "house.3dm"
        assert self.file.Write(str(path), 7)
        return load_isolated(path)


def names(model: LoadedModel) -> list[str]:
    return [e.name for e in model.scene.table.elements]


def box_brep():
    return rhino3dm.Brep.CreateFromBox(rhino3dm.Box(rhino3dm.BoundingBox(0, 0, 0, 4, 3, 2)))


@pytest.mark.parametrize(
    ("unit", "metres", "name"), [("Millimeters", 0.001, "mm"), ("Feet", 0.3048, "ft"), ("Meters", 1.0, "m")]
)
def test_unit_of_the_file(tmp_path: Path, unit: str, metres: float, name: str) -> None:
    house = RhinoFile()
    house.file.Settings.ModelUnitSystem = getattr(rhino3dm.UnitSystem, unit)
    house.file.Objects.AddMesh(rhino_mesh((HOUSE[0] / metres, HOUSE[1])), house.attributes("House"))
    model = house.load(tmp_path)
    np.testing.assert_allclose(model.extents_m, (10, 8, 6), rtol=1e-5)
    assert (model.format, model.unit, model.up_axis, model.assumptions) == ("3DM", name, "z", ())


def test_far_from_the_origin_nothing_is_lost(tmp_path: Path) -> None:
    house = RhinoFile()
    shift = np.array((586_123.4, 1_197_456.7, 0))
    house.file.Objects.AddMesh(rhino_mesh((HOUSE[0] * (1, 1, 1) + shift, HOUSE[1])), house.attributes("House"))
    np.testing.assert_allclose(house.load(tmp_path).extents_m, (10, 8, 6), atol=1e-4)


def test_layers_name_and_hide(tmp_path: Path) -> None:
    house = RhinoFile()
    glass = house.material("Clear", (200, 220, 230), transparency=0.8)
    walls, off = house.layer("Walls"), house.layer("Old design", visible=False)
    child, panes = house.layer("Windows", parent=off), house.layer("Windows", material=glass)
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes(layer=walls))
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("gone", layer=off))
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("gone too", layer=child))
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("hidden", layer=walls, visible=False))
    house.file.Objects.AddMesh(rhino_mesh(PANE), house.attributes("W1", layer=panes))
    house.file.Objects.AddLine(rhino3dm.Point3d(0, 0, 0), rhino3dm.Point3d(99, 0, 0))
    model = house.load(tmp_path)
    assert [(e.name, e.class_name, e.part) for e in model.scene.table.elements] == [
        ("Walls", "Walls", Part.BUILDING),
        ("W1", "Windows", Part.OPENING),
    ]
    assert model.hidden == (
        "gone (Old design): its layer is off",
        "gone too (Old design::Windows): its layer is off",
        "hidden (Walls): hidden in Rhino",
        "1 of LineCurve: no surfaces",
    )
    pane = model.scene.table.materials[model.scene.table.elements[1].material]
    assert (pane.name, round(pane.transmission, 3)) == ("Clear", 0.8)
    np.testing.assert_allclose(pane.base_color, srgb_to_linear(np.array((200, 220, 230)) / 255), atol=1e-6)


def test_a_window_on_its_layer_without_a_material_is_glass(tmp_path: Path) -> None:
    house = RhinoFile()
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("House", layer=house.layer("Walls")))
    house.file.Objects.AddMesh(rhino_mesh(PANE), house.attributes("W1", layer=house.layer("Cua so")))
    model = house.load(tmp_path)
    assert model.assumptions == ("1 window (W1) without a material is drawn as glass",)


def test_blocks_are_placed_one_in_another(tmp_path: Path) -> None:
    house = RhinoFile()
    glass = house.material("Glazing", (100, 120, 130), transparency=0.7)
    plain = house.layer("Default")
    parent = house.attributes("", layer=plain)
    parent.MaterialSource = rhino3dm.ObjectMaterialSource.MaterialFromParent
    origin = rhino3dm.Point3d(0, 0, 0)
    row = house.file.InstanceDefinitions.Add("Window", "", "", "", origin, (rhino_mesh(PANE),), (parent,))
    window = house.file.InstanceDefinitions[row].Id
    move, mirror = rhino3dm.Transform.Translation(4, 0, 0), rhino3dm.Transform.Scale(rhino3dm.Plane.WorldXY(), -1, 1, 1)
    inner = rhino3dm.InstanceReference(window, move)
    row = house.file.InstanceDefinitions.Add("Pair", "", "", "", origin, (inner,), (parent,))
    pair = house.file.InstanceDefinitions[row].Id
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("House", layer=plain))
    house.file.Objects.AddInstanceObject(
        rhino3dm.InstanceReference(pair, rhino3dm.Transform.Translation(2, 0, 3)), house.attributes(material=glass)
    )
    house.file.Objects.AddInstanceObject(
        rhino3dm.InstanceReference(window, mirror), house.attributes("mirrored", material=glass)
    )
    model = house.load(tmp_path)
    assert names(model) == ["House", "Window", "mirrored"]
    scene = model.scene
    boxes = {}
    for i, name in enumerate(names(model)):
        points = scene.triangles_m[scene.face_elements == i]
        boxes[name] = (points.min(axis=(0, 1)).round(4).tolist(), points.max(axis=(0, 1)).round(4).tolist())
        volume = np.einsum("ij,ij->i", points[:, 0], np.cross(points[:, 1], points[:, 2])).sum() / 6
        assert volume > 0, name
    low = boxes["House"][0]
    assert np.subtract(boxes["Window"][0], low) == pytest.approx((7, -0.05, 4), abs=1e-3)
    assert np.subtract(boxes["mirrored"][0], low) == pytest.approx((-3, -0.05, 1), abs=1e-3)
    for element in scene.table.elements[1:]:
        assert (element.part, scene.table.materials[element.material].name) == (Part.OPENING, "Glazing")


def test_surfaces_need_their_render_meshes(tmp_path: Path) -> None:
    house = RhinoFile()
    house.file.Objects.AddBrep(box_brep(), house.attributes("Core"))
    with pytest.raises(FileFormatError, match=r"1 surfaces \(Core\) have no render meshes; show the model shaded"):
        house.load(tmp_path)
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("House"))
    model = house.load(tmp_path)
    assert names(model) == ["House"]
    assert model.warnings[0].startswith("1 surfaces without render meshes are left out (Core); show the model shaded")


# rhino3dm frees a mesh that it was given by SetMesh twice: the writer leaves before it tidies up.
WITH_RENDER_MESHES = """
import os, sys
import rhino3dm
from tests.geometry.loaders.reference import rhino_mesh
from tests.geometry.shapes import box

points, faces = box((0, 0, 0), (4, 3, 2))
file = rhino3dm.File3dm()
file.Settings.ModelUnitSystem = rhino3dm.UnitSystem.Meters
solid = rhino3dm.Box(rhino3dm.BoundingBox(0, 0, 0, 4, 3, 2))
kept = [rhino_mesh((points, faces[2 * row : 2 * row + 2])) for row in range(6)] + [rhino_mesh((points, faces))]
if sys.argv[2] == "Brep":
    brep = rhino3dm.Brep.CreateFromBox(solid)
    for row in range(6):
        brep.Faces[row].SetMesh(kept[row], rhino3dm.MeshType.Render)
    file.Objects.AddBrep(brep)
else:
    extrusion = rhino3dm.Extrusion.CreateBoxExtrusion(solid, True)
    extrusion.SetMesh(kept[6], rhino3dm.MeshType.Render)
    file.Objects.AddExtrusion(extrusion)
file.Write(sys.argv[1], 7)
os._exit(0)
"""


@pytest.mark.parametrize("kind", ["Brep", "Extrusion"])
def test_render_meshes_of_surfaces_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "house.3dm"
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", WITH_RENDER_MESHES, str(path), kind], cwd=root, check=True)
    model = load_isolated(path)
    assert (names(model), len(model.scene.faces), model.warnings) == ([kind], 12, ())
    assert model.extents_m == (4, 3, 2)


def test_quads_are_two_triangles(tmp_path: Path) -> None:
    house = RhinoFile()
    mesh = rhino3dm.Mesh()
    for point in ((0, 0, 0), (4, 0, 0), (4, 0, 3), (0, 0, 3), (0, 5, 0)):
        mesh.Vertices.Add(*map(float, point))
    mesh.Faces.AddFace(0, 1, 2, 3)
    mesh.Faces.AddFace(0, 1, 4)
    house.file.Objects.AddMesh(mesh, house.attributes("House"))
    triangles = house.load(tmp_path).scene.triangles_m
    area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1) / 2
    assert sorted(area) == pytest.approx([6, 6, 10])


def test_place_and_north_of_the_sun(tmp_path: Path) -> None:
    house = RhinoFile()
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("House"))
    sun = house.file.Settings.RenderSettings.Sun
    # Anticlockwise from +X: north lies 30 degrees to the right of +Y.
    sun.EnableOn, sun.Latitude, sun.Longitude, sun.North = True, 10.82, 106.63, 60.0
    model = house.load(tmp_path)
    assert model.place is not None
    assert (model.place.latitude_deg, model.place.longitude_deg) == pytest.approx((10.82, 106.63))
    assert model.north_deg == pytest.approx(30)


def test_place_and_north_of_the_anchor(tmp_path: Path) -> None:
    house = RhinoFile()
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("House"))
    anchor = house.file.Settings.EarthAnchorPoint
    anchor.EarthBasepointLatitude, anchor.EarthBasepointLongitude = 10.82, 106.63
    anchor.EarthBasepointElevation = 0.0
    anchor.ModelNorth, anchor.ModelEast = rhino3dm.Vector3d(-1, 0, 0), rhino3dm.Vector3d(0, 1, 0)
    house.file.Settings.EarthAnchorPoint = anchor
    model = house.load(tmp_path)
    assert model.place is not None
    assert (model.place.latitude_deg, model.place.longitude_deg) == pytest.approx((10.82, 106.63))
    assert model.north_deg == pytest.approx(-90)


def test_damaged_and_empty_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.3dm"
    house = RhinoFile()
    with pytest.raises(GeometryError, match="no triangles"):
        house.load(tmp_path)
    house.file.Objects.AddMesh(rhino_mesh(HOUSE), house.attributes("House"))
    house.file.Write(str(path), 7)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(FileFormatError, match="cannot open it; save it again as Rhino 7 or 8") as caught:
        load_isolated(path)
    assert "\n" not in caught.value.message
