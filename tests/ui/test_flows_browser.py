"""What an architect does in the studio, in a real browser with the released weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.presets import lightings
from archviz.studio import JobStore, SetStore, StudioHome
from archviz.ui.texts import Texts
from tests.ui.browser import CHROMIUM, open_browser, open_browsers, run_studio
from tests.ui.kinds import HOSTILE, KINDS, write_kind
from tests.ui.visitor import LARGE, SMALL, Visitor, quick_request

EN = Texts("en")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> JobStore:
    return JobStore(StudioHome(tmp_path_factory.mktemp("studio") / "home").prepare())


@pytest.fixture(scope="module")
def studio(store: JobStore) -> Iterator[str]:
    with run_studio(store.home.folder) as address:
        yield address


def test_each_kind_of_upload_becomes_a_picture(studio: str, store: JobStore, tmp_path: Path) -> None:
    with open_browser() as page:
        anna = Visitor(page, studio, store).come()
        page.get_by_text(anna.t("start.upload"), exact=True).wait_for()
        anna.keep("flow-1-start")
        for kind in KINDS:
            path = write_kind(tmp_path, kind)
            anna.upload(path)
            page.get_by_text(path.name, exact=True).wait_for()
            done = anna.render()
            assert done.request.input is not None and done.request.input.name == path.name, kind
            assert done.request.size == SMALL and done.request.steps == 2, (
                "the choices stay from one design to the next"
            )
            anna.keep(f"flow-2-{kind}")
            anna.button("design.change").click()


def test_the_sun_is_moved_and_the_preview_follows(studio: str, store: JobStore) -> None:
    with open_browser() as page:
        anna = Visitor(page, studio, store).come(live=True, design="sample:tube-house.glb")
        page.get_by_role("radio", name=anna.t("stage.model")).click()
        page.get_by_text(anna.t("choice.sun"), exact=True).click()
        page.get_by_text(anna.t("choice.use_sun"), exact=True).click()
        hour = page.locator('.viewer [data-name="hour"]')
        hour.wait_for()
        seen = {}
        for key, when in (("Home", "sunrise"), ("End", "sunset"), ("PageDown", "before it")):
            hour.focus()
            page.keyboard.press(key)
            minute = int(hour.input_value())
            job = anna.until(
                lambda m=minute: (  # type: ignore[misc]
                    (j := anna.latest("preview"))
                    and j.state == "done"
                    and j.request.when
                    and 60 * j.request.when.hour + j.request.when.minute == m
                    and j
                ),
                f"the preview of {when}",
            )
            painted = Image.open(store.result_folder(job) / "picture.jpg").convert("RGB")
            anna.until(lambda p=painted: anna.shows(p), f"the preview of {when} on the screen")  # type: ignore[misc]
            seen[minute] = np.asarray(painted, dtype=float)
            anna.keep(f"flow-10-sun-{when}")
        assert len(seen) == 3
        # Sunrise and sunset may look alike; the hours before the sunset do not.
        first, last, before = seen.values()
        assert min(np.abs(before - other).mean() for other in (first, last)) > 8, "low and high sun are not one picture"


def test_a_light_set_of_six_with_one_cancelled(studio: str, store: JobStore) -> None:
    with open_browsers(2) as (page, other):
        anna, bert = Visitor(page, studio, store), Visitor(other, studio, store)
        # Someone else's long pictures hold the worker, so that the set waits as long as it takes to cancel one.
        for _ in range(20):
            store.submit(bert.session, quick_request(size=LARGE, steps=50))
        anna.come(design="sample:tube-house.glb", room="lights")
        for lighting in ("sunset", "night"):
            page.get_by_role("button", name=anna.t.own_name(lightings()[lighting]), exact=True).last.click()
        anna.button("lights.make", count=6).click()
        cells = page.locator("[class*=st-key-cell_cancel_]")
        anna.until(lambda: cells.count() == 6, "six pictures that can be cancelled")
        anna.keep("flow-3-set-waiting")
        cells.nth(4).get_by_role("button").first.click()
        page.get_by_text(anna.t("lights.cancelled"), exact=True).wait_for()
        store.cancel_all(bert.session)
        anna.until(lambda: not store.waiting(anna.session), "the end of the set")
        page.get_by_text(anna.t("compare.heading"), exact=True).first.wait_for()
        anna.until(lambda: len(anna.pictures()) >= 5, "five pictures")
        found = SetStore(store.database).get(anna.session, anna.asked("set"))
        assert found is not None
        jobs = SetStore(store.database).jobs(found)
        assert [job.state for job in jobs] == ["done"] * 4 + ["cancelled", "done"]
        assert len({job.request.lighting for job in jobs}) == 6
        page.get_by_text(anna.t("lights.cancelled"), exact=True).scroll_into_view_if_needed()
        anna.keep("flow-4-set-with-one-cancelled")


def test_a_refresh_in_the_middle_finds_the_picture_finished(studio: str, store: JobStore) -> None:
    with open_browser() as page:
        anna = Visitor(page, studio, store).come(design="sample:tube-house.glb", size=LARGE, steps=50)
        anna.button("render.button").click()
        job = anna.until(lambda: (j := anna.latest()) and j.step > 1 and j, "the first steps")
        page.reload(wait_until="commit")
        now = store.get(anna.session, job.id)
        assert now is not None and now.state == "running", "in the middle"
        page.get_by_role("progressbar").wait_for()
        anna.keep("flow-5-after-the-refresh")
        assert anna.asked("job") == job.id
        done = anna.see(job)
        assert done.tries == 1 and len([j for j in store.jobs_of(anna.session) if j.state == "done"]) == 1
        anna.keep("flow-6-finished")


def test_two_visitors_never_see_each_other(studio: str, store: JobStore) -> None:
    with open_browsers(2) as pages:
        anna, bert = (Visitor(page, studio, store) for page in pages)
        for visitor, design in ((anna, "tube-house.glb"), (bert, "gable-house.gltf")):
            visitor.come(design=f"sample:{design}")
        made = []
        for visitor in (anna, bert):
            visitor.button("render.button").click()
        for visitor in (anna, bert):
            job = visitor.until(lambda v=visitor: (j := v.latest()) and j.state != "cancelled" and j, "a job")  # type: ignore[misc]
            made.append(visitor.see(job))
        for visitor, own, other in ((anna, *made), (bert, *made[::-1])):
            visitor.enter("library")
            theirs = [Image.open(store.result_folder(job) / "thumbnail.jpg").convert("RGB") for job in (own, other)]
            visitor.until(lambda v=visitor, p=theirs: v.shows(p[0]), "the own picture")  # type: ignore[misc]
            theirs.append(Image.open(store.result_folder(other) / "picture.png").convert("RGB"))
            assert not any(visitor.shows(picture) for picture in theirs[1:])
            visitor.keep(f"flow-7-{'anna' if visitor is anna else 'bert'}")
            # Not even who learns a picture's id, or the design's, has it.
            visitor.page.goto(f"{studio}/?lang=en&studio={visitor.session}&job={other.id}&live=off&design=text")
            visitor.button("design.change").wait_for()
            assert not visitor.page.get_by_role("tab", name=visitor.t("tab.depth")).count()


def test_the_language_is_switched_and_everything_stays(studio: str, store: JobStore) -> None:
    with open_browser() as page:
        anna = Visitor(page, studio, store).come(design="sample:tube-house.glb", size=LARGE, steps=50)
        anna.button("render.button").click()
        anna.until(lambda: (j := anna.latest()) and j.state == "running", "the picture's begin")
        page.get_by_role("radio", name="VI").click()
        anna.t = Texts("vi")
        anna.button("render.button").wait_for()
        job = anna.latest()
        assert job is not None and anna.asked("job") == job.id and anna.asked("lang") == "vi"
        assert anna.see(job).tries == 1, "nothing was begun again"
        english = [
            t for key in ("render.button", "choice.environment", "fact.kept", "history.heading") if (t := EN(key))
        ]
        seen = page.locator("[data-testid=stApp]").inner_text()
        assert not [text for text in english if text in seen] and anna.t("fact.kept").upper() in seen.upper()
        anna.keep("flow-8-vietnamese")


def test_a_hostile_upload_is_refused_in_words(studio: str, store: JobStore, tmp_path: Path) -> None:
    with open_browser() as page:
        anna = Visitor(page, studio, store).come()
        for name, (data, said) in HOSTILE.items():
            anna.upload((name, data))
            alert = page.get_by_role("alert").filter(has_text=said)
            alert.wait_for()
            text = alert.inner_text()
            assert "Traceback" not in text and str(store.home.folder) not in text, text
            anna.keep(f"flow-9-refused-{name}")
            if anna.asked("design") is not None:
                # What a glance does not tell, the reader does, beside the model that is not shown.
                anna.button("design.change").click()
        assert not page.locator("img[src=x]").count(), "a name is text"
        anna.upload(write_kind(tmp_path, "model"))
        page.get_by_text("house.glb", exact=True).wait_for()
        anna.button("render.button").wait_for()
        assert anna.asked("design") is not None, "and the next file is welcome"
