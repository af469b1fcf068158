"""The live preview: painted with every choice, one at a time, and gone with the next."""

from __future__ import annotations

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from archviz.studio import JobStore, preview_request, view_request
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker
from archviz.ui.texts import Texts
from tests.scripted_engine import scripted_loader
from tests.ui.conftest import open_page

EN = Texts("en")


def _session(page: AppTest) -> str:
    return str(page.query_params["studio"])


def _captions(page: AppTest) -> str:
    return "\n".join(str(c.value) for c in page.caption)


def _previews(store: JobStore, page: AppTest) -> list[str]:
    return [job.state for job in store.jobs_of(_session(page), kind="preview")]


@pytest.fixture
def page(store: JobStore) -> AppTest:
    """The sample house, previewed."""
    page = open_page(store, lang="en", live="on")
    page.session_state["choice_size"] = "96x64"
    page.session_state["choice_environment"] = "studio"
    return page.button(key="open_house-glb").click().run()


def test_a_choice_paints_a_preview_and_drops_the_older_one(store: JobStore, worker: Worker, page: AppTest) -> None:
    page.button_group(key="choice_lighting").set_value("noon").run()
    assert _previews(store, page) == ["queued", "cancelled"]
    assert worker.run_one(), "the view comes first"
    page.run()
    assert EN("view_hint.model") in _captions(page) and len(page.get("image")) == 1, "the light answers at once"
    assert worker.run_one() and not worker.run_one()
    page.run()
    assert not page.exception and "Live preview, " in _captions(page) and len(page.get("image")) == 1
    assert EN("view_hint.model") not in _captions(page)
    assert store.jobs_of(_session(page)) == [], "a preview is no picture of the history"


def test_the_last_preview_alone_is_kept(store: JobStore, worker: Worker, page: AppTest) -> None:
    while worker.run_one():
        pass
    (first,) = store.jobs_of(_session(page), kind="preview")
    assert (store.result_folder(first) / "picture.jpg").exists()
    page.selectbox(key="choice_view").select("aerial").run()
    while worker.run_one():
        pass
    (last,) = store.jobs_of(_session(page), kind="preview")
    assert last.request.view == "aerial" and last.state == "done"
    assert not store.result_folder(first).exists() and (store.result_folder(last) / "picture.jpg").exists()


def test_the_switch(store: JobStore, worker: Worker, page: AppTest) -> None:
    page.toggle(key="live").set_value(False).run()
    assert _previews(store, page) == ["cancelled"] and page.query_params["live"] == "off"
    page.button_group(key="choice_lighting").set_value("noon").run()
    assert _previews(store, page) == ["cancelled"]
    assert worker.run_one() and not worker.run_one()
    page.run()
    assert EN("view_hint.model") in _captions(page)
    page.toggle(key="live").set_value(True).run()
    assert _previews(store, page) == ["queued", "cancelled"]


def test_render_takes_the_place_of_the_preview(store: JobStore, worker: Worker, page: AppTest) -> None:
    page.button(key="render").click().run()
    assert _previews(store, page) == ["cancelled"]
    while worker.run_one():
        pass
    page.run()
    assert page.tabs and "live" not in {toggle.key for toggle in page.toggle}
    page.button_group(key="choice_lighting").set_value("night").run()
    assert _previews(store, page)[0] == "queued", "further choices are previewed again"


def test_a_preview_is_painted_between_the_steps_of_a_picture(store: JobStore, page: AppTest) -> None:
    """A full render of many steps is under way; another choice is seen before it ends."""
    session = _session(page)
    seen: list[tuple[str, int]] = []

    class Watching(Executor):
        def execute(self, job, **options):  # type: ignore[no-untyped-def]
            if job.kind == "preview":
                (render,) = store.jobs_of(session)
                seen.append((render.state, render.step))
            super().execute(job, **options)

    load, loaded = scripted_loader()
    worker = Worker(store, Watching(store, load=load))
    while worker.run_one():
        pass
    seen.clear()
    page.button(key="render").click().run()
    job = store.claim()
    assert job is not None and job.kind == "render"
    page.button_group(key="choice_lighting").set_value("noon").run()
    assert page.button(key="cancel")
    worker.carry_out(job)
    assert seen == [("running", 1)] and _previews(store, page) == ["done"]
    assert store.jobs_of(session)[0].state == "done"
    assert len({id(engine) for engine in loaded}) == 1


def test_a_preview_is_the_views_maps_with_the_words(page: AppTest, store: JobStore) -> None:
    (job,) = store.jobs_of(_session(page), kind="preview")
    asked = dataclasses.replace(job.request, prompt="red tiles", steps=32, size=None, min_fidelity=0.5, author="x")
    preview, view = preview_request(asked), view_request(asked)
    assert (preview.size, preview.seed, preview.materials) == (view.size, view.seed, view.materials)
    assert preview.prompt == "red tiles" and preview.steps == 4 and preview.min_fidelity is None
    assert preview_request(dataclasses.replace(asked, steps=2)).steps == 2


def test_maps_are_made_once_and_nothing_is_scored(store: JobStore, worker: Worker, page: AppTest) -> None:
    while worker.run_one():
        pass
    made = worker.executor.renderer.shelf.made
    assert (made["view"], made["light"], made["occlusion"], made["wireframe"]) == (1, 1, 1, 0)
    page.button_group(key="choice_lighting").set_value("noon").run()
    while worker.run_one():
        pass
    assert (made["view"], made["light"], made["occlusion"], made["openings"]) == (1, 2, 1, 0)
    page.text_area(key="choice_materials").input("* = red brick").run()
    while worker.run_one():
        pass
    assert made["scene"] == 2 and made["around"] == 1, "other walls do not plant other trees"
