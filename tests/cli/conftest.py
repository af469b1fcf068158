from __future__ import annotations

from pathlib import Path

import pytest

from tests.houses import write_drawing, write_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test house as a GLB file."""
    return write_house(tmp_path_factory.mktemp("house") / "house.glb")


@pytest.fixture(scope="session")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The front of a house in lines, 400 x 300."""
    return write_drawing(tmp_path_factory.mktemp("drawing") / "front.png")
