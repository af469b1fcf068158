"""Prints how long the studio's page lets an architect wait, in a real browser with the released weights.

The first page counts from the moment the server answers; the first preview of a design from the click on
its sample, once another one was previewed before; clicks that render nothing change the language and the room.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from archviz.samples import samples
from archviz.studio import JobStore, StudioHome, thumbnail_path
from archviz.ui.texts import LANGUAGES, Texts
from tests.ui.browser import CHROMIUM, open_browser, run_studio
from tests.ui.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

_LIMITS_S = {"first page": 3.0, "click to first preview": 3.0, "click that renders nothing": 0.3}
_LOOK_MS = 30
_SAYS = "text => document.body.innerText.includes(text)"


def main() -> int:
    """Measure everything; 1 where an architect waits longer than promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.page", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of the first page and the preview, whose median counts")
    options = parser.parse_args()
    if CHROMIUM is None:
        print("there is no Chromium on this machine; install it")
        return 2
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    found: dict[str, list[float]] = {name: [] for name in _LIMITS_S}
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            home = StudioHome(Path(folder) / "home").prepare()
            store = JobStore(home)
            with run_studio(home.folder) as address, open_browser() as page:
                for name, seconds in _visit(page, address, store).items():
                    found[name] += seconds
    late = 0
    for name, limit in _LIMITS_S.items():
        median = statistics.median(found[name])
        late += median > limit
        said = " ".join(f"{seconds:.2f}" for seconds in found[name])
        print(f"{name:<28} {median:6.2f} s of {said} (under {limit:g} s: {'yes' if median <= limit else 'NO'})")
    return 1 if late else 0


def _visit(page: Page, address: str, store: JobStore) -> dict[str, list[float]]:
    """One visit: what each thing took [s]."""
    anna = Visitor(page, address, store)
    cards = page.locator("[class*=st-key-open_] button")
    page.goto("about:blank")
    first = _seconds(lambda: page.goto(f"{address}/?lang=en&studio={anna.session}"), cards.first.wait_for)
    # The gallery's pictures are painted once in a studio's life.
    thumbnails = [thumbnail_path(store.home, path) for path in samples().values()]
    anna.until(lambda: all(path.exists() for path in thumbnails), "the thumbnails")
    previews = []
    for sample in range(3):
        cards.nth(sample).wait_for()
        known = {job.id for job in store.jobs_of(anna.session, kind="preview")}
        previews.append(_seconds(cards.nth(sample).click, lambda: _see_preview(anna, known)))  # noqa: B023
        anna.button("design.change").click()
    cards.first.wait_for()
    # A design that was closed stays in the side bar for a moment.
    main, quiet = page.get_by_test_id("stMain"), []
    for language in (*LANGUAGES, *LANGUAGES, *LANGUAGES):
        said, switch = Texts(language)("start.samples"), main.get_by_role("radio", name=language.upper(), exact=True)
        quiet.append(_seconds(switch.click, lambda: page.wait_for_function(_SAYS, arg=said)))  # noqa: B023
    # Their first is the language that the page is in.
    return {"first page": [first], "click to first preview": previews[1:], "click that renders nothing": quiet[1:]}


def _see_preview(visitor: Visitor, known: set[str]) -> None:
    """Wait until the picture of a preview that is not known is on the screen."""
    while True:
        job = visitor.latest("preview")
        if job is not None and job.id not in known and job.state == "done":
            picture = Image.open(visitor.store.result_folder(job) / "picture.jpg").convert("RGB")
            if visitor.shows(picture):
                return
        visitor.page.wait_for_timeout(_LOOK_MS)


def _seconds(act: Callable[[], object], seen: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    seen()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
