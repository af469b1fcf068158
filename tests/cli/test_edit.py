"""``archviz edit``: the picture it writes, its replay, and what it refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.cli import main
from archviz.cli.edit import read_mask
from archviz.core.errors import OptionError
from tests.scripted_engine import ScriptedEngine

Run = Callable[..., tuple[int, dict[str, Any], str]]
SMALL = ("--size", "96x64", "--environment", "studio", "--steps", 1)


@pytest.fixture
def base(run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path) -> Path:
    assert run("render", house, "-o", tmp_path / "base.png", *SMALL)[0] == 0
    return tmp_path / "base.png"


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_an_element_becomes_another_material(run: Run, base: Path, tmp_path: Path) -> None:
    code, said, err = run("edit", base, "-o", tmp_path / "e.png", "--element", "walls", "--material", "red brick")
    assert code == 0, said
    assert "step 1 of 1" in err
    recipe = json.loads((tmp_path / "e.json").read_text(encoding="utf-8"))
    assert recipe["resolved"]["region"]["elements"] == said["elements"] == ["Walls"]
    assert said["base"] == str(base) and said["feather_px"] == 6 and said["fidelity"] is not None
    changed = (pixels(base) != pixels(tmp_path / "e.png")).any(axis=2)
    assert 0.05 < changed.mean() < 0.8
    base.unlink()
    (tmp_path / "base.json").unlink()
    code, said, _ = run("replay", tmp_path / "e.png")
    assert code == 0 and said["same_pixels"] is True and said["differences"] == []


def test_a_painted_mask_and_words(run: Run, base: Path, house: Path, tmp_path: Path) -> None:
    mask = np.zeros((64, 96), dtype=np.uint8)
    mask[10:30, 20:60] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    # The JSON beside is gone, so the input is given.
    (tmp_path / "base.json").unlink()
    words = ("edit", base, "-o", tmp_path / "e.png", "--mask", tmp_path / "mask.png", "--prompt", "brick, bloop")
    code, said, _ = run(*words, "--feather", 0)
    assert code == 2 and "give it with --input FILE" in said["error"]["message"]
    code, said, _ = run(*words, "--feather", 0, "--input", house)
    assert code == 0, said
    # As a word of the engine, and as a material of the part.
    assert (said["prompt_ignored"], said["prompt_understood"]) == (["bloop"], ["brick walls", "brick"])
    after = pixels(tmp_path / "e.png")
    np.testing.assert_array_equal(after[mask == 0], pixels(base)[mask == 0])


def test_a_mask_is_white_and_opaque(tmp_path: Path) -> None:
    picture = np.zeros((4, 4, 4), dtype=np.uint8)
    picture[0] = 255
    picture[1, :, :3] = 255
    picture[2, :, 3] = 255
    Image.fromarray(picture).save(tmp_path / "m.png")
    wanted = np.zeros((4, 4), dtype=np.bool_)
    wanted[0] = True
    np.testing.assert_array_equal(read_mask(tmp_path / "m.png").array(), wanted)
    Image.new("L", (4000, 4), 255).save(tmp_path / "long.png")
    with pytest.raises(OptionError, match="is 4000x4; give a mask of the picture's size"):
        read_mask(tmp_path / "long.png")


def test_refusals(run: Run, base: Path, house: Path, tmp_path: Path) -> None:
    Image.new("L", (96, 64), 0).save(tmp_path / "black.png")
    Image.new("L", (64, 96), 255).save(tmp_path / "tall.png")
    Image.new("RGB", (96, 64)).save(tmp_path / "plain.png")
    (tmp_path / "text.png").write_text("no picture")
    brick, out = ("--material", "brick"), tmp_path / "e.png"
    for words, told in (
        ((tmp_path / "plain.png", "--element", "Walls", *brick), "holds no recipe"),
        ((tmp_path / "none.png", "--element", "Walls", *brick), "No such file"),
        ((base, "--element", "Wals", *brick), "give a name such as Walls"),
        ((base, "--mask", tmp_path / "black.png", *brick), "nothing in it is white"),
        ((base, "--mask", tmp_path / "tall.png", *brick), "mask of 64x96: the picture is 96x64"),
        ((base, "--mask", tmp_path / "text.png", *brick), "it is not a picture"),
        ((base, "--mask", tmp_path / "gone.png", *brick), "No such file"),
        ((base, "--mask", tmp_path / "tall.png", "--element", "Walls", *brick), "are both given"),
        ((base, *brick), "give elements or a painted mask"),
        ((base, "--element", "Walls"), "give a material or words"),
        ((base, "--element", "Walls", *brick, "--feather", "wide"), "feather 'wide' cannot be read"),
        ((base, "--element", "Walls", *brick, "--feather", "-1"), "feather -1 is not accepted"),
        ((base, "--element", "Walls", *brick, "--input", tmp_path / "plain.png"), "not what this picture was made"),
    ):
        code, said, _ = run("edit", *words, "-o", out)
        assert code == 2 and told in said["error"]["message"], (words, said)
    assert not out.exists()
    code, said, _ = run("edit", base, "-o", base, "--element", "Walls", *brick)
    assert code == 2 and "give another path" in said["error"]["message"]


def test_plain_words_name_what_was_edited(base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("base.png", "base.json"):
        shutil.move(tmp_path / name, moved / name)
    words = [
        "edit",
        str(moved / "base.png"),
        "-o",
        str(tmp_path / "e.png"),
        "--element",
        "roof*",
        "--material",
        "slate",
    ]
    assert main(words) == 0
    assert "Roof of" in capsys.readouterr().out
