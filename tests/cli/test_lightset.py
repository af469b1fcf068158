"""lightset through the real command line; only the engine is scripted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.cli import main
from tests.diffusion.tiny import save_tiny_mini
from tests.scripted_engine import ScriptedEngine

Run = Callable[..., tuple[int, dict[str, Any], str]]
SMALL = ("--size", "96x64", "--environment", "studio", "--steps", 2)
WORDS = ("--size", "96x64", "--surroundings", "imagined", "--steps", 1, "--prompt", "timber house")


def _pixels(path: Path) -> Any:
    with Image.open(path) as picture:
        return np.array(picture)


def test_a_set_of_a_model(run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path) -> None:
    lists = ("--lighting", "noon, night", "--view", "front,aerial", "--seed", "3,4")
    code, said, err = run("lightset", house, "-o", tmp_path / "set", *SMALL, *lists)
    assert code == 0, said
    assert (said["pictures"], said["made"], said["kept"]) == (8, 8, 0)
    assert said["manifest"] == str(tmp_path / "set" / "lightset.json")
    assert json.loads(Path(said["manifest"]).read_text(encoding="utf-8"))["members"] == said["members"]
    first = said["members"][0]
    assert first["file"] == "house_studio_front_noon_seed3.png" and first["state"] == "done"
    expected = {"design": "house", "input": "house.glb", "environment": "studio", "view": "front"}
    assert expected.items() <= first["choices"].items() and first["choices"]["seed"] == 3
    assert all(r.steps == 2 for r in engines[0].requests)
    assert "house_studio_front_noon_seed3.png (1 of 8): step 2 of 2" in err
    sheet = Path(said["contact_sheets"][0])
    assert sheet.name == "contact-sheet.png"
    # Two lights across, views and seeds down: a head, and four rows of a title, a caption and a picture.
    assert _pixels(sheet).shape == (2 * 24 + 48 + 4 * (38 + 29 + 256) + 3 * 12, 2 * 24 + 2 * 384 + 12, 3)
    # A member rendered alone has the same pixels.
    alone = ("--lighting", "night", "--view", "aerial", "--seed", 4)
    assert run("render", house, "-o", tmp_path / "alone.png", *SMALL, *alone)[0] == 0
    assert (tmp_path / "alone.png").read_bytes() == (tmp_path / "set/house_studio_aerial_night_seed4.png").read_bytes()


def test_a_member_of_a_real_engine_s_set_is_the_picture_alone(run: Run, house: Path, tmp_path: Path) -> None:
    weights = save_tiny_mini(tmp_path / "mini")
    words = (*SMALL, "--weights", weights, "--device", "cpu")
    assert run("lightset", house, "-o", tmp_path / "set", *words, "--lighting", "noon,night")[0] == 0
    assert run("render", house, "-o", tmp_path / "alone.png", *words, "--lighting", "night")[0] == 0
    night = tmp_path / "set" / "house_studio_night.png"
    assert night.read_bytes() == (tmp_path / "alone.png").read_bytes()
    assert not np.array_equal(_pixels(night), _pixels(tmp_path / "set" / "house_studio_noon.png"))


def test_hours_of_a_day(run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path) -> None:
    words = ("--city", "hue", "--date", "2026-06-21", "--hours", "07:00,12:00,19:30")
    code, said, _ = run("lightset", house, "-o", tmp_path, *SMALL, *words)
    assert code == 0
    assert [m["file"][-8:] for m in said["members"]] == ["0700.png", "1200.png", "1930.png"]
    assert [m["choices"]["when"][11:] for m in said["members"]] == [
        f"{t}:00+07:00" for t in ("07:00", "12:00", "19:30")
    ]
    assert said["members"][2]["choices"]["lighting"] == "night"


def test_an_interrupted_set_says_how_to_go_on(
    run: Run, engines: list[ScriptedEngine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ScriptedEngine.generate

    def stopped(self: ScriptedEngine, *args: Any, **kwargs: Any) -> Any:
        if len(self.requests) == 1:
            raise KeyboardInterrupt
        return real(self, *args, **kwargs)

    monkeypatch.setattr(ScriptedEngine, "generate", stopped)
    code, said, _ = run("lightset", "-o", tmp_path, *WORDS, "--lighting", "noon,night,sunset")
    assert code == 130
    assert said["error"]["message"] == "interrupted; 1 of 3 pictures are finished, go on with --resume"
    monkeypatch.setattr(ScriptedEngine, "generate", real)
    code, said, _ = run("lightset", "-o", tmp_path, *WORDS, "--lighting", "noon,night,sunset")
    assert code == 2 and "already holds a light set" in said["error"]["message"]
    code, said, err = run("lightset", "-o", tmp_path, *WORDS, "--lighting", "noon,night,sunset", "--resume")
    assert code == 0 and (said["made"], said["kept"]) == (2, 1)
    assert "1 of 3 pictures were finished before" in err


@pytest.mark.slow
def test_a_killed_command_goes_on_with_the_same_pixels(run: Run, house: Path, tmp_path: Path) -> None:
    weights = save_tiny_mini(tmp_path / "mini")
    lights = "sunrise,morning,noon,sunset,night,overcast"
    # Many steps: the second picture takes long enough to be killed in.
    words = [
        "lightset",
        house,
        *SMALL[:-2],
        "--steps",
        50,
        "--weights",
        weights,
        "--device",
        "cpu",
        "--lighting",
        lights,
    ]
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "archviz.cli", *map(str, words), "-o", str(killed)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 300
        while not list(killed.glob("house_*.png")):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.002)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    finished = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in killed.glob("house_*.png")}
    assert 1 <= len(finished) < 6
    code, said, _ = run(*words, "-o", killed, "--resume")
    assert code == 0 and (said["kept"], said["made"]) == (len(finished), 6 - len(finished))
    for name, (data, written_ns) in finished.items():
        assert (killed / name).read_bytes() == data and (killed / name).stat().st_mtime_ns == written_ns
    assert run(*words, "-o", tmp_path / "unstopped")[0] == 0
    for member in said["members"]:
        assert (killed / member["file"]).read_bytes() == (tmp_path / "unstopped" / member["file"]).read_bytes()
    assert not [path for path in killed.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ([], ["needs lights", "noon,sunset"]),
        (["--lighting", "noon,,night"], ["'noon,,night' has an empty entry"]),
        (["--lighting", "noon,dusk"], ["'dusk'", "golden-hour"]),
        (["--lighting", "noon", "--seed", "1,x"], ["seed 'x'", "whole number"]),
        (["--hours", "06:00"], ["hours 06:00 alone", "--date"]),
        (["--date", "2026-06-21"], ["date 2026-06-21 alone", "--hours"]),
        (["--date", "2026-06-21", "--hours", "6", "--city", "hue"], ["hours '6'", "HH:MM"]),
        (["--date", "2026-06-21", "--hours", "06:00", "--city", "hue", "--lighting", "noon"], ["both given"]),
        (["--date", "2026-06-21", "--hours", "06:00"], ["needs a place"]),
        (["--date", "2026-06-21", "--hours", "06:00", "--place", "16,108"], ["no offset", "+07:00"]),
        (["--lighting", "noon", "--place", "16,190"], ["190", "-180 to 180"]),
        (["--lighting", "noon", "--view", "front"], ["view has no meaning for a text alone"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_wrong_words_are_refused_and_nothing_is_written(
    run: Run, engines: list[ScriptedEngine], tmp_path: Path, words: list[str], parts: list[str]
) -> None:
    code, said, _ = run("lightset", "-o", tmp_path / "set", *WORDS, *words)
    assert code == 2 and all(part in said["error"]["message"] for part in parts), said
    assert list(tmp_path.iterdir()) == [] and engines == []


def test_missing_weights_leave_no_folder(run: Run, tmp_path: Path) -> None:
    words = (*WORDS, "--lighting", "noon,night", "--weights", tmp_path / "none")
    code, said, _ = run("lightset", "-o", tmp_path / "set", *words)
    assert code == 2 and said["error"]["code"] == "missing-weights"
    assert list(tmp_path.iterdir()) == []


def test_plain_words(engines: list[ScriptedEngine], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lightset", "-o", str(tmp_path / "s"), *map(str, WORDS), "--lighting", "noon"]) == 0
    out, _ = capsys.readouterr()
    assert out == f"{tmp_path / 's'}: 1 pictures, 1 made, 0 kept; {tmp_path / 's' / 'contact-sheet.png'}\n"
