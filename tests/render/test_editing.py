"""A part of a finished picture is painted anew, and every pixel beyond its rim stays."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.render import Renderer, RenderRequest, RenderResult
from archviz.render.editing import feather
from archviz.render.recipe import read_recipe, resolved_from_json, resolved_to_json
from archviz.render.region import PaintedMask, Region
from archviz.render.writing import write_result
from tests.diffusion.tiny import save_tiny_mini
from tests.scripted_engine import scripted_loader

SIZE = Size(height=64, width=96)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(load=scripted_loader()[0])


@pytest.fixture(scope="module")
def base(renderer: Renderer, house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of the test house, on disk."""
    path = tmp_path_factory.mktemp("base") / "base.png"
    write_result(path, renderer.render(RenderRequest(input=house, size=SIZE, environment="studio", steps=2)))
    return path


def pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture)


def edited(renderer: Renderer, base: Path, **fields: object) -> RenderResult:
    return renderer.render(RenderRequest(region=Region(base=base, **fields)))  # type: ignore[arg-type]


def shown(result: RenderResult, *names: str) -> NDArray[np.bool_]:
    """Pixels of elements by the model's names, painted or not."""
    view = result.maps.gbuffer
    assert view is not None
    rows = [r for r, e in enumerate(view.table.elements) if e.name in names or e.name.rpartition(".")[0] in names]
    return np.isin(view.elements.array, rows)


def painted_square() -> PaintedMask:
    mask = np.zeros(SIZE.shape, dtype=np.bool_)
    mask[20:40, 30:60] = True
    return PaintedMask.of(mask)


def test_an_element_is_made_of_something_else(renderer: Renderer, base: Path) -> None:
    result = edited(renderer, base, elements=("Walls",), material="red brick", feather_px=2)
    before, wall = pixels(base), shown(result, "Walls")
    rim = feather(wall, 2).array > 0
    np.testing.assert_array_equal(result.image[~rim], before[~rim])
    assert wall.sum() > 300 and rim.sum() > wall.sum()
    red, _, blue = result.image[wall].astype(float).mean(axis=0)
    was_red, _, was_blue = before[wall].astype(float).mean(axis=0)
    assert red - blue > was_red - was_blue + 30
    assert result.resolved.region is not None and result.resolved.region.elements == ("Walls",)
    assert {"red", "brick"} <= {w for phrase in result.resolved.prompt_understood for w in phrase.split()}


def test_the_engine_gets_the_picture_it_is_to_continue(house: Path, base: Path) -> None:
    load, loaded = scripted_loader()
    edited(Renderer(load=load), base, elements=("Roof",), material="thatch", feather_px=3)
    controls = loaded[0].requests[0].controls
    assert controls.kept is not None and controls.repainted is not None
    np.testing.assert_array_equal(np.rint(controls.kept.array * 255), pixels(base))
    assert 0 < controls.repainted.array.mean() < 0.5 and set(np.unique(controls.repainted.array)) > {0.0, 1.0}


def test_a_painted_mask_cuts_an_element(renderer: Renderer, base: Path) -> None:
    mask = painted_square()
    result = edited(renderer, base, mask=mask, material="blue", feather_px=0)
    np.testing.assert_array_equal(result.image[~mask.array()], pixels(base)[~mask.array()])
    view = result.maps.gbuffer
    assert view is not None
    blue = np.array([m.name == "blue" for m in view.table.materials] + [False])[view.materials.array]
    np.testing.assert_array_equal(blue, mask.array() & view.hit)
    both = edited(renderer, base, mask=mask, elements=("Window*",), material="blue", feather_px=0)
    changed = (both.image != pixels(base)).any(axis=2)
    assert changed.any() and not (changed & ~(mask.array() & shown(both, "Window left", "Window right"))).any()


def test_the_rim_falls_from_one_to_nothing() -> None:
    area = np.zeros((1, 12), dtype=np.bool_)
    area[0, :3] = True
    weights = feather(area, 3).array[0]
    # Smoothstep of 3/4, 2/4 and 1/4.
    np.testing.assert_allclose(weights, [1, 1, 1, 27 / 32, 0.5, 5 / 32, 0, 0, 0, 0, 0, 0], atol=1e-6)
    assert set(feather(area, 0).array[0, 3:]) == {0.0}


def test_words_come_from_noise_and_materials_from_the_light(base: Path) -> None:
    load, loaded = scripted_loader()
    renderer = Renderer(load=load)
    edited(renderer, base, elements=("Walls",), prompt="people strolling")
    edited(renderer, base, elements=("Walls",), material="brick")
    named = edited(renderer, base, elements=("Walls",), prompt="red brick walls")
    words, material, both = loaded[0].requests
    assert (words.strength, material.strength, both.strength) == (1.0, 0.5, 0.5)
    assert words.prompt.startswith("people") and both.prompt.startswith("red walls, brick walls")
    assert words.noise_seed == material.noise_seed
    # A substance or colour among the words is on the surface too.
    assert named.resolved.region is not None
    assert (named.resolved.region.material, named.resolved.region.prompt) == ("red brick", "red brick walls")


def test_an_edit_is_replayed_without_the_picture_it_was_made_on(
    renderer: Renderer, house: Path, base: Path, tmp_path: Path
) -> None:
    first = edited(renderer, base, elements=("Walls",), material="red brick")
    write_result(tmp_path / "first.png", first)
    second = edited(renderer, tmp_path / "first.png", mask=painted_square(), material="white", feather_px=4)
    write_result(tmp_path / "second.png", second)
    (tmp_path / "first.png").unlink()
    recipe, found = read_recipe(tmp_path / "second.png")
    assert found == house and str(tmp_path) not in json.dumps(recipe)
    again = Renderer(load=scripted_loader()[0]).render(resolved_from_json(recipe["resolved"], input=house))
    np.testing.assert_array_equal(again.image, second.image)
    assert again.recipe == second.recipe
    assert recipe["numerics"]["base_pixels"] == first.recipe["pixels_sha256"]


def test_what_was_edited_before_stays_and_is_lit_in_the_next_edit(
    renderer: Renderer, base: Path, tmp_path: Path
) -> None:
    first = edited(renderer, base, elements=("Walls",), material="red brick", feather_px=0)
    write_result(tmp_path / "first.png", first)
    second = edited(renderer, tmp_path / "first.png", elements=("Roof",), material="white", feather_px=0)
    wall, roof = shown(second, "Walls"), shown(second, "Roof")
    np.testing.assert_array_equal(second.image[wall], first.image[wall])
    assert (second.image[roof] != first.image[roof]).any()
    view = second.maps.gbuffer
    assert view is not None
    made_of = {view.table.materials[m].name for m in np.unique(view.materials.array[wall])}
    assert made_of == {"red brick"}
    # The building was not altered, whatever was painted on it.
    assert first.fidelity is not None and second.fidelity is not None
    assert min(f.to_json()["silhouette_iou"] for f in (first.fidelity, second.fidelity)) > 0.97


def test_a_region_goes_through_json(renderer: Renderer, house: Path, base: Path) -> None:
    asked = Region(base=base, mask=painted_square(), elements=("Walls",), material="stone", prompt="ivy", feather_px=9)
    resolved = renderer.resolve(RenderRequest(region=asked))
    data = json.loads(json.dumps(resolved_to_json(resolved)))
    assert resolved_from_json(data, input=house) == replace(resolved, base=None)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"elements": ("Wals",), "material": "brick"}, "element 'Wals': the model has no such element; give a name"),
        ({"elements": ("Walls",), "material": "xyzzy"}, "material 'xyzzy': none of its words is known"),
        ({"elements": ("Walls",), "prompt": "xyzzy"}, "prompt 'xyzzy': engine mini was taught none of these words"),
        ({"elements": ("Walls",)}, "nothing is said of what the part becomes"),
        ({"material": "brick"}, "nothing is chosen to be edited"),
        ({"elements": ("Walls",), "material": "brick", "feather_px": 257}, "feather 257 is not accepted"),
        ({"mask": PaintedMask.of(np.ones((8, 8), dtype=np.bool_)), "material": "brick"}, "mask of 8x8: the picture is"),
    ],
)
def test_refusals(renderer: Renderer, base: Path, fields: dict[str, object], told: str) -> None:
    with pytest.raises(OptionError) as refused:
        edited(renderer, base, **fields)
    assert str(refused.value).startswith(told)


def test_near_names_and_seen_names_are_told(renderer: Renderer, base: Path) -> None:
    with pytest.raises(OptionError, match="give a name such as Walls"):
        edited(renderer, base, elements=("Wals",), material="brick")
    sky = np.zeros(SIZE.shape, dtype=np.bool_)
    sky[0] = True
    with pytest.raises(OptionError, match="covers nothing of Door"):
        edited(renderer, base, elements=("Door",), mask=PaintedMask.of(sky), material="oak")
    with pytest.raises(OptionError, match="needs a surface"):
        edited(renderer, base, mask=PaintedMask.of(sky), material="oak")


def test_an_unseen_element_is_refused(renderer: Renderer, house: Path, tmp_path: Path) -> None:
    result = renderer.render(
        RenderRequest(input=house, size=SIZE, environment="studio", steps=2, view="elevation-north")
    )
    write_result(tmp_path / "north.png", result)
    with pytest.raises(OptionError, match=r"element 'Door' is not seen in this picture; seen are .*Walls"):
        edited(renderer, tmp_path / "north.png", elements=("Door",), material="oak")


def test_a_picture_that_was_changed_or_is_not_ours_is_refused(renderer: Renderer, base: Path, tmp_path: Path) -> None:
    with Image.open(base) as picture:
        from archviz.render.recipe import RECIPE_KEY, write_picture

        recipe = json.loads(picture.info[RECIPE_KEY])
    write_picture(tmp_path / "brighter.png", pixels(base) // 2, recipe)
    with pytest.raises(OptionError, match="was changed after it was rendered"):
        edited(renderer, tmp_path / "brighter.png", elements=("Walls",), material="brick")
    recipe["resolved"]["engine"] = "sd15"
    write_picture(tmp_path / "large.png", pixels(base), recipe)
    with pytest.raises(OptionError, match="engine sd15 cannot edit a part"):
        edited(renderer, tmp_path / "large.png", elements=("Walls",), material="brick")


def test_a_mask_that_is_not_one_is_refused() -> None:
    with pytest.raises(OptionError, match="the mask is empty"):
        PaintedMask.of(np.zeros((8, 8), dtype=np.bool_))
    packed = PaintedMask.of(np.ones((8, 8), dtype=np.bool_)).packed
    for size, text in ((Size(16, 16), packed), (Size(8, 8), "?"), (Size(8, 8), "AAAA"), (Size(4, 8), packed)):
        with pytest.raises(OptionError, match="the mask"):
            PaintedMask(size=size, packed=text)
    odd = np.random.default_rng(1).random((7, 13)) > 0.5
    np.testing.assert_array_equal(PaintedMask.of(odd).array(), odd)


def test_the_parts_of_a_drawing_can_be_edited(renderer: Renderer, drawing: Path, tmp_path: Path) -> None:
    result = renderer.render(RenderRequest(input=drawing, size=SIZE, environment="studio", steps=1))
    write_result(tmp_path / "d.png", result)
    again = edited(renderer, tmp_path / "d.png", elements=("wall",), material="red brick", feather_px=1)
    rim = feather(shown(again, "wall"), 1).array > 0
    assert rim.any() and not rim.all()
    np.testing.assert_array_equal(again.image[~rim], result.image[~rim])
    assert (again.image[rim] != result.image[rim]).any()


def test_the_real_classes_leave_the_rest_alone(house: Path, tmp_path: Path) -> None:
    weights = save_tiny_mini(tmp_path / "mini")
    renderer = Renderer(threads=1)
    request = RenderRequest(
        input=house, size=SIZE, environment="studio", steps=2, weights=weights, device="cpu", view="front"
    )
    whole = renderer.render(request)
    write_result(tmp_path / "whole.png", whole)
    ask = RenderRequest(
        region=Region(base=tmp_path / "whole.png", elements=("Walls",), material="red brick", feather_px=3),
        weights=weights,
        device="cpu",
    )
    result = renderer.render(ask)
    rim = feather(shown(result, "Walls"), 3).array > 0
    np.testing.assert_array_equal(result.image[~rim], whole.image[~rim])
    assert (result.image[rim] != whole.image[rim]).any()
    recipe, _ = read_recipe(tmp_path / "whole.png")
    again = Renderer(threads=1).render(
        resolved_from_json(json.loads(json.dumps(result.recipe["resolved"])), input=house, weights=weights)
    )
    assert again.recipe == result.recipe and recipe["pixels_sha256"] == result.recipe["numerics"]["base_pixels"]
