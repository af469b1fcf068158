from __future__ import annotations

from pathlib import Path

import pytest

from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.studio import JobStore, StudioHome
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker
from tests.houses import write_drawing, write_house
from tests.scripted_engine import scripted_loader


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_house(tmp_path_factory.mktemp("house") / "house.glb")


@pytest.fixture(scope="session")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_drawing(tmp_path_factory.mktemp("drawing") / "front.png")


@pytest.fixture
def store(tmp_path: Path) -> JobStore:
    return JobStore(StudioHome(tmp_path / "home").prepare())


@pytest.fixture
def worker(store: JobStore) -> Worker:
    """A worker with a scripted engine, run by hand."""
    load, _ = scripted_loader()
    return Worker(store, Executor(store, load=load))


@pytest.fixture
def request_of_house(house: Path) -> RenderRequest:
    return RenderRequest(input=house, size=Size(height=64, width=96), steps=3, environment="studio")
