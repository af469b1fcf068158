from __future__ import annotations

from pathlib import Path

import pytest

from archviz import samples
from archviz.core.errors import OptionError


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
