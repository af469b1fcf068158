"""inspect, sun, presets, materials, cities, engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archviz.cli import main
from tests.geometry.loaders.ifc_files import IfcBuilding
from tests.geometry.shapes import box

Run = Callable[..., tuple[int, dict[str, Any], str]]

ENVIRONMENTS = (
    "rice-paddies tube-house-street mekong-riverside hoi-an tropical-garden da-lat-pines ha-long-coast downtown"
    " suburb park forest meadow desert snow lakeside studio"
).split()
LIGHTINGS = "sunrise morning noon golden-hour sunset blue-hour night overcast monsoon-rain".split()
VIEWS = "front-left front front-right aerial eye-level elevation-north elevation-east elevation-south".split()


def test_inspect_a_model(run: Run, house: Path) -> None:
    code, said, _ = run("inspect", house)
    assert code == 0
    assert (said["kind"], said["format"], said["unit"]) == ("model", "GLB", "m")
    # The roof slab overhangs: 11 x 9 m, and its top is at 6.4 m; glTF's depth became y.
    assert said["extents_m"] == pytest.approx([11.0, 9.0, 6.4], abs=1e-3)
    assert said["triangles"] == 60
    elements = {e["name"]: e for e in said["elements"]}
    assert set(elements) == {"Walls", "Roof", "Window left", "Window right", "Door"}
    assert elements["Door"]["class"] == elements["Window left"]["class"] == "opening"
    assert elements["Walls"]["material"] == "Walls material"
    assert said["place"] is None and said["north_deg"] == 0.0
    assert isinstance(said["assumptions"], list) and isinstance(said["warnings"], list)


def test_inspect_proposes_what_a_model_does_not_say(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    samples = Path(__file__).parents[2] / "sample_models"
    _, said, _ = run("inspect", samples / "tower-massing.stl")
    assert [(e["material"], e["proposed_material"]) for e in said["elements"]] == [("default", "plaster")]
    assert main(["inspect", str(samples / "tower-massing.stl")]) == 0
    assert "  tower-massing · building · default · building · proposed: plaster\n" in capsys.readouterr().out
    _, said, _ = run("inspect", samples / "gable-house.gltf")
    assert {e["proposed_material"] for e in said["elements"]} == {None}


def test_inspect_hides(run: Run, house: Path) -> None:
    _, said, _ = run("inspect", house, "--hide", "Window*")
    assert {e["name"] for e in said["elements"]} == {"Walls", "Roof", "Door"}
    assert set(said["hidden"]) == {"Window left: as asked", "Window right: as asked"}


def test_inspect_says_why_parts_of_an_ifc_are_hidden(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    building = IfcBuilding("IFC4")
    building.add("IfcWall", "Wall", box((0, 0, 0), (6, 4, 3)))
    building.add("IfcSpace", "Kitchen", box((1, 1, 0), (5, 3, 3)))
    path = tmp_path / "house.ifc"
    building.file.write(str(path))
    _, said, _ = run("inspect", path)
    assert said["hidden"] == ["Kitchen (IfcSpace): a room's volume"]
    assert [e["name"] for e in said["elements"]] == ["Wall"]
    assert main(["inspect", str(path)]) == 0
    assert "hidden: Kitchen (IfcSpace): a room's volume\n" in capsys.readouterr().out
    _, said, _ = run("inspect", path, "--show", "IfcSpace")
    assert said["hidden"] == [] and {e["name"] for e in said["elements"]} == {"Wall", "Kitchen"}


def test_inspect_a_drawing(run: Run, drawing: Path) -> None:
    code, said, _ = run("inspect", drawing)
    assert code == 0
    assert (said["kind"], said["size"]) == ("sketch", [400, 300])
    assert isinstance(said["diagnosis"], list)
    assert {"name": "wall", "part": "building"} in said["elements"]
    assert any("28 mm lens" in text for text in said["assumptions"])


def test_inspect_in_words(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(house)]) == 0
    out, _ = capsys.readouterr()
    assert "extents_m: 11.0 x 9.0 x 6.4" in out
    assert "  Window left · opening · Window left material · opening\n" in out


def test_sun_of_a_published_case(run: Run) -> None:
    code, said, _ = run("sun", "--place", "39.742476,-105.1786", "--when", "2003-10-17T12:30:30-07:00")
    assert code == 0
    # Reda and Andreas, NREL/TP-560-34302, table A5: zenith 50.11162 at 1830 m; at sea level a little more.
    assert said["altitude_deg"] == pytest.approx(90 - 50.11162, abs=0.02)
    assert said["azimuth_deg"] == pytest.approx(194.34024, abs=0.02)
    rise, noon, fall = (datetime.fromisoformat(said[k]) for k in ("sunrise", "solar_noon", "sunset"))
    # The same report: sunrise 06:12:43, transit 11:46:05, and 17:20:19 for the sunset of the day in
    # universal time, which is the evening before.
    _, before, _ = run("sun", "--place", "39.742476,-105.1786", "--when", "2003-10-16T12:00-07:00")
    evening = datetime.fromisoformat(before["sunset"])
    for found, known in ((rise, "17T06:12:43"), (noon, "17T11:46:05"), (evening, "16T17:20:19")):
        assert abs(found - datetime.fromisoformat(f"2003-10-{known}-07:00")) < timedelta(seconds=30)
        assert found.utcoffset() == timedelta(hours=-7)
    assert timedelta(seconds=60) < evening + timedelta(days=1) - fall < timedelta(seconds=120)


def test_sun_without_a_rise(run: Run) -> None:
    _, said, _ = run("sun", "--place", "78,15", "--when", "2025-12-21T12:00+01:00")
    assert said["sunrise"] is None and said["sunset"] is None and said["altitude_deg"] < 0


def test_a_city_s_clock_is_local(run: Run) -> None:
    # Berlin keeps summer time in June: noon on its clock is 10:00 in universal time.
    _, local, _ = run("sun", "--city", "berlin", "--when", "2025-06-21T12:00")
    _, universal, _ = run("sun", "--place", "52.52,13.41", "--when", "2025-06-21T10:00+00:00")
    assert local["altitude_deg"] == universal["altitude_deg"] and local["azimuth_deg"] == universal["azimuth_deg"]
    noon = datetime.fromisoformat(local["solar_noon"])
    assert noon.utcoffset() == timedelta(hours=2)
    # An offset that is written counts.
    _, written, _ = run("sun", "--city", "berlin", "--when", "2025-06-21T10:00+00:00")
    assert written["azimuth_deg"] == local["azimuth_deg"]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--when", "2025-06-21T12:00+07:00"], ["needs a place", "--city"]),
        (["--city", "hue"], ["a moment", "--when"]),
        (["--place", "10,106", "--when", "2025-06-21T12:00"], ["no offset", "+07:00"]),
        (["--city", "Atlantis", "--when", "2025-06-21T12:00"], ["'Atlantis'", "Atlanta, US"]),
    ],
    ids=" ".join,
)
def test_sun_is_refused_in_a_sentence(run: Run, words: list[str], parts: list[str]) -> None:
    code, said, _ = run("sun", *words)
    assert code == 2 and all(part in said["error"]["message"] for part in parts), said


def test_cities_are_listed_and_searched(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run("cities")
    assert code == 0 and len(said["cities"]) >= 300
    _, said, _ = run("cities", "đà nẵ")
    assert [c["name"] for c in said["cities"]] == ["Da Nang"]
    assert said["cities"][0]["time_zone"] == "Asia/Ho_Chi_Minh"
    _, said, _ = run("cities", "vn")
    assert {c["country"] for c in said["cities"]} == {"VN"} and len(said["cities"]) >= 63
    assert run("cities", "Atlantis")[0] == 2
    assert main(["cities", "sapporo"]) == 0
    assert capsys.readouterr().out.split() == ["Sapporo,", "JP", "43.06,141.35", "Asia/Tokyo"]


def test_materials_are_listed_and_searched(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run("materials")
    assert code == 0 and len(said["materials"]) >= 200
    _, said, _ = run("materials", "ngói âm")
    (entry,) = said["materials"]
    assert (entry["id"], entry["name_en"], entry["name_vi"]) == ("yin-yang-tile", "yin-yang tile", "ngói âm dương")
    assert (entry["kind"], entry["family"], entry["uses"]) == ("roofing", "tile", ["roof"])
    assert 0 < entry["roughness"] <= 1 and len(entry["srgb"]) == 6 and entry["metallic"] == 0.0
    _, said, _ = run("materials", "stone")
    assert {m["kind"] for m in said["materials"]} == {"stone"}
    code, said, _ = run("materials", "concret block")
    assert code == 2 and all(part in said["error"]["message"] for part in ("'concret block'", "concrete block"))
    assert main(["materials", "da ong"]) == 0
    assert capsys.readouterr().out.split() == ["laterite", "đá", "ong", "#9d5a38", "stone"]


def test_presets_are_those_of_the_design(run: Run) -> None:
    code, said, _ = run("presets")
    assert code == 0
    assert set(ENVIRONMENTS) <= {p["id"] for p in said["environments"]}
    assert set(LIGHTINGS) <= {p["id"] for p in said["lightings"]}
    assert {*VIEWS, "elevation-west"} <= {p["id"] for p in said["views"]}
    assert all(p["name_en"] and p["name_vi"] and p["prompt"] for p in said["environments"] + said["lightings"])


def test_presets_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    out, _ = capsys.readouterr()
    assert "  golden-hour        Golden hour · Giờ vàng\n" in out


def test_engines_tell_licence_and_readiness(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    code, said, _ = run("engines")
    assert code == 0
    engines = {e["id"]: e for e in said["engines"]}
    assert {"mini", "sd15", "sdxl"} <= set(engines)
    for engine in engines.values():
        assert engine["license"] and engine["commercial_use"] and engine["message"]
        assert isinstance(engine["ready"], bool) and engine["memory_gb"] > 0
