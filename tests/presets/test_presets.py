from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from archviz.core.errors import FileFormatError, OptionError
from archviz.presets import (
    environment,
    environments,
    lighting,
    lightings,
    read_environments,
    read_lightings,
)

PACKAGE = Path(__file__).parents[2] / "archviz" / "presets"
ENVIRONMENTS = (
    "rice-paddies tube-house-street mekong-riverside hoi-an tropical-garden da-lat-pines ha-long-coast downtown "
    "suburb park forest meadow desert snow lakeside studio"
).split()
LIGHTINGS = "sunrise morning noon golden-hour sunset blue-hour night overcast monsoon-rain".split()


def test_the_ids_others_rely_on_stand_in_their_order() -> None:
    assert list(environments()) == ENVIRONMENTS
    assert list(lightings()) == LIGHTINGS
    assert all(key == preset.id for key, preset in [*environments().items(), *lightings().items()])


@pytest.mark.parametrize("preset", [*environments().values(), *lightings().values()], ids=lambda p: p.id)
def test_every_preset_has_two_names_and_prompt_phrases(preset) -> None:
    assert preset.name_en != preset.name_vi
    phrases = preset.prompt.split(", ")
    assert len(phrases) >= 3 and len(set(phrases)) == len(phrases)
    # The model's words are plain lower-case English but for names of places.
    assert re.fullmatch(r"[A-Za-z][A-Za-z ,-]*[a-z]|.*Vietnam", preset.prompt)


def test_vietnamese_names_are_written_with_their_marks() -> None:
    names = [p.name_vi for p in [*environments().values(), *lightings().values()]]
    assert len(set(names)) == len(names)
    assert all(any(ord(c) > 127 for c in name) for name in names)


def test_lightings_tell_physically_different_moments() -> None:
    by_id = lightings()
    assert by_id["noon"].sun_altitude_deg >= 60
    assert 5 <= by_id["golden-hour"].sun_altitude_deg <= 12
    assert 0 < by_id["sunset"].sun_altitude_deg < by_id["golden-hour"].sun_altitude_deg
    assert -6 <= by_id["blue-hour"].sun_altitude_deg < 0
    assert [p.id for p in by_id.values() if p.moon] == ["night"]
    # Lamps burn whenever no sun stands in the sky.
    assert all(p.lamps and p.window_lit_share > 0.3 for p in by_id.values() if p.moon or p.sun_altitude_deg < 0)
    assert [p.id for p in by_id.values() if p.cloud_cover == 1.0] == ["overcast", "monsoon-rain"]
    assert [p.id for p in by_id.values() if p.wetness == 1.0] == ["monsoon-rain"]


@pytest.mark.parametrize("preset", [p for p in lightings().values() if not p.moon], ids=lambda p: p.id)
def test_the_hour_agrees_with_the_altitude_at_the_equinox(preset) -> None:
    # On 21 March at the equator the sun climbs 15 degrees an hour from 6 to 18 solar time; the two
    # cloudy presets show no sun and noon stands for the middle latitudes' summer.
    if preset.id not in ("noon", "overcast", "monsoon-rain"):
        expected = 90 - abs(preset.hour - 12) * 15
        assert preset.sun_altitude_deg == pytest.approx(expected, abs=7)


def test_an_unknown_id_lists_what_there_is() -> None:
    with pytest.raises(OptionError, match=r"lighting 'dawn' is not known; choose one of sunrise, .*monsoon-rain"):
        lighting("dawn")
    with pytest.raises(OptionError, match=r"environment 'moon' is not known; choose one of rice-paddies, .*studio"):
        environment("moon")
    assert lighting("noon") is lightings()["noon"]
    assert environment("hoi-an") is environments()["hoi-an"]


def _changed(name: str, old: str, new: str, folder: Path) -> Path:
    text = (PACKAGE / name).read_text(encoding="utf-8")
    assert old in text
    path = folder / name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "haze = 0.3",
            "haze = 1.5",
            "lightings.toml [sunrise]: haze = 1.5 is not accepted; give a number from 0 to 1",
        ),
        ("haze = 0.3", 'haze = "thick"', "lightings.toml [sunrise]: haze = 'thick' is not accepted"),
        ("haze = 0.3", "haze = nan", "lightings.toml [sunrise]: haze = nan is not accepted"),
        ("haze = 0.3", "haze = true", "lightings.toml [sunrise]: haze = True is not accepted"),
        ("haze = 0.3\n", "", "lightings.toml [sunrise]: key 'haze' is missing; give a number from 0 to 1"),
        ("haze = 0.3", "haze = 0.3\nfog = 1", "lightings.toml [sunrise]: unknown key 'fog'; accepted: name_en,"),
        ("moon = false", "moon = 0", "lightings.toml [sunrise]: moon = 0 is not accepted; give true or false"),
        ('name_vi = "Bình minh"', 'name_vi = ""', "[sunrise]: name_vi = '' is not accepted; give a text of 1 to 60"),
        ("hour = 6.27", "hour = 25", "hour = 25 is not accepted; give a number from 0 to 24"),
    ],
)
def test_a_wrong_lighting_names_file_table_key_and_range(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        read_lightings(_changed("lightings.toml", old, new, tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name_en = "Rice paddies"\n', "", "environments.toml [rice-paddies]: key 'name_en' is missing"),
        ('name_en = "Rice paddies"', "name = 1", "environments.toml [rice-paddies]: unknown key 'name'"),
        ("[studio]", "loose = 1\n[studio]", "environments.toml [lakeside.surroundings]"),
    ],
)
def test_a_wrong_environment_names_file_table_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    from archviz.geometry.surroundings import SurroundingsSpec

    with pytest.raises(OptionError, match=re.escape(message)):
        for preset in read_environments(_changed("environments.toml", old, new, tmp_path)).values():
            SurroundingsSpec.from_table(preset.surroundings, source=preset.source)


@pytest.mark.parametrize("read", [read_lightings, read_environments])
def test_a_missing_or_broken_file_is_named(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(FileFormatError, match=r"gone\.toml"):
        read(tmp_path / "gone.toml")
    (tmp_path / "bad.toml").write_text("[noon\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"bad\.toml: not TOML"):
        read(tmp_path / "bad.toml")
    (tmp_path / "flat.toml").write_text("noon = 1\n", encoding="utf-8")
    with pytest.raises(OptionError, match=re.escape("flat.toml [noon]: 1 is not a table")):
        read(tmp_path / "flat.toml")


def test_presets_are_frozen() -> None:
    with pytest.raises(AttributeError):
        lighting("noon").haze = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        lightings()["dusk"] = lighting("noon")  # type: ignore[index]
    with pytest.raises(TypeError):
        environment("park").surroundings["ground"] = "sand"  # type: ignore[index]
