"""glTF through the whole way, and what its reader alone must get right."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.elements import Part
from archviz.core.errors import FileFormatError
from archviz.core.material import TextureFamily
from archviz.core.tone import srgb_to_linear
from archviz.geometry import load_isolated
from archviz.geometry.loaders.gltf import read_gltf
from tests.geometry.loaders.files import PANE, SIZE, WALLS, GltfWriter, house_gltf, y_up


@pytest.mark.parametrize("kind", ["glb", "gltf", "gltf embedded"])
def test_a_house_has_its_size_front_names_and_materials(tmp_path: Path, kind: str) -> None:
    writer = house_gltf()
    path = tmp_path / f"my house.{kind.split()[0]}"
    path = writer.glb(path) if kind == "glb" else writer.gltf(path, embedded="embedded" in kind)
    model = load_isolated(path)
    assert model.format == ("GLB" if kind == "glb" else "glTF")
    assert (model.unit, model.up_axis, model.extents_m) == ("m", "y", SIZE)
    assert (model.assumptions, model.warnings, model.hidden) == ((), (), ())
    walls, window = model.scene.table.elements
    assert (walls.name, walls.part, window.name, window.part) == ("Walls", Part.BUILDING, "Window 1", Part.OPENING)
    brick, blue = model.scene.table.materials
    assert brick.base_color == (0.4, 0.08, 0.05)
    assert (brick.roughness, brick.metallic, brick.family) == (0.8, 0.0, TextureFamily.BRICK)
    assert blue.transmission == pytest.approx(0.6)
    # The front faces south: the pane lies at the low end of y. The base stands on the origin.
    pane = model.scene.triangles_m[model.scene.face_elements == 1].reshape(-1, 3)
    np.testing.assert_allclose(pane.min(axis=0), (-1, -4.025, 1), atol=1e-5)
    bounds = model.scene.bounds()
    np.testing.assert_allclose(bounds.low, (-5, -4.025, 0), atol=1e-5)
    np.testing.assert_allclose(bounds.high, (5, 4.025, 6), atol=1e-5)


def test_triangles_face_outward_also_under_a_mirrored_node(tmp_path: Path) -> None:
    for scale in ([1, 1, 1], [-1, 1, 1]):
        writer = GltfWriter()
        writer.node("box", writer.primitive((y_up(WALLS[0]), WALLS[1])), scale=scale)
        triangles = load_isolated(writer.glb(tmp_path / "box.glb")).scene.triangles_m.astype(np.float64)
        volume = np.einsum("ij,ij->i", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])).sum() / 6
        assert volume == pytest.approx(10 * 8 * 6, rel=1e-5)


def test_nodes_nest_translate_turn_and_scale(tmp_path: Path) -> None:
    writer = GltfWriter()
    leaf = writer.node(
        "leaf",
        writer.primitive((np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0)], float), np.array([(0, 1, 2)]))),
        root=False,
        scale=[2, 2, 2],
        # A quarter turn about +Y takes +X to -Z.
        rotation=[0, np.sqrt(0.5), 0, np.sqrt(0.5)],
        translation=[1, 0, 0],
    )
    writer.node("trunk", children=[leaf], matrix=[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 10, 0, 1])
    (part,) = read_gltf(writer.glb(tmp_path / "a.glb")).parts
    np.testing.assert_allclose(part.points, [(1, 10, 0), (1, 10, -2), (1, 12, 0)], atol=1e-6)
    assert (part.name, part.group) == ("leaf", "trunk")


def test_instances_are_elements_with_names_of_their_own(tmp_path: Path) -> None:
    writer = GltfWriter()
    writer.node("column", writer.primitive(WALLS))
    for x in (20, 40):
        writer.node("column", mesh=0, translation=[x, 0, 0])
    model = load_isolated(writer.glb(tmp_path / "a.glb"))
    assert [e.name for e in model.scene.table.elements] == ["column", "column.2", "column.3"]
    assert model.extents_m[0] == 50


def _instanced(path: Path, **columns: list[tuple[float, ...]]) -> Path:
    writer = GltfWriter()
    attributes = {
        name.upper(): writer.accessor(np.array(rows, dtype=np.float32), {3: "VEC3", 4: "VEC4"}[len(rows[0])])
        for name, rows in columns.items()
    }
    listed = {"EXT_mesh_gpu_instancing": {"attributes": attributes}}
    writer.node("tree", writer.primitive((y_up(WALLS[0]), WALLS[1])), translation=[0, 0, 100], extensions=listed)
    return writer.glb(path)


def test_listed_instances_stand_where_their_node_has_them(tmp_path: Path) -> None:
    half = 0.5**0.5
    path = _instanced(
        tmp_path / "a.glb",
        translation=[(0, 0, 0), (30, 0, 0), (60, 0, 0)],
        rotation=[(0, 0, 0, 1), (0, half, 0, half), (0, 0, 0, 1)],
        scale=[(1, 1, 1), (1, 1, 1), (1, 2, 1)],
    )
    model = load_isolated(path)
    assert [e.name for e in model.scene.table.elements] == ["tree", "tree.2", "tree.3"] and model.warnings == ()
    sizes = [np.ptp(model.scene.triangles_m[model.scene.face_elements == i].reshape(-1, 3), axis=0) for i in range(3)]
    # A quarter turn about the vertical swaps width and depth.
    np.testing.assert_allclose(sizes, [(10, 8, 6), (8, 10, 6), (10, 8, 12)], atol=1e-4)
    assert model.extents_m == pytest.approx((70, 10, 12), abs=1e-4)


def test_instances_that_are_listed_unevenly_are_refused(tmp_path: Path) -> None:
    path = _instanced(tmp_path / "a.glb", translation=[(0, 0, 0), (30, 0, 0)], scale=[(1, 1, 1)])
    with pytest.raises(FileFormatError, match="lists 1 and 2 places for one mesh"):
        read_gltf(path)


def test_primitives_of_a_mesh_are_named_by_material_the_same_every_time(tmp_path: Path) -> None:
    writer = GltfWriter()
    rows = [writer.material(name) for name in ("Plaster", "Kính mờ")]
    writer.node(
        "house",
        writer.primitive(WALLS, rows[0]),
        writer.primitive(PANE, rows[1]),
        writer.primitive((PANE[0] + 1.0, PANE[1]), rows[1]),
    )
    table = load_isolated(writer.glb(tmp_path / "a.glb")).scene.table
    assert [(e.name, e.part) for e in table.elements] == [
        ("house.Plaster", Part.BUILDING),
        ("house.Kính mờ", Part.OPENING),
    ]
    assert table.materials[1].transmission == 0.9


def test_strips_fans_sparse_strided_and_normalized_data(tmp_path: Path) -> None:
    writer = GltfWriter()
    points = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)], np.float32)
    strip = {"attributes": {"POSITION": writer.accessor(points, "VEC3")}, "mode": 5}
    fan = {"attributes": {"POSITION": writer.accessor(points[[0, 1, 3, 2]], "VEC3")}, "mode": 6}
    padded = np.concatenate([points, np.full((4, 1), 9, np.float32)], axis=1)
    strided = {"attributes": {"POSITION": writer.accessor(padded, "VEC3")}, "mode": 5}
    writer.tree["bufferViews"][-1]["byteStride"] = 16
    sparse = {"attributes": {"POSITION": writer.accessor(points * 0, "VEC3")}, "mode": 5}
    writer.tree["accessors"][-1]["sparse"] = {
        "count": 2,
        "indices": {"bufferView": writer.view(np.array([1, 2], np.uint16).tobytes()), "componentType": 5123},
        "values": {"bufferView": writer.view(points[[1, 2]].tobytes())},
    }
    for name, primitive in {"strip": strip, "fan": fan, "strided": strided, "sparse": sparse}.items():
        writer.node(name, primitive)
    parts = {p.name: p for p in read_gltf(writer.glb(tmp_path / "a.glb")).parts}
    for name in ("strip", "fan", "strided"):
        triangles = parts[name].points[parts[name].faces]
        normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
        np.testing.assert_allclose(normals, [(0, 0, 1)] * 2)
    np.testing.assert_allclose(parts["sparse"].points, [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 0)])


def test_a_texture_counts_by_its_mean_in_linear_light(tmp_path: Path) -> None:
    half = np.zeros((8, 8, 3), np.uint8)
    half[:, 4:] = (255, 128, 0)
    png = io.BytesIO()
    Image.fromarray(half).save(png, "PNG")
    writer = GltfWriter()
    writer.tree["images"] = [{"bufferView": writer.view(png.getvalue()), "mimeType": "image/png"}, {"uri": "no.png"}]
    writer.tree["textures"] = [{"source": 0}, {"source": 1}]
    for row, name in enumerate(("here", "gone")):
        pbr = {"baseColorFactor": [0.5, 0.5, 0.5, 1], "baseColorTexture": {"index": row}}
        material = writer.material(name, pbrMetallicRoughness=pbr)
        writer.node(name, writer.primitive(WALLS, material))
    model = load_isolated(writer.glb(tmp_path / "a.glb"))
    expected = srgb_to_linear((1.0, 128 / 255, 0.0)) / 4
    np.testing.assert_allclose(model.scene.table.materials[0].base_color, expected, atol=2e-3)
    assert model.scene.table.materials[1].base_color == (0.5, 0.5, 0.5)
    left_out = "the texture of material 'gone' is left out: 'no.png' is missing; put it beside the model"
    assert model.warnings == (left_out,)


def test_materials_extensions(tmp_path: Path) -> None:
    writer = GltfWriter()
    materials = {
        "thin": {"extensions": {"KHR_materials_transmission": {"transmissionFactor": 0.8}}},
        "lamp": {
            "emissiveFactor": [1, 0.5, 0],
            "extensions": {"KHR_materials_emissive_strength": {"emissiveStrength": 4}},
        },
        "gloss": {
            "extensions": {
                "KHR_materials_pbrSpecularGlossiness": {"diffuseFactor": [0.3, 0.2, 0.1, 1], "glossinessFactor": 0.75}
            }
        },
        "bare": {"pbrMetallicRoughness": {"baseColorFactor": [0.3, 0.2, 0.1, 1]}},
    }
    for name, fields in materials.items():
        writer.node(name, writer.primitive(WALLS, writer.material(name, **fields)))
    thin, lamp, gloss, bare = load_isolated(writer.glb(tmp_path / "a.glb")).scene.table.materials
    assert thin.transmission == 0.8
    assert lamp.emission == (4.0, 2.0, 0.0)
    assert (gloss.base_color, gloss.roughness, gloss.metallic) == ((0.3, 0.2, 0.1), 0.25, 0.0)
    # An exporter that says nothing about metal means none.
    assert bare.metallic == 0.0


def test_vertex_colours_become_materials(tmp_path: Path) -> None:
    writer = GltfWriter()
    primitive = writer.primitive(WALLS)
    colors = np.tile(np.array([0.2, 0.4, 0.8], np.float32), (8, 1))
    primitive["attributes"]["COLOR_0"] = writer.accessor(colors, "VEC3")
    writer.node("box", primitive)
    (material,) = load_isolated(writer.glb(tmp_path / "a.glb")).scene.table.materials
    np.testing.assert_allclose(material.base_color, (0.2, 0.4, 0.8), atol=1e-6)


def _no_data(tree: dict) -> None:
    tree["accessors"][0].pop("bufferView")
    tree["accessors"][0]["count"] = 2_000_000_000


def _cycle(tree: dict) -> None:
    tree["nodes"][0]["children"] = [0]


def _draco(tree: dict) -> None:
    tree["extensionsRequired"] = ["KHR_draco_mesh_compression"]


def _beyond(tree: dict) -> None:
    tree["accessors"][0]["count"] = 9999


def _wrong_row(tree: dict) -> None:
    tree["nodes"][0]["mesh"] = 7


def _old(tree: dict) -> None:
    tree["asset"]["version"] = "1.0"


def _no_list(tree: dict) -> None:
    tree["nodes"] = {"0": {}}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_no_data, "accessor 0 has no data"),
        (_cycle, "holds itself"),
        (_draco, "compressed by Draco.*export without compression"),
        (_beyond, "accessor 0 lies outside its buffer view"),
        (_wrong_row, "names meshes 7, but there are 2"),
        (_old, "version '1.0' cannot be read"),
        (_no_list, "nodes is not a list"),
    ],
    ids=lambda value: getattr(value, "__name__", "")[1:],
)
def test_damaged_files_are_refused_in_one_sentence(tmp_path: Path, damage, message: str) -> None:
    writer = house_gltf()
    damage(writer.tree)
    with pytest.raises(FileFormatError, match=message) as caught:
        read_gltf(writer.glb(tmp_path / "a.glb"))
    assert "\n" not in caught.value.message


def test_a_buffer_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    path = house_gltf().gltf(inner / "a.gltf")
    (inner / "a data.bin").rename(tmp_path / "a.bin")
    tree = json.loads(path.read_text())
    for uri in ("../a.bin", str(tmp_path / "a.bin"), "http://localhost/a.bin"):
        tree["buffers"][0]["uri"] = uri
        path.write_text(json.dumps(tree))
        with pytest.raises(FileFormatError, match=r"outside the model's folder|is missing"):
            read_gltf(path)


def test_the_ceiling_on_instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archviz.geometry.loaders.gltf.MAX_INSTANCES", 2)
    assert len(read_gltf(house_gltf().glb(tmp_path / "a.glb")).parts) == 2
    writer = house_gltf()
    writer.node("third", mesh=0)
    with pytest.raises(FileFormatError, match="more than 2 nodes hold meshes"):
        read_gltf(writer.glb(tmp_path / "a.glb"))
