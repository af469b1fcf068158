"""What the viewer is told is what the renderer would do."""

from __future__ import annotations

import base64
import dataclasses
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Element, ElementTable
from archviz.core.errors import FileFormatError
from archviz.core.material import Material
from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.geometry import LoadedModel
from archviz.geometry.scene import Scene
from archviz.lighting import solar_position
from archviz.presets import city
from archviz.render import RenderRequest
from archviz.render.inputs import Source
from archviz.ui.viewer.models import Model, ModelShelf, ReadKey, read_key
from archviz.ui.viewer.packing import pack_scene
from archviz.ui.viewer.payload import day_track, resolve_for_view, viewer_payload
from archviz.ui.viewer.saved import SavedView
from tests.ui.viewer.test_packing import CUBE, FACES

REQUEST = RenderRequest(input=Path("house.glb"), view="front", environment="studio", lighting="morning")
SAIGON = city("Ho Chi Minh City").place


@pytest.fixture(scope="module")
def model() -> Model:
    """A white cube of 6 m."""
    scene = Scene(
        vertices_m=CUBE * np.float32(6.0) - np.array([3, 3, 0], np.float32),
        faces=FACES,
        face_elements=np.zeros(len(FACES), np.int32),
        table=ElementTable((Element(name="wall", material=0),), (Material(name="paint"),)),
    )
    loaded = LoadedModel(scene=scene, format="glTF", unit="m", up_axis="y", extents_m=(6, 6, 6))
    return Model(Source(kind="model", sha256="0" * 64, model=loaded), scene, pack_scene(scene))


def _told(model: Model, request: RenderRequest, **changes: object) -> dict:
    given = {"hours": True, "saved": (), "selected": None, "texts": {}, "view_names": {}} | changes
    return viewer_payload(model, resolve_for_view(model, request), **given)


def test_it_is_json_and_small_beside_the_geometry(model: Model) -> None:
    assert len(json.dumps(_told(model, REQUEST), allow_nan=False)) < 8_000


def test_the_camera_is_the_one_that_renders(model: Model) -> None:
    told = _told(model, dataclasses.replace(REQUEST, size=Size(768, 512)))
    assert told["view"]["id"] == "front" and told["view"]["camera"] == told["presets"]["front"]
    assert told["view"]["camera"]["size"] == [512, 768]
    own = Camera(position_m=(2, -20, 3), target_m=(0, 0, 3), focal_mm=40, shift=(0.1, 0.2), size=Size(512, 512))
    told = _told(model, dataclasses.replace(REQUEST, view=None, camera=own), saved=[SavedView(name="a", camera=own)])
    assert told["view"] == {"camera": own.to_json(), "id": "own"} and told["saved"][0]["camera"] == own.to_json()
    assert told["eye_m"] == pytest.approx(1.6)


def test_materials_colour_their_element(model: Model) -> None:
    brick = dataclasses.replace(REQUEST, materials={"wall": "red brick"})
    red, green, blue, glass = base64.b64decode(_told(model, brick)["palette"])
    assert red > green + 30 > blue and glass == 0


def test_without_a_place_the_sun_goes_with_the_view(model: Model) -> None:
    told = _told(model, REQUEST)
    assert told["sun"]["with_view"] and told["track"] is None and told["sun"]["share"] > 0.4
    assert _told(model, dataclasses.replace(REQUEST, lighting="overcast"))["sun"]["share"] < 0.1


def test_the_real_sun_in_the_models_axes(model: Model) -> None:
    when = datetime.fromisoformat("2025-03-21T16:00")
    request = dataclasses.replace(REQUEST, lighting=None, place=SAIGON, when=when, north_deg=30.0)
    told, sun = _told(model, request), solar_position(SAIGON, when).turned(30.0)
    shown = SunDirection(altitude_deg=told["sun"]["altitude_deg"], azimuth_deg=told["sun"]["azimuth_deg"])
    assert shown.vector == pytest.approx(sun.vector, abs=1e-4)
    assert not told["sun"]["with_view"] and told["north_deg"] == 30.0 and told["track"]["now"] == 16 * 60
    assert _told(model, request, hours=False)["track"] is None


def test_a_refused_request_still_shows_its_camera(model: Model) -> None:
    """A night preset by day: said elsewhere, and the model stays."""
    when = datetime.fromisoformat("2025-03-21T12:00")
    refused = dataclasses.replace(REQUEST, lighting="night", place=SAIGON, when=when)
    assert _told(model, refused)["view"] == _told(model, REQUEST)["view"]


@pytest.mark.parametrize(
    ("place", "when"),
    [
        (SAIGON, "2025-06-21T09:25"),
        (city("berlin").place, "2025-03-30T15:00"),  # the clocks change that night
        (Place(latitude_deg=60.0, longitude_deg=25.0), "2025-06-21T12:00+03:00"),
    ],
)
def test_the_day_runs_from_sunrise_to_sunset(place: Place, when: str) -> None:
    moment = datetime.fromisoformat(when)
    track = day_track(place, moment, 0.0)
    assert track is not None and track["now"] == moment.hour * 60 + moment.minute
    assert np.diff(track["minutes"]).tolist() == [10] * (len(track["minutes"]) - 1)
    assert track["altitudes"][1] > 0 > track["altitudes"][0] - 1.5 and track["altitudes"][-2] > 0
    row = track["minutes"].index(12 * 60)
    noon = solar_position(place, moment.replace(hour=12, minute=0))
    assert (track["altitudes"][row], track["azimuths"][row]) == pytest.approx(
        (noon.altitude_deg, noon.azimuth_deg), abs=1e-3
    )


def test_a_day_without_sun_has_no_hours() -> None:
    polar = Place(latitude_deg=80.0, longitude_deg=15.0)
    assert day_track(polar, datetime.fromisoformat("2025-12-21T12:00+01:00"), 0.0) is None


@pytest.mark.parametrize(("error", "readings"), [(FileFormatError("house.glb: broken"), 1), (ValueError("bug"), 2)])
def test_a_model_is_read_once_and_again_where_its_file_is_not_at_fault(
    model: Model, tmp_path: Path, error: Exception, readings: int
) -> None:
    asked: list[ReadKey] = []

    def read(key: ReadKey) -> Model:
        asked.append(key)
        if key.unit == "mm":
            raise error
        return model

    file = tmp_path / "house.glb"
    file.write_bytes(b"x")
    shelf, key = ModelShelf(read), read_key(RenderRequest(input=file))
    assert key is not None
    assert shelf.ask(key).result(10) is model and shelf.ask(key).result(10) is model and len(asked) == 1
    broken = dataclasses.replace(key, unit="mm")
    for _ in range(2):
        with pytest.raises(type(error)):
            shelf.ask(broken).result(10)
    assert len(asked) == 1 + readings
    assert read_key(RenderRequest(input=tmp_path / "gone.glb")) is None
