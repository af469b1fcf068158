"""A new version keeps what has a name in it, says what it lost, and stands beside the one before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from archviz.core.camera import Camera
from archviz.core.size import Size
from archviz.studio import Design, JobStore, Projects, find_design
from archviz.studio.designs import designs_of
from archviz.studio.worker import Worker
from archviz.ui.style import plain
from archviz.ui.texts import Texts
from archviz.ui.viewer.saved import SavedView, SavedViews
from tests.houses import write_house
from tests.ui.conftest import key_now, open_page, value_of

EN = Texts("en")
CAMERA = Camera(position_m=(0.0, -30.0, 4.0), target_m=(0.0, 0.0, 3.0), size=Size(height=64, width=96))


def write_version(path: Path, *, without: str = "Roof", renamed: str = "Canopy") -> Path:
    """The test house with an element under another name."""
    import trimesh

    scene = trimesh.load_scene(write_house(path))
    geometry = scene.geometry[without].copy()
    scene.delete_geometry(without)
    scene.add_geometry(geometry, geom_name=renamed, node_name=renamed)
    scene.export(path)
    return path


def _said(page: AppTest) -> str:
    return "\n".join(str(t.value) for t in [*page.error, *page.warning, *page.success, *page.info, *page.caption])


def _session(page: AppTest) -> str:
    return str(page.query_params["studio"])


def _give(page: AppTest, name: str, data: bytes) -> AppTest:
    return page.file_uploader[0].set_value([(name, data, "model/gltf-binary")]).run()


@pytest.fixture
def page(store: JobStore, shelf: Path) -> AppTest:
    """The house as an upload, seen from an own camera."""
    page = open_page(store, lang="en")
    page.session_state["choice_size"] = "96x64"
    page.session_state["choice_environment"] = "studio"
    page.session_state["choice_steps"] = 1
    page = _give(page, "house.glb", (shelf / "house.glb").read_bytes())
    page.session_state["choice_camera"] = CAMERA
    page.session_state["choice_hide"] = ("Door",)
    page.session_state["choice_classes"] = (("Walls", "glass"), ("Roof", "ground"))
    page.toggle(key="choice_use_sun").set_value(True)
    page.text_area(key="choice_materials").input("Roof = red tiles\nWalls = brick").run()
    return page.selectbox(key="choice_view").select("own").run()


def test_a_new_version_keeps_views_place_and_materials_by_name(store: JobStore, page: AppTest, tmp_path: Path) -> None:
    old = str(page.query_params["design"])
    SavedViews(Projects(store.database), _session(page), old).keep(SavedView(name="street", camera=CAMERA))
    _give(page, "house.glb", write_version(tmp_path / "new.glb").read_bytes())
    assert not page.exception and not page.error
    new = str(page.query_params["design"])
    assert new != old and "house.glb · v2" in "\n".join(str(m.value) for m in page.markdown)
    kept = {name: value_of(page, f"choice_{name}") for name in ("view", "camera", "use_sun", "hide", "materials")}
    assert kept == {"view": "own", "camera": CAMERA, "use_sun": True, "hide": ("Door",), "materials": "Walls = brick"}
    assert SavedViews(Projects(store.database), _session(page), new).all() == (SavedView(name="street", camera=CAMERA),)
    said = _said(page)
    assert EN("versions.material", name="Roof", words="red tiles") in said
    assert value_of(page, "choice_classes") == (("Walls", "glass"),)
    assert EN("versions.classed", name="Roof", kind=EN("class.ground")) in said
    assert EN("versions.gone", names="Roof") in said and EN("versions.new", names="Canopy") in said
    page.button(key="version_before").click().run()
    assert page.query_params["design"] == old


def test_a_version_that_loses_nothing_says_so(store: JobStore, page: AppTest, shelf: Path) -> None:
    _give(page, "house.glb", (shelf / "house.glb").read_bytes())
    assert value_of(page, "choice_classes") == (("Walls", "glass"), ("Roof", "ground"))
    assert EN("versions.kept") in _said(page) and value_of(page, "choice_materials").startswith("Roof = red")


def test_a_version_survives_a_newer_run_of_the_page(
    page: AppTest, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(*given: Any, **named: Any) -> Design:
        monkeypatch.undo()
        # As a run ends at its next step when the browser has asked for another.
        st.rerun()

    old = page.query_params["design"]
    monkeypatch.setattr("archviz.ui.versions.save_design", save)
    _give(page, "house.glb", (shelf / "house.glb").read_bytes())
    assert not page.exception and page.query_params["design"] != old and EN("versions.kept") in _said(page)
    assert "house.glb · v2" in "\n".join(str(m.value) for m in page.markdown), "one version, not two"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("house.glb", b"glTF" + bytes(60), "house"),
        ("house.glb", b"words", "not GLB"),
        ("front.png", None, "another kind"),
    ],
)
def test_a_version_that_cannot_be_used_leaves_the_old_one(
    store: JobStore, page: AppTest, shelf: Path, name: str, data: bytes | None, said: str
) -> None:
    old = str(page.query_params["design"])
    _give(page, name, data or (shelf / "front.png").read_bytes())
    assert page.query_params["design"] == old and said in page.warning[0].value
    assert str(store.home.folder) not in page.warning[0].value
    assert [d.id for d in designs_of(store.home, _session(page))] == [old], "nothing of it stays"
    assert value_of(page, "choice_materials") == "Roof = red tiles\nWalls = brick"


def test_names_of_a_file_set_no_links() -> None:
    assert plain("![x](//host/a.png)\n# b") == r"\!\[x\]\(//host/a\.png\) \# b"


def test_a_followed_file_is_shown_again_when_it_is_saved(store: JobStore, tmp_path: Path) -> None:
    path = write_house(tmp_path / "live.glb")
    page = open_page(store, lang="en")
    page.text_input(key="watch_path").input(str(path))
    page.button(key="watch_open").click().run()
    first = str(page.query_params["design"])
    page.run().run().run()
    assert page.query_params["design"] == first, "not saved, not read again"
    write_version(path)
    page.run()
    assert page.query_params["design"] == first, "it may still be written"
    page.run()
    second = find_design(store.home, _session(page), str(page.query_params["design"]))
    assert second is not None and (second.revises, second.version, second.watched) == (first, 2, path)
    assert EN("versions.gone", names="Roof") in _said(page)
    path.write_bytes(b"half a fi")
    page.run().run()
    assert page.query_params["design"] == second.id and "live" in page.warning[0].value
    write_house(path)
    page.run().run()
    versions = designs_of(store.home, _session(page))
    assert [v.version for v in versions] == [3, 2], "of the first nothing was rendered"


def test_a_shared_studio_follows_no_paths(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHVIZ_SHARE_ADDRESS", "192.168.1.20:8501")
    page = open_page(store, lang="en")
    assert "watch_path" not in {field.key for field in page.text_input}
    assert EN("share.note", address="192.168.1.20:8501") in _said(page)


def test_two_versions_in_one_view_light_and_seed(
    store: JobStore, worker: Worker, page: AppTest, tmp_path: Path
) -> None:
    old = str(page.query_params["design"])
    _give(page, "house.glb", write_version(tmp_path / "new.glb").read_bytes())
    page.selectbox(key=key_now(page, "choice_view")).select("front-left")
    page.text_area(key=key_now(page, "choice_materials")).input("Canopy = red tiles\nWalls = brick").run()
    page.button_group(key=key_now(page, "stage")).set_value("pair").run()
    assert page.selectbox(key="pair_other").value == old, "the version before is offered first"
    page.button(key="pair_render").click().run()
    assert not page.exception and not page.error
    first, second = reversed(store.jobs_of(_session(page)))
    assert first.request.input != second.request.input and second.request.input is not None
    assert second.request.input.parent.name == old
    for name in ("camera", "place", "when", "lighting", "environment", "seed", "size", "prompt"):
        assert getattr(first.request, name) == getattr(second.request, name), name
    assert first.request.camera is not None and first.request.view is None
    assert dict(second.request.materials) == {"Walls": "brick"} and "Canopy" in _said(page)
    while worker.run_one():
        pass
    assert [job.state for job in store.jobs_of(_session(page))] == ["done", "done"]
    page.run()
    assert len(page.get("image")) == 2 + 2, "both, and the history"
    other = open_page(store, lang="en", design="sample:house.glb", pair=str(page.query_params["pair"]))
    other.button_group(key=key_now(other, "stage")).set_value("pair").run()
    assert not other.get("image"), "not another visitor's"
