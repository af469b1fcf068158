"""The stage as a visitor uses it: the model beside its corrections, and what they make of the request."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.size import Size
from archviz.presets import find_material_words
from archviz.render import RenderRequest
from archviz.render.materials import named_material
from archviz.studio import JobStore, Projects, new_id, save_design
from archviz.ui import viewer
from archviz.ui.style import plain
from archviz.ui.texts import Texts
from archviz.ui.viewer import assets, panel
from archviz.ui.viewer.models import read_key
from archviz.ui.viewer.saved import SavedViews
from tests.geometry.loaders.ifc_files import IfcBuilding
from tests.geometry.shapes import box
from tests.ui.conftest import key_now, open_page, value_of

EN, VI = Texts("en"), Texts("vi")
CAMERA = Camera(position_m=(2.0, -20.0, 3.0), target_m=(0.0, 0.0, 3.0), size=Size(64, 96))


def _house(page: AppTest) -> AppTest:
    page.session_state["choice_size"] = "96x64"
    page.session_state["choice_environment"] = "studio"
    return page.button(key="open_house-glb").click().run()


def _request(page: AppTest, store: JobStore) -> RenderRequest:
    return store.jobs_of(str(page.query_params["studio"]), kind="view")[0].request


def _read(page: AppTest, store: JobStore) -> AppTest:
    """The page once its model was read."""
    key = read_key(_request(page, store))
    assert key is not None
    panel._shelf().ask(key).result(timeout=300)
    return page.run()


def test_the_model_is_put_right_beside_the_viewer(store: JobStore) -> None:
    page = _read(_house(open_page(store, lang="en")), store)
    assert not page.exception and len(page.get("bidi_component")) == 1
    assert any(EN("element.none") == c.value for c in page.caption)
    assert any("11.0 × 9.0 × 6.4 m" in c.value for c in page.caption), "how it was understood"
    page.session_state["viewer_selected"] = "Roof"
    page.run()
    key = f"element_{hashlib.sha256(b'Roof').hexdigest()[:16]}"
    page.text_input(key=key).input("thatch").run()
    assert value_of(page, "choice_materials") == "Roof = thatch"
    assert _request(page, store).materials == {"Roof": "thatch"}
    page.button(key="element_hide").click().run()
    assert _request(page, store).hide == ("Roof",)
    page.text_area(key=key_now(page, "choice_materials")).input("").run()
    page = _read(page, store)
    assert any("10.0 × 8.1 × 6.0 m" in c.value for c in page.caption), "the roof is left out"
    page.multiselect[0].unselect("Roof").run()
    assert _request(page, store).hide == ()


def _open_list(page: AppTest) -> AppTest:
    page.session_state["list_open"] = True
    return page.run()


def _row(page: AppTest, name: str, ending: str) -> str:
    """The key of a row's button of the list, by what the row is called."""
    label = plain(name)
    (key,) = [str(b.key) for b in page.button if str(b.key).endswith("_choose") and b.label == label]
    return key.removesuffix("choose") + ending


def test_an_element_is_found_in_the_list_hidden_and_brought_back(store: JobStore) -> None:
    page = _read(_house(open_page(store, lang="en")), store)
    assert not any(str(w.key).startswith("list_words") for w in page.text_input), (
        "nothing is drawn that is not looked at"
    )
    _open_list(page).text_input(key="list_words").input("win right").run()
    assert [b.label for b in page.button if str(b.key).endswith("_choose")] == ["Window right"]
    page.button(key=_row(page, "Window right", "choose")).click().run()
    assert page.session_state["viewer_selected"] == "Window right", "chosen as by a click in the model"
    page.button(key=_row(page, "Window right", "hide")).click().run()
    assert _request(page, store).hide == ("Window right",)
    page = _read(page.run(), store)
    assert page.text_input(key="list_words").value == "win right", "the model was read anew, the search stays"
    assert page.button(key=_row(page, "Window right", "choose")).disabled
    page.button(key=_row(page, "Window right", "show")).click().run()
    assert _request(page, store).hide == _request(page, store).show == ()
    page.text_input(key="list_words").input("chimney").run()
    assert any(EN("list.nothing") == c.value for c in page.caption)


def test_an_element_is_called_what_it_is_and_all_follows(store: JobStore) -> None:
    page = _read(_house(open_page(store, lang="en")), store)
    page.session_state["viewer_selected"] = "Roof"
    page.run()
    key = f"class_{hashlib.sha256(b'Roof').hexdigest()[:16]}"
    assert page.selectbox(key=key).value == "auto"
    page.selectbox(key=key).select("vegetation").run()
    assert not page.exception
    request = _request(page, store)
    assert request.classes == {"Roof": "vegetation"}, "the view follows"
    page = _read(page, store)
    model = panel.model_now(request)
    assert {e.name: e.part for e in model.scene.table.elements}["Roof"] is Part.SURROUNDINGS, "and the viewer"
    assert any(EN("part.surroundings") in c.value for c in page.caption)
    page.button(key="render").click().run()
    (job,) = store.jobs_of(str(page.query_params["studio"]))
    assert job.request.classes == {"Roof": "vegetation"}, "and the picture"
    page.button_group(key=key_now(page, "stage")).set_value("model").run()
    (mark,) = [m for m in page.multiselect if str(m.key).startswith("marked_classes_")]
    assert mark.options == [f"Roof → {EN('class.vegetation')}"]
    mark.set_value([]).run()
    assert _request(page, store).classes == {} and value_of(page, key) == "auto"


def test_true_north_is_one_choice_in_two_places(store: JobStore) -> None:
    page = _house(open_page(store, lang="en"))
    assert page.number_input(key="correct_north").value is None and _request(page, store).north_deg is None
    page.number_input(key="correct_north").set_value(30.0).run()
    assert _request(page, store).north_deg == 30.0
    page.toggle(key="choice_use_sun").set_value(True).run()
    assert value_of(page, "choice_north") == 30.0
    page.number_input(key=key_now(page, "choice_north")).set_value(-10.0).run()
    assert value_of(page, "correct_north") == -10.0 and _request(page, store).north_deg == -10.0


def test_a_layer_is_hidden_and_called_at_once_and_what_the_file_hides_is_drawn(store: JobStore, tmp_path: Path) -> None:
    building = IfcBuilding("IFC4")
    building.add("IfcWall", "Wall", box((0, 0, 0), (6, 4, 3)))
    building.add("IfcSlab", "Base 1", box((-1, -1, -0.3), (7, 5, 0)))
    building.add("IfcSlab", "Base 2", box((-2, -2, -0.6), (8, 6, -0.3)))
    building.add("IfcSpace", "Kitchen", box((1, 1, 0), (5, 3, 3)))
    building.file.write(str(tmp_path / "house.ifc"))
    session = new_id()
    design = save_design(store.home, session, [("house.ifc", (tmp_path / "house.ifc").read_bytes())])
    page = open_page(store, lang="en", studio=session, design=design.id)
    page = _open_list(_read(page, store))
    page.button(key=_row(page, "Kitchen", "show")).click().run()
    assert _request(page, store).show == ("Kitchen",)
    page = _read(page, store)
    page.button(key=_row(page, "Kitchen", "hide")).click().run()
    assert (_request(page, store).show, _request(page, store).hide) == ((), ())
    page = _read(page, store)
    page.selectbox(key="list_group").select("IfcSlab").run()
    digest = hashlib.sha256(b"IfcSlab").hexdigest()[:16]
    page.selectbox(key=f"class_{digest}").select("ground").run()
    assert _request(page, store).classes == {"IfcSlab": "ground"}
    page = _read(page, store)
    table = panel.model_now(_request(page, store)).scene.table
    assert [e.name for e in table.elements if e.part is Part.GROUND] == ["Base 1", "Base 2"]
    page.button(key=f"group_{digest}").click().run()
    assert _request(page, store).hide == ("IfcSlab",)
    page = _read(page, store)
    page.button(key=f"group_{digest}").click().run()
    assert _request(page, store).hide == () and not page.exception


def test_an_element_without_a_material_is_offered_one(store: JobStore) -> None:
    page = _read(_house(open_page(store, lang="vi")), store)
    page.session_state["viewer_selected"] = "Roof"
    page.run()
    key = f"element_{hashlib.sha256(b'Roof').hexdigest()[:16]}"
    offered = page.text_input(key=key).placeholder
    assert page.button(key="element_take").label == VI("element.take", material=offered)
    assert _request(page, store).materials == {}, "an offer changes nothing"
    page.button(key="element_take").click().run()
    assert value_of(page, key) == offered and "element_take" not in {b.key for b in page.button}
    assert _request(page, store).materials == {"Roof": offered}
    preset = named_material(find_material_words(offered))
    assert preset is not None and "roof" in preset.uses


def test_an_own_view_goes_with_its_metres(store: JobStore, shelf: Path) -> None:
    session = new_id()
    wanted = RenderRequest(input=shelf / "house.glb", camera=CAMERA, size=Size(64, 96), environment="studio")
    job = store.submit(session, wanted)
    page = open_page(store, lang="en", studio=session, design="sample:house.glb", job=job.id)
    assert value_of(page, "choice_view") == "own" and value_of(page, "stage") == "picture"
    assert _request(page, store).camera == CAMERA
    page.button_group(key=key_now(page, "stage")).set_value("model").run()
    page.selectbox(key=key_now(page, "choice_unit")).select("cm").run()
    request = _request(page, store)
    assert (request.unit, request.camera, request.view) == ("cm", None, "front-left"), "the camera was in old metres"
    page.selectbox(key=key_now(page, "choice_up")).select("z").run()
    assert _request(page, store).up == "z"


def test_another_design_takes_none_of_it(store: JobStore) -> None:
    page = open_page(store, lang="en")
    page.session_state["choice_camera"], page.session_state["choice_view"] = CAMERA, "own"
    page.session_state["choice_hide"], page.session_state["choice_unit"] = ("Roof",), "mm"
    request = _request(_house(page), store)
    assert (request.camera, request.view, request.hide, request.unit) == (None, "front-left", (), None)


def test_the_picture_takes_the_stage_and_gives_it_back(store: JobStore) -> None:
    page = _house(open_page(store, lang="en"))
    assert page.button_group(key=key_now(page, "stage")).value == "model"
    page.button(key="render").click().run()
    assert page.button_group(key=key_now(page, "stage")).value == "picture"
    page.button_group(key=key_now(page, "stage")).set_value("model").run()
    page.selectbox(key=key_now(page, "choice_view")).select("aerial").run()
    assert page.button_group(key=key_now(page, "stage")).value == "model", "it stays where it was put"


def test_without_three_there_is_a_list_of_views(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "find_three", lambda: None)
    page = _read(_house(open_page(store, lang="en")), store)
    assert not page.exception and not page.get("bidi_component")
    page.button_group(key="viewer_pick").set_value("aerial").run()
    assert _request(page, store).view == "aerial"
    assert page.button_group(key="viewer_pick").value == "aerial"


def test_only_the_release_that_we_know_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = assets.find_three.__wrapped__()
    assert found is not None, "the package that carries three.js is a dependency"
    vendor = tmp_path / "static" / "vendor"
    vendor.mkdir(parents=True)
    monkeypatch.setattr(assets.importlib.util, "find_spec", lambda _: SimpleNamespace(origin=str(tmp_path / "x.py")))
    assert assets.find_three.__wrapped__() is None
    for name in assets.THREE_FILES:
        (vendor / name).write_bytes((found / name).read_bytes())
    assert assets.find_three.__wrapped__() == vendor
    (vendor / "three.core.min.js").write_bytes(b"alert(1)")
    assert assets.find_three.__wrapped__() is None
    monkeypatch.setattr(assets.importlib.util, "find_spec", lambda _: None)
    assert assets.find_three.__wrapped__() is None


def test_the_browsers_files_name_no_other_host() -> None:
    files = [path for path in (Path(viewer.__file__).parent / "js").iterdir()]
    assert {path.suffix for path in files} == {".js", ".css"}
    for path in files:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text and "https:" not in text and "//cdn" not in text, path
    imported = (Path(viewer.__file__).parent / "js" / "three.js").read_text(encoding="utf-8")
    assert '"../archviz.ui.viewer.assets.three/three.module.min.js"' in imported, "as Streamlit names the folder"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("used", {"camera": {"position_m": [0, 0, 0], "target_m": [0, 0, 0]}}),
        ("used", {"camera": "x"}),
        ("saved", {"name": "", "camera": CAMERA.to_json()}),
    ],
)
def test_nonsense_from_a_browser_is_refused_in_words(store: JobStore, name: str, value: object) -> None:
    from archviz.core.errors import OptionError

    with pytest.raises(OptionError):
        panel._carry_out(name, value, SavedViews(Projects(store.database), new_id(), "text"))
