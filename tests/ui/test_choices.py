"""Choices become the request that the command line would build, and come back from it."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.presets import cities, city, environments
from archviz.render import RenderRequest
from archviz.studio import Design
from archviz.studio.designs import TEXT_DESIGN
from archviz.ui.choices import (
    AUTO,
    CITIES,
    DEFAULTS,
    build_request,
    carry_over,
    choices_of,
    defaults_for,
    parse_materials,
)
from archviz.ui.texts import Texts

EN = Texts("en")
MODEL = Design(id="sample:house.glb", name="House", kind="model", path=Path("house.glb"))
DRAWING = Design(id="sample:front.png", name="Front", kind="sketch", path=Path("front.png"))

SAIGON = {
    "use_sun": True,
    "lighting": AUTO,
    "date": date(2025, 6, 21),
    "time": time(15, 30),
    "north": 20.0,
}


def _choices(**changes: Any) -> dict[str, Any]:
    assert set(changes) <= set(DEFAULTS)
    return {**DEFAULTS, **changes}


def test_defaults_are_a_request_that_can_be_rendered() -> None:
    request = build_request(MODEL, DEFAULTS, EN)
    assert request == RenderRequest(
        input=Path("house.glb"),
        view="front-left",
        environment="tropical-garden",
        lighting="morning",
        surroundings="geometry",
    )
    assert request.environment in environments()


def test_everything_chosen() -> None:
    choices = _choices(
        **SAIGON,
        view="aerial",
        environment="hoi-an",
        prompt=" white walls ",
        materials="roof* = red clay tiles\n\n wall=brick ",
        size="1024x576",
        seed=7,
        steps=4,
        geometry="free",
        min_fidelity=0.5,
        surroundings="none",
        unit="cm",
        up="y",
        hide=("tree*",),
        show=("Kitchen",),
        classes=(("w*", "ground"), ("wall", "glass")),
    )
    assert build_request(MODEL, choices, EN) == RenderRequest(
        input=Path("house.glb"),
        view="aerial",
        environment="hoi-an",
        prompt="white walls",
        materials={"roof*": "red clay tiles", "wall": "brick"},
        size=Size(height=576, width=1024),
        seed=7,
        steps=4,
        geometry="free",
        min_fidelity=0.5,
        surroundings="none",
        unit="cm",
        up="y",
        hide=("tree*",),
        show=("Kitchen",),
        classes={"w*": "ground", "wall": "glass"},
        place=city("saigon").place,
        when=datetime.fromisoformat("2025-06-21T15:30"),
        north_deg=20.0,
    )


def test_a_drawing_and_words_have_no_view() -> None:
    choices = _choices(view="aerial", surroundings="imagined", materials="roof = tiles", min_fidelity=0.5)
    drawing, words = build_request(DRAWING, choices, EN), build_request(TEXT_DESIGN, choices, EN)
    assert drawing.view is None and drawing.surroundings == "imagined" and drawing.materials == {"roof": "tiles"}
    assert drawing.min_fidelity == 0.5 and words.min_fidelity is None
    assert words.input is None and words.materials == {} and words.view is None
    assert words.surroundings == "imagined"


def test_north_is_a_models_own_and_a_drawings_with_its_sun_alone() -> None:
    assert build_request(MODEL, _choices(north=20.0), EN).north_deg == 20.0, "a model may bring a place"
    assert build_request(MODEL, DEFAULTS, EN).north_deg is None, "as the file says"
    assert build_request(DRAWING, _choices(north=20.0), EN).north_deg is None
    assert build_request(DRAWING, _choices(**SAIGON), EN).north_deg == 20.0


def test_what_was_put_right_of_one_model_says_nothing_of_another() -> None:
    marks = {"unit": "mm", "hide": ("a",), "show": ("b",), "classes": (("c", "ground"),), "north": 9.0}
    assert carry_over(_choices(**marks), "model") == DEFAULTS


def test_words_alone_choose_what_stands_around_and_the_light() -> None:
    request = build_request(TEXT_DESIGN, defaults_for("text"), EN)
    assert (request.environment, request.lighting) == (None, None)
    assert defaults_for("model") == defaults_for("sketch") == DEFAULTS


def test_another_design_keeps_what_was_chosen_and_takes_its_own_defaults() -> None:
    texts, models = defaults_for("text"), defaults_for("model")
    assert carry_over(models, "text") == texts and carry_over(texts, "sketch") == models
    chosen = {"environment": "hoi-an", "lighting": "night", "prompt": "snow"}
    assert carry_over(models | chosen, "text") == models | chosen
    by_the_sun = carry_over(models | SAIGON, "model")
    assert by_the_sun["lighting"] == AUTO and by_the_sun["environment"] == DEFAULTS["environment"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        SAIGON,
        {**SAIGON, "city": "other", "latitude": 52.52, "longitude": 13.405, "utc_offset": 5.75},
        {**SAIGON, "city": "Tokyo, JP", "latitude": 35.69, "longitude": 139.69, "utc_offset": 9.0, "lighting": "noon"},
        {"unit": "mm", "up": "z", "hide": ("a",), "show": ("b",), "classes": (("c", "ground"), ("d", "glass"))},
        {"north": 12.5},
        {"prompt": "snow at night", "environment": AUTO, "lighting": AUTO},
        {"prompt": "tường trắng", "materials": "a = b\nc = d", "size": "512x512", "steps": 2, "min_fidelity": 0.6},
    ],
)
def test_a_picture_gives_its_choices_back(changes: dict[str, Any]) -> None:
    choices = _choices(**changes)
    request = build_request(MODEL, choices, EN)
    assert choices_of(request) == choices
    assert build_request(MODEL, choices_of(request), EN) == request


@pytest.mark.parametrize("line", ["roof", "= tiles", "roof ="])
def test_a_material_that_cannot_be_read_is_said_in_the_language(line: str) -> None:
    with pytest.raises(OptionError, match="write ELEMENT = TEXT"):
        parse_materials(line, EN)
    with pytest.raises(OptionError, match="hãy viết"):
        parse_materials(line, Texts("vi"))


def test_every_city_of_the_table_is_offered_with_its_own_clock() -> None:
    assert set(CITIES) == {entry.label for entry in cities()}
    berlin = build_request(MODEL, _choices(**SAIGON, city="Berlin, DE"), EN)
    assert berlin.place == city("berlin").place and berlin.when == datetime.fromisoformat("2025-06-21T15:30")
    # Summer time: two hours before universal time in June, one in January.
    assert choices_of(berlin)["utc_offset"] == 2.0
    winter = dataclasses.replace(berlin, when=datetime.fromisoformat("2025-01-21T15:30"))
    assert choices_of(winter)["utc_offset"] == 1.0
    # A moment that was written with an offset keeps it.
    written = dataclasses.replace(berlin, when=datetime.fromisoformat("2025-06-21T15:30+07:00"))
    assert (choices_of(written)["city"], choices_of(written)["utc_offset"]) == ("other", 7.0)


def test_every_choice_has_a_default() -> None:
    names = {field.name for field in dataclasses.fields(RenderRequest)}
    assert {"view", "environment", "lighting", "seed", "steps", "geometry", "engine", "prompt"} <= names & set(DEFAULTS)


def test_a_plan_may_be_insisted_upon_for_one_drawing_alone() -> None:
    choices = {**DEFAULTS, "as_view": True}
    request = build_request(DRAWING, choices, EN)
    assert request.adjustments.shows == "view"
    assert choices_of(request)["as_view"]
    assert build_request(DRAWING, DEFAULTS, EN).adjustments.shows == "auto"
    assert not carry_over(choices, "sketch")["as_view"]
    # It has no meaning for a model, and does not stop one.
    assert build_request(MODEL, choices, EN).adjustments.shows == "auto"
