from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.camera import Camera
from archviz.core.errors import FileFormatError, OptionError
from archviz.core.illumination import Illumination
from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.render import ResolvedRequest
from archviz.render.recipe import (
    RECIPE_KEY,
    differences,
    hash_pixels,
    read_recipe,
    resolved_from_json,
    resolved_to_json,
    write_picture,
    write_recipe,
    write_whole,
)
from archviz.render.request import Try
from archviz.sketch import Adjustments

SUN = SunDirection(altitude_deg=40.25, azimuth_deg=123.5)
RESOLVED = ResolvedRequest(
    input=Path("/home/someone/secret/house.glb"),
    weights=Path("/home/someone/weights"),
    input_kind="model",
    input_sha256="ab" * 32,
    scene_sha256="cd" * 32,
    unit="mm",
    up="z",
    hide=("tree*",),
    show=(),
    engine="mini",
    few_step=False,
    environment="park",
    lighting="morning",
    view=None,
    camera=Camera(position_m=(1.5, -20.0, 1.6), target_m=(0.0, 0.0, 3.0), shift=(0.0, 0.1)),
    size=Size(height=64, width=96),
    place=Place(latitude_deg=10.82, longitude_deg=106.63, time_zone="Asia/Ho_Chi_Minh"),
    when=datetime(2025, 3, 21, 2, 30, tzinfo=UTC),
    north_deg=12.0,
    sun=SUN,
    illumination=Illumination(
        sun=SUN, sun_irradiance=(3.0, 2.8, 2.6), zenith_radiance=(0.1, 0.2, 0.4), horizon_radiance=(0.5, 0.6, 0.7)
    ),
    surroundings="geometry",
    materials={"Mái nhà": "red tiles"},
    prompt="red tiles, park",
    prompt_understood=("red tiles",),
    prompt_ignored=(),
    seed=7,
    noise_seed=2**62 + 1,
    steps=4,
    geometry="strict",
    control_scales={"stack": 0.9},
    device=None,
    author="Võ Trọng",
    assumptions=("unit mm",),
    warnings=(),
)
RETRIED = replace(
    RESOLVED,
    min_fidelity=0.6,
    tries=(Try(control_scales={"stack": 0.9}, geometry="strict", steps=4, edge_recall=0.55),),
    classes={"Wall*": "ground", "Wall 2": "glass", "A": "vegetation"},
)
IMAGE = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)


def test_resolved_survives_a_round_trip_through_text() -> None:
    for resolved in (RESOLVED, RETRIED):
        text = json.dumps(resolved_to_json(resolved))
        assert resolved_from_json(json.loads(text), input=RESOLVED.input, weights=RESOLVED.weights) == resolved


def test_a_recipe_of_before_there_were_adjustments_takes_its_drawing_as_it_was_found() -> None:
    drawn = replace(RESOLVED, input_kind="sketch", camera=None)
    for resolved, wanted in ((drawn, Adjustments(paper="as-is", notes="keep")), (RESOLVED, Adjustments())):
        data = resolved_to_json(resolved)
        assert resolved_from_json(data, input=None).adjustments == Adjustments()
        del data["adjustments"]
        assert resolved_from_json(data, input=None).adjustments == wanted


def test_every_field_but_this_machines_stands_in_the_recipe() -> None:
    # A picture that edits no other has no region.
    assert set(resolved_to_json(RETRIED)) == {f.name for f in fields(RESOLVED)} - {"input", "weights", "base", "region"}


def test_the_last_class_that_fits_counts_in_a_picture_too(tmp_path: Path) -> None:
    """The recipe of a PNG is sorted by its keys; what a user said last must stay last."""
    write_picture(tmp_path / "a.png", IMAGE, write_recipe(RETRIED, IMAGE, {}))
    recipe, _ = read_recipe(tmp_path / "a.png")
    assert list(resolved_from_json(recipe["resolved"], input=None).classes.items()) == list(RETRIED.classes.items())
    assert "classes" not in resolved_to_json(RESOLVED), "a recipe without corrections is what it was"


def test_a_picture_carries_its_recipe(tmp_path: Path) -> None:
    recipe = write_recipe(RESOLVED, IMAGE, {"weights": "w", "threads": 2})
    path = tmp_path / "new" / "out.png"
    write_picture(path, IMAGE, recipe)
    with Image.open(path) as picture:
        assert np.array_equal(np.asarray(picture), IMAGE)
        assert picture.info["Author"] == "Võ Trọng"
        assert json.loads(picture.info[RECIPE_KEY]) == recipe
    assert read_recipe(path) == (recipe, None)
    assert [p.name for p in path.parent.iterdir()] == ["out.png"]


def test_a_picture_is_the_same_file_twice_and_tells_nothing_of_the_machine(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / name, IMAGE, write_recipe(RESOLVED, IMAGE, {"weights": "w"}))
    first = (tmp_path / "a.png").read_bytes()
    assert first == (tmp_path / "b.png").read_bytes()
    text = json.dumps(write_recipe(RESOLVED, IMAGE, {}))
    assert "someone" not in text and "secret" not in text and str(datetime.now(UTC).date()) not in text


def test_the_json_beside_says_where_the_input_was(tmp_path: Path) -> None:
    recipe = write_recipe(RESOLVED, IMAGE, {"weights": "w"})
    write_picture(tmp_path / "a.png", IMAGE, recipe)
    (tmp_path / "a.json").write_text(json.dumps(recipe | {"run": {"input": "/x/house.glb"}}), encoding="utf-8")
    assert read_recipe(tmp_path / "a.png") == (recipe, Path("/x/house.glb"))
    assert read_recipe(tmp_path / "a.json") == (recipe, Path("/x/house.glb"))


@pytest.mark.parametrize(
    "content",
    [None, b"", b"not json", b"[]", b"{}", b'{"format": 99, "resolved": {}, "numerics": {}}', b"\x89PNG\r\n\x1a\nxx"],
)
def test_no_recipe_is_said_in_words(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "r.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"r\.json: .*archviz wrote|r\.json: recipe format 99"):
        read_recipe(path)


def test_a_png_without_recipe_is_refused(tmp_path: Path) -> None:
    Image.fromarray(IMAGE).save(tmp_path / "plain.png")
    with pytest.raises(FileFormatError, match="holds no recipe"):
        read_recipe(tmp_path / "plain.png")


def test_a_resolved_request_of_another_shape_is_refused() -> None:
    data = resolved_to_json(RESOLVED)
    for broken in ({**data, "extra": 1}, {k: v for k, v in data.items() if k != "seed"}, {**data, "size": None}):
        with pytest.raises(FileFormatError, match="recipe that archviz wrote"):
            resolved_from_json(broken, input=None)


def test_differences_are_named() -> None:
    then, now = {"torch": "2.9", "threads": 2, "gone": 1}, {"torch": "2.9", "threads": 1, "new": "x"}
    assert differences(then, now) == [
        {"key": "threads", "then": 2, "now": 1},
        {"key": "gone", "then": 1, "now": None},
        {"key": "new", "then": None, "now": "x"},
    ]


def test_pixels_hash_knows_shape_and_value() -> None:
    other = IMAGE.copy()
    other[0, 0, 0] ^= 1
    hashes = {hash_pixels(i) for i in (IMAGE, other, IMAGE.reshape(96, 64, 3))}
    assert len(hashes) == 3 and hash_pixels(IMAGE.copy()) in hashes


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "keep.bin"
    path.write_bytes(b"old")

    def fail(file: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OptionError, match="No space left"):
        write_whole(path, fail)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["keep.bin"]


def test_only_png_is_written(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"out\.jpg.*\.png"):
        write_picture(tmp_path / "out.jpg", IMAGE, write_recipe(replace(RESOLVED, author=""), IMAGE, {}))
