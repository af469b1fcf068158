"""A finished light set compared by the slider, and found in the library, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from archviz.render import RenderRequest
from archviz.studio import JobStore, SetStore, StudioHome, light_set_cells, new_id
from archviz.studio.set_members import LightSet
from tests.studio.shelf import finish_next
from tests.ui.browser import CHROMIUM, keep_picture, open_browser, run_studio

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
HOUSE = Path(__file__).parents[2] / "sample_models" / "tube-house.glb"
_SPLIT = "e => getComputedStyle(e.closest('.pair').querySelector('img.after')).clipPath"


def test_the_slider_is_dragged_by_the_keyboard_and_the_library_has_the_set(tmp_path: Path) -> None:
    home, session = StudioHome(tmp_path / "home").prepare(), new_id()
    store = JobStore(home)
    base = RenderRequest(input=HOUSE, view="front-left")
    lights = LightSet(base=base, environments=("park", "snow"), lightings=("noon", "night"))
    SetStore(store.database).submit(session, light_set_cells(lights), kind="lights")
    while store.waiting(session):
        finish_next(store)
    with run_studio(home.folder) as address, open_browser() as page:
        page.goto(f"{address}/?lang=en&design=sample:tube-house.glb&room=lights&studio={session}")
        slider = page.get_by_role("slider", name="Drag the line between the two pictures")
        slider.wait_for()
        assert "50%" in slider.evaluate(_SPLIT)
        slider.focus()
        for _ in range(20):
            page.keyboard.press("ArrowLeft")
        assert "40%" in slider.evaluate(_SPLIT)
        slider.scroll_into_view_if_needed()
        keep_picture(page, "lights-compared")
        page.get_by_role("radio", name="Library").or_(page.get_by_text("Library", exact=True)).first.click()
        page.get_by_role("button", name="Open with its settings").wait_for()
        cards = page.locator("[class*=st-key-card_past_][class*=_library_] img")
        cards.nth(3).wait_for()
        assert cards.count() == 4
        keep_picture(page, "library")
