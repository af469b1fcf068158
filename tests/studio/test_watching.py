"""A followed file: which one, when it was saved, and what belongs to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archviz.core.errors import OptionError
from archviz.studio import watching
from archviz.studio.watching import find_watched, stamp_of, take_snapshot


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that names a material file, which names a texture; other files lie beside."""
    folder = tmp_path / "project"
    (folder / "maps").mkdir(parents=True)
    (folder / "house.obj").write_text("mtllib house.mtl\nv 0 0 0\n")
    (folder / "house.mtl").write_text("newmtl wall\nmap_Kd maps/red%20brick.png\n")
    (folder / "maps" / "red brick.png").write_bytes(b"brick")
    (folder / "maps" / "other.png").write_bytes(b"other")
    (folder / "notes.txt").write_text("house.obj house.mtl")
    return folder / "house.obj"


def test_a_snapshot_holds_what_the_model_refers_to(model: Path) -> None:
    snapshot = take_snapshot(model)
    assert [name for name, _ in snapshot.files] == ["house.obj", "house.mtl", "red brick.png"]
    assert dict(snapshot.files)["red brick.png"] == b"brick"
    (model.parent / "maps" / "red brick.png").write_bytes(b"BRICK")
    changed = take_snapshot(model)
    assert changed.sha256 != snapshot.sha256
    (model.parent / "notes.txt").write_text("else")
    assert take_snapshot(model).sha256 == changed.sha256


def test_nothing_is_read_through_a_link_out_of_the_folder(model: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    (model.parent / "secret.png").symlink_to(tmp_path / "secret.png")
    with model.open("a") as file:
        file.write("# secret.png\n")
    assert b"secret" not in dict(take_snapshot(model).files).values()


def test_a_stamp_tells_that_a_file_was_saved(model: Path) -> None:
    before = stamp_of((model,))
    assert stamp_of((model,)) == before
    os.utime(model, ns=(1, 1))
    assert stamp_of((model,)) != before
    model.unlink()
    assert stamp_of((model,)) == ()
    with pytest.raises(OptionError, match="read again when it is saved"):
        take_snapshot(model)


def test_ceilings(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(len(content) for _, content in take_snapshot(model).files)
    monkeypatch.setattr(watching, "MAX_FILE_BYTES", size)
    assert take_snapshot(model)
    monkeypatch.setattr(watching, "MAX_FILE_BYTES", size - 1)
    with pytest.raises(OptionError, match="are accepted"):
        take_snapshot(model)


@pytest.mark.parametrize(
    ("text", "said"),
    [("house.glb", "not a whole path"), ("/no/such/house.glb", "No such file"), ("/tmp", "is not a file")],
)
def test_paths_that_cannot_be_followed(text: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        find_watched(text)


def test_a_path_may_be_quoted(model: Path) -> None:
    assert find_watched(f' "{model}" ') == model.resolve()
