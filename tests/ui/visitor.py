"""A visitor at the studio in a browser: finds everything by the words of the catalogue, and waits for what it sees."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from PIL import Image

from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.samples import sample_path
from archviz.studio import Job, JobStore, new_id
from archviz.ui.texts import Language, Texts
from tests.ui.browser import PATIENCE_MS, keep_picture

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["LARGE", "SMALL", "Visitor", "quick_request"]

Found = TypeVar("Found")
# Of the pictures of a test: what is tested is the way to them.
SMALL = Size(height=128, width=192)
# Of those that something is done to while they are painted.
LARGE = Size(height=384, width=384)
# A folder of the documentation.
_SHOWN = "ARCHVIZ_APP_PICTURES"
_LOOK_MS = 200
_ON_SCREEN = """images => images.filter((e) => e.complete && e.naturalWidth > 0 && e.getBoundingClientRect().width > 0)
  .map((e) => e.currentSrc).filter((url) => url.startsWith("http"))"""


def quick_request(*, size: Size = SMALL, steps: int | None = 2, environment: str = "studio") -> RenderRequest:
    """A sample in surroundings that take no time."""
    house = sample_path("tube-house.glb")
    return RenderRequest(
        input=house, view="front-left", environment=environment, lighting="morning", size=size, steps=steps
    )


class Visitor:
    """One visitor.

    Parameters
    ----------
    page
        Of the browser.
    address
        Of the studio.
    store
        Of the studio, to see what became of what was clicked.
    language
        Of the page.
    """

    def __init__(self, page: Page, address: str, store: JobStore, *, language: Language = "en") -> None:
        self.page, self.address, self.store = page, address, store
        self.session = new_id()
        self.t = Texts(language)

    def come(
        self,
        *,
        live: bool = False,
        size: Size = SMALL,
        steps: int | None = 2,
        environment: str = "studio",
        **query: str,
    ) -> Visitor:
        """Open the page with choices for quick pictures, as one does who goes back to an earlier picture."""
        job = self.store.submit(self.session, quick_request(size=size, steps=steps, environment=environment))
        self.store.cancel(self.session, job.id)
        asked = {"lang": self.t.language, "studio": self.session, "job": job.id, **query}
        self.page.goto(f"{self.address}/?{urlencode(asked if live else {**asked, 'live': 'off'})}")
        return self

    def until(self, ready: Callable[[], Found | None], what: str) -> Found:
        """Wait until something is so."""
        for _ in range(PATIENCE_MS // _LOOK_MS):
            if found := ready():
                return found
            self.page.wait_for_timeout(_LOOK_MS)
        raise AssertionError(f"waited in vain for {what}")

    def upload(self, *files: Path | tuple[str, bytes]) -> None:
        """Give files to the start page."""
        given: list[Any] = [
            file if isinstance(file, Path) else {"name": file[0], "mimeType": "", "buffer": file[1]} for file in files
        ]
        self.page.get_by_text(self.t("start.upload"), exact=True).wait_for()
        # Not the one for a new version, at the left, which stays for a moment when a design is closed.
        self.page.get_by_test_id("stMain").locator("input[type=file]").set_input_files(given)

    def button(self, key: str, **fields: object) -> Locator:
        """The button of a text."""
        return self.page.get_by_role("button", name=self.t(key, **fields), exact=True)

    def enter(self, room: str) -> None:
        """Go to a room of the page."""
        self.page.get_by_role("radio", name=self.t(f"room.{room}")).click()

    def asked(self, name: str) -> str | None:
        """What the page's address holds."""
        return parse_qs(urlsplit(self.page.url).query).get(name, [None])[0]

    def latest(self, kind: Any = "render") -> Job | None:
        """The job that was asked for last."""
        return next(iter(self.store.jobs_of(self.session, kind=kind)), None)

    def render(self) -> Job:
        """Press the button and wait until the very picture that was made is on the screen."""
        known = {job.id for job in self.store.jobs_of(self.session)}
        self.button("render.button").click()
        return self.see(self.until(lambda: (j := self.latest()) and j.id not in known and j, "a job"))

    def see(self, job: Job) -> Job:
        """Wait until a picture is finished and on the screen."""
        done = self.until(
            lambda: (j := self.store.get(self.session, job.id)) and not j.active and j, f"the end of {job.number}"
        )
        assert done.state == "done", done.error
        made = Image.open(self.store.result_folder(done) / "picture.png").convert("RGB")
        self.page.get_by_role("tab", name=self.t("tab.picture"), exact=True).wait_for()
        self.until(lambda: self.shows(made), "the picture on the screen")
        return done

    def shows(self, picture: Image.Image) -> bool:
        """Whether one of the pictures on the screen is this one, pixel by pixel."""
        return any(shown.size == picture.size and shown.tobytes() == picture.tobytes() for shown in self.pictures())

    def pictures(self, place: str = "[data-testid=stMain]") -> list[Image.Image]:
        """The pictures that are seen in a part of the page."""
        found = []
        for url in self.page.locator(f"{place} [data-testid=stImage] img").evaluate_all(_ON_SCREEN):
            answer = self.page.request.get(url)
            # What was drawn anew meanwhile is gone, and a dial is no picture of pixels.
            if answer.ok and "svg" not in answer.headers["content-type"]:
                found.append(Image.open(io.BytesIO(answer.body())).convert("RGB"))
        return found

    def keep(self, name: str) -> None:
        """Keep what is seen, for whoever looks at a run of the tests."""
        keep_picture(self.page, name)

    def show(self, name: str) -> None:
        """Keep what is seen, and show it in the documentation where that is being made."""
        self.keep(f"tour-{name}")
        if folder := os.environ.get(_SHOWN):
            screen = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
            # As many colours as a palette holds: a third of the bytes, and the eye finds no difference.
            screen.quantize(256).save(Path(folder) / f"{name}.png", optimize=True)
