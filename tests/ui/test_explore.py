"""Explore as a visitor uses it."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from archviz.studio import JobStore, SetStore, new_id
from archviz.studio.step_film import StepFilm
from archviz.ui.texts import Texts
from tests.studio.shelf import finish_next
from tests.ui.conftest import open_page, value_of

EN = Texts("en")
ANNA = new_id()


@pytest.fixture
def page(store: JobStore) -> AppTest:
    page = open_page(store, lang="en", studio=ANNA)
    page.session_state["choice_size"], page.session_state["choice_steps"] = "96x64", 1
    page.button(key="open_house-glb").click().run()
    return page.button_group(key="room").set_value("explore").run()


def _said(page: AppTest) -> str:
    return "\n".join(str(t.value) for t in [*page.error, *page.info, *page.caption, *page.markdown])


def test_a_grid_over_two_settings(store: JobStore, page: AppTest) -> None:
    assert not page.exception and EN("explore.none") in _said(page)
    page.text_input(key="explore_rows_seed").input("3, 4").run()
    page.selectbox(key="explore_columns").select("control").run()
    page.text_input(key="explore_columns_control").input("0.5, 1").run()
    page.button(key="explore_make").click().run()
    assert not page.exception and not page.error
    found = SetStore(store.database).latest(ANNA, "grid")
    assert found is not None and page.query_params["grid"] == found.id
    jobs = SetStore(store.database).jobs(found)
    assert [(j.request.seed, dict(j.request.control_scales)) for j in jobs] == [
        (3, {"stack": 0.5}), (3, {}), (4, {"stack": 0.5}), (4, {}),
    ]  # fmt: skip
    assert not any(j.film for j in jobs)
    while store.waiting(ANNA):
        finish_next(store)
    page.run()
    assert "Seed 3 · Hold 0.5" in _said(page) and len(page.get("bidi_component")) == 1
    page.button(key=f"cell_open_{jobs[2].number}").click().run()
    assert value_of(page, "choice_control") == 0.5 and value_of(page, "choice_seed") == 4
    page.button(key="render").click().run()
    assert store.waiting(ANNA)[0].request == jobs[2].request, "opened to its exact settings"


def test_environments_and_hours(store: JobStore, page: AppTest) -> None:
    assert "Hour" not in page.selectbox(key="explore_rows").options
    page.toggle(key="choice_use_sun").set_value(True).run()
    page.selectbox(key="explore_rows").select("environment").run()
    page.selectbox(key="explore_columns").select("hour").run()
    page.button(key="explore_make").click().run()
    jobs = store.waiting(ANNA)
    assert len(jobs) == 9 and {j.labels["hour"] for j in jobs} == {"08:00", "12:00", "17:00"}
    assert {j.request.environment for j in jobs} == {"tropical-garden", "snow", "downtown"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [("x, y", "seed 'x, y' cannot be read"), ("", "no value is given"), ("1, 1", "given twice"),
     (", ".join(map(str, range(20))), "grid of 80 pictures")],
)  # fmt: skip
def test_a_wrong_grid_is_refused_in_words(store: JobStore, page: AppTest, rows: str, said: str) -> None:
    page.text_input(key="explore_rows_seed").input(rows).run()
    page.button(key="explore_make").click().run()
    assert not page.exception and len(page.error) == 1 and said in page.error[0].value
    assert not store.waiting(ANNA)


def test_a_picture_out_of_the_noise(store: JobStore, page: AppTest) -> None:
    assert EN("explore.noise_none") in _said(page)
    page.button(key="explore_noise").click().run()
    (job,) = store.waiting(ANNA)
    assert job.film and job.set_id is None
    assert page.get("progress")[0].proto.text == EN("phase.waiting", ahead=0)
    while store.waiting(ANNA):
        finish_next(store)
    page.run()
    assert EN("explore.no_steps") in _said(page)
    film = StepFilm()
    film.add(1, np.zeros((32, 48, 3), np.uint8))
    film.write(store.result_folder(job), np.full((32, 48, 3), 200, np.uint8))
    page.run()
    assert not page.exception and len(page.get("image")) == 2
    assert [b.label for b in page.get("download_button")] == [
        EN(f"explore.save_{kind}") for kind in ("webp", "gif", "strip")
    ]
