"""Ceilings that need large files: at the limit, and one past it. The others are rows of the set."""

from __future__ import annotations

from pathlib import Path

import pytest

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.raw import MAX_TRIANGLES, check_triangles
from archviz.geometry.sniff import MAX_FILE_BYTES, check_model_file
from tests.hostile.test_cases import CASES


def test_a_file_of_500_mb_is_looked_into_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "big.stl"
    with path.open("wb") as file:
        file.write(b"solid big\nfacet normal 0 0 0\n")
        file.truncate(MAX_FILE_BYTES)
        assert check_model_file(path) == ".stl"
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(FileFormatError, match="up to 500 MB are accepted"):
        check_model_file(path)


def test_five_million_triangles_and_one_more() -> None:
    check_triangles(MAX_TRIANGLES)
    with pytest.raises(FileFormatError, match="5000001 triangles are too many; up to 5000000"):
        check_triangles(MAX_TRIANGLES + 1)


def test_every_ceiling_has_its_two_rows() -> None:
    names = {case.name for case in CASES}
    for at, past in (
        ("png-40-megapixels", "png-past-40-megapixels"),
        ("png-side-16384", "png-side-16385"),
        ("tiff-40-megapixels", "tiff-past-40-megapixels"),
        ("zip-200-mb", "zip-past-200-mb"),
        ("zip-ratio-49", "zip-ratio-51"),
        ("zip-members-1000", "zip-members-1001"),
        ("glb-instances-10000", "glb-instances-10001"),
        ("3mf-instances-10000", "3mf-instances-10001"),
        ("dxf-grid-10000", "dxf-grid-10001"),
        ("gltf-json-64-mb", "gltf-json-past-64-mb"),
        ("dae-xml-64-mb", "dae-xml-past-64-mb"),
        ("glb-depth-256", "glb-depth-257"),
        ("dxf-depth-256", "dxf-depth-257"),
        ("stl-count-at-ceiling", "stl-count-past-ceiling"),
        ("fbx-instances-10000", "fbx-instances-10001"),
        ("fbx-depth-256", "fbx-depth-257"),
        ("usda-instances-10000", "usda-instances-10001"),
        ("usda-depth-256", "usda-depth-257"),
        ("zip-good", "zip-nested-1"),
    ):
        assert {at, past} <= names
