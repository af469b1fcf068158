"""Uploads: what is kept, what is refused, and whose it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from archviz.core.errors import FileFormatError
from archviz.geometry import load_isolated
from archviz.studio import JobStore, find_design, new_id, sample_design, save_design
from archviz.studio import designs as designs_module

ANNA, BINH = new_id(), new_id()
OBJ = b"mtllib wall.mtl\nusemtl red\nv 0 0 0\nv 4 0 0\nv 4 3 0\nv 0 3 0\nf 1 2 3 4\n"
MTL = b"newmtl red\nKd 1 0 0\n"


def test_files_that_belong_together(store: JobStore) -> None:
    design = save_design(store.home, ANNA, [("wall.mtl", MTL), ("wall.obj", OBJ)])
    assert design.kind == "model" and design.name == "wall.obj" and design.path is not None
    assert find_design(store.home, ANNA, design.id) == design
    assert find_design(store.home, BINH, design.id) is None
    scene = load_isolated(design.path, unit="m", up="y").scene
    assert scene.table.materials[scene.table.elements[0].material].base_color[0] > 0.9


def test_a_drawing(store: JobStore, drawing: Path) -> None:
    design = save_design(store.home, ANNA, [("Mặt tiền.png", drawing.read_bytes())])
    assert design.kind == "sketch" and design.path is not None and design.path.read_bytes() == drawing.read_bytes()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("tower.skp", b"SketchUp")], r"^tower\.skp: SketchUp files cannot be read; export as \.glb"),
        ([("tower.skp", b"SketchUp"), ("brick.png", b"\x89PNG\r\n\x1a\n")], r"^tower\.skp: SketchUp files"),
        ([("house.obj", OBJ), ("house.skp", b"SketchUp")], r"^house\.obj, house\.skp: these are several designs"),
        ([("house.glb", b"hello, this is text")], r"^house\.glb: not GLB inside"),
        ([("notes.txt", b"hello")], r"^notes\.txt: neither a 3D model nor a drawing"),
        ([("empty.obj", b"")], r"^empty\.obj: the file is empty"),
        ([("a.obj", OBJ), ("b.obj", OBJ)], r"^a\.obj, b\.obj: these are several designs"),
        ([("a.mtl", MTL), ("b.mtl", MTL)], r"none is a design; accepted are \.glb"),
        ([("x/a.obj", OBJ), ("y/A.MTL", MTL), ("a.mtl", MTL)], "two files have one name"),
        ([("front.png", b"\x89PNG\r\n\x1a\nbroken")], r"^front\.png: "),
        ([], "nothing: none is a design"),
    ],
)
def test_refused_in_words(store: JobStore, files: list[tuple[str, bytes]], said: str) -> None:
    with pytest.raises(FileFormatError, match=said) as refusal:
        save_design(store.home, ANNA, files)
    assert str(store.home.folder) not in str(refusal.value)
    assert [p for p in store.home.designs.rglob("*") if p.is_file()] == [], "nothing stays of it"


def test_ceilings(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(designs_module, "MAX_FILE_BYTES", len(OBJ))
    save_design(store.home, ANNA, [("wall.obj", OBJ)])
    with pytest.raises(FileFormatError, match="are too many"):
        save_design(store.home, ANNA, [("wall.obj", OBJ + b"\n")])
    monkeypatch.setattr(designs_module, "MAX_FILE_BYTES", 10**6)
    many = [("wall.obj", OBJ), *((f"{i}.mtl", b"") for i in range(designs_module.MOST_FILES))]
    save_design(store.home, ANNA, many[:-1])
    with pytest.raises(FileFormatError, match="65 files are too many"):
        save_design(store.home, ANNA, many)


@pytest.mark.parametrize(
    "name", ["../../evil.obj", "..\\..\\evil.obj", "/etc/evil.obj", "C:\\evil.obj", "a\x00b.obj", "x" * 300 + ".obj"]
)
def test_a_name_cannot_leave_its_folder(store: JobStore, name: str) -> None:
    design = save_design(store.home, ANNA, [(name, OBJ)])
    assert design.path is not None and design.path.is_file()
    assert design.path.parent == store.home.designs / ANNA / design.id
    assert design.path.suffix == ".obj"


def test_an_archive_with_a_model_is_a_design(store: JobStore) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("wall.obj", OBJ)
    design = save_design(store.home, ANNA, [("wall.zip", packed.getvalue())])
    assert (design.kind, design.name) == ("model", "wall.zip")


@pytest.mark.parametrize("odd", [None, "", "../../..", "sample:../../etc/passwd", "sample:none.glb", "f" * 32])
def test_no_such_design(store: JobStore, odd: str | None) -> None:
    assert find_design(store.home, ANNA, odd) is None


def test_samples_are_everyones(store: JobStore) -> None:
    from archviz.samples import samples

    for path in samples().values():
        design = sample_design(path)
        assert find_design(store.home, ANNA, design.id) == find_design(store.home, BINH, design.id) == design
