"""The page as a visitor uses it, with a worker that works when the test says so."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from archviz.render.recipe import read_recipe
from archviz.studio import JobStore
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker
from archviz.ui.picture import zip_maps
from archviz.ui.style import plain
from archviz.ui.texts import Texts
from tests.scripted_engine import scripted_loader
from tests.ui.conftest import choose_small, open_page, pictures_on, said_on, select, session_of, value_of

EN, VI = Texts("en"), Texts("vi")


@pytest.fixture
def house_page(store: JobStore) -> AppTest:
    """A page where the sample house was chosen."""
    page = open_page(store, lang="en")
    choose_small(page)
    return page.button(key="open_house-glb").click().run()


def test_the_start_offers_samples_an_upload_and_words(store: JobStore) -> None:
    page = open_page(store, lang="en")
    assert not page.exception and not page.error
    assert {"open_house-glb", "open_front-png", "start_words"} <= {b.key for b in page.button}
    assert len(page.file_uploader) == 1
    assert "500 MB" in said_on(page)


def test_one_click_after_the_design(store: JobStore, worker: Worker, house_page: AppTest) -> None:
    page = house_page
    assert worker.run_one(), "the view was asked for"
    page.run()
    assert pictures_on(page) == 1 and EN("view_hint.model") in said_on(page)
    page.button(key="render").click().run()
    assert page.button(key="render").disabled and EN("phase.waiting", ahead=0) in page.get("progress")[0].proto.text
    assert worker.run_one()
    page.run()
    assert not page.exception and not page.error
    assert [tab.label for tab in page.tabs] == [
        EN(f"tab.{n}") for n in ("picture", "deferred", "depth", "normals", "edges", "elements", "region")
    ]
    assert pictures_on(page) == 6 + 1 + 1 + 1, "picture, five maps, what can be edited, the sun's dial, one thumbnail"
    assert "azimuth" in said_on(page) and EN("fact.edge_recall") in said_on(page)
    assert not page.button(key="render").disabled


def test_the_files_to_keep(store: JobStore, worker: Worker, house_page: AppTest) -> None:
    page = house_page
    page.text_area(key="choice_prompt").input("white walls").run()
    page.button(key="render").click().run()
    while worker.run_one():
        pass
    page.run()
    job = store.jobs_of(session_of(page))[0]
    folder = store.result_folder(job)
    assert [b.label for b in page.get("download_button")] == [
        EN(f"download.{n}") for n in ("picture", "recipe", "maps")
    ]
    # The harness keeps no file of a button; they hold what stands in the folder.
    recipe, _ = read_recipe(folder / "picture.png")
    assert recipe["resolved"]["size"] == [96, 64]
    assert json.loads((folder / "recipe.json").read_text())["run"]["input"] == str(job.request.input)
    with zipfile.ZipFile(io.BytesIO(zip_maps(str(folder / "maps")))) as archive:
        assert {"depth.png", "normals.png", "edges.png", "deferred.png"} <= set(archive.namelist())
    assert "white walls" in said_on(page)


def test_a_choice_changes_the_view_and_an_older_one_is_dropped(
    store: JobStore, worker: Worker, house_page: AppTest
) -> None:
    page = house_page
    first = store.jobs_of(session_of(page), kind="view")
    select(page, "view", "aerial")
    select(page, "view", "front")
    views = store.jobs_of(session_of(page), kind="view")
    assert len(first) == 1 and [v.request.view for v in views] == ["front", "aerial", "front-left"]
    assert [v.state for v in views] == ["queued", "cancelled", "cancelled"]
    assert worker.run_one() and not worker.run_one()
    page.run()
    assert pictures_on(page) == 1
    page.text_area(key="choice_prompt").input("anything").run()
    assert len(store.jobs_of(session_of(page), kind="view")) == 3, "words do not change the view"


def test_a_refresh_finds_the_running_job_and_the_picture(store: JobStore, worker: Worker, house_page: AppTest) -> None:
    page = house_page
    select(page, "view", "front-right")
    page.button(key="render").click().run()
    address = {key: str(page.query_params[key]) for key in ("studio", "design", "job", "lang")}
    worker.run_one()
    job = store.claim()
    assert job is not None
    store.report(job, "sampling", step=1, steps=2)
    again = open_page(store, **address)
    assert EN("phase.sampling", step=1, steps=2) in again.get("progress")[0].proto.text
    assert again.selectbox(key="choice_view").value == "front-right"
    store.recover()
    while worker.run_one():
        pass
    finished = open_page(store, **address)
    assert finished.tabs[0].label == EN("tab.picture")
    assert finished.selectbox(key="choice_size").value == "96x64"


def test_cancel(store: JobStore, worker: Worker, house_page: AppTest) -> None:
    page = house_page
    page.button(key="render").click().run()
    page.button(key="cancel").click().run()
    job = store.jobs_of(session_of(page))[0]
    assert job.state == "cancelled"
    assert not page.button(key="render").disabled
    page.run()
    assert EN("state.cancelled") in said_on(page)
    assert worker.run_one() and not worker.run_one(), "only the view is made"


def test_another_visitor_sees_nothing_of_it(store: JobStore, worker: Worker, house_page: AppTest) -> None:
    house_page.button(key="render").click().run()
    while worker.run_one():
        pass
    job = str(house_page.query_params["job"])
    other = open_page(store, lang="en", design="sample:house.glb", job=job)
    assert session_of(other) != session_of(house_page)
    assert not other.tabs and EN("history.heading") not in said_on(other)


def test_history_goes_back_to_picture_and_settings(store: JobStore, worker: Worker, house_page: AppTest) -> None:
    page = house_page
    page.button(key="render").click().run()
    while worker.run_one():
        pass
    page.run()
    first = str(page.query_params["job"])
    select(page, "lighting", "night")
    assert not page.tabs, "the picture is not of these choices"
    page.button(key="render").click().run()
    while worker.run_one():
        pass
    page.run()
    assert str(page.query_params["job"]) != first
    number = store.jobs_of(session_of(page))[-1].number
    page.button(key=f"open_past_{number}").click().run()
    assert str(page.query_params["job"]) == first
    assert value_of(page, "choice_lighting") == "morning" and page.tabs
    page.button(key="change_design").click().run()
    page.button(key=f"open_past_{number}").click().run()
    assert page.query_params["design"] == "sample:house.glb" and page.tabs, "from the start, too"


def test_language(store: JobStore, house_page: AppTest) -> None:
    page = house_page
    select(page, "view", "aerial")
    select(page, "environment", "hoi-an")
    page.button_group(key="language").set_value("vi").run()
    assert page.button(key="render").label == VI("render.button")
    assert value_of(page, "choice_view") == "aerial"
    assert value_of(page, "choice_environment") == "hoi-an", "the choices stay"
    assert page.query_params["lang"] == "vi"
    again = open_page(store, lang="vi")
    assert VI("start.samples") in [s.value for s in again.subheader]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("house.glb", b"just words", "house.glb: not GLB inside"),
        ("empty.obj", b"", "empty.obj: the file is empty"),
        ("front.png", b"\x89PNG\r\n\x1a\nno picture", "front.png: "),
        ("tower.skp", b"SketchUp", "tower.skp: SketchUp files cannot be read; export as .glb"),
        ("house.rvt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "house.rvt: Revit files cannot be read; export as .ifc"),
        ("notes.txt", b"hello", "notes.txt: neither a 3D model nor a drawing"),
    ],
)
def test_a_bad_upload_is_refused_in_words(store: JobStore, name: str, data: bytes, said: str) -> None:
    page = open_page(store, lang="en")
    page.file_uploader[0].set_value([(name, data, "application/octet-stream")]).run()
    assert not page.exception
    assert len(page.error) == 1 and plain(said) in page.error[0].value
    assert str(store.home.folder) not in page.error[0].value and "Traceback" not in page.error[0].value
    assert "design" not in page.query_params
    assert not page.file_uploader[0].proto.type, "the browser lets any file come, so that it is told why not"
    assert not page.file_uploader[0].value and not [p for p in store.home.designs.rglob("*") if p.is_file()]
    page.run()
    assert len(page.error) == 1, "said until it is done otherwise"


def test_an_upload_is_rendered(store: JobStore, worker: Worker, shelf: Path) -> None:
    page = open_page(store, lang="en")
    choose_small(page)
    data = (shelf / "house.glb").read_bytes()
    page.file_uploader[0].set_value([("My house.glb", data, "model/gltf-binary")]).run()
    assert "My house.glb" in said_on(page)
    page.button(key="render").click().run()
    while worker.run_one():
        pass
    page.run()
    assert page.tabs and not page.error
    other = open_page(store, lang="en", design=str(page.query_params["design"]))
    assert "start_words" in {b.key for b in other.button}, "a stranger who has the design's id has nothing"


def test_a_model_that_breaks_later_is_told_in_words(store: JobStore, worker: Worker) -> None:
    page = open_page(store, lang="en")
    page.file_uploader[0].set_value([("broken.glb", b"glTF" + bytes(100), "model/gltf-binary")]).run()
    worker.run_one()
    page.run()
    assert "broken.glb: " in page.error[0].value and str(store.home.folder) not in page.error[0].value


def test_a_failure_keeps_the_view(store: JobStore, house_page: AppTest) -> None:
    load, _ = scripted_loader(fail=RuntimeError("out of luck"))
    page = house_page
    page.button(key="render").click().run()
    worker = Worker(store, Executor(store, load=load))
    while worker.run_one():
        pass
    page.run()
    assert "out of luck" in page.error[0].value and pictures_on(page) == 1
    assert not page.button(key="render").disabled


def test_the_sun_of_a_place(store: JobStore, worker: Worker, house_page: AppTest) -> None:
    page = house_page
    page.toggle(key="choice_use_sun").set_value(True).run()
    assert value_of(page, "choice_lighting") == "auto"
    page = select(page, "city", "Tokyo, JP")
    view = store.jobs_of(session_of(page), kind="view")[0].request
    assert view.place is not None and view.place.latitude_deg == 35.69
    assert view.place.time_zone == "Asia/Tokyo"
    assert view.when is not None and view.when.isoformat() == "2025-03-21T08:30:00"
    assert value_of(page, "choice_utc_offset") == 9.0
    select(page, "lighting", "night")
    worker.run_one()
    page.run()
    assert len(page.error) == 1 and "night" in page.error[0].value, "a night by day is refused in words"


def test_a_material_that_cannot_be_read(house_page: AppTest) -> None:
    page = house_page
    page.text_area(key="choice_materials").input("roof").run()
    assert "'roof'" in page.error[0].value and page.button(key="render").disabled


def test_a_studio_that_cannot_be_opened_is_said(store: JobStore) -> None:
    store.home.database.write_bytes(b"broken" * 1000)
    for suffix in ("-wal", "-shm"):
        Path(f"{store.home.database}{suffix}").unlink(missing_ok=True)
    page = open_page(store)
    assert not page.exception and "move the file away" in page.error[0].value
