"""The sun-path diagram, captions, compass, legend and contact sheet."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.light_transport.sun_study.diagram import on_disc, place_name, sun_path
from archviz.light_transport.sun_study.figure import Disc, Figure, Line, Words, text_width
from archviz.light_transport.sun_study.seen import PlanFrame
from archviz.light_transport.sun_study.sheets import (
    Compass,
    StripMarks,
    captioned,
    contact_sheet,
    heat_legend,
    scale_bar,
    strip_height,
)

SAIGON = Place(latitude_deg=10.82, longitude_deg=106.63, time_zone="Asia/Ho_Chi_Minh", name="Ho Chi Minh City, VN")
SYDNEY = Place(latitude_deg=-33.87, longitude_deg=151.21)
TROMSO = Place(latitude_deg=69.65, longitude_deg=18.96, time_zone="Europe/Oslo", name="Tromso, NO")
LONG = Place(latitude_deg=-17.79, longitude_deg=-63.18, time_zone="America/La_Paz", name="Santa Cruz de la Sierra, BO")
SVG = "{http://www.w3.org/2000/svg}"
MIDDLE, RADIUS = np.array([450.0, 500.0]), 360.0


def _paths(figure: Figure) -> list[NDArray[np.float64]]:
    """The days' curves of an SVG: its long polylines."""
    root = ET.fromstring(figure.svg())
    lines = [
        [tuple(map(float, p.split(","))) for p in e.get("points", "").split()] for e in root.iter(f"{SVG}polyline")
    ]
    return [np.array(line) - MIDDLE for line in lines if len(line) > 20]


def test_the_disc_has_the_horizon_at_its_rim_and_north_at_the_top() -> None:
    assert on_disc(SunDirection(altitude_deg=90, azimuth_deg=77)) == pytest.approx(tuple(MIDDLE))
    assert on_disc(SunDirection(altitude_deg=0, azimuth_deg=0)) == pytest.approx((450, 500 - RADIUS))
    assert on_disc(SunDirection(altitude_deg=0, azimuth_deg=90)) == pytest.approx((450 + RADIUS, 500))
    assert on_disc(SunDirection(altitude_deg=45, azimuth_deg=180)) == pytest.approx((450, 500 + RADIUS / 2))


def test_the_paths_of_saigon_pass_noon_north_in_june_and_south_in_december() -> None:
    june, march, december, own = _paths(sun_path(SAIGON, date(2025, 2, 14)))
    # 77.4 degrees in the north, 55.7 in the south; at the equinox 90 less the latitude.
    for path, north, altitude in ((june, 1, 77.4), (december, -1, 55.7), (march, -1, 90 - 10.82)):
        top = path[np.argmin(np.hypot(*path.T))]
        assert np.hypot(*top) == pytest.approx(RADIUS * (90 - altitude) / 90, abs=2)
        assert math.copysign(1, -top[1]) == north
        # From the rim in the east to the rim in the west.
        assert np.hypot(*path[[0, -1]].T) == pytest.approx([RADIUS, RADIUS], abs=0.1)
        assert path[0, 0] > 300 and path[-1, 0] < -300
    assert march[0, 1] < own[0, 1] < december[0, 1]


def test_a_characteristic_day_is_drawn_once_and_a_day_without_sun_not() -> None:
    assert len(_paths(sun_path(SAIGON, date(2025, 6, 21)))) == 3
    figure = sun_path(TROMSO, date(2025, 12, 21))
    assert len(_paths(figure)) == 2
    texts = [mark.text for mark in figure.marks if isinstance(mark, Words)]
    assert texts.count("the sun does not rise") == 1 and texts.count("the sun stays up") == 1


def test_the_hours_written_are_those_of_the_local_clock() -> None:
    figure = sun_path(SAIGON, date(2025, 2, 14))
    hours = {mark.text: mark.at for mark in figure.marks if isinstance(mark, Words) and mark.text.isdigit()}
    assert list(hours) == [str(hour) for hour in range(7, 18)]
    # Solar noon is at 12:08: at noon by the clock the sun is within three degrees of the meridian's foot.
    assert abs(hours["12"][0] - 450) < RADIUS * 3 / 90 and hours["8"][0] > 600 > 300 > hours["16"][0]


@pytest.mark.parametrize("place", [SAIGON, SYDNEY, TROMSO, LONG], ids=place_name)
def test_no_words_are_cut_or_lie_on_one_another(place: Place) -> None:
    figure = sun_path(place, date(2025, 11, 24))
    words = [mark for mark in figure.marks if isinstance(mark, Words)]
    assert {"N", "E", "S", "W", "30°", "330°", "10°", "80°"} <= {mark.text for mark in words}
    assert any(place_name(place) == mark.text for mark in words)
    boxes = []
    for mark in words:
        width = text_width(mark.text, mark.size)
        left = mark.at[0] - width * {"l": 0.0, "m": 0.5, "r": 1.0}[mark.anchor]
        assert 0 <= left and left + width <= figure.size.width, mark.text
        assert mark.size / 2 <= mark.at[1] <= figure.size.height - mark.size / 2, mark.text
        boxes.append((left, left + width, mark.at[1] - mark.size / 2, mark.at[1] + mark.size / 2))
    under = [box for box in boxes if box[2] > 900]
    for k, a in enumerate(under):
        assert not [b for b in under[k + 1 :] if a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]]


def test_places_are_named_by_hemisphere() -> None:
    assert place_name(SYDNEY) == "33.87° S, 151.21° E"
    assert place_name(LONG) == "Santa Cruz de la Sierra, BO · 17.79° S, 63.18° W"


def test_a_figure_is_drawn_alike_as_svg_and_as_pixels() -> None:
    figure = Figure(
        size=Size(60, 80),
        marks=(
            Disc(center=(20, 20), radius=10, color=None, fill=(200, 0, 0)),
            Line(points=((50, 10), (70, 10), (70, 30), (50, 30)), color=(0, 0, 200), fill=(0, 0, 200)),
            Line(points=((0, 50), (80, 50)), width=2.0),
            Words(at=(40, 40), text="<&>", size=12, anchor="m", halo=True),
        ),
    )
    pixels = np.asarray(figure.image())
    assert pixels.shape == (60, 80, 3)
    assert pixels[20, 20].tolist() == [200, 0, 0] and pixels[20, 60].tolist() == [0, 0, 200]
    assert pixels[20, 32].tolist() == [255, 255, 255] and pixels[50, 40].max() < 60
    assert (pixels[:, :, 0] == 200).sum() == pytest.approx(math.pi * 100, rel=0.12)
    root = ET.fromstring(figure.svg())
    assert [e.tag.removeprefix(SVG) for e in root] == ["rect", "circle", "polygon", "polyline", "text"]
    assert root[4].text == "<&>" and root[1].get("fill") == "#c80000"


def test_a_plan_s_compass_points_up_to_true_north() -> None:
    for north in (0.0, 40.0, -75.0):
        compass = Compass.of_plan(PlanFrame(center_m=(0, 0), metres_per_px=1, size=Size(9, 9), north_deg=north))
        assert compass.direction(0) == pytest.approx((0, -1), abs=1e-12)
        assert compass.direction(90) == pytest.approx((1, 0), abs=1e-12)


@pytest.mark.parametrize(
    ("looks_deg", "north_deg", "x", "y"),
    [(0, 0, 0, -1), (90, 0, -1, 0), (180, 0, 0, 1), (270, 0, 1, 0), (0, 90, 1, 0), (45, 45, 0, -1)],
)
def test_a_view_s_compass_points_where_north_lies_for_who_looks(
    looks_deg: float, north_deg: float, x: int, y: int
) -> None:
    towards = SunDirection(altitude_deg=0, azimuth_deg=looks_deg).vector * 10
    camera = Camera(position_m=(0, 0, 2), target_m=(*(float(v) for v in towards[:2]), 1.0))
    right, down = Compass.of_camera(camera, north_deg).direction(0)
    assert (round(right), round(down / 0.62)) == (x, y)


def test_the_needle_is_drawn_to_the_north() -> None:
    compass = Compass.of_plan(PlanFrame(center_m=(0, 0), metres_per_px=1, size=Size(9, 9)))
    marks = compass.marks((50, 50), 40, SunDirection(altitude_deg=20, azimuth_deg=90))
    pixels = np.asarray(Figure(size=Size(100, 100), marks=tuple(marks)).image()).astype(int)
    red = (pixels[..., 0] - pixels[..., 2] > 120) & (pixels[..., 1] < 100)
    rows, columns = np.nonzero(red)
    assert columns.mean() == pytest.approx(50, abs=1) and rows.min() < 16 and rows.max() < 66
    yellow = (pixels[..., 0] > 220) & (pixels[..., 2] < 90)
    assert np.mean(np.nonzero(yellow), axis=1) == pytest.approx((50, 50 + 0.72 * 40), abs=1)


@pytest.mark.parametrize("width", [256, 768, 2048])
def test_captions_fit_their_strip(width: int) -> None:
    picture = np.full((256, width, 3), 90, dtype=np.uint8)
    compass = Compass.of_plan(PlanFrame(center_m=(0, 0), metres_per_px=0.1, size=Size(256, width)))
    long = "Phan Rang-Thap Cham, VN · 11.57° N, 108.99° E · sun 12.3° high, azimuth 123.4°"
    strip = strip_height(width)
    for more in (None, scale_bar(0.1, width), heat_legend(13, width)):
        sheet = np.asarray(captioned(picture, (long, long), compass=compass, more=more))
        assert sheet.shape == (256 + strip, width, 3) and (sheet[:256] == 90).all()
        bare = np.asarray(captioned(picture, (" ", " "), compass=compass, more=more))
        written = np.nonzero((sheet != bare).any(axis=(0, 2)))[0]
        # Text stands clear of what else the strip holds.
        taken = np.nonzero((bare[256:] != 255).any(axis=(0, 2)))[0]
        assert written.max() < taken.min() - 2
        assert (sheet[256:, [0, -1]] == 255).all() and (sheet[-1] == 255).all()


@pytest.mark.parametrize("metres_per_px", [0.004, 0.05, 0.13, 2.7])
def test_a_scale_bar_has_a_round_length(metres_per_px: float) -> None:
    bar = scale_bar(metres_per_px, 768)
    label = next(mark for mark in bar.marks if isinstance(mark, Words))
    (x0, y0), (x1, y1) = next(mark for mark in bar.marks if isinstance(mark, Line)).points
    metres = float(label.text.removesuffix(" m"))
    assert y0 == y1 and (x1 - x0) * metres_per_px == pytest.approx(metres)
    assert f"{metres:e}"[0] in "125" and 30 < x1 - x0 < 120 < bar.width_px + 60


def test_the_legend_runs_from_no_sun_to_the_most() -> None:
    legend: StripMarks = heat_legend(13, 768)
    labels = {mark.text: mark.at[0] for mark in legend.marks if isinstance(mark, Words)}
    assert list(labels) == ["0 h", "2 h", "4 h", "6 h", "8 h", "10 h", "12 h"]
    steps = np.diff(list(labels.values()))
    assert steps == pytest.approx([0.38 * 768 * 2 / 13] * 6)


@pytest.mark.parametrize("most_h", [1, 7, 13, 24])
@pytest.mark.parametrize("width", [256, 768, 2048])
def test_the_numbers_of_a_legend_stand_apart(most_h: int, width: int) -> None:
    labels = [mark for mark in heat_legend(most_h, width).marks if isinstance(mark, Words)]
    assert len(labels) >= 2
    ends = [(m.at[0] - text_width(m.text, m.size) / 2, m.at[0] + text_width(m.text, m.size) / 2) for m in labels]
    assert all(right < left for (_, right), (left, _) in pairwise(ends))


def test_a_narrow_contact_sheet_still_holds_its_words() -> None:
    compass = Compass.of_plan(PlanFrame(center_m=(0, 0), metres_per_px=1, size=Size(9, 9)))
    rows = {"21 Dec": {datetime(2025, 12, 21, 12, tzinfo=UTC): np.full((100, 150, 3), 50, dtype=np.uint8)}}
    sheets = [np.asarray(contact_sheet("Shadows", rows, compass, note=note)) for note in (" ", place_name(LONG))]
    assert sheets[1].shape[1] > sheets[0].shape[1]
    # Between the words and the compass the paper stays white.
    edge = round(20 + text_width(place_name(LONG), 17))
    assert (sheets[1][:100, edge + 2 : edge + 12] == 255).all() and (sheets[1][:100, edge - 12 : edge] < 255).any()


def test_a_contact_sheet_has_a_row_a_day_and_a_column_an_hour() -> None:
    compass = Compass.of_plan(PlanFrame(center_m=(0, 0), metres_per_px=1, size=Size(9, 9)))

    def shot(hour: int, tone: int) -> tuple[datetime, NDArray[np.uint8]]:
        return datetime(2025, 6, 21, hour, tzinfo=UTC), np.full((100, 150, 3), tone, dtype=np.uint8)

    rows = {"21 Jun": dict([shot(9, 50), shot(10, 100)]), "21 Mar": dict([shot(10, 150)]), "21 Dec": {}}
    pixels = np.asarray(contact_sheet("Shadows", rows, compass, note="Da Lat"))[..., 0]
    areas = {tone: np.argwhere(pixels == tone) for tone in (50, 100, 150)}
    assert all(len(area) >= 232 * 154 for area in areas.values())
    centers = {tone: area.mean(axis=0) for tone, area in areas.items()}
    assert centers[50][0] == pytest.approx(centers[100][0], abs=3) and centers[50][1] < centers[100][1] - 232
    assert centers[150][1] == pytest.approx(centers[100][1], abs=3) and centers[150][0] > centers[100][0] + 154
