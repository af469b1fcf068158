"""The deferred colour against the light model in closed form, and the nine kinds of light against each other."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.errors import InternalError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination, LightBuffer
from archviz.core.maps import LightMap
from archviz.core.material import Material, TextureFamily
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.core.tone import luminance, srgb_to_linear, tone_map
from archviz.geometry.panes import lit_panes
from archviz.geometry.raycast import RayCaster
from archviz.light_transport import water
from archviz.light_transport.deferred import light
from archviz.light_transport.shading import fresnel, ground_color
from archviz.lighting.daylight import Weather, daylight
from archviz.lighting.sky import sky_irradiance, sky_radiance
from tests.light_transport.scenes import (
    WATER,
    Piece,
    before_water,
    box,
    build,
    flat,
    floor,
    gbuffer_of,
    only_sun,
    pixel_of,
)

WALL = Material(name="wall", base_color=(0.6, 0.5, 0.4))
GRASS = Material(name="grass", base_color=(0.10, 0.20, 0.05), family=TextureFamily.GRASS)
PAVING = Material(name="paving", base_color=(0.3, 0.3, 0.3))
GLASS = Material(name="glass", base_color=(1.0, 1.0, 1.0), transmission=0.9, roughness=0.05)
CAMERA = Camera(position_m=(5, -14, 1.6), target_m=(0, 0, 1.6), focal_mm=24, shift=(0, 0.08), size=Size(96, 128))


def pane(x: float, z: float) -> np.ndarray:
    return np.array([(x, -3.02, z), (x + 1, -3.02, z), (x + 1, -3.02, z + 1.4), (x, -3.02, z + 1.4)])


def house(ground: Material = GRASS) -> RayCaster:
    pieces: list[Piece] = [
        ("ground", Part.GROUND, ground, floor(800)),
        ("walls", Part.BUILDING, WALL, box((-4, -3, 0), (4, 3, 5))),
        ("windows", Part.OPENING, GLASS, [pane(x, z) for x in (-3.2, -0.5, 2.2) for z in (0.8, 3.0)]),
    ]
    return RayCaster(build(pieces))


DOWN = Camera(position_m=(0, 0, 10), target_m=(0, 0, 0), up=(0, 1, 0), size=Size(12, 16))


def test_a_plane_under_the_sun_has_the_model_s_colour() -> None:
    caster, gbuffer = flat(WALL, DOWN)
    sun = SunDirection(altitude_deg=30, azimuth_deg=50)
    buffer = light(caster, gbuffer, only_sun(sun, exposure=0.7))
    radiance = np.array(WALL.base_color) / np.pi * np.array([2.0, 1.8, 1.5]) * 0.5
    np.testing.assert_allclose(buffer.deferred.array, np.broadcast_to(tone_map(0.7 * radiance), (12, 16, 3)), atol=1e-5)
    np.testing.assert_allclose(buffer.sun_shading.array, 0.5, atol=1e-5)
    assert (buffer.sun_visible.array == 1).all()
    assert not buffer.emission.array.any()


def test_a_plane_under_the_sky_has_the_model_s_colour() -> None:
    caster, gbuffer = flat(WALL, DOWN)
    sky = Illumination(
        sun=None, sun_irradiance=(0, 0, 0), zenith_radiance=(0.1, 0.2, 0.3), horizon_radiance=(0.4, 0.4, 0.4)
    )
    irradiance = sky_irradiance(np.array([0.0, 0.0, 1.0]), sky)
    expected = tone_map(np.array(WALL.base_color) / np.pi * irradiance)
    deferred = light(caster, gbuffer, sky).deferred.array
    np.testing.assert_allclose(deferred, np.broadcast_to(expected, (12, 16, 3)), atol=1e-5)
    half = LightMap(np.full((12, 16), 0.5, dtype=np.float32))
    assert (light(caster, gbuffer, sky, occlusion=half).deferred.array < deferred - 0.02).all()


def test_haze_fades_to_the_horizon_s_colour_with_distance() -> None:
    caster, gbuffer = flat(WALL, DOWN)
    horizon = np.array([0.5, 0.6, 0.7])
    hazy = only_sun(None, horizon_radiance=tuple(horizon), zenith_radiance=tuple(horizon), haze_per_m=0.05)
    radiance = np.array(WALL.base_color) * horizon
    clear = np.exp(-0.05 * np.linalg.norm(gbuffer.positions_m() - [0, 0, 10], axis=-1))[..., None]
    expected = tone_map(radiance * clear + horizon * (1 - clear))
    np.testing.assert_allclose(light(caster, gbuffer, hazy).deferred.array, expected, atol=1e-4)


def test_the_sky_s_pixels_show_the_analytic_sky() -> None:
    caster = house()
    gbuffer = gbuffer_of(caster, CAMERA)
    weather = daylight(SunDirection(altitude_deg=15, azimuth_deg=330), Weather())
    buffer = light(caster, gbuffer, weather)
    sky = ~gbuffer.hit
    expected = tone_map(sky_radiance(CAMERA.ray_directions(), weather) * weather.exposure)
    np.testing.assert_allclose(buffer.deferred.array[sky], expected[sky], atol=1e-6)
    for each in (buffer.sun_visible, buffer.sun_shading, buffer.ambient_occlusion, buffer.emission):
        assert (each.array[sky] == 0).all()


def facades(gbuffer: GBuffer, buffer: LightBuffer) -> tuple[float, float]:
    """Mean luminance of the south and the east wall."""
    shown = luminance(srgb_to_linear(buffer.deferred.array))
    wall, normals = gbuffer.elements.array == 1, gbuffer.normals.array
    return float(shown[wall & (normals[..., 1] < -0.9)].mean()), float(shown[wall & (normals[..., 0] > 0.9)].mean())


def test_turning_the_sun_moves_the_bright_facade() -> None:
    caster = house()
    gbuffer = gbuffer_of(caster, CAMERA)
    sun = SunDirection(altitude_deg=30, azimuth_deg=95)
    south, east = facades(gbuffer, light(caster, gbuffer, daylight(sun, Weather())))
    assert east > 2 * south
    south, east = facades(gbuffer, light(caster, gbuffer, daylight(sun.turned(90), Weather())))
    assert south > 2 * east


def shown(weather: Illumination, **options: object) -> tuple[GBuffer, LightBuffer]:
    caster = house()
    gbuffer = gbuffer_of(caster, CAMERA)
    lit = lit_panes(caster.scene, weather.window_lit_share, 5)
    return gbuffer, light(caster, gbuffer, weather, lit_faces=lit, **options)  # type: ignore[arg-type]


def test_night_is_dark_with_bright_windows() -> None:
    moon = SunDirection(altitude_deg=40, azimuth_deg=140)
    gbuffer, buffer = shown(daylight(moon, Weather(moon=True, lamps=True, window_lit_share=0.5)))
    colour = buffer.deferred.array
    windows = gbuffer.elements.array == 2
    lit = windows & (buffer.emission.array > 0.3)
    assert 0.35 < lit.sum() / windows.sum() < 0.65
    assert luminance(colour[lit]).mean() > 0.7
    assert (colour[lit][:, 0] > colour[lit][:, 2] + 0.1).all()
    assert luminance(colour[~lit]).mean() < 0.2
    assert luminance(colour[windows & ~lit]).mean() < 0.25


def test_golden_hour_is_warmer_than_overcast_and_noon_brighter_than_night() -> None:
    south = SunDirection(altitude_deg=8, azimuth_deg=170)
    golden = shown(daylight(south, Weather(haze=0.3)))
    overcast = shown(daylight(SunDirection(altitude_deg=45, azimuth_deg=170), Weather(cloud_cover=1.0)))
    warmth = []
    for gbuffer, buffer in (golden, overcast):
        wall = (gbuffer.elements.array == 1) & (gbuffer.normals.array[..., 1] < -0.9)
        red, _, blue = buffer.deferred.array[wall].mean(axis=0)
        warmth.append(red - blue)
    assert warmth[0] > warmth[1] + 0.1
    noon = shown(daylight(SunDirection(altitude_deg=70, azimuth_deg=170), Weather()))[1]
    night = shown(daylight(None, Weather()))[1]
    assert noon.deferred.array.mean() > 2.5 * night.deferred.array.mean()


def test_lamps_light_the_ground_only_where_they_are_on() -> None:
    dusk = SunDirection(altitude_deg=-5, azimuth_deg=280)
    lamps = np.array([[2.0, -6.0, 3.5]])
    gbuffer, on = shown(daylight(dusk, Weather(lamps=True)), lamps_m=lamps)
    _, off = shown(daylight(dusk, Weather(lamps=False)), lamps_m=lamps)
    below = pixel_of(CAMERA, (2, -6, 0))
    assert luminance(on.deferred.array[below]) > luminance(off.deferred.array[below]) + 0.08
    assert on.emission.array[below] > 0.05
    assert not off.emission.array.any()
    assert gbuffer.hit[below]


def test_lamp_heads_shine_with_their_own_emission_when_on() -> None:
    head = Material(name="lamp head", emission=(0.2, 0.15, 0.1))
    caster, gbuffer = flat(head, DOWN, Part.SURROUNDINGS)
    on = light(caster, gbuffer, only_sun(None, lamp_intensity=(1.0, 1.0, 1.0), exposure=3.0))
    np.testing.assert_allclose(on.deferred.array[0, 0], tone_map(3.0 * np.array(head.emission)), atol=1e-5)
    assert on.emission.array.min() > 0.3
    assert not light(caster, gbuffer, only_sun(None)).deferred.array.any()


def test_water_mirrors_the_sky_by_fresnel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(water, "_SLOPE", 0.0)
    caster, gbuffer = flat(WATER, Camera(position_m=(0, 0, 2), target_m=(0, 10, 0.5), size=Size(24, 32)))
    sky = only_sun(None, zenith_radiance=(0.2, 0.4, 0.8), horizon_radiance=(0.8, 0.6, 0.4))
    buffer = light(caster, gbuffer, sky)
    rays = gbuffer.camera.ray_directions()[gbuffer.hit]
    mirrored = rays * [1, 1, -1]
    share = fresnel(mirrored[:, 2].astype(np.float32), 0.02)[:, None]
    own = np.array(WATER.base_color) / np.pi * sky_irradiance(np.array([0.0, 0.0, 1.0]), sky)
    expected = tone_map(own * (1 - share) + sky_radiance(mirrored, sky) * share)
    np.testing.assert_allclose(buffer.deferred.array[gbuffer.hit], expected, atol=2e-3)
    assert share.max() > 0.5 > 0.1 > share.min()


def test_water_mirrors_the_building() -> None:
    caster = RayCaster(before_water((-3, 20, 0), (3, 24, 30)))
    camera = Camera(position_m=(0, -20, 2), target_m=(0, 20, 2), size=Size(64, 64))
    gbuffer = gbuffer_of(caster, camera)
    noon = daylight(SunDirection(altitude_deg=50, azimuth_deg=180), Weather(haze=0.0))
    colour = light(caster, gbuffer, noon).deferred.array
    before = colour[pixel_of(camera, (0, 5, 0))]
    beside = colour[pixel_of(camera, (9, 5, 0))]
    assert before[0] > 1.5 * before[2]
    assert beside[2] > beside[0]


def test_an_unlit_window_is_a_dark_mirror() -> None:
    caster = house()
    gbuffer = gbuffer_of(caster, CAMERA)
    sky = only_sun(None, zenith_radiance=(1.0, 1.0, 1.0), horizon_radiance=(1.0, 1.0, 1.0), exposure=0.5)
    colour = light(caster, gbuffer, sky).deferred.array
    glass, wall = (colour[gbuffer.elements.array == k].mean() for k in (2, 1))
    assert 0.02 < glass < 0.6 * wall
    # The upper panes mirror more sky than the lower: the ground takes its place.
    assert colour[pixel_of(CAMERA, (0, -3.02, 3.8))].mean() > colour[pixel_of(CAMERA, (0, -3.02, 1.0))].mean()


def test_railing_glass_shows_what_stands_behind() -> None:
    red = Material(name="red", base_color=(0.9, 0.0, 0.0))
    scene = build(
        [
            ("ground", Part.GROUND, PAVING, floor(500)),
            ("wall", Part.BUILDING, red, box((-5, 2, 0), (5, 3, 6))),
            ("railing", Part.BUILDING, GLASS, box((-1, 0, 0), (1, 0.02, 2))),
        ]
    )
    caster = RayCaster(scene)
    camera = Camera(position_m=(0, -6, 1.5), target_m=(0, 0, 1.5), size=Size(48, 64))
    gbuffer = gbuffer_of(caster, camera)
    noon = daylight(SunDirection(altitude_deg=40, azimuth_deg=180), Weather())
    colour = light(caster, gbuffer, noon).deferred.array
    through, past = colour[pixel_of(camera, (0, 0, 1.5))], colour[pixel_of(camera, (3, 2, 1.5))]
    assert gbuffer.elements.array[pixel_of(camera, (0, 0, 1.5))] == 2
    assert through[0] > 0.6 * past[0] and through[0] > 1.5 * through[2]


@pytest.mark.parametrize(("material", "mirrors"), [(PAVING, True), (GRASS, False)])
def test_rain_darkens_the_ground_and_shines_on_what_is_hard(material: Material, mirrors: bool) -> None:
    caster, gbuffer = flat(material, Camera(position_m=(0, 0, 2), target_m=(0, 10, 1.0), size=Size(48, 32)))
    sky = {"zenith_radiance": (0.3, 0.3, 0.3), "horizon_radiance": (0.3, 0.3, 0.3)}
    dry, wet = (
        light(caster, gbuffer, only_sun(None, wetness=w, **sky)).deferred.array.mean(axis=2) for w in (0.0, 1.0)
    )
    assert (wet[-1] < 0.85 * dry[-1]).all()
    far = np.flatnonzero(gbuffer.hit.all(axis=1))[0]
    assert (wet[far] / wet[-1] > 1.2).all() if mirrors else (wet[far] / wet[-1] < 1.1).all()


def test_walls_take_the_colour_of_the_ground_about_them() -> None:
    for material in (GRASS, PAVING):
        caster = house(material)
        np.testing.assert_allclose(ground_color(caster.scene), material.base_color, rtol=1e-4)
    assert ground_color(build([("b", Part.BUILDING, WALL, box((0, 0, 0), (1, 1, 1)))])) == (0.2, 0.2, 0.2)
    noon = daylight(SunDirection(altitude_deg=60, azimuth_deg=0), Weather())
    colours = []
    for material in (GRASS, PAVING):
        caster = house(material)
        gbuffer = gbuffer_of(caster, CAMERA)
        wall = (gbuffer.elements.array == 1) & (gbuffer.normals.array[..., 1] < -0.9)
        colours.append(light(caster, gbuffer, noon).deferred.array[wall].mean(axis=0))
    green, grey = colours
    assert green[1] / green[0] > grey[1] / grey[0] + 0.01


def test_lights_of_a_view_share_their_maps() -> None:
    caster = house()
    gbuffer = gbuffer_of(caster, CAMERA)
    noon = daylight(SunDirection(altitude_deg=60, azimuth_deg=170), Weather())
    first = light(caster, gbuffer, noon)
    again = light(caster, gbuffer, noon, occlusion=first.ambient_occlusion, sun_visible=first.sun_visible)
    assert again.ambient_occlusion is first.ambient_occlusion
    np.testing.assert_array_equal(again.deferred.array, first.deferred.array)


def test_lit_faces_of_another_scene_are_our_own_failure() -> None:
    caster = house()
    with pytest.raises(InternalError, match="faces"):
        light(caster, gbuffer_of(caster, CAMERA), only_sun(None), lit_faces=np.zeros(3, dtype=np.bool_))


CLOUDY = daylight(SunDirection(altitude_deg=35, azimuth_deg=120), Weather(cloud_cover=0.4))


def test_clouds_stand_in_the_sky_and_nowhere_else() -> None:
    caster = house()
    gbuffer = gbuffer_of(caster, CAMERA)
    bare, one, again, other = (
        light(caster, gbuffer, CLOUDY, sky_seed=seed).deferred.array for seed in (None, 3, 3, 4)
    )  # fmt: skip
    walls = gbuffer.elements.array == 1
    assert np.array_equal(one, again) and np.array_equal(one[walls], bare[walls])
    assert np.abs(one - bare)[~gbuffer.hit].max() > 0.15 and np.abs(one - other)[~gbuffer.hit].mean() > 0.02
    clear = daylight(SunDirection(altitude_deg=35, azimuth_deg=120), Weather())
    assert np.array_equal(
        light(caster, gbuffer, clear, sky_seed=3).deferred.array, light(caster, gbuffer, clear).deferred.array
    ), "no cover, no cloud"


def test_still_water_mirrors_the_clouds_that_stand_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(water, "_SLOPE", 0.0)
    level = Camera(position_m=(0, -14, 1.6), target_m=(0, 0, 1.6), focal_mm=18, size=Size(128, 96))
    caster, gbuffer = flat(WATER, level)
    change = np.zeros((128, 96), dtype=np.float32)
    for seed in range(4):
        cloudy, bare = (light(caster, gbuffer, CLOUDY, sky_seed=s).deferred.array for s in (seed, None))
        change += (cloudy - bare).mean(-1)
    above, below = change[8:60], change[::-1][8:60]
    assert not gbuffer.hit[8:60].any() and gbuffer.hit[::-1][8:60].all()
    # Each row mirrors a share of its own.
    likeness = [np.corrcoef(up, down)[0, 1] for up, down in zip(above, below, strict=True) if up.std() > 0.05]
    assert len(likeness) > 20 and np.mean(likeness) > 0.85
