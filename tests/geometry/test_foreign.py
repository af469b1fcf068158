"""Formats that are not read: told by content and by name, each with an export that is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archviz.core.errors import FileFormatError
from archviz.geometry import load_isolated, sniff_kind
from archviz.geometry.foreign import FOREIGN, foreign_by_content, foreign_by_suffix
from archviz.geometry.loaders import MODEL_SUFFIXES
from tests.geometry.loaders.files import WALLS, ply_text

STEP = b"ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n#1=POINT();\n"
IGES = b"An IGES file".ljust(72) + b"S      1\n" + b"1H,,1H;".ljust(72) + b"G      1\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)
# Name of the author's file, its first bytes, what the message must say.
FILES = [
    ("house.skp", b"\xff\xfe\xff\x0eS\0k\0e\0t\0c\0h\0U\0p\0", "SketchUp files cannot be read; export as .glb, .dae"),
    ("house.dwg", b"AC1032\0\0\0", "DWG files cannot be read; export as .ifc or .glb, or save as .dxf"),
    ("house.blend", b"BLENDER-v402", "Blender files cannot be read; export as .glb"),
    ("house.igs", IGES, "IGES files cannot be read; export as .glb or .stl"),
    ("site.las", b"LASF" + bytes(99), "point clouds cannot be read.*export as .ply or .glb"),
    ("site.e57", b"ASTM-E57" + bytes(99), "point clouds cannot be read.*export as .ply or .glb"),
    (
        "house.3ds",
        b"MM\x99\x01\0\0\x02\0\n\0\0\0\x03\0\0\0==" + bytes(99),
        "3DS files cannot be read; export as .glb or .obj",
    ),
]
BY_NAME = [
    ("house.rvt", OLE, "Revit files cannot be read; export as .ifc"),
    ("house.max", OLE, "3ds Max files cannot be read; export as .glb or .obj"),
    ("site.xyz", b"1 2 3\n4 5 6\n", "point clouds cannot be read"),
    ("house.ifcxml", b"<ifcXML/>", "IFC as XML or JSON cannot be read; export as .ifc"),
]


@pytest.mark.parametrize(
    ("name", "content", "message"), FILES + BY_NAME, ids=[f"{f[0]}-{i}" for i, f in enumerate(FILES + BY_NAME)]
)
def test_the_message_names_the_export_that_works(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert sniff_kind(path) == "model"
    with pytest.raises(FileFormatError, match=message) as caught:
        load_isolated(path)
    assert caught.value.message.startswith(f"{path}: ") and "\n" not in caught.value.message


@pytest.mark.parametrize(("name", "content", "message"), FILES, ids=[f"{f[0]}-{i}" for i, f in enumerate(FILES)])
@pytest.mark.parametrize("other", ["house.glb", "house.bin", "house.zip"])
def test_the_content_tells_under_another_name(
    tmp_path: Path, name: str, content: bytes, message: str, other: str
) -> None:
    path = tmp_path / other
    path.write_bytes(content)
    assert sniff_kind(path) == "model"
    with pytest.raises(FileFormatError, match=message):
        load_isolated(path)


def test_a_ply_without_faces_is_a_point_cloud(tmp_path: Path) -> None:
    path = tmp_path / "scan.ply"
    path.write_text(ply_text((WALLS[0], WALLS[1][:0])))
    with pytest.raises(FileFormatError, match="a point cloud of 8 points without faces; make a mesh of it and export"):
        load_isolated(path)


def test_every_row_names_an_export_that_is_read_and_is_itself_not() -> None:
    for row in FOREIGN:
        named = set(re.findall(r"\.\w+", row.message.partition(";")[2]))
        assert named and named <= {*MODEL_SUFFIXES, ".png"}, row.message
        assert not {*row.suffixes} & {*MODEL_SUFFIXES}
    assert foreign_by_suffix(".DWG") is foreign_by_content(b"AC1027")
    assert foreign_by_suffix(".glb") is foreign_by_content(b"glTF") is None
