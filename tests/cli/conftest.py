from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archviz.cli import main, pictures
from archviz.render import Renderer
from tests.houses import write_drawing, write_house
from tests.scripted_engine import ScriptedEngine, scripted_loader

Answer = tuple[int, dict[str, Any], str]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test house as a GLB file."""
    return write_house(tmp_path_factory.mktemp("house") / "house.glb")


@pytest.fixture(scope="session")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The front of a house in lines, 400 x 300."""
    return write_drawing(tmp_path_factory.mktemp("drawing") / "front.png")


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[ScriptedEngine]:
    """Commands render with a scripted engine; the list fills as engines are loaded."""
    load, loaded = scripted_loader()
    monkeypatch.setattr(pictures, "make_renderer", lambda: Renderer(load=load))
    return loaded


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run a command with --json: exit code, the one object on stdout, stderr."""

    def run(*words: object) -> Answer:
        code = main([*map(str, words), "--json"])
        out, err = capsys.readouterr()
        assert out.count("\n") == 1, out
        return code, json.loads(out), err

    return run
