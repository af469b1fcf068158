"""The desk on the page: what the hand does becomes adjustments of the request, and comes back after a refresh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from streamlit.testing.v1 import AppTest

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.sketch import Adjustments, Stroke
from archviz.sketch.desk import cropped, turned
from archviz.sketch.repair import marked_places
from archviz.studio import Job, JobStore, new_id, save_design
from archviz.studio.worker import Worker
from archviz.ui.desk import panel
from archviz.ui.desk.edits import (
    adjustments_of_edit,
    drawn_of_adjustments,
    fine_turn,
    quarter_turned,
    turned_finely,
)
from archviz.ui.texts import Texts
from tests.sketch.drawings import sheet
from tests.ui.conftest import key_now, open_page, value_of

EN, VI = Texts("en"), Texts("vi")
SIZE = Size(height=300, width=400)
AS_IT_CAME = Adjustments()
VILLA = Path(__file__).parents[2] / "sample_models" / "sketch-villa.png"
DRAWN = Adjustments(
    strokes=(
        Stroke(points=((0.1, 0.2), (0.5, 0.25)), width=0.01),
        Stroke(points=((0.3, 0.3), (0.3, 0.3)), width=0.05, erase=True),
    ),
    damage=(((0.1, 0.1), (0.2, 0.1), (0.2, 0.3)),),
    crop=(0.1, 0.0, 0.9, 1.0),
    corners=((0.0, 0.0), (1.0, 0.0), (0.9, 0.9), (0.1, 1.0)),
)


def _edit(now: Adjustments = AS_IT_CAME, **changes: Any) -> dict[str, Any]:
    """What the browser tells that was given what is now, with changes."""
    drawn = drawn_of_adjustments(now, SIZE)
    marks = {"outlines": drawn.pop("marks"), "strokes": []}
    return {**drawn, "marks": marks, **changes}


def test_what_the_browser_shows_comes_back_the_same() -> None:
    assert adjustments_of_edit(_edit(DRAWN), DRAWN, SIZE) == DRAWN
    others = Adjustments(page=2, turn_deg=3.0, repair=True, notes="keep")
    assert adjustments_of_edit(_edit(others), others, SIZE) == others


def test_strokes_are_in_shares_of_the_page() -> None:
    strokes = [
        {"points": [40, 30, 200, 150], "width": 4, "erase": False},
        {"points": [200, 150], "width": 40, "erase": True},
    ]
    line, dot = adjustments_of_edit(_edit(strokes=strokes), Adjustments(), SIZE).strokes
    assert line == Stroke(points=((0.1, 0.1), (0.5, 0.5)), width=0.01)
    assert dot == Stroke(points=((0.5, 0.5), (0.5, 0.5)), width=0.1, erase=True)


def test_what_is_painted_over_is_marked_together_with_what_was() -> None:
    before = Adjustments(damage=(((0.1, 0.1), (0.3, 0.1), (0.3, 0.3), (0.1, 0.3)),))
    marks = {
        "outlines": drawn_of_adjustments(before, SIZE)["marks"],
        "strokes": [{"points": [300, 200, 340, 200], "width": 40, "erase": False}],
    }
    now = adjustments_of_edit(_edit(marks=marks), before, SIZE)
    assert len(now.damage) == 2
    mask = marked_places(SIZE.shape, now.damage)
    expected = marked_places(SIZE.shape, before.damage)
    y, x = np.mgrid[:300, :400] + 0.5
    expected |= np.hypot(x - np.clip(x, 300, 340), y - 200) < 20
    assert (mask != expected).mean() < 0.003
    assert sum(map(len, now.damage)) < 60, "the recipe of every picture holds it"
    # Touching, they are one place.
    marks["strokes"] = [{"points": [80, 60, 200, 60], "width": 40, "erase": False}]
    assert len(adjustments_of_edit(_edit(marks=marks), before, SIZE).damage) == 1


def test_all_of_the_page_is_no_crop() -> None:
    assert adjustments_of_edit(_edit(crop=[0, 0, 1, 1]), DRAWN, SIZE).crop is None


@pytest.mark.parametrize(
    "edit",
    [
        None,
        [],
        {},
        _edit(marks=None),
        _edit(marks={"outlines": [[1, 2, 3]], "strokes": []}),
        _edit(strokes="all"),
        _edit(strokes=[{"points": [1.0], "width": 2}]),
        _edit(crop=[0.1, 0.2, 0.5]),
        _edit(crop=["a", 0.2, 0.5, 0.6]),
        _edit(crop=[0.5, 0.2, 0.4, 0.6]),
        _edit(corners=[[0, 0], [1, 0], [1, 1]]),
        _edit(corners=[[0, 0], [1, 0], [1, float("nan")], [0, 1]]),
        _edit(strokes=[{"points": [5.0] * 50_000, "width": 2}]),
    ],
)
def test_what_no_browser_of_ours_tells_is_refused(edit: object) -> None:
    with pytest.raises(OptionError):
        adjustments_of_edit(edit, Adjustments(), SIZE)


@pytest.mark.parametrize("quarters", [1, -1, 2, 3])
def test_a_quarter_turn_takes_the_crop_with_it(quarters: int) -> None:
    page = sheet(240, 320)
    now = Adjustments(turn_deg=4.0, crop=(0.25, 0.5, 0.75, 1.0))
    there = quarter_turned(now, quarters)
    kept = cropped(turned(page, now.turn_deg), now.crop)
    found = cropped(turned(page, there.turn_deg), there.crop)
    assert found.shape == np.rot90(kept, -quarters).shape
    # Turned by degrees the page is resampled anew.
    assert np.abs(found.astype(int) - np.rot90(kept, -quarters)).mean() < 1.5
    assert fine_turn(there) == pytest.approx(4.0) and -180 <= there.turn_deg < 180
    assert quarter_turned(there, -quarters).crop == pytest.approx(now.crop)
    assert (turned_finely(there, -2.0).turn_deg - there.turn_deg) % 360 == pytest.approx(354.0)


@pytest.fixture
def session() -> str:
    return new_id()


@pytest.fixture
def front(store: JobStore, session: str) -> AppTest:
    page = open_page(store, lang="en", studio=session, design="sample:front.png")
    assert not page.exception and not page.error
    return page


def _reading(store: JobStore, session: str) -> Job:
    return store.jobs_of(session, kind="reading")[0]


def _work(worker: Worker, page: AppTest) -> None:
    while worker.run_one():
        pass
    page.run()
    assert not page.exception and not page.error


def _lines(store: JobStore, job: Job) -> NDArray[np.bool_]:
    with Image.open(store.result_folder(job) / "lines.png") as picture:
        return np.asarray(picture)[..., 0] < 128


def _said(page: AppTest) -> str:
    return "\n".join([*(c.value for c in page.caption), *(e.proto.body for e in page.get("html"))])


def test_a_drawing_lies_on_the_desk_beside_what_is_read(
    front: AppTest, store: JobStore, worker: Worker, session: str
) -> None:
    assert front.button_group(key=key_now(front, "stage")).value == "desk"
    asked = _reading(store, session)
    assert asked.state == "queued" and asked.request == RenderRequest(input=asked.request.input, geometry="strict")
    assert EN("desk.first") in _said(front)
    _work(worker, front)
    said = _said(front)
    assert EN("desk.diagnosis") in said and f":small[{EN('desk.lines')}]" in [m.value for m in front.markdown]
    # The sample of the tests is small and bare, and that is said in words.
    assert "The drawing is only 400x300 px" in said
    jobs = len(store.jobs_of(session, kind="reading"))
    front.run()
    assert len(store.jobs_of(session, kind="reading")) == jobs, "a rerun reads nothing again"
    front.query_params["lang"] = "vi"
    front.session_state["language"] = "vi"
    front.run()
    assert "Bản vẽ chỉ có 400x300 px" in _said(front)


def test_a_stroke_reaches_the_picture_and_survives_a_refresh(
    store: JobStore, worker: Worker, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    villa = save_design(store.home, session, [(VILLA.name, VILLA.read_bytes())])
    page = open_page(store, lang="en", studio=session, design=villa.id)
    edits: list[Any] = []

    def draw(desk: Any, *_: Any, key: str, on_edit: Any) -> None:
        """In place of the browser: tells the next edit, as its callback would be called."""
        assert desk.size == Size(height=860, width=1280)
        if edits:
            told = {"crop": None, "corners": None, "marks": {"outlines": [], "strokes": []}, "revision": desk.revision}
            page.session_state[key] = {"edit": told | edits.pop(0)}
            on_edit()

    monkeypatch.setattr(panel, "show_desk_sheet", draw)
    _work(worker, page)
    assert EN("desk.clean") in _said(page) and "Depth is roughly right" in _said(page)
    bare = _lines(store, _reading(store, session))
    # A stroke across the empty sky; then one that was drawn on what an undo took away.
    edits.append({"strokes": [{"points": [256, 103, 1024, 103], "width": 4, "erase": False}]})
    edits.append({"strokes": [], "revision": "of before"})
    for _ in range(3):
        page.run()
    asked = _reading(store, session)
    (stroke,) = asked.request.adjustments.strokes
    assert stroke == Stroke(points=((0.2, 0.11977), (0.8, 0.11977)), width=0.00313)
    _work(worker, page)
    drawn = _lines(store, asked)
    sky = (slice(round(0.1 * len(drawn)), round(0.14 * len(drawn))), slice(None))
    assert not bare[sky].any() and drawn[sky].any(axis=0).mean() == pytest.approx(0.6, abs=0.02)
    # A refresh: all that stays is the address.
    assert asked.id in page.query_params["desk"]
    again = open_page(store, lang="en", studio=session, design=villa.id, desk=asked.id)
    assert value_of(again, "choice_adjustments") == asked.request.adjustments
    again.button(key="render").click().run()
    assert store.jobs_of(session)[0].request.adjustments == asked.request.adjustments
    # Undo in the first page: read already, so nothing is read again.
    count = len(store.jobs_of(session, kind="reading"))
    page.button(key="desk_undo").click().run()
    assert value_of(page, "choice_adjustments") == Adjustments()
    assert len(store.jobs_of(session, kind="reading")) == count and page.button(key="desk_undo").disabled


def test_a_file_that_changed_is_read_again(front: AppTest, store: JobStore, worker: Worker, session: str) -> None:
    _work(worker, front)
    path = _reading(store, session).request.input
    assert path is not None
    before = path.read_bytes()
    try:
        Image.fromarray(sheet(300, 400)).save(path)
        count = len(store.jobs_of(session, kind="reading"))
        front.run()
        assert len(store.jobs_of(session, kind="reading")) == count + 1
    finally:
        path.write_bytes(before)


def test_each_choice_of_the_desk_is_in_the_request(front: AppTest, store: JobStore, session: str) -> None:
    front.checkbox(key="desk_repair").check().run()
    front.checkbox(key="desk_paper").uncheck().run()
    front.checkbox(key="desk_notes").uncheck().run()
    front.button(key="desk_right").click().run()
    front.slider(key="desk_turn").set_value(-2.5).run()
    front.button_group(key="desk_strength").set_value("balanced").run()
    assert value_of(front, "choice_geometry") == "balanced", "one choice with the one at the left"
    wanted = Adjustments(repair=True, paper="as-is", notes="keep", turn_deg=87.5)
    last = _reading(store, session).request
    assert last.adjustments == wanted and last.geometry == "balanced"
    assert not value_of(front, "desk_paper")
    front.button(key="render").click().run()
    request = store.jobs_of(session)[0].request
    assert request.adjustments == wanted and request.geometry == "balanced"
    front.button_group(key=key_now(front, "stage")).set_value("desk").run()
    front.button(key="desk_reset").click().run()
    assert _reading(store, session).request.adjustments == Adjustments()
    assert front.button(key="desk_reset").disabled
    front.button(key="desk_undo").click().run()
    assert _reading(store, session).request.adjustments == wanted


def test_another_design_begins_as_it_came(front: AppTest, store: JobStore, session: str) -> None:
    front.button(key="desk_left").click().run()
    front.button(key="change_design").click().run()
    front.button(key="open_house-glb").click().run()
    assert not front.error and value_of(front, "choice_adjustments") == Adjustments()
    assert front.button_group(key=key_now(front, "stage")).value == "model"
    front.button(key="change_design").click().run()
    front.button(key="open_front-png").click().run()
    assert front.button_group(key=key_now(front, "stage")).value == "desk" and not front.error
    assert _reading(store, session).request.adjustments == Adjustments()


def test_a_page_that_is_not_there_is_said(store: JobStore, worker: Worker, tmp_path: Path, session: str) -> None:
    path = tmp_path / "pages.tif"
    pages = [Image.fromarray(sheet(480, 640, thickness=thickness)) for thickness in (2, 9)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    design = save_design(store.home, session, [("pages.tif", path.read_bytes())])
    page = open_page(store, lang="en", studio=session, design=design.id)
    _work(worker, page)
    first = store.result_folder(_reading(store, session))
    page.number_input(key=key_now(page, "desk_page")).set_value(2).run()
    _work(worker, page)
    second = store.result_folder(_reading(store, session))
    assert (first / "upright.jpg").read_bytes() != (second / "upright.jpg").read_bytes()
    page.number_input(key=key_now(page, "desk_page")).set_value(3).run()
    while worker.run_one():
        pass
    page.run()
    assert any("page 3 does not exist; the file has 2" in error.value for error in page.error)
    assert str(store.home.folder) not in "".join(error.value for error in page.error)
    page.button(key="desk_undo").click().run()
    assert not page.error and value_of(page, "desk_page") == 2


@pytest.mark.parametrize("texts", [EN, VI])
def test_depth_is_trusted_in_words(texts: Texts) -> None:
    visit: Any = type("Page", (), {"texts": texts})()
    said = [panel._confidence(visit, error) for error in (None, 0.04, 0.1, 0.3)]
    assert len(set(said)) == 4
    assert [figure in text for figure, text in zip(("4%", "10%", "30%"), said[1:], strict=True)] == [True] * 3
