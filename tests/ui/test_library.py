"""The library as a visitor uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from archviz.core.size import Size
from archviz.render import RenderRequest
from archviz.studio import JobStore, Library, Projects, new_id
from archviz.ui.texts import Texts
from tests.studio.shelf import make_picture
from tests.ui.conftest import key_now, open_page, value_of

EN = Texts("en")
ANNA, BINH = new_id(), new_id()


@pytest.fixture
def pictures(store: JobStore, shelf: Path) -> tuple[str, str]:
    """Ids of two pictures of Anna's: of the sample house, and of words."""
    house = RenderRequest(
        input=shelf / "house.glb", environment="hoi-an", lighting="night", view="aerial", seed=5, steps=4,
        size=Size(height=64, width=96), surroundings="geometry", materials={"roof": "red tiles"}, prompt="phố cổ",
    )  # fmt: skip
    words = RenderRequest(prompt="timber house in snow", surroundings="geometry")
    return make_picture(store, ANNA, house).id, make_picture(store, ANNA, words).id


def _library(store: JobStore, session: str = ANNA, **address: str) -> AppTest:
    page = open_page(store, lang="en", studio=session, room="library", **address)
    assert not page.exception, page.exception[0]
    return page


def _cards(page: AppTest) -> list[int]:
    cards = [str(b.key).rpartition("_") for b in page.button if str(b.key).startswith("open_library_")]
    return [int(number) for _, _, number in cards]


def _said(page: AppTest) -> str:
    return "\n".join(str(t.value) for t in [*page.error, *page.info, *page.caption, *page.text, *page.code])


def test_an_empty_library_says_so(store: JobStore) -> None:
    assert EN("library.empty") in _said(_library(store))


def test_a_picture_is_opened_to_its_exact_settings(store: JobStore, pictures: tuple[str, str]) -> None:
    page = _library(store)
    assert _cards(page) == [2, 1]
    page.button(key="open_library_1").click().run()
    page.button(key="library_open").click().run()
    assert not page.exception
    assert value_of(page, "room") == "design" and page.query_params["design"] == "sample:house.glb"
    assert page.query_params["job"] == pictures[0] and page.tabs[0].label == EN("tab.picture")
    page.button(key="render").click().run()
    again = store.jobs_of(ANNA)[0]
    first = store.get(ANNA, pictures[0])
    assert first is not None and again.number == 3 and again.request == first.request


def test_search_and_favourites(store: JobStore, pictures: tuple[str, str]) -> None:
    page = _library(store)
    page.text_input(key="library_words").input("hoi an pho").run()
    assert _cards(page) == [1]
    page.text_input(key="library_words").input("castle").run()
    assert _cards(page) == [] and EN("library.nothing") in _said(page)
    page.text_input(key="library_words").input("").run()
    page.button(key="open_library_1").click().run()
    page.button(key="library_mark").click().run()
    page.toggle(key="library_favourites").set_value(True).run()
    assert _cards(page) == [1] and "★" in _said(page)


def test_a_note_and_tags_outlive_the_page(store: JobStore, pictures: tuple[str, str]) -> None:
    page = _library(store)
    page.text_area(key=f"library_note_{pictures[1]}").input("client likes it").run()
    page.text_input(key=f"library_tags_{pictures[1]}").input("mặt bắc, duyệt").run()
    again = _library(store)
    assert again.text_area(key=f"library_note_{pictures[1]}").value == "client likes it"
    assert again.text_input(key=f"library_tags_{pictures[1]}").value == "duyệt, mặt bắc"
    again.text_input(key="library_words").input("duyet").run()
    assert _cards(again) == [2]
    again.text_area(key=f"library_note_{pictures[1]}").input("x" * 2001).run()
    assert len(again.error) == 1 and "2001 letters" in again.error[0].value


def test_trash_undo_and_emptying(store: JobStore, pictures: tuple[str, str]) -> None:
    page = _library(store)
    page.button(key="library_throw").click().run()
    assert _cards(page) == [1] and EN("library.thrown_away", number=2) in _said(page)
    page.button(key="library_undo").click().run()
    assert _cards(page) == [2, 1] and "library_undo" not in {b.key for b in page.button}
    page.button(key="library_throw").click().run()
    page.toggle(key="library_trash").set_value(True).run()
    assert _cards(page) == [2] and (store.home.results / pictures[1]).exists()
    page.button(key="library_empty_trash").click().run()
    assert _cards(page) == [] and not (store.home.results / pictures[1]).exists()
    page.toggle(key="library_trash").set_value(False).run()
    assert _cards(page) == [1]


def test_new_pictures_go_to_the_chosen_project(store: JobStore, pictures: tuple[str, str]) -> None:
    page = _library(store)
    page.text_input(key="project_new").input("Villa").run()
    villa = next(p for p in Projects(store.database).all(ANNA) if p.name == "Villa")
    assert page.query_params["project"] == villa.id and value_of(page, "project_now") == villa.id
    page.text_input(key=f"project_name_{villa.id}").input("Villa B").run()
    assert Projects(store.database).get(ANNA, villa.id).name == "Villa B"  # type: ignore[union-attr]
    page.text_input(key=key_now(page, "project_new")).input("x" * 99).run()
    assert "up to 80 letters" in page.error[0].value
    page.button(key="open_library_1").click().run()
    page.button(key="library_open").click().run()
    page.button(key="render").click().run()
    assert store.jobs_of(ANNA)[0].project == villa.id
    page = _library(store, project=villa.id)
    page.selectbox(key=f"library_move_{pictures[1]}").select(villa.id).run()
    page.selectbox(key=key_now(page, "library_project")).select(villa.id).run()
    assert _cards(page) == [2]
    page.button(key="project_throw").click().run()
    assert _cards(page) == [1]
    page.toggle(key="library_trash").set_value(True).run()
    page.button(key=f"library_restore_{villa.id}").click().run()
    page.toggle(key="library_trash").set_value(False).run()
    assert _cards(page) == [2, 1]


def test_a_shared_link_shows_the_project_and_gives_its_settings(store: JobStore, pictures: tuple[str, str]) -> None:
    page = _library(store)
    assert EN("project.private") in _said(page)
    page.button(key="project_share").click().run()
    link = page.code[0].value
    private = Projects(store.database).create(ANNA, "Private")
    make_picture(store, ANNA, RenderRequest(prompt="secret"), project=private.id)
    guest = open_page(store, lang="en", studio=BINH, share=link.rpartition("=")[2])
    assert not guest.exception and _cards(guest) == [2, 1] and "share" not in guest.query_params
    assert EN("library.shared_with_you") in _said(guest)
    assert not {"library_throw", "library_mark"} & {b.key for b in guest.button}
    guest.button(key="open_library_1").click().run()
    guest.button(key="library_open").click().run()
    assert value_of(guest, "choice_view") == "aerial" and "job" not in guest.query_params
    page.button(key="project_unshare").click().run()
    late = _library(store, BINH)
    assert _cards(late) == []
    late.text_input(key=key_now(late, "project_join")).input(link).run()
    assert EN("project.no_such_key") in _said(late)


def test_an_upload_of_a_shared_project_is_copied_to_the_guest(store: JobStore, shelf: Path) -> None:
    from archviz.studio import copy_design, find_design, save_design

    design = save_design(store.home, ANNA, [("villa.glb", (shelf / "house.glb").read_bytes())])
    assert find_design(store.home, BINH, design.id) is None
    copied = copy_design(store.home, ANNA, design.id, BINH)
    assert copied == copy_design(store.home, ANNA, design.id, BINH)
    assert copied is not None and copied.path is not None and copied.path.parent.parent.name == BINH
    assert copied.path.read_bytes() == (shelf / "house.glb").read_bytes()
    assert copy_design(store.home, ANNA, new_id(), BINH) is None


def test_another_visitor_has_an_empty_library(store: JobStore, pictures: tuple[str, str]) -> None:
    page = _library(store, BINH)
    assert _cards(page) == []
    assert Library(store.database).picture(BINH, pictures[0]) is None


def test_in_vietnamese(store: JobStore, pictures: tuple[str, str]) -> None:
    page = open_page(store, lang="vi", studio=ANNA, room="library")
    assert page.button(key="library_open").label == Texts("vi")("library.open")
    assert "Hội An" in _said(page) or "Phố cổ" in _said(page)
