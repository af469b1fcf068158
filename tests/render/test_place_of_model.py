"""A model that says where it stands is lit by the sun of that place."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pytest

from archviz.core.place import Place
from archviz.core.size import Size
from archviz.render import RenderRequest, resolve
from tests.geometry.loaders.ifc_files import IfcBuilding
from tests.geometry.shapes import box


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A box in Ho Chi Minh City, whose north lies 30 degrees to the right of the model's +Y."""
    building = IfcBuilding("IFC4")
    building.add("IfcWall", "House", box((0, 0, 0), (10, 8, 6)))
    building.site.RefLatitude, building.site.RefLongitude = (10, 49, 12, 0), (106, 37, 48, 0)
    building.model.TrueNorth = building.file.createIfcDirection((math.sin(math.pi / 6), math.cos(math.pi / 6)))
    path = tmp_path_factory.mktemp("house") / "house.ifc"
    building.file.write(str(path))
    return path


def test_the_noon_sun_of_june_stands_in_the_north_of_the_file(house: Path) -> None:
    noon = datetime.fromisoformat("2025-06-21T11:55:00+07:00")
    found = resolve(RenderRequest(input=house, size=Size(height=64, width=64), when=noon))
    assert found.place == Place(latitude_deg=10.82, longitude_deg=106.63)
    assert found.north_deg == pytest.approx(30)
    assert found.sun is not None
    # Published: noon at about 11:55 with the sun in the north at about 77.4 degrees.
    assert found.sun.altitude_deg == pytest.approx(77.4, abs=0.3)
    assert found.sun.azimuth_deg == pytest.approx(30, abs=3)
    assert {"place 10.8200,106.6300 as the file says", "north at 30 degrees as the file says"} <= set(found.assumptions)


def test_a_given_place_and_north_come_first(house: Path) -> None:
    noon = datetime.fromisoformat("2025-06-21T12:00:00+02:00")
    berlin = Place(latitude_deg=52.5, longitude_deg=13.4)
    request = RenderRequest(input=house, size=Size(height=64, width=64), when=noon, place=berlin, north_deg=0.0)
    found = resolve(request)
    assert (found.place, found.north_deg) == (berlin, 0.0)
    assert found.sun is not None and 120 < found.sun.azimuth_deg < 200
