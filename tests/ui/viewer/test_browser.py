"""The viewer in a real Chromium, before a real studio with the released weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.geometry import load_isolated
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.views import view_camera
from archviz.lighting import solar_position
from archviz.presets import city
from archviz.render.recipe import read_recipe
from archviz.studio import JobStore, StudioHome
from tests.ui.browser import CHROMIUM, PATIENCE_MS, keep_picture, open_browser, run_studio

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
HOUSE = Path(__file__).parents[3] / "sample_models" / "tube-house.glb"
# Finds the viewer in its component, and says whether it is at rest.
_AT_REST = """() => {
  const roots = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].map((e) => e.shadowRoot);
  const host = roots.map((root) => root?.querySelector(".viewer")).find(Boolean);
  window.viewer = host?.viewer;
  return Boolean(window.viewer?.model && window.viewer.camera && !window.viewer.moving && !window.viewer.wanted);
}"""

# What slider and sun show at once when the page draws the viewer with an hour.
_TOLD = """(now) => {
  viewer.update({ ...viewer.data, track: { ...viewer.data.track, now } }, viewer.send);
  return [Number(viewer.toolbar.hour.value), viewer.minute];
}"""

# What becomes of a drawing of the page that a newer one overtook: carried out late, then taken away late.
_OVERTAKEN = """async () => {
  const { show } = await import(new URL(viewer.data.module, document.baseURI));
  const parentElement = viewer.host.parentNode;
  const data = { ...viewer.data, since: viewer.data.since - 1, track: null };
  const leave = await show({ data, parentElement, setTriggerValue: () => {} });
  leave();
  return viewer.host.isConnected && viewer.host === parentElement.querySelector(".viewer");
}"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio") / "home"


@pytest.fixture(scope="module")
def studio(home: Path) -> Iterator[str]:
    with run_studio(home) as address:
        yield address


def _rest(page: Page) -> None:
    page.wait_for_function(_AT_REST, timeout=PATIENCE_MS)


def _camera(page: Page) -> Camera:
    return Camera.from_json(page.evaluate("viewer.camera"))


def _drag(page: Page, right: int, down: int) -> None:
    box = page.locator(".viewer canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()
    _rest(page)


def _press(page: Page, name: str) -> None:
    page.locator(f'.viewer [data-name="{name}"]').click()
    _rest(page)


def _click_element(page: Page, name: str) -> None:
    """Click where most of an element is seen around."""
    from scipy.ndimage import distance_transform_edt

    camera = _camera(page)
    row = page.evaluate("(name) => viewer.model.elements.findIndex((e) => e.name === name)", name)
    seen = np.array(page.evaluate("viewer.elementsSeen()")).reshape(camera.size.shape)
    y, x = np.unravel_index(np.argmax(distance_transform_edt(seen == row)), seen.shape)
    box = page.locator(".viewer canvas").bounding_box()
    assert box is not None
    scale = box["width"] / camera.size.width
    page.mouse.click(box["x"] + (x + 0.5) * scale, box["y"] + (y + 0.5) * scale)


def _job(home: Path, page: Page, kind: Any) -> Any:
    session = parse_qs(urlsplit(page.url).query)["studio"][0]
    jobs = JobStore(StudioHome(home)).jobs_of(session, kind=kind)
    return jobs[0] if jobs else None


def _until(page: Page, ready: Any, what: str) -> Any:
    for _ in range(PATIENCE_MS // 500):
        if found := ready():
            return found
        page.wait_for_timeout(500)
    raise AssertionError(f"waited in vain for {what}")


def test_upload_turn_use_and_render(studio: str, home: Path) -> None:
    with open_browser() as page:
        page.goto(f"{studio}/?lang=en")
        page.set_input_files("input[type=file]", HOUSE)
        _rest(page)
        keep_picture(page, "viewer-1-uploaded")
        start = _camera(page)
        scene = load_isolated(HOUSE).scene
        assert start == view_camera(scene, "front-left", Size(512, 768)), "the preset that would be rendered"
        _drag(page, 90, 30)
        turned = _camera(page)
        assert turned.position_m[2] > start.position_m[2] + 1 and turned.target_m == pytest.approx(start.target_m)
        _press(page, "straight")
        keep_picture(page, "viewer-2-turned")
        assert _camera(page).basis()[2][2] == pytest.approx(0, abs=1e-9), "the film is upright"
        shown = _camera(page)
        _press(page, "use")
        view = _until(page, lambda: (j := _job(home, page, "view")) and j.request.camera and j, "the view's job")
        points = scene.vertices_m[::97]
        used = view.request.camera
        far = np.abs(used.resized(shown.size).project(points)[0] - shown.project(points)[0]).max()
        assert far < 0.05, f"{far} pixels between what was shown and what is asked for"
        page.get_by_role("button", name="Render", exact=True).click()
        done = _until(page, lambda: (j := _job(home, page, "render")) and j.state == "done" and j, "the picture")
        recipe, _ = read_recipe(JobStore(StudioHome(home)).result_folder(done) / "picture.png")
        rendered = Camera.from_json(recipe["resolved"]["camera"])
        assert np.abs(rendered.project(points)[0] - shown.project(points)[0]).max() < 0.05
        page.get_by_text("Building kept").wait_for()
        keep_picture(page, "viewer-3-rendered")


def test_what_is_shown_is_what_is_rendered(studio: str) -> None:
    """Element by element and pixel by pixel, under shift, another lens, and in another format."""
    scene = load_isolated(HOUSE).scene
    views = [view_camera(scene, "front-right", Size(256, 384)), view_camera(scene, "aerial", Size(384, 256))]
    views.append(
        Camera(
            position_m=(7.0, -13.0, 1.6), target_m=(0.0, 0.0, 2.5), focal_mm=19, shift=(0.06, 0.2), size=Size(384, 256)
        )
    )
    with open_browser() as page:
        page.goto(f"{studio}/?lang=en&design=sample:tube-house.glb")
        _rest(page)
        for camera in views:
            page.evaluate("(camera) => { viewer.camera = camera; }", camera.to_json())
            seen = np.array(page.evaluate("viewer.elementsSeen()")).reshape(camera.size.shape)
            expected = rasterize(scene, camera).elements.array
            same = float((seen == expected).mean())
            # A picture that is half a pixel aside differs along every edge.
            aside = rasterize(scene, _aside(camera, 0.5)).elements.array
            assert same > 0.99 and same > float((seen == aside).mean()) + 0.01, f"{same:.4f} of the pixels"


def _aside(camera: Camera, pixels: float) -> Camera:
    import dataclasses

    right, up = camera.shift
    return dataclasses.replace(camera, shift=(right + pixels / camera.size.longer, up))


def test_elements_sun_walk_and_views(studio: str, home: Path) -> None:
    with open_browser(color_scheme="dark") as page:
        page.goto(f"{studio}/?lang=vi&design=sample:tube-house.glb")
        _rest(page)
        _click_element(page, "party-wall.west")
        assert page.evaluate("viewer.model.elements[viewer.selected].name") == "party-wall.west"
        material = page.get_by_role("textbox", name="Làm bằng")
        before = page.evaluate("[...viewer.palette.slice(4 * viewer.selected, 4 * viewer.selected + 3)]")
        material.fill("red brick")
        material.press("Enter")
        page.wait_for_function(
            "(b) => viewer.palette[4 * viewer.selected + 1] !== b[1]", arg=before, timeout=PATIENCE_MS
        )
        red, green, blue = page.evaluate("[...viewer.palette.slice(4 * viewer.selected, 4 * viewer.selected + 3)]")
        assert red > green + 30 > blue, "the wall is of red brick"
        view = _until(page, lambda: (j := _job(home, page, "view")) and j.request.materials and j, "the material")
        assert view.request.materials == {"party-wall.west": "red brick"}
        keep_picture(page, "viewer-4-brick-dark")
        page.get_by_text("Địa điểm và thời gian").click()
        page.get_by_text("Mặt trời thật của một nơi").click()
        page.wait_for_function("viewer.data.track !== null && viewer.minute === 510", timeout=PATIENCE_MS)
        assert page.get_by_text("Mặt trời thật của một nơi").is_visible(), "what was opened stays open"
        hour = page.locator('.viewer [data-name="hour"]')
        assert page.evaluate(_OVERTAKEN), "an older drawing of the page changes nothing, and takes nothing away"
        assert hour.is_visible()
        assert page.evaluate(_TOLD, 600) == [600, 600], "before a frame is drawn, so that a key moves it from there"
        assert page.evaluate(_TOLD, 510) == [510, 510]
        hour.evaluate("(e) => { e.value = 960; e.dispatchEvent(new Event('input')); }")
        assert page.evaluate(_TOLD, 510) == [960, 960], "what the page draws meanwhile does not take it out of the hand"
        place = city("Ho Chi Minh City").place
        from datetime import datetime

        sun = solar_position(place, datetime.fromisoformat("2025-03-21T16:00"))
        shown = SunDirection(altitude_deg=page.evaluate("viewer.sun[0]"), azimuth_deg=page.evaluate("viewer.sun[1]"))
        assert np.dot(sun.vector, shown.vector) > np.cos(np.radians(0.2)), "the sun of four in the afternoon"
        page.wait_for_timeout(500)
        lit = page.evaluate("viewer.stage.sun.position.clone().sub(viewer.stage.sun.target.position).normalize()")
        assert [lit["x"], lit["y"], lit["z"]] == pytest.approx(sun.vector, abs=5e-3), "and so do its shadows"
        hour.evaluate("(e) => e.dispatchEvent(new Event('change'))")
        view = _until(page, lambda: (j := _job(home, page, "view")) and j.request.when and j, "the hour")
        assert view.request.when.hour in (8, 16)
        _until(page, lambda: _job(home, page, "view").request.when.hour == 16, "the hour that was let go of")
        _press(page, "walk")
        page.locator(".viewer canvas").focus()
        stood = _camera(page)
        assert stood.position_m[2] == pytest.approx(1.6) and stood.basis()[2][2] == pytest.approx(0, abs=1e-9)
        page.keyboard.down("w")
        moved = "(p) => Math.hypot(viewer.camera.position_m[0] - p[0], viewer.camera.position_m[1] - p[1]) > 0.3"
        page.wait_for_function(moved, arg=list(stood.position_m), timeout=30_000)
        page.keyboard.up("w")
        walked = np.subtract(_camera(page).position_m, stood.position_m)
        assert walked @ stood.basis()[2] > 0.2 and walked[2] == pytest.approx(0, abs=1e-9)
        page.locator('.viewer [data-name="focal"]').evaluate(
            "(e) => { e.value = 50; e.dispatchEvent(new Event('input')); }"
        )
        assert _camera(page).focal_mm == 50
        _press(page, "save")
        title = page.locator('.viewer [data-name="title"]')
        title.fill("từ sân")
        title.press("Enter")
        page.wait_for_function("viewer.data.saved.length === 1", timeout=PATIENCE_MS)
        kept = _camera(page)
        page.locator('.viewer [data-name="views"]').select_option("front")
        _rest(page)
        assert _camera(page).focal_mm == 28
        page.locator('.viewer [data-name="views"]').select_option("saved:từ sân")
        _rest(page)
        assert _camera(page).position_m == pytest.approx(kept.position_m, abs=1e-4)
        keep_picture(page, "viewer-5-walk-dark")
