"""Editing a part of a finished picture on the page."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from streamlit.testing.v1 import AppTest

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.render.region import Region
from archviz.studio import Job, JobStore, new_id
from archviz.studio.worker import Worker
from archviz.ui import regions
from archviz.ui.brush import mask_of_strokes
from archviz.ui.brush.strokes import MOST_POINTS
from archviz.ui.texts import Texts
from tests.ui.conftest import open_page

EN = Texts("en")
SIZE = Size(height=64, width=96)


def _finished(store: JobStore, worker: Worker, request: RenderRequest, session: str) -> Job:
    job = store.submit(session, request)
    while worker.run_one():
        pass
    done = store.get(session, job.id)
    assert done is not None and done.state == "done", done
    return done


@pytest.fixture
def session() -> str:
    return new_id()


@pytest.fixture
def job(store: JobStore, worker: Worker, shelf: Path, session: str) -> Job:
    """A finished picture of the sample house."""
    request = RenderRequest(
        input=shelf / "house.glb",
        view="front-left",
        size=SIZE,
        environment="studio",
        lighting="morning",
        surroundings="geometry",
        steps=1,
    )
    return _finished(store, worker, request, session)


def _page(store: JobStore, job: Job, session: str) -> AppTest:
    return open_page(store, lang="en", studio=session, design="sample:house.glb", job=job.id)


def _pixels(store: JobStore, job: Job) -> NDArray[np.uint8]:
    with Image.open(store.result_folder(job) / "picture.png") as picture:
        return np.asarray(picture)


def test_an_element_of_a_picture_is_edited(store: JobStore, worker: Worker, job: Job, session: str) -> None:
    page = _page(store, job, session)
    assert not page.exception and not page.error
    chooser = page.multiselect(key=f"region_elements_{job.number}")
    assert {"Walls", "Roof", "Window left", "Door"} <= set(chooser.options)
    assert page.button(key=f"region_render_{job.number}").disabled, "nothing is said yet"
    chooser.select("Walls").run()
    page.text_input(key=f"region_material_{job.number}").input(" red  brick ").run()
    page.slider(key=f"region_feather_{job.number}").set_value(2).run()
    page.button(key=f"region_render_{job.number}").click().run()
    newest = store.jobs_of(session)[0]
    assert newest.request.region == Region(
        base=store.result_folder(job) / "picture.png", elements=("Walls",), material="red brick", feather_px=2
    )
    assert page.query_params["job"] == [newest.id] or page.query_params["job"] == newest.id
    while worker.run_one():
        pass
    page.run()
    assert not page.exception and not page.error
    changed = (_pixels(store, newest) != _pixels(store, job)).any(axis=2)
    assert 0.05 < changed.mean() < 0.8
    summary = json.loads((store.result_folder(newest) / "summary.json").read_text(encoding="utf-8"))
    assert summary["edited"] == {"elements": ["Walls"], "painted": False, "material": "red brick", "prompt": ""}
    assert "Walls" in summary["elements_seen"] and not any(name.endswith(".2") for name in summary["elements_seen"])
    assert any("Walls → red brick" in text.value for text in page.text)
    page.button(key="region_parent").click().run()
    assert str(job.id) in str(page.query_params["job"])
    assert "region_parent" not in {b.key for b in page.button}, "a whole picture has no parent"


def test_a_click_in_the_model_chooses(store: JobStore, job: Job, session: str) -> None:
    page = open_page(store, lang="en", studio=session, design="sample:house.glb")
    page.session_state["viewer_selected"] = "Roof"
    page.button(key=f"open_past_{job.number}").click().run()
    assert page.multiselect(key=f"region_elements_{job.number}").value == ["Roof"]


def test_a_painted_part_is_edited(
    store: JobStore, worker: Worker, job: Job, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    strokes = [{"points": [20.0, 30.0, 60.0, 30.0], "width": 10, "erase": False}]
    monkeypatch.setattr(regions, "show_brush", lambda *_, **__: strokes)
    page = _page(store, job, session)
    page.button_group(key=f"region_by_{job.number}").set_value("mask").run()
    page.text_input(key=f"region_prompt_{job.number}").input("brick").run()
    page.slider(key=f"region_feather_{job.number}").set_value(0).run()
    page.button(key=f"region_render_{job.number}").click().run()
    while worker.run_one():
        pass
    newest = store.jobs_of(session)[0]
    assert newest.state == "done", newest.error
    mask = mask_of_strokes(strokes, SIZE)
    assert newest.request.region is not None and newest.request.region.mask is not None
    np.testing.assert_array_equal(newest.request.region.mask.array(), mask)
    np.testing.assert_array_equal(_pixels(store, newest)[~mask], _pixels(store, job)[~mask])


def test_the_brush_is_on_the_page(store: JobStore, job: Job, session: str) -> None:
    page = _page(store, job, session)
    page.button_group(key=f"region_by_{job.number}").set_value("mask").run()
    assert not page.exception and len(page.get("bidi_component")) == 1
    assert page.button(key=f"region_render_{job.number}").disabled, "nothing is painted"


def test_strokes_are_drawn_in_their_order() -> None:
    line = {"points": [10, 20, 50, 20], "width": 8, "erase": False}
    mask = mask_of_strokes([line], SIZE)
    assert mask[20, 10:51].all() and mask[17:23, 30].all()
    assert not mask[:14].any() and not mask[26:].any() and not mask[:, :5].any() and not mask[:, 56:].any()
    assert mask[20, 6] and not mask[15, 5], "the ends are round"
    hole = mask_of_strokes([line, {"points": [30, 20], "width": 6, "erase": True}], SIZE)
    assert not hole[20, 30] and hole[20, 20] and hole[20, 40]
    assert mask_of_strokes([{"points": [30, 20], "width": 6, "erase": True}, line], SIZE)[20, 30]
    assert not mask_of_strokes([], SIZE).any()
    assert mask_of_strokes([{"points": [-1e300, 5, 1e300, 5], "width": 3}], SIZE)[5].all()


@pytest.mark.parametrize(
    "strokes",
    [
        "painted",
        7,
        [7],
        [{"points": [1, 2, 3], "width": 4}],
        [{"points": [], "width": 4}],
        [{"points": [1, "2"], "width": 4}],
        [{"points": [1, float("nan")], "width": 4}],
        [{"points": [1, 2], "width": 0}],
        [{"points": [1, 2], "width": 5000}],
        [{"points": [1, 2], "width": None}],
        [{"points": [1, 2] * (MOST_POINTS + 1), "width": 4}],
    ],
)
def test_what_is_no_stroke_is_refused(strokes: object) -> None:
    with pytest.raises(OptionError):
        mask_of_strokes(strokes, SIZE)
