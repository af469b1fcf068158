"""The released network reads drawings of buildings that no training scene holds, and the sun lights them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.size import Size
from archviz.core.tone import luminance, srgb_to_linear
from archviz.geometry.gbuffer import rasterize
from archviz.render import Renderer, RenderRequest
from archviz.render.relief import Relief, lift_drawing
from archviz.samples import sample_path
from archviz.sketch import Drawing

pytestmark = pytest.mark.weights
SIZE = Size(height=512, width=768)
# Buildings of the samples, none of them made by the training generator, and how each is seen.
VIEWS = [("garden-villa", "front-left"), ("garden-villa", "front"), ("tube-house", "front-right"),
         ("school", "front-left"), ("gable-house", "front-right")]  # fmt: skip


@cache
def renderer() -> Renderer:
    return Renderer(threads=2)


@cache
def drawn(name: str, view: str) -> tuple[GBuffer, Drawing, Relief]:
    """What a sample shows, its lines in ink, and what was made of them."""
    request = RenderRequest(input=sample_path(name), view=view, size=SIZE, surroundings="none")
    truth = renderer().maps(request).gbuffer
    assert truth is not None
    ink = cv2.dilate((truth.edges.array > 0.5).astype(np.uint8), np.ones((2, 2), np.uint8))
    array = np.repeat((255 - 235 * ink)[..., None], 3, axis=2).astype(np.uint8)
    drawing = Drawing(array=array, kind="line-drawing", format="PNG")
    relief = lift_drawing(drawing, SIZE)
    assert relief is not None
    return truth, drawing, relief


def parts(view: GBuffer, *wanted: Part) -> NDArray[np.bool_]:
    return np.isin(view.parts(), [int(part) for part in wanted])


@pytest.mark.parametrize(("name", "view"), VIEWS)
def test_the_building_is_found_and_so_is_the_horizon(name: str, view: str) -> None:
    truth, _, relief = drawn(name, view)
    seen = rasterize(relief.scene, relief.camera)
    own, found = (parts(v, Part.BUILDING, Part.OPENING) for v in (truth, seen))
    assert (own & found).sum() / (own | found).sum() > 0.6
    horizons = [v.camera.principal_point_px[1] for v in (truth, seen)]
    assert abs(horizons[0] - horizons[1]) < 0.03 * SIZE.height


@pytest.mark.parametrize(("name", "view"), [v for v in VIEWS if v[0] != "tube-house"])
def test_openings_are_found_where_they_are(name: str, view: str) -> None:
    truth, _, relief = drawn(name, view)
    seen = rasterize(relief.scene, relief.camera)
    openings, found = parts(truth, Part.OPENING), parts(seen, Part.OPENING)
    own = parts(truth, Part.BUILDING, Part.OPENING)
    assert found[openings].mean() > 0.55
    assert found[openings].mean() > 2 * found[own & ~openings].mean()


def walls(name: str, view: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Walls that face left and right of the viewer in truth, as seen in the relief."""
    truth, _, relief = drawn(name, view)
    seen = rasterize(relief.scene, relief.camera)
    right = truth.camera_normals()[..., 0]
    upright = np.abs(truth.normals.array[..., 2]) < 0.1
    own = parts(truth, Part.BUILDING) & parts(seen, Part.BUILDING) & upright
    return own & (right < -0.4), own & (right > 0.4)


@pytest.mark.parametrize(("name", "view"), [("garden-villa", "front-left"), ("tube-house", "front-right")])
def test_walls_face_the_way_they_are_drawn(name: str, view: str) -> None:
    _, _, relief = drawn(name, view)
    left, right = walls(name, view)
    assert np.median(relief.normals[..., 0][left]) < -0.3 < 0.3 < np.median(relief.normals[..., 0][right])


@pytest.mark.parametrize(
    ("name", "view"), [("garden-villa", "front-left"), ("school", "front-left"), ("gable-house", "front-right")]
)
def test_most_of_a_building_faces_exactly_as_it_is_drawn(name: str, view: str) -> None:
    truth, _, relief = drawn(name, view)
    seen = rasterize(relief.scene, relief.camera)
    own = parts(truth, Part.BUILDING, Part.OPENING) & parts(seen, Part.BUILDING, Part.OPENING)
    right, up, forward = relief.camera.basis().astype(np.float32)
    found = relief.normals @ np.stack([right, up, -forward], axis=1)
    cosines = (found * truth.camera_normals()).sum(axis=2)[own]
    assert np.degrees(np.arccos(np.clip(np.median(cosines), -1, 1))) < 5


@pytest.mark.parametrize(("name", "view"), [("garden-villa", "front-left"), ("school", "front")])
def test_crowns_of_trees_are_no_walls(name: str, view: str) -> None:
    truth, _, relief = drawn(name, view)
    seen = rasterize(relief.scene, relief.camera)
    trees = parts(truth, Part.SURROUNDINGS)
    assert parts(seen, Part.BUILDING, Part.OPENING)[trees].mean() < 0.35


@cache
def sample_sketch(north_deg: float) -> tuple[NDArray[np.uint8], GBuffer, LightBuffer]:
    """The sketch of the tube house at eight in the morning: the sun stands east of its place."""
    from datetime import datetime, timedelta, timezone

    from archviz.core.place import Place

    result = renderer().render(
        RenderRequest(
            input=sample_path("sketch-tube-house"),
            environment="meadow",
            place=Place(latitude_deg=10.82, longitude_deg=106.63),
            when=datetime(2026, 3, 21, 8, tzinfo=timezone(timedelta(hours=7))),
            north_deg=north_deg,
        )
    )
    assert result.maps.gbuffer is not None and result.maps.light is not None
    return result.image, result.maps.gbuffer, result.maps.light


def level(picture: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    return float(luminance(srgb_to_linear(picture / 255.0))[mask].mean())


def test_a_sketch_becomes_a_building_under_a_sky_on_its_ground() -> None:
    picture, view, _ = sample_sketch(0.0)
    assert min(picture.shape[:2]) >= 512
    sky, ground = ~view.hit, parts(view, Part.GROUND)
    building, openings = parts(view, Part.BUILDING), parts(view, Part.OPENING)
    middle = np.zeros_like(building)
    middle[:, picture.shape[1] // 4 : -picture.shape[1] // 4] = True
    assert (building | openings)[middle].sum() > 0.95 * (building | openings).sum()
    assert openings.sum() > 0.05 * building.sum()
    colors = {name: picture[mask].mean(axis=0) for name, mask in {"sky": sky, "ground": ground}.items()}
    assert colors["sky"][2] > colors["sky"][0] and colors["ground"][1] > colors["ground"][2]
    assert level(picture, openings) < 0.7 * level(picture, building)


def test_the_sun_lights_the_side_of_a_sketch_that_it_stands_on() -> None:
    east, view, _ = sample_sketch(0.0)
    west, _, _ = sample_sketch(180.0)
    right = view.camera_normals()[..., 0]
    own = parts(view, Part.BUILDING)
    ratio = [level(p, own & (right > 0.3)) / level(p, own & (right < -0.3)) for p in (east, west)]
    assert ratio[0] > 1.5 * ratio[1]


def test_the_path_that_is_drawn_is_the_only_one(tmp_path: Path) -> None:
    truth, _, _ = drawn("gable-house", "front-right")
    ink = cv2.dilate((truth.edges.array > 0.5).astype(np.uint8), np.ones((2, 2), np.uint8))
    paths = []
    for name in ("bare", "path"):
        if name == "path":
            for start, end in ((510, 430), (565, 600)):
                cv2.line(ink, (start, 405), (end, SIZE.height - 1), 1, 2)
        file = tmp_path / f"{name}.png"
        cv2.imwrite(str(file), 255 - 235 * ink)
        seen = renderer().maps(RenderRequest(input=file, environment="suburb", size=SIZE)).gbuffer
        assert seen is not None
        names = np.array([element.name for element in seen.table.elements])[seen.elements.array[seen.hit]]
        paths.append({kind: int((names == kind).sum()) for kind in ("path", "paving")})
    assert paths[0]["path"] > 0, "without one, the surroundings lay it"
    assert paths[1]["path"] == 0 and paths[1]["paving"] > 10 * paths[0]["paving"]
