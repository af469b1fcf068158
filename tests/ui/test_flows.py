"""What an architect does in the studio, with a scripted engine; :mod:`test_flows_browser` does it in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from archviz.studio import Design, JobStore, save_design
from archviz.studio.worker import Worker
from archviz.ui.texts import Texts
from tests.ui.conftest import open_page
from tests.ui.kinds import HOSTILE, KINDS, write_kind

EN = Texts("en")


def _come(store: JobStore) -> AppTest:
    """A page with choices for quick pictures."""
    page = open_page(store, lang="en")
    page.session_state["choice_size"] = "96x64"
    page.session_state["choice_environment"] = "studio"
    page.session_state["choice_steps"] = 2
    return page


def _upload(page: AppTest, path: Path) -> AppTest:
    return page.file_uploader[0].set_value([(path.name, path.read_bytes(), "application/octet-stream")]).run()


def _finish(page: AppTest, worker: Worker) -> None:
    while worker.run_one():
        pass
    page.run()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_upload_becomes_a_picture(store: JobStore, worker: Worker, tmp_path: Path, kind: str) -> None:
    page = _come(store)
    path = write_kind(tmp_path, kind)
    _upload(page, path)
    assert not page.exception and any(path.name in str(text.value) for text in page.markdown)
    page.button(key="render").click().run()
    _finish(page, worker)
    assert not page.exception and not page.error and page.tabs[0].label == EN("tab.picture")
    (job,) = store.jobs_of(str(page.query_params["studio"]))
    assert job.state == "done" and job.request.input is not None and job.request.input.name == path.name
    assert (store.result_folder(job) / "picture.png").exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_is_refused_in_words(store: JobStore, worker: Worker, name: str) -> None:
    page = _come(store)
    data, said = HOSTILE[name]
    page.file_uploader[0].set_value([(name, data, "application/octet-stream")]).run()
    if not page.error:
        # What a glance does not tell, the reader does.
        _finish(page, worker)
    (error,) = page.error
    assert not page.exception and said in error.value.replace("\\", ""), "whatever the name would do as Markdown"
    assert str(store.home.folder) not in error.value and "Traceback" not in error.value


def test_a_refusal_stays_until_a_design_is_opened(store: JobStore, tmp_path: Path) -> None:
    page = _come(store)
    page.file_uploader[0].set_value([("house.glb", HOSTILE["house.glb"][0], "application/octet-stream")]).run()
    said = page.error[0].value
    page.run()
    assert [error.value for error in page.error] == [said], "however often the page is drawn anew"
    _upload(page, write_kind(tmp_path, "model"))
    page.button(key="change_design").click().run()
    assert page.file_uploader and not page.error, "a design was opened since"


@pytest.mark.parametrize("overtaken", ["before", "after"])
def test_an_upload_survives_a_newer_run_of_the_page(
    store: JobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overtaken: str
) -> None:
    page = _come(store)
    turns = 0

    def save(*given: Any, **named: Any) -> Design:
        nonlocal turns
        turns += 1
        if turns > 1:
            return save_design(*given, **named)
        if overtaken == "after":
            save_design(*given, **named)
        # As a run ends at its next step when the browser has asked for another.
        st.rerun()

    monkeypatch.setattr("archviz.ui.start.save_design", save)
    _upload(page, write_kind(tmp_path, "model"))
    assert turns == 2 and not page.exception and "design" in page.query_params


def test_two_visitors_never_see_each_other(store: JobStore, worker: Worker, tmp_path: Path) -> None:
    house = write_kind(tmp_path, "model")
    pages = [_upload(_come(store), house) for _ in range(2)]
    for page in pages:
        page.button(key="render").click().run()
    for page in pages:
        _finish(page, worker)
    jobs = [store.jobs_of(str(page.query_params["studio"])) for page in pages]
    assert [len(own) for own in jobs] == [1, 1] and jobs[0][0].id != jobs[1][0].id
    for page, (own,), (other,) in zip(pages, jobs, jobs[::-1], strict=True):
        # The history and the library hold the own picture alone.
        keys = {str(button.key) for button in page.button}
        assert f"open_past_{own.number}" in keys and f"open_past_{other.number}" not in keys
        page.button_group(key="room").set_value("library").run()
        cards = [str(button.key) for button in page.button if str(button.key).startswith("open_library_")]
        assert cards == [f"open_library_{own.number}"]
        address = {key: str(page.query_params[key]) for key in ("studio", "design")}
        peeking = open_page(store, lang="en", **address, job=other.id)
        assert not peeking.tabs, "not even who learns a picture's id has it"
