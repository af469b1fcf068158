from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from archviz import __version__
from archviz.cli import main
from archviz.cli.options import build_parser, join_negative_values
from archviz.cli.studio import streamlit_command
from archviz.cli.values import adjustments_from
from archviz.core.errors import OptionError
from archviz.sketch import Adjustments


def test_help_answers_quickly() -> None:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "archviz.cli", "--help"], capture_output=True, text=True, check=True
        )
        times.append(time.perf_counter() - started)
    assert min(times) < 0.5
    for command in (
        "render",
        "lightset",
        "maps",
        "replay",
        "check",
        "inspect",
        "sun",
        "presets",
        "cities",
        "engines",
        "app",
    ):
        assert f"  {command} " in done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"archviz {__version__}\n"


def test_every_option_of_the_design_is_there() -> None:
    words = (
        "render house.glb -o x.png --engine mini --environment park --lighting noon --view front"
        " --place 10.8,106.6 --city hue --when 2025-06-21T12:00+07:00 --north 5"
        " --material roof=tiles wall=brick --material door=oak --prompt p --size 640x480"
        " --seed 3 --steps 4 --geometry free --control stack=0.5 --surroundings none"
        " --unit mm --up z --hide a --show b --class c=ground d=glass --device cpu --author A --json"
    )
    options = build_parser().parse_args(words.split())
    assert options.material == ["roof=tiles", "wall=brick", "door=oak"]
    assert options.classes == ["c=ground", "d=glass"]
    assert options.json and options.output == "x.png" and options.input == "house.glb"


def test_no_option_is_built_that_does_nothing() -> None:
    for option in ("--executor", "--resume"):
        with pytest.raises(OptionError, match="unrecognized"):
            build_parser().parse_args(["render", "-o", "x.png", option, "1"])


def test_southern_places_are_values_not_options() -> None:
    words = join_negative_values(["sun", "--place", "-33.86,151.2", "--north", "-5", "--when", "-x"])
    assert words == ["sun", "--place=-33.86,151.2", "--north=-5", "--when", "-x"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "COMMAND"),
        (["paint"], "'paint'"),
        (["render", "a.glb"], "-o"),
        (["render", "-o", "x.png", "--ligthing", "noon"], "--ligthing"),
        (["render", "-o", "x.png", "--lig", "noon"], "--lig"),
        (["inspect"], "INPUT"),
    ],
)
def test_wrong_words_end_in_one_sentence(words: list[str], part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("archviz: ") and err.count("\n") == 1 and part in err


def test_refusals_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--json", "-o", "x.png", "--no-such"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "option"
    assert "--no-such" in json.loads(out)["error"]["message"]
    assert err == ""


def test_the_studio_is_served_on_this_computer_only() -> None:
    command = streamlit_command(8600)
    assert command[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert {"--server.address=127.0.0.1", "--server.port=8600", "--browser.gatherUsageStats=false"} < set(command)
    with pytest.raises(OptionError, match="80 is not accepted; give 1024 to 65535"):
        streamlit_command(80)


def test_the_four_corners_of_a_sheet_are_options_too() -> None:
    words = ["inspect", "photo.jpg", "--corners", "0.1,0.1, 0.9,0.05, 0.95,1, 0,0.9", "--crop", "0,0,1,0.5"]
    found = adjustments_from(build_parser().parse_args(words))
    assert found == Adjustments(corners=((0.1, 0.1), (0.9, 0.05), (0.95, 1.0), (0.0, 0.9)), crop=(0.0, 0.0, 1.0, 0.5))


@pytest.mark.parametrize(
    ("corners", "words"),
    [("0,0,1,0", "X,Y of four corners"), ("0,0,1,0,1,x,0,1", "'x'"), ("0,0,0,1,1,1,1,0", "clockwise")],
)
def test_what_are_no_corners_is_said(corners: str, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        adjustments_from(build_parser().parse_args(["inspect", "photo.jpg", "--corners", corners]))
