"""Wrong input: one clear sentence, exit code 2, nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archviz.cli import main
from archviz.core.camera import Camera
from archviz.core.size import Size
from tests.scripted_engine import ScriptedEngine

Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--environment", "mars"], ["'mars'", "park"]),
        (["--lighting", "midnight"], ["'midnight'", "night"]),
        (["--view", "behind"], ["'behind'", "front-left"]),
        (["--engine", "gpt"], ["'gpt'", "mini"]),
        (["--size", "50x50"], ["50x50", "64 to 2048"]),
        (["--size", "4096x512"], ["4096x512", "64 to 2048"]),
        (["--size", "big"], ["'big'", "768x512"]),
        (["--seed", "x"], ["seed 'x'", "whole number"]),
        (["--steps", "0"], ["steps 0"]),
        (["--north", "east"], ["north 'east'", "number"]),
        (["--place", "Hanoi"], ["'Hanoi'", "LAT,LON"]),
        (["--place", "95,10"], ["95", "-90 to 90"]),
        (["--place", "10,200"], ["200", "-180 to 180"]),
        (["--place", "10,106", "--when", "noon"], ["'noon'", "2025-06-21T15:30+07:00"]),
        (["--place", "10,106", "--when", "2025-06-21T15:30"], ["no offset", "+07:00", "city"]),
        (["--when", "2025-06-21T15:30"], ["2025-06-21T15:30:00 needs a place", "--city"]),
        (["--city", "Sagon"], ["'Sagon'", "Ho Chi Minh City, VN"]),
        (["--city", "San Jose"], ['"San Jose, US" or "San Jose, CR"']),
        (["--city", "hue", "--place", "16.46,107.59"], ["'hue'", "16.46,107.59", "one of them"]),
        (
            ["--city", "hue", "--when", "2025-06-21T22:00", "--lighting", "noon"],
            ["'noon'", "the sun is up", "UTC+07:00"],
        ),
        (["--when", "2025-06-21T15:30+07:00"], ["needs a place"]),
        (
            ["--place", "10.82,106.63", "--when", "2025-06-21T22:00+07:00", "--lighting", "noon"],
            ["'noon'", "the sun is up from 05:3"],
        ),
        (["--geometry", "loose"], ["'loose'", "balanced"]),
        (["--surroundings", "some"], ["'some'", "imagined"]),
        (["--control", "depth"], ["'depth'", "NAME=SCALE"]),
        (["--control", "stack=9"], ["stack=9", "0 to 2"]),
        (["--material", "Roof"], ["'Roof'", "ELEMENT=TEXT"]),
        (["--material", "Ruf=tiles"], ["'Ruf'", "Roof"]),
        (["--unit", "parsec"], ["parsec", "mm"]),
        (["--hide", "*"], ["hid"]),
        (["--class", "Roof"], ["class 'Roof'", "NAME=CLASS"]),
        (["--class", "Roof=lawn"], ["class Roof=lawn", "vegetation"]),
        (["--class", "Ruf=ground"], ["'Ruf'", "Roof"]),
        (["--camera", "no-such.json"], ["no-such.json"]),
        (["--weights", "no-such-folder"], ["no-such-folder"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_options(run: Run, house: Path, tmp_path: Path, words: list[str], parts: list[str]) -> None:
    code, said, _ = run("render", house, "-o", tmp_path / "o.png", *words)
    message = said["error"]["message"]
    assert code == 2, message
    assert all(part in message for part in parts), message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["render", "lightset", "maps"])
def test_a_camera_that_misses_the_building(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path, command: str
) -> None:
    away = Camera(position_m=(0, -20, 2), target_m=(0, -60, 2), size=Size(height=64, width=96))
    camera = tmp_path / "away.json"
    camera.write_text(json.dumps(away.to_json()), encoding="utf-8")
    output = tmp_path / ("o.png" if command == "render" else "o")
    words = ["--lighting", "noon"] if command == "lightset" else []
    code, said, _ = run(command, house, "-o", output, "--environment", "studio", "--camera", camera, *words)
    assert code == 2
    assert "nothing of the building is in the view" in said["error"]["message"]
    assert "turn the camera to it" in said["error"]["message"]
    assert list(tmp_path.iterdir()) == [camera]


def _write_empty(path: Path) -> None:
    path.write_text("solid nothing\nendsolid nothing\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("missing.glb", lambda path: None),
        ("letter.glb", lambda path: path.write_text("Dear client, here is the model.", encoding="utf-8")),
        ("empty.glb", lambda path: path.write_bytes(b"")),
        ("empty.stl", _write_empty),
        ("tower.skp", lambda path: path.write_bytes(b"\xff\xfe\xff\x0eSketchUp Model")),
        ("broken.png", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\nbroken")),
        ("flat.obj", lambda path: path.write_text("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n", encoding="utf-8")),
        ("folder.glb", lambda path: path.mkdir()),
    ],
)
@pytest.mark.parametrize("command", ["render", "inspect"])
def test_wrong_files(run: Run, tmp_path: Path, command: str, name: str, write: Callable[[Path], None]) -> None:
    path = tmp_path / name
    write(path)
    words = ["-o", tmp_path / "o.png"] if command == "render" else []
    code, said, _ = run(command, path, *words)
    assert code == 2
    assert name in said["error"]["message"] and "Traceback" not in said["error"]["message"]
    assert not (tmp_path / "o.png").exists()


@pytest.mark.parametrize("output", ["o.jpg", "o", "."])
def test_wrong_outputs_are_refused_before_the_work(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path, output: str
) -> None:
    code, said, _ = run("render", house, "-o", tmp_path / output)
    assert code == 2 and ".png" in said["error"]["message"]
    assert engines == []


def test_a_folder_that_cannot_be_written_to(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    code, said, _ = run("render", house, "-o", tmp_path / "file" / "o.png", "--size", "64x64")
    assert code == 2 and str(tmp_path / "file" / "o.") in said["error"]["message"]


def test_without_json_it_is_one_line_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(tmp_path / "none.glb")]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("archviz: ") and err.count("\n") == 1 and "none.glb" in err
