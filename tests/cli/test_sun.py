"""``archviz sun`` with a model: a sun study on disk; and what it refuses."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.cli import main

Run = Callable[..., tuple[int, dict[str, Any], str]]


def test_a_study_of_a_house(run: Run, house: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    # At 70 degrees north a day in February is short, and June has no night; true north lies along the model's -X.
    words = ("--place", "69.65,18.96", "--date", "2025-02-01", "--north", "-90", "--size", "300x256")
    code, said, err = run("sun", house, *words, "-o", folder)
    assert code == 0
    names = set(said["written"])
    assert names == {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert {"sun-path.svg", "sun-path.png", "shadows-plan.png", "shadows-view.png"} <= names
    assert {"hours-plan.png", "hours-view.png", "hours.csv"} <= names
    rise, noon, fall = (datetime.fromisoformat(said[k]) for k in ("sunrise", "solar_noon", "sunset"))
    assert rise < noon < fall and noon.utcoffset() == rise.utcoffset()
    assert said["day_length_h"] == pytest.approx((fall - rise).total_seconds() / 3600, abs=0.001)
    of_day = [name for name in names if name.startswith("shadows/plan-2025-02-01-")]
    assert 4 <= len(of_day) <= said["day_length_h"] + 1
    assert len([name for name in names if "2025-06-21" in name]) == 2 * 24
    for name in (n for n in names if n.startswith("shadows/")):
        with Image.open(folder / name) as picture:
            assert picture.size == (300, 256 + 40)
    assert ET.parse(folder / "sun-path.svg").getroot().get("width") == "900"
    with (folder / "hours.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["element"] == "ground around the building"
    walls = {row["orientation"]: row for row in rows if row["element"] == "Walls"}
    # The front, 10 x 6 m less what windows and door cover, faces west; the sides, 8 x 6 m, north and south.
    assert 50 < float(walls["W"]["area_m2"]) <= 60 and set(walls) == {"N", "E", "S", "W"}
    assert float(walls["S"]["area_m2"]) == pytest.approx(48, rel=0.02)
    # In winter the sun goes from south-east to south-west: the south has it all day, the north never.
    assert float(walls["S"]["hours_mean"]) > 0.9 * said["day_length_h"]
    assert float(walls["N"]["hours_max"]) == 0
    # True north is at the top of the plan: there the house, white against the ground, is 9 m wide and 11 m high.
    with Image.open(folder / "shadows" / "plan-2025-06-21-1300.png") as picture:
        white = np.argwhere(np.asarray(picture.convert("L"))[:256] > 225)
    rows_px, columns_px = np.ptp(white, axis=0)
    assert rows_px / columns_px == pytest.approx(11 / 9, rel=0.05)
    faces = {row["orientation"]: row for row in said["orientations"]}
    assert faces["N"]["hours_mean"] == 0 and faces["S"]["hours_max"] <= said["day_length_h"] + 0.001
    assert 0 < said["ground"]["hours_mean"] < said["day_length_h"] and said["ground"]["hours_min"] == 0
    assert "no time zone given" in " ".join(said["assumptions"]) and "assumed: level ground" in err


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--date", "2025-06-31"], ["'2025-06-31'", "YYYY-MM-DD"]),
        (["--date", "tomorrow"], ["'tomorrow'", "YYYY-MM-DD"]),
        (["--date", "1500-06-21"], ["1500", "1900 to 2200"]),
        (["--place", "91,0"], ["91", "-90 to 90"]),
        (["--city", "Atlantis"], ["'Atlantis'", "Atlanta"]),
        (["--place", "10,106", "--city", "hue"], ["'hue'", "one of them"]),
        (["--city", ""], ["needs a place", "--city"]),
        (["--north", "up"], ["'up'", "number"]),
        (["--north", "400"], ["400", "-360 to 360"]),
        (["--view", "below"], ["'below'", "aerial"]),
        (["--size", "100x100"], ["100x100", "256 to 2048"]),
        (["--when", "2025-06-21T12:00"], ["'2025-06-21T12:00'", "--date"]),
        (["--output", ""], ["-o DIR"]),
        (["--date", ""], ["--date YYYY-MM-DD"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_options_of_a_study(run: Run, house: Path, tmp_path: Path, words: list[str], parts: list[str]) -> None:
    given = {"--date": "2025-06-21", "--output": str(tmp_path / "out")}
    if not {"--place", "--city"} & set(words):
        given["--city"] = "hue"
    given |= dict(zip(words[::2], words[1::2], strict=True))
    code, said, _ = run("sun", house, *(f"{name}={value}" for name, value in given.items()))
    message = said["error"]["message"]
    assert code == 2 and all(part in message for part in parts), message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["-o", "out"], ["output 'out'", "INPUT"]),
        (["--date", "2025-06-21"], ["date '2025-06-21'", "INPUT"]),
        (["--north", "5"], ["north '5'", "INPUT"]),
        (["--hide", "roof"], ["hide", "INPUT"]),
        (["--class", "roof=ground"], ["class ['roof=ground']", "INPUT"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_what_a_study_alone_takes_is_refused_without_a_model(run: Run, words: list[str], parts: list[str]) -> None:
    code, said, _ = run("sun", "--city", "hue", "--when", "2025-06-21T12:00", *words)
    assert code == 2 and all(part in said["error"]["message"] for part in parts), said


def test_a_drawing_has_no_sun_study(run: Run, drawing: Path, tmp_path: Path) -> None:
    code, said, _ = run("sun", drawing, "--city", "hue", "--date", "2025-06-21", "-o", tmp_path / "out")
    assert code == 2 and "needs a 3D model" in said["error"]["message"] and not (tmp_path / "out").exists()


def test_a_missing_model_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["sun", "none.glb", "--city", "hue", "--date", "2025-06-21", "-o", str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "none.glb" in err
