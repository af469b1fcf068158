"""The light set as a visitor uses it, with a worker that works when the test says so."""

from __future__ import annotations

import json
from datetime import datetime, time
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from archviz.studio import JobStore, Library, SetStore, new_id
from archviz.studio.worker import Worker
from archviz.ui import before_after
from archviz.ui.before_after import picture_url
from archviz.ui.lightsets import hours_between
from archviz.ui.texts import Texts
from tests.studio.shelf import finish_next
from tests.ui.conftest import open_page, value_of

EN = Texts("en")
ANNA = new_id()


@pytest.fixture
def page(store: JobStore) -> AppTest:
    """A page at the light set of the sample house, with a small picture."""
    page = open_page(store, lang="en", studio=ANNA)
    page.session_state["choice_size"], page.session_state["choice_steps"] = "96x64", 1
    page.session_state["set_environments"] = ["studio", "park"]
    page.session_state["set_lights"] = ["night", "noon"]
    page.button(key="open_house-glb").click().run()
    return page.button_group(key="room").set_value("lights").run()


def _said(page: AppTest) -> str:
    texts = [*page.error, *page.info, *page.caption, *page.markdown]
    return "\n".join([str(t.value) for t in texts] + [str(h.proto.body) for h in page.get("html")])


def _keys(page: AppTest, action: str) -> list[str]:
    return [str(b.key) for b in page.button if str(b.key).startswith(f"cell_{action}_")]


def _finish_all(store: JobStore) -> None:
    while store.waiting(ANNA):
        finish_next(store)


def test_a_set_is_made_and_its_grid_fills(store: JobStore, worker: Worker, page: AppTest) -> None:
    assert not page.exception and EN("lights.none") in _said(page)
    assert page.button(key="set_make").label == EN("lights.make", count=4)
    page.button(key="set_make").click().run()
    assert not page.exception
    found = SetStore(store.database).latest(ANNA, "lights")
    assert found is not None and page.query_params["set"] == found.id
    wanted = [(j.request.environment, j.request.lighting) for j in SetStore(store.database).jobs(found)]
    assert wanted == [("studio", "noon"), ("studio", "night"), ("park", "noon"), ("park", "night")]
    assert page.get("progress")[0].proto.text == EN("lights.progress", done=0, count=4)
    assert len(_keys(page, "cancel")) == 4
    assert worker.run_one() and worker.run_one(), "the view, then one picture"
    page.run()
    assert page.get("progress")[0].proto.text == EN("lights.progress", done=1, count=4)
    assert len(page.get("image")) == 1 and "sun" in _said(page)
    assert len(_keys(page, "mark")) == 1 and len(_keys(page, "cancel")) == 3


def test_six_with_one_cancelled_one_discarded_and_one_made_again(store: JobStore, page: AppTest) -> None:
    page.button_group(key="set_lights").set_value(["noon", "sunset", "night"]).run()
    page.button(key="set_make").click().run()
    page.button(key=_keys(page, "cancel")[2]).click().run()
    _finish_all(store)
    page.run()
    assert len(page.get("image")) == 5 and EN("lights.cancelled") in _said(page) and not page.get("progress")
    assert "edges 0.90" in _said(page) and "sun 30° high, azimuth 120°" in _said(page)
    page.button(key=_keys(page, "mark")[0]).click().run()
    assert len(Library(store.database).pictures(ANNA, favourites=True)) == 1 and len(_keys(page, "unmark")) == 1
    page.button(key=_keys(page, "discard")[1]).click().run()
    assert EN("lights.discarded") in _said(page) and len(Library(store.database).pictures(ANNA)) == 4
    page.button(key=_keys(page, "keep")[0]).click().run()
    assert len(Library(store.database).pictures(ANNA)) == 5
    page.button(key=_keys(page, "redo")[0]).click().run()
    (again,) = store.waiting(ANNA)
    assert (again.place, again.request.seed) == (0, 1) and len(page.get("progress")) == 1
    assert len(Library(store.database).pictures(ANNA)) == 4


def test_cancel_all(store: JobStore, page: AppTest) -> None:
    page.button(key="set_make").click().run()
    page.button(key=f"set_cancel_{page.query_params['set']}").click().run()
    assert not store.waiting(ANNA) and not page.get("progress")
    assert len(_keys(page, "redo")) == 4


def test_a_refresh_finds_the_set_and_another_visitor_does_not(store: JobStore, page: AppTest) -> None:
    page.button(key="set_make").click().run()
    _finish_all(store)
    address = {key: str(page.query_params[key]) for key in ("studio", "design", "room", "lang", "set")}
    assert len(_keys(open_page(store, **address), "mark")) == 4
    stranger = open_page(store, **{**address, "studio": new_id()})
    assert not _keys(stranger, "mark") and EN("lights.none") in _said(stranger)


def test_a_picture_is_opened_to_its_settings(store: JobStore, page: AppTest) -> None:
    page.button(key="set_make").click().run()
    _finish_all(store)
    page.run()
    page.button(key=_keys(page, "open")[3]).click().run()
    assert value_of(page, "room") == "design" and value_of(page, "choice_environment") == "park"
    assert value_of(page, "choice_lighting") == "night"


def test_two_pictures_one_over_the_other(store: JobStore, page: AppTest) -> None:
    page.button(key="set_make").click().run()
    finish_next(store)
    page.run()
    assert EN("compare.heading") not in _said(page), "one picture is not compared"
    _finish_all(store)
    page.run()
    found = str(page.query_params["set"])
    jobs = SetStore(store.database).jobs(SetStore(store.database).get(ANNA, found))  # type: ignore[arg-type]
    page.selectbox(key=f"compare_after_{found}").select(jobs[3].id).run()
    (slider,) = page.get("bidi_component")
    shown = json.loads(slider.proto.json)
    assert (shown["before_name"], shown["after_name"]) == ("Studio · Noon", "City park · Night")
    assert shown["before"].startswith("data:image/jpeg;base64,") and shown["label"] == EN("compare.drag")


def test_one_light_in_every_surroundings(store: JobStore, page: AppTest) -> None:
    page.button(key="set_make").click().run()
    _finish_all(store)
    page.run()
    found = str(page.query_params["set"])
    page.button_group(key=f"compare_way_{found}").set_value("beside").run()
    page.selectbox(key=f"compare_row_{found}").select("Night").run()
    assert not page.exception and len(page.get("image")) == 4 + 2 and "**City park**" in _said(page)


def test_the_hours_of_a_day_are_scrubbed(store: JobStore, page: AppTest) -> None:
    page.toggle(key="choice_use_sun").set_value(True).run()
    page.session_state["set_environments"] = []
    page.session_state["set_hours"] = (time(8), time(16))
    page.session_state["set_step"] = 120
    page.run()
    page.button(key="set_make").click().run()
    assert not page.exception and not page.error
    jobs = store.waiting(ANNA)
    assert [j.labels["hour"] for j in jobs] == ["08:00", "10:00", "12:00", "14:00", "16:00"]
    assert all(j.request.place is not None and j.request.lighting is None for j in jobs)
    _finish_all(store)
    page.run()
    found = str(page.query_params["set"])
    page.button_group(key=f"compare_way_{found}").set_value("day").run()
    slider = page.select_slider(key=f"compare_hour_{found}")
    assert slider.options == ["08:00", "10:00", "12:00", "14:00", "16:00"]
    slider.set_value("14:00").run()
    assert not page.exception and len(page.get("image")) == 5 + 1


def test_hours() -> None:
    first, last = datetime(2026, 6, 21, 6), datetime(2026, 6, 21, 9)
    assert [h.hour for h in hours_between(first, last, 60)] == [6, 7, 8, 9]
    assert [h.hour for h in hours_between(first, last, 120)] == [6, 8]
    assert hours_between(first, first, 60) == (first,)


def test_a_design_comes_first(store: JobStore) -> None:
    page = open_page(store, lang="en", studio=ANNA, room="lights")
    assert EN("room.needs_design") in _said(page) and not page.exception


def test_a_picture_travels_small_and_inside_the_page(tmp_path: Path) -> None:
    Image.new("RGB", (2000, 1000), "red").save(tmp_path / "a.png")
    url = picture_url(str(tmp_path / "a.png"), 0)
    import base64
    import io

    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as shown:
        assert shown.size == (1280, 640) and shown.format == "JPEG"
    script = (Path(before_after.__file__).parent / "before_after.js").read_text(encoding="utf-8")
    assert "innerHTML" not in script and "fetch" not in script, "names are text, and nothing is loaded"
