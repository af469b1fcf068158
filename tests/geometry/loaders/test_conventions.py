"""Units and axes guessed from shapes of buildings."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.geometry.loaders.conventions import UNITS, guess_unit, guess_up, to_z_up, unit_metres, unit_name
from archviz.geometry.loaders.raw import RawPart
from tests.geometry.loaders.files import y_up
from tests.geometry.shapes import Mesh, box

# Width, depth and height in metres of buildings as they are built.
BUILDINGS = {
    "house": (10, 8, 6),
    "bungalow": (14, 9, 3.5),
    "tube house": (4.5, 16, 14),
    "slab": (60, 14, 18),
    "tower": (30, 30, 120),
    "hall": (80, 40, 12),
    "villa": (22, 18, 8),
}


def part(mesh: Mesh, name: str = "a") -> RawPart:
    return RawPart(name=name, vertices=mesh[0], faces=mesh[1], material=0)


def gable(width: float, depth: float, height: float) -> list[RawPart]:
    """Walls with a floor, and a roof whose ridge runs along x."""
    x, y = width / 2, depth / 2
    points, faces = box((-x, -y, 0), (x, y, height * 0.7))
    walls = (points, faces[(points[faces][..., 2] < height * 0.6).any(axis=1)])
    ridge = [(-x, 0, height), (x, 0, height)]
    roof_points = np.array([*points[points[:, 2] > 0], *ridge], float)
    roof = np.array([(0, 2, 5), (0, 5, 4), (3, 1, 4), (3, 4, 5), (2, 3, 5), (1, 0, 4)])
    return [part(walls), part((roof_points, roof))]


# A 120 m tower in centimetres is a 12 m tower in millimetres: nobody can tell.
@pytest.mark.parametrize(
    ("name", "unit"), [(n, u) for n in BUILDINGS for u in ("m", "mm", "cm") if (n, u) != ("tower", "cm")]
)
def test_the_unit_of_common_buildings(name: str, unit: str) -> None:
    assert guess_unit([], np.array(BUILDINGS[name]) / UNITS[unit]) == unit


@pytest.mark.parametrize("name", ["house", "bungalow", "tube house"])
def test_the_unit_of_houses_in_inches(name: str) -> None:
    assert guess_unit([], np.array(BUILDINGS[name]) / UNITS["in"]) == "in"


def test_a_door_decides_where_the_building_does_not() -> None:
    # 24 x 30 x 40 units: metres by its size, feet by its door of 7 units.
    extents = np.array((24.0, 30.0, 40.0))
    assert guess_unit([], extents) == "m"
    assert guess_unit([part(box((0, 0, 0), (3, 0.2, 7)), "Door.1")], extents) == "ft"
    assert guess_unit([part(box((0, 0, 0), (3, 0.2, 7)), "Cua di")], extents) == "ft"
    # A window is no door, though "cửa sổ" holds the word.
    assert guess_unit([part(box((0, 0, 0), (3, 0.2, 7)), "Cửa sổ")], extents) == "m"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("usual", ["y", "z"])
@pytest.mark.parametrize("name", [n for n in BUILDINGS if n != "tube house"])
def test_up_of_gabled_buildings_whatever_is_usual(name: str, usual: str, turned: bool) -> None:
    parts = gable(*BUILDINGS[name])
    if turned:
        parts = [part((y_up(p.vertices), p.faces)) for p in parts]
    assert guess_up(parts, usual=usual) == ("y" if turned else "z")  # type: ignore[arg-type]


def test_a_floor_tells_up_where_the_outline_does_not() -> None:
    cube = part(box((0, 0, 0), (6, 6, 6)))
    assert (guess_up([cube], usual="y"), guess_up([cube], usual="z")) == ("y", "z")
    floor = part(box((0, 0, 0), (6, 6, 0.3)), "Sàn tầng 1")
    assert guess_up([cube, floor], usual="y") == "z"


def test_turning_keeps_handedness() -> None:
    for up in ("x", "y", "z"):
        turned = to_z_up(np.eye(3), up)  # type: ignore[arg-type]
        assert np.linalg.det(turned) == pytest.approx(1.0)
        np.testing.assert_array_equal(turned["xyz".index(up)], (0, 0, 1))


def test_unit_names() -> None:
    assert unit_metres("in") == 0.0254
    assert (unit_name(0.0254), unit_name(1.0), unit_name(0.1)) == ("in", "m", "0.1 m")
    with pytest.raises(OptionError, match="unit 'yd' is not known; choose one of m, mm, cm, in, ft"):
        unit_metres("yd")
