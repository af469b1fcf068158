"""check through the real command line, on pictures that another tool could have made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.cli import main
from archviz.core.camera import Camera
from archviz.core.size import Size

Run = Callable[..., tuple[int, dict[str, Any], str]]
SUN = ("--place", "16.07,108.22", "--when", "2026-06-21T09:00+07:00")
SCORES = {"edge_recall", "silhouette_iou", "straightness_px", "openings", "shadow_agreement", "drift_px"}


@pytest.fixture(scope="module")
def shot(house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the lit house, 384 x 256, and its camera."""
    folder = tmp_path_factory.mktemp("shot")
    words = ("--size", "384x256", "--view", "front-left", "--surroundings", "none", *SUN)
    assert main(["maps", str(house), "-o", str(folder), *words]) == 0
    return folder


def _save(path: Path, array: Any) -> Path:
    Image.fromarray(array).save(path)
    return path


def test_a_true_picture_passes_and_noise_does_not(run: Run, house: Path, shot: Path, tmp_path: Path) -> None:
    camera = shot / "camera.json"
    code, said, _ = run("check", shot / "deferred.png", "--model", house, "--camera", camera, *SUN, "--threshold", 0.8)
    assert code == 0 and said["passed"] is True and said["size"] == [384, 256]
    # Its courses of brick and tile are lines, too, and hide some of those that are asked for.
    assert said["edge_recall"] > 0.87 and said["silhouette_iou"] > 0.75
    assert {k for k in SCORES if said[k] is None} == set(said["reasons"])
    assert said["shadow_agreement"] > 0.95
    assert said["registration"]["shift_px"] == [0.0, 0.0] and said["registration"]["scale"] == 1.0
    noise = np.random.default_rng(1).integers(0, 256, (256, 384, 3), dtype=np.uint8)
    words = ("check", _save(tmp_path / "noise.png", noise), "--model", house, "--camera", camera)
    code, said, _ = run(*words, "--threshold", 0.8)
    assert code == 1 and said["passed"] is False and abs(said["edge_recall"]) <= 0.06
    assert said["reasons"]["shadow_agreement"] == "no light was given"
    code, said, _ = run(*words)
    assert code == 0 and said["passed"] is None and said["threshold"] is None


def test_a_moved_and_larger_picture_is_registered_first(run: Run, house: Path, shot: Path, tmp_path: Path) -> None:
    with Image.open(shot / "deferred.png") as picture:
        array = np.asarray(picture.convert("RGB"))
    moved = np.roll(array, (-4, 7), axis=(0, 1))
    double = _save(tmp_path / "moved.png", np.repeat(np.repeat(moved, 2, 0), 2, 1))
    code, said, _ = run("check", double, "--model", house, "--view", "front-left")
    assert code == 0 and said["size"] == [768, 512]
    assert said["registration"]["reason"] is None
    assert said["registration"]["shift_px"] == pytest.approx([14, -8], abs=1.0)
    assert said["registration"]["scale"] == pytest.approx(1.0, abs=0.003)
    assert said["edge_recall"] > 0.8


def test_a_moment_or_a_lighting_judges_shadows(run: Run, house: Path, shot: Path) -> None:
    words = ("check", shot / "deferred.png", "--model", house, "--view", "front-left")
    for light, part in (("night", "night"), ("overcast", "sun")):
        _, said, _ = run(*words, "--lighting", light)
        assert said["shadow_agreement"] is None and part in said["reasons"]["shadow_agreement"]


def test_a_score_that_cannot_be_told_does_not_pass(run: Run, house: Path, tmp_path: Path) -> None:
    far = Camera(position_m=(0, -900, 2), target_m=(0, 0, 3), size=Size(height=128, width=192))
    (tmp_path / "far.json").write_text(json.dumps(far.to_json()), encoding="utf-8")
    grey = _save(tmp_path / "grey.png", np.full((128, 192, 3), 128, np.uint8))
    code, said, _ = run("check", grey, "--model", house, "--camera", tmp_path / "far.json", "--threshold", 0)
    assert said["edge_recall"] is None and "a score needs" in said["reasons"]["edge_recall"]
    assert code == 1 and said["passed"] is False


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ([], ["--camera FILE or --view ID"]),
        (["--view", "front", "--camera", "CAMERA"], ["--camera FILE or --view ID"]),
        (["--view", "front", "--threshold", "2"], ["threshold 2 is not accepted", "0 to 1"]),
        (["--view", "front", "--place", "10,106"], ["place '10,106' alone", "--when"]),
        (["--view", "front", "--when", "2026-06-21T09:00+07:00"], ["needs a place"]),
        (["--view", "front", "--place", "91,106", "--when", "2026-06-21T09:00+07:00"], ["91", "-90 to 90"]),
        (["--view", "front", "--place", "10,106", "--when", "2026-06-21T09:00"], ["no offset", "+07:00"]),
        (["--view", "worm"], ["'worm'", "front-left"]),
        (["--camera", "TALL"], ["384x256", "another shape than the camera's 256x384"]),
        (["--camera", "AWAY"], ["nothing of the building is in the view"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_wrong_input_is_refused_in_a_sentence(
    run: Run, house: Path, shot: Path, tmp_path: Path, words: list[str], parts: list[str]
) -> None:
    cameras = {
        "CAMERA": Camera.load(shot / "camera.json"),
        "TALL": Camera(position_m=(0, -20, 2), target_m=(0, 0, 2), size=Size(height=384, width=256)),
        "AWAY": Camera(position_m=(0, -20, 2), target_m=(0, -60, 2), size=Size(height=256, width=384)),
    }
    for name, camera in cameras.items():
        (tmp_path / name).write_text(json.dumps(camera.to_json()), encoding="utf-8")
    words = [str(tmp_path / word) if word in cameras else word for word in words]
    code, said, _ = run("check", shot / "deferred.png", "--model", house, *words)
    assert code == 2 and all(part in said["error"]["message"] for part in parts), said


def test_other_files_are_refused(run: Run, house: Path, drawing: Path, shot: Path, tmp_path: Path) -> None:
    code, said, _ = run("check", tmp_path / "none.png", "--model", house, "--view", "front")
    assert code == 2 and "none.png" in said["error"]["message"]
    words = ("check", shot / "deferred.png", "--model", drawing)
    for option, value in (("--camera", shot / "camera.json"), ("--view", "front")):
        code, said, _ = run(*words, option, value)
        assert code == 2 and "for a drawing" in said["error"]["message"] and "3D model" in said["error"]["message"]
    code, said, _ = run(*words, "--lighting", "noon")
    assert code == 2 and "has no sun" in said["error"]["message"]
    for name, part in (("map.jpg", "not a PNG"), ("", "not a PNG")):
        code, said, _ = run(*words, "--heatmap", tmp_path / name)
        assert code == 2 and part in said["error"]["message"] and "heatmap" in said["error"]["message"]
    assert not list(tmp_path.iterdir())


def test_a_drawing_is_judged_by_its_lines(run: Run, drawing: Path, tmp_path: Path) -> None:
    code, said, _ = run("check", drawing, "--model", drawing, "--heatmap", tmp_path / "map.png", "--threshold", 0.2)
    assert code == 0 and said["edge_recall"] > 0.2 and said["drift_px"] < 2.0
    assert said["reasons"] == dict.fromkeys(SCORES - {"edge_recall", "drift_px"}, "not measurable from a drawing")
    with Image.open(tmp_path / "map.png") as sheet:
        assert sheet.size[0] >= 1200 and sheet.size[1] > sheet.size[0] * 300 / 400
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    code, said, _ = run("check", _save(tmp_path / "noise.png", noise), "--model", drawing, "--threshold", 0.2)
    assert code == 1 and abs(said["edge_recall"]) <= 0.06


def test_the_heat_map_shows_what_was_judged(run: Run, house: Path, shot: Path, tmp_path: Path) -> None:
    words = ("check", shot / "deferred.png", "--model", house, "--camera", shot / "camera.json")
    code, said, _ = run(*words, *SUN, "--heatmap", tmp_path / "map.png")
    assert code == 0 and said["heatmap"] == str(tmp_path / "map.png")
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]
    with Image.open(tmp_path / "map.png") as sheet:
        array = np.asarray(sheet)
    found = (array[:800] == (0, 114, 178)).all(2).sum()
    missing = (array[:800] == (213, 94, 0)).all(2).sum()
    assert array.shape[1] == 1200 and array.shape[0] > 900 and found > 20 * max(missing, 1)


def test_plain_words(house: Path, shot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(shot / "deferred.png"), "--model", str(house), "--view", "front-left"]) == 0
    out, _ = capsys.readouterr()
    assert "shadow_agreement: none (no light was given)\n" in out
    assert "registration: the picture stands where the camera says\n" in out
