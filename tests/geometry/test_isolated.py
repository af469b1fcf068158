"""Reading in a child process: every format, every refusal, and a child that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.core.elements import Part
from archviz.core.errors import FileFormatError, GeometryError, InputError, OptionError
from archviz.geometry import load_isolated, sniff_kind
from archviz.geometry.loaders import LOADERS
from archviz.geometry.sniff import MAX_FILE_BYTES, sniff_format
from tests.geometry.loaders.files import (
    PANE,
    SIZE,
    WALLS,
    GltfWriter,
    dae_text,
    house_gltf,
    obj_text,
    ply_text,
    stl_bytes,
    stl_text,
)
from tests.geometry.loaders.reference import WRITERS


def write_house(folder: Path, extension: str) -> Path:
    path = folder / f"nhà phố{extension}"
    if extension == ".glb":
        return house_gltf().glb(path)
    if extension == ".gltf":
        return house_gltf().gltf(path)
    if extension == ".stp":
        return write_house(folder, ".step").rename(path)
    if extension in WRITERS and extension not in (".obj", ".stl", ".ply", ".dae"):
        WRITERS[extension](path, {"walls": (WALLS, (200, 190, 180)), "pane": (PANE, (60, 90, 120))})
        return path
    both = (np.concatenate([WALLS[0], PANE[0]]), np.concatenate([WALLS[1], PANE[1] + 8]))
    text = {
        ".obj": lambda: obj_text({"walls": (WALLS, ""), "pane": (PANE, "")}),
        ".stl": lambda: stl_text({"walls": WALLS, "pane": PANE}),
        ".ply": lambda: ply_text(both),
        ".dae": lambda: dae_text(*both, unit=1.0, up="Z_UP"),
    }[extension]()
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("extension", LOADERS)
def test_every_format_is_read_in_a_child(tmp_path: Path, extension: str) -> None:
    path = write_house(tmp_path, extension)
    before = sorted(tmp_path.iterdir())
    model = load_isolated(path)
    np.testing.assert_allclose(model.extents_m, SIZE, atol=1e-4)
    assert model.format == LOADERS[extension].format == sniff_format(path)
    assert sniff_kind(path) == "model"
    assert (model.place, model.north_deg) == (None, 0.0)
    assert model.scene.bounds().low[2] == pytest.approx(0, abs=1e-6)
    assert sorted(tmp_path.iterdir()) == before


def test_the_child_needs_neither_this_folder_nor_modules_beside_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise RuntimeError('a stranger ran')")
    path = write_house(tmp_path, ".glb")
    monkeypatch.chdir(tmp_path)
    assert load_isolated(Path(path.name)).extents_m == SIZE


def test_hide_and_show(tmp_path: Path) -> None:
    path = write_house(tmp_path, ".glb")
    hidden = load_isolated(path, hide=["window*"])
    assert [e.name for e in hidden.scene.table.elements] == ["Walls"]
    assert (hidden.hidden, hidden.extents_m) == (("Window 1: as asked",), (10, 8, 6))
    alone = load_isolated(path, hide=["*"], show=["Window ?"])
    assert (alone.hidden, alone.extents_m, alone.warnings) == (("Walls: as asked",), (2, 0.05, 2), ())
    (warning,) = load_isolated(path, show=["walls"]).warnings
    assert warning.startswith("'walls' is drawn anyway")
    with pytest.raises(OptionError, match=r"no element is called 'door'; there are Walls, Window 1$"):
        load_isolated(path, hide=["door"])
    with pytest.raises(OptionError, match=r"no element is called 'Wals'; near are Walls$"):
        load_isolated(path, show=["Wals"])
    with pytest.raises(GeometryError, match="every element is hidden"):
        load_isolated(path, hide=["*"])


def test_what_an_element_is_can_be_put_right(tmp_path: Path) -> None:
    path = write_house(tmp_path, ".glb")

    def read(**classes: Any) -> dict[str, tuple[Part, float]]:
        table = load_isolated(path, classes=classes).scene.table
        return {e.name: (e.part, table.materials[e.material].transmission) for e in table.elements}

    as_read = read()
    assert as_read["Walls"] == (Part.BUILDING, 0.0) and as_read["Window 1"][0] is Part.OPENING
    assert read(walls="ground")["Walls"] == (Part.GROUND, 0.0)
    assert read(Walls="surroundings")["Walls"][0] is Part.SURROUNDINGS
    part, transmission = read(Walls="glass")["Walls"]
    assert part is Part.OPENING and transmission > 0.5
    both = read(**{"*": "ground", "Win*": "building"})
    assert both == {"Walls": (Part.GROUND, 0.0), "Window 1": (Part.BUILDING, as_read["Window 1"][1])}
    assert {part for part, _ in read(**{"Win*": "building", "*": "ground"}).values()} == {Part.GROUND}, (
        "the last counts"
    )
    with pytest.raises(OptionError, match=r"no element is called 'Wals'; near are Walls$"):
        read(Wals="ground")
    with pytest.raises(
        OptionError, match=r"class Walls=lawn is not accepted; give one of building, opening, glass, gr"
    ):
        read(Walls="lawn")


def test_a_corrected_class_holds_for_what_is_hidden_too(tmp_path: Path) -> None:
    """A choice that outlives another one is no mistake."""
    table = load_isolated(write_house(tmp_path, ".glb"), hide=["Window*"], classes={"Window*": "glass"}).scene.table
    assert [e.name for e in table.elements] == ["Walls"]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"unit": "yard"}, "unit 'yard' is not known; choose one of m, mm, cm, in, ft"), ({"up": "x"}, "choose y or z")],
)
def test_unknown_options_are_refused_before_the_file_is_opened(options: dict[str, str], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        load_isolated(Path("nowhere.obj"), **options)  # type: ignore[arg-type]


def glb(mesh: tuple[np.ndarray, np.ndarray]) -> bytes:
    writer = GltfWriter()
    writer.node("a", writer.primitive(mesh))
    return writer.glb_bytes()


NAN = (np.where(WALLS[0] == 6, np.nan, WALLS[0]), WALLS[1])
LINE = (WALLS[0] * (1, 0, 0), WALLS[1])
SLIVERS = (np.array([(0, 0, 0), (1, 1, 0), (2, 2, 0)], float), np.array([(0, 1, 2)]))
WRONG: list[tuple[str, bytes, type[InputError], str]] = [
    ("note.glb", b"Dear architect, here is the house.\n" * 9, FileFormatError, "not GLB inside but content of another"),
    ("house.glb", obj_text({"a": (WALLS, "")}).encode(), FileFormatError, "OBJ content; rename it to .obj"),
    ("house.obj", b"\x89PNG\r\n\x1a\n" + bytes(99), FileFormatError, "not OBJ inside but PNG content"),
    ("empty.glb", b"", FileFormatError, "the file is empty"),
    ("house.skp", b"\xff\xfe\xff\x0eS\0k\0e\0t\0c\0h\0", FileFormatError, "SketchUp files cannot be read; export as"),
    ("house.abc", b"1 2 3\n4 5 6\n", FileFormatError, r"'\.abc' is not a 3D format; accepted are \.glb, \.gltf"),
    ("cut.glb", glb(WALLS)[:-100], FileFormatError, "cut off: .* bytes"),
    ("cut.gltf", b'{"asset": {"version": "2.0"}, "meshes": [', FileFormatError, "JSON is damaged"),
    ("points.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\n", GeometryError, "no triangles"),
    ("none.stl", stl_bytes((WALLS[0], WALLS[1][:0])), GeometryError, "no triangles"),
    ("nan.glb", glb(NAN), FileFormatError, "not a finite number"),
    ("nan.obj", b"v 0 0 0\nv nan 0 0\nv 0 1 0\nf 1 2 3\n", FileFormatError, "not a finite number"),
    ("line.glb", glb(LINE), GeometryError, "no extent along two axes"),
    ("slivers.glb", glb(SLIVERS), GeometryError, "no area"),
]


@pytest.mark.parametrize(("name", "content", "error", "message"), WRONG, ids=[w[0] for w in WRONG])
def test_wrong_files_get_one_sentence(
    tmp_path: Path, name: str, content: bytes, error: type[InputError], message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error, match=message) as caught:
        load_isolated(path)
    assert type(caught.value) is error
    assert caught.value.message.startswith(f"{path}: ") and "\n" not in caught.value.message
    assert "Traceback" not in caught.value.message


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="there is no such file; give the path"):
        load_isolated(tmp_path / "gone.glb")
    with pytest.raises(FileFormatError, match="this is a folder"):
        load_isolated(tmp_path)


def test_the_size_ceiling(tmp_path: Path) -> None:
    path = tmp_path / "big.stl"
    with path.open("wb") as file:
        file.write(b"solid big\nfacet normal 0 0 0\n")
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(FileFormatError, match="500 MB are too many; up to 500 MB"):
        load_isolated(path)


@pytest.mark.parametrize(
    ("name", "kind"), [("PNG", "sketch"), ("JPEG", "sketch"), ("WEBP", "sketch"), ("TIFF", "sketch")]
)
def test_drawings_are_told_by_content(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / "drawing.bin"
    Image.new("L", (8, 8)).save(path, name)
    assert sniff_kind(path) == kind


def test_unknown_content(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("v for victory\nform follows function\n")
    assert (sniff_format(path), sniff_kind(path)) == (None, "unknown")
    broken = tmp_path / "house.glb"
    broken.write_text("form follows function\n")
    assert sniff_kind(broken) == "model"
