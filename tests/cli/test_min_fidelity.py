"""--min-fidelity through the real command line; the scripted engine obeys its control strength."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archviz.cli import main, pictures
from archviz.render import Renderer
from tests.scripted_engine import ObeyingEngine, ScriptedEngine, scripted_loader

Run = Callable[..., tuple[int, dict[str, Any], str]]
WORDS = ("--size", "288x192", "--environment", "studio", "--steps", 1)
# With its control off the engine paints noise, whatever else is raised.
HOPELESS = (*WORDS, "--control", "stack=0", "--min-fidelity", 0.5)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[ScriptedEngine]:
    load, loaded = scripted_loader(ObeyingEngine)
    monkeypatch.setattr(pictures, "make_renderer", lambda: Renderer(load=load))
    return loaded


def test_the_path_is_told_written_and_replayed(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path
) -> None:
    code, said, err = run("render", house, "-o", tmp_path / "o.png", *WORDS, "--min-fidelity", 0.9)
    assert code == 0 and said["reached"] is True and said["min_fidelity"] == 0.9
    tries = said["tries"]
    assert (
        len(tries) >= 2 and tries[0]["edge_recall"] < 0.9 <= tries[-1]["edge_recall"] == said["fidelity"]["edge_recall"]
    )
    assert (tries[0]["control_scales"], tries[1]["control_scales"]) == ({}, {"stack": 1.25})
    assert f"stack 1, strict, 1 steps: edge recall {tries[0]['edge_recall']:.3f}\n" in err
    resolved = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["resolved"]
    assert resolved["tries"] == tries and resolved["control_scales"] == tries[-1]["control_scales"]
    painted = len(engines[0].requests)
    code, said, _ = run("replay", tmp_path / "o.png")
    assert code == 0 and said["same_pixels"] is True and said["tries"] == tries
    assert painted == len(tries) and len(engines[1].requests) == 1
    assert (tmp_path / "o.png").read_bytes() == (tmp_path / "o.replay.png").read_bytes()


def test_below_it_the_best_picture_is_written_and_the_code_is_1(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, err = run("render", house, "-o", tmp_path / "o.png", *HOPELESS)
    assert code == 1 and said["reached"] is False and (tmp_path / "o.png").exists()
    assert "stays under the 0.5 asked for" in said["warnings"][-1] and f"warning: {said['warnings'][-1]}" in err
    assert main(["render", str(house), "-o", str(tmp_path / "p.png"), *map(str, HOPELESS)]) == 1
    out, _ = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith(f"{tmp_path / 'p.png'}: 288x192 in ")
    assert lines[1].startswith("try 1: stack 0, strict, 1 steps: edge recall ")
    assert sum(line.endswith(" (kept)") for line in lines) == 1
    assert lines[-1] == "min-fidelity 0.5: not reached"


def test_a_set_names_the_pictures_below_and_is_resumed(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path
) -> None:
    words = ("lightset", house, "-o", tmp_path / "set", *HOPELESS, "--lighting", "noon")
    code, said, _ = run(*words)
    assert code == 1 and said["below"] == ["house_studio_noon.png"] and said["members"][0]["state"] == "done"
    before = {path.name: path.read_bytes() for path in (tmp_path / "set").iterdir()}
    code, said, _ = run(*words, "--resume")
    assert code == 1 and (said["made"], said["kept"]) == (0, 1)
    assert {path.name: path.read_bytes() for path in (tmp_path / "set").iterdir()} == before
    code, said, _ = run(*words[:-4], *("--min-fidelity", 0.4, "--lighting", "noon"), "--resume")
    assert code == 2 and "asked for with other options" in said["error"]["message"]
    assert run("render", house, "-o", tmp_path / "alone.png", *HOPELESS, "--lighting", "noon")[0] == 1
    assert (tmp_path / "alone.png").read_bytes() == before["house_studio_noon.png"]


def test_what_is_not_scored_is_refused(run: Run, engines: list[ScriptedEngine], tmp_path: Path) -> None:
    for words, part in (
        (["--prompt", "a house"], "has no meaning for a text alone"),
        (["--min-fidelity", "2"], "min-fidelity 2 is not accepted; give an edge recall from 0 to 1"),
        (["--min-fidelity", "high"], "min-fidelity 'high' cannot be read; give a number"),
    ):
        code, said, _ = run("render", "-o", tmp_path / "o.png", "--min-fidelity", "0.5", *words)
        assert code == 2 and part in said["error"]["message"], said
    assert list(tmp_path.iterdir()) == [] and engines == []
