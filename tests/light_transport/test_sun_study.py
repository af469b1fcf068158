"""Sun studies against the geometry of a sundial and the length of days."""

from __future__ import annotations

import csv
import io
import math
from datetime import date

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.errors import EmptyViewError, OptionError
from archviz.core.material import Material
from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.geometry.views import view_camera
from archviz.light_transport.sun_study import OPEN_GROUND, ElementSun, SunStudy, table_csv
from archviz.light_transport.sun_study.clay import HEAT_COLORS, Clay, heat_color
from archviz.light_transport.sun_study.hours import direct_hours, element_hours
from archviz.light_transport.sun_study.seen import PlanFrame, see_from_above, see_through
from archviz.lighting import sun_day, sun_track
from tests.light_transport.scenes import Piece, box, build, floor

PLAIN = Material(name="plain")
GLASS = Material(name="glass", transmission=0.9)
GROUND: Piece = ("ground", Part.GROUND, PLAIN, floor(500))
SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63, time_zone="Asia/Ho_Chi_Minh")
BERLIN = Place(latitude_deg=52.52, longitude_deg=13.41, time_zone="Europe/Berlin")
SYDNEY = Place(latitude_deg=-33.87, longitude_deg=151.21, time_zone="Australia/Sydney")
EQUATOR = Place(latitude_deg=0, longitude_deg=0)
SMALL = Size(256, 256)
EQUINOX = date(2025, 3, 20)
UP, EAST, WEST = ((0, 0, 1), (1, 0, 0), (-1, 0, 0))


def hours_at(caster: RayCaster, point: tuple[float, ...], normal: tuple[int, ...], place: Place, day: date) -> float:
    points, normals = np.array([point], dtype=np.float32), np.array([normal], dtype=np.float32)
    return float(direct_hours(caster, points, normals, sun_track(place, day))[0])


def noon_sun(day: date) -> SunDirection:
    from archviz.lighting import solar_position

    return solar_position(SAIGON, sun_day(SAIGON, day).solar_noon)


@pytest.mark.parametrize(
    ("sun", "north_deg"),
    [
        (noon_sun(date(2025, 6, 21)), 0.0),
        (noon_sun(date(2025, 12, 21)), 0.0),
        (SunDirection(altitude_deg=35, azimuth_deg=75), 0.0),
        (SunDirection(altitude_deg=40, azimuth_deg=290), 30.0),
    ],
    ids=["June", "December", "morning", "turned"],
)
def test_a_pole_s_shadow_ends_where_a_sundial_s_does(sun: SunDirection, north_deg: float) -> None:
    height, half = 3.0, 0.08
    caster = RayCaster(build([GROUND, ("pole", Part.BUILDING, PLAIN, box((-half, -half, 0), (half, half, height)))]))
    frame = PlanFrame(center_m=(0, 0), metres_per_px=0.05, size=Size(240, 240), north_deg=north_deg)
    clay = Clay.of(caster, see_from_above(caster, frame.finer(2)), finer=2)
    picture = clay.picture(sun.turned(north_deg))
    assert picture.shape == (240, 240, 3) and picture.dtype == np.uint8
    tone = picture.mean(axis=2)
    lit = float(np.median(tone))
    rows, columns = np.nonzero(tone < lit - 25)
    # North is at the top of a plan, whatever the model's axes are.
    away = -np.array([math.sin(math.radians(sun.azimuth_deg)), -math.cos(math.radians(sun.azimuth_deg))])
    offsets = np.stack([columns + 0.5 - 120, rows + 0.5 - 120], axis=1)
    reach, aside = offsets @ away, offsets @ (-away[1], away[0])
    # Of the pole's four upper edges the farthest ends the shadow.
    turn = math.radians(sun.azimuth_deg + north_deg)
    tip = height / math.tan(math.radians(sun.altitude_deg)) + half * (abs(math.sin(turn)) + abs(math.cos(turn)))
    assert reach.max() == pytest.approx(tip / 0.05, abs=1.0)
    assert np.abs(aside[reach > 6]).max() < math.sqrt(2) * half / 0.05 + 1
    tip_pixel = frame.project(np.array([[*(-tip * sun.turned(north_deg).vector[:2]), 0.0]]))[0] - 120
    assert (tip_pixel @ away) / np.linalg.norm(tip_pixel) == pytest.approx(1.0, abs=1e-6)


def test_the_noon_shadow_turns_from_south_to_north_in_saigon() -> None:
    june, december = noon_sun(date(2025, 6, 21)), noon_sun(date(2025, 12, 21))
    assert june.altitude_deg == pytest.approx(77.4, abs=0.1) and december.altitude_deg == pytest.approx(55.7, abs=0.1)
    caster = RayCaster(build([GROUND, ("pole", Part.BUILDING, PLAIN, box((-0.1, -0.1, 0), (0.1, 0.1, 4)))]))
    frame = PlanFrame(center_m=(0, 0), metres_per_px=0.05, size=Size(200, 200))
    clay = Clay.of(caster, see_from_above(caster, frame.finer(2)), finer=2)
    for sun, rows in ((june, np.s_[104:]), (december, np.s_[:96])):
        tone = clay.picture(sun).mean(axis=2)
        dark = tone < np.median(tone) - 25
        assert dark[rows].sum() > 20 and dark[rows].sum() == dark.sum() - dark[96:104].sum()


@pytest.mark.parametrize("place", [SAIGON, BERLIN, SYDNEY], ids=lambda p: p.time_zone)
@pytest.mark.parametrize("day", [date(2025, 6, 21), date(2025, 11, 5)], ids=str)
def test_an_open_plane_has_sun_from_rise_to_set(place: Place, day: date) -> None:
    caster = RayCaster(build([GROUND]))
    times = sun_day(place, day)
    assert times.sunrise is not None and times.sunset is not None
    length = (times.sunset - times.sunrise).total_seconds() / 3600
    assert hours_at(caster, (3, 4, 0.01), UP, place, day) == pytest.approx(length, abs=1 / 6)


def test_an_east_wall_at_the_equinox_has_half_of_the_day() -> None:
    caster = RayCaster(build([GROUND]))
    for place in (SAIGON, BERLIN, SYDNEY):
        half = sun_track(place, EQUINOX).step_h * len(sun_track(place, EQUINOX).suns) / 2
        # Half a day and a step: the sun crosses the wall's plane at noon.
        for side in (EAST, WEST):
            assert hours_at(caster, (0, 0, 2), side, place, EQUINOX) == pytest.approx(half, abs=1 / 6)


def test_a_wall_behind_a_screen_without_end_has_none() -> None:
    far = 1e5
    screen = np.array([(2, -far, -far), (2, far, -far), (2, far, far), (2, -far, far)])
    caster = RayCaster(build([("screen", Part.BUILDING, PLAIN, [screen])]))
    assert hours_at(caster, (0, 0, 2), EAST, SAIGON, EQUINOX) == 0
    assert hours_at(caster, (4, 0, 2), EAST, SAIGON, EQUINOX) > 5.5


@pytest.mark.parametrize("height", [2.0, 5.0, 12.0])
def test_a_courtyard_s_floor_has_the_sun_of_its_window(height: float) -> None:
    # On the equator at the equinox the sun passes overhead from east to west at 15 degrees an hour:
    # between walls that run north and south, 6 m apart, it is seen for twice atan(3 / height).
    walls = [*box((3, -500, 0), (4, 500, height)), *box((-4, -500, 0), (-3, 500, height))]
    caster = RayCaster(build([GROUND, ("walls", Part.BUILDING, PLAIN, walls)]))
    truth = 2 * math.degrees(math.atan2(3, height)) / 15
    assert hours_at(caster, (0, 0, 0.001), UP, EQUATOR, EQUINOX) == pytest.approx(truth, abs=1 / 6)
    # A point nearer to one wall sees the sun as long as its two angles say.
    truth = (math.degrees(math.atan2(1, height)) + math.degrees(math.atan2(5, height))) / 15
    assert hours_at(caster, (2, 0, 0.001), UP, EQUATOR, EQUINOX) == pytest.approx(truth, abs=1 / 6)


def _by_face(rows: tuple[ElementSun, ...]) -> dict[tuple[str, str], ElementSun]:
    found = {(row.element, row.orientation): row for row in rows}
    assert len(found) == len(rows)
    return found


def test_elements_are_told_apart_by_the_way_they_face() -> None:
    house: Piece = ("house", Part.BUILDING, PLAIN, box((0, 0, 0), (6, 4, 3)))
    caster = RayCaster(build([house, GROUND]))
    track = sun_track(BERLIN, EQUINOX)
    day = track.step_h * len(track.suns)
    rows = _by_face(element_hours(caster, track, own=1, north_deg=0.0))
    # No side looks down on the ground or into the house; areas are those of the box.
    assert {key[1]: round(row.area_m2, 3) for key, row in rows.items()} == {
        "up": 24,
        "N": 18,
        "E": 12,
        "S": 18,
        "W": 12,
    }
    assert rows["house", "up"].mean_h == pytest.approx(day, abs=1e-3)
    assert rows["house", "E"].mean_h == pytest.approx(day / 2, abs=1 / 6)
    assert rows["house", "S"].mean_h == pytest.approx(day, abs=0.5)
    assert rows["house", "N"].most_h < 0.5
    assert all(
        row.least_h <= row.mean_h + 1e-6 <= row.most_h + 2e-6 and row.class_name == "building" for row in rows.values()
    )
    # True north along the model's +X: what faces +X faces north, and the sun of the model is turned with it.
    turned = _by_face(element_hours(caster, track.turned(90), own=1, north_deg=90.0))
    assert turned["house", "N"].area_m2 == pytest.approx(12) and turned["house", "N"].most_h < 0.5
    assert turned["house", "S"].mean_h == pytest.approx(day, abs=0.5)


def test_sheets_have_two_faces_slopes_a_direction_and_rooms_none() -> None:
    sheet = np.array([(20, 0, 0), (20, 4, 0), (20, 4, 3), (20, 0, 3)])
    slope = np.array([(30, 0, 2), (34, 0, 2), (34, 4, 5), (30, 4, 5)])
    pieces: list[Piece] = [
        ("fence", Part.BUILDING, PLAIN, [sheet]),
        ("roof", Part.BUILDING, PLAIN, [slope]),
        ("room", Part.BUILDING, PLAIN, box((1, 1, 1), (4, 3, 2))),
        ("shell", Part.BUILDING, PLAIN, box((0, 0, 0), (6, 4, 3))),
        GROUND,
    ]
    rows = _by_face(element_hours(RayCaster(build(pieces)), sun_track(BERLIN, EQUINOX), own=4, north_deg=0.0))
    assert {key[1] for key in rows if key[0] == "fence"} == {"E", "W"}
    assert {key[1] for key in rows if key[0] == "roof"} == {"S slope"}
    assert rows["roof", "S slope"].area_m2 == pytest.approx(4 * 5)
    assert not [key for key in rows if key[0] == "room"] and [key for key in rows if key[0] == "shell"]


def test_clear_glass_of_the_building_lets_the_sun_pass() -> None:
    for material, expected in ((GLASS, 12.1), (PLAIN, 0.0)):
        roof: Piece = ("canopy", Part.BUILDING, material, floor(400, 3.0))
        caster = RayCaster(build([GROUND, roof]))
        assert hours_at(caster, (0, 0, 0.001), UP, EQUATOR, EQUINOX) == pytest.approx(expected, abs=0.2)


def test_a_plan_is_a_map_with_true_north_at_the_top() -> None:
    frame = PlanFrame(center_m=(10, -5), metres_per_px=0.1, size=Size(60, 80), north_deg=25)
    rows, columns = np.mgrid[:60, :80]
    pixels = frame.project(frame.points_m().reshape(-1, 2))
    assert np.allclose(pixels, np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5], axis=1), atol=1e-9)
    north = SunDirection(altitude_deg=0, azimuth_deg=25).vector[:2]
    assert np.allclose(frame.project(np.array([np.array([10, -5]) + north]))[0], (40, 30 - 10), atol=1e-9)
    caster = RayCaster(build([GROUND, ("mast", Part.BUILDING, PLAIN, box((0, 0, 0), (2, 2, 50)))]))
    around = PlanFrame.around(caster.scene.bounds((Part.BUILDING,)), Size(100, 100), 0.0)
    seen = see_from_above(caster, around)
    # By parallel rays a mast of 50 m covers its base and no more.
    assert (seen.elements == 1).sum() == pytest.approx((2 / around.metres_per_px) ** 2, abs=4)
    assert around.metres_per_px * 100 > 2 * 50
    with pytest.raises(EmptyViewError, match="nothing lies within the plan"):
        see_from_above(caster, PlanFrame(center_m=(1e4, 0), metres_per_px=1, size=Size(8, 8)))


def test_the_heat_map_shows_its_hours() -> None:
    caster = RayCaster(build([GROUND, ("house", Part.BUILDING, PLAIN, box((-3, -3, 0), (3, 3, 9)))]))
    track = sun_track(BERLIN, date(2025, 6, 21), step_min=30)
    camera = view_camera(caster.scene, "aerial", Size(96, 128))
    clay = Clay.of(caster, see_through(caster, camera.resized(Size(192, 256))), finer=2)
    picture, hours = clay.heat(track, 17)
    assert picture.shape == (96, 128, 3) and hours.shape == (96, 128)
    assert np.nanmax(hours) == pytest.approx(track.step_h * len(track.suns), abs=1e-4)
    ground = np.array([(-5.0, 1.0, 0.0), (4.5, -4.0, 0.0), (0.0, 0.0, 9.0)])
    truth = direct_hours(caster, ground + (0, 0, 0.001), np.tile(np.float32(UP), (3, 1)), track)
    columns, rows = camera.project(ground)[0].astype(int).T
    assert np.abs(hours[rows, columns] - truth).max() <= track.step_h + 1e-4 and np.ptp(truth) > 3
    open_ground = np.isclose(hours, np.nanmax(hours))
    assert open_ground.sum() > 100
    assert np.abs(picture[open_ground].astype(int) - HEAT_COLORS[-1]).max(axis=1).mean() < 25
    assert np.allclose(heat_color(np.array([0.0, 1.0])) * 255, [HEAT_COLORS[0], HEAT_COLORS[-1]])


def study_of(place: Place, day: date, *, size: Size = SMALL, north_deg: float = 0.0) -> SunStudy:
    building = build([("house", Part.BUILDING, PLAIN, box((0, 0, 0), (6, 4, 3)))])
    return SunStudy(
        building=building,
        surroundings=build([GROUND]),
        place=place,
        day=day,
        north_deg=north_deg,
        camera=view_camera(building, "aerial", size),
    )


def test_a_study_has_every_hour_of_every_day() -> None:
    # In Longyearbyen at 78 degrees north: the sun rises in March, stays up in June and down in December.
    place = Place(latitude_deg=78.22, longitude_deg=15.65, time_zone="Arctic/Longyearbyen")
    study = study_of(place, date(2025, 12, 21))
    assert study.days == (date(2025, 12, 21), date(2025, 3, 21), date(2025, 6, 21))
    pictures = dict(study.shadows())
    plans = [name for name in pictures if name.startswith("shadows/plan-")]
    assert len([name for name in plans if "-06-21-" in name]) == 24
    assert 11 <= len([name for name in plans if "-03-21-" in name]) <= 13
    assert not [name for name in plans if "-12-21-" in name]
    assert {name.replace("plan", "view") for name in plans} <= set(pictures)
    assert {"shadows-plan", "shadows-view"} == {name for name in pictures if "/" not in name}
    assert all(pictures[name].size == (256, 256 + 40) for name in plans)
    assert study.day_length_h == 0 and dict(study.heat_maps()).keys() == {"hours-plan", "hours-view"}
    assert {row.most_h for row in study.table()} == {0.0}


def test_the_table_begins_with_the_ground_and_is_csv() -> None:
    study = study_of(SAIGON, date(2025, 6, 21))
    rows = study.table()
    assert rows[0].element == OPEN_GROUND and rows[0].orientation == "up"
    frame_m2 = (256 * study.frame.metres_per_px) ** 2
    assert rows[0].area_m2 == pytest.approx(frame_m2 - 24, rel=0.01)
    assert 0 <= rows[0].least_h < rows[0].mean_h < rows[0].most_h == pytest.approx(study.day_length_h, abs=1e-3)
    lines = list(csv.DictReader(io.StringIO(table_csv(rows))))
    assert list(lines[0]) == ["element", "class", "orientation", "area_m2", "hours_mean", "hours_min", "hours_max"]
    assert [line["orientation"] for line in lines[1:]] == ["up", "N", "E", "S", "W"]
    assert float(lines[2]["hours_mean"]) > 12 and float(lines[4]["hours_max"]) == 0


def test_the_sun_of_a_study_turns_with_its_north() -> None:
    day = date(2025, 6, 21)
    straight, turned = (study_of(BERLIN, day, north_deg=north) for north in (0.0, 90.0))
    by_face = _by_face(straight.table()), _by_face(turned.table())
    # The long side that faced south faces east when true north lies along the model's +X.
    assert by_face[1]["house", "E"].area_m2 == pytest.approx(by_face[0]["house", "S"].area_m2)
    assert by_face[1]["house", "E"].mean_h == pytest.approx(by_face[0]["house", "E"].mean_h, abs=0.01)
    assert turned.track.suns[0].azimuth_deg == pytest.approx((straight.track.suns[0].azimuth_deg + 90) % 360)


@pytest.mark.parametrize("size", [Size(200, 400), Size(400, 2200)], ids=str)
def test_sizes_that_hold_no_caption_are_refused(size: Size) -> None:
    with pytest.raises(OptionError, match=f"size {size} is not accepted by a sun study; .* from 256 to 2048"):
        study_of(SAIGON, date(2025, 6, 21), size=size)


def test_moments_are_named_after_the_local_clock() -> None:
    # The sun rises in Berlin at 08:15 on that day.
    name, _ = next(study_of(BERLIN, date(2025, 12, 21)).shadows())
    assert name == "shadows/plan-2025-12-21-0900"
