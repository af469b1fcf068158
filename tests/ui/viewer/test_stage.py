"""The stage as a visitor uses it: the model beside its corrections, and what they make of the request."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from archviz.core.camera import Camera
from archviz.core.size import Size
from archviz.presets import find_material_words
from archviz.render import RenderRequest
from archviz.render.materials import named_material
from archviz.studio import JobStore, new_id
from archviz.ui import viewer
from archviz.ui.texts import Texts
from archviz.ui.viewer import assets, panel
from archviz.ui.viewer.models import read_key
from archviz.ui.viewer.saved import SavedViews
from tests.ui.conftest import open_page

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
    assert page.text_area(key="choice_materials").value == "Roof = thatch"
    assert _request(page, store).materials == {"Roof": "thatch"}
    page.button(key="element_hide").click().run()
    assert _request(page, store).hide == ("Roof",)
    page.text_area(key="choice_materials").input("").run()
    page = _read(page, store)
    assert any("10.0 × 8.1 × 6.0 m" in c.value for c in page.caption), "the roof is left out"
    page.multiselect[0].unselect("Roof").run()
    assert _request(page, store).hide == ()


def test_an_element_without_a_material_is_offered_one(store: JobStore) -> None:
    page = _read(_house(open_page(store, lang="vi")), store)
    page.session_state["viewer_selected"] = "Roof"
    page.run()
    key = f"element_{hashlib.sha256(b'Roof').hexdigest()[:16]}"
    offered = page.text_input(key=key).placeholder
    assert page.button(key="element_take").label == VI("element.take", material=offered)
    assert _request(page, store).materials == {}, "an offer changes nothing"
    page.button(key="element_take").click().run()
    assert page.text_input(key=key).value == offered and "element_take" not in {b.key for b in page.button}
    assert _request(page, store).materials == {"Roof": offered}
    preset = named_material(find_material_words(offered))
    assert preset is not None and "roof" in preset.uses


def test_an_own_view_goes_with_its_metres(store: JobStore, shelf: Path) -> None:
    session = new_id()
    wanted = RenderRequest(input=shelf / "house.glb", camera=CAMERA, size=Size(64, 96), environment="studio")
    job = store.submit(session, wanted)
    page = open_page(store, lang="en", studio=session, design="sample:house.glb", job=job.id)
    assert page.selectbox(key="choice_view").value == "own" and page.button_group(key="stage").value == "picture"
    assert _request(page, store).camera == CAMERA
    page.button_group(key="stage").set_value("model").run()
    page.selectbox(key="choice_unit").select("cm").run()
    request = _request(page, store)
    assert (request.unit, request.camera, request.view) == ("cm", None, "front-left"), "the camera was in old metres"
    page.selectbox(key="choice_up").select("z").run()
    assert _request(page, store).up == "z"


def test_another_design_takes_none_of_it(store: JobStore) -> None:
    page = open_page(store, lang="en")
    page.session_state["choice_camera"], page.session_state["choice_view"] = CAMERA, "own"
    page.session_state["choice_hide"], page.session_state["choice_unit"] = ("Roof",), "mm"
    request = _request(_house(page), store)
    assert (request.camera, request.view, request.hide, request.unit) == (None, "front-left", (), None)


def test_the_picture_takes_the_stage_and_gives_it_back(store: JobStore) -> None:
    page = _house(open_page(store, lang="en"))
    assert page.button_group(key="stage").value == "model"
    page.button(key="render").click().run()
    assert page.button_group(key="stage").value == "picture"
    page.button_group(key="stage").set_value("model").run()
    page.selectbox(key="choice_view").select("aerial").run()
    assert page.button_group(key="stage").value == "model", "it stays where it was put"


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
        panel._carry_out(name, value, SavedViews(store.home, new_id(), "text"))
