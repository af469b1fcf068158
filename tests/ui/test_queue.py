"""The queue as a visitor sees it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from archviz.render import RenderRequest
from archviz.studio import Cell, JobStore, SetStore, new_id
from archviz.ui.texts import Texts
from tests.studio.shelf import finish_next
from tests.ui.conftest import open_page

EN = Texts("en")
ANNA, BINH = new_id(), new_id()


def _queue(store: JobStore, session: str = ANNA) -> AppTest:
    page = open_page(store, lang="en", studio=session, room="queue")
    assert not page.exception
    return page


def _bars(page: AppTest) -> list[str]:
    return [bar.proto.text for bar in page.get("progress")]


def test_order_place_progress_and_time_left(store: JobStore) -> None:
    page = _queue(store)
    assert EN("queue.empty") in [i.value for i in page.info]
    for seed in range(2):
        made = store.submit(BINH, RenderRequest(seed=seed))
        finish_next(store)
        with store.database.write() as db:
            db.execute("UPDATE jobs SET started_s = finished_s - 100 WHERE id = ?", (made.id,))
    cells = [Cell(labels={"lighting": light}, request=RenderRequest(lighting=light)) for light in ("noon", "night")]
    SetStore(store.database).submit(ANNA, cells, kind="lights")
    store.submit(BINH, RenderRequest())
    running = store.claim()
    assert running is not None and running.session == BINH
    store.report(running, "sampling", step=1, steps=4)
    mine = store.submit(ANNA, RenderRequest(seed=9))
    first, second, third = _bars(_queue(store))
    assert first.startswith(f"Picture {mine.number} · ") and EN("phase.waiting", ahead=1) in first
    assert EN("phase.waiting", ahead=2) in second and "noon" in second and "about 5 min left" in second
    assert "night" in third and EN("phase.waiting", ahead=3) in third
    (theirs,) = _bars(_queue(store, BINH))
    assert EN("phase.sampling", step=1, steps=4) in theirs and "s left" in theirs


def test_cancel_stops_the_work_and_is_told(store: JobStore) -> None:
    for seed in range(3):
        store.submit(ANNA, RenderRequest(seed=seed))
    theirs = store.submit(BINH, RenderRequest())
    running = store.claim()
    assert running is not None
    page = _queue(store)
    page.button(key=f"queue_cancel_{running.number}").click().run()
    assert not store.report(running, "sampling", step=1, steps=2)
    store.drop(running)
    page.run()
    assert len(_bars(page)) == 2
    page.button(key="queue_cancel_all").click().run()
    assert not _bars(page) and len(page.text) == 3 and page.text[0].value == EN("queue.cancelled", number=3)
    assert store.get(BINH, theirs.id).state == "queued"  # type: ignore[union-attr]


def test_a_second_try_and_a_failure_are_told(store: JobStore) -> None:
    job = store.submit(ANNA, RenderRequest())
    store.claim()
    store.recover()
    page = _queue(store)
    assert EN("phase.again") in _bars(page)[0]
    store.claim()
    store.recover()
    page.run()
    assert not _bars(page) and page.text[0].value.startswith(f"Picture {job.number}: the rendering process ended 2")
