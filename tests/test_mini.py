"""The released weights of `mini` obey their maps, their light and their seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import archviz
from archviz.control import CHANNELS, GROUPS, drop_groups
from archviz.core.elements import Part
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.core.tone import luminance, srgb_to_linear
from archviz.diffusion import load_engine
from archviz.fidelity import drift, edge_evidence
from archviz.render import Renderer, RenderRequest, RenderResult
from archviz.samples import sample_path

WEIGHTS = Path(archviz.__file__).parent / "weights" / "mini"
pytestmark = [
    pytest.mark.weights,
    pytest.mark.skipif(
        not (WEIGHTS / "model_index.json").exists(), reason="the weights of mini are not in this checkout"
    ),
]
SIZE = Size(height=384, width=512)
SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63, time_zone="Asia/Ho_Chi_Minh")


@cache
def renderer() -> Renderer:
    return Renderer(threads=2)


@cache
def rendered(**options: object) -> RenderResult:
    """One picture of the garden villa, or of what ``options`` say."""
    choices = {"input": sample_path("garden-villa"), "size": SIZE, "environment": "meadow"} | options
    return renderer().render(RenderRequest(**choices))  # type: ignore[arg-type]


def repainted(result: RenderResult, stack: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The same prompt and noise over another control stack."""
    from archviz.diffusion import Controls, DiffusionRequest

    engine = load_engine("mini", threads=2)
    resolved = result.resolved
    request = DiffusionRequest(
        prompt=resolved.prompt, controls=Controls(stack=stack), size=SIZE, noise_seed=resolved.noise_seed
    )
    return engine.generate(request)


def brightness(picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """Mean linear luminance of the masked pixels."""
    return float(luminance(srgb_to_linear(picture / 255.0))[mask].mean())


def own(result: RenderResult) -> NDArray[np.bool_]:
    """Pixels of the building."""
    assert result.maps.gbuffer is not None
    return np.isin(result.maps.gbuffer.parts(), [int(Part.BUILDING), int(Part.OPENING)])


def sky(result: RenderResult) -> NDArray[np.bool_]:
    assert result.maps.gbuffer is not None
    return ~result.maps.gbuffer.hit


def test_the_release_is_small() -> None:
    sizes = {path.relative_to(WEIGHTS): path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()}
    assert sum(sizes.values()) <= 70_000_000
    assert max(sizes.values()) <= 45_000_000


def test_a_picture_of_512_pixels_costs_at_most_0_8_tflop() -> None:
    """Of more steps than the default takes, from noise alone, and with everything that is not a step."""
    from torch.utils.flop_counter import FlopCounterMode

    from archviz.diffusion import Controls, DiffusionRequest

    engine = load_engine("mini", threads=2)
    size = Size(height=512, width=512)
    stack = np.zeros((len(CHANNELS), *size.shape), dtype=np.float32)
    counted = {}
    for steps in (1, 8):
        with FlopCounterMode(display=False) as counter:
            engine.generate(
                DiffusionRequest(
                    prompt="villa", controls=Controls(stack=stack), size=size, noise_seed=0, steps=steps, strength=1.0
                )
            )
        counted[steps] = counter.get_total_flops()
    assert counted[8] <= 0.8e12
    # Seven steps more are counted, and the maps are read once however many there are.
    assert 0.1e12 < counted[8] - counted[1] < 0.9 * counted[8]


def test_the_building_is_where_the_model_has_it() -> None:
    result = rendered(lighting="morning")
    assert result.maps.gbuffer is not None and result.maps.light is not None
    reference = result.maps.light.deferred.array
    kept = edge_evidence(result.image, result.maps.gbuffer, reference=reference).score
    assert kept is not None and kept > 0.6


def test_without_maps_the_building_is_gone() -> None:
    result = rendered(lighting="morning")
    assert result.maps.gbuffer is not None and result.maps.light is not None
    reference = result.maps.light.deferred.array
    bare = repainted(result, drop_groups(result.maps.stack, GROUPS))
    scores = [edge_evidence(p, result.maps.gbuffer, reference=reference).score for p in (result.image, bare)]
    assert scores[0] is not None and scores[1] is not None
    assert scores[1] < 0.1 < 0.3 < scores[0]


def test_mirrored_maps_mirror_the_building() -> None:
    result = rendered(lighting="morning")
    stack = np.ascontiguousarray(result.maps.stack[:, :, ::-1])
    stack[CHANNELS.index("normal_right")] *= -1
    mirrored = repainted(result, stack)[:, ::-1]
    mask = own(result)
    level = [luminance(srgb_to_linear(p / 255.0))[mask] for p in (result.image, mirrored, mirrored[:, ::-1])]
    assert np.corrcoef(level[0], level[1])[0, 1] > 0.9
    assert np.corrcoef(level[0], level[2])[0, 1] < 0.5


def test_the_sun_on_the_other_side_moves_the_bright_facade() -> None:
    # 8 o'clock at 10.8 N on 21 March: the sun stands east, 30 degrees high. North turned by 180
    # degrees puts it west of the model. From the south-east, south and east walls are seen.
    place = Place(latitude_deg=10.82, longitude_deg=106.63)
    when = datetime(2026, 3, 21, 8, tzinfo=timezone(timedelta(hours=7)))
    east, west = (rendered(place=place, when=when, view="front-right", north_deg=north) for north in (0.0, 180.0))
    assert east.maps.gbuffer is not None
    normals = east.maps.gbuffer.normals.array
    walls = own(east) & (np.abs(normals[..., 2]) < 0.1)
    eastern, southern = walls & (normals[..., 0] > 0.9), walls & (normals[..., 1] < -0.9)
    assert min(eastern.sum(), southern.sum()) > 1000
    ratio = [brightness(r.image, eastern) / brightness(r.image, southern) for r in (east, west)]
    assert ratio[0] > 1.5 * ratio[1]


def two_seeds() -> tuple[RenderResult, RenderResult]:
    first, second = (rendered(lighting="morning", environment="park", seed=seed) for seed in (1, 2))
    return first, second


def test_another_seed_leaves_the_building_where_it_is() -> None:
    first, second = two_seeds()
    assert first.maps.gbuffer is not None
    moved = drift(first.image, second.image, first.maps.gbuffer, part="building")
    assert moved.median_px is not None and moved.median_px < 1.0


def test_another_seed_changes_the_surroundings_and_the_textures() -> None:
    first, second = two_seeds()
    changed = np.abs(first.image.astype(float) - second.image.astype(float)).mean(axis=2)
    around, building = ~own(first) & ~sky(first), own(first) & own(second)
    # Another park, and other grain on the same walls: what a rounding changes is below one level.
    assert changed[building].mean() > 2
    assert changed[around].mean() > 1.5 * changed[building].mean()


def test_the_same_request_gives_the_same_pixels() -> None:
    request = RenderRequest(input=sample_path("garden-villa"), size=SIZE, environment="meadow", lighting="morning")
    again = Renderer(threads=2).render(request)
    np.testing.assert_array_equal(again.image, rendered(lighting="morning").image)


def test_a_member_of_a_set_has_the_same_pixels_alone() -> None:
    size = Size(height=128, width=128)
    request = RenderRequest(input=sample_path("garden-villa"), size=size)
    members = [replace(request, environment=e, lighting=li) for e in ("meadow", "suburb") for li in ("noon", "night")]
    engine = load_engine("mini", threads=2)
    together = Renderer(load=lambda *_, **__: engine)
    recipes = {row: result.recipe for row, result in together.render_many(members)}
    for row, member in enumerate(members):
        # Alone, and so without anything that the others left behind.
        alone = Renderer(load=lambda *_, **__: engine).render(member)
        assert alone.recipe == recipes[row]
    assert len({recipe["pixels_sha256"] for recipe in recipes.values()}) == 4


def test_night_is_dark_with_lit_windows() -> None:
    night, noon = rendered(lighting="night"), rendered(lighting="noon")
    assert night.maps.light is not None
    everywhere = np.ones(SIZE.shape, dtype=bool)
    assert brightness(night.image, everywhere) < 0.25 * brightness(noon.image, everywhere)
    lit = night.maps.light.emission.array > 0.5
    dark = own(night) & ~lit
    assert brightness(night.image, lit) > 5 * brightness(night.image, dark)


def test_golden_hour_is_warmer_than_overcast() -> None:
    def warmth(result: RenderResult) -> float:
        red, _, blue = srgb_to_linear(result.image / 255.0)[own(result)].mean(axis=0)
        return float(red / blue)

    assert warmth(rendered(lighting="golden-hour")) > 1.25 * warmth(rendered(lighting="overcast"))


def test_noon_has_shorter_shadows_than_golden_hour() -> None:
    def shaded(result: RenderResult) -> float:
        """Share of the near ground that lies in shadow, where the picture is darker."""
        view, light = result.maps.gbuffer, result.maps.light
        assert view is not None and light is not None
        near = (view.parts() == int(Part.GROUND)) & (view.depth.array < 60)
        shadow = light.sun_visible.array < 0.5
        assert brightness(result.image, near & shadow) < 0.8 * brightness(result.image, near & ~shadow)
        return float(shadow[near].mean())

    # On sand: each blade of a lawn has a shaded side.
    noon, golden_hour = (rendered(lighting=light, environment="desert") for light in ("noon", "golden-hour"))
    assert 2 * shaded(noon) < shaded(golden_hour)


def test_a_drawing_becomes_a_building_under_a_sky() -> None:
    result = rendered(input=sample_path("sketch-villa"), lighting="morning", environment="meadow")
    top, bottom = result.image[:40].astype(float).mean((0, 1)), result.image[-40:].astype(float).mean((0, 1))
    assert top[2] > top[0]
    assert bottom[1] > bottom[2]


@pytest.mark.parametrize(("month", "points_to"), [(6, "south"), (12, "north")])
def test_the_shadow_of_a_pole_at_noon_in_saigon(month: int, points_to: str, tmp_path: Path) -> None:
    import trimesh

    from archviz.core.camera import Camera
    from archviz.lighting.solar import sun_day

    pole = trimesh.creation.box(extents=(1.2, 1.2, 12.0))
    pole.apply_translation((0.0, 0.0, 6.0))
    (tmp_path / "pole.stl").write_bytes(pole.export(file_type="stl"))
    noon = sun_day(SAIGON, date(2025, month, 21)).solar_noon
    camera = Camera(position_m=(30.0, 0.0, 26.0), target_m=(0.0, 0.0, 2.0), focal_mm=35, size=SIZE)
    made = renderer().render(
        RenderRequest(
            input=tmp_path / "pole.stl",
            unit="m",
            up="z",
            camera=camera,
            environment="studio",
            lighting="noon",
            place=SAIGON,
            when=noon,
        )
    )
    view = made.maps.gbuffer
    assert view is not None
    # The ground along the meridian: a metre each way of the pole, out to the longer of the two shadows.
    north = view.positions_m()[..., 1]
    near = np.abs(view.positions_m()[..., 0]) < 0.5
    ground = near & (view.parts() == int(Part.GROUND))
    reach = 12.0 / np.tan(np.radians(made.resolved.sun.altitude_deg)) if made.resolved.sun else 0.0
    sides = {
        "north": ground & (north > 0.8) & (north < 0.5 + reach),
        "south": ground & (north < -0.8) & (north > -0.5 - reach),
    }
    lit = "north" if points_to == "south" else "south"
    assert min(mask.sum() for mask in sides.values()) > 50
    assert brightness(made.image, sides[points_to]) < 0.75 * brightness(made.image, sides[lit])


def test_an_edited_wall_is_red_and_everything_else_the_same(tmp_path: Path) -> None:
    from archviz.render.editing import feather
    from archviz.render.region import Region
    from archviz.render.writing import write_result

    size = Size(height=256, width=256)
    whole = rendered(size=size, lighting="morning")
    write_result(tmp_path / "whole.png", whole)
    view = whole.maps.gbuffer
    assert view is not None
    # The largest wall that is seen.
    walls = [row for row, e in enumerate(view.table.elements) if e.part == Part.BUILDING and "wall" in e.name.lower()]
    wall = max(walls, key=lambda row: int((view.elements.array == row).sum()))
    area = view.elements.array == wall
    assert area.sum() > 500
    region = Region(base=tmp_path / "whole.png", elements=(view.table.elements[wall].name,), material="red brick")
    edited = renderer().render(RenderRequest(region=region))
    rim = feather(area, region.feather_px).array > 0
    np.testing.assert_array_equal(edited.image[~rim], whole.image[~rim])

    def redness(picture: NDArray[np.uint8]) -> float:
        red, _, blue = srgb_to_linear(picture / 255.0)[area].mean(axis=0)
        return float(red / blue)

    assert redness(edited.image) > 2 * redness(whole.image)
    # The rim joins: beside the wall the new picture is close to the old one.
    outside = rim & ~area
    moved = np.abs(edited.image.astype(float) - whole.image.astype(float)).mean(axis=2)
    assert moved[outside].mean() < 0.5 * moved[area].mean()
