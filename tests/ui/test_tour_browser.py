"""From the gallery to a set for the client, with a look at each room: what the documentation's page of the app shows.

``ARCHVIZ_APP_PICTURES=docs/app python -m pytest tests/ui/test_tour_browser.py`` makes its pictures anew, in full size.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archviz.core.size import Size
from archviz.samples import samples
from archviz.studio import JobStore, SetStore, StudioHome
from archviz.ui.texts import Texts
from tests.ui.browser import CHROMIUM, open_browser, run_studio
from tests.ui.visitor import SMALL, Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
_SHOWN = os.environ.get("ARCHVIZ_APP_PICTURES")
_PICTURE = Size(height=512, width=768) if _SHOWN else SMALL
_AT_REST = """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
  .map((e) => e.shadowRoot?.querySelector(".viewer")?.viewer).some((v) => v?.model && v.camera && !v.wanted)"""

_BRIGHTNESS = """() => Math.max(...getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor
  .match(/[0-9]+/g).slice(0, 3).map(Number))"""


def test_from_the_gallery_to_a_set_for_the_client(tmp_path: Path) -> None:
    store = JobStore(StudioHome(tmp_path / "home").prepare())
    with run_studio(store.home.folder) as address, open_browser() as page:
        anna = Visitor(page, address, store).come(size=_PICTURE, steps=None, environment="tropical-garden")
        anna.until(lambda: len(anna.pictures()) == len(samples()), "a thumbnail of each sample")
        anna.button("start.words_button").wait_for()
        anna.show("start")
        anna.button("start.open", name="Tube house").click()
        page.wait_for_function(_AT_REST)
        anna.until(lambda: (j := anna.latest("view")) and not j.active, "the view")
        anna.until(anna.pictures, "the view on the screen")
        anna.show("model")
        assert anna.render().request.size == _PICTURE
        anna.show("picture")
        anna.enter("lights")
        anna.button("lights.make", count=4).click()
        anna.until(lambda: anna.asked("set") and not store.waiting(anna.session), "the end of the set")
        slider = page.get_by_role("slider", name=anna.t("compare.drag"))
        slider.wait_for()
        made = SetStore(store.database).get(anna.session, anna.asked("set"))
        assert made is not None and [job.state for job in SetStore(store.database).jobs(made)] == ["done"] * 4
        anna.until(lambda: len(anna.pictures()) >= 4, "four pictures")
        anna.show("light-set")
        slider.focus()
        slider.scroll_into_view_if_needed()
        anna.show("compare")
        anna.enter("library")
        anna.until(lambda: len(anna.pictures()) >= 5, "all pictures in the library")
        anna.show("library")
        page.emulate_media(color_scheme="dark")
        page.get_by_role("radio", name="VI").click()
        anna.t = Texts("vi")
        anna.enter("design")
        anna.button("render.button").wait_for()
        page.get_by_role("radio", name=anna.t("stage.picture")).click()
        anna.until(anna.pictures, "a picture")
        assert anna.asked("lang") == "vi" and page.evaluate(_BRIGHTNESS) < 60, "in Vietnamese, light on dark"
        anna.show("vietnamese-dark")
