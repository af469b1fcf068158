"""Every hostile upload has its outcome: no death, no traceback, no wrong answer, nothing touched outside."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from archviz.studio.home import StudioHome
from tests.hostile.case import Case, Drawn, Lure, Outcome, Refused
from tests.hostile.cases import CASES
from tests.hostile.upload import Watched, open_upload, own_temporary_folder

_SECRET = b"a letter that nobody may read"
_MOST_CPU_S, _MOST_BYTES = 10.0, 1 << 30
_LONGEST_SENTENCE = 700


@dataclass(frozen=True)
class Field:
    """A studio's home, with lures outside it."""

    home: StudioHome
    lure: Lure
    listener: socket.socket
    temporary: Path


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    root = tmp_path_factory.mktemp("hostile")
    canary = root / "canary.png"
    canary.write_bytes(_SECRET)
    with socket.create_server(("127.0.0.1", 0)) as listener, own_temporary_folder(root / "temporary") as temporary:
        listener.setblocking(False)
        lure = Lure(file=str(canary), port=listener.getsockname()[1])
        yield Field(StudioHome(root / "home").prepare(), lure, listener, temporary)


def test_the_set_is_large_and_of_every_format() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) >= 150
    kinds = {name.split("-")[0] for name in names}
    assert kinds >= {
        "glb",
        "gltf",
        "obj",
        "stl",
        "ply",
        "off",
        "dae",
        "3mf",
        "ifc",
        "3dm",
        "dxf",
        "fbx",
        "step",
        "usda",
        "usdc",
        "usdz",
        "zip",
    }
    assert kinds >= {"png", "jpeg", "webp", "tiff", "heic", "bmp", "svg", "pdf", "upload"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(surroundings: Field, case: Case) -> None:
    files = case.files(surroundings.lure)
    before = _mark(Path(surroundings.lure.file))
    watched = open_upload(surroundings.home, files)
    try:
        _check_outcome(watched, case.outcome, surroundings)
        _check_nothing_happened(watched, surroundings, before)
    finally:
        shutil.rmtree(surroundings.home.designs, ignore_errors=True)
        surroundings.home.designs.mkdir()


def _mark(canary: Path) -> tuple[int, int]:
    """Times of the lure, set so that reading it would move the first."""
    os.utime(canary, ns=(10**18, 2 * 10**18))
    return canary.stat().st_atime_ns, canary.stat().st_mtime_ns


def _check_nothing_happened(watched: Watched, surroundings: Field, before: tuple[int, int]) -> None:
    canary = Path(surroundings.lure.file)
    assert (canary.stat().st_atime_ns, canary.stat().st_mtime_ns) == before, "the lure was touched"
    assert sorted(p.name for p in canary.parent.iterdir()) == ["canary.png", "home", "temporary"]
    assert list(surroundings.temporary.iterdir()) == []
    with pytest.raises(BlockingIOError):
        surroundings.listener.accept()
    for ended in watched.ended:
        assert ended.cpu_s < _MOST_CPU_S and ended.memory_bytes < _MOST_BYTES, ended


def _check_outcome(watched: Watched, outcome: Outcome, surroundings: Field) -> None:
    if isinstance(outcome, Refused):
        assert watched.refusal is not None, f"it was read: {_told(watched)}"
        _check_sentence(watched.refusal.message, outcome.pattern, watched, surroundings)
        return
    assert watched.refusal is None, watched.refusal
    assert watched.source is not None
    if isinstance(outcome, Drawn):
        drawing = watched.source.drawing
        assert drawing is not None
        assert (drawing.size.width, drawing.size.height) == outcome.size
        _check_said(drawing.warnings, (*drawing.warnings, *drawing.assumptions), outcome.says)
        return
    model = watched.source.model
    assert model is not None
    np.testing.assert_allclose(model.extents_m, outcome.size, rtol=1e-4, atol=6e-6)
    assert len(model.scene.faces) == outcome.triangles
    _check_said(model.warnings, (*model.warnings, *model.assumptions, *model.hidden), outcome.says)


def _check_sentence(message: str, pattern: str, watched: Watched, surroundings: Field) -> None:
    """One sentence that starts with the file's name and tells nothing of this computer."""
    shown = message.replace(f"{watched.folder}/", "") if watched.folder else message
    assert re.search(pattern, shown), shown
    assert re.match(r"[^:]+: \S", shown), "it names no file"
    assert "\n" not in message and len(shown) < _LONGEST_SENTENCE
    assert shown.isprintable(), repr(shown)
    for word in ("Traceback", "archviz-load", str(surroundings.home.folder), "object at 0x"):
        assert word not in shown


def _check_said(warnings: tuple[str, ...], said: tuple[str, ...], patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        assert any(re.search(pattern, text) for text in said), (pattern, said)
    for warning in warnings:
        assert any(re.search(pattern, warning) for pattern in patterns), f"unexpected: {warning}"
        assert warning.isprintable() and len(warning) < _LONGEST_SENTENCE


def _told(watched: Watched) -> str:
    model = watched.source.model if watched.source else None
    if model is None:
        return "a drawing"
    return f"{model.extents_m}, {len(model.scene.faces)} triangles, {model.warnings}, {model.assumptions}"
