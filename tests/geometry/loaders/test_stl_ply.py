"""STL and PLY."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import trimesh

from archviz.core.errors import FileFormatError
from archviz.core.tone import srgb_to_linear
from archviz.geometry import load_isolated
from archviz.geometry.loaders.ply import read_ply
from archviz.geometry.loaders.stl import read_stl
from tests.geometry.loaders.files import PANE, SIZE, WALLS, ply_text, stl_bytes, stl_text, y_up


def test_ascii_stl_has_an_element_per_solid(tmp_path: Path) -> None:
    path = tmp_path / "house.stl"
    path.write_text(stl_text({"walls": WALLS, "door": PANE}))
    model = load_isolated(path)
    assert (model.format, model.unit, model.up_axis, model.extents_m) == ("STL", "m", "z", SIZE)
    assert [e.name for e in model.scene.table.elements] == ["walls", "door"]
    assert model.assumptions[2:] == ("1 door (door) without a material is painted plain brown",)


def test_binary_stl_in_millimetres_with_y_up(tmp_path: Path) -> None:
    path = tmp_path / "house.stl"
    path.write_bytes(stl_bytes((y_up(WALLS[0]) * 1000, WALLS[1])))
    model = load_isolated(path)
    assert (model.unit, model.up_axis, model.extents_m) == ("mm", "y", (10.0, 8.0, 6.0))
    assert [e.name for e in model.scene.table.elements] == ["house"]


def test_a_binary_stl_may_start_with_solid_and_have_bytes_behind(tmp_path: Path) -> None:
    path = tmp_path / "house.stl"
    path.write_bytes(stl_bytes(WALLS, header=b"solid by a careless exporter"))
    assert load_isolated(path).extents_m == (10, 8, 6)
    path.write_bytes(stl_bytes(WALLS) + b"tail")
    model = load_isolated(path)
    assert model.extents_m == (10, 8, 6) and model.warnings == ("4 bytes after the last triangle are left out",)


@pytest.mark.parametrize(("header", "bits"), [(b"", 0x8000 | 31 << 10), (b"COLOR=\x10\x20\x30\xff", 31)])
def test_stl_facet_colours(tmp_path: Path, header: bytes, bits: int) -> None:
    path = tmp_path / "a.stl"
    path.write_bytes(stl_bytes(WALLS, attributes=[bits] * 6 + [0x8000 | (bits & ~0x8000)] * 6, header=header))
    colors = sorted(m.base_color for m in read_stl(path).materials)
    if header:
        np.testing.assert_allclose(colors[0], srgb_to_linear((16 / 255, 32 / 255, 48 / 255)), atol=1e-6)
    assert colors[-1] == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("encoding", ["ascii", "binary"])
def test_ply_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "house.ply"
    mesh = trimesh.Trimesh(WALLS[0] * 100, WALLS[1], process=False)
    path.write_bytes(trimesh.exchange.ply.export_ply(mesh, encoding=encoding))
    model = load_isolated(path)
    assert (model.format, model.unit, model.up_axis, model.extents_m) == ("PLY", "cm", "z", (10, 8, 6))


def test_ply_face_colours_are_materials(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    colors = np.array([(255, 0, 0)] * 4 + [(128, 128, 128)] * 8)
    path.write_text(ply_text(WALLS, colors=colors))
    model = load_isolated(path)
    found = {tuple(round(c, 4) for c in m.base_color): m.name for m in model.scene.table.materials}
    assert set(found) == {(1.0, 0.0, 0.0), (0.2159, 0.2159, 0.2159)}
    counts = np.bincount(model.scene.face_elements)
    assert sorted(counts) == [4, 8]


def test_a_photograph_of_colours_is_binned(tmp_path: Path) -> None:
    sphere = trimesh.creation.icosphere(subdivisions=3, radius=5)
    rng = np.random.default_rng(0)
    mesh = trimesh.Trimesh(
        sphere.vertices,
        sphere.faces,
        vertex_colors=rng.integers(0, 255, (len(sphere.vertices), 3)),
        process=False,
    )
    path = tmp_path / "a.ply"
    buffer = io.BytesIO(trimesh.exchange.ply.export_ply(mesh))
    path.write_bytes(buffer.getvalue())
    raw = read_ply(path)
    assert 8 <= len(raw.materials) <= 64
    assert sum(len(p.faces) for p in raw.parts) == len(sphere.faces)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.stl", stl_bytes(WALLS)[:300], "says 12 triangles but holds 4"),
        ("a.stl", stl_bytes(WALLS, count=4_000_000_000), "4000000000 triangles are too many"),
        ("a.stl", stl_text({"a": WALLS})[:900].encode(), "ends before 'endsolid'"),
        ("a.ply", ply_text(WALLS, faces=99).encode(), "says 8 vertices and 99 faces|damaged"),
        ("a.ply", ply_text(WALLS)[:-60].encode(), "copy or export it again|damaged"),
        ("a.ply", ply_text(WALLS)[:60].encode(), "header has no end"),
        ("a.ply", ply_text((WALLS[0], WALLS[1] + 5)).encode(), "names a vertex that does not exist|damaged"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=message) as caught:
        load_isolated(path)
    assert caught.value.message.startswith(str(path)) and "\n" not in caught.value.message
