"""One house in every format: the same size, the right way up, its names and colours where there are any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.tone import srgb_to_linear
from archviz.geometry import LoadedModel, load_isolated
from archviz.geometry.loaders import LOADERS
from tests.geometry.loaders.reference import HOUSE, WRITERS, colors, corners, house_corners

NAMELESS = (".ply", ".off")
# trimesh writes no colours into STL, OFF and 3MF.
COLORLESS = (".stl", ".off", ".3mf")
Y_UP = (".glb", ".fbx", ".usd", ".usda", ".usdc", ".usdz")
# Factors of glTF are linear light; trimesh puts the numbers of sRGB there.
LINEAR = (".glb",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reference")


def read(folder: Path, extension: str) -> LoadedModel:
    path = folder / f"house{extension}"
    WRITERS[extension](path, HOUSE)
    return load_isolated(path)


def test_every_format_is_written_here() -> None:
    assert {*WRITERS, ".gltf", ".stp"} == set(LOADERS)


@pytest.mark.parametrize("extension", WRITERS)
def test_the_house_comes_back(folder: Path, extension: str) -> None:
    model = read(folder, extension)
    whole = house_corners()
    np.testing.assert_allclose(model.extents_m, whole[1] - whole[0], rtol=1e-3)
    assert (model.up_axis, model.warnings) == ("y" if extension in Y_UP else "z", ())
    # The base's middle is the origin; all else keeps its place, so nothing is turned or mirrored.
    shift = np.array([*whole.mean(axis=0)[:2], whole[0, 2]])
    scene = model.scene
    triangles = scene.triangles_m.astype(np.float64) + shift
    volume = np.einsum("ij,ij->i", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])).sum() / 6
    assert volume == pytest.approx(_volume(), rel=1e-3)
    if extension not in NAMELESS:
        found = {
            element.name: triangles[scene.face_elements == row].reshape(-1, 3)
            for row, element in enumerate(scene.table.elements)
        }
        assert list(found) == list(HOUSE)
        for name, points in found.items():
            box = np.array([points.min(axis=0), points.max(axis=0)])
            np.testing.assert_allclose(box, corners(HOUSE[name][0]), atol=2e-3, err_msg=name)
        parts = {e.name: e.part for e in scene.table.elements}
        openings = {"Window 1", "Window 2", "Cửa sổ đông", "Cửa chính"}
        assert {name for name, part in parts.items() if part is Part.OPENING} == openings


@pytest.mark.parametrize("extension", [e for e in WRITERS if e not in COLORLESS])
def test_the_colours_come_back(folder: Path, extension: str) -> None:
    table = read(folder, extension).scene.table
    expected = [c / 255 if extension in LINEAR else srgb_to_linear(c / 255) for c in map(np.array, colors(HOUSE))]
    if extension in NAMELESS:
        found = sorted(m.base_color for m in table.materials)
        np.testing.assert_allclose(found, sorted(tuple(c) for c in expected), atol=2e-3)
        return
    for element in table.elements:
        want = expected[colors(HOUSE).index(HOUSE[element.name][1])]
        np.testing.assert_allclose(table.materials[element.material].base_color, want, atol=2e-3, err_msg=element.name)


def _volume() -> float:
    total = 0.0
    for (points, faces), _ in HOUSE.values():
        a, b, c = (points[faces[:, i]] for i in range(3))
        total += float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)
    return total
