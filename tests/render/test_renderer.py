"""The way through the real rooms to a scripted engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archviz.control import CHANNELS, control_stack
from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.errors import EmptyViewError, InternalError, OptionError
from archviz.core.size import Size
from archviz.render import Renderer, RenderRequest
from archviz.render.recipe import hash_pixels, resolved_from_json
from tests.scripted_engine import ScriptedEngine, scripted_loader

SMALL = Size(height=64, width=96)


def _made() -> tuple[Renderer, list[ScriptedEngine]]:
    load, engines = scripted_loader()
    return Renderer(load=load), engines


def _channel(stack: Any, name: str) -> Any:
    return stack[CHANNELS.index(name)]


def _request(house: Path, **fields: Any) -> RenderRequest:
    return RenderRequest(input=house, **({"size": SMALL, "environment": "studio"} | fields))


def test_a_picture_and_its_proof(house: Path) -> None:
    renderer, engines = _made()
    steps: list[int] = []
    result = renderer.render(_request(house), on_step=lambda report: steps.append(report.step))
    assert result.image.shape == (64, 96, 3) and result.image.dtype == np.uint8
    assert steps == list(range(1, result.resolved.steps + 1))
    assert result.recipe["pixels_sha256"] == hash_pixels(result.image)
    assert result.recipe["numerics"] == engines[0].numerics
    assert result.fidelity is not None and "edge_recall" in result.fidelity.to_json()
    sheet = result.heatmap()
    assert sheet is not None and max(sheet.shape) >= 1200 and sheet.dtype == np.uint8
    assert result.prompt.text == result.resolved.prompt != ""
    assert result.seconds > 0


def test_a_pictures_heat_map_is_painted_again_from_its_recipe(house: Path) -> None:
    renderer, _ = _made()
    result = renderer.render(_request(house))
    sheet = result.heatmap()
    made = dict(renderer.shelf.made)
    assert np.array_equal(renderer.heatmap(result.resolved, result.image), sheet)
    assert dict(renderer.shelf.made) == made, "the view's maps were still there"
    later, engines = _made()
    resolved = resolved_from_json(result.recipe["resolved"], input=house)
    assert np.array_equal(later.heatmap(resolved, result.image), sheet) and not engines, "no engine is asked"
    bare = later.heatmap(resolved, np.full_like(result.image, 128))
    assert bare is not None and not np.array_equal(bare, sheet), "of that picture and no other"
    with pytest.raises(OptionError):
        later.heatmap(resolved, result.image[:32])


def test_words_alone_have_no_heat_map() -> None:
    renderer, _ = _made()
    result = renderer.render(RenderRequest(size=SMALL, environment="studio"))
    assert renderer.heatmap(result.resolved, result.image) is None is result.heatmap()


def test_the_engine_gets_the_whole_stack(house: Path) -> None:
    renderer, engines = _made()
    resolved = renderer.resolve(_request(house, control_scales={"stack": 0.5}, geometry="balanced"))
    result = renderer.render(resolved)
    (asked,) = engines[0].requests
    stack = asked.controls.stack
    assert stack is not None and stack.shape == (len(CHANNELS), 64, 96)
    for group in ("geometry", "edges", "material", "light", "surroundings"):
        assert (_channel(stack, f"given_{group}") == 1).all()
    assert 0.1 < _channel(stack, "is_building").mean() < 0.9
    assert (asked.prompt, asked.noise_seed, asked.steps) == (resolved.prompt, resolved.noise_seed, resolved.steps)
    assert asked.control_scales == {"stack": 0.5} and asked.control_end == 0.75
    # The embedded engine starts from the deferred colour, and keeps less of it where there is something to imagine.
    assert result.maps.light is not None
    assert asked.controls.start is result.maps.light.deferred and asked.strength == resolved.start_strength == 0.75
    for geometry, strength in (("strict", 0.75), ("free", 1.0)):
        assert renderer.resolve(_request(house, geometry=geometry)).start_strength != 0.75
        renderer.render(_request(house, surroundings="imagined", geometry=geometry))
        assert engines[0].requests[-1].strength == strength


def test_the_stack_is_the_same_whatever_was_made_before(house: Path) -> None:
    renderer, _ = _made()
    requests = [
        _request(house, lighting=lighting, surroundings=surroundings)
        for surroundings in ("none", "imagined", "geometry")
        for lighting in ("noon", "night")
    ]
    stacks = [renderer.maps(renderer.resolve(request)).stack for request in requests]
    for request, stack in zip(requests, stacks, strict=True):
        alone, _ = _made()
        maps = alone.maps(alone.resolve(request))
        np.testing.assert_array_equal(stack, maps.stack)
        given = request.surroundings != "imagined"
        whole = control_stack(maps.gbuffer, maps.light, size=SMALL, surroundings_given=given)
        np.testing.assert_array_equal(stack, whole)
    assert renderer.shelf.made["stack"] == 3


def test_the_same_request_gives_the_same_pixels_alone_or_in_a_set(house: Path) -> None:
    requests = [_request(house, seed=s, lighting=li) for s in (1, 2) for li in ("noon", "night")]
    renderer, _ = _made()
    together = {row: result.recipe for row, result in renderer.render_many(requests)}
    # The last one alone, and so without anything that the others left behind.
    assert _made()[0].render(requests[-1]).recipe == together[len(requests) - 1]
    assert len({r["pixels_sha256"] for r in together.values()}) == 4


def test_a_plan_makes_maps_once_a_view_and_light_once_a_sun(house: Path) -> None:
    renderer, engines = _made()
    requests = [
        _request(house, lighting=lighting, view=view, prompt=prompt)
        for prompt in ("", "balconies")
        for lighting in ("noon", "golden-hour", "night")
        for view in ("front", "aerial", "front-left")
    ]
    plan = renderer.plan(requests)
    assert (plan.views, plan.lights, plan.prompts) == (3, 9, 6)
    assert sorted(plan.order) == list(range(18))
    rows = [row for row, _ in renderer.render_many(requests)]
    assert rows == list(plan.order)
    assert renderer.shelf.made["view"] == renderer.shelf.made["occlusion"] == renderer.shelf.made["judged view"] == 3
    assert renderer.shelf.made["light"] == 9
    assert renderer.shelf.made["scene"] == renderer.shelf.made["engine"] == len(engines) == 1


def test_seed_changes_surroundings_and_not_the_building(house: Path) -> None:
    renderer, _ = _made()
    first, second = (renderer.maps(_request(house, environment="park", seed=s)).gbuffer for s in (1, 2))
    assert first is not None and second is not None and first.camera == second.camera
    own = [np.isin(g.parts(), [int(Part.BUILDING), int(Part.OPENING)]) for g in (first, second)]
    assert (first.parts() != second.parts()).any()
    # Only what stands before the building may hide a part of it.
    both = own[0] & own[1]
    assert both.sum() > 0.8 * max(o.sum() for o in own)
    assert np.array_equal(first.depth.array[both], second.depth.array[both])


def test_surroundings_are_built_imagined_or_left_out(house: Path) -> None:
    renderer, _ = _made()
    stacks, parts = {}, {}
    for how in ("geometry", "imagined", "none"):
        maps = renderer.maps(_request(house, environment="forest", surroundings=how))
        assert maps.gbuffer is not None
        stacks[how], parts[how] = maps.stack, maps.gbuffer.parts()
    given = {how: bool(_channel(s, "given_surroundings").all()) for how, s in stacks.items()}
    assert given == {"geometry": True, "imagined": False, "none": True}
    assert (parts["geometry"] == int(Part.SURROUNDINGS)).any()
    for how in ("imagined", "none"):
        assert not (parts[how] == int(Part.SURROUNDINGS)).any()
        assert (parts[how] == int(Part.GROUND)).any()


def test_imagined_surroundings_stand_on_their_environments_ground(house: Path) -> None:
    renderer, _ = _made()

    def ground(environment: str, how: str) -> NDArray[np.float32]:
        seen = renderer.maps(_request(house, environment=environment, surroundings=how)).gbuffer
        assert seen is not None
        shown = seen.parts() == int(Part.GROUND)
        shown[: shown.shape[0] * 4 // 5] = False
        return np.median(seen.base_color().array[shown], axis=0)

    colours = {how: [ground(place, how) for place in ("desert", "snow")] for how in ("geometry", "imagined", "none")}
    np.testing.assert_allclose(colours["imagined"], colours["geometry"], atol=0.02)
    assert np.abs(colours["imagined"][0] - colours["imagined"][1]).max() > 0.2
    np.testing.assert_array_equal(*colours["none"])


def test_a_material_text_reaches_the_maps(house: Path) -> None:
    renderer, _ = _made()
    plain, red = (
        renderer.maps(_request(house, view="front", materials=m)).gbuffer for m in ({}, {"Walls": "red brick"})
    )
    assert plain is not None and red is not None
    walls = [i for i, e in enumerate(red.table.elements) if e.name == "Walls"]
    where = np.isin(red.elements.array, walls)
    assert where.mean() > 0.05
    color = red.base_color().array[where].mean(0)
    assert color[0] > 3 * color[1] > 0
    assert np.array_equal(red.base_color().array[~where], plain.base_color().array[~where])
    assert (red.family_codes()[where] != plain.family_codes()[where]).any()


def test_night_is_dark_with_lit_windows_and_noon_is_bright(house: Path) -> None:
    renderer, _ = _made()
    light = {name: renderer.maps(_request(house, lighting=name, view="front")).light for name in ("noon", "night")}
    noon, night = light["noon"], light["night"]
    assert noon is not None and night is not None
    assert night.deferred.array.mean() < 0.5 * noon.deferred.array.mean()
    assert night.emission.array.max() > 0.2 > noon.emission.array.max()


def test_a_drawing_is_lifted_lit_and_put_into_its_surroundings(drawing: Path) -> None:
    renderer, engines = _made()
    size = Size(height=192, width=256)
    result = renderer.render(RenderRequest(input=drawing, size=size, materials={"wall": "red brick"}))
    (asked,) = engines[0].requests
    stack = asked.controls.stack
    assert stack is not None
    for group in ("geometry", "edges", "material", "light", "surroundings"):
        assert (_channel(stack, f"given_{group}") == 1).all()
    # The house stands in the middle, under the sky and on the ground.
    assert _channel(stack, "is_sky")[:10, 100:156].mean() > 0.9 and _channel(stack, "is_ground")[-10:].mean() > 0.9
    assert _channel(stack, "is_building")[90:150, 70:190].mean() > 0.5
    walls = _channel(stack, "is_building") * (_channel(stack, "base_red") - _channel(stack, "base_blue"))
    assert walls[90:150, 70:190].max() > 0.2  # brick is redder than it is blue
    assert _channel(stack, "edges")[90:150].mean() > 0.01
    said = result.fidelity.to_json()
    assert said["edges"]["lines"]["samples"] > 100 and said["reasons"]["silhouette_iou"].endswith("from a drawing")
    sheet = result.heatmap()
    assert sheet is not None and sheet.shape[1] >= 1200
    assert result.recipe["numerics"].keys() == {*engines[0].numerics, "drawing_weights"}


def test_a_drawing_without_a_building_gives_its_lines_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "corner.png"
    paper = np.full((300, 400), 255, dtype=np.uint8)
    paper[140:142, 20:60] = 0
    Image.fromarray(paper).save(path)
    renderer, engines = _made()
    result = renderer.render(RenderRequest(input=path, size=SMALL))
    (asked,) = engines[0].requests
    stack = asked.controls.stack
    assert stack is not None
    given = {
        g for g in ("geometry", "edges", "material", "light", "surroundings") if _channel(stack, f"given_{g}").any()
    }
    assert given == {"edges"} and asked.controls.edges is result.maps.edges
    assert any("no building was recognised" in text for text in result.warnings)


def test_outlines_are_smoothed_where_an_engine_follows_the_maps(house: Path) -> None:
    renderer, engines = _made()
    result = renderer.render(_request(house))
    engine, wanted = engines[0], engines[0].requests[-1]
    assert engine.spec.pixel_by_pixel
    bare = engine.generate(wanted)
    coverage = renderer.views.coverage(result.resolved)
    assert coverage is not None and len(coverage.pixels) > 100
    np.testing.assert_array_equal(result.image, coverage.smooth(bare))
    assert (result.image != bare).any()
    # A picture that is looked at once is not worth the rays.
    draft = renderer.render(_request(house), draft=True).image
    np.testing.assert_array_equal(draft, engine.generate(engine.requests[-1]))


def test_a_recipe_renders_the_same_picture(house: Path) -> None:
    renderer, _ = _made()
    result = renderer.render(_request(house, environment="park", materials={"Roof": "slate"}, seed=3))
    again = _made()[0].render(resolved_from_json(result.recipe["resolved"], input=house))
    assert again.recipe == result.recipe


def test_a_changed_input_is_noticed(house: Path, tmp_path: Path) -> None:
    moved = tmp_path / "house.glb"
    moved.write_bytes(house.read_bytes())
    resolved = _made()[0].resolve(_request(moved))
    assert _made()[0].maps(replace(resolved, input=house)).gbuffer is not None
    moved.write_bytes(house.read_bytes().replace(b"Roof", b"Ruuf"))
    with pytest.raises(OptionError, match=r"house\.glb is not what this picture was made from"):
        _made()[0].maps(resolved)


def test_raising_from_on_step_cancels(house: Path) -> None:
    renderer, engines = _made()

    def stop(report: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        renderer.render(_request(house), on_step=stop)
    assert renderer.render(_request(house)).image.any()
    assert len(engines) == 1


def test_a_wrong_picture_of_an_engine_is_our_failure(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer, _ = _made()
    monkeypatch.setattr(ScriptedEngine, "generate", lambda *a, **k: np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(InternalError, match="96x64"):
        renderer.render(_request(house))


def test_maps_as_arrays_and_pictures(house: Path) -> None:
    maps = _made()[0].maps(_request(house, view="front"))
    arrays, pictures = maps.arrays(), maps.pictures()
    assert set(arrays) == set(pictures)
    assert all(a.shape[:2] == SMALL.shape for a in arrays.values())
    assert all(p.dtype == np.uint8 and p.shape[:2] == SMALL.shape for p in pictures.values())
    depth, picture = arrays["depth"], pictures["depth"]
    near = np.unravel_index(np.argmin(depth), depth.shape)
    assert picture[near] == 255 and (picture[~np.isfinite(depth)] == 0).all()
    ids = arrays["elements"]
    seen = [tuple(pictures["elements"][ids == i][0]) for i in np.unique(ids)]
    assert len(set(seen)) == len(seen)


def test_a_camera_that_misses_the_building_is_refused(house: Path) -> None:
    away = Camera(position_m=(0, -25, 1.6), target_m=(0, -50, 1.6), size=SMALL)
    with pytest.raises(EmptyViewError, match="nothing of the building"):
        _made()[0].maps(_request(house, camera=away))
