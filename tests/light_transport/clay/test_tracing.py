"""The lit clay picture on scenes whose light is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.illumination import Illumination
from archviz.core.material import Material
from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.core.tone import luminance, srgb_to_linear, tone_map
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport import light
from archviz.light_transport.clay import trace_clay
from archviz.light_transport.clay.description import describe_sensor
from archviz.light_transport.clay.variant import load_mitsuba
from archviz.lighting.daylight import Weather, daylight
from archviz.lighting.solar import solar_position, sun_day
from tests.light_transport.scenes import Piece, box, build, floor, gbuffer_of, pixel_of

GREY = Material(name="grey", base_color=(0.5, 0.5, 0.5))
GLASS = Material(name="glass", base_color=(0.9, 0.9, 0.9), transmission=0.9, roughness=0.05)
SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63, time_zone="Asia/Ho_Chi_Minh")
ABOVE = Camera(position_m=(0, 0, 30), target_m=(0, 0, 0), up=(0, 1, 0), focal_mm=90, size=Size(height=120, width=120))
OBLIQUE = Camera(position_m=(4, -9, 3), target_m=(0, 0, 1), focal_mm=30, size=Size(height=64, width=96))
GROUND: Piece = ("ground", Part.GROUND, GREY, floor(20.0))


def traced(
    scene: Scene,
    camera: Camera,
    illumination: Illumination,
    *,
    passes: int = 2,
    seed: int = 1,
    threads: int = 1,
    lamps_m: NDArray[np.floating] | None = None,
    lit_faces: NDArray[np.bool_] | None = None,
    sky_seed: int | None = None,
    on_pass: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """(H, W, 3) display colours by the variant that runs everywhere."""
    caster = RayCaster(scene)
    return trace_clay(
        caster,
        gbuffer_of(caster, camera),
        illumination,
        lamps_m=lamps_m,
        lit_faces=lit_faces,
        passes=passes,
        seed=seed,
        variant="scalar_rgb",
        threads=threads,
        sky_seed=sky_seed,
        on_pass=on_pass,
    ).array


def brightness(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    return luminance(srgb_to_linear(picture))


@pytest.mark.parametrize("size", [Size(height=40, width=60), Size(height=60, width=40)], ids=str)
@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.12, -0.3)], ids=str)
def test_the_camera_is_the_rasterizers_to_the_pixel(size: Size, shift: tuple[float, float]) -> None:
    mi = load_mitsuba("scalar_rgb", 1)
    camera = Camera(position_m=(3, -9, 2), target_m=(0, 1, 4), shift=shift, focal_mm=24, size=size)
    sensor = mi.load_dict(describe_sensor(mi, camera, samples=4))
    rays = camera.ray_directions()
    for row, column in ((0, 0), (size.height // 3, size.width // 2), (size.height - 1, size.width - 1)):
        at = [(column + 0.5) / size.width, (row + 0.5) / size.height]
        ray, _ = sensor.sample_ray(0.0, 0.0, at, [0.5, 0.5])
        assert np.array(ray.d) == pytest.approx(rays[row, column], abs=1e-5)


def test_outlines_lie_where_the_g_buffer_has_them_under_lens_shift() -> None:
    camera = Camera(
        position_m=(4, -9, 1.6), target_m=(0, 0, 1.6), shift=(-0.08, 0.2), focal_mm=24, size=Size(height=96, width=64)
    )
    scene = build([("tower", Part.BUILDING, Material(name="black", base_color=(0, 0, 0)), box((-1, -1, 0), (1, 1, 6)))])
    picture = brightness(traced(scene, camera, daylight(None, Weather(cloud_cover=1.0))))
    hit = gbuffer_of(RayCaster(scene), camera).hit
    # A black tower before a sky: half covered pixels are as dark as half.
    dark = picture < 0.5 * np.median(picture[~hit])
    border = np.zeros_like(hit)
    border[:-1] |= hit[:-1] != hit[1:]
    border[1:] |= hit[:-1] != hit[1:]
    border[:, :-1] |= hit[:, :-1] != hit[:, 1:]
    border[:, 1:] |= hit[:, :-1] != hit[:, 1:]
    assert 0.1 < hit.mean() < 0.6
    assert not (dark != hit)[~border].any()
    assert (dark != hit).sum() < 0.25 * border.sum()


@pytest.mark.parametrize(("month", "points_to"), [(6, "south"), (12, "north")])
def test_the_shadow_of_a_pole_at_noon_in_saigon(month: int, points_to: str) -> None:
    noon = sun_day(SAIGON, date(2025, month, 21)).solar_noon
    sun = solar_position(SAIGON, noon)
    scene = build([GROUND, ("pole", Part.BUILDING, GREY, box((-0.15, -0.15, 0), (0.15, 0.15, 3.0)))])
    picture = brightness(traced(scene, ABOVE, daylight(sun, Weather()), passes=4))
    ground = gbuffer_of(RayCaster(scene), ABOVE).elements.array == 0
    shadow = ground & (picture < 0.7 * np.median(picture[ground]))
    metres = 30 / ABOVE.focal_px
    rows, columns = np.nonzero(shadow)
    north, east = (59.5 - rows) * metres, (columns - 59.5) * metres
    tip = np.argmax(np.hypot(north, east))
    length = 3.0 / math.tan(math.radians(sun.altitude_deg))
    assert (north[tip] < 0) == (points_to == "south")
    assert abs(north[tip]) == pytest.approx(length + 0.15, abs=0.15)
    assert abs(east).max() < 0.3


def test_a_sunlit_floor_is_as_bright_as_the_deferred_light_has_it() -> None:
    for altitude in (60.0, 8.0):
        bright = daylight(SunDirection(altitude_deg=altitude, azimuth_deg=120), Weather())
        caster = RayCaster(build([GROUND]))
        view = gbuffer_of(caster, ABOVE)
        truth = brightness(light(caster, view, bright).deferred.array)
        picture = brightness(traced(caster.scene, ABOVE, bright))
        assert np.median(picture) == pytest.approx(float(np.median(truth)), rel=0.05)


def test_a_lamp_lights_the_ground_by_the_inverse_square() -> None:
    dark = daylight(None, Weather(lamps=True))
    lamps = np.array([[0.0, 0.0, 2.0]])
    scene = build([GROUND])
    caster = RayCaster(scene)
    truth = brightness(light(caster, gbuffer_of(caster, ABOVE), dark, lamps_m=lamps).deferred.array)
    picture = brightness(traced(scene, ABOVE, dark, lamps_m=lamps, passes=4))
    for x in (1.0, 3.0):
        row, column = pixel_of(ABOVE, (x, 0.0, 0.0))
        here = np.s_[row - 1 : row + 2, column - 1 : column + 2]
        assert picture[here].mean() == pytest.approx(float(truth[here].mean()), rel=0.1)
    assert picture.max() > 5 * picture[0, 0]


def test_lit_panes_shine_and_dark_ones_do_not_whichever_way_they_are_wound() -> None:
    pane = np.array([(-1, 0, 0.5), (1, 0, 0.5), (1, 0, 2.5), (-1, 0, 2.5)], dtype=float)
    night = daylight(None, Weather(window_lit_share=1.0))
    # What the room's light shows through the tone curve; at night the pane has little to mirror over it.
    room = tone_map(np.array(night.window_radiance, dtype=np.float32) * np.float32(night.exposure))
    camera = Camera(position_m=(0, -8, 1.5), target_m=(0, 0, 1.5), size=Size(height=64, width=64))
    row, column = pixel_of(camera, (0, 0, 1.5))
    for quad in (pane, pane[::-1]):
        # A black wall close behind it: without the pane there is nothing bright to be seen.
        behind = box((-2, 0.3, 0), (2, 0.5, 4))
        black = Material(name="black", base_color=(0, 0, 0))
        scene = build(
            [GROUND, ("window", Part.OPENING, GLASS, [quad]), ("wall", Part.BUILDING, black, behind)],
        )
        lit = scene.face_elements == 1
        pictures = [traced(scene, camera, night, lit_faces=f, passes=4) for f in (lit, np.zeros_like(lit))]
        assert pictures[0][row, column] == pytest.approx(room, rel=0.1)
        shining, off = map(brightness, pictures)
        assert shining[row, column] > 8 * off[row, column]
        # It also lights the ground before it.
        below = pixel_of(camera, (0, -1.5, 0))
        assert shining[below] > 1.3 * off[below]


def test_the_sun_passes_through_a_glass_railing_and_not_through_a_wall() -> None:
    noon = daylight(SunDirection(altitude_deg=40, azimuth_deg=180), Weather())
    behind = pixel_of(OBLIQUE, (0, 0.4, 0))
    shown = {}
    for material in (GLASS, GREY):
        screen = np.array([(-2, 0, 0), (2, 0, 0), (2, 0, 1), (-2, 0, 1)], dtype=float)
        high = Camera(position_m=(0, 1, 12), target_m=(0, 1, 0), up=(0, 1, 0), size=OBLIQUE.size)
        scene = build([GROUND, ("screen", Part.BUILDING, material, [screen])])
        picture = brightness(traced(scene, high, noon))
        behind = pixel_of(high, (0, 0.5, 0))
        shown[material.name] = picture[behind] / np.median(picture)
    assert shown["glass"] > 0.7
    assert shown["grey"] < 0.5


def test_a_pane_mirrors_the_sky_before_a_dark_room() -> None:
    noon = daylight(SunDirection(altitude_deg=40, azimuth_deg=0), Weather())
    pane = np.array([(-3, 0, 0), (3, 0, 0), (3, 0, 5), (-3, 0, 5)], dtype=float)
    scene = build([GROUND, ("window", Part.OPENING, GLASS, [pane])])
    grazing = Camera(position_m=(-8, -1.2, 0.8), target_m=(0, 0, 3.0), size=Size(height=64, width=64))
    picture = brightness(traced(scene, grazing, noon))
    head_on = Camera(position_m=(0, -8, 3.0), target_m=(0, 0, 3.0), size=Size(height=64, width=64))
    assert picture[pixel_of(grazing, (1, 0, 4.0))] > 2 * brightness(traced(scene, head_on, noon))[32, 32]


def test_the_same_request_gives_the_same_pixels() -> None:
    scene = build([GROUND, ("block", Part.BUILDING, GREY, box((-1, -1, 0), (1, 1, 2)))])
    noon = daylight(SunDirection(altitude_deg=50, azimuth_deg=140), Weather())
    first = traced(scene, OBLIQUE, noon)
    assert (first == traced(scene, OBLIQUE, noon)).all()
    assert (first != traced(scene, OBLIQUE, noon, seed=2)).any()


def test_what_a_report_raises_ends_the_work() -> None:
    done: list[int] = []

    def stop(row: int, _of: int) -> None:
        done.append(row)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        traced(build([GROUND]), ABOVE, daylight(None, Weather()), passes=8, on_pass=stop)
    assert done == [1]


def test_its_sky_has_the_clouds_of_the_deferred_colour() -> None:
    scene = build([GROUND, ("block", Part.BUILDING, GREY, box((-2, -2, 0), (2, 2, 3)))])
    level = Camera(position_m=(0, -12, 1.6), target_m=(0, 0, 3), focal_mm=20, size=Size(height=64, width=96))
    cloudy = daylight(SunDirection(altitude_deg=35, azimuth_deg=120), Weather(cloud_cover=0.4))
    caster = RayCaster(scene)
    gbuffer = gbuffer_of(caster, level)
    clay = traced(scene, level, cloudy, sky_seed=3)
    sky = ~gbuffer.hit
    sky[1:] &= sky[:-1]
    assert sky.any()
    for seed, alike in ((3, True), (4, False), (None, False)):
        other = light(caster, gbuffer, cloudy, sky_seed=seed).deferred.array
        assert (np.abs(clay - other)[sky].mean() < 2e-3) == alike
