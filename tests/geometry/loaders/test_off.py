"""OFF: colours, counts and polygons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from archviz.core.errors import FileFormatError, GeometryError
from archviz.core.tone import srgb_to_linear
from archviz.geometry import load_isolated
from archviz.geometry.loaders.off import read_off
from tests.geometry.loaders.files import WALLS


def off_text(head: str = "OFF", *, tails: list[str] | None = None, corners: str = "") -> str:
    points, faces = WALLS
    rows = [f"{x} {y} {z} {corners}" for x, y, z in points]
    rows += [f"3 {a} {b} {c} {tails[i] if tails else ''}" for i, (a, b, c) in enumerate(faces.tolist())]
    return f"{head}\n# a house\n\n8 12 0\n" + "\n".join(rows) + "\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "house.off"
    path.write_text(text)
    return path


def test_what_trimesh_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "house.off"
    trimesh.Trimesh(WALLS[0] * 100, WALLS[1], process=False).export(path)
    model = load_isolated(path)
    assert (model.format, model.unit, model.up_axis, model.extents_m) == ("OFF", "cm", "z", (10, 8, 6))
    assert [e.name for e in model.scene.table.elements] == ["house"]


@pytest.mark.parametrize(
    ("head", "corners", "tails"),
    [
        ("OFF", "", ["255 0 0"] * 4 + ["0.0 0.5 0.0 1.0"] * 8),
        ("NOFF", "0 0 1", ["255 0 0 255"] * 4 + ["0 128 0"] * 8),
    ],
)
def test_faces_have_colours(tmp_path: Path, head: str, corners: str, tails: list[str]) -> None:
    raw = read_off(write(tmp_path, off_text(head, tails=tails, corners=corners)))
    found = {tuple(round(c, 1) for c in raw.materials[p.material].base_color): len(p.faces) for p in raw.parts}
    assert found == {(1.0, 0.0, 0.0): 4, (0.0, 0.2, 0.0): 8}


@pytest.mark.parametrize(("head", "corners"), [("COFF", "51 102 204 255"), ("CNOFF", "0 0 1 0.2 0.4 0.8 1.0")])
def test_corners_have_colours(tmp_path: Path, head: str, corners: str) -> None:
    (material,) = read_off(write(tmp_path, off_text(head, corners=corners))).materials
    np.testing.assert_allclose(material.base_color, srgb_to_linear(np.array((0.2, 0.4, 0.8))), atol=1e-3)


def test_the_counts_may_stand_on_the_first_line_and_polygons_may_be_concave(tmp_path: Path) -> None:
    path = write(tmp_path, "OFF 6 1 0\n3 0 0\n3 0 1\n1 0 1\n1 0 3\n0 0 3\n0 0 0\n6 0 1 2 3 4 5\n")
    corners = read_off(path).parts[0].vertices[read_off(path).parts[0].faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    assert area.sum() == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (off_text()[:-40], FileFormatError, "says 8 vertices and 12 faces but ends after"),
        (off_text().replace("8 12 0", "8 9999999 0"), FileFormatError, "9999999 triangles are too many"),
        (off_text().replace("3 0 1", "3 0 99"), FileFormatError, "names a vertex that does not exist"),
        (off_text().replace("\n3 ", "\n3 -"), FileFormatError, "names a vertex that does not exist"),
        (off_text("OFF BINARY"), FileFormatError, "export OFF as text"),
        ("OFF\n", FileFormatError, "damaged"),
        ("OFF\n3 0 0\n0 0 0\n1 0 0\n0 1 0\n", GeometryError, "no triangles"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        load_isolated(write(tmp_path, text))
