"""A picture from words alone: the environment they name, seen without a building."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest

from archviz.control import CHANNELS
from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.errors import EmptyViewError, OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.render import Renderer, RenderRequest
from archviz.render.recipe import resolved_from_json
from tests.scripted_engine import ScriptedEngine, scripted_loader

SMALL = Size(height=64, width=96)
PADDIES = "rice paddies at sunset, conical hats, peaceful scene"
GROUPS = ("geometry", "edges", "material", "light", "surroundings")


def _made() -> tuple[Renderer, list[ScriptedEngine]]:
    load, engines = scripted_loader()
    return Renderer(load=load), engines


def _request(prompt: str = PADDIES, **fields: Any) -> RenderRequest:
    return RenderRequest(prompt=prompt, **({"size": SMALL} | fields))


def _channel(stack: Any, name: str) -> Any:
    return stack[CHANNELS.index(name)]


def test_words_alone_give_the_engine_a_whole_scene() -> None:
    renderer, engines = _made()
    result = renderer.render(_request())
    (asked,) = engines[0].requests
    stack = asked.controls.stack
    assert stack is not None
    assert all((_channel(stack, f"given_{group}") == 1).all() for group in GROUPS)
    assert not _channel(stack, "is_building").any() and not _channel(stack, "is_opening").any()
    for name in ("is_ground", "is_surroundings", "is_sky"):
        assert _channel(stack, name).mean() > 0.1, name
    assert result.fidelity is None
    resolved = result.resolved
    assert (resolved.environment, resolved.lighting, resolved.surroundings) == ("rice-paddies", "sunset", "geometry")
    assert (resolved.input_kind, resolved.input_sha256, resolved.view) == ("text", None, None)
    assert any("without a building" in text for text in resolved.assumptions)


def test_two_hats_are_seen_in_the_picture_of_the_paddies() -> None:
    gbuffer = _made()[0].maps(_request(size=Size(height=128, width=192), seed=4)).gbuffer
    assert gbuffer is not None
    names = [e.name for e in gbuffer.table.elements]
    hats = {names[i] for i in np.unique(gbuffer.elements.array[gbuffer.hit]) if names[i].endswith(".hat")}
    assert len(hats) >= 2


def test_the_horizon_lies_above_the_middle_of_the_paddies() -> None:
    resolved = _made()[0].resolve(_request())
    assert resolved.camera is not None
    assert 0.40 <= resolved.camera.principal_point_px[1] / SMALL.height <= 0.45


def test_the_same_request_gives_the_same_stack_and_another_seed_another_scene() -> None:
    first, again, other = (_made()[0].maps(_request(seed=seed)).stack for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert (_channel(first, "is_ground") != _channel(other, "is_ground")).mean() > 0.05


def test_another_environment_is_another_scene_on_the_same_renderer() -> None:
    renderer, _ = _made()
    stacks = [renderer.maps(_request(words)).stack for words in ("snow", "desert", "snow")]
    assert not np.array_equal(stacks[0], stacks[1]) and np.array_equal(stacks[0], stacks[2])


def test_imagined_surroundings_leave_everything_to_the_words() -> None:
    renderer, engines = _made()
    resolved = renderer.resolve(_request(surroundings="imagined"))
    renderer.render(resolved)
    (asked,) = engines[0].requests
    assert asked.controls.stack is not None and not asked.controls.stack.any()
    assert (resolved.camera, resolved.environment) == (None, "rice-paddies")
    assert not any("building" in text for text in resolved.assumptions)


def test_a_recipe_holds_the_camera_and_renders_the_same_picture() -> None:
    result = _made()[0].render(_request(seed=5))
    again = _made()[0].render(resolved_from_json(result.recipe["resolved"], input=None))
    assert again.recipe == result.recipe
    assert again.resolved.camera == result.resolved.camera is not None


def test_the_sun_of_a_place_stands_over_the_scene() -> None:
    renderer, _ = _made()
    given: dict[str, Any] = {
        "place": Place(latitude_deg=10.82, longitude_deg=106.63),
        "when": datetime.fromisoformat("2025-12-21T11:45+07:00"),
    }
    low = renderer.resolve(_request("rice paddies", **given))
    assert low.sun is not None and low.sun.altitude_deg == pytest.approx(55.7, abs=0.1)
    assert low.warnings == ()
    stack = renderer.maps(low).stack
    assert _channel(stack, "sun_elevation").mean() == pytest.approx(np.sin(np.radians(55.7)), abs=0.01)
    turned = renderer.maps(renderer.resolve(_request("rice paddies", north_deg=90.0, **given))).stack
    assert not np.array_equal(_channel(stack, "sun_shading"), _channel(turned, "sun_shading"))


def test_a_camera_of_ones_own_is_in_metres_around_the_plot() -> None:
    renderer, _ = _made()
    above = Camera(position_m=(0, 0, 40.0), target_m=(0, 0, 0), up=(0, 1, 0), size=SMALL)
    maps = renderer.maps(_request("meadow", camera=above))
    assert maps.gbuffer is not None and maps.gbuffer.camera == above
    assert np.median(maps.gbuffer.depth.array) == pytest.approx(40.0, abs=0.1)
    assert (maps.gbuffer.parts() == int(Part.GROUND)).mean() > 0.9
    seeds = {renderer.resolve(_request("meadow", camera=c)).noise_seed for c in (None, above)}
    assert len(seeds) == 2


def test_a_camera_that_sees_nothing_but_sky_is_refused() -> None:
    upwards = Camera(position_m=(0, 0, 2.0), target_m=(0, 0, 9.0), up=(0, 1, 0), size=SMALL)
    with pytest.raises(EmptyViewError, match=r"nothing but sky.*leave the camera out"):
        _made()[0].maps(_request("studio", camera=upwards))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"view": "front"}, ("view", "text alone")),
        ({"unit": "mm"}, ("unit", "text alone")),
        ({"surroundings": "none"}, ("'none'", "geometry or imagined")),
        ({"materials": {"Roof": "tiles"}}, ("material", "prompt")),
        (
            {"surroundings": "imagined", "camera": Camera(position_m=(0, 0, 2), target_m=(0, 9, 2))},
            ("camera", "text alone"),
        ),
    ],
)
def test_what_needs_a_building_or_a_scene_is_refused(fields: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(OptionError) as caught:
        _made()[0].resolve(_request(**fields))
    assert all(word in str(caught.value) for word in words), str(caught.value)
