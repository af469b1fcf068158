"""Fidelity, sun and heat map under a picture, in each place that shows one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from archviz.studio import HeatMaps, JobStore, Library, Picture, new_id
from archviz.studio.heat_maps import heat_map_path
from archviz.studio.worker import Worker
from archviz.ui.texts import Texts
from tests.studio.shelf import finish_next
from tests.ui.conftest import open_page

EN, VI = Texts("en"), Texts("vi")
ANNA = new_id()
FOUND = {"found": 3, "weak": 1, "missing": 2, "too_small": 0, "hidden": 0, "not_judged": 0}
LACKING = {"edge_recall": 0.5, "openings_summary": FOUND | {"names_missing": ["Window *left*", "Door"]}}


@pytest.fixture
def page(store: JobStore) -> AppTest:
    """A page at the sample house, with a small picture."""
    page = open_page(store, lang="en", studio=ANNA)
    page.session_state["choice_size"], page.session_state["choice_steps"] = "96x64", 1
    page.session_state["choice_environment"] = "studio"
    return page.button(key="open_house-glb").click().run()


def _work(worker: Worker) -> None:
    while worker.run_one():
        pass


def _said(page: AppTest) -> str:
    return "\n".join(str(t.value) for t in [*page.error, *page.warning, *page.info, *page.caption, *page.markdown])


def _pictures(store: JobStore) -> list[Picture]:
    return Library(store.database).pictures(ANNA)


def _finish(store: JobStore, **summary: Any) -> Picture:
    """A picture with a recipe that names its pixels, and a heat map that is there already."""
    while store.claim(quick=True):
        pass
    job = finish_next(store, **summary)
    with store.database.write() as db:
        recipe = json.dumps({"pixels_sha256": "ab" * 32, "resolved": {}})
        db.execute("UPDATE pictures SET recipe_json = ? WHERE id = ?", (recipe, job.id))
    Image.new("RGB", (60, 40)).save(heat_map_path(store.home, job.id, "ab" * 32))
    (picture,) = [p for p in _pictures(store) if p.id == job.id]
    return picture


def test_the_picture_room_has_it_made_and_shows_it(store: JobStore, worker: Worker, page: AppTest) -> None:
    page.button(key="render").click().run()
    _work(worker)
    page.run()
    (picture,) = _pictures(store)
    key = f"heat_room_{picture.number}"
    assert HeatMaps(store).job(ANNA, picture) is None, "nothing is made that nobody asked for"
    page.toggle(key=key).set_value(True).run()
    assert not page.exception and EN("heat.coming") in _said(page)
    assert EN("heat.legend") not in _said(page)
    _work(worker)
    page.run()
    assert not page.exception and EN("heat.legend") in _said(page) and EN("heat.coming") not in _said(page)
    page.toggle(key=key).set_value(False).run()
    assert EN("heat.legend") not in _said(page)
    assert HeatMaps(store).file(picture) is not None, "it is kept"
    page.toggle(key=key).set_value(True).run()
    assert EN("heat.legend") in _said(page) and not worker.run_one(), "and not made again"


def test_turned_off_nobody_waits_for_it(store: JobStore, worker: Worker, page: AppTest) -> None:
    page.button(key="render").click().run()
    _work(worker)
    page.run()
    (picture,) = _pictures(store)
    page.toggle(key=f"heat_room_{picture.number}").set_value(True).run()
    page.toggle(key=f"heat_room_{picture.number}").set_value(False).run()
    job = HeatMaps(store).job(ANNA, picture)
    assert job is not None and job.state == "cancelled" and not worker.run_one()


def test_one_that_cannot_be_made_is_said_and_can_be_asked_for_again(
    store: JobStore, worker: Worker, page: AppTest
) -> None:
    page.button(key="render").click().run()
    _work(worker)
    page.run()
    (picture,) = _pictures(store)
    kept = store.home.results / picture.id / "recipe.json"
    recipe = kept.read_text(encoding="utf-8")
    kept.write_text("{}", encoding="utf-8")
    page.toggle(key=f"heat_room_{picture.number}").set_value(True).run()
    _work(worker)
    page.run()
    assert "There is no heat map" in _said(page) and "render it again" in _said(page)
    kept.write_text(recipe, encoding="utf-8")
    page.button(key=f"heat_again_room_{picture.number}").click().run()
    assert EN("heat.coming") in _said(page)
    _work(worker)
    page.run()
    assert EN("heat.legend") in _said(page)


def test_the_light_set_shows_it_in_its_cell(store: JobStore, page: AppTest) -> None:
    page.session_state["set_environments"] = ["studio"]
    page.session_state["set_lights"] = ["night", "noon"]
    page.button_group(key="room").set_value("lights").run()
    page.button(key="set_make").click().run()
    noon, night = _finish(store, fidelity=LACKING), _finish(store)
    page.run()
    assert "edges 0.50" in _said(page) and "sun 30° high" in _said(page)
    page.button(key=f"cell_heat_{noon.number}").click().run()
    assert not page.exception and _said(page).count(EN("heat.legend")) == 1
    assert EN("heat.missing", missing=2, count=6) in _said(page), "what is missing is named"
    assert "- Window \\*left\\*\n- Door" in _said(page)
    page.button(key=f"cell_heat_{night.number}").click().run()
    assert _said(page).count(EN("heat.legend")) == 2, "each picture has its own"
    page.button(key=f"cell_cool_{noon.number}").click().run()
    assert _said(page).count(EN("heat.legend")) == 1 and EN("heat.missing", missing=2, count=6) not in _said(page)


def test_a_cell_waits_for_its_heat_map(store: JobStore, worker: Worker, page: AppTest) -> None:
    page.session_state["set_environments"] = ["studio"]
    page.session_state["set_lights"] = ["noon"]
    page.button_group(key="room").set_value("lights").run()
    page.button(key="set_make").click().run()
    _work(worker)
    page.run()
    (picture,) = _pictures(store)
    page.button(key=f"cell_heat_{picture.number}").click().run()
    assert EN("heat.coming") in _said(page)
    _work(worker)
    page.run()
    assert not page.exception and EN("heat.legend") in _said(page)


def test_the_library_shows_it_with_fidelity_and_sun(store: JobStore, page: AppTest) -> None:
    page.button(key="render").click().run()
    kept = {"edge_recall": 0.9, "openings_summary": FOUND | {"names_missing": []}}
    picture = _finish(store, fidelity=kept)
    page.button_group(key="room").set_value("library").run()
    assert "edges 0.90 · sun 30° high, azimuth 120°" in _said(page)
    page.toggle(key=f"heat_library_{picture.number}").set_value(True).run()
    assert EN("heat.all_there", count=6) in _said(page) and not page.exception
    again = open_page(store, lang="vi", studio=ANNA, room="library")
    again.toggle(key=f"heat_library_{picture.number}").set_value(True).run()
    assert VI("heat.all_there", count=6) in _said(again) and VI("heat.legend") in _said(again)


def test_where_no_opening_could_be_judged_none_is_said_to_be_there(store: JobStore, page: AppTest) -> None:
    page.button(key="render").click().run()
    counts = {**FOUND, "found": 0, "weak": 0, "missing": 0, "too_small": 6, "names_missing": []}
    picture = _finish(store, fidelity={"edge_recall": 0.9, "openings_summary": counts})
    page.button_group(key="room").set_value("library").run()
    page.toggle(key=f"heat_library_{picture.number}").set_value(True).run()
    assert EN("heat.too_small") in _said(page) and EN("heat.all_there", count=0) not in _said(page)


def test_why_openings_were_not_judged_is_said(store: JobStore, page: AppTest) -> None:
    page.button(key="render").click().run()
    picture = _finish(store, fidelity={"edge_recall": None, "reasons": {"openings": "no openings were given"}})
    page.button_group(key="room").set_value("library").run()
    page.toggle(key=f"heat_library_{picture.number}").set_value(True).run()
    assert EN("heat.unjudged", reason="no openings were given") in _said(page)


def test_words_alone_have_none(store: JobStore, worker: Worker) -> None:
    page = open_page(store, lang="en", studio=ANNA)
    page.session_state["choice_size"], page.session_state["choice_steps"] = "96x64", 1
    page.button(key="start_words").click().run()
    page.session_state["choice_environment"] = "studio"
    page.text_area(key="choice_prompt").input("snow").run()
    page.button(key="render").click().run()
    _work(worker)
    page.run()
    (picture,) = _pictures(store)
    assert page.button_group(key="room").value == "design"
    assert f"heat_room_{picture.number}" not in {str(toggle.key) for toggle in page.toggle}
