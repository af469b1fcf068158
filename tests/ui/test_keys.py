"""What the page changed is not taken back by a poll that the browser sent before it heard of the change."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from archviz.sketch.adjustments import Adjustments
from archviz.studio import JobStore
from archviz.studio.worker import Worker
from archviz.ui.viewer import panel
from archviz.ui.viewer.models import read_key
from tests.ui.conftest import key_now, open_page, value_of


def _then_a_late_poll(page: AppTest, act: Callable[[], object]) -> None:
    """Act on the page; behind it comes a poll with what the browser held at the click."""
    act()
    # A poll brings no clicks.
    held = [state for state in page._tree.get_widget_states().widgets if state.WhichOneof("value") != "trigger_value"]
    page.run()
    page._run(WidgetStates(widgets=held))
    assert not page.exception


def _house(store: JobStore) -> AppTest:
    page = open_page(store, lang="en")
    page.session_state["choice_size"], page.session_state["choice_steps"] = "96x64", 1
    page.session_state["choice_environment"] = "studio"
    return page.button(key="open_house-glb").click().run()


def test_the_light_follows_the_sun(store: JobStore) -> None:
    page = _house(store)
    _then_a_late_poll(page, lambda: page.toggle(key="choice_use_sun").set_value(True))
    assert value_of(page, "choice_use_sun") is True and value_of(page, "choice_lighting") == "auto" and not page.error
    _then_a_late_poll(page, lambda: page.toggle(key="choice_use_sun").set_value(False))
    assert value_of(page, "choice_lighting") == "morning"


def test_what_a_user_chooses_still_counts_after_the_page_chose(store: JobStore) -> None:
    page = _house(store)
    page.toggle(key="choice_use_sun").set_value(True).run()
    page.button_group(key=key_now(page, "choice_lighting")).set_value("overcast").run()
    assert value_of(page, "choice_lighting") == "overcast"
    assert store.jobs_of(str(page.query_params["studio"]), kind="view")[0].request.lighting == "overcast"


def _finish(page: AppTest, store: JobStore, worker: Worker) -> int:
    """Render what is chosen; the number of the picture."""
    _then_a_late_poll(page, lambda: page.button(key="render").click())
    assert value_of(page, "stage") == "picture"
    while worker.run_one():
        pass
    page.run()
    return store.jobs_of(str(page.query_params["studio"]))[0].number


def test_an_earlier_picture_keeps_its_settings(store: JobStore, worker: Worker) -> None:
    page = _house(store)
    number = _finish(page, store, worker)
    page.toggle(key="choice_use_sun").set_value(True).run()
    page.selectbox(key="choice_view").select("aerial").run()
    _then_a_late_poll(page, lambda: page.button(key=f"open_past_{number}").click())
    found = [value_of(page, f"choice_{name}") for name in ("view", "use_sun", "lighting")]
    assert found == ["front-left", False, "morning"]


def test_a_room_that_was_left_stays_left(store: JobStore, worker: Worker) -> None:
    page = _house(store)
    number = _finish(page, store, worker)
    page.button_group(key="room").set_value("library").run()
    page.button(key=f"open_library_{number}").click().run()
    _then_a_late_poll(page, lambda: page.button(key="library_open").click())
    assert value_of(page, "room") == "design" and page.query_params["room"] == "design"


def test_a_drawing_that_was_put_back_stays_so(store: JobStore) -> None:
    page = open_page(store, lang="en", design="sample:front.png")
    page.slider(key="desk_turn").set_value(-2.5).run()
    page.checkbox(key="desk_repair").check().run()
    _then_a_late_poll(page, lambda: page.button(key="desk_reset").click())
    assert value_of(page, "choice_adjustments") == Adjustments()


def test_an_element_that_was_left_out_is_not_drawn_again(store: JobStore) -> None:
    page = _house(store)
    for name in ("Roof", "Door"):
        page.session_state["viewer_selected"] = name
        _have_the_model_read(page, store)
        _then_a_late_poll(page, lambda: page.button(key="element_hide").click())
    assert value_of(page, "choice_hide") == ("Roof", "Door")


def test_what_is_searched_for_outlasts_that_the_model_is_read_anew(store: JobStore) -> None:
    page = _house(store)
    page.session_state["list_open"] = True
    _have_the_model_read(page, store)
    page.text_input(key="list_words").input("win right").run()
    (hide,) = [b for b in page.button if str(b.key).endswith("_hide") and "row_" in str(b.key)]
    hide.click().run()
    assert "list_words" not in {w.key for w in page.text_input}
    _have_the_model_read(page, store)
    # A browser that mounts the field anew shows its default, and tells it.
    field = page.text_input(key="list_words")
    assert (field.value, field.proto.default) == ("win right", "win right")


def _have_the_model_read(page: AppTest, store: JobStore) -> None:
    key = read_key(store.jobs_of(str(page.query_params["studio"]), kind="view")[0].request)
    assert key is not None
    panel._shelf().ask(key).result(timeout=300)
    page.run()
