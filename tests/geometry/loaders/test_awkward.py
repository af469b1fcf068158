"""Models that are right and still hard: long polygons, mirrors, the inside out, far from the origin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.size import Size
from archviz.geometry import LoadedModel, load_isolated
from archviz.geometry.gbuffer import rasterize
from tests.geometry.loaders.files import SIZE, WALLS, GltfWriter, house_gltf, obj_text, stl_bytes, y_up
from tests.geometry.loaders.test_threemf import mesh_xml
from tests.geometry.loaders.test_threemf import write as write_3mf
from tests.geometry.shapes import box

_CORNERS = 10_000
# Bac Tu Liem, Hanoi, in UTM zone 48 N [m].
_FAR = np.array((580_123.4, 2_330_456.7, 12.3))
# As far from a corner of the walls to the middle of their base.
_PRISM = box((1, 2, 0), (9, 6, 5))


def comb() -> tuple[np.ndarray, float]:
    """(10,000, 3) corners of a plan with 5,000 teeth, and its area [m2]."""
    x = np.repeat(np.linspace(0, 100, _CORNERS // 2), 2)[1:-1]
    y = np.where(np.arange(len(x)) // 2 % 2 == 0, 10.0, 2.0)
    outline = np.concatenate([[(0, 0)], [(100, 0)], np.stack([x, y], axis=1)[::-1]])
    following = np.roll(outline, -1, axis=0)
    area = abs((outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]).sum()) / 2
    return np.column_stack([outline, np.zeros(len(outline))]), float(area)


def _obj_polygon(path: Path, points: np.ndarray) -> None:
    rows = "".join("v {:.9g} {:.9g} {:.9g}\n".format(*p) for p in points)
    path.write_text(rows + "f " + " ".join(map(str, range(1, len(points) + 1))) + "\n", encoding="utf-8")


def _off_polygon(path: Path, points: np.ndarray) -> None:
    rows = "".join("{:.9g} {:.9g} {:.9g}\n".format(*p) for p in points)
    path.write_text(f"OFF\n{len(points)} 1 0\n{rows}{len(points)} " + " ".join(map(str, range(len(points)))) + "\n")


def usda_text(points: np.ndarray, counts: list[int], corners: list[int], *, around: str = "{}") -> str:
    places = ", ".join("({:.9g}, {:.9g}, {:.9g})".format(*p) for p in points)
    mesh = (
        f'def Mesh "Wall" {{\n int[] faceVertexCounts = {counts}\n int[] faceVertexIndices = {corners}\n'
        f" point3f[] points = [{places}]\n}}\n"
    )
    return '#usda 1.0\n(\n upAxis = "Z"\n metersPerUnit = 1\n)\n' + around.replace("{}", mesh)


def _usda_polygon(path: Path, points: np.ndarray) -> None:
    path.write_text(usda_text(points, [len(points)], list(range(len(points)))), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "write"), [("a.obj", _obj_polygon), ("a.off", _off_polygon), ("a.usda", _usda_polygon)]
)
def test_a_concave_polygon_of_ten_thousand_corners(
    tmp_path: Path, name: str, write: Callable[[Path, np.ndarray], None]
) -> None:
    points, area = comb()
    assert len(points) == _CORNERS
    write(tmp_path / name, points)
    model = load_isolated(tmp_path / name, unit="m", up="z")
    triangles = model.scene.triangles_m.astype(np.float64)
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]) / 2
    assert len(triangles) == _CORNERS - 2
    # All turn the same way, and together they are the polygon: nothing is covered twice.
    assert np.linalg.norm(normals, axis=1).sum() == pytest.approx(area, rel=1e-4)
    assert abs(normals[:, 2].sum()) == pytest.approx(area, rel=1e-4)


def volume(model: LoadedModel) -> float:
    """Signed: positive where triangles are counter-clockwise from outside."""
    a, b, c = np.moveaxis(model.scene.triangles_m.astype(np.float64), 1, 0)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def _mirrored_usd(folder: Path) -> Path:
    path = folder / "a.usda"
    around = (
        'def Xform "X" {\n double3 xformOp:scale = (1, -1, 1)\n uniform token[] xformOpOrder = ["xformOp:scale"]\n{}}\n'
    )
    points, faces = _PRISM
    path.write_text(usda_text(points, [3] * len(faces), faces.reshape(-1).tolist(), around=around), encoding="utf-8")
    return path


def _mirrored_3mf(folder: Path) -> Path:
    resources = f'<object id="1" type="model">{mesh_xml(_PRISM)}</object>'
    return write_3mf(folder, resources, '<item objectid="1" transform="1 0 0 0 -1 0 0 0 1 0 0 0"/>')


def _mirrored_dae(folder: Path) -> Path:
    from tests.geometry.loaders.files import dae_text

    text = dae_text(*_PRISM, unit=1.0, up="Z_UP")
    spot = text.index(">", text.index('<node id="n"')) + 1
    path = folder / "a.dae"
    path.write_text(text[:spot] + "<scale>1 -1 1</scale>" + text[spot:], encoding="utf-8")
    return path


def _mirrored_dxf(folder: Path) -> Path:
    import ezdxf

    document = ezdxf.new("R2010")
    document.header["$INSUNITS"] = 6
    points, faces = _PRISM
    with document.blocks.new("b").add_mesh().edit_data() as mesh:
        mesh.vertices, mesh.faces = [tuple(p) for p in points], faces.tolist()
    # The outer block is mirrored, what is in it is not.
    document.blocks.new("outer").add_blockref("b", (0, 0))
    document.modelspace().add_blockref("outer", (0, 0), dxfattribs={"yscale": -1})
    document.saveas(folder / "a.dxf")
    return folder / "a.dxf"


def _mirrored_3dm(folder: Path) -> Path:
    import rhino3dm

    from tests.geometry.loaders.reference import rhino_mesh

    file = rhino3dm.File3dm()
    file.Settings.ModelUnitSystem = rhino3dm.UnitSystem.Meters
    attributes = rhino3dm.ObjectAttributes()
    file.InstanceDefinitions.Add("b", "", "", "", rhino3dm.Point3d(0, 0, 0), (rhino_mesh(_PRISM),), (attributes,))
    mirror = rhino3dm.Transform.Scale(rhino3dm.Plane.WorldXY(), 1, -1, 1)
    file.Objects.AddInstanceObject(rhino3dm.InstanceReference(file.InstanceDefinitions[0].Id, mirror), attributes)
    assert file.Write(str(folder / "a.3dm"), 7)
    return folder / "a.3dm"


@pytest.mark.parametrize("write", [_mirrored_usd, _mirrored_3mf, _mirrored_dae, _mirrored_dxf, _mirrored_3dm])
def test_a_mirrored_copy_faces_outwards(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    model = load_isolated(write(tmp_path))
    np.testing.assert_allclose(model.extents_m, (8, 4, 5), atol=1e-4)
    assert volume(model) == pytest.approx(8 * 4 * 5, rel=1e-4)


def test_a_model_inside_out_looks_the_same(tmp_path: Path) -> None:
    points, faces = WALLS
    view = Camera(position_m=(12, -15, 7), target_m=(0, 0, 3), size=Size(height=48, width=64), focal_mm=28.0)
    found = []
    for name, turned in (("a.stl", faces), ("b.stl", faces[:, ::-1])):
        (tmp_path / name).write_bytes(stl_bytes((points, turned)))
        scene = load_isolated(tmp_path / name, unit="m", up="z").scene
        found.append(rasterize(scene, view))
    np.testing.assert_array_equal(found[0].normals.array, found[1].normals.array)
    np.testing.assert_array_equal(found[0].depth.array, found[1].depth.array)
    assert found[0].hit.any()


def test_glb_without_indices(tmp_path: Path) -> None:
    writer = GltfWriter()
    points, faces = WALLS
    loose = y_up(points)[faces].reshape(-1, 3).astype(np.float32)
    writer.node("Walls", {"attributes": {"POSITION": writer.accessor(loose, "VEC3")}})
    model = load_isolated(writer.glb(tmp_path / "a.glb"))
    np.testing.assert_allclose(model.extents_m, (10, 8, 6), rtol=1e-6)
    assert (len(model.scene.faces), volume(model)) == (12, pytest.approx(480))


def _far_obj(folder: Path) -> Path:
    (folder / "a.obj").write_text(obj_text({"Walls": ((WALLS[0] + _FAR, WALLS[1]), "")}), encoding="utf-8")
    return folder / "a.obj"


def _far_glb(folder: Path) -> Path:
    writer = house_gltf()
    east, north, up = (float(v) for v in _FAR)
    writer.tree["nodes"].append({"name": "site", "children": [0, 1], "translation": [east, up, -north]})
    writer.tree["scenes"][0]["nodes"] = [len(writer.tree["nodes"]) - 1]
    return writer.glb(folder / "a.glb")


def _far_usd(folder: Path) -> Path:
    around = (
        'def Xform "X" {\n double3 xformOp:translate = ' + f"({_FAR[0]}, {_FAR[1]}, {_FAR[2]})"
        '\n uniform token[] xformOpOrder = ["xformOp:translate"]\n{}}\n'
    )
    points, faces = WALLS
    text = usda_text(points, [3] * len(faces), faces.reshape(-1).tolist(), around=around)
    (folder / "a.usda").write_text(text, encoding="utf-8")
    return folder / "a.usda"


@pytest.mark.parametrize("write", [_far_obj, _far_glb, _far_usd])
def test_a_survey_s_coordinates_lose_nothing(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    model = load_isolated(write(tmp_path), unit="m")
    np.testing.assert_allclose(model.extents_m, SIZE if write is _far_glb else (10, 8, 6), atol=1e-4)
    assert any(text.startswith("moved to the origin from 580123.4") for text in model.assumptions)
    assert np.abs(model.scene.bounds().center_m[:2]).max() < 0.1 and model.warnings == ()


def test_a_survey_s_coordinates_in_32_bits_are_said_to_be_coarse(tmp_path: Path) -> None:
    path = tmp_path / "a.stl"
    path.write_bytes(stl_bytes((WALLS[0] + _FAR, WALLS[1])))
    model = load_isolated(path, unit="m", up="z")
    assert any("stored to the nearest 0.25 m" in text for text in model.warnings)


def test_what_lies_far_from_all_else_is_named(tmp_path: Path) -> None:
    stray = box((0, 0, 0), (1, 1, 1))
    walls = (WALLS[0] + _FAR, WALLS[1])
    roof = (box((-5, -4, 6), (5, 4, 7))[0] + _FAR, WALLS[1])
    parts = {"Walls": (walls, ""), "Roof": (roof, ""), "Survey point": (stray, "")}
    (tmp_path / "a.obj").write_text(obj_text(parts), encoding="utf-8")
    model = load_isolated(tmp_path / "a.obj", unit="m", up="z")
    assert any("'Survey point' lies 2402 km from the rest; --hide 'Survey point'" in text for text in model.warnings)
    hidden = load_isolated(tmp_path / "a.obj", unit="m", up="z", hide=["Survey point"])
    np.testing.assert_allclose(hidden.extents_m, (10, 8, 7), atol=1e-4)
    assert hidden.warnings == ()
