"""Light set, explore, library and queue in a real browser, with the real engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ui.browser import CHROMIUM, keep_picture, open_browser, run_studio

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]


def test_a_set_is_made_compared_and_found_again(tmp_path: Path) -> None:
    with run_studio(tmp_path / "home") as address, open_browser() as page:
        page.goto(f"{address}/?lang=en&design=sample:tube-house.glb&room=lights")
        page.get_by_role("button", name=re.compile("Make 4 pictures")).click()
        page.get_by_text(re.compile(r"\d of 4 pictures")).wait_for()
        keep_picture(page, "lights-coming")
        page.locator("[class*=st-key-cell_cancel_] button").last.click()
        page.get_by_text("cancelled", exact=True).wait_for()
        page.get_by_role("slider", name="Drag the line between the two pictures").wait_for()
        slider = page.get_by_role("slider", name="Drag the line between the two pictures")
        split = "e => getComputedStyle(e.closest('.pair').querySelector('img.after')).clipPath"
        assert "50%" in slider.evaluate(split)
        slider.focus()
        for _ in range(20):
            page.keyboard.press("ArrowLeft")
        assert "40%" in slider.evaluate(split), "the keyboard drags the line"
        box = slider.bounding_box()
        assert box is not None and box["width"] > 300 and box["height"] > 100
        slider.scroll_into_view_if_needed()
        keep_picture(page, "lights-compared")
        page.reload()
        slider.wait_for()
        page.get_by_text("Library", exact=False).first.click()
        page.get_by_role("button", name="Open with its settings").wait_for()
        keep_picture(page, "library")
        page.get_by_text("Explore", exact=False).first.click()
        page.get_by_role("button", name="Render this picture with its steps").click()
        page.get_by_text("Queue", exact=False).first.click()
        page.get_by_text(re.compile("Picture 6")).first.wait_for()
        keep_picture(page, "queue")
        page.get_by_text("Explore", exact=False).first.click()
        page.get_by_role("button", name="Film (GIF)").wait_for()
        keep_picture(page, "explore")
