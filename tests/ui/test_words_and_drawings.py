"""What begins with words alone, or with a drawing, as a visitor makes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from archviz import sketch
from archviz.core.maps import EdgeMap
from archviz.render.relief_table import RELIEF_TABLE
from archviz.studio import JobStore
from archviz.studio.worker import Worker
from archviz.ui.texts import Texts
from tests.ui.conftest import choose_small, key_now, open_page, pictures_on, said_on, select, session_of, value_of

EN, VI = Texts("en"), Texts("vi")
_MAPS = [EN(f"tab.{name}") for name in ("picture", "deferred", "depth", "normals", "edges", "elements", "region")]


def _start_words(store: JobStore) -> AppTest:
    page = open_page(store, lang="en")
    page.session_state["choice_size"], page.session_state["choice_steps"] = "96x64", 1
    return page.button(key="start_words").click().run()


def test_words_alone(store: JobStore, worker: Worker) -> None:
    page = _start_words(store)
    assert value_of(page, "choice_environment") == value_of(page, "choice_lighting") == "auto"
    page.text_area(key="choice_prompt").input("a desert at noon").run()
    view = store.jobs_of(session_of(page), kind="view")[0].request
    assert (view.environment, view.lighting) == ("desert", "noon"), "the words choose"
    assert worker.run_one() and not worker.run_one()
    page.run()
    assert pictures_on(page) == 1 and EN("view_hint.text") in said_on(page), "the lit scene, before rendering"
    assert "Desert" in said_on(page) and "Noon" in said_on(page)
    page.button(key="render").click().run()
    assert worker.run_one() and not worker.run_one()
    page.run()
    assert [tab.label for tab in page.tabs] == _MAPS
    assert "azimuth" in said_on(page) and "Desert" in said_on(page) and "Noon" in said_on(page)


def test_words_and_their_surroundings(store: JobStore, worker: Worker) -> None:
    page = open_page(store, lang="en")
    page.session_state["choice_surroundings"] = "none"
    page.button(key="start_words").click().run()
    assert page.selectbox(key=key_now(page, "choice_surroundings")).options == [
        EN("surroundings.geometry"),
        EN("surroundings.imagined"),
    ]
    assert value_of(page, "choice_surroundings") == "geometry", "none needs a building"
    page.text_area(key="choice_prompt").input("snow").run()
    select(page, "surroundings", "imagined")
    assert worker.run_one()
    page.run()
    assert EN("view_hint.imagined") in said_on(page) and pictures_on(page) == 0
    page.text_area(key="choice_prompt").input("").run()
    assert worker.run_one()
    page.run()
    assert EN("view_hint.no_words") in said_on(page)


def _front(lines: EdgeMap) -> sketch.Estimate:
    """A wall that faces the eye, on open ground under the sky."""
    height, width = lines.size.shape
    kinds = np.full((height, width), int(sketch.Layer.SKY))
    kinds[height * 3 // 5 :] = int(sketch.Layer.GROUND)
    kinds[height // 4 : height * 4 // 5, width // 4 : width * 3 // 4] = int(sketch.Layer.BUILDING)
    normals = np.zeros((height, width, 3), dtype=np.float32)
    normals[..., 2] = 1.0
    return sketch.Estimate(
        layers=np.stack([kinds == layer for layer in sketch.Layer]).astype(np.float32),
        depth=np.ones((height, width), dtype=np.float32),
        normals=normals,
        confidence=np.ones((height, width), dtype=np.float32),
    )


def test_a_drawing_stands_in_its_light(
    store: JobStore, worker: Worker, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sketch, "estimate_space", _front)
    page = open_page(store, lang="en")
    choose_small(page)
    page.button(key="open_front-png").click().run()
    materials = page.text_area(key="choice_materials")
    assert materials.placeholder == EN("materials_example.sketch")
    materials.input("wall = red brick").run()
    while worker.run_one():
        pass
    page.run()
    assert not page.error and pictures_on(page) == 4, "lines, depth and normals beside it"
    page.button(key="render").click().run()
    assert worker.run_one()
    page.run()
    assert [tab.label for tab in page.tabs] == _MAPS and "azimuth" in said_on(page)


@pytest.mark.parametrize("texts", [EN, VI])
def test_the_parts_of_a_drawing_are_named(texts: Texts) -> None:
    for element in RELIEF_TABLE.elements:
        assert element.name in texts("materials_help.sketch")
    assert texts("materials_example.sketch").partition(" = ")[0] in {e.name for e in RELIEF_TABLE.elements}
