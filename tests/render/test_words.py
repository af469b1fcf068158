"""Words choose presets where no option does, and it is said."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archviz.core.place import Place
from archviz.core.size import Size
from archviz.render import Renderer, RenderRequest, ResolvedRequest
from tests.scripted_engine import scripted_loader

SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63)
AFTERNOON = datetime.fromisoformat("2025-03-21T14:00+07:00")


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(load=scripted_loader()[0])


def _resolved(renderer: Renderer, prompt: str, **fields: Any) -> ResolvedRequest:
    return renderer.resolve(RenderRequest(prompt=prompt, size=Size(height=64, width=96), **fields))


@pytest.mark.parametrize("engine", ["mini", "sdxl"])
@pytest.mark.parametrize(
    ("prompt", "environment", "lighting"),
    [
        ("rice paddies at sunset, conical hats, peaceful scene", "rice-paddies", "sunset"),
        ("đồng lúa lúc hoàng hôn, nón lá", "rice-paddies", "sunset"),
        ("Hội An, ban đêm", "hoi-an", "night"),
        ("people in conical hats", "rice-paddies", "morning"),
        ("conical hats on the beach at dawn", "ha-long-coast", "sunrise"),
        ("white walls", "park", "morning"),
    ],
)
def test_words_choose(renderer: Renderer, engine: str, prompt: str, environment: str, lighting: str) -> None:
    found = _resolved(renderer, prompt, engine=engine)
    assert (found.environment, found.lighting) == (environment, lighting)
    assert found.warnings == ()


def test_words_choose_for_a_model_and_a_drawing_as_well(renderer: Renderer, house: Path, drawing: Path) -> None:
    for path in (house, drawing):
        found = _resolved(renderer, "by a lake, cloudy", input=path)
        assert (found.environment, found.lighting) == ("lakeside", "overcast")
        assert "environment lakeside, from the words 'lake'" in found.assumptions
        assert "lighting overcast, from the words 'cloudy'" in found.assumptions
        assert not any("without a building" in text for text in found.assumptions)


def test_an_option_wins_over_words_and_that_is_said(renderer: Renderer) -> None:
    found = _resolved(renderer, "rice paddies at sunset", environment="snow", lighting="noon")
    assert (found.environment, found.lighting) == ("snow", "noon")
    assert not any("from the words" in text for text in found.assumptions)
    assert found.warnings == (
        "the words 'rice paddies' name environment rice-paddies, but snow holds: the option counts",
        "the words 'sunset' name lighting sunset, but noon holds: the option counts",
    )
    agreed = _resolved(renderer, "rice paddies at sunset", environment="rice-paddies", lighting="sunset")
    assert agreed.warnings == ()


def test_the_first_of_two_words_counts_and_that_is_said(renderer: Renderer) -> None:
    found = _resolved(renderer, "night, snow, a meadow at noon")
    assert (found.environment, found.lighting) == ("snow", "night")
    assert found.warnings == (
        "the words 'meadow' name environment meadow, but snow holds: the first of two counts",
        "the words 'noon' name lighting noon, but night holds: the first of two counts",
    )


def test_a_moment_sets_the_light_and_words_do_not(renderer: Renderer) -> None:
    found = _resolved(renderer, "snow at night", place=SAIGON, when=AFTERNOON)
    assert (found.environment, found.lighting) == ("snow", "noon")
    assert found.warnings == ("the words 'night' name lighting night, but noon holds: the moment sets the light",)
    # Where the moment brings what the words name, there is nothing to say.
    assert _resolved(renderer, "at noon", place=SAIGON, when=AFTERNOON).warnings == ()


def test_words_set_the_hour_of_a_place(renderer: Renderer) -> None:
    found = _resolved(renderer, "at sunset", place=SAIGON)
    assert found.lighting == "sunset" and found.sun is not None
    assert -1.0 < found.sun.altitude_deg < 6.0


def test_what_chose_a_preset_was_understood_and_the_rest_is_ignored_honestly(renderer: Renderer) -> None:
    found = _resolved(renderer, "rice paddies at sunset, conical hats, peaceful scene")
    assert found.prompt_ignored == ("peaceful",)
    assert found.prompt_understood == ("flooded rice terraces", "sunset", "farmers in conical hats")
    # Words that the engine was never taught, yet the scene shows what they say.
    beach = _resolved(renderer, "peaceful beach")
    assert (beach.prompt_understood, beach.prompt_ignored) == (("beach",), ("peaceful",))
    # Where an option holds instead, they were not heard.
    assert _resolved(renderer, "peaceful beach", environment="snow").prompt_ignored == ("peaceful", "beach")


def test_a_text_that_names_no_place_says_which_one_is_shown(renderer: Renderer) -> None:
    assert "environment park: the words name none" in _resolved(renderer, "white walls").assumptions
    assert not any("name none" in t for t in _resolved(renderer, "", environment="park").assumptions)
