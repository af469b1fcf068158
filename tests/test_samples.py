"""The samples: found by name, and each file what its README says it is."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archviz import samples
from archviz.core.elements import Part
from archviz.core.errors import OptionError
from archviz.geometry import LoadedModel, load_isolated
from archviz.geometry.panes import opening_panes
from archviz.sketch import diagnose, load_drawing

FOLDER = Path(__file__).parents[1] / "sample_models"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a model must be when it is loaded."""

    format: str
    unit: str
    up: str
    extents_m: tuple[float, float, float]
    panes: int = 0
    parts: tuple[tuple[str, Part], ...] = ()
    guessed: bool = False


MODELS = {
    "tube-house.glb": Expected(
        format="GLB",
        unit="m",
        up="y",
        extents_m=(4.05, 17.81, 17.16),
        panes=34,
        parts=(
            ("window.1.glass", Part.OPENING),
            ("window.1.frame", Part.OPENING),
            ("folding-door.1.glass", Part.OPENING),
            ("party-wall.east", Part.BUILDING),
            ("balcony.1.planter", Part.BUILDING),
            ("balcony.1.railing", Part.BUILDING),
            ("lam-screen", Part.BUILDING),
            ("breeze-blocks.1", Part.BUILDING),
            ("pergola.slats", Part.BUILDING),
            ("plant.1", Part.SURROUNDINGS),
        ),
    ),
    "garden-villa.obj": Expected(
        format="OBJ",
        unit="m",
        up="z",
        extents_m=(26.65, 19.68, 9.62),
        panes=24,
        guessed=True,
        parts=(
            ("window.1.glass", Part.OPENING),
            ("door.1.leaf", Part.OPENING),
            ("box.soffit", Part.BUILDING),
            ("garden-wall.north", Part.BUILDING),
            ("terrace", Part.BUILDING),
            ("pool.water", Part.GROUND),
            ("lawn", Part.GROUND),
            ("tree.1.crown", Part.SURROUNDINGS),
            ("palm.1.crown", Part.SURROUNDINGS),
        ),
    ),
    "school.dae": Expected(
        format="Collada",
        unit="cm",
        up="z",
        extents_m=(48.735, 23.36, 11.505),
        panes=50,
        parts=(
            ("cửa_sổ.101.kính", Part.OPENING),
            ("cửa.10.cánh", Part.OPENING),
            ("mái", Part.BUILDING),
            ("cột.1", Part.BUILDING),
            ("lan_can", Part.BUILDING),
            ("mặt_giờ", Part.BUILDING),
            ("sân", Part.GROUND),
            ("cây.1.crown", Part.SURROUNDINGS),
        ),
    ),
    "pavilion.ply": Expected(format="PLY", unit="m", up="z", extents_m=(12.64, 10.65, 7.40), guessed=True),
    "gable-house.gltf": Expected(
        format="glTF",
        unit="m",
        up="y",
        extents_m=(19.44, 18.43, 10.54),
        panes=26,
        parts=(
            ("window.13.glass", Part.OPENING),
            ("door.1.leaf", Part.OPENING),
            ("wall.south", Part.BUILDING),
            ("roof", Part.BUILDING),
            ("chimney.cap", Part.BUILDING),
            ("dormer.1.roof", Part.BUILDING),
            ("tree.1.crown", Part.SURROUNDINGS),
        ),
    ),
    "tower-massing.stl": Expected(format="STL", unit="mm", up="z", extents_m=(56.0, 44.2, 145.5), guessed=True),
}
DRAWINGS = {
    "sketch-villa.png": ("PNG", (1280, 860)),
    "sketch-tube-house.jpg": ("JPEG", (900, 1280)),
    "sketch-street.webp": ("WEBP", (1400, 820)),
}


@cache
def model(name: str) -> LoadedModel:
    return load_isolated(FOLDER / name)


def vertices(name: str, pattern: str) -> NDArray[np.float32]:
    """(n, 3) corners of the elements whose name matches [m]."""
    scene = model(name).scene
    rows = [row for row, e in enumerate(scene.table.elements) if re.fullmatch(pattern, e.name)]
    assert rows, f"{name} has no element {pattern}"
    return scene.triangles_m[np.isin(scene.face_elements, rows)].reshape(-1, 3)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "site" / "archviz"
    package.mkdir(parents=True)
    monkeypatch.setattr(samples, "_PACKAGE", package)
    return tmp_path / "site"


def _fill(folder: Path) -> None:
    folder.mkdir()
    for name in ("villa.glb", "house.obj", "house.mtl", "plan.png", "README.md"):
        (folder / name).write_bytes(b"x")


def test_found_in_a_checkout(folder: Path) -> None:
    _fill(folder / "sample_models")
    assert list(samples.samples()) == ["house.obj", "plan.png", "villa.glb"]
    assert samples.sample_path("villa") == samples.sample_path("villa.glb") == folder / "sample_models" / "villa.glb"


def test_an_installed_package_has_its_own(folder: Path) -> None:
    _fill(folder / "sample_models")
    _fill(folder / "archviz" / "sample_models")
    assert samples.sample_path("villa") == folder / "archviz" / "sample_models" / "villa.glb"


def test_unknown_and_missing_are_said(folder: Path) -> None:
    with pytest.raises(OptionError, match="install archviz again"):
        samples.samples()
    _fill(folder / "sample_models")
    with pytest.raises(OptionError, match=r"'castle'.*villa\.glb"):
        samples.sample_path("castle")


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_what_it_says(name: str) -> None:
    expected, loaded = MODELS[name], model(name)
    assert (loaded.format, loaded.unit, loaded.up_axis) == (expected.format, expected.unit, expected.up)
    assert loaded.extents_m == pytest.approx(expected.extents_m, abs=0.01)
    assert loaded.warnings == ()
    assert len(loaded.assumptions) == (2 if expected.guessed else 0)
    assert 2_000 <= len(loaded.scene.faces) <= 60_000
    elements = {element.name: element.part for element in loaded.scene.table.elements}
    assert {n: elements.get(n) for n, _ in expected.parts} == dict(expected.parts)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_stands_on_the_ground_with_its_front_to_the_south(name: str) -> None:
    bounds = model(name).scene.building_bounds()
    assert bounds.low[2] == pytest.approx(0, abs=1e-4)
    front = {
        "tube-house.glb": r"folding-door\..*",
        "garden-villa.obj": r"pool\..*",
        "school.dae": r"tiền_sảnh\..*",
        "gable-house.gltf": r"porch\..*",
    }
    if name in front:
        assert vertices(name, front[name])[:, 1].max() < 0
    else:
        # Steps come out first: low, and narrower than the building.
        points = model(name).scene.vertices_m
        south, north = points[points[:, 1] < bounds.low[1] + 0.5], points[points[:, 1] > bounds.high[1] - 0.5]
        steps = [edge[:, 2].max() < 1 and np.ptp(edge[:, 0]) < 0.5 * bounds.extents_m[0] for edge in (south, north)]
        assert steps == [True, False]


@pytest.mark.parametrize("name", [n for n, e in MODELS.items() if e.panes])
def test_every_window_has_one_pane_behind_its_frame(name: str) -> None:
    scene = model(name).scene
    table = scene.table
    clear = table.material_values("transmission")[table.element_materials()] > 0.5
    glass = [row for row, e in enumerate(table.elements) if clear[row] and e.part is Part.OPENING]
    panes = opening_panes(scene)
    assert len(glass) == MODELS[name].panes
    for row in glass:
        assert len(np.unique(panes[scene.face_elements == row])) == 1
        stem, _, piece = table.elements[row].name.rpartition(".")
        frames = [e.name for e in table.elements if e.name in (f"{stem}.frame", f"{stem}.khung")]
        if piece in ("glass", "kính") and frames:
            pane = vertices(name, re.escape(table.elements[row].name))
            frame = vertices(name, re.escape(frames[0]))
            assert (pane.min(0) > frame.min(0) - 1e-3).all() and (pane.max(0) < frame.max(0) + 1e-3).all()


def test_the_readme_names_every_file_with_its_triangles() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = {m[1]: m[0] for m in re.finditer(r"^\| `([^`]+)`.*$", text, flags=re.MULTILINE)}
    assert rows.keys() == samples.samples().keys() == MODELS.keys() | DRAWINGS.keys()
    for name, row in rows.items():
        assert row.endswith("| CC0-1.0 |")
        if name in MODELS:
            assert f"| {len(model(name).scene.faces):,} |" in row


def test_the_folder_is_small() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert max(path.stat().st_size for path in files) < 2_000_000
    assert sum(path.stat().st_size for path in files) < 6_000_000


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_opens_as_a_drawing(name: str) -> None:
    with Image.open(FOLDER / name) as picture:
        assert (picture.format, picture.size) == DRAWINGS[name]
    found = {finding.code for finding in diagnose(load_drawing(FOLDER / name))}
    assert found <= ({"uneven-light", "flattened"} if name == "sketch-tube-house.jpg" else set())


def test_the_drawings_differ_in_paper_and_light() -> None:
    pictures = {n: np.asarray(Image.open(FOLDER / n).convert("RGB"), dtype=np.float64) for n in DRAWINGS}
    pencil, photo, clean = pictures.values()
    assert (clean.reshape(-1, 3) == 255).all(axis=1).mean() > 0.8
    assert pencil[:40].mean(axis=(0, 1)) == pytest.approx((240, 234, 220), abs=8)
    assert np.median(photo[:200, :300]) - np.median(photo[-200:, -300:]) > 60


def _build(call: str, folder: Path) -> None:
    code = f"import sys; from pathlib import Path; import build; build.{call}(Path(sys.argv[1]))"
    paths = os.pathsep.join([str(FOLDER), str(FOLDER.parent)])
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", code, str(folder)], env=environment, check=True, capture_output=True)


def test_the_script_writes_the_same_models_again(tmp_path: Path) -> None:
    _build("build_models", tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written.keys() == {*MODELS, "garden-villa.mtl", "gable-house.bin"}
    for name, data in written.items():
        assert data == (FOLDER / name).read_bytes(), name


@pytest.mark.slow
def test_the_script_draws_the_same_drawings_again(tmp_path: Path) -> None:
    for name in ("garden-villa.obj", "garden-villa.mtl", "tube-house.glb"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    _build("build_drawings", tmp_path)
    for name in DRAWINGS:
        again, there = (np.asarray(Image.open(f / name).convert("L"), dtype=np.float64) for f in (tmp_path, FOLDER))
        # Encoders differ from version to version; lines do not.
        assert np.abs(again - there).mean() < 1.0


def test_the_models_come_from_their_own_code() -> None:
    looking = {"drawings.py", "lines.py"}
    for path in (FOLDER / "modelling").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        used = {name for name in names if name.split(".")[0] == "archviz"}
        assert not any(name.startswith("archviz.training") for name in used)
        assert not used or path.name in looking, f"{path.name} imports {sorted(used)}"
