"""Light sets with a scripted engine: what is made, what is kept, what is refused."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.diffusion import StepReport, engine_specs
from archviz.render import Renderer, RenderRequest
from archviz.render import recipe as recipe_module
from archviz.render.recipe import hash_pixels, read_recipe
from archviz.studio.lightset import LightSetRun
from archviz.studio.set_folder import MANIFEST, SHEET, hash_json
from archviz.studio.set_members import LightSet
from tests.scripted_engine import ScriptedEngine, scripted_loader

SMALL = Size(height=64, width=96)


@pytest.fixture
def base(house: Path) -> RenderRequest:
    return RenderRequest(input=house, size=SMALL, steps=1, environment="studio")


@pytest.fixture
def lights(house: Path, base: RenderRequest) -> LightSet:
    return LightSet(base=base, inputs=(house,), lightings=("noon", "sunset", "night"))


@pytest.fixture
def words() -> LightSet:
    """A set without a building and without maps: what the folder does is the same, and it is quick."""
    base = RenderRequest(size=SMALL, steps=1, surroundings="imagined", prompt="a timber house")
    return LightSet(base=base, lightings=("noon", "sunset", "night"))


def _run(light_set: LightSet, folder: Path, *, resume: bool = False) -> tuple[LightSetRun, list[ScriptedEngine]]:
    load, engines = scripted_loader()
    return LightSetRun(light_set, folder, renderer=Renderer(load=load), resume=resume), engines


def _manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def _files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_every_combination_is_one_request_with_its_own_name(house: Path, base: RenderRequest) -> None:
    members = LightSet(
        base=base, inputs=(house,), environments=("park", "snow"), views=("front", "aerial"),
        lightings=("noon", "night"), seeds=(0, 7),
    ).members()  # fmt: skip
    assert len(members) == 16
    assert members[0].file == "house_park_front_noon_seed0.png"
    assert members[-1].file == "house_snow_aerial_night_seed7.png"
    assert members[-1].request == replace(base, environment="snow", view="aerial", lighting="night", seed=7)
    assert len({m.file for m in members}) == len({repr(m.request) for m in members}) == 16


def test_names_of_designs_are_plain_and_unique_whatever_the_case(base: RenderRequest) -> None:
    paths = ("a/Nhà phố_2.glb", "b/nhà phố 2.ifc", "c/" + "x" * 99 + ".glb", "d/???.glb", "e/nhà-phố-2-2.glb")
    files = [m.file for m in LightSet(base=base, inputs=tuple(map(Path, paths)), lightings=("noon",)).members()]
    assert files[0] == "Nhà-phố-2_noon.png" and files[1] == "nhà-phố-2-2_noon.png"
    assert files[2] == "x" * 40 + "_noon.png" and files[3] == "design_noon.png"
    assert len({f.casefold() for f in files}) == 5
    assert all(f.count("_") == 1 and len(f.encode()) < 200 for f in files)


def test_hours_of_one_day_are_clocks_and_of_several_are_dated(base: RenderRequest) -> None:
    one = LightSet(base=base, hours=tuple(map(datetime.fromisoformat, ("2026-06-21T06:00", "2026-06-21T18:30+07:00"))))
    assert [m.file for m in one.members()] == ["0600.png", "1830+0700.png"]
    assert [m.labels["hour"] for m in one.members()] == ["06:00", "18:30+07:00"]
    two = LightSet(base=base, hours=(datetime(2026, 6, 21, 6), datetime(2026, 12, 21, 6)))
    assert [m.file for m in two.members()] == ["2026-06-21-0600.png", "2026-12-21-0600.png"]


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({}, "needs lights"),
        ({"lightings": ("noon", "night", "noon")}, "lighting noon is given twice"),
        ({"lightings": ("noon",), "seeds": (0, 0)}, "seed 0 is given twice"),
        ({"lightings": ("noon",), "hours": (datetime(2026, 6, 21, 9),)}, "lighting noon and hours are both given"),
        ({"lightings": ("noon",), "seeds": tuple(range(1001))}, "1001 pictures is too large"),
    ],
)
def test_a_wrong_set_is_refused(base: RenderRequest, fields: dict[str, Any], part: str) -> None:
    with pytest.raises(OptionError, match=part):
        LightSet(base=base, **fields)
    with pytest.raises(OptionError, match="when 2026-06-21T08:00:00 and hours are both given"):
        LightSet(base=replace(base, when=datetime(2026, 6, 21, 8)), hours=(datetime(2026, 6, 21, 9),))


def test_a_set_is_pictures_recipes_manifest_and_sheet(lights: LightSet, tmp_path: Path) -> None:
    run, engines = _run(lights, tmp_path / "set")
    assert not (tmp_path / "set").exists()
    assert run.make() == 3 and run.kept == 0
    stems = ["house_noon", "house_night", "house_sunset"]
    expected = {MANIFEST, SHEET, *(f"{s}.{end}" for s in stems for end in ("png", "json"))}
    assert set(_files(tmp_path / "set")) == expected
    said = _manifest(tmp_path / "set")
    assert said["format"] == 1
    assert said["axes"] == {"design": ["house"], "lighting": ["noon", "sunset", "night"]}
    assert [m["file"] for m in said["members"]] == ["house_noon.png", "house_sunset.png", "house_night.png"]
    assert [m["choices"]["lighting"] for m in said["members"]] == ["noon", "sunset", "night"]
    for member in said["members"]:
        recipe, found = read_recipe(tmp_path / "set" / member["file"])
        assert member["state"] == "done" and member["recipe_sha256"] == hash_json(recipe)
        assert member["request_sha256"] == hash_json(recipe["resolved"])
        assert found == lights.inputs[0].resolve()
        beside = json.loads((tmp_path / "set" / member["file"]).with_suffix(".json").read_text(encoding="utf-8"))
        assert beside.pop("run")["fidelity"] == member["fidelity"] and beside == recipe
        assert set(member["fidelity"]) >= {"edge_recall", "silhouette_iou"}
    assert len(engines) == 1 and len({r.noise_seed for r in engines[0].requests}) == 1


def test_maps_are_made_once_a_view_and_light_once_a_sun(house: Path, base: RenderRequest, tmp_path: Path) -> None:
    light_set = LightSet(base=base, inputs=(house,), views=("front", "aerial"), lightings=("noon", "night", "sunset"))
    load, engines = scripted_loader()
    renderer = Renderer(load=load)
    LightSetRun(light_set, tmp_path, renderer=renderer).make()
    made = renderer.shelf.made
    assert (made["file"], made["scene"], made["view"], made["light"], made["engine"]) == (1, 1, 2, 6, 1)
    assert (made["stack"], made["occlusion"], made["wireframe"], made["judged view"]) == (2, 2, 2, 2)
    asked = engines[0].requests
    assert len(asked) == 6 and len({r.noise_seed for r in asked}) == 2


def test_a_member_alone_has_the_same_pixels(lights: LightSet, tmp_path: Path) -> None:
    run, _ = _run(lights, tmp_path)
    run.make()
    for member in run.members[1:]:
        alone = Renderer(load=scripted_loader()[0]).render(member.request)
        with Image.open(tmp_path / member.file) as picture:
            assert np.array_equal(np.asarray(picture), alone.image)
        assert read_recipe(tmp_path / member.file)[0] == alone.recipe


def test_drift_is_measured_from_the_first_picture_of_the_view(house: Path, base: RenderRequest, tmp_path: Path) -> None:
    class Shifting(ScriptedEngine):
        """Moves its third picture by three pixels."""

        def generate(self, *args: Any, **kwargs: Any) -> Any:
            image = super().generate(*args, **kwargs)
            return np.roll(image, 3, axis=1) if len(self.requests) == 3 else image

    renderer = Renderer(load=lambda engine_id, **_: Shifting(engine_specs()[engine_id]))
    big = replace(base, size=Size(height=192, width=288), geometry="strict")
    light_set = LightSet(
        base=big, inputs=(house,), views=("front", "front-left"), lightings=("noon", "morning", "overcast")
    )
    LightSetRun(light_set, tmp_path, renderer=renderer).make()
    members = _manifest(tmp_path)["members"]
    assert [m["drift"] is None for m in members] == [True, False, False, True, False, False]
    assert {m["drift"]["from"] for m in members[1:3]} == {members[0]["file"]}
    assert {m["drift"]["from"] for m in members[4:]} == {members[3]["file"]}
    assert members[1]["drift"]["median_px"] < 0.3 and members[2]["drift"]["p95_px"] > 2.0
    assert members[4]["drift"]["median_px"] < 0.3


def test_a_folder_that_holds_a_set_is_refused_unless_resumed(words: LightSet, tmp_path: Path) -> None:
    _run(words, tmp_path)[0].make()
    before = _files(tmp_path)
    with pytest.raises(OptionError, match="already holds a light set; go on with it by --resume"):
        _run(words, tmp_path)
    run, engines = _run(words, tmp_path, resume=True)
    assert run.kept == 3 and run.make() == 0 and engines == []
    assert _files(tmp_path) == before


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_a_stopped_set_goes_on_and_makes_nothing_twice(words: LightSet, tmp_path: Path, stop_at: int) -> None:
    class Stop(Exception):
        pass

    def stop(report: StepReport) -> None:
        if len(engines[0].requests) == stop_at:
            raise Stop

    first, engines = _run(words, tmp_path / "a")
    with pytest.raises(Stop):
        first.make(on_step=stop)
    done = [record.recipe_sha256 is not None for record in first.records]
    assert sum(done) == stop_at - 1
    if stop_at > 1:
        assert [m["state"] == "done" for m in _manifest(tmp_path / "a")["members"]] == done
    second, again = _run(words, tmp_path / "a", resume=True)
    assert second.kept == stop_at - 1
    assert second.make() == len(again[0].requests) == 4 - stop_at
    _run(words, tmp_path / "b")[0].make()
    pictures = {name: data for name, data in _files(tmp_path / "a").items() if name.endswith(".png")}
    assert pictures == {name: data for name, data in _files(tmp_path / "b").items() if name.endswith(".png")}
    assert _manifest(tmp_path / "a") == _manifest(tmp_path / "b")


def _make_and_die(light_set: LightSet, folder: Path, write: int) -> None:
    """Makes the set, and is killed in the middle of its n-th write."""
    count = 0
    real = recipe_module.os.fsync

    def fsync(descriptor: int) -> None:
        nonlocal count
        count += 1
        if count == write:
            os.truncate(descriptor, os.fstat(descriptor).st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        real(descriptor)

    recipe_module.os.fsync = fsync  # type: ignore[assignment]
    _run(light_set, folder)[0].make()


@pytest.mark.parametrize("write", range(1, 9))
def test_killed_at_any_write_the_folder_is_whole_and_goes_on(
    words: LightSet, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, write: int
) -> None:
    # Manifest, then JSON, PNG and manifest of each of two pictures, then the sheet.
    two = replace(words, lightings=("noon", "night"))
    unstopped = tmp_path_factory.mktemp("unstopped")
    _run(two, unstopped)[0].make()
    process = multiprocessing.get_context("fork").Process(target=_make_and_die, args=(two, tmp_path, write))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    whole = sorted(p for p in tmp_path.iterdir() if not p.name.startswith("."))
    for path in whole:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.name != SHEET:
            recipe, _ = read_recipe(path)
            with Image.open(path) as picture:
                assert hash_pixels(np.array(picture)) == recipe["pixels_sha256"]
    pictures = [p for p in whole if p.suffix == ".png" and p.name != SHEET]
    assert len(pictures) == sum(write > png for png in (3, 6))
    finished = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in pictures}
    run, engines = _run(two, tmp_path, resume=True)
    assert run.kept == len(pictures)
    run.make()
    assert sum(len(e.requests) for e in engines) == 2 - len(pictures)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [MANIFEST, SHEET, "noon.png", "noon.json", "night.png", "night.json"]
    )
    assert [m["state"] for m in _manifest(tmp_path)["members"]] == ["done", "done"]
    for name, (data, written_ns) in finished.items():
        assert (tmp_path / name).read_bytes() == data and (tmp_path / name).stat().st_mtime_ns == written_ns
    for name in ("noon.png", "night.png", SHEET):
        assert (tmp_path / name).read_bytes() == (unstopped / name).read_bytes()


def test_another_set_or_a_changed_input_is_refused(lights: LightSet, tmp_path: Path, house: Path) -> None:
    mine = tmp_path / "house.glb"
    shutil.copy(house, mine)
    folder = tmp_path / "set"
    lights = replace(lights, inputs=(mine,), base=replace(lights.base, input=None))
    _run(lights, folder)[0].make()
    before = _files(folder)
    refusals: list[tuple[Callable[[], LightSet], str]] = [
        (lambda: replace(lights, lightings=("noon", "night")), "holds another light set, of 3 pictures"),
        (
            lambda: replace(lights, base=replace(lights.base, steps=2)),
            "house_noon.png was asked for with other options",
        ),
        (lambda: replace(lights, base=replace(lights.base, hide=("Door",))), "house is not what this"),
    ]
    for changed, part in refusals:
        with pytest.raises(OptionError, match=part):
            _run(changed(), folder, resume=True)
    mine.write_bytes(mine.read_bytes().replace(b"Roof", b"Reed"))
    with pytest.raises(OptionError, match="house is not what this light set was begun with"):
        _run(lights, folder, resume=True)
    assert _files(folder) == before


def test_a_changed_picture_is_refused_and_a_missing_one_is_made_again(words: LightSet, tmp_path: Path) -> None:
    _run(words, tmp_path)[0].make()
    noon, night = tmp_path / "noon.png", tmp_path / "night.png"
    whole = noon.read_bytes()
    with Image.open(noon) as picture:
        texts = dict(picture.info)
        painted = np.array(picture)
    painted[3, 5] ^= 1
    recipe_module.write_picture(noon, painted, json.loads(texts[recipe_module.RECIPE_KEY]))
    with pytest.raises(OptionError, match=r"noon\.png: not the picture that was made; move it away"):
        _run(words, tmp_path, resume=True)
    noon.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OptionError, match=r"noon\.png: not the picture that was made"):
        _run(words, tmp_path, resume=True)
    noon.write_bytes(night.read_bytes())
    with pytest.raises(OptionError, match="a picture of another request stands in its place"):
        _run(words, tmp_path, resume=True)
    noon.unlink()
    (tmp_path / "sunset.json").unlink()
    run, _ = _run(words, tmp_path, resume=True)
    assert run.kept == 1 and run.make() == 2
    assert noon.read_bytes() == whole and (tmp_path / "sunset.json").exists()


def test_a_manifest_or_folder_that_is_none_is_refused(words: LightSet, tmp_path: Path) -> None:
    (tmp_path / "noon.png").write_bytes(b"mine")
    for resume in (False, True):
        with pytest.raises(OptionError, match=r"already holds noon\.png, which is of no light set"):
            _run(words, tmp_path, resume=resume)
    (tmp_path / "noon.png").unlink()
    (tmp_path / MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(FileFormatError, match="not the manifest of a light set"):
        _run(words, tmp_path, resume=True)
    (tmp_path / MANIFEST).write_text('{"format": 2, "members": [], "inputs": {}}', encoding="utf-8")
    with pytest.raises(FileFormatError, match="format 2 is not 1; use the version that wrote it"):
        _run(words, tmp_path, resume=True)
    (tmp_path / "file").touch()
    with pytest.raises(OptionError, match="cannot be written to"):
        _run(words, tmp_path / "file" / "set")


def test_other_numerics_in_a_resumed_set_are_told(words: LightSet, tmp_path: Path) -> None:
    _run(words, tmp_path)[0].make()
    (tmp_path / "night.png").unlink()

    def load(engine_id: str, **options: Any) -> ScriptedEngine:
        engine = scripted_loader()[0](engine_id)
        engine.numerics["weights"] = "others"
        return engine

    run = LightSetRun(words, tmp_path, renderer=Renderer(load=load), resume=True)
    assert run.numerics_warnings() == ()
    run.make()
    (warning,) = run.numerics_warnings()
    assert "made under different weights" in warning


def test_hours_stand_under_the_sun_of_each(house: Path, base: RenderRequest, tmp_path: Path) -> None:
    place = Place(latitude_deg=16.07, longitude_deg=108.22, time_zone="Asia/Ho_Chi_Minh")
    hours = tuple(datetime(2026, 6, 21, hour) for hour in (7, 12, 17))
    light_set = LightSet(base=replace(base, place=place), inputs=(house,), hours=hours)
    run, _ = _run(light_set, tmp_path)
    run.make()
    suns = [read_recipe(tmp_path / f"house_{name}.png")[0]["resolved"]["sun"] for name in ("0700", "1200", "1700")]
    # The sun rises in the east, stands near the zenith at noon in June, and sets in the west.
    assert suns[0]["azimuth_deg"] < 90 < 270 < suns[2]["azimuth_deg"] and suns[1]["altitude_deg"] > 80
    whens = [m["choices"]["when"] for m in _manifest(tmp_path)["members"]]
    assert whens == [f"2026-06-21T{hour:02d}:00:00+07:00" for hour in (7, 12, 17)]


def test_drawings_and_words_alone_make_sets(drawing: Path, base: RenderRequest, tmp_path: Path) -> None:
    plain = replace(base, input=None)
    run, _ = _run(LightSet(base=plain, inputs=(drawing,), lightings=("noon", "night")), tmp_path / "d")
    assert run.make() == 2 and (tmp_path / "d" / "front_night.png").exists()
    words = replace(plain, environment=None, prompt="rice paddies", surroundings="imagined")
    run, _ = _run(LightSet(base=words, lightings=("noon", "night")), tmp_path / "w")
    assert run.make() == 2
    members = _manifest(tmp_path / "w")["members"]
    assert [m["file"] for m in members] == ["noon.png", "night.png"]
    assert {m["choices"]["environment"] for m in members} == {"rice-paddies"} and members[0]["fidelity"] is None


def test_a_refused_request_leaves_no_folder(lights: LightSet, tmp_path: Path) -> None:
    for wrong in (
        replace(lights, lightings=("noon", "../up")),
        replace(lights, views=("front", "worm")),
        replace(lights, base=replace(lights.base, when=datetime(2026, 6, 21, 8))),
    ):
        with pytest.raises(OptionError):
            _run(wrong, tmp_path / "set")[0].make()
        assert not (tmp_path / "set").exists()
