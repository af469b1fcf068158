"""A model put right beside the viewer, and a heat map on demand, in a real browser with the real worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.studio import HeatMaps, Job, JobStore, Library, StudioHome, new_id
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker
from tests.scripted_engine import scripted_loader
from tests.ui.browser import CHROMIUM, PATIENCE_MS, keep_picture, open_browser, run_studio

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
HOUSE = Path(__file__).parents[2] / "sample_models" / "tube-house.glb"
_AT_REST = """(count) => {
  const roots = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].map((e) => e.shadowRoot);
  const viewer = roots.map((root) => root?.querySelector(".viewer")).find(Boolean)?.viewer;
  return Boolean(viewer?.model && viewer.model.elements.length === count && !viewer.moving && !viewer.wanted);
}"""


def _until(page: Any, ready: Any, what: str) -> Any:
    for _ in range(PATIENCE_MS // 500):
        if found := ready():
            return found
        page.wait_for_timeout(500)
    raise AssertionError(f"waited in vain for {what}")


def test_an_element_is_found_called_and_left_out_and_all_follows(tmp_path: Path) -> None:
    home, session = StudioHome(tmp_path / "home").prepare(), new_id()
    store = JobStore(home)

    def view(**wanted: Any) -> Job | None:
        jobs = store.jobs_of(session, kind="view")
        fits = jobs and all(getattr(jobs[0].request, name) == value for name, value in wanted.items())
        return jobs[0] if fits else None

    with run_studio(home.folder) as address, open_browser() as page:
        page.goto(f"{address}/?lang=en&live=off&design=sample:tube-house.glb&studio={session}")
        from archviz.geometry import load_isolated

        count = len(load_isolated(HOUSE).scene.table.elements)
        page.wait_for_function(_AT_REST, arg=count, timeout=PATIENCE_MS)
        page.locator("summary", has_text="Elements").click()
        page.get_by_placeholder("part of a name, a class or a layer").fill("roof-tank.bands")
        page.keyboard.press("Enter")
        rows = page.locator("[class*=st-key-row_][class*=_choose]")
        _until(page, lambda: rows.count() == 1, "the row that is searched for")
        name = rows.first.inner_text().strip()
        assert name == "roof-tank.bands"
        rows.first.get_by_role("button").click()
        page.get_by_role("combobox", name="It is").wait_for()
        keep_picture(page, "beside-1-chosen-in-the-list")
        page.get_by_role("combobox", name="It is").click()
        page.get_by_role("option", name="Plants").click()
        _until(page, lambda: view(classes={name: "vegetation"}), "the view of the corrected model")
        page.wait_for_function(_AT_REST, arg=count, timeout=PATIENCE_MS)
        page.locator("summary", has_text="Model as read").click()
        north = page.get_by_role("spinbutton", name="True north °")
        north.fill("30")
        north.press("Enter")
        _until(page, lambda: view(north_deg=30.0), "the view with its north")
        north.scroll_into_view_if_needed()
        keep_picture(page, "beside-2-put-right")
        page.wait_for_function(_AT_REST, arg=count, timeout=PATIENCE_MS)
        _until(page, lambda: rows.count() == 1, "the row that is searched for")
        page.locator("[class*=st-key-row_][class*=_hide]").get_by_role("button").click()
        left_out = _until(page, lambda: (j := view()) is not None and j.request.hide and j, "the view without it")
        page.wait_for_function(_AT_REST, arg=count - 1, timeout=PATIENCE_MS)
        assert left_out.request.classes == {name: "vegetation"}, "one correction keeps the other"
        keep_picture(page, "beside-3-left-out")


def test_the_heat_map_comes_when_it_is_asked_for(tmp_path: Path) -> None:
    home, session = StudioHome(tmp_path / "home").prepare(), new_id()
    store = JobStore(home)
    # As the page asks for it, so that it is the picture of what is chosen.
    wanted = RenderRequest(
        input=HOUSE,
        size=Size(256, 384),
        steps=1,
        environment="studio",
        lighting="noon",
        view="front",
        surroundings="geometry",
    )
    store.submit(session, wanted)
    assert Worker(store, Executor(store, load=scripted_loader()[0])).run_one()
    (picture,) = Library(store.database).pictures(session)
    with run_studio(home.folder) as address, open_browser() as page:
        page.goto(f"{address}/?lang=en&live=off&design=sample:tube-house.glb&job={picture.id}&studio={session}")
        image = page.locator(".st-key-canvas [data-testid=stImage] img").first
        image.wait_for()
        assert image.evaluate("e => e.naturalWidth") == 384
        page.get_by_text("Heat map", exact=True).click()
        page.get_by_text("Blue: line found").wait_for()
        assert HeatMaps(store).file(picture) is not None
        _until(page, lambda: image.evaluate("e => e.naturalWidth") == 1200, "the heat map in place of the picture")
        page.get_by_text("windows and doors").or_(page.get_by_text("no door of this view")).first.wait_for()
        keep_picture(page, "beside-4-heat-map")
        page.get_by_text("Library", exact=True).first.click()
        page.get_by_role("button", name="Open with its settings").wait_for()
        page.get_by_text("Heat map", exact=True).click()
        page.get_by_text("Blue: line found").wait_for()
        keep_picture(page, "beside-5-library")
