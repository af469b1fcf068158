"""From open choices to none: defaults, refusals, seeds, words."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archviz.core.camera import Camera
from archviz.core.errors import FileFormatError, InputError, OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.render import Renderer, RenderRequest, ResolvedRequest, resolve
from archviz.render.inputs import hash_file
from archviz.render.recipe import resolved_to_json
from tests.scripted_engine import scripted_loader

SMALL = Size(height=64, width=96)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    """One for the module: the house is read once for each way of reading it."""
    return Renderer(load=scripted_loader()[0])


def _house(renderer: Renderer, house: Path, **fields: Any) -> ResolvedRequest:
    return renderer.resolve(RenderRequest(input=house, **({"size": SMALL} | fields)))


def test_defaults_close_every_choice(renderer: Renderer, house: Path) -> None:
    found = renderer.resolve(RenderRequest(input=house))
    assert (found.engine, found.environment, found.lighting, found.view) == ("mini", "park", "morning", "front-left")
    assert found.size == Size(height=512, width=768)
    assert found.camera is not None and found.camera.size == found.size
    assert (found.input_kind, found.input_sha256) == ("model", hash_file(house))
    assert (found.surroundings, found.geometry, found.seed) == ("geometry", "strict", 0)
    assert found.steps >= 1
    assert found.place is None and found.when is None and found.sun is None


def test_equal_requests_resolve_equally(renderer: Renderer, house: Path) -> None:
    given: dict[str, Any] = {"materials": {"Roof": "blue tiles"}, "prompt": "children playing", "seed": 5}
    assert _house(renderer, house, **given) == resolve(RenderRequest(input=house, size=SMALL, **given))


def test_noise_follows_seed_and_view_alone(renderer: Renderer, house: Path) -> None:
    base = _house(renderer, house, view="front")
    same = _house(renderer, house, view="front", lighting="night", environment="desert", materials={"Roof": "brick"})
    assert same.noise_seed == base.noise_seed
    seeds = {
        base.noise_seed,
        _house(renderer, house, view="front", seed=1).noise_seed,
        _house(renderer, house, view="aerial").noise_seed,
        _house(renderer, house, camera=base.camera).noise_seed,
    }
    assert len(seeds) == 4


def test_a_camera_keeps_its_size_unless_another_is_given(renderer: Renderer, house: Path) -> None:
    camera = Camera(position_m=(0, -25, 1.6), target_m=(0, 0, 3), size=Size(height=128, width=64))
    assert _house(renderer, house, camera=camera, size=None).camera == camera
    assert _house(renderer, house, camera=camera).camera == camera.resized(SMALL)


def test_materials_go_to_elements_and_words_are_accounted_for(renderer: Renderer, house: Path) -> None:
    found = _house(renderer, house, materials={"window*": "dark glass", "Roof": "red tiles with xyzzy"})
    assert found.materials == {
        "Window left": "dark glass",
        "Window right": "dark glass",
        "Roof": "red tiles with xyzzy",
    }
    heard = " ".join(found.prompt_understood)
    assert all(word in heard for word in ("glass", "red", "tiles", "dark"))
    assert "xyzzy" in found.prompt_ignored or "xyzzy" in found.prompt
    assert not set(found.prompt_ignored) & {"red", "tiles", "dark", "glass", "with"}


def test_unknown_words_of_a_material_are_warned_of_with_near_names(renderer: Renderer, house: Path) -> None:
    found = _house(renderer, house, materials={"Roof": "concret"})
    if "concret" in found.prompt_ignored:
        assert any("material Roof: 'concret' is not known, the nearest are concrete" in w for w in found.warnings)
    for text in ("gach do", "black powder-coated aluminium"):
        found = _house(renderer, house, materials={"Roof": text})
        assert not [w for w in found.warnings if "material" in w] and not found.prompt_ignored, text


def test_a_proposed_material_is_the_recipe_s_own_words(renderer: Renderer, house: Path) -> None:
    found = _house(renderer, house, materials={"Roof": "proposed"})
    asked = found.materials["Roof"]
    assert asked != "proposed" and "proposed" not in found.prompt
    assert any(f"material {asked}, proposed for Roof" in text for text in found.assumptions)
    again = _house(renderer, house, materials={"Roof": asked})
    assert (again.materials, again.prompt) == (found.materials, found.prompt)
    # Nothing is taken that was not asked for.
    assert _house(renderer, house).materials == {}


def test_the_sun_of_place_and_moment_is_in_the_result(renderer: Renderer, house: Path) -> None:
    found = _house(
        renderer,
        house,
        place=Place(latitude_deg=10.82, longitude_deg=106.63),
        when=datetime.fromisoformat("2025-12-21T11:45+07:00"),
        north_deg=90.0,
    )
    assert found.sun is not None
    assert found.sun.altitude_deg == pytest.approx(55.7, abs=0.1)
    # In the south by the compass; true north lies towards the model's +X, so south towards -X.
    assert found.sun.azimuth_deg == pytest.approx(270.0, abs=3.0)


def test_a_drawing_keeps_its_shape(renderer: Renderer, drawing: Path) -> None:
    found = renderer.resolve(RenderRequest(input=drawing))
    assert (found.input_kind, found.size) == ("sketch", Size(height=576, width=768))
    assert (found.view, found.surroundings) == (None, "geometry")
    assert found.camera is not None and found.camera.size == found.size
    np.testing.assert_allclose(found.camera.basis()[2][0], 0.0, atol=1e-9)  # it looks north
    assert any("28 mm" in text for text in found.assumptions)


def test_text_alone(renderer: Renderer) -> None:
    found = renderer.resolve(RenderRequest(prompt="brick house", environment="snow", size=SMALL))
    assert (found.input_kind, found.input_sha256, found.view) == ("text", None, None)
    assert found.camera is not None and found.camera.size == SMALL
    assert "snow" in found.prompt


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"environment": "moon"}, ("'moon'", "park")),
        ({"lighting": "dawn"}, ("'dawn'", "sunrise")),
        ({"view": "back"}, ("'back'", "front-left")),
        ({"engine": "dalle"}, ("'dalle'", "mini")),
        ({"size": Size(height=32, width=512)}, ("512x32", "64 to 2048")),
        ({"size": Size(height=512, width=4096)}, ("4096x512", "64 to 2048")),
        ({"steps": 10_000}, ("10000", "mini")),
        ({"few_step": True}, ("mini", "no few-step LoRA")),
        ({"control_scales": {"scribble": 1.0}}, ("'scribble'", "mini")),
        ({"materials": {"Rof": "tiles"}}, ("'Rof'", "Roof")),
        ({"when": datetime.fromisoformat("2025-06-21T12:00+07:00")}, ("needs a place",)),
    ],
)
def test_refused_with_value_and_choices(
    renderer: Renderer, house: Path, fields: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(OptionError) as caught:
        _house(renderer, house, **fields)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"view": "front"},
        {"unit": "mm"},
        {"up": "z"},
        {"hide": ("a",)},
        {"classes": {"a": "ground"}},
        {"camera": Camera(position_m=(0, -9, 1), target_m=(0, 0, 1))},
    ],
)
def test_what_only_a_model_has_is_refused_for_a_drawing(
    renderer: Renderer, drawing: Path, fields: dict[str, Any]
) -> None:
    with pytest.raises(OptionError, match=f"{next(iter(fields)).removesuffix('es')} has .*(3D model|leave)"):
        renderer.resolve(RenderRequest(input=drawing, **fields))


def test_broken_files_are_refused(renderer: Renderer, tmp_path: Path) -> None:
    (tmp_path / "text.glb").write_text("this is not a model, it is a letter", encoding="utf-8")
    for path in (tmp_path / "missing.glb", tmp_path / "text.glb"):
        with pytest.raises(InputError, match=path.name) as caught:
            renderer.resolve(RenderRequest(input=path))
        assert isinstance(caught.value, FileFormatError)


def test_the_recipe_tells_no_folder_of_this_machine(renderer: Renderer, house: Path) -> None:
    assert str(house.parent) not in str(resolved_to_json(_house(renderer, house)))


def test_a_resolved_request_leaves_only_what_has_a_meaning_as_none(renderer: Renderer, house: Path) -> None:
    found = _house(renderer, house)
    none = {f.name for f in dataclasses.fields(found) if getattr(found, f.name) is None}
    assert none == {"weights", "unit", "up", "place", "when", "sun", "device", "min_fidelity", "base", "region"}


def test_a_drawing_says_how_it_lies_and_what_is_wrong_with_it(renderer: Renderer, tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    Image.new("L", (400, 300), 255).save(path)
    found = renderer.resolve(RenderRequest(input=path, size=Size(height=128, width=512)))
    assert len(found.assumptions) == 1
    assert any("empty" in text or "no line" in text for text in found.warnings), found.warnings
