"""render, maps and replay through the real command line; only the engine is scripted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.cli import main
from archviz.control import CHANNELS
from archviz.core.camera import Camera
from archviz.core.size import Size
from archviz.render.recipe import RECIPE_KEY
from tests.scripted_engine import ScriptedEngine

Run = Callable[..., tuple[int, dict[str, Any], str]]
SMALL = ("--size", "96x64", "--environment", "studio")


def test_render_writes_picture_and_recipe(run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out.png"
    code, said, err = run("render", house, "-o", out, *SMALL, "--prompt", "xyzzy", "--seed", 7, "--author", "Ánh")
    assert code == 0
    assert said["image"] == str(out) and said["recipe"] == str(out.with_suffix(".json"))
    assert said["seed"] == 7 and said["seconds"] > 0
    assert isinstance(said["prompt_understood"], list) and isinstance(said["prompt_ignored"], list)
    assert {"edge_recall", "silhouette_iou", "straightness_px", "openings", "shadow_agreement", "drift_px"} <= set(
        said["fidelity"]
    )
    steps = engines[0].requests[0].steps
    assert err.count("step ") == steps and f"step {steps} of {steps}" in err
    with Image.open(out) as picture:
        assert picture.size == (96, 64) and picture.info["Author"] == "Ánh"
        inside = json.loads(picture.info[RECIPE_KEY])
    beside = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    during = beside.pop("run")
    assert beside == inside
    assert during["input"] == str(house.resolve()) and during["seconds"] == said["seconds"] and "date" in during
    assert sorted(p.name for p in out.parent.iterdir()) == ["out.json", "out.png"]


def test_two_runs_write_the_same_file(engines: list[ScriptedEngine], house: Path, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        assert main(["render", str(house), "-o", str(tmp_path / name), *SMALL]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_options_reach_the_picture(run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path) -> None:
    camera = Camera(position_m=(2, -22, 1.6), target_m=(0, 0, 3), size=Size(height=64, width=64))
    (tmp_path / "camera.json").write_text(json.dumps(camera.to_json()), encoding="utf-8")
    code, _, _ = run(
        *("render", house, "-o", tmp_path / "o.png", "--camera", tmp_path / "camera.json", "--environment", "snow"),
        *("--place", "-33.86,151.2", "--when", "2025-12-21T12:30+11:00", "--north", "-10", "--lighting", "noon"),
        *(
            "--material",
            "Roof=slate",
            "Walls=white brick",
            "--steps",
            3,
            "--geometry",
            "free",
            "--control",
            "stack=0.5",
        ),
        *("--surroundings", "none", "--hide", "Door", "--device", "cpu"),
    )
    assert code == 0
    resolved = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["resolved"]
    assert resolved["camera"] == camera.to_json()
    assert resolved["place"]["latitude_deg"] == -33.86 and resolved["north_deg"] == -10.0
    # Near solar noon at midsummer in Sydney the sun stands in the north at about 79.6 degrees.
    assert resolved["sun"]["altitude_deg"] == pytest.approx(79.0, abs=1.5)
    assert resolved["materials"] == {"Roof": "slate", "Walls": "white brick"}
    assert (resolved["steps"], resolved["geometry"], resolved["surroundings"]) == (3, "free", "none")
    assert resolved["hide"] == ["Door"] and resolved["environment"] == "snow"
    asked = engines[0].requests[0]
    assert (asked.steps, asked.control_end, dict(asked.control_scales)) == (3, 0.5, {"stack": 0.5})


def test_a_class_is_put_right_in_the_picture_and_in_its_recipe(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path
) -> None:
    given = ["--class", "*=surroundings", "Window*=glass", "--class", "Walls=building"]
    code, said, _ = run("render", house, "-o", tmp_path / "a.png", *SMALL, *given)
    assert code == 0, said
    code, told, _ = run("inspect", house, *given)
    parts = {e["name"]: e["part"] for e in told["elements"]}
    assert parts == {
        "Walls": "building", "Roof": "surroundings", "Window left": "opening", "Window right": "opening",
        "Door": "surroundings",
    }  # fmt: skip
    stack = engines[0].requests[0].controls.stack
    assert stack is not None and stack[CHANNELS.index("transmission")].max() > 0.5, "the engine is told of the glass"
    code, again, _ = run("replay", tmp_path / "a.png")
    assert code == 0 and again["same_pixels"] is True
    recipe = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["resolved"]
    assert recipe["classes"] == [["*", "surroundings"], ["Window*", "glass"], ["Walls", "building"]]
    assert run("render", house, "-o", tmp_path / "b.png", *SMALL)[0] == 0
    pixels = [json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))["pixels_sha256"] for name in "ab"]
    assert pixels[0] != pixels[1], "the picture follows"


def test_a_city_sets_place_and_clock_and_is_replayed(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path
) -> None:
    # Sydney keeps summer time in December: the clock is eleven hours before universal time.
    moments = (
        ["--city", "sydney", "--when", "2025-12-21T12:30"],
        ["--place", "-33.87,151.21", "--when", "2025-12-21T12:30+11:00"],
    )
    resolved = []
    for name, words in zip(("city", "place"), moments, strict=True):
        assert run("render", house, "-o", tmp_path / f"{name}.png", *SMALL, *words)[0] == 0
        resolved.append(json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))["resolved"])
    assert resolved[0]["sun"] == resolved[1]["sun"] and resolved[0]["when"] == "2025-12-21T12:30:00+11:00"
    place = {"latitude_deg": -33.87, "longitude_deg": 151.21, "time_zone": "Australia/Sydney", "name": "Sydney, AU"}
    assert resolved[0]["place"] == place
    code, said, _ = run("replay", tmp_path / "city.png")
    assert code == 0 and said["same_pixels"] is True


def test_a_drawing_and_a_text_are_rendered(
    run: Run, engines: list[ScriptedEngine], drawing: Path, tmp_path: Path
) -> None:
    code, said, _ = run("render", drawing, "-o", tmp_path / "d.png", "--size", "96x64")
    assert code == 0 and said["fidelity"]["edges"]["lines"]["samples"] > 50
    assert said["fidelity"]["reasons"]["shadow_agreement"] == "not measurable from a drawing"
    code, said, _ = run("render", "-o", tmp_path / "t.png", "--size", "96x64", "--prompt", "timber house")
    assert code == 0 and said["fidelity"] is None
    for name in ("d.png", "t.png"):
        with Image.open(tmp_path / name) as picture:
            assert picture.size == (96, 64)


def test_words_alone_choose_the_scene_and_are_replayed(run: Run, engines: list[ScriptedEngine], tmp_path: Path) -> None:
    words = "rice paddies at sunset, conical hats, peaceful scene"
    code, said, err = run("render", "-o", tmp_path / "p.png", "--size", "96x64", "--prompt", words)
    assert code == 0
    assert (said["environment"], said["lighting"], said["fidelity"]) == ("rice-paddies", "sunset", None)
    assert said["prompt_ignored"] == ["peaceful"]
    assert "assumed: environment rice-paddies, from the words 'rice paddies'" in err
    code, said, _ = run("replay", tmp_path / "p.png")
    assert code == 0 and said["same_pixels"] is True and said["differences"] == []
    code, said, err = run(
        "render", "-o", tmp_path / "s.png", "--size", "96x64", "--prompt", words, "--lighting", "noon"
    )
    assert code == 0 and said["lighting"] == "noon"
    assert "warning: the words 'sunset' name lighting sunset, but noon holds" in err


def test_plain_words_name_what_was_written(
    engines: list[ScriptedEngine], house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", str(house), "-o", str(tmp_path / "o.png"), *SMALL]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{tmp_path / 'o.png'}: 96x64 in ")
    assert "assumed: no place given" in err


def test_maps_as_pictures_and_arrays(run: Run, house: Path, tmp_path: Path) -> None:
    code, said, _ = run("maps", house, "-o", tmp_path, *SMALL, "--view", "front")
    assert code == 0
    for name, shape in said["maps"].items():
        array = np.load(tmp_path / f"{name}.npy", allow_pickle=False)
        assert list(array.shape) == shape
    for name in set(said["maps"]) - {"control_stack"}:
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.size == (96, 64)
    depth = np.load(tmp_path / "depth.npy")
    assert np.isinf(depth).any() and depth.min() > 1.0
    assert Camera.load(tmp_path / "camera.json").to_json() == said["camera"]


def test_replay_gives_the_same_pixels(run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path) -> None:
    run("render", house, "-o", tmp_path / "o.png", *SMALL, "--seed", 4)
    for recipe in ("o.png", "o.json"):
        code, said, _ = run("replay", tmp_path / recipe)
        assert code == 0
        assert said["same_pixels"] is True and said["differences"] == []
        assert said["image"] == str(tmp_path / "o.replay.png")
    with Image.open(tmp_path / "o.png") as first, Image.open(tmp_path / "o.replay.png") as second:
        assert np.array_equal(np.asarray(first), np.asarray(second))


def test_replay_names_the_differences_of_the_key(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path
) -> None:
    run("render", house, "-o", tmp_path / "o.png", *SMALL)
    recipe = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    recipe["numerics"]["threads"] = 64
    recipe["pixels_sha256"] = "0" * 64
    (tmp_path / "o.json").write_text(json.dumps(recipe), encoding="utf-8")
    code, said, _ = run("replay", tmp_path / "o.json", "-o", tmp_path / "again.png")
    assert code == 0
    assert said["same_pixels"] is False
    assert said["differences"] == [{"key": "threads", "then": 64, "now": 1}]


def test_replay_of_a_picture_alone_asks_for_its_input(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path
) -> None:
    run("render", house, "-o", tmp_path / "o.png", *SMALL)
    (tmp_path / "o.json").unlink()
    code, said, _ = run("replay", tmp_path / "o.png")
    assert code == 2 and "--input" in said["error"]["message"]
    code, said, _ = run("replay", tmp_path / "o.png", "--input", house)
    assert code == 0 and said["same_pixels"] is True


def test_missing_weights_are_told_and_nothing_is_written(run: Run, house: Path, tmp_path: Path) -> None:
    code, said, _ = run("render", house, "-o", tmp_path / "o.png", *SMALL, "--weights", tmp_path / "none")
    assert code == 2 and said["error"]["code"] == "missing-weights"
    assert list(tmp_path.iterdir()) == []


def test_our_own_failure_is_exit_code_1(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a tensor\nwas unhappy")

    monkeypatch.setattr(ScriptedEngine, "generate", burst)
    code, said, _ = run("render", house, "-o", tmp_path / "o.png", *SMALL)
    assert code == 1
    assert said["error"]["code"] == "internal" and "a tensor was unhappy" in said["error"]["message"]
    assert list(tmp_path.iterdir()) == []


def test_what_libraries_print_does_not_reach_stdout(
    run: Run, engines: list[ScriptedEngine], house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ScriptedEngine.generate

    def noisy(self: ScriptedEngine, *args: Any, **kwargs: Any) -> Any:
        print("loading the thing")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(ScriptedEngine, "generate", noisy)
    code, _, err = run("render", house, "-o", tmp_path / "o.png", *SMALL)
    assert code == 0 and "loading the thing" in err


def test_a_drawing_is_read_in_our_own_words_only(
    engines: list[ScriptedEngine], drawing: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from archviz.sketch import estimate

    estimate._load.cache_clear()
    assert main(["render", str(drawing), "-o", str(tmp_path / "o.png"), *SMALL]) == 0
    _, err = capfd.readouterr()
    assert all(line.startswith(("assumed: ", "warning: ", "step ")) for line in err.splitlines()), err
