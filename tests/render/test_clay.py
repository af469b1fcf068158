"""The clay picture as an engine, and as the picture that large engines start from."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.diffusion import DiffusionRequest, Engine, OnStep, load_engine
from archviz.render import Renderer, RenderRequest
from archviz.render.recipe import resolved_from_json, resolved_to_json
from tests.diffusion.tiny import save_tiny_large

SMALL = Size(height=64, width=96)
SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63)


def _request(house: Path, **fields: Any) -> RenderRequest:
    choices = {"size": SMALL, "environment": "studio", "engine": "clay", "steps": 1, "device": "cpu"} | fields
    return RenderRequest(input=house, **choices)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(threads=1)


def test_the_engine_traces_and_its_recipe_gives_the_same_pixels(house: Path, renderer: Renderer) -> None:
    steps: list[tuple[int, int]] = []
    made = renderer.render(_request(house, steps=2), on_step=lambda s: steps.append((s.step, s.steps)))
    assert made.image.shape == (*SMALL.shape, 3) and made.image.dtype == np.uint8
    assert steps == [(1, 2), (2, 2)]
    assert made.resolved.start_strength == 0.0
    assert {"mitsuba", "denoiser", "clay_variant", "clay_threads"} <= made.recipe["numerics"].keys()
    assert made.fidelity is not None and made.fidelity.to_json()["silhouette_iou"] > 0.7
    again = resolved_from_json(json.loads(json.dumps(made.recipe))["resolved"], input=house)
    repeated = Renderer(threads=1).render(again)
    assert (repeated.image == made.image).all()
    assert repeated.recipe == made.recipe


def test_a_recipe_from_before_the_start_picture_is_read(house: Path, renderer: Renderer) -> None:
    resolved = renderer.resolve(_request(house, engine="mini", steps=4))
    data = resolved_to_json(resolved)
    del data["start_strength"]
    # Every picture began in pure noise then.
    assert resolved_from_json(data, input=house) == replace(resolved, start_strength=1.0)


def test_the_sky_of_another_seed_has_other_clouds_as_in_every_engine(house: Path, renderer: Renderer) -> None:
    pictures = [renderer.render(_request(house, seed=seed, lighting="overcast", view="front")).image for seed in (3, 4)]
    sky = ~renderer.maps(_request(house, lighting="overcast", view="front")).gbuffer.hit  # type: ignore[union-attr]
    apart = np.abs(pictures[0].astype(int) - pictures[1].astype(int))[sky]
    assert sky.mean() > 0.2 and (apart.max(axis=1) > 4).mean() > 0.2


def test_cancelling_ends_it_after_the_pass(house: Path, renderer: Renderer) -> None:
    class CancelledError(Exception):
        pass

    seen: list[int] = []

    def cancel(report: Any) -> None:
        seen.append(report.step)
        raise CancelledError

    with pytest.raises(CancelledError):
        renderer.render(_request(house, steps=8, seed=5), on_step=cancel)
    assert seen == [1]


def test_white_shows_form_and_no_colour(house: Path, renderer: Renderer) -> None:
    colored = renderer.render(_request(house, lighting="noon"))
    white = renderer.render(_request(house, lighting="noon", engine="clay-white"))
    view = white.maps.gbuffer
    assert view is not None
    roof = view.elements.array == [e.name for e in view.table.elements].index("Roof")
    assert roof.sum() > 50

    def tint(image: NDArray[np.uint8]) -> float:
        red, _, blue = np.median(image[roof], axis=0)
        return float(red - blue)

    assert tint(colored.image) > 25
    assert abs(tint(white.image)) < 15
    # The proof asks for the edges that white has; in the shade its white is the sky's blue, never the roof's red.
    assert white.fidelity is not None and white.maps.light is not None
    assert tint((white.maps.light.deferred.array * 255).astype(np.uint8)) < 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"geometry": "free"}, "geometry 'free': engine clay keeps all geometry"),
        ({"weights": Path("/w")}, "engine clay has none; leave weights out"),
        ({"control_scales": {"depth": 1.0}}, "control 'depth' is not one of engine clay; it has none"),
        ({"few_step": True}, "engine clay has no few-step LoRA"),
        ({"steps": 257}, "steps 257 is not accepted by engine clay; give 1 to 256"),
        ({"device": "cuda:7"}, "path tracer finds no card|device 'cuda:7'"),
        ({"input": None, "surroundings": "imagined"}, "engine clay traces a 3D scene, and here is none"),
    ],
)
def test_what_it_has_no_use_for_is_refused(fields: dict[str, Any], said: str, house: Path, renderer: Renderer) -> None:
    if "cuda:7" in fields.values():
        from archviz.light_transport.clay import choose_variant

        if choose_variant().startswith("cuda"):
            pytest.skip("this machine has a card")
    with pytest.raises(OptionError, match=said):
        renderer.render(replace(_request(house), **fields))


def test_words_that_no_tracer_understands_are_said_to_be_ignored(house: Path, renderer: Renderer) -> None:
    resolved = renderer.resolve(_request(house, environment=None, prompt="cinematic, rice paddies"))
    assert resolved.environment == "rice-paddies"
    assert "cinematic" in resolved.prompt_ignored and "cinematic" not in resolved.prompt_understood


class _Watched:
    """An engine that keeps what it was asked."""

    def __init__(self, engine: Engine) -> None:
        self.spec, self.numerics_key = engine.spec, engine.numerics_key
        self.requests: list[DiffusionRequest] = []
        self._engine = engine

    def generate(
        self, request: DiffusionRequest, *, on_step: OnStep | None = None, preview_every: int = 0
    ) -> NDArray[np.uint8]:
        self.requests.append(request)
        return self._engine.generate(request, on_step=on_step, preview_every=preview_every)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_large("sd15", tmp_path_factory.mktemp("large"))


def _watching(found: list[_Watched], engine_id: str, **options: Any) -> _Watched:
    found.append(_Watched(load_engine(engine_id, **options)))
    return found[-1]


def test_the_sun_reaches_a_large_engine_through_its_start_picture(house: Path, large: Path) -> None:
    loaded: list[_Watched] = []
    renderer = Renderer(load=partial(_watching, loaded), threads=1)
    steps: list[tuple[int, int]] = []
    made = []
    for hour in ("08", "16"):
        when = datetime.fromisoformat(f"2025-03-21T{hour}:00+07:00")
        request = _request(house, engine="sd15", weights=large, steps=4, lighting="noon", when=when, place=SAIGON)
        made.append(renderer.render(request, on_step=lambda s: steps.append((s.step, s.steps))))
    early, late = (asked.controls.start for asked in loaded[0].requests)
    assert early is not None and late is not None
    assert np.abs(early.array - late.array).max() > 0.2
    # Prompt, noise, depth and edges are the same: only the start picture tells of the sun.
    first, second = loaded[0].requests
    assert (first.prompt, first.noise_seed) == (second.prompt, second.noise_seed)
    assert (made[0].image != made[1].image).any()
    assert first.strength == made[0].resolved.start_strength == 0.75
    assert made[0].recipe["resolved"]["start_strength"] == 0.75
    assert "mitsuba" in made[0].recipe["numerics"]
    # Four passes, then three steps of four: image-to-image leaves out the rest.
    assert steps[:7] == [(k, 7) for k in range(1, 8)]


def test_free_geometry_starts_from_noise_and_traces_nothing(house: Path, large: Path) -> None:
    loaded: list[_Watched] = []
    renderer = Renderer(load=partial(_watching, loaded), threads=1)
    made = renderer.render(_request(house, engine="sd15", weights=large, steps=1, geometry="free"))
    assert loaded[0].requests[0].controls.start is None
    assert renderer.shelf.made["clay"] == 0
    assert "mitsuba" not in made.recipe["numerics"]
