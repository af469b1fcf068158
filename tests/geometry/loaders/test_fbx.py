"""FBX: unit, axes, names, layers, materials and copies, as text, as binary and as Blender writes it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.tone import srgb_to_linear
from archviz.geometry import LoadedModel, load_isolated
from archviz.geometry.loaders.fbx import read_fbx
from tests.geometry.loaders.fbx_files import FbxScene, Node, prop
from tests.geometry.loaders.files import PANE, WALLS
from tests.geometry.shapes import box

BLENDER = Path(__file__).parents[2] / "hostile" / "seeds" / "garden.fbx"
# Longer to the east than to the west, with its door in the south: mirrored or turned it is another.
WEDGE = (
    np.array([(0, 0, 0), (6, 0, 0), (6, 4, 0), (0, 4, 0), (0, 0, 3), (6, 0, 5)], float),
    [[3, 2, 1, 0], [0, 1, 5, 4], [1, 2, 5], [2, 3, 4], [2, 4, 5], [3, 0, 4]],
)
WEDGE_M3 = 44.0  # by the divergence theorem over its triangles


def volume(model: LoadedModel) -> float:
    t = model.scene.triangles_m.astype(np.float64)
    return float(np.einsum("ij,ij->i", t[:, 0], np.cross(t[:, 1], t[:, 2])).sum() / 6)


def written(folder: Path, scene: FbxScene, *, binary: bool = True) -> Path:
    path = folder / "house.fbx"
    path.write_bytes(scene.binary() if binary else scene.text())
    return path


def placed(scene: FbxScene, name: str, mesh: object, *props: Node, parent: int = 0, material: int = 0) -> int:
    node = scene.model(name, *props, parent=parent)
    scene.join(scene.geometry(mesh), node)
    if material:
        scene.join(material, node)
    return node


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
@pytest.mark.parametrize(("unit_cm", "unit"), [(1.0, "cm"), (2.54, "in"), (0.1, "mm"), (100.0, "m")])
def test_the_unit_is_applied(tmp_path: Path, unit_cm: float, unit: str, binary: bool) -> None:
    scene = FbxScene(unit_cm=unit_cm)
    placed(scene, "Walls", (WALLS[0] * 100 / unit_cm, WALLS[1]))
    model = load_isolated(written(tmp_path, scene, binary=binary))
    assert (model.format, model.unit, model.up_axis) == ("FBX", unit, "z")
    assert model.extents_m == pytest.approx((10, 8, 6), rel=1e-4)
    assert (model.warnings, model.assumptions) == ((), ())
    assert volume(model) == pytest.approx(480, rel=1e-3)


@pytest.mark.parametrize("up", ["y", "z", "left"])
def test_every_frame_becomes_the_same_house(tmp_path: Path, up: str) -> None:
    scene = FbxScene(up)
    points, polygons = WEDGE
    x, y, z = points.T
    own = np.stack({"z": (x, y, z), "y": (x, z, -y), "left": (-x, y, z)}[up], axis=1)
    # Who counts to the left turns polygons the other way for the same outside.
    placed(scene, "Walls", (own, [p[::-1] for p in polygons] if up == "left" else polygons))
    model = load_isolated(written(tmp_path, scene))
    assert model.up_axis == ("y" if up == "y" else "z")
    corners = model.scene.vertices_m + (3, 2, 0)
    found = np.unique(np.round(corners, 3), axis=0)
    np.testing.assert_allclose(found, np.unique(points, axis=0), atol=1e-3)
    assert volume(model) == pytest.approx(WEDGE_M3, rel=1e-3)


def test_pivots_orders_and_geometric_transforms(tmp_path: Path) -> None:
    scene = FbxScene()
    outer = scene.model("Storey 1", prop("Lcl Translation", "Lcl Translation", 100.0, 0.0, 3.0), sub="Null")
    placed(
        scene,
        "Wall",
        box((0, 0, 0), (4, 1, 2)),
        prop("Lcl Rotation", "Lcl Rotation", 0.0, 0.0, 90.0),
        prop("RotationActive", "bool", 1),
        prop("RotationPivot", "Vector3D", 4.0, 0.0, 0.0),
        prop("PreRotation", "Vector3D", 0.0, 0.0, 90.0),
        prop("GeometricTranslation", "Vector3D", 0.0, 10.0, 0.0),
        prop("Lcl Scaling", "Lcl Scaling", 1.0, 1.0, 2.0),
        parent=outer,
    )
    part = read_fbx(written(tmp_path, scene)).parts[0]
    assert (part.name, part.group) == ("Wall", "Storey 1")
    # Turned by 180 degrees about x = 4 after it was moved by 10 along y.
    np.testing.assert_allclose(part.points.min(axis=0), (104, -11, 3), atol=1e-6)
    np.testing.assert_allclose(part.points.max(axis=0), (108, -10, 7), atol=1e-6)


def test_a_mesh_placed_three_times_is_three_elements_and_the_mirrored_one_stays_outside_out(tmp_path: Path) -> None:
    scene = FbxScene()
    mesh = scene.geometry(WEDGE)
    for row, sign in enumerate((1.0, -1.0, 1.0)):
        node = scene.model(
            f"House {row}",
            prop("Lcl Translation", "Lcl Translation", 20.0 * row, 0.0, 0.0),
            prop("Lcl Scaling", "Lcl Scaling", sign, 1.0, 1.0),
        )
        scene.join(mesh, node)
    model = load_isolated(written(tmp_path, scene))
    assert [e.name for e in model.scene.table.elements] == ["House 0", "House 1", "House 2"]
    assert volume(model) == pytest.approx(3 * WEDGE_M3, rel=1e-3)
    assert model.extents_m == pytest.approx((46, 4, 5), rel=1e-4)


def test_layers_name_and_hide(tmp_path: Path) -> None:
    scene = FbxScene()
    wall = placed(scene, "Box001", box((0, 0, 0), (10, 8, 3)))
    aid = placed(scene, "Box002", box((40, 0, 0), (50, 8, 3)))
    shut = placed(scene, "Sun shade", box((60, 0, 0), (70, 8, 3)), prop("Visibility", "Visibility", 0.0))
    placed(scene, "Slat", box((80, 0, 0), (90, 8, 3)), parent=shut)
    scene.layer("Walls", wall)
    scene.layer("Sketching", aid, shown=False)
    path = written(tmp_path, scene)
    model = load_isolated(path)
    assert [e.name for e in model.scene.table.elements] == ["Box001"]
    assert set(model.hidden) == {
        "Box002 (Sketching): its layer is off",
        "Sun shade: hidden in the file",
        "Slat (Sun shade): hidden in the file",
    }
    assert read_fbx(path).parts[0].group == "Walls"
    shown = load_isolated(path, show=("Sketching", "slat"))
    assert {e.name for e in shown.scene.table.elements} == {"Box001", "Box002", "Slat"}
    assert shown.warnings == ()


def test_the_finest_level_of_detail_is_drawn(tmp_path: Path) -> None:
    scene = FbxScene()
    group = scene.model("Tree", sub="LodGroup")
    scene.join(scene._add("NodeAttribute", "", "LodGroup", [Node("TypeFlags", ("LodGroup",))], None), group)
    placed(scene, "Tree fine", box((0, 0, 0), (4, 4, 6)), parent=group)
    placed(scene, "Tree coarse", box((0, 0, 0), (4, 4, 6)), parent=group)
    model = load_isolated(written(tmp_path, scene))
    assert [e.name for e in model.scene.table.elements] == ["Tree fine"]
    assert model.hidden == ("Tree coarse (Tree): a coarser copy",)


@pytest.mark.parametrize(("creator", "linear"), [("Blender (stable FBX IO) - 4.2", True), ("3ds Max", False)])
def test_colours_are_what_their_program_means(tmp_path: Path, creator: str, linear: bool) -> None:
    scene = FbxScene(creator=creator)
    color = prop("DiffuseColor", "Color", 0.5, 0.25, 0.75)
    plain = scene.material("Plaster", color, prop("DiffuseFactor", "Number", 1.0))
    glass = scene.material("Pane", color, prop("TransparencyFactor", "Number", 0.7))
    clear = scene.material("Film", color, prop("Opacity", "double", 0.2))
    solid = scene.material("Door", color, prop("Opacity", "double", 0.0), prop("TransparencyFactor", "Number", 1.0))
    lamp = scene.material("Lamp", prop("EmissiveColor", "Color", 1.0, 1.0, 1.0), prop("EmissiveFactor", "Number", 0.5))
    for row, material in enumerate((plain, glass, clear, solid, lamp)):
        placed(scene, f"Wall {row}", box((9 * row, 0, 0), (9 * row + 8, 8, 6)), material=material)
    found = {m.name: m for m in read_fbx(written(tmp_path, scene)).materials}
    given = np.array((0.5, 0.25, 0.75))
    np.testing.assert_allclose(found["Plaster"].base_color, given if linear else srgb_to_linear(given), rtol=1e-6)
    assert [found[name].transmission > 0.5 for name in ("Plaster", "Pane", "Film", "Door")] == [
        False,
        True,
        True,
        False,
    ]
    half = 0.5 if linear else float(srgb_to_linear(np.array(0.5)))
    assert found["Lamp"].emission == pytest.approx((half,) * 3, rel=1e-6)


def test_polygons_take_the_material_of_their_slot(tmp_path: Path) -> None:
    scene = FbxScene()
    points, faces = WALLS
    node = scene.model("House")
    scene.join(scene.geometry((points, faces), slots=[0] * 6 + [1] * 6), node)
    for name in ("Brick", "Slate"):
        scene.join(scene.material(name), node)
    model = load_isolated(written(tmp_path, scene))
    assert [e.name for e in model.scene.table.elements] == ["House.Brick", "House.Slate"]
    assert np.bincount(model.scene.face_elements).tolist() == [6, 6]


def _checked() -> bytes:
    """Black on the left, white on the right."""
    buffer = io.BytesIO()
    Image.fromarray(np.repeat(np.array([[0, 255]], np.uint8), 2, axis=0)).resize((64, 64), 0).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("where", ["inside", "beside", "author's folder", "missing"])
def test_textures_inside_and_beside(tmp_path: Path, where: str) -> None:
    scene = FbxScene()
    brick = scene.material("Brick", prop("DiffuseColor", "Color", 0.5, 0.5, 0.5))
    node = scene.model("Wall")
    sheet = (np.array([(0, 0, 0), (4, 0, 0), (4, 0, 3), (0, 0, 3)], float), [[0, 1, 2, 3]])
    scene.join(scene.geometry(sheet, uv=np.array([(0, 0), (2, 0), (2, 1), (0, 1)])), node)
    scene.join(brick, node)
    file = r"C:\Users\An\maps\brick.png" if where == "author's folder" else "brick.png"
    scene.texture(file, brick, _checked() if where == "inside" else b"")
    if where in ("beside", "author's folder"):
        (tmp_path / "brick.png").write_bytes(_checked())
    raw = read_fbx(written(tmp_path, scene))
    part, material = raw.parts[0], raw.materials[raw.parts[0].material]
    if where == "missing":
        assert raw.warnings == ["texture 'brick.png' is missing or cannot be read; 'Brick' has its plain colour"]
        assert not material.texture and part.uv is None
        return
    assert raw.warnings == [] and list(raw.textures) == [material.texture]
    assert material.base_color == pytest.approx((0.5, 0.5, 0.5), abs=0.02)
    assert part.uv is not None
    corner = np.flatnonzero((part.points == (4, 0, 3)).all(axis=1))
    np.testing.assert_allclose(part.uv[corner], [(2, 1)] * len(corner))


PANE_SHEET = (PANE[0][[0, 1, 3, 2]], [[0, 1, 2, 3]])


def test_a_texture_that_is_tiled_in_its_material(tmp_path: Path) -> None:
    scene = FbxScene()
    brick = scene.material("Brick")
    node = scene.model("Wall")
    scene.join(scene.geometry(PANE_SHEET, uv=np.array([(0, 0), (1, 0), (1, 1), (0, 1)])), node)
    scene.join(brick, node)
    # A picture of half the size in texture coordinates comes twice as often.
    scene.texture("brick.png", brick, _checked(), prop("Scaling", "Vector3D", 0.5, 0.25, 1.0))
    part = read_fbx(written(tmp_path, scene)).parts[0]
    assert part.uv is not None
    assert np.ptp(part.uv, axis=0) == pytest.approx((2, 4))


def test_a_file_of_blender(tmp_path: Path) -> None:
    """Of Blender 5.0.1: copies under an empty, one of them mirrored; one hidden; a texture inside; a pane."""
    path = tmp_path / "garden.fbx"
    path.write_bytes(BLENDER.read_bytes())
    model = load_isolated(path)
    table = model.scene.table
    names = {element.name: row for row, element in enumerate(table.elements)}
    assert set(names) == {"Brick wall", "Cửa chính", "Pane", "Roof", "Wall south", "Tree 0", "Tree 1", "Tree 2"}
    assert (model.unit, model.up_axis, model.warnings) == ("cm", "y", ())
    assert model.hidden == ("Hidden ball: hidden in the file",)
    materials = {name: table.materials[table.elements[row].material] for name, row in names.items()}
    # The picture of (0.6, 0.3, 0.2) sRGB is of one colour.
    np.testing.assert_allclose(materials["Brick wall"].base_color, srgb_to_linear(np.array((0.6, 0.3, 0.2))), atol=5e-3)
    assert materials["Pane"].transmission > 0.5 and materials["Roof"].transmission == 0
    t = model.scene.triangles_m.astype(np.float64)
    sizes = [
        np.einsum("ij,ij->i", own[:, 0], np.cross(own[:, 1], own[:, 2])).sum() / 6
        for own in (t[model.scene.face_elements == names[f"Tree {row}"]] for row in range(3))
    ]
    np.testing.assert_allclose(sizes, (0.5, 0.75, 0.5), rtol=1e-3)


def test_objects_that_are_asked_for_again_stay_alive(tmp_path: Path) -> None:
    """ufbx 0.0.5 frees what is asked for twice: without the extra owner this ends the process."""
    scene = FbxScene()
    brick, mesh = scene.material("Brick"), scene.geometry(WALLS)
    for row in range(300):
        node = scene.model(f"Wall {row}")
        scene.join(mesh, node)
        scene.join(brick, node)
    model = load_isolated(written(tmp_path, scene))
    assert len(model.scene.table.elements) == 300
